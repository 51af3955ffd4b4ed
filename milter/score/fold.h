/*
 * Text as rules see it. People write "don't" and "sexual assault" in a rule;
 * mail has curly apostrophes, lines that break between the two words, and
 * characters nobody sees.
 */
#ifndef SCORE_FOLD_H
#define SCORE_FOLD_H

#include <glib.h>

/*
 * Appends LENGTH bytes of UTF-8 to OUT, folded: white space of any kind becomes
 * one space, or one line feed where a line was left empty; none at the ends;
 * invisible and bidi characters go; typographic quotes, hyphens and digits
 * become those of ASCII. Never longer than TEXT. Invalid bytes are copied.
 * Linear.
 */
void fold_append(GString *out, const char *text, gsize length);

/* PATTERN with quotes, hyphens and digits folded alike, and nothing else, so
 * that a rule may be written with either. Transfer full. */
char *fold_pattern(const char *pattern);

#endif
