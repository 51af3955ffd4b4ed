/*
 * Ticks: every warning, breach and escalation once, at its second and in order,
 * however often and however late somebody looks; what a forecast says is what
 * ticks do; calendars that change; stores that had no alarms.
 */
#include "cases_damage.h"

#include "anteroom/tick.h"
#include "anteroom/times.h"
#include "cases/alarm.h"
#include "cases/notice.h"

static const Escalation steps[] = {{0, ESCALATE_LEAD},
    {2 * HOUR, ESCALATE_ASSISTANT}, {24 * HOUR, ESCALATE_EXECUTIVE}};
static const guint8 warnings[] = {50, 75, 90};

static Policy *policy(World *world, const char *name)
{
	return (Policy *)(guintptr)conf_policy(world->conf, name);
}

static void tell_all(World *world, const char *name)
{
	policy(world, name)->escalate = steps;
	policy(world, name)->n_escalate = G_N_ELEMENTS(steps);
	policy(world, name)->warn_pct = warnings;
	policy(world, name)->n_warn = G_N_ELEMENTS(warnings);
}

static int setup(void **state)
{
	static const char *const names[] = {"safety", "standard"};
	World *world = world_new();

	world->conf->notify_from = "Anteroom <anteroom@example.com>";
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		tell_all(world, names[i]);
	}
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- helpers ---- */

static TickCount tick(World *world, gint64 now_s)
{
	TickCount count = {0};
	GError *error = NULL;

	if (!store_tick(
		world->store, world->conf, world->sla, now_s, &count, &error)) {
		print_message("%s\n", error->message);
		fail();
	}
	if (!world->unchecked) {
		world_check(world);
	}
	return count;
}

static gint64 next_s(World *world, gint64 now_s)
{
	gint64 next = -1;

	assert_true(store_next_s(world->store, now_s, &next, NULL));
	return next;
}

static guint64 admit(World *world, const Mail *mail)
{
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, mail);

	return kase->id;
}

/* Lets time pass to END_S, from moment to moment. */
static void live(World *world, gint64 now_s, gint64 end_s)
{
	while (now_s && now_s <= end_s) {
		tick(world, now_s);
		now_s = next_s(world, now_s);
	}
}

/* What the clock told, as lines "WHAT AT DETAIL". Transfer full. */
static char *told(World *world, guint64 id)
{
	g_autoptr(GPtrArray) events = store_events(world->store, id, NULL);
	GString *lines = g_string_new(NULL);

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (strcmp(event->what, "warning") == 0 ||
		    strcmp(event->what, "breach") == 0 ||
		    strcmp(event->what, "escalation") == 0) {
			g_string_append_printf(lines,
			    "%s %" G_GINT64_FORMAT " %s\n", event->what,
			    event->at_s - T0, event->detail);
		}
	}
	return g_string_free(lines, FALSE);
}

/* The notices ever queued, oldest first: "KIND AT AFTER TO". Transfer full. */
static char *queued(World *world)
{
	g_autoptr(GPtrArray) all = store_notices(world->store, -1, 0, NULL);
	GString *lines = g_string_new(NULL);

	for (guint i = all->len; i > 0; i--) {
		const Notice *notice = all->pdata[i - 1];

		g_string_append_printf(lines,
		    "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
		    notice_kind_name(notice->kind), notice->at_s - T0,
		    notice->after_s - T0, notice->to);
	}
	return g_string_free(lines, FALSE);
}

#define SAFETY_TOLD                                                  \
	"warning 1800 first_reply 1 50%, due 2026-11-21T11:00:00Z\n" \
	"warning 2700 first_reply 1 75%, due 2026-11-21T11:00:00Z\n" \
	"warning 3240 first_reply 1 90%, due 2026-11-21T11:00:00Z\n" \
	"breach 3600 first_reply 1 due 2026-11-21T11:00:00Z\n"       \
	"escalation 10800 first_reply 1 2h late, to assistant\n"     \
	"escalation 90000 first_reply 1 1d late, to executive\n"
#define SAFETY_QUEUED                             \
	"warning 1800 1800 trust@example.com\n"   \
	"warning 2700 2700 trust@example.com\n"   \
	"warning 3240 3240 trust@example.com\n"   \
	"breach 3600 3600 trust@example.com\n"    \
	"escalation 10800 10800 ea@example.com\n" \
	"escalation 90000 90000 ea@example.com\n"

static const Mail safety = {.id = "s@x", .topic = "safety", .critical = true};

static void expect_safety(World *world, guint64 id)
{
	g_autofree char *events = told(world, id);
	g_autofree char *notices = queued(world);

	assert_string_equal(events, SAFETY_TOLD);
	assert_string_equal(notices, SAFETY_QUEUED);
}

