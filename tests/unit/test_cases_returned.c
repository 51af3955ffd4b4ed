/*
 * Mail of ours that came back: notices and forwards. Who is told, who gets the
 * case, that no clock moves, and that alarms end.
 */
#include "cases_fixture.h"

#include "cases/notice.h"

#define LEAD "lead@example.com"
#define AT (T0 + 20 * HOUR)

static int setup(void **state)
{
	World *world = world_new();

	world->conf->notify_from = "Anteroom <anteroom@example.com>";
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- helpers ---- */

static Message *bounce_of(const char *id, const char *failed)
{
	g_autofree char *text = g_strdup_printf(
	    "From: MAILER-DAEMON@mx.example.com\r\n"
	    "To: anteroom@example.com\r\n"
	    "Subject: Undelivered Mail Returned to Sender\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; mx.example.com\r\n"
	    "\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\n"
	    "Status: 5.1.1\r\n"
	    "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
	    "Message-ID: <%s>\r\n\r\n--b--\r\n",
	    failed, id);

	return message_read(text, strlen(text), false);
}

static Case *come_back(
    World *world, BounceOutcome expected, const char *id, const char *failed)
{
	g_autoptr(Message) message = bounce_of(id, failed);
	Bounce bounce = {.message = message,
	    .at_s = AT,
	    .sla = world->sla,
	    .conf = world->conf};
	BounceOutcome outcome;
	Case *kase = NULL;

	assert_true(store_bounce(world->store, &bounce, &outcome, &kase, NULL));
	assert_int_equal(outcome, expected);
	world_check(world);
	return kase;
}

typedef struct {
	World *world;
	Rung rung;
	NoticeKind kind;
} Tell;

static void tell_change(Txn *txn, gpointer data)
{
	Tell *tell = data;
	g_autoptr(Draft) draft = draft_load(txn, 1);
	NoticeAsk ask = {.kind = tell->kind,
	    .rung = tell->rung,
	    .at_s = T0,
	    .conf = tell->world->conf,
	    .sla = tell->world->sla};

	assert_true(draft_notice(draft, &ask));
	draft_save(txn, draft, T0);
}

/* Queues, leases and ends a notice; its Message-ID. Transfer full. */
static char *sent(World *world, NoticeKind kind, Rung rung)
{
	Tell tell = {.world = world, .rung = rung, .kind = kind};
	g_autoptr(GPtrArray) taken = NULL;
	Notice *notice;

	assert_true(commit_run(world->store, tell_change, &tell, NULL));
	taken = store_notices_take(
	    world->store, "example.com", T0 + DAY * 7, 64, NULL);
	assert_int_equal(taken->len, 1);
	notice = taken->pdata[0];
	assert_true(
	    store_notice_sent(world->store, notice->number, T0 + HOUR, NULL));
	return g_strdup(notice->message_id);
}

/* The alarms that wait, "kind:to kind:to ...", by number. */
static void expect_alarms(World *world, const char *expected)
{
	g_autoptr(GPtrArray) all =
	    store_notices(world->store, NOTICE_WAITING, 0, NULL);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < all->len; i++) {
		const Notice *notice = all->pdata[i];

		g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "",
		    notice_kind_name(notice->kind), notice->to);
	}
	assert_string_equal(text->str, expected);
}

static Case *admit(World *world, const Mail *mail)
{
	return world_admit(world, ADMIT_NEW, mail);
}

/* ---- notices ---- */

static void test_team_notice(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .topic = "press"};
	g_autoptr(Case) before = admit(world, &mail);
	g_autofree char *id = sent(world, NOTICE_WARNING, RUNG_TEAM);
	g_autoptr(Case) after = NULL;
	g_autoptr(GPtrArray) dead = NULL;

	assert_string_equal(before->team, "media");
	after = come_back(world, BOUNCE_ALARMED, id, "media@example.com");
	/* Media has no lead: the assistant; and care catches the rest. */
	expect_alarms(world, "undeliverable-team:ea@example.com "
			     "undeliverable-team:care@example.com");
	assert_string_equal(after->team, "care");
	assert_int_equal(after->clocks->len, before->clocks->len);
	for (guint i = 0; i < after->clocks->len; i++) {
		const Clock *was = &g_array_index(before->clocks, Clock, i);
		const Clock *is = &g_array_index(after->clocks, Clock, i);

		assert_int_equal(is->started_s, was->started_s);
		assert_int_equal(is->due_s, was->due_s);
		assert_int_equal(is->state, CLOCK_RUNNING);
	}
	dead = store_notices(world->store, NOTICE_DEAD, 0, NULL);
	assert_int_equal(dead->len, 1);
	assert_string_equal(((Notice *)dead->pdata[0])->error,
	    "came back: it didn't reach media@example.com (5.1.1)");
	/* The same bounce again says nothing new. */
	assert_null(come_back(world, BOUNCE_AGAIN, id, "media@example.com"));
}

