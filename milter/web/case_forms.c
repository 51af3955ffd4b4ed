/*
 * What can be done with a case: forms that work without a script, and the way
 * back. What was done last is read off the timeline, so that no address can
 * suggest it.
 */
#include <string.h>

#include "web/case.h"
#include "web/pages.h"

#define UNDO_S 600 /* so long after */

/* ---- the forms ---- */

static void act_begin(CasePage *view, const char *act, const char *title)
{
	Html *html = view->page.html;
	g_autofree char *path = g_strdup_printf("/cases/%s/%s", view->id, act);

	html_open(html, "details");
	html_attrf(html, "id", "act-%s", act);
	html_attr(html, "name", "act");
	html_element(html, "summary", NULL, title);
	form_begin(&view->page, path, "act");
}

static void act_end(CasePage *view, const char *button, const char *class_name)
{
	form_button(&view->page, button, class_name);
	html_close(view->page.html);
	html_close(view->page.html);
}

static void route_form(CasePage *view)
{
	Page *page = &view->page;
	const Conf *conf = page->request->conf;
	const char *team = json_get_string(view->row, "team");

	act_begin(view, "route", t(page, "Hand over"));
	form_select(page, "team", t(page, "to the team"));
	for (guint i = 0; i < conf->teams->len; i++) {
		const char *name = ((Team *)conf->teams->pdata[i])->name;

		if (g_strcmp0(name, team) != 0) {
			form_option(page, name, name, NULL);
		}
	}
	html_close(page->html);
	html_close(page->html);
	act_end(view, t(page, "Hand over"), NULL);
}

static void topic_form(CasePage *view)
{
	Page *page = &view->page;
	const Conf *conf = page->request->conf;
	const char *topic = json_get_string(view->row, "topic");

	act_begin(view, "topic", t(page, "Change the topic"));
	form_select(page, "topic", t(page, "it is about"));
	for (guint i = 0; i < conf->topics->len; i++) {
		const char *name = ((Topic *)conf->topics->pdata[i])->name;

		form_option(page, name, name, topic);
	}
	form_option(page, "other", page_word(page, "other"), topic);
	html_close(page->html);
	html_close(page->html);
	act_end(view, t(page, "Change"), NULL);
}

static void urgency_form(CasePage *view)
{
	Page *page = &view->page;
	const char *level =
	    json_get_string(json_get(view->row, "urgency"), "level");

	act_begin(view, "urgency", t(page, "Change the urgency"));
	form_select(page, "level", t(page, "it is"));
	for (guint i = 0; i < URGENCY_LEVELS; i++) {
		form_option(page, urgency_names[i],
		    page_word(page, urgency_names[i]), level);
	}
	html_close(page->html);
	html_close(page->html);
	act_end(view, t(page, "Change"), NULL);
}

static void note_form(CasePage *view)
{
	Page *page = &view->page;
	Html *html = page->html;
	g_autofree char *path = g_strdup_printf("/cases/%s/note", view->id);

	form_begin(page, path, "act note");
	html_open(html, "label");
	html_element(html, "span", NULL, t(page, "Note"));
	html_open(html, "textarea");
	html_attr(html, "name", "text");
	html_attr(html, "rows", "2");
	html_attr(html, "maxlength", "4000");
	html_flag(html, "required", true);
	html_close(html);
	html_close(html);
	form_button(page, t(page, "Add the note"), NULL);
	html_close(html);
}

static void pause_form(CasePage *view)
{
	static const struct {
		const char *period;
		const char *words;
	} periods[] = {{"4h", N_("4 hours")}, {"1d", N_("1 day")},
	    {"2d", N_("2 days")}, {"7d", N_("1 week")}, {"14d", N_("2 weeks")}};
	Page *page = &view->page;

	act_begin(view, "pause", t(page, "Pause"));
	form_select(page, "for", t(page, "for"));
	for (gsize i = 0; i < G_N_ELEMENTS(periods); i++) {
		form_option(
		    page, periods[i].period, t(page, periods[i].words), "2d");
	}
	html_close(page->html);
	html_close(page->html);
	form_text(page, "reason", t(page, "what is waited for"), NULL, NULL);
	act_end(view, t(page, "Pause"), NULL);
}

static void word_form(CasePage *view, const char *act, const char *title,
    const char *name, const char *label)
{
	act_begin(view, act, title);
	if (name != NULL) {
		form_text(&view->page, name, label, NULL, NULL);
	}
	act_end(view, title, NULL);
}

static bool is_state(const CasePage *view, const char *state)
{
	return g_strcmp0(json_get_string(view->row, "state"), state) == 0;
}

