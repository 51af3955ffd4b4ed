/*
 * fsck: walks the whole store within one transaction and says what is wrong:
 * records that can't be read, cases that break their invariants, gaps and edits
 * in timelines, index entries without what they point to, and the reverse. It
 * mends nothing.
 */
#include "cases/facts.h"
#include "cases/notice.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

typedef struct {
	Txn txn;
	StoreReport report;
	gpointer data;
	StoreCheck *check;
	Case *kase;       /* whose events are being walked; NULL */
	guint8 chain[32]; /* so far */
	guint32 events;
	guint64 unwritten; /* from this case on, no writer leads to it; 0 */
} Fsck;

static void complain(Fsck *fsck, const char *where, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void complain(Fsck *fsck, const char *where, const char *format, ...)
{
	g_autofree char *what = NULL;
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	line = g_strconcat(where, ": ", what, NULL);
	fsck->check->wrong++;
	if (fsck->report) {
		fsck->report(line, fsck->data);
	}
}

/* A read that doesn't stick: damage is one more line. */
static bool get(Fsck *fsck, Db db, const Key *key, gpointer thing)
{
	bool found = txn_get(&fsck->txn, db, key, thing);

	if (!found) {
		txn_forgive_damage(&fsck->txn);
	}
	return found;
}

/* ---- indexes, seen from what they point to ---- */

static void check_seen(
    Fsck *fsck, const char *where, const Hash *hash, guint64 id)
{
	Key key = key_seen(hash);
	Seen seen = {0};

	if (hash_is_set(hash) && !get(fsck, DB_SEEN, &key, &seen)) {
		complain(fsck, where,
		    "AR-%" G_GUINT64_FORMAT ": its message isn't known as seen",
		    id);
	}
}

static void check_thread(
    Fsck *fsck, const char *where, const Hash *hash, guint64 id)
{
	Key key = key_thread(hash, id);
	Thread thread = {0};

	if (hash_is_set(hash) && !get(fsck, DB_THREADS, &key, &thread)) {
		complain(fsck, where, "its message doesn't lead to its case");
	}
}

static void check_order(Fsck *fsck, const char *where, const Case *kase)
{
	Key key = case_order_key(kase);
	Order order = {0};

	if (!get(fsck, DB_ORDER, &key, &order)) {
		complain(fsck, where, "it isn't listed by its deadline");
		return;
	}
	if (order.state != kase->state || strcmp(order.team, kase->team) ||
	    strcmp(order.topic, kase->topic) ||
	    strcmp(order.desk, kase->desk)) {
		complain(fsck, where, "it is listed with other words");
	}
	layout_clear(&order_layout, &order);
}

static void check_wake(Fsck *fsck, const char *where, const Case *kase)
{
	Key key = case_wake_key(kase);

	if (key.n && !txn_has(&fsck->txn, DB_WAKE, &key)) {
		complain(fsck, where, "nothing will end its pause");
	}
}

static void check_alarm(Fsck *fsck, const char *where, const Case *kase)
{
	Key key = case_alarm_key(kase);

	if (key.n && !txn_has(&fsck->txn, DB_ALARMS, &key)) {
		complain(fsck, where, "nothing will look at its clocks");
	}
}

static void check_writer(Fsck *fsck, const char *where, const Case *kase)
{
	Key key = case_writer_key(fsck->txn.store, kase);

	if (key.n && (!fsck->unwritten || kase->id < fsck->unwritten) &&
	    !txn_has(&fsck->txn, DB_WRITERS, &key)) {
		complain(fsck, where, "its writer doesn't lead to it");
	}
}

static void check_links(Fsck *fsck, const char *where, const Case *kase)
{
	for (guint i = 0; i <= kase->links->len; i++) {
		guint64 id = i < kase->links->len
				 ? g_array_index(kase->links, guint64, i)
				 : kase->merged_into;
		Key key = key_case(id);

		if (id && !txn_has(&fsck->txn, DB_CASES, &key)) {
			complain(fsck, where,
			    "it points to AR-%" G_GUINT64_FORMAT
			    ", which isn't there",
			    id);
		}
	}
}

/* ---- cases and their events ---- */

static void check_case(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Case *kase = thing;
	const char *wrong = case_wrong(kase);
	Key first = key_event(kase->id, 1);

	fsck->check->cases++;
	if (kase->id != key_get_u64(key->bytes)) {
		complain(fsck, where, "it says it is AR-%" G_GUINT64_FORMAT,
		    kase->id);
	}
	if (wrong) {
		complain(fsck, where, "%s", wrong);
	}
	if (!kase->events || !txn_has(&fsck->txn, DB_EVENTS, &first)) {
		complain(fsck, where, "its timeline has no beginning");
	}
	check_order(fsck, where, kase);
	check_wake(fsck, where, kase);
	check_alarm(fsck, where, kase);
	check_writer(fsck, where, kase);
	check_links(fsck, where, kase);
}

/* The timeline of the case before is walked to its end. */
static void end_timeline(Fsck *fsck)
{
	g_autofree char *where = NULL;

	if (!fsck->kase) {
		return;
	}
	where = case_name(fsck->kase->id);
	if (fsck->events != fsck->kase->events) {
		complain(fsck, where, "its timeline has %u events, not %u",
		    fsck->events, fsck->kase->events);
	} else if (memcmp(fsck->chain, fsck->kase->chain, 32) != 0) {
		complain(fsck, where, "its timeline was changed at its end");
	}
	g_clear_pointer(&fsck->kase, case_free);
}

static void begin_timeline(Fsck *fsck, const char *where, guint64 id)
{
	Key key = key_case(id);

	end_timeline(fsck);
	fsck->kase = g_new0(Case, 1);
	memset(fsck->chain, 0, sizeof(fsck->chain));
	fsck->events = 0;
	if (!get(fsck, DB_CASES, &key, fsck->kase)) {
		complain(fsck, where, "its case isn't there");
		g_clear_pointer(&fsck->kase, g_free);
	}
}

static void check_event(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const StoredEvent *stored = thing;
	guint64 id = key_get_u64(key->bytes);
	guint32 number = key_get_u32(key->bytes + 8);

	fsck->check->events++;
	fsck->check->messages += hash_is_set(&stored->identity.print);
	if (!fsck->kase || fsck->kase->id != id) {
		begin_timeline(fsck, where, id);
	}
	if (number != ++fsck->events) {
		complain(fsck, where, "events before it are missing");
		fsck->events = number;
	} else if (memcmp(stored->previous, fsck->chain, 32) != 0) {
		complain(fsck, where, "the event before it was changed");
	}
	check_seen(fsck, where, &stored->identity.print, id);
	check_seen(fsck, where, &stored->identity.text, id);
	check_thread(fsck, where, &stored->identity.message_id, id);
	check_thread(fsck, where, &stored->identity.conversation, id);
}

/* ---- indexes, seen from themselves ---- */

/* The event that an index entry names; false with a complaint. */
static bool get_event(Fsck *fsck, const char *where, guint64 id, guint32 number,
    Identity *identity)
{
	StoredEvent stored = {0};
	Key key = key_event(id, number);

	if (!get(fsck, DB_EVENTS, &key, &stored)) {
		complain(fsck, where,
		    "it points to AR-%" G_GUINT64_FORMAT
		    " event %u, which isn't there",
		    id, number);
		return false;
	}
	*identity = stored.identity;
	layout_clear(&event_layout, &stored);
	return true;
}

static void check_seen_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Seen *seen = thing;
	Identity identity;
	Hash hash;

	memcpy(hash.bytes, key->bytes, sizeof(hash.bytes));
	if (get_event(fsck, where, seen->id, seen->event, &identity) &&
	    !hash_equal(&hash, &identity.print) &&
	    !hash_equal(&hash, &identity.text)) {
		complain(fsck, where, "it points to another message");
	}
}