static void test_lead_notice(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	g_autofree char *id = NULL;
	g_autoptr(Case) kase = NULL;

	case_free(admit(world, &mail));
	id = sent(world, NOTICE_BREACH, RUNG_LEAD);
	kase = come_back(world, BOUNCE_ALARMED, id, LEAD);
	expect_alarms(world, "bounced:ea@example.com");
	assert_string_equal(kase->team, "care");
}

/* An alarm that comes back makes none. */
static void test_no_circle(void **state)
{
	static const NoticeKind kinds[] = {
	    NOTICE_BOUNCED, NOTICE_UNDELIVERABLE_TEAM};
	World *world = *state;
	Mail mail = {.id = "m1@x"};

	case_free(admit(world, &mail));
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *id = sent(world, kinds[i], RUNG_LEAD);

		case_free(come_back(world, BOUNCE_ALARMED, id, LEAD));
		expect_alarms(world, "");
	}
}

static void test_unknown(void **state)
{
	World *world = *state;
	g_autofree char *none =
	    store_notice_id(world->store, 77, "example.com");

	assert_null(come_back(world, BOUNCE_UNKNOWN, none, LEAD));
	assert_null(come_back(world, BOUNCE_UNKNOWN,
	    "anteroom.1.00112233445566778899aabbccddeeff@example.com", LEAD));
}

/* ---- forwards ---- */

static void test_forward(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .topic = "press"};
	g_autoptr(Case) before = admit(world, &mail);
	g_autoptr(Case) after = NULL;

	/* Somebody else's copy is nobody's business here. */
	assert_null(
	    come_back(world, BOUNCE_UNKNOWN, "m1@x", "bob@example.com"));
	after = come_back(world, BOUNCE_ALARMED, "m1@x", "media@example.com");
	assert_string_equal(after->team, "care");
	assert_int_equal(case_due_s(after, METRIC_FIRST_REPLY),
	    case_due_s(before, METRIC_FIRST_REPLY));
	expect_alarms(world, "undeliverable-team:ea@example.com "
			     "undeliverable-team:care@example.com");
	assert_null(
	    come_back(world, BOUNCE_UNKNOWN, "m1@x", "media@example.com"));
}

static void test_member(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	g_autoptr(Case) kase = NULL;

	case_free(admit(world, &mail));
	kase = come_back(world, BOUNCE_ALARMED, "m1@x", "bob@example.com");
	assert_string_equal(kase->team, "care");
	expect_alarms(world, "bounced:" LEAD);
	case_free(come_back(world, BOUNCE_AGAIN, "m1@x", "bob@example.com"));
}

/* What is written in confidence goes to no other team. */
static void test_sensitive(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .topic = "safety"};
	g_autoptr(Case) kase = NULL;
	g_autoptr(GPtrArray) waiting = NULL;

	case_free(admit(world, &mail));
	kase = come_back(world, BOUNCE_ALARMED, "m1@x", "trust@example.com");
	assert_string_equal(kase->team, "trust");
	expect_alarms(world, "undeliverable-team:ea@example.com");
	waiting = store_notices(world->store, NOTICE_WAITING, 0, NULL);
	assert_string_equal(((Notice *)waiting->pdata[0])->subject, "");
	case_free(come_back(world, BOUNCE_AGAIN, "m1@x", "trust@example.com"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_team_notice),
	    TEST(test_lead_notice),
	    TEST(test_no_circle),
	    TEST(test_unknown),
	    TEST(test_forward),
	    TEST(test_member),
	    TEST(test_sensitive),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
