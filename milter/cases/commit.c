/*
 * The committer: the one thread that writes. Callers queue a change and sleep;
 * the committer takes all that wait, applies them in one transaction, commits
 * once and wakes them. While it commits, the next batch gathers, and when it is
 * ready sooner than most of those that are on their way, it waits for them a
 * moment (as PostgreSQL does with commit_siblings), so that the price of a
 * transaction and of the disk's flush is shared. Who is alone never waits.
 */
#include "cases/facts.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/log.h"

#define CARE_US (60 * G_USEC_PER_SEC) /* between looks for dead readers */
#define GATHER_US 3000                /* at most, for more to come */
#define FULL_PCT 70                   /* of the map: say so once */
#define ROOM_BYTES (1024 * 1024)      /* less left on the disk: it is full */

struct Change {
	ChangeFunc func;
	gpointer data;
	GError *error;
	bool done;
	GCond wake;
};

/* ---- one transaction ---- */

/* Every change of a batch was left out with an error of its own, or is in. */
typedef enum {
	BATCH_DURABLE,
	BATCH_REPEAT, /* nothing is in; one of them spoiled it */
} BatchResult;

static bool begin(Txn *txn)
{
	int code = mdb_txn_begin(txn->store->env, NULL, 0, &txn->mdb);

	if (code) {
		txn_library(txn, code, "can't begin to write");
	}
	return code == 0;
}

static void save_next_id(Txn *txn)
{
	Key key = key_meta("next");
	Meta meta = {.number = (gint64)txn->next_id};

	if (txn->next_used) {
		txn_put(txn, DB_META, &key, &meta);
	}
}

/* One that fails before it wrote harms nobody; one that wrote spoils what the
 * others did in the same transaction. */
static bool apply(Txn *txn, Change *change)
{
	guint writes = txn->writes;

	change->func(txn, change->data);
	txn->quiet_s = 0; /* each change says so for itself */
	if (txn->error && txn->writes == writes && txn->code == 0) {
		change->error = g_steal_pointer(&txn->error);
	}
	return txn->error == NULL;
}

/* When the disk fills up in the middle of a write, the library sees a short
 * write and says EIO. That would be the end of the process; want of room is
 * not. Nothing of the transaction counts in either case. */
static int true_code(const Txn *txn, int code)
{
	struct statvfs disk;
	mdb_filehandle_t fd;

	if (code == EIO && mdb_env_get_fd(txn->store->env, &fd) == 0 &&
	    fstatvfs(fd, &disk) == 0 &&
	    (guint64)disk.f_bavail * disk.f_frsize < ROOM_BYTES) {
		return ENOSPC;
	}
	return code;
}

/* What is durable now is somebody's to send. */
static void tell_waiting(Txn *txn)
{
	Store *store = txn->store;

	g_mutex_lock(&store->mutex);
	if (txn->outbox) {
		store->queued++;
		g_cond_broadcast(&store->outbox);
	}
	if (txn->earliest_s && txn->earliest_s < store->expected_s &&
	    store->watch) {
		store->watch(store->watch_data);
	}
	g_mutex_unlock(&store->mutex);
}

static void finish(Txn *txn)
{
	int code;

	if (!txn->error) {
		save_next_id(txn);
	}
	if (txn->error) {
		mdb_txn_abort(txn->mdb);
		return;
	}
	code = mdb_txn_commit(txn->mdb);
	if (code) {
		txn_library(txn, true_code(txn, code), "can't commit");
		return;
	}
	tell_waiting(txn);
}

/* Applies the N changes at ALL in one transaction. On failure *ERROR is what
 * failed and none is in. */
static bool run_batch(Store *store, Change **all, guint n, GError **error)
{
	Txn txn = {.store = store};

	if (begin(&txn)) {
		for (guint i = 0; i < n && apply(&txn, all[i]); i++) {
		}
		finish(&txn);
	}
	facts_end(&txn, txn.error == NULL);
	if (txn.error) {
		*error = txn.error;
		return false;
	}
	return true;
}

/* ---- what failures mean ---- */

static void declare_fatal(Store *store, const GError *error)
{
	g_mutex_lock(&store->mutex);
	if (!store->fatal) {
		store->fatal = g_strdup(error->message);
	}
	g_mutex_unlock(&store->mutex);
	log_line(LOG_ERROR, "store-unusable", "why", error->message, NULL);
}

static void forget_dead_readers(Store *store)
{
	int dead = 0;

	mdb_reader_check(store->env, &dead);
	if (dead > 0) {
		log_line(LOG_WARNING, "store-dead-readers", "count",
		    LOG_NUMBER(dead), NULL);
	}
}

/* Alone, each stands or falls by itself. */
static void run_alone(Store *store, Change *change)
{
	GError *error = NULL;

	g_clear_error(&change->error);
	if (run_batch(store, &change, 1, &error)) {
		return;
	}
	g_clear_error(&change->error);
	if (error->code == ERROR_FATAL) {
		declare_fatal(store, error);
	}
	change->error = error;
}

static bool is_fatal(Store *store)
{
	bool fatal;

	g_mutex_lock(&store->mutex);
	fatal = store->fatal != NULL;
	g_mutex_unlock(&store->mutex);
	return fatal;
}

