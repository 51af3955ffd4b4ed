/* Private to sla/. */
#ifndef SLA_INTERNAL_H
#define SLA_INTERNAL_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"

#define MINUTE_S 60
#define DAY_S 86400

/* ---- zone.c: a time zone as a table ---- */

/* From FROM_S until the next period's, local time is UTC + OFFSET_S. */
typedef struct {
	gint64 from_s;
	gint64 offset_s;
} ZonePeriod;

/*
 * Invariants: PERIODS[0].from_s is G_MININT64; from_s ascends; neighbours
 * differ in offset; PERIODS[N] is a sentinel from G_MAXINT64 on. Immutable.
 */
typedef struct {
	ZonePeriod *periods;
	guint n;
} Zone;

/* Looks IANA NAME up in the zone database. False with ERROR_CONFIG when it
 * isn't there; ZONE untouched. */
bool zone_load(Zone *zone, const char *name, GError **error);
void zone_clear(Zone *zone);

/* Index of the period that AT_S falls into. */
guint zone_period_at(const Zone *zone, gint64 at_s);

/* Whole days since the epoch at SECONDS since the epoch, also before it. */
static inline gint64 days_of(gint64 seconds)
{
	return seconds / DAY_S - (seconds % DAY_S < 0);
}

/* ---- ics.c ---- */

/* The local days (gint32, days since 1970-01-01, ascending, each once) that the
 * whole-day events of the iCalendar file PATH cover. NULL with ERROR_CONFIG
 * ("PATH:LINE: why"). Transfer full. One thread at a time. */
GArray *ics_days(const char *path, GError **error);

/* ---- calendar.c ---- */

typedef struct Calendar Calendar;

/* Adds all that CALENDAR computes by to SUM. */
void calendar_sum(const Calendar *calendar, GChecksum *sum);

/* ---- policy.c ---- */

/* Adds when POLICY warns and escalates to SUM. */
void policy_sum(const Policy *policy, GChecksum *sum);

#endif
