/*
 * Summing up a period: one walk over the cases by number, then a look at the
 * timelines of those that changed hands or broke a promise. This is the only
 * place that knows how a report is computed.
 */
#include "control/sums.h"

#include <string.h>

#include "anteroom/error.h"

#define HOUR_S 3600
#define DAY_S 86400
/* Timelines are read of so many cases at most. */
#define MAX_TIMELINES 20000

static const gint64 time_bounds[REPORT_TIMES] = {900, 1800, HOUR_S, 2 * HOUR_S,
    4 * HOUR_S, 8 * HOUR_S, DAY_S, 2 * DAY_S, 7 * DAY_S, G_MAXINT64};
static const gint64 age_bounds[REPORT_AGES] = {4 * HOUR_S, 8 * HOUR_S, DAY_S,
    2 * DAY_S, 4 * DAY_S, 7 * DAY_S, 14 * DAY_S, G_MAXINT64};

/* A case whose timeline is to be read. */
typedef struct {
	guint64 id;
	char *team;
	gint64 from_s, to_s; /* held by somebody */
	bool told;           /* its timeline has more than the arrival */
} Held;

typedef struct {
	const ReportAsk *ask;
	GTimeZone *zone;
	Report *report;
	GHashTable *teams, *topics; /* name -> ReportGroup */
	GArray *arrivals;           /* of Arrival, for the days */
	GPtrArray *held;            /* of Held */
} Sums;

typedef struct {
	gint32 day;
	ReportGroup *topic;
} Arrival;

const gint64 *report_times(void)
{
	return time_bounds;
}

const gint64 *report_ages(void)
{
	return age_bounds;
}

const char *breach_why_name(BreachWhy why)
{
	static const char *const names[] = {
	    "waiting", "late", "handed-over", "bounced", "untouched"};

	return names[why];
}

/* ---- making and freeing ---- */

static ReportGroup *group_new(const char *name)
{
	ReportGroup *group = g_new0(ReportGroup, 1);

	group->name = g_strdup(name);
	group->reply_s = g_array_new(FALSE, FALSE, sizeof(gint64));
	group->median_s = group->p90_s = -1;
	return group;
}

static void group_free(gpointer data)
{
	ReportGroup *group = data;

	if (group != NULL) {
		g_free(group->name);
		g_array_unref(group->reply_s);
		g_free(group);
	}
}

static void breach_free(gpointer data)
{
	ReportBreach *breach = data;

	g_free(breach->team);
	g_free(breach->topic);
	g_free(breach);
}

static void holding_free(gpointer data)
{
	ReportHolding *holding = data;

	g_free(holding->team);
	g_array_unref(holding->held_s);
	g_free(holding);
}

static void held_free(gpointer data)
{
	Held *held = data;

	g_free(held->team);
	g_free(held);
}

static Report *report_empty(void)
{
	Report *report = g_new0(Report, 1);

	report->all = group_new("");
	report->teams = g_ptr_array_new_with_free_func(group_free);
	report->topics = g_ptr_array_new_with_free_func(group_free);
	report->weeks = g_ptr_array_new_with_free_func(group_free);
	report->breaches = g_ptr_array_new_with_free_func(breach_free);
	report->holding = g_ptr_array_new_with_free_func(holding_free);
	return report;
}

void report_free(Report *report)
{
	if (report != NULL) {
		group_free(report->all);
		g_ptr_array_unref(report->teams);
		g_ptr_array_unref(report->topics);
		g_ptr_array_unref(report->weeks);
		g_ptr_array_unref(report->breaches);
		g_ptr_array_unref(report->holding);
		g_free(report->days);
		g_free(report);
	}
}

static ReportGroup *group_of(
    GHashTable *table, GPtrArray *groups, const char *name)
{
	ReportGroup *group = g_hash_table_lookup(table, name);

	if (group == NULL) {
		group = group_new(name);
		g_ptr_array_add(groups, group);
		g_hash_table_insert(table, group->name, group);
	}
	return group;
}

/* ---- days ---- */

static gint32 day_of(GDateTime *local)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, (GDateDay)g_date_time_get_day_of_month(local),
	    (GDateMonth)g_date_time_get_month(local),
	    (GDateYear)g_date_time_get_year(local));
	return (gint32)g_date_get_julian(&date) - 719163; /* 1970-01-01 */
}

