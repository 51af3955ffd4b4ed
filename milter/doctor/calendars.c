/* Do the hours lead anywhere: when does each calendar open next, how far do
 * its holidays reach, and how old is the system's zone data? */
#include <stdio.h>

#include "anteroom/sla.h"
#include "anteroom/times.h"
#include "doctor/internal.h"

#define DAY_S 86400
#define FAR_S (30 * DAY_S)
#define OLD_YEARS 3
#define ZONE_DATA "/usr/share/zoneinfo/tzdata.zi"
#define EPOCH_JULIAN 719163 /* 1970-01-01 in GDate's count */

static void check_opening(
    Doctor *doctor, const CalendarConf *conf, const Calendar *calendar)
{
	gint64 next_s = calendar_next_open(calendar, doctor->ask->now_s);
	g_autofree char *at = times_rfc3339(next_s);
	bool never = next_s == G_MAXINT64;

	if (!never && next_s - doctor->ask->now_s < FAR_S) {
		doctor_tell(doctor, "calendar", DOCTOR_OK, NULL,
		    "%s (%s) %s %s", conf->name, conf->zone,
		    next_s <= doctor->ask->now_s ? "is open at" : "opens at",
		    at);
		return;
	}
	doctor_tell(doctor, "calendar", never ? DOCTOR_WRONG : DOCTOR_WARN,
	    "anteroom.conf: its hours and holidays", "%s %s %s", conf->name,
	    never ? "doesn't open" : "opens not before",
	    never ? "any more: its clocks never run" : at);
}

static void check_holidays(
    Doctor *doctor, const CalendarConf *conf, const Calendar *calendar)
{
	gint32 last, today;
	int minute;
	GDate date;

	if (!calendar_last_special(calendar, &last)) {
		return;
	}
	calendar_local(calendar, doctor->ask->now_s, &today, &minute);
	if (last >= today) {
		return;
	}
	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(last + EPOCH_JULIAN));
	doctor_tell(doctor, "calendar", DOCTOR_WARN,
	    "anteroom.conf: the coming holidays, or a newer .ics file; then "
	    "systemctl reload anteroomd",
	    "%s: the last of its holidays, %04u-%02u-%02u, has passed: clocks "
	    "run on holidays",
	    conf->name, g_date_get_year(&date), g_date_get_month(&date),
	    g_date_get_day(&date));
}

/* Its first line is "# version 2025b". */
static void check_zone_data(Doctor *doctor)
{
	g_autoptr(GDateTime) now =
	    g_date_time_new_from_unix_utc(doctor->ask->now_s);
	FILE *file = fopen(ZONE_DATA, "re");
	unsigned year = 0;
	char letter = ' ';
	int found = 0;

	if (file != NULL) {
		found = fscanf(file, "# version %4u%c", &year, &letter);
		fclose(file);
	}
	if (found < 2 || now == NULL) {
		return;
	}
	if ((int)year + OLD_YEARS <= g_date_time_get_year(now)) {
		doctor_tell(doctor, "zone-data", DOCTOR_WARN,
		    "apt-get install --only-upgrade tzdata, then restart "
		    "anteroomd",
		    "the system's zone data is of %u: changes of clocks since "
		    "are unknown",
		    year);
	} else {
		doctor_tell(doctor, "zone-data", DOCTOR_OK, NULL,
		    "the system's zone data is %u%c", year, letter);
	}
}

void check_calendars(Doctor *doctor)
{
	const GPtrArray *calendars = doctor->conf->calendars;

	for (guint i = 0; i < calendars->len; i++) {
		const CalendarConf *conf = calendars->pdata[i];
		g_autoptr(GError) error = NULL;
		g_autoptr(Calendar) calendar = calendar_new(conf, &error);

		if (calendar == NULL) {
			doctor_tell(doctor, "calendar", DOCTOR_WRONG,
			    "anteroom.conf: calendar, its zone, hours and "
			    "holidays; apt-get install tzdata",
			    "%s: %s", conf->name, error->message);
			continue;
		}
		check_opening(doctor, conf, calendar);
		check_holidays(doctor, conf, calendar);
	}
	check_zone_data(doctor);
}
