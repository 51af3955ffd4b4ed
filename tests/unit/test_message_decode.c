/* Transfer encodings, charsets, cleaning, encoded words, parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message/internal.h"
#include "message_fixture.h"

typedef struct {
	const char *in;
	const char *out;
} Pair;

static void test_base64(void **state)
{
	static const Pair table[] = {
	    {"SGVsbG8=", "Hello"},
	    {"SGVsbG8", "Hello"},
	    {"SGVsbG8gV29ybGQ=\r\n", "Hello World"},
	    {"SGVs\nbG8g\r\nV29ybGQ=", "Hello World"},
	    {"SGVsbG8=IFdvcmxk", "Hello World"},
	    {"SGVsbG8=\nIFdvcmxk\n", "Hello World"},
	    {"SGVsbA==\n====\nbyBXb3JsZA==", "Hello World"},
	    {"S-G!V(s)b*G 8 g=IFdvcmxk", "Hello  World"},
	    {"", ""},
	    {"=", ""},
	    {"A", ""},
	    {"QQ", "A"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		transfer_decode(
		    TRANSFER_BASE64, table[i].in, strlen(table[i].in), out);
		assert_string_equal(out->str, table[i].out);
	}
}

static void test_base64_doubt(void **state)
{
	static const char prose[] = "Please help me, he is at the door.";
	(void)state;
	g_autoptr(GString) out = g_string_new(NULL);
	assert_true(
	    transfer_decode(TRANSFER_BASE64, prose, strlen(prose), out));
	assert_false(transfer_decode(TRANSFER_BASE64, "SGVsbG8=\n", 9, out));
}

static void test_quoted_printable(void **state)
{
	static const Pair table[] = {
	    {"a=3Db", "a=b"},
	    {"caf=c3=a9", "caf\xc3\xa9"},
	    {"ra=\r\npe", "rape"},
	    {"ra=\npe", "rape"},
	    {"ra= \t\r\npe", "rape"},
	    {"ra=\rpe", "rape"},
	    {"end=", "end"},
	    {"100=% of=it", "100=% of=it"},
	    {"=4", "=4"},
	    {"=G1==41", "=G1=A"},
	    {"a_b", "a_b"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		transfer_decode(TRANSFER_QUOTED_PRINTABLE, table[i].in,
		    strlen(table[i].in), out);
		assert_string_equal(out->str, table[i].out);
	}
}

static void test_other_transfers(void **state)
{
	static const struct {
		const char *name, *in, *out;
	} table[] = {
	    {"X-UUencode", "junk\nbegin 644 a.txt\n#0V%T\n`\nend\n", "Cat"},
	    {"x-uuencode", "no begin", "no begin"},
	    {"x-unheard-of", "SGVsbG8=", "SGVsbG8="},
	    {"7bit", "abc", "abc"},
	    {"\"base64\"", "QQ==", "A"},
	    {" BASE64 (comment)", "QQ==", "A"},
	    {NULL, "abc", "abc"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		transfer_decode(transfer_of(table[i].name), table[i].in,
		    strlen(table[i].in), out);
		assert_string_equal(out->str, table[i].out);
	}
}

static void test_charset(void **state)
{
	static const struct {
		const char *name, *in;
		gsize n;
		const char *out, *second;
	} table[] = {
	    {NULL, "caf\xc3\xa9", 5, "caf\xc3\xa9", ""},
	    {NULL, "caf\xe9 \x80", 6, "caf\xc3\xa9 \xe2\x82\xac", ""},
	    {"utf-8", "a\xff\xc3\xa9", 4, "a\xc3\xbf\xc3\xa9", ""},
	    {"us-ascii", "na\xefve", 5, "na\xc3\xafve", ""},
	    {"ISO-8859-1", "\x93hi\x94", 4, "\xe2\x80\x9chi\xe2\x80\x9d", ""},
	    {"latin1", "\xc3\xa9", 2, "\xc3\x83\xc2\xa9", "\xc3\xa9"},
	    {"koi8-r", "\xd0\xd2", 2, "\xd0\xbf\xd1\x80", ""},
	    {"\"Windows-1251\"", "\xef\xf0", 2, "\xd0\xbf\xd1\x80", ""},
	    {"shift_jis", "\x82\xa0", 2, "\xe3\x81\x82", ""},
	    {"iso-2022-jp", "\x1b$B$\"\x1b(B", 8, "\xe3\x81\x82", ""},
	    {"gb2312", "\xc4\xe3", 2, "\xe4\xbd\xa0", ""},
	    {"utf-16le", "h\0i\0", 4, "hi", ""},
	    {"UTF-16", "\xff\xfeh\0i\0", 6, "hi", ""},
	    {"utf-7", "+AHIAYQ-pe", 10, "rape", "+AHIAYQ-pe"},
	    {"utf-8//IGNORE", "abc", 3, "abc", ""},
	    {"x-unknown", "abc", 3, "abc", ""},
	    {"hz-gb-2312", "~{abc", 5, "~{abc", ""},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		g_autoptr(GString) second = g_string_new(NULL);
		charset_decode(
		    table[i].name, table[i].in, table[i].n, out, second);
		assert_string_equal(out->str, table[i].out);
		assert_string_equal(second->str, table[i].second);
	}
}

static void test_charset_hides(void **state)
{
	(void)state;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) second = g_string_new(NULL);
	charset_decode("utf-16", "urgent!!", 8, out, second);
	assert_string_equal(second->str, "urgent!!");
	assert_null(strstr(out->str, "urgent"));
	assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	/* What doesn't convert is kept, marked, and read again. */
	g_string_truncate(out, 0);
	g_string_truncate(second, 0);
	charset_decode("euc-kr", "hi \xff\xff yo", 8, out, second);
	assert_non_null(strstr(out->str, "\xef\xbf\xbd"));
	assert_non_null(strstr(out->str, " yo"));
	assert_string_equal(second->str, "hi \xc3\xbf\xc3\xbf yo");
}

