/* Taking back what people did: undo, unmerge, split. */
#include "cases_fixture.h"

static int setup(void **state)
{
	Mail first = {.id = "m1@x"};

	message_init();
	*state = world_new();
	case_free(world_admit(*state, ADMIT_NEW, &first));
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

#define NOW (T0 + 2 * HOUR)
#define ANNA2 "anna@work.example"

static Case *load(World *world, guint64 id)
{
	Case *kase = store_case(world->store, id, NULL);

	assert_non_null(kase);
	return kase;
}

static void answer(World *world, const char *refs, gint64 at_s)
{
	g_autofree char *id = g_strdup_printf("r%" G_GINT64_FORMAT "@x", at_s);
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = id,
	    .refs = refs,
	    .body = "It comes on Monday.",
	    .at_s = at_s};

	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
}

/* ---- undo ---- */

/* What a person sees of it. */
static void assert_same(const Case *is, const Case *was)
{
	assert_string_equal(is->team, was->team);
	assert_string_equal(is->topic, was->topic);
	assert_int_equal(is->level, was->level);
	assert_int_equal(is->sensitive, was->sensitive);
	assert_int_equal(is->state, was->state);
	assert_int_equal(is->waiting_s, was->waiting_s);
	assert_int_equal(is->first_reply_s, was->first_reply_s);
	assert_int_equal(is->replied_s, was->replied_s);
	assert_int_equal(is->closed_s, was->closed_s);
	assert_int_equal(is->pause_until_s, was->pause_until_s);
	assert_string_equal(is->policy, was->policy);
	assert_int_equal(is->messages, was->messages);
	for (guint m = 0; m < METRICS; m++) {
		const Clock *a = case_clock(is, (Metric)m);
		const Clock *b = case_clock(was, (Metric)m);

		assert_true((a == NULL) == (b == NULL));
		if (a) {
			assert_int_equal(a->state, b->state);
			assert_int_equal(a->started_s, b->started_s);
			assert_int_equal(a->due_s, b->due_s);
			assert_int_equal(a->left_s, b->left_s);
			assert_int_equal(a->target_s, b->target_s);
		}
	}
}

typedef enum { AS_NEW, AS_ANSWERED, AS_PAUSED, AS_CLOSED } Was;

static const struct {
	Was was;
	ActKind kind;
	const char *word;
	gint64 number;
} rows[] = {
    {AS_NEW, ACT_ROUTE, "media", 0},
    {AS_NEW, ACT_ROUTE, "trust", 0},
    {AS_NEW, ACT_URGENCY, "critical", 0},
    {AS_NEW, ACT_URGENCY, "low", 0},
    {AS_NEW, ACT_TOPIC, "press", 0},
    {AS_NEW, ACT_TOPIC, "safety", 0},
    {AS_NEW, ACT_ANSWERED, "by telephone", 0},
    {AS_NEW, ACT_CLOSE, "done", 0},
    {AS_ANSWERED, ACT_ROUTE, "media", 0},
    {AS_ANSWERED, ACT_CLOSE, "done", 0},
    {AS_ANSWERED, ACT_PAUSE, "documents", DAY},
    {AS_PAUSED, ACT_RESUME, "", 0},
    {AS_PAUSED, ACT_CLOSE, "done", 0},
    {AS_PAUSED, ACT_ROUTE, "media", 0},
    {AS_CLOSED, ACT_REOPEN, "", 0},
};

static void bring(World *world, Was was)
{
	if (was == AS_ANSWERED || was == AS_PAUSED) {
		answer(world, "<m1@x>", T0 + HOUR);
	}
	if (was == AS_PAUSED) {
		case_free(world_act(
		    world, ACT_PAUSE, 1, "documents", NOW, DAY, NULL));
	}
	if (was == AS_CLOSED) {
		case_free(world_act(world, ACT_CLOSE, 1, "done", NOW, 0, NULL));
	}
}

static void test_undo(void **unused)
{
	(void)unused;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		void *state;
		World *world;
		g_autoptr(Case) was = NULL;
		g_autoptr(Case) is = NULL;
		int code;

		setup(&state);
		world = state;
		bring(world, rows[i].was);
		was = load(world, 1);
		case_free(world_act(world, rows[i].kind, 1, rows[i].word,
		    NOW + HOUR, rows[i].number, NULL));
		/* Looking and noting change nothing. */
		case_free(world_act(
		    world, ACT_NOTE, 1, "hm", NOW + 2 * HOUR, 0, NULL));
		is = world_act(world, ACT_UNDO, 1, "", NOW + 3 * HOUR, 0, NULL);
		assert_same(is, was);
		assert_int_equal(world_events(world, 1, "undo"), 1);
		/* Once. */
		assert_null(world_act(
		    world, ACT_UNDO, 1, "", NOW + 4 * HOUR, 0, &code));
		assert_int_equal(code, ERROR_NO);
		teardown(&state);
	}
}