/* ---- once, at its second ---- */

static void test_every_moment(void **state)
{
	static const gint64 moments[] = {1800, 2700, 3240, 3601, 10800, 90000};
	World *world = *state;
	guint64 id = admit(world, &safety);
	gint64 now_s = T0;

	for (gsize i = 0; i < G_N_ELEMENTS(moments); i++) {
		TickCount early;

		assert_int_equal(next_s(world, now_s), T0 + moments[i]);
		early = tick(world, T0 + moments[i] - 1);
		assert_int_equal(
		    early.warnings + early.breaches + early.escalations, 0);
		now_s = T0 + moments[i];
		tick(world, now_s);
		tick(world, now_s);
		world_reopen(world);
	}
	expect_safety(world, id);
}

/* The daemon was down for days. */
static void test_late(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);
	TickCount count = tick(world, T0 + 26 * HOUR);

	assert_int_equal(count.warnings, 3);
	assert_int_equal(count.breaches, 1);
	assert_int_equal(count.escalations, 2);
	expect_safety(world, id);
}

/* The wall clock went back, and came again. */
static void test_clock_back(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);

	tick(world, T0 + 2700);
	tick(world, T0 - DAY);
	tick(world, T0);
	tick(world, T0 + 2700);
	tick(world, T0 + 26 * HOUR);
	expect_safety(world, id);
}

/* What piled up is told in the order in which it should have been. */
static void test_order(void **state)
{
	World *world = *state;
	Mail second = safety;
	g_autoptr(GPtrArray) all = NULL;

	second.id = "s2@x";
	second.body = "Another threat, of somebody else, to somebody.";
	second.at_s = T0 + 60;
	admit(world, &safety);
	admit(world, &second);
	tick(world, T0 + 26 * HOUR);
	all = store_notices(world->store, -1, 0, NULL);
	assert_int_equal(all->len, 12);
	for (guint i = 1; i < all->len; i++) {
		const Notice *later = all->pdata[i - 1];
		const Notice *earlier = all->pdata[i];

		assert_true(later->at_s >= earlier->at_s);
		assert_true(later->number > earlier->number);
	}
}

/* A deadline's own second is in time. */
static void test_last_second(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);
	g_autofree char *events = NULL;

	tick(world, T0 + 3600);
	case_free(
	    world_act(world, ACT_ANSWERED, id, "by phone", T0 + 3600, 0, NULL));
	tick(world, T0 + 26 * HOUR);
	events = told(world, id);
	assert_null(strstr(events, "breach 3600"));
}

/* Answered after the deadline, and no tick between: the breach has its line,
 * but nobody is told of what is over. */
static void test_late_answer(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);
	g_autofree char *events = NULL;
	g_autofree char *notices = NULL;

	tick(world, T0 + 3300);
	case_free(
	    world_act(world, ACT_ANSWERED, id, "by phone", T0 + 3700, 0, NULL));
	tick(world, T0 + 5 * HOUR);
	events = told(world, id);
	notices = queued(world);
	assert_non_null(strstr(
	    events, "breach 3600 first_reply 1 due 2026-11-21T11:00:00Z\n"));
	assert_null(strstr(events, "escalation"));
	assert_null(strstr(notices, "breach"));
}

static void test_ends_with_the_case(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);
	OutboxCount outbox;

	tick(world, T0 + 3700);
	case_free(
	    world_act(world, ACT_CLOSE, id, "a prank", T0 + 3800, 0, NULL));
	assert_int_equal(next_s(world, T0 + 3800), 0);
	assert_true(store_outbox(world->store, T0 + 4000, &outbox, NULL));
	assert_int_equal(outbox.waiting, 0);
}

static void test_nobody_told_in_shadow(void **state)
{
	World *world = *state;
	Desk *desk = world->conf->desks->pdata[0];
	g_autofree char *notices = NULL;
	guint64 id;

	desk->mode = MODE_SHADOW;
	id = admit(world, &safety);
	tick(world, T0 + 26 * HOUR);
	assert_int_equal(world_events(world, id, "breach"), 1);
	notices = queued(world);
	assert_string_equal(notices, "");
}

/* ---- taken in late ---- */

