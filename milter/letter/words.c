/* Times as people say them, in the reader's own zone. English, like all that
 * Anteroom says; nothing here reads the locale. */
#include "letter/internal.h"

#include <string.h>

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

static const char *const weekdays[] = {"", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"", "January", "February", "March",
    "April", "May", "June", "July", "August", "September", "October",
    "November", "December"};

typedef struct {
	gint64 unit_s;
	gint64 until_s; /* spans below are told in this unit */
	const char *one, *many, *brief;
} Unit;

static const Unit units[] = {
    {MINUTE_S, 2 * HOUR_S, "minute", "minutes", "min"},
    {HOUR_S, 2 * DAY_S, "hour", "hours", "h"},
    {DAY_S, G_MAXINT64, "day", "days", "days"},
};

char *words_span(gint64 span_s, bool brief)
{
	const Unit *unit = units;
	gint64 n;

	span_s = MAX(span_s, 0);
	while (span_s >= unit->until_s) {
		unit++;
	}
	n = (span_s + unit->unit_s / 2) / unit->unit_s;
	if (span_s < MINUTE_S / 2) {
		return g_strdup(brief ? "0 min" : "less than a minute");
	}
	return g_strdup_printf("%" G_GINT64_FORMAT " %s", n,
	    brief    ? unit->brief
	    : n == 1 ? unit->one
		     : unit->many);
}

static GDateTime *local(gint64 at_s, const char *zone)
{
	g_autoptr(GTimeZone) tz =
	    g_time_zone_new_identifier(zone != NULL ? zone : "UTC");
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_s);

	if (at == NULL) {
		at = g_date_time_new_from_unix_utc(0);
	}
	return g_date_time_to_timezone(at, tz != NULL ? tz : utc);
}

/* "America/New_York" is New York. */
static char *city(const char *zone)
{
	const char *slash = zone != NULL ? strrchr(zone, '/') : NULL;
	char *name = g_strdup(slash != NULL  ? slash + 1
			      : zone != NULL ? zone
					     : "UTC");

	return g_strdelimit(name, "_", ' ');
}

static gint64 day_number(GDateTime *at)
{
	int year, month, day;
	GDate date;

	g_date_time_get_ymd(at, &year, &month, &day);
	g_date_clear(&date, 1);
	g_date_set_dmy(
	    &date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	return g_date_get_julian(&date);
}

/* "", "tomorrow at ", "Fri 27 Nov at ". */
static char *which_day(GDateTime *at, GDateTime *now)
{
	gint64 ahead = day_number(at) - day_number(now);
	int month = g_date_time_get_month(at);
	int year = g_date_time_get_year(at);

	if (ahead == 0) {
		return g_strdup("");
	}
	if (ahead == 1 || ahead == -1) {
		return g_strdup(ahead == 1 ? "tomorrow at " : "yesterday at ");
	}
	if (year != g_date_time_get_year(now)) {
		return g_strdup_printf("%d %.3s %d at ",
		    g_date_time_get_day_of_month(at), months[month], year);
	}
	return g_strdup_printf("%.3s %d %.3s at ",
	    weekdays[g_date_time_get_day_of_week(at)],
	    g_date_time_get_day_of_month(at), months[month]);
}

/* "15:30 (New York)", "tomorrow at 09:00 (New York)", "Fri 27 Nov at 09:00
 * (New York)", as seen at NOW_S in ZONE. Transfer full. */
static char *words_moment(gint64 at_s, gint64 now_s, const char *zone)
{
	g_autoptr(GDateTime) at = local(at_s, zone);
	g_autoptr(GDateTime) now = local(now_s, zone);
	g_autofree char *day = which_day(at, now);
	g_autofree char *where = city(zone);

	return g_strdup_printf("%s%02d:%02d (%s)", day,
	    g_date_time_get_hour(at), g_date_time_get_minute(at), where);
}

char *words_due(gint64 due_s, gint64 now_s, const char *zone)
{
	gint64 left_s = due_s - now_s;
	g_autofree char *span =
	    words_span(left_s >= 0 ? left_s : -left_s, false);
	g_autofree char *moment = words_moment(due_s, now_s, zone);
	/* "at tomorrow at" is no English. */
	const char *at =
	    g_ascii_isdigit(*moment) && moment[2] == ':' ? "at " : "";

	return left_s >= 0
		   ? g_strdup_printf("due in %s, %s%s", span, at, moment)
		   : g_strdup_printf("overdue by %s, since %s", span, moment);
}

char *words_day(gint64 at_s, const char *zone)
{
	g_autoptr(GDateTime) at = local(at_s, zone);

	return g_strdup_printf("%s, %d %s",
	    weekdays[g_date_time_get_day_of_week(at)],
	    g_date_time_get_day_of_month(at),
	    months[g_date_time_get_month(at)]);
}

const char *words_metric(const char *metric)
{
	static const char *const names[][2] = {
	    {"first_reply", "first reply"},
	    {"next_reply", "next reply"},
	    {"resolve", "resolution"},
	    {"promise", "promise"},
	};

	for (gsize i = 0; metric != NULL && i < G_N_ELEMENTS(names); i++) {
		if (strcmp(metric, names[i][0]) == 0) {
			return names[i][1];
		}
	}
	return "answer";
}
