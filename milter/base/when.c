/*
 * The search for moments. Most words of a text aren't looked at: the search
 * stops where a word or a number may belong to one, reads the few tokens around
 * it, and tries the phrases that it may be in, the longest first.
 */
#include "anteroom/when.h"

#include "anteroom/limits.h"
#include "base/when.h"

#define BACK_BYTES 56  /* a phrase begins no further before its stop */
#define BACK_TOKENS 8  /* nor so many words */
#define STOPS_MAX 4096 /* a text that only seems to name moments */

/* Years in which all arithmetic stays within a GDate. */
#define EARLIEST_S G_GINT64_CONSTANT(-30610224000) /* 1000 */
#define LATEST_S G_GINT64_CONSTANT(190288396800)   /* 8000 */

typedef struct {
	const char *text;
	gsize bytes;
	gint64 reference_s;
	const char *zone_name;
	GTimeZone *zone; /* NULL: not yet needed */
	int language;    /* voted; -1: not yet */
	gsize done;      /* moments found end here */
} Finder;

static bool is_word_byte(char c)
{
	return g_ascii_isalnum(c) || (guchar)c >= 0x80;
}

/* Where the window around AT begins: with a word. */
static gsize window_begin(const Finder *finder, gsize at)
{
	gsize from = at > BACK_BYTES ? at - BACK_BYTES : 0;

	if (from <= finder->done) {
		return finder->done;
	}
	while (from < at && is_word_byte(finder->text[from - 1])) {
		from++;
	}
	return from;
}

/* The token that AT lies in. */
static guint token_at(const WhenToken *tokens, guint n, gsize at)
{
	for (guint i = 0; i < n; i++) {
		if (tokens[i].to > at) {
			return i;
		}
	}
	return n;
}

/* The first token from which a phrase may reach STOP. */
static guint first_before(const WhenToken *tokens, guint stop)
{
	guint s = stop;

	while (
	    s > 0 && stop - s < BACK_TOKENS && !when_breaks(&tokens[s - 1])) {
		s--;
	}
	return s;
}

/* Does a moment end right before FROM? */
static bool follows_another(const Finder *finder, gsize from)
{
	gsize p = finder->done;

	while (p < from && g_ascii_isspace(finder->text[p])) {
		p++;
	}
	return finder->done > 0 && p == from;
}

/* UTC when there is no such zone. */
static GTimeZone *zone_of(const char *name)
{
	GTimeZone *zone =
	    name != NULL ? g_time_zone_new_identifier(name) : NULL;

	return zone != NULL ? zone : g_time_zone_new_utc();
}

/* A moment of which the word at AT is a part? */
static bool find_at(Finder *finder, gsize at, When *when)
{
	WhenToken tokens[WHEN_TOKENS];
	WhenWindow window = {.tokens = tokens,
	    .text = finder->text,
	    .bytes = finder->bytes,
	    .language = &finder->language};
	guint stop;

	window.n = when_tokens(
	    finder->text, finder->bytes, window_begin(finder, at), at, tokens);
	stop = token_at(tokens, window.n, at);
	for (guint s = first_before(tokens, stop); s <= stop && s < window.n;
	     s++) {
		WhenParts parts;
		guint n;

		if (tokens[s].senses == NULL && tokens[s].digits == 0) {
			continue;
		}
		n = when_parse(&window, s, &parts);

		if (n > 0 && s + n > stop && finder->zone == NULL) {
			finder->zone = zone_of(finder->zone_name);
		}
		if (s + n <= stop || !when_resolve(&parts, finder->reference_s,
					 finder->zone, when)) {
			continue;
		}
		when->from = tokens[s].from;
		when->to = tokens[s + n - 1].to;
		if (follows_another(finder, when->from)) {
			when->before = false; /* "Montag bis Freitag" */
		}
		return true;
	}
	return false;
}

GArray *when_find(const char *text, gsize bytes, gint64 reference_s,
    const char *zone, guint max)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(When));
	Finder finder = {.text = text,
	    .bytes = MIN(bytes, LIMIT_WHEN_BYTES),
	    .reference_s = reference_s,
	    .zone_name = zone,
	    .language = -1};
	gsize at = 0, end = 0;

	if (reference_s < EARLIEST_S || reference_s > LATEST_S) {
		return found;
	}
	for (guint stops = 0; stops < STOPS_MAX && found->len < max &&
			      when_next(text, finder.bytes, &at, &end);
	     stops++) {
		When when = {0};

		if (find_at(&finder, at, &when)) {
			g_array_append_val(found, when);
			finder.done = when.to;
		}
		at = MAX(end, finder.done);
	}
	g_clear_pointer(&finder.zone, g_time_zone_unref);
	return found;
}
