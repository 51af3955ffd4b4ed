/*
 * Notices: who gets one, from when on; leases and their ends; what is withdrawn
 * with its case; ten breaches that become one summary.
 */
#include "cases_damage.h"

#include "cases/notice.h"

#define LEAD "lead@example.com"

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

typedef struct {
	const World *world;
	guint64 id;
	NoticeKind kind;
	Rung rung;
	gint64 at_s;
	bool told;
} Tell;

static void tell_change(Txn *txn, gpointer data)
{
	Tell *tell = data;
	g_autoptr(Draft) draft = draft_load(txn, tell->id);
	NoticeAsk ask = {.kind = tell->kind,
	    .rung = tell->rung,
	    .at_s = tell->at_s,
	    .detail = "why",
	    .clock = case_clock(draft->kase, METRIC_FIRST_REPLY),
	    .conf = tell->world->conf,
	    .sla = tell->world->sla};

	tell->told = draft_notice(draft, &ask);
	draft_save(txn, draft, tell->at_s);
}

static bool tell(
    World *world, guint64 id, NoticeKind kind, Rung rung, gint64 at_s)
{
	Tell told = {
	    .world = world, .id = id, .kind = kind, .rung = rung, .at_s = at_s};

	assert_true(commit_run(world->store, tell_change, &told, NULL));
	world_check(world);
	return told.told;
}

static guint64 new_case(World *world, guint number, bool critical)
{
	g_autofree char *id = g_strdup_printf("m%u@x", number);
	g_autofree char *body =
	    g_strdup_printf("The invoice number %u is wrong by ten.", number);
	Mail mail = {.id = id, .body = body, .critical = critical};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

	return kase->id;
}

static GPtrArray *take(World *world, gint64 now_s)
{
	GError *error = NULL;
	GPtrArray *taken =
	    store_notices_take(world->store, "example.com", now_s, 64, &error);

	assert_null(error);
	assert_non_null(taken);
	world_check(world);
	return taken;
}

static guint count(World *world, int state)
{
	g_autoptr(GPtrArray) all = store_notices(world->store, state, 0, NULL);

	return all->len;
}

/* ---- leases ---- */

static void test_lease(void **state)
{
	World *world = *state;
	guint64 id = new_case(world, 1, false);
	g_autofree char *message_id = NULL;
	g_autoptr(GPtrArray) first = NULL, again = NULL, late = NULL;
	const Notice *notice;

	assert_true(tell(world, id, NOTICE_WARNING, RUNG_TEAM, T0));
	first = take(world, T0);
	assert_int_equal(first->len, 1);
	notice = first->pdata[0];
	assert_string_equal(notice->to, "care@example.com");
	assert_string_equal(notice->subject, "My bill");
	assert_int_equal(notice->case_id, id);
	assert_true(g_str_has_prefix(notice->message_id, "anteroom.1."));
	assert_true(g_str_has_suffix(notice->message_id, "@example.com"));
	assert_int_equal(store_notice_of(world->store, notice->message_id), 1);
	message_id = g_strdup(notice->message_id);
	/* Leased; then, as nobody said how it ended, given out again. */
	again = take(world, T0 + 299);
	assert_int_equal(again->len, 0);
	world_reopen(world);
	late = take(world, T0 + 300);
	assert_int_equal(late->len, 1);
	notice = late->pdata[0];
	assert_string_equal(notice->message_id, message_id);
	assert_true(store_notice_sent(world->store, 1, T0 + 301, NULL));
	assert_true(store_notice_sent(world->store, 1, T0 + 302, NULL));
	assert_int_equal(count(world, NOTICE_WAITING), 0);
	assert_int_equal(count(world, NOTICE_SENT), 1);
	world_check(world);
}

/* A courier that was killed leaves nothing behind that the next one must wait
 * for. What it dies of twice comes later, and alone. */
