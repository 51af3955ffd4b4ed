/*
 * Transactions whose errors stick, and the way from the library's codes to
 * ours. The only place that reads and writes records.
 */
#include "cases/internal.h"

#include <errno.h>
#include <string.h>

#include "anteroom/error.h"

/* ---- errors ---- */

/* What can be mended while the process runs. The rest means that what the
 * library knows and what the disk has may differ: only a restart helps. */
static ErrorCode code_of(int code)
{
	static const int temporary[] = {MDB_MAP_FULL, MDB_READERS_FULL,
	    MDB_TXN_FULL, ENOSPC, EDQUOT, ENOMEM, EAGAIN, EINTR};

	for (guint i = 0; i < G_N_ELEMENTS(temporary); i++) {
		if (code == temporary[i]) {
			return ERROR_TEMPORARY;
		}
	}
	return ERROR_FATAL;
}

static const char *advice(int code)
{
	if (code == MDB_MAP_FULL) {
		return "; raise store.size";
	}
	if (code == ENOSPC || code == EDQUOT) {
		return "; the disk is full";
	}
	return "";
}

void txn_library(Txn *txn, int code, const char *what)
{
	if (!txn->error) {
		txn->code = code;
		txn->error = g_error_new(ANTEROOM_ERROR, (gint)code_of(code),
		    "store: %s: %s%s", what, mdb_strerror(code), advice(code));
	}
}

void txn_fail(Txn *txn, ErrorCode code, const char *format, ...)
{
	va_list args;

	if (txn->error) {
		return;
	}
	va_start(args, format);
	txn->error =
	    g_error_new_valist(ANTEROOM_ERROR, (gint)code, format, args);
	va_end(args);
}

bool txn_forgive_damage(Txn *txn)
{
	if (!txn->error || txn->code) {
		return false;
	}
	g_clear_error(&txn->error);
	return true;
}

/* ---- begin and end ---- */

bool txn_begin_read(Txn *txn, Store *store, GError **error)
{
	int code;

	memset(txn, 0, sizeof(*txn));
	txn->store = store;
	code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
	if (code) {
		txn_library(txn, code, "can't begin to read");
		g_propagate_error(error, g_steal_pointer(&txn->error));
		return false;
	}
	return true;
}

bool txn_end_read(Txn *txn, GError **error)
{
	mdb_txn_abort(txn->mdb);
	txn->mdb = NULL;
	if (txn->error) {
		g_propagate_error(error, g_steal_pointer(&txn->error));
		return false;
	}
	return true;
}

/* ---- records ---- */

static MDB_val value_of(const Key *key)
{
	/* The library doesn't write through it. */
	MDB_val value = {key->n, (void *)(guintptr)key->bytes};

	return value;
}

static bool decode(const Layout *layout, const MDB_val *key,
    const MDB_val *value, gpointer thing, const char **why)
{
	const guint8 *payload;
	gsize n = 0;

	payload = record_open(value->mv_data, value->mv_size, key->mv_data,
	    key->mv_size, &n, why);
	return payload && layout_decode(layout, payload, n, thing, why);
}

bool txn_decode(Db db, const MDB_val *key, const MDB_val *value, gpointer thing,
    const char **why)
{
	return decode(db_layout(db), key, value, thing, why);
}

/* Keys hold what the record needn't repeat. */
static void fill_from_key(Db db, const Key *key, gpointer thing)
{
	if (db == DB_EVENTS) {
		StoredEvent *stored = thing;
		stored->event.case_id = key_get_u64(key->bytes);
		stored->event.number = key_get_u32(key->bytes + 8);
	}
}

static bool find(Txn *txn, Db db, const Key *key, MDB_val *value)
{
	MDB_val wanted = value_of(key);
	int code;

	if (txn->error) {
		return false;
	}
	code = mdb_get(txn->mdb, txn->store->dbs[db], &wanted, value);
	if (code && code != MDB_NOTFOUND) {
		txn_library(txn, code, db_names[db]);
	}
	return code == 0;
}

