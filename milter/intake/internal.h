/*
 * What the files of intake/ share. A connection of the mail server is a
 * Session; the message it hands over just now is its Parcel; the Intake
 * counts who is where, so that a stop finds the moment when nobody is inside.
 */
#ifndef INTAKE_INTERNAL_H
#define INTAKE_INTERNAL_H

#include <glib.h>
#include <libmilter/mfapi.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "anteroom/intake.h"

/* ---- intake.c ---- */

/*
 * Invariants, under LOCK: in_flight counts the messages that were let in and
 * not yet ended; inside counts callbacks that may touch store and setup; once
 * `closed` is set, inside only falls.
 */
struct Intake {
	SetupSlot *slot;
	Store *store;
	void (*failed)(gpointer data);
	gpointer failed_data;
	PoisonGuard guard; /* enter NULL: none */
	Meter *meter;      /* NULL: nobody counts */
	char *unlink_path; /* the socket we made; NULL */

	bool started; /* libmilter's threads exist */
	GMutex lock;
	GCond changed;
	bool draining, closed, failure_told;
	guint in_flight, inside;

	atomic_uint sessions;
	atomic_ulong kept_bytes; /* of messages, all together */
	atomic_ullong unwatched, messages, replies, others, failures, undecided;
};

/* The one filter of this process; NULL outside intake_start .. intake_free. */
Intake *intake_get(void);

/* A message that concerns us begins; false: not now. Ends with intake_end. */
bool intake_begin(Intake *intake);
void intake_end(Intake *intake);

/* Around everything that uses store or setup; false: closed. */
bool intake_enter(Intake *intake);
void intake_leave(Intake *intake);

/* Tells the main program, once, that this process should end. */
void intake_fail(Intake *intake);

/* ---- parcel.c ---- */

/*
 * A message while it is handed over. Between messages all is zero but the
 * buffer. Invariant: setup is not NULL exactly from MAIL to the end;
 * in_flight implies decided.
 */
typedef struct {
	Intake *intake;
	Setup *setup;          /* reference */
	char *sender;          /* raw */
	char *login;           /* {auth_authen}; NULL */
	GPtrArray *recipients; /* raw, exactly as given: deleting needs that */
	bool watched;          /* one of them is a desk's */
	bool ours;             /* origin is one of ours by proof */
	bool from_nobody;      /* the null path: a bounce, perhaps */
	bool returns;          /* and to one whose replies count */
	bool decided;          /* that it is to be read */
	bool in_flight;        /* counted in the Intake */
	bool truncated;
	bool in_body;
	GByteArray *bytes;  /* header block and body as far as kept */
	gsize kept;         /* our share of Intake.kept_bytes */
	GHashTable *forged; /* lower-case name -> how often; NULL = none */
	guint n_forged;
} Parcel;

void parcel_begin(
    Parcel *parcel, Intake *intake, const char *sender, const char *login);
void parcel_recipient(Parcel *parcel, const char *recipient);
/* A header field; fields that begin with X-Anteroom- are counted, not kept. */
void parcel_header(Parcel *parcel, const char *name, const char *value);
void parcel_body(Parcel *parcel, const void *bytes, gsize n);
/* Puts the empty line if no body came. Before the bytes are used. */
void parcel_complete(Parcel *parcel);
/* Back to between messages. Anytime, again and again. */
void parcel_end(Parcel *parcel);
/* And frees the buffer. */
void parcel_clear(Parcel *parcel);

/* So many forged fields, and removing them one by one, which is quadratic in
 * the mail server, becomes an attack on it. */
#define LIMIT_FORGED 1000

/* ---- session.c ---- */

/* The callbacks, for smfi_register. */
void session_describe(struct smfiDesc *description);

/* ---- socket.c ---- */

/* How ADDRESS is written for libmilter, after clearing a dead unix socket out
 * of the way. *UNLINK_PATH is the file to remove at the end, or NULL. */
char *socket_prepare(const char *address, char **unlink_path, GError **error);
/* Raises the soft limit of open files as far as it goes; the limit. */
guint64 socket_raise_limit(void);

/* ---- verdict.c ---- */

/* What a peer negotiated that a verdict depends on. */
#define VERDICT_LEAD_SPACE 1u /* values come and go with their first space */

/* Carries VERDICT out and accepts. TAGS: with its header fields. */
sfsistat verdict_tell(
    SMFICTX *ctx, const Parcel *parcel, const Verdict *verdict, guint flags);
/* What is said instead when ERROR kept the case from being recorded: a verdict
 * by on-error, or NULL: try later. Transfer full. */
Verdict *verdict_instead(const Conf *conf, bool watched);
/* "Try later" with a text for ERROR (NULL: we are stopping). */
sfsistat verdict_later(SMFICTX *ctx, const GError *error);
/* The message can't be taken, ever. */
sfsistat verdict_refuse(SMFICTX *ctx);
/* One line about a decision. */
void verdict_log(const Verdict *verdict, const char *queue_id, gint64 took_us);

/* ---- siphash.c ---- */

/* SipHash-2-4 with 128 bits (Aumasson, Bernstein: SipHash, a fast short-input
 * PRF, 2012). Fed in pieces. */
typedef struct {
	guint64 v[4];
	guint8 rest[8];
	gsize total;
} SipHash;
void siphash_begin(SipHash *hash, const guint8 key[16]);
void siphash_feed(SipHash *hash, const void *bytes, gsize n);
void siphash_end(SipHash *hash, guint8 digest[16]);

#endif
