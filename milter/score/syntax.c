/* Escapes in classes, and how groups begin (pcre2pattern(3)). */
#include "score/syntax.h"

#include <glib.h>
#include <string.h>

const char *syntax_class_end(const char *at)
{
	at += *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++) {
		if (at[0] == '[' && at[1] && strchr(":.=", at[1])) {
			return NULL;
		}
		if (at[0] == '\\') {
			if (!at[1] || at[1] == 'Q' || at[1] == 'E') {
				return NULL;
			}
			at++;
		}
	}
	return *at ? at : NULL;
}

GroupKind syntax_group(const char **at)
{
	static const struct {
		const char *begin;
		GroupKind kind;
	} kinds[] = {
	    {"?:", GROUP_PLAIN},
	    {"?>", GROUP_PLAIN},
	    {"?|", GROUP_PLAIN},
	    {"?=", GROUP_LOOK},
	    {"?!", GROUP_LOOK},
	    {"?<=", GROUP_LOOK},
	    {"?<!", GROUP_LOOK},
	};
	if (**at == '*') {
		return GROUP_UNKNOWN;
	}
	if (**at != '?') {
		return GROUP_PLAIN;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(*at, kinds[i].begin)) {
			*at += strlen(kinds[i].begin);
			return kinds[i].kind;
		}
	}
	/* (?s), (?im: but not (?x), where blanks mean nothing */
	gsize flags = strspn(*at + 1, "ims-");
	char after = (*at)[1 + flags];
	if (flags && (after == ')' || after == ':')) {
		*at += 2 + flags;
		return after == ':' ? GROUP_PLAIN : GROUP_FLAGS;
	}
	return GROUP_UNKNOWN;
}