static void admit_old(World *world, bool quiet, const char *expected)
{
	Mail mail = safety;
	g_autoptr(Message) message = mail_message(&mail);
	g_autoptr(Plan) plan = mail_plan(world, &mail);
	Score *score = mail_score(world, &mail);
	const char *recipients[] = {DESK, NULL};
	Admission admission = {.message = message,
	    .score = score,
	    .plan = plan,
	    .sla = world->sla,
	    .conf = world->conf,
	    .sender = CUSTOMER,
	    .recipients = recipients,
	    .arrival_s = T0,
	    .now_s = T0 + 2 * HOUR,
	    .via = "replay",
	    .quiet = quiet};
	AdmitOutcome outcome;
	g_autoptr(Case) kase = NULL;
	g_autofree char *notices = NULL;

	assert_true(
	    store_admit(world->store, &admission, &outcome, &kase, NULL));
	world_check(world);
	tick(world, T0 + 2 * HOUR + 5);
	assert_int_equal(world_events(world, kase->id, "breach"), 1);
	live(world, T0 + 2 * HOUR + 5, T0 + 26 * HOUR);
	notices = queued(world);
	assert_string_equal(notices, expected);
	mail_score_free(score);
}

static void test_quiet(void **state)
{
	admit_old(*state, true,
	    "escalation 10800 10800 ea@example.com\n"
	    "escalation 90000 90000 ea@example.com\n");
}

/* A case that was there before keeps what is just due. */
static void test_quiet_spares_others(void **state)
{
	admit(*state, &safety);
	admit_old(*state, true, SAFETY_QUEUED);
}

static void test_not_quiet(void **state)
{
	admit_old(*state, false, SAFETY_QUEUED);
}

/* ---- pauses ---- */

/* Half of the time is used, then four hours stand still. */
static void test_pause(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x"};
	guint64 id = admit(world, &mail);
	gint64 half_s = T0 + 5 * DAY, on_s = half_s + 4 * HOUR;
	g_autofree char *events = NULL;

	case_free(
	    world_act(world, ACT_ANSWERED, id, "by phone", T0 + 1, 0, NULL));
	case_free(world_act(
	    world, ACT_PAUSE, id, "parts", half_s - HOUR, 5 * HOUR, NULL));
	assert_int_equal(next_s(world, half_s), on_s);
	live(world, on_s, on_s + 20 * DAY);
	events = told(world, id);
	/* Ten days: 50 % is an hour after the pause, and so on. */
	assert_non_null(strstr(events, "warning 450000 resolve 1 50%"));
	assert_non_null(strstr(events, "warning 666000 resolve 1 75%"));
	assert_non_null(strstr(events, "breach 882000 resolve 1"));
}

/* ---- promises ---- */

typedef struct {
	guint64 id;
	gint64 due_s, done_s;
	guint n;
} Vow;

static void vow_change(Txn *txn, gpointer data)
{
	Vow *vow = data;
	g_autoptr(Draft) draft = draft_load(txn, vow->id);

	if (vow->due_s) {
		vow->n = clocks_promise(draft, T0 + HOUR, vow->due_s);
	} else {
		vow->n = clocks_fulfil(draft, 0, vow->done_s);
	}
	draft_save(txn, draft, T0 + HOUR);
}

static void test_promises(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x"};
	guint64 id = admit(world, &mail);
	Vow first = {.id = id, .due_s = T0 + 3 * HOUR};
	Vow second = {.id = id, .due_s = T0 + 5 * HOUR};
	Vow past = {.id = id, .due_s = T0 + HOUR};
	Vow kept = {.id = id, .done_s = T0 + 4 * HOUR};
	g_autoptr(Case) kase = NULL;
	g_autofree char *notices = NULL;

	assert_true(commit_run(world->store, vow_change, &first, NULL));
	assert_true(commit_run(world->store, vow_change, &second, NULL));
	assert_true(commit_run(world->store, vow_change, &past, NULL));
	assert_int_equal(first.n, 1);
	assert_int_equal(second.n, 2);
	assert_int_equal(past.n, 0);
	live(world, T0, T0 + 4 * HOUR);
	assert_true(commit_run(world->store, vow_change, &kept, NULL));
	assert_int_equal(kept.n, 2);
	live(world, T0 + 4 * HOUR, T0 + 6 * HOUR);
	kase = store_case(world->store, id, NULL);
	assert_clock(kase, METRIC_PROMISE, 1, CLOCK_MISSED, T0 + 3 * HOUR);
	assert_clock(kase, METRIC_PROMISE, 2, CLOCK_MET, T0 + 5 * HOUR);
	assert_int_equal(world_events(world, id, "breach"), 1);
	notices = queued(world);
	assert_string_equal(notices,
	    "broken-promise 10800 10800 care@example.com\n"
	    "broken-promise 10800 10800 lead@example.com\n");
	world_check(world);
}

