/*
 * Lists of words that patterns share. %{NAME} in a pattern stands for the list
 * of that name, in brackets; it is put in once all packs are read, so that a
 * later pack's list goes into the rules of an earlier one.
 *
 * Lists may have others in them. What comes of it is bounded by its size, so
 * that lists of lists of lists cost no more than a long pattern.
 */
#include <string.h>

#include "conf/internal.h"

#define WORDS_DEPTH 12

/* Where %{NAME} stands in a pattern, and what was put in. */
typedef struct {
	Loader *load;
	const WordsUse *use;
	GString *text;
	const WordsList *within[WORDS_DEPTH];
	guint depth;
} Expansion;

void words_note(Loader *load, const char **text, ConfPlace place)
{
	WordsUse use = {text, place};

	if (strstr(*text, "%{") != NULL) {
		g_array_append_val(load->words_uses, use);
	}
}

static bool put_text(Expansion *expansion, const char *text);

static bool put_bytes(Expansion *expansion, const char *text, gsize bytes)
{
	if (expansion->text->len + bytes > LIMIT_EXPANDED_BYTES ||
	    expansion->load->expanded + bytes > LIMIT_EXPANDED_ALL_BYTES) {
		load_error(expansion->load, expansion->use->place,
		    "with its words this pattern is longer than %d bytes, or "
		    "all are together than %d",
		    LIMIT_EXPANDED_BYTES, LIMIT_EXPANDED_ALL_BYTES);
		return false;
	}
	expansion->load->expanded += bytes;
	g_string_append_len(expansion->text, text, (gssize)bytes);
	return true;
}

static bool say_unknown(Expansion *expansion, const char *name)
{
	const Loader *load = expansion->load;
	g_autofree const char **names =
	    g_new0(const char *, load->words_lists->len + 1);
	g_autofree char *near = NULL;

	for (guint i = 0; i < load->words_lists->len; i++) {
		const WordsList *list = load->words_lists->pdata[i];

		names[i] = list->name;
	}
	near = load_nearest(name, names, load->words_lists->len);
	load_error(expansion->load, expansion->use->place,
	    "unknown words \"%s\"%s", name, near);
	return false;
}

static bool put_list(Expansion *expansion, const WordsList *list)
{
	bool ok = put_bytes(expansion, "(?:", 3);

	for (guint i = 0; i < expansion->depth; i++) {
		if (expansion->within[i] == list) {
			load_error(expansion->load, list->place,
			    "words \"%s\" have themselves in them", list->name);
			return false;
		}
	}
	if (expansion->depth == WORDS_DEPTH) {
		load_error(expansion->load, list->place,
		    "words \"%s\" are in words, %d deep", list->name,
		    WORDS_DEPTH);
		return false;
	}
	expansion->within[expansion->depth++] = list;
	for (guint i = 0; ok && list->match[i] != NULL; i++) {
		ok = (i == 0 || put_bytes(expansion, "|", 1)) &&
		     put_text(expansion, list->match[i]);
	}
	expansion->depth--;
	return ok && put_bytes(expansion, ")", 1);
}

/* TEXT with its lists put in. Every one of them adds to the size: this ends. */
static bool put_text(Expansion *expansion, const char *text)
{
	const char *at;

	while ((at = strstr(text, "%{")) != NULL) {
		const char *end = strchr(at, '}');
		gsize bytes = end != NULL ? (gsize)(end - at - 2) : 0;
		g_autofree char *name =
		    g_strndup(at + 2, MIN(bytes, LIMIT_NAME_BYTES));
		const WordsList *list =
		    g_hash_table_lookup(expansion->load->words_names, name);

		if (list == NULL) {
			return say_unknown(expansion, name);
		}
		if (!put_bytes(expansion, text, (gsize)(at - text)) ||
		    !put_list(expansion, list)) {
			return false;
		}
		text = end + 1;
	}
	return put_bytes(expansion, text, strlen(text));
}

void words_expand(Loader *load)
{
	for (guint i = 0; i < load->words_uses->len && !load_is_full(load);
	     i++) {
		const WordsUse *use =
		    &g_array_index(load->words_uses, WordsUse, i);
		g_autoptr(GString) text = g_string_new(NULL);
		Expansion expansion = {.load = load, .use = use, .text = text};

		/* Without its words a pattern would look for others. */
		*use->text = put_text(&expansion, *use->text)
				 ? conf_keep(load->conf, text->str)
				 : "";
	}
}
