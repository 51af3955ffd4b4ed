/* Replies that come back: what they stopped, goes on. */
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
#define DAVE .from = "dave@example.com"

/* FAILED: recipients, separated by space; "" names nobody. */
static Message *bounce_message(
    const char *id, const char *failed, const char *action)
{
	g_auto(GStrv) names = g_strsplit(failed, " ", -1);
	g_autoptr(GString) text = g_string_new(
	    "From: MAILER-DAEMON@mx.example.com\r\nTo: bob@example.com\r\n"
	    "Subject: Undelivered Mail Returned to Sender\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; mx.example.com\r\n");

	for (gsize i = 0; names[i]; i++) {
		g_string_append_printf(text,
		    "\r\nFinal-Recipient: rfc822; %s\r\nAction: %s\r\n"
		    "Status: 5.1.1\r\n",
		    names[i], action);
	}
	if (!names[0]) {
		g_string_append_printf(text, "\r\nAction: %s\r\n", action);
	}
	g_string_append_printf(text,
	    "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
	    "Message-ID: <%s>\r\nReferences: <m1@x>\r\n\r\n--b--\r\n",
	    id);
	return message_read(text->str, text->len, false);
}

static Case *world_bounce_as(World *world, BounceOutcome expected,
    const char *id, const char *failed, const char *action)
{
	g_autoptr(Message) message = bounce_message(id, failed, action);
	Bounce bounce = {
	    .message = message, .at_s = T0 + 20 * HOUR, .sla = world->sla};
	BounceOutcome outcome;
	GError *error = NULL;
	Case *kase = NULL;

	assert_true(
	    store_bounce(world->store, &bounce, &outcome, &kase, &error));
	assert_int_equal(outcome, expected);
	assert_true((kase == NULL) == (outcome == BOUNCE_UNKNOWN));
	world_sound(world, kase);
	return kase;
}

static Case *world_bounce(World *world, BounceOutcome expected, const char *id)
{
	return world_bounce_as(world, expected, id, CUSTOMER, "failed");
}

/* AR-1 with m1@x, answered by r1@x after an hour. */
static void answered(World *world)
{
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
}

static void assert_detail(World *world, const char *what, const char *expected)
{
	g_autoptr(GPtrArray) events = store_events(world->store, 1, NULL);
	const Event *last = NULL;

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];
		last = strcmp(event->what, what) == 0 ? event : last;
	}
	assert_non_null(last);
	assert_string_equal(last->detail, expected);
}

static void test_revokes(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	answered(world);
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0);
	assert_int_equal(kase->first_reply_s, 0);
	assert_int_equal(kase->replied_s, 0);
	assert_string_equal(kase->replied_team, "");
	assert_int_equal(kase->clocks->len, 3);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 16 * HOUR);
	assert_int_equal(case_clock(kase, METRIC_FIRST_REPLY)->started_s, T0);
	assert_int_equal(
	    case_clock(kase, METRIC_FIRST_REPLY)->target_s, 16 * HOUR);
	/* The bounce came after the deadline. */
	assert_true(case_overdue(kase, METRIC_FIRST_REPLY, T0 + 20 * HOUR));
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY);
	/* What was told, stays told. */
	assert_int_equal(world_events(world, 1, "reply"), 1);
	assert_int_equal(world_events(world, 1, "bounced"), 1);
	assert_detail(world, "bounced",
	    "the reply <r1@x> by bob@example.com didn't reach " CUSTOMER
	    " (5.1.1); first_reply 1 revoked, first_reply 2 due "
	    "2026-11-22T02:00:00Z");
}

/* It stopped nothing, so nothing is revoked. */
static void test_acknowledgement(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {BOB, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>",
	    .body = "We have received your message and will reply to you "
		    "shortly."};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_ACKNOWLEDGED, "care", &reply));
	case_free(world_bounce(world, BOUNCE_RECORDED, "r1@x"));
	kase = world_bounce(world, BOUNCE_AGAIN, "r1@x");
	assert_int_equal(kase->clocks->len, 2);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 16 * HOUR);
	assert_int_equal(world_events(world, 1, "bounced"), 1);
}

