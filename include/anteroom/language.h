/*
 * In which language is a text? Asked only so that a letter that no rule can
 * read is not taken for one in which no rule found anything.
 */
#ifndef ANTEROOM_LANGUAGE_H
#define ANTEROOM_LANGUAGE_H

#include <glib.h>
#include <stdbool.h>

/* Reads languages; for any number of threads. */
typedef struct Languages Languages;
Languages *languages_new(void);
void languages_free(Languages *languages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Languages, languages_free)

/*
 * The language (ISO 639 code) of the LENGTH bytes of TEXT, UTF-8: of the first
 * few hundred of them. NULL: too short to say, or not known. The languages of
 * the shipped packs (en, de, fr, es) are told by their commonest words, in a
 * few microseconds; another one takes a millisecond. The string lives as long
 * as the process.
 */
const char *language_of(Languages *languages, const char *text, gsize length);

/* Do the shipped packs have rules for LANGUAGE? True for NULL. */
bool language_has_rules(const char *language);

#endif
