/*
 * All literals in one trie, over the texts in plain letters (literals.h), so
 * that neither case nor word borders are its business.
 *
 * What it finds becomes windows, a chain for each set of literals of each way
 * of a pattern; a match begins where those of all sets of a way are. Hostile
 * text may be nothing but literals: the window after many is open to the end,
 * and beyond a number of all the pass ends, and all patterns may match
 * anywhere.
 */
#include "score/scan.h"

#include <string.h>

#include "score/literals.h"
#include "score/trie.h"

#define WINDOWS_MAX (512 * 1024)
#define WINDOWS_OF_ONE 2048        /* of one chain */
#define USES_MAX (4 * 1024 * 1024) /* literals found, by pattern */
/* Buffers that grew beyond this for one message aren't kept for the next. */
#define WINDOWS_KEPT 8192
#define PLAIN_KEPT_BYTES (256 * 1024)

/* A literal of one set. */
typedef struct {
	guint32 chain;
	guint32 least;
	Reach most;
} Use;

struct Scan {
	Trie *trie;
	GArray *uses;   /* of Use, literal by literal */
	guint32 *first; /* of literal i in uses; its last is before i + 1's */
	guint n_patterns, n_ways;
	guint32 *way;   /* of each pattern: the first of its ways; its last is
			 * before the next one's */
	GArray *begin;  /* guint32 of each chain: what its newest link is before
			 * anything is found, NONE or ALL */
	guint32 *least; /* of how many bytes each pattern's windows must be */
	guint8 letters[256];
};

/* No window; one of everything. */
#define NONE 0
#define ALL G_MAXUINT32

typedef struct {
	Window window;
	guint32 before; /* the one found before it, + 1; or NONE */
	guint32 nth;
} Link;

struct ScanSpace {
	const Scan *scan;
	GByteArray *plain;
	Link *links;
	guint n_links, room;
	guint uses;    /* found */
	guint32 *last; /* of each chain: its newest link + 1, NONE or ALL */
	GArray *also;  /* of Window: scratch, to intersect */
	/* Of the texts: a byte, the longest character, the longest run. */
	guint32 unit_bytes[REACH_UNITS];
};

/* ---- the literals ---- */

typedef struct {
	GPtrArray *words;  /* of GBytes: the distinct literals */
	GPtrArray *uses;   /* of GArray of Use */
	GHashTable *known; /* of words -> number + 1 */
} Collection;

static guint8 letter_code(char letter)
{
	return (guint8)(strchr(LITERAL_ALPHABET, letter) - LITERAL_ALPHABET);
}

static void collect(Collection *all, const Literal *literal, guint chain)
{
	guint8 letters[LITERAL_BYTES];
	for (guint i = 0; i < literal->length; i++) {
		letters[i] = letter_code(literal->letters[i]);
	}
	g_autoptr(GBytes) word = g_bytes_new(letters, literal->length);
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(all->known, word));
	if (number == 0) {
		g_ptr_array_add(
		    all->uses, g_array_new(FALSE, FALSE, sizeof(Use)));
		number = all->uses->len;
		g_hash_table_insert(all->known, word, GUINT_TO_POINTER(number));
		g_ptr_array_add(all->words, g_steal_pointer(&word));
	}
	Use use = {chain, literal->least, literal->most};
	g_array_append_val(
	    (GArray *)g_ptr_array_index(all->uses, number - 1), use);
}

static void collect_set(Collection *all, const GArray *set, guint chain)
{
	for (guint i = 0; i < set->len; i++) {
		collect(all, &g_array_index(set, Literal, i), chain);
	}
}

static guint chain_of(guint way, guint set)
{
	return way * LITERAL_SETS + set;
}