/* How many of their notices wait. */
static guint broken_promises(World *world)
{
	g_autoptr(GPtrArray) waiting =
	    store_notices(world->store, NOTICE_WAITING, 0, NULL);
	guint n = 0;

	for (guint i = 0; i < waiting->len; i++) {
		const Notice *notice = waiting->pdata[i];

		n += notice->kind == NOTICE_BROKEN_PROMISE;
	}
	return n;
}

/* What one broken promise is told about isn't over because another clock of the
 * case ended. */
static void test_promises_apart(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x"};
	guint64 id = admit(world, &mail);
	Vow first = {.id = id, .due_s = T0 + 3 * HOUR};
	Vow second = {.id = id, .due_s = T0 + 4 * HOUR};

	assert_true(commit_run(world->store, vow_change, &first, NULL));
	assert_true(commit_run(world->store, vow_change, &second, NULL));
	live(world, T0, T0 + 5 * HOUR);
	assert_int_equal(broken_promises(world), 4);
	case_free(world_act(
	    world, ACT_URGENCY, id, "critical", T0 + 5 * HOUR, 0, NULL));
	case_free(
	    world_act(world, ACT_TOPIC, id, "safety", T0 + 5 * HOUR, 0, NULL));
	assert_int_equal(broken_promises(world), 4);
}

/* ---- looking ahead ---- */

static void random_case(World *world, GRand *random, guint i)
{
	g_autofree char *id = g_strdup_printf("r%u@x", i);
	g_autofree char *body = g_strdup_printf(
	    "Here is number %u of my invoices, please look at it.", i);
	Mail mail = {.id = id,
	    .body = body,
	    .topic = g_rand_boolean(random) ? "safety" : "billing",
	    .critical = g_rand_boolean(random),
	    .at_s = T0 + g_rand_int_range(random, 0, 3 * DAY)};
	guint64 number = admit(world, &mail);

	if (g_rand_int_range(random, 0, 3) == 0) {
		case_free(world_act(
		    world, ACT_ANSWERED, number, "", mail.at_s + 1, 0, NULL));
		case_free(
		    world_act(world, ACT_PAUSE, number, "p", mail.at_s + 2,
			g_rand_int_range(random, 60, 2 * DAY), NULL));
	}
}

