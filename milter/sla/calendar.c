/*
 * A calendar compiled for arithmetic: the open spans of each weekday, the dates
 * that have hours of their own, and the zone's offsets. Everything is computed
 * period by period of constant offset: within one, local time is UTC plus a
 * number, so that hours which a change of clocks skips are not met and hours
 * which it repeats are met twice, whatever day or minute the change is at.
 * It has no clock and is immutable: any thread may use it.
 */
#include <stdlib.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/sla.h"
#include "sla/internal.h"

#define WEEKDAYS 7
#define DAY_MINUTES 1440
#define TEN_YEARS_DAYS 3653
#define TEN_YEARS_S ((gint64)TEN_YEARS_DAYS * DAY_S)
/* Moments beyond are taken for the edge, so that nothing overflows. */
#define EDGE_S G_GINT64_CONSTANT(1000000000000)

/* A date with hours of its own: none, or N from SPANS[FIRST] on. */
typedef struct {
	gint32 day;
	guint first;
	guint n;
} SpecialDay;

/*
 * Invariants: SPANS holds the week, sorted, then the special days' spans; those
 * of weekday W are [WEEKDAY[W], WEEKDAY[W + 1]); some weekday opens; SPECIAL
 * ascends, one a day; ALWAYS means open at every second.
 */
struct Calendar {
	gint refs;
	char *name;
	char *zone_name;
	Zone zone;
	OpenSpan *spans;
	guint weekday[WEEKDAYS + 1];
	gint64 week_s; /* open seconds of a week without changes */
	SpecialDay *special;
	guint n_special;
	bool always;
};

/* ---- making one ---- */

/* Takes spans and dates of CONF over. */
static void take_hours(Calendar *calendar, const CalendarConf *conf)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(OpenSpan));
	GArray *special = g_array_new(FALSE, FALSE, sizeof(SpecialDay));

	for (guint i = 0; i < conf->n_spans; i++) {
		const OpenSpan *span = &conf->spans[i];

		g_array_append_vals(spans, span, 1);
		calendar->weekday[span->weekday + 1] = i + 1;
		calendar->week_s += (span->to_min - span->from_min) * MINUTE_S;
	}
	for (guint w = 0; w < WEEKDAYS; w++) {
		calendar->weekday[w + 1] =
		    MAX(calendar->weekday[w], calendar->weekday[w + 1]);
	}
	for (guint i = 0; i < conf->n_holidays; i++) {
		const Holiday *holiday = &conf->holidays[i];
		SpecialDay day = {holiday->day, spans->len, holiday->n_spans};

		if (holiday->n_spans > 0) {
			g_array_append_vals(
			    spans, holiday->spans, holiday->n_spans);
		}
		g_array_append_val(special, day);
	}
	calendar->spans = (OpenSpan *)(void *)g_array_free(spans, FALSE);
	calendar->n_special = special->len;
	calendar->special = (SpecialDay *)(void *)g_array_free(special, FALSE);
}

static int compare_special(gconstpointer a, gconstpointer b)
{
	const SpecialDay *one = a;
	const SpecialDay *other = b;

	return (one->day > other->day) - (one->day < other->day);
}

/* The first special day at or after DAY; N_SPECIAL when there is none. */
static guint special_from(const Calendar *calendar, gint64 day)
{
	guint low = 0;
	guint high = calendar->n_special;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (calendar->special[middle].day < day) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Closes the days of .ics file PATH. A date that the configuration itself names
 * keeps the hours it has there: a half day beats a public holiday. */
static bool close_ics_days(Calendar *calendar, const char *path, GError **error)
{
	g_autoptr(GArray) days = ics_days(path, error);
	if (!days) {
		return false;
	}
	guint n = calendar->n_special;
	SpecialDay *special =
	    g_renew(SpecialDay, calendar->special, n + days->len);

	calendar->special = special;
	for (guint i = 0; i < days->len; i++) {
		gint32 day = g_array_index(days, gint32, i);
		guint at = special_from(calendar, day);

		if (at == calendar->n_special || special[at].day != day) {
			special[n++] = (SpecialDay){.day = day};
		}
	}
	calendar->n_special = n;
	if (n > 0) {
		qsort(special, n, sizeof(*special), compare_special);
	}
	return true;
}

static int weekday_of(gint64 day)
{
	/* 1970-01-01 was a Thursday. */
	int weekday = (int)((day + 3) % WEEKDAYS);

	return weekday < 0 ? weekday + WEEKDAYS : weekday;
}

/* Does an ordinary day strictly between days AFTER and BEFORE open? */
static bool opens_between(const Calendar *calendar, gint64 after, gint64 before)
{
	gint64 last = MIN(before, after + 1 + WEEKDAYS);

	for (gint64 day = after + 1; day < last; day++) {
		int w = weekday_of(day);

		if (calendar->weekday[w] < calendar->weekday[w + 1]) {
			return true;
		}
	}
	return false;
}

/* Holidays without end are as bad as no hours: a clock would stand still. */
static bool check_opens(const Calendar *calendar, GError **error)
{
	const SpecialDay *special = calendar->special;
	gint64 closed_from = 0;

	if (calendar->week_s == 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "never opens: no hours on any weekday");
		return false;
	}
	for (guint i = 0; i < calendar->n_special; i++) {
		if (i == 0 || special[i - 1].n > 0 ||
		    opens_between(
			calendar, special[i - 1].day, special[i].day)) {
			closed_from = special[i].day;
		}
		if (special[i].n == 0 &&
		    special[i].day - closed_from >= TEN_YEARS_DAYS) {
			g_set_error_literal(error, ANTEROOM_ERROR, ERROR_CONFIG,
			    "never opens: its holidays leave no open hour in "
			    "ten years");
			return false;
		}
	}
	return true;
}

