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

static GArray *find_due(Txn *txn, const Taking *taking)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
	MDB_cursor *cursor = txn_cursor(txn, DB_OUTBOX);
	Key first = {.n = 0};
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && numbers->len < taking->limit &&
	     at.mv_size == OUTBOX_KEY_BYTES;
	     more = txn_step(txn, cursor, &at, &value)) {
		const guint8 *key = at.mv_data;
		guint64 number = key_get_u64(key + 9);

		if (key[0] != 0 ||
		    (gint64)key_get_u64(key + 1) > taking->now_s) {
			break;
		}
		g_array_append_val(numbers, number);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return numbers;
}

static void lease(Txn *txn, const Taking *taking, Notice *notice)
{
	Key was = notice_outbox_key(notice);

	if (!notice->message_id) {
		notice->message_id =
		    store_notice_id(txn->store, notice->number, taking->host);
	}
	notice->next_s = taking->now_s + LEASE_S;
	notice_save(txn, notice, &was);
}

static void take_change(Txn *txn, gpointer data)
{
	Taking *taking = data;
	g_autoptr(GArray) numbers = find_due(txn, taking);

	g_ptr_array_set_size(taking->taken, 0);
	for (guint i = 0; i < numbers->len && !txn->error; i++) {
		g_autoptr(Notice) notice =
		    notice_load_sound(txn, g_array_index(numbers, guint64, i));

		if (notice && notice->state == NOTICE_WAITING) {
			lease(txn, taking, notice);
			g_ptr_array_add(
			    taking->taken, g_steal_pointer(&notice));
		}
	}
}

static bool any_due(Store *store, const Taking *taking, GError **error)
{
	g_autoptr(GArray) numbers = NULL;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	numbers = find_due(&txn, taking);
	return txn_end_read(&txn, error) && numbers->len > 0;
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

	/* Whoever asks often costs no commits. */
	if (any_due(store, &taking, &inner)) {
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
	while (store->queued == seen &&
	       g_cond_wait_until(&store->outbox, &store->mutex, until_us)) {
	}
	g_mutex_unlock(&store->mutex);
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

static gint64 pause_s(guint attempts)
{
	guint doublings = MIN(attempts > 0 ? attempts - 1 : 0, 10);

	return MIN((gint64)FIRST_PAUSE_S << doublings, LONGEST_PAUSE_S);
}

static void end_failed(Txn *txn, Notice *notice, gpointer data)
{
	const Ending *ending = data;
	Key was = notice_outbox_key(notice);

	if (notice->state != NOTICE_WAITING) {
		return;
	}
	notice->attempts++;
	g_free(notice->error);
	notice->error =
	    text_one_line(ending->why, strlen(ending->why), LIMIT_EVENT_BYTES);
	if (ending->final ||
	    (notice->attempts > TRIES_LEAST &&
		ending->now_s - notice->after_s >= GIVE_UP_S)) {
		notice_end(txn, notice, NOTICE_DEAD, ending->now_s);
		return;
	}
	notice->next_s = ending->now_s + pause_s(notice->attempts);
	notice_save(txn, notice, &was);
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
		Notice *notice = notice_load_sound(
		    txn, key_get_u64((const guint8 *)at.mv_data + 9));

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
		bool waits = key[0] == 0;

		counted.waiting += waits;
		counted.dead += !waits;
		counted.due += waits && (gint64)key_get_u64(key + 1) <= now_s;
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	if (!txn_end_read(&txn, error)) {
		return false;
	}
	*count = counted;
	return true;
}
