/* What the web process reads of hostile bytes, and its sessions and rates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <string.h>

#include "anteroom/limits.h"
#include "web/head.h"
#include "web/internal.h"

/* ---- forms and queries ---- */

typedef struct {
	const char *text;
	bool good;
	const char *read; /* "name=value|name=value" */
} FormRow;

/* Transfer full. */
static char *as_text(const Fields *fields)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < fields_count(fields); i++) {
		g_string_append_printf(out, "%s%s=%s", i > 0 ? "|" : "",
		    fields_name_at(fields, i), fields_value_at(fields, i));
	}
	return g_string_free(out, FALSE);
}

static void check_rows(const FormRow *rows, gsize n,
    bool (*parse)(Fields *fields, const char *text, gsize length))
{
	for (gsize i = 0; i < n; i++) {
		/* Exactly so long: a byte too far is seen. */
		gsize length = strlen(rows[i].text);
		g_autofree char *text = g_memdup2(rows[i].text, length + 1);
		char *tight = g_realloc(g_steal_pointer(&text), MAX(length, 1));
		g_autoptr(Fields) fields = fields_new();
		g_autofree char *read = NULL;
		bool good = parse(fields, tight, length);

		read = as_text(fields);
		print_message("%s\n", rows[i].text);
		assert_int_equal(good, rows[i].good);
		assert_string_equal(read, rows[i].read);
		g_free(tight);
	}
}

static void test_forms(void **state)
{
	static const FormRow rows[] = {
	    {"", true, ""},
	    {"a=1", true, "a=1"},
	    {"a=1&b=2", true, "a=1|b=2"},
	    {"a", true, "a="},
	    {"a=", true, "a="},
	    {"=b", true, "=b"},
	    {"&&a=1&", true, "a=1"},
	    {"a=b=c", true, "a=b=c"},
	    {"a=x+y", true, "a=x y"},
	    {"a=%41%62", true, "a=Ab"},
	    {"a=%c3%a4", true, "a=\xc3\xa4"},
	    {"a=1&b=%", false, "a=1"},
	    {"a=%4", false, ""},
	    {"a=%4g", false, ""},
	    {"a=%g4", false, ""},
	    {"a=%%41", false, ""},
	    {"a=%00", false, ""},
	    {"%00=a", false, ""},
	    {"a=%ff", false, ""},
	    {"a=\xff", false, ""},
	    {"a=%ed%a0%80", false, ""},
	};

	(void)state;
	check_rows(rows, G_N_ELEMENTS(rows), fields_parse_form);
}

static void test_json(void **state)
{
	static const FormRow rows[] = {
	    {"{}", true, ""},
	    {"{\"a\":\"1\",\"b\":true,\"c\":false,\"d\":null,\"e\":[\"x\"]}",
		true, "a=1|b=true"},
	    {"[]", true, ""},
	    {"{\"a\":\"\\u0000\"}", true, "a="},
	    {"{", false, ""},
	    {"", false, ""},
	    {"\xff", false, ""},
	};

	(void)state;
	check_rows(rows, G_N_ELEMENTS(rows), fields_parse_json);
}

static bool parse_cookies(Fields *fields, const char *text, gsize length)
{
	g_autofree char *copy = g_strndup(text, length);

	return fields_parse_cookies(fields, copy);
}

static void test_cookies(void **state)
{
	static const FormRow rows[] = {
	    {"", true, ""},
	    {"a=1", true, "a=1"},
	    {"a=1; b=2", true, "a=1|b=2"},
	    {"a=1;b=2;", true, "a=1|b=2"},
	    {" a = 1", true, "a = 1"},
	    {"nothing; a=b=c", true, "a=b=c"},
	    {"a=\xff", false, ""},
	};

	(void)state;
	check_rows(rows, G_N_ELEMENTS(rows), parse_cookies);
}

static void test_too_many_fields(void **state)
{
	g_autoptr(Fields) fields = fields_new();
	g_autoptr(GString) text = g_string_new(NULL);

	(void)state;
	for (int i = 0; i < LIMIT_WEB_FIELDS + 1; i++) {
		g_string_append(text, "a=1&");
	}
	assert_false(fields_parse_form(fields, text->str, text->len));
	assert_int_equal(fields_count(fields), LIMIT_WEB_FIELDS);
	fields_add(fields, "b", "2");
	assert_null(fields_get(fields, "b"));
}

