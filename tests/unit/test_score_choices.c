/* Patterns taken apart into their choices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "score/choices.h"

/* CHOICES: with a line feed between. */
static const struct {
	const char *pattern, *choices;
} rows[] = {
    {"", ""},
    {"a", "a"},
    {"a|b|cd", "a\nb\ncd"},
    {"a||b", "a\n\nb"},
    {"\\b(?:a|b)\\s|(c|d(e|f))", "\\b(?:a|b)\\s\n(c|d(e|f))"},
    {"[|]|[]|]|[^]|]|\\|", "[|]\n[]|]\n[^]|]\n\\|"},
    {"(?=a|b)c|(?<!d|e)f|(?>g|h)|(?|i|j)",
	"(?=a|b)c\n(?<!d|e)f\n(?>g|h)\n(?|i|j)"},
    {"a\\)|b\\(|[)]|[(]", "a\\)\nb\\(\n[)]\n[(]"},
    {"a|(?i:b)", "a\n(?i:b)"},
    /* one part may depend on another */
    {"(a)|\\1", "(a)|\\1"},
    {"(a)|\\g1", "(a)|\\g1"},
    {"(?<n>a)|\\k<n>", "(?<n>a)|\\k<n>"},
    {"(?i)a|b", "(?i)a|b"},
    {"a|(?(1)b|c)", "a|(?(1)b|c)"},
    {"a|(?1)", "a|(?1)"},
    {"(*COMMIT)a|b", "(*COMMIT)a|b"},
    {"a\\Kb|c", "a\\Kb|c"},
    /* not known, or no pattern at all */
    {"\\Qa|b\\E|c", "\\Qa|b\\E|c"},
    {"a\\c|b", "a\\c|b"},
    {"[[:alpha:]|]|a", "[[:alpha:]|]|a"},
    {"a|(b", "a|(b"},
    {"a)|b", "a)|b"},
    {"a|[b", "a|[b"},
    {"a|[b\\", "a|[b\\"},
    {"a|\\", "a|\\"},
};

static void test_rows(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) all = choices_of(rows[i].pattern);
		g_ptr_array_add(all, NULL);
		g_autofree char *text = g_strjoinv("\n", (char **)all->pdata);
		assert_string_equal(text, rows[i].choices);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
