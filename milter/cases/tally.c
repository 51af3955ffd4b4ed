/*
 * Cases that are alike in what lists filter by stand on one shelf, those with a
 * deadline by it, the others by their arrival: what fits a filter is then the
 * front of a few shelves, merged. Beside them a count for each team.
 */
#include "cases/tally.h"

#include <string.h>

#include "cases/spread.h"

/* What all cases of a shelf have in common. */
typedef struct {
	guint32 team, topic, desk;
	guint8 state;
	guint8 due, promised; /* 0 or 1 */
	guint8 level;
} Kind;

typedef struct {
	Kind kind;
	Shelf shelf; /* of moment << 32 | number */
} Alike;

typedef struct {
	FactCount count;
	Spread replies; /* seconds from arrival to first reply */
} TeamSum;

struct Tally {
	GHashTable *alike; /* of Alike, by its kind */
	GPtrArray *teams;  /* of TeamSum, by number; NULL: none yet */
	Shelf arrived;     /* of moment << 32 | number */
};

/* ---- making ---- */

static guint kind_hash(gconstpointer data)
{
	const Kind *kind = data;
	guint hash = kind->team;

	hash = hash * 31 + kind->topic;
	hash = hash * 31 + kind->desk;
	return hash * 31 + (guint)(kind->state | kind->due << 2 |
				   kind->promised << 3 | kind->level << 4);
}

static gboolean kind_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(Kind)) == 0;
}

static void alike_free(gpointer data)
{
	Alike *alike = data;

	shelf_clear(&alike->shelf);
	g_free(alike);
}

static void team_free(gpointer data)
{
	TeamSum *team = data;

	if (team) {
		spread_clear(&team->replies);
		g_free(team);
	}
}

Tally *tally_new(void)
{
	Tally *tally = g_new0(Tally, 1);

	tally->alike =
	    g_hash_table_new_full(kind_hash, kind_equal, NULL, alike_free);
	tally->teams = g_ptr_array_new_with_free_func(team_free);
	shelf_init(&tally->arrived);
	return tally;
}

void tally_free(Tally *tally)
{
	if (tally) {
		g_hash_table_unref(tally->alike);
		g_ptr_array_unref(tally->teams);
		shelf_clear(&tally->arrived);
		g_free(tally);
	}
}

/* ---- shelves ---- */

static Kind kind_of(const Fact *fact)
{
	return (Kind){.team = fact->team,
	    .topic = fact->topic,
	    .desk = fact->desk,
	    .state = fact->state,
	    .level = fact->level,
	    .due = fact->due_s != 0,
	    .promised = fact_promised(fact)};
}

/* The order of case_order_key: by deadline, and those without one from the end,
 * the newest first. */
static guint64 place_of(guint64 id, const Fact *fact)
{
	return fact->due_s
		   ? (guint64)fact->due_s << 32 | id
		   : (guint64)fact->received_s << 32 | (guint32) ~(guint32)id;
}

static guint64 id_at(const Kind *kind, guint64 place)
{
	return kind->due ? (guint32)place : (guint32) ~(guint32)place;
}

static Shelf *shelf_of(Tally *tally, const Kind *kind)
{
	Alike *alike = g_hash_table_lookup(tally->alike, kind);

	if (!alike) {
		alike = g_new0(Alike, 1);
		alike->kind = *kind;
		shelf_init(&alike->shelf);
		g_hash_table_insert(tally->alike, &alike->kind, alike);
	}
	return &alike->shelf;
}

static void change_shelf(
    Tally *tally, guint64 id, const Fact *was, const Fact *now)
{
	Kind from = {0}, to = {0};

	if (was) {
		from = kind_of(was);
	}
	if (now) {
		to = kind_of(now);
	}
	if (was && now && kind_equal(&from, &to) &&
	    place_of(id, was) == place_of(id, now)) {
		return;
	}
	if (was) {
		shelf_take(shelf_of(tally, &from), place_of(id, was));
	}
	if (now) {
		shelf_put(shelf_of(tally, &to), place_of(id, now));
	}
}

static void change_arrived(
    Tally *tally, guint64 id, const Fact *was, const Fact *now)
{
	if (was && now && was->received_s == now->received_s) {
		return;
	}
	if (was) {
		shelf_take(
		    &tally->arrived, (guint64)was->received_s << 32 | id);
	}
	if (now) {
		shelf_put(&tally->arrived, (guint64)now->received_s << 32 | id);
	}
}

/* ---- counts ---- */

static TeamSum *team_of(Tally *tally, guint32 number)
{
	TeamSum *team;

	if (number >= tally->teams->len) {
		g_ptr_array_set_size(tally->teams, (gint)number + 1);
	}
	team = tally->teams->pdata[number];
	if (!team) {
		team = g_new0(TeamSum, 1);
		team->count.team = number;
		tally->teams->pdata[number] = team;
	}
	return team;
}

