/* Sums of products: each way is what must be there together. */
#include "score/ways.h"

#include <math.h>

#define WAYS_MAX 32
#define LITERALS_MAX 2048 /* of one set */

static void way_clear(gpointer data)
{
	Way *way = data;
	for (guint i = 0; i < LITERAL_SETS; i++) {
		g_clear_pointer(&way->sets[i].literals, g_array_unref);
	}
}

GArray *ways_none(void)
{
	GArray *ways = g_array_new(FALSE, FALSE, sizeof(Way));
	g_array_set_clear_func(ways, way_clear);
	return ways;
}

static Way way_new(double cost)
{
	Way way;
	for (guint i = 0; i < LITERAL_SETS; i++) {
		GArray *literals =
		    isinf(cost) ? NULL
				: g_array_new(FALSE, FALSE, sizeof(Literal));
		way.sets[i] = (LiteralSet){literals, cost, cost};
	}
	return way;
}

GArray *ways_one(void)
{
	GArray *ways = ways_none();
	Way way = way_new(INFINITY);
	g_array_append_val(ways, way);
	return ways;
}

static Way way_copy(const Way *way)
{
	Way copy = *way;
	for (guint i = 0; i < LITERAL_SETS; i++) {
		if (copy.sets[i].literals) {
			g_array_ref(copy.sets[i].literals);
		}
	}
	return copy;
}

/* Keeps SET if it beats one of the way's. */
static void way_take(Way *way, const LiteralSet *set)
{
	LiteralSet *sets = way->sets;
	guint i = LITERAL_SETS - 1;
	if (set->cost >= sets[i].cost) {
		return;
	}
	g_clear_pointer(&sets[i].literals, g_array_unref);
	for (; i > 0 && set->cost < sets[i - 1].cost; i--) {
		sets[i] = sets[i - 1];
	}
	sets[i] = *set;
	g_array_ref(sets[i].literals);
}

void ways_take(GArray *ways, const LiteralSet *set)
{
	for (guint i = 0; i < ways->len; i++) {
		way_take(&g_array_index(ways, Way, i), set);
	}
}

/* Puts number I of WAY's sets into SET, or the last there is. */
static void set_unite(LiteralSet *set, const Way *way, guint i)
{
	while (i > 0 && isinf(way->sets[i].cost)) {
		i--;
	}
	const LiteralSet *more = &way->sets[i];
	set->cost += more->cost;
	set->hits += more->hits;
	if (!more->literals) {
		return;
	}
	if (set->literals->len + more->literals->len > LITERALS_MAX) {
		set->cost = set->hits = INFINITY;
	}
	if (!isinf(set->cost)) {
		g_array_append_vals(
		    set->literals, more->literals->data, more->literals->len);
	}
}

/* One way that is possible where any of WAYS is. Transfer full. */
static GArray *ways_united(const GArray *ways)
{
	GArray *united = ways_none();
	Way one = way_new(0);
	for (guint i = 0; i < ways->len; i++) {
		for (guint k = 0; k < LITERAL_SETS; k++) {
			set_unite(
			    &one.sets[k], &g_array_index(ways, Way, i), k);
		}
	}
	g_array_append_val(united, one);
	return united;
}

static bool single(const Way *way)
{
	return !isinf(way->sets[0].cost) && isinf(way->sets[1].cost);
}

/* Among WAYS, one that may take WAY in and be as good: both take but one set.
 * NULL: none. */
static Way *ways_like(GArray *ways, const Way *way)
{
	for (guint i = 0; single(way) && i < ways->len; i++) {
		Way *other = &g_array_index(ways, Way, i);
		if (single(other) &&
		    other->sets[0].literals->len + way->sets[0].literals->len <=
			LITERALS_MAX) {
			return other;
		}
	}
	return NULL;
}

static void ways_add(GArray *ways, const Way *way)
{
	Way *like = ways_like(ways, way);
	if (like) {
		LiteralSet both = like->sets[0];
		both.literals = g_array_copy(both.literals);
		set_unite(&both, way, 0);
		g_array_unref(like->sets[0].literals);
		like->sets[0] = both;
		return;
	}
	Way copy = way_copy(way);
	g_array_append_val(ways, copy);
}

void ways_or(GArray *ways, const GArray *more)
{
	for (guint i = 0; i < more->len; i++) {
		ways_add(ways, &g_array_index(more, Way, i));
	}
	if (ways->len > WAYS_MAX) {
		g_autoptr(GArray) united = ways_united(ways);
		Way one = way_copy(&g_array_index(united, Way, 0));
		g_array_set_size(ways, 0);
		g_array_append_val(ways, one);
	}
}

static Way way_and(const Way *way, const Way *then)
{
	Way both = way_copy(way);
	for (guint i = 0; i < LITERAL_SETS; i++) {
		way_take(&both, &then->sets[i]);
	}
	return both;
}

GArray *ways_and(const GArray *ways, const GArray *then)
{
	if (ways->len * then->len > WAYS_MAX) {
		/* The rarer side is worth more as it is. */
		bool first = ways_cost(ways) > ways_cost(then);
		g_autoptr(GArray) united = ways_united(first ? ways : then);
		return first ? ways_and(united, then) : ways_and(ways, united);
	}
	GArray *all = ways_none();
	for (guint i = 0; i < ways->len; i++) {
		for (guint k = 0; k < then->len; k++) {
			Way both = way_and(&g_array_index(ways, Way, i),
			    &g_array_index(then, Way, k));
			g_array_append_val(all, both);
		}
	}
	return all;
}

double ways_cost(const GArray *ways)
{
	double cost = 0;
	for (guint i = 0; i < ways->len; i++) {
		cost += g_array_index(ways, Way, i).sets[0].cost;
	}
	return cost;
}

double ways_hits(const GArray *ways)
{
	double hits = 0;
	for (guint i = 0; i < ways->len; i++) {
		const Way *way = &g_array_index(ways, Way, i);
		double least = way->sets[0].hits;
		for (guint k = 1; k < LITERAL_SETS; k++) {
			least = MIN(least, way->sets[k].hits);
		}
		hits += least;
	}
	return hits;
}
