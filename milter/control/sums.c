/*
 * Summing up a period: one look at the facts of what arrived in it and at
 * those of what is open, then at the timelines of the breaches that are listed.
 * This is the only place that knows how a report is computed.
 */
#include "control/sums.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/facts.h"
#include "control/nth.h"

#define HOUR_S 3600
#define DAY_S 86400
/* Of the breaches, so many are gathered before all but the newest go. */
#define SIFT_BREACHES (REPORT_MAX_BREACHES * 16)

static const gint64 time_bounds[REPORT_TIMES] = {900, 1800, HOUR_S, 2 * HOUR_S,
    4 * HOUR_S, 8 * HOUR_S, DAY_S, 2 * DAY_S, 7 * DAY_S, G_MAXINT64};
static const gint64 age_bounds[REPORT_AGES] = {4 * HOUR_S, 8 * HOUR_S, DAY_S,
    2 * DAY_S, 4 * DAY_S, 7 * DAY_S, 14 * DAY_S, G_MAXINT64};

/* What is known of a name, by its number. */
typedef enum { NOT_ASKED, UNWANTED, WANTED } Want;

/* A late clock that may come to be listed. */
typedef struct {
	guint64 id;
	FactClock clock;
	guint32 team, topic;
	Urgency level;
} Late;

typedef struct {
	const ReportAsk *ask;
	FactNames *names;
	GTimeZone *zone;
	gint32
	    *offsets;  /* of the zone, at each midnight in UTC from `origin` */
	gint32 origin; /* days since 1970 */
	guint n_offsets;
	Report *report;
	GByteArray *teams_wanted, *topics_wanted;        /* of Want */
	GPtrArray *teams, *topics, *holding, *calendars; /* by number */
	GPtrArray *days; /* of guint[n_days]: arrivals, by number of topic */
	GArray *late;    /* of Late */
	gint64 late_least_s; /* those due before it won't be listed */
} Sums;

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
	group->reply_s = g_array_new(FALSE, FALSE, sizeof(guint32));
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

/* What stands for NUMBER; made when it is new. */
static gpointer *slot_of(GPtrArray *slots, guint32 number)
{
	if (number >= slots->len) {
		g_ptr_array_set_size(slots, (gint)number + 1);
	}
	return &slots->pdata[number];
}

static ReportGroup *group_of(
    const Sums *sums, GPtrArray *slots, GPtrArray *groups, guint32 number)
{
	gpointer *slot = slot_of(slots, number);

	if (*slot == NULL) {
		*slot = group_new(fact_names_text(sums->names, number));
		g_ptr_array_add(groups, *slot);
	}
	return *slot;
}

static bool is_one_of(
    const char *name, const char *only, const char *const *some)
{
	return (only == NULL || strcmp(only, name) == 0) &&
	       (some == NULL || g_strv_contains(some, name));
}

/* Names are compared once each. */
static bool wanted(const Sums *sums, GByteArray *wants, guint32 number,
    const char *only, const char *const *some)
{
	guint n = wants->len;

	if (number >= n) {
		g_byte_array_set_size(wants, number + 1);
		memset(wants->data + n, NOT_ASKED, number + 1 - n);
	}
	if (wants->data[number] == NOT_ASKED) {
		const char *name = fact_names_text(sums->names, number);

		wants->data[number] =
		    is_one_of(name, only, some) ? WANTED : UNWANTED;
	}
	return wants->data[number] == WANTED;
}

/* ---- days ---- */

static gint32 offset_of_zone(const Sums *sums, gint64 at_s)
{
	int interval =
	    g_time_zone_find_interval(sums->zone, G_TIME_TYPE_UNIVERSAL, at_s);

	return g_time_zone_get_offset(sums->zone, interval);
}

/* The local moment, as if it were UTC. On most days the offset is the same all
 * day long. */
static gint64 local_of(const Sums *sums, gint64 at_s)
{
	gint64 day = at_s / DAY_S - sums->origin;

	if (day < 0 || day + 1 >= sums->n_offsets ||
	    sums->offsets[day] != sums->offsets[day + 1]) {
		return at_s + offset_of_zone(sums, at_s);
	}
	return at_s + sums->offsets[day];
}

