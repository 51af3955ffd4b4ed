/*
 * Rules against their own examples, and against text made to hurt them: what
 * would be slow in the mail flow is found at the desk of whoever wrote it.
 */
#include "score/internal.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/times.h"

/* A rule that takes more for one piece of text is called slow. */
#define SLOW_MS 50
#define PROBE_BYTES PATTERN_PIECE_BYTES
#define PROBE_END_BYTES (2 * 128)
#define PROBE_UNITS 8 /* at least so many in a text */
#define SHOWN_BYTES 80
#define PATTERN_WORDS 8 /* of a pattern, tried */

typedef struct {
	const CompiledRule *rule;
	Matcher *matcher;
	GPtrArray *problems;
	Section section; /* as which examples are read */
	guint header;
	GHashTable *tried; /* units, in small letters */
} Check;

static void report(const Check *check, bool warning, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void report(const Check *check, bool warning, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_ptr_array_add(check->problems,
	    conf_problem_new(check->rule->rule->place, warning,
		"rule \"%s\": %s", check->rule->rule->name, why));
}

static char *shown(const char *bytes, gsize length)
{
	return text_one_line(bytes, length, SHOWN_BYTES);
}

/* Makes TEXT the one that the rule is run on, as its own kind of section. */
static void set_text(const Check *check, const char *text)
{
	matcher_scan_nothing(check->matcher);
	texts_example(
	    check->matcher->texts, check->section, check->header, text);
}

static Find run_rule(const Check *check, RuleHit *hit)
{
	Patience patience = patience_of(LIMIT_RULE_MS);
	return match_rule(check->rule, check->matcher, &patience, hit);
}

static Find try_text(const Check *check, const char *text, RuleHit *hit)
{
	set_text(check, text);
	return run_rule(check, hit);
}

static void check_hits(const Check *check)
{
	const char *const *hits = check->rule->rule->hits;
	for (guint i = 0; hits && hits[i]; i++) {
		RuleHit hit;
		Find find = try_text(check, hits[i], &hit);
		g_autofree char *text = shown(hits[i], strlen(hits[i]));
		if (find == FIND_NONE) {
			report(check, false, "hits[%u] doesn't match: \"%s\"",
			    i + 1, text);
		} else if (find != FIND_HIT) {
			report(check, false,
			    "hits[%u] runs into a limit: \"%s\"", i + 1, text);
		}
	}
}

static void check_misses(const Check *check)
{
	const char *const *misses = check->rule->rule->misses;
	for (guint i = 0; misses && misses[i]; i++) {
		RuleHit hit;
		Find find = try_text(check, misses[i], &hit);
		if (find == FIND_HIT) {
			Subject subject =
			    texts_at(check->matcher->texts, hit.text);
			g_autofree char *words =
			    shown(subject.bytes + hit.span.from,
				hit.span.to - hit.span.from);
			g_autofree char *text =
			    shown(misses[i], strlen(misses[i]));
			report(check, false,
			    "misses[%u] matches \"%s\": \"%s\"", i + 1, words,
			    text);
		} else if (find != FIND_NONE) {
			report(check, false, "misses[%u] runs into a limit",
			    i + 1);
		}
	}
}

/* A pattern that matches nothing at all matches everything. */
static void check_empty(const Check *check)
{
	RuleHit hit;
	if (try_text(check, "Qx", &hit) == FIND_HIT &&
	    hit.span.from == hit.span.to) {
		report(check, true,
		    "match fits every text, even without a word in it");
	}
}

/* In its pattern, or in one that excuses it. */
static bool has_character(const CompiledRule *rule, char c)
{
	bool has = strchr(rule->rule->match, c) != NULL;
	for (guint i = 0; i < rule->unless->len && !has; i++) {
		const Excuse *excuse = &g_array_index(rule->unless, Excuse, i);
		has = strchr(pattern_text(excuse->pattern), c) != NULL;
	}
	return has;
}

/* UNIT over and over, BYTES altogether, then an end that fits nothing but has
 * every character of the rule's patterns: the library gives up at once on a
 * text that lacks one it needs, and whoever wants to hurt us knows that.
 * Transfer full. */
static char *repeated(
    const Check *check, const char *unit, gsize length, gsize bytes)
{
	GString *text = g_string_sized_new(bytes);
	while (length && text->len + length < bytes - PROBE_END_BYTES) {
		g_string_append_len(text, unit, (gssize)length);
	}
	for (char c = ' ' + 1; c < 127; c++) {
		if (has_character(check->rule, c)) {
			g_string_append_c(text, '\x01');
			g_string_append_c(text, c);
		}
	}
	g_string_append_c(text, '\x01');
	return g_string_free(text, FALSE);
}

static void report_slow(
    const Check *check, const char *unit, gsize length, bool late)
{
	g_autofree char *seen = shown(unit, MIN(length, SHOWN_BYTES / 2));
	report(check, true,
	    "slow on hostile text: \"%s\" over and over, %d bytes, %s", seen,
	    PROBE_BYTES,
	    late ? "takes more than 50 ms" : "runs into the match limit");
}

/*
 * False: slow, and said so. Most rules show on a short text that they aren't:
 * what takes SLOW_MS on the longest takes, growing as the cube of the length,
 * more than this on a shorter one, with a margin. Steeper ones, whose steps are
 * many already there, take more. Letters' case is all one to rules.
 */
static bool probe(const Check *check, const char *unit, gsize length)
{
	static const struct {
		gsize bytes;
		gint64 most_us;
	} steps[] = {{1024, 90}, {2048, 700}, {4096, 5000},
	    {PROBE_BYTES, SLOW_MS * 1000}};
	if (!g_hash_table_add(
		check->tried, g_ascii_strdown(unit, (gssize)length))) {
		return true;
	}
	bool late = false;
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		bool last = i + 1 == G_N_ELEMENTS(steps);
		gsize bytes = steps[i].bytes;
		if (!last && length * PROBE_UNITS > bytes - PROBE_END_BYTES) {
			continue;
		}
		g_autofree char *text = repeated(check, unit, length, bytes);
		RuleHit hit;
		set_text(check, text);
		/* Another's load doesn't make a rule slow. */
		gint64 before_us = times_thread_us();
		Find find = run_rule(check, &hit);
		late = times_thread_us() - before_us > steps[i].most_us;
		if (!late && (find == FIND_NONE || find == FIND_HIT)) {
			return true;
		}
	}
	report_slow(check, unit, length, late);
	return false;
}

