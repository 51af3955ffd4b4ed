/*
 * Who wrote before: an index from the address in From to the cases it made,
 * for what rules may want to know of a sender. One small entry a new case, none
 * a message; the rest is read off the cases themselves. From proves nothing,
 * so nothing here decides where a message belongs.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/tick.h"

#define MONTH_S (30 * 24 * 3600)
#define CASES_MOST 8   /* looked at, the newest ones */
#define EVENTS_MOST 64 /* of one of them */
#define BATCH_MOST 256 /* entries made in one transaction */

static Hash writer_hash(const Store *store, const char *from)
{
	return store_hash(store, HASH_WRITER, &from, 1);
}

Key case_writer_key(const Store *store, const Case *kase)
{
	Key key = {.n = 0};

	if (*kase->from != '\0') {
		Hash hash = writer_hash(store, kase->from);
		key = key_thread(&hash, kase->id);
	}
	return key;
}

/* ---- asking ---- */

typedef struct {
	Txn txn;
	const char *from;
	gint64 since_s, now_s;
	WriterFacts writer;
} Look;

static bool by_writer(const Look *look, const Event *event)
{
	return event->at_s >= look->since_s && event->at_s <= look->now_s &&
	       (strcmp(event->what, "received") == 0 ||
		   strcmp(event->what, "joined") == 0) &&
	       strcmp(event->who, look->from) == 0;
}

/* Adds his messages in KASE, from its newest event back. */
static void count_messages(Look *look, const Case *kase)
{
	guint32 last =
	    kase->events > EVENTS_MOST ? kase->events - EVENTS_MOST : 0;

	for (guint32 i = kase->events;
	     i > last && look->writer.messages < STORE_MESSAGES_MOST; i--) {
		StoredEvent stored = {0};
		Key key = key_event(kase->id, i);

		if (!txn_get(&look->txn, DB_EVENTS, &key, &stored)) {
			txn_forgive_damage(&look->txn);
			continue;
		}
		look->writer.messages += by_writer(look, &stored.event);
		layout_clear(&event_layout, &stored);
	}
}

/* A merged case goes on in another. */
static bool is_open(Txn *txn, const Case *kase)
{
	g_autoptr(Draft) into = NULL;

	if (kase->merged_into) {
		into = draft_load_sound(txn, kase->merged_into, NULL);
		kase = into ? into->kase : kase;
	}
	return kase->state == CASE_OPEN || kase->state == CASE_PAUSED;
}

static void look_at_case(Look *look, guint64 id)
{
	g_autoptr(Case) kase = g_new0(Case, 1);
	Key key = key_case(id);

	if (!txn_get(&look->txn, DB_CASES, &key, kase)) {
		txn_forgive_damage(&look->txn);
		g_free(g_steal_pointer(&kase));
		return;
	}
	look->writer.open = look->writer.open || is_open(&look->txn, kase);
	if (kase->last_message_s >= look->since_s) {
		count_messages(look, kase);
	}
}

static bool leads_from(const MDB_val *at, const Hash *hash)
{
	return at->mv_size == sizeof(hash->bytes) + sizeof(guint64) &&
	       memcmp(at->mv_data, hash->bytes, sizeof(hash->bytes)) == 0;
}

static void look_at_cases(Look *look)
{
	Hash hash = writer_hash(look->txn.store, look->from);
	Key key = key_thread(&hash, G_MAXUINT64);
	MDB_cursor *cursor = txn_cursor(&look->txn, DB_WRITERS);
	MDB_val at, value;
	guint n = 0;
	/* It stands behind the newest, or nowhere when that ends all. */
	bool more = txn_seek(&look->txn, cursor, &key, &at, &value)
			? txn_step_back(&look->txn, cursor, &at, &value)
			: txn_last(&look->txn, cursor, &at, &value);

	for (; more && n < CASES_MOST && leads_from(&at, &hash); n++) {
		const guint8 *id = (const guint8 *)at.mv_data + sizeof(Hash);

		look->writer.known = true;
		look_at_case(look, key_get_u64(id));
		more = txn_step_back(&look->txn, cursor, &at, &value);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
}

bool store_writer(
    Store *store, const char *from, gint64 now_s, WriterFacts *writer)
{
	Look look = {.from = from, .now_s = now_s, .since_s = now_s - MONTH_S};
	bool told = *from != '\0' && txn_begin_read(&look.txn, store, NULL);

	if (!told) {
		return false;
	}
	told = !writers_missing(&look.txn);
	if (told) {
		look_at_cases(&look);
	}
	if (!txn_end_read(&look.txn, NULL) || !told) {
		return false;
	}
	*writer = look.writer;
	return true;
}

/* ---- making it, for cases of before ---- */

guint64 writers_missing(Txn *txn)
{
	Key key = key_meta("writers");
	Meta meta = {0};

	if (txn_get(txn, DB_META, &key, &meta)) {
		return (guint64)meta.number;
	}
	/* How far it came can't be read: from the beginning. */
	return txn_forgive_damage(txn) ? 1 : 0;
}

static void save_missing(Txn *txn, guint64 id)
{
	Key key = key_meta("writers");
	Meta meta = {.number = (gint64)id};

	if (id) {
		txn_put(txn, DB_META, &key, &meta);
	} else {
		txn_delete(txn, DB_META, &key);
	}
}

void writers_want(Txn *txn)
{
	save_missing(txn, 1);
}

/* The writers of the cases from FROM on; the keys are the caller's. Returns the
 * case to go on with, 0 at the end. */
static guint64 gather(Txn *txn, guint64 from, GArray *keys)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_CASES);
	Key first = key_case(from);
	MDB_val at, value;
	guint64 next = 0;
	const char *why;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value); more;
	     more = txn_step(txn, cursor, &at, &value)) {
		Case kase = {0};
		Key key;

		if (keys->len == BATCH_MOST) {
			next = key_get_u64(at.mv_data);
			break;
		}
		if (at.mv_size != sizeof(guint64) ||
		    !txn_decode(DB_CASES, &at, &value, &kase, &why)) {
			continue; /* for fsck to tell */
		}
		key = case_writer_key(txn->store, &kase);
		g_array_append_val(keys, key);
		layout_clear(&case_layout, &kase);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return next;
}

typedef struct {
	guint64 next;
} Indexing;

static void index_change(Txn *txn, gpointer data)
{
	Indexing *indexing = data;
	guint64 from = writers_missing(txn);
	g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Key));

	indexing->next = 0;
	if (!from) {
		return;
	}
	indexing->next = gather(txn, from, keys);
	for (guint i = 0; i < keys->len; i++) {
		const Key *key = &g_array_index(keys, Key, i);

		if (key->n) {
			txn_put(txn, DB_WRITERS, key, "");
		}
	}
	save_missing(txn, indexing->next);
}

bool store_index_writers(Store *store, GError **error)
{
	Indexing indexing = {0};
	guint64 missing;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	missing = writers_missing(&txn);
	if (!txn_end_read(&txn, error)) {
		return false;
	}
	while (missing) {
		if (!commit_run(store, index_change, &indexing, error)) {
			return false;
		}
		missing = indexing.next;
	}
	return true;
}
