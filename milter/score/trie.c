/*
 * A trie of 16 bytes a node: which letters may come next is a mask, and the
 * nodes behind them lie side by side. Letters that nothing else can follow are
 * no nodes but a string before one (Morrison's Patricia, 1968): most of a trie
 * is such tails, and what it costs is the memory that a walk touches. Maps of
 * three letters, for short words, and of six tell in two looks where no word
 * begins, which is at most places.
 */
#include "score/trie.h"

#include <string.h>

#define LETTER_BITS 5
#define STRING_BITS 5 /* of a string's length */
#define STRING_MOST ((1u << STRING_BITS) - 1)
#define STRINGS_BYTES (1u << (32 - STRING_BITS)) /* beyond: nodes instead */
#define SHORT 3
#define LONG TRIE_AHEAD
#define SHORT_STARTS (1u << (SHORT * LETTER_BITS))
#define LONG_MASK ((G_GUINT64_CONSTANT(1) << (LONG * LETTER_BITS)) - 1)
#define LONG_REST ((LONG - SHORT) * LETTER_BITS) /* behind the first SHORT */
#define LONG_STARTS_BITS 17
#define LONG_STARTS (1u << LONG_STARTS_BITS)

typedef struct {
	guint32 next;   /* bit 1 << letter */
	guint32 first;  /* node of the lowest of them */
	guint32 word;   /* its number + 1; 0: none ends here */
	guint32 string; /* the letters that come before all that: where they
			 * are in the strings, and how many */
} Node;

struct Trie {
	GArray *nodes; /* of Node; the first is the root */
	GByteArray *strings;
	guint64 short_starts[SHORT_STARTS / 64];
	guint64 long_starts[LONG_STARTS / 64]; /* hashed */
};

/* ---- building ---- */

typedef struct {
	const guint8 *letters;
	gsize length;
	guint number;
} Word;

/* A node yet to grow: the words that have the letters that lead to it. */
typedef struct {
	guint node;
	guint from, to; /* of the sorted words */
	gsize depth;
} Bud;

static int word_compare(gconstpointer left, gconstpointer right)
{
	const Word *a = left, *b = right;
	int order = memcmp(a->letters, b->letters, MIN(a->length, b->length));
	return order ? order
		     : (a->length > b->length) - (a->length < b->length);
}

/* How many letters from DEPTH on all words of BUD have in common. */
static gsize bud_common(const Bud *bud, const GArray *words)
{
	const Word *first = &g_array_index(words, Word, bud->from);
	const Word *last = &g_array_index(words, Word, bud->to - 1);
	gsize most = MIN(first->length, last->length);
	gsize at = bud->depth;
	while (at < most && at - bud->depth < STRING_MOST &&
	       first->letters[at] == last->letters[at]) {
		at++;
	}
	return at - bud->depth;
}

/* The string of BUD's node, behind which BUD goes on. */
static guint32 bud_string(Trie *trie, Bud *bud, const GArray *words)
{
	const Word *word = &g_array_index(words, Word, bud->from);
	gsize length = bud_common(bud, words);
	guint32 at = trie->strings->len;
	if (at + length >= STRINGS_BYTES) {
		return 0;
	}
	g_byte_array_append(
	    trie->strings, word->letters + bud->depth, (guint)length);
	bud->depth += length;
	return at << STRING_BITS | (guint32)length;
}

/* Gives the last of BUDS its node's content; what follows it are new ones. The
 * last first: what is on one way lies close together. */
static void bud_grow(Trie *trie, GArray *buds, const GArray *words)
{
	Bud bud = g_array_index(buds, Bud, buds->len - 1);
	Node node = {.first = trie->nodes->len};
	const Word *word = &g_array_index(words, Word, bud.from);
	g_array_set_size(buds, buds->len - 1);
	node.string = bud_string(trie, &bud, words);
	if (word->length == bud.depth) {
		node.word = word->number + 1;
		bud.from++;
	}
	while (bud.from < bud.to) {
		Bud next = {
		    trie->nodes->len, bud.from, bud.from, bud.depth + 1};
		word = &g_array_index(words, Word, bud.from);
		guint8 letter = word->letters[bud.depth];
		do {
			word = &g_array_index(words, Word, next.to++);
		} while (
		    next.to < bud.to && word[1].letters[bud.depth] == letter);
		Node none = {.next = 0};
		node.next |= 1u << letter;
		g_array_append_val(trie->nodes, none);
		g_array_append_val(buds, next);
		bud.from = next.to;
	}
	g_array_index(trie->nodes, Node, bud.node) = node;
}

/* Knuth's multiplicative hash of LONG letters. */
static guint32 long_hash(guint64 letters)
{
	return (guint32)(letters * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) >>
			 (64 - LONG_STARTS_BITS));
}

