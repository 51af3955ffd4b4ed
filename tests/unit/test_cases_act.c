/* What people do with a case, and pauses that end by themselves. */
#include "cases_fixture.h"

static int setup(void **state)
{
	World *world;

	message_init();
	world = world_new();
	Mail first = {.id = "m1@x"};
	case_free(world_admit(world, ADMIT_NEW, &first));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

#define NOW (T0 + HOUR)

static void answer(World *world)
{
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>",
	    .at_s = T0 + 600};

	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
}

/* ---- what is refused ---- */

typedef enum { AS_NEW, AS_ANSWERED, AS_PAUSED, AS_CLOSED, AS_MERGED } Was;

typedef struct {
	Was was;
	ActKind kind;
	guint64 id;
	const char *word;
	gint64 number;
	int code;
} Refusal;

static const Refusal refusals[] = {
    {AS_NEW, ACT_ROUTE, 1, "caer", 0, ERROR_USAGE},
    {AS_NEW, ACT_ROUTE, 1, "", 0, ERROR_USAGE},
    {AS_NEW, ACT_ROUTE, 1, "care", 0, ERROR_NO},
    {AS_NEW, ACT_ROUTE, 99, "media", 0, ERROR_NO},
    {AS_CLOSED, ACT_ROUTE, 1, "media", 0, ERROR_NO},
    {AS_NEW, ACT_URGENCY, 1, "hihg", 0, ERROR_USAGE},
    {AS_NEW, ACT_URGENCY, 1, "normal", 0, ERROR_NO},
    {AS_NEW, ACT_TOPIC, 1, "biling", 0, ERROR_USAGE},
    {AS_NEW, ACT_TOPIC, 1, "billing", 0, ERROR_NO},
    {AS_NEW, ACT_NOTE, 1, "", 0, ERROR_USAGE},
    {AS_ANSWERED, ACT_ANSWERED, 1, "by phone", 0, ERROR_NO},
    {AS_NEW, ACT_CLOSE, 1, "", 0, ERROR_USAGE},
    {AS_CLOSED, ACT_CLOSE, 1, "again", 0, ERROR_NO},
    {AS_NEW, ACT_REOPEN, 1, "", 0, ERROR_NO},
    {AS_NEW, ACT_PAUSE, 1, "documents", DAY, ERROR_NO},
    {AS_ANSWERED, ACT_PAUSE, 1, "", DAY, ERROR_USAGE},
    {AS_ANSWERED, ACT_PAUSE, 1, "documents", 0, ERROR_USAGE},
    {AS_ANSWERED, ACT_PAUSE, 1, "documents", -5, ERROR_USAGE},
    {AS_ANSWERED, ACT_PAUSE, 1, "documents", 999 * DAY, ERROR_USAGE},
    {AS_PAUSED, ACT_PAUSE, 1, "documents", DAY, ERROR_NO},
    {AS_CLOSED, ACT_PAUSE, 1, "documents", DAY, ERROR_NO},
    {AS_NEW, ACT_RESUME, 1, "", 0, ERROR_NO},
    {AS_NEW, ACT_MERGE, 1, "", 1, ERROR_USAGE},
    {AS_NEW, ACT_MERGE, 1, "", 99, ERROR_NO},
    {AS_MERGED, ACT_NOTE, 1, "text", 0, ERROR_NO},
    {AS_MERGED, ACT_REOPEN, 1, "", 0, ERROR_NO},
    {AS_MERGED, ACT_MERGE, 2, "", 1, ERROR_NO},
};

static void bring(World *world, Was was)
{
	Mail second = {.id = "m2@x", .from = "z@z.example", .body = "z"};

	if (was == AS_ANSWERED || was == AS_PAUSED) {
		answer(world);
	}
	if (was == AS_PAUSED) {
		case_free(world_act(
		    world, ACT_PAUSE, 1, "documents", NOW, DAY, NULL));
	}
	if (was == AS_CLOSED) {
		case_free(world_act(world, ACT_CLOSE, 1, "done", NOW, 0, NULL));
	}
	if (was == AS_MERGED) {
		case_free(world_admit(world, ADMIT_NEW, &second));
		case_free(world_act(world, ACT_MERGE, 1, "", NOW, 2, NULL));
	}
}

