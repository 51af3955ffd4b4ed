/*
 * All literals in one trie, over the texts in plain letters (literals.h), so
 * that neither case nor word borders are its business.
 *
 * The pass notes but where each word stands, and with its first place which
 * ways have it as their rarest. Windows are made afterwards, for the few
 * patterns that have such a way: a match begins where those of all its sets
 * are. Hostile text may be nothing but literals: after many places of one word
 * all that follows is one window, and beyond a number of all, and of looks at
 * them, patterns may match anywhere.
 */
#include "score/scan.h"

#include <string.h>

#include "score/literals.h"
#include "score/trie.h"

#define PLACES_MAX (512 * 1024)
#define PLACES_OF_ONE 2048          /* of one word; and windows of one set */
#define LOOKS_MAX (4 * 1024 * 1024) /* at a place, or at a word's list */
/* Buffers that grew beyond this for one message aren't kept for the next. */
#define PLACES_KEPT 8192
#define PLAIN_KEPT_BYTES (256 * 1024)

/* A literal of one set: its word, and where a match begins before its end. */
typedef struct {
	guint32 word;
	guint32 least;
	Reach most;
} Use;

typedef struct {
	guint32 from, to; /* in an array; the first, and behind the last */
} Some;

/* A use in the first set of a way. */
typedef struct {
	guint32 way;
	guint32 use;
} Call;

struct Scan {
	Trie *trie;
	guint n_words, n_patterns;
	GArray *calls;  /* of Call, word by word */
	Some *of_word;  /* of each: in calls */
	GArray *uses;   /* of Use, set by set */
	GArray *sets;   /* of Some, LITERAL_SETS of each way: in uses; none is
			 * anything anywhere */
	guint32 *way;   /* of each pattern: the first of its ways; its last is
			 * before the next one's */
	GArray *begin;  /* guint32 of each way: its newest link before anything
			 * is found, NONE or UNNOTED */
	guint32 *least; /* of how many bytes each pattern's windows must be */
	guint8 letters[256];
};

/* No link; nothing was noted. */
#define NONE 0
#define UNNOTED G_MAXUINT32

/* A use whose word was found. */
typedef struct {
	guint32 use;
	guint32 before; /* the link of the way before it, + 1; or NONE */
} Link;

/* Where a word ends. */
typedef struct {
	guint32 end;
	guint32 before; /* the place found before it, + 1; or 0 */
} Place;

typedef struct {
	guint32 newest; /* of its places, + 1; or 0 */
	guint32 n;      /* PLACES_OF_ONE: it may be anywhere behind the last */
} Found;

struct ScanSpace {
	const Scan *scan;
	GByteArray *plain;
	Place *places;
	guint n_places, room;
	GArray *links; /* of Link */
	GArray *words; /* guint32: those found */
	guint looks;
	bool anywhere; /* nothing is known */
	Found *found;  /* of each word */
	guint32 *last; /* of each way: its newest link + 1, NONE or UNNOTED */
	GArray *also;  /* of Window: scratch, to intersect */
	/* Of the texts: a byte, the longest character, the longest run. */
	guint32 unit_bytes[REACH_UNITS];
};

/* ---- the literals ---- */

typedef struct {
	GPtrArray *words;  /* of GBytes: the distinct literals */
	GPtrArray *calls;  /* of GArray of Call */
	GHashTable *known; /* of Coded -> number + 1 */
	guint8 codes[256]; /* of letters */
} Collection;

/* A literal in the codes of its letters. */
typedef struct {
	guint8 n;
	guint8 codes[LITERAL_BYTES];
} Coded;

static guint coded_hash(gconstpointer data)
{
	const Coded *coded = data;
	guint hash = 2166136261U; /* FNV-1a */
	for (guint i = 0; i < coded->n; i++) {
		hash = (hash ^ coded->codes[i]) * 16777619U;
	}
	return hash;
}

static gboolean coded_equal(gconstpointer left, gconstpointer right)
{
	const Coded *a = left, *b = right;
	return a->n == b->n && memcmp(a->codes, b->codes, a->n) == 0;
}