static gint32 day_of(gint64 local_s)
{
	return (gint32)(local_s / DAY_S - (local_s % DAY_S < 0));
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

static void begin_offsets(Sums *sums)
{
	const ReportAsk *ask = sums->ask;

	sums->origin = (gint32)(ask->from_s / DAY_S);
	sums->n_offsets = (guint)((ask->to_s - ask->from_s) / DAY_S) + 3;
	sums->offsets = g_new(gint32, sums->n_offsets);
	for (guint i = 0; i < sums->n_offsets; i++) {
		sums->offsets[i] =
		    offset_of_zone(sums, ((gint64)sums->origin + i) * DAY_S);
	}
}

static bool begin_days(Sums *sums, GError **error)
{
	const ReportAsk *ask = sums->ask;
	Report *report = sums->report;
	gint32 last;

	if (ask->from_s < 0 || ask->to_s > G_MAXUINT32 ||
	    ask->to_s <= ask->from_s ||
	    ask->to_s - ask->from_s > (gint64)REPORT_MAX_DAYS * DAY_S) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "report: a period is 1 to %d days", REPORT_MAX_DAYS);
		return false;
	}
	begin_offsets(sums);
	report->first_day = day_of(local_of(sums, ask->from_s));
	last = day_of(local_of(sums, ask->to_s - 1));
	report->n_days = (guint)(last - report->first_day + 1);
	for (gint32 day = monday_of(report->first_day); day <= last; day += 7) {
		g_autofree char *name = day_name(day);

		g_ptr_array_add(report->weeks, group_new(name));
	}
	return true;
}

/* ---- one case ---- */

/* What a policy promised is late; promises of replies count apart. */
static bool any_overdue(const Sums *sums, const Fact *fact)
{
	if (fact->due_s == 0 || fact->due_s >= sums->ask->now_s) {
		return false;
	}
	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];

		if (clock->ended_s == 0 && clock->metric != METRIC_PROMISE &&
		    clock->due_s < sums->ask->now_s) {
			return true;
		}
	}
	return false;
}

static void add_to_group(ReportGroup *group, const Fact *fact, bool overdue)
{
	group->arrived++;
	group->open += fact->state == CASE_OPEN;
	group->closed += fact->state == CASE_CLOSED;
	group->overdue += overdue;
	group->met += fact->met;
	group->missed += fact->missed;
	if (fact->first_reply_s != 0) {
		guint32 took_s = fact_took(fact);

		group->answered++;
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

static const Calendar *calendar_of(const Sums *sums, guint32 number)
{
	gpointer *slot = slot_of(sums->calendars, number);

	if (*slot == NULL) {
		const char *name = fact_names_text(sums->names, number);

		*slot = (gpointer)(guintptr)sla_calendar(sums->ask->sla, name);
	}
	return *slot;
}

/* How much of the promised time the reply took, in tenths. */
static void add_used(Sums *sums, const Fact *fact)
{
	gint64 target_s = fact->used_target_s;
	gint64 open_s;

	if (target_s == 0) {
		return;
	}
	open_s = calendar_open_s(calendar_of(sums, fact->calendar),
	    fact->used_from_s, fact->used_to_s);
	/* A pause in between isn't in it: the verdict is the clock's. */
	open_s = fact->late ? MAX(open_s, target_s) : MIN(open_s, target_s - 1);
	sums->report->used[MIN(open_s * 10 / target_s, REPORT_USED - 1)]++;
}

static void add_reply(Sums *sums, const Fact *fact)
{
	guint i;

	if (fact->first_reply_s != 0) {
		i = class_of(time_bounds, REPORT_TIMES, fact_took(fact));
		sums->report->times[i][fact->late]++;
		add_used(sums, fact);
	}
}

static void count_day(Sums *sums, guint32 topic, gint32 day)
{
	gpointer *slot = slot_of(sums->days, topic);
	guint n_days = sums->report->n_days;

	if (*slot == NULL) {
		*slot = g_new0(guint, n_days);
	}
	if (day >= 0 && (guint)day < n_days) {
		((guint *)*slot)[day]++;
	}
}

static void add_arrival(Sums *sums, const Fact *fact, bool overdue)
{
	Report *report = sums->report;
	gint64 local_s = local_of(sums, fact->received_s);
	gint32 day = day_of(local_s);
	guint week = (guint)(day - monday_of(report->first_day)) / 7;

	add_to_group(group_of(sums, sums->topics, report->topics, fact->topic),
	    fact, overdue);
	count_day(sums, fact->topic, day - report->first_day);
	report->hours[day - monday_of(day)]
		     [(local_s - (gint64)day * DAY_S) / HOUR_S]++;
	if (week < report->weeks->len) {
		add_to_group(report->weeks->pdata[week], fact, overdue);
	}
}

/* ---- late clocks, promises ---- */

static int newest_late(gconstpointer a, gconstpointer b)
{
	const Late *x = a, *y = b;

	return x->clock.due_s != y->clock.due_s
		   ? (x->clock.due_s < y->clock.due_s ? 1 : -1)
		   : (x->id < y->id) - (x->id > y->id);
}

static void sift_late(GArray *late, gint64 *least_s)
{
	g_array_sort(late, newest_late);
	if (late->len > REPORT_MAX_BREACHES) {
		g_array_set_size(late, REPORT_MAX_BREACHES);
		*least_s = g_array_index(late, Late, late->len - 1).clock.due_s;
	}
}

static void add_late(
    Sums *sums, guint64 id, const Fact *fact, const FactClock *clock)
{
	Late late = {.id = id,
	    .clock = *clock,
	    .team = fact->team,
	    .topic = fact->topic,
	    .level = (Urgency)fact->level};

	sums->report->breaches_all++;
	if (clock->due_s < sums->late_least_s) {
		return;
	}
	g_array_append_val(sums->late, late);
	if (sums->late->len >= SIFT_BREACHES) {
		sift_late(sums->late, &sums->late_least_s);
	}
}

static void add_clocks(Sums *sums, guint64 id, const Fact *fact)
{
	Report *report = sums->report;

	report->kept += fact->kept;
	report->promised += fact->standing;
	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];
		bool late =
		    clock->ended_s != 0 || clock->due_s < sums->ask->now_s;

		if (clock->metric == METRIC_PROMISE) {
			report->broken += late;
			report->promised += !late;
		}
		if (late) {
			add_late(sums, id, fact, clock);
		}
	}
}

