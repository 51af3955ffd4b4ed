/*
 * "Thanks!": is what somebody writes no more than that? Nobody waits for an
 * answer to it. Every word must be one that thanks are made of, so that a
 * question, a number, a "but" or anything unknown makes it a message that
 * waits.
 */
#include <string.h>

#include "anteroom/message.h"

#define THANKS_BYTES 400 /* longer letters say something else as well */
#define NAME_WORDS 4     /* under "Regards" */

static const char *const thanking[] = {"thanks", "thank", "thx", "danke",
    "dank", "merci", "gracias", "grazie", "obrigado", "obrigada", "bedankt",
    NULL};

static const char *const around[] = {"a", "again", "all", "and", "answer",
    "awesome", "bunch", "day", "excellent", "fast", "fine", "for", "good",
    "great", "have", "help", "helping", "i", "is", "it", "kind", "lot", "lots",
    "many", "most", "much", "nice", "of", "ok", "okay", "perfect", "prompt",
    "quick", "really", "reply", "replying", "response", "so", "speedy", "super",
    "support", "swift", "that", "the", "this", "to", "tons", "very", "we",
    "weekend", "wonderful", "you", "your", "antwort", "beaucoup", "bien", "dir",
    "die", "euch", "für", "herzlichen", "hilfe", "ich", "ihnen", "ihre",
    "ihren", "besten", "mille", "muchas", "muito", "para", "por", "pour",
    "prima", "schnelle", "schön", "sehr", "super", "votre", "vous", "su",
    "ayuda", "réponse", "und", "vielen", "wunderbar", "hi", "hello", "dear",
    "hey", "hallo", "lieber", "guten", "tag", "bonjour", "hola", "ciao", NULL};

/* After these may come a name. */
static const char *const closing[] = {"regards", "wishes", "sincerely",
    "cheers", "yours", "best", "warm", "grüße", "gruß", "grüßen", "viele",
    "liebe", "mfg", "mit", "freundlichen", "cordialement", "saludos", NULL};

/* Words in small letters; anything but letters parts them. Transfer full. */
static char **words_of(const char *text)
{
	g_autofree char *folded = g_utf8_strdown(text, -1);
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	const char *begin = NULL;

	for (const char *p = folded;; p = g_utf8_next_char(p)) {
		if (*p != '\0' && g_unichar_isalpha(g_utf8_get_char(p))) {
			begin = begin != NULL ? begin : p;
		} else if (begin != NULL) {
			g_autofree char *word =
			    g_strndup(begin, (gsize)(p - begin));

			g_strv_builder_add(words, word);
			begin = NULL;
		}
		if (*p == '\0') {
			return g_strv_builder_end(words);
		}
	}
}

static void append_names(GString *all, const GPtrArray *people)
{
	for (guint i = 0; people != NULL && i < people->len; i++) {
		const Person *person = people->pdata[i];
		gsize local = strcspn(person->address, "@");

		g_string_append_printf(all, " %s ", person->name);
		g_string_append_len(all, person->address, (gssize)local);
	}
}

/* What the writer and the readers are called. Transfer full. */
static char **names_of(const Message *message)
{
	g_autoptr(GString) all = g_string_new(NULL);

	append_names(all, message->from);
	append_names(all, message->to);
	return words_of(all->str);
}

static bool is_in(const char *const *words, const char *word)
{
	return g_strv_contains(words, word);
}

/* WORDS thank, and do nothing else. */
static bool only_thank(char **words, const char *const *names)
{
	guint n = g_strv_length(words);
	bool thanked = false, closed = false;

	for (guint i = 0; i < n; i++) {
		if (is_in(thanking, words[i])) {
			thanked = true;
		} else if (is_in(closing, words[i])) {
			closed = true;
		} else if (!is_in(around, words[i]) &&
			   !is_in(names, words[i])) {
			return thanked && closed && n - i <= NAME_WORDS;
		}
	}
	return thanked;
}

bool message_is_thanks(const Message *message)
{
	g_autofree char *text = message_new_text(message, THANKS_BYTES + 1);
	g_auto(GStrv) words = NULL;
	g_auto(GStrv) names = NULL;

	if (message->unread != NULL || message->truncated ||
	    g_strv_length(message->attachments) > 0 ||
	    strlen(text) > THANKS_BYTES ||
	    strpbrk(text, "?0123456789") != NULL) {
		return false;
	}
	words = words_of(text);
	names = names_of(message);
	return only_thank(words, (const char *const *)names);
}