static guint8 letter_code(char letter)
{
	return (guint8)(strchr(LITERAL_ALPHABET, letter) - LITERAL_ALPHABET);
}

static void collection_init(Collection *all)
{
	*all = (Collection){
	    .words =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
	    .calls =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
	    .known =
		g_hash_table_new_full(coded_hash, coded_equal, g_free, NULL),
	};
	for (const char *at = LITERAL_ALPHABET; *at; at++) {
		all->codes[(guchar)*at] = letter_code(*at);
	}
}

static guint32 word_number(Collection *all, const Literal *literal)
{
	Coded coded = {.n = (guint8)literal->length};
	for (guint i = 0; i < literal->length; i++) {
		coded.codes[i] = all->codes[(guchar)literal->letters[i]];
	}
	guint number =
	    GPOINTER_TO_UINT(g_hash_table_lookup(all->known, &coded));
	if (number == 0) {
		g_ptr_array_add(
		    all->calls, g_array_new(FALSE, FALSE, sizeof(Call)));
		number = all->calls->len;
		g_hash_table_insert(all->known, g_memdup2(&coded, sizeof coded),
		    GUINT_TO_POINTER(number));
		g_ptr_array_add(all->words, g_bytes_new(coded.codes, coded.n));
	}
	return number - 1;
}

/* CALLS: its words say that the way may be there. */
static void collect_set(
    Scan *scan, Collection *all, const GArray *set, bool calls)
{
	Call call = {.way = scan->begin->len};
	Some some = {.from = scan->uses->len};
	for (guint i = 0; set && i < set->len; i++) {
		const Literal *literal = &g_array_index(set, Literal, i);
		Use use = {
		    word_number(all, literal), literal->least, literal->most};
		call.use = scan->uses->len;
		g_array_append_val(scan->uses, use);
		if (calls) {
			g_array_append_val(
			    (GArray *)g_ptr_array_index(all->calls, use.word),
			    call);
		}
	}
	some.to = scan->uses->len;
	g_array_append_val(scan->sets, some);
}

/* Adds a way that takes SETS; NULL: nothing. */
static void collect_way(
    Scan *scan, Collection *all, const GPtrArray *sets, bool seldom)
{
	for (guint k = 0; k < LITERAL_SETS; k++) {
		const GArray *set =
		    sets && k < sets->len ? sets->pdata[k] : NULL;
		collect_set(scan, all, set, k == 0 && !seldom);
	}
	guint32 begin = !sets || seldom ? UNNOTED : NONE;
	g_array_append_val(scan->begin, begin);
}

static void collect_pattern(
    Scan *scan, Collection *all, guint number, const ScanPattern *pattern)
{
	const GPtrArray *ways = pattern->ways;
	scan->least[number] = pattern->least;
	scan->way[number] = scan->begin->len;
	if (!ways) {
		collect_way(scan, all, NULL, pattern->seldom);
	}
	for (guint i = 0; ways && i < ways->len; i++) {
		collect_way(scan, all, ways->pdata[i], pattern->seldom);
	}
}

static void scan_index(Scan *scan, const Collection *all)
{
	scan->n_words = all->calls->len;
	scan->of_word = g_new(Some, MAX(scan->n_words, 1));
	for (guint i = 0; i < scan->n_words; i++) {
		const GArray *calls = g_ptr_array_index(all->calls, i);
		scan->of_word[i].from = scan->calls->len;
		g_array_append_vals(scan->calls, calls->data, calls->len);
		scan->of_word[i].to = scan->calls->len;
	}
}

static void scan_collect(Scan *scan, const GArray *patterns)
{
	Collection all;
	collection_init(&all);
	for (guint i = 0; i < patterns->len; i++) {
		collect_pattern(
		    scan, &all, i, &g_array_index(patterns, ScanPattern, i));
	}
	scan->way[patterns->len] = scan->begin->len;
	scan->trie = trie_new(all.words);
	scan_index(scan, &all);
	g_hash_table_unref(all.known);
	g_ptr_array_unref(all.words);
	g_ptr_array_unref(all.calls);
}

