/* The base: times, addresses, words, text for showing, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/address.h"
#include "anteroom/error.h"
#include "anteroom/json.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "anteroom/urgency.h"

static gpointer ask_for_quark(gpointer data)
{
	(void)data;
	return GUINT_TO_POINTER(anteroom_error_quark());
}

/* First of all, and with ThreadSanitizer: several ask before it is known. */
static void errors_of_threads(void **state)
{
	GThread *threads[4];

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		threads[i] = g_thread_new("ask", ask_for_quark, NULL);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		assert_int_equal(GPOINTER_TO_UINT(g_thread_join(threads[i])),
		    anteroom_error_quark());
	}
}

static void rfc3339_both_ways(void **state)
{
	static const struct {
		const char *text;
		gint64 at_s; /* -1: not a time */
	} rows[] = {
	    {"2026-11-21T10:00:00Z", 1795255200},
	    {"2026-11-21T10:00Z", 1795255200},
	    {"2026-11-21T05:00:00-05:00", 1795255200},
	    {"2026-11-21T10:00:00.999Z", 1795255200},
	    {"2000-02-29T23:59:59Z", 951868799},
	    {"1969-12-31T23:59:59Z", -2},
	    {"2026-02-29T00:00:00Z", -1},
	    {"2026-13-01T00:00:00Z", -1},
	    {"2026-11-21T24:00:00Z", -1},
	    {"2026-11-21T10:00:00", -1},
	    {"2026-11-21T10:00:00Z ", -1},
	    {"", -1},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		gint64 at_s = 77;
		bool fine = times_parse_rfc3339(rows[i].text, &at_s, &error);

		if (rows[i].at_s == -2) {
			assert_true(fine);
			assert_int_equal(at_s, -1);
		} else if (rows[i].at_s == -1) {
			assert_false(fine);
			assert_int_equal(at_s, 77);
			assert_true(g_error_matches(
			    error, ANTEROOM_ERROR, ERROR_USAGE));
		} else {
			assert_true(fine);
			assert_int_equal(at_s, rows[i].at_s);
		}
	}
	g_autofree char *text = times_rfc3339(1795255200);
	g_autofree char *mail = times_rfc5322(1795255200);
	assert_string_equal(text, "2026-11-21T10:00:00Z");
	assert_string_equal(mail, "Sat, 21 Nov 2026 10:00:00 +0000");
	assert_null(times_rfc3339(0));
	assert_null(times_rfc3339(G_MAXINT64));
}

static void rfc5322_leniently(void **state)
{
	static const struct {
		const char *text;
		gint64 at_s; /* 0: none */
	} rows[] = {
	    {"Sat, 21 Nov 2026 11:00:00 +0100", 1795255200},
	    {"21 Nov 2026 10:00:00 GMT", 1795255200},
	    {" Sat ,\r\n 21 (day) Nov 2026 05:00 EST", 1795255200},
	    {"Sat, 21-Nov-26 10:00:00 +0000", 1795255200},
	    {"Sat, 21 November 2026 10.00.00 -0000 (UTC)", 1795255200},
	    {"Mon, 15 Oct 101 09:00:00 -0500", 1003154400},
	    {"Sat, 32 Nov 2026 11:00:00 +0100", 0},
	    {"yesterday", 0},
	    {"((((((((((", 0},
	    {"", 0},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 at_s = 0;

		assert_int_equal(times_parse_rfc5322(rows[i].text, &at_s),
		    rows[i].at_s != 0);
		assert_int_equal(at_s, rows[i].at_s);
	}
}

static void durations_both_ways(void **state)
{
	static const struct {
		const char *text;
		gint64 s; /* 0: refused */
		const char *shown;
	} rows[] = {
	    {"30m", 1800, "30m"},
	    {"4h", 14400, "4h"},
	    {"2d", 172800, "2d"},
	    {"1h30m", 5400, "1h 30m"},
	    {"90s", 90, "1m 30s"},
	    {"400d", 34560000, "400d"},
	    {"0h", 0, NULL},
	    {"4", 0, NULL},
	    {"h", 0, NULL},
	    {"-4h", 0, NULL},
	    {"4 h", 0, NULL},
	    {"99999999999999999999d", 0, NULL},
	    {"", 0, NULL},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *shown = NULL;
		gint64 s = 0;
		bool fine = times_parse_duration(rows[i].text, &s, NULL);

		assert_int_equal(fine, rows[i].s != 0);
		assert_int_equal(s, rows[i].s);
		if (fine) {
			shown = times_duration(s);
			assert_string_equal(shown, rows[i].shown);
		}
	}
	g_autofree char *late = times_duration(-3661);
	g_autofree char *zero = times_duration(0);
	assert_string_equal(late, "-1h 1m");
	assert_string_equal(zero, "0s");
}