static void check_thread_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Thread *thread = thing;
	guint64 id = key_get_u64(key->bytes + sizeof(Hash));
	Identity identity;
	Hash hash;

	memcpy(hash.bytes, key->bytes, sizeof(hash.bytes));
	if (get_event(fsck, where, id, thread->event, &identity) &&
	    !hash_equal(&hash, &identity.message_id) &&
	    !hash_equal(&hash, &identity.conversation)) {
		complain(fsck, where, "it points to another message");
	}
}

static void check_listed(Fsck *fsck, const Key *key, const char *where,
    guint64 id, Key (*expected)(const Case *))
{
	Case *kase = g_new0(Case, 1);
	Key where_is = key_case(id), should;

	if (!get(fsck, DB_CASES, &where_is, kase)) {
		complain(fsck, where,
		    "it lists AR-%" G_GUINT64_FORMAT ", which isn't there", id);
		g_free(kase);
		return;
	}
	should = expected(kase);
	if (should.n != key->n || memcmp(should.bytes, key->bytes, key->n)) {
		complain(fsck, where,
		    "it lists AR-%" G_GUINT64_FORMAT " where it no longer is",
		    id);
	}
	case_free(kase);
}

static void check_order_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	(void)thing;
	check_listed(
	    fsck, key, where, key_get_u64(key->bytes + 9), case_order_key);
}

