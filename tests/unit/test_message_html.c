/* HTML to text, with libxml2's parser as the oracle for what is well formed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/HTMLparser.h>

#include "message/internal.h"
#include "message_fixture.h"

typedef struct {
	const char *in;
	const char *visible;
	const char *hidden;
} Row;

static void convert(const char *in, GString *visible, GString *hidden)
{
	html_to_text(in, strlen(in), visible, hidden);
	clean_text(visible);
	clean_text(hidden);
	g_strchomp(hidden->str);
}

static void check(const Row *rows, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		g_autoptr(GString) visible = g_string_new(NULL);
		g_autoptr(GString) hidden = g_string_new(NULL);
		convert(rows[i].in, visible, hidden);
		assert_string_equal(visible->str, rows[i].visible);
		assert_string_equal(
		    hidden->str, rows[i].hidden ? rows[i].hidden : "");
	}
}

static void test_words(void **state)
{
	static const Row rows[] = {
	    {"ra<b>pe</b>", "rape", NULL},
	    {"ra<!-- x -->pe", "rape", NULL},
	    {"ra<span style='color:red'></span>pe", "rape", NULL},
	    {"ra<wbr>pe", "rape", NULL},
	    {"ra<br>pe", "ra\npe", NULL},
	    {"ra&shy;pe&#8203;d", "raped", NULL},
	    {"  a \n b\t<i> c </i> d", "a b c d", NULL},
	    {"<p>one<p>two", "one\n\ntwo", NULL},
	    {"<div>one</div><div>two</div>", "one\ntwo", NULL},
	    {"a<br><br>b", "a\n\nb", NULL},
	    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc",
		NULL},
	    {"<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\nd", NULL},
	    {"<ul><li>a<li>b</ul>c", "a\nb\nc", NULL},
	    {"x<img src=y alt='the alt'>z", "x the alt z", NULL},
	    {"<head><title>no</title><style>p{}</style></head>yes", "yes",
		NULL},
	    {"<script>if (a<b) x('</p>')</script>yes", "yes", NULL},
	    {"<STYLE>no</STYLE >yes", "yes", NULL},
	    {"<![CDATA[x]]>y", "y", NULL},
	    {"<?xml version='1.0'?>y<!DOCTYPE html>z", "yz", NULL},
	};
	(void)state;
	check(rows, G_N_ELEMENTS(rows));
}

static void test_broken(void **state)
{
	static const Row rows[] = {
	    {"a < b and 1<2 & c", "a < b and 1<2 & c", NULL},
	    {"text <b", "text <b", NULL},
	    {"text <a href=\"x>still <b>here</b>", "text still here", NULL},
	    {"a<!-- never closed", "a never closed", NULL},
	    {"a<style>never closed", "anever closed", NULL},
	    {"a</nothing>b</b></p>c", "ab\n\nc", NULL},
	    {"<>a</>b", "<>a</>b", NULL},
	    {"<b/>a<br/>b", "a\nb", NULL},
	    {"a<", "a<", NULL},
	    {"a</", "a</", NULL},
	    {"a<!", "a", NULL},
	    {"<averyveryverylongnameindeed>a", "a", NULL},
	};
	(void)state;
	check(rows, G_N_ELEMENTS(rows));
}

static void test_references(void **state)
{
	static const Row rows[] = {
	    {"&amp;&lt;&gt;&quot;&apos;", "&<>\"'", NULL},
	    {"&#114;&#x61;&#X70;&#101;", "rape", NULL},
	    {"&#114&#97&#112&#101", "rape", NULL},
	    {"caf&eacute; &Uuml;ber &euro;",
		"caf\xc3\xa9 \xc3\x9c"
		"ber "
		"\xe2\x82\xac",
		NULL},
	    {"a&nbsp;b&nbspc", "a b c", NULL},
	    {"&copy2 &notanentity; &",
		"\xc2\xa9"
		"2 \xc2\xac"
		"anentity; &",
		NULL},
	    {"&#0;&#xd800;&#1114112;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		NULL},
	    {"&#99999999999999999999;", "\xef\xbf\xbd", NULL},
	    {"&#150;&#x80;", "\xe2\x80\x93\xe2\x82\xac", NULL},
	    {"&rfr;&aopf;&pscr;&ee;", "rape", NULL},
	    {"&#;&#x;&;", "&#;&#x;&;", NULL},
	    {"a&Tab;b&NewLine;c&colon;", "a b c:", NULL},
	    {"&amp;lt;", "&lt;", NULL},
	};
	(void)state;
	check(rows, G_N_ELEMENTS(rows));
}

static void test_hidden(void **state)
{
	static const Row rows[] = {
	    {"a<div style='display:none'>b</div>c", "a\nc", "b"},
	    {"ra<span style=\"FONT-SIZE: 0px\">xx</span>pe", "rape", "xx"},
	    {"a<span style='font-size:0.5em'>b</span>", "ab", NULL},
	    {"a<i style='visibility : hidden'>b</i>c", "ac", "b"},
	    {"a<i style='x:y;opacity:0'>b</i>c", "ac", "b"},
	    {"a<i style='opacity:0.5'>b</i>c", "abc", NULL},
	    {"a<i style='dis/*x*/play:none'>b</i>c", "ac", "b"},
	    {"a<i hidden>b</i>c", "ac", "b"},
	    {"a<i style='max-height:0;overflow:hidden'>b</i>c", "ac", "b"},
	    {"<div style='display:none'><div>a</div>b</div>c", "c", "a b"},
	    {"<p style='display:none'>a<p>b", "b", "a"},
	    {"<div hidden><span hidden>a</div>b", "b", "a"},
	    {"<br hidden>b", "b", NULL},
	    {"<!--[if mso]>outlook<![endif]-->b", "b", "outlook"},
	    {"<![if !mso]>a<![endif]>b", "ab", NULL},
	    {"<img hidden alt=x>a", "x a", NULL},
	};
	(void)state;
	check(rows, G_N_ELEMENTS(rows));
}

