/*
 * Clocks of a draft: starting, stopping, pausing, and what becomes of them when
 * a case changes hands. Ended clocks are never touched again: a new promise is
 * a new instance beside the old one.
 */
#include "cases/alarm.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/times.h"

/* ---- telling ---- */

static void tell(
    Draft *draft, const Clock *clock, const char *how, gint64 until_s)
{
	g_autofree char *when = until_s ? times_rfc3339(until_s) : NULL;

	g_string_append_printf(draft->clocks, "%s%s %u %s%s%s",
	    draft->clocks->len ? ", " : "", metric_name(clock->metric),
	    clock->instance, how, when ? " " : "", when ? when : "");
}

/* ---- promises ---- */

/* The policy of the case: the one it has, while it is configured; then the one
 * that fits. A later policy doesn't change what was promised. */
static const Policy *policy_of(const Case *kase, const Sla *sla)
{
	const Policy *policy =
	    *kase->policy ? sla_policy_named(sla, kase->policy) : NULL;

	return policy ? policy
		      : sla_policy(sla, (const char *const *)kase->topics,
			    kase->level, kase->team);
}

static const Calendar *calendar_of(const Case *kase, const Sla *sla)
{
	return sla_calendar(sla, *kase->calendar ? kase->calendar : "always");
}

static void set_text(char **text, const char *value)
{
	char *copy = g_strdup(value);

	g_free(*text);
	*text = copy;
}

/* The policy that fits now becomes the case's. False: it is the same. */
static bool adopt_policy(Case *kase, const Sla *sla)
{
	const Policy *policy = sla_policy(
	    sla, (const char *const *)kase->topics, kase->level, kase->team);
	const char *name = policy ? policy->name : "";
	const char *calendar =
	    policy ? calendar_name(sla_policy_calendar(sla, policy, kase->team))
		   : "";

	if (strcmp(name, kase->policy) == 0 &&
	    strcmp(calendar, kase->calendar) == 0) {
		return false;
	}
	set_text(&kase->policy, name);
	set_text(&kase->calendar, calendar);
	return true;
}

/* ---- one clock ---- */

static guint next_instance(const Case *kase, Metric metric)
{
	guint instance = 1;

	for (guint i = 0; i < kase->clocks->len; i++) {
		instance +=
		    g_array_index(kase->clocks, Clock, i).metric == metric;
	}
	return instance;
}

static void add_running(
    Draft *draft, const Sla *sla, Metric metric, gint64 target_s, gint64 from_s)
{
	Case *kase = draft->kase;
	const Calendar *calendar = calendar_of(kase, sla);
	Clock clock = {.metric = metric,
	    .instance = next_instance(kase, metric),
	    .state = CLOCK_RUNNING,
	    .target_s = target_s,
	    .started_s = from_s,
	    .due_s = calendar_due(calendar, from_s, target_s)};

	alarm_set(sla, kase, &clock);
	g_array_append_val(kase->clocks, clock);
	tell(draft, &clock, "due", clock.due_s);
}

char *breach_detail(const Clock *clock)
{
	g_autofree char *due = times_rfc3339(clock->due_s);

	return g_strdup_printf(
	    "%s %u due %s", metric_name(clock->metric), clock->instance, due);
}

/* The end came after the deadline, and before the tick that would have told
 * of it: a breach has its line all the same. What clocks did so far belongs to
 * the event that follows. */
static void tell_late_end(Draft *draft, Clock *clock)
{
	g_autofree char *detail = breach_detail(clock);
	GString *told = draft->clocks;

	draft->clocks = g_string_new(NULL);
	draft_event(draft, clock->due_s, "breach", "anteroom", detail);
	g_string_free(draft->clocks, TRUE);
	draft->clocks = told;
	clock->breached = true;
}

static void end_clock(Draft *draft, Clock *clock, ClockState state, gint64 at_s)
{
	/* A paused clock isn't late: its time stood still. */
	if (clock->state == CLOCK_PAUSED) {
		clock->due_s = MAX(at_s, clock->started_s);
		clock->left_s = 0;
	}
	if (clock->state == CLOCK_RUNNING && at_s > clock->due_s &&
	    !clock->breached) {
		tell_late_end(draft, clock);
	}
	clock->ended_s = MAX(at_s, clock->started_s);
	clock->state = state;
	clock->next_s = 0;
	draft->ended = true;
	if (state == CLOCK_MET && clock->ended_s > clock->due_s) {
		clock->state = CLOCK_MISSED;
	}
	tell(draft, clock, clock_state_name(clock->state), 0);
}