static void test_lost(void **state)
{
	World *world = *state;
	guint64 id = new_case(world, 1, false);
	OutboxCount outbox = {0};
	guint n = 9;

	assert_true(tell(world, id, NOTICE_WARNING, RUNG_TEAM, T0));
	assert_true(tell(world, id, NOTICE_WARNING, RUNG_LEAD, T0));
	assert_true(store_notices_lost(world->store, T0, &n, NULL));
	assert_int_equal(n, 0);
	g_ptr_array_unref(take(world, T0));
	assert_true(store_outbox(world->store, T0, &outbox, NULL));
	assert_int_equal(outbox.waiting, 2);
	assert_int_equal(outbox.leased, 2);
	assert_int_equal(outbox.due, 0);
	assert_int_equal(outbox.next_s, T0 + 300);
	assert_true(store_notice_sent(world->store, 1, T0, NULL));
	assert_true(tell(world, id, NOTICE_BREACH, RUNG_LEAD, T0 + 1));
	g_ptr_array_unref(take(world, T0 + 1));
	assert_true(store_notices_lost(world->store, T0 + 2, &n, NULL));
	assert_int_equal(n, 2);
	g_ptr_array_unref(take(world, T0 + 2));
	assert_true(store_notices_lost(world->store, T0 + 2, &n, NULL));
	assert_int_equal(n, 2);
	assert_true(store_outbox(world->store, T0 + 2, &outbox, NULL));
	assert_int_equal(outbox.leased, 0);
	assert_int_equal(outbox.next_s, T0 + 62);
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GPtrArray) alone = take(world, T0 + 62 + i);

		assert_int_equal(alone->len, 1);
	}
	assert_int_equal(count(world, NOTICE_WAITING), 2);
	world_check(world);
}

/* As many as a courier takes can't be read: they become dead letters, and what
 * is behind them goes out. */
static void test_unreadable(void **state)
{
	World *world = *state;
	guint64 id = new_case(world, 1, false);
	g_autoptr(GPtrArray) dead = NULL, none = NULL, good = NULL;
	OutboxCount outbox = {0};

	for (guint i = 0; i < 65; i++) {
		assert_true(tell(world, id, NOTICE_WARNING, RUNG_TEAM, T0 + i));
	}
	world_damage(world, DB_NOTICES, 1, 64);
	none = store_notices_take(world->store, "x", T0 + 100, 64, NULL);
	assert_int_equal(none->len, 0);
	good = store_notices_take(world->store, "x", T0 + 100, 64, NULL);
	assert_int_equal(good->len, 1);
	assert_true(store_outbox(world->store, T0 + 100, &outbox, NULL));
	assert_int_equal(outbox.dead, 64);
	dead = store_notices(world->store, NOTICE_DEAD, 0, NULL);
	assert_int_equal(dead->len, 64);
	assert_int_equal(((Notice *)dead->pdata[0])->number, 1);
	assert_non_null(
	    strstr(((Notice *)dead->pdata[0])->error, "can't be read"));
	assert_false(store_notice_retry(world->store, 1, T0 + 100, NULL));
}

static void test_failures(void **state)
{
	static const gint64 pauses[] = {
	    60, 120, 240, 480, 960, 1920, 3600, 3600};
	World *world = *state;
	guint64 id = new_case(world, 1, false);
	gint64 now_s = T0;
	OutboxCount outbox;

	assert_true(tell(world, id, NOTICE_WARNING, RUNG_TEAM, T0));
	for (gsize i = 0; i < G_N_ELEMENTS(pauses); i++) {
		g_autoptr(GPtrArray) taken = take(world, now_s);
		g_autoptr(GPtrArray) early = NULL;

		assert_int_equal(taken->len, 1);
		assert_int_equal(((Notice *)taken->pdata[0])->attempts, i);
		assert_true(store_notice_failed(
		    world->store, 1, "451 later", false, now_s, NULL));
		early = take(world, now_s + pauses[i] - 1);
		assert_int_equal(early->len, 0);
		now_s += pauses[i];
	}
	now_s = T0 + 3 * DAY;
	assert_true(store_notice_failed(
	    world->store, 1, "451 still", false, now_s, NULL));
	assert_true(store_outbox(world->store, now_s, &outbox, NULL));
	assert_int_equal(outbox.dead, 1);
	assert_int_equal(outbox.waiting, 0);
	world_check(world);
	assert_true(store_notice_retry(world->store, 1, now_s, NULL));
	assert_true(store_outbox(world->store, now_s, &outbox, NULL));
	assert_int_equal(outbox.due, 1);
	assert_true(
	    store_notice_failed(world->store, 1, "550 no", true, now_s, NULL));
	assert_int_equal(count(world, NOTICE_DEAD), 1);
	assert_false(store_notice_sent(world->store, 9, now_s, NULL));
	world_check(world);
}