static void test_refusals(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const Refusal *row = &refusals[i];
		void *fresh = NULL;
		int code = -1;

		setup(&fresh);
		bring(fresh, row->was);
		{
			World *world = fresh;
			g_autoptr(GPtrArray) before =
			    store_events(world->store, 1, NULL);
			g_autoptr(GPtrArray) after = NULL;

			assert_null(world_act(world, row->kind, row->id,
			    row->word, NOW + 1, row->number, &code));
			if (code != row->code) {
				print_message("row %u: %d\n", (guint)i, code);
			}
			assert_int_equal(code, row->code);
			after = store_events(world->store, 1, NULL);
			assert_int_equal(before->len, after->len);
		}
		teardown(&fresh);
	}
}

static void test_refusal_words(void **state)
{
	World *world = *state;
	Act act = {.kind = ACT_ROUTE,
	    .id = 1,
	    .who = "eva",
	    .word = "mediaa",
	    .now_s = NOW,
	    .conf = world->conf,
	    .sla = world->sla};
	GError *error = NULL;

	assert_false(store_act(world->store, &act, NULL, &error));
	assert_string_equal(
	    error->message, "unknown team \"mediaa\"; did you mean \"media\"?");
	g_clear_error(&error);
	act.kind = ACT_PAUSE;
	act.for_s = DAY;
	assert_false(store_act(world->store, &act, NULL, &error));
	assert_string_equal(error->message,
	    "AR-1 has an unanswered message since 2026-11-21T10:00:00Z; "
	    "answer it first");
	g_clear_error(&error);
}

/* ---- what is done ---- */

static void test_route(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    world_act(world, ACT_ROUTE, 1, "media", NOW, 0, NULL);

	assert_string_equal(kase->team, "media");
	assert_string_equal(kase->policy, "media");
	/* The start stays; the old promise stays on record. */
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 2 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_REVOKED, T0 + 10 * DAY);
	assert_null(case_clock(kase, METRIC_RESOLVE));
	g_clear_pointer(&kase, case_free);
	kase = world_act(world, ACT_ROUTE, 1, "trust", NOW + 1, 0, NULL);
	assert_true(kase->sensitive);
	assert_string_equal(kase->excerpt, "");
	assert_clock(kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, T0 + 10 * DAY);
	assert_int_equal(world_events(world, 1, "route"), 2);
}

static void expect_holder(
    const Case *kase, guint index, const char *team, gint64 from_s)
{
	const Holder *holder;

	assert_true(index < kase->holders->len);
	holder = kase->holders->pdata[index];
	assert_string_equal(holder->team, team);
	assert_int_equal(holder->from_s, from_s);
}

static Case *route(World *world, const char *team, gint64 now_s)
{
	return world_act(world, ACT_ROUTE, 2, team, now_s, 0, NULL);
}

/* Twice is a correction; the third time the assistant decides, here: the team
 * of what no other route takes. */
