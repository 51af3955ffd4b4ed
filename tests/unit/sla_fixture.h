/*
 * Calendars from short texts, for tests:
 * hours "0:540-750,4:540-900" (weekday from Monday, local minutes), special
 * days "2024-12-24=540-750+780-900;2024-12-25" (no hours: a holiday).
 */
#ifndef TESTS_SLA_FIXTURE_H
#define TESTS_SLA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/conf.h"
#include "anteroom/sla.h"

#define OFFICE                                                            \
	"0:540-750,0:780-1050,1:540-750,1:780-1050,2:540-750,2:780-1050," \
	"3:540-750,3:780-1050,4:540-900"
#define NINE_TO_FIVE "0:540-1020,1:540-1020,2:540-1020,3:540-1020,4:540-1020"
#define ROUND_THE_CLOCK \
	"0:0-1440,1:0-1440,2:0-1440,3:0-1440,4:0-1440,5:0-1440,6:0-1440"

#define HOUR G_GINT64_CONSTANT(3600)

/* A CalendarConf and what it points to. */
typedef struct {
	CalendarConf conf;
	GArray *spans;    /* of OpenSpan */
	GArray *holidays; /* of Holiday */
	GPtrArray *owned; /* spans of half days */
	const char *ics[3];
} Fixture;

static inline OpenSpan fixture_span(const char *weekday, const char *text)
{
	unsigned from = 0, to = 0;

	assert_int_equal(sscanf(text, "%u-%u", &from, &to), 2);
	return (OpenSpan){(guint8)g_ascii_strtoull(weekday, NULL, 10),
	    (guint16)from, (guint16)to};
}

static inline gint32 fixture_day(const char *text)
{
	GDate date;
	unsigned year = 0, month = 0, day = 0;

	assert_int_equal(sscanf(text, "%u-%u-%u", &year, &month, &day), 3);
	g_date_clear(&date, 1);
	g_date_set_dmy(
	    &date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	return (gint32)g_date_get_julian(&date) - 719163;
}

static inline void fixture_holiday(Fixture *fixture, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(OpenSpan));
	Holiday holiday = {.day = fixture_day(parts[0])};

	if (parts[1] && *parts[1]) {
		g_auto(GStrv) list = g_strsplit(parts[1], "+", -1);

		for (char **item = list; *item; item++) {
			OpenSpan span = fixture_span("0", *item);

			g_array_append_val(spans, span);
		}
	}
	holiday.n_spans = spans->len;
	holiday.spans = (OpenSpan *)(void *)g_array_free(spans, FALSE);
	g_ptr_array_add(fixture->owned, (gpointer)(uintptr_t)holiday.spans);
	g_array_append_val(fixture->holidays, holiday);
}

static inline void fixture_init(
    Fixture *fixture, const char *zone, const char *hours, const char *holidays)
{
	g_auto(GStrv) days = g_strsplit(holidays, ";", -1);
	g_auto(GStrv) list = g_strsplit(hours, ",", -1);

	memset(fixture, 0, sizeof(*fixture));
	fixture->spans = g_array_new(FALSE, FALSE, sizeof(OpenSpan));
	fixture->holidays = g_array_new(FALSE, FALSE, sizeof(Holiday));
	fixture->owned = g_ptr_array_new_with_free_func(g_free);
	for (char **item = list; *item; item++) {
		OpenSpan span = fixture_span(*item, strchr(*item, ':') + 1);

		g_array_append_val(fixture->spans, span);
	}
	for (char **day = days; *day; day++) {
		fixture_holiday(fixture, *day);
	}
	fixture->conf = (CalendarConf){
	    .name = "office",
	    .zone = zone,
	    .spans = (OpenSpan *)(void *)fixture->spans->data,
	    .n_spans = fixture->spans->len,
	    .holidays = (Holiday *)(void *)fixture->holidays->data,
	    .n_holidays = fixture->holidays->len,
	    .ics = fixture->ics,
	    .place = {"test.conf", 7},
	};
}

static inline void fixture_clear(Fixture *fixture)
{
	g_array_unref(fixture->spans);
	g_array_unref(fixture->holidays);
	g_ptr_array_unref(fixture->owned);
}

/* A calendar that must compile. */
static inline Calendar *fixture_calendar(
    const char *zone, const char *hours, const char *holidays)
{
	g_autoptr(GError) error = NULL;
	Fixture fixture;

	fixture_init(&fixture, zone, hours, holidays);
	Calendar *calendar = calendar_new(&fixture.conf, &error);
	if (!calendar) {
		fail_msg("%s: %s", zone, error->message);
	}
	fixture_clear(&fixture);
	return calendar;
}

/* UTC seconds of "2024-03-10T07:00:00Z". */
static inline gint64 utc(const char *text)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, zone);

	assert_non_null(time);
	return g_date_time_to_unix(time);
}

#endif
