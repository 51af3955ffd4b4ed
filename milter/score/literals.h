/*
 * Words that every match of a pattern has, read off the pattern, and where they
 * stand in it. For \b(lost|missing)\s+\w*bag: " lost " or " missing ", the
 * first behind four bytes of the match, the second behind seven; and further
 * on, "bag". Where one of each set is found in a text, at its distance, there
 * may a match begin, and nowhere else. A pattern may have several ways to
 * match, each with sets of its own.
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
#define LITERAL_SETS 3 /* of one way */
#define LITERAL_ALPHABET " abcdefghijklmnopqrstuvwxyz0_^"
/* The byte of folded texts that stands for the edge. */
#define LITERAL_EDGE '\x01'

/* How long a string may be: so many bytes, characters that may be of any
 * script, and runs of the letters of words, together. */
typedef enum { REACH_BYTES, REACH_CHARS, REACH_WORDS } ReachUnit;
#define REACH_UNITS 3
#define REACH_FAR G_MAXUINT32 /* of one unit: no bound */

typedef struct {
	guint32 of[REACH_UNITS];
} Reach;

typedef struct {
	char letters[LITERAL_BYTES];
	guint length;
	/* From where the match begins to where the literal ends; least in
	 * bytes. A blank at its end needn't be part of the match, and at the
	 * text's end there may be none. */
	guint32 least;
	Reach most;
} Literal;

/*
 * Reads PATTERN, which compiles, is folded (fold.h), and is for folded text.
 * Each match has a literal of each set of one of the ways returned: GPtrArrays
 * of GArrays of Literal, one to LITERAL_SETS, the rarest first. NULL: nothing
 * is known, as where the pattern has something that this reader doesn't know,
 * or what is known is too common to help. Transfer full.
 */
GPtrArray *literals_read(const char *pattern);

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