static void test_third_hop(void **state)
{
	World *world = *state;
	Mail mail = {.from = "p@paper.example", .id = "m9@x", .topic = "press"};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

	assert_int_equal(kase->holders->len, 0);
	case_free(route(world, "trust", T0 + HOUR));
	case_free(route(world, "media", T0 + 2 * HOUR));
	g_clear_pointer(&kase, case_free);
	kase = route(world, "trust", T0 + 3 * HOUR);
	assert_string_equal(kase->team, "care");
	assert_int_equal(kase->holders->len, 4);
	expect_holder(kase, 0, "media", T0);
	expect_holder(kase, 1, "trust", T0 + HOUR);
	expect_holder(kase, 2, "media", T0 + 2 * HOUR);
	expect_holder(kase, 3, "care", T0 + 3 * HOUR);
	/* The start stays, whoever has it. */
	assert_int_equal(case_clock(kase, METRIC_FIRST_REPLY)->started_s, T0);
	g_clear_pointer(&kase, case_free);
	/* What the assistant decides, holds, and counts anew. */
	kase = route(world, "trust", T0 + 4 * HOUR);
	assert_string_equal(kase->team, "trust");
	assert_int_equal(kase->hops, 0);
	case_free(route(world, "media", T0 + 5 * HOUR));
	case_free(route(world, "trust", T0 + 6 * HOUR));
	g_clear_pointer(&kase, case_free);
	kase = route(world, "media", T0 + 7 * HOUR);
	assert_string_equal(kase->team, "care");
}

static void test_topic(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    world_act(world, ACT_TOPIC, 1, "safety", NOW, 0, NULL);

	assert_string_equal(kase->topics[0], "safety");
	assert_string_equal(kase->topics[1], "billing");
	assert_true(kase->sensitive);
	assert_string_equal(kase->excerpt, "");
	assert_int_equal(kase->level, URGENCY_CRITICAL);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + HOUR);
	g_clear_pointer(&kase, case_free);
	kase = world_act(world, ACT_TOPIC, 1, "press", NOW, 0, NULL);
	assert_false(kase->sensitive);
}

static void test_urgency_note(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    world_act(world, ACT_URGENCY, 1, "high", NOW, 0, NULL);
	g_autoptr(GPtrArray) events = NULL;
	const Event *last;

	assert_int_equal(kase->level, URGENCY_HIGH);
	assert_int_equal(kase->urgency, urgency_floor(URGENCY_HIGH));
	case_free(world_act(world, ACT_NOTE, 1, "called\nback", NOW, 0, NULL));
	events = store_events(world->store, 1, NULL);
	last = events->pdata[events->len - 1];
	assert_string_equal(last->what, "note");
	assert_string_equal(last->who, "eva");
	assert_null(strchr(last->detail, '\n'));
}

static void test_answered(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    world_act(world, ACT_ANSWERED, 1, "by phone", NOW, 0, NULL);

	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(kase->first_reply_s, NOW);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
}

static void test_close_reopen(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    world_act(world, ACT_CLOSE, 1, "spam", NOW, 0, NULL);

	assert_int_equal(kase->state, CASE_CLOSED);
	assert_string_equal(kase->closed_because, "spam");
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_MET, T0 + 10 * DAY);
	g_clear_pointer(&kase, case_free);
	kase = world_act(world, ACT_REOPEN, 1, "", NOW + HOUR, 0, NULL);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_null(kase->closed_because);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, NOW + 17 * HOUR);
	assert_clock(
	    kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, NOW + HOUR + 10 * DAY);
	assert_int_equal(kase->clocks->len, 4);
}

static void test_pause(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "here",
	    .at_s = NOW + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answer(world);
	kase = world_act(world, ACT_PAUSE, 1, "documents", NOW, DAY, NULL);
	assert_int_equal(kase->state, CASE_PAUSED);
	assert_int_equal(kase->pause_until_s, NOW + DAY);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_PAUSED, 0);
	g_clear_pointer(&kase, case_free);
	kase = world_act(world, ACT_RESUME, 1, "", NOW + HOUR, 0, NULL);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_clock(
	    kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY + HOUR);
	g_clear_pointer(&kase, case_free);
	/* The correspondent's message ends it, too. */
	case_free(
	    world_act(world, ACT_PAUSE, 1, "documents", NOW + HOUR, DAY, NULL));
	kase = world_admit(world, ADMIT_JOINED, &more);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_clock(
	    kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY + 2 * HOUR);
	assert_clock(
	    kase, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, NOW + 10 * HOUR);
}

