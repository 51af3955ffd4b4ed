/*
 * What a phrase says, on the calendar of a zone. Days are counted locally and
 * turned into UTC at the end, so that a day with a change of clocks is as long
 * as it is; hours and minutes from now are real time.
 */
#include "base/when.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400
#define DAY_MIN 1440
#define EPOCH_JULIAN 719163 /* 1970-01-01 for GDate */
#define HALF_YEAR_DAYS 183
#define FRIDAY 4
#define WORKDAY_FROM_MIN (7 * 60)

/* In the order of zones[] in when_clock.c. */
static const char *const zone_names[] = {NULL, "UTC", "UTC", "UTC",
    "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "-05", "-04", "-06", "-05", "-07", "-06", "-08",
    "-07", "+01", "+00", "+01", "+01", "+02", "+01", "+02", "+02", "+03", "+09",
    "+10", "+11", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles"};

typedef struct {
	gint64 now_s;
	GTimeZone *zone;
	int today; /* local, days since 1970-01-01 */
} Here;

/* Local days, and minutes from the first's midnight on. */
typedef struct {
	int first, last;
	int from_min, to_min; /* -1: whole days */
	bool moment;
} Local;

/* ---- zones ---- */

static gint64 offset_at(GTimeZone *zone, gint64 at_s)
{
	return g_time_zone_get_offset(
	    zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at_s));
}

/* The first moment in (LOW, HIGH] whose offset isn't that of LOW. */
static gint64 change_between(GTimeZone *zone, gint64 low, gint64 high)
{
	gint64 offset = offset_at(zone, low);

	while (high - low > 1) {
		gint64 middle = low + (high - low) / 2;

		if (offset_at(zone, middle) == offset) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return high;
}

/* UTC of LOCAL_S, seconds of a local clock since 1970. What comes twice: LATE
 * or early; what is left out: the change. */
static gint64 utc_of(GTimeZone *zone, gint64 local_s, bool late)
{
	gint64 before = offset_at(zone, local_s - DAY_S);
	gint64 after = offset_at(zone, local_s + DAY_S);
	gint64 first = local_s - MAX(before, after);
	gint64 second = local_s - MIN(before, after);
	bool first_fits = offset_at(zone, first) == local_s - first;
	bool second_fits = offset_at(zone, second) == local_s - second;

	if (first_fits && (!second_fits || !late)) {
		return first;
	}
	return second_fits ? second : change_between(zone, first, second);
}

static int floor_day(gint64 seconds)
{
	return (int)(seconds / DAY_S - (seconds % DAY_S < 0));
}

/* ---- days ---- */

static int days_of(int year, int month, int day)
{
	GDate date;

	if (year < 1 || year > 9998 ||
	    !g_date_valid_dmy(
		(GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
		return G_MININT;
	}
	g_date_clear(&date, 1);
	g_date_set_dmy(
	    &date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	return (int)g_date_get_julian(&date) - EPOCH_JULIAN;
}

static void civil_of(int day, int *year, int *month, int *mday)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(day + EPOCH_JULIAN));
	*year = g_date_get_year(&date);
	*month = (int)g_date_get_month(&date);
	*mday = g_date_get_day(&date);
}

static int weekday_of(int day)
{
	return ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
}

/* DAY and COUNT months more, on the month's last day if it is shorter. */
static int months_later(int day, int count)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(day + EPOCH_JULIAN));
	if (count >= 0) {
		g_date_add_months(&date, (guint)count);
	} else {
		g_date_subtract_months(&date, (guint)-count);
	}
	return (int)g_date_get_julian(&date) - EPOCH_JULIAN;
}

/* COUNT days without weekends after DAY; before it, if negative. */
static int business_later(int day, int count)
{
	int step = count < 0 ? -1 : 1;

	while (count != 0) {
		day += step;
		if (weekday_of(day) <= FRIDAY) {
			count -= step;
		}
	}
	return day;
}