/* ---- holding ---- */

static void hold(Sums *sums, guint32 team, guint32 held_s)
{
	gpointer *slot = slot_of(sums->holding, team);
	ReportHolding *holding = *slot;

	if (holding == NULL) {
		holding = g_new0(ReportHolding, 1);
		holding->team = g_strdup(fact_names_text(sums->names, team));
		holding->held_s = g_array_new(FALSE, FALSE, sizeof(guint32));
		g_ptr_array_add(sums->report->holding, holding);
		*slot = holding;
	}
	holding->cases++;
	g_array_append_val(holding->held_s, held_s);
}

/* Until it was answered, else closed, else until now. */
static guint32 held_until(const Sums *sums, const Fact *fact)
{
	guint32 to_s = fact->first_reply_s != 0 ? fact->first_reply_s
		       : fact->state == CASE_CLOSED
			   ? fact->since_s
			   : (guint32)CLAMP(sums->ask->now_s, 0, G_MAXUINT32);

	return MAX(to_s, fact->received_s);
}

static void add_held(Sums *sums, const Fact *fact)
{
	guint32 since_s = fact->received_s;
	guint32 to_s = held_until(sums, fact);
	guint32 team = fact->team;

	for (guint i = 0; i < fact_n_holders(fact); i++) {
		const FactHolder *holder = &fact->more->holders[i];

		if (i > 0 && holder->from_s <= to_s) {
			hold(sums, team,
			    holder->from_s - MIN(since_s, holder->from_s));
			since_s = MAX(holder->from_s, since_s);
		}
		if (holder->from_s <= to_s) {
			team = holder->team;
		}
	}
	hold(sums, team, to_s - since_s);
}

/* ---- all of them ---- */

static bool counts(const Sums *sums, const Fact *fact)
{
	const ReportAsk *ask = sums->ask;

	return fact->mode != MODE_SHADOW &&
	       wanted(sums, sums->teams_wanted, fact->team, ask->team,
		   ask->teams) &&
	       wanted(sums, sums->topics_wanted, fact->topic, ask->topic, NULL);
}

/* Whenever it came. */
static void sum_age(guint64 id, const Fact *fact, gpointer data)
{
	Sums *sums = data;

	(void)id;
	if (counts(sums, fact) &&
	    (fact->state == CASE_OPEN || fact->state == CASE_PAUSED)) {
		sums->report->ages[class_of(age_bounds, REPORT_AGES,
		    sums->ask->now_s - fact->received_s)]++;
	}
}

static void sum_one(guint64 id, const Fact *fact, gpointer data)
{
	Sums *sums = data;
	Report *report = sums->report;
	bool overdue;

	if (!counts(sums, fact)) {
		return;
	}
	overdue = any_overdue(sums, fact);
	add_to_group(report->all, fact, overdue);
	add_to_group(group_of(sums, sums->teams, report->teams, fact->team),
	    fact, overdue);
	add_arrival(sums, fact, overdue);
	add_reply(sums, fact);
	add_held(sums, fact);
	add_clocks(sums, id, fact);
}

/* ---- timelines ---- */

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

static ReportBreach *breach_of(const Sums *sums, const Late *late)
{
	ReportBreach *breach = g_new0(ReportBreach, 1);
	gint64 end_s =
	    late->clock.ended_s != 0 ? late->clock.ended_s : sums->ask->now_s;

	breach->id = late->id;
	breach->team = g_strdup(fact_names_text(sums->names, late->team));
	breach->topic = g_strdup(fact_names_text(sums->names, late->topic));
	breach->level = late->level;
	breach->metric = (Metric)late->clock.metric;
	breach->due_s = late->clock.due_s;
	breach->ended_s = late->clock.ended_s;
	breach->late_s = MAX(end_s - breach->due_s, 0);
	return breach;
}

