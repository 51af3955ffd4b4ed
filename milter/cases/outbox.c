/*
 * The courier's side of notices: leases, their ends, and what is tried again.
 * Whatever was leased is given out again, with the same Message-ID, unless
 * somebody says how it ended: rather twice than never.
 */
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "cases/notice.h"

#define LEASE_S 300
#define FIRST_PAUSE_S 60
#define LONGEST_PAUSE_S 3600
#define GIVE_UP_S (3 * 24 * 3600)
#define TRIES_LEAST 8 /* before that, however long nobody looked */
#define TAKE_MOST 64  /* leases of one transaction */
#define OUTBOX_KEY_BYTES 17
#define PATIENCE_US (5 * G_USEC_PER_SEC) /* with a clock that is behind */
#define BEHIND_MS 20                     /* until the next look at it */

static void free_notice(gpointer notice)
{
	notice_free(notice);
}

/* ---- taking ---- */

typedef struct {
	const char *host;
	gint64 now_s;
	guint limit;
	GPtrArray *taken; /* of Notice */
} Taking;

/* An entry of the outbox. */
typedef struct {
	gint64 moment_s;
	guint64 number;
} Entry;

static Key entry_key(NoticeState state, gint64 moment_s, guint64 number)
{
	Notice notice = {.number = number,
	    .state = state,
	    .next_s = moment_s,
	    .ended_s = moment_s};

	return notice_outbox_key(&notice);
}

static GArray *find_due(Txn *txn, const Taking *taking)
{
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	MDB_cursor *cursor = txn_cursor(txn, DB_OUTBOX);
	Key first = {.n = 0};
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && entries->len < taking->limit &&
	     at.mv_size == OUTBOX_KEY_BYTES;
	     more = txn_step(txn, cursor, &at, &value)) {
		const guint8 *key = at.mv_data;
		Entry entry = {
		    (gint64)key_get_u64(key + 1), key_get_u64(key + 9)};

		if (key[0] != 0 || entry.moment_s > taking->now_s) {
			break;
		}
		g_array_append_val(entries, entry);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return entries;
}

static void lease(Txn *txn, const Taking *taking, Notice *notice)
{
	Key was = notice_outbox_key(notice);

	if (!notice->message_id) {
		notice->message_id =
		    store_notice_id(txn->store, notice->number, taking->host);
	}
	notice->next_s = taking->now_s + LEASE_S;
	notice->leased = true;
	notice_save(txn, notice, &was);
}

/* What can't be read would stand first for ever: it is a dead letter, and so
 * somebody's to look at. An entry of a notice that waits for another moment, or
 * no more, is a slip. */
static void clear_entry(
    Txn *txn, const Taking *taking, const Entry *entry, const Notice *notice)
{
	Key was = entry_key(NOTICE_WAITING, entry->moment_s, entry->number);
	Key is = notice ? notice_outbox_key(notice)
			: entry_key(NOTICE_DEAD, taking->now_s, entry->number);

	txn_delete(txn, DB_OUTBOX, &was);
	if (is.n) {
		txn_put(txn, DB_OUTBOX, &is, "");
	}
}

static void take_change(Txn *txn, gpointer data)
{
	Taking *taking = data;
	g_autoptr(GArray) entries = find_due(txn, taking);

	g_ptr_array_set_size(taking->taken, 0);
	for (guint i = 0; i < entries->len && !txn->error; i++) {
		const Entry *entry = &g_array_index(entries, Entry, i);
		g_autoptr(Notice) notice =
		    notice_load_sound(txn, entry->number);

		if (txn->error) {
			return;
		}
		if (!notice || notice->state != NOTICE_WAITING ||
		    notice->next_s != entry->moment_s) {
			clear_entry(txn, taking, entry, notice);
			continue;
		}
		lease(txn, taking, notice);
		g_ptr_array_add(taking->taken, g_steal_pointer(&notice));
	}
}

