/*
 * Looking: lists, single cases, timelines. No transaction is open while a
 * visitor runs, since an old reader keeps the file from reusing its pages: the
 * numbers are collected first, the cases then copied out a few at a time.
 */
#include "cases/facts.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/text.h"

#define ROWS 128 /* cases copied out in one transaction */

/* ---- which ---- */

static bool same_or_any(const char *wanted, const char *is)
{
	return !wanted || strcmp(wanted, is) == 0;
}

/* What the index alone can tell. */
static bool index_fits(const CaseFilter *filter, const Order *order)
{
	return (!filter->states || (filter->states & 1u << order->state)) &&
	       same_or_any(filter->team, order->team) &&
	       (!filter->teams ||
		   g_strv_contains(filter->teams, order->team)) &&
	       same_or_any(filter->topic, order->topic) &&
	       same_or_any(filter->desk, order->desk);
}

static bool has_words(const CaseFilter *filter, const Case *kase)
{
	g_autofree char *name = NULL;
	g_autofree char *all = NULL;

	if (!filter->search) {
		return true;
	}
	name = case_name(kase->id);
	all = g_strjoin(
	    " ", name, kase->subject, kase->from, kase->excerpt, NULL);
	return text_has_words(all, filter->search);
}

static bool has_promise(const Case *kase)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == METRIC_PROMISE &&
		    clock->state == CLOCK_RUNNING) {
			return true;
		}
	}
	return false;
}

static bool part_fits(const CaseFilter *filter, const Case *kase, gint64 due)
{
	bool promised = has_promise(kase);

	if (filter->part == CASE_PART_ALL) {
		return true;
	}
	if (due && due < filter->now_s) {
		return false;
	}
	return filter->part == CASE_PART_PROMISED
		   ? promised
		   : !promised && kase->state != CASE_PAUSED &&
			 (due || kase->state == CASE_OPEN);
}

static bool case_fits(const CaseFilter *filter, const Case *kase)
{
	Order order = {.state = kase->state,
	    .team = kase->team,
	    .topic = kase->topic,
	    .desk = kase->desk};
	gint64 due = case_next_due_s(kase);

	return index_fits(filter, &order) &&
	       (!filter->levels || (filter->levels & 1u << kase->level)) &&
	       (!filter->overdue || (due && due < filter->now_s)) &&
	       part_fits(filter, kase, due) && has_words(filter, kase);
}

/* Beyond these entries nothing is overdue any more. */
static bool is_past(const CaseFilter *filter, const guint8 *key)
{
	return filter->overdue &&
	       (key[0] != 0 || (gint64)key_get_u64(key + 1) >= filter->now_s);
}

#define ORDER_KEY_BYTES 17

static void collect_one(const CaseFilter *filter, const MDB_val *at,
    const MDB_val *value, GArray *ids)
{
	guint64 id = key_get_u64((const guint8 *)at->mv_data + 9);
	Order order = {0};
	const char *why;

	/* An entry that can't be read doesn't hide its case. */
	if (!txn_decode(DB_ORDER, at, value, &order, &why)) {
		g_array_append_val(ids, id);
		return;
	}
	if (index_fits(filter, &order)) {
		g_array_append_val(ids, id);
	}
	layout_clear(&order_layout, &order);
}

/* In order, as many as may be needed; all of one moment, so that a case whose
 * deadline moves meanwhile is neither missed nor seen twice. */
static GArray *collect_by_index(
    Store *store, const CaseFilter *filter, guint most, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	Key first = {.n = 0};
	MDB_cursor *cursor;
	MDB_val at, value;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	cursor = txn_cursor(&txn, DB_ORDER);
	for (bool more = txn_seek(&txn, cursor, &first, &at, &value);
	     more && ids->len < most && at.mv_size == ORDER_KEY_BYTES &&
	     !is_past(filter, at.mv_data);
	     more = txn_step(&txn, cursor, &at, &value)) {
		collect_one(filter, &at, &value, ids);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return txn_end_read(&txn, error) ? g_steal_pointer(&ids) : NULL;
}

static GArray *collect(Store *store, const CaseFilter *filter, GError **error)
{
	guint most =
	    filter->search || !filter->limit ? G_MAXUINT : filter->limit;
	GArray *ids = facts_choose(store, filter, most);

	if (ids) {
		return ids;
	}
	/* The index knows neither of promises nor of urgency. */
	return collect_by_index(store, filter,
	    filter->part || filter->levels ? G_MAXUINT : most, error);
}

/* ---- copying out ---- */

static void free_case(gpointer kase)
{
	case_free(kase);
}

typedef struct {
	const CaseFilter *filter;
	const Layout *part; /* of the cases, that is wanted */
	CaseVisit visit;
	gpointer data;
	guint seen;
	bool stop;
} Visiting;

/* Copies PART of those of N cases at IDS that exist. NULL with an error. */
static GPtrArray *copy_out(Store *store, const Layout *part, const guint64 *ids,
    guint n, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_case);
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	for (guint i = 0; i < n && !txn.error; i++) {
		Key key = key_case(ids[i]);
		Case *kase = g_new0(Case, 1);

		if (txn_get_part(&txn, DB_CASES, part, &key, kase)) {
			g_ptr_array_add(rows, kase);
		} else {
			g_free(kase);
		}
	}
	return txn_end_read(&txn, error) ? g_steal_pointer(&rows) : NULL;
}

