/*
 * Promises in what one of us wrote. A promise has a moment, somebody of us who
 * will do something, and nothing between them that belongs to another; a
 * question, a condition, a "not" spoil it. Better to miss one than to call
 * something a broken promise that was none.
 */
#include "replies/promise.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/replies.h"
#include "anteroom/text.h"
#include "anteroom/when.h"

#define SENTENCE_BYTES 800 /* longer ones aren't sentences */
#define NEAR_BYTES 160     /* from the promise to its moment, folded */
#define MOMENT "when"      /* and a number, in a folded sentence */

static const PromiseWords *const languages[] = {
    &promise_english, &promise_german, &promise_french, &promise_spanish};
#define LANGUAGES G_N_ELEMENTS(languages)

/* Words that begin what somebody else does, or another thing. */
static const char another[] =
    "(^| )(,|and|but|so|that|because|after|when|while|where|which|who|for|und|"
    "aber|dass|nachdem|bevor|weil|damit|et|mais|que|qui|parce que|y|pero|"
    "porque|para que) (then |also |dann |auch )?(you|he|she|they|it|your|the|"
    "please|their|his|her|sie|er|es|ihre?|bitte|vous|il|elle|ils|merci|"
    "veuillez|votre|vos|usted|ella|el|su|sus|por favor)\\b"
    "|\\b(please|bitte|veuillez|merci de|por favor|kindly)\\b";

/* Before a moment: it says which, not until when. After it: the same. */
static const char not_until[] =
    "\\b(of|from|dated|for|since|after|about|regarding|re|yesterday|vom|von|"
    "uber|ueber|wegen|seit|nach|du|de|del|depuis|apres|sobre|desde|"
    "appointment|meeting|booking|flight|order|invoice|termin|rendez vous|cita|"
    "reunion|besprechung|sitzung)( (on|am|at|le|el|um))?$";

typedef struct {
	GRegex *promises[LANGUAGES], *spoils[LANGUAGES];
	GRegex *another, *not_until, *led_in;
} Patterns;

static GRegex *compiled(const char *pattern)
{
	g_autoptr(GError) error = NULL;
	GRegex *regex =
	    g_regex_new(pattern, G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &error);

	g_assert(regex != NULL); /* ours, and tested */
	return regex;
}

/* Made once, never changed. */
static const Patterns *patterns_get(void)
{
	static gpointer made;

	if (g_once_init_enter(&made)) {
		Patterns *patterns = g_new0(Patterns, 1);

		for (gsize i = 0; i < LANGUAGES; i++) {
			patterns->promises[i] =
			    compiled(languages[i]->promises);
			patterns->spoils[i] = compiled(languages[i]->spoils);
		}
		patterns->another = compiled(another);
		patterns->not_until = compiled(not_until);
		/* "By Friday you will", "So, until tomorrow, we" */
		patterns->led_in =
		    compiled("(^|, )(\\w+ ){0,2}" MOMENT "\\d ?,? ?(\\w+ )?$");
		g_once_init_leave(&made, patterns);
	}
	return made;
}

void promise_free(Promise *promise)
{
	if (promise != NULL) {
		g_free(promise->words);
		g_free(promise);
	}
}

/* ---- sentences ---- */

typedef struct {
	const char *text;
	gsize bytes;
	GArray *whens; /* of When, all of the text */
	gint64 at_s;
	GPtrArray *found;
} Reply;

/* The first moment that ends after AT. */
static guint moment_after(const Reply *reply, guint from, gsize at)
{
	while (from < reply->whens->len &&
	       g_array_index(reply->whens, When, from).to <= at) {
		from++;
	}
	return from;
}

static bool is_end(const char *text, gsize bytes, gsize at)
{
	if (text[at] == '\n') {
		gsize next = at + 1;

		while (next < bytes && strchr(" \t\r", text[next]) != NULL &&
		       text[next] != '\0') {
			next++;
		}
		return next == bytes || text[next] == '\n' ||
		       text[next] == '-' || text[next] == '*';
	}
	if (text[at] == ';' || text[at] == '?' || text[at] == '!') {
		return true;
	}
	return text[at] == '.' &&
	       (at + 1 == bytes || g_ascii_isspace(text[at + 1]));
}

