/* conf/: files that nobody wrote by hand. A reason each, in bounded time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "anteroom/conf.h"
#include "anteroom/limits.h"

#define SECONDS_MAX 20 /* of CPU, with a sanitizer */

static char *path;

static int make_path(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("conf-XXXXXX", NULL);

	(void)state;
	path = g_build_filename(dir, "a.conf", NULL);
	return 0;
}

static int remove_path(void **state)
{
	g_autofree char *dir = g_path_get_dirname(path);

	(void)state;
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	return 0;
}

/* The errors of the file PATH, a line each; "" when it loads. */
static char *load_path(const char *file)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	clock_t begin = clock();
	g_autoptr(Conf) conf = conf_load(file, problems);
	clock_t took = clock() - begin;
	GString *all = g_string_new(NULL);

	assert_true(took < SECONDS_MAX * CLOCKS_PER_SEC);
	assert_int_equal(conf == NULL, conf_problems_fatal(problems));
	assert_true(problems->len <= LIMIT_PROBLEMS + 1);
	for (guint i = 0; i < problems->len; i++) {
		const ConfProblem *one = problems->pdata[i];

		assert_true(g_utf8_validate(one->text, -1, NULL));
		assert_true(strlen(one->text) < 1000);
		if (!one->warning) {
			g_string_append_printf(
			    all, "%u: %s\n", one->place.line, one->text);
		}
	}
	return g_string_free(all, FALSE);
}

static char *load_bytes(const char *bytes, gsize n)
{
	FILE *file = fopen(path, "w");

	/* Not g_file_set_contents(): a flush each would take the time. */
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	return load_path(path);
}

/* One of the errors begins with EXPECTED. */
static void assert_error(const char *bytes, gsize n, const char *expected)
{
	g_autofree char *got = load_bytes(bytes, n);
	g_autofree char *later = g_strconcat("\n", expected, NULL);

	if (!g_str_has_prefix(got, expected) && strstr(got, later) == NULL) {
		print_message("got:\n%s\nexpected: %s\n", got, expected);
		fail();
	}
}

static void test_bytes(void **state)
{
	static const struct {
		const char *bytes;
		gsize n;
		const char *first;
	} cases[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
	    {BYTES("a = 1\n\0b"), "2: a NUL byte: this is no text"},
	    {BYTES("\n\xff\xfe"), "2: not UTF-8"},
	    {BYTES("# M\xfcller\n"), "1: not UTF-8"},
	    {BYTES("\x7f"
		   "ELF\x01\x01"),
		"1: '=' or '{' expected"},
	    {BYTES("company = \"x"), "1: a string begins here and never ends"},
	    {BYTES("\ncompany = 'x\\'"), "2: a string begins here"},
	    {BYTES("company = \"x\\"), "1: a string begins here"},
	    {BYTES("company = '\\"), "1: a string begins here"},
	    {BYTES("company"), "1: '=' or '{' expected, not the end"},
	    {BYTES("company ="), "1: a value expected, not the end"},
	    {BYTES("company +"), "1: '+': a value with this needs quotes"},
	    {BYTES("rules { packs = {"), "1: a value or the list's '}'"},
	    {BYTES("rules { packs = {,"), "1: a value or the list's '}'"},
	    {BYTES("desk \"\" {}"), "1: a desk needs a name"},
	    {BYTES("desk \"a\x1b[31mb\" {}"), "1: desk \"a"},
	    {BYTES("x { /* } "), "1: a comment begins here"},
	    {BYTES("\"company\" = x"), "1: a setting or a section expected"},
	    {BYTES("a|b = 1"), "1: unknown setting \"a|b\""},
	    {BYTES("\x1b[31m = 1"), "1: unknown setting \"?[31m\""},
	    {BYTES("$"), "1: '=' or '{' expected"},
	    {BYTES("root { company = x }"), "1: unknown section \"root\""},
	    {BYTES("__unknown = 1"), "1: unknown setting"},
#undef BYTES
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_error(cases[i].bytes, cases[i].n, cases[i].first);
	}
}

