/*
 * Text as rules see it. People write "don't" and "sexual assault" in a rule;
 * mail has curly apostrophes, lines that break between the two words, and
 * characters nobody sees.
 */
#ifndef SCORE_FOLD_H
#define SCORE_FOLD_H

#include <glib.h>
#include <stdbool.h>

/* Bytes of a text, or of its fold. */
typedef struct {
	gsize from, to;
} FoldSpan;

/*
 * Appends LENGTH bytes of UTF-8 to OUT, folded: white space of any kind becomes
 * one space, or one line feed where a line was left empty; none at the ends;
 * invisible and bidi characters go; typographic quotes, hyphens and digits
 * become those of ASCII; full-width, bold and circled letters become letters;
 * accents are one with their letters, strokes through them go; Cyrillic, Greek
 * and Armenian letters that look Latin become that in words where they are
 * meant so. Invalid bytes are copied. Linear; at most LETTER_FORMS times as
 * long as TEXT. True: more than white space, quotes and hyphens was changed.
 */
bool fold_append(GString *out, const char *text, gsize length);

/* Which bytes of TEXT the bytes FOLDED of its fold were. */
void fold_origin(
    const char *text, gsize length, FoldSpan folded, FoldSpan *origin);

/* PATTERN with quotes, hyphens, digits and letters folded alike, and nothing
 * else, so that a rule may be written with either. Transfer full. */
char *fold_pattern(const char *pattern);

#endif
