/* The HTML printer: hostile words in each context come back from a parser as
 * what they were, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/html.h"

/* What a parser that knows nothing of the printer reads. */
typedef struct {
	GString *text;
	char *value; /* of the first attribute "title" or "href" */
	guint elements;
} Seen;

static void on_start(GMarkupParseContext *context, const gchar *tag,
    const gchar **names, const gchar **values, gpointer data, GError **error)
{
	Seen *seen = data;

	(void)context;
	(void)tag;
	(void)error;
	seen->elements++;
	for (; *names != NULL; names++, values++) {
		if (seen->value == NULL && (strcmp(*names, "title") == 0 ||
					       strcmp(*names, "href") == 0)) {
			seen->value = g_strdup(*values);
		}
	}
}

static void on_text(GMarkupParseContext *context, const gchar *text, gsize n,
    gpointer data, GError **error)
{
	Seen *seen = data;

	(void)context;
	(void)error;
	g_string_append_len(seen->text, text, (gssize)n);
}

static void parse(const char *html, Seen *seen)
{
	static const GMarkupParser parser = {
	    .start_element = on_start, .text = on_text};
	GMarkupParseContext *context =
	    g_markup_parse_context_new(&parser, 0, seen, NULL);
	GError *error = NULL;

	seen->text = g_string_new(NULL);
	if (!g_markup_parse_context_parse(context, html, -1, &error) ||
	    !g_markup_parse_context_end_parse(context, &error)) {
		fail_msg("%s in:\n%s", error->message, html);
	}
	g_markup_parse_context_free(context);
}

static void seen_clear(Seen *seen)
{
	g_string_free(seen->text, TRUE);
	g_free(seen->value);
}

static const struct {
	const char *in, *out; /* out NULL: the same */
} words[] = {
    {"plain", NULL},
    {"", NULL},
    {"<script>alert(1)</script>", NULL},
    {"</p><img src=x onerror=alert(1)>", NULL},
    {"\" onmouseover=\"alert(1)", NULL},
    {"' autofocus onfocus='x", NULL},
    {"&lt;b&gt; &amp;amp; &#60;", NULL},
    {"]]><![CDATA[ <!-- --> <?php", NULL},
    {"{{7*7}} ${7*7} #{x}", NULL},
    {"two\nlines\tand a tab", NULL},
    {"Grüße 日本語 e\u0301", NULL},
    {"a\u202egpj.exe", "a[U+202E]gpj.exe"},
    {"bell\x07 esc\x1b[31m", "bell[U+0007] esc[U+001B][31m"},
    {"del\x7f c1\xc2\x85", "del[U+007F] c1[U+0085]"},
    {"line\u2028sep", "line[U+2028]sep"},
    {"zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"},
    {"family \U0001f468\u200d\U0001f469", NULL},
    {"cut\xff\xfe", "cut\ufffd\ufffd"},
    {"private \ue000", "private [U+E000]"},
    {"z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301!",
	"z\u0301\u0301\u0301\u0301\u0301\u0301[…]!"},
};

static char *printed(const char *text)
{
	g_autoptr(Html) html = html_new(10000);

	html_open(html, "p");
	html_attr(html, "title", text);
	html_text(html, text);
	return html_end(html, NULL);
}

static void test_words(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		const char *out =
		    words[i].out != NULL ? words[i].out : words[i].in;
		g_autofree char *html = printed(words[i].in);
		Seen seen = {0};

		parse(html, &seen);
		assert_string_equal(seen.text->str, out);
		assert_string_equal(seen.value, out);
		assert_int_equal(seen.elements, 1);
		seen_clear(&seen);
	}
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool stays;
	} table[] = {
	    {"/", true},
	    {"/cases/AR-7?a=b&c=%22", true},
	    {"?team=care", true},
	    {"#main", true},
	    {"https://a.example/x", true},
	    {"mailto:a@b.example", true},
	    {"javascript:alert(1)", false},
	    {"JaVaScRiPt:alert(1)", false},
	    {"java\nscript:alert(1)", false},
	    {" javascript:alert(1)", false},
	    {"data:text/html,<script>", false},
	    {"//evil.example/", false},
	    {"/\\evil.example/", false},
	    {"/\t/evil.example/", false},
	    {"http://plain.example/", true},
	    {"cid:chart", true},
	    {"relative", false},
	    {"", false},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(Html) html = html_new(1000);
		g_autofree char *text = NULL;
		Seen seen = {0};

		html_open(html, "a");
		html_url(html, "href", table[i].url);
		text = html_end(html, NULL);
		parse(text, &seen);
		assert_string_equal(
		    seen.value, table[i].stays ? table[i].url : "#");
		seen_clear(&seen);
	}
}

static void test_href(void **state)
{
	g_autofree char *url = html_href("/cases", "search", "a&b=\"<\xff",
	    "team", NULL, "q", "Grüße", NULL);
	g_autofree char *plain = html_href("/cases", "team", NULL, NULL);

	(void)state;
	assert_string_equal(
	    url, "/cases?search=a%26b%3D%22%3C%EF%BF%BD&q=Gr%C3%BC%C3%9Fe");
	assert_string_equal(plain, "/cases");
}

static void test_bounded(void **state)
{
	g_autofree char *long_text = g_strnfill(20000, '<');

	(void)state;
	for (gsize max = 0; max < 200; max += 7) {
		g_autoptr(Html) html = html_new(max);
		g_autofree char *text = NULL;
		gsize length;

		html_open(html, "ul");
		for (guint i = 0; i < 50; i++) {
			html_open(html, "li");
			html_attr(html, "title", long_text);
			html_element(html, "b", "x", long_text);
			html_text(html, long_text);
			html_close(html);
		}
		assert_true(html_full(html));
		text = html_end(html, &length);
		assert_int_equal(length, strlen(text));
		assert_true(length < max + 100);
		if (length > 0) {
			Seen seen = {0};

			parse(text, &seen);
			seen_clear(&seen);
		}
	}
}

static void test_deep(void **state)
{
	g_autoptr(Html) html = html_new(100000);
	g_autofree char *text = NULL;
	Seen seen = {0};

	(void)state;
	for (guint i = 0; i < 500; i++) {
		html_open(html, "div");
	}
	html_text(html, "deep");
	for (guint i = 0; i < 499; i++) {
		html_close(html);
	}
	text = html_end(html, NULL);
	parse(text, &seen);
	assert_in_range(seen.elements, 1, 100);
	seen_clear(&seen);
}

static void test_shape(void **state)
{
	g_autoptr(Html) html = html_new(1000);
	g_autofree char *text = NULL;

	(void)state;
	html_doctype(html);
	html_open(html, "form");
	html_url(html, "action", "/x");
	html_open(html, "input");
	html_attrf(html, "maxlength", "%d", 7);
	html_flag(html, "required", true);
	html_flag(html, "disabled", false);
	html_attr(html, "value", NULL);
	html_close(html);
	html_textf(html, "%d < %s", 1, "2");
	html_element(html, "b", NULL, NULL);
	html_text_cut(html, "Grüße", 3);
	text = html_end(html, NULL);
	assert_string_equal(text,
	    "<!doctype html>\n<form action=\"/x\"><input maxlength=\"7\" "
	    "required>1 &lt; 2<b></b>Grü…</form>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_urls),
	    cmocka_unit_test(test_href),
	    cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