static void visit_rows(Visiting *visiting, const GPtrArray *rows)
{
	const CaseFilter *filter = visiting->filter;

	for (guint i = 0; i < rows->len && !visiting->stop; i++) {
		const Case *kase = rows->pdata[i];

		if (filter && !case_fits(filter, kase)) {
			continue;
		}
		visiting->seen++;
		visiting->stop = !visiting->visit(kase, visiting->data) ||
				 (filter && filter->limit &&
				     visiting->seen >= filter->limit);
	}
}

static bool visit_ids(
    Store *store, const GArray *ids, Visiting *visiting, GError **error)
{
	for (guint i = 0; i < ids->len && !visiting->stop; i += ROWS) {
		g_autoptr(GPtrArray) rows = copy_out(store, visiting->part,
		    &g_array_index(ids, guint64, i), MIN(ROWS, ids->len - i),
		    error);

		if (!rows) {
			return false;
		}
		visit_rows(visiting, rows);
	}
	return true;
}

bool store_each(Store *store, const CaseFilter *filter, CaseVisit visit,
    gpointer data, GError **error)
{
	Visiting visiting = {.filter = filter,
	    .part = &case_layout,
	    .visit = visit,
	    .data = data};
	g_autoptr(GArray) ids = collect(store, filter, error);

	return ids && visit_ids(store, ids, &visiting, error);
}

/* ---- by number ---- */

/* The next at most ROWS numbers after AFTER. */
static GArray *next_ids(Store *store, guint64 after, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	Key key = key_case(after + 1);
	MDB_cursor *cursor;
	MDB_val at, value;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	cursor = txn_cursor(&txn, DB_CASES);
	for (bool more = txn_seek(&txn, cursor, &key, &at, &value);
	     more && ids->len < ROWS && at.mv_size == sizeof(guint64);
	     more = txn_step(&txn, cursor, &at, &value)) {
		guint64 id = key_get_u64(at.mv_data);
		g_array_append_val(ids, id);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return txn_end_read(&txn, error) ? g_steal_pointer(&ids) : NULL;
}

bool store_each_by_id(
    Store *store, CaseVisit visit, gpointer data, GError **error)
{
	Visiting visiting = {
	    .part = &case_layout, .visit = visit, .data = data};
	guint64 after = 0;

	while (!visiting.stop) {
		g_autoptr(GArray) ids = next_ids(store, after, error);

		if (!ids || !visit_ids(store, ids, &visiting, error)) {
			return false;
		}
		if (ids->len == 0) {
			break;
		}
		after = g_array_index(ids, guint64, ids->len - 1);
	}
	return true;
}

bool store_each_near(Store *store, guint64 id, guint span, CaseVisit visit,
    gpointer data, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	Visiting visiting = {
	    .part = &sketch_layout, .visit = visit, .data = data};

	for (guint64 i = 1; i <= span; i++) {
		guint64 before = id - i, after = id + i;

		if (i < id) {
			g_array_append_val(ids, before);
		}
		g_array_append_val(ids, after);
	}
	return visit_ids(store, ids, &visiting, error);
}

/* ---- one ---- */

Case *store_case(Store *store, guint64 id, GError **error)
{
	g_autoptr(GPtrArray) rows =
	    copy_out(store, &case_layout, &id, 1, error);

	if (!rows) {
		return NULL;
	}
	if (rows->len == 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "there is no case AR-%" G_GUINT64_FORMAT, id);
		return NULL;
	}
	return g_ptr_array_steal_index(rows, 0);
}

static void free_event(gpointer event)
{
	event_free(event);
}

/* The public half of what is stored. */
static Event *take_event(StoredEvent *stored)
{
	Event *event = g_new(Event, 1);

	*event = stored->event;
	memset(&stored->event, 0, sizeof(stored->event));
	layout_clear(&event_layout, stored);
	return event;
}

static bool has_case(Txn *txn, guint64 id)
{
	Key key = key_case(id);

	if (txn_has(txn, DB_CASES, &key)) {
		return true;
	}
	txn_fail(txn, ERROR_NO, "there is no case AR-%" G_GUINT64_FORMAT, id);
	return false;
}

GPtrArray *store_events(Store *store, guint64 id, GError **error)
{
	g_autoptr(GPtrArray) events =
	    g_ptr_array_new_with_free_func(free_event);
	guint32 number = 1;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return NULL;
	}
	for (bool more = has_case(&txn, id); more; number++) {
		StoredEvent stored = {0};
		Key key = key_event(id, number);

		more = txn_get(&txn, DB_EVENTS, &key, &stored);
		if (more) {
			g_ptr_array_add(events, take_event(&stored));
		}
	}
	return txn_end_read(&txn, error) ? g_steal_pointer(&events) : NULL;
}
