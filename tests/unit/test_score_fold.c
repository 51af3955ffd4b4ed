/* Text as rules see it. */
#include "score_fixture.h"

#include "score/fold.h"

typedef struct {
	const char *text, *folded;
} FoldCase;

static const FoldCase fold_cases[] = {
    {"", ""},
    {"plain", "plain"},
    {"  two   words \t", "two words"},
    {"sexually\nassaulted", "sexually assaulted"},
    {"sexually \r\n assaulted", "sexually assaulted"},
    {"one\n\ntwo", "one\ntwo"},
    {"one\n \n\n\ntwo\n\n", "one\ntwo"},
    {"\n\none", "one"},
    {"\xc2\xab\xc2\xa0oui\xc2\xa0\xc2\xbb", "\" oui \""},
    {"don\xe2\x80\x99t \xe2\x80\x9cquote\xe2\x80\x9d", "don't \"quote\""},
    {"e\xe2\x80\x91mail", "e-mail"},
    {"a\xc2\xa0"
     "b\xe3\x80\x80"
     "c",
	"a b c"},
    {"r\xe2\x80\x8b"
     "a\xc2\xadp\xef\xbb\xbf"
     "e",
	"rape"},
    {"\xe2\x80\xaexyz\xe2\x80\xac", "xyz"},
    {"\xe2\x80\x8b \xe2\x80\x8b", ""},
    {"one\xe2\x80\xa9two\xe2\x80\xa8three", "one\ntwo three"},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"\xf0\x9f\x98\x80 ok", "\xf0\x9f\x98\x80 ok"},
    /* not UTF-8: copied */
    {"a\xff"
     "b \xe2\x80",
	"a\xff"
	"b \xe2\x80"},
    {"a\xc5\xbf\xc5\xbf"
     "ault \xe2\x84\xaa"
     "ill",
	"assault kill"},
    {"\x01", "\x01"},
    /* other drawings of letters */
    {"ｒａｐｅ", "rape"},
    {"𝐤𝐢𝐥𝐥 Ⓚⓘⓛⓛ 🅺🅸🅻🅻 ᴋɪʟʟ", "kill Kill kill kill"},
    {"ﬁnal oﬃce ½", "final office 1⁄2"},
    {"k̶i̷l̲l", "kill"},
    {"e\xcc\x81te\xcc\x81", "été"},
    {"ﷺ", "ﷺ"},
    {"한국어 かな 漢字", "한국어 かな 漢字"},
    {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한"},
    {"\xcc\x81x", "x"},
    {"שָׁלוֹם", "שָׁלוֹם"},
    /* letters of other scripts that look Latin: mixed, whole words */
    {"kіll уou", "kill you"},
    {"I will кill you", "I will kill you"},
    {"I will асе you", "I will ace you"},
    {"асе", "ace"},
    {"ΒΟΜΒ in here", "bomb in here"},
    /* and where they are what they are */
    {"Я хочу сосать", "Я хочу сосать"},
    {"мы все рас", "мы все рас"},
    {"рас мы все", "рас мы все"},
    {"Όχι και ποτέ", "Όχι και ποτέ"},
};

static void test_text(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(fold_cases); i++) {
		GString *out = g_string_new("before");
		fold_append(
		    out, fold_cases[i].text, strlen(fold_cases[i].text));
		assert_string_equal(
		    out->str + strlen("before"), fold_cases[i].folded);
		g_string_free(out, TRUE);
	}
}

/* Folding what is folded changes nothing. */
static void test_twice(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(fold_cases); i++) {
		GString *out = g_string_new(NULL);
		const char *once = fold_cases[i].folded;
		fold_append(out, once, strlen(once));
		/* A paragraph's one line feed has become a space. */
		g_strdelimit(out->str, "\n", ' ');
		g_autofree char *expected = g_strdup(once);
		g_strdelimit(expected, "\n", ' ');
		assert_string_equal(out->str, expected);
		g_string_free(out, TRUE);
	}
}

/* Signs that are drawn as letters make one long word of many short ones; looked
 * at from each of those, this would take hours. */
static void test_long_word(void **state)
{
	(void)state;
	static const char unit[] = "а\xe2\x92\xb6"; /* Cyrillic a, circled A */
	const guint n = 1000 * 1000;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	for (guint i = 0; i < n; i++) {
		g_string_append(text, unit);
	}
	fold_append(out, text->str, text->len);
	assert_int_equal(out->len, 2 * n);
	assert_int_equal(strspn(out->str, "aA"), out->len);
}

/* From the fold back to what was written. */
static void test_origin(void **state)
{
	(void)state;
	static const struct {
		const char *text, *word, *written;
	} cases[] = {
	    {"I will kill you", "kill", "kill"},
	    {"  I \n will\tkill   you", "kill you", "kill   you"},
	    {"I ｋｉｌｌ you", "kill", "ｋｉｌｌ"},
	    {"Ix k\xe2\x80\x8bi\xe2\x80\x8bll you", "kill",
		"k\xe2\x80\x8bi\xe2\x80\x8bll"},
	    {"I k̶i̶l̶l̶ you", "kill", "k̶i̶l̶l̶"},
	    {"I kіll", "kill", "kіll"},
	    {"oﬃce", "ffic", "ﬃc"},
	    {"e\xcc\x81te\xcc\x81 x", "été", "e\xcc\x81te\xcc\x81"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *text = cases[i].text;
		GString *out = g_string_new(NULL);
		fold_append(out, text, strlen(text));
		const char *at = strstr(out->str, cases[i].word);
		assert_non_null(at);
		FoldSpan folded = {(gsize)(at - out->str), 0}, origin;
		folded.to = folded.from + strlen(cases[i].word);
		fold_origin(text, strlen(text), folded, &origin);
		g_autofree char *written =
		    g_strndup(text + origin.from, origin.to - origin.from);
		assert_string_equal(written, cases[i].written);
		g_string_free(out, TRUE);
	}
}

static void test_pattern(void **state)
{
	(void)state;
	g_autofree char *quotes = fold_pattern("don[\xe2\x80\x99']t \xc2\xa0");
	assert_string_equal(quotes, "don['']t \xc2\xa0");
	g_autofree char *white = fold_pattern("a  b\n# comment\n");
	assert_string_equal(white, "a  b\n# comment\n");
	g_autofree char *broken = fold_pattern("\xff(");
	assert_string_equal(broken, "\xff(");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_twice),
	    cmocka_unit_test(test_long_word),
	    cmocka_unit_test(test_origin),
	    cmocka_unit_test(test_pattern),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