/* Adds a way that takes SETS; NULL: nothing. */
static void collect_way(Scan *scan, Collection *all, const GPtrArray *sets)
{
	for (guint k = 0; k < LITERAL_SETS; k++) {
		guint chain = chain_of(scan->n_ways, k);
		guint32 begin = sets && k < sets->len ? NONE : ALL;
		g_array_append_val(scan->begin, begin);
		if (begin == NONE) {
			collect_set(all, sets->pdata[k], chain);
		}
	}
	scan->n_ways++;
}

static void collect_pattern(
    Scan *scan, Collection *all, guint number, const ScanPattern *pattern)
{
	const GPtrArray *ways = pattern->ways;
	scan->least[number] = pattern->least;
	scan->way[number] = scan->n_ways;
	if (!ways) {
		collect_way(scan, all, NULL);
	}
	for (guint i = 0; ways && i < ways->len; i++) {
		collect_way(scan, all, ways->pdata[i]);
	}
}

static void scan_index(Scan *scan, const Collection *all)
{
	scan->first = g_new(guint32, all->uses->len + 1);
	for (guint i = 0; i < all->uses->len; i++) {
		const GArray *uses = g_ptr_array_index(all->uses, i);
		scan->first[i] = scan->uses->len;
		g_array_append_vals(scan->uses, uses->data, uses->len);
	}
	scan->first[all->uses->len] = scan->uses->len;
}

static void scan_collect(Scan *scan, const GArray *patterns)
{
	Collection all = {
	    .words =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
	    .uses =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
	    .known = g_hash_table_new(g_bytes_hash, g_bytes_equal),
	};
	for (guint i = 0; i < patterns->len; i++) {
		collect_pattern(
		    scan, &all, i, &g_array_index(patterns, ScanPattern, i));
	}
	scan->way[patterns->len] = scan->n_ways;
	scan->trie = trie_new(all.words);
	scan_index(scan, &all);
	g_hash_table_unref(all.known);
	g_ptr_array_unref(all.words);
	g_ptr_array_unref(all.uses);
}

Scan *scan_new(const GArray *patterns)
{
	Scan *scan = g_new0(Scan, 1);
	scan->uses = g_array_new(FALSE, FALSE, sizeof(Use));
	scan->n_patterns = patterns->len;
	scan->begin = g_array_new(FALSE, FALSE, sizeof(guint32));
	scan->way = g_new(guint32, patterns->len + 1);
	scan->least = g_new(guint32, patterns->len + 1);
	for (guint i = 0; i < 256; i++) {
		scan->letters[i] = letter_code(literal_letter((guchar)i));
	}
	scan_collect(scan, patterns);
	return scan;
}

void scan_free(Scan *scan)
{
	if (!scan) {
		return;
	}
	trie_free(scan->trie);
	g_array_unref(scan->uses);
	g_free(scan->first);
	g_array_unref(scan->begin);
	g_free(scan->way);
	g_free(scan->least);
	g_free(scan);
}

/* ---- scanning ---- */

ScanSpace *scan_space_new(const Scan *scan)
{
	ScanSpace *space = g_new0(ScanSpace, 1);
	space->scan = scan;
	space->plain = g_byte_array_new();
	space->last = g_new(guint32, MAX(scan->begin->len, 1));
	space->also = g_array_new(FALSE, FALSE, sizeof(Window));
	scan_nothing(space);
	return space;
}

void scan_space_free(ScanSpace *space)
{
	if (!space) {
		return;
	}
	g_byte_array_unref(space->plain);
	g_free(space->links);
	g_array_unref(space->also);
	g_free(space->last);
	g_free(space);
}

static void space_clear(ScanSpace *space)
{
	if (space->room > WINDOWS_KEPT) {
		g_clear_pointer(&space->links, g_free);
		space->room = 0;
	}
	if (space->plain->len > PLAIN_KEPT_BYTES) {
		g_byte_array_unref(space->plain);
		space->plain = g_byte_array_new();
	}
	space->n_links = 0;
	space->uses = 0;
	for (guint i = 0; i < space->scan->begin->len; i++) {
		space->last[i] = g_array_index(space->scan->begin, guint32, i);
	}
}

