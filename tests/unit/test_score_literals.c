/* Words read off patterns, and that no match is ever foreseen away. */
#include "score_fixture.h"

#include "anteroom/limits.h"
#include "score/literals.h"
#include "score/pattern.h"
#include "score/scan.h"

static void put_set(GString *out, const GArray *set)
{
	for (guint i = 0; i < set->len; i++) {
		const Literal *one = &g_array_index(set, Literal, i);
		g_string_append_printf(out, "%s[%.*s]%u", out->len ? " " : "",
		    (int)one->length, one->letters, one->least);
		const guint32 *most = one->most.of;
		if (most[REACH_BYTES] == REACH_FAR ||
		    most[REACH_CHARS] == REACH_FAR) {
			g_string_append(out, "-");
		} else if (most[REACH_CHARS] || most[REACH_WORDS] ||
			   most[REACH_BYTES] != one->least) {
			g_string_append_printf(out, "-%u,%u,%u",
			    most[REACH_BYTES], most[REACH_CHARS],
			    most[REACH_WORDS]);
		}
	}
}

/* The rarest set of each way: "[letters]least-most", by where the literal ends;
 * most in bytes, characters and runs of letters. */
static char *literals_text(const char *pattern)
{
	g_autoptr(GPtrArray) ways = literals_read(pattern);
	if (!ways) {
		return g_strdup("");
	}
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < ways->len; i++) {
		const GPtrArray *sets = ways->pdata[i];
		put_set(out, sets->pdata[0]);
	}
	return g_string_free(out, FALSE);
}

static void test_read(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *literals;
	} cases[] = {
	    {"rape", "[rape]4"},
	    {"\\brape\\b", "[ rape ]5"},
	    {"\\brape(d|s)?\\b", "[ raped ]6 [ rapes ]6 [ rape ]5"},
	    {"\\brape\\w*", "[ rape]4"},
	    {"lost luggage", "[lost luggage]12"},
	    {"lost\\s+luggage", "[lost luggage]12"},
	    {"lost\\s*luggage", "[lost luggage]12 [lostluggage]11"},
	    {"e.?mail", "[mail]5-5,1,0"},
	    {"ab+cdef", "[cdef]6-5,0,1"},
	    {"abcd+ef", "[abcd]4"},
	    {"ab{2}cdefg", "[cdefg]8"},
	    {"abx{0,2}cdefg", "[cdefg]7-9,0,0"},
	    {"(?:cat|dog)s", "[cats]4 [dogs]4"},
	    {"(?:cat|.)s", ""},
	    {"my (?:cat|dog)", "[my cat]6 [my dog]6"},
	    {"my (?:cat|dog\\w+)s", "[my cat]6 [my dog]6"},
	    {"\\b(?:big|red)? ?hat", "[ big hat]7 [ bighat]6 [ red hat]7 "
				     "[ redhat]6 [ hat]4 [ hat]3"},
	    {"\\b(cat\\w+|dog)\\b", "[ cat]3 [ dog ]4"},
	    {"\\b((cat\\w+|dog))\\b", "[ cat]3 [ dog ]4"},
	    {"\\b(cat\\w+|dog)\\b?", "[ cat]3 [ dog]3"},
	    {"[0-z]+ abcdef", "[ abcdef]8-"},
	    {"[\\w-z]+ abcdef", "[ abcdef]8-"},
	    {"[a-c-e]+ abcdef", "[ abcdef]8-"},
	    {"[a-\xc3\xbc]+ abcdef", "[ abcdef]8-"},
	    {"[\\wA-Z0-9_]+ abcdef", "[ abcdef]8-7,0,1"},
	    {"[\\d-9]abcdef", "[0abcdef]7 [ abcdef]7"},
	    {"[0-9]abcdef", "[0abcdef]7"},
	    {"[+-9]abcdef", "[abcdef]7-6,1,0"},
	    {"[ab]cd", "[acd]3 [bcd]3"},
	    {"[a-f]cde", "[cde]4-3,1,0"},
	    {"[0-9]cd", "[0cd]3"},
	    {"\\d\\dcd", "[00cd]4"},
	    {"[$\xe2\x82\xac]cde", "[ cde]4-3,1,0"},
	    {"don't", "[don t]5"},
	    {"a\\.b", "[a b]3"},
	    {"caf\xc3\xa9 au lait", "[ au lait]12-11,1,0"},
	    {"(?=ab)cd", "[cd]2"},
	    {"ab(?!cd)efg", "[abefg]5"},
	    {"(?<!not )urgent", "[urgent]6"},
	    {"(?i)ab", "[ab]2"},
	    {"(?s:ab)cd", "[abcd]4"},
	    {"AB", "[ab]2"},
	    {"^", "[^ ]0"},
	    {"^ab", "[^ ab]2"},
	    {"(^|x)ab", "[^ ab]2 [xab]3"},
	    {"(?m)^ab", "[ ab]2"},
	    {"ab$", "[ab ]3"},
	    {"\\W+abcdef", "[ abcdef]7-"},
	    {"\\w+ abcdef", "[ abcdef]8-7,0,1"},
	    {"\\b(\\w+\\s+){0,3}abcdef", "[abcdef]6-9,0,3"},
	    {"[a-z]+ abcdef", "[ abcdef]8-7,0,1"},
	    {"[a-z.]+ abcdef", "[ abcdef]8-"},
	    {"[^.]{0,9} abcdef", "[ abcdef]7-7,9,0"},
	    {"\\bab.*\\bcdefgh", "[ cdefgh]8-"},
	    {"(?:\\b(cat|dog)\\b.*){3}", "[ cat ]4 [ dog ]4"},
	    {"x(?:(cat|dog).*){3}", "[xcat]4 [xdog]4"},
	    {"(?:(cat|dog).*){3}|mouse", "[cat]3 [dog]3 [mouse]5"},
	    /* known, but far too common */
	    {"a", "[a]1"},
	    {"a|b", ""},
	    {".", ""},
	    {"\\s", ""},
	    {"ab|", ""},
	    /* not read */
	    {"(?x)a b", ""},
	    {"(?<name>ab)", ""},
	    {"(ab)\\1", ""},
	    {"\\Qab\\E", ""},
	    {"(*NO_JIT)ab", ""},
	    {"(?#ab)cd", ""},
	    {"ab{,3}cd", ""},
	    {"[[:alpha:]]ab", ""},
	    {"(?(?=a)ab|cd)", ""},
	    {"(?R)?ab", ""},
	    {"ab\\Kcd", ""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = literals_text(cases[i].pattern);
		assert_string_equal(text, cases[i].literals);
	}
}

