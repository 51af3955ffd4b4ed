/* Address lists and thread ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message/internal.h"
#include "message_fixture.h"

/* "name<address>|name<address>". */
static char *people(const char *raw)
{
	g_autoptr(GPtrArray) all =
	    g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	people_parse(raw, all);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < all->len; i++) {
		const Person *person = all->pdata[i];
		g_string_append_printf(out, "%s%s<%s>", i > 0 ? "|" : "",
		    person->name, person->address);
	}
	return g_string_free(out, FALSE);
}

static void test_people(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"a@b.com", "<a@b.com>"},
	    {"<A@B.Com>", "<a@b.com>"},
	    {"Max Muster <max@b.com>", "Max Muster<max@b.com>"},
	    {"\"Muster, Max\" <max@b.com>, c@d.com",
		"Muster, Max<max@b.com>|<c@d.com>"},
	    {"max@b.com (Max (the) Muster)", "Max (the) Muster<max@b.com>"},
	    {"=?utf-8?Q?Muster,_Max?= <max@b.com>", "Muster, Max<max@b.com>"},
	    {"=?utf-8?B?TcO8bGxlcg==?= <m@b.com>", "M\xc3\xbcller<m@b.com>"},
	    {"team: a@b.com, C <c@d.com>;, e@f.com",
		"<a@b.com>|C<c@d.com>|<e@f.com>"},
	    {"undisclosed-recipients:;", ""},
	    {"<@relay,@other:a@b.com>", "<a@b.com>"},
	    {"Max max@b.com", "<max@b.com>"},
	    {"Max <max@b.com, Eve <eve@b.com>",
		"Max<max@b.com>|Eve<eve@b.com>"},
	    {"<a@b.com> <c@d.com>", "<a@b.com>|<c@d.com>"},
	    {"a@b.com;c@d.com", "<a@b.com>|<c@d.com>"},
	    {"\"a b\"@c.com", "<\"a b\"@c.com>"},
	    {"\"x@y.com\" <a@b.com>", "x@y.com<a@b.com>"},
	    {"root", "<root>"},
	    {"Nobody At All", ""},
	    {"<>", ""},
	    {"<", ""},
	    {"\"open", ""},
	    {"(open", ""},
	    {",,,;;;", ""},
	    {"", ""},
	    {"M\xfcller <m@b.com>", "M\xc3\xbcller<m@b.com>"},
	    {"ceo@ex\xe2\x80\x8b"
	     "ample.com",
		"<ceo@example.com>"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = people(rows[i].in);
		assert_string_equal(out, rows[i].out);
	}
}

static void test_people_bounded(void **state)
{
	(void)state;
	g_autoptr(GString) in = g_string_new(NULL);
	for (int i = 0; i < 600; i++) {
		g_string_append_printf(in, "u%d@b.com,", i);
	}
	g_autoptr(GPtrArray) all =
	    g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	assert_true(people_parse(in->str, all));
	assert_int_equal(all->len, LIMIT_PEOPLE);
	g_autofree char *far = g_strnfill(5000, 'x');
	g_autofree char *address = g_strconcat("<", far, "@b.com>", NULL);
	g_autofree char *none = people(address);
	assert_string_equal(none, "");
}

static void test_references(void **state)
{
	static const struct {
		const char *reply, *references, *out;
	} rows[] = {
	    {NULL, NULL, ""},
	    {"<a@x>", NULL, "a@x"},
	    {"<c@x>", "<a@x> <b@x> <c@x>", "c@x,b@x,a@x"},
	    {NULL, "<a@x>\t<b@x><c@x>", "c@x,b@x,a@x"},
	    {"<a@x> <b@x>", NULL, "a@x,b@x"},
	    {"<A@x> <a@x> <A@x>", NULL, "A@x,a@x"},
	    {"a@x", NULL, "a@x"},
	    {"a@x, b@x", NULL, "a@x,b@x"},
	    {"onlyword", NULL, "onlyword"},
	    {"Your message of Monday", NULL, ""},
	    {"<a@x> (Max's <message> of \"Mon\")", NULL, "a@x"},
	    {"(<n@x>) <a@x>", NULL, "a@x"},
	    {"(open <a@x>", NULL, "a@x"},
	    {"<long   folded@x>", NULL, "longfolded@x"},
	    {"<open <a@x>", NULL, "a@x"},
	    {"<open", NULL, ""},
	    {"<>", NULL, ""},
	    {"<no at sign>", NULL, "noatsign"},
	    {"<\xff@x>", NULL, "\xc3\xbf@x"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) ids =
		    thread_references(rows[i].reply, rows[i].references);
		g_autofree char *out = g_strjoinv(",", ids);
		assert_string_equal(out, rows[i].out);
	}
}

static void test_references_bounded(void **state)
{
	(void)state;
	g_autoptr(GString) in = g_string_new(NULL);
	for (int i = 0; i < 1000; i++) {
		g_string_append_printf(in, "<%d@x> ", i);
	}
	g_auto(GStrv) ids = thread_references("<reply@x>", in->str);
	assert_int_equal(g_strv_length(ids), LIMIT_THREAD_IDS);
	assert_string_equal(ids[0], "reply@x");
	assert_string_equal(ids[1], "999@x");
	g_autofree char *filler = g_strnfill(LIMIT_MESSAGE_ID_BYTES + 1, 'x');
	g_autofree char *longest = g_strdup_printf("<%s> <a@x>", filler);
	g_auto(GStrv) only = thread_references(longest, NULL);
	assert_int_equal(g_strv_length(only), 1);
	assert_string_equal(only[0], "a@x");
}

static void test_ids(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"<a@x>", "a@x"},
	    {" <a@x> ", "a@x"},
	    {"a@x", "a@x"},
	    {"12345", "12345"},
	    {"<>", NULL},
	    {"", NULL},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = thread_id(rows[i].in);
		if (rows[i].out == NULL) {
			assert_null(out);
		} else {
			assert_string_equal(out, rows[i].out);
		}
	}
}

static void test_conversation(void **state)
{
	/* 22 bytes 00 01 ... 15, then a child block of five. */
	static const char hex[] =
	    "000102030405060708090a0b0c0d0e0f101112131415";
	guchar bytes[27];
	(void)state;
	for (guint i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (guchar)i;
	}
	g_autofree char *first = g_base64_encode(bytes, 22);
	g_autofree char *answer = g_base64_encode(bytes, 27);
	g_autofree char *one = thread_conversation(first);
	g_autofree char *two = thread_conversation(answer);
	assert_string_equal(one, hex);
	assert_string_equal(two, hex);
	assert_null(thread_conversation("AAAA"));
	assert_null(thread_conversation("!!!!"));
	assert_null(thread_conversation(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_people),
	    cmocka_unit_test(test_people_bounded),
	    cmocka_unit_test(test_references),
	    cmocka_unit_test(test_references_bounded),
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_conversation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
