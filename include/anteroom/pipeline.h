/*
 * The way of a message, end to end: read, score, plan, record, verdict. The
 * same for the mail server's filter, `take`, `replay` and (without recording)
 * `explain`.
 */
#ifndef ANTEROOM_PIPELINE_H
#define ANTEROOM_PIPELINE_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/message.h"
#include "anteroom/meter.h"
#include "anteroom/replies.h"
#include "anteroom/route.h"
#include "anteroom/score.h"
#include "anteroom/setup.h"

/*
 * Called around reading and scoring a message, so that one which ends the
 * process isn't read a second time. Both from any thread.
 */
typedef struct {
	/* Begins; false: this message ended the process before. */
	bool (*enter)(
	    gpointer data, const void *bytes, gsize n, gpointer *mark);
	void (*leave)(gpointer data, gpointer mark);
	gpointer data;
} PoisonGuard;

/* A message as it was handed over. Borrowed for the call. */
typedef struct {
	const void *bytes; /* header block, empty line, body */
	gsize n_bytes;
	bool truncated;     /* the rest was too much */
	const char *sender; /* envelope, raw; NULL or "" = null path */
	const char *const *recipients; /* envelope, raw, NULL-terminated; NULL:
					* taken from To and Cc */
	gint64 arrival_s;              /* 0: topmost Received, Date, else now */
	gint64 now_s;
	Origin origin;
	const char *via; /* "milter", "take", "replay" */
	bool quiet;      /* nobody is told of deadlines that are over by now */
	const char *unread;       /* not NULL: don't look into it, say this */
	const char *desk;         /* not NULL: for this desk whoever it is to */
	const PoisonGuard *guard; /* NULL = none */
	Meter *meter;             /* counts it; NULL = nobody */
} Delivery;

typedef enum {
	OUTCOME_UNWATCHED, /* neither for a desk nor a reply of ours */
	OUTCOME_SCREENED,  /* tagged, no case */
	OUTCOME_CASE,      /* new, joined, linked or copy: admit */
	OUTCOME_REPLY,     /* of ours, threads to a case: answer */
	OUTCOME_BOUNCE,    /* of such a reply: bounce */
	OUTCOME_NOTICE,    /* our own notice, or one of us answers one */
} Outcome;

/* What the mail server is to be told. */
typedef struct Verdict {
	Outcome outcome;
	AdmitOutcome admit;
	AnswerOutcome answer;
	BounceOutcome bounce;
	Case *kase;                /* NULL without one */
	GPtrArray *tag_names;      /* header fields to add, in order: names */
	GPtrArray *tag_values;     /* and values: UTF-8, safe for a header */
	GPtrArray *add_recipients; /* addresses, valid */
	GPtrArray *remove_recipients; /* raw, as given in recipients; only with
				       * an addition */
	const char *reply_refused; /* why a reply of ours didn't count; NULL */
	guint64 notice;            /* which one came back; 0 = none */
} Verdict;
void verdict_free(Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

/* Decides and records. NULL with an error when it can't be recorded; nothing
 * is recorded then. Blocks for the commit. Any thread. */
Verdict *pipeline_run(
    Setup *setup, Store *store, const Delivery *delivery, GError **error);

/* The tags of a watched message that could not be recorded but is delivered
 * (on-error accept): Status "unscreened (BECAUSE)". Transfer full. */
Verdict *pipeline_unrecorded(const char *because);

/* What would be decided: read, score, plan; nothing recorded. */
typedef struct Screening {
	Setup *setup; /* reference */
	Message *message;
	Score *score;
	Plan *plan;
	Store *store; /* borrowed; NULL: nothing is known of writers */
} Screening;
Screening *screening_new(Setup *setup, Store *store, const Delivery *delivery);
/* Scores the message of DELIVERY, that SCREENING is of, by PCRE2 alone; what
 * differs, or NULL. Transfer full. */
char *screening_verify(const Screening *screening, const Delivery *delivery);
void screening_free(Screening *screening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Screening, screening_free)

#endif