/* Nested deeper than is read. */
static void test_deep(void **state)
{
	(void)state;
	GString *pattern = g_string_new(NULL);
	for (int i = 0; i < 200; i++) {
		g_string_append(pattern, "(?:");
	}
	g_string_append(pattern, "ab");
	for (int i = 0; i < 200; i++) {
		g_string_append_c(pattern, ')');
	}
	assert_null(literals_read(pattern->str));
	g_string_free(pattern, TRUE);
}

/* ---- random patterns ---- */

static const char *pick(GRand *rand, const char *const *words, gsize n)
{
	return words[g_rand_int_range(rand, 0, (gint32)n)];
}

static void random_pattern(GRand *rand, GString *out, int depth)
{
	static const char *const atoms[] = {"a", "b", "ab", "ba", "abc", "c",
	    " ", "\\s", "\\s+", "\\s?", "\\b", "\\b", "\\w", "\\w+", ".", ".?",
	    "[ab]", "[^a]", "^", "$", "_", "-", "\xc3\xbc", "\\W", "\\B", "A",
	    "(?=a)", "(?!b)", "(?<=a)", "\\.", "1", "(?i)", "\\d", "[0-9]",
	    "[\xc3\xbc.]", "[ .-]", "[a-b]+", "[A-z]+", "[\\w-b]+", "[\\d.-b]",
	    "[^ab]", "(?m)", "\\D", "abcb", "cab"};
	static const char *const times[] = {
	    "", "", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,3}?", "++"};
	int n = g_rand_int_range(rand, 1, 5);
	for (int i = 0; i < n; i++) {
		if (depth < 3 && g_rand_int_range(rand, 0, 4) == 0) {
			g_string_append(
			    out, g_rand_boolean(rand) ? "(" : "(?:");
			random_pattern(rand, out, depth + 1);
			while (g_rand_boolean(rand)) {
				g_string_append_c(out, '|');
				random_pattern(rand, out, depth + 1);
			}
			g_string_append_c(out, ')');
			g_string_append(
			    out, pick(rand, times, G_N_ELEMENTS(times)));
		} else {
			g_string_append(
			    out, pick(rand, atoms, G_N_ELEMENTS(atoms)));
		}
	}
}