/* Starts METRIC from FROM_S if the policy promises it and none is live. */
static void clocks_start(
    Draft *draft, const Sla *sla, Metric metric, gint64 from_s)
{
	Case *kase = draft->kase;
	const Policy *policy = policy_of(kase, sla);
	gint64 target_s = policy_target_s(policy, metric);

	if (target_s <= 0 || case_clock(kase, metric)) {
		return;
	}
	if (strcmp(policy->name, kase->policy) != 0) {
		adopt_policy(kase, sla);
	}
	add_running(draft, sla, metric, target_s, from_s);
}

bool clocks_stop(Draft *draft, Metric metric, gint64 at_s)
{
	Clock *clock = case_live_clock(draft->kase, metric);

	if (!clock) {
		return false;
	}
	end_clock(draft, clock, CLOCK_MET, at_s);
	return true;
}

bool clocks_revoke(Draft *draft, Metric metric, gint64 at_s)
{
	Clock *clock = case_live_clock(draft->kase, metric);

	if (!clock) {
		return false;
	}
	end_clock(draft, clock, CLOCK_REVOKED, at_s);
	return true;
}

/* ---- pauses ---- */

/* What is late already stays late: a pause gives time back, it doesn't heal a
 * breach. */
void clocks_pause(Draft *draft, const Sla *sla, gint64 at_s)
{
	const Calendar *calendar = calendar_of(draft->kase, sla);

	for (guint i = 0; i < METRICS; i++) {
		Clock *clock = case_live_clock(draft->kase, (Metric)i);

		if (!clock || clock->state != CLOCK_RUNNING ||
		    clock->due_s <= at_s) {
			continue;
		}
		clock->left_s = calendar_open_s(calendar, at_s, clock->due_s);
		clock->due_s = 0;
		clock->next_s = 0;
		clock->state = CLOCK_PAUSED;
		tell(draft, clock, "paused", 0);
	}
}

void clocks_resume(Draft *draft, const Sla *sla, gint64 at_s)
{
	const Calendar *calendar = calendar_of(draft->kase, sla);

	for (guint i = 0; i < METRICS; i++) {
		Clock *clock = case_live_clock(draft->kase, (Metric)i);

		if (clock && clock->state == CLOCK_PAUSED) {
			clock->state = CLOCK_RUNNING;
			clock->due_s =
			    calendar_due(calendar, at_s, clock->left_s);
			clock->from_s = at_s;
			clock->spent_s = clock->target_s - clock->left_s;
			clock->left_s = 0;
			alarm_set(sla, draft->kase, clock);
			tell(draft, clock, "due", clock->due_s);
		}
	}
}

/* ---- other starts, other promises ---- */

void clocks_move(Draft *draft, const Sla *sla, gint64 was_s, gint64 is_s)
{
	const Calendar *calendar = calendar_of(draft->kase, sla);

	for (guint i = 0; i < METRICS; i++) {
		Clock *clock = case_live_clock(draft->kase, (Metric)i);

		if (clock && clock->state == CLOCK_RUNNING &&
		    clock->started_s == was_s) {
			clock->started_s = is_s;
			clock->due_s =
			    calendar_due(calendar, is_s, clock->target_s);
			clock->from_s = clock->spent_s = 0;
			alarm_set(sla, draft->kase, clock);
			tell(draft, clock, "due", clock->due_s);
		}
	}
}

/* The open time that was spent stays spent under the new target. */
static void repromise_paused(
    Draft *draft, Clock clock, gint64 target_s, gint64 now_s)
{
	gint64 spent_s = clock.target_s - clock.left_s;

	clocks_revoke(draft, clock.metric, now_s);
	if (target_s <= 0) {
		return;
	}
	clock.instance = next_instance(draft->kase, clock.metric);
	clock.target_s = target_s;
	clock.left_s = MAX(target_s - spent_s, 0);
	clock.warned_pct = 0;
	g_array_append_val(draft->kase->clocks, clock);
	tell(draft, &clock, "paused", 0);
}

static void repromise(
    Draft *draft, const Sla *sla, const Clock *live, gint64 now_s)
{
	const Case *kase = draft->kase;
	Clock clock = *live; /* the array moves */
	gint64 target_s =
	    policy_target_s(sla_policy_named(sla, kase->policy), clock.metric);

	if (clock.state == CLOCK_PAUSED) {
		repromise_paused(draft, clock, target_s, now_s);
		return;
	}
	clocks_revoke(draft, clock.metric, now_s);
	if (target_s > 0) {
		add_running(
		    draft, sla, clock.metric, target_s, clock.started_s);
	}
}

/* What wasn't promised before and is now. */
static void promise_more(Draft *draft, const Sla *sla)
{
	Case *kase = draft->kase;

	if (kase->state == CASE_CLOSED || kase->state == CASE_PAUSED) {
		return;
	}
	if (kase->waiting_s && !case_clock(kase, METRIC_FIRST_REPLY) &&
	    !case_clock(kase, METRIC_NEXT_REPLY)) {
		clocks_start(draft, sla,
		    kase->first_reply_s ? METRIC_NEXT_REPLY
					: METRIC_FIRST_REPLY,
		    kase->waiting_s);
	}
	clocks_start(draft, sla, METRIC_RESOLVE, kase->received_s);
}

