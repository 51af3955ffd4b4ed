/*
 * Notices: mails that Anteroom itself sends, and the outbox in which they wait
 * for the courier. A notice is queued in the transaction of what it tells, so
 * that neither is there without the other. The courier leases what is due and
 * says how it went; a lease that nobody ends is given out again, with the same
 * Message-ID.
 */
#ifndef ANTEROOM_NOTICE_H
#define ANTEROOM_NOTICE_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"

typedef enum {
	NOTICE_WARNING,
	NOTICE_BREACH,
	NOTICE_ESCALATION,
	NOTICE_SUMMARY, /* of breaches, instead of a storm */
	NOTICE_DIGEST,
	NOTICE_BOUNCED, /* a forward or a notice came back */
	NOTICE_UNDELIVERABLE_TEAM,
	NOTICE_THIRD_HOP,
	NOTICE_ANSWERED_TWICE,
	NOTICE_BROKEN_PROMISE,
	NOTICE_BLIND_SPOT,
	NOTICE_WEBHOOK, /* an event, for a program: "to" is the webhook's name,
			 * "detail" that of the event; on no rung */
} NoticeKind;
#define NOTICE_KINDS 12

/* "warning", ... "webhook". Static. */
const char *notice_kind_name(NoticeKind kind);

/* Who reads it: an address of the configuration at the time. */
typedef enum {
	RUNG_TEAM,
	RUNG_LEAD,
	RUNG_ASSISTANT,
	RUNG_EXECUTIVE,
	RUNG_ADMIN,
} Rung;
#define RUNGS 5

/* "team", "lead", "assistant", "executive", "admin". Static. */
const char *rung_name(Rung rung);

typedef enum {
	NOTICE_WAITING,
	NOTICE_SENT,
	NOTICE_DEAD,      /* given up; `notice-retry` takes it up again */
	NOTICE_WITHDRAWN, /* what it tells is over, or is in a summary */
} NoticeState;
#define NOTICE_STATES 4

/* "waiting", "sent", "dead", "withdrawn". Static. */
const char *notice_state_name(NoticeState state);
bool notice_state_parse(const char *name, NoticeState *state);

typedef struct {
	guint64 number; /* "N-12" */
	NoticeKind kind;
	Rung rung;
	NoticeState state;
	char *to;        /* as configured */
	gint64 at_s;     /* of what it tells */
	gint64 after_s;  /* not to be sent before */
	gint64 next_s;   /* when it, or its lease, is due */
	guint64 case_id; /* 0: of none */
	char *team, *topic;
	Urgency level;
	bool sensitive; /* then without subject and writer */
	char *subject;
	char *from;
	bool of_clock; /* metric and instance count */
	Metric metric;
	guint instance;
	gint64 step; /* percent of a warning; seconds after the breach */
	gint64 due_s;
	char *policy;
	char *zone;   /* the reader's */
	char *detail; /* one line */
	guint attempts;
	char *error;      /* of the last attempt; NULL */
	char *message_id; /* without <>; from the first lease on */
	gint64 ended_s;   /* sent, given up, withdrawn */
	GArray *cases;    /* of guint64, for summaries */
	bool leased;      /* a courier has it: NEXT_S is the lease's end */
} Notice;

void notice_free(Notice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notice, notice_free)

/* "N-12". Transfer full. */
char *notice_name(guint64 number);
/* Reads "N-12", "n-12" or "12"; false with ERROR_USAGE. */
bool notice_parse_name(const char *name, guint64 *number, GError **error);

/*
 * The notices of STATE (-1: any), at most LIMIT (0: all), newest first; those
 * that wait in the order in which they are due. GPtrArray of Notice, transfer
 * full.
 */
GPtrArray *store_notices(Store *store, int state, guint limit, GError **error);

/*
 * Leases at most LIMIT that are due at NOW_S: until they are ended, or five
 * minutes are over, nobody else gets them. HOST is the right side of new
 * Message-IDs. GPtrArray of Notice, transfer full; empty when none is due, and
 * for a moment while the clock still has to tell what was due before. One that
 * can't be read becomes a dead letter.
 */
GPtrArray *store_notices_take(
    Store *store, const char *host, gint64 now_s, guint limit, GError **error);

/* The courier is gone and had the only leases: what it had in hand is due at
 * once, and whatever was lost like that before, later each time. *N: how many.
 */
bool store_notices_lost(Store *store, gint64 now_s, guint *n, GError **error);

/* Waits until a notice may have become due or WAIT_MS are over, whichever is
 * sooner. Any thread. */
void store_notices_wait(Store *store, guint wait_ms);

/* It was handed to a mail server. Again is fine. ERROR_NO: no such notice. */
bool store_notice_sent(
    Store *store, guint64 number, gint64 now_s, GError **error);

/* It wasn't: tried again later, or given up when FINAL or after three days. */
bool store_notice_failed(Store *store, guint64 number, const char *why,
    bool final, gint64 now_s, GError **error);

/* One that was given up, or that waits for its next attempt, is due now.
 * ERROR_NO when it is neither. */
bool store_notice_retry(
    Store *store, guint64 number, gint64 now_s, GError **error);

/* From now on what CONF's webhooks ask for is queued with the events. Holds a
 * reference. Any thread. */
void store_set_webhooks(Store *store, Conf *conf);

/* Of those that wait some are due, others leased; NEXT_S: when the first is
 * due, 0 = none waits. */
typedef struct {
	guint64 waiting, due, leased, dead;
	gint64 next_s;
} OutboxCount;

bool store_outbox(
    Store *store, gint64 now_s, OutboxCount *count, GError **error);

#endif
