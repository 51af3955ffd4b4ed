/* Errs on one side only: what isn't surely a choice stays whole. */
#include "score/choices.h"

#include <stdbool.h>
#include <string.h>

#include "score/syntax.h"

typedef struct {
	const char *at;
	guint depth;
	bool apart; /* no part depends on another so far */
} Reader;

/* Behind a backslash. */
static void skip_escape(Reader *reader)
{
	char c = *reader->at;
	/* References, quotes, controls, and where a match begins. */
	if (c == '\0' || strchr("123456789gkKQEc", c)) {
		reader->apart = false;
		return;
	}
	reader->at++;
}

/* Behind "[". */
static void skip_class(Reader *reader)
{
	const char *end = syntax_class_end(reader->at);
	reader->apart = reader->apart && end;
	reader->at = end ? end + 1 : reader->at;
}

/* Behind "(". */
static void open_group(Reader *reader)
{
	GroupKind kind = syntax_group(&reader->at);
	reader->depth++;
	reader->apart =
	    reader->apart && (kind == GROUP_PLAIN || kind == GROUP_LOOK);
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
