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
#define JOINED_BYTES 40 /* between two names of one moment */

typedef enum { KIND_ASKED, KIND_OFFERED, KIND_SAID, KINDS } DeadlineKind;
static const char *const kind_names[KINDS] = {"asked", "offered", "said"};

/* What a word of the sentence tells. */
enum {
	ASKS = 1 << 0,   /* something of the reader */
	OFFERS = 1 << 1, /* to buy, to register */
	DATES = 1 << 2,  /* makes any date a deadline */
	FIRM = 1 << 3,   /* demands, whoever is to act */
	YOU = 1 << 4,    /* speaks to the reader */
	PAST = 1 << 5,   /* reports what has happened */
	AWAY = 1 << 6,   /* until when somebody is away, or isn't */
	SELF = 1 << 7,   /* "I" or "we" ... */
	WILL = 1 << 8,   /* ... and then: what the writer does himself */
	JOINS = 1 << 9,  /* may stand between an hour and its day */
	PROMISES = 1 << 10,
	STRANGE = 1 << 11, /* words of no row */
	DECIDES = 1 << 12, /* ... on what may be an ... */
	AN_OFFER = 1 << 13,
};

/* Stems end with a '*'. Letters without their accents. */
static const struct {
	const char *word;
	guint tells;
} words[] = {
    {"please", ASKS | YOU},
    {"pls", ASKS | YOU},
    {"need", ASKS | FIRM},
    {"needed", ASKS | FIRM},
    {"must", ASKS | FIRM},
    {"require*", ASKS | FIRM},
    {"answer", ASKS | DECIDES},
    {"reply", ASKS},
    {"respon*", ASKS},
    {"call", ASKS},
    {"contact", ASKS},
    {"decide", ASKS | DECIDES},
    {"decision", ASKS | DECIDES},
    {"confirm", ASKS},
    {"approv*", ASKS | DECIDES},
    {"sign", ASKS},
    {"signature", ASKS},
    {"comment*", ASKS},
    {"pay", ASKS},
    {"payment", ASKS},
    {"refund*", ASKS},
    {"resolve*", ASKS},
    {"fix*", ASKS},
    {"demand*", ASKS | FIRM},
    {"expect", ASKS | FIRM},
    {"insist*", ASKS | FIRM},
    {"otherwise", ASKS | FIRM},
    {"hear", ASKS},
    {"advise", ASKS},
    {"want", ASKS | FIRM},
    {"comply", ASKS},
    {"deadline*", ASKS | DATES},
    {"due", ASKS | DATES},
    {"expire*", ASKS | DATES},
    {"closes", ASKS | DATES},
    {"closing", ASKS | DATES},
    {"hearing", ASKS | DATES},
    {"court", ASKS | DATES},
    {"trial", ASKS | DATES},
    {"deposition", ASKS | DATES},
    {"subpoena*", ASKS | DATES},
    {"evict*", ASKS | DATES},
    {"foreclos*", ASKS | DATES},
    {"auction*", ASKS | DATES},
    {"disconnect*", ASKS | DATES},
    {"bitte*", ASKS},
    {"brauche*", ASKS},
    {"benotig*", ASKS},
    {"antwort*", ASKS},
    {"melden", ASKS},
    {"ruckmeldung", ASKS},
    {"bescheid", ASKS},
    {"muss*", ASKS},
    {"mussen", ASKS},
    {"zahl*", ASKS},
    {"entscheid*", ASKS},
    {"erwarte*", ASKS},
    {"fordere*", ASKS},
    {"frist*", ASKS | DATES},
    {"stichtag", ASKS | DATES},
    {"fallig*", ASKS | DATES},
    {"gericht*", ASKS | DATES},
    {"anhorung", ASKS | DATES},
    {"raumung*", ASKS | DATES},
    {"merci", ASKS},
    {"veuillez", ASKS},
    {"besoin", ASKS},
    {"repon*", ASKS},
    {"reponse", ASKS},
    {"devez", ASKS},
    {"confirme*", ASKS},
    {"attend*", ASKS},
    {"exige*", ASKS},
    {"echeance", ASKS | DATES},
    {"limite", ASKS | DATES},
    {"delai", ASKS | DATES},
    {"audience", ASKS | DATES},
    {"tribunal", ASKS | DATES},
    {"favor", ASKS},
    {"necesit*", ASKS},
    {"respuesta", ASKS},
    {"respond*", ASKS},
    {"debe*", ASKS},
    {"exij*", ASKS},
    {"espero", ASKS},
    {"plazo", ASKS | DATES},
    {"vence*", ASKS | DATES},
    {"caduca*", ASKS | DATES},
    {"juicio", ASKS | DATES},
    {"order", OFFERS},
    {"register*", OFFERS},
    {"registration*", OFFERS},
    {"rsvp", OFFERS},
    {"buy", OFFERS},
    {"book", OFFERS},
    {"save", OFFERS},
    {"subscribe*", OFFERS},
    {"enrol*", OFFERS},
    {"discount*", OFFERS},
    {"sale", OFFERS},
    {"offer*", AN_OFFER},
    {"tickets", OFFERS},
    {"bestell*", OFFERS},
    {"anmeld*", OFFERS},
    {"angebot*", OFFERS},
    {"rabatt*", OFFERS},
    {"inscri*", OFFERS},
    {"offre*", OFFERS},
    {"remise", OFFERS},
    {"oferta*", OFFERS},
    {"descuento*", OFFERS},
    {"you", YOU},
    {"your", YOU},
    {"unless", FIRM},
    {"issued", PAST},
    {"ruled", PAST},
    {"said", PAST},
    {"concluded", PAST},
    {"announced", PAST},
    {"released", PAST},
    {"provided", PAST},
    {"published", PAST},
    {"adjourned", PAST},
    {"made", PAST},
    {"out", AWAY},
    {"away", AWAY},
    {"off", AWAY},
    {"closed", AWAY},
    {"not", AWAY},
    {"i", SELF},
    {"we", SELF},
    {"will", WILL},
    {"ll", WILL},
    {"shall", WILL},
    {"on", JOINS},
    {"of", JOINS},
    {"the", JOINS},
    {"this", JOINS},
    {"next", JOINS},
    {"time", JOINS},
    {"local", JOINS},
    {"central", JOINS},
    {"eastern", JOINS},
    {"pacific", JOINS},
    {"mountain", JOINS},
    {"standard", JOINS},
    {"daylight", JOINS},
};

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

