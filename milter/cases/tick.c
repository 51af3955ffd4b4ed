/*
 * The tick: takes the alarms that are due, the earliest first, one at a time,
 * and does them, many in a transaction. A case whose alarm was done has its
 * next one, so that what piled up while nobody looked is told in the order in
 * which it should have been.
 */
#include "anteroom/tick.h"

#include "cases/alarm.h"

#define STEPS_MOST 128 /* alarms of one transaction */
#define MOMENT_KEY_BYTES 16

typedef struct {
	AlarmBook book;
	gint64 now_s;
	TickCount count; /* of the change that runs */
	bool more;
} Tick;

/* ---- one alarm ---- */

static bool find_due(Txn *txn, const Key *from, gint64 now_s, Key *found)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_ALARMS);
	MDB_val at, value;
	bool due = txn_seek(txn, cursor, from, &at, &value) &&
		   at.mv_size == MOMENT_KEY_BYTES &&
		   (gint64)key_get_u64(at.mv_data) <= now_s;

	if (due) {
		*found = key_pair(key_get_u64(at.mv_data),
		    key_get_u64((const guint8 *)at.mv_data + 8));
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return due;
}

static void count_one(Tick *tick, const Clock *before, const Clock *after)
{
	tick->count.warnings += after->warned_pct != before->warned_pct;
	tick->count.breaches += after->breached && !before->breached;
	tick->count.escalations += before->breached;
}

/* False: the entry leads to nothing that can be done; fsck will tell. */
static bool do_one(Txn *txn, Tick *tick, const Key *key)
{
	g_autoptr(Draft) draft =
	    draft_load_sound(txn, key_get_u64(key->bytes + 8), NULL);
	gint64 moment_s = (gint64)key_get_u64(key->bytes);
	Clock *clock = draft ? alarm_due(draft, moment_s) : NULL;
	Clock before;

	if (!clock) {
		return false;
	}
	before = *clock;
	if (alarm_do(&tick->book, draft, clock, tick->now_s)) {
		count_one(tick, &before, clock);
	}
	draft_save(txn, draft, moment_s);
	return true;
}

static void tick_change(Txn *txn, gpointer data)
{
	Tick *tick = data;
	Key from = {.n = 0}, found;

	tick->count = (TickCount){0};
	tick->more = false;
	for (guint i = 0; i < STEPS_MOST && !txn->error; i++) {
		if (!find_due(txn, &from, tick->now_s, &found)) {
			return;
		}
		if (!do_one(txn, tick, &found)) {
			from = key_pair(key_get_u64(found.bytes),
			    key_get_u64(found.bytes + 8) + 1);
		}
	}
	tick->more = true;
}

/* ---- all of them ---- */

static bool any_due(Store *store, gint64 now_s, bool *due, GError **error)
{
	Key from = {.n = 0}, found;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	*due = find_due(&txn, &from, now_s, &found);
	return txn_end_read(&txn, error);
}

static void add_counts(TickCount *sum, const TickCount *count)
{
	sum->warnings += count->warnings;
	sum->breaches += count->breaches;
	sum->escalations += count->escalations;
}

static void expect(Store *store, gint64 next_s)
{
	g_mutex_lock(&store->mutex);
	store->expected_s = next_s;
	g_mutex_unlock(&store->mutex);
}

bool store_tick(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    TickCount *count, GError **error)
{
	Tick tick = {.book = {.conf = conf, .sla = sla}, .now_s = now_s};
	TickCount sum = {0};

	/* Whatever is committed from here on is told: it may be due before
	 * somebody asks for the next moment. */
	expect(store, G_MAXINT64);
	if (!store_wake(store, sla, now_s, &sum.resumed, error) ||
	    !any_due(store, now_s, &tick.more, error)) {
		return false;
	}
	while (tick.more) {
		if (!commit_run(store, tick_change, &tick, error)) {
			return false;
		}
		add_counts(&sum, &tick.count);
	}
	if (count) {
		*count = sum;
	}
	return true;
}

/* ---- when next ---- */

static gint64 first_after(Txn *txn, Db db, gint64 now_s)
{
	MDB_cursor *cursor = txn_cursor(txn, db);
	Key from = key_pair((guint64)now_s + 1, 0);
	MDB_val at, value;
	gint64 next_s = 0;

	if (txn_seek(txn, cursor, &from, &at, &value) &&
	    at.mv_size == MOMENT_KEY_BYTES) {
		next_s = (gint64)key_get_u64(at.mv_data);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return next_s;
}

static gint64 sooner(gint64 a, gint64 b)
{
	return a && (!b || a < b) ? a : b;
}

bool store_next_s(Store *store, gint64 now_s, gint64 *next_s, GError **error)
{
	gint64 found_s;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	found_s = sooner(first_after(&txn, DB_ALARMS, now_s),
	    first_after(&txn, DB_WAKE, now_s));
	if (!txn_end_read(&txn, error)) {
		return false;
	}
	expect(store, found_s ? found_s : G_MAXINT64);
	*next_s = found_s;
	return true;
}

void store_watch(Store *store, StoreWatch watch, gpointer data)
{
	g_mutex_lock(&store->mutex);
	store->watch = watch;
	store->watch_data = data;
	g_mutex_unlock(&store->mutex);
}