static bool is_always(const Calendar *calendar)
{
	return calendar->n_special == 0 &&
	       calendar->week_s == (gint64)WEEKDAYS * DAY_S;
}

static Calendar *calendar_alloc(const char *name, const char *zone)
{
	Calendar *calendar = g_new0(Calendar, 1);

	calendar->refs = 1;
	calendar->name = g_strdup(name);
	calendar->zone_name = g_strdup(zone);
	return calendar;
}

Calendar *calendar_new(const CalendarConf *conf, GError **error)
{
	g_autoptr(Calendar) calendar = calendar_alloc(conf->name, conf->zone);

	if (!zone_load(&calendar->zone, conf->zone, error)) {
		return NULL;
	}
	take_hours(calendar, conf);
	for (const char *const *path = conf->ics; path && *path; path++) {
		if (!close_ics_days(calendar, *path, error)) {
			return NULL;
		}
	}
	if (!check_opens(calendar, error)) {
		return NULL;
	}
	calendar->always = is_always(calendar);
	return g_steal_pointer(&calendar);
}

Calendar *calendar_always(void)
{
	Calendar *calendar = calendar_alloc("always", "UTC");
	ZonePeriod *periods = g_new0(ZonePeriod, 2);

	/* Not looked up: it has to work without a zone database. */
	periods[0].from_s = G_MININT64;
	periods[1].from_s = G_MAXINT64;
	calendar->zone = (Zone){periods, 1};
	calendar->spans = g_new0(OpenSpan, WEEKDAYS);
	for (guint w = 0; w < WEEKDAYS; w++) {
		calendar->spans[w] = (OpenSpan){(guint8)w, 0, DAY_MINUTES};
		calendar->weekday[w + 1] = w + 1;
	}
	calendar->week_s = (gint64)WEEKDAYS * DAY_S;
	calendar->always = true;
	return calendar;
}

Calendar *calendar_ref(Calendar *calendar)
{
	g_atomic_int_inc(&calendar->refs);
	return calendar;
}

void calendar_unref(Calendar *calendar)
{
	if (!calendar || !g_atomic_int_dec_and_test(&calendar->refs)) {
		return;
	}
	zone_clear(&calendar->zone);
	g_free(calendar->special);
	g_free(calendar->spans);
	g_free(calendar->zone_name);
	g_free(calendar->name);
	g_free(calendar);
}

const char *calendar_name(const Calendar *calendar)
{
	return calendar->name;
}

const char *calendar_zone(const Calendar *calendar)
{
	return calendar->zone_name;
}

/* ---- walking its open time ---- */

/*
 * Yields the open pieces of [FROM_S, UNTIL_S) in ascending order, none empty.
 * Where clocks are set back across midnight, two periods share local days: they
 * are walked once in each.
 */
typedef struct {
	const Calendar *calendar;
	gint64 from_s;
	gint64 until_s;
	guint period;   /* at hand */
	gint64 day;     /* local, at hand */
	guint special;  /* first special day at or after DAY */
	guint span;     /* next of DAY */
	guint span_end; /* behind the last of DAY */
} Walk;

/* Turns to the spans of DAY. */
static void walk_day(Walk *walk)
{
	const Calendar *calendar = walk->calendar;

	while (walk->special < calendar->n_special &&
	       calendar->special[walk->special].day < walk->day) {
		walk->special++;
	}
	if (walk->special < calendar->n_special &&
	    calendar->special[walk->special].day == walk->day) {
		walk->span = calendar->special[walk->special].first;
		walk->span_end =
		    walk->span + calendar->special[walk->special].n;
		return;
	}
	int weekday = weekday_of(walk->day);
	walk->span = calendar->weekday[weekday];
	walk->span_end = calendar->weekday[weekday + 1];
}