/* A date without a year: the first that isn't half a year ago. */
static bool date_near(const Here *here, int month, int mday, int *day)
{
	int year, ignored;

	civil_of(here->today - HALF_YEAR_DAYS, &year, &ignored, &ignored);
	for (int i = 0; i < 9; i++) { /* 29 February, over 2100 */
		*day = days_of(year + i, month, mday);
		if (*day != G_MININT && *day >= here->today - HALF_YEAR_DAYS) {
			return true;
		}
	}
	return false;
}

static bool date_days(const Here *here, const WhenParts *parts, Local *out)
{
	int day;

	if (parts->year != 0) {
		day = days_of(parts->year, parts->month, parts->value);
		if (day == G_MININT) {
			return false;
		}
	} else if (!date_near(here, parts->month, parts->value, &day)) {
		return false;
	}
	out->first = out->last = day;
	return true;
}

static bool of_month_days(const Here *here, const WhenParts *parts, Local *out)
{
	int year, month, mday, day;

	civil_of(here->today, &year, &month, &mday);
	for (int i = 0; i < 3; i++) {
		day = days_of(year + (month + i - 1) / 12,
		    (month + i - 1) % 12 + 1, parts->value);
		if (day != G_MININT && day >= here->today) {
			out->first = out->last = day;
			return true;
		}
	}
	return false;
}

static void weekday_days(const Here *here, const WhenParts *parts, Local *out)
{
	int today = weekday_of(here->today);
	int ahead = (parts->value - today + 7) % 7;

	if (parts->which == 1 && ahead == 0) {
		ahead = 7;
	} else if (parts->which == -1) {
		ahead -= 7;
	} else if (parts->which == 2) {
		ahead = 7 - today + parts->value;
	} else if (parts->which == 3) {
		ahead = parts->value - today;
	} else if (parts->which == -2) {
		ahead = parts->value - today - 7;
	}
	out->first = out->last = here->today + ahead;
}

static void month_span(int first, int months, Local *out)
{
	out->first = first;
	out->last = months_later(first, months) - 1;
}

static void span_days(const Here *here, const WhenParts *parts, Local *out)
{
	int monday = here->today - weekday_of(here->today);
	int year, month, mday;

	civil_of(here->today, &year, &month, &mday);
	switch (parts->unit) {
	case UNIT_WEEK:
		out->first = monday + 7 * parts->which;
		out->last = out->first + 6;
		/* The week of work ends on Friday, until that is over. */
		if (parts->end && here->today <= out->first + FRIDAY) {
			out->last = out->first + FRIDAY;
		}
		break;
	case UNIT_MONTH:
		month_span(months_later(days_of(year, month, 1), parts->which),
		    1, out);
		break;
	case UNIT_QUARTER:
		month_span(
		    months_later(days_of(year, month - (month - 1) % 3, 1),
			3 * parts->which),
		    3, out);
		break;
	case UNIT_YEAR:
		month_span(months_later(days_of(year, 1, 1), 12 * parts->which),
		    12, out);
		break;
	default:
		out->first = out->last = here->today;
	}
}

static bool month_days(const Here *here, const WhenParts *parts, Local *out)
{
	int year, ignored, first;

	civil_of(here->today, &year, &ignored, &ignored);
	first = days_of(parts->year != 0 ? parts->year : year, parts->month, 1);
	if (first == G_MININT) {
		return false;
	}
	month_span(first, 1, out);
	if (parts->year == 0 && out->last < here->today) {
		month_span(months_later(first, 12), 1, out);
	}
	return true;
}

static void duration_days(const Here *here, const WhenParts *parts, Local *out)
{
	int count = parts->ago ? -parts->count : parts->count;
	int day = here->today;

	switch (parts->unit) {
	case UNIT_DAY:
		day =
		    parts->business ? business_later(day, count) : day + count;
		break;
	case UNIT_WEEK:
		day += 7 * count;
		break;
	case UNIT_MONTH:
		day = months_later(day, count);
		break;
	case UNIT_QUARTER:
		day = months_later(day, 3 * count);
		break;
	case UNIT_YEAR:
		day = months_later(day, 12 * count);
		break;
	default:
		break;
	}
	out->first = out->last = day;
}

