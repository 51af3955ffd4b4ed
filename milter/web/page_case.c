/*
 * One case: who wrote, what may be shown of it, what happened, why it was
 * scored so, what was promised, and what can be done with it.
 */
#include <string.h>

#include "web/case.h"
#include "web/pages.h"
#include "web/row.h"

void part_begin(CasePage *view, const char *id, const char *title)
{
	Html *html = view->page.html;

	html_open(html, "section");
	html_attr(html, "class", id);
	html_attr(html, "aria-labelledby", id);
	html_open(html, "h2");
	html_attr(html, "id", id);
	html_text(html, title);
	html_close(html);
}

/* "3 messages, 1 copy": what else is known in a line. */
static void counts(CasePage *view)
{
	Page *page = &view->page;
	gint64 copies = json_get_int(view->row, "copies", 0);
	g_autofree char *messages = page_count(page, "%s message",
	    "%s messages", json_get_int(view->row, "messages", 0));
	g_autofree char *again =
	    page_count(page, "%s copy", "%s copies", copies);

	html_text(page->html, messages);
	if (copies > 0) {
		html_textf(page->html, ", %s", again);
	}
}

static void facts(CasePage *view)
{
	Page *page = &view->page;
	Html *html = page->html;

	html_open(html, "p");
	html_attr(html, "class", "meta");
	html_element(html, "span", "id", view->id);
	html_text(html, " · ");
	html_open(html, "bdi");
	html_text_cut(html, json_get_string(view->row, "from"), 120);
	html_close(html);
	html_text(html, " · ");
	page_time(page, page_moment_of(view->row, "received"));
	html_text(html, " · ");
	counts(view);
	html_close(html);
}

static void chips(CasePage *view)
{
	Page *page = &view->page;
	const JsonValue *row = view->row;
	const JsonValue *topics = json_get(row, "topics");
	const char *topic = json_get_string(row, "topic");

	html_open(page->html, "div");
	html_attr(page->html, "class", "chips");
	page_urgency(page, json_get_string(json_get(row, "urgency"), "level"));
	page_chip(
	    page, "state", page_word(page, json_get_string(row, "state")));
	page_chip(page, "team", json_get_string(row, "team"));
	page_chip(page, "topic", page_word(page, topic));
	for (guint i = 0; i < json_length(topics); i++) {
		const char *other = json_as_string(json_at(topics, i));

		if (g_strcmp0(other, topic) != 0) {
			page_chip(page, "topic more", page_word(page, other));
		}
	}
	html_close(page->html);
}

/* Why it is as it is, where that isn't obvious: paused, closed, merged ... */
static void remark(CasePage *view, const char *label, const char *text)
{
	Html *html = view->page.html;

	if (text != NULL) {
		html_open(html, "p");
		html_attr(html, "class", "remark");
		html_element(html, "b", NULL, label);
		html_text(html, " ");
		html_open(html, "bdi");
		html_text_cut(html, text, 500);
		html_close(html);
		html_close(html);
	}
}

static void remarks(CasePage *view)
{
	Page *page = &view->page;
	gint64 until_s = page_moment_of(view->row, "paused_until");
	g_autofree char *until = page_moment(page, until_s);
	g_autofree char *paused = page_say(page, N_("Paused until %s:"), until);

	remark(view, t(page, "Closed:"),
	    json_get_string(view->row, "closed_because"));
	remark(view, paused, json_get_string(view->row, "paused_because"));
	remark(view, t(page, "Merged into"),
	    json_get_string(view->row, "merged_into"));
	remark(view, t(page, "Not screened:"),
	    json_get_string(view->row, "unscreened"));
}

static void head(CasePage *view)
{
	Html *html = view->page.html;

	html_open(html, "div");
	html_attr(html, "class", "case-head");
	chips(view);
	html_open(html, "h1");
	case_subject(&view->page, view->row);
	html_close(html);
	facts(view);
	remarks(view);
	html_close(html);
}

static void excerpt(CasePage *view)
{
	Page *page = &view->page;
	const char *text = json_get_string(view->row, "excerpt");

	part_begin(view, "text", t(page, "Letter"));
	if (text != NULL) {
		html_open(page->html, "div");
		html_attr(page->html, "class", "letter");
		html_attr(page->html, "dir", "auto");
		html_text(page->html, text);
		html_close(page->html);
	} else {
		html_element(page->html, "p", "empty",
		    json_get_bool(view->row, "sensitive", false)
			? t(page, "The text of a sensitive case isn't kept "
				  "here: it is in the team's mailbox.")
			: t(page, "No text was kept: it is in the team's "
				  "mailbox."));
	}
	html_close(page->html);
}