static void test_quotes(void **state)
{
	static const Row rows[] = {
	    {"a<blockquote>b<br>c</blockquote>d", "a\n> b\n> c\nd", NULL},
	    {"<blockquote type=cite>a<blockquote>b</blockquote>c"
	     "</blockquote>d",
		"> a\n> b\n> c\nd", NULL},
	    {"a<blockquote style='margin:0 0 0 40px;border:none'>b"
	     "</blockquote>",
		"a\nb", NULL},
	    {"a<div class='moz-cite-prefix'>On X:<br></div>b", "a\n> On X:\nb",
		NULL},
	    {"a<div id=divRplyFwdMsg>From: x</div>b",
		"a\n-----Original Message-----\nFrom: x\nb", NULL},
	    {"<div class=\"gmail_quote\">a</div>b", "a\nb", NULL},
	};
	(void)state;
	check(rows, G_N_ELEMENTS(rows));
}

/* ---- the oracle ---- */

/* The text nodes but those of script and style, a space around each element
 * that stands on a line of its own. */
static void oracle_walk(const xmlNode *node, GString *out)
{
	static const char inline_names[] =
	    " b i u a em strong span font tt code small big sub sup ";
	for (; node != NULL; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			g_string_append(out, (const char *)node->content);
		}
		if (node->type != XML_ELEMENT_NODE) {
			continue;
		}
		const char *name = (const char *)node->name;
		g_autofree char *key = g_strdup_printf(" %s ", name);
		bool apart = strstr(inline_names, key) == NULL;
		if (g_str_equal(name, "style") || g_str_equal(name, "script") ||
		    g_str_equal(name, "title")) {
			continue;
		}
		g_string_append(out, apart ? " " : "");
		oracle_walk(node->children, out);
		g_string_append(out, apart ? " " : "");
	}
}