static bool local_days(const Here *here, const WhenParts *parts, Local *out)
{
	out->first = out->last = here->today;
	switch (parts->day) {
	case DAY_NONE:
		break;
	case DAY_RELATIVE:
		out->first = out->last = here->today + parts->value;
		break;
	case DAY_WEEKDAY:
		weekday_days(here, parts, out);
		break;
	case DAY_DATE:
		return date_days(here, parts, out);
	case DAY_OF_MONTH:
		return of_month_days(here, parts, out);
	case DAY_SPAN:
		span_days(here, parts, out);
		break;
	case DAY_MONTH:
		return month_days(here, parts, out);
	case DAY_WEEKEND:
		out->first = here->today - weekday_of(here->today) + 5 +
			     7 * parts->which;
		out->last = out->first + 1;
		break;
	case DAY_DURATION:
		duration_days(here, parts, out);
		break;
	}
	return true;
}

/* ---- times of day ---- */

static bool is_late_part(WhenPart part)
{
	return part == PART_AFTERNOON || part == PART_EVENING;
}

/* Minutes from midnight of what PARTS say, 0 to 24 hours. */
static int minute_of(const WhenParts *parts)
{
	int minute = parts->hour * 60 + MAX(parts->minute, -59);
	bool twelve = minute >= 12 * 60 && minute < 13 * 60;

	switch (parts->half) {
	case HALF_WRITTEN:
		break;
	case HALF_AM:
		minute -= twelve ? 12 * 60 : 0;
		break;
	case HALF_PM:
		minute += minute < 12 * 60 ? 12 * 60 : 0;
		break;
	case HALF_UNKNOWN:
		if (is_late_part(parts->part)) {
			minute +=
			    minute < 12 * 60 ||
				    (twelve && parts->part == PART_EVENING)
				? 12 * 60
				: 0;
		} else if (parts->part == PART_MIDNIGHT && twelve) {
			minute = DAY_MIN;
		} else if (parts->part != PART_MORNING && parts->hour > 0 &&
			   minute < WORKDAY_FROM_MIN) {
			minute += 12 * 60;
		}
		break;
	}
	return CLAMP(minute, 0, DAY_MIN);
}

static void part_minutes(WhenPart part, Local *out)
{
	static const struct {
		int from, to;
	} parts[] = {{-1, -1}, {6 * 60, 12 * 60}, {12 * 60, 12 * 60},
	    {12 * 60, 18 * 60}, {18 * 60, DAY_MIN}, {DAY_MIN, DAY_MIN},
	    {17 * 60, 17 * 60}};

	out->from_min = parts[part].from;
	out->to_min = parts[part].to;
}

static void local_minutes(const WhenParts *parts, Local *out)
{
	out->from_min = out->to_min = -1;
	if (parts->hour >= 0) {
		out->from_min = out->to_min = minute_of(parts);
	} else if (parts->part != PART_NONE) {
		part_minutes(parts->part, out);
	}
	out->moment = out->from_min >= 0 && out->from_min == out->to_min;
}

/* ---- together ---- */

static gint64 local_utc(const Here *here, int day, int minute, bool late)
{
	return utc_of(
	    here->zone, (gint64)day * DAY_S + (gint64)minute * MINUTE_S, late);
}

static void apply(
    const Here *here, const WhenParts *parts, const Local *local, When *when)
{
	bool late = parts->before;

	if (local->from_min < 0) {
		when->begin_s = local_utc(here, local->first, 0, false);
		when->at_s = local_utc(here, local->last + 1, 0, true) - 1;
		if (parts->end) {
			when->begin_s = when->at_s;
		}
	} else {
		when->begin_s =
		    local_utc(here, local->last, local->from_min, late);
		when->at_s = local_utc(here, local->last, local->to_min, late);
		/* "By this evening" is still this day; midnight isn't. */
		if (local->to_min == DAY_MIN && !local->moment) {
			when->at_s--;
		}
	}
	if (parts->exclusive && !parts->end && !local->moment) {
		when->at_s = when->begin_s - 1;
	}
}

