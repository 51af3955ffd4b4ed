/*
 * The facts in memory: after whatever was done they are those of the records,
 * and lists and looks give the same with and without them.
 */
#include "cases_fixture.h"

#include "cases/facts.h"

#define STEPS 400
#define SEED 20261121

static void wrong(guint64 id, gpointer data)
{
	print_message("AR-%u has other facts\n", (guint)id);
	++*(guint *)data;
}

static guint differences(World *world)
{
	guint n = 0;

	assert_true(facts_compare(world->store, wrong, &n, NULL));
	return n;
}

static void await_facts(World *world)
{
	for (guint i = 0; i < 2000 && !store_has_facts(world->store); i++) {
		g_usleep(5000);
	}
	assert_true(store_has_facts(world->store));
}

/* ---- anything, again and again ---- */

typedef struct {
	World *world;
	GRand *rand;
	guint n; /* mails so far */
	gint64 now_s;
	guint64 last; /* the highest case */
} Random;

static void random_mail(Random *random)
{
	static const char *const topics[] = {"billing", "press", "safety"};
	guint about = (guint)g_rand_int_range(random->rand, 0, 40);
	g_autofree char *id = g_strdup_printf("m%u@x.example", random->n);
	g_autofree char *refs = g_strdup_printf("m%u@x.example", about);
	g_autofree char *body = g_strdup_printf("invoice %u", random->n++);
	Mail mail = {.id = id,
	    .refs = about < random->n ? refs : NULL,
	    .body = body,
	    .topic = topics[g_rand_int_range(random->rand, 0, 3)],
	    .level = (Urgency)g_rand_int_range(
		random->rand, URGENCY_NORMAL, URGENCY_CRITICAL),
	    .at_s = random->now_s};
	AdmitOutcome outcome;
	Case *kase = NULL;

	assert_true(
	    world_try_admit(random->world, &mail, &outcome, &kase, NULL));
	random->last = MAX(random->last, kase->id);
	case_free(kase);
}

static void random_reply(Random *random)
{
	guint about = (guint)g_rand_int_range(random->rand, 0, 40);
	g_autofree char *id = g_strdup_printf("r%u@x.example", random->n);
	g_autofree char *refs = g_strdup_printf("m%u@x.example", about);
	g_autofree char *body = g_strdup_printf("done %u", random->n++);
	Mail mail = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = id,
	    .refs = refs,
	    .body = body};
	Pledge pledge = {random->now_s + 5 * HOUR, "by then"};
	g_autoptr(Message) message = mail_message(&mail);
	Answer answer = {.message = message,
	    .member = "bob@example.com",
	    .team = "care",
	    .at_s = random->now_s,
	    .sla = random->world->sla,
	    .conf = random->world->conf,
	    .pledges = &pledge,
	    .n_pledges = g_rand_boolean(random->rand)};
	AnswerOutcome outcome;
	Case *kase = NULL;

	assert_true(
	    store_answer(random->world->store, &answer, &outcome, &kase, NULL));
	case_free(kase);
}

/* Many are refused; that changes nothing either. */
static void random_act(Random *random)
{
	static const struct {
		ActKind kind;
		const char *word;
	} table[] = {{ACT_ROUTE, "media"}, {ACT_ROUTE, "care"},
	    {ACT_ROUTE, "trust"}, {ACT_URGENCY, "high"}, {ACT_TOPIC, "press"},
	    {ACT_ANSWERED, ""}, {ACT_CLOSE, "done"}, {ACT_REOPEN, NULL},
	    {ACT_PAUSE, "waits"}, {ACT_RESUME, NULL}, {ACT_MERGE, NULL},
	    {ACT_UNMERGE, NULL}, {ACT_UNDO, NULL}};
	gint i = g_rand_int_range(random->rand, 0, G_N_ELEMENTS(table));
	gint64 number =
	    table[i].kind == ACT_PAUSE
		? 7 * HOUR
		: g_rand_int_range(random->rand, 1, (gint32)random->last + 1);
	int code;

	case_free(world_act(random->world, table[i].kind,
	    (guint64)g_rand_int_range(
		random->rand, 1, (gint32)random->last + 1),
	    table[i].word, random->now_s, number, &code));
}

static void random_step(Random *random)
{
	gint what = g_rand_int_range(random->rand, 0, 10);

	random->now_s += g_rand_int_range(random->rand, 0, 2 * HOUR);
	if (what < 3 || random->last == 0) {
		random_mail(random);
	} else if (what < 5) {
		random_reply(random);
	} else if (what < 9) {
		random_act(random);
	} else {
		assert_true(store_wake(random->world->store, random->world->sla,
		    random->now_s, NULL, NULL));
	}
}

static Random random_new(World *world, guint32 seed)
{
	return (Random){
	    .world = world, .rand = g_rand_new_with_seed(seed), .now_s = T0};
}

/* ---- the same with and without ---- */

