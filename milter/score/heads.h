/*
 * How the matches of a pattern begin, when each begins with a word: the word's
 * first three characters. And where in a text words begin, so that a pattern of
 * a hundred alternatives is tried at a handful of places.
 */
#ifndef SCORE_HEADS_H
#define SCORE_HEADS_H

#include <glib.h>
#include <stdbool.h>

#define HEAD_LETTERS 3
#define HEAD_CODES 16384

/* A set of beginnings; may hold more than were put in, never fewer. */
typedef struct {
	guint64 bits[HEAD_CODES / 64];
} Heads;

/* Puts in all beginnings that begin with the N LETTERS, 1 to HEAD_LETTERS; a
 * blank among them is anything that isn't part of a word. */
void heads_put(Heads *heads, const char *letters, guint n);

/* How many codes are in it. */
guint heads_count(const Heads *heads);

/* A place where a word of ASCII begins. */
typedef struct {
	guint32 at; /* bytes into the text */
	guint32 code;
} WordStart;

/* Appends the places of TEXT to STARTS (of WordStart), from left to right. */
void heads_find(GArray *starts, const char *text, gsize length);

static inline bool heads_have(const Heads *heads, guint32 code)
{
	return heads->bits[code / 64] >> (code % 64) & 1;
}

#endif