static void open_forms(CasePage *view)
{
	const Page *page = &view->page;

	route_form(view);
	if (!is_state(view, "answered")) {
		word_form(view, "answered", t(page, "Answered by other means"),
		    "how", t(page, "how, by telephone say"));
	}
	if (is_state(view, "paused")) {
		word_form(view, "resume", t(page, "End the pause"), NULL, NULL);
	} else {
		pause_form(view);
	}
	if (!view->leads) {
		return;
	}
	word_form(view, "close", t(page, "Close"), "reason", t(page, "why"));
	topic_form(view);
	urgency_form(view);
	word_form(
	    view, "merge", t(page, "Merge"), "into", t(page, "into the case"));
}

void case_forms(CasePage *view)
{
	Page *page = &view->page;

	if (!view->works) {
		return;
	}
	part_begin(view, "acts", t(page, "Do"));
	note_form(view);
	if (is_state(view, "closed") && view->leads) {
		word_form(view, "reopen", t(page, "Open again"), NULL, NULL);
	} else if (!is_state(view, "closed")) {
		open_forms(view);
	}
	html_close(page->html);
}

/* ---- back ---- */

/* What was done and can be undone, in words. */
static const struct {
	const char *what;
	const char *said;
} undos[] = {
    {"route", N_("You handed it over.")},
    {"topic", N_("You changed the topic.")},
    {"urgency", N_("You changed the urgency.")},
    {"answered", N_("You marked it as answered.")},
    {"pause", N_("You paused it.")},
    {"resume", N_("You ended the pause.")},
    {"close", N_("You closed it.")},
    {"reopen", N_("You opened it again.")},
    {"merge", N_("You merged it.")},
};

static void undo_form(CasePage *view, const char *said)
{
	Page *page = &view->page;
	g_autofree char *path = g_strdup_printf("/cases/%s/undo", view->id);

	form_begin(page, path, "undo");
	html_open(page->html, "span");
	html_attr(page->html, "role", "status");
	html_text(page->html, said);
	html_close(page->html);
	html_text(page->html, " ");
	form_button(page, t(page, "Undo"), "plain");
	html_close(page->html);
}

/* The last event, but for who looked and what was noted. */
static const JsonValue *last_act(const JsonValue *timeline)
{
	for (guint i = json_length(timeline); i-- > 0;) {
		const JsonValue *event = json_at(timeline, i);
		const char *what = json_get_string(event, "what");

		if (g_strcmp0(what, "looked") != 0 &&
		    g_strcmp0(what, "note") != 0) {
			return event;
		}
	}
	return NULL;
}

void case_undo(CasePage *view)
{
	const WebRequest *request = view->page.request;
	const JsonValue *last = last_act(json_get(view->row, "timeline"));
	const char *what = json_get_string(last, "what");

	if (!view->leads ||
	    g_strcmp0(json_get_string(last, "who"), request->user->name) != 0 ||
	    request->now_s - page_moment_of(last, "at") > UNDO_S) {
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(undos); i++) {
		if (g_strcmp0(what, undos[i].what) == 0) {
			undo_form(view, t(&view->page, undos[i].said));
		}
	}
}

/* ---- doing it ---- */

/* The words that each act takes from its form. */
static const struct {
	const char *act;
	const char *words[2];
} acts[] = {
    {"route", {"team"}},
    {"topic", {"topic"}},
    {"urgency", {"level"}},
    {"note", {"text"}},
    {"answered", {"how"}},
    {"pause", {"for", "reason"}},
    {"resume", {NULL}},
    {"close", {"reason"}},
    {"reopen", {NULL}},
    {"merge", {"into"}},
    {"undo", {NULL}},
};

static const char *form_word(
    const WebRequest *request, gsize act, guint which, const char **name)
{
	*name = acts[act].words[which];
	return *name != NULL ? fields_get(request->form, *name) : NULL;
}

static void do_act(const WebRequest *request, WebReply *reply, gsize act)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *url = NULL;
	const char *first, *second;
	const char *one = form_word(request, act, 0, &first);
	const char *two = form_word(request, act, 1, &second);

	/* An unused name is "case" once more: its value isn't given. */
	if (!web_ask(request, &rows, &error, acts[act].act, "case",
		request->item, first != NULL ? first : "case", one,
		second != NULL ? second : "case", two, NULL)) {
		reply->status = 409;
		case_print(request, reply, request->item, error->message);
		return;
	}
	url = g_strconcat("/cases/", request->item, NULL);
	reply_redirect(reply, url);
}

void case_done(const WebRequest *request, WebReply *reply)
{
	for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (strcmp(acts[i].act, request->tail) == 0) {
			do_act(request, reply, i);
			return;
		}
	}
	reply_problem(request, reply, 404, "There is no such act.");
}
