/* Messages from outside: new, joined, linked, copies, and what they raise. */
#include "cases_fixture.h"

#include "anteroom/limits.h"

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

static void test_new(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .recipients = DESK " press@example.com"};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(Case) found = store_case(world->store, kase->id, NULL);

	assert_int_equal(kase->id, 1);
	assert_string_equal(kase->team, "care");
	assert_string_equal(kase->policy, "standard");
	assert_string_equal(kase->from, CUSTOMER);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_int_equal(kase->waiting_s, T0);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 + 10 * DAY);
	assert_null(case_clock(kase, METRIC_NEXT_REPLY));
	assert_string_equal(kase->witnesses[0], "press@example.com");
	assert_null(kase->witnesses[1]);
	assert_int_equal(kase->hits->len, 1);
	assert_non_null(strstr(kase->excerpt, "invoice"));
	assert_int_equal(world_events(world, 1, "received"), 1);
	assert_string_equal(found->subject, "My bill");
	assert_int_equal(found->chain[0], kase->chain[0]);
}

static void test_sensitive_keeps_no_text(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .topic = "safety", .critical = true};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	const CaseHit *hit = kase->hits->pdata[0];

	assert_true(kase->sensitive);
	assert_string_equal(kase->excerpt, "");
	assert_string_equal(hit->rule, "safety-threat");
	assert_string_equal(hit->text, "");
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + HOUR);
}

/* The sender tries again; another path with another envelope sender. */
static void test_copy(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	Mail again = {.id = "m1@x",
	    .at_s = T0 + 600,
	    .recipients = DESK " jane@example.com office@example.com"};
	Mail before = {.id = "m1@x", .at_s = T0 - HOUR};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(Case) copy = world_admit(world, ADMIT_COPY, &again);
	g_autoptr(Case) first = world_admit(world, ADMIT_COPY, &before);

	assert_int_equal(copy->id, kase->id);
	assert_int_equal(copy->copies, 1);
	assert_int_equal(copy->messages, 1);
	assert_int_equal(copy->received_s, T0);
	assert_string_equal(copy->witnesses[0], "office@example.com");
	assert_clock(
	    copy, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 16 * HOUR);
	/* What arrived first counts, in whatever order it comes in. */
	assert_int_equal(first->received_s, T0 - HOUR);
	assert_int_equal(first->waiting_s, T0 - HOUR);
	assert_clock(
	    first, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 15 * HOUR);
	assert_clock(
	    first, METRIC_RESOLVE, 1, CLOCK_RUNNING, T0 - HOUR + 10 * DAY);
}

static void test_copies_write_no_novel(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};

	case_free(world_admit(world, ADMIT_NEW, &mail));
	world->unchecked = true;
	for (int i = 0; i < 100; i++) {
		case_free(world_admit(world, ADMIT_COPY, &mail));
	}
	assert_int_equal(world_events(world, 1, "copy"), LIMIT_COPY_EVENTS);
	world_check(world);
}

static void test_no_message_id(void **state)
{
	World *world = *state;
	Mail mail = {.body = "short"}, other = {.body = "other"};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(Case) copy = world_admit(world, ADMIT_COPY, &mail);
	g_autoptr(Case) next = world_admit(world, ADMIT_NEW, &other);

	assert_int_equal(copy->id, kase->id);
	assert_int_not_equal(next->id, kase->id);
}

typedef struct {
	const char *name;
	Mail mail;
	AdmitOutcome outcome;
	guint64 id; /* of the case afterwards */
	CaseState state;
} Step;

/* After AR-1 came in as m1@x from the customer, with a friend in copy. */
static const Step threads[] = {
    {"customer, by reference",
	{.id = "m2@x", .refs = "<m1@x>", .body = "Any news?"}, ADMIT_JOINED, 1,
	CASE_OPEN},
    {"who was in copy joins",
	{.id = "m2@x", .from = "friend@other.example", .refs = "<m1@x>"},
	ADMIT_JOINED, 1, CASE_OPEN},
    {"a colleague in copy isn't outside",
	{.id = "m2@x", .from = "colleague@example.com", .refs = "<m1@x>"},
	ADMIT_LINKED, 2, CASE_OPEN},
    {"somebody else, by reference",
	{.id = "m2@x", .from = "eve@evil.example", .refs = "<m1@x>"},
	ADMIT_LINKED, 2, CASE_OPEN},
    {"somebody else, with the same id",
	{.id = "m1@x", .from = "eve@evil.example", .body = "hide me"},
	ADMIT_LINKED, 2, CASE_OPEN},
    {"the customer, same id, another body",
	{.id = "m1@x", .body = "Quite another text than before."}, ADMIT_JOINED,
	1, CASE_OPEN},
    {"two From fields prove nothing",
	{.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "b",
	    .more = "From: <eve@evil.example>\r\n"},
	ADMIT_LINKED, 2, CASE_OPEN},
    {"the same text within a day", {.id = "m2@x", .at_s = T0 + 23 * HOUR},
	ADMIT_COPY, 1, CASE_OPEN},
    {"the same text after a day", {.id = "m2@x", .at_s = T0 + 25 * HOUR},
	ADMIT_NEW, 2, CASE_OPEN},
    {"the same text by somebody else",
	{.id = "m2@x", .from = "eve@evil.example"}, ADMIT_NEW, 2, CASE_OPEN},
    {"the same text of another person through one form",
	{.id = "m2@x", .more = "Reply-To: <else@x.example>\r\n"}, ADMIT_NEW, 2,
	CASE_OPEN},
    {"automatic mail joins",
	{.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "I am away.",
	    .more = "Auto-Submitted: auto-replied\r\n"},
	ADMIT_JOINED, 1, CASE_OPEN},
    {"unrelated", {.id = "m2@x", .body = "Quite another thing here."},
	ADMIT_NEW, 2, CASE_OPEN},
};