/* Where the sentence that begins at FROM ends, its mark included. A mark within
 * a moment ("5 p.m.") ends none. */
static gsize sentence_end(const Reply *reply, gsize from, guint when)
{
	for (gsize at = from; at < reply->bytes; at++) {
		const When *moment;

		if (!is_end(reply->text, reply->bytes, at)) {
			continue;
		}
		when = moment_after(reply, when, at);
		moment = when < reply->whens->len
			     ? &g_array_index(reply->whens, When, when)
			     : NULL;
		if (moment != NULL && moment->from <= at &&
		    at + 1 < moment->to) {
			continue;
		}
		return at + 1;
	}
	return reply->bytes;
}

/* ---- folding ---- */

static void append_space(GString *out)
{
	if (out->len > 0 && out->str[out->len - 1] != ' ') {
		g_string_append_c(out, ' ');
	}
}

/* A character as patterns see it. */
static void append_folded(GString *out, gunichar c)
{
	gunichar base, accent;

	if (c == ',') {
		append_space(out);
		g_string_append(out, ", ");
		return;
	}
	c = g_unichar_tolower(c);
	if (g_unichar_decompose(c, &base, &accent)) {
		/* "sí" isn't "si" */
		if (c == 0xed && out->len > 0 &&
		    g_str_has_suffix(out->str, " s")) {
			g_string_append_c(out, 'j');
		}
		c = base;
	}
	if (g_unichar_combining_class(c) != 0) {
		return;
	}
	if (c == 0xdf) {
		g_string_append(out, "s");
	} else if (g_unichar_isalnum(c) && c < 0x80) {
		g_string_append_c(out, (char)c);
	} else if (g_unichar_isalpha(c)) {
		g_string_append_c(out, '_'); /* of another script */
	} else {
		append_space(out);
	}
}

/* The sentence FROM..TO folded, its moments from FIRST on as words. N: how
 * many. Transfer full. */
static GString *fold(
    const Reply *reply, gsize from, gsize to, guint first, guint *n)
{
	GString *out = g_string_new(NULL);

	*n = 0;
	while (from < to) {
		const When *moment =
		    first + *n < reply->whens->len && *n < 10
			? &g_array_index(reply->whens, When, first + *n)
			: NULL;
		gunichar c;

		if (moment != NULL && from >= moment->from) {
			append_space(out);
			g_string_append_printf(out, MOMENT "%u ", *n);
			(*n)++;
			from = MAX(moment->to, from + 1);
			continue;
		}
		c = g_utf8_get_char_validated(
		    reply->text + from, (gssize)(to - from));
		if (c >= (gunichar)-2) {
			from++; /* not UTF-8 */
			continue;
		}
		append_folded(out, c);
		from += (gsize)g_unichar_to_utf8(c, NULL);
	}
	return out;
}

/* ---- a sentence ---- */

typedef struct {
	const Patterns *patterns;
	const char *text; /* folded */
	gssize length;
	int from, to; /* who will do what */
} Clause;

static bool matches(GRegex *regex, const char *text, gssize length)
{
	return g_regex_match_full(regex, text, length, 0, 0, NULL, NULL);
}

/* Does the moment that stands at AT..END belong to the promise? */
static bool belongs(const Clause *clause, int at, int end)
{
	const Patterns *patterns = clause->patterns;
	const char *text = clause->text;

	if (matches(patterns->not_until, text, MAX(at - 1, 0))) {
		return false;
	}
	if (g_str_has_prefix(text + end, " s ")) {
		return false; /* "tomorrow's meeting" */
	}
	if (at >= clause->from) {
		return at - clause->to < NEAR_BYTES &&
		       (at <= clause->to ||
			   !matches(patterns->another, text + clause->to,
			       at - clause->to));
	}
	return matches(patterns->led_in, text, clause->from);
}