static void test_repeated(void **state)
{
	static const struct {
		const char *unit, *first;
	} cases[] = {
	    {"a {", "1: unknown section \"a\""},
	    {"{", "1: a setting or a section expected"},
	    {"rules { packs = {", "1: ',' or the list's '}' expected, not '{'"},
	    {"desk \"a\" {", "1: the '}' of \"desk\" in line 1 expected"},
	    {"a = 1\n", "1: unknown setting \"a\""},
	    {"desk \"a\" { x = 1 }\n", "1: unknown setting \"x\""},
	    {"desk \"x\" { addresses = { a@b.c, a@b.c } }\n",
		"1: addresses: a@b.c belongs to desk \"x\""},
	    {"company = x\n", "2: \"company\" is set already"},
	    {"store {}\n", "2: section \"store\" is there already"},
	    {"route \"a\" { team = b }\n", "2: route \"a\" is there already"},
	    {"'", "1: a setting or a section expected"},
	    {"\"\\", "1: a string begins here"},
	    {"/* ", "1: a comment begins here"},
	    {"#", "0: no desk"},
	    {"\n", "0: no desk"},
	    {"x", "1: a value of more"},
	    {"rules { packs += {'", "1: ',' or the list's '}' expected"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		while (text->len + 64 < LIMIT_CONF_BYTES) {
			g_string_append(text, cases[i].unit);
		}
		assert_error(text->str, text->len, cases[i].first);
	}
}

/* Things by the ten thousand, each right in itself. */
static void test_many(void **state)
{
	static const char *const formats[] = {
	    "policy \"p%u\" { topics = {\"other\"} first-reply = 1h }\n",
	    "team \"t%u\" { address = a@b.c members = \"x@b.c\" }\n",
	    "desk \"d%u\" { addresses = \"a%u@b.c\" }\n",
	    "route \"r%u\" { team = none }\n",
	    "calendar \"c%u\" { zone = UTC hours = \"Mon-Sun 0-24\" }\n",
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *got = NULL;

		for (guint k = 0; text->len + 128 < LIMIT_CONF_BYTES / 8; k++) {
			g_auto(GStrv) parts = g_strsplit(formats[i], "%u", 0);
			g_autofree char *number = g_strdup_printf("%u", k);
			g_autofree char *one = g_strjoinv(number, parts);

			g_string_append(text, one);
		}
		got = load_bytes(text->str, text->len);
		assert_non_null(got);
	}
}

static void test_long_values(void **state)
{
	static const struct {
		const char *before, *after, *first, *longer;
	} cases[] = {
	    {"company = \"", "\"", "0: no desk", "1: a value of more"},
	    {"company = '", "'", "0: no desk", "1: a value of more"},
	    {"\ncompany = ", "", "0: no desk", "2: a value of more"},
	    {"", " = 1", "1: unknown setting \"xxx", "1: a value of more"},
	    {"desk \"", "\" {}", "1: the name of this desk is longer",
		"1: a value of more"},
	    {"desk \"a\" { addresses = \"", "\" }", "1: addresses: \"xxx",
		"1: a value of more"},
	};
	g_autofree char *fits = g_strnfill(LIMIT_VALUE_BYTES - 2, 'x');
	g_autofree char *over = g_strnfill(LIMIT_CONF_BYTES - 100, 'x');

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
		    g_strconcat(cases[i].before, fits, cases[i].after, NULL);
		g_autofree char *longer =
		    g_strconcat(cases[i].before, over, cases[i].after, NULL);

		assert_error(text, strlen(text), cases[i].first);
		assert_error(longer, strlen(longer), cases[i].longer);
	}
}

/* As many of the longest as fit: the library's time is quadratic in each. */
static void test_many_long_values(void **state)
{
	g_autofree char *fill = g_strnfill(LIMIT_VALUE_BYTES - 2, 'x');
	g_autoptr(GString) text = g_string_new("control { readers = {");

	(void)state;
	while (text->len + LIMIT_VALUE_BYTES + 10 < LIMIT_CONF_BYTES) {
		g_string_append_printf(text, "'%s', ", fill);
	}
	g_string_append(text, "}}");
	assert_error(text->str, text->len, "0: no desk");
}

static void test_too_large(void **state)
{
	g_autofree char *fill = g_strnfill(LIMIT_CONF_BYTES + 1, '\n');

	(void)state;
	assert_error(fill, LIMIT_CONF_BYTES, "0: no desk");
	assert_error(fill, LIMIT_CONF_BYTES + 1, "0: is larger than 4 MB");
}

static void test_no_files(void **state)
{
	g_autofree char *pipe = g_strconcat(path, ".pipe", NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	const struct {
		const char *file, *problem;
	} cases[] = {
	    {"/nonexistent/a.conf", "0: No such file or directory\n"},
	    {dir, "0: is a folder\n"},
	    {pipe, "0: is not a regular file\n"},
	    {"/dev/zero", "0: is not a regular file\n"},
	    {"", "0: No such file or directory\n"},
	};

	(void)state;
	assert_int_equal(mkfifo(pipe, 0600), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = load_path(cases[i].file);

		assert_string_equal(got, cases[i].problem);
	}
	g_unlink(pipe);
}

/* The environment stays outside. */
static void test_environment(void **state)
{
	static const char text[] =
	    "rules { packs = {} }\n"
	    "company = \"${ANTEROOM_TEST} \\${ANTEROOM_TEST} $$${X}\"\n"
	    "desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"
	    "route \"default\" { team = \"none\" }\n";
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autoptr(Conf) conf = NULL;

	(void)state;
	g_setenv("ANTEROOM_TEST", "secret", TRUE);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	conf = conf_load(path, problems);
	assert_non_null(conf);
	assert_string_equal(
	    conf->company, "${ANTEROOM_TEST} ${ANTEROOM_TEST} $$${X}");
}

/* A right file with bytes changed, cut out and doubled: any answer, but one. */
static void test_mutations(void **state)
{
	static const char marks[] = "{}=\"'\\#/*,+$\n ()x0";
	g_autofree char *text = NULL;
	GRand *rand = g_rand_new_with_seed(1);
	gsize length;

	(void)state;
	assert_true(g_file_get_contents(
	    "tests/corpus/conf/full.conf", &text, &length, NULL));
	for (guint i = 0; i < 500; i++) {
		g_autoptr(GString) copy =
		    g_string_new_len(text, (gssize)length);
		guint changes = (guint)g_rand_int_range(rand, 1, 4);
		g_autofree char *got = NULL;

		for (guint k = 0; k < changes; k++) {
			gsize at =
			    (gsize)g_rand_int_range(rand, 0, (gint32)copy->len);
			gint32 mark =
			    g_rand_int_range(rand, 0, sizeof(marks) - 1);

			copy->str[at] = marks[mark];
		}
		if (i % 10 == 0) {
			g_string_truncate(copy, (gsize)g_rand_int_range(rand, 0,
						    (gint32)copy->len));
		}
		got = load_bytes(copy->str, copy->len);
	}
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_repeated),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_long_values),
	    cmocka_unit_test(test_many_long_values),
	    cmocka_unit_test(test_too_large),
	    cmocka_unit_test(test_no_files),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