static GError *fatal_error(const Store *store)
{
	return g_error_new(ANTEROOM_ERROR, ERROR_FATAL,
	    "%s; nothing more is recorded until a restart", store->fatal);
}

static void repeat_alone(Store *store, Change **all, guint n)
{
	forget_dead_readers(store);
	for (guint i = 0; i < n; i++) {
		if (!is_fatal(store)) {
			run_alone(store, all[i]);
			continue;
		}
		g_clear_error(&all[i]->error);
		g_mutex_lock(&store->mutex);
		all[i]->error = fatal_error(store);
		g_mutex_unlock(&store->mutex);
	}
}

static void run_all(Store *store, Change **all, guint n)
{
	g_autoptr(GError) error = NULL;

	/* Who was waiting when the disk failed must not try it again. */
	if (!is_fatal(store)) {
		if (run_batch(store, all, n, &error)) {
			return;
		}
		if (error->code == ERROR_FATAL) {
			declare_fatal(store, error);
		}
	}
	repeat_alone(store, all, n);
}

/* ---- the thread ---- */

static void care(Store *store)
{
	StoreStats stats;
	guint pct;

	forget_dead_readers(store);
	store_stats(store, &stats);
	pct = (guint)(stats.used_bytes * 100 / MAX(stats.map_bytes, 1));
	if (pct >= FULL_PCT && !store->warned_full) {
		log_line(LOG_WARNING, "store-fills", "percent", LOG_NUMBER(pct),
		    "mend", "raise store.size and restart", NULL);
	}
	store->warned_full = pct >= FULL_PCT;
}

/* With the mutex held: sleeps until there is work. False: time to care. */
static bool await_work(Store *store, gint64 care_us)
{
	while (g_queue_is_empty(&store->waiting) && !store->stop) {
		if (!g_cond_wait_until(&store->work, &store->mutex, care_us)) {
			return false;
		}
	}
	return true;
}

/* With the mutex held: sleeps until most of those that are on their way wait.
 * Those that only have to be answered yet count as well: a guess is enough. */
static void gather(Store *store)
{
	gint64 until_us = g_get_monotonic_time() + GATHER_US;
	guint expected = (guint)MAX(g_atomic_int_get(&store->expected), 0);

	store->enough = MIN((3 * expected + 3) / 4, LIMIT_BATCH);
	while (store->waiting.length < store->enough && !store->stop &&
	       g_cond_wait_until(&store->work, &store->mutex, until_us)) {
	}
	store->enough = 1;
}

static guint take_waiting(Store *store, Change **all)
{
	guint n = 0;

	while (n < LIMIT_BATCH && !g_queue_is_empty(&store->waiting)) {
		all[n++] = g_queue_pop_head(&store->waiting);
	}
	return n;
}

static void wake_callers(Store *store, Change **all, guint n)
{
	store->commits++;
	store->changes += n;
	for (guint i = 0; i < n; i++) {
		all[i]->done = true;
		g_cond_signal(&all[i]->wake);
	}
}

static gpointer committer(gpointer data)
{
	Store *store = data;
	Change *all[LIMIT_BATCH];
	gint64 care_us = g_get_monotonic_time() + CARE_US;

	g_mutex_lock(&store->mutex);
	for (;;) {
		bool work = await_work(store, care_us);
		guint n;

		if (work) {
			gather(store);
		}
		n = take_waiting(store, all);
		if (work && n == 0) {
			break; /* told to stop, and nothing is left */
		}
		g_mutex_unlock(&store->mutex);
		if (n) {
			run_all(store, all, n);
		}
		if (g_get_monotonic_time() >= care_us) {
			care(store);
			care_us = g_get_monotonic_time() + CARE_US;
		}
		g_mutex_lock(&store->mutex);
		if (n) {
			wake_callers(store, all, n);
		}
	}
	g_mutex_unlock(&store->mutex);
	return NULL;
}

bool committer_start(Store *store, GError **error)
{
	GError *why = NULL;

	store->committer =
	    g_thread_try_new("committer", committer, store, &why);
	if (!store->committer) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "store %s: no thread to commit: %s", store->path,
		    why->message);
		g_error_free(why);
		return false;
	}
	return true;
}

void committer_stop(Store *store)
{
	g_mutex_lock(&store->mutex);
	store->stop = true;
	g_cond_signal(&store->work);
	g_mutex_unlock(&store->mutex);
	g_thread_join(store->committer);
}

void store_expect(Store *store)
{
	g_atomic_int_inc(&store->expected);
}

void store_expect_no_more(Store *store)
{
	g_atomic_int_add(&store->expected, -1);
}

bool commit_run(Store *store, ChangeFunc func, gpointer data, GError **error)
{
	Change change = {.func = func, .data = data};

	g_cond_init(&change.wake);
	g_mutex_lock(&store->mutex);
	if (store->fatal) {
		change.error = fatal_error(store);
		change.done = true;
	} else {
		g_queue_push_tail(&store->waiting, &change);
		if (store->waiting.length >= store->enough) {
			g_cond_signal(&store->work);
		}
	}
	while (!change.done) {
		g_cond_wait(&change.wake, &store->mutex);
	}
	g_mutex_unlock(&store->mutex);
	g_cond_clear(&change.wake);
	if (change.error) {
		g_propagate_error(error, change.error);
		return false;
	}
	return true;
}