static guint32 reach_bytes(const ScanSpace *space, const Reach *reach)
{
	guint64 bytes = reach->of[REACH_BYTES];
	bytes +=
	    (guint64)reach->of[REACH_CHARS] * space->unit_bytes[REACH_CHARS];
	bytes +=
	    (guint64)reach->of[REACH_WORDS] * space->unit_bytes[REACH_WORDS];
	return (guint32)MIN(bytes, G_MAXUINT32);
}

static bool touch(const Window *a, const Window *b)
{
	return a->from <= (guint64)b->to + 1 && b->from <= (guint64)a->to + 1;
}

/* The library's arrays are called for each, and this is called most of all. */
static void links_add(ScanSpace *space, Link link)
{
	if (space->n_links == space->room) {
		space->room = MAX(2 * space->room, 1024);
		space->links = g_renew(Link, space->links, space->room);
	}
	space->links[space->n_links++] = link;
}

static void space_add(ScanSpace *space, const Use *use, guint32 end)
{
	if (end < use->least) {
		return;
	}
	guint32 *last = &space->last[use->chain];
	guint32 most = reach_bytes(space, &use->most);
	Window window = {.from = end - MIN(end, most), .to = end - use->least};
	guint32 nth = 1;
	if (*last != NONE) {
		Link *newest = &space->links[*last - 1];
		Window *known = &newest->window;
		nth = newest->nth + 1;
		if (touch(&window, known)) {
			known->from = MIN(known->from, window.from);
			known->to = MAX(known->to, window.to);
			return;
		}
	}
	if (nth == WINDOWS_OF_ONE) {
		window.to = G_MAXUINT32;
	}
	links_add(space, (Link){window, *last, nth});
	*last = space->n_links;
}

/* Literal number WORD ends before END. */
static bool literal_found(guint word, gsize end, gpointer data)
{
	ScanSpace *space = data;
	const Scan *scan = space->scan;
	for (guint32 i = scan->first[word]; i < scan->first[word + 1]; i++) {
		space_add(
		    space, &g_array_index(scan->uses, Use, i), (guint32)end);
	}
	space->uses += scan->first[word + 1] - scan->first[word];
	return space->n_links <= WINDOWS_MAX && space->uses <= USES_MAX;
}

void scan_nothing(ScanSpace *space)
{
	for (guint i = 0; i < space->scan->begin->len; i++) {
		space->last[i] = ALL;
	}
}

void scan_texts(ScanSpace *space, const char *texts, gsize length)
{
	const Scan *scan = space->scan;
	if (length > G_MAXUINT32 / 2) {
		scan_nothing(space);
		return;
	}
	space_clear(space);
	g_byte_array_set_size(space->plain, (guint)length + TRIE_AHEAD);
	guint8 *plain = space->plain->data;
	guchar all = 0;
	guint32 run = 0, longest = 1;
	for (gsize i = 0; i < length; i++) {
		guchar byte = (guchar)texts[i];
		plain[i] = scan->letters[byte];
		all |= byte;
		run = plain[i] || byte >= 0x80 ? run + 1 : 0;
		longest = MAX(longest, run);
	}
	space->unit_bytes[REACH_CHARS] = all < 0x80 ? 1 : 4;
	space->unit_bytes[REACH_WORDS] = longest;
	memset(plain + length, 0, TRIE_AHEAD);
	Walk walk = {plain, length, literal_found, space};
	if (!trie_walk(scan->trie, &walk)) {
		scan_nothing(space);
	}
}

static bool way_may(const ScanSpace *space, guint way)
{
	for (guint k = 0; k < LITERAL_SETS; k++) {
		if (space->last[chain_of(way, k)] == NONE) {
			return false;
		}
	}
	return true;
}

bool scan_may(const ScanSpace *space, guint number)
{
	const guint32 *way = &space->scan->way[number];
	for (guint32 i = way[0]; i < way[1]; i++) {
		if (way_may(space, i)) {
			return true;
		}
	}
	return false;
}

