/*
 * The clock's work on the store: ending pauses, telling warnings, breaches and
 * escalations when they are due, and bringing deadlines along when a calendar
 * changes. Time is an argument; who calls, and when, is the ticker's business.
 */
#ifndef ANTEROOM_TICK_H
#define ANTEROOM_TICK_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/notice.h"

typedef struct {
	guint resumed, warnings, breaches, escalations;
} TickCount;

/*
 * Does all that is due at NOW_S, in the order of its moments, a batch a
 * transaction. What is done and that it is done are durable together: to be
 * ended at any moment and called again neither leaves out nor repeats
 * anything. *COUNT (may be NULL) is what was done. One thread at a time.
 */
bool store_tick(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    TickCount *count, GError **error);

/* The next moment after NOW_S at which there is something to do; 0 = none. */
bool store_next_s(Store *store, gint64 now_s, gint64 *next_s, GError **error);

/* The caller has done all that was due up to NOW_S; LATER_S: when it has
 * something to do that the store doesn't know of, 0 = never. Any thread. */
void store_looked(Store *store, gint64 now_s, gint64 later_s);

/* How the clock stands: when all was done last, 0 = not yet, and the first
 * moment that isn't done, 0 = none. Any thread. */
typedef struct {
	gint64 looked_s, next_s;
} StoreClock;
bool store_clock(Store *store, StoreClock *clock, GError **error);

/* WATCH is called, by the committer, after a commit that made a moment before
 * the one that store_next_s gave last. Must not block. NULL: no more. */
typedef void (*StoreWatch)(gpointer data);
void store_watch(Store *store, StoreWatch watch, gpointer data);

/*
 * Brings open deadlines along after calendars, warnings or escalations have
 * changed, with an event "moved" for each deadline that does; ended clocks stay
 * as they are. A glance when nothing has changed since the last one that came
 * to its end; else all cases, a batch a transaction. Also makes the alarms of a
 * store that has none yet: of those what is over at NOW_S is told nobody.
 * *MOVED (may be NULL): how many deadlines. Before the first tick.
 */
bool store_survey(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    guint *moved, GError **error);

/* Makes the index that store_writer reads in a store of before, a batch a
 * transaction; goes on where it was when it is called again. A glance when it
 * is there. One thread at a time. */
bool store_index_writers(Store *store, GError **error);

/*
 * Once a week tells the assistant of teams that close cases and never answer
 * where it can be seen, and forgets notices that ended more than 30 days ago. A
 * glance when the week isn't over. *NEXT_S: when it is to be called again, a
 * week after the last time to the second, whoever was restarted meanwhile.
 */
bool store_care(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    gint64 *next_s, GError **error);

/* ---- looking ahead ---- */

typedef enum {
	AHEAD_RESUME, /* a pause ends */
	AHEAD_WARNING,
	AHEAD_BREACH,
	AHEAD_ESCALATION,
} AheadKind;

/* "resume", "warning", "breach", "escalation". Static. */
const char *ahead_name(AheadKind kind);

/* What will come if nobody acts. */
typedef struct {
	AheadKind kind;
	gint64 at_s;
	guint64 case_id;
	char *team;
	Metric metric; /* not of AHEAD_RESUME, as what follows */
	guint instance;
	gint64 step; /* percent used; seconds after the breach */
	gint64 due_s;
	GPtrArray *notices; /* of Notice, not numbered */
} Ahead;
void ahead_free(Ahead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ahead, ahead_free)

/* All that store_tick would do up to and with UNTIL_S, in its order, at most
 * LIMIT (0: all). GPtrArray of Ahead, transfer full. */
GPtrArray *store_forecast(Store *store, const Conf *conf, const Sla *sla,
    gint64 until_s, guint limit, GError **error);

#endif
