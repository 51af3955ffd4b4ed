/* A case as a row. Everything in it but its number was written by others. */
#include <string.h>

#include "web/row.h"

#define SUBJECT_CHARS 140
#define FROM_CHARS 60
#define SOON_S (2 * 3600)
#define SOON_PCT 75

static void lock(Html *html)
{
	html_open(html, "svg");
	html_attr(html, "class", "lock");
	html_attr(html, "viewBox", "0 0 12 14");
	html_attr(html, "aria-hidden", "true");
	html_open(html, "path");
	html_attr(html, "d",
	    "M2 6V4a4 4 0 0 1 8 0v2h1v8H1V6zm2 0h4V4a2 2 0 0 "
	    "0-4 0z");
	html_close(html);
	html_close(html);
}

void case_subject(Page *page, const JsonValue *row)
{
	const char *subject = json_get_string(row, "subject");
	bool sensitive = json_get_bool(row, "sensitive", false);

	if (sensitive) {
		lock(page->html);
	}
	if (subject == NULL) {
		html_element(page->html, "i", NULL, t(page, "restricted"));
		return;
	}
	if (*subject == '\0') {
		html_element(page->html, "i", NULL, t(page, "no subject"));
		return;
	}
	html_open(page->html, "bdi");
	html_text_cut(page->html, subject, SUBJECT_CHARS);
	html_close(page->html);
	if (sensitive) {
		html_element(page->html, "span", "away", t(page, "sensitive"));
	}
}

/* The part of the time that is gone, as a picture beside the words. */
static void used_bar(Html *html, int used_pct)
{
	html_open(html, "svg");
	html_attr(html, "class", "used");
	html_attr(html, "viewBox", "0 0 100 4");
	html_attr(html, "preserveAspectRatio", "none");
	html_attr(html, "aria-hidden", "true");
	html_open(html, "rect");
	html_attr(html, "class", "track");
	html_attr(html, "width", "100");
	html_attr(html, "height", "4");
	html_close(html);
	html_open(html, "rect");
	html_attr(html, "class", "part");
	html_attrf(html, "width", "%d", CLAMP(used_pct, 2, 100));
	html_attr(html, "height", "4");
	html_close(html);
	html_close(html);
}

/* Nearer than this is soon, on the board. */
static const char *nearness(int used_pct, gint64 left_s)
{
	if (left_s <= 0) {
		return "left late";
	}
	return left_s <= SOON_S || used_pct >= SOON_PCT ? "left soon" : "left";
}

int case_gone(const Page *page, gint64 start_s, gint64 due_s)
{
	gint64 gone_s = page->request->now_s - start_s;

	return due_s > start_s
		   ? (int)CLAMP(gone_s * 100 / (due_s - start_s), 0, 100)
		   : 100;
}

void case_due(Page *page, int used_pct, gint64 due_s)
{
	gint64 now_s = page->request->now_s;
	bool late = due_s <= now_s;
	g_autofree char *apart = page_duration(page, due_s - now_s);
	g_autofree char *exact = page_moment(page, due_s);
	g_autofree char *said =
	    page_say(page, late ? N_("%s late") : N_("%s left"), apart);

	html_open(page->html, "span");
	html_attr(page->html, "class", nearness(used_pct, due_s - now_s));
	html_open(page->html, "time");
	html_attrf(page->html, "data-due", "%" G_GINT64_FORMAT, due_s);
	html_attr(page->html, "title", exact);
	html_text(page->html, said);
	html_close(page->html);
	used_bar(page->html, used_pct);
	html_close(page->html);
}

/* One deadline: what was promised, until when, how much of it is used up. */
typedef struct {
	const char *metric;
	gint64 due_s;
	int used_pct;      /* by the hours in which it counts */
	gint64 promised_s; /* when a reply promised it; 0: no reply did */
} Due;

static void take_sooner(Due *due, Due other)
{
	if (other.due_s != 0 && (due->due_s == 0 || other.due_s < due->due_s)) {
		*due = other;
	}
}

static bool runs(const JsonValue *promise)
{
	return g_strcmp0(json_get_string(promise, "state"), "running") == 0;
}

/* The one that comes first; due_s 0: none. */
static Due next_due(const JsonValue *row)
{
	static const char *const metrics[] = {
	    "first_reply", "next_reply", "resolve"};
	const JsonValue *promises = json_get(row, "promises");
	Due due = {0};

	for (gsize i = 0; i < G_N_ELEMENTS(metrics); i++) {
		take_sooner(&due,
		    (Due){.metric = metrics[i],
			.due_s =
			    page_moment_of(json_get(row, "due"), metrics[i]),
			.used_pct = (int)json_get_int(
			    json_get(row, "used_pct"), metrics[i], 100)});
	}
	for (guint i = 0; i < json_length(promises); i++) {
		const JsonValue *promise = json_at(promises, i);

		if (runs(promise)) {
			take_sooner(&due,
			    (Due){.metric = "promise",
				.due_s = page_moment_of(promise, "due"),
				.promised_s = page_moment_of(promise, "made")});
		}
	}
	return due;
}

static void due_cell(Page *page, const JsonValue *row)
{
	Due due = next_due(row);

	html_open(page->html, "div");
	html_attr(page->html, "class", "when");
	if (due.due_s == 0) {
		html_element(page->html, "span", "left none",
		    page_word(page, json_get_string(row, "state")));
	} else {
		case_due(page,
		    due.promised_s != 0
			? case_gone(page, due.promised_s, due.due_s)
			: due.used_pct,
		    due.due_s);
		html_element(
		    page->html, "span", "metric", page_word(page, due.metric));
	}
	html_close(page->html);
}

static void what_cell(Page *page, const JsonValue *row, const char *id)
{
	Html *html = page->html;
	g_autofree char *url = g_strconcat("/cases/", id, NULL);

	html_open(html, "div");
	html_attr(html, "class", "what");
	html_open(html, "a");
	html_attr(html, "class", "subject");
	html_url(html, "href", url);
	case_subject(page, row);
	html_close(html);
	html_open(html, "p");
	html_attr(html, "class", "meta");
	html_element(html, "span", "id", id);
	html_text(html, " ");
	html_open(html, "span");
	html_attr(html, "class", "from");
	html_open(html, "bdi");
	html_text_cut(html, json_get_string(row, "from"), FROM_CHARS);
	html_close(html);
	html_close(html);
	html_close(html);
	html_close(html);
}

void case_row(Page *page, const JsonValue *row)
{
	Html *html = page->html;
	const char *id = json_get_string(row, "id");
	const char *level = json_get_string(json_get(row, "urgency"), "level");
	bool late = json_length(json_get(row, "overdue")) > 0;

	if (id == NULL) {
		return;
	}
	html_open(html, "li");
	html_attrf(html, "class", "case%s", late ? " late" : "");
	html_attr(html, "data-case", id);
	html_open(html, "div");
	html_attr(html, "class", "how");
	page_urgency(page, level);
	html_close(html);
	what_cell(page, row, id);
	html_open(html, "div");
	html_attr(html, "class", "whose");
	page_chip(
	    page, "topic", page_word(page, json_get_string(row, "topic")));
	page_chip(page, "team", json_get_string(row, "team"));
	html_close(html);
	due_cell(page, row);
	html_close(html);
}