static void random_text(GRand *rand, GString *out)
{
	static const char *const pieces[] = {"a", "b", "c", "ab", "ba", "abc",
	    " ", " ", "\n", "-", "_", "\xc3\xbc", ".", "1", "B"};
	int n = g_rand_int_range(rand, 0, 14);
	for (int i = 0; i < n; i++) {
		const char *piece = pick(rand, pieces, G_N_ELEMENTS(pieces));
		bool white = *piece == ' ' || *piece == '\n';
		/* As folded text: single, and not at the ends. */
		if (white && (!out->len || i == n - 1 ||
				 strchr(" \n", out->str[out->len - 1]))) {
			continue;
		}
		g_string_append(out, piece);
	}
	while (out->len && strchr(" \n", out->str[out->len - 1])) {
		g_string_truncate(out, out->len - 1);
	}
}

/* ---- where they may match ---- */

/* TEXT as one of several texts. */
typedef struct {
	GString *bytes;
	Subject subject;
	gsize base;
} Around;

static void around_open(Around *around, const GString *text)
{
	static const char edge[] = {'\n', LITERAL_EDGE, '\n'};
	around->bytes = g_string_new(NULL);
	g_string_append_len(around->bytes, edge, sizeof edge);
	around->base = around->bytes->len;
	g_string_append_len(around->bytes, text->str, (gssize)text->len);
	g_string_append_len(around->bytes, edge, sizeof edge);
	around->subject = (Subject){
	    .bytes = around->bytes->str + around->base,
	    .length = text->len,
	};
}

/* The first match from AT on that begins in one of WINDOWS. */
static Find find_windows(const Pattern *pattern, const Search *search,
    const Around *around, const GArray *windows, gsize at, Span *hit)
{
	for (guint i = 0; i < windows->len; i++) {
		Window window = g_array_index(windows, Window, i);
		gsize from = MAX(window.from, around->base) - around->base;
		if (window.to < around->base + MAX(from, at)) {
			continue;
		}
		Span range = {MAX(from, at), window.to - around->base};
		if (range.from > 0) {
			range.from =
			    subject_next(&around->subject, range.from - 1);
		}
		Find find =
		    pattern_find(pattern, search, &around->subject, range, hit);
		if (find != FIND_NONE) {
			return find;
		}
	}
	return FIND_NONE;
}

/* All matches of PATTERN in TEXT are where SPACE says; how many. */
static guint check_windows(const char *source, const Pattern *pattern,
    const Search *search, ScanSpace *space, const GString *text)
{
	Around around;
	around_open(&around, text);
	g_autoptr(GArray) windows = g_array_new(FALSE, FALSE, sizeof(Window));
	scan_texts(space, around.bytes->str, around.bytes->len);
	scan_windows(space, 0, windows);
	assert_true(scan_next(space, 0, 1) == 0 || !windows->len);
	guint matched = 0;
	for (gsize at = 0; at <= text->len;) {
		Span all = {0, 0}, some = {0, 0};
		Find find = pattern_find(pattern, search, &around.subject,
		    (Span){at, text->len}, &all);
		if (find == FIND_LIMIT) {
			break; /* no literal, no limit */
		}
		Find same =
		    find_windows(pattern, search, &around, windows, at, &some);
		if (find != same || all.from != some.from ||
		    all.to != some.to) {
			fail_msg("%s on \"%s\" from %u", source, text->str,
			    (guint)at);
		}
		if (find != FIND_HIT) {
			break;
		}
		matched++;
		at = subject_next(&around.subject, all.from);
	}
	g_string_free(around.bytes, TRUE);
	return matched;
}

static void test_random(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(20261121);
	Patience patience = patience_of(LIMIT_ALONE_MS);
	Search search = {pattern_space_new(), &patience};
	guint matched = 0, known = 0;
	for (int i = 0; i < 20000; i++) {
		GString *source =
		    g_string_new(g_rand_boolean(rand) ? "\\b" : "");
		random_pattern(rand, source, 0);
		g_autoptr(Pattern) pattern = pattern_new(source->str, NULL);
		g_autoptr(GArray) patterns =
		    g_array_new(FALSE, FALSE, sizeof(ScanPattern));
		g_autoptr(GPtrArray) literals = literals_read(source->str);
		ScanPattern one = {literals, 1, i % 3 == 0};
		g_array_append_val(patterns, one);
		g_autoptr(Scan) scan = scan_new(patterns);
		ScanSpace *space = scan_space_new(scan);
		known += pattern && literals;
		for (int k = 0; pattern && literals && k < 25; k++) {
			GString *text = g_string_new(NULL);
			random_text(rand, text);
			g_string_append_c(text, '.');
			random_text(rand, text);
			matched += check_windows(
			    source->str, pattern, &search, space, text);
			g_string_free(text, TRUE);
		}
		scan_space_free(space);
		g_string_free(source, TRUE);
	}
	/* Both happen often enough to mean something. */
	assert_true(known > 2000);
	assert_true(matched > 20000);
	pattern_space_free(search.space);
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