static void addresses(void **state)
{
	g_autofree char *a = address_fold(" <CEO@Example.Com> ");
	g_autofree char *b = address_fold_base("ceo+x@example.com");
	g_autofree char *c = address_fold("\xff@x");
	static const char *const bad[] = {"", "a", "@b", "a@", "a@@b", "a b@c",
	    "A <a@b>", "a@b,c@d", "a@b\n", "a@.b", "a@b..c", "-f@b", "a@b;c"};

	(void)state;
	assert_string_equal(a, "ceo@example.com");
	assert_string_equal(b, "ceo@example.com");
	assert_true(g_utf8_validate(c, -1, NULL));
	assert_true(address_valid("ceo@example.com"));
	assert_true(address_valid("o'neil+tag@mx"));
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_false(address_valid(bad[i]));
	}
	assert_true(
	    address_matches("*@Trust.example.com", "x@trust.example.com"));
	assert_false(
	    address_matches("*@trust.example.com", "x@evil-trust.example.com"));
	assert_false(address_matches("*@example.com", "x@sub.example.com"));
	assert_true(address_matches("Ann@Example.com", "ann@example.com"));
}

static void near_words(void **state)
{
	static const char *const words[] = {"care", "counsel", "media"};

	(void)state;
	assert_string_equal(text_nearest("caer", words, 3), "care");
	assert_string_equal(text_nearest("Medai", words, 3), "media");
	assert_string_equal(text_nearest("cuonsel", words, 3), "counsel");
	assert_null(text_nearest("zzzz", words, 3));
	assert_null(text_nearest("", words, 3));
	assert_true(text_has_words("The Große Sache", "grosse the"));
	assert_false(text_has_words("The thing", "thing other"));
}

static void hostile_text_is_shown_harmless(void **state)
{
	g_autofree char *line = text_one_line("a\r\n\tb\x1b[31m\x7f\xe2\x80\xae"
					      "c",
	    15, 100);
	g_autofree char *cut = text_one_line("aaa\xc3\xa4", 5, 4);
	g_autofree char *lines = text_printable("a\nb\x01", 4, 100);

	(void)state;
	assert_string_equal(line, "a b?[31m??c");
	assert_string_equal(cut, "aaa");
	assert_string_equal(lines, "a\nb?");
}

static void json_round_trip(void **state)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;
	g_autoptr(JsonValue) value = NULL;
	static const char *const list[] = {"x", "y\"\n", NULL};

	(void)state;
	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_string(json, "s", "a\xff\"\x01");
	json_string(json, "none", NULL);
	json_time(json, "t", 1795255200);
	json_time(json, "never", 0);
	json_strings(json, "l", list);
	json_bool(json, "b", true);
	json_double(json, "d", 0.5);
	json_end_object(json);
	text = json_text(json);
	assert_null(strchr(text, '\n'));
	value = json_parse(text, strlen(text), NULL);
	assert_non_null(value);
	assert_int_equal(json_get_int(value, "v", 0), 1);
	assert_non_null(strstr(json_get_string(value, "s"), "a"));
	assert_null(json_get(value, "none"));
	assert_string_equal(
	    json_get_string(value, "t"), "2026-11-21T10:00:00Z");
	assert_null(json_get_string(value, "never"));
	assert_int_equal(json_length(json_get(value, "l")), 2);
	assert_string_equal(
	    json_as_string(json_at(json_get(value, "l"), 1)), "y\"\n");
	assert_true(json_get_bool(value, "b", false));
	assert_true(json_get_double(value, "d", 0) == 0.5);
	assert_int_equal(json_get_int(value, "s", 7), 7);
	assert_null(json_get(json_get(value, "s"), "x"));
}