void clocks_repolicy(Draft *draft, const Sla *sla, gint64 now_s)
{
	if (!adopt_policy(draft->kase, sla)) {
		return;
	}
	for (guint i = 0; i < METRICS; i++) {
		const Clock *clock = case_clock(draft->kase, (Metric)i);

		if (clock) {
			repromise(draft, sla, clock, now_s);
		}
	}
	promise_more(draft, sla);
}

void clocks_tighten(Draft *draft, const Sla *sla, gint64 arrival_s)
{
	Case *kase = draft->kase;
	const Policy *policy;

	if (!adopt_policy(kase, sla)) {
		return;
	}
	policy = sla_policy_named(sla, kase->policy);
	for (guint i = 0; i < METRICS; i++) {
		const Clock *clock = case_clock(kase, (Metric)i);
		gint64 target_s = policy_target_s(policy, (Metric)i);

		if (!clock || clock->state != CLOCK_RUNNING || target_s <= 0 ||
		    calendar_due(calendar_of(kase, sla), arrival_s, target_s) >=
			clock->due_s) {
			continue;
		}
		clocks_revoke(draft, (Metric)i, arrival_s);
		add_running(draft, sla, (Metric)i, target_s, arrival_s);
	}
}

/* ---- replies that bounced ---- */

void clocks_undo(Draft *draft, guint index)
{
	Clock *clock = &g_array_index(draft->kase->clocks, Clock, index);

	clock->state = CLOCK_REVOKED;
	tell(draft, clock, clock_state_name(clock->state), 0);
}

/* The promise of CLOCK runs from here on as another instance. */
static Clock *run_again(Draft *draft, Clock clock)
{
	GArray *clocks = draft->kase->clocks;

	clock.instance = next_instance(draft->kase, clock.metric);
	clock.state = CLOCK_RUNNING;
	clock.ended_s = 0;
	clock.next_s = clock.started_s; /* the tick looks when it really is */
	g_array_append_val(clocks, clock);
	return &g_array_index(clocks, Clock, clocks->len - 1);
}

static bool is_live(const Clock *clock)
{
	return clock->state == CLOCK_RUNNING || clock->state == CLOCK_PAUSED;
}

static Clock *find_clock(const GArray *clocks, const Clock *like)
{
	for (guint i = 0; i < clocks->len; i++) {
		Clock *clock = &g_array_index(clocks, Clock, i);

		if (clock->metric == like->metric &&
		    clock->instance == like->instance) {
			return clock;
		}
	}
	return NULL;
}

/* What was told since can't be taken back, and isn't told again. */
static void keep_told(Clock *clock, const Clock *since)
{
	clock->warned_pct = MAX(clock->warned_pct, since->warned_pct);
	clock->breached = clock->breached || since->breached;
	clock->escalated_s = MAX(clock->escalated_s, since->escalated_s);
	clock->quiet_s = MAX(clock->quiet_s, since->quiet_s);
}

/* CLOCK of the case is as WAS again. */
static void restore_clock(Draft *draft, Clock *clock, const Clock *was)
{
	bool ended = clock->state == CLOCK_MET || clock->state == CLOCK_MISSED;
	Clock again = *was;

	keep_told(&again, clock);
	if (is_live(clock)) {
		if (clock->state != was->state || clock->due_s != was->due_s) {
			*clock = again;
			clock->next_s = was->due_s ? was->started_s : 0;
			tell(draft, clock, was->due_s ? "due" : "paused",
			    was->due_s);
		}
		return;
	}
	if (ended) {
		clock->state = CLOCK_REVOKED;
		tell(draft, clock, clock_state_name(clock->state), 0);
	}
	clock = run_again(draft, again);
	clock->state = was->state;
	tell(draft, clock, was->due_s ? "due" : "paused", was->due_s);
}

void clocks_restore(Draft *draft, const GArray *before, gint64 at_s)
{
	GArray *clocks = draft->kase->clocks;

	for (guint i = 0; i < METRICS; i++) {
		Clock *live = case_live_clock(draft->kase, (Metric)i);
		const Clock *was = live ? find_clock(before, live) : NULL;

		if (live && (!was || !is_live(was))) {
			end_clock(draft, live, CLOCK_REVOKED, at_s);
		}
	}
	for (guint i = 0; i < before->len; i++) {
		const Clock *was = &g_array_index(before, Clock, i);
		Clock *clock = find_clock(clocks, was);

		if (clock && is_live(was)) {
			restore_clock(draft, clock, was);
		}
	}
}

