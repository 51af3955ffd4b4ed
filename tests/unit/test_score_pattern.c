/* Finding one pattern: pieces, limits, no machine code. */
#include "score_fixture.h"

#include "score/pattern.h"

#define PIECE PATTERN_PIECE_BYTES

/* Long enough for any of these. */
#define FAR_MS 60000

/* FIND for PATTERN in TEXT from START. */
static Find find_from(const char *pattern, const char *text, gsize length,
    gsize start, Span *span)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Pattern) compiled = pattern_new(pattern, &error);
	assert_null(error);
	Patience patience = patience_of(FAR_MS);
	Search search = {.space = pattern_space_new(), .patience = &patience};
	Subject subject = {text, length};
	Find find = pattern_find(
	    compiled, &search, &subject, (Span){start, length}, span);
	pattern_space_free(search.space);
	return find;
}

static void test_simple(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		gsize start;
		Find find;
		gsize from, to;
	} cases[] = {
	    {"b+", "abba", 0, FIND_HIT, 1, 3},
	    {"B+", "abba", 2, FIND_HIT, 2, 3},
	    {"b+", "abba", 3, FIND_NONE, 0, 0},
	    {"^$", "", 0, FIND_HIT, 0, 0},
	    {"(?<=a)b", "ab", 1, FIND_HIT, 1, 2},
	    {"^b", "ab", 1, FIND_NONE, 0, 0},
	    /* Unicode: letters, case, word borders */
	    {"\\b\xc3\xbc"
	     "bel\\b",
		"\xc3\x9c"
		"BEL",
		0, FIND_HIT, 0, 5},
	    {"\\brau\\b", "grau \xc3\xbcrau", 0, FIND_NONE, 0, 0},
	    {"(*NO_JIT)b+", "abba", 0, FIND_HIT, 1, 3},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Span span = {0, 0};
		assert_int_equal(
		    find_from(cases[i].pattern, cases[i].text,
			strlen(cases[i].text), cases[i].start, &span),
		    cases[i].find);
		assert_int_equal(span.from, cases[i].from);
		assert_int_equal(span.to, cases[i].to);
	}
}

/* A match begins where it was asked for, and goes as far as it goes. */
static void test_range(void **state)
{
	(void)state;
	g_autofree char *text = text_repeated("needle ", 3 * PIECE);
	g_autoptr(Pattern) pattern = pattern_new("eedle", NULL);
	Patience patience = patience_of(FAR_MS);
	Search search = {.space = pattern_space_new(), .patience = &patience};
	const gsize lengths[] = {PIECE / 2, 3 * PIECE};
	for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
		Subject subject = {text, lengths[i]};
		Span hit;
		for (gsize at = 0; at < lengths[i] - 20; at += 7 * 11) {
			assert_int_equal(pattern_find(pattern, &search,
					     &subject, (Span){at, at}, &hit),
			    FIND_NONE);
			assert_int_equal(
			    pattern_find(pattern, &search, &subject,
				(Span){at + 2, at + 7}, &hit),
			    FIND_NONE);
			assert_int_equal(
			    pattern_find(pattern, &search, &subject,
				(Span){at, at + 1}, &hit),
			    FIND_HIT);
			assert_int_equal(hit.to, at + 6);
		}
	}
	pattern_space_free(search.space);
}

static void test_errors(void **state)
{
	(void)state;
	static const char *const bad[] = {"(", "a{2,1}", "[z-a]", "\\C",
	    "(?<n>a)(?<n>b)", "\xff", "\\p{Nonsense}"};
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(pattern_new(bad[i], &error));
		assert_non_null(strstr(error->message, "(at offset "));
	}
}

/* A match lies wherever the borders of pieces fall. */
static void check_at(gsize at, const char *pattern)
{
	gsize length = 4 * PIECE;
	g_autofree char *text = text_repeated("x ", length);
	memcpy(text + at, "needle in hay", 13);
	Span span = {0, 0};
	assert_int_equal(find_from(pattern, text, length, 0, &span), FIND_HIT);
	assert_int_equal(span.from, at);
	assert_int_equal(span.to, at + 13);
}

static void test_borders(void **state)
{
	(void)state;
	for (gsize at = PIECE - 20; at < PIECE + 5; at++) {
		check_at(at, "needle in hay");
		check_at(at - PATTERN_OVERLAP_BYTES, "needle\\W+in\\W+hay");
		check_at(at, "(*NO_JIT)needle in (hay)");
	}
	check_at(4 * PIECE - 13, "needle in hay");
}