/* Byte by byte: nested, empty, odd characters, a parsed value within. */
static void json_exact(void **state)
{
	g_autoptr(Json) json = json_new();
	g_autoptr(JsonValue) inner = json_parse("{\"k\":[1,\"z\"]}", 13, NULL);
	g_autofree char *text = NULL;

	(void)state;
	json_begin_object(json, NULL);
	json_begin_array(json, "e");
	json_end_array(json);
	json_begin_array(json, "a");
	json_int(json, NULL, -7);
	json_begin_object(json, NULL);
	json_end_object(json);
	json_begin_object(json, NULL);
	json_bool(json, "x\"y", false);
	json_end_object(json);
	json_null(json, NULL);
	json_end_array(json);
	json_string(json, "s", "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4<");
	json_value(json, "v", inner);
	json_double(json, "d", 3);
	json_double(json, "n", -1.0 / 0.0);
	json_double(json, "big", 1e300);
	json_end_object(json);
	text = json_text(json);
	assert_string_equal(text,
	    "{\"e\":[],\"a\":[-7,{},{\"x\\\"y\":false},null],"
	    "\"s\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xc3\xa4<\","
	    "\"v\":{\"k\":[1,\"z\"]},\"d\":3.0,\"n\":null,"
	    "\"big\":1.0000000000000001e+300}");
}

/* What others write: escapes, numbers, white space, names twice, and the text
 * needn't end in NUL. */
static void json_of_others(void **state)
{
	static const char text[] =
	    " {\"s\" :\"\\u00e4\\ud83d\\ude00\\ud83d\\/\\b\" ,\r\n\t\"a\":[ ],"
	    "\"n\":[0,-9223372036854775808,9223372036854775808,-1.5e-1,1E2],"
	    "\"b\":1,\"b\":2,\"\":{}} }";
	g_autoptr(JsonValue) value = json_parse(text, sizeof(text) - 2, NULL);
	const JsonValue *n = json_get(value, "n");
	g_autoptr(Json) json = json_new();
	g_autofree char *copy = NULL;

	(void)state;
	assert_string_equal(json_get_string(value, "s"),
	    "\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbd/\b");
	assert_int_equal(json_length(n), 5);
	assert_true(json_as_int(json_at(n, 1), 0) == G_MININT64);
	assert_true(json_as_int(json_at(n, 2), 0) == G_MAXINT64);
	assert_int_equal(json_get_int(value, "b", 0), 2);
	assert_null(json_at(n, 5));
	json_value(json, NULL, n);
	copy = json_text(json);
	assert_string_equal(
	    copy, "[0,-9223372036854775808,9223372036854775808,-1.5e-1,1E2]");
}

static void json_refuses(void **state)
{
	g_autofree char *deep = g_strnfill(100000, '[');
	/* What lenient parsers skip, and what looks like the end of that. */
	static const char *const hidden[] = {
	    "/*\"*/", "//\"\n", "#\"\n", "'\"'", "]]", "[\"\\\"\"],'"};
	static const char *const bad[] = {"{", "", "{\"a\":}", "\xff", "nul",
	    "{} /* a comment */", "// a comment\n{}", "{'a':1}", "{}}", "[]]",
	    "[1,]", "{\"a\":1,}", "{\"a\"1}", "{1:2}", "[1 2]", "01", "-",
	    "NaN", "1e", "+1", "-Infinity", "truer", "\"", "\"a", "\"\t\"",
	    "\"\\x\"", "\"\\", "\"\\u12\"", "[[1],[2", "{\"a\":[1,\"", "[1]x"};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++) {
		g_autofree char *text = g_strconcat(hidden[i], deep, NULL);

		assert_null(json_parse(text, strlen(text), NULL));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(json_parse(bad[i], strlen(bad[i]), &error));
		assert_true(
		    g_error_matches(error, ANTEROOM_ERROR, ERROR_USAGE));
	}
	assert_null(json_parse(deep, 100000, NULL));
}

static void urgency_levels(void **state)
{
	Urgency level = URGENCY_LOW;

	(void)state;
	assert_int_equal(urgency_of(19), URGENCY_LOW);
	assert_int_equal(urgency_of(20), URGENCY_NORMAL);
	assert_int_equal(urgency_of(50), URGENCY_HIGH);
	assert_int_equal(urgency_of(75), URGENCY_CRITICAL);
	assert_int_equal(urgency_of(urgency_floor(URGENCY_HIGH)), URGENCY_HIGH);
	assert_true(urgency_parse("critical", &level));
	assert_int_equal(level, URGENCY_CRITICAL);
	assert_false(urgency_parse("Critical", &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(errors_of_threads),
	    cmocka_unit_test(rfc3339_both_ways),
	    cmocka_unit_test(rfc5322_leniently),
	    cmocka_unit_test(durations_both_ways),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(near_words),
	    cmocka_unit_test(hostile_text_is_shown_harmless),
	    cmocka_unit_test(json_round_trip),
	    cmocka_unit_test(json_exact),
	    cmocka_unit_test(json_of_others),
	    cmocka_unit_test(json_refuses),
	    cmocka_unit_test(urgency_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
