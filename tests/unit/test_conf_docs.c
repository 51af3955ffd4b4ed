/* conf/: the manual pages and the sample say what the tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf/internal.h"

#define SAMPLE "packaging/conf/anteroom.conf"

/* Not inlined: gcc 12 then takes what is returned for a pointer to `text`. */
G_GNUC_NO_INLINE static char *read_file(const char *path)
{
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

/* The page's part about KIND: from its heading to the next one. */
static char *page_part(const char *page, const char *kind)
{
	g_autofree char *heading = g_strdup_printf("\n.Ss %s", kind);
	const char *begin = strstr(page, heading);
	const char *end;

	if (begin == NULL) {
		print_message("not in the manual: %s\n", kind);
		fail();
		return NULL;
	}
	end = strstr(begin + 1, "\n.Ss ");
	return end != NULL ? g_strndup(begin, (gsize)(end - begin))
			   : g_strdup(begin);
}

static void assert_documented(const char *part, const Kind *kind)
{
	for (guint i = 0; i < kind->n_settings; i++) {
		g_autofree char *item =
		    g_strdup_printf("\n.It Li %s = ", kind->settings[i].name);

		if (strstr(part, item) == NULL) {
			print_message("not in the manual: %s\n", item);
			fail();
		}
	}
}

/* Every item of PART is a setting of KIND. */
static void assert_no_more(const char *part, const Kind *kind)
{
	g_auto(GStrv) items = g_strsplit(part, "\n.It Li ", 0);

	for (guint i = 1; items[i] != NULL; i++) {
		const char *sign = strstr(items[i], " = ");
		bool found = sign == NULL;

		for (guint k = 0; k < kind->n_settings && !found; k++) {
			gsize n = strlen(kind->settings[k].name);

			found =
			    strncmp(items[i], kind->settings[k].name, n) == 0 &&
			    items[i] + n == sign;
		}
		if (!found) {
			print_message("no setting: %.40s\n", items[i]);
			fail();
		}
	}
}

static void check_page(const char *path, const Grammar *grammar)
{
	g_autofree char *page = read_file(path);

	for (guint i = 0; i < grammar->n_kinds; i++) {
		const Kind *kind = grammar->kinds[i];
		g_autofree char *part = page_part(page, kind->name);

		assert_documented(part, kind);
		assert_no_more(part, kind);
	}
}

static void test_pages(void **state)
{
	g_autofree char *page = read_file("packaging/man/anteroom.conf.5");

	(void)state;
	check_page("packaging/man/anteroom.conf.5", &server_grammar);
	check_page("packaging/man/anteroom.rules.5", &packs_grammar);
	assert_documented(page, server_grammar.root);
}

/* Every setting but those that stand in the way of an example. */
static void test_sample_is_complete(void **state)
{
	static const char *const left_out[] = {
	    "topics", "teams", "urgency", NULL};
	g_autofree char *sample = read_file(SAMPLE);

	(void)state;
	for (guint i = 0; i < server_grammar.n_kinds; i++) {
		const Kind *kind = server_grammar.kinds[i];

		for (guint k = 0; k < kind->n_settings; k++) {
			const char *name = kind->settings[k].name;
			g_autofree char *line = g_strdup_printf("%s = ", name);

			if (!g_strv_contains(left_out, name) &&
			    strstr(sample, line) == NULL) {
				print_message("not in the sample: %s\n", name);
				fail();
			}
		}
	}
}

static void test_sample_loads(void **state)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autoptr(Conf) conf = conf_load(SAMPLE, problems);

	(void)state;
	for (guint i = 0; i < problems->len; i++) {
		const ConfProblem *problem = problems->pdata[i];

		/* The packs may be installed or not. */
		assert_true(problem->warning);
		assert_non_null(strstr(problem->text, "packs: no file"));
	}
	assert_non_null(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_sample_is_complete),
	    cmocka_unit_test(test_sample_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
