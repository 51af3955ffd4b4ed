/* Replies of ours: which case, whether they count, what they stop. */
#include "cases_fixture.h"

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

#define BOB .from = "bob@example.com"

static void test_stops(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>",
	    .recipients = CUSTOMER " archive@example.com"};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(kase->waiting_s, 0);
	assert_int_equal(kase->first_reply_s, T0 + HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY);
	g_clear_pointer(&kase, case_free);
	/* The copy from the folder of sent mail, with another footer. */
	reply.body = "With a footer of the archive.";
	kase = world_answer(world, ANSWER_AGAIN, "care", &reply);
	assert_int_equal(kase->id, 1);
	assert_int_equal(world_events(world, 1, "reply"), 1);
	g_clear_pointer(&kase, case_free);
	reply.id = "r2@x";
	kase = world_answer(world, ANSWER_RECORDED, "care", &reply);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(world_events(world, 1, "answered twice"), 0);
}

typedef struct {
	const char *name;
	Mail reply;
	AnswerOutcome outcome;
} Row;

/* To AR-1: m1@x from the customer, Outlook's conversation given. */
#define TOPIC_INDEX "Thread-Index: AQIDBAUGBwgJCgsMDQ4PEBESExQVFg==\r\n"
static const Row rows[] = {
    {"to the customer", {BOB, .to = CUSTOMER, .refs = "<m1@x>"},
	ANSWER_STOPPED},
    {"the customer in copy",
	{BOB, .to = "x@y.example", .cc = CUSTOMER, .refs = "<m1@x>"},
	ANSWER_STOPPED},
    {"to the customer's other address",
	{BOB, .to = "anna.private@other.example", .refs = "<m1@x>"},
	ANSWER_STOPPED},
    {"by Outlook's conversation", {BOB, .to = CUSTOMER, .more = TOPIC_INDEX},
	ANSWER_STOPPED},
    {"an internal forward", {BOB, .to = "carol@example.com", .refs = "<m1@x>"},
	ANSWER_ELSEWHERE},
    {"only blind copy: in the envelope, not in To or Cc",
	{BOB, .to = "carol@example.com", .refs = "<m1@x>",
	    .recipients = "carol@example.com " CUSTOMER},
	ANSWER_ELSEWHERE},
    {"in To, but not sent there",
	{BOB, .to = CUSTOMER, .refs = "<m1@x>",
	    .recipients = "carol@example.com"},
	ANSWER_ELSEWHERE},
    {"to somebody who was only in copy",
	{BOB, .to = "friend@other.example", .refs = "<m1@x>"},
	ANSWER_ELSEWHERE},
    {"without a thread", {BOB, .to = CUSTOMER}, ANSWER_UNKNOWN},
    {"to another thread", {BOB, .to = CUSTOMER, .refs = "<z@x>"},
	ANSWER_UNKNOWN},
};

static void test_rows(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		World *world = world_new();
		Mail first = {.id = "m1@x",
		    .cc = "friend@other.example",
		    .more = "Reply-To: "
			    "<anna.private@other.example>\r\n" TOPIC_INDEX};
		Mail reply = rows[i].reply;
		g_autoptr(Case) kase = NULL;

		print_message("  %s\n", rows[i].name);
		reply.id = "r1@x";
		case_free(world_admit(world, ADMIT_NEW, &first));
		kase = world_answer(world, rows[i].outcome, "care", &reply);
		kase = (case_free(kase), store_case(world->store, 1, NULL));
		assert_true((case_clock(kase, METRIC_FIRST_REPLY) == NULL) ==
			    (rows[i].outcome == ANSWER_STOPPED));
		assert_int_equal(world_events(world, 1, "forwarded"),
		    rows[i].outcome == ANSWER_ELSEWHERE);
		/* Told once. */
		case_free(world_answer(world,
		    rows[i].outcome == ANSWER_STOPPED ? ANSWER_AGAIN
						      : rows[i].outcome,
		    "care", &reply));
		assert_int_equal(world_events(world, 1, "forwarded"),
		    rows[i].outcome == ANSWER_ELSEWHERE);
		world_free(world);
	}
}

/* The mail server hands one mail over twice, by recipient. */
static void test_split_envelope(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .cc = "carol@example.com",
	    .id = "r1@x", .refs = "<m1@x>", .recipients = "carol@example.com"};

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_ELSEWHERE, "care", &reply));
	reply.recipients = CUSTOMER;
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
}

static void test_missed(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	reply.at_s = T0 + 16 * HOUR + 1;
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MISSED, T0 + 16 * HOUR);
}

static void test_to_the_second(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>",
	    .at_s = T0 + 16 * HOUR};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &first);

	assert_false(case_overdue(kase, METRIC_FIRST_REPLY, T0 + 16 * HOUR));
	assert_true(case_overdue(kase, METRIC_FIRST_REPLY, T0 + 16 * HOUR + 1));
	g_clear_pointer(&kase, case_free);
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
}