/* The cut at a piece's end is neither the text's end nor a word's. */
static void test_cut(void **state)
{
	(void)state;
	gsize length = 3 * PIECE;
	g_autofree char *text = text_repeated("words", length);
	Span span;
	/* It ends in "w", its pieces in any letter. */
	assert_int_equal(find_from("s$", text, length, 0, &span), FIND_NONE);
	gsize last = (gsize)(strrchr(text, 's') - text);
	length = last + 1;
	assert_int_equal(find_from("s$", text, length, 0, &span), FIND_HIT);
	assert_int_equal(span.to, length);
	assert_int_equal(find_from("s\\b", text, length, 0, &span), FIND_HIT);
	assert_int_equal(span.to, length);
	assert_int_equal(
	    find_from("(?<![a-z])o", text, length, 0, &span), FIND_NONE);
}

/* Pieces end between characters, whatever their widths. */
static void test_characters(void **state)
{
	(void)state;
	for (gsize lead = 0; lead < 4; lead++) {
		GString *text = g_string_new(NULL);
		for (gsize i = 0; i < lead; i++) {
			g_string_append_c(text, '.');
		}
		while (text->len < 3 * PIECE) {
			g_string_append(text, "\xf0\x9f\x98\x80");
		}
		g_string_append(text, "end");
		Span span;
		assert_int_equal(
		    find_from("[a-z]+", text->str, text->len, 0, &span),
		    FIND_HIT);
		assert_int_equal(span.from, text->len - 3);
		/* None is ever seen torn: a torn one would be no character. */
		assert_int_equal(find_from("[^.\\x{1f600}]", text->str,
				     text->len - 3, 0, &span),
		    FIND_NONE);
		g_string_free(text, TRUE);
	}
}

/* Invalid bytes don't stop the search behind them. */
static void test_invalid(void **state)
{
	(void)state;
	static const char text[] = "\xff\xfe needle \xc3";
	Span span;
	assert_int_equal(
	    find_from("needle", text, sizeof text - 1, 0, &span), FIND_HIT);
	assert_int_equal(
	    find_from("(*NO_JIT)needle", text, sizeof text - 1, 0, &span),
	    FIND_HIT);
	g_autofree char *tail = text_repeated("\x80", 3 * PIECE);
	assert_int_equal(
	    find_from("needle", tail, 3 * PIECE, 0, &span), FIND_NONE);
}

/* A limit is never "no match". */
static void test_limit(void **state)
{
	(void)state;
	static const char *const slow[] = {
	    "(a+)+b?$(?<!a)", "(*NO_JIT)(?:a|a)+(?:b|c)$", "(?:a|aa)+(?:b|c)$"};
	g_autofree char *text = text_repeated("a", PIECE);
	for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
		Span span;
		assert_int_equal(
		    find_from(slow[i], text, PIECE, 0, &span), FIND_LIMIT);
	}
}

/* Quadratic, but below every limit at each position: the clock ends it. */
static void test_late(void **state)
{
	(void)state;
	gsize length = 64 * PIECE;
	g_autofree char *text = text_repeated("a", length);
	g_autoptr(Pattern) pattern =
	    pattern_new("a(?:b|[^x]){0,400}[yz]", NULL);
	gint64 begun_us = g_get_monotonic_time();
	Patience patience = patience_of(50);
	Search search = {.space = pattern_space_new(), .patience = &patience};
	Subject subject = {text, length};
	Span span;
	Find find =
	    pattern_find(pattern, &search, &subject, (Span){0, length}, &span);
	assert_int_equal(find, FIND_LATE);
	assert_true(
	    g_get_monotonic_time() - begun_us < 20 * G_TIME_SPAN_SECOND);
	pattern_space_free(search.space);
}

static void test_next(void **state)
{
	(void)state;
	Subject subject = {"a\xc3\xbc"
			   "b",
	    4};
	assert_int_equal(subject_next(&subject, 0), 1);
	assert_int_equal(subject_next(&subject, 1), 3);
	assert_int_equal(subject_next(&subject, 3), 4);
	assert_int_equal(subject_next(&subject, 4), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_simple),
	    cmocka_unit_test(test_range),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_borders),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_characters),
	    cmocka_unit_test(test_invalid),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