static guint broken_promises(const Fact *fact)
{
	guint n = 0;

	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];

		n += clock->metric == METRIC_PROMISE && clock->ended_s;
	}
	return n;
}

/* SIGN 1 or -1; what is taken away was added before. */
static void count(Tally *tally, const Fact *fact, int sign)
{
	TeamSum *team = team_of(tally, fact->team);
	FactCount *sum = &team->count;
	guint one = (guint)sign;
	guint32 took_s = fact_took(fact);

	sum->states[fact->state] += one;
	sum->met += one * fact->met;
	sum->missed += one * fact->missed;
	sum->broken += one * broken_promises(fact);
	sum->replied += one * fact->seen_answered;
	sum->by_hand += one * fact->ended_unseen;
	if (!fact->first_reply_s) {
		return;
	}
	sum->answered += one;
	if (sign > 0) {
		spread_add(&team->replies, took_s);
	} else {
		spread_remove(&team->replies, took_s);
	}
}

static bool counts(const Fact *fact)
{
	return fact && fact->mode != MODE_SHADOW;
}

void tally_change(Tally *tally, guint64 id, const Fact *was, const Fact *now)
{
	was = was && was->set ? was : NULL;
	now = now && now->set ? now : NULL;
	change_shelf(tally, id, was, now);
	change_arrived(tally, id, was, now);
	if (counts(was)) {
		count(tally, was, -1);
	}
	if (counts(now)) {
		count(tally, now, 1);
	}
}

void tally_each_count(const Tally *tally, FactCountVisit visit, gpointer data)
{
	for (guint i = 0; i < tally->teams->len; i++) {
		TeamSum *team = tally->teams->pdata[i];

		if (team) {
			team->count.median_s = spread_median(&team->replies);
			visit(&team->count, data);
		}
	}
}

/* ---- looking ---- */

void tally_arrived(Tally *tally, gint64 from_s, gint64 to_s, GArray *ids)
{
	guint64 from = (guint64)CLAMP(from_s, 0, G_MAXUINT32) << 32;
	guint64 to = (guint64)CLAMP(to_s, 0, G_MAXUINT32) << 32;
	guint n, i = shelf_place(&tally->arrived, from);
	const guint64 *all = shelf_look(&tally->arrived, &n);

	for (; i < n && (all[i] < to || to_s > G_MAXUINT32); i++) {
		guint64 id = (guint32)all[i];

		g_array_append_val(ids, id);
	}
}

void tally_unsettled(Tally *tally, GArray *ids)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, tally->alike);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Alike *alike = value;
		const Kind *kind = &alike->kind;
		guint n = 0;
		const guint64 *all = NULL;

		if (kind->due || kind->state == CASE_OPEN ||
		    kind->state == CASE_PAUSED) {
			all = shelf_look(&alike->shelf, &n);
		}
		for (guint i = 0; i < n; i++) {
			guint64 id = id_at(kind, all[i]);

			g_array_append_val(ids, id);
		}
	}
}

/* ---- choosing ---- */

FactFilter fact_filter(const CaseFilter *filter, FactNames *names)
{
	FactFilter found = {.filter = filter,
	    .team = fact_names_find(names, filter->team),
	    .topic = fact_names_find(names, filter->topic),
	    .desk = fact_names_find(names, filter->desk),
	    .teams = g_array_new(FALSE, FALSE, sizeof(guint32))};

	for (gsize i = 0; filter->teams && filter->teams[i]; i++) {
		guint32 team = fact_names_find(names, filter->teams[i]);

		g_array_append_val(found.teams, team);
	}
	return found;
}

void fact_filter_clear(FactFilter *filter)
{
	g_clear_pointer(&filter->teams, g_array_unref);
}

static bool in_teams(const FactFilter *filter, guint32 team)
{
	for (guint i = 0; i < filter->teams->len; i++) {
		if (g_array_index(filter->teams, guint32, i) == team) {
			return true;
		}
	}
	return false;
}

static bool part_fits(CasePart part, const Kind *kind)
{
	switch (part) {
	case CASE_PART_PROMISED:
		return kind->promised;
	case CASE_PART_NEXT:
		return !kind->promised && kind->state != CASE_PAUSED &&
		       (kind->due || kind->state == CASE_OPEN);
	default:
		return true;
	}
}

static bool kind_fits(const FactFilter *by, const Kind *kind)
{
	const CaseFilter *filter = by->filter;

	return (!filter->states || (filter->states & 1u << kind->state)) &&
	       (!filter->levels || (filter->levels & 1u << kind->level)) &&
	       (!filter->team || kind->team == by->team) &&
	       (!filter->topic || kind->topic == by->topic) &&
	       (!filter->desk || kind->desk == by->desk) &&
	       (!filter->teams || in_teams(by, kind->team)) &&
	       (!filter->overdue || kind->due) && part_fits(filter->part, kind);
}

