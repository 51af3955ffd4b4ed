/*
 * A time zone as a table of offsets from UTC. GLib reads the zone database and
 * answers questions about single moments; asked once for all its changes, the
 * arithmetic afterwards is a binary search and needs none of its rules for
 * local times that don't exist or exist twice. Nothing here looks at TZ.
 */
#include "anteroom/error.h"
#include "sla/internal.h"

/* Changes are taken from these years; outside, the nearest offset goes on. */
#define TABLE_FROM_S G_GINT64_CONSTANT(0)        /* 1970 */
#define TABLE_TO_S G_GINT64_CONSTANT(4102444800) /* 2100 */

/* The first moment after FROM_S at which INTERVAL or a later one holds. */
static gint64 interval_start(GTimeZone *zone, int interval, gint64 from_s)
{
	gint64 low = from_s;
	gint64 high = TABLE_TO_S;

	while (low < high) {
		gint64 middle = low + (high - low) / 2;

		if (g_time_zone_find_interval(
			zone, G_TIME_TYPE_UNIVERSAL, middle) >= interval) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

bool zone_load(Zone *zone, const char *name, GError **error)
{
	g_autoptr(GTimeZone) source = g_time_zone_new_identifier(name);
	if (!source) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "time zone \"%s\" is not in the zone database "
		    "(is the package tzdata installed?)",
		    name);
		return false;
	}
	int first = g_time_zone_find_interval(
	    source, G_TIME_TYPE_UNIVERSAL, TABLE_FROM_S);
	int last = g_time_zone_find_interval(
	    source, G_TIME_TYPE_UNIVERSAL, TABLE_TO_S);
	ZonePeriod period = {G_MININT64, g_time_zone_get_offset(source, first)};
	GArray *periods = g_array_new(FALSE, FALSE, sizeof(ZonePeriod));
	g_array_append_val(periods, period);

	gint64 from_s = TABLE_FROM_S;
	for (int i = first + 1; i <= last; i++) {
		from_s = interval_start(source, i, from_s);
		/* Often only the zone's abbreviation changes. */
		if (g_time_zone_get_offset(source, i) == period.offset_s) {
			continue;
		}
		period.from_s = from_s;
		period.offset_s = g_time_zone_get_offset(source, i);
		g_array_append_val(periods, period);
	}
	zone->n = periods->len;
	period.from_s = G_MAXINT64;
	g_array_append_val(periods, period);
	zone->periods = (ZonePeriod *)(void *)g_array_free(periods, FALSE);
	return true;
}

void zone_clear(Zone *zone)
{
	g_clear_pointer(&zone->periods, g_free);
	zone->n = 0;
}

guint zone_period_at(const Zone *zone, gint64 at_s)
{
	guint low = 0;
	guint high = zone->n;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (zone->periods[middle].from_s <= at_s) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}