/* What WORD tells, with the one before it and the one after. "Due to" is no due
 * date. */
static guint word_tells(const char *word, guint before, const char *next)
{
	guint tells = 0;
	if (strcmp(word, "due") == 0 && strcmp(next, "to") == 0) {
		return STRANGE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (words[i].word[0] == word[0] &&
		    word_fits(words[i].word, word)) {
			tells |= words[i].tells;
		}
	}
	if ((before & SELF) && (tells & WILL)) {
		tells |= PROMISES;
	}
	return tells ? tells : STRANGE;
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

/* The next word of TEXT from *AT on; empty at its end. */
static void word_next(
    const char *text, gsize bytes, gsize *at, char word[WORD_BYTES])
{
	gsize n = 0, step;
	while (*at < bytes) {
		char letter = letter_of(text + *at, bytes - *at, &step);
		if (!letter && n > 0) {
			break;
		}
		*at += step;
		if (letter && n + 1 < WORD_BYTES) {
			word[n++] = letter;
		}
	}
	word[n] = '\0';
}

/* What all the words of TEXT tell together. */
static guint text_tells(const char *text, gsize bytes)
{
	char word[WORD_BYTES], next[WORD_BYTES];
	guint all = 0, last = 0;
	gsize at = 0;
	word_next(text, bytes, &at, word);
	while (word[0]) {
		word_next(text, bytes, &at, next);
		last = word_tells(word, last, next);
		all |= last;
		memcpy(word, next, sizeof(word));
	}
	return all;
}

static bool ends_sentence(const char *text, gsize at, gsize bytes)
{
	if (text[at] == '\n') {
		return at + 1 < bytes && text[at + 1] == '\n';
	}
	return (text[at] == '.' || text[at] == '!' || text[at] == '?') &&
	       (at + 1 == bytes || g_ascii_isspace(text[at + 1]));
}

static guint sentence_tells(const char *text, gsize bytes, const When *when)
{
	gsize from = when->from, to = when->to;
	while (from > 0 && when->from - from < AROUND_BYTES &&
	       !ends_sentence(text, from - 1, bytes)) {
		from--;
	}
	while (to < bytes && to - when->to < AROUND_BYTES &&
	       !ends_sentence(text, to, bytes)) {
		to++;
	}
	return text_tells(text + from, to - from);
}

/* ---- deadlines ---- */

/* Whether NEXT is the same moment as WHEN in other words: "tonight (Friday, 3
 * March 2001)". A past one shows how old the text is. */
static bool goes_on(const char *text, const When *when, const When *next)
{
	gsize bytes = next->from - when->to;
	return bytes <= JOINED_BYTES &&
	       !(text_tells(text + when->to, bytes) & ~(guint)JOINS);
}

/* "Until" tells how long something lasts, and seldom what the reader must do;
 * "bis" tells both. */
static bool only_lasts(const char *named, gsize bytes, guint tells)
{
	char word[WORD_BYTES];
	gsize at = 0;
	word_next(named, bytes, &at, word);
	return (strcmp(word, "until") == 0 || strcmp(word, "till") == 0 ||
		   strcmp(word, "til") == 0) &&
	       (!(tells & YOU) || (tells & AWAY));
}

static DeadlineKind kind_of(const char *named, gsize bytes, guint tells)
{
	if ((tells & OFFERS) || ((tells & AN_OFFER) && !(tells & DECIDES))) {
		return KIND_OFFERED;
	}
	if (!(tells & ASKS) || only_lasts(named, bytes, tells)) {
		return KIND_SAID;
	}
	/* What the writer promises he doesn't ask. */
	return (tells & PROMISES) && !(tells & (YOU | FIRM | DATES))
		   ? KIND_SAID
		   : KIND_ASKED;
}

static void note_moment(
    Deadlines *deadlines, const char *text, gsize bytes, const When *when)
{
	guint tells = sentence_tells(text, bytes, when);
	if (!when->before && (!(tells & DATES) || (tells & PAST))) {
		return;
	}
	DeadlineKind kind =
	    kind_of(text + when->from, when->to - when->from, tells);
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
		const When *next = i + 1 < found->len ? when + 1 : NULL;
		if (when->past || when->after ||
		    (next && next->past && goes_on(text, when, next))) {
			continue;
		}
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