static GDateTime *local_of(const Sums *sums, gint64 at_s)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);

	return utc != NULL ? g_date_time_to_timezone(utc, sums->zone) : NULL;
}

/* 1970-01-05 was a Monday. */
static gint32 monday_of(gint32 day)
{
	return day - ((day + 3) % 7 + 7) % 7;
}

static char *day_name(gint32 day)
{
	GDate date;
	char text[32];

	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(day + 719163));
	g_date_strftime(text, sizeof(text), "%Y-%m-%d", &date);
	return g_strdup(text);
}

static bool begin_days(Sums *sums, GError **error)
{
	const ReportAsk *ask = sums->ask;
	Report *report = sums->report;
	g_autoptr(GDateTime) first = local_of(sums, ask->from_s);
	g_autoptr(GDateTime) last = local_of(sums, ask->to_s - 1);

	if (first == NULL || last == NULL || ask->to_s <= ask->from_s ||
	    ask->to_s - ask->from_s > (gint64)REPORT_MAX_DAYS * DAY_S) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "report: a period is 1 to %d days", REPORT_MAX_DAYS);
		return false;
	}
	report->first_day = day_of(first);
	report->n_days = (guint)(day_of(last) - report->first_day + 1);
	for (gint32 day = monday_of(report->first_day); day <= day_of(last);
	     day += 7) {
		g_autofree char *name = day_name(day);

		g_ptr_array_add(report->weeks, group_new(name));
	}
	return true;
}

/* ---- one case ---- */

static const Clock *first_clock(const Case *kase)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == METRIC_FIRST_REPLY &&
		    clock->state != CLOCK_REVOKED) {
			return clock;
		}
	}
	return NULL;
}

static bool any_overdue(const Case *kase, gint64 now_s)
{
	for (int m = 0; m < METRICS; m++) {
		if (case_overdue(kase, (Metric)m, now_s)) {
			return true;
		}
	}
	return false;
}

static void add_to_group(const Sums *sums, ReportGroup *group, const Case *kase)
{
	gint64 took_s = kase->first_reply_s - kase->received_s;

	group->arrived++;
	group->open += kase->state == CASE_OPEN;
	group->closed += kase->state == CASE_CLOSED;
	group->overdue += any_overdue(kase, sums->ask->now_s);
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == METRIC_FIRST_REPLY) {
			group->met += clock->state == CLOCK_MET;
			group->missed += clock->state == CLOCK_MISSED;
		}
	}
	if (kase->first_reply_s != 0) {
		group->answered++;
		took_s = MAX(took_s, 0);
		g_array_append_val(group->reply_s, took_s);
	}
}

static guint class_of(const gint64 *bounds, guint n, gint64 value)
{
	guint i = 0;

	while (i + 1 < n && value > bounds[i]) {
		i++;
	}
	return i;
}

/* How much of the promised time the reply took, in tenths. */
static void add_used(Sums *sums, const Case *kase, const Clock *clock)
{
	const Calendar *calendar = sla_calendar(sums->ask->sla, kase->calendar);
	gint64 open_s;

	if (clock->target_s <= 0 ||
	    (clock->state != CLOCK_MET && clock->state != CLOCK_MISSED)) {
		return;
	}
	open_s = calendar_open_s(calendar, clock->started_s, clock->ended_s);
	/* A pause in between isn't in it: the verdict is the clock's. */
	if (clock->state == CLOCK_MET) {
		open_s = MIN(open_s, clock->target_s - 1);
	} else {
		open_s = MAX(open_s, clock->target_s);
	}
	sums->report
	    ->used[MIN(open_s * 10 / clock->target_s, REPORT_USED - 1)]++;
}

static void add_reply(Sums *sums, const Case *kase)
{
	const Clock *clock = first_clock(kase);
	guint i;

	if (kase->first_reply_s == 0) {
		return;
	}
	i = class_of(
	    time_bounds, REPORT_TIMES, kase->first_reply_s - kase->received_s);
	sums->report->times[i][clock != NULL && clock->state == CLOCK_MISSED]++;
	if (clock != NULL) {
		add_used(sums, kase, clock);
	}
}

