/* Rules: what each did, and a place to try a text on all of them. */
#include <string.h>

#include "web/pages.h"
#include "web/report.h"

#define GOOD_PCT 90 /* of its hits stayed; less is shown in red */

/* ---- trying ---- */

static const char *said(const WebRequest *request, const char *name)
{
	const char *value =
	    request->post ? fields_get(request->form, name) : NULL;

	return value != NULL ? value : "";
}

static void hit_item(Page *page, const JsonValue *hit)
{
	Html *html = page->html;

	html_open(html, "li");
	html_element(html, "b", NULL, json_get_string(hit, "why"));
	html_text(html, " ");
	html_open(html, "q");
	html_text_cut(html, json_get_string(hit, "text"), 200);
	html_close(html);
	html_text(html, " ");
	html_open(html, "span");
	html_attr(html, "class", "points");
	html_textf(html, "%+d %s", (int)json_get_int(hit, "points", 0),
	    page_word(page, json_get_string(hit, "topic")));
	html_close(html);
	html_text(html, " ");
	html_element(html, "code", NULL, json_get_string(hit, "name"));
	html_close(html);
}

static void outcome(Page *page, const JsonValue *row)
{
	const JsonValue *urgency = json_get(row, "urgency");
	const JsonValue *rules = json_get(row, "rules");
	Html *html = page->html;

	html_open(html, "div");
	html_attr(html, "class", "chips");
	html_attr(html, "role", "status");
	page_urgency(page, json_get_string(urgency, "level"));
	page_chip(
	    page, "topic", page_word(page, json_get_string(row, "topic")));
	page_chip(page, "team",
	    json_get_string(row, "team") != NULL ? json_get_string(row, "team")
						 : t(page, "no case"));
	html_close(html);
	html_open(html, "ul");
	html_attr(html, "class", "hits");
	for (guint i = 0; i < json_length(rules); i++) {
		hit_item(page, json_at(rules, i));
	}
	html_close(html);
}

static void try_form(Page *page)
{
	Html *html = page->html;

	form_begin(page, "/rules", "act");
	form_text(page, "subject", t(page, "Subject"),
	    said(page->request, "subject"), NULL);
	html_open(html, "label");
	html_element(html, "span", NULL, t(page, "Text"));
	html_open(html, "textarea");
	html_attr(html, "name", "text");
	html_attr(html, "rows", "5");
	html_attr(html, "maxlength", "8000");
	html_flag(html, "required", true);
	html_text(html, said(page->request, "text"));
	html_close(html);
	html_close(html);
	form_button(page, t(page, "Try"), NULL);
	html_close(html);
}

static void try_panel(Page *page, const GPtrArray *tried)
{
	panel_begin(page, "try", t(page, "Try a letter"), false);
	try_form(page);
	if (tried != NULL && tried->len > 0) {
		outcome(page, tried->pdata[0]);
	}
	html_close(page->html);
}

/* ---- the table ---- */

static void rule_line(Page *page, const JsonValue *rule)
{
	Html *html = page->html;
	bool hit = json_get(rule, "precision_pct") != NULL;
	gint64 stayed = json_get_int(rule, "precision_pct", 100);
	gint64 corrected = json_get_int(rule, "corrected", 0);

	html_open(html, "tr");
	html_open(html, "th");
	html_attr(html, "scope", "row");
	html_attr(html, "class", "rule");
	html_textf(html, "%s ", json_get_string(rule, "why"));
	html_element(html, "code", NULL, json_get_string(rule, "rule"));
	html_close(html);
	page_td(page, page_word(page, json_get_string(rule, "topic")));
	page_td_num(page, json_get_int(rule, "points", 0));
	page_td_num(page, json_get_int(rule, "hits", 0));
	page_td_num(page, corrected);
	html_open(html, "td");
	html_attr(html, "class", stayed < GOOD_PCT ? "num alarm" : "num");
	if (hit) {
		html_textf(html, "%d %%", (int)stayed);
	} else {
		html_text(html, "–");
	}
	html_close(html);
	html_close(html);
}

static int most_hits(gconstpointer a, gconstpointer b)
{
	gint64 x = json_get_int(*(JsonValue *const *)a, "hits", 0);
	gint64 y = json_get_int(*(JsonValue *const *)b, "hits", 0);

	return (x < y) - (x > y);
}

static void table(Page *page, GPtrArray *rules)
{
	static const char *const heads[] = {N_("Rule"), N_("Topic"),
	    N_("points"), N_("hits"), N_("corrected"), N_("stayed")};

	g_ptr_array_sort(rules, most_hits);
	panel_begin(page, "hits", t(page, "Hits in 13 weeks"), true);
	page_table(page, t(page, "Hits in 13 weeks"));
	html_open(page->html, "thead");
	html_open(page->html, "tr");
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		page_th(page, t(page, heads[i]), i > 1);
	}
	html_close(page->html);
	html_close(page->html);
	html_open(page->html, "tbody");
	for (guint i = 0; i < rules->len; i++) {
		rule_line(page, rules->pdata[i]);
	}
	html_close(page->html);
	page_table_end(page);
	html_close(page->html);
}

void rules_page(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GPtrArray) rules = NULL;
	g_autoptr(GPtrArray) tried = NULL;
	g_autoptr(GError) error = NULL;
	Page page;

	if (!web_ask(request, &rules, &error, "rules", NULL) ||
	    (request->post && !web_ask(request, &tried, &error, "try",
				  "subject", said(request, "subject"), "text",
				  said(request, "text"), NULL))) {
		reply_error(request, reply, error);
		return;
	}
	page_begin(&page, request, reply, N_("Rules"));
	html_element(page.html, "h1", NULL, t(&page, "Rules"));
	try_panel(&page, tried);
	table(&page, rules);
	page_end(&page);
}