static void test_twice(void **state)
{
	World *world = *state;
	Mail again = {BOB, .to = CUSTOMER, .id = "r2@x", .refs = "<m1@x>",
	    .at_s = T0 + 21 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_bounce(world, BOUNCE_REVOKED, "r1@x"));
	case_free(world_bounce(world, BOUNCE_AGAIN, "r1@x"));
	kase = world_answer(world, ANSWER_STOPPED, "care", &again);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_MISSED, T0 + 16 * HOUR);
	assert_int_equal(kase->first_reply_s, T0 + 21 * HOUR);
	g_clear_pointer(&kase, case_free);
	/* The late twin of a bounce undoes no later answer. */
	kase = world_bounce(world, BOUNCE_AGAIN, "r1@x");
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(world_events(world, 1, "bounced"), 1);
	g_clear_pointer(&kase, case_free);
	/* Nor does the sent copy of the lost reply answer anything. */
	case_free(world_bounce(world, BOUNCE_REVOKED, "r2@x"));
	again.id = "r1@x";
	kase = world_answer(world, ANSWER_AGAIN, "care", &again);
	assert_int_equal(kase->state, CASE_OPEN);
}

typedef struct {
	const char *name;
	const char *id, *failed, *action;
	BounceOutcome outcome;
} Row;

/* Of a reply to the customer, the customer's other address, and a friend. */
#define PRIVATE "anna.private@other.example"
static const Row rows[] = {
    {"both", "r1@x", CUSTOMER " " PRIVATE, "failed", BOUNCE_REVOKED},
    {"whom, isn't said", "r1@x", "", "failed", BOUNCE_REVOKED},
    {"in other letters", "r1@x", "Anna@Customer.EXAMPLE " PRIVATE, "FAILED",
	BOUNCE_REVOKED},
    {"the other address got it", "r1@x", CUSTOMER, "failed", BOUNCE_RECORDED},
    {"a copy", "r1@x", "friend@other.example", "failed", BOUNCE_RECORDED},
    {"somebody", "r1@x", "who@knows.example", "failed", BOUNCE_RECORDED},
    {"delayed", "r1@x", CUSTOMER " " PRIVATE, "delayed", BOUNCE_UNKNOWN},
    {"delivered", "r1@x", CUSTOMER " " PRIVATE, "delivered", BOUNCE_UNKNOWN},
    {"relayed", "r1@x", CUSTOMER " " PRIVATE, "relayed", BOUNCE_UNKNOWN},
    {"of the message itself", "m1@x", CUSTOMER, "failed", BOUNCE_UNKNOWN},
    {"of a forward", "f1@x", CUSTOMER, "failed", BOUNCE_UNKNOWN},
    {"of a stranger", "z@x", CUSTOMER, "failed", BOUNCE_UNKNOWN},
};

static void test_rows(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];
		World *world = world_new();
		bool revoked = row->outcome == BOUNCE_REVOKED;
		Mail first = {
		    .id = "m1@x", .more = "Reply-To: <" PRIVATE ">\r\n"};
		Mail forward = {BOB, .to = "dave@example.com", .id = "f1@x",
		    .refs = "<m1@x>"};
		Mail reply = {BOB, .to = CUSTOMER ">, <" PRIVATE, .id = "r1@x",
		    .cc = "friend@other.example", .refs = "<m1@x>"};
		g_autoptr(Case) kase = NULL;

		print_message("  %s\n", row->name);
		case_free(world_admit(world, ADMIT_NEW, &first));
		case_free(
		    world_answer(world, ANSWER_ELSEWHERE, "care", &forward));
		case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
		case_free(world_bounce_as(
		    world, row->outcome, row->id, row->failed, row->action));
		kase = store_case(world->store, 1, NULL);
		assert_int_equal(
		    kase->state, revoked ? CASE_OPEN : CASE_ANSWERED);
		assert_int_equal(kase->first_reply_s, revoked ? 0 : T0 + HOUR);
		assert_int_equal(world_events(world, 1, "bounced"),
		    row->outcome != BOUNCE_UNKNOWN);
		case_free(world_bounce_as(world,
		    row->outcome == BOUNCE_UNKNOWN ? BOUNCE_UNKNOWN
						   : BOUNCE_AGAIN,
		    row->id, row->failed, row->action));
		world_free(world);
	}
}