static void check_wake_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	(void)thing;
	check_listed(
	    fsck, key, where, key_get_u64(key->bytes + 8), case_wake_key);
}

static void check_template(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Template *template = thing;
	Key kase = key_case(template->id);

	(void)key;
	if (!txn_has(&fsck->txn, DB_CASES, &kase)) {
		complain(fsck, where,
		    "it was sent in AR-%" G_GUINT64_FORMAT
		    ", which isn't there",
		    template->id);
	}
	for (guint i = 1; i < template->words->len; i++) {
		if (g_array_index(template->words, guint64, i - 1) >
		    g_array_index(template->words, guint64, i)) {
			complain(fsck, where, "its words are out of order");
			return;
		}
	}
}

static void check_alarm_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	(void)thing;
	check_listed(
	    fsck, key, where, key_get_u64(key->bytes + 8), case_alarm_key);
}

/* ---- notices ---- */

static bool names_case(const Notice *notice, guint64 id)
{
	if (notice->case_id == id) {
		return true;
	}
	for (guint i = 0; i < notice->cases->len; i++) {
		if (g_array_index(notice->cases, guint64, i) == id) {
			return true;
		}
	}
	return false;
}

static void check_pending(
    Fsck *fsck, const char *where, const Notice *notice, guint64 id)
{
	Key key = key_pair(id, notice->number);

	if (id && notice->state == NOTICE_WAITING &&
	    !txn_has(&fsck->txn, DB_PENDING, &key)) {
		complain(fsck, where,
		    "the end of AR-%" G_GUINT64_FORMAT " won't withdraw it",
		    id);
	}
}

static void check_notice(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	Notice *notice = thing;
	Key outbox;

	notice->number = key_get_u64(key->bytes);
	outbox = notice_outbox_key(notice);
	if (outbox.n && !txn_has(&fsck->txn, DB_OUTBOX, &outbox)) {
		complain(fsck, where, "it isn't in the outbox");
	}
	check_pending(fsck, where, notice, notice->case_id);
	for (guint i = 0; i < notice->cases->len; i++) {
		check_pending(fsck, where, notice,
		    g_array_index(notice->cases, guint64, i));
	}
}

/* The notice NUMBER that an index entry names; NULL with a complaint. */
static Notice *get_notice(Fsck *fsck, const char *where, guint64 number)
{
	Notice *notice = notice_load_sound(&fsck->txn, number);

	if (!notice) {
		complain(fsck, where,
		    "it names N-%" G_GUINT64_FORMAT ", which isn't there",
		    number);
	}
	return notice;
}

static void check_outbox_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	g_autoptr(Notice) notice =
	    get_notice(fsck, where, key_get_u64(key->bytes + 9));
	Key should = {.n = 0};

	(void)thing;
	if (notice) {
		should = notice_outbox_key(notice);
	}
	if (notice && (should.n != key->n ||
			  memcmp(should.bytes, key->bytes, key->n) != 0)) {
		complain(fsck, where, "its notice isn't due then");
	}
}

static void check_pending_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	g_autoptr(Notice) notice =
	    get_notice(fsck, where, key_get_u64(key->bytes + 8));

	(void)thing;
	if (notice && (notice->state != NOTICE_WAITING ||
			  !names_case(notice, key_get_u64(key->bytes)))) {
		complain(fsck, where, "its notice doesn't wait for that case");
	}
}

/* Nothing points here but addresses. */
static void check_reader(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Reader *reader = thing;

	(void)key;
	if (reader->times->len != reader->notices->len) {
		complain(fsck, where, "times and notices don't match");
	}
}

static void check_writer_entry(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	Case *kase = g_new0(Case, 1);
	Key where_is = key_case(key_get_u64(key->bytes + sizeof(Hash))), should;

	(void)thing;
	if (!get(fsck, DB_CASES, &where_is, kase)) {
		complain(fsck, where, "it leads to a case that isn't there");
		g_free(kase);
		return;
	}
	should = case_writer_key(fsck->txn.store, kase);
	if (should.n != key->n || memcmp(should.bytes, key->bytes, key->n)) {
		complain(fsck, where, "it leads to somebody else's case");
	}
	case_free(kase);
}