static void add_arrival(Sums *sums, const Case *kase)
{
	Report *report = sums->report;
	g_autoptr(GDateTime) local = local_of(sums, kase->received_s);
	Arrival arrival;
	guint week;

	if (local == NULL) {
		return;
	}
	arrival.day = day_of(local) - report->first_day;
	arrival.topic = group_of(sums->topics, report->topics, kase->topic);
	add_to_group(sums, arrival.topic, kase);
	report->hours[g_date_time_get_day_of_week(local) - 1]
		     [g_date_time_get_hour(local)]++;
	week = (guint)(day_of(local) - monday_of(report->first_day)) / 7;
	if (week < report->weeks->len) {
		add_to_group(sums, report->weeks->pdata[week], kase);
	}
	if (arrival.day >= 0 && (guint)arrival.day < report->n_days) {
		g_array_append_val(sums->arrivals, arrival);
	}
}

static void add_breach(Sums *sums, const Case *kase, const Clock *clock)
{
	gint64 end_s = clock->ended_s != 0 ? clock->ended_s : sums->ask->now_s;
	bool late = clock->state == CLOCK_MISSED ||
		    (clock->state == CLOCK_RUNNING && clock->due_s < end_s);
	ReportBreach *breach;

	if (!late) {
		return;
	}
	breach = g_new0(ReportBreach, 1);
	breach->id = kase->id;
	breach->team = g_strdup(kase->team);
	breach->topic = g_strdup(kase->topic);
	breach->level = kase->level;
	breach->metric = clock->metric;
	breach->due_s = clock->due_s;
	breach->ended_s = clock->ended_s;
	breach->late_s = MAX(end_s - clock->due_s, 0);
	sums->report->breaches_all++;
	g_ptr_array_add(sums->report->breaches, breach);
}

/* Of what our own people promised in a reply. */
static void add_promise(Sums *sums, const Clock *clock)
{
	if (strcmp(metric_name(clock->metric), "promise") != 0) {
		return;
	}
	sums->report->kept += clock->state == CLOCK_MET;
	sums->report->broken +=
	    clock->state == CLOCK_MISSED ||
	    (clock->state == CLOCK_RUNNING && clock->due_s < sums->ask->now_s);
	sums->report->promised +=
	    clock->state == CLOCK_PAUSED ||
	    (clock->state == CLOCK_RUNNING && clock->due_s >= sums->ask->now_s);
}

static void add_held(Sums *sums, const Case *kase)
{
	Held *held = g_new0(Held, 1);

	held->id = kase->id;
	held->team = g_strdup(kase->team);
	held->from_s = kase->received_s;
	held->to_s = kase->first_reply_s != 0 ? kase->first_reply_s
		     : kase->closed_s != 0    ? kase->closed_s
					      : sums->ask->now_s;
	held->to_s = MAX(held->to_s, held->from_s);
	held->told = kase->events != 1;
	g_ptr_array_add(sums->held, held);
}

static bool sum_one(const Case *kase, gpointer data)
{
	Sums *sums = data;
	const ReportAsk *ask = sums->ask;
	Report *report = sums->report;

	if (kase->mode == MODE_SHADOW ||
	    (ask->team != NULL && strcmp(ask->team, kase->team) != 0) ||
	    (ask->teams != NULL && !g_strv_contains(ask->teams, kase->team)) ||
	    (ask->topic != NULL && strcmp(ask->topic, kase->topic) != 0)) {
		return true;
	}
	if (kase->state == CASE_OPEN || kase->state == CASE_PAUSED) {
		report->ages[class_of(
		    age_bounds, REPORT_AGES, ask->now_s - kase->received_s)]++;
	}
	if (kase->received_s < ask->from_s || kase->received_s >= ask->to_s) {
		return true;
	}
	add_to_group(sums, report->all, kase);
	add_to_group(
	    sums, group_of(sums->teams, report->teams, kase->team), kase);
	add_arrival(sums, kase);
	add_reply(sums, kase);
	add_held(sums, kase);
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		add_promise(sums, clock);
		add_breach(sums, kase, clock);
	}
	return true;
}

