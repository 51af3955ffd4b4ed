/*
 * `report`: a period in numbers, as one row. Sensitive cases count like others;
 * nothing that anybody wrote is in it.
 */

#include "anteroom/times.h"
#include "control/internal.h"
#include "control/sums.h"

#define USUAL_DAYS 28
#define DAY_S 86400

static void write_seconds(Json *json, const char *name, gint64 seconds)
{
	if (seconds < 0) {
		json_null(json, name);
	} else {
		json_int(json, name, seconds);
	}
}

static void write_group(
    Json *json, const char *member, const char *label, const ReportGroup *group)
{
	json_begin_object(json, member);
	if (label != NULL) {
		json_string(json, label, group->name);
	}
	json_int(json, "arrived", group->arrived);
	json_int(json, "answered", group->answered);
	json_int(json, "closed", group->closed);
	json_int(json, "open", group->open);
	json_int(json, "overdue", group->overdue);
	json_begin_object(json, "first_reply");
	json_int(json, "met", group->met);
	json_int(json, "missed", group->missed);
	write_seconds(json, "median_s", group->median_s);
	write_seconds(json, "p90_s", group->p90_s);
	json_end_object(json);
	json_end_object(json);
}

static void write_groups(
    Json *json, const char *member, const char *label, const GPtrArray *groups)
{
	json_begin_array(json, member);
	for (guint i = 0; i < groups->len; i++) {
		write_group(json, NULL, label, groups->pdata[i]);
	}
	json_end_array(json);
}

/* {"day":"2026-11-20","topics":[3,0,1]}: in the order of "topics". */
static void write_days(Json *json, const Report *report)
{
	guint n = report->topics->len;

	json_begin_array(json, "days");
	for (guint day = 0; day < report->n_days; day++) {
		gint64 at_s = ((gint64)report->first_day + day) * DAY_S;
		g_autofree char *name = times_rfc3339(at_s);

		if (name != NULL) {
			name[10] = '\0';
		}
		json_begin_object(json, NULL);
		json_string(json, "day", name);
		json_begin_array(json, "topics");
		for (guint i = 0; i < n; i++) {
			json_int(json, NULL, report->days[(gsize)day * n + i]);
		}
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
}

static void write_hours(Json *json, const Report *report)
{
	json_begin_array(json, "hours");
	for (guint day = 0; day < G_N_ELEMENTS(report->hours); day++) {
		json_begin_array(json, NULL);
		for (guint h = 0; h < G_N_ELEMENTS(report->hours[0]); h++) {
			json_int(json, NULL, report->hours[day][h]);
		}
		json_end_array(json);
	}
	json_end_array(json);
}

/* The open class at the end has no bound. */
static void write_bound(Json *json, gint64 bound_s)
{
	write_seconds(json, "up_to_s", bound_s == G_MAXINT64 ? -1 : bound_s);
}

static void write_times(Json *json, const Report *report)
{
	json_begin_array(json, "reply_times");
	for (guint i = 0; i < REPORT_TIMES; i++) {
		json_begin_object(json, NULL);
		write_bound(json, report_times()[i]);
		json_int(json, "in_time", report->times[i][0]);
		json_int(json, "late", report->times[i][1]);
		json_end_object(json);
	}
	json_end_array(json);
	json_begin_array(json, "used_tenths");
	for (guint i = 0; i < REPORT_USED; i++) {
		json_int(json, NULL, report->used[i]);
	}
	json_end_array(json);
	json_begin_array(json, "open_ages");
	for (guint i = 0; i < REPORT_AGES; i++) {
		json_begin_object(json, NULL);
		write_bound(json, report_ages()[i]);
		json_int(json, "cases", report->ages[i]);
		json_end_object(json);
	}
	json_end_array(json);
}

void report_write_breach(Json *json, const ReportBreach *breach, bool ended)
{
	g_autofree char *name = case_name(breach->id);

	json_begin_object(json, NULL);
	json_string(json, "case", name);
	json_string(json, "team", breach->team);
	json_string(json, "topic", breach->topic);
	json_string(json, "urgency", urgency_name(breach->level));
	json_string(json, "metric", metric_name(breach->metric));
	json_time(json, "due", breach->due_s);
	if (ended) {
		json_time(json, "ended", breach->ended_s);
	}
	json_int(json, "late_s", breach->late_s);
	json_string(json, "why", breach_why_name(breach->why));
	json_end_object(json);
}

static void write_broken(Json *json, const Report *report)
{
	json_begin_object(json, "promises");
	json_int(json, "kept", report->kept);
	json_int(json, "broken", report->broken);
	json_int(json, "running", report->promised);
	json_end_object(json);
	json_int(json, "breaches_all", report->breaches_all);
	json_begin_array(json, "breaches");
	for (guint i = 0; i < report->breaches->len; i++) {
		report_write_breach(json, report->breaches->pdata[i], true);
	}
	json_end_array(json);
}

static void write_holding(Json *json, const Report *report)
{
	json_begin_array(json, "holding");
	for (guint i = 0; i < report->holding->len; i++) {
		const ReportHolding *holding = report->holding->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "team", holding->team);
		json_int(json, "cases", holding->cases);
		write_seconds(json, "median_s", holding->median_s);
		write_seconds(json, "longest_s", holding->longest_s);
		json_end_object(json);
	}
	json_end_array(json);
}

