/*
 * Which cases a message may belong to: by the ids it refers to and by Outlook's
 * conversation. Ids are public and anybody may write them; whether the message
 * belongs is decided by who wrote it or whom it is to, not here.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/limits.h"

bool seen_find(Txn *txn, const Hash *hash, Seen *seen)
{
	Key key = key_seen(hash);

	if (!hash_is_set(hash)) {
		return false;
	}
	if (txn_get(txn, DB_SEEN, &key, seen)) {
		return true;
	}
	txn_forgive_damage(txn);
	return false;
}

#define HALF (FOUND_MOST / 2)

static bool has_hash(const MDB_val *key, const Hash *hash)
{
	return key->mv_size == sizeof(hash->bytes) + sizeof(guint64) &&
	       memcmp(key->mv_data, hash->bytes, sizeof(hash->bytes)) == 0;
}

static void take(const MDB_val *key, const MDB_val *value, Found *found)
{
	const char *why;

	memset(found, 0, sizeof(*found));
	found->id = key_get_u64((const guint8 *)key->mv_data + sizeof(Hash));
	/* A damaged value still says which case: the key does. */
	(void)txn_decode(DB_THREADS, key, value, &found->thread, &why);
	if (found->thread.moved) {
		found->id = found->thread.moved;
	}
}

static guint oldest(
    Txn *txn, MDB_cursor *cursor, const Hash *hash, Found *found)
{
	Key key = key_thread(hash, 0);
	MDB_val at, value;
	guint n = 0;

	for (bool more = txn_seek(txn, cursor, &key, &at, &value);
	     more && n < HALF && has_hash(&at, hash);
	     more = txn_step(txn, cursor, &at, &value)) {
		take(&at, &value, &found[n++]);
	}
	return n;
}

static guint newest(
    Txn *txn, MDB_cursor *cursor, const Hash *hash, guint64 after, Found *found)
{
	Key key = key_thread(hash, G_MAXUINT64);
	MDB_val at, value;
	bool more = txn_seek(txn, cursor, &key, &at, &value);
	guint n = 0;

	/* It stands behind the last one, or nowhere when that ends all. */
	for (more = more ? txn_step_back(txn, cursor, &at, &value)
			 : txn_last(txn, cursor, &at, &value);
	     more && n < HALF && has_hash(&at, hash);
	     more = txn_step_back(txn, cursor, &at, &value)) {
		take(&at, &value, &found[n]);
		if (found[n].id <= after) {
			break;
		}
		n++;
	}
	return n;
}

/* Somebody may send one id a million times: the first cases of it count, and
 * the last ones. */
guint threads_find(Txn *txn, const Hash *hash, Found *found)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_THREADS);
	guint n = oldest(txn, cursor, hash, found);

	if (n == HALF) {
		n += newest(txn, cursor, hash, found[n - 1].id, found + n);
	}
	if (cursor) {
		mdb_cursor_close(cursor);
	}
	return n;
}

GArray *references_hashes(const Store *store, const Message *message)
{
	GArray *hashes = g_array_new(FALSE, FALSE, sizeof(Hash));

	for (guint i = 0; message->references && message->references[i] &&
			  i < LIMIT_THREAD_IDS;
	     i++) {
		const char *id = message->references[i];
		Hash hash = store_hash(store, HASH_MESSAGE_ID, &id, 1);
		g_array_append_val(hashes, hash);
	}
	if (message->thread_index) {
		const char *id = message->thread_index;
		Hash hash = store_hash(store, HASH_CONVERSATION, &id, 1);
		g_array_append_val(hashes, hash);
	}
	return hashes;
}