static void test_threads(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		World *world = world_new();
		Mail first = {.id = "m1@x",
		    .cc = "<friend@other.example>, <colleague@example.com>"};
		g_autoptr(Case) before = world_admit(world, ADMIT_NEW, &first);
		g_autoptr(Case) kase = NULL;

		print_message("  %s\n", threads[i].name);
		kase = world_admit(world, threads[i].outcome, &threads[i].mail);
		assert_int_equal(kase->id, threads[i].id);
		assert_int_equal(kase->state, threads[i].state);
		if (threads[i].outcome == ADMIT_LINKED) {
			g_autoptr(Case) other =
			    store_case(world->store, 1, NULL);
			assert_int_equal(other->links->len, 1);
			assert_int_equal(kase->links->len, 1);
			assert_int_equal(world_events(world, 1, "linked"), 1);
			assert_int_equal(other->messages, 1);
		}
		/* The same again is a copy, wherever it went. */
		case_free(world_admit(world, ADMIT_COPY, &threads[i].mail));
		world_free(world);
	}
}

static void test_next_reply_clock(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>"};
	Mail more = {.id = "m2@x",
	    .refs = "<m1@x> <r1@x>",
	    .body = "But?",
	    .at_s = T0 + 3 * HOUR};
	Mail third = {.id = "m3@x",
	    .refs = "<m2@x>",
	    .body = "Hello?",
	    .at_s = T0 + 5 * HOUR};
	g_autoptr(Case) joined = NULL;
	g_autoptr(Case) again = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	joined = world_admit(world, ADMIT_JOINED, &more);
	assert_int_equal(joined->state, CASE_OPEN);
	assert_int_equal(joined->waiting_s, T0 + 3 * HOUR);
	assert_clock(
	    joined, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, T0 + 11 * HOUR);
	/* It runs from the oldest unanswered message. */
	again = world_admit(world, ADMIT_JOINED, &third);
	assert_int_equal(again->waiting_s, T0 + 3 * HOUR);
	assert_clock(
	    again, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, T0 + 11 * HOUR);
	assert_int_equal(again->messages, 3);
}

/* The same words after an answer are a reminder, not a copy. */
static void test_reminder(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>"};
	Mail same = {.id = "m2@x", .at_s = T0 + 3 * HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	kase = world_admit(world, ADMIT_JOINED, &same);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING, T0 + 11 * HOUR);
}

/* The day of "the same text" counts from the first of them. */
static void test_the_day_ends(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail second = {.id = "m2@x", .at_s = T0 + 20 * HOUR};
	Mail third = {.id = "m3@x", .at_s = T0 + 30 * HOUR};

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_admit(world, ADMIT_COPY, &second));
	case_free(world_admit(world, ADMIT_NEW, &third));
	assert_int_equal(world_events(world, 1, "witness"), 1);
}

static void test_automatic_mail_moves_nothing(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>"};
	Mail away = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "I am away.",
	    .more = "Auto-Submitted: auto-replied\r\n",
	    .at_s = T0 + 2 * HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	kase = world_admit(world, ADMIT_JOINED, &away);
	assert_int_equal(kase->state, CASE_ANSWERED);
	case_free(kase);
	case_free(
	    world_act(world, ACT_CLOSE, 1, "done", T0 + 3 * HOUR, 0, NULL));
	away.id = "m3@x";
	kase = world_admit(world, ADMIT_JOINED, &away);
	assert_int_equal(kase->state, CASE_CLOSED);
}

