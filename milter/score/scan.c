/*
 * All literals in one trie, over the texts in plain letters (literals.h), so
 * that neither case nor word borders are its business.
 *
 * The pass notes but where each word stands, and which sets have one that was
 * found. Windows are made afterwards, for the few patterns that have a way all
 * of whose sets are there: a match begins where those of all of them are.
 * Hostile text may be nothing but literals: after many places of one word all
 * that follows is one window, and beyond a number of all, and of looks at them,
 * patterns may match anywhere.
 */
#include "score/scan.h"

#include <string.h>

#include "score/literals.h"
#include "score/trie.h"

#define PLACES_MAX (512 * 1024)
#define PLACES_OF_ONE 2048          /* of one word; and windows of one set */
#define LOOKS_MAX (4 * 1024 * 1024) /* at a place, or at a word's list */
/* Of one word; beyond, only those in the rarest sets of their ways. */
#define CALLS_MOST 64
/* So few windows are narrowed one by one, more all at once. */
#define FEW_WINDOWS 8
/* So few are put in order by the simplest way. */
#define FEW_TO_SORT 24
/* Buffers that grew beyond this for one message aren't kept for the next. */
#define PLACES_KEPT 8192
#define SLOTS_KEPT 4096 /* a power of two */
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

/* A use in a set that is told of what was found. */
typedef struct {
	guint32 set;
	guint32 use;
} Call;

struct Scan {
	Trie *trie;
	guint n_patterns;
	GArray *calls;  /* of Call, word by word */
	Some *of_word;  /* of each: in calls */
	GArray *uses;   /* of Use, set by set */
	GArray *sets;   /* of Some, LITERAL_SETS of each way: in uses; none is
			 * anything anywhere */
	GArray *begin;  /* guint32 of each set: its newest link before anything
			 * is found, NONE or UNNOTED */
	guint32 *way;   /* of each pattern: the first of its ways; its last is
			 * before the next one's */
	GArray *wants;  /* guint8 of each way: its sets that are noted */
	guint32 *whose; /* of each way: its pattern */
	guint64 *ready; /* bit by bit: patterns that may match whatever there
			 * is */
	guint32 *least; /* of how many bytes each pattern's windows must be */
	guint8 letters[256];
};

/* No link; nothing is noted. */
#define NONE 0
#define UNNOTED G_MAXUINT32

/* A use whose word was found: number FOUND. */
typedef struct {
	guint32 set, use, found;
	guint32 before; /* the link of the set before it, + 1; or NONE */
} Link;

/* Where a word ends. */
typedef struct {
	guint32 end;
	guint32 before; /* the word's place before it, + 1; or NONE */
} Place;

/* A word that was found. */
typedef struct {
	guint32 word;
	guint32 n;    /* PLACES_OF_ONE: it may be anywhere behind the last */
	guint32 last; /* of its places, + 1 */
	guint32 ends; /* where they stand in order, + 1; NONE: not yet */
} Found;

/* The library's arrays are called for each change; these are changed most. */
typedef struct {
	Window *all;
	guint n, room;
} Windows;