void clocks_redo(Draft *draft, const Clock *promise, gint64 at_s)
{
	end_clock(draft, run_again(draft, *promise), CLOCK_MET, at_s);
}

void clocks_go_on(Draft *draft, const Clock *promise, gint64 at_s)
{
	static const Metric replies[] = {METRIC_FIRST_REPLY, METRIC_NEXT_REPLY};
	Clock clock = *promise; /* the array moves */

	for (guint i = 0; i < G_N_ELEMENTS(replies); i++) {
		const Clock *live = case_clock(draft->kase, replies[i]);

		if (live && live->due_s <= clock.due_s) {
			clock = *live;
		}
		clocks_revoke(draft, replies[i], at_s);
	}
	clock.metric =
	    draft->kase->first_reply_s ? METRIC_NEXT_REPLY : METRIC_FIRST_REPLY;
	tell(draft, run_again(draft, clock), "due", clock.due_s);
}

void clocks_await(Draft *draft, const Sla *sla, gint64 arrival_s)
{
	Case *kase = draft->kase;

	if (!case_clock(kase, METRIC_FIRST_REPLY) &&
	    !case_clock(kase, METRIC_NEXT_REPLY)) {
		clocks_start(draft, sla,
		    kase->first_reply_s ? METRIC_NEXT_REPLY
					: METRIC_FIRST_REPLY,
		    arrival_s);
	}
	clocks_start(draft, sla, METRIC_RESOLVE, arrival_s);
}

/* ---- what replies promise ---- */

guint clocks_promise(Draft *draft, gint64 at_s, gint64 due_s)
{
	Case *kase = draft->kase;
	Clock clock = {.metric = METRIC_PROMISE,
	    .instance = next_instance(kase, METRIC_PROMISE),
	    .state = CLOCK_RUNNING,
	    .target_s = due_s - at_s,
	    .started_s = at_s,
	    .due_s = due_s,
	    .next_s = due_s + 1};

	if (due_s <= at_s || clock.instance > LIMIT_CASE_PROMISES) {
		return 0;
	}
	g_array_append_val(kase->clocks, clock);
	tell(draft, &clock, "due", due_s);
	return clock.instance;
}

static guint end_promises(
    Draft *draft, guint instance, gint64 made_s, ClockState state, gint64 at_s)
{
	GArray *clocks = draft->kase->clocks;
	guint n = 0;

	for (guint i = 0; i < clocks->len; i++) {
		Clock *clock = &g_array_index(clocks, Clock, i);

		if (clock->metric == METRIC_PROMISE && !clock->ended_s &&
		    (!instance || clock->instance == instance) &&
		    (!made_s || clock->started_s == made_s)) {
			end_clock(draft, clock, state, at_s);
			n++;
		}
	}
	return n;
}

guint clocks_fulfil(Draft *draft, guint instance, gint64 at_s)
{
	return end_promises(draft, instance, 0, CLOCK_MET, at_s);
}

void clocks_close_promises(Draft *draft, gint64 at_s)
{
	GArray *clocks = draft->kase->clocks;

	for (guint i = 0; i < clocks->len; i++) {
		Clock *clock = &g_array_index(clocks, Clock, i);

		if (clock->metric == METRIC_PROMISE && !clock->ended_s) {
			end_clock(draft, clock,
			    at_s > clock->due_s ? CLOCK_MET : CLOCK_REVOKED,
			    at_s);
		}
	}
}

guint clocks_unpromise(Draft *draft, gint64 made_s, gint64 at_s)
{
	return end_promises(draft, 0, made_s, CLOCK_REVOKED, at_s);
}

/* ---- calendars that changed ---- */

/* How much of the target counts from `from_s` on. A clock of a store that
 * didn't say so got time back by pauses: then it is what lies between. */
static void learn_spent(const Calendar *calendar, Clock *clock)
{
	if (!clock->from_s && !clock->spent_s && !clock->next_s) {
		clock->spent_s =
		    clock->target_s -
		    calendar_open_s(calendar, clock->started_s, clock->due_s);
	}
}

bool clock_follow(const Sla *sla, const Case *kase, Clock *clock)
{
	const Calendar *calendar = calendar_of(kase, sla);
	gint64 due_s;

	if (clock->metric == METRIC_PROMISE || clock->breached ||
	    !sla_has_calendar(
		sla, *kase->calendar ? kase->calendar : "always")) {
		return false;
	}
	learn_spent(calendar, clock);
	due_s = calendar_due(calendar,
	    clock->from_s ? clock->from_s : clock->started_s,
	    clock->target_s - clock->spent_s);
	if (due_s == clock->due_s || due_s == G_MAXINT64) {
		return false;
	}
	clock->due_s = due_s;
	return true;
}
