/*
 * The words of a message as the model knows them: folded, lower case, hashed;
 * single words, the subject's once more for themselves, and neighbouring pairs.
 * Numbers are all alike: what matters is that there is one.
 */
#include "anteroom/model.h"

#include <string.h>

#include "score/fold.h"

#define FNV_START 2166136261u
#define FNV_PRIME 16777619u

typedef enum { KIND_WORD = 1, KIND_SUBJECT, KIND_PAIR } FeatureKind;

typedef struct {
	gsize from, to;
	bool number;
} WordSpan;

static guint32 hash_bytes(guint32 hash, const char *bytes, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		hash = (hash ^ (guint8)bytes[i]) * FNV_PRIME;
	}
	return hash;
}

static guint32 hash_word(guint32 hash, const char *text, const WordSpan *word)
{
	return word->number
		   ? hash_bytes(hash, "#", 1)
		   : hash_bytes(hash, text + word->from, word->to - word->from);
}

static guint32 hash_start(FeatureKind kind)
{
	const char byte = (char)kind;
	return hash_bytes(FNV_START, &byte, 1);
}

static bool in_word(gunichar c)
{
	return g_unichar_isalnum(c) || g_unichar_ismark(c);
}

/* The next word from *AT on, which moves behind it; false: no more. */
static bool next_word(const char *text, gsize *at, gsize end, WordSpan *word)
{
	const char *p = text + *at, *stop = text + end;
	while (p < stop && !in_word(g_utf8_get_char(p))) {
		p = g_utf8_next_char(p);
	}
	*word = (WordSpan){.from = (gsize)(p - text), .number = true};
	while (p < stop && in_word(g_utf8_get_char(p))) {
		word->number &= g_unichar_isdigit(g_utf8_get_char(p));
		p = g_utf8_next_char(p);
	}
	*at = word->to = (gsize)(p - text);
	return word->to > word->from;
}

static void add(Features *features, guint32 hash, gsize from, gsize to)
{
	Feature feature = {
	    .hash = hash, .count = 1, .from = from, .length = to - from};
	g_array_append_val(features->items, feature);
}

static void add_words(Features *features, gsize at, gsize end, bool subject)
{
	const char *text = features->text;
	WordSpan word, last = {0};
	while (next_word(text, &at, end, &word)) {
		if (word.to - word.from > LIMIT_MODEL_WORD_BYTES) {
			last.to = 0;
			continue;
		}
		add(features, hash_word(hash_start(KIND_WORD), text, &word),
		    word.from, word.to);
		if (subject) {
			add(features,
			    hash_word(hash_start(KIND_SUBJECT), text, &word),
			    word.from, word.to);
		}
		if (last.to > 0) {
			guint32 hash =
			    hash_word(hash_start(KIND_PAIR), text, &last);
			hash = hash_bytes(hash, " ", 1);
			add(features, hash_word(hash, text, &word), last.from,
			    word.to);
		}
		last = word;
	}
}

static int feature_compare(gconstpointer left, gconstpointer right)
{
	const Feature *a = left, *b = right;
	if (a->hash != b->hash) {
		return a->hash < b->hash ? -1 : 1;
	}
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Sorts, and makes one of those with the same hash. */
static void unite(GArray *items)
{
	guint kept = 0;
	g_array_sort(items, feature_compare);
	for (guint i = 0; i < items->len; i++) {
		Feature *one = &g_array_index(items, Feature, i);
		Feature *last = &g_array_index(items, Feature, kept);
		if (i > 0 && last->hash == one->hash) {
			last->count++;
		} else {
			kept += i > 0;
			g_array_index(items, Feature, kept) = *one;
		}
	}
	g_array_set_size(items, items->len > 0 ? kept + 1 : 0);
}

/* Folded, lower case and valid. Transfer full. */
static char *lower(const char *text, gsize most)
{
	g_autoptr(GString) folded = g_string_new(NULL);
	g_autofree char *valid = NULL;
	gsize length = text ? strnlen(text, most) : 0;
	while (length == most && length > 0 &&
	       ((guchar)text[length] & 0xc0) == 0x80) {
		length--; /* not within a character */
	}
	fold_append(folded, text ? text : "", length);
	valid = g_utf8_make_valid(folded->str, (gssize)folded->len);
	return g_utf8_strdown(valid, -1);
}

Features *features_new(const char *subject, const char *text)
{
	g_autofree char *first = lower(subject, LIMIT_CASE_SUBJECT_BYTES);
	g_autofree char *second = lower(text, LIMIT_MODEL_TEXT_BYTES);
	Features *features = g_new0(Features, 1);
	gsize seam = strlen(first);
	features->text = g_strconcat(first, "\n", second, NULL);
	features->items = g_array_new(FALSE, FALSE, sizeof(Feature));
	add_words(features, 0, seam, true);
	add_words(features, seam, strlen(features->text), false);
	unite(features->items);
	return features;
}

void features_free(Features *features)
{
	if (features) {
		g_array_unref(features->items);
		g_free(features->text);
		g_free(features);
	}
}
