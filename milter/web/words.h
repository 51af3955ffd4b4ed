/* The pages' texts in the reader's language, by catalogues inside the program.
 * No locale of the process is touched: two readers, two languages, one
 * moment. */
#ifndef WEB_WORDS_H
#define WEB_WORDS_H

#include <glib.h>

typedef struct Words Words;

/* Of LANGUAGE ("de"); English for any that isn't there. Static. Any thread. */
const Words *words_of(const char *language);

/* TEXT in that language; TEXT itself when it isn't translated. */
const char *words_get(const Words *words, const char *text);
/* The same of a text with a number, ONE or MANY. */
const char *words_count(
    const Words *words, const char *one, const char *many, gint64 n);

/* Marks a text that is looked up later. */
#define N_(text) text

#endif