static int window_compare(gconstpointer left, gconstpointer right)
{
	const Window *a = left, *b = right;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Links are found from left to right, so that mostly they are in order. */
static bool windows_sorted(const Window *all, guint n)
{
	for (guint i = 1; i < n; i++) {
		if (all[i].from < all[i - 1].from) {
			return false;
		}
	}
	return true;
}

static const Link *link_at(const ScanSpace *space, guint32 at)
{
	return &space->links[at - 1];
}

/* Sorts the windows at ALL and joins those that touch; how many are left. */
static guint windows_join(Window *all, guint n)
{
	guint last = 0;
	if (!windows_sorted(all, n)) {
		qsort(all, n, sizeof *all, window_compare);
	}
	for (guint i = 1; i < n; i++) {
		if (touch(&all[i], &all[last])) {
			all[last].to = MAX(all[last].to, all[i].to);
		} else {
			all[++last] = all[i];
		}
	}
	return last + 1;
}

/* Appends to WINDOWS those of a chain, from left to right, apart. */
static void chain_windows(const ScanSpace *space, guint chain, GArray *windows)
{
	guint32 at = space->last[chain];
	if (at == ALL) {
		Window all = {0, G_MAXUINT32};
		g_array_append_val(windows, all);
		return;
	}
	guint first = windows->len;
	guint n = at == NONE ? 0 : link_at(space, at)->nth;
	g_array_set_size(windows, first + n);
	while (at != NONE) {
		const Link *link = link_at(space, at);
		g_array_index(windows, Window, first + --n) = link->window;
		at = link->before;
	}
	if (windows->len > first) {
		n = windows_join(&g_array_index(windows, Window, first),
		    windows->len - first);
		g_array_set_size(windows, first + n);
	}
}

/* Leaves of WINDOWS from number FIRST on what is in ALSO, too. */
static void windows_intersect(GArray *windows, guint first, const GArray *also)
{
	guint n = windows->len;
	for (guint i = first, k = 0; i < n && k < also->len;) {
		Window a = g_array_index(windows, Window, i);
		Window b = g_array_index(also, Window, k);
		Window both = {MAX(a.from, b.from), MIN(a.to, b.to)};
		if (both.from <= both.to) {
			g_array_append_val(windows, both);
		}
		i += a.to <= b.to;
		k += b.to <= a.to;
	}
	g_array_remove_range(windows, first, n - first);
}

/* Appends to WINDOWS those of a way, from left to right, apart. */
static void way_windows(const ScanSpace *space, guint way, GArray *windows)
{
	guint first = windows->len;
	chain_windows(space, chain_of(way, 0), windows);
	for (guint k = 1; k < LITERAL_SETS; k++) {
		if (space->last[chain_of(way, k)] == ALL) {
			continue;
		}
		g_array_set_size(space->also, 0);
		chain_windows(space, chain_of(way, k), space->also);
		windows_intersect(windows, first, space->also);
	}
}

static gsize windows_bytes(const GArray *windows, guint first)
{
	gsize bytes = 0;
	for (guint i = first; i < windows->len; i++) {
		const Window *one = &g_array_index(windows, Window, i);
		bytes += (gsize)one->to - one->from + 1;
	}
	return bytes;
}

void scan_windows(const ScanSpace *space, guint number, GArray *windows)
{
	const guint32 *way = &space->scan->way[number];
	guint first = windows->len;
	for (guint32 i = way[0]; i < way[1]; i++) {
		if (way_may(space, i)) {
			way_windows(space, i, windows);
		}
	}
	guint n = windows->len - first;
	if (n > 1 && way[1] - way[0] > 1) {
		n = windows_join(&g_array_index(windows, Window, first), n);
		g_array_set_size(windows, first + n);
	}
	if (windows_bytes(windows, first) < space->scan->least[number]) {
		g_array_set_size(windows, first);
	}
}