/* Each result stays beside the new instance. */
static void test_undo_keeps_history(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	case_free(world_act(world, ACT_CLOSE, 1, "done", NOW, 0, NULL));
	kase = world_act(world, ACT_UNDO, 1, "", NOW + HOUR, 0, NULL);
	assert_int_equal(kase->clocks->len, 4);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_REVOKED, T0 + 10 * DAY);
	assert_clock(kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, T0 + 10 * DAY);
	assert_int_equal(world_events(world, 1, "close"), 1);
}

static void test_undo_too_late(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "And the bell.",
	    .at_s = NOW + HOUR};
	int code;

	assert_null(world_act(world, ACT_UNDO, 1, "", NOW, 0, &code));
	assert_int_equal(code, ERROR_NO);
	case_free(world_act(world, ACT_ROUTE, 1, "media", NOW, 0, NULL));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	assert_null(world_act(world, ACT_UNDO, 1, "", NOW + DAY, 0, &code));
	assert_int_equal(code, ERROR_NO);
}

/* ---- unmerge ---- */

/* AR-2, which AR-1 goes into. */
static void merge(World *world)
{
	Mail second = {.id = "m2@x",
	    .from = ANNA2,
	    .body = "As I wrote from home, the bill is wrong.",
	    .at_s = T0 + HOUR};

	case_free(world_admit(world, ADMIT_NEW, &second));
	case_free(world_act(world, ACT_MERGE, 1, "", NOW, 2, NULL));
}

static void test_unmerge(void **unused)
{
	static const ActKind kinds[] = {ACT_UNMERGE, ACT_UNDO};

	(void)unused;
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		void *state;
		World *world;
		g_autoptr(Case) first = NULL;
		g_autoptr(Case) is = NULL;
		g_autoptr(Case) other = NULL;
		int code;

		setup(&state);
		world = state;
		first = load(world, 1);
		merge(world);
		assert_null(
		    world_act(world, ACT_UNMERGE, 2, "", NOW, 0, &code));
		assert_null(world_act(world, ACT_UNDO, 2, "", NOW, 0, &code));
		is = world_act(world, kinds[i], 1, "", NOW + HOUR, 0, NULL);
		assert_same(is, first);
		assert_int_equal(is->merged_into, 0);
		other = load(world, 2);
		assert_int_equal(other->messages, 1);
		assert_int_equal(other->waiting_s, T0 + HOUR);
		assert_int_equal(
		    case_due_s(other, METRIC_FIRST_REPLY), T0 + 17 * HOUR);
		assert_int_equal(g_strv_length(other->correspondents), 1);
		assert_null(
		    world_act(world, ACT_UNMERGE, 1, "", NOW + HOUR, 0, &code));
		/* Threads lead apart again. */
		answer(world, "<m1@x>", NOW + 2 * HOUR);
		assert_int_equal(world_events(world, 1, "reply"), 1);
		teardown(&state);
	}
}