/* The later of two moments that "or" joins is promised; so the first isn't. */
static bool or_later(const char *text, int end)
{
	static const char *const ors[] = {
	    " or " MOMENT, " oder " MOMENT, " ou " MOMENT, " o " MOMENT};

	for (gsize i = 0; i < G_N_ELEMENTS(ors); i++) {
		if (g_str_has_prefix(text + end, ors[i])) {
			return true;
		}
	}
	return false;
}

static void keep(Reply *reply, const When *moment, gsize from, gsize to)
{
	Promise *promise = g_new0(Promise, 1);

	while (from < to && g_ascii_isspace(reply->text[from])) {
		from++;
	}
	promise->from = from;
	promise->to = to;
	promise->at_s = moment->at_s;
	promise->words =
	    text_one_line(reply->text + from, to - from, LIMIT_PROMISE_BYTES);
	g_ptr_array_add(reply->found, promise);
}

/* Is there a promise in one of the languages, unspoilt? */
static bool find_clause(Clause *clause, gsize *language, int start)
{
	for (; *language < LANGUAGES; (*language)++, start = 0) {
		g_autoptr(GMatchInfo) info = NULL;
		GRegex *promises = clause->patterns->promises[*language];

		if (!g_regex_match_full(promises, clause->text, clause->length,
			start, 0, &info, NULL) ||
		    matches(clause->patterns->spoils[*language], clause->text,
			clause->length)) {
			continue;
		}
		g_match_info_fetch_pos(info, 0, &clause->from, &clause->to);
		return true;
	}
	return false;
}

/* All promises of the sentence FROM..TO, whose moments begin with FIRST. */
static void read_sentence(Reply *reply, gsize from, gsize to, guint first)
{
	guint n;
	g_autoptr(GString) text = fold(reply, from, to, first, &n);
	Clause clause = {.patterns = patterns_get(),
	    .text = text->str,
	    .length = (gssize)text->len};
	bool kept[10] = {false};
	gsize language = 0;

	for (int start = 0; find_clause(&clause, &language, start);
	     start = clause.to) {
		for (guint i = 0; i < n; i++) {
			const When *moment =
			    &g_array_index(reply->whens, When, first + i);
			g_autofree char *word = g_strdup_printf(MOMENT "%u", i);
			const char *at = strstr(text->str, word);
			int begin = at != NULL ? (int)(at - text->str) : 0;
			int end = begin + (int)strlen(word);

			if (at == NULL || kept[i] || moment->past ||
			    moment->after ||
			    reply->found->len == LIMIT_PROMISES ||
			    or_later(text->str, end) ||
			    !belongs(&clause, begin, end)) {
				continue;
			}
			kept[i] = true;
			keep(reply, moment, from, to);
		}
	}
}

/* "¿Le llamo mañana?" */
static bool asks(const Reply *reply, gsize to)
{
	return to > 0 && reply->text[to - 1] == '?';
}

GPtrArray *promises_find(
    const char *text, gsize bytes, gint64 at_s, const char *zone)
{
	g_autoptr(GArray) whens =
	    when_find(text, bytes, at_s, zone, LIMIT_WHENS);
	Reply reply = {.text = text,
	    .bytes = MIN(bytes, LIMIT_WHEN_BYTES),
	    .whens = whens,
	    .at_s = at_s};
	guint when = 0;
	gsize from = 0;

	reply.found =
	    g_ptr_array_new_with_free_func((GDestroyNotify)promise_free);
	while (from < reply.bytes && when < whens->len) {
		gsize to = sentence_end(&reply, from, when);
		const When *first = &g_array_index(whens, When, when);

		if (first->from < to && to - from <= SENTENCE_BYTES &&
		    !asks(&reply, to)) {
			read_sentence(&reply, from, to, when);
		}
		when = moment_after(&reply, when, to);
		from = to;
	}
	return reply.found;
}
