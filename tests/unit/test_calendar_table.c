/*
 * Deadlines against a table that Python's zoneinfo computed minute by minute
 * (tests/lib/sla_table.py).
 */
#include "sla_fixture.h"

#define TABLE "tests/corpus/sla/table.tsv"
#define AT_LEAST 300

static void check_line(char *line)
{
	g_auto(GStrv) field = g_strsplit(line, "\t", -1);

	assert_int_equal(g_strv_length(field), 6);
	g_autoptr(Calendar) calendar =
	    fixture_calendar(field[0], field[1], field[2]);
	gint64 from_s = g_ascii_strtoll(field[3], NULL, 10);
	gint64 open_s = g_ascii_strtoll(field[4], NULL, 10);
	gint64 expected_s = g_ascii_strtoll(field[5], NULL, 10);
	gint64 due_s = calendar_due(calendar, from_s, open_s);

	if (due_s != expected_s) {
		fail_msg("due %" G_GINT64_FORMAT " for: %s", due_s, line);
	}
	if (calendar_open_s(calendar, from_s, expected_s) != open_s) {
		fail_msg("open time differs for: %s", line);
	}
}

static void test_table(void **state)
{
	g_autofree char *text = NULL;
	guint n = 0;

	(void)state;
	assert_true(g_file_get_contents(TABLE, &text, NULL, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (**line && **line != '#') {
			check_line(*line);
			n++;
		}
	}
	assert_in_range(n, AT_LEAST, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