/* What answered both, answered both. */
static void test_unmerge_answered(void **state)
{
	World *world = *state;
	g_autoptr(Case) is = NULL;
	g_autoptr(Case) other = NULL;

	merge(world);
	answer(world, "<m1@x>", NOW + HOUR);
	is = world_act(world, ACT_UNMERGE, 1, "", NOW + 2 * HOUR, 0, NULL);
	assert_int_equal(is->state, CASE_ANSWERED);
	assert_int_equal(is->first_reply_s, NOW + HOUR);
	assert_clock(is, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(is, METRIC_FIRST_REPLY, 2, CLOCK_MET, T0 + 16 * HOUR);
	other = load(world, 2);
	assert_int_equal(other->state, CASE_ANSWERED);
}

static void test_unmerge_after_message(void **state)
{
	World *world = *state;
	Mail third = {.id = "m3@x",
	    .from = ANNA2,
	    .refs = "<m2@x>",
	    .body = "And the bell.",
	    .at_s = NOW + HOUR};
	g_autoptr(Case) is = NULL;
	g_autoptr(Case) other = NULL;

	merge(world);
	case_free(world_admit(world, ADMIT_JOINED, &third));
	is = world_act(world, ACT_UNMERGE, 1, "", NOW + 2 * HOUR, 0, NULL);
	assert_int_equal(is->waiting_s, T0);
	assert_int_equal(case_due_s(is, METRIC_FIRST_REPLY), T0 + 16 * HOUR);
	other = load(world, 2);
	assert_int_equal(other->messages, 2);
	assert_int_equal(other->waiting_s, T0 + HOUR);
	assert_int_equal(case_due_s(other, METRIC_FIRST_REPLY), T0 + 17 * HOUR);
}

/* ---- split ---- */

static void joins(World *world, const char *id, gint64 at_s)
{
	g_autofree char *body = g_strdup_printf("About %s.", id);
	Mail more = {.id = id, .refs = "<m1@x>", .body = body, .at_s = at_s};

	case_free(world_admit(world, ADMIT_JOINED, &more));
}

static const char *const splits[] = {"2", "m2@x", "<m2@x>"};

static void test_split(void **unused)
{
	(void)unused;
	for (guint i = 0; i < G_N_ELEMENTS(splits); i++) {
		void *state;
		World *world;
		Mail next = {.id = "m4@x",
		    .refs = "<m2@x>",
		    .body = "Well?",
		    .at_s = NOW + 3 * HOUR};
		g_autoptr(Case) old = NULL;
		g_autoptr(Case) fresh = NULL;
		int code;

		setup(&state);
		world = state;
		joins(world, "m2@x", T0 + HOUR);
		old = world_act(world, ACT_SPLIT, 1, splits[i], NOW, 0, NULL);
		assert_int_equal(old->messages, 1);
		assert_int_equal(old->waiting_s, T0);
		fresh = load(world, 2);
		assert_string_equal(fresh->from, CUSTOMER);
		assert_int_equal(fresh->received_s, T0 + HOUR);
		assert_int_equal(fresh->waiting_s, T0 + HOUR);
		assert_clock(fresh, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING,
		    T0 + 17 * HOUR);
		assert_null(
		    world_act(world, ACT_SPLIT, 1, splits[i], NOW, 0, &code));
		assert_int_equal(code, ERROR_NO);
		/* What answers it, answers the new case. */
		answer(world, "<m1@x> <m2@x>", NOW + HOUR);
		assert_int_equal(world_events(world, 2, "reply"), 1);
		answer(world, "<m1@x>", NOW + 2 * HOUR);
		assert_int_equal(world_events(world, 1, "reply"), 1);
		g_clear_pointer(&fresh, case_free);
		fresh = world_admit(world, ADMIT_JOINED, &next);
		assert_int_equal(fresh->id, 2);
		/* And back. */
		g_clear_pointer(&old, case_free);
		case_free(world_act(
		    world, ACT_MERGE, 2, "", NOW + 4 * HOUR, 1, NULL));
		old = load(world, 1);
		assert_int_equal(old->waiting_s, NOW + 3 * HOUR);
		teardown(&state);
	}
}

static void test_split_refused(void **state)
{
	static const char *const words[] = {
	    "1", "m1@x", "3", "0", "99", "", "nobody@x", "-1"};
	World *world = *state;
	int code;

	joins(world, "m2@x", T0 + HOUR);
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		assert_null(
		    world_act(world, ACT_SPLIT, 1, words[i], NOW, 0, &code));
		assert_true(code == ERROR_NO || code == ERROR_USAGE);
	}
}

/* The old case goes on with what is left; what was answered, was answered. */
static void test_split_settles(void **state)
{
	World *world = *state;
	g_autoptr(Case) old = NULL;
	g_autoptr(Case) fresh = NULL;

	joins(world, "m2@x", T0 + HOUR);
	answer(world, "<m2@x>", NOW);
	joins(world, "m3@x", NOW + HOUR);
	joins(world, "m4@x", NOW + 2 * HOUR);
	case_free(
	    world_act(world, ACT_SPLIT, 1, "m2@x", NOW + 3 * HOUR, 0, NULL));
	fresh = load(world, 2);
	assert_int_equal(fresh->state, CASE_ANSWERED);
	assert_int_equal(fresh->first_reply_s, NOW);
	assert_clock(fresh, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 17 * HOUR);
	old = world_act(world, ACT_SPLIT, 1, "m3@x", NOW + 3 * HOUR, 0, NULL);
	assert_int_equal(old->waiting_s, NOW + 2 * HOUR);
	assert_int_equal(case_due_s(old, METRIC_NEXT_REPLY), NOW + 10 * HOUR);
	g_clear_pointer(&old, case_free);
	old = world_act(world, ACT_SPLIT, 1, "m4@x", NOW + 3 * HOUR, 0, NULL);
	assert_int_equal(old->state, CASE_ANSWERED);
	assert_int_equal(old->messages, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_undo),
	    TEST(test_undo_keeps_history),
	    TEST(test_undo_too_late),
	    cmocka_unit_test(test_unmerge),
	    TEST(test_unmerge_answered),
	    TEST(test_unmerge_after_message),
	    cmocka_unit_test(test_split),
	    TEST(test_split_refused),
	    TEST(test_split_settles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
