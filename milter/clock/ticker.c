/*
 * The thread that makes the clock run. It computes nothing: the store knows
 * what is due and when next. It looks at the wall clock at least once a second
 * instead of trusting one long sleep: so a clock that is set, a machine that
 * slept, and time that a test pretends are all noticed, by the same few lines.
 */
#include "anteroom/ticker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "anteroom/digest.h"
#include "anteroom/error.h"
#include "anteroom/log.h"
#include "anteroom/tick.h"
#include "anteroom/times.h"

#define LOOK_MS 1000
#define AGAIN_S 10 /* after a failure */
#define WEEK_S (7 * 24 * 3600)

struct Ticker {
	SetupSlot *slot;
	Store *store;
	GThread *thread;
	int wake_fd;
	gint stop;        /* atomic */
	guint generation; /* of the setup that was surveyed */
	gint64 last_s;    /* when all was done */
	gint64 digest_s;  /* the next digest; 0 = not known */
	gint64 care_s;    /* when to take care next, a week on at most */
	bool failed;      /* said so */
};

static void wake(gpointer data)
{
	const Ticker *ticker = data;
	const guint64 one = 1;

	if (write(ticker->wake_fd, &one, sizeof(one)) < 0) {
		/* The counter is full: it is awake. */
	}
}

void ticker_poke(Ticker *ticker)
{
	wake(ticker);
}

/* ---- one round ---- */

static void log_done(const TickCount *count, guint moved)
{
	if (moved > 0) {
		log_line(LOG_INFO, "clock", "moved", LOG_NUMBER(moved), NULL);
	}
	if (count->resumed + count->warnings + count->breaches +
		count->escalations >
	    0) {
		log_line(LOG_INFO, "clock", "resumed",
		    LOG_NUMBER(count->resumed), "warnings",
		    LOG_NUMBER(count->warnings), "breaches",
		    LOG_NUMBER(count->breaches), "escalations",
		    LOG_NUMBER(count->escalations), NULL);
	}
}

static bool take_care(
    Ticker *ticker, const Setup *setup, gint64 now_s, GError **error)
{
	if (now_s < ticker->care_s && ticker->care_s <= now_s + WEEK_S) {
		return true;
	}
	return store_care(ticker->store, setup->conf, setup->sla, now_s,
	    &ticker->care_s, error);
}

static bool do_round(
    Ticker *ticker, const Setup *setup, gint64 now_s, GError **error)
{
	TickCount count = {0};
	guint moved = 0;

	if (ticker->generation != setup->generation) {
		if (!store_survey(ticker->store, setup->conf, setup->sla, now_s,
			&moved, error) ||
		    !store_index_writers(ticker->store, error)) {
			return false;
		}
		ticker->generation = setup->generation;
		ticker->digest_s = 0;
	}
	if (!store_tick(
		ticker->store, setup->conf, setup->sla, now_s, &count, error)) {
		return false;
	}
	log_done(&count, moved);
	return take_care(ticker, setup, now_s, error);
}

static gint64 sooner(gint64 a, gint64 b)
{
	return a != 0 && (b == 0 || a < b) ? a : b;
}

/* The digests that are due. Whose morning is next is asked once, unless the
 * wall clock went back: what was ahead then may be far ahead now. */
static bool do_digests(
    Ticker *ticker, const Setup *setup, gint64 now_s, GError **error)
{
	guint n = 0;

	if (ticker->last_s <= now_s && now_s < ticker->digest_s) {
		return true;
	}
	if (!store_digests(ticker->store, setup->conf, setup->sla, now_s, &n,
		&ticker->digest_s, error)) {
		return false;
	}
	if (n > 0) {
		log_line(LOG_INFO, "clock", "digests", LOG_NUMBER(n), NULL);
	}
	return true;
}

/* All is done; *NEXT_S, of the store, becomes sooner where something else is.
 */
static void look_ahead(Ticker *ticker, gint64 now_s, gint64 *next_s)
{
	gint64 later_s = sooner(ticker->digest_s, ticker->care_s);

	ticker->last_s = now_s;
	*next_s = sooner(*next_s, later_s);
	store_looked(ticker->store, now_s, later_s);
}

/* When to look again, by the wall. */
static gint64 run_round(Ticker *ticker)
{
	g_autoptr(Setup) setup = setup_slot_get(ticker->slot);
	g_autoptr(GError) error = NULL;
	gint64 now_s = times_now_s(), next_s = 0;

	if (do_round(ticker, setup, now_s, &error) &&
	    store_next_s(ticker->store, now_s, &next_s, &error) &&
	    do_digests(ticker, setup, now_s, &error)) {
		look_ahead(ticker, now_s, &next_s);
		ticker->failed = false;
		return next_s;
	}
	/* A store that stays full says so once. */
	if (!ticker->failed) {
		log_line(LOG_ERROR, "clock", "error", error->message, NULL);
	}
	ticker->failed = true;
	return now_s + AGAIN_S;
}

/* ---- sleeping ---- */

/* Milliseconds until the second NEXT_S begins, at most LOOK_MS. */
static int nap_ms(gint64 next_s)
{
	gint64 now_us = g_get_real_time();

	if (next_s > now_us / G_USEC_PER_SEC + 2) {
		return LOOK_MS;
	}
	return (int)CLAMP(
	    (next_s * G_USEC_PER_SEC - now_us + 999) / 1000, 0, LOOK_MS);
}

/* Until NEXT_S, a wake, or a wall clock that went back. */
static void sleep_until(Ticker *ticker, gint64 next_s)
{
	gint64 last_s = times_now_s();

	while (times_now_s() < next_s && times_now_s() >= last_s) {
		struct pollfd fd = {.fd = ticker->wake_fd, .events = POLLIN};
		guint64 count;

		last_s = times_now_s();
		if (poll(&fd, 1, nap_ms(next_s)) > 0) {
			if (read(ticker->wake_fd, &count, sizeof(count)) < 0) {
				/* Nobody else reads; nothing to do. */
			}
			return;
		}
	}
}

static gpointer ticker_thread(gpointer data)
{
	Ticker *ticker = data;

	while (g_atomic_int_get(&ticker->stop) == 0) {
		sleep_until(ticker, run_round(ticker));
	}
	return NULL;
}

/* ---- start and end ---- */

Ticker *ticker_new(SetupSlot *slot, Store *store, GError **error)
{
	Ticker *ticker = g_new0(Ticker, 1);
	g_autoptr(GError) why = NULL;

	ticker->slot = slot;
	ticker->store = store;
	ticker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ticker->wake_fd >= 0) {
		store_watch(store, wake, ticker);
		ticker->thread =
		    g_thread_try_new("clock", ticker_thread, ticker, &why);
	}
	if (ticker->thread == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "no thread for the clock: %s",
		    why != NULL ? why->message : g_strerror(errno));
		ticker_free(ticker);
		return NULL;
	}
	return ticker;
}

void ticker_free(Ticker *ticker)
{
	if (ticker == NULL) {
		return;
	}
	if (ticker->thread != NULL) {
		g_atomic_int_set(&ticker->stop, 1);
		wake(ticker);
		g_thread_join(ticker->thread);
	}
	store_watch(ticker->store, NULL, NULL);
	if (ticker->wake_fd >= 0) {
		close(ticker->wake_fd);
	}
	g_free(ticker);
}
