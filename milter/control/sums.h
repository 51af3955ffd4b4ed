/*
 * What a period looked like, summed up over its cases: how many came and when,
 * how soon they were answered, which promises broke and why, who held them how
 * long. Pages, digest and shell show the same numbers; all of them are made by
 * report_new (sums.c) alone.
 *
 * Cases of desks in shadow mode don't count. Times of day, days and weeks are
 * those of ZONE.
 */
#ifndef CONTROL_SUMS_H
#define CONTROL_SUMS_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/json.h"
#include "anteroom/sla.h"

#define REPORT_MAX_DAYS 400
#define REPORT_MAX_BREACHES 200 /* listed; all are counted */

typedef struct {
	const char *team;         /* NULL = all */
	const char *const *teams; /* of these alone; NULL = all */
	const char *topic;
	gint64 from_s, to_s; /* arrivals in [from, to) */
	gint64 now_s;
	const char *zone; /* IANA; NULL = UTC */
	const Sla *sla;
} ReportAsk;

/* Of all, or of one team, topic or week. */
typedef struct {
	char *name; /* "" of all; a week's is its Monday, 2026-11-16 */
	guint arrived, answered, closed;
	guint open;    /* now */
	guint overdue; /* now */
	guint met, missed;
	gint64 median_s, p90_s; /* until the first reply, by the wall; -1 */
	GArray *reply_s;        /* of guint32 */
} ReportGroup;

/* Why a promise broke, as far as the timeline tells. */
typedef enum {
	BREACH_WAITING,   /* nobody replied yet */
	BREACH_LATE,      /* the reply came late */
	BREACH_HANDED,    /* handed over when half the time was gone */
	BREACH_BOUNCED,   /* a reply came back */
	BREACH_UNTOUCHED, /* nobody did anything with it */
} BreachWhy;
/* "waiting", "late", "handed-over", "bounced", "untouched". Static. */
const char *breach_why_name(BreachWhy why);

typedef struct {
	guint64 id;
	char *team, *topic;
	Urgency level;
	Metric metric;
	gint64 due_s, ended_s; /* ended 0: it still runs */
	gint64 late_s;
	BreachWhy why;
} ReportBreach;

/* BREACH as an object, with when it ENDED or without (report.c). */
void report_write_breach(Json *json, const ReportBreach *breach, bool ended);

/* How long a team had cases until they were answered or handed on. */
typedef struct {
	char *team;
	guint cases;
	gint64 median_s, longest_s;
	GArray *held_s; /* of guint32 */
} ReportHolding;

#define REPORT_TIMES 10 /* classes of reply times; the last is open */
#define REPORT_USED 21  /* tenths of the promised time; the last: more */
#define REPORT_AGES 8
/* Upper bounds of the classes but the last, in seconds. Static. */
const gint64 *report_times(void);
const gint64 *report_ages(void);

typedef struct {
	ReportGroup *all;
	GPtrArray *teams, *topics; /* of ReportGroup, most arrivals first */
	GPtrArray *weeks;          /* of ReportGroup, in their order */
	gint32 first_day;          /* since 1970, in the zone */
	guint n_days;
	guint *days;        /* [day * topics->len + topic], arrivals */
	guint hours[7][24]; /* arrivals, Monday first */
	guint times[REPORT_TIMES][2]; /* first replies: in time, late */
	guint used[REPORT_USED];
	guint ages[REPORT_AGES]; /* of what is open now, whenever it came */
	guint kept, broken, promised; /* promises made in replies; the last:
				       * still running */
	guint breaches_all;
	GPtrArray *breaches; /* of ReportBreach, newest first */
	GPtrArray *holding;  /* of ReportHolding, by name */
} Report;

/* Looks at all cases. ERROR_USAGE for a period that is empty or longer than
 * REPORT_MAX_DAYS, or an unknown zone. Transfer full. Any thread. */
Report *report_new(Store *store, const ReportAsk *ask, GError **error);
void report_free(Report *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

#endif