struct ScanSpace {
	const Scan *scan;
	GByteArray *plain;
	Place *places; /* as the pass finds them */
	guint32 *ends; /* of the words that were asked for, in order */
	guint n_places, n_ends, room;
	GArray *links; /* of Link */
	/* Those of all words would be more memory than is near the processor;
	 * in a text there are few, in a hash table. */
	GArray *found;  /* of Found */
	guint32 *slots; /* number of a found word, + 1; or NONE */
	guint n_slots;  /* a power of two */
	guint looks;
	bool anywhere; /* nothing is known */
	guint32 *last; /* of each set: its newest link + 1, NONE or UNNOTED */
	guint8 *wants; /* of each way: noted sets of which nothing is found */
	guint64 *may;  /* bit by bit: patterns one of whose ways wants none */
	/* Scratch: those of a way so far, those of its next set, and what both
	 * leave. */
	Windows now, also, both;
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

/* NOTED: its words say that they were found. */
static void collect_set(
    Scan *scan, Collection *all, const GArray *set, bool noted)
{
	Call call = {.set = scan->sets->len};
	Some some = {.from = scan->uses->len};
	for (guint i = 0; set && i < set->len; i++) {
		const Literal *literal = &g_array_index(set, Literal, i);
		Use use = {
		    word_number(all, literal), literal->least, literal->most};
		call.use = scan->uses->len;
		g_array_append_val(scan->uses, use);
		if (noted) {
			g_array_append_val(
			    (GArray *)g_ptr_array_index(all->calls, use.word),
			    call);
		}
	}
	some.to = scan->uses->len;
	g_array_append_val(scan->sets, some);
	guint32 begin = noted && set ? NONE : UNNOTED;
	g_array_append_val(scan->begin, begin);
}

static gsize bits_bytes(const Scan *scan)
{
	return (gsize)(scan->n_patterns / 64 + 1) * sizeof(guint64);
}

static void bit_set(guint64 *bits, guint at)
{
	bits[at / 64] |= G_GUINT64_CONSTANT(1) << (at % 64);
}

/* Adds a way that takes SETS; NULL: nothing. */
static void collect_way(
    Scan *scan, Collection *all, const GPtrArray *sets, bool seldom)
{
	for (guint k = 0; k < LITERAL_SETS; k++) {
		const GArray *set =
		    sets && k < sets->len ? sets->pdata[k] : NULL;
		collect_set(scan, all, set, !seldom);
	}
	guint8 wants = seldom || !sets ? 0 : (guint8)sets->len;
	g_array_append_val(scan->wants, wants);
}

static guint32 n_ways(const Scan *scan)
{
	return scan->sets->len / LITERAL_SETS;
}

static void collect_pattern(
    Scan *scan, Collection *all, guint number, const ScanPattern *pattern)
{
	const GPtrArray *ways = pattern->ways;
	scan->least[number] = pattern->least;
	scan->way[number] = n_ways(scan);
	if (!ways) {
		collect_way(scan, all, NULL, pattern->seldom);
	}
	for (guint i = 0; ways && i < ways->len; i++) {
		collect_way(scan, all, ways->pdata[i], pattern->seldom);
	}
}

/* Which way is whose, and what needs none. */
static void scan_own(Scan *scan)
{
	scan->whose = g_new(guint32, MAX(n_ways(scan), 1));
	scan->ready = g_malloc0(bits_bytes(scan));
	for (guint i = 0; i < scan->n_patterns; i++) {
		for (guint32 k = scan->way[i]; k < scan->way[i + 1]; k++) {
			scan->whose[k] = i;
			if (g_array_index(scan->wants, guint8, k) == 0) {
				bit_set(scan->ready, i);
			}
		}
	}
}

/* SET's words don't say any more that they were found. */
static void set_forget(Scan *scan, guint32 set)
{
	guint32 *begin = &g_array_index(scan->begin, guint32, set);
	if (*begin != UNNOTED) {
		*begin = UNNOTED;
		g_array_index(scan->wants, guint8, set / LITERAL_SETS)--;
	}
}

/* What a word that stands in nearly every text has to say is more than what it
 * helps: of many rules' sets the rarest alone are noted, and the others looked
 * at when those are there. */
static void sets_forget(Scan *scan, const Collection *all)
{
	for (guint i = 0; i < all->calls->len; i++) {
		const GArray *calls = g_ptr_array_index(all->calls, i);
		for (guint k = 0; calls->len > CALLS_MOST && k < calls->len;
		     k++) {
			guint32 set = g_array_index(calls, Call, k).set;
			if (set % LITERAL_SETS != 0) {
				set_forget(scan, set);
			}
		}
	}
}

static void scan_index(Scan *scan, const Collection *all)
{
	scan->of_word = g_new(Some, MAX(all->calls->len, 1));
	sets_forget(scan, all);
	for (guint i = 0; i < all->calls->len; i++) {
		const GArray *calls = g_ptr_array_index(all->calls, i);
		scan->of_word[i].from = scan->calls->len;
		for (guint k = 0; k < calls->len; k++) {
			Call call = g_array_index(calls, Call, k);
			if (g_array_index(scan->begin, guint32, call.set) !=
			    UNNOTED) {
				g_array_append_val(scan->calls, call);
			}
		}
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
	scan->way[patterns->len] = n_ways(scan);
	scan->trie = trie_new(all.words);
	scan_index(scan, &all);
	scan_own(scan);
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
	scan->wants = g_array_new(FALSE, FALSE, sizeof(guint8));
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
	g_array_unref(scan->wants);
	g_free(scan->whose);
	g_free(scan->ready);
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
	space->found = g_array_new(FALSE, FALSE, sizeof(Found));
	space->n_slots = SLOTS_KEPT;
	space->slots = g_new0(guint32, space->n_slots);
	space->last = g_memdup2(
	    scan->begin->data, (gsize)scan->begin->len * sizeof(guint32));
	space->wants = g_memdup2(scan->wants->data, scan->wants->len);
	space->may = g_memdup2(scan->ready, bits_bytes(scan));
	space->links = g_array_new(FALSE, FALSE, sizeof(Link));
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
	g_free(space->ends);
	g_free(space->now.all);
	g_free(space->also.all);
	g_free(space->both.all);
	g_array_unref(space->found);
	g_free(space->slots);
	g_free(space->last);
	g_free(space->wants);
	g_free(space->may);
	g_array_unref(space->links);
	g_free(space);
}

static void space_clear(ScanSpace *space)
{
	const Scan *scan = space->scan;
	if (space->room > PLACES_KEPT) {
		g_clear_pointer(&space->places, g_free);
		g_clear_pointer(&space->ends, g_free);
		space->room = 0;
	}
	if (space->plain->len > PLAIN_KEPT_BYTES) {
		g_byte_array_unref(space->plain);
		space->plain = g_byte_array_new();
	}
	if (space->n_slots > SLOTS_KEPT) {
		g_free(space->slots);
		space->n_slots = SLOTS_KEPT;
		space->slots = g_new(guint32, space->n_slots);
	}
	memset(space->slots, 0, (gsize)space->n_slots * sizeof(guint32));
	space->n_places = space->n_ends = 0;
	space->looks = 0;
	space->anywhere = false;
	for (guint i = 0; i < space->links->len; i++) {
		const Link *link = &g_array_index(space->links, Link, i);
		guint32 way = link->set / LITERAL_SETS;
		space->last[link->set] = NONE;
		space->wants[way] = g_array_index(scan->wants, guint8, way);
	}
	memcpy(space->may, scan->ready, bits_bytes(scan));
	g_array_set_size(space->found, 0);
	g_array_set_size(space->links, 0);
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

/* ---- the words found ---- */

/* Where the number of WORD stands, or would. Knuth's multiplicative hash. */
static guint32 *slot_of(const ScanSpace *space, guint32 word)
{
	guint mask = space->n_slots - 1;
	guint at = (word * 2654435761U >> 12) & mask;
	for (;; at = (at + 1) & mask) {
		guint32 *slot = &space->slots[at];
		if (*slot == NONE ||
		    g_array_index(space->found, Found, *slot - 1).word ==
			word) {
			return slot;
		}
	}
}

static void slots_grow(ScanSpace *space)
{
	g_free(space->slots);
	space->n_slots *= 4;
	space->slots = g_new0(guint32, space->n_slots);
	for (guint32 i = 0; i < space->found->len; i++) {
		guint32 word = g_array_index(space->found, Found, i).word;
		*slot_of(space, word) = i + 1;
	}
}

/* WORD's, which may be new. */
static Found *found_get(ScanSpace *space, guint32 word)
{
	guint32 *slot = slot_of(space, word);
	if (*slot == NONE) {
		Found none = {.word = word};
		g_array_append_val(space->found, none);
		*slot = space->found->len;
		if (space->found->len > space->n_slots / 2) {
			slots_grow(space);
		}
		return &g_array_index(
		    space->found, Found, space->found->len - 1);
	}
	return &g_array_index(space->found, Found, *slot - 1);
}

/* The library's arrays are called for each, and this is called most of all. */
static void places_add(ScanSpace *space, Place place)
{
	if (space->n_places == space->room) {
		space->room = MAX(2 * space->room, 1024);
		space->places = g_renew(Place, space->places, space->room);
		space->ends = g_renew(guint32, space->ends, space->room);
	}
	space->places[space->n_places++] = place;
}

/* Word number WORD ends before END. */
static bool word_found(guint word, gsize end, gpointer data)
{
	ScanSpace *space = data;
	Found *found = found_get(space, word);
	if (found->n == PLACES_OF_ONE) {
		return true;
	}
	found->n++;
	places_add(space, (Place){(guint32)end, found->last});
	found->last = space->n_places;
	return space->n_places <= PLACES_MAX;
}

/* Where FOUND ends, from left to right. */
static const guint32 *found_ends(ScanSpace *space, Found *found)
{
	if (found->ends == NONE) {
		guint32 at = space->n_ends += found->n;
		for (guint32 place = found->last; place != NONE;) {
			space->ends[--at] = space->places[place - 1].end;
			place = space->places[place - 1].before;
		}
		found->ends = at + 1;
	}
	return space->ends + found->ends - 1;
}

/* One of SET's words was found, for the first time. */
static void set_note(ScanSpace *space, guint32 set)
{
	guint32 way = set / LITERAL_SETS;
	if (--space->wants[way] == 0) {
		bit_set(space->may, space->scan->whose[way]);
	}
}

/* Tells all sets that number FOUND of the words is in. */
static void word_note(ScanSpace *space, guint32 found)
{
	const Scan *scan = space->scan;
	guint32 word = g_array_index(space->found, Found, found).word;
	const Some *some = &scan->of_word[word];
	guint first = space->links->len;
	g_array_set_size(space->links, first + some->to - some->from);
	Link *links = &g_array_index(space->links, Link, 0);
	for (guint32 i = some->from; i < some->to; i++) {
		const Call *call = &g_array_index(scan->calls, Call, i);
		guint32 *last = &space->last[call->set];
		if (*last == NONE) {
			set_note(space, call->set);
		}
		links[first++] = (Link){call->set, call->use, found, *last};
		*last = first;
	}
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
	for (guint32 i = 0; i < space->found->len; i++) {
		word_note(space, i);
	}
}

guint scan_next(const ScanSpace *space, guint from, guint end)
{
	if (space->anywhere || from >= end) {
		return MIN(from, end);
	}
	guint64 bits = space->may[from / 64] >> from % 64 << from % 64;
	guint at = from / 64;
	while (bits == 0 && ++at <= (end - 1) / 64) {
		bits = space->may[at];
	}
	return bits == 0 ? end
			 : MIN(at * 64 + (guint)__builtin_ctzll(bits), end);
}

static int window_compare(gconstpointer left, gconstpointer right)
{
	const Window *a = left, *b = right;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Mostly they are few, and nearly in order. */
static void windows_sort(Window *all, guint n)
{
	if (n > FEW_TO_SORT) {
		qsort(all, n, sizeof *all, window_compare);
		return;
	}
	for (guint i = 1; i < n; i++) {
		Window one = all[i];
		guint k = i;
		for (; k > 0 && all[k - 1].from > one.from; k--) {
			all[k] = all[k - 1];
		}
		all[k] = one;
	}
}

/* Puts N windows at ALL in order and joins those that touch; how many are left.
 */
static guint windows_join(Window *all, guint n)
{
	guint last = 0;
	if (n < 2) {
		return n;
	}
	windows_sort(all, n);
	for (guint i = 1; i < n; i++) {
		if (touch(&all[i], &all[last])) {
			all[last].to = MAX(all[last].to, all[i].to);
		} else {
			all[++last] = all[i];
		}
	}
	return last + 1;
}

/* One instead of too many. */
static void windows_melt(Windows *windows)
{
	if (windows->n <= PLACES_OF_ONE) {
		return;
	}
	Window one = windows->all[0];
	for (guint i = 1; i < windows->n; i++) {
		one.from = MIN(one.from, windows->all[i].from);
		one.to = MAX(one.to, windows->all[i].to);
	}
	windows->all[0] = one;
	windows->n = 1;
}

/* Where N more may be put. */
static Window *windows_more(Windows *windows, guint n)
{
	if (windows->room - windows->n < n) {
		windows->room = MAX(2 * windows->room, windows->n + n);
		windows->all = g_renew(Window, windows->all, windows->room);
	}
	return windows->all + windows->n;
}

/* The first of N ends that isn't before LEAST. */
static guint ends_from(const guint32 *ends, guint n, guint64 least)
{
	guint low = 0;
	while (low < n) {
		guint middle = low + (n - low) / 2;
		if (ends[middle] < least) {
			low = middle + 1;
		} else {
			n = middle;
		}
	}
	return low;
}

/* Adds the windows of USE, whose word is FOUND, that touch HULL. */
static void use_windows(ScanSpace *space, const Use *use, Found *found,
    const Window *hull, Windows *windows)
{
	const guint32 *ends = found_ends(space, found);
	guint32 most = reach_bytes(space, &use->most);
	bool open = found->n == PLACES_OF_ONE;
	guint i = ends_from(ends, found->n, (guint64)hull->from + use->least);
	if (open) {
		i = MIN(i, found->n - 1);
	}
	Window *next = windows_more(windows, found->n - i);
	guint n = 0;
	for (; i < found->n; i++) {
		Window window = {
		    .from = ends[i] - MIN(ends[i], most),
		    .to = ends[i] - MIN(ends[i], use->least),
		};
		if (window.from > hull->to) {
			break;
		}
		if (open && i + 1 == found->n) {
			window.to = G_MAXUINT32;
		}
		if (n > 0 && touch(&window, &next[n - 1])) {
			next[n - 1].to = window.to;
		} else {
			next[n++] = window;
		}
		space->looks++;
	}
	windows->n += n;
	windows_melt(windows);
}

static bool tired(const ScanSpace *space)
{
	return space->anywhere || space->looks > LOOKS_MAX;
}

/* Those of all uses in SET, of which the words found were noted. */
static void noted_windows(
    ScanSpace *space, guint set, const Window *hull, Windows *windows)
{
	const Scan *scan = space->scan;
	for (guint32 at = space->last[set]; at != NONE;) {
		const Link *link = &g_array_index(space->links, Link, at - 1);
		use_windows(space, &g_array_index(scan->uses, Use, link->use),
		    &g_array_index(space->found, Found, link->found), hull,
		    windows);
		at = link->before;
		space->looks++;
	}
}

/* ... or weren't. */
static void unnoted_windows(
    ScanSpace *space, guint set, const Window *hull, Windows *windows)
{
	const Scan *scan = space->scan;
	const Some *some = &g_array_index(scan->sets, Some, set);
	for (guint32 i = some->from; i < some->to; i++) {
		const Use *use = &g_array_index(scan->uses, Use, i);
		guint32 number = *slot_of(space, use->word);
		if (number != NONE) {
			use_windows(space, use,
			    &g_array_index(space->found, Found, number - 1),
			    hull, windows);
		}
		space->looks++;
	}
}

static bool set_known(const ScanSpace *space, guint set)
{
	const Some *some = &g_array_index(space->scan->sets, Some, set);
	return some->from < some->to && !tired(space);
}

/* Makes WINDOWS those of number SET, which is known, that touch HULL, from left
 * to right, apart. */
static void set_windows(
    ScanSpace *space, guint set, const Window *hull, Windows *windows)
{
	windows->n = 0;
	if (space->last[set] == UNNOTED) {
		unnoted_windows(space, set, hull, windows);
	} else {
		noted_windows(space, set, hull, windows);
	}
	windows->n = windows_join(windows->all, windows->n);
}

/* Adds to OUT what is both in N windows at ALL and in ALSO. */
static void windows_intersect(
    const Window *all, guint n, const Windows *also, Windows *out)
{
	Window *next = windows_more(out, n + also->n);
	for (guint i = 0, k = 0; i < n && k < also->n;) {
		Window a = all[i], b = also->all[k];
		Window both = {MAX(a.from, b.from), MIN(a.to, b.to)};
		if (both.from <= both.to) {
			*next++ = both;
			out->n++;
		}
		i += a.to <= b.to;
		k += b.to <= a.to;
	}
}

/* Leaves of the windows in `now` what SET has, too. */
static void set_narrow(ScanSpace *space, guint set)
{
	Windows now = space->now;
	guint step = now.n <= FEW_WINDOWS ? 1 : now.n;
	space->both.n = 0;
	for (guint i = 0; i < now.n; i += step) {
		const Window *some = &now.all[i];
		Window hull = {some[0].from, some[step - 1].to};
		set_windows(space, set, &hull, &space->also);
		windows_intersect(some, step, &space->also, &space->both);
	}
	space->now = space->both;
	space->both = now;
}

/* Appends to WINDOWS those of a way, from left to right, apart. */
static void way_windows(ScanSpace *space, guint way, GArray *windows)
{
	const Window all = {0, G_MAXUINT32};
	guint set = way * LITERAL_SETS;
	if (!set_known(space, set)) {
		g_array_append_val(windows, all);
		return;
	}
	set_windows(space, set, &all, &space->now);
	for (guint k = 1; k < LITERAL_SETS && space->now.n > 0; k++) {
		if (set_known(space, set + k)) {
			set_narrow(space, set + k);
		}
	}
	g_array_append_vals(windows, space->now.all, space->now.n);
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
		if (space->anywhere || space->wants[i] == 0) {
			way_windows(space, i, windows);
		}
	}
	if (way[1] - way[0] > 1 && windows->len > first) {
		Window *all = &g_array_index(windows, Window, first);
		guint n = windows_join(all, windows->len - first);
		g_array_set_size(windows, first + n);
	}
	if (windows_bytes(windows, first) < space->scan->least[number]) {
		g_array_set_size(windows, first);
	}
}