static void test_reopen_and_quiet(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>"};
	Mail soon = {.id = "m2@x",
	    .refs = "<r1@x>",
	    .body = "Not so.",
	    .at_s = T0 + 30 * DAY};
	Mail late = {.id = "m3@x",
	    .refs = "<r1@x>",
	    .body = "Once more.",
	    .at_s = T0 + 120 * DAY};
	Mail later = {.id = "m4@x",
	    .refs = "<r1@x>",
	    .body = "And?",
	    .at_s = T0 + 121 * DAY};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	case_free(world_act(world, ACT_CLOSE, 1, "done", T0 + DAY, 0, NULL));
	kase = world_admit(world, ADMIT_JOINED, &soon);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_clock(kase, METRIC_FIRST_REPLY, 1, CLOCK_MET, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_RESOLVE, 1, CLOCK_MET, T0 + 10 * DAY);
	assert_clock(kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, T0 + 40 * DAY);
	assert_clock(kase, METRIC_NEXT_REPLY, 1, CLOCK_RUNNING,
	    T0 + 30 * DAY + 8 * HOUR);
	assert_int_equal(world_events(world, 1, "reopen"), 1);
	g_clear_pointer(&kase, case_free);
	/* An open one takes whatever comes, a closed one after sixty days
	 * doesn't; then all goes on in the new one. */
	case_free(
	    world_act(world, ACT_CLOSE, 1, "done", T0 + 31 * DAY, 0, NULL));
	kase = world_admit(world, ADMIT_LINKED, &late);
	assert_int_equal(kase->id, 2);
	g_clear_pointer(&kase, case_free);
	kase = world_admit(world, ADMIT_JOINED, &later);
	assert_int_equal(kase->id, 2);
}

static void test_raise(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail threat = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .topic = "safety",
	    .critical = true,
	    .body = "There is a threat now.",
	    .at_s = T0 + 2 * HOUR};
	Mail calm = {.id = "m3@x",
	    .refs = "<m1@x>",
	    .level = URGENCY_LOW,
	    .body = "All fine.",
	    .at_s = T0 + 3 * HOUR};
	g_autoptr(Case) kase = NULL;

	kase = world_admit(world, ADMIT_NEW, &first);
	assert_true(*kase->excerpt != '\0');
	g_clear_pointer(&kase, case_free);
	kase = world_admit(world, ADMIT_JOINED, &threat);
	assert_string_equal(kase->topic, "safety");
	assert_string_equal(kase->topics[1], "billing");
	assert_string_equal(kase->team, "trust");
	assert_string_equal(kase->policy, "safety");
	assert_int_equal(kase->level, URGENCY_CRITICAL);
	assert_true(kase->sensitive);
	assert_string_equal(kase->excerpt, "");
	assert_string_equal(((CaseHit *)kase->hits->pdata[0])->text, "");
	assert_int_equal(kase->hits->len, 2);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_REVOKED, T0 + 16 * HOUR);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 3 * HOUR);
	assert_clock(
	    kase, METRIC_RESOLVE, 2, CLOCK_RUNNING, T0 + 2 * HOUR + 3 * DAY);
	g_clear_pointer(&kase, case_free);
	/* Nothing lowers it. */
	kase = world_admit(world, ADMIT_JOINED, &calm);
	assert_string_equal(kase->topic, "safety");
	assert_int_equal(kase->level, URGENCY_CRITICAL);
	assert_clock(kase, METRIC_FIRST_REPLY, 2, CLOCK_RUNNING, T0 + 3 * HOUR);
	assert_int_equal(world_events(world, 1, "route"), 1);
}

static void test_out_of_order(void **state)
{
	World *world = *state;
	Mail second = {.id = "m2@x", .at_s = T0 + HOUR};
	Mail first = {
	    .id = "m1@x", .refs = "<m2@x>", .body = "before", .at_s = T0};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &second));
	kase = world_admit(world, ADMIT_JOINED, &first);
	assert_int_equal(kase->received_s, T0);
	assert_int_equal(kase->waiting_s, T0);
	assert_int_equal(kase->last_message_s, T0 + HOUR);
	assert_clock(
	    kase, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, T0 + 16 * HOUR);
}

/* Replayed after its answer: answered. Crossed with it just now: waits. */
static void test_replay_after_answer(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>",
	    .at_s = T0 + HOUR};
	Mail replayed = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "b",
	    .at_s = T0 + 600,
	    .now_s = T0 + DAY};
	Mail crossed = {.id = "m3@x",
	    .refs = "<m1@x>",
	    .body = "c",
	    .at_s = T0 + HOUR - 2,
	    .now_s = T0 + HOUR + 1};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_answer(world, ANSWER_STOPPED, "care", &reply));
	kase = world_admit(world, ADMIT_JOINED, &replayed);
	assert_int_equal(kase->state, CASE_ANSWERED);
	g_clear_pointer(&kase, case_free);
	kase = world_admit(world, ADMIT_JOINED, &crossed);
	assert_int_equal(kase->state, CASE_OPEN);
}