static void test_first_one_counts(void **state)
{
	g_autoptr(Fields) fields = fields_new();

	(void)state;
	assert_true(fields_parse_form(fields, "a=1&a=2", 7));
	assert_string_equal(fields_get(fields, "a"), "1");
	assert_null(fields_get(fields, "A"));
}

/* ---- heads ---- */

typedef struct {
	const char *fields; /* "Name: value\n..." */
	bool post;
	guint wrong;
} HeadRow;

static guint head_of(const HeadRow *row, bool modern)
{
	g_auto(GStrv) lines = g_strsplit(row->fields, "\n", -1);
	g_autoptr(Head) head = head_new();

	for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
		char *colon = strstr(lines[i], ": ");

		assert_non_null(colon);
		*colon = '\0';
		head_field(head, lines[i], colon + 2);
	}
	return head_wrong(head, modern, row->post);
}

static void test_heads(void **state)
{
	static const HeadRow rows[] = {
	    {"Host: a", false, 0},
	    {"Host: a\nContent-Length: 0", false, 0},
	    {"Host: a\nContent-Length: 5", true, 0},
	    {"Host: a\nContent-Length: 16384", true, 0},
	    {"Host: [::1]:8025", false, 0},
	    {"Host: a\nAccept: b\nAccept: c", false, 0},
	    {"Host: a\nX-Forwarded-For: b\nx-forwarded-for: c", false, 0},
	    {"", false, 400},
	    {"Host: ", false, 400},
	    {"Host: a\nHost: a", false, 400},
	    {"Host: a\nhost: b", false, 400},
	    {"Host: a/b", false, 400},
	    {"Host: a,b", false, 400},
	    {"Host: a@b", false, 400},
	    {"Host: a\nContent-Length: 5", false, 400},
	    {"Host: a", true, 411},
	    {"Host: a\nContent-Length: 16385", true, 413},
	    {"Host: a\nContent-Length: 999999999999999999999", true, 400},
	    {"Host: a\nContent-Length: 5\nContent-Length: 5", true, 400},
	    {"Host: a\nContent-Length: 5\ncontent-length: 6", true, 400},
	    {"Host: a\nContent-Length: +5", true, 400},
	    {"Host: a\nContent-Length: 5 ", true, 400},
	    {"Host: a\nContent-Length: ", true, 400},
	    {"Host: a\nContent-Length: 5,5", true, 400},
	    {"Host: a\nTransfer-Encoding: chunked", true, 400},
	    {"Host: a\nTransfer-Encoding: chunked\nContent-Length: 5", true,
		400},
	    {"Host: a\nTransfer-Encoding: identity", false, 400},
	    {"Host: a\nContent-Length : 5", true, 400},
	    {"Host: a\nX y: 5", false, 400},
	    {"Host: a\n: 5", false, 400},
	    {"Host: a\nX: a\rb", false, 400},
	    {"Host: a\nX: a\x01", false, 400},
	    {"Host: a\nCookie: a=1\nCookie: b=2", false, 400},
	    {"Host: a\nAuthorization: a\nAuthorization: b", false, 400},
	    {"Host: a\nX-Anything: a\nX-Anything: a", false, 400},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		print_message("%s\n", rows[i].fields);
		assert_int_equal(head_of(&rows[i], true), rows[i].wrong);
	}
	assert_int_equal(head_of(&(HeadRow){"X: y", false, 0}, false), 0);
}

static void test_too_many_head_fields(void **state)
{
	g_autoptr(Head) head = head_new();
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	(void)state;
	head_field(head, "Host", "a");
	for (int i = 0; i < 150; i++) {
		g_ptr_array_add(names, g_strdup_printf("X-%d", i));
		head_field(head, names->pdata[i], "y");
	}
	assert_int_equal(head_wrong(head, true, false), 400);
}

/* ---- sessions ---- */

static SessionTimes at(gint64 now_s)
{
	return (SessionTimes){.now_s = now_s, .idle_s = 100, .most_s = 1000};
}

static bool lasts(Sessions *sessions, const char *secret, gint64 now_s)
{
	SessionTimes times = at(now_s);
	SessionLook look;

	return sessions_look(sessions, secret, &times, true, &look);
}