static bool any_due(
    Store *store, const Taking *taking, bool *behind, GError **error)
{
	g_autoptr(GArray) entries = NULL;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	*behind = tick_is_behind(&txn, taking->now_s);
	entries = find_due(&txn, taking);
	return txn_end_read(&txn, error) && entries->len > 0;
}

/* With the mutex held. */
static bool has_patience(const Store *store)
{
	return store->behind_us &&
	       g_get_monotonic_time() - store->behind_us < PATIENCE_US;
}

/* While the clock still has something to tell, it may be a storm, and what
 * waits part of that: the courier comes second, so that what it gets doesn't
 * hang on who was quicker. For a moment: a clock that stands still must not
 * hold up the mail. */
static bool is_to_wait(Store *store, bool behind)
{
	bool wait;

	g_mutex_lock(&store->mutex);
	if (!behind) {
		store->behind_us = 0;
	} else if (store->behind_us == 0) {
		store->behind_us = g_get_monotonic_time();
	}
	wait = store->watch && has_patience(store);
	g_mutex_unlock(&store->mutex);
	return wait;
}

GPtrArray *store_notices_take(
    Store *store, const char *host, gint64 now_s, guint limit, GError **error)
{
	g_autoptr(GPtrArray) taken =
	    g_ptr_array_new_with_free_func(free_notice);
	Taking taking = {.host = host,
	    .now_s = now_s,
	    .limit = CLAMP(limit, 1, TAKE_MOST),
	    .taken = taken};
	GError *inner = NULL;
	bool behind = false;

	/* Whoever asks often costs no commits. */
	if (any_due(store, &taking, &behind, &inner) &&
	    !is_to_wait(store, behind)) {
		commit_run(store, take_change, &taking, &inner);
	}
	if (inner) {
		g_propagate_error(error, inner);
		return NULL;
	}
	return g_steal_pointer(&taken);
}

void store_notices_wait(Store *store, guint wait_ms)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)wait_ms * 1000;
	guint64 seen;

	g_mutex_lock(&store->mutex);
	seen = store->queued;
	if (has_patience(store)) {
		until_us = g_get_monotonic_time() + BEHIND_MS * 1000;
	}
	while (store->queued == seen &&
	       g_cond_wait_until(&store->outbox, &store->mutex, until_us)) {
	}
	g_mutex_unlock(&store->mutex);
}

/* ---- what happened to it ---- */

static gint64 pause_s(guint attempts)
{
	guint doublings = MIN(attempts > 0 ? attempts - 1 : 0, 10);

	return MIN((gint64)FIRST_PAUSE_S << doublings, LONGEST_PAUSE_S);
}

/* An attempt of NOTICE failed: the next one AFTER_S later, or none. */
static void fail(Txn *txn, Notice *notice, const char *why, bool final,
    gint64 now_s, gint64 after_s)
{
	Key was = notice_outbox_key(notice);

	notice->attempts++;
	g_free(notice->error);
	notice->error = text_one_line(why, strlen(why), LIMIT_EVENT_BYTES);
	if (final || (notice->attempts > TRIES_LEAST &&
			 now_s - notice->after_s >= GIVE_UP_S)) {
		notice_end(txn, notice, NOTICE_DEAD, now_s);
		return;
	}
	notice->leased = false;
	notice->next_s = now_s + after_s;
	notice_save(txn, notice, &was);
}

/* ---- a courier that is gone ---- */

typedef struct {
	gint64 now_s;
	guint n;
} Lost;

static GArray *find_leased(Txn *txn, gint64 now_s)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
	MDB_cursor *cursor = txn_cursor(txn, DB_OUTBOX);
	Key first = entry_key(NOTICE_WAITING, now_s, 0);
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && at.mv_size == OUTBOX_KEY_BYTES &&
	     *(const guint8 *)at.mv_data == 0 &&
	     (gint64)key_get_u64((const guint8 *)at.mv_data + 1) <=
		 now_s + LEASE_S;
	     more = txn_step(txn, cursor, &at, &value)) {
		guint64 number = key_get_u64((const guint8 *)at.mv_data + 9);
		g_autoptr(Notice) notice = notice_load_sound(txn, number);

		if (notice && notice->leased) {
			g_array_append_val(numbers, number);
		}
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return numbers;
}

