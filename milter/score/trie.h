/*
 * Many words at once: every place of a text where one of them stands, in one
 * pass. Ready in a few microseconds a word, which no library of automata is.
 */
#ifndef SCORE_TRIE_H
#define SCORE_TRIE_H

#include <glib.h>
#include <stdbool.h>

/* Words and texts are bytes below this. */
#define TRIE_LETTERS 32

/* Immutable, for any number of threads. */
typedef struct Trie Trie;

/* WORDS: of GBytes, each once, none empty; they are numbered as they stand
 * there. Transfer full. */
Trie *trie_new(const GPtrArray *words);
void trie_free(Trie *trie);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trie, trie_free)

/* Word number WORD ends before END. False: enough. */
typedef bool (*TrieFound)(guint word, gsize end, gpointer data);

/* The text has TRIE_AHEAD bytes more than its length, of any value. */
#define TRIE_AHEAD 6

typedef struct {
	const guint8 *text;
	gsize length;
	TrieFound found;
	gpointer data;
} Walk;

/* Calls walk->found for each word at each place of the text, from left to right
 * by where they begin. False: it had enough. */
bool trie_walk(const Trie *trie, const Walk *walk);

#endif
