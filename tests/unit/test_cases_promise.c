/* What replies promise: clocks of their own, and what ends them. */
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

#define REPLY_S (T0 + HOUR)
#define CALL_S (T0 + DAY)

/* A reply at AT_S that promises what DUES_S, up to a 0, say. */
static Case *promise(World *world, const char *id, const char *body,
    gint64 at_s, const gint64 *dues_s)
{
	Mail mail = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = id,
	    .refs = "<m1@x>",
	    .body = body};
	g_autoptr(Message) message = mail_message(&mail);
	Pledge pledges[4];
	Answer reply = {.message = message,
	    .member = "bob@example.com",
	    .team = "care",
	    .at_s = at_s,
	    .sla = world->sla,
	    .conf = world->conf,
	    .pledges = pledges};
	AnswerOutcome outcome;
	Case *kase = NULL;

	for (; dues_s && dues_s[reply.n_pledges]; reply.n_pledges++) {
		pledges[reply.n_pledges] = (Pledge){
		    .due_s = dues_s[reply.n_pledges], .words = "I'll call"};
	}
	assert_true(store_answer(world->store, &reply, &outcome, &kase, NULL));
	world_sound(world, kase);
	return kase;
}

static const gint64 one[] = {CALL_S, 0};
static const gint64 two[] = {CALL_S, T0 + 3 * DAY, 0};

static void test_starts(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase =
	    promise(world, "r1@x", "I'll call.", REPLY_S, two);

	assert_int_equal(kase->state, CASE_ANSWERED);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_RUNNING, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_RUNNING, T0 + 3 * DAY);
	assert_int_equal(world_events(world, 1, "promised"), 2);
	g_clear_pointer(&kase, case_free);
	/* A promise isn't moved by a pause. */
	kase = world_act(
	    world, ACT_PAUSE, 1, "documents", REPLY_S + HOUR, DAY, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_RUNNING, CALL_S);
	g_clear_pointer(&kase, case_free);
	/* The very reply by its second path promises nothing more. */
	kase = promise(world, "r1@x", "I'll call.", REPLY_S, two);
	assert_int_equal(world_events(world, 1, "promised"), 2);
}

static void test_kept_by_reply(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, two));
	kase = promise(world, "r2@x", "As I said.", CALL_S, one);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MET, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_MET, T0 + 3 * DAY);
}

static void test_broken(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	kase = promise(world, "r2@x", "Sorry.", CALL_S + 1, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MISSED, CALL_S);
}

static bool keep(World *world, gint64 now_s)
{
	Act act = {.kind = ACT_ANSWERED,
	    .id = 1,
	    .who = "eva",
	    .word = "called her",
	    .kept = true,
	    .now_s = now_s,
	    .conf = world->conf,
	    .sla = world->sla};
	bool good = store_act(world->store, &act, NULL, NULL);

	world_sound(world, NULL);
	return good;
}

/* The message that came since goes on waiting. */
static void test_kept_by_hand(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "And the bell.",
	    .at_s = REPLY_S + HOUR};
	g_autoptr(Case) kase = NULL;

	assert_false(keep(world, REPLY_S));
	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	assert_true(keep(world, CALL_S));
	kase = store_case(world->store, 1, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MET, CALL_S);
	assert_int_equal(kase->waiting_s, REPLY_S + HOUR);
	assert_int_equal(world_events(world, 1, "kept"), 1);
	assert_false(keep(world, CALL_S));
}

static void test_kept_by_telephone(void **state)
{
	World *world = *state;
	Mail more = {.id = "m2@x",
	    .refs = "<m1@x>",
	    .body = "And the bell.",
	    .at_s = REPLY_S + HOUR};
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(world_admit(world, ADMIT_JOINED, &more));
	kase = world_act(world, ACT_ANSWERED, 1, "called", CALL_S - 1, 0, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MET, CALL_S);
}

static void test_acknowledgement(void **state)
{
	World *world = *state;
	static const char text[] =
	    "We have received your message and will reply to you within 48 "
	    "hours.";
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, NULL));
	case_free(world_act(world, ACT_CLOSE, 1, "done", REPLY_S + 1, 0, NULL));
	case_free(world_act(world, ACT_REOPEN, 1, "", REPLY_S + 2, 0, NULL));
	case_free(promise(world, "r2@x", text, REPLY_S + 3, one));
	/* It promises, and keeps nothing. */
	kase = promise(world, "r3@x", text, REPLY_S + 4, two);
	assert_int_equal(kase->state, CASE_OPEN);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_RUNNING, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_RUNNING, CALL_S);
}

/* Nobody has read it; or nobody has read what kept it. */
static void bounce(World *world, const char *id)
{
	g_autofree char *text = g_strdup_printf(
	    "From: "
	    "MAILER-DAEMON@mx.example.com\r\nX-Failed-Recipients: " CUSTOMER
	    "\r\nSubject: Mail delivery failed\r\n"
	    "In-Reply-To: <%s>\r\n\r\nno such user\r\n",
	    id);
	g_autoptr(Message) message = message_read(text, strlen(text), false);
	Bounce came = {
	    .message = message, .at_s = CALL_S - HOUR, .sla = world->sla};
	BounceOutcome outcome;
	g_autoptr(Case) kase = NULL;

	assert_true(store_bounce(world->store, &came, &outcome, &kase, NULL));
	assert_int_equal(outcome, BOUNCE_REVOKED);
	world_sound(world, kase);
}