/* One address after the other. */
static void test_in_pieces(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x", .more = "Reply-To: <" PRIVATE ">\r\n"};
	Mail reply = {
	    BOB, .to = CUSTOMER ">, <" PRIVATE, .id = "r1@x", .refs = "<m1@x>"};

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_bounce_as(
	    world, BOUNCE_RECORDED, "r1@x", CUSTOMER, "failed"));
	case_free(
	    world_bounce_as(world, BOUNCE_REVOKED, "r1@x", PRIVATE, "failed"));
}

/* Another reply did arrive: that one was the first. */
static void test_covered(void **state)
{
	World *world = *state;
	Mail second = {DAVE, .to = CUSTOMER, .id = "r2@x", .refs = "<m1@x>",
	    .at_s = T0 + 17 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_answer(world, ANSWER_RECORDED, "media", &second));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(kase->first_reply_s, T0 + 17 * HOUR);
	assert_string_equal(kase->replied_team, "media");
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_MISSED, T0 + 16 * HOUR);
	g_clear_pointer(&kase, case_free);
	/* Until that one comes back, too. */
	kase = world_bounce(world, BOUNCE_REVOKED, "r2@x");
	assert_int_equal(kase->waiting_s, T0);
	assert_int_equal(kase->first_reply_s, 0);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 3, CLOCK_RUNNING, T0 + 16 * HOUR);
}

static void test_copy_of_ours_lost(void **state)
{
	World *world = *state;
	Mail second = {DAVE, .to = CUSTOMER, .id = "r2@x", .refs = "<m1@x>",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_answer(world, ANSWER_RECORDED, "media", &second));
	kase = world_bounce(world, BOUNCE_REVOKED, "r2@x");
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(kase->first_reply_s, T0 + HOUR);
	assert_int_equal(kase->replied_s, T0 + HOUR);
	assert_string_equal(kase->replied_team, "care");
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_int_equal(kase->clocks->len, 2);
}

static void test_answered_by_hand(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "But?",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_admit(world, ADMIT_JOINED, &more));
	case_free(world_act(
	    world, ACT_ANSWERED, 1, "by phone", T0 + 3 * HOUR, 0, NULL));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_int_equal(kase->first_reply_s, T0 + 3 * HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_MET, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_MET, T0 + 10 * HOUR);
}

/* The customer wrote again meanwhile: the earlier wait, the sooner deadline. */
static void test_waits_already(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "But?",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_admit(world, ADMIT_JOINED, &more));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->waiting_s, T0);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_REVOKED, T0 + 10 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 10 * HOUR);
}

/* A later reply bounces: the first one stays what it is. */
static void test_next_reply(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "But?",
	    .at_s = T0 + 2 * HOUR};
	Mail again = {BOB, .to = CUSTOMER, .id = "r2@x", .refs = "<m2@x>",
	    .at_s = T0 + 3 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_admit(world, ADMIT_JOINED, &more));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &again));
	kase = world_bounce(world, BOUNCE_REVOKED, "r2@x");
	assert_int_equal(kase->waiting_s, T0 + 2 * HOUR);
	assert_int_equal(kase->first_reply_s, T0 + HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_REVOKED, T0 + 10 * HOUR);
	assert_clock(kase, METRIC_NEXT_REPLY, 2, CLOCK_RUNNING, T0 + 10 * HOUR);
	g_clear_pointer(&kase, case_free);
	/* And now the first one as well. */
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->waiting_s, T0);
	assert_clock(kase, METRIC_NEXT_REPLY, 2, CLOCK_REVOKED, T0 + 10 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 10 * HOUR);
}

static void test_paused(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_act(
	    world, ACT_PAUSE, 1, "documents", T0 + 10 * HOUR, DAY, NULL));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0);
	/* Ten hours of pause are given back, and the bounce ends it. */
	assert_clock(
	    kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY + 10 * HOUR);
	assert_int_equal(world_events(world, 1, "resume"), 1);
}

