/*
 * Looking ahead: the tick, done to copies that are never saved. It walks the
 * cases that need attention before the end, lets each live through it alone,
 * puts what was told in order, and sees what of it will be a storm.
 */
#include "anteroom/tick.h"

#include <string.h>

#include "cases/alarm.h"
#include "cases/notice.h"

#define AHEAD_OF_CASE 256 /* more of one case is a mistake */

typedef struct {
	AlarmBook book;
	gint64 until_s;
	GPtrArray *all; /* of Ahead */
} Forecast;

const char *ahead_name(AheadKind kind)
{
	static const char *const names[] = {
	    "resume", "warning", "breach", "escalation"};

	return names[kind];
}

void ahead_free(Ahead *ahead)
{
	if (ahead) {
		g_clear_pointer(&ahead->notices, g_ptr_array_unref);
		g_free(ahead->team);
		g_free(ahead);
	}
}

static void free_ahead(gpointer ahead)
{
	ahead_free(ahead);
}

static void free_notice(gpointer notice)
{
	notice_free(notice);
}

/* ---- one case ---- */

static Ahead *ahead_new(const Case *kase, AheadKind kind, gint64 at_s)
{
	Ahead *ahead = g_new0(Ahead, 1);

	ahead->kind = kind;
	ahead->at_s = at_s;
	ahead->case_id = kase->id;
	ahead->team = g_strdup(kase->team);
	ahead->notices = g_ptr_array_new_with_free_func(free_notice);
	return ahead;
}

static void take_notices(Draft *draft, Ahead *ahead)
{
	for (guint i = 0; i < draft->notices->len; i++) {
		Notice *notice = draft->notices->pdata[i];

		notice->case_id = draft->kase->id;
		g_ptr_array_add(ahead->notices, notice);
	}
	g_ptr_array_set_size(draft->notices, 0);
}

static void live_alarm(Forecast *forecast, Draft *draft, Clock *clock)
{
	static const AheadKind kinds[] = {[ALARM_WARNING] = AHEAD_WARNING,
	    [ALARM_BREACH] = AHEAD_BREACH,
	    [ALARM_ESCALATION] = AHEAD_ESCALATION};
	Alarm alarm;
	Ahead *ahead;
	bool quiet;

	if (!alarm_next(&forecast->book, draft->kase, clock, &alarm) ||
	    alarm.when_s > forecast->until_s) {
		alarm_set(forecast->book.sla, draft->kase, clock);
		return;
	}
	quiet = alarm.at_s <= clock->quiet_s && alarm.kind != ALARM_BREACH;
	ahead = ahead_new(draft->kase, kinds[alarm.kind], alarm.at_s);
	ahead->metric = clock->metric;
	ahead->instance = clock->instance;
	ahead->step = alarm.step;
	ahead->due_s = clock->due_s;
	alarm_do(&forecast->book, draft, clock, forecast->until_s);
	take_notices(draft, ahead);
	if (quiet) {
		ahead_free(ahead);
	} else {
		g_ptr_array_add(forecast->all, ahead);
	}
}

static gint64 alarm_moment(const Case *kase)
{
	Key key = case_alarm_key(kase);

	return key.n ? (gint64)key_get_u64(key.bytes) : G_MAXINT64;
}

/* The next thing of the case. False: nothing more before the end. */
static bool live_on(Forecast *forecast, Draft *draft)
{
	const Case *kase = draft->kase;
	gint64 wake_s =
	    kase->state == CASE_PAUSED ? kase->pause_until_s : G_MAXINT64;
	gint64 alarm_s = alarm_moment(kase);
	Clock *clock;

	if (MIN(wake_s, alarm_s) > forecast->until_s) {
		return false;
	}
	if (wake_s <= alarm_s) {
		g_ptr_array_add(
		    forecast->all, ahead_new(kase, AHEAD_RESUME, wake_s));
		state_resume(draft, forecast->book.sla, wake_s, "", "");
		return true;
	}
	clock = alarm_due(draft, alarm_s);
	live_alarm(forecast, draft, clock);
	return true;
}

static void live_through(Forecast *forecast, Txn *txn, guint64 id)
{
	g_autoptr(Draft) draft = draft_load_sound(txn, id, NULL);

	for (guint i = 0;
	     draft && i < AHEAD_OF_CASE && live_on(forecast, draft); i++) {
	}
}

/* ---- all of them ---- */

static void add_ids(Txn *txn, Db db, gint64 until_s, GHashTable *ids)
{
	MDB_cursor *cursor = txn_cursor(txn, db);
	Key first = {.n = 0};
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && at.mv_size == 16 &&
	     (gint64)key_get_u64(at.mv_data) <= until_s;
	     more = txn_step(txn, cursor, &at, &value)) {
		gint64 id = (gint64)key_get_u64((const guint8 *)at.mv_data + 8);
		g_hash_table_add(ids, g_memdup2(&id, sizeof(id)));
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
}

static int compare(gconstpointer a, gconstpointer b)
{
	const Ahead *one = *(Ahead *const *)a, *other = *(Ahead *const *)b;

	if (one->at_s != other->at_s) {
		return one->at_s < other->at_s ? -1 : 1;
	}
	return (one->case_id > other->case_id) -
	       (one->case_id < other->case_id);
}

/* Ten breaches in an hour will be one mail. */
static void foretell_storms(Txn *txn, const GPtrArray *all)
{
	g_autoptr(GPtrArray) late = g_ptr_array_new();

	for (guint i = 0; i < all->len; i++) {
		const Ahead *ahead = all->pdata[i];

		for (guint j = 0; j < ahead->notices->len; j++) {
			Notice *notice = ahead->notices->pdata[j];

			if (notice->kind == NOTICE_BREACH ||
			    notice->kind == NOTICE_ESCALATION) {
				g_ptr_array_add(late, notice);
			}
		}
	}
	storms_foretell(txn, late);
}

GPtrArray *store_forecast(Store *store, const Conf *conf, const Sla *sla,
    gint64 until_s, guint limit, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free_ahead);
	g_autoptr(GHashTable) ids =
	    g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	Forecast forecast = {
	    .book = {.conf = conf, .sla = sla}, .until_s = until_s, .all = all};
	GHashTableIter iter;
	gpointer id;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	add_ids(&txn, DB_ALARMS, until_s, ids);
	add_ids(&txn, DB_WAKE, until_s, ids);
	g_hash_table_iter_init(&iter, ids);
	while (g_hash_table_iter_next(&iter, &id, NULL)) {
		live_through(&forecast, &txn, (guint64) * (gint64 *)id);
	}
	g_ptr_array_sort(all, compare);
	foretell_storms(&txn, all);
	if (!txn_end_read(&txn, error)) {
		return NULL;
	}
	if (limit && all->len > limit) {
		g_ptr_array_set_size(all, (gint)limit);
	}
	return g_steal_pointer(&all);
}