static void test_session(void **state)
{
	Sessions *sessions = sessions_new();
	SessionTimes times = at(5000);
	g_autofree char *secret =
	    sessions_begin(sessions, "ann", "mark", &times);
	g_autofree char *other =
	    sessions_begin(sessions, "bob", "mark", &times);
	SessionLook look;

	(void)state;
	assert_true(sessions_look(sessions, secret, &times, true, &look));
	assert_string_equal(look.name, "ann");
	assert_string_equal(look.mark, "mark");
	assert_int_equal(strlen(look.csrf), 43);
	assert_string_not_equal(secret, other);
	assert_false(lasts(sessions, "", 5000));
	assert_false(lasts(sessions, "x", 5000));
	sessions_end(sessions, secret);
	assert_false(lasts(sessions, secret, 5000));
	assert_true(lasts(sessions, other, 5000));
	sessions_free(sessions);
}

static void test_idle_and_longest(void **state)
{
	Sessions *sessions = sessions_new();
	SessionTimes times = at(5000);
	g_autofree char *idle = sessions_begin(sessions, "a", "m", &times);
	g_autofree char *busy = sessions_begin(sessions, "b", "m", &times);

	(void)state;
	assert_true(lasts(sessions, idle, 5099));
	assert_false(lasts(sessions, idle, 5199));
	assert_false(lasts(sessions, idle, 5100));
	for (gint64 now_s = 5050; now_s < 6000; now_s += 50) {
		assert_true(lasts(sessions, busy, now_s));
	}
	assert_false(lasts(sessions, busy, 6000));
	sessions_free(sessions);
}

static void test_a_clock_set_back_ends_sessions(void **state)
{
	Sessions *sessions = sessions_new();
	SessionTimes times = at(5000);
	g_autofree char *secret = sessions_begin(sessions, "a", "m", &times);

	(void)state;
	assert_false(lasts(sessions, secret, 4000));
	sessions_free(sessions);
}

static void test_sessions_are_bounded(void **state)
{
	Sessions *sessions = sessions_new();
	g_autofree char *first = NULL;
	g_autofree char *other = NULL;

	(void)state;
	for (int i = 0; i < 50; i++) {
		SessionTimes times = at(5000 + i);
		g_autofree char *secret =
		    sessions_begin(sessions, "ann", "m", &times);

		if (i == 0) {
			first = g_steal_pointer(&secret);
			other = sessions_begin(sessions, "bob", "m", &times);
		}
	}
	assert_int_equal(sessions_count(sessions), 21);
	assert_false(lasts(sessions, first, 5050));
	assert_true(lasts(sessions, other, 5050));
	sessions_free(sessions);
}

static void test_rates(void **state)
{
	static const Rate rate = {3, 60};
	Sessions *sessions = sessions_new();
	guint wait_s = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(
		    sessions_allow(sessions, "k", &rate, 1000 + i, &wait_s));
	}
	assert_false(sessions_allow(sessions, "k", &rate, 1010, &wait_s));
	assert_int_equal(wait_s, 50);
	assert_true(sessions_allow(sessions, "other", &rate, 1010, &wait_s));
	sessions_forgive(sessions, "k");
	assert_true(sessions_allow(sessions, "k", &rate, 1010, &wait_s));
	assert_false(sessions_allow(sessions, "k", &rate, 1059, &wait_s));
	assert_true(sessions_allow(sessions, "k", &rate, 1060, &wait_s));
	sessions_free(sessions);
}

/* Whoever uses many names can't fill the memory, nor get others through. */
static void test_many_keys(void **state)
{
	static const Rate rate = {1, 60};
	Sessions *sessions = sessions_new();
	guint wait_s = 0;

	(void)state;
	assert_true(sessions_allow(sessions, "victim", &rate, 1000, &wait_s));
	for (int i = 0; i < 30000; i++) {
		g_autofree char *key = g_strdup_printf("k%d", i);

		sessions_allow(sessions, key, &rate, 1000, &wait_s);
	}
	assert_false(sessions_allow(sessions, "victim", &rate, 1000, &wait_s));
	assert_false(sessions_allow(sessions, "late", &rate, 1000, &wait_s));
	assert_true(sessions_allow(sessions, "late", &rate, 1060, &wait_s));
	sessions_free(sessions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_cookies),
	    cmocka_unit_test(test_too_many_fields),
	    cmocka_unit_test(test_first_one_counts),
	    cmocka_unit_test(test_heads),
	    cmocka_unit_test(test_too_many_head_fields),
	    cmocka_unit_test(test_session),
	    cmocka_unit_test(test_idle_and_longest),
	    cmocka_unit_test(test_a_clock_set_back_ends_sessions),
	    cmocka_unit_test(test_sessions_are_bounded),
	    cmocka_unit_test(test_rates),
	    cmocka_unit_test(test_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