static void bits_set(guint64 *bits, guint32 at)
{
	bits[at / 64] |= G_GUINT64_CONSTANT(1) << (at % 64);
}

static bool bits_have(const guint64 *bits, guint32 at)
{
	return bits[at / 64] >> (at % 64) & 1;
}

/* The first N letters of WORD, blanks (0) behind it. */
static guint64 word_start(const Word *word, gsize n)
{
	guint64 start = 0;
	for (gsize i = 0; i < n; i++) {
		start <<= LETTER_BITS;
		start |= i < word->length ? word->letters[i] : 0;
	}
	return start;
}

/* Marks all texts of so many letters that begin with WORD. */
static void starts_put(Trie *trie, const Word *word)
{
	if (word->length >= LONG) {
		bits_set(trie->long_starts, long_hash(word_start(word, LONG)));
		return;
	}
	guint32 from = (guint32)word_start(word, SHORT);
	gsize open = SHORT - MIN(word->length, SHORT);
	for (guint32 i = 0; i < 1u << (open * LETTER_BITS); i++) {
		bits_set(trie->short_starts, from + i);
	}
}

Trie *trie_new(const GPtrArray *words)
{
	Trie *trie = g_new0(Trie, 1);
	trie->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
	trie->strings = g_byte_array_new();
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(Word));
	g_autoptr(GArray) buds = g_array_new(FALSE, FALSE, sizeof(Bud));
	for (guint i = 0; i < words->len; i++) {
		Word word = {.number = i};
		word.letters =
		    g_bytes_get_data(g_ptr_array_index(words, i), &word.length);
		starts_put(trie, &word);
		g_array_append_val(sorted, word);
	}
	g_array_sort(sorted, word_compare);
	Bud all = {0, 0, sorted->len, 0};
	Node root = {.next = 0};
	g_array_append_val(trie->nodes, root);
	g_array_append_vals(buds, &all, sorted->len ? 1 : 0);
	while (buds->len) {
		bud_grow(trie, buds, sorted);
	}
	return trie;
}

void trie_free(Trie *trie)
{
	if (!trie) {
		return;
	}
	g_array_unref(trie->nodes);
	g_byte_array_unref(trie->strings);
	g_free(trie);
}

/* ---- walking ---- */

/* The processor's instruction for it can't be relied on, and what compilers
 * call in its place costs as much as the rest of a step. */
static guint32 count_bits(guint32 bits)
{
	const guint32 ones = G_MAXUINT32;
	bits -= bits >> 1 & ones / 3;
	bits = (bits & ones / 5) + (bits >> 2 & ones / 5);
	bits = (bits + (bits >> 4)) & ones / 17;
	return bits * (ones / 255) >> 24;
}

/* The node behind LETTER; NULL: none. */
static const Node *node_next(const Node *nodes, const Node *node, guint8 letter)
{
	guint32 bit = 1u << letter;
	if (!(node->next & bit)) {
		return NULL;
	}
	return &nodes[node->first + count_bits(node->next & (bit - 1))];
}

/* Behind the string of NODE, which begins at AT in the text; 0: it isn't
 * there. */
static gsize string_end(
    const Trie *trie, const Node *node, const Walk *walk, gsize at)
{
	const guint8 *string =
	    trie->strings->data + (node->string >> STRING_BITS);
	gsize length = node->string & STRING_MOST;
	if (length > walk->length - at) {
		return 0;
	}
	for (gsize i = 0; i < length; i++) {
		if (walk->text[at + i] != string[i]) {
			return 0;
		}
	}
	return at + length;
}

/* All words that begin at BEGIN. */
static bool walk_at(const Trie *trie, const Walk *walk, gsize begin)
{
	const Node *nodes = (const Node *)(const void *)trie->nodes->data;
	const Node *node = nodes;
	for (gsize at = begin; node; at++) {
		if (node->string & STRING_MOST) {
			at = string_end(trie, node, walk, at);
			if (at == 0) {
				return true;
			}
		}
		if (node->word &&
		    !walk->found(node->word - 1, at, walk->data)) {
			return false;
		}
		if (at >= walk->length) {
			return true;
		}
		node = node_next(nodes, node, walk->text[at]);
	}
	return true;
}

bool trie_walk(const Trie *trie, const Walk *walk)
{
	guint64 letters = 0;
	for (gsize i = 0; i < LONG - 1; i++) {
		letters = letters << LETTER_BITS | walk->text[i];
	}
	for (gsize i = 0; i < walk->length; i++) {
		letters = letters << LETTER_BITS | walk->text[i + LONG - 1];
		letters &= LONG_MASK;
		guint32 first = (guint32)(letters >> LONG_REST);
		if (!bits_have(trie->short_starts, first) &&
		    !bits_have(trie->long_starts, long_hash(letters))) {
			continue;
		}
		if (!walk_at(trie, walk, i)) {
			return false;
		}
	}
	return true;
}
