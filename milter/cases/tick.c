/*
 * The tick: takes the alarms that are due, the earliest first, one at a time,
 * and does them, many in a transaction. A case whose alarm was done has its
 * next one, so that what piled up while nobody looked is told in the order in
 * which it should have been.
 */
#include "anteroom/tick.h"

#include <string.h>

#include "cases/alarm.h"

#define STEPS_MOST 128 /* alarms of one transaction */
#define MOMENT_KEY_BYTES 16

typedef struct {
	AlarmBook book;
	gint64 now_s;
	Key from;        /* what is before it leads to nothing */
	Key next;        /* where the following change begins */
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

static bool is_before(const Key *a, const Key *b)
{
	return memcmp(a->bytes, b->bytes, MOMENT_KEY_BYTES) < 0;
}

/* *FROM becomes where to look for the next one. An entry that leads to nothing
 * that can be done is passed by; fsck will tell. */
static void do_one(Txn *txn, Tick *tick, const Key *key, Key *from)
{
	g_autoptr(Draft) draft =
	    draft_load_sound(txn, key_get_u64(key->bytes + 8), NULL);
	gint64 moment_s = (gint64)key_get_u64(key->bytes);
	Clock *clock = draft ? alarm_due(draft, moment_s) : NULL;
	Clock before;
	Key again;

	if (!clock) {
		*from = key_pair(
		    (guint64)moment_s, key_get_u64(key->bytes + 8) + 1);
		return;
	}
	before = *clock;
	if (alarm_do(&tick->book, draft, clock, tick->now_s)) {
		count_one(tick, &before, clock);
	}
	again = case_alarm_key(draft->kase);
	if (again.n && is_before(&again, from)) {
		*from = again;
	}
	draft_save(txn, draft, moment_s);
}

static void tick_change(Txn *txn, gpointer data)
{
	Tick *tick = data;
	Key found;

	tick->count = (TickCount){0};
	tick->more = false;
	tick->next = tick->from;
	for (guint i = 0; i < STEPS_MOST && !txn->error; i++) {
		if (!find_due(txn, &tick->next, tick->now_s, &found)) {
			return;
		}
		do_one(txn, tick, &found, &tick->next);
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
		tick.from = tick.next;
	}
	if (count) {
		*count = sum;
	}
	return true;
}

/* ---- when next ---- */

static gint64 first_from(Txn *txn, Db db, gint64 from_s)
{
	MDB_cursor *cursor = txn_cursor(txn, db);
	Key from = key_pair((guint64)from_s, 0);
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

static gint64 first_moment(Txn *txn, gint64 from_s)
{
	return sooner(first_from(txn, DB_ALARMS, from_s),
	    first_from(txn, DB_WAKE, from_s));
}

bool tick_is_behind(Txn *txn, gint64 now_s)
{
	gint64 first_s = first_moment(txn, 0);

	return first_s && first_s <= now_s;
}

void store_looked(Store *store, gint64 now_s, gint64 later_s)
{
	g_mutex_lock(&store->mutex);
	store->looked_s = now_s;
	store->later_s = later_s;
	g_mutex_unlock(&store->mutex);
}

bool store_clock(Store *store, StoreClock *clock, GError **error)
{
	gint64 found_s, looked_s, later_s;
	Txn txn;

	g_mutex_lock(&store->mutex);
	looked_s = store->looked_s;
	later_s = store->later_s;
	g_mutex_unlock(&store->mutex);
	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	found_s = first_moment(&txn, 0);
	if (!txn_end_read(&txn, error)) {
		return false;
	}
	*clock = (StoreClock){looked_s, sooner(found_s, later_s)};
	return true;
}

bool store_next_s(Store *store, gint64 now_s, gint64 *next_s, GError **error)
{
	gint64 found_s;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	found_s = first_moment(&txn, now_s + 1);
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