/* Turns to the first day of PERIOD that counts. */
static void walk_period(Walk *walk, guint period)
{
	const ZonePeriod *at = &walk->calendar->zone.periods[period];

	walk->period = period;
	walk->day = days_of(MAX(at->from_s, walk->from_s) + at->offset_s);
	walk->special = special_from(walk->calendar, walk->day);
	walk_day(walk);
}

static void walk_start(
    Walk *walk, const Calendar *calendar, gint64 from_s, gint64 until_s)
{
	walk->calendar = calendar;
	walk->from_s = CLAMP(from_s, -EDGE_S, EDGE_S);
	walk->until_s = CLAMP(until_s, -EDGE_S, EDGE_S);
	walk_period(walk, zone_period_at(&calendar->zone, walk->from_s));
}

/* The part of the day's next span that lies in the period and the walk. */
static bool walk_span(Walk *walk, gint64 *from_s, gint64 *to_s)
{
	const ZonePeriod *period = &walk->calendar->zone.periods[walk->period];
	const OpenSpan *span = &walk->calendar->spans[walk->span++];
	gint64 midnight_s = walk->day * DAY_S - period->offset_s;
	gint64 first_s = MAX(period->from_s, walk->from_s);
	gint64 last_s = MIN(period[1].from_s, walk->until_s);

	*from_s = MAX(first_s, midnight_s + span->from_min * MINUTE_S);
	*to_s = MIN(last_s, midnight_s + span->to_min * MINUTE_S);
	return *from_s < *to_s;
}

static bool walk_next(Walk *walk, gint64 *from_s, gint64 *to_s)
{
	const ZonePeriod *periods = walk->calendar->zone.periods;

	for (;;) {
		while (walk->span < walk->span_end) {
			if (walk_span(walk, from_s, to_s)) {
				return true;
			}
		}
		const ZonePeriod *period = &periods[walk->period];
		gint64 tomorrow_s = (walk->day + 1) * DAY_S - period->offset_s;

		if (tomorrow_s < MIN(period[1].from_s, walk->until_s)) {
			walk->day++;
			walk_day(walk);
		} else if (period[1].from_s < walk->until_s) {
			walk_period(walk, walk->period + 1);
		} else {
			return false;
		}
	}
}

/* At the end of a day: passes over as many whole weeks as are all alike and
 * have at most MOST_S open seconds together; returns these seconds. */
static gint64 walk_weeks(Walk *walk, gint64 most_s)
{
	const Calendar *calendar = walk->calendar;
	const ZonePeriod *period = &calendar->zone.periods[walk->period];
	guint special = walk->special;

	if (walk->span < walk->span_end) {
		return 0;
	}
	gint64 end =
	    days_of(MIN(period[1].from_s, walk->until_s) + period->offset_s);
	if (special < calendar->n_special &&
	    calendar->special[special].day == walk->day) {
		special++;
	}
	if (special < calendar->n_special) {
		end = MIN(end, calendar->special[special].day);
	}
	gint64 weeks =
	    MIN((end - walk->day - 1) / WEEKDAYS, most_s / calendar->week_s);
	if (weeks <= 0) {
		return 0;
	}
	walk->day += weeks * WEEKDAYS;
	return weeks * calendar->week_s;
}

/* ---- questions ---- */

bool calendar_last_special(const Calendar *calendar, gint32 *day)
{
	if (calendar->n_special == 0) {
		return false;
	}
	*day = calendar->special[calendar->n_special - 1].day;
	return true;
}

bool calendar_is_open(const Calendar *calendar, gint64 at_s)
{
	Walk walk;
	gint64 from_s;
	gint64 to_s;

	at_s = CLAMP(at_s, -EDGE_S, EDGE_S - 1);
	walk_start(&walk, calendar, at_s, at_s + 1);
	return calendar->always || walk_next(&walk, &from_s, &to_s);
}

gint64 calendar_next_open(const Calendar *calendar, gint64 at_s)
{
	return calendar_due(calendar, at_s, 0);
}

gint64 calendar_due(const Calendar *calendar, gint64 from_s, gint64 open_s)
{
	Walk walk;
	gint64 piece_s;
	gint64 end_s;
	gint64 left_s = MAX(open_s, 0);

	if (left_s > TEN_YEARS_S || from_s > EDGE_S) {
		return G_MAXINT64;
	}
	if (calendar->always) {
		return from_s + left_s;
	}
	from_s = MAX(from_s, -EDGE_S);
	walk_start(&walk, calendar, from_s, from_s + TEN_YEARS_S);
	while (walk_next(&walk, &piece_s, &end_s)) {
		if (left_s <= end_s - piece_s) {
			return piece_s + left_s;
		}
		left_s -= end_s - piece_s;
		/* Not all of it: what ends with the last piece of a week is
		 * due then, not at the next opening. */
		left_s -= walk_weeks(&walk, left_s - 1);
	}
	return G_MAXINT64;
}