static bool sum_breaches(Sums *sums, Store *store, GError **error)
{
	sift_late(sums->late, &sums->late_least_s);
	for (guint i = 0; i < sums->late->len; i++) {
		ReportBreach *breach =
		    breach_of(sums, &g_array_index(sums->late, Late, i));
		g_autoptr(GPtrArray) events = NULL;

		g_ptr_array_add(sums->report->breaches, breach);
		events = store_events(store, breach->id, error);
		if (events == NULL) {
			return false;
		}
		breach->why = why_of(breach, events);
	}
	return true;
}

/* ---- the whole ---- */

static void finish_group(gpointer data, gpointer unused)
{
	ReportGroup *group = data;
	const GArray *times = group->reply_s;
	guint64 n = times->len;
	/* The last: the least that nine of ten don't exceed. */
	const guint ranks[] = {
	    (guint)(n - 1) / 2, (guint)n / 2, (guint)((n * 9 + 9) / 10 - 1)};
	guint32 found[G_N_ELEMENTS(ranks)];

	(void)unused;
	if (n > 0) {
		nth_several((const guint32 *)(gconstpointer)times->data,
		    times->len, ranks, G_N_ELEMENTS(ranks), found);
		group->median_s = ((gint64)found[0] + found[1]) / 2;
		group->p90_s = found[2];
	}
}

static void finish_holding(gpointer data, gpointer unused)
{
	ReportHolding *holding = data;

	(void)unused;
	holding->median_s =
	    nth_median((const guint32 *)(gconstpointer)holding->held_s->data,
		holding->held_s->len);
	for (guint i = 0; i < holding->held_s->len; i++) {
		holding->longest_s = MAX(holding->longest_s,
		    g_array_index(holding->held_s, guint32, i));
	}
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

/* Topics have their places by now. */
static void finish_days(Sums *sums)
{
	Report *report = sums->report;
	guint n = report->topics->len;

	report->days = g_new0(guint, (gsize)report->n_days * MAX(n, 1));
	for (guint i = 0; i < sums->topics->len; i++) {
		const guint *days =
		    i < sums->days->len ? sums->days->pdata[i] : NULL;
		guint place;

		if (days == NULL || !g_ptr_array_find(report->topics,
					sums->topics->pdata[i], &place)) {
			continue;
		}
		for (guint day = 0; day < report->n_days; day++) {
			report->days[(gsize)day * n + place] = days[day];
		}
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

static bool look(Sums *sums, Store *store, GError **error)
{
	return begin_days(sums, error) &&
	       store_each_unsettled(store, sum_age, sums, error) &&
	       store_each_arrived(store, sums->ask->from_s, sums->ask->to_s,
		   sum_one, sums, error) &&
	       sum_breaches(sums, store, error);
}

static void sums_init(Sums *sums, Store *store, const ReportAsk *ask)
{
	memset(sums, 0, sizeof(*sums));
	sums->ask = ask;
	sums->names = store_fact_names(store);
	sums->report = report_empty();
	sums->teams_wanted = g_byte_array_new();
	sums->topics_wanted = g_byte_array_new();
	sums->teams = g_ptr_array_new();
	sums->topics = g_ptr_array_new();
	sums->holding = g_ptr_array_new();
	sums->calendars = g_ptr_array_new();
	sums->days = g_ptr_array_new_with_free_func(g_free);
	sums->late = g_array_new(FALSE, FALSE, sizeof(Late));
}

static void sums_clear(Sums *sums)
{
	g_clear_pointer(&sums->zone, g_time_zone_unref);
	g_free(sums->offsets);
	g_byte_array_unref(sums->teams_wanted);
	g_byte_array_unref(sums->topics_wanted);
	g_ptr_array_unref(sums->teams);
	g_ptr_array_unref(sums->topics);
	g_ptr_array_unref(sums->holding);
	g_ptr_array_unref(sums->calendars);
	g_ptr_array_unref(sums->days);
	g_array_unref(sums->late);
	report_free(sums->report);
}

Report *report_new(Store *store, const ReportAsk *ask, GError **error)
{
	const char *name = ask->zone != NULL ? ask->zone : "UTC";
	Report *report = NULL;
	Sums sums;

	sums_init(&sums, store, ask);
	sums.zone = g_time_zone_new_identifier(name);
	if (sums.zone == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "report: no such time zone: %s", name);
	} else if (look(&sums, store, error)) {
		finish(&sums);
		report = g_steal_pointer(&sums.report);
	}
	sums_clear(&sums);
	return report;
}
