/*
 * Which runs of two and three characters a text has: one pass over the text,
 * then "may it have this word?" in a few nanoseconds. Says yes too often, never
 * no to what is there. Caseless; all but ASCII's letters, digits and underscore
 * is one and the same "gap", be it a blank, a bracket or a byte of another
 * script.
 */
#ifndef SCORE_GRAMS_H
#define SCORE_GRAMS_H

#include <glib.h>
#include <stdbool.h>

/* a-z, 0-9, "_" and the gap */
#define GRAM_GAP 37
#define GRAM_CLASSES 38

static inline guint8 gram_class(guchar byte)
{
	guchar letter = (guchar)((byte | 0x20) - 'a');
	guchar digit = (guchar)(byte - '0');
	if (letter < 26) {
		return letter;
	}
	if (digit < 10) {
		return (guint8)(26 + digit);
	}
	return byte == '_' ? 36 : GRAM_GAP;
}

typedef struct Grams Grams;

Grams *grams_new(void);
void grams_free(Grams *grams);

/* Forgets what GRAMS had. */
void grams_clear(Grams *grams);

/* Takes in LENGTH bytes of TEXT as a text of its own. */
void grams_add(Grams *grams, const char *text, gsize length);

/* Appends to CODES (of guint32) what stands for WORD, LENGTH bytes, at least
 * two; a blank in it is any character that isn't part of a word, or the text's
 * beginning or end. */
void grams_encode(const char *word, gsize length, GArray *codes);

/* Are all N CODES there? */
bool grams_have(const Grams *grams, const guint32 *codes, guint n);

#endif
