/*
 * The arithmetic of promised times: calendars and policies, pure, without I/O
 * and without a clock of its own. Times are UTC seconds; the calendar's zone
 * matters only inside. Exact through daylight-saving changes: open time is
 * real time that passes while the local clock shows open hours.
 */
#ifndef ANTEROOM_SLA_H
#define ANTEROOM_SLA_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"

/* ---- calendars: immutable, counted ---- */
typedef struct Calendar Calendar;

/* Compiles CONF, its .ics files included. NULL with ERROR_CONFIG when it never
 * opens or an .ics file can't be read. Transfer full. */
Calendar *calendar_new(const CalendarConf *conf, GError **error);
/* 24 hours, 7 days, UTC. Transfer full. */
Calendar *calendar_always(void);
Calendar *calendar_ref(Calendar *calendar);
void calendar_unref(Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_unref)

const char *calendar_name(const Calendar *calendar);
const char *calendar_zone(const Calendar *calendar);

bool calendar_is_open(const Calendar *calendar, gint64 at_s);

/* The first open moment at or after AT_S; G_MAXINT64 when there is none within
 * ten years. */
gint64 calendar_next_open(const Calendar *calendar, gint64 at_s);

/* The first moment at which OPEN_S (>= 0) seconds of open time have passed
 * since FROM_S; G_MAXINT64 when that is beyond ten years. OPEN_S = 0 gives the
 * next opening. */
gint64 calendar_due(const Calendar *calendar, gint64 from_s, gint64 open_s);

/* Open seconds in [FROM_S, TO_S); 0 when TO_S <= FROM_S. */
gint64 calendar_open_s(const Calendar *calendar, gint64 from_s, gint64 to_s);

/* *DAY (since 1970-01-01, local) is the last date with hours of its own, of the
 * configuration or of .ics files. False: there is none. */
bool calendar_last_special(const Calendar *calendar, gint32 *day);

/* One open interval that counted. */
typedef struct {
	gint64 from_s;
	gint64 to_s;
	gint64 open_s; /* to_s - from_s */
} CalendarStep;

/* The intervals that add up to calendar_due(FROM_S, OPEN_S), of CalendarStep,
 * at most MAX of them. Transfer full. */
GArray *calendar_steps(
    const Calendar *calendar, gint64 from_s, gint64 open_s, guint max);

/* The UTC moment of local DAY (days since 1970-01-01) and MINUTE in the
 * calendar's zone, and back. In a gap: the moment the gap ends; doubled: the
 * first. */
gint64 calendar_at_local(const Calendar *calendar, gint32 day, int minute);
void calendar_local(
    const Calendar *calendar, gint64 at_s, gint32 *day, int *minute);

/* ---- policies ---- */
typedef struct Sla Sla; /* all calendars and policies of one Conf; counted */

/* Holds a reference of CONF. PROBLEMS takes ERRORs of calendars with their
 * place; NULL when there is one. Transfer full. */
Sla *sla_new(Conf *conf, GPtrArray *problems);
Sla *sla_ref(Sla *sla);
void sla_unref(Sla *sla);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sla, sla_unref)

/* The calendar NAME; "always" when NAME is not known (a case may outlive its
 * calendar). Not a reference. */
const Calendar *sla_calendar(const Sla *sla, const char *name);

/* Does the configuration know the calendar NAME ("always" is known)? */
bool sla_has_calendar(const Sla *sla, const char *name);

/* A sum of all that clocks are computed by, once started: the hours, dates and
 * zones of calendars, the warnings and escalations of policies. Equal sums,
 * equal moments. Transfer full, lower-case hex. */
char *sla_fingerprint(const Sla *sla);

typedef enum {
	LACK_NONE, /* it fits */
	LACK_TOPIC,
	LACK_URGENCY,
	LACK_TEAM,
} PolicyLack;

/* What keeps POLICY from a case of TOPICS (NULL-terminated; one of them
 * suffices), LEVEL and TEAM (NULL: none), the first of it. */
PolicyLack policy_lack(const Policy *policy, const char *const *topics,
    Urgency level, const char *team);

/* The first policy that fits TOPICS (names, primary first), LEVEL and TEAM;
 * NULL when none does. */
const Policy *sla_policy(
    const Sla *sla, const char *const *topics, Urgency level, const char *team);

/* The policy NAME; NULL when not known. */
const Policy *sla_policy_named(const Sla *sla, const char *name);

/* The calendar in whose hours POLICY counts for TEAM. Not a reference. */
const Calendar *sla_policy_calendar(
    const Sla *sla, const Policy *policy, const char *team);

typedef enum {
	METRIC_FIRST_REPLY,
	METRIC_NEXT_REPLY,
	METRIC_RESOLVE,
	METRIC_PROMISE, /* what a reply said; by the wall, of no policy */
} Metric;
#define METRICS 3     /* those that a policy promises */
#define METRICS_ALL 4 /* those that a case has clocks of */

/* "first_reply", "next_reply", "resolve", "promise". Static. */
const char *metric_name(Metric metric);
/* The target of METRIC in open seconds; 0 = none promised. POLICY may be
 * NULL. */
gint64 policy_target_s(const Policy *policy, Metric metric);

#endif