static void test_pause_heals_no_breach(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	answer(world);
	kase = world_act(world, ACT_PAUSE, 1, "late", T0 + 11 * DAY, DAY, NULL);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY);
}

static void test_wake(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;
	guint n = 99;

	answer(world);
	case_free(world_act(world, ACT_PAUSE, 1, "documents", NOW, DAY, NULL));
	assert_true(
	    store_wake(world->store, world->sla, NOW + DAY - 1, &n, NULL));
	assert_int_equal(n, 0);
	world_reopen(world);
	/* Late, and still counted from the end of the pause. */
	assert_true(
	    store_wake(world->store, world->sla, NOW + 5 * DAY, &n, NULL));
	assert_int_equal(n, 1);
	kase = store_case(world->store, 1, NULL);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 11 * DAY);
	assert_true(
	    store_wake(world->store, world->sla, NOW + 5 * DAY, &n, NULL));
	assert_int_equal(n, 0);
	world_check(world);
}

static void test_wake_many(void **state)
{
	World *world = *state;
	guint n = 0;

	world->unchecked = true;
	for (int i = 0; i < 150; i++) {
		g_autofree char *id = g_strdup_printf("p%d@x", i);
		Mail mail = {.id = id, .body = id};
		g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

		case_free(
		    world_act(world, ACT_ANSWERED, kase->id, "", NOW, 0, NULL));
		case_free(world_act(
		    world, ACT_PAUSE, kase->id, "p", NOW, HOUR, NULL));
	}
	assert_true(store_wake(world->store, world->sla, NOW + DAY, &n, NULL));
	assert_int_equal(n, 150);
	world_check(world);
}

static void test_merge(void **state)
{
	World *world = *state;
	Mail second = {.id = "m2@x",
	    .from = "anna@work.example",
	    .body = "As I wrote from home, the bill is wrong.",
	    .at_s = T0 + 2 * HOUR};
	Mail third = {.id = "m3@x",
	    .refs = "<m1@x>",
	    .body = "more",
	    .at_s = T0 + 4 * HOUR};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m3@x>",
	    .at_s = T0 + 5 * HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &second));
	kase = world_act(world, ACT_MERGE, 1, "", T0 + 3 * HOUR, 2, NULL);
	assert_int_equal(kase->merged_into, 2);
	assert_string_equal(kase->closed_because, "merged into AR-2");
	g_clear_pointer(&kase, case_free);
	kase = store_case(world->store, 2, NULL);
	assert_int_equal(kase->messages, 2);
	/* The older wait is what counts. */
	assert_int_equal(kase->waiting_s, T0);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 16 * HOUR);
	g_clear_pointer(&kase, case_free);
	/* Threads of the one lead to the other. */
	kase = world_admit(world, ADMIT_JOINED, &third);
	assert_int_equal(kase->id, 2);
	g_clear_pointer(&kase, case_free);
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->id, 2);
	assert_int_equal(world_events(world, 1, "merge"), 1);
	assert_int_equal(world_events(world, 2, "merge"), 1);
}

static void test_merge_keeps_secrets(void **state)
{
	World *world = *state;
	Mail secret = {.id = "m2@x",
	    .topic = "safety",
	    .critical = true,
	    .body = "A threat, from another address."};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &secret));
	case_free(world_act(world, ACT_MERGE, 2, "", NOW, 1, NULL));
	kase = store_case(world->store, 1, NULL);
	assert_true(kase->sensitive);
	assert_string_equal(kase->excerpt, "");
	assert_int_equal(kase->level, URGENCY_CRITICAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refusals),
	    TEST(test_refusal_words),
	    TEST(test_route),
	    TEST(test_third_hop),
	    TEST(test_topic),
	    TEST(test_urgency_note),
	    TEST(test_answered),
	    TEST(test_close_reopen),
	    TEST(test_pause),
	    TEST(test_pause_heals_no_breach),
	    TEST(test_wake),
	    TEST(test_wake_many),
	    TEST(test_merge),
	    TEST(test_merge_keeps_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
