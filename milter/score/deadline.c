/*
 * Which of the moments in a text are deadlines, and for whom: by the way they
 * are worded, and by the words of their sentence. How much each is worth is a
 * rule's to say.
 */
#include "score/deadline.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/when.h"

#define HOUR_S 3600
#define DAY_S 86400
#define AROUND_BYTES 240 /* of a sentence, on each side of its moment */
#define WORD_BYTES 24
#define WORDS_SHOWN_BYTES 80

typedef enum { KIND_ASKED, KIND_OFFERED, KIND_SAID, KINDS } DeadlineKind;
static const char *const kind_names[KINDS] = {"asked", "offered", "said"};

/* What a word of the sentence tells: it asks the reader, it sells, it makes any
 * date a deadline. Stems end with a '*'. Letters without their accents. */
static const struct {
	const char *word;
	bool asks, offers, deadline;
} words[] = {
    {"please", true, false, false},
    {"pls", true, false, false},
    {"need", true, false, false},
    {"needed", true, false, false},
    {"must", true, false, false},
    {"require*", true, false, false},
    {"answer", true, false, false},
    {"reply", true, false, false},
    {"respon*", true, false, false},
    {"call", true, false, false},
    {"contact", true, false, false},
    {"decide", true, false, false},
    {"decision", true, false, false},
    {"confirm", true, false, false},
    {"approv*", true, false, false},
    {"sign", true, false, false},
    {"signature", true, false, false},
    {"comment*", true, false, false},
    {"pay", true, false, false},
    {"payment", true, false, false},
    {"refund*", true, false, false},
    {"resolve*", true, false, false},
    {"fix*", true, false, false},
    {"demand*", true, false, false},
    {"expect", true, false, false},
    {"insist*", true, false, false},
    {"otherwise", true, false, false},
    {"hear", true, false, false},
    {"advise", true, false, false},
    {"want", true, false, false},
    {"comply", true, false, false},
    {"deadline*", true, false, true},
    {"due", true, false, true},
    {"expire*", true, false, true},
    {"closes", true, false, true},
    {"closing", true, false, true},
    {"hearing", true, false, true},
    {"court", true, false, true},
    {"trial", true, false, true},
    {"deposition", true, false, true},
    {"subpoena*", true, false, true},
    {"evict*", true, false, true},
    {"foreclos*", true, false, true},
    {"auction*", true, false, true},
    {"disconnect*", true, false, true},
    {"bitte*", true, false, false},
    {"brauche*", true, false, false},
    {"benotig*", true, false, false},
    {"antwort*", true, false, false},
    {"melden", true, false, false},
    {"ruckmeldung", true, false, false},
    {"bescheid", true, false, false},
    {"muss*", true, false, false},
    {"mussen", true, false, false},
    {"zahl*", true, false, false},
    {"entscheid*", true, false, false},
    {"erwarte*", true, false, false},
    {"fordere*", true, false, false},
    {"frist*", true, false, true},
    {"stichtag", true, false, true},
    {"fallig*", true, false, true},
    {"gericht*", true, false, true},
    {"anhorung", true, false, true},
    {"raumung*", true, false, true},
    {"merci", true, false, false},
    {"veuillez", true, false, false},
    {"besoin", true, false, false},
    {"repon*", true, false, false},
    {"reponse", true, false, false},
    {"devez", true, false, false},
    {"confirme*", true, false, false},
    {"attend*", true, false, false},
    {"exige*", true, false, false},
    {"echeance", true, false, true},
    {"limite", true, false, true},
    {"delai", true, false, true},
    {"audience", true, false, true},
    {"tribunal", true, false, true},
    {"favor", true, false, false},
    {"necesit*", true, false, false},
    {"respuesta", true, false, false},
    {"respond*", true, false, false},
    {"debe*", true, false, false},
    {"exij*", true, false, false},
    {"espero", true, false, false},
    {"plazo", true, false, true},
    {"vence*", true, false, true},
    {"caduca*", true, false, true},
    {"juicio", true, false, true},
    {"order", false, true, false},
    {"register*", false, true, false},
    {"registration*", false, true, false},
    {"rsvp", false, true, false},
    {"buy", false, true, false},
    {"book", false, true, false},
    {"save", false, true, false},
    {"subscribe*", false, true, false},
    {"enrol*", false, true, false},
    {"discount*", false, true, false},
    {"sale", false, true, false},
    {"offer*", false, true, false},
    {"tickets", false, true, false},
    {"bestell*", false, true, false},
    {"anmeld*", false, true, false},
    {"angebot*", false, true, false},
    {"rabatt*", false, true, false},
    {"inscri*", false, true, false},
    {"offre*", false, true, false},
    {"remise", false, true, false},
    {"oferta*", false, true, false},
    {"descuento*", false, true, false},
};

typedef struct {
	bool asks, offers, deadline;
} Sentence;

/* The nearest deadline of each kind. */
typedef struct {
	const ScoreContext *context;
	gint64 at_s[KINDS]; /* 0: none */
	char *words[KINDS];
} Deadlines;

/* ---- the words around a moment ---- */

static bool word_fits(const char *pattern, const char *word)
{
	gsize n = strcspn(pattern, "*");
	return strncmp(pattern, word, n) == 0 &&
	       (pattern[n] == '*' || word[n] == '\0');
}