/* Who was away for days isn't told of one by one trouble that will pass. */
static void test_patience(void **state)
{
	World *world = *state;
	guint64 id = new_case(world, 1, false);
	gint64 now_s = T0 + 4 * DAY;

	assert_true(tell(world, id, NOTICE_BREACH, RUNG_TEAM, T0));
	g_ptr_array_unref(take(world, now_s));
	assert_true(store_notice_failed(world->store, 1,
	    "no route to the mail server", false, now_s, NULL));
	assert_int_equal(count(world, NOTICE_WAITING), 1);
}

/* ---- who, and when ---- */

static void test_rungs(void **state)
{
	static const struct {
		Rung rung;
		const char *to;
	} table[] = {
	    {RUNG_TEAM, "care@example.com"},
	    {RUNG_LEAD, LEAD},
	    {RUNG_ASSISTANT, "ea@example.com"},
	    {RUNG_EXECUTIVE, "ea@example.com"}, /* none is set */
	    {RUNG_ADMIN, "ea@example.com"},
	};
	World *world = *state;
	guint64 id = new_case(world, 1, false);

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GPtrArray) taken = NULL;

		assert_true(tell(
		    world, id, NOTICE_WARNING, table[i].rung, T0 + (gint64)i));
		taken = take(world, T0 + DAY);
		assert_int_equal(taken->len, 1);
		assert_string_equal(
		    ((Notice *)taken->pdata[0])->to, table[i].to);
		store_notice_sent(world->store, i + 1, T0, NULL);
	}
}

static void test_nobody_is_told(void **state)
{
	World *world = *state;
	Desk *desk = world->conf->desks->pdata[0];
	guint64 id;

	for (int mode = MODE_TAG; mode <= MODE_SHADOW; mode++) {
		desk->mode = (DeskMode)mode;
		id = new_case(world, (guint)mode, false);
		assert_false(tell(world, id, NOTICE_BREACH, RUNG_LEAD, T0));
	}
	desk->mode = MODE_LIVE;
	id = new_case(world, 9, false);
	world->conf->notify_from = "";
	assert_false(tell(world, id, NOTICE_BREACH, RUNG_LEAD, T0));
	assert_int_equal(count(world, -1), 0);
}

typedef struct {
	const World *world;
	guint64 id;
	guint n;
} Twice;

static void twice_change(Txn *txn, gpointer data)
{
	static const NoticeKind kinds[] = {
	    NOTICE_THIRD_HOP, NOTICE_ANSWERED_TWICE, NOTICE_THIRD_HOP};
	Twice *twice = data;
	g_autoptr(Draft) draft = draft_load(txn, twice->id);

	twice->n = 0;
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		NoticeAsk ask = {.kind = kinds[i],
		    .rung = RUNG_ASSISTANT,
		    .at_s = T0,
		    .conf = twice->world->conf,
		    .sla = twice->world->sla};

		twice->n += draft_notice(draft, &ask);
	}
	draft_save(txn, draft, T0);
}

/* Two things of one moment are two mails, one thing twice is one. */
static void test_two_things(void **state)
{
	World *world = *state;
	Twice twice = {.world = world, .id = new_case(world, 1, false)};

	assert_true(commit_run(world->store, twice_change, &twice, NULL));
	assert_int_equal(twice.n, 2);
	assert_int_equal(count(world, NOTICE_WAITING), 2);
	world_check(world);
}

static void test_sensitive(void **state)
{
	World *world = *state;
	Mail mail = {.id = "s@x", .topic = "safety", .critical = true};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(GPtrArray) taken = NULL;
	const Notice *notice;

	assert_true(tell(world, kase->id, NOTICE_WARNING, RUNG_TEAM, T0));
	taken = take(world, T0);
	notice = taken->pdata[0];
	assert_true(notice->sensitive);
	assert_string_equal(notice->subject, "");
	assert_string_equal(notice->from, "");
}

/* ---- ends ---- */

static void test_withdrawn(void **state)
{
	World *world = *state;
	guint64 id = new_case(world, 1, false),
		other = new_case(world, 2, false);

	assert_true(tell(world, id, NOTICE_WARNING, RUNG_TEAM, T0));
	assert_true(tell(world, other, NOTICE_WARNING, RUNG_TEAM, T0));
	case_free(
	    world_act(world, ACT_ANSWERED, id, "by phone", T0 + 1, 0, NULL));
	assert_int_equal(count(world, NOTICE_WITHDRAWN), 1);
	assert_int_equal(count(world, NOTICE_WAITING), 1);
	case_free(world_act(world, ACT_CLOSE, other, "done", T0 + 1, 0, NULL));
	assert_int_equal(count(world, NOTICE_WITHDRAWN), 2);
}

