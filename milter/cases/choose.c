/*
 * Which cases a list shows, by the facts in memory: a few are the front of what
 * stands there in order; for many of them all facts are looked at, which is
 * still cheaper than the index on the disk.
 */
#include "cases/facts.h"

#include <string.h>

#define FEW 4096        /* found by merging */
#define KEEP_LEAST 1024 /* gathered before all but the first go */

typedef struct {
	gint64 rank; /* as the index orders them */
	guint64 id;
} Choice;

typedef struct {
	const FactFilter *filter;
	guint most;
	gint64 worst;  /* beyond it none is needed any more */
	GArray *found; /* of Choice */
} Choosing;

/* The order of case_order_key: by deadline, then the newest first. */
static gint64 rank_of(const Fact *fact)
{
	return fact->due_s != 0 ? (gint64)fact->due_s
				: G_MAXINT64 - (gint64)fact->received_s;
}

static int compare(gconstpointer a, gconstpointer b)
{
	const Choice *x = a, *y = b;

	return x->rank != y->rank ? (x->rank > y->rank ? 1 : -1)
				  : (x->id > y->id) - (x->id < y->id);
}

static void keep_first(Choosing *choosing)
{
	GArray *found = choosing->found;

	g_array_sort(found, compare);
	if (found->len > choosing->most) {
		g_array_set_size(found, choosing->most);
	}
}

static void choose_one(guint64 id, const Fact *fact, gpointer data)
{
	Choosing *choosing = data;
	Choice choice = {.rank = rank_of(fact), .id = id};
	GArray *found = choosing->found;

	if (choice.rank > choosing->worst ||
	    !fact_fits(choosing->filter, fact)) {
		return;
	}
	g_array_append_val(found, choice);
	if (found->len / 4 >= MAX(choosing->most, KEEP_LEAST)) {
		keep_first(choosing);
		choosing->worst =
		    g_array_index(found, Choice, found->len - 1).rank;
	}
}

/* Many: a lock isn't held for all of them. */
static bool choose_many(
    Store *store, const FactFilter *filter, guint most, GArray *ids)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Choice));
	Choosing choosing = {.filter = filter,
	    .most = most,
	    .worst = G_MAXINT64,
	    .found = found};

	if (!facts_visit(store, choose_one, &choosing)) {
		return false;
	}
	keep_first(&choosing);
	for (guint i = 0; i < found->len; i++) {
		g_array_append_val(ids, g_array_index(found, Choice, i).id);
	}
	return true;
}

GArray *facts_choose(Store *store, const CaseFilter *filter, guint most)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	FactFilter names = fact_filter(filter, store_fact_names(store));
	bool done = most <= FEW ? facts_front(store, &names, most, ids)
				: choose_many(store, &names, most, ids);

	fact_filter_clear(&names);
	if (!done) {
		g_clear_pointer(&ids, g_array_unref);
	}
	return ids;
}
