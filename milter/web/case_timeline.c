/* The timeline of a case: who did what, when. */
#include <string.h>

#include "web/case.h"

/* Marks differ by shape as well: from outside, from us, by the clock. */
static const char *kind_of(const char *what)
{
	static const char *const outside[] = {
	    "received", "joined", "copy", "bounced", NULL};
	static const char *const ours[] = {"reply", "answered", NULL};
	static const char *const clock[] = {
	    "clock", "warning", "breach", "escalation", NULL};

	return g_strv_contains(outside, what) ? "in"
	       : g_strv_contains(ours, what)  ? "out"
	       : g_strv_contains(clock, what) ? "clock"
					      : "act";
}

static void entry(CasePage *view, const JsonValue *event)
{
	Page *page = &view->page;
	Html *html = page->html;
	const char *what = json_get_string(event, "what");
	const char *detail = json_get_string(event, "detail");

	html_open(html, "li");
	html_attr(html, "class", kind_of(what != NULL ? what : ""));
	html_open(html, "p");
	html_element(html, "b", NULL, page_word(page, what));
	html_text(html, " ");
	html_open(html, "span");
	html_attr(html, "class", "quiet");
	html_open(html, "bdi");
	html_text_cut(html, json_get_string(event, "who"), 80);
	html_close(html);
	html_text(html, " · ");
	page_time(page, page_moment_of(event, "at"));
	html_close(html);
	html_close(html);
	if (detail != NULL && *detail != '\0') {
		html_open(html, "p");
		html_attr(html, "class", "detail");
		html_attr(html, "dir", "auto");
		html_text_cut(html, detail, 2000);
		html_close(html);
	}
	html_close(html);
}

/* The newest first: that is what one comes for. */
void case_timeline(CasePage *view)
{
	const JsonValue *timeline = json_get(view->row, "timeline");
	Html *html = view->page.html;

	part_begin(view, "timeline", t(&view->page, "Timeline"));
	html_open(html, "ol");
	html_attr(html, "class", "events");
	for (guint i = json_length(timeline); i-- > 0;) {
		entry(view, json_at(timeline, i));
	}
	html_close(html);
	html_close(html);
}