static char *ahead_line(const Ahead *ahead)
{
	GString *line = g_string_new(NULL);

	for (guint i = 0; i < ahead->notices->len; i++) {
		const Notice *notice = ahead->notices->pdata[i];

		g_string_append_printf(line,
		    "%" G_GINT64_FORMAT " AR-%" G_GUINT64_FORMAT
		    " %s %" G_GINT64_FORMAT " %s\n",
		    notice->at_s, notice->case_id,
		    notice_kind_name(notice->kind), notice->after_s,
		    notice->to);
	}
	return g_string_free(line, FALSE);
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(GPtrArray *lines)
{
	g_ptr_array_sort(lines, compare_lines);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("", (char **)lines->pdata);
}

static char *forecast_lines(World *world, gint64 until_s)
{
	g_autoptr(GPtrArray) all = store_forecast(
	    world->store, world->conf, world->sla, until_s, 0, NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	assert_non_null(all);
	for (guint i = 0; i < all->len; i++) {
		g_ptr_array_add(lines, ahead_line(all->pdata[i]));
		assert_true(i == 0 || ((Ahead *)all->pdata[i])->at_s >=
					  ((Ahead *)all->pdata[i - 1])->at_s);
	}
	return sorted(lines);
}

static char *notice_lines(World *world)
{
	g_autoptr(GPtrArray) all = store_notices(world->store, -1, 0, NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GPtrArray one = {0};
	Ahead ahead = {.notices = &one};

	for (guint i = 0; i < all->len; i++) {
		one.pdata = &all->pdata[i];
		one.len = 1;
		g_ptr_array_add(lines, ahead_line(&ahead));
	}
	return sorted(lines);
}

/* Lines of one forecast hold several notices: cut, sort, compare. */
static char *cut_and_sort(const char *text)
{
	g_auto(GStrv) cut = g_strsplit(text, "\n", -1);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; cut[i]; i++) {
		if (*cut[i]) {
			g_ptr_array_add(lines, g_strconcat(cut[i], "\n", NULL));
		}
	}
	return sorted(lines);
}

static void test_forecast(void **state)
{
	World *world = *state;
	GRand *random = g_rand_new_with_seed(20261121);
	gint64 until_s = T0 + 40 * DAY;
	g_autofree char *said = NULL, *did = NULL, *said_cut = NULL;
	g_autofree char *did_cut = NULL;

	world->unchecked = true;
	for (guint i = 0; i < 8; i++) {
		random_case(world, random, i);
	}
	said = forecast_lines(world, until_s);
	live(world, T0, until_s);
	did = notice_lines(world);
	said_cut = cut_and_sort(said);
	did_cut = cut_and_sort(did);
	assert_true(strlen(said_cut) > 1000);
	assert_string_equal(said_cut, did_cut);
	world_check(world);
	g_rand_free(random);
}

/* Reads what is due, as the courier does. */
static void send_due(World *world, gint64 now_s)
{
	g_autoptr(GPtrArray) taken =
	    store_notices_take(world->store, "x", now_s, 64, NULL);

	for (guint i = 0; i < taken->len; i++) {
		const Notice *notice = taken->pdata[i];

		assert_true(store_notice_sent(
		    world->store, notice->number, now_s, NULL));
	}
}

/* Twenty breaches a minute apart: nine mails, and what comes after them, in one
 * summary at its moment; foretold so. */
static void test_forecast_of_a_storm(void **state)
{
	World *world = *state;
	gint64 until_s = T0 + 18 * HOUR, summary_s = 0;
	guint singles = 0, members = 0;
	g_autoptr(GPtrArray) all = NULL, did = NULL;

	world->unchecked = true;
	for (guint i = 0; i < 20; i++) {
		g_autofree char *id = g_strdup_printf("g%u@x", i);
		g_autofree char *body =
		    g_strdup_printf("My invoice number %u is not right.", i);
		Mail mail = {.id = id, .body = body, .at_s = T0 + i * 60};

		admit(world, &mail);
	}
	all = store_forecast(
	    world->store, world->conf, world->sla, until_s, 0, NULL);
	for (guint i = 0; i < all->len; i++) {
		const Ahead *ahead = all->pdata[i];

		for (guint j = 0; j < ahead->notices->len; j++) {
			const Notice *notice = ahead->notices->pdata[j];

			singles += notice->kind == NOTICE_BREACH;
			members += notice->kind == NOTICE_SUMMARY;
			if (notice->kind == NOTICE_SUMMARY && !summary_s) {
				summary_s = notice->after_s;
			}
		}
	}
	for (gint64 now_s = T0; now_s && now_s <= T0 + 17 * HOUR;
	     now_s = next_s(world, now_s)) {
		tick(world, now_s);
		send_due(world, now_s);
	}
	did = store_notices(world->store, -1, 0, NULL);
	for (guint i = 0; i < did->len; i++) {
		const Notice *notice = did->pdata[i];

		singles -= notice->kind == NOTICE_BREACH;
		members -=
		    notice->kind == NOTICE_SUMMARY ? (guint)notice->step : 0;
		if (notice->kind == NOTICE_SUMMARY &&
		    notice->at_s == T0 + 16 * HOUR + 9 * 60) {
			assert_int_equal(notice->after_s, summary_s);
		}
	}
	assert_true(summary_s > T0 + 16 * HOUR);
	assert_int_equal(singles, 0);
	assert_int_equal(members, 0);
}

/* ---- calendars that change ---- */

static const char holiday_conf[] =
    "company = \"Example\"\n"
    "store { path = \"store\" }\n"
    "rules { packs = {\"pack.rules\"} }\n"
    "desk \"ceo\" { addresses = {\"ceo@example.com\"} assistant = "
    "\"ea@example.com\" }\n"
    "calendar \"office\" { zone = \"UTC\" hours = {\"Mon-Fri 09:00-17:00\"} "
    "holidays = {%s} }\n"
    "team \"care\" { address = \"care@example.com\" members = "
    "{\"bob@example.com\"} lead = "
    "\"lead@example.com\" calendar = \"office\" }\n"
    "route \"default\" { team = \"care\" }\n"
    "policy \"standard\" { first-reply = \"8h\" resolve = \"16h\" "
    "warn = {50} escalate = {\"0h lead\"} }\n"
    "notify { from = \"anteroom@example.com\" }\n";

static void use_conf(World *world, const char *text)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *path =
	    g_build_filename(world->folder, "anteroom.conf", NULL);

	fixture_write(world->folder, "anteroom.conf", text);
	sla_unref(world->sla);
	conf_unref(world->conf);
	world->conf = conf_load(path, problems);
	world_print_problems(problems);
	assert_non_null(world->conf);
	world->sla = sla_new(world->conf, problems);
	assert_non_null(world->sla);
}

static void use_holidays(World *world, const char *days)
{
	g_autofree char *text = g_strdup_printf(holiday_conf, days);

	use_conf(world, text);
}

static guint survey(World *world, gint64 now_s)
{
	guint moved = 99;

	assert_true(store_survey(
	    world->store, world->conf, world->sla, now_s, &moved, NULL));
	world_check(world);
	return moved;
}

/* Arrived on Saturday: due on Monday at five, then on Tuesday. */
static void test_holiday(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x"};
	gint64 monday = T0 + 2 * DAY - HOUR; /* 09:00 */
	g_autoptr(Case) before = NULL, after = NULL;
	g_autofree char *events = NULL;
	guint64 id;

	use_holidays(world, "");
	assert_int_equal(survey(world, T0), 0);
	id = admit(world, &mail);
	before = store_case(world->store, id, NULL);
	assert_clock(
	    before, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING, monday + 8 * HOUR);
	assert_int_equal(survey(world, T0), 0);
	use_holidays(world, "\"2026-11-23\"");
	assert_int_equal(survey(world, T0 + HOUR), 2);
	assert_int_equal(survey(world, T0 + HOUR), 0);
	assert_int_equal(world_events(world, id, "moved"), 2);
	after = store_case(world->store, id, NULL);
	assert_clock(after, METRIC_FIRST_REPLY, 1, CLOCK_RUNNING,
	    monday + DAY + 8 * HOUR);
	live(world, T0, T0 + 5 * DAY);
	events = told(world, id);
	assert_string_equal(events,
	    "warning 270000 first_reply 1 50%, due 2026-11-24T17:00:00Z\n"
	    "warning 284400 resolve 1 50%, due 2026-11-25T17:00:00Z\n"
	    "breach 284400 first_reply 1 due 2026-11-24T17:00:00Z\n"
	    "breach 370800 resolve 1 due 2026-11-25T17:00:00Z\n");
	/* What is missed stays missed, whatever calendars say later. */
	use_holidays(world, "\"2026-11-23\", \"2026-11-24\"");
	assert_int_equal(survey(world, T0 + 5 * DAY), 0);
}

/* Who renames a policy still hears of the cases that it was promised to. */
static void test_policy_renamed(void **state)
{
	World *world = *state;
	g_auto(GStrv) halves =
	    g_strsplit(fixture_conf, "policy \"safety\"", -1);
	g_autofree char *text = g_strjoinv("policy \"protection\"", halves);
	g_autofree char *notices = NULL;
	g_autofree char *events = NULL;
	guint64 id = admit(world, &safety);

	use_conf(world, text);
	world->conf->notify_from = "Anteroom <anteroom@example.com>";
	tell_all(world, "protection");
	survey(world, T0);
	live(world, T0, T0 + 26 * HOUR);
	events = told(world, id);
	assert_string_equal(events, SAFETY_TOLD);
	notices = queued(world);
	assert_string_equal(notices, SAFETY_QUEUED);
}

/* At night nobody of the office is told. */
static void test_working_hours(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x"},
	     urgent = {.id = "u@x",
		 .critical = true,
		 .body = "The invoice of June is wrong by a thousand."};
	gint64 monday = T0 + 2 * DAY - HOUR;
	g_autofree char *notices = NULL;

	use_holidays(world, "");
	admit(world, &mail);
	admit(world, &urgent);
	live(world, T0, monday + 9 * HOUR);
	notices = queued(world);
	/* The deadline is the closing second: the lead hears next morning. */
	assert_string_equal(notices, "warning 183600 183600 care@example.com\n"
				     "warning 183600 183600 care@example.com\n"
				     "warning 198000 255600 care@example.com\n"
				     "warning 198000 198000 care@example.com\n"
				     "breach 198000 255600 lead@example.com\n"
				     "breach 198000 198000 lead@example.com\n");
}

/* ---- stores of before ---- */

static void forget_alarms(Txn *txn, gpointer data)
{
	guint64 id = *(guint64 *)data;
	g_autoptr(Draft) draft = draft_load(txn, id);

	for (guint i = 0; i < draft->kase->clocks->len; i++) {
		g_array_index(draft->kase->clocks, Clock, i).next_s = 0;
	}
	draft_save(txn, draft, T0);
}

static void test_old_store(void **state)
{
	World *world = *state;
	guint64 id = admit(world, &safety);
	g_autofree char *notices = NULL;

	assert_true(commit_run(world->store, forget_alarms, &id, NULL));
	world_check(world);
	assert_int_equal(next_s(world, 0), 0);
	assert_int_equal(survey(world, T0 + 3000), 0);
	live(world, T0 + 3000, T0 + 26 * HOUR);
	notices = queued(world);
	/* Half and three quarters were over when alarms began. */
	assert_string_equal(notices, "warning 3240 3240 trust@example.com\n"
				     "breach 3600 3600 trust@example.com\n"
				     "escalation 10800 10800 ea@example.com\n"
				     "escalation 90000 90000 ea@example.com\n");
}

/* ---- once a week ---- */

static void care(World *world, gint64 now_s)
{
	gint64 next = 0;

	assert_true(store_care(
	    world->store, world->conf, world->sla, now_s, &next, NULL));
	/* To the second, however often it is asked. */
	assert_true(next > now_s && next <= now_s + 7 * DAY);
	assert_true(now_s != T0 || next == T0 + 7 * DAY);
	assert_true(now_s != T0 + 14 * DAY + HOUR || next == T0 + 21 * DAY);
	world_check(world);
}

static guint blind_notices(World *world)
{
	g_autofree char *notices = queued(world);
	guint n = 0;

	for (const char *at = notices; (at = strstr(at, "blind-spot")); at++) {
		n++;
	}
	return n;
}

/* Three cases of care end by hand; media has one, and answers it. */
static void test_blind_spot(void **state)
{
	World *world = *state;
	Mail press = {.id = "p@x", .topic = "press", .body = "A question."};
	Mail reply = {.from = "dave@example.com",
	    .to = CUSTOMER,
	    .refs = "<p@x>",
	    .body = "Thank you for asking. The figures are attached."};

	care(world, T0);
	admit(world, &press);
	case_free(world_answer(world, ANSWER_STOPPED, "media", &reply));
	for (guint i = 0; i < 3; i++) {
		g_autofree char *id = g_strdup_printf("b%u@x", i);
		g_autofree char *body =
		    g_strdup_printf("My invoice number %u is not right.", i);
		Mail mail = {.id = id, .body = body};
		guint64 number = admit(world, &mail);

		if (i == 2) { /* two prove nothing */
			care(world, T0 + 7 * DAY);
			assert_int_equal(blind_notices(world), 0);
		}
		case_free(world_act(
		    world, ACT_CLOSE, number, "by phone", T0 + HOUR, 0, NULL));
	}
	care(world, T0 + 14 * DAY - 1); /* not this week */
	assert_int_equal(blind_notices(world), 0);
	care(world, T0 + 14 * DAY);
	assert_int_equal(blind_notices(world), 1);
	care(world, T0 + 14 * DAY + HOUR);
	assert_int_equal(blind_notices(world), 1);
}

static void test_old_notices(void **state)
{
	World *world = *state;

	care(world, T0);
	admit(world, &safety);
	tick(world, T0 + 26 * HOUR);
	for (guint64 i = 1; i <= 5; i++) {
		assert_true(
		    store_notice_sent(world->store, i, T0 + 27 * HOUR, NULL));
	}
	care(world, T0 + 20 * DAY);
	care(world, T0 + 40 * DAY);
	{
		g_autoptr(GPtrArray) left =
		    store_notices(world->store, -1, 0, NULL);

		assert_int_equal(left->len, 1); /* it still waits */
		assert_int_equal(((Notice *)left->pdata[0])->number, 6);
	}
}

typedef struct {
	Notice *notice;
	guint n;
} Queueing;

static void queue_change(Txn *txn, gpointer data)
{
	const Queueing *queueing = data;

	for (guint i = 0; i < queueing->n; i++) {
		notice_queue(txn, queueing->notice);
	}
}

/* One that was given up isn't in the way of the others. */
static void test_many_old_notices(void **state)
{
	World *world = *state;
	Notice ended = {.kind = NOTICE_WARNING,
	    .state = NOTICE_SENT,
	    .to = (char *)(guintptr) "lead@example.com",
	    .at_s = T0,
	    .ended_s = T0};
	Notice dead = ended;
	Queueing one = {.notice = &dead, .n = 1};
	Queueing many = {.notice = &ended, .n = 700};
	g_autoptr(GPtrArray) left = NULL;

	dead.state = NOTICE_DEAD;
	assert_true(commit_run(world->store, queue_change, &one, NULL));
	assert_true(commit_run(world->store, queue_change, &many, NULL));
	care(world, T0 + 40 * DAY);
	left = store_notices(world->store, -1, 0, NULL);
	assert_int_equal(left->len, 1);
}

/* ---- damage ---- */

static guint64 letters(World *world, guint n)
{
	guint64 last = 0;

	for (guint i = 0; i < n; i++) {
		g_autofree char *id = g_strdup_printf("d%u@x", i);
		g_autofree char *body =
		    g_strdup_printf("My invoice number %u is not right.", i);
		Mail mail = {.id = id, .body = body};

		last = admit(world, &mail);
	}
	return last;
}

/* Damaged cases that are due, more of them than a change looks at, neither hold
 * up those behind them nor keep the tick busy for ever. */
static void test_damaged_cases(void **state)
{
	World *world = *state;
	gint64 due_s = T0 + 8 * HOUR; /* half of standard's 16 */
	guint64 last;

	world->unchecked = true;
	last = letters(world, 300);
	world_damage(world, DB_CASES, 1, 280);
	assert_int_equal(tick(world, due_s).warnings, 20);
	assert_int_equal(tick(world, due_s).warnings, 0);
	assert_int_equal(tick(world, due_s + 4 * HOUR).warnings, 20);
	world_damage(world, DB_CASES, 281, last);
	assert_int_equal(tick(world, due_s + DAY).breaches, 0);
}

static void test_damaged_pauses(void **state)
{
	World *world = *state;
	guint64 last;
	guint n = 0;

	world->unchecked = true;
	last = letters(world, 70);
	for (guint64 id = 1; id <= last; id++) {
		case_free(world_act(world, ACT_ANSWERED, id, "", T0, 0, NULL));
		case_free(world_act(world, ACT_PAUSE, id, "p", T0, HOUR, NULL));
	}
	world_damage(world, DB_CASES, 1, 65);
	assert_true(store_wake(world->store, world->sla, T0 + HOUR, &n, NULL));
	assert_int_equal(n, 5);
}

/* ---- waking whoever sleeps ---- */

static void count_wakes(gpointer data)
{
	g_atomic_int_inc((gint *)data);
}

static void test_watch(void **state)
{
	World *world = *state;
	Mail mail = {.id = "b@x", .body = "Please send me another invoice."};
	gint wakes = 0;

	store_watch(world->store, count_wakes, &wakes);
	assert_int_equal(next_s(world, T0), 0);
	admit(world, &mail);
	assert_int_equal(g_atomic_int_get(&wakes), 1);
	assert_true(next_s(world, T0) > T0);
	/* A later one wakes nobody, a sooner one does. */
	case_free(world_act(world, ACT_NOTE, 1, "n", T0 + 1, 0, NULL));
	assert_int_equal(g_atomic_int_get(&wakes), 1);
	admit(world, &safety);
	assert_int_equal(g_atomic_int_get(&wakes), 2);
	store_watch(world->store, NULL, NULL);
}

static guint taken(World *world, gint64 now_s)
{
	g_autoptr(GPtrArray) all =
	    store_notices_take(world->store, "x", now_s, 64, NULL);

	return all->len;
}

/* The courier comes after the clock; not for ever. */
static void test_courier_second(void **state)
{
	World *world = *state;
	gint wakes = 0;
	StoreClock clock = {0};

	admit(world, &safety);
	tick(world, T0 + 1800);
	store_watch(world->store, count_wakes, &wakes);
	assert_int_equal(taken(world, T0 + 2700), 0);
	assert_true(store_clock(world->store, &clock, NULL));
	assert_int_equal(clock.next_s, T0 + 2700);
	tick(world, T0 + 2700);
	assert_int_equal(taken(world, T0 + 2700), 2);
	tick(world, T0 + 3240);
	assert_int_equal(taken(world, T0 + 3601), 0);
	world->store->behind_us -= 6 * G_USEC_PER_SEC;
	assert_int_equal(taken(world, T0 + 3601), 3);
	store_looked(world->store, T0 + 3601, T0 + 3602);
	assert_true(store_clock(world->store, &clock, NULL));
	assert_int_equal(clock.looked_s, T0 + 3601);
	assert_int_equal(clock.next_s, T0 + 3601);
	tick(world, T0 + 3601);
	assert_true(store_clock(world->store, &clock, NULL));
	assert_int_equal(clock.next_s, T0 + 3602);
	store_watch(world->store, NULL, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(test_every_moment),
	    TEST(test_late),
	    TEST(test_clock_back),
	    TEST(test_order),
	    TEST(test_last_second),
	    TEST(test_late_answer),
	    TEST(test_ends_with_the_case),
	    TEST(test_nobody_told_in_shadow),
	    TEST(test_quiet),
	    TEST(test_quiet_spares_others),
	    TEST(test_not_quiet),
	    TEST(test_pause),
	    TEST(test_promises),
	    TEST(test_promises_apart),
	    TEST(test_policy_renamed),
	    TEST(test_forecast),
	    TEST(test_forecast_of_a_storm),
	    TEST(test_holiday),
	    TEST(test_working_hours),
	    TEST(test_old_store),
	    TEST(test_blind_spot),
	    TEST(test_old_notices),
	    TEST(test_many_old_notices),
	    TEST(test_damaged_cases),
	    TEST(test_damaged_pauses),
	    TEST(test_watch),
	    TEST(test_courier_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
