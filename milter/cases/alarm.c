/*
 * What a clock is to tell, and when: warnings when a part of its open time is
 * used up, the breach of its deadline, and the steps after that. Each is done
 * once and marked in the clock itself, which is saved together with the event
 * and the notices.
 */
#include "cases/alarm.h"

#include "anteroom/times.h"

/* ---- when ---- */

/* Of a policy that left the configuration the one that fits now warns and
 * escalates: what was promised by it isn't over. */
static const Policy *policy_of(const Sla *sla, const Case *kase)
{
	const Policy *policy;

	if (!*kase->policy) {
		return NULL;
	}
	policy = sla_policy_named(sla, kase->policy);
	return policy ? policy
		      : sla_policy(sla, (const char *const *)kase->topics,
			    kase->level, kase->team);
}

static const Calendar *calendar_of(const Sla *sla, const Case *kase)
{
	return sla_calendar(sla, *kase->calendar ? kase->calendar : "always");
}

static gint64 runs_since(const Clock *clock)
{
	return clock->from_s ? clock->from_s : clock->started_s;
}

/* The moment at which PCT of the target is used up. */
static gint64 warning_s(const Calendar *calendar, const Clock *clock, guint pct)
{
	gint64 used_s = clock->target_s / 100 * pct +
			clock->target_s % 100 * pct / 100 - clock->spent_s;
	gint64 from_s = runs_since(clock);

	return used_s <= 0
		   ? from_s
		   : MIN(calendar_due(calendar, from_s, used_s), clock->due_s);
}

static bool next_warning(const Policy *policy, const Calendar *calendar,
    const Clock *clock, Alarm *alarm)
{
	for (guint i = 0; i < policy->n_warn; i++) {
		guint pct = policy->warn_pct[i];

		if (pct > clock->warned_pct) {
			gint64 at_s = warning_s(calendar, clock, pct);

			*alarm = (Alarm){ALARM_WARNING, at_s, at_s, pct};
			return true;
		}
	}
	return false;
}

static bool next_step(const Policy *policy, const Clock *clock, Alarm *alarm)
{
	for (guint i = 0; i < policy->n_escalate; i++) {
		gint64 after_s = policy->escalate[i].after_s;

		if (after_s >= clock->escalated_s) {
			gint64 at_s = clock->due_s + after_s;

			*alarm = (Alarm){ALARM_ESCALATION, at_s,
			    MAX(at_s, clock->due_s + 1), after_s};
			return true;
		}
	}
	return false;
}

static bool next_of(
    const Sla *sla, const Case *kase, const Clock *clock, Alarm *alarm)
{
	const Policy *policy = policy_of(sla, kase);
	bool promise = clock->metric == METRIC_PROMISE;

	if (clock->state != CLOCK_RUNNING) {
		return false;
	}
	if (clock->breached) {
		return policy && next_step(policy, clock, alarm);
	}
	if (policy && !promise &&
	    next_warning(policy, calendar_of(sla, kase), clock, alarm)) {
		return true;
	}
	*alarm = (Alarm){ALARM_BREACH, clock->due_s, clock->due_s + 1, 0};
	return true;
}

bool alarm_next(
    const AlarmBook *book, const Case *kase, const Clock *clock, Alarm *alarm)
{
	return next_of(book->sla, kase, clock, alarm);
}

void alarm_set(const Sla *sla, const Case *kase, Clock *clock)
{
	Alarm alarm;

	clock->next_s = next_of(sla, kase, clock, &alarm) ? alarm.when_s : 0;
}

Clock *alarm_due(Draft *draft, gint64 now_s)
{
	GArray *clocks = draft->kase->clocks;
	Clock *first = NULL;

	for (guint i = 0; i < clocks->len; i++) {
		Clock *clock = &g_array_index(clocks, Clock, i);

		if (clock->state == CLOCK_RUNNING && clock->next_s &&
		    clock->next_s <= now_s &&
		    (!first || clock->next_s < first->next_s)) {
			first = clock;
		}
	}
	return first;
}

/* ---- what ---- */

/* One alarm being told. */
typedef struct {
	const AlarmBook *book;
	Draft *draft;
	const Clock *clock;
	const Alarm *alarm;
	bool quiet; /* it was over when the case was taken in */
} Telling;

static Rung rung_of(EscalateTo to)
{
	static const Rung rungs[] = {
	    [ESCALATE_TEAM] = RUNG_TEAM,
	    [ESCALATE_LEAD] = RUNG_LEAD,
	    [ESCALATE_ASSISTANT] = RUNG_ASSISTANT,
	    [ESCALATE_EXECUTIVE] = RUNG_EXECUTIVE,
	};

	return rungs[to];
}