/* ---- storms ---- */

static void test_storm(void **state)
{
	World *world = *state;
	g_autoptr(GPtrArray) taken = NULL, next = NULL, calm = NULL;
	const Notice *summary;
	guint64 ids[14];

	world->unchecked = true;
	for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
		ids[i] = new_case(world, i, false);
	}
	world->unchecked = false;
	for (guint i = 0; i < 12; i++) {
		assert_true(
		    tell(world, ids[i], NOTICE_BREACH, RUNG_LEAD, T0 + i * 60));
	}
	/* Nobody fetched any: all twelve are in one. */
	assert_int_equal(count(world, NOTICE_WAITING), 1);
	taken = take(world, T0 + HOUR);
	assert_int_equal(taken->len, 1);
	summary = taken->pdata[0];
	assert_int_equal(summary->kind, NOTICE_SUMMARY);
	assert_int_equal(summary->cases->len, 12);
	assert_int_equal(summary->after_s, T0 + 9 * 60 + 60);
	assert_string_equal(summary->to, LEAD);
	/* It is out: the next one gathers, an hour after it. */
	assert_true(
	    tell(world, ids[12], NOTICE_BREACH, RUNG_LEAD, T0 + 15 * 60));
	next = take(world, summary->after_s + HOUR - 1);
	assert_int_equal(next->len, 1); /* the lease of the first */
	assert_int_equal(((Notice *)next->pdata[0])->number, summary->number);
	/* Hours later it is calm. */
	assert_true(
	    tell(world, ids[13], NOTICE_BREACH, RUNG_LEAD, T0 + 5 * HOUR));
	calm = take(world, T0 + 5 * HOUR);
	assert_int_equal(calm->len, 3);
	assert_int_equal(((Notice *)calm->pdata[2])->kind, NOTICE_BREACH);
}

static void test_storm_ends_with_cases(void **state)
{
	World *world = *state;
	guint64 ids[10];

	for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
		ids[i] = new_case(world, i, false);
		assert_true(
		    tell(world, ids[i], NOTICE_BREACH, RUNG_LEAD, T0 + i));
	}
	for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
		assert_int_equal(count(world, NOTICE_WAITING), 1);
		case_free(world_act(
		    world, ACT_CLOSE, ids[i], "done", T0 + 60, 0, NULL));
	}
	assert_int_equal(count(world, NOTICE_WAITING), 0);
}

/* Nine stay what they are, and another reader's don't count. */
static void test_no_storm(void **state)
{
	World *world = *state;
	guint64 id;

	for (guint i = 0; i < 9; i++) {
		id = new_case(world, i, false);
		assert_true(tell(world, id, NOTICE_BREACH, RUNG_LEAD, T0 + i));
	}
	id = new_case(world, 9, false);
	assert_true(tell(world, id, NOTICE_BREACH, RUNG_ASSISTANT, T0 + 9));
	assert_true(tell(world, id, NOTICE_WARNING, RUNG_LEAD, T0 + 10));
	assert_true(tell(world, id, NOTICE_BREACH, RUNG_LEAD, T0 + HOUR + 8));
	assert_int_equal(count(world, NOTICE_WAITING), 12);
}

static void test_names(void **state)
{
	guint64 number = 0;

	(void)state;
	assert_true(notice_parse_name("N-12", &number, NULL));
	assert_int_equal(number, 12);
	assert_true(notice_parse_name("7", &number, NULL));
	assert_int_equal(number, 7);
	assert_false(notice_parse_name("AR-7", &number, NULL));
	assert_false(notice_parse_name("N-", &number, NULL));
	assert_false(notice_parse_name(NULL, &number, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(test_lease),
	    TEST(test_lost),
	    TEST(test_unreadable),
	    TEST(test_failures),
	    TEST(test_patience),
	    TEST(test_rungs),
	    TEST(test_nobody_is_told),
	    TEST(test_two_things),
	    TEST(test_sensitive),
	    TEST(test_withdrawn),
	    TEST(test_storm),
	    TEST(test_storm_ends_with_cases),
	    TEST(test_no_storm),
	    TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
