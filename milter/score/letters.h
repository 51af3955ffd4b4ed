/*
 * What a character is for the eye of a reader: full-width, bold or circled
 * letters are letters, marks through or under a letter are decoration, and
 * some letters of other scripts look like Latin ones. Unicode Standard Annex 15
 * for the first (compatibility composition), Technical Standard 39 for the
 * idea of the last.
 */
#ifndef SCORE_LETTERS_H
#define SCORE_LETTERS_H

#include <glib.h>
#include <stdbool.h>

/* Is C, which isn't ASCII, its own normal form and nothing else, so that no
 * table needs to be asked? True for the letters of most mail. */
static inline bool letter_is_ordinary(gunichar c)
{
	return (c >= 0xc0 && c <= 0x130) || (c >= 0x14a && c <= 0x17e) ||
	       (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
	       (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
}

/* A mark that isn't part of the spelling unless it composes: accents, strokes,
 * circles of Latin, Greek and Cyrillic letters. */
bool letter_is_decoration(gunichar c);

/* A mark or vowel that may compose with what stands before it, and else is
 * spelling. */
bool letter_joins(gunichar c);

/* At most so many characters that one is made into. */
#define LETTER_FORMS 4

/* Writes what C means (compatibility decomposition) and returns how many; 0: it
 * stays, or would become too many. */
guint letter_forms(gunichar c, gunichar forms[LETTER_FORMS]);

/* The letter or sign of ASCII that C is only another drawing of, with no script
 * of its own; 0: none. */
char letter_drawn(gunichar c);

/* The Latin letter that C of another script looks like; 0: none. SURE: so much
 * that a word of such letters alone may be meant for a Latin one. */
char letter_alike(gunichar c, bool *sure);

/* C without its accents, where it then is a letter of ASCII; else 0. */
char letter_bare(gunichar c);

#endif