/* At once, the first time. Whatever a courier dies of twice comes later each
 * time, and a second after the one before it: so it dies alone. */
static void lost_change(Txn *txn, gpointer data)
{
	Lost *lost = data;
	g_autoptr(GArray) numbers = find_leased(txn, lost->now_s);

	lost->n = numbers->len;
	for (guint i = 0; i < numbers->len && !txn->error; i++) {
		g_autoptr(Notice) notice =
		    notice_load(txn, g_array_index(numbers, guint64, i));

		if (notice) {
			fail(txn, notice, "the courier ended with it in hand",
			    false, lost->now_s,
			    notice->attempts
				? pause_s(notice->attempts) + (gint64)i
				: 0);
		}
	}
}

bool store_notices_lost(Store *store, gint64 now_s, guint *n, GError **error)
{
	Lost lost = {.now_s = now_s};

	if (!commit_run(store, lost_change, &lost, error)) {
		return false;
	}
	*n = lost.n;
	return true;
}

/* ---- how it ended ---- */

typedef struct {
	guint64 number;
	gint64 now_s;
	const char *why;
	bool final;
	void (*end)(Txn *txn, Notice *notice, gpointer data);
} Ending;

static void end_change(Txn *txn, gpointer data)
{
	Ending *ending = data;
	g_autoptr(Notice) notice = notice_load(txn, ending->number);

	if (!notice) {
		txn_fail(txn, ERROR_NO,
		    "there is no notice N-%" G_GUINT64_FORMAT, ending->number);
		return;
	}
	ending->end(txn, notice, ending);
}

static void end_sent(Txn *txn, Notice *notice, gpointer data)
{
	const Ending *ending = data;

	if (notice->state != NOTICE_SENT) {
		g_clear_pointer(&notice->error, g_free);
		notice_end(txn, notice, NOTICE_SENT, ending->now_s);
	}
}

bool store_notice_sent(
    Store *store, guint64 number, gint64 now_s, GError **error)
{
	Ending ending = {.number = number, .now_s = now_s, .end = end_sent};

	return commit_run(store, end_change, &ending, error);
}

static void end_failed(Txn *txn, Notice *notice, gpointer data)
{
	const Ending *ending = data;

	if (notice->state == NOTICE_WAITING) {
		fail(txn, notice, ending->why, ending->final, ending->now_s,
		    pause_s(notice->attempts + 1));
	}
}

bool store_notice_failed(Store *store, guint64 number, const char *why,
    bool final, gint64 now_s, GError **error)
{
	Ending ending = {.number = number,
	    .now_s = now_s,
	    .why = why,
	    .final = final,
	    .end = end_failed};

	return commit_run(store, end_change, &ending, error);
}

static void end_retry(Txn *txn, Notice *notice, gpointer data)
{
	const Ending *ending = data;
	Key was = notice_outbox_key(notice);

	if (notice->state != NOTICE_DEAD && notice->state != NOTICE_WAITING) {
		txn_fail(txn, ERROR_NO, "N-%" G_GUINT64_FORMAT " is %s",
		    notice->number, notice_state_name(notice->state));
		return;
	}
	if (notice->state == NOTICE_DEAD) {
		notice->after_s = ending->now_s; /* three days again */
	}
	notice->state = NOTICE_WAITING;
	notice->leased = false;
	notice->ended_s = 0;
	notice->next_s = ending->now_s;
	notice_save(txn, notice, &was);
}

bool store_notice_retry(
    Store *store, guint64 number, gint64 now_s, GError **error)
{
	Ending ending = {.number = number, .now_s = now_s, .end = end_retry};

	return commit_run(store, end_change, &ending, error);
}

/* ---- looking ---- */