static void test_closed(void **state)
{
	World *world = *state;
	Mail second = {BOB, .to = CUSTOMER, .id = "r2@x", .refs = "<m1@x>",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_answer(world, ANSWER_RECORDED, "care", &second));
	case_free(
	    world_act(world, ACT_CLOSE, 1, "done", T0 + 4 * HOUR, 0, NULL));
	case_free(world_bounce(world, BOUNCE_REVOKED, "r2@x"));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->closed_s, 0);
	assert_int_equal(world_events(world, 1, "reopen"), 1);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_MET, T0 + 10 * DAY);
	assert_clock(kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, T0 + 10 * DAY);
}

/* Who closed it after the bounce knew of it. */
static void test_closed_knowing(void **state)
{
	World *world = *state;
	Mail second = {BOB, .to = CUSTOMER, .id = "r2@x", .refs = "<m1@x>",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_bounce(world, BOUNCE_REVOKED, "r1@x"));
	case_free(
	    world_act(world, ACT_CLOSE, 1, "no way", T0 + 22 * HOUR, 0, NULL));
	case_free(world_answer(world, ANSWER_RECORDED, "care", &second));
	kase = world_bounce(world, BOUNCE_REVOKED, "r2@x");
	assert_int_equal(kase->state, CASE_CLOSED);
}

static void test_merged(void **state)
{
	World *world = *state;
	Mail other = {.id = "m9@x",
	    .body = "Quite another letter about an invoice.",
	    .at_s = T0 + 5 * HOUR};
	g_autoptr(Case) kase = NULL;

	answered(world);
	case_free(world_admit(world, ADMIT_NEW, &other));
	case_free(world_act(world, ACT_MERGE, 1, NULL, T0 + 6 * HOUR, 2, NULL));
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->id, 2);
	assert_int_equal(kase->waiting_s, T0);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 21 * HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 16 * HOUR);
	g_clear_pointer(&kase, case_free);
	kase = store_case(world->store, 1, NULL);
	assert_int_equal(kase->state, CASE_CLOSED);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_int_equal(world_events(world, 1, "bounced"), 1);
	assert_int_equal(world_events(world, 2, "bounced"), 1);
	case_free(world_bounce(world, BOUNCE_AGAIN, "r1@x"));
}

/* Whoever knows the id can't fill the timeline. */
static void test_flood(void **state)
{
	World *world = *state;

	answered(world);
	world->unchecked = true;
	for (guint i = 0; i < 100; i++) {
		g_autofree char *who = g_strdup_printf("w%u@x.example", i);
		g_autoptr(Message) message =
		    bounce_message("r1@x", who, "failed");
		Bounce bounce = {
		    .message = message, .at_s = T0 + DAY, .sla = world->sla};
		BounceOutcome outcome;
		g_autoptr(Case) kase = NULL;

		assert_true(
		    store_bounce(world->store, &bounce, &outcome, &kase, NULL));
		assert_int_equal(kase->state, CASE_ANSWERED);
	}
	assert_int_equal(world_events(world, 1, "bounced"), 16);
	/* The true one still counts. */
	case_free(world_bounce(world, BOUNCE_REVOKED, "r1@x"));
}

/* What must be known is in the store. */
static void test_from_disk(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x", .topic = "press"};
	Mail reply = {DAVE, .to = CUSTOMER, .id = "r1@x", .refs = "<m1@x>"};
	g_autoptr(Case) kase = NULL;

	/* That team promises two hours, and no time to resolve. */
	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "media", &reply));
	world_reopen(world);
	kase = world_bounce(world, BOUNCE_REVOKED, "r1@x");
	assert_int_equal(kase->clocks->len, 2);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 2 * HOUR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_revokes),
	    TEST(test_acknowledgement),
	    TEST(test_twice),
	    cmocka_unit_test(test_rows),
	    TEST(test_in_pieces),
	    TEST(test_covered),
	    TEST(test_copy_of_ours_lost),
	    TEST(test_answered_by_hand),
	    TEST(test_waits_already),
	    TEST(test_next_reply),
	    TEST(test_paused),
	    TEST(test_closed),
	    TEST(test_closed_knowing),
	    TEST(test_merged),
	    TEST(test_flood),
	    TEST(test_from_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