static void check_meta(
    Fsck *fsck, const Key *key, const char *where, gpointer thing)
{
	const Meta *meta = thing;
	MDB_cursor *cursor;
	MDB_val at, value;

	if (key->n != 4 || memcmp(key->bytes, "next", 4) != 0) {
		return;
	}
	cursor = txn_cursor(&fsck->txn, DB_CASES);
	if (txn_last(&fsck->txn, cursor, &at, &value) &&
	    at.mv_size == sizeof(guint64) &&
	    key_get_u64(at.mv_data) >= (guint64)meta->number) {
		complain(fsck, where, "the next number is taken");
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
}

/* ---- the walk ---- */

typedef struct {
	gsize key_bytes; /* 0 = any */
	void (*check)(Fsck *, const Key *, const char *where, gpointer thing);
} Walk;

static const Walk walks[DBS] = {
    [DB_META] = {0, check_meta},
    [DB_CASES] = {8, check_case},
    [DB_EVENTS] = {12, check_event},
    [DB_SEEN] = {16, check_seen_entry},
    [DB_THREADS] = {24, check_thread_entry},
    [DB_ORDER] = {17, check_order_entry},
    [DB_WAKE] = {16, check_wake_entry},
    [DB_TEMPLATES] = {20, check_template},
    [DB_ALARMS] = {16, check_alarm_entry},
    [DB_NOTICES] = {8, check_notice},
    [DB_OUTBOX] = {17, check_outbox_entry},
    [DB_PENDING] = {16, check_pending_entry},
    [DB_READERS] = {16, check_reader},
    [DB_WRITERS] = {24, check_writer_entry},
};

/* Big enough for any of them. */
typedef union {
	Meta meta;
	Case kase;
	StoredEvent event;
	Seen seen;
	Thread thread;
	Order order;
	Template template;
	Notice notice;
	Reader reader;
} Any;

static void check_entry(
    Fsck *fsck, Db db, const MDB_val *at, const MDB_val *value)
{
	g_autofree char *where = txn_key_text(db, at->mv_data, at->mv_size);
	Key key = {.n = at->mv_size};
	Any any;
	const char *why = "";

	if (at->mv_size > sizeof(key.bytes) ||
	    (walks[db].key_bytes && at->mv_size != walks[db].key_bytes)) {
		complain(fsck, where, "its key has the wrong length");
		return;
	}
	memcpy(key.bytes, at->mv_data, at->mv_size);
	memset(&any, 0, sizeof(any));
	if (!txn_decode(db, at, value, &any, &why)) {
		complain(fsck, where, "damaged record: %s", why);
		return;
	}
	walks[db].check(fsck, &key, where, &any);
	if (db == DB_EVENTS && fsck->kase) {
		event_chain(&key, (const guint8 *)value->mv_data + RECORD_HEAD,
		    value->mv_size - RECORD_HEAD, fsck->chain);
	}
	layout_clear(db_layout(db), &any);
}

static void walk(Fsck *fsck, Db db)
{
	MDB_cursor *cursor = txn_cursor(&fsck->txn, db);
	Key first = {.n = 0};
	MDB_val at, value;

	for (bool more = txn_seek(&fsck->txn, cursor, &first, &at, &value);
	     more; more = txn_step(&fsck->txn, cursor, &at, &value)) {
		check_entry(fsck, db, &at, &value);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	end_timeline(fsck);
}

static void complain_facts(guint64 id, gpointer data)
{
	g_autofree char *name = id != 0 ? case_name(id) : g_strdup("counts");

	complain(data, name,
	    id != 0 ? "what is counted isn't what its record says"
		    : "they aren't what is counted of each case");
}

bool store_fsck(Store *store, StoreReport report, gpointer data,
    StoreCheck *check, GError **error)
{
	StoreCheck counted = {0};
	Fsck fsck = {.report = report, .data = data, .check = &counted};

	if (!txn_begin_read(&fsck.txn, store, error)) {
		return false;
	}
	fsck.unwritten = writers_missing(&fsck.txn);
	for (guint i = 0; i < DBS; i++) {
		walk(&fsck, (Db)i);
	}
	if (!txn_end_read(&fsck.txn, error)) {
		return false;
	}
	/* A damaged record ends it, and was told of above. */
	if (store_has_facts(store)) {
		facts_compare(store, complain_facts, &fsck, NULL);
	}
	*check = counted;
	return true;
}
