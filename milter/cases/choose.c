/*
 * Which cases a list shows, by the facts in memory: where few of many fit, a
 * look at all of them there is cheaper than at the index on the disk.
 */
#include "cases/facts.h"

#include <string.h>

#define KEEP_LEAST 1024 /* gathered before all but the first go */

typedef struct {
	gint64 rank; /* as the index orders them */
	guint64 id;
} Choice;

typedef struct {
	const CaseFilter *filter;
	guint32 team, topic, desk;
	GArray *teams; /* of guint32 */
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

static bool in_teams(const Choosing *choosing, guint32 team)
{
	for (guint i = 0; i < choosing->teams->len; i++) {
		if (g_array_index(choosing->teams, guint32, i) == team) {
			return true;
		}
	}
	return false;
}

static bool fits(const Choosing *choosing, const Fact *fact)
{
	const CaseFilter *filter = choosing->filter;

	return (!filter->states || (filter->states & 1u << fact->state)) &&
	       (!filter->team || fact->team == choosing->team) &&
	       (!filter->topic || fact->topic == choosing->topic) &&
	       (!filter->desk || fact->desk == choosing->desk) &&
	       (!filter->teams || in_teams(choosing, fact->team)) &&
	       (!filter->overdue ||
		   (fact->due_s && fact->due_s < filter->now_s));
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

	if (choice.rank > choosing->worst || !fits(choosing, fact)) {
		return;
	}
	g_array_append_val(found, choice);
	if (found->len / 4 >= MAX(choosing->most, KEEP_LEAST)) {
		keep_first(choosing);
		choosing->worst =
		    g_array_index(found, Choice, found->len - 1).rank;
	}
}

static void find_names(Choosing *choosing, FactNames *names)
{
	const CaseFilter *filter = choosing->filter;

	choosing->team = fact_names_find(names, filter->team);
	choosing->topic = fact_names_find(names, filter->topic);
	choosing->desk = fact_names_find(names, filter->desk);
	for (gsize i = 0; filter->teams && filter->teams[i]; i++) {
		guint32 team = fact_names_find(names, filter->teams[i]);

		g_array_append_val(choosing->teams, team);
	}
}

/* The index alone is enough for the first of all, or of what is late. */
static bool is_picky(const CaseFilter *filter)
{
	return filter->team || filter->topic || filter->desk || filter->teams ||
	       filter->states;
}

GArray *facts_choose(Store *store, const CaseFilter *filter, guint most)
{
	g_autoptr(GArray) teams = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Choice));
	Choosing choosing = {.filter = filter,
	    .teams = teams,
	    .most = most,
	    .worst = G_MAXINT64,
	    .found = found};
	GArray *ids;

	find_names(&choosing, store_fact_names(store));
	if (!is_picky(filter) || !facts_visit(store, choose_one, &choosing)) {
		return NULL;
	}
	keep_first(&choosing);
	ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	for (guint i = 0; i < found->len; i++) {
		g_array_append_val(ids, g_array_index(found, Choice, i).id);
	}
	return ids;
}