gint64 calendar_open_s(const Calendar *calendar, gint64 from_s, gint64 to_s)
{
	Walk walk;
	gint64 piece_s;
	gint64 end_s;
	gint64 open_s = 0;

	from_s = CLAMP(from_s, -EDGE_S, EDGE_S);
	to_s = CLAMP(to_s, -EDGE_S, EDGE_S);
	if (to_s <= from_s) {
		return 0;
	}
	if (calendar->always) {
		return to_s - from_s;
	}
	walk_start(&walk, calendar, from_s, to_s);
	while (walk_next(&walk, &piece_s, &end_s)) {
		open_s += end_s - piece_s;
		open_s += walk_weeks(&walk, G_MAXINT64);
	}
	return open_s;
}

/* Adds [FROM_S, TO_S) to STEPS, as one with the last if they touch. False when
 * that would be more than MAX. */
static bool add_step(GArray *steps, gint64 from_s, gint64 to_s, guint max)
{
	CalendarStep *last =
	    steps->len > 0 ? &g_array_index(steps, CalendarStep, steps->len - 1)
			   : NULL;
	CalendarStep step = {from_s, to_s, to_s - from_s};

	if (last && last->to_s == from_s) {
		last->to_s = to_s;
		last->open_s = to_s - last->from_s;
		return true;
	}
	if (steps->len >= max) {
		return false;
	}
	g_array_append_val(steps, step);
	return true;
}

GArray *calendar_steps(
    const Calendar *calendar, gint64 from_s, gint64 open_s, guint max)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(CalendarStep));
	gint64 due_s = calendar_due(calendar, from_s, open_s);
	Walk walk;
	gint64 piece_s;
	gint64 end_s;

	if (open_s <= 0 || due_s == G_MAXINT64) {
		return steps;
	}
	if (calendar->always) {
		add_step(steps, from_s, due_s, max);
		return steps;
	}
	walk_start(&walk, calendar, from_s, due_s);
	while (walk_next(&walk, &piece_s, &end_s)) {
		if (!add_step(steps, piece_s, end_s, max)) {
			break;
		}
	}
	return steps;
}

/* ---- local time ---- */

gint64 calendar_at_local(const Calendar *calendar, gint32 day, int minute)
{
	const Zone *zone = &calendar->zone;
	gint64 local_s = (gint64)day * DAY_S + (gint64)minute * MINUTE_S;
	/* Local clocks differ from UTC by less than two days: whatever period
	 * ended by then ended before LOCAL_S on the local clock as well. */
	guint i = zone_period_at(zone, local_s - 2 * DAY_S);

	while (i + 1 < zone->n && local_s - zone->periods[i].offset_s >=
				      zone->periods[i + 1].from_s) {
		i++;
	}
	return MAX(
	    local_s - zone->periods[i].offset_s, zone->periods[i].from_s);
}

void calendar_local(
    const Calendar *calendar, gint64 at_s, gint32 *day, int *minute)
{
	const Zone *zone = &calendar->zone;
	gint64 utc_s = CLAMP(at_s, -EDGE_S, EDGE_S);
	gint64 local_s =
	    utc_s + zone->periods[zone_period_at(zone, utc_s)].offset_s;
	gint64 whole = days_of(local_s);

	*day = (gint32)whole;
	*minute = (int)((local_s - whole * DAY_S) / MINUTE_S);
}

/* ---- a sum of it ---- */

static void sum_text(GChecksum *sum, const char *text)
{
	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static void sum_number(GChecksum *sum, gint64 number)
{
	gint64 big = GINT64_TO_BE(number);

	g_checksum_update(sum, (const guchar *)&big, sizeof(big));
}

static void sum_spans(
    const Calendar *calendar, guint from, guint to, GChecksum *sum)
{
	sum_number(sum, (gint64)to - from);
	for (guint i = from; i < to; i++) {
		sum_number(sum, calendar->spans[i].from_min);
		sum_number(sum, calendar->spans[i].to_min);
	}
}

void calendar_sum(const Calendar *calendar, GChecksum *sum)
{
	sum_text(sum, calendar->name);
	sum_text(sum, calendar->zone_name);
	for (guint i = 0; i < calendar->zone.n; i++) {
		sum_number(sum, calendar->zone.periods[i].from_s);
		sum_number(sum, calendar->zone.periods[i].offset_s);
	}
	for (guint w = 0; w < WEEKDAYS; w++) {
		sum_spans(calendar, calendar->weekday[w],
		    calendar->weekday[w + 1], sum);
	}
	for (guint i = 0; i < calendar->n_special; i++) {
		const SpecialDay *day = &calendar->special[i];

		sum_number(sum, day->day);
		sum_spans(calendar, day->first, day->first + day->n, sum);
	}
}