static void test_bounced(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(promise(world, "r2@x", "Done.", REPLY_S + HOUR, two));
	bounce(world, "r2@x");
	kase = store_case(world->store, 1, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_REVOKED, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_REVOKED, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 3, CLOCK_REVOKED, T0 + 3 * DAY);
	assert_clock(kase, METRIC_PROMISE, 4, CLOCK_RUNNING, CALL_S);
	assert_int_equal(kase->state, CASE_ANSWERED);
	g_clear_pointer(&kase, case_free);
	bounce(world, "r1@x");
	kase = store_case(world->store, 1, NULL);
	assert_clock(kase, METRIC_PROMISE, 4, CLOCK_REVOKED, CALL_S);
	assert_int_equal(kase->state, CASE_OPEN);
}

static void test_closed(void **state)
{
	World *world = *state;
	g_autoptr(Case) kase = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, two));
	kase = world_act(world, ACT_CLOSE, 1, "done", CALL_S + 1, 0, NULL);
	/* Broken stays broken; the other nobody will ask for. */
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MISSED, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_REVOKED, T0 + 3 * DAY);
	g_clear_pointer(&kase, case_free);
	kase = world_act(world, ACT_UNDO, 1, "", CALL_S + 2, 0, NULL);
	assert_clock(kase, METRIC_PROMISE, 3, CLOCK_RUNNING, CALL_S);
	assert_clock(kase, METRIC_PROMISE, 4, CLOCK_RUNNING, T0 + 3 * DAY);
}

/* A promise goes where its case goes, and comes back with it. */
static void test_merged(void **state)
{
	World *world = *state;
	Mail other = {.id = "o@x", .body = "Another invoice, another story."};
	g_autoptr(Case) kase = NULL, from = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(world_admit(world, ADMIT_NEW, &other));
	case_free(world_act(world, ACT_MERGE, 1, "", REPLY_S + HOUR, 2, NULL));
	kase = store_case(world->store, 2, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_RUNNING, CALL_S);
	g_clear_pointer(&kase, case_free);
	from =
	    world_act(world, ACT_UNMERGE, 1, "", REPLY_S + 2 * HOUR, 0, NULL);
	kase = store_case(world->store, 2, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_REVOKED, CALL_S);
	assert_clock(from, METRIC_PROMISE, 1, CLOCK_REVOKED, CALL_S);
	assert_clock(from, METRIC_PROMISE, 2, CLOCK_RUNNING, CALL_S);
}

/* What was promised, or kept, in a case that went into another. */
static void test_bounced_where_merged(void **state)
{
	World *world = *state;
	Mail other = {.id = "o@x", .body = "Another invoice, another story."};
	g_autoptr(Case) kase = NULL, from = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(promise(world, "r2@x", "Done.", REPLY_S + 60, &two[1]));
	case_free(world_admit(world, ADMIT_NEW, &other));
	case_free(world_act(world, ACT_MERGE, 1, "", REPLY_S + HOUR, 2, NULL));
	kase = store_case(world->store, 2, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_RUNNING, T0 + 3 * DAY);
	g_clear_pointer(&kase, case_free);
	bounce(world, "r2@x");
	kase = store_case(world->store, 2, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_REVOKED, T0 + 3 * DAY);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_RUNNING, CALL_S);
	from = store_case(world->store, 1, NULL);
	for (guint i = 0; i < from->clocks->len; i++) {
		assert_int_not_equal(
		    g_array_index(from->clocks, Clock, i).state, CLOCK_RUNNING);
	}
	g_clear_pointer(&kase, case_free);
	bounce(world, "r1@x");
	kase = store_case(world->store, 2, NULL);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_REVOKED, CALL_S);
}

/* A reply in the case that stays keeps what was promised in the other. */
static void test_kept_where_merged(void **state)
{
	World *world = *state;
	Mail other = {.id = "o@x", .body = "Another invoice, another story."};
	g_autoptr(Case) kase = NULL, from = NULL;

	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	case_free(world_admit(world, ADMIT_NEW, &other));
	case_free(world_act(world, ACT_MERGE, 1, "", REPLY_S + HOUR, 2, NULL));
	kase = promise(world, "r2@x", "As I said.", REPLY_S + 2 * HOUR, NULL);
	assert_int_equal(kase->id, 2);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MET, CALL_S);
	from =
	    world_act(world, ACT_UNMERGE, 1, "", REPLY_S + 3 * HOUR, 0, NULL);
	assert_clock(from, METRIC_PROMISE, 2, CLOCK_MET, CALL_S);
}

/* Words of sensitive cases are kept nowhere. */
static void test_sensitive(void **state)
{
	World *world = *state;
	g_autoptr(GPtrArray) events = NULL;
	guint n = 0;

	case_free(world_act(world, ACT_TOPIC, 1, "safety", T0, 0, NULL));
	case_free(promise(world, "r1@x", "I'll call.", REPLY_S, one));
	events = store_events(world->store, 1, NULL);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		assert_null(strstr(event->detail, "I'll call"));
		n += strcmp(event->what, "promised") == 0;
	}
	assert_int_equal(n, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_starts),
	    TEST(test_kept_by_reply),
	    TEST(test_broken),
	    TEST(test_kept_by_hand),
	    TEST(test_kept_by_telephone),
	    TEST(test_acknowledgement),
	    TEST(test_bounced),
	    TEST(test_closed),
	    TEST(test_merged),
	    TEST(test_bounced_where_merged),
	    TEST(test_kept_where_merged),
	    TEST(test_sensitive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