/* ---- timelines ---- */

/* "care -> trust", as route events say; false when it isn't that. */
static bool handed(const Event *event, char **was)
{
	const char *arrow = strstr(event->detail, " -> ");

	if (strcmp(event->what, "route") != 0 || arrow == NULL) {
		return false;
	}
	*was = g_strndup(event->detail, (gsize)(arrow - event->detail));
	return true;
}

static void hold(Sums *sums, GHashTable *table, const char *team, gint64 s)
{
	ReportHolding *holding = g_hash_table_lookup(table, team);

	if (holding == NULL) {
		holding = g_new0(ReportHolding, 1);
		holding->team = g_strdup(team);
		holding->held_s = g_array_new(FALSE, FALSE, sizeof(gint64));
		g_ptr_array_add(sums->report->holding, holding);
		g_hash_table_insert(table, holding->team, holding);
	}
	holding->cases++;
	g_array_append_val(holding->held_s, s);
}

static void hold_one(
    Sums *sums, GHashTable *table, const Held *held, const GPtrArray *events)
{
	gint64 since_s = held->from_s;

	for (guint i = 0; events != NULL && i < events->len; i++) {
		const Event *event = events->pdata[i];
		g_autofree char *was = NULL;

		if (event->at_s <= held->to_s && handed(event, &was)) {
			hold(sums, table, was, MAX(event->at_s - since_s, 0));
			since_s = MAX(event->at_s, since_s);
		}
	}
	hold(sums, table, held->team, held->to_s - since_s);
}

static bool sum_holding(Sums *sums, Store *store, GError **error)
{
	g_autoptr(GHashTable) table = g_hash_table_new(g_str_hash, g_str_equal);

	guint left = MAX_TIMELINES;

	for (guint i = 0; i < sums->held->len; i++) {
		g_autoptr(GPtrArray) events = NULL;
		const Held *held = sums->held->pdata[i];

		if (held->told && left > 0) {
			left--;
			events = store_events(store, held->id, error);
			if (events == NULL) {
				return false;
			}
		}
		hold_one(sums, table, held, events);
	}
	return true;
}

/* What people did before END_S, by the words of the timeline. */
static bool by_people(const Event *event)
{
	static const char *const words[] = {"route", "urgency", "topic", "note",
	    "pause", "resume", "reply", "answered", "merge"};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i], event->what) == 0) {
			return true;
		}
	}
	return false;
}

static BreachWhy why_of(const ReportBreach *breach, const GPtrArray *events)
{
	const Event *first = events->len > 0 ? events->pdata[0] : NULL;
	gint64 half_s = first != NULL ? (first->at_s + breach->due_s) / 2 : 0;
	BreachWhy why = BREACH_UNTOUCHED;

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (event->at_s > breach->due_s) {
			break;
		}
		if (strcmp(event->what, "bounced") == 0) {
			return BREACH_BOUNCED;
		}
		if (strcmp(event->what, "route") == 0 &&
		    event->at_s >= half_s) {
			return BREACH_HANDED;
		}
		if (by_people(event)) {
			why = BREACH_WAITING;
		}
	}
	return breach->ended_s != 0 ? BREACH_LATE : why;
}

static int newest_breach(gconstpointer a, gconstpointer b)
{
	const ReportBreach *x = *(ReportBreach *const *)a;
	const ReportBreach *y = *(ReportBreach *const *)b;

	return x->due_s != y->due_s ? (x->due_s < y->due_s ? 1 : -1)
				    : (x->id < y->id) - (x->id > y->id);
}

static bool sum_breaches(Sums *sums, Store *store, GError **error)
{
	GPtrArray *breaches = sums->report->breaches;

	g_ptr_array_sort(breaches, newest_breach);
	if (breaches->len > REPORT_MAX_BREACHES) {
		g_ptr_array_set_size(breaches, REPORT_MAX_BREACHES);
	}
	for (guint i = 0; i < breaches->len; i++) {
		ReportBreach *breach = breaches->pdata[i];
		g_autoptr(GPtrArray) events =
		    store_events(store, breach->id, error);

		if (events == NULL) {
			return false;
		}
		breach->why = why_of(breach, events);
	}
	return true;
}

