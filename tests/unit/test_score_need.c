/* What patterns need, and that no match is ever foreseen away. */
#include "score_fixture.h"

#include "score/need.h"
#include "score/pattern.h"

static void test_read(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *need;
	} cases[] = {
	    {"rape", "[rape]"},
	    {"\\brape\\b", "[ rape ]"},
	    {"\\brape(d|s)?\\b", "[ rape]"},
	    {"lost luggage", "[lost luggage]"},
	    {"lost\\s+luggage", "[lost luggage]"},
	    {"lost\\s*luggage", "([lost] & [luggage])"},
	    {"e.?mail", "[mail]"},
	    {"ab+cd", "([ab] & [cd])"},
	    {"ab{2}cd", "([ab] & [cd])"},
	    {"abx{0,2}cd", "([ab] & [cd])"},
	    {"(?:cat|dog)s", "([cat] | [dog])"},
	    {"(?:cat|.)s", ""},
	    {"(?:cat|)s", ""},
	    {"my (?:cat|dog)", "([my ] & ([my cat] | [my dog]))"},
	    {"my (?:cat|dog)?food", "([my ] & [food])"},
	    {"(?:my )+cat", "([my ] & [cat])"},
	    {"[ab]cd", "[cd]"},
	    {"[]ab]cd", "[cd]"},
	    {"[^]\\]]cd", "[cd]"},
	    {"don't", "[don t]"},
	    {"a\\.b", "[a b]"},
	    {"caf\xc3\xa9 au lait", "([caf] & [ au lait])"},
	    {"caf\xc3\xa9?au", "([caf] & [au])"},
	    {"(?=ab)cd", "[cd]"},
	    {"ab(?!cd)ef", "([ab] & [ef])"},
	    {"(?<!not )urgent", "[urgent]"},
	    {"(?i)ab", "[ab]"},
	    {"(?s:ab)cd", "([ab] & [cd])"},
	    {"AB", "[ab]"},
	    {"a", ""},
	    {".", ""},
	    {"^$", ""},
	    {"^ab$", "[ ab ]"},
	    {"\\x41bc", "[bc]"},
	    {"\\x{41}bc", "[bc]"},
	    {"\\pLbc\\p{Lu}de", "([bc] & [de])"},
	    /* not read: nothing is needed */
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
		Need *need = need_new(cases[i].pattern);
		g_autofree char *text = need_text(need);
		assert_string_equal(text, cases[i].need);
		need_free(need);
	}
}

static bool holds(const char *pattern, const char *text)
{
	Grams *grams = grams_new();
	grams_clear(grams);
	grams_add(grams, text, strlen(text));
	Need *need = need_new(pattern);
	bool yes = need_holds(need, grams);
	need_free(need);
	grams_free(grams);
	return yes;
}

