/*
 * A trie of 16 bytes a node: which letters may come next is a mask, and the
 * nodes behind them lie side by side. A map of three letters tells in one look
 * where no word begins, which is nearly everywhere.
 */
#include "score/trie.h"

#include <string.h>

#define LETTER_BITS 6
#define STARTS (1u << (3 * LETTER_BITS))

typedef struct {
	guint64 next;  /* bit 1 << letter */
	guint32 first; /* node of the lowest of them */
	guint32 word;  /* its number + 1; 0: none ends here */
} Node;

struct Trie {
	GArray *nodes; /* of Node; the first is the root */
	guint64 starts[STARTS / 64];
};

/* ---- building ---- */

typedef struct {
	const guint8 *letters;
	gsize length;
	guint number;
} Word;

/* The words below a node: all have the letters that lead to it. */
typedef struct {
	guint from, to; /* of the sorted words */
	gsize depth;
} Range;

static int word_compare(gconstpointer left, gconstpointer right)
{
	const Word *a = left, *b = right;
	int order = memcmp(a->letters, b->letters, MIN(a->length, b->length));
	return order ? order
		     : (a->length > b->length) - (a->length < b->length);
}

/* Gives node AT what follows it; new nodes and their ranges go to the ends. */
static void node_grow(Trie *trie, guint at, const GArray *words, GArray *ranges)
{
	Range range = g_array_index(ranges, Range, at);
	Node node = {.first = trie->nodes->len};
	const Word *word = &g_array_index(words, Word, range.from);
	if (word->length == range.depth) {
		node.word = word->number + 1;
		range.from++;
	}
	while (range.from < range.to) {
		word = &g_array_index(words, Word, range.from);
		guint8 letter = word->letters[range.depth];
		Range below = {range.from, range.from, range.depth + 1};
		while (
		    below.to < range.to &&
		    g_array_index(words, Word, below.to).letters[range.depth] ==
			letter) {
			below.to++;
		}
		Node none = {.next = 0};
		node.next |= G_GUINT64_CONSTANT(1) << letter;
		g_array_append_val(trie->nodes, none);
		g_array_append_val(ranges, below);
		range.from = below.to;
	}
	g_array_index(trie->nodes, Node, at) = node;
}

/* Marks all texts of three letters that begin with WORD. */
static void starts_put(Trie *trie, const Word *word)
{
	guint32 from = 0, n = 1;
	for (gsize i = 0; i < 3; i++) {
		from <<= LETTER_BITS;
		if (i < word->length) {
			from |= word->letters[i];
		} else {
			n <<= LETTER_BITS;
		}
	}
	for (guint32 i = from; i < from + n; i++) {
		trie->starts[i / 64] |= G_GUINT64_CONSTANT(1) << (i % 64);
	}
}

Trie *trie_new(const GPtrArray *words)
{
	Trie *trie = g_new0(Trie, 1);
	trie->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(Word));
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(Range));
	for (guint i = 0; i < words->len; i++) {
		Word word = {.number = i};
		word.letters =
		    g_bytes_get_data(g_ptr_array_index(words, i), &word.length);
		starts_put(trie, &word);
		g_array_append_val(sorted, word);
	}
	g_array_sort(sorted, word_compare);
	Range all = {0, sorted->len, 0};
	Node root = {.next = 0};
	g_array_append_val(trie->nodes, root);
	g_array_append_val(ranges, all);
	for (guint i = 0; sorted->len && i < trie->nodes->len; i++) {
		node_grow(trie, i, sorted, ranges);
	}
	return trie;
}

void trie_free(Trie *trie)
{
	if (!trie) {
		return;
	}
	g_array_unref(trie->nodes);
	g_free(trie);
}

/* ---- walking ---- */

static const Node *node_next(const Node *nodes, const Node *node, guint8 letter)
{
	guint64 bit = G_GUINT64_CONSTANT(1) << letter;
	if (!(node->next & bit)) {
		return NULL;
	}
	int before = __builtin_popcountll(node->next & (bit - 1));
	return &nodes[node->first + (guint32)before];
}

bool trie_walk(const Trie *trie, const guint8 *text, gsize length,
    TrieFound found, gpointer data)
{
	const Node *nodes = (const Node *)(const void *)trie->nodes->data;
	guint32 start = (guint32)text[0] << LETTER_BITS | text[1];
	for (gsize i = 0; i < length; i++) {
		start = (start << LETTER_BITS | text[i + 2]) & (STARTS - 1);
		if (!(trie->starts[start / 64] >> (start % 64) & 1)) {
			continue;
		}
		const Node *node = nodes;
		for (gsize k = i; k < length; k++) {
			node = node_next(nodes, node, text[k]);
			if (!node) {
				break;
			}
			if (node->word && !found(node->word - 1, k + 1, data)) {
				return false;
			}
		}
	}
	return true;
}
