/*
 * Many threads at once: messages, replies, acts, lists, fsck and a backup
 * against each other.
 */
#include "cases_fixture.h"

#define WRITERS 16

typedef struct {
	World *world;
	guint number, messages;
	gint *stop;
	guint walks;
} Worker;

static Mail mail_of(
    guint worker, guint number, char *id, char *from, char *body)
{
	g_snprintf(id, 64, "w%u.%u@x", worker, number);
	g_snprintf(from, 64, "c%u.%u@customer.example", worker, number);
	g_snprintf(body, 128, "Question %u of %u, in words of its own.", number,
	    worker);
	return (Mail){
	    .id = id, .from = from, .body = body, .at_s = T0 + number};
}

static void try_admit(
    World *world, const Mail *mail, AdmitOutcome expected, guint64 *id)
{
	AdmitOutcome outcome;
	g_autoptr(GError) error = NULL;
	Case *kase = NULL;

	if (!world_try_admit(world, mail, &outcome, &kase, &error)) {
		g_error("admit: %s", error->message);
	}
	g_assert_cmpint(outcome, ==, expected);
	*id = kase->id;
	case_free(kase);
}

static void answer_it(World *world, const char *id, const char *customer)
{
	g_autofree char *refs = g_strdup_printf("<%s>", id);
	g_autofree char *own = g_strdup_printf("r.%s", id);
	Mail mail = {
	    .from = "bob@example.com", .to = customer, .id = own, .refs = refs};
	g_autoptr(Message) message = mail_message(&mail);
	Answer answer = {.message = message,
	    .member = mail.from,
	    .team = "care",
	    .at_s = T0 + HOUR,
	    .sla = world->sla};
	AnswerOutcome outcome;
	g_autoptr(Case) kase = NULL;

	g_assert_true(
	    store_answer(world->store, &answer, &outcome, &kase, NULL));
	g_assert_cmpint(outcome, ==, ANSWER_STOPPED);
}

static void close_case(World *world, guint64 id)
{
	Act act = {.kind = ACT_CLOSE,
	    .id = id,
	    .who = "eva",
	    .word = "done",
	    .now_s = T0 + DAY,
	    .conf = world->conf,
	    .sla = world->sla};

	g_assert_true(store_act(world->store, &act, NULL, NULL));
}

static gpointer writer(gpointer data)
{
	Worker *self = data;

	for (guint i = 0; i < self->messages; i++) {
		char id[64], from[64], body[128];
		guint64 first = 0, copy = 0;
		Mail mail = mail_of(self->number, i, id, from, body);

		try_admit(self->world, &mail, ADMIT_NEW, &first);
		if (i % 4 == 0) {
			try_admit(self->world, &mail, ADMIT_COPY, &copy);
			g_assert_cmpuint(first, ==, copy);
		}
		if (i % 4 == 1) {
			answer_it(self->world, id, from);
			close_case(self->world, first);
		}
	}
	return NULL;
}

/* Everybody sends the same messages: each makes one case. */
static gpointer same_writer(gpointer data)
{
	Worker *self = data;

	for (guint i = 0; i < self->messages; i++) {
		char id[64], from[64], body[128];
		Mail mail = mail_of(99, i, id, from, body);
		AdmitOutcome outcome;
		g_autoptr(Case) kase = NULL;

		g_assert_true(
		    world_try_admit(self->world, &mail, &outcome, &kase, NULL));
		g_assert_true(outcome == ADMIT_NEW || outcome == ADMIT_COPY);
		self->walks += outcome == ADMIT_NEW;
	}
	return NULL;
}

static bool count_case(const Case *kase, gpointer data)
{
	g_assert_null(case_wrong(kase));
	++*(guint *)data;
	return true;
}

static gpointer reader(gpointer data)
{
	Worker *self = data;

	while (!g_atomic_int_get(self->stop)) {
		CaseFilter filter = {.states = 1u << CASE_OPEN, .limit = 50};
		StoreCheck check = {0};
		guint n = 0;

		g_assert_true(store_each(
		    self->world->store, &filter, count_case, &n, NULL));
		g_assert_true(
		    store_fsck(self->world->store, NULL, NULL, &check, NULL));
		g_assert_cmpuint(check.wrong, ==, 0);
		self->walks++;
		g_usleep(20000);
	}
	return NULL;
}

static void run_writers(
    World *world, GThreadFunc func, guint messages, Worker *workers)
{
	GThread *threads[WRITERS];

	for (guint i = 0; i < WRITERS; i++) {
		workers[i] =
		    (Worker){.world = world, .number = i, .messages = messages};
		threads[i] = g_thread_new("writer", func, &workers[i]);
	}
	for (guint i = 0; i < WRITERS; i++) {
		g_thread_join(threads[i]);
	}
}

static int setup(void **state)
{
	message_init();
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void test_all_at_once(void **state)
{
	World *world = *state;
	Worker workers[WRITERS];
	gint stop = 0;
	Worker looking = {.world = world, .stop = &stop};
	GThread *look = g_thread_new("reader", reader, &looking);
	g_autofree char *folder =
	    g_build_filename(world->folder, "backup", NULL);
	StoreCheck check;

	run_writers(world, writer, 40, workers);
	assert_true(store_backup(world->store, folder, NULL));
	g_atomic_int_set(&stop, 1);
	g_thread_join(look);
	check = world_check(world);
	assert_int_equal(check.cases, WRITERS * 40);
	/* A first message each, a reply to every fourth. */
	assert_int_equal(check.messages, WRITERS * (40 + 10));
	assert_true(looking.walks > 0);
}

static void test_same_at_once(void **state)
{
	World *world = *state;
	Worker workers[WRITERS];
	guint fresh = 0;
	g_autoptr(Case) kase = NULL;

	run_writers(world, same_writer, 20, workers);
	for (guint i = 0; i < WRITERS; i++) {
		fresh += workers[i].walks;
	}
	assert_int_equal(fresh, 20);
	assert_int_equal(world_check(world).cases, 20);
	kase = store_case(world->store, 7, NULL);
	assert_int_equal(kase->copies, WRITERS - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_all_at_once),
	    TEST(test_same_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