/* What stands for a dead letter that can't be read. */
static Notice *unreadable(guint64 number, gint64 ended_s)
{
	Notice *notice = g_new0(Notice, 1);

	notice->number = number;
	notice->state = NOTICE_DEAD;
	notice->to = g_strdup("");
	notice->at_s = notice->after_s = notice->ended_s = ended_s;
	notice->team = g_strdup("");
	notice->topic = g_strdup("");
	notice->subject = g_strdup("");
	notice->from = g_strdup("");
	notice->policy = g_strdup("");
	notice->zone = g_strdup("");
	notice->detail = g_strdup("");
	notice->error = g_strdup("its record can't be read; see fsck");
	notice->cases = g_array_new(FALSE, FALSE, sizeof(guint64));
	return notice;
}

/* Those of the index: that wait, or were given up. */
static void list_index(Txn *txn, guint8 class, guint limit, GPtrArray *rows)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_OUTBOX);
	Key first = {.n = 0};
	MDB_val at, value;

	key_u8(&first, class);
	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && rows->len < limit && at.mv_size == OUTBOX_KEY_BYTES &&
	     *(const guint8 *)at.mv_data == class;
	     more = txn_step(txn, cursor, &at, &value)) {
		const guint8 *key = at.mv_data;
		guint64 number = key_get_u64(key + 9);
		gint64 moment_s = (gint64)key_get_u64(key + 1);
		Notice *notice = notice_load_sound(txn, number);

		if (!notice && class == 1 && !txn->error) {
			notice = unreadable(number, moment_s);
		}
		if (notice) {
			g_ptr_array_add(rows, notice);
		}
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
}

static void list_all(Txn *txn, int state, guint limit, GPtrArray *rows)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_NOTICES);
	MDB_val at, value;

	for (bool more = txn_last(txn, cursor, &at, &value);
	     more && rows->len < limit && at.mv_size == sizeof(guint64);
	     more = txn_step_back(txn, cursor, &at, &value)) {
		g_autoptr(Notice) notice =
		    notice_load_sound(txn, key_get_u64(at.mv_data));

		if (notice && (state < 0 || (int)notice->state == state)) {
			g_ptr_array_add(rows, g_steal_pointer(&notice));
		}
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
}

GPtrArray *store_notices(Store *store, int state, guint limit, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_notice);
	guint most = limit ? limit : G_MAXUINT;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	if (state == NOTICE_WAITING || state == NOTICE_DEAD) {
		list_index(&txn, state == NOTICE_DEAD, most, rows);
	} else {
		list_all(&txn, state, most, rows);
	}
	return txn_end_read(&txn, error) ? g_steal_pointer(&rows) : NULL;
}

static bool is_leased(Txn *txn, guint64 number)
{
	g_autoptr(Notice) notice = notice_load_sound(txn, number);

	return notice && notice->leased;
}

/* One that waits. */
static void count_waiting(
    Txn *txn, OutboxCount *count, const Entry *entry, gint64 now_s)
{
	count->waiting++;
	if (!count->next_s) {
		count->next_s = entry->moment_s;
	}
	if (entry->moment_s <= now_s) {
		count->due++;
	} else if (entry->moment_s <= now_s + LEASE_S) {
		count->leased += is_leased(txn, entry->number);
	}
}

bool store_outbox(
    Store *store, gint64 now_s, OutboxCount *count, GError **error)
{
	OutboxCount counted = {0};
	MDB_cursor *cursor;
	Key first = {.n = 0};
	MDB_val at, value;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	cursor = txn_cursor(&txn, DB_OUTBOX);
	for (bool more = txn_seek(&txn, cursor, &first, &at, &value);
	     more && at.mv_size == OUTBOX_KEY_BYTES;
	     more = txn_step(&txn, cursor, &at, &value)) {
		const guint8 *key = at.mv_data;
		Entry entry = {
		    (gint64)key_get_u64(key + 1), key_get_u64(key + 9)};

		if (key[0] == 0) {
			count_waiting(&txn, &counted, &entry, now_s);
		} else {
			counted.dead++;
		}
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	if (!txn_end_read(&txn, error)) {
		return false;
	}
	*count = counted;
	return true;
}