static void test_clean(void **state)
{
	static const struct {
		const char *in;
		gsize n;
		const char *out;
		guint nuls;
	} table[] = {
	    {"plain\n", 6, "plain\n", 0},
	    {"a\r\nb\rc\n", 7, "a\nb\nc\n", 0},
	    {"r\xe2\x80\x8b"
	     "a\xc2\xad"
	     "p\xe2\x81\xa0"
	     "e",
		12, "rape", 0},
	    {"\xef\xbb\xbf"
	     "a\xe2\x80\xae"
	     "b\xe2\x81\xa6"
	     "c",
		12, "abc", 0},
	    {"a\xef\xb8\x8f"
	     "b\xf3\xa0\x81\x81"
	     "c",
		10, "abc", 0},
	    {"a\xc2\xa0"
	     "b\xe3\x80\x80"
	     "c",
		8, "a b c", 0},
	    {"ra\0pe", 5, "rape", 1},
	    {"a\x07\x1b"
	     "b\x7f",
		5, "ab", 0},
	    {"a\n\n\n\n \n\t\n\nb", 11, "a\n\n\nb", 0},
	    {"a\xc2\x85"
	     "b\xe2\x80\xa8"
	     "c",
		8, "a\nb\nc", 0},
	    {"na\xc3\xafve \xe6\xbc\xa2", 10, "na\xc3\xafve \xe6\xbc\xa2", 0},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GString) text =
		    g_string_new_len(table[i].in, (gssize)table[i].n);
		assert_int_equal(clean_text(text), table[i].nuls);
		assert_string_equal(text->str, table[i].out);
	}
}

static void test_clean_cut(void **state)
{
	(void)state;
	g_autoptr(GString) text = g_string_new("ab\xe2\x82\xac");
	assert_false(clean_cut(text, 5));
	assert_true(clean_cut(text, 4));
	assert_string_equal(text->str, "ab");
}