static void test_holds(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool holds;
	} cases[] = {
	    {"\\brape\\b", "grape", false},
	    {"\\brape\\b", "RAPE", true},
	    {"\\brape\\b", "(rape)", true},
	    {"\\brape\\b", "\xe2\x80\x94rape\xe2\x80\x94", true},
	    {"\\brape\\b", "rapes", false},
	    {"lost\\s+luggage", "lost\nluggage", true},
	    {"lost\\s+luggage", "lost my luggage", false},
	    {"(cat|dog)", "cow", false},
	    {"(cat|dog)", "dog", true},
	    {"ab.*cd", "ab", false},
	    {"", "", true},
	    {"ab", "", false},
	    {"(?:a|b){40}", "x", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(
		    holds(cases[i].pattern, cases[i].text), cases[i].holds);
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
	assert_true(holds(pattern->str, "x"));
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
	    "(?=a)", "(?!b)", "(?<=a)", "\\.", "1", "(?i)"};
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

/* The first match, tried only where HEADS say. */
static Find find_heads(const Pattern *pattern, const Search *search,
    const Subject *subject, const Heads *heads, Span *span)
{
	GArray *starts = g_array_new(FALSE, FALSE, sizeof(WordStart));
	heads_find(starts, subject->bytes, subject->length);
	Find find = FIND_NONE;
	for (guint i = 0; i < starts->len && find == FIND_NONE; i++) {
		WordStart start = g_array_index(starts, WordStart, i);
		if (heads_have(heads, start.code)) {
			find = pattern_at(
			    pattern, search, subject, start.at, span);
		}
	}
	g_array_unref(starts);
	return find;
}

/* Where a pattern has heads, they find what a search everywhere finds. */
static void test_heads_random(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(20261122);
	Search search = {pattern_space_new(), G_MAXINT64};
	guint matched = 0, headed = 0;
	for (int i = 0; i < 6000; i++) {
		GString *source = g_string_new("\\b");
		bool group = g_rand_boolean(rand);
		g_string_append(source, group ? "(" : "");
		random_pattern(rand, source, 0);
		while (group && g_rand_boolean(rand)) {
			g_string_append_c(source, '|');
			random_pattern(rand, source, 1);
		}
		g_string_append(source, group ? ")" : "");
		random_pattern(rand, source, 2);
		g_autoptr(Pattern) free = pattern_new(source->str, false, NULL);
		g_autoptr(Pattern) tied = pattern_new(source->str, true, NULL);
		Need *need = need_new(source->str);
		const Heads *heads = need_heads(need);
		headed += heads != NULL;
		for (int k = 0; heads && free && k < 60; k++) {
			GString *text = g_string_new(NULL);
			random_text(rand, text);
			g_string_append_c(text, '.');
			random_text(rand, text);
			Subject subject = {text->str, text->len};
			Span all = {0, 0}, some = {0, 0};
			Find find =
			    pattern_find(free, &search, &subject, 0, &all);
			Find same =
			    find_heads(tied, &search, &subject, heads, &some);
			if (find != same || all.from != some.from ||
			    all.to != some.to) {
				fail_msg(
				    "%s on \"%s\"", source->str, text->str);
			}
			matched += find == FIND_HIT;
			g_string_free(text, TRUE);
		}
		need_free(need);
		g_string_free(source, TRUE);
	}
	assert_true(headed > 1000);
	assert_true(matched > 1000);
	pattern_space_free(search.space);
	g_rand_free(rand);
}

static void test_heads(void **state)
{
	(void)state;
	static const struct {
		const char *pattern;
		bool headed;
		const char *in, *out; /* beginnings it must, mustn't have */
	} cases[] = {
	    {"\\brape\\b", true, "rape", "grape"},
	    {"\\b(cat|dog)s", true, "dogs", "cow"},
	    {"\\b(?:(?:my|the) )?cat", true, "the", "dog"},
	    {"\\b(?:(?:my|the) )?cat", true, "cat", "dog"},
	    {"\\b(i|we)\\s+want", true, "i want", "in"},
	    {"\\b(i|we)\\b.?want", true, "we'", "web"},
	    {"\\b(i|we)+ want", true, "wei", "no"},
	    {"\\b(?:1\\b|x)\\s+cat", true, "1 cat", "11"},
	    {"^dear", true, "dear", "deep"},
	    {"(?i)\\bcat", true, "cat", "dog"},
	    {"\\b(?!cats)cat", true, "cat", "dog"},
	    {"cat", false, NULL, NULL},
	    {"(?!x)cat", false, NULL, NULL},
	    {"(?:my )?cat", false, NULL, NULL},
	    {"\\b(cat|)dog", false, NULL, NULL},
	    {"\\b\\w+cat", false, NULL, NULL},
	    {"\\b(cat|\\w)", false, NULL, NULL},
	    {"\\s+cat", false, NULL, NULL},
	    {"\\b\\s?cat", false, NULL, NULL},
	    {"\\bcat|dog", false, NULL, NULL},
	    {"(?=cat)", false, NULL, NULL},
	    {"", false, NULL, NULL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Need *need = need_new(cases[i].pattern);
		const Heads *heads = need_heads(need);
		assert_int_equal(heads != NULL, cases[i].headed);
		GArray *starts = g_array_new(FALSE, FALSE, sizeof(WordStart));
		if (heads) {
			heads_find(starts, cases[i].in, strlen(cases[i].in));
			heads_find(starts, cases[i].out, strlen(cases[i].out));
			assert_true(heads_have(
			    heads, g_array_index(starts, WordStart, 0).code));
			assert_false(heads_have(heads,
			    g_array_index(starts, WordStart, starts->len - 1)
				.code));
		}
		g_array_unref(starts);
		need_free(need);
	}
}

static void test_random(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(20261121);
	Grams *grams = grams_new();
	Search search = {pattern_space_new(), G_MAXINT64};
	guint matched = 0, foreseen = 0;
	for (int i = 0; i < 3000; i++) {
		GString *source = g_string_new(NULL);
		random_pattern(rand, source, 0);
		g_autoptr(Pattern) pattern =
		    pattern_new(source->str, false, NULL);
		Need *need = need_new(source->str);
		for (int k = 0; pattern && k < 30; k++) {
			GString *text = g_string_new(NULL);
			random_text(rand, text);
			Subject subject = {text->str, text->len};
			Span span;
			grams_clear(grams);
			grams_add(grams, text->str, text->len);
			bool may = need_holds(need, grams);
			bool hit = pattern_find(pattern, &search, &subject, 0,
				       &span) == FIND_HIT;
			if (hit && !may) {
				fail_msg("%s matches \"%s\"", source->str,
				    text->str);
			}
			matched += hit;
			foreseen += !may;
			g_string_free(text, TRUE);
		}
		need_free(need);
		g_string_free(source, TRUE);
	}
	/* Both happen often enough to mean something. */
	assert_true(matched > 10000);
	assert_true(foreseen > 10000);
	pattern_space_free(search.space);
	grams_free(grams);
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_holds),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_heads),
	    cmocka_unit_test(test_heads_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