static void tell_rung(
    const Telling *telling, NoticeKind kind, Rung rung, const char *detail)
{
	NoticeAsk ask = {.kind = kind,
	    .rung = rung,
	    .at_s = telling->alarm->at_s,
	    .detail = detail,
	    .clock = telling->clock,
	    .step = telling->alarm->step,
	    .conf = telling->book->conf,
	    .sla = telling->book->sla};

	if (!telling->quiet) {
		draft_notice(telling->draft, &ask);
	}
}

static void tell_event(
    const Telling *telling, const char *what, const char *detail)
{
	draft_event(
	    telling->draft, telling->alarm->at_s, what, "anteroom", detail);
}

/* "first_reply 1 75%, due 2026-11-23T10:00:00Z" */
static void tell_warning(const Telling *telling)
{
	const Clock *clock = telling->clock;
	g_autofree char *due = times_rfc3339(clock->due_s);
	g_autofree char *detail = g_strdup_printf(
	    "%s %u %" G_GINT64_FORMAT "%%, due %s", metric_name(clock->metric),
	    clock->instance, telling->alarm->step, due);

	if (!telling->quiet) {
		tell_event(telling, "warning", detail);
	}
	tell_rung(telling, NOTICE_WARNING, RUNG_TEAM, detail);
}

static void tell_steps(
    const Telling *telling, NoticeKind kind, const char *detail)
{
	const Policy *policy =
	    policy_of(telling->book->sla, telling->draft->kase);

	for (guint i = 0; policy && i < policy->n_escalate; i++) {
		if (policy->escalate[i].after_s == telling->alarm->step) {
			tell_rung(telling, kind,
			    rung_of(policy->escalate[i].to), detail);
		}
	}
}

static void tell_breach(const Telling *telling)
{
	const Clock *clock = telling->clock;
	g_autofree char *detail = breach_detail(clock);

	tell_event(telling, "breach", detail);
	if (clock->metric == METRIC_PROMISE) {
		tell_rung(telling, NOTICE_BROKEN_PROMISE, RUNG_TEAM, detail);
		tell_rung(telling, NOTICE_BROKEN_PROMISE, RUNG_LEAD, detail);
	} else {
		tell_steps(telling, NOTICE_BREACH, detail);
	}
}

static const char *step_names(const Telling *telling, GString *names)
{
	const Policy *policy =
	    policy_of(telling->book->sla, telling->draft->kase);

	for (guint i = 0; policy && i < policy->n_escalate; i++) {
		if (policy->escalate[i].after_s == telling->alarm->step) {
			g_string_append_printf(names, "%s%s",
			    names->len ? ", " : "",
			    rung_name(rung_of(policy->escalate[i].to)));
		}
	}
	return names->str;
}

/* "first_reply 1 2h late, to assistant" */
static void tell_escalation(const Telling *telling)
{
	const Clock *clock = telling->clock;
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *late = times_duration(telling->alarm->step);
	g_autofree char *detail =
	    g_strdup_printf("%s %u %s late, to %s", metric_name(clock->metric),
		clock->instance, late, step_names(telling, names));

	if (!telling->quiet) {
		tell_event(telling, "escalation", detail);
	}
	tell_steps(telling, NOTICE_ESCALATION, detail);
}

static void mark(Clock *clock, const Alarm *alarm)
{
	switch (alarm->kind) {
	case ALARM_WARNING:
		clock->warned_pct = (guint)alarm->step;
		break;
	case ALARM_BREACH:
		clock->breached = true;
		clock->escalated_s = 1; /* what is at once is told with it */
		break;
	case ALARM_ESCALATION:
		clock->escalated_s = alarm->step + 1;
		break;
	}
}

bool alarm_do(const AlarmBook *book, Draft *draft, Clock *clock, gint64 now_s)
{
	static void (*const tell[])(const Telling *) = {
	    [ALARM_WARNING] = tell_warning,
	    [ALARM_BREACH] = tell_breach,
	    [ALARM_ESCALATION] = tell_escalation,
	};
	Alarm alarm;
	Telling telling = {
	    .book = book, .draft = draft, .clock = clock, .alarm = &alarm};
	bool due = alarm_next(book, draft->kase, clock, &alarm) &&
		   alarm.when_s <= now_s;

	if (due) {
		telling.quiet = alarm.at_s <= clock->quiet_s;
		mark(clock, &alarm);
		tell[alarm.kind](&telling);
	}
	alarm_set(book->sla, draft->kase, clock);
	return due;
}