/* What comes first when a case in STATE refuses an act: its form is on the
 * page, if this user may. */
static const struct {
	const char *tried; /* NULL: anything */
	const char *state;
	const char *act;
	const char *title;
	bool leads;
} remedies[] = {
    {"pause", "open", "answered", N_("Answered by other means"), false},
    {"pause", "paused", "resume", N_("End the pause"), false},
    {NULL, "closed", "reopen", N_("Open again"), true},
};

static void remedy(CasePage *view)
{
	Page *page = &view->page;
	const char *tried = page->request->tail;
	const char *state = json_get_string(view->row, "state");

	for (gsize i = 0; i < G_N_ELEMENTS(remedies); i++) {
		g_autofree char *url =
		    g_strconcat("#act-", remedies[i].act, NULL);

		if (g_strcmp0(state, remedies[i].state) == 0 &&
		    (remedies[i].tried == NULL ||
			g_strcmp0(tried, remedies[i].tried) == 0) &&
		    (view->leads || !remedies[i].leads)) {
			html_text(page->html, " ");
			html_open(page->html, "a");
			html_url(page->html, "href", url);
			html_text(page->html, t(page, remedies[i].title));
			html_close(page->html);
			return;
		}
	}
}

static void problem_line(CasePage *view, const char *problem)
{
	Html *html = view->page.html;

	if (problem != NULL) {
		html_open(html, "p");
		html_attr(html, "class", "problem");
		html_attr(html, "role", "alert");
		page_sentence(&view->page, problem);
		if (view->works) {
			remedy(view);
		}
		html_close(html);
	}
}

/* One that changes while it is looked at. */
static void live_part(
    CasePage *view, const char *name, void (*print)(CasePage *view))
{
	html_open(view->page.html, "div");
	html_attrf(view->page.html, "class", "live-%s", name);
	html_attr(view->page.html, "data-live", name);
	print(view);
	html_close(view->page.html);
}

static void print_case(CasePage *view, const char *problem)
{
	Html *html = view->page.html;

	problem_line(view, problem);
	case_undo(view);
	html_open(html, "div");
	html_attr(html, "class", "case-page");
	html_open(html, "div");
	html_attr(html, "class", "case-main");
	html_attr(html, "data-live", "case");
	head(view);
	excerpt(view);
	case_timeline(view);
	html_close(html);
	html_open(html, "div");
	html_attr(html, "class", "case-side");
	live_part(view, "clocks", case_clocks);
	live_part(view, "acts", case_forms);
	case_why(view);
	case_policy(view);
	case_related(view);
	html_close(html);
	html_close(html);
	page_keys(&view->page);
}

void case_print(const WebRequest *request, WebReply *reply, const char *id,
    const char *problem)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GPtrArray) policy = NULL;
	g_autoptr(GError) error = NULL;
	guint status = reply->status;
	CasePage view = {0};

	if (!web_ask(request, &rows, &error, "show", "case", id, NULL)) {
		if (g_error_matches(error, ANTEROOM_ERROR, ERROR_NO)) {
			error->code = ERROR_ABSENT;
		}
		reply_error(request, reply, error);
		return;
	}
	/* One without a policy has none: that is said there. */
	web_ask(request, &policy, NULL, "policy", "case", id, NULL);
	view.row = rows->len > 0 ? rows->pdata[0] : NULL;
	view.policy =
	    policy != NULL && policy->len > 0 ? policy->pdata[0] : NULL;
	view.id = json_get_string(view.row, "id");
	if (view.id == NULL) {
		reply_problem(request, reply, 500, "It is in the log.");
		return;
	}
	view.works = (MAY(request->user->role) & MAY_WORK) != 0;
	view.leads = (MAY(request->user->role) & MAY_LEAD) != 0;
	page_begin(&view.page, request, reply, view.id);
	print_case(&view, problem);
	page_end(&view.page);
	if (status != 0) {
		reply->status = status;
	}
}

void case_page(const WebRequest *request, WebReply *reply)
{
	case_print(request, reply, request->item, NULL);
}
