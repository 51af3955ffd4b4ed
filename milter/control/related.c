/*
 * What may have to do with a case: those of the same correspondent, and those
 * with nearly the same words as subject. A hint for people and no more: the
 * clock believes in threads alone. Nothing of it is stored; the cases that came
 * shortly before and after are looked at when somebody looks.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "control/internal.h"

#define RELATED_MOST 5
#define WORDS_LEAST 2 /* in common; one alone is chance */

typedef enum { NOT_RELATED, BY_SUBJECT, BY_CORRESPONDENT } Relation;

typedef struct {
	const Case *kase;
	const CaseLook *look;
	GHashTable *words; /* of the subject; NULL: it isn't for the asker */
	GPtrArray *found[BY_CORRESPONDENT + 1]; /* of JsonValue */
} Related;

/* ---- subjects ---- */

/* What mail programs put before a subject, in their languages. */
static bool is_prefix(const char *word)
{
	static const char *const prefixes[] = {"re", "fw", "fwd", "aw", "wg",
	    "tr", "rv", "sv", "vs", "antw", NULL};

	return g_strv_contains(prefixes, word);
}

/* What g_str_tokenize_and_fold makes of ASCII, which most subjects are, in a
 * tenth of the time. */
static char **ascii_words(const char *text)
{
	GPtrArray *words = g_ptr_array_new();

	while (*text != '\0') {
		gsize n = 0;

		while (g_ascii_isalnum(text[n])) {
			n++;
		}
		if (n > 0) {
			g_ptr_array_add(
			    words, g_ascii_strdown(text, (gssize)n));
		}
		text += n > 0 ? n : 1;
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static GHashTable *words_of(const char *subject)
{
	GHashTable *words =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char **all =
	    g_str_is_ascii(subject)
		? ascii_words(subject)
		: g_str_tokenize_and_fold(subject, NULL, NULL);

	for (char **word = all; *word != NULL; word++) {
		if (is_prefix(*word)) {
			g_free(*word);
		} else {
			g_hash_table_add(words, *word);
		}
	}
	return words;
}

/* Two thirds of all their words are in both. */
static bool are_similar(GHashTable *words, const char *subject)
{
	g_autoptr(GHashTable) others = words_of(subject);
	guint both = 0, all;
	GHashTableIter iter;
	gpointer word;

	g_hash_table_iter_init(&iter, others);
	while (g_hash_table_iter_next(&iter, &word, NULL)) {
		both += g_hash_table_contains(words, word);
	}
	all = g_hash_table_size(words) + g_hash_table_size(others) - both;
	return both >= WORDS_LEAST && both * 3 >= all * 2;
}

/* ---- one of the neighbours ---- */

static bool is_linked(const Case *kase, guint64 id)
{
	for (guint i = 0; kase->links != NULL && i < kase->links->len; i++) {
		if (g_array_index(kase->links, guint64, i) == id) {
			return true;
		}
	}
	return kase->merged_into == id;
}

static Relation relation(const Related *related, const Case *other)
{
	const char *from = related->kase->from;

	if (!case_seen(other, related->look) ||
	    is_linked(related->kase, other->id) ||
	    other->merged_into == related->kase->id) {
		return NOT_RELATED;
	}
	if (*from != '\0' && g_ascii_strcasecmp(from, other->from) == 0) {
		return BY_CORRESPONDENT;
	}
	return related->words != NULL && !case_hidden(other, related->look) &&
		       are_similar(related->words, other->subject)
		   ? BY_SUBJECT
		   : NOT_RELATED;
}

static JsonValue *describe(
    const Related *related, const Case *other, Relation why)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;
	g_autofree char *name = case_name(other->id);

	json_begin_object(json, NULL);
	json_string(json, "case", name);
	json_string(json, "why",
	    why == BY_SUBJECT ? "similar-subject" : "same-correspondent");
	json_string(json, "state", case_state_name(other->state));
	json_string(json, "team", other->team);
	json_time(json, "received", other->received_s);
	json_string(json, "subject",
	    case_hidden(other, related->look) ? NULL : other->subject);
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

static bool look_at(const Case *other, gpointer data)
{
	Related *related = data;
	Relation why = relation(related, other);

	if (why != NOT_RELATED && related->found[why]->len < RELATED_MOST) {
		g_ptr_array_add(
		    related->found[why], describe(related, other, why));
	}
	return related->found[BY_CORRESPONDENT]->len < RELATED_MOST;
}

/* ---- all ---- */

static GPtrArray *list_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);
}

static void write_found(Json *json, const Related *related)
{
	guint left = RELATED_MOST;

	json_begin_array(json, "related");
	for (int why = BY_CORRESPONDENT; why > NOT_RELATED; why--) {
		const GPtrArray *found = related->found[why];

		for (guint i = 0; i < found->len && left > 0; i++, left--) {
			json_value(json, NULL, found->pdata[i]);
		}
	}
	json_end_array(json);
}

void related_write(
    Json *json, Store *store, const Case *kase, const CaseLook *look)
{
	bool hidden = case_hidden(kase, look);
	g_autoptr(GHashTable) words = hidden ? NULL : words_of(kase->subject);
	g_autoptr(GPtrArray) by_subject = list_new();
	g_autoptr(GPtrArray) by_person = list_new();
	Related related = {.kase = kase, .look = look, .words = words};

	related.found[BY_SUBJECT] = by_subject;
	related.found[BY_CORRESPONDENT] = by_person;
	/* Without it the case is shown as well. */
	store_each_near(
	    store, kase->id, LIMIT_RELATED_SPAN, look_at, &related, NULL);
	write_found(json, &related);
}
