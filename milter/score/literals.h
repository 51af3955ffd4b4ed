/*
 * Words that every match of a pattern has, read off the pattern, and where they
 * stand in it. For \b(lost|missing)\s+\w*bag: " lost " or " missing ", the
 * first behind four bytes of the match, the second behind seven. Where one is
 * found in a text, there may a match begin, and nowhere else.
 *
 * Literals are written in the letters of a plain text: a-z, the underscore, a
 * zero for any digit, and a blank for every other byte, be it a bracket or a
 * part of a character of another script. Before a text comes its edge, "^", and
 * a blank; behind it a blank.
 */
#ifndef SCORE_LITERALS_H
#define SCORE_LITERALS_H

#include <glib.h>
#include <stdbool.h>

#define LITERAL_BYTES 24
#define LITERAL_FAR G_MAXUINT32
#define LITERAL_ALPHABET " abcdefghijklmnopqrstuvwxyz0_^"
/* The byte of folded texts that stands for the edge. */
#define LITERAL_EDGE '\x01'

typedef struct {
	char letters[LITERAL_BYTES];
	guint length;
	/* From where the match begins to where the literal ends, in bytes; at
	 * most LITERAL_FAR: unbounded. A blank at its end needn't be part of
	 * the match, and at the text's end there may be none. */
	guint32 back_min, back_max;
} Literal;

typedef struct {
	GArray *list; /* of Literal */
	guint least;  /* they say so many places at least */
} Literals;

/*
 * Reads PATTERN, which compiles, is folded (fold.h), and is for folded text.
 * Each match has one of the literals returned. NULL: nothing is known, as where
 * the pattern has something that this reader doesn't know, or what is known is
 * too common to help. Transfer full.
 */
Literals *literals_read(const char *pattern);
void literals_free(Literals *literals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Literals, literals_free)

/* The letter of a plain text for BYTE. */
static inline char literal_letter(guchar byte)
{
	if (g_ascii_isdigit(byte)) {
		return '0';
	}
	if (g_ascii_isalpha(byte) || byte == '_') {
		return g_ascii_tolower((char)byte);
	}
	return byte == LITERAL_EDGE ? '^' : ' ';
}

#endif
