/*
 * What numbers are made of: of each case the few fields that status, reports
 * and lists count and sort by, in 64 bytes and a little more while it is due or
 * was late. The daemon keeps those of all cases in memory, so that counting a
 * million of them takes milliseconds; the records on the disk stay the truth,
 * and whoever doesn't keep them gets the same facts from a walk.
 *
 * Times are seconds since 1970 in UTC, in 32 bits without a sign: those outside
 * become the nearest.
 */
#ifndef ANTEROOM_FACTS_H
#define ANTEROOM_FACTS_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"

/* ---- names of teams, topics, desks and calendars, as numbers ---- */

typedef struct FactNames FactNames;
#define FACT_NO_NAME G_MAXUINT32

FactNames *fact_names_new(void);
void fact_names_free(FactNames *names);
/* The number of NAME, 0.., the same as long as NAMES lives. Any thread. */
guint32 fact_names_number(FactNames *names, const char *name);
/* The same; FACT_NO_NAME when nobody had it yet, or NAME is NULL. */
guint32 fact_names_find(FactNames *names, const char *name);
/* The name with NUMBER; lives as long as NAMES. Any thread. */
const char *fact_names_text(FactNames *names, guint32 number);

/* ---- facts ---- */

/* A clock that runs, or one that was missed. */
typedef struct {
	guint32 due_s, ended_s; /* ended 0: it runs */
	guint32 target_s;
	guint8 metric; /* Metric */
} FactClock;

/* A team that had the case, until the next one got it. */
typedef struct {
	guint32 team, from_s;
} FactHolder;

typedef struct {
	FactHolder *holders;
	guint n_holders;
	guint n_clocks;
	FactClock clocks[];
} FactMore;

typedef struct {
	guint32 received_s, first_reply_s, replied_s; /* 0: not yet */
	guint32 since_s; /* open: somebody waits; closed: it is; else 0 */
	guint32 due_s;   /* the earliest deadline that runs; 0 */
	/* The first reply's clock that counts, if it ended: what it took. */
	guint32 used_from_s, used_to_s, used_target_s;
	guint32 team, topic, desk, calendar; /* numbers of names */
	guint8 met, missed;                  /* clocks of the first reply */
	guint8 kept, standing; /* promises: kept; that stand still */
	guint state : 2, mode : 2, level : 2, sensitive : 1;
	guint seen_answered : 1, ended_unseen : 1, merged : 1;
	guint late : 1; /* the first reply's clock that counts was missed */
	guint set : 1;
	FactMore *more; /* NULL: no such clocks, and one team had it */
} Fact;

/* The facts of KASE into *FACT; to be cleared. */
void fact_init(Fact *fact, const Case *kase, FactNames *names);
void fact_clear(Fact *fact);
bool fact_equal(const Fact *a, const Fact *b);

/* Seconds from arrival to first reply, if there was one. */
guint32 fact_took(const Fact *fact);
/* Does a promise of a reply run? */
bool fact_promised(const Fact *fact);
/* Is something still to come: open, paused, or a clock runs? */
bool fact_unsettled(const Fact *fact);

guint fact_n_clocks(const Fact *fact);
guint fact_n_holders(const Fact *fact);

/* ---- of all cases ---- */

/* The names of STORE's facts. Borrowed. */
FactNames *store_fact_names(Store *store);

/* Keeps the facts of all cases in memory from now on: a thread gathers them,
 * until then they come from a walk as before. Once, before anything else is
 * done with the store. */
void store_keep_facts(Store *store);

/* Are they all there? Any thread. */
bool store_has_facts(Store *store);

/* Called for each case, in no order. A lock is held meanwhile that whoever
 * changes cases waits for: no calls of the store, no I/O, nothing slow. */
typedef void (*FactVisit)(guint64 id, const Fact *fact, gpointer data);
bool store_each_fact(
    Store *store, FactVisit visit, gpointer data, GError **error);

/* The same for those that arrived from FROM_S on and before TO_S, and for those
 * that aren't settled. Facts in memory are found without a look at the
 * others. */
bool store_each_arrived(Store *store, gint64 from_s, gint64 to_s,
    FactVisit visit, gpointer data, GError **error);
bool store_each_unsettled(
    Store *store, FactVisit visit, gpointer data, GError **error);

/* What of a team's cases, those of desks in shadow mode apart, is the same
 * whatever the time. */
typedef struct {
	guint32 team;
	guint states[CASE_STATES];
	guint met, missed; /* clocks of the first reply */
	guint broken;      /* promises */
	guint replied;     /* cases with a reply of the team that was seen */
	guint by_hand;     /* cases that ended without one */
	guint answered;    /* cases with a first reply */
	gint64 median_s;   /* of it, from the arrival; -1: none */
} FactCount;

/* For each team that has or had cases. As FactVisit. */
typedef void (*FactCountVisit)(const FactCount *count, gpointer data);
bool store_each_count(
    Store *store, FactCountVisit visit, gpointer data, GError **error);

/* Changes whenever something that is kept does; 0: they aren't kept. */
guint64 store_facts_version(Store *store);

#endif