/* What a desk in shadow saw first is for the team once a live one gets it. */
static void test_out_of_the_shadow(void **state)
{
	static const struct {
		AdmitOutcome outcome;
		Mail mail;
	} table[] = {
	    {ADMIT_COPY, {.id = "m1@x"}},
	    {ADMIT_JOINED,
		{.id = "m2@x", .refs = "<m1@x>", .body = "And another thing"}},
	    {ADMIT_COPY, {.id = "m3@x"}},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		World *world = *state;
		Desk *desk = world->conf->desks->pdata[0];
		Mail first = {.id = "m1@x"};
		g_autoptr(Case) seen = NULL;
		g_autoptr(Case) kase = NULL;
		g_autoptr(Case) later = NULL;

		desk->mode = MODE_SHADOW;
		seen = world_admit(world, ADMIT_NEW, &first);
		assert_int_equal(seen->mode, MODE_SHADOW);
		desk->mode = MODE_LIVE;
		kase = world_admit(world, table[i].outcome, &table[i].mail);
		assert_int_equal(kase->id, seen->id);
		assert_int_equal(kase->mode, MODE_LIVE);
		assert_int_equal(world_events(world, kase->id, "desk"), 1);
		/* Not back again. */
		desk->mode = MODE_SHADOW;
		later = world_admit(world, ADMIT_COPY, &table[i].mail);
		assert_int_equal(later->mode, MODE_LIVE);
		world_free(world);
		*state = world_new();
	}
}

static void test_full_case(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m0@x"};
	g_autoptr(Case) kase = NULL;

	world->unchecked = true;
	case_free(world_admit(world, ADMIT_NEW, &mail));
	for (int i = 1; i < LIMIT_CASE_MESSAGES; i++) {
		g_autofree char *id = g_strdup_printf("m%d@x", i);
		Mail more = {.id = id, .refs = "<m0@x>", .body = id};
		case_free(world_admit(world, ADMIT_JOINED, &more));
	}
	mail = (Mail){.id = "n1@x", .refs = "<m0@x>", .body = "n1"};
	kase = world_admit(world, ADMIT_LINKED, &mail);
	assert_int_equal(kase->id, 2);
	g_clear_pointer(&kase, case_free);
	mail = (Mail){.id = "n2@x", .refs = "<m0@x>", .body = "n2"};
	kase = world_admit(world, ADMIT_JOINED, &mail);
	assert_int_equal(kase->id, 2);
	world_check(world);
}

/* One id sent by a crowd: the victim's case is found all the same. */
static void test_crowded_id(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = "r1@x",
	    .refs = "<m1@x>"};
	g_autoptr(Case) kase = NULL;

	world->unchecked = true;
	case_free(world_admit(world, ADMIT_NEW, &mail));
	for (int i = 0; i < 200; i++) {
		g_autofree char *from = g_strdup_printf("e%d@evil.example", i);
		Mail more = {.id = "m1@x", .from = from, .body = from};
		case_free(world_admit(world, ADMIT_LINKED, &more));
	}
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->id, 1);
	assert_int_equal(kase->links->len, LIMIT_CASE_LINKS);
	g_clear_pointer(&kase, case_free);
	reply.to = "e199@evil.example";
	reply.id = "r2@x";
	kase = world_answer(world, ANSWER_STOPPED, "care", &reply);
	assert_int_equal(kase->id, 201);
	world_check(world);
}

static void test_hostile_words(void **state)
{
	World *world = *state;
	g_autofree char *ids = g_strnfill(1900, 'x');
	g_autofree char *long_from = g_strnfill(400, 'y');
	g_autofree char *from = g_strconcat(long_from, "@x.example", NULL);
	Mail mail = {
	    .id = ids, .from = from, .subject = "a\033[31m\xe2\x80\xaeright"};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	GError *error = NULL;
	AdmitOutcome outcome;
	Case *none = NULL;

	assert_null(strchr(kase->subject, '\033'));
	mail.at_s = -5;
	assert_false(world_try_admit(world, &mail, &outcome, &none, &error));
	assert_int_equal(error->code, ERROR_USAGE);
	assert_null(none);
	g_clear_error(&error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_new),
	    TEST(test_sensitive_keeps_no_text),
	    TEST(test_copy),
	    TEST(test_copies_write_no_novel),
	    TEST(test_no_message_id),
	    cmocka_unit_test(test_threads),
	    TEST(test_next_reply_clock),
	    TEST(test_reminder),
	    TEST(test_the_day_ends),
	    TEST(test_automatic_mail_moves_nothing),
	    TEST(test_reopen_and_quiet),
	    TEST(test_raise),
	    TEST(test_out_of_order),
	    TEST(test_replay_after_answer),
	    TEST(test_out_of_the_shadow),
	    TEST(test_full_case),
	    TEST(test_crowded_id),
	    TEST(test_hostile_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
