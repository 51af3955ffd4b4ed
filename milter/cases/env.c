/*
 * The environment: opening it under the lock, its databases, its key, and
 * closing it. Full durability: none of the flags that trade it for speed is
 * used, and the folder is synced before the first record goes in.
 */
#include "cases/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

static bool fail_errno(
    GError **error, ErrorCode code, const char *what, const char *path)
{
	int saved = errno;

	g_set_error(error, ANTEROOM_ERROR, code, "store %s: %s: %s", path, what,
	    g_strerror(saved));
	return false;
}

static bool sync_folder(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (!good) {
		fail_errno(error, ERROR_TEMPORARY, "can't sync folder", path);
	}
	if (fd >= 0) {
		close(fd);
	}
	return good;
}

/* ---- the lock ---- */

/* Two processes with one environment are what the lock is for; two in one
 * process break the library's own locks, and flock refuses those as well. */
static bool take_lock(Store *store, GError **error)
{
	g_autofree char *path = g_build_filename(store->path, "lock", NULL);

	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0) {
		return fail_errno(
		    error, ERROR_CONFIG, "can't make its lock", store->path);
	}
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0) {
		return true;
	}
	if (errno == EWOULDBLOCK) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "store %s: another process has it", store->path);
		return false;
	}
	return fail_errno(error, ERROR_CONFIG, "can't lock it", store->path);
}

/* ---- the library's environment ---- */

static bool fits_address_space(const Store *store, GError **error)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur > store->map_bytes) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
	    "store %s: its size of %" G_GUINT64_FORMAT
	    " MiB is more address space than this process may have "
	    "(%" G_GUINT64_FORMAT " MiB): raise LimitAS= or ulimit -v, "
	    "or lower the size",
	    store->path, store->map_bytes >> 20, (guint64)limit.rlim_cur >> 20);
	return false;
}

static bool library_says(
    const Store *store, int code, const char *what, GError **error)
{
	ErrorCode kind = code == ENOSPC || code == EAGAIN || code == EBUSY ||
				 code == MDB_MAP_FULL
			     ? ERROR_TEMPORARY
			     : ERROR_CONFIG;

	if (code == MDB_SUCCESS) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, kind, "store %s: %s: %s%s",
	    store->path, what, mdb_strerror(code),
	    code == ENOMEM ? " (is LimitAS= or ulimit -v below its size?)"
			   : "");
	return false;
}

static bool open_environment(Store *store, GError **error)
{
	int dead = 0;
	int code = mdb_env_create(&store->env);

	if (!library_says(store, code, "can't make an environment", error)) {
		return false;
	}
	code = mdb_env_set_mapsize(store->env, store->map_bytes);
	if (!code) {
		code = mdb_env_set_maxdbs(store->env, DBS);
	}
	if (!code) {
		code = mdb_env_set_maxreaders(store->env, LIMIT_READERS);
	}
	if (!library_says(store, code, "can't set its size", error)) {
		return false;
	}
	/* NOTLS: libmilter moves a connection between threads. */
	code = mdb_env_open(store->env, store->path, MDB_NOTLS, 0600);
	if (!library_says(store, code, "can't open it", error)) {
		return false;
	}
	/* A process that was killed while it read would pin old pages. */
	code = mdb_reader_check(store->env, &dead);
	return library_says(store, code, "can't check its readers", error);
}

/* ---- databases and what the store knows of itself ---- */

static void open_databases(Txn *txn)
{
	for (guint i = 0; i < DBS && !txn->error; i++) {
		int code = mdb_dbi_open(
		    txn->mdb, db_names[i], MDB_CREATE, &txn->store->dbs[i]);
		if (code) {
			txn_library(txn, code, db_names[i]);
		}
	}
}

static void first_records(Txn *txn)
{
	Key schema = key_meta("schema"), key = key_meta("key");
	Meta meta = {.number = SCHEMA};

	txn_put(txn, DB_META, &schema, &meta);
	memset(&meta, 0, sizeof(meta));
	if (getrandom(meta.secret, sizeof(meta.secret), 0) !=
	    (ssize_t)sizeof(meta.secret)) {
		txn_fail(txn, ERROR_TEMPORARY, "no random bytes to be had");
	}
	txn_put(txn, DB_META, &key, &meta);
}