static char *oracle(const char *html)
{
	htmlDocPtr doc = htmlReadMemory(html, (int)strlen(html), NULL, "UTF-8",
	    HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
	GString *out = g_string_new(NULL);
	oracle_walk(xmlDocGetRootElement(doc), out);
	xmlFreeDoc(doc);
	clean_line(out);
	return g_string_free(out, FALSE);
}

static void test_oracle(void **state)
{
	static const char *const samples[] = {
	    "<html><head><title>t</title><style>p {color:red}</style></head>"
	    "<body><p>Dear <b>Ms Doe</b>,</p><p>I have w<i>ai</i>ted for "
	    "<a href=\"https://example.com/?a=1&amp;b=2\">three</a> weeks."
	    "</p></body></html>",
	    "<body><table><tr><td>one</td><td>two</td></tr><tr><td>three</td>"
	    "<td>fo<u>ur</u></td></tr></table><ul><li>five</li><li>six</li>"
	    "</ul></body>",
	    "<div>Gr&uuml;&szlig;e &amp; K&uuml;sse, 5 &lt; 6 &#8364; "
	    "&#x20ac;</div><div>zwei<br>Zeilen</div>",
	    "<h1>Head</h1>text <em>emph</em>asis<hr>after<!-- comment --> it",
	    "<p>un</p><script>var x = '<p>no</p>';</script><p>deux</p>",
	    "<p>a<span class='x' title='a > b'>b</span>c</p>",
	    "<center><font face=\"Arial, 'x'\">mid</font>dle</center>",
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
		g_autoptr(GString) visible = g_string_new(NULL);
		g_autoptr(GString) hidden = g_string_new(NULL);
		convert(samples[i], visible, hidden);
		clean_line(visible);
		g_autofree char *expected = oracle(samples[i]);
		assert_string_equal(visible->str, expected);
		assert_int_equal(hidden->len, 0);
	}
}

/* Pages put together at random from well-formed pieces. */
static void test_oracle_random(void **state)
{
	static const char *const open[] = {"<p>", "<div>", "<b>", "<i>",
	    "<span class=x>", "<table><tr><td>", "<ul><li>", "<font size=1>"};
	static const char *const close[] = {"</p>", "</div>", "</b>", "</i>",
	    "</span>", "</td></tr></table>", "</li></ul>", "</font>"};
	static const char *const words[] = {"one", " two ", "three ", "&amp;",
	    "&eacute;", "&#65;", "\n", "<br>", "<!-- c -->"};
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	(void)state;
	for (int round = 0; round < 500; round++) {
		g_autoptr(GString) html = g_string_new("<body>");
		for (int block = 0; block < 6; block++) {
			/* Blocks may hold anything but each other in <p>. */
			gint o = g_rand_int_range(rand, 0, 8);
			gint k = g_rand_int_range(rand, 2, 4);
			g_string_append(html, open[o]);
			for (int w = 0; w < 4; w++) {
				g_string_append(
				    html, words[g_rand_int_range(
					      rand, 0, G_N_ELEMENTS(words))]);
				g_string_append(html, open[k]);
				g_string_append(
				    html, words[g_rand_int_range(rand, 0, 3)]);
				g_string_append(html, close[k]);
			}
			g_string_append(html, close[o]);
		}
		g_string_append(html, "</body>");
		g_autoptr(GString) visible = g_string_new(NULL);
		g_autoptr(GString) hidden = g_string_new(NULL);
		convert(html->str, visible, hidden);
		clean_line(visible);
		g_autofree char *expected = oracle(html->str);
		assert_string_equal(visible->str, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_references),
	    cmocka_unit_test(test_hidden),
	    cmocka_unit_test(test_quotes),
	    cmocka_unit_test(test_oracle),
	    cmocka_unit_test(test_oracle_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