Scan *scan_new(const GArray *patterns)
{
	Scan *scan = g_new0(Scan, 1);
	scan->uses = g_array_new(FALSE, FALSE, sizeof(Use));
	scan->calls = g_array_new(FALSE, FALSE, sizeof(Call));
	scan->sets = g_array_new(FALSE, FALSE, sizeof(Some));
	scan->begin = g_array_new(FALSE, FALSE, sizeof(guint32));
	scan->n_patterns = patterns->len;
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
	g_array_unref(scan->calls);
	g_free(scan->of_word);
	g_array_unref(scan->sets);
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
	space->found = g_new0(Found, MAX(scan->n_words, 1));
	space->last = g_new(guint32, MAX(scan->begin->len, 1));
	space->links = g_array_new(FALSE, FALSE, sizeof(Link));
	space->words = g_array_new(FALSE, FALSE, sizeof(guint32));
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
	g_free(space->places);
	g_array_unref(space->also);
	g_free(space->found);
	g_free(space->last);
	g_array_unref(space->links);
	g_array_unref(space->words);
	g_free(space);
}

static void space_clear(ScanSpace *space)
{
	const Scan *scan = space->scan;
	if (space->room > PLACES_KEPT) {
		g_clear_pointer(&space->places, g_free);
		space->room = 0;
	}
	if (space->plain->len > PLAIN_KEPT_BYTES) {
		g_byte_array_unref(space->plain);
		space->plain = g_byte_array_new();
	}
	space->n_places = 0;
	space->looks = 0;
	space->anywhere = false;
	for (guint i = 0; i < space->words->len; i++) {
		guint32 word = g_array_index(space->words, guint32, i);
		space->found[word] = (Found){.newest = NONE};
	}
	g_array_set_size(space->words, 0);
	g_array_set_size(space->links, 0);
	for (guint i = 0; i < scan->begin->len; i++) {
		space->last[i] = g_array_index(scan->begin, guint32, i);
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
static void places_add(ScanSpace *space, Place place)
{
	if (space->n_places == space->room) {
		space->room = MAX(2 * space->room, 1024);
		space->places = g_renew(Place, space->places, space->room);
	}
	space->places[space->n_places++] = place;
}

/* Notes WORD, found for the first time, for all ways that it calls. */
static void word_first(ScanSpace *space, guint32 word)
{
	const Scan *scan = space->scan;
	const Some *some = &scan->of_word[word];
	g_array_append_val(space->words, word);
	for (guint32 i = some->from; i < some->to; i++) {
		const Call *call = &g_array_index(scan->calls, Call, i);
		Link link = {call->use, space->last[call->way]};
		g_array_append_val(space->links, link);
		space->last[call->way] = space->links->len;
	}
}

/* Word number WORD ends before END. */
static bool word_found(guint word, gsize end, gpointer data)
{
	ScanSpace *space = data;
	Found *found = &space->found[word];
	if (found->n == PLACES_OF_ONE) {
		return true;
	}
	if (found->n++ == 0) {
		word_first(space, word);
	}
	places_add(space, (Place){(guint32)end, found->newest});
	found->newest = space->n_places;
	return space->n_places <= PLACES_MAX;
}

void scan_nothing(ScanSpace *space)
{
	space->anywhere = true;
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
	Walk walk = {plain, length, word_found, space};
	if (!trie_walk(scan->trie, &walk)) {
		scan_nothing(space);
	}
}

bool scan_may(const ScanSpace *space, guint number)
{
	const guint32 *way = &space->scan->way[number];
	for (guint32 i = way[0]; i < way[1]; i++) {
		if (space->last[i] != NONE) {
			return true;
		}
	}
	return space->anywhere;
}

static int window_compare(gconstpointer left, gconstpointer right)
{
	const Window *a = left, *b = right;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Mostly they are few, or in order. */
static bool windows_sorted(const Window *all, guint n)
{
	for (guint i = 1; i < n; i++) {
		if (all[i].from < all[i - 1].from) {
			return false;
		}
	}
	return true;
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

/* One instead of those from number FIRST on. */
static void windows_melt(GArray *windows, guint first)
{
	Window one = g_array_index(windows, Window, first);
	for (guint i = first + 1; i < windows->len; i++) {
		const Window *more = &g_array_index(windows, Window, i);
		one.from = MIN(one.from, more->from);
		one.to = MAX(one.to, more->to);
	}
	g_array_set_size(windows, first);
	g_array_append_val(windows, one);
}

/* Appends the windows of USE that touch HULL. */
static void use_windows(
    ScanSpace *space, const Use *use, const Window *hull, GArray *windows)
{
	const Found *found = &space->found[use->word];
	bool open = found->n == PLACES_OF_ONE;
	guint32 most = found->n ? reach_bytes(space, &use->most) : 0;
	for (guint32 at = found->newest; at;) {
		const Place *place = &space->places[at - 1];
		Window window = {
		    .from = place->end - MIN(place->end, most),
		    .to = open ? G_MAXUINT32 : place->end - use->least,
		};
		bool fits = open || place->end >= use->least;
		if (fits && window.from <= hull->to &&
		    window.to >= hull->from) {
			g_array_append_val(windows, window);
		}
		open = false;
		at = place->before;
		space->looks++;
	}
}

static bool tired(const ScanSpace *space)
{
	return space->anywhere || space->looks > LOOKS_MAX;
}

/* Puts those from number FIRST on in order, joined. */
static void windows_order(GArray *windows, guint first)
{
	guint n = windows->len - first;
	if (n > 1) {
		n = windows_join(&g_array_index(windows, Window, first), n);
		g_array_set_size(windows, first + n);
	}
}

/* Appends to WINDOWS those of number SET that touch HULL, from left to right,
 * apart. False: they may be anywhere. */
static bool set_windows(
    ScanSpace *space, guint set, const Window *hull, GArray *windows)
{
	const Scan *scan = space->scan;
	const Some *some = &g_array_index(scan->sets, Some, set);
	guint first = windows->len;
	if (some->from == some->to || tired(space)) {
		return false;
	}
	for (guint32 i = some->from; i < some->to; i++) {
		use_windows(
		    space, &g_array_index(scan->uses, Use, i), hull, windows);
		if (windows->len - first > PLACES_OF_ONE) {
			windows_melt(windows, first);
		}
	}
	space->looks += some->to - some->from;
	windows_order(windows, first);
	return true;
}

/* The same of WAY's first set, of which the words found were noted. */
static void noted_windows(ScanSpace *space, guint way, GArray *windows)
{
	const Window all = {0, G_MAXUINT32};
	const Scan *scan = space->scan;
	guint first = windows->len;
	for (guint32 at = space->last[way]; at != NONE;) {
		const Link *link = &g_array_index(space->links, Link, at - 1);
		use_windows(space, &g_array_index(scan->uses, Use, link->use),
		    &all, windows);
		at = link->before;
		if (windows->len - first > PLACES_OF_ONE) {
			windows_melt(windows, first);
		}
	}
	windows_order(windows, first);
}

static void first_windows(ScanSpace *space, guint way, GArray *windows)
{
	const Window all = {0, G_MAXUINT32};
	if (!tired(space) && space->last[way] != UNNOTED) {
		noted_windows(space, way, windows);
	} else if (!set_windows(space, way * LITERAL_SETS, &all, windows)) {
		g_array_append_val(windows, all);
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
static void way_windows(ScanSpace *space, guint way, GArray *windows)
{
	guint set = way * LITERAL_SETS;
	guint first = windows->len;
	first_windows(space, way, windows);
	for (guint k = 1; k < LITERAL_SETS && windows->len > first; k++) {
		Window hull = {
		    g_array_index(windows, Window, first).from,
		    g_array_index(windows, Window, windows->len - 1).to,
		};
		g_array_set_size(space->also, 0);
		if (set_windows(space, set + k, &hull, space->also)) {
			windows_intersect(windows, first, space->also);
		}
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

void scan_windows(ScanSpace *space, guint number, GArray *windows)
{
	const guint32 *way = &space->scan->way[number];
	guint first = windows->len;
	for (guint32 i = way[0]; i < way[1]; i++) {
		if (space->anywhere || space->last[i] != NONE) {
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