/* A time that is over today was meant otherwise. */
static void look_ahead(
    const Here *here, const WhenParts *parts, Local *local, When *when)
{
	bool today = local->last == here->today;

	if (when->at_s >= here->now_s || !today || local->from_min < 0) {
		return;
	}
	if (parts->part == PART_CLOSE) {
		local->from_min = local->to_min = -1;
	} else if (parts->day == DAY_NONE) {
		local->first = ++local->last;
	} else if (parts->day == DAY_WEEKDAY && parts->which == 0) {
		local->last += 7;
		local->first = local->last;
	} else if (parts->hour > 0 && parts->half == HALF_UNKNOWN &&
		   parts->part == PART_NONE && local->to_min < 12 * 60) {
		local->from_min += 12 * 60;
		local->to_min += 12 * 60;
	} else {
		return;
	}
	apply(here, parts, local, when);
}

static WhenPrecision precision_of(const WhenParts *parts)
{
	if (parts->hour >= 0) {
		return parts->exact ? WHEN_MINUTE : WHEN_HOUR;
	}
	if (parts->part != PART_NONE) {
		return parts->part == PART_NOON || parts->part == PART_MIDNIGHT
			   ? WHEN_HOUR
			   : WHEN_PART;
	}
	switch (parts->day) {
	case DAY_DURATION:
		return parts->unit == UNIT_MINUTE ? WHEN_MINUTE
		       : parts->unit == UNIT_HOUR ? WHEN_HOUR
						  : WHEN_DAY;
	case DAY_SPAN:
		return parts->unit == UNIT_DAY ? WHEN_DAY : WHEN_LONGER;
	case DAY_MONTH:
	case DAY_WEEKEND:
		return WHEN_LONGER;
	default:
		return WHEN_DAY;
	}
}

static void finish(const Here *here, const WhenParts *parts, When *when)
{
	when->past = when->at_s < here->now_s;
	when->before = parts->before && !parts->ago;
	when->after = parts->after;
	when->ambiguous = parts->ambiguous;
	when->precision = precision_of(parts);
}

bool when_resolve(
    const WhenParts *parts, gint64 reference_s, GTimeZone *zone, When *when)
{
	g_autoptr(GTimeZone) said =
	    parts->zone > 0
		? g_time_zone_new_identifier(zone_names[parts->zone])
		: NULL;
	Here here = {.now_s = reference_s, .zone = said ? said : zone};
	Local local = {0};

	here.today = floor_day(reference_s + offset_at(here.zone, reference_s));
	if (parts->day == DAY_DURATION && parts->unit <= UNIT_HOUR) {
		gint64 unit_s = parts->unit == UNIT_HOUR ? HOUR_S : MINUTE_S;
		gint64 away_s = parts->count * unit_s;

		when->at_s = reference_s + (parts->ago ? -away_s : away_s);
		when->begin_s = when->at_s;
		finish(&here, parts, when);
		return true;
	}
	if (!local_days(&here, parts, &local)) {
		return false;
	}
	local_minutes(parts, &local);
	apply(&here, parts, &local, when);
	look_ahead(&here, parts, &local, when);
	finish(&here, parts, when);
	return true;
}

char *when_text(gint64 at_s, const char *zone)
{
	static const char *const days[] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GTimeZone) where =
	    zone != NULL ? g_time_zone_new_identifier(zone) : NULL;
	gint64 local_s = where ? at_s + offset_at(where, at_s) : at_s;
	int day = floor_day(local_s);
	int minute = (int)((local_s - (gint64)day * DAY_S) / MINUTE_S);
	int year, month, mday;

	if (day < -EPOCH_JULIAN + 1 || day > 2932896) { /* 1 to 9999 */
		return g_strdup("?");
	}
	civil_of(day, &year, &month, &mday);
	return g_strdup_printf("%s %d %s %02d:%02d", days[weekday_of(day)],
	    mday, months[month - 1], minute / 60, minute % 60);
}