static void note_word(Sentence *sentence, const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (words[i].word[0] == word[0] &&
		    word_fits(words[i].word, word)) {
			sentence->asks |= words[i].asks;
			sentence->offers |= words[i].offers;
			sentence->deadline |= words[i].deadline;
		}
	}
}

/* Small letters without accents. Invalid bytes part words. */
static char letter_of(const char *text, gsize left, gsize *bytes)
{
	gunichar c = g_utf8_get_char_validated(text, (gssize)left);
	gunichar base, accent;
	if (c >= (gunichar)-2) {
		*bytes = 1;
		return '\0';
	}
	*bytes = (gsize)g_unichar_to_utf8(c, NULL);
	if (g_unichar_decompose(c, &base, &accent)) {
		c = base;
	}
	return c < 0x80 && g_ascii_isalpha((char)c) ? g_ascii_tolower((char)c)
						    : '\0';
}

static void note_words(Sentence *sentence, const char *text, gsize bytes)
{
	char word[WORD_BYTES] = "";
	gsize n = 0, step;
	for (gsize at = 0; at <= bytes; at += step) {
		char letter = '\0';
		step = 1;
		if (at < bytes) {
			letter = letter_of(text + at, bytes - at, &step);
		}
		if (letter) {
			if (n + 1 < sizeof(word)) {
				word[n++] = letter;
			}
			continue;
		}
		word[n] = '\0';
		if (n > 0) {
			note_word(sentence, word);
		}
		n = 0;
	}
}

static bool ends_sentence(const char *text, gsize at, gsize bytes)
{
	if (text[at] == '\n') {
		return at + 1 < bytes && text[at + 1] == '\n';
	}
	return (text[at] == '.' || text[at] == '!' || text[at] == '?') &&
	       (at + 1 == bytes || g_ascii_isspace(text[at + 1]));
}

static Sentence sentence_of(const char *text, gsize bytes, const When *when)
{
	Sentence sentence = {0};
	gsize from = when->from, to = when->to;
	while (from > 0 && when->from - from < AROUND_BYTES &&
	       !ends_sentence(text, from - 1, bytes)) {
		from--;
	}
	while (to < bytes && to - when->to < AROUND_BYTES &&
	       !ends_sentence(text, to, bytes)) {
		to++;
	}
	note_words(&sentence, text + from, to - from);
	return sentence;
}

/* ---- deadlines ---- */

static void note_moment(
    Deadlines *deadlines, const char *text, gsize bytes, const When *when)
{
	if (when->past || when->after) {
		return;
	}
	Sentence sentence = sentence_of(text, bytes, when);
	if (!when->before && !sentence.deadline) {
		return;
	}
	DeadlineKind kind = sentence.offers ? KIND_OFFERED
			    : sentence.asks ? KIND_ASKED
					    : KIND_SAID;
	if (deadlines->words[kind] && deadlines->at_s[kind] <= when->at_s) {
		return;
	}
	g_free(deadlines->words[kind]);
	deadlines->words[kind] = text_one_line(
	    text + when->from, when->to - when->from, WORDS_SHOWN_BYTES);
	deadlines->at_s[kind] = when->at_s;
}

static void note_text(Deadlines *deadlines, const char *text, gsize bytes)
{
	const ScoreContext *context = deadlines->context;
	g_autoptr(GArray) found = when_find(
	    text, bytes, context->arrival_s, context->zone, LIMIT_WHENS);
	for (guint i = 0; i < found->len; i++) {
		const When *when = &g_array_index(found, When, i);
		note_moment(deadlines, text, bytes, when);
	}
}

static const char *nearness(gint64 ahead_s)
{
	static const struct {
		gint64 ahead_s;
		const char *name;
	} steps[] = {{2 * HOUR_S, "within 2 hours"}, {DAY_S, "within a day"},
	    {2 * DAY_S, "within 2 days"}, {7 * DAY_S, "within a week"}};
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (ahead_s <= steps[i].ahead_s) {
			return steps[i].name;
		}
	}
	return "later";
}

static char **facts_of(const Deadlines *deadlines)
{
	const ScoreContext *context = deadlines->context;
	GPtrArray *facts = g_ptr_array_new();
	for (guint kind = 0; kind < KINDS; kind++) {
		if (!deadlines->words[kind]) {
			continue;
		}
		g_autofree char *until =
		    when_text(deadlines->at_s[kind], context->zone);
		const char *near =
		    nearness(deadlines->at_s[kind] - context->arrival_s);
		g_ptr_array_add(facts,
		    g_strdup_printf("%s, %s: %s (%s)", near, kind_names[kind],
			deadlines->words[kind], until));
	}
	g_ptr_array_add(facts, NULL);
	return (char **)g_ptr_array_free(facts, FALSE);
}

char **deadline_facts(const Message *message, const ScoreContext *context)
{
	Deadlines deadlines = {.context = context};
	if (context->arrival_s <= 0) {
		return NULL;
	}
	if (message->subject) {
		note_text(
		    &deadlines, message->subject, strlen(message->subject));
	}
	for (guint i = 0; message->text && i < message->text->len; i++) {
		const TextPart *part = g_ptr_array_index(message->text, i);
		if (!part->hidden) {
			note_text(&deadlines, part->text, part->bytes);
		}
	}
	char **facts = facts_of(&deadlines);
	for (guint kind = 0; kind < KINDS; kind++) {
		g_free(deadlines.words[kind]);
	}
	return facts;
}