bool txn_get_part(
    Txn *txn, Db db, const Layout *part, const Key *key, gpointer thing)
{
	MDB_val found = value_of(key), value;
	const char *why = NULL;

	if (!find(txn, db, key, &value)) {
		return false;
	}
	if (!decode(part, &found, &value, thing, &why)) {
		g_autofree char *name = txn_key_text(db, key->bytes, key->n);
		txn_fail(txn, ERROR_TEMPORARY,
		    "store: %s: damaged record: %s; run fsck", name, why);
		return false;
	}
	fill_from_key(db, key, thing);
	return true;
}

bool txn_get(Txn *txn, Db db, const Key *key, gpointer thing)
{
	return txn_get_part(txn, db, db_layout(db), key, thing);
}

bool txn_has(Txn *txn, Db db, const Key *key)
{
	MDB_val value;

	return find(txn, db, key, &value);
}

void txn_put_record(Txn *txn, Db db, const Key *key, GByteArray *record)
{
	MDB_val where = value_of(key), value;
	int code;

	if (txn->error) {
		return;
	}
	if (!record_seal(record, key->bytes, key->n)) {
		g_autofree char *name = txn_key_text(db, key->bytes, key->n);
		txn_fail(txn, ERROR_TEMPORARY, "store: %s: too large", name);
		return;
	}
	value.mv_size = record->len;
	value.mv_data = record->data;
	txn->writes++;
	code = mdb_put(txn->mdb, txn->store->dbs[db], &where, &value, 0);
	if (code) {
		txn_library(txn, code, db_names[db]);
	}
}

void txn_put(Txn *txn, Db db, const Key *key, gconstpointer thing)
{
	g_autoptr(GByteArray) record = record_new();

	layout_encode(db_layout(db), thing, record);
	txn_put_record(txn, db, key, record);
}

void txn_delete(Txn *txn, Db db, const Key *key)
{
	MDB_val where = value_of(key);
	int code;

	if (txn->error) {
		return;
	}
	txn->writes++;
	code = mdb_del(txn->mdb, txn->store->dbs[db], &where, NULL);
	if (code && code != MDB_NOTFOUND) {
		txn_library(txn, code, db_names[db]);
	}
}

/* ---- numbers ---- */

/* The record of the next number was lost: never one that is there. */
static guint64 after_last_id(Txn *txn)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_CASES);
	MDB_val at, value;
	guint64 id = 1;

	if (txn_last(txn, cursor, &at, &value) &&
	    at.mv_size == sizeof(guint64)) {
		id = key_get_u64(at.mv_data) + 1;
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return id;
}

guint64 txn_next_id(Txn *txn)
{
	if (!txn->next_id) {
		Key key = key_meta("next");
		Meta meta = {0};

		txn_get(txn, DB_META, &key, &meta);
		txn->next_id =
		    meta.number > 0 ? (guint64)meta.number : after_last_id(txn);
	}
	txn->next_used = true;
	return txn->next_id++;
}

/* ---- cursors ---- */

MDB_cursor *txn_cursor(Txn *txn, Db db)
{
	MDB_cursor *cursor = NULL;
	int code;

	if (txn->error) {
		return NULL;
	}
	code = mdb_cursor_open(txn->mdb, txn->store->dbs[db], &cursor);
	if (code) {
		txn_library(txn, code, db_names[db]);
		return NULL;
	}
	return cursor;
}

static bool move(Txn *txn, MDB_cursor *cursor, MDB_cursor_op how,
    MDB_val *found, MDB_val *value)
{
	int code;

	if (txn->error || !cursor) {
		return false;
	}
	code = mdb_cursor_get(cursor, found, value, how);
	if (code && code != MDB_NOTFOUND) {
		txn_library(txn, code, "can't walk");
	}
	return code == 0;
}

bool txn_seek(Txn *txn, MDB_cursor *cursor, const Key *key, MDB_val *found,
    MDB_val *value)
{
	*found = value_of(key);
	/* An empty key isn't allowed; the first entry is meant. */
	return move(
	    txn, cursor, key->n ? MDB_SET_RANGE : MDB_FIRST, found, value);
}

bool txn_step(Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value)
{
	return move(txn, cursor, MDB_NEXT, found, value);
}

bool txn_step_back(Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value)
{
	return move(txn, cursor, MDB_PREV, found, value);
}

bool txn_last(Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value)
{
	return move(txn, cursor, MDB_LAST, found, value);
}