/* EXAMPLE whole, and without its last character: what nearly fits is tried
 * from everywhere. And each of its words. */
static bool probe_example(const Check *check, const char *example)
{
	gsize length = strlen(example);
	if (!probe(check, example, length)) {
		return false;
	}
	const char *last = g_utf8_find_prev_char(example, example + length);
	if (last && last > example &&
	    !probe(check, example, (gsize)(last - example))) {
		return false;
	}
	g_auto(GStrv) words = g_strsplit_set(example, " \t\n", 32);
	for (guint i = 0; words[i]; i++) {
		g_autofree char *spaced = g_strconcat(words[i], " ", NULL);
		if (!probe(check, spaced, strlen(spaced))) {
			return false;
		}
	}
	return true;
}

/* The words that the pattern itself has: what it begins with, over and over,
 * is where a search begins anew each time. False: slow. */
static bool probe_pattern(const Check *check)
{
	const char *at = check->rule->rule->match;
	for (guint n = 0; *at && n < PATTERN_WORDS;) {
		gsize length = 0;
		if (*at == '\\' && at[1]) {
			at += 2;
			continue;
		}
		while (g_ascii_isalnum(at[length])) {
			length++;
		}
		if (length) {
			g_autofree char *word =
			    g_strdup_printf("%.*s ", (int)length, at);
			n++;
			if (!probe(check, word, length + (length > 1))) {
				return false;
			}
		}
		at += MAX(length, 1);
	}
	return true;
}

static void check_speed(const Check *check)
{
	static const char *const units[] = {
	    "a", "A b ", "1", " a", "-", "a@", "x.", "ab", "\xc3\xbc", "\n\na"};
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (!probe(check, units[i], strlen(units[i]))) {
			return;
		}
	}
	if (!probe_pattern(check)) {
		return;
	}
	const char *const *hits = check->rule->rule->hits;
	for (guint i = 0; hits && hits[i]; i++) {
		if (!probe_example(check, hits[i])) {
			return;
		}
	}
}

/* The section that examples stand for: the first that the rule names. All are
 * matched alike, but for the forms that texts.c gives to names. */
static Section example_section(const Rule *rule)
{
	if (rule->sections & (1u << SECTION_TEXT)) {
		return SECTION_TEXT;
	}
	for (guint i = 0; i < SECTION_KINDS; i++) {
		if (rule->sections & (1u << i)) {
			return (Section)i;
		}
	}
	return SECTION_TEXT;
}

static void check_rule(
    const Ruleset *ruleset, guint number, Matcher *matcher, GPtrArray *problems)
{
	const CompiledRule *rule = &ruleset->rules[number];
	Check check = {
	    .rule = rule,
	    .matcher = matcher,
	    .problems = problems,
	    .section = example_section(rule->rule),
	};
	g_autoptr(GHashTable) tried =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	check.tried = tried;
	if (rule->headers->len) {
		check.header = g_array_index(rule->headers, guint, 0);
	}
	check_hits(&check);
	check_misses(&check);
	check_empty(&check);
	check_speed(&check);
}

/* One of TOPIC's own texts against all rules; it must reach the threshold, or
 * must not. */
static void check_topic_text(Ruleset *ruleset, Matcher *matcher,
    const Topic *topic, const char *text, GPtrArray *problems)
{
	bool wanted = topic->hits && g_strv_contains(topic->hits, text);
	int points = score_example(ruleset, matcher, topic, text);
	if ((points >= topic->threshold) == wanted) {
		return;
	}
	g_autofree char *seen = shown(text, strlen(text));
	g_ptr_array_add(problems,
	    conf_problem_new(topic->place, false,
		"topic \"%s\": %s has %d points of %d: \"%s\"", topic->name,
		wanted ? "one of its hits" : "one of its misses", points,
		topic->threshold, seen));
}

static void check_topics(
    Ruleset *ruleset, Matcher *matcher, GPtrArray *problems)
{
	const GPtrArray *topics = ruleset->conf->topics;
	for (guint i = 0; i < topics->len; i++) {
		const Topic *topic = g_ptr_array_index(topics, i);
		for (guint n = 0; topic->hits && topic->hits[n]; n++) {
			check_topic_text(
			    ruleset, matcher, topic, topic->hits[n], problems);
		}
		for (guint n = 0; topic->misses && topic->misses[n]; n++) {
			check_topic_text(ruleset, matcher, topic,
			    topic->misses[n], problems);
		}
	}
}

void ruleset_check(Ruleset *ruleset, GPtrArray *problems)
{
	Matcher *matcher = matcher_take(ruleset);
	check_topics(ruleset, matcher, problems);
	for (guint i = 0; i < ruleset->n_rules; i++) {
		check_rule(ruleset, i, matcher, problems);
	}
	matcher_give(ruleset, matcher);
}