static bool note_id(const Case *kase, gpointer data)
{
	g_array_append_val(data, kase->id);
	return true;
}

static GArray *list_of(World *world, const CaseFilter *filter)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(guint64));

	assert_true(store_each(world->store, filter, note_id, ids, NULL));
	return ids;
}

static const char *const some_teams[] = {"media", "trust", NULL};

static const CaseFilter filters[] = {
    {.team = "media"},
    {.team = "media", .limit = 3},
    {.team = "nobody"},
    {.teams = some_teams, .limit = 7},
    {.states = 1u << CASE_PAUSED},
    {.states = 1u << CASE_OPEN | 1u << CASE_ANSWERED, .limit = 5},
    {.topic = "press", .desk = "ceo"},
    {.team = "care", .overdue = true, .now_s = T0 + 20 * DAY},
    {.team = "care", .search = "invoice", .limit = 2},
    {.desk = "ceo"},
};

static GPtrArray *lists_of(World *world)
{
	GPtrArray *lists =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
		g_ptr_array_add(lists, list_of(world, &filters[i]));
	}
	return lists;
}

static void assert_same_lists(const GPtrArray *a, const GPtrArray *b)
{
	guint rows = 0;

	for (guint i = 0; i < a->len; i++) {
		const GArray *x = a->pdata[i], *y = b->pdata[i];

		assert_int_equal(x->len, y->len);
		assert_memory_equal(x->data, y->data, x->len * sizeof(guint64));
		rows += x->len;
	}
	assert_true(rows > 20);
}

static void sum_facts(guint64 id, const Fact *fact, gpointer data)
{
	guint64 *sum = data;

	sum[0]++;
	sum[1] += id * (fact->state + 1) + fact->due_s;
	sum[2] += fact_n_clocks(fact) + 100 * fact_n_holders(fact);
}

static void test_random(void **state)
{
	World *world = world_new();
	Random random = random_new(world, SEED);
	g_autoptr(GPtrArray) by_index = NULL;
	g_autoptr(GPtrArray) by_facts = NULL;
	guint64 kept[3] = {0}, walked[3] = {0};

	(void)state;
	world->unchecked = true;
	store_keep_facts(world->store);
	await_facts(world);
	for (guint i = 0; i < STEPS; i++) {
		random_step(&random);
	}
	assert_int_equal(differences(world), 0);
	by_facts = lists_of(world);
	assert_true(store_each_fact(world->store, sum_facts, kept, NULL));
	world_reopen(world);
	assert_false(store_has_facts(world->store));
	by_index = lists_of(world);
	assert_true(store_each_fact(world->store, sum_facts, walked, NULL));
	assert_same_lists(by_facts, by_index);
	assert_memory_equal(kept, walked, sizeof(kept));
	assert_true(kept[0] > 50 && kept[2] > 100);
	g_rand_free(random.rand);
	world_free(world);
}

/* Mail goes on while they are gathered. */
static void test_meanwhile(void **state)
{
	World *world = world_new();
	Random random = random_new(world, SEED + 1);

	(void)state;
	world->unchecked = true;
	for (guint i = 0; i < STEPS; i++) {
		random_step(&random);
	}
	for (guint round = 0; round < 5; round++) {
		world_reopen(world);
		store_keep_facts(world->store);
		for (guint i = 0; i < 30; i++) {
			random_step(&random);
		}
		await_facts(world);
		assert_int_equal(differences(world), 0);
	}
	g_rand_free(random.rand);
	world_free(world);
}

/* What failed isn't counted, and a comparison finds what differs. */
static void refuse(Txn *txn, gpointer data)
{
	g_autoptr(Draft) draft = draft_load_exact(txn, 1);

	(void)data;
	draft->kase->state = CASE_CLOSED;
	draft_save(txn, draft, T0);
	txn_fail(txn, ERROR_NO, "no");
}

static void change_behind(Txn *txn, gpointer data)
{
	Key key = key_case(1);
	Case *kase = data;

	txn_put(txn, DB_CASES, &key, kase);
}

static void test_differs(void **state)
{
	World *world = world_new();
	Mail mail = {.id = "a@x.example"};
	g_autoptr(Case) kase = NULL;
	StoreCheck check = {0};

	(void)state;
	world->unchecked = true;
	store_keep_facts(world->store);
	await_facts(world);
	kase = world_admit(world, ADMIT_NEW, &mail);
	assert_false(commit_run(world->store, refuse, NULL, NULL));
	assert_int_equal(differences(world), 0);
	kase->first_reply_s = T0 + 1;
	assert_true(commit_run(world->store, change_behind, kase, NULL));
	assert_int_equal(differences(world), 1);
	assert_true(store_fsck(world->store, NULL, NULL, &check, NULL));
	assert_int_equal(check.wrong, 1);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_meanwhile),
	    cmocka_unit_test(test_differs),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