static void know_itself(Txn *txn)
{
	Key schema = key_meta("schema"), key = key_meta("key");
	Meta meta = {0};

	if (!txn_get(txn, DB_META, &schema, &meta)) {
		if (!txn->error) {
			first_records(txn);
		}
		meta.number = SCHEMA;
	}
	if (meta.number < SCHEMA && !txn->error) {
		/* Records of before stay readable; what is new in this one
		 * the clock adds. */
		meta.number = SCHEMA;
		txn_put(txn, DB_META, &schema, &meta);
		writers_want(txn);
	}
	if (meta.number > SCHEMA) {
		txn_fail(txn, ERROR_CONFIG,
		    "it was written by a newer version (schema "
		    "%" G_GINT64_FORMAT ", known are up to %d)",
		    meta.number, SCHEMA);
	}
	memset(&meta, 0, sizeof(meta));
	if (!txn_get(txn, DB_META, &key, &meta)) {
		txn_fail(txn, ERROR_CONFIG, "its key is missing");
	}
	txn->store->hmac =
	    g_hmac_new(G_CHECKSUM_SHA256, meta.secret, sizeof(meta.secret));
	memset(&meta, 0, sizeof(meta));
}

static bool prepare(Store *store, GError **error)
{
	Txn txn = {.store = store};
	int code = mdb_txn_begin(store->env, NULL, 0, &txn.mdb);

	if (!library_says(store, code, "can't begin", error)) {
		return false;
	}
	open_databases(&txn);
	know_itself(&txn);
	if (txn.error) {
		mdb_txn_abort(txn.mdb);
		g_propagate_prefixed_error(
		    error, txn.error, "store %s: ", store->path);
		return false;
	}
	code = mdb_txn_commit(txn.mdb);
	return library_says(store, code, "can't write", error);
}

static bool sync_new_folders(const Store *store, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(store->path);

	/* The library syncs files, not the folders that name them. */
	return sync_folder(store->path, error) && sync_folder(parent, error);
}

/* ---- open and close ---- */

static void free_store(Store *store)
{
	if (store->env) {
		mdb_env_close(store->env);
	}
	/* Last: whoever gets the lock may open at once. */
	if (store->lock_fd >= 0) {
		close(store->lock_fd);
	}
	facts_free(store->facts);
	g_mutex_clear(&store->mutex);
	g_cond_clear(&store->work);
	g_cond_clear(&store->outbox);
	conf_unref(store->webhooks);
	g_free(store->fatal);
	g_free(store->path);
	g_clear_pointer(&store->hmac, g_hmac_unref);
	g_free(store);
}

static bool open_all(Store *store, GError **error)
{
	if (g_mkdir_with_parents(store->path, 0700) != 0) {
		return fail_errno(
		    error, ERROR_CONFIG, "can't make it", store->path);
	}
	return take_lock(store, error) && fits_address_space(store, error) &&
	       open_environment(store, error) && prepare(store, error) &&
	       sync_new_folders(store, error) && committer_start(store, error);
}

Store *store_open(const char *path, guint64 bytes, GError **error)
{
	Store *store = g_new0(Store, 1);

	store->path = g_strdup(path);
	store->lock_fd = -1;
	/* Whole pages; the library wants them. */
	store->map_bytes = (bytes + 0xffff) & ~(guint64)0xffff;
	g_mutex_init(&store->mutex);
	g_cond_init(&store->work);
	g_cond_init(&store->outbox);
	g_queue_init(&store->waiting);
	store->facts = facts_new();
	if (!open_all(store, error)) {
		free_store(store);
		return NULL;
	}
	return store;
}

void store_close(Store *store)
{
	if (store) {
		facts_stop(store->facts);
		committer_stop(store);
		free_store(store);
	}
}

void store_stats(Store *store, StoreStats *stats)
{
	MDB_envinfo info = {0};
	MDB_stat env = {0}, cases = {0};
	Txn txn;

	memset(stats, 0, sizeof(*stats));
	mdb_env_info(store->env, &info);
	mdb_env_stat(store->env, &env);
	stats->map_bytes = info.me_mapsize;
	stats->used_bytes = (guint64)(info.me_last_pgno + 1) * env.ms_psize;
	if (txn_begin_read(&txn, store, NULL)) {
		mdb_stat(txn.mdb, store->dbs[DB_CASES], &cases);
		txn_end_read(&txn, NULL);
		stats->cases = cases.ms_entries;
	}
	g_mutex_lock(&store->mutex);
	stats->commits = store->commits;
	stats->changes = store->changes;
	g_mutex_unlock(&store->mutex);
}

/* ---- the keyed hash ---- */

Hash store_hash(
    const Store *store, HashKind kind, const char *const *parts, gsize n)
{
	g_autoptr(GHmac) hmac = g_hmac_copy(store->hmac);
	guint8 which = (guint8)kind, digest[32];
	gsize n_digest = sizeof(digest);
	Hash hash;

	g_hmac_update(hmac, &which, 1);
	for (gsize i = 0; i < n; i++) {
		const char *part = parts[i] ? parts[i] : "";
		/* With its NUL, so that "a","b" isn't "ab","". */
		g_hmac_update(
		    hmac, (const guchar *)part, (gssize)strlen(part) + 1);
	}
	g_hmac_get_digest(hmac, digest, &n_digest);
	memcpy(hash.bytes, digest, sizeof(hash.bytes));
	return hash;
}