static char *report_text(const ReportAsk *ask, const Report *report)
{
	g_autoptr(Json) json = row_new();

	json_time(json, "at", ask->now_s);
	json_time(json, "from", ask->from_s);
	json_time(json, "to", ask->to_s);
	json_string(json, "zone", ask->zone != NULL ? ask->zone : "UTC");
	json_string(json, "team", ask->team);
	json_string(json, "topic", ask->topic);
	write_group(json, "all", NULL, report->all);
	write_groups(json, "teams", "team", report->teams);
	write_groups(json, "topics", "topic", report->topics);
	write_groups(json, "weeks", "week", report->weeks);
	write_days(json, report);
	write_hours(json, report);
	write_times(json, report);
	write_broken(json, report);
	write_holding(json, report);
	json_end_object(json);
	return json_text(json);
}

/* What the report follows from but the time. */
static char *report_key(const ReportAsk *ask)
{
	g_autofree char *teams = ask->teams != NULL
				     ? g_strjoinv("\n", (char **)ask->teams)
				     : g_strdup("*");

	return g_strjoin("\t", ask->zone != NULL ? ask->zone : "",
	    ask->team != NULL ? ask->team : "",
	    ask->topic != NULL ? ask->topic : "", teams, NULL);
}

static bool known_or_none(
    const Call *call, WordKind kind, const char *word, GError **error)
{
	return word == NULL || args_known(call, kind, word, error);
}

/* NULL with ERROR set. */
static char *report_made(Call *call, const ReportAsk *ask, GError **error)
{
	g_autoptr(Report) report = report_new(call->store, ask, error);

	if (report == NULL ||
	    (report->all->arrived == 0 &&
		(!known_or_none(call, WORD_TEAM, ask->team, error) ||
		    !known_or_none(call, WORD_TOPIC, ask->topic, error)))) {
		return NULL;
	}
	return report_text(ask, report);
}

bool run_report(Call *call, GError **error)
{
	ReportAsk ask = {.team = args_text(call, "team"),
	    .topic = args_text(call, "topic"),
	    .to_s = call->now_s + 1,
	    .now_s = call->now_s,
	    .zone = conf_zone(call->setup->conf),
	    .sla = call->setup->sla};
	CaseLook look = call_look(call);
	g_autofree char *key = NULL, *text = NULL;
	RecentAsk recent;
	gint64 began_us;

	if (!args_time(call, "to", &ask.to_s, error)) {
		return false;
	}
	ask.from_s = ask.to_s - (gint64)USUAL_DAYS * DAY_S;
	if (!args_time(call, "from", &ask.from_s, error)) {
		return false;
	}
	if (look_is_of_teams(&look)) {
		ask.teams = (const char *const *)look.person->teams;
	}
	key = report_key(&ask);
	recent = (RecentAsk){key, ask.from_s, ask.to_s};
	/* Of a moment that was asked for, it is made. */
	if (args_text(call, "now") == NULL) {
		text =
		    recent_find(call->reports, &recent, g_get_monotonic_time());
	}
	if (text != NULL) {
		call_text(call, text);
		return true;
	}
	/* Waiting for others makes no answer dear. */
	began_us = times_thread_us();
	text = report_made(call, &ask, error);
	if (text == NULL) {
		return false;
	}
	if (args_text(call, "now") == NULL) {
		recent_keep(call->reports, &recent, text,
		    times_thread_us() - began_us, g_get_monotonic_time());
	}
	call_text(call, text);
	return true;
}