static void test_answered_twice(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	Mail second = {.from = "dave@example.com",
	    .to = CUSTOMER,
	    .id = "r2@x",
	    .refs = "<m1@x>",
	    .at_s = T0 + 2 * HOUR};

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_answer(world, ANSWER_RECORDED, "media", &second));
	assert_int_equal(world_events(world, 1, "answered twice"), 1);
}

/* A thread goes on by the ids of our replies. */
static void test_thread_by_reply(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	Mail more = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "But?",
	    .at_s = T0 + 2 * HOUR};
	Mail again = {BOB, .to = CUSTOMER, .id = "r2@x", .refs = "<m2@x>",
	    .at_s = T0 + 3 * HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	kase = world_answer(world, ANSWER_STOPPED, "care", &again);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_MET, T0 + 10 * HOUR);
	assert_int_equal(kase->first_reply_s, T0 + HOUR);
}

/* A server on the way renames it: one reply, and both ids lead to its case,
 * whichever copy is seen first. */
static void test_renamed(void **unused)
{
	(void)unused;
	for (guint i = 0; i < 2; i++) {
		void *state;
		World *world;
		Mail first = {.id = "m1@x"};
		Mail old = {
		    BOB, .to = CUSTOMER, .id = "r1@pc", .refs = "<m1@x>"};
		Mail new = {BOB, .to = CUSTOMER, .id = "r1@cloud",
		    .refs = "<m1@x>",
		    .more = "X-Microsoft-Original-Message-ID: <r1@pc>\r\n"};
		Mail next = {.refs = "<r1@cloud>",
		    .id = "m2@x",
		    .body = "And?",
		    .at_s = T0 + 2 * HOUR};
		g_autoptr(Case) kase = NULL;

		setup(&state);
		world = state;
		case_free(world_admit(world, ADMIT_NEW, &first));
		case_free(world_answer(
		    world, ANSWER_STOPPED, "care", i ? &new : &old));
		case_free(
		    world_answer(world, ANSWER_AGAIN, "care", i ? &old : &new));
		case_free(world_answer(world, ANSWER_AGAIN, "care", &new));
		assert_int_equal(world_events(world, 1, "reply"), 1);
		assert_int_equal(world_events(world, 1, "renamed"), 1);
		kase = world_admit(world, ADMIT_JOINED, &next);
		assert_int_equal(kase->id, 1);
		teardown(&state);
	}
}

/* Nobody waits for an answer to thanks: they end no state, not even a pause. */
static void test_thanks(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	Mail thanks = {.id = "m2@x", .refs = "<r1@x>", .body = "Thank you!"};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_act(
	    world, ACT_PAUSE, 1, "documents", T0 + 2 * HOUR, DAY, NULL));
	thanks.at_s = T0 + 3 * HOUR;
	kase = world_admit(world, ADMIT_JOINED, &thanks);
	assert_int_equal(kase->state, CASE_PAUSED);
	assert_int_equal(kase->messages, 2);
	g_clear_pointer(&kase, case_free);
	case_free(
	    world_act(world, ACT_CLOSE, 1, "done", T0 + 4 * HOUR, 0, NULL));
	thanks.id = "m3@x";
	thanks.body = "Thanks again, great help!";
	thanks.at_s = T0 + 5 * HOUR;
	kase = world_admit(world, ADMIT_JOINED, &thanks);
	assert_int_equal(kase->state, CASE_CLOSED);
	assert_null(case_clock(kase, METRIC_NEXT_REPLY));
}

/* Taken in late: it answers what was there, not what came after it. */
static void test_late_reply(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail more = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "But?",
	    .at_s = T0 + 5 * HOUR};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0 + 5 * HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, T0 + 13 * HOUR);
}

/* A clock that goes slow doesn't make an answer precede its question. */
static void test_slow_clock(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>",
	    .at_s = T0 - 120};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->state, CASE_ANSWERED);
}

static void test_closed_and_paused(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_act(
	    world, ACT_PAUSE, 1, "documents", T0 + 2 * HOUR, DAY, NULL));
	reply.id = "r2@x";
	reply.at_s = T0 + 3 * HOUR;
	kase = world_answer(world, ANSWER_RECORDED, "care", &reply);
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_clock(
	    kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY + HOUR);
	g_clear_pointer(&kase, case_free);
	case_free(
	    world_act(world, ACT_CLOSE, 1, "done", T0 + 4 * HOUR, 0, NULL));
	reply.id = "r3@x";
	reply.at_s = T0 + 5 * HOUR;
	kase = world_answer(world, ANSWER_RECORDED, "care", &reply);
	assert_int_equal(kase->state, CASE_CLOSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_stops),
	    cmocka_unit_test(test_rows),
	    TEST(test_split_envelope),
	    TEST(test_missed),
	    TEST(test_to_the_second),
	    TEST(test_answered_twice),
	    TEST(test_thread_by_reply),
	    cmocka_unit_test(test_renamed),
	    TEST(test_thanks),
	    TEST(test_late_reply),
	    TEST(test_slow_clock),
	    TEST(test_closed_and_paused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
