/* Errs on one side only: what isn't surely a choice stays whole. */
#include "score/choices.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
	const char *at;
	guint depth;
	bool apart; /* no part depends on another so far */
} Reader;

/* Behind a backslash. */
static void skip_escape(Reader *reader)
{
	char c = *reader->at;
	/* References, quotes, and where a match begins. */
	if (c == '\0' || strchr("123456789gkKQE", c)) {
		reader->apart = false;
		return;
	}
	reader->at++;
}

/* Behind "[". */
static void skip_class(Reader *reader)
{
	const char *at = reader->at;
	at += *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++) {
		if (*at == '[' && at[1] && strchr(":.=", at[1])) {
			reader->apart = false;
			return;
		}
		if (*at == '\\') {
			at++;
			if (*at == '\0' || strchr("QE", *at)) {
				reader->apart = false;
				return;
			}
		}
	}
	reader->apart = reader->apart && *at == ']';
	reader->at = at + (*at == ']');
}

/* Behind "(". */
static void open_group(Reader *reader)
{
	static const char *const known[] = {
	    "?:", "?=", "?!", "?>", "?|", "?<=", "?<!"};
	bool plain = *reader->at != '?' && *reader->at != '*';
	reader->depth++;
	for (gsize i = 0; i < G_N_ELEMENTS(known) && !plain; i++) {
		plain = g_str_has_prefix(reader->at, known[i]);
	}
	reader->apart = reader->apart && plain;
}

GPtrArray *choices_of(const char *pattern)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	Reader reader = {.at = pattern, .apart = true};
	const char *from = pattern;
	while (*reader.at && reader.apart) {
		char c = *reader.at++;
		if (c == '\\') {
			skip_escape(&reader);
		} else if (c == '[') {
			skip_class(&reader);
		} else if (c == '(') {
			open_group(&reader);
		} else if (c == ')') {
			reader.apart = reader.depth > 0;
			reader.depth -= reader.apart;
		} else if (c == '|' && reader.depth == 0) {
			g_ptr_array_add(all,
			    g_strndup(from, (gsize)(reader.at - 1 - from)));
			from = reader.at;
		}
	}
	if (!reader.apart || reader.depth > 0) {
		g_ptr_array_set_size(all, 0);
		from = pattern;
	}
	g_ptr_array_add(all, g_strdup(from));
	return all;
}