bool fact_fits(const FactFilter *filter, const Fact *fact)
{
	Kind kind = kind_of(fact);
	gint64 now_s = filter->filter->now_s;
	bool late = fact->due_s && fact->due_s < now_s;

	return kind_fits(filter, &kind) && (!filter->filter->overdue || late) &&
	       (filter->filter->part == CASE_PART_ALL || !late);
}

/* What is left of a shelf: `left` of them from `all` on, by `step`. */
typedef struct {
	const Kind *kind;
	const guint64 *all;
	guint left;
	gint step;
} Front;

static bool is_before(const Front *a, const Front *b)
{
	return a->kind->due ? *a->all < *b->all : *a->all > *b->all;
}

/* A heap: none is before the one at half its place. */
static void sink(Front *fronts, guint n, guint i)
{
	for (guint child; (child = 2 * i + 1) < n; i = child) {
		Front front = fronts[i];

		child += child + 1 < n &&
			 is_before(&fronts[child + 1], &fronts[child]);
		if (!is_before(&fronts[child], &front)) {
			return;
		}
		fronts[i] = fronts[child];
		fronts[child] = front;
	}
}

static void merge(GArray *all, guint most, GArray *ids)
{
	Front *fronts = (Front *)(gpointer)all->data;
	guint n = all->len;

	for (guint i = n / 2; i > 0; i--) {
		sink(fronts, n, i - 1);
	}
	while (n > 0 && ids->len < most) {
		guint64 id = id_at(fronts->kind, *fronts->all);

		g_array_append_val(ids, id);
		if (--fronts->left == 0) {
			fronts[0] = fronts[--n];
		} else {
			fronts->all += fronts->step;
		}
		sink(fronts, n, 0);
	}
}

/* The part of the shelf that fits, from the front. */
static Front front_of(const CaseFilter *filter, Alike *alike)
{
	guint64 now = (guint64)CLAMP(filter->now_s, 0, G_MAXUINT32) << 32;
	guint n, late = shelf_place(&alike->shelf, now);
	const guint64 *all = shelf_look(&alike->shelf, &n);
	guint from = filter->part != CASE_PART_ALL ? late : 0;
	guint to = filter->overdue ? late : n;

	if (!alike->kind.due) {
		return (Front){&alike->kind, n > 0 ? all + n - 1 : all, n, -1};
	}
	return (Front){&alike->kind, all + from, to - MIN(from, to), 1};
}

static void choose_of(
    Tally *tally, const FactFilter *filter, bool due, guint most, GArray *ids)
{
	g_autoptr(GArray) fronts = g_array_new(FALSE, FALSE, sizeof(Front));
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, tally->alike);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Alike *alike = value;

		if (alike->kind.due == due && kind_fits(filter, &alike->kind)) {
			Front front = front_of(filter->filter, alike);

			if (front.left > 0) {
				g_array_append_val(fronts, front);
			}
		}
	}
	merge(fronts, most, ids);
}

void tally_choose(
    Tally *tally, const FactFilter *filter, guint most, GArray *ids)
{
	choose_of(tally, filter, true, most, ids);
	if (ids->len < most) {
		choose_of(tally, filter, false, most, ids);
	}
}

/* ---- comparing ---- */

static bool same_shelf(Shelf *a, Shelf *b)
{
	guint n, m;
	const guint64 *x = shelf_look(a, &n), *y = shelf_look(b, &m);

	return n == m && (n == 0 || memcmp(x, y, n * sizeof(*x)) == 0);
}

/* Does B have what is on A's shelves? An empty one is as good as none. */
static bool has_shelves(Tally *a, Tally *b)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, a->alike);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Alike *alike = value;

		if (!same_shelf(&alike->shelf, shelf_of(b, &alike->kind))) {
			return false;
		}
	}
	return true;
}

static bool has_counts(Tally *a, Tally *b)
{
	for (guint i = 0; i < a->teams->len; i++) {
		TeamSum *x = a->teams->pdata[i], *y;

		if (!x) {
			continue;
		}
		y = team_of(b, i);
		x->count.median_s = spread_median(&x->replies);
		y->count.median_s = spread_median(&y->replies);
		if (memcmp(&x->count, &y->count, sizeof(FactCount)) != 0) {
			return false;
		}
	}
	return true;
}

bool tally_equal(Tally *a, Tally *b)
{
	return same_shelf(&a->arrived, &b->arrived) && has_shelves(a, b) &&
	       has_shelves(b, a) && has_counts(a, b) && has_counts(b, a);
}
