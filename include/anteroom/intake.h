/*
 * The mail server's side door: libmilter. Decides on the envelope whether a
 * message concerns us, collects it, has it decided and recorded
 * (pipeline.h), and tells the mail server.
 *
 * Boot order: signal handlers for HUP, TERM and INT in the main thread, which
 * must NOT block them (libmilter waits for blocked ones in a thread of its own
 * and takes SIGHUP for "stop"); setup, store_open, poison_open; intake_new,
 * intake_guard, intake_start; wait. To end: intake_drain, intake_stop, and only
 * if that said true store_close; then intake_free.
 *
 *	Intake *intake = intake_new(slot, store);
 *	intake_guard(intake, &guard);
 *	intake_on_failure(intake, wake_main, &wakeup);
 *	if (!intake_start(intake, &error)) ...
 *	... until SIGTERM ...
 *	intake_drain(intake, 20);
 *	if (intake_stop(intake)) {
 *		store_close(store);
 *	}
 *
 * libmilter allows one filter a process, and so one Intake.
 */
#ifndef ANTEROOM_INTAKE_H
#define ANTEROOM_INTAKE_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/meter.h"
#include "anteroom/pipeline.h"
#include "anteroom/setup.h"

typedef struct Intake Intake;

/* SLOT and STORE are borrowed until intake_stop says true. Transfer full. */
Intake *intake_new(SetupSlot *slot, Store *store);

/* Reads and scores messages under GUARD (copied; see Poison). Before
 * intake_start. */
void intake_guard(Intake *intake, const PoisonGuard *guard);

/* Counts messages with METER, borrowed. Before intake_start. */
void intake_meter(Intake *intake, Meter *meter);

/* Called once, from another thread, when the filter can't go on: libmilter
 * gave up or the store is unusable until a restart. FAILED should do no more
 * than wake the main thread, which should drain and leave with an exit code.
 * Before intake_start. */
void intake_on_failure(
    Intake *intake, void (*failed)(gpointer data), gpointer data);

/*
 * Opens the socket of the configuration (or takes over a listening descriptor
 * from the service manager, LISTEN_FDS) and serves it in a thread of its own.
 * A unix socket left behind is replaced unless somebody answers there. Raises
 * the soft limit of open files. From here on mail servers can connect.
 * ERROR_CONFIG with the reason when the socket can't be opened. Main thread,
 * before other threads that make files: the umask changes for a moment.
 */
bool intake_start(Intake *intake, GError **error);

/*
 * No new work: a message that begins now is to be tried again later (mail that
 * doesn't concern us is still let go). Waits at most SECONDS for those that
 * the mail server has begun to hand over, until they have their answer. True:
 * all have; false: the time was up first. Main thread.
 */
bool intake_drain(Intake *intake, guint seconds);

/*
 * Closes the door; removes the unix socket it made. Whoever still comes is told
 * to try later and touches neither store nor configuration. True: nobody is
 * inside, both may be freed. False: somebody still waits for the store after
 * 30 seconds; then free nothing and leave the process. Main thread, once.
 */
bool intake_stop(Intake *intake);

/* After intake_stop. NULL is fine. What libmilter's threads, which nobody can
 * end, may still look at stays. */
void intake_free(Intake *intake);

typedef struct {
	guint sessions;    /* open now */
	guint in_flight;   /* messages being taken over or decided now */
	guint64 unwatched; /* let go at DATA, since start */
	guint64 messages;  /* decided: cases and screened ones */
	guint64 replies;   /* of ours, threaded to a case; their bounces */
	guint64 others;    /* read, but neither */
	guint64 failures;  /* could not be recorded */
	guint64 undecided; /* watched, but the mail server gave up */
} IntakeStats;

/* Any thread. */
void intake_stats(Intake *intake, IntakeStats *stats);

/*
 * The guard against a message that ends the process: its digest stands in a
 * shared map of a file while it is read and scored, at no system call a
 * message. What stands there at the next start is suspect for a week, and
 * isn't looked into again. The digest is over Message-ID and body, so that a
 * second try of the mail server's is recognised.
 */
typedef struct Poison Poison;

/* Opens or makes FOLDER/poison at NOW_S; after store_open, whose lock keeps
 * others away. ERROR_TEMPORARY when the file can't be made (disk full),
 * ERROR_CONFIG when it may not be. A damaged file is begun anew. Transfer
 * full. */
Poison *poison_open(const char *folder, gint64 now_s, GError **error);

/* For intake_guard; valid as long as POISON. */
void poison_guard(Poison *poison, PoisonGuard *guard);

/* The process crashes: what is being read isn't read again. For a signal's
 * handler. */
void poison_crashed(Poison *poison);

/* How many messages aren't read. */
guint poison_suspects(const Poison *poison);

/* No message may be inside. NULL is fine. */
void poison_close(Poison *poison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Poison, poison_close)

#endif