static void test_words(void **state)
{
	static const Pair table[] = {
	    {"plain", "plain"},
	    {"  two   spaces ", "two spaces"},
	    {"=?utf-8?B?SGVsbG8=?= =?utf-8?B?IFdvcmxk?= "
	     "=?UTF-8?B?IG9mIG1haWw=?=",
		"Hello World of mail"},
	    {"=?utf-8?q?ra?= =?utf-8?q?pe?=", "rape"},
	    {"=?utf-8?q?ra?=\t  =?us-ascii?q?pe?=", "rape"},
	    {"=?utf-8?q?ra?= pe", "ra pe"},
	    {"ra=?utf-8?q?pe?=", "rape"},
	    {"=?utf-8?B?w?= =?utf-8?B?w6k=?=", "\xc3\xa9"},
	    {"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9_now?=", "caf\xc3\xa9 now"},
	    {"=?utf-8?B?Y2Fmww==?= =?utf-8?B?qSBub3c=?=", "caf\xc3\xa9 now"},
	    {"=?iso-8859-1*en?Q?caf=E9?=", "caf\xc3\xa9"},
	    {"=?x-nobody?Q?abc?=", "abc"},
	    {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
	    {"=?utf-8?Q?abc", "=?utf-8?Q?abc"},
	    {"=?utf-8?Q?abc =?utf-8?Q?def?=", "=?utf-8?Q?abc def"},
	    {"=?utf-8?Q?with space?=", "with space"},
	    {"=?=?=?", "=?=?=?"},
	    {"=?utf-8?Q?"
	     "?=",
		""},
	    {"a =? b", "a =? b"},
	    {"\xfc"
	     "ber",
		"\xc3\xbc"
		"ber"},
	    {"\xc3\xbc"
	     "ber",
		"\xc3\xbc"
		"ber"},
	    {"=?utf-8?Q?a=0D=0AX:_b?=", "a X: b"},
	    {"=?utf-8?B?cgBhcGU=?=", "rape"},
	    {"u\xe2\x80\x8brgent", "urgent"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		gsize n = strlen(table[i].in);
		g_autofree char *out = word_decode(table[i].in, n);
		assert_string_equal(out, table[i].out);
		if (word_is_plain(table[i].in, n)) {
			assert_string_equal(table[i].in, table[i].out);
		}
	}
	assert_true(word_is_plain("Re: hello", 9));
	assert_false(word_is_plain("=?", 2));
}

static void test_params(void **state)
{
	static const struct {
		const char *raw, *name, *out;
	} table[] = {
	    {"text/plain; charset=utf-8", "charset", "utf-8"},
	    {"text/plain; Charset = \"utf-8\" ; x=y", "charset", "utf-8"},
	    {"text/plain; x=\"a;charset=no\"; charset=yes", "charset", "yes"},
	    {"text/plain", "charset", NULL},
	    {"a/b; (c) name (d) = (e) v", "name", "v"},
	    {"a/b; name=two words.txt; z=1", "name", "two words.txt"},
	    {"a/b; name=\"q\\\"x\\\\\"", "name", "q\"x\\"},
	    {"attachment; filename*=UTF-8''r%61pe%C3%A9.txt", "filename",
		"rape\xc3\xa9.txt"},
	    {"attachment; filename*=iso-8859-1'en'%E9", "filename", "\xc3\xa9"},
	    {"attachment; filename*0=\"ra\"; filename*1=\"pe\"", "filename",
		"rape"},
	    {"attachment; filename*1=\"pe\"; filename*0=\"ra\"", "filename",
		"rape"},
	    {"attachment; filename*0*=utf-8''%72a; filename*1=p;"
	     " filename*2*=%65",
		"filename", "rape"},
	    {"attachment; filename=no; filename*=''yes", "filename", "yes"},
	    {"attachment; filename=\"=?utf-8?B?cmE=?= =?utf-8?B?cGU=?=\"",
		"filename", "rape"},
	    {"attachment; filename*99=x; filename*=''y", "filename", "y"},
	    {"attachment; filename*x=z", "filename", "z"},
	    {"attachment; filenames=z", "filename", NULL},
	    {"attachment; filename=\"open", "filename", "open"},
	    {";;;=;", "x", NULL},
	    {NULL, "x", NULL},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *out = param_get(table[i].raw, table[i].name);
		if (table[i].out == NULL) {
			assert_null(out);
		} else {
			assert_non_null(out);
			assert_string_equal(out, table[i].out);
		}
	}
}

static void test_media(void **state)
{
	static const Pair table[] = {
	    {"text/HTML; charset=x", "text/html"},
	    {" (c) text / plain (d)", "text/plain"},
	    {"\"text/plain\"", "text/plain"},
	    {"text", NULL},
	    {"/x", NULL},
	    {"text/", NULL},
	    {"a/b/c", NULL},
	    {"", NULL},
	    {NULL, NULL},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *out = param_media(table[i].in);
		if (table[i].out == NULL) {
			assert_null(out);
		} else {
			assert_string_equal(out, table[i].out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_base64_doubt),
	    cmocka_unit_test(test_quoted_printable),
	    cmocka_unit_test(test_other_transfers),
	    cmocka_unit_test(test_charset),
	    cmocka_unit_test(test_charset_hides),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_clean_cut),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_params),
	    cmocka_unit_test(test_media),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