/* ---- the whole ---- */

static int compare_times(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a;
	gint64 y = *(const gint64 *)b;

	return (x > y) - (x < y);
}

static gint64 median_of(const GArray *sorted)
{
	guint middle = sorted->len / 2;
	gint64 median_s;

	if (sorted->len == 0) {
		return -1;
	}
	median_s = g_array_index(sorted, gint64, middle);
	if (sorted->len % 2 == 0) {
		median_s += g_array_index(sorted, gint64, middle - 1);
		median_s /= 2;
	}
	return median_s;
}

static void finish_group(gpointer data, gpointer unused)
{
	ReportGroup *group = data;
	GArray *times = group->reply_s;

	(void)unused;
	g_array_sort(times, compare_times);
	group->median_s = median_of(times);
	if (times->len > 0) {
		/* The least that nine of ten don't exceed. */
		group->p90_s =
		    g_array_index(times, gint64, (times->len * 9 + 9) / 10 - 1);
	}
}

static void finish_holding(gpointer data, gpointer unused)
{
	ReportHolding *holding = data;

	(void)unused;
	g_array_sort(holding->held_s, compare_times);
	holding->median_s = median_of(holding->held_s);
	holding->longest_s =
	    g_array_index(holding->held_s, gint64, holding->held_s->len - 1);
}

static int most_first(gconstpointer a, gconstpointer b)
{
	const ReportGroup *x = *(ReportGroup *const *)a;
	const ReportGroup *y = *(ReportGroup *const *)b;

	return x->arrived != y->arrived ? (x->arrived < y->arrived ? 1 : -1)
					: strcmp(x->name, y->name);
}

static int by_team(gconstpointer a, gconstpointer b)
{
	return strcmp((*(ReportHolding *const *)a)->team,
	    (*(ReportHolding *const *)b)->team);
}

static void finish_days(Sums *sums)
{
	Report *report = sums->report;
	guint n = report->topics->len;
	g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);

	report->days = g_new0(guint, (gsize)report->n_days * MAX(n, 1));
	for (guint i = 0; i < n; i++) {
		g_hash_table_insert(
		    places, report->topics->pdata[i], GUINT_TO_POINTER(i));
	}
	for (guint i = 0; i < sums->arrivals->len; i++) {
		const Arrival *arrival =
		    &g_array_index(sums->arrivals, Arrival, i);
		guint topic = GPOINTER_TO_UINT(
		    g_hash_table_lookup(places, arrival->topic));

		report->days[(gsize)arrival->day * n + topic]++;
	}
}

static void finish(Sums *sums)
{
	Report *report = sums->report;

	finish_group(report->all, NULL);
	g_ptr_array_foreach(report->teams, finish_group, NULL);
	g_ptr_array_foreach(report->topics, finish_group, NULL);
	g_ptr_array_foreach(report->weeks, finish_group, NULL);
	g_ptr_array_foreach(report->holding, finish_holding, NULL);
	g_ptr_array_sort(report->teams, most_first);
	g_ptr_array_sort(report->topics, most_first);
	g_ptr_array_sort(report->holding, by_team);
	finish_days(sums);
}

static bool walk(Sums *sums, Store *store, GError **error)
{
	return begin_days(sums, error) &&
	       store_each_by_id(store, sum_one, sums, error) &&
	       sum_holding(sums, store, error) &&
	       sum_breaches(sums, store, error);
}

Report *report_new(Store *store, const ReportAsk *ask, GError **error)
{
	const char *name = ask->zone != NULL ? ask->zone : "UTC";
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
	g_autoptr(Report) report = report_empty();
	g_autoptr(GHashTable) teams = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) topics =
	    g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) arrivals = g_array_new(FALSE, FALSE, sizeof(Arrival));
	g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func(held_free);
	Sums sums = {.ask = ask,
	    .zone = zone,
	    .report = report,
	    .teams = teams,
	    .topics = topics,
	    .arrivals = arrivals,
	    .held = held};

	if (zone == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "report: no such time zone: %s", name);
		return NULL;
	}
	if (!walk(&sums, store, error)) {
		return NULL;
	}
	finish(&sums);
	return g_steal_pointer(&report);
}
