/* Small things for text from outside: what may be shown, and near words. */
#ifndef ANTEROOM_TEXT_H
#define ANTEROOM_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* BYTES as one line of valid UTF-8 safe for a log, a terminal or a header:
 * control characters (C0, DEL, C1), line and paragraph separators and bidi
 * controls become '?' (white space: one space), at most MAX_BYTES bytes, cut
 * at a character. Transfer full. */
char *text_one_line(const char *bytes, gsize length, gsize max_bytes);

/* The same for several lines: line feeds and tabs stay. Transfer full. */
char *text_printable(const char *bytes, gsize length, gsize max_bytes);

/* The word of WORDS (N of them) nearest to WORD by edit distance, NULL when
 * none is near enough to be meant. Not a copy. */
const char *text_nearest(const char *word, const char *const *words, gsize n);

/* Does TEXT hold every word of WORDS (split at white space), caseless? */
bool text_has_words(const char *text, const char *words);

#endif
