/* Why a case is what it is: its clocks, the rules that hit and with which
 * words, its policy interval by interval, its relatives. */
#include <string.h>

#include "web/case.h"
#include "web/row.h"

/* ---- clocks ---- */

/* A promise runs by the wall clock, a target by its calendar. */
static int used_of(const CasePage *view, const JsonValue *clock, gint64 due_s)
{
	const char *metric = json_get_string(clock, "metric");

	if (metric == NULL || strcmp(metric, "promise") == 0) {
		return case_gone(
		    &view->page, page_moment_of(clock, "started"), due_s);
	}
	return (int)json_get_int(json_get(view->row, "used_pct"), metric, 100);
}

static bool clock_runs(const JsonValue *clock)
{
	return g_strcmp0(json_get_string(clock, "state"), "running") == 0;
}

static void clock_line(CasePage *view, const JsonValue *clock)
{
	Page *page = &view->page;
	Html *html = page->html;
	const char *state = json_get_string(clock, "state");
	gint64 due_s = page_moment_of(clock, "due");

	html_open(html, "li");
	html_attrf(html, "class", "clock %s", state != NULL ? state : "");
	html_open(html, "p");
	html_element(
	    html, "b", NULL, page_word(page, json_get_string(clock, "metric")));
	html_text(html, " ");
	html_element(html, "span", "quiet", page_word(page, state));
	html_close(html);
	if (clock_runs(clock)) {
		case_due(page, used_of(view, clock, due_s), due_s);
	}
	html_open(html, "p");
	html_attr(html, "class", "quiet");
	html_text(html, t(page, "due"));
	html_text(html, " ");
	page_time(page, due_s);
	if (page_moment_of(clock, "ended") != 0) {
		html_textf(html, " · %s ", t(page, "ended"));
		page_time(page, page_moment_of(clock, "ended"));
	}
	html_close(html);
	html_close(html);
}

static int sooner(gconstpointer a, gconstpointer b)
{
	gint64 x = page_moment_of(*(JsonValue *const *)a, "due");
	gint64 y = page_moment_of(*(JsonValue *const *)b, "due");

	return (x > y) - (x < y);
}

static void clock_list(CasePage *view, const GPtrArray *clocks)
{
	html_open(view->page.html, "ul");
	html_attr(view->page.html, "class", "clocks");
	for (guint i = 0; i < clocks->len; i++) {
		clock_line(view, clocks->pdata[i]);
	}
	html_close(view->page.html);
}

/* What was, in one line that opens. */
static void ended_clocks(CasePage *view, const GPtrArray *ended)
{
	Page *page = &view->page;
	g_autofree char *title =
	    page_count(page, "%s has ended", "%s have ended", ended->len);

	html_open(page->html, "details");
	html_attr(page->html, "class", "more");
	html_element(page->html, "summary", NULL, title);
	clock_list(view, ended);
	html_close(page->html);
}

/* What runs, the next first; then what has ended. */
void case_clocks(CasePage *view)
{
	const JsonValue *clocks = json_get(view->row, "clocks");
	g_autoptr(GPtrArray) running = g_ptr_array_new();
	g_autoptr(GPtrArray) ended = g_ptr_array_new();
	Page *page = &view->page;

	for (guint i = 0; i < json_length(clocks); i++) {
		const JsonValue *clock = json_at(clocks, i);

		g_ptr_array_add(
		    clock_runs(clock) ? running : ended, (gpointer)clock);
	}
	g_ptr_array_sort(running, sooner);
	part_begin(view, "clocks", t(page, "Promised"));
	if (running->len > 0) {
		clock_list(view, running);
	} else {
		html_element(
		    page->html, "p", "empty", t(page, "Nothing runs."));
	}
	if (ended->len > 0) {
		ended_clocks(view, ended);
	}
	html_close(page->html);
}

/* ---- rules ---- */

static void points(
    Html *html, const JsonValue *hit, const char *name, const char *label)
{
	gint64 n = json_get_int(hit, name, 0);

	if (n != 0) {
		html_open(html, "span");
		html_attr(html, "class", "points");
		html_textf(html, "%+d %s", (int)n, label);
		html_close(html);
		html_text(html, " ");
	}
}

static void hit_line(CasePage *view, const JsonValue *hit)
{
	Page *page = &view->page;
	Html *html = page->html;
	const char *text = json_get_string(hit, "text");
	const char *topic = json_get_string(hit, "topic");

	html_open(html, "li");
	html_open(html, "p");
	html_element(html, "b", NULL, json_get_string(hit, "why"));
	html_close(html);
	if (text != NULL && *text != '\0') {
		html_open(html, "p");
		html_open(html, "q");
		html_attr(html, "dir", "auto");
		html_text_cut(html, text, 200);
		html_close(html);
		html_textf(html, " (%s)", json_get_string(hit, "in"));
		html_close(html);
	}
	html_open(html, "p");
	html_attr(html, "class", "quiet");
	points(html, hit, "points", page_word(page, topic));
	points(html, hit, "urgency", t(page, "urgency"));
	html_element(html, "code", NULL, json_get_string(hit, "name"));
	html_close(html);
	html_close(html);
}

/* Did it make the case what it is: its topic, or its urgency? */
static bool hit_counts(const CasePage *view, const JsonValue *hit)
{
	return json_get_int(hit, "urgency", 0) != 0 ||
	       (json_get_int(hit, "points", 0) > 0 &&
		   g_strcmp0(json_get_string(hit, "topic"),
		       json_get_string(view->row, "topic")) == 0);
}

/* A later message of the case may say the same once more. */
static bool hit_before(const JsonValue *hits, guint i)
{
	const char *name = json_get_string(json_at(hits, i), "name");

	while (i-- > 0) {
		if (g_strcmp0(
			json_get_string(json_at(hits, i), "name"), name) == 0) {
			return true;
		}
	}
	return false;
}

/* How many rules' hits count, or don't; printed with SHOW. */
static guint hit_list(CasePage *view, bool counting, bool show)
{
	const JsonValue *hits = json_get(view->row, "hits");
	guint n = 0;

	for (guint i = 0; i < json_length(hits); i++) {
		const JsonValue *hit = json_at(hits, i);

		if (hit_counts(view, hit) == counting && !hit_before(hits, i)) {
			n++;
			if (show) {
				hit_line(view, hit);
			}
		}
	}
	return n;
}

static void other_hits(CasePage *view, guint n)
{
	Page *page = &view->page;
	g_autofree char *title =
	    page_count(page, "%s other rule hit", "%s other rules hit", n);

	html_open(page->html, "details");
	html_attr(page->html, "class", "more");
	html_element(page->html, "summary", NULL, title);
	html_open(page->html, "ul");
	html_attr(page->html, "class", "hits");
	hit_list(view, false, true);
	html_close(page->html);
	html_close(page->html);
}

void case_why(CasePage *view)
{
	const JsonValue *urgency = json_get(view->row, "urgency");
	Page *page = &view->page;
	g_autofree char *score =
	    g_strdup_printf("%d", (int)json_get_int(urgency, "score", 0));
	g_autofree char *title =
	    page_say(page, N_("Why: score %s of 100"), score);
	guint others = hit_list(view, false, false);

	part_begin(view, "why", title);
	if (json_length(json_get(view->row, "hits")) == 0) {
		html_element(page->html, "p", "empty", t(page, "No rule hit."));
	}
	if (hit_list(view, true, false) > 0) {
		html_open(page->html, "ul");
		html_attr(page->html, "class", "hits");
		hit_list(view, true, true);
		html_close(page->html);
	}
	if (others > 0) {
		other_hits(view, others);
	}
	html_close(page->html);
}

/* ---- policy ---- */

static void step_row(Page *page, const JsonValue *step, gint64 *sum_s)
{
	Html *html = page->html;
	gint64 open_s = json_get_int(step, "open_s", 0);
	g_autofree char *open = page_duration(page, open_s);
	g_autofree char *sum = page_duration(page, *sum_s += open_s);

	html_open(html, "tr");
	html_open(html, "td");
	page_time(page, page_moment_of(step, "from"));
	html_close(html);
	html_open(html, "td");
	page_time(page, page_moment_of(step, "to"));
	html_close(html);
	html_element(html, "td", "num", open);
	html_element(html, "td", "num", sum);
	html_close(html);
}

static void steps_table(Page *page, const JsonValue *steps)
{
	Html *html = page->html;
	gint64 sum_s = 0;

	page_table(page, t(page, "Open hours that counted"));
	html_open(html, "thead");
	html_open(html, "tr");
	page_th(page, t(page, "from"), false);
	page_th(page, t(page, "to"), false);
	page_th(page, t(page, "open"), true);
	page_th(page, t(page, "sum"), true);
	html_close(html);
	html_close(html);
	html_open(html, "tbody");
	for (guint i = 0; i < json_length(steps); i++) {
		step_row(page, json_at(steps, i), &sum_s);
	}
	html_close(html);
	page_table_end(page);
}

void case_policy(CasePage *view)
{
	Page *page = &view->page;
	Html *html = page->html;
	const char *name = json_get_string(view->policy, "policy");
	const char *calendar = json_get_string(view->policy, "calendar");
	const char *zone = json_get_string(view->policy, "zone");

	part_begin(view, "policy", t(page, "Policy"));
	if (name == NULL) {
		html_element(html, "p", "empty", t(page, "No policy fits it."));
		html_close(html);
		return;
	}
	html_open(html, "p");
	html_element(html, "b", NULL, name);
	html_textf(html, " · %s (%s)", calendar != NULL ? calendar : "",
	    zone != NULL ? zone : "UTC");
	html_close(html);
	html_open(html, "details");
	html_element(html, "summary", NULL,
	    t(page, "How the first reply's deadline "
		    "follows"));
	steps_table(page, json_get(view->policy, "steps"));
	html_close(html);
	html_close(html);
}

/* ---- relatives ---- */

static void case_link(Page *page, const char *id)
{
	g_autofree char *url = g_strconcat("/cases/", id, NULL);

	html_open(page->html, "a");
	html_url(page->html, "href", url);
	html_text(page->html, id);
	html_close(page->html);
}

static void related_link(Page *page, const char *id)
{
	html_open(page->html, "li");
	case_link(page, id);
	html_close(page->html);
}

/* Not linked, but alike: whoever looks decides. */
static void related_hint(Page *page, const JsonValue *one)
{
	const char *id = json_get_string(one, "case");
	const char *why = json_get_string(one, "why");
	const char *state = json_get_string(one, "state");
	const char *subject = json_get_string(one, "subject");

	html_open(page->html, "li");
	case_link(page, id != NULL ? id : "");
	html_textf(page->html, " %s, %s", page_word(page, why),
	    page_word(page, state));
	if (subject != NULL) {
		html_text(page->html, ": ");
		html_text_cut(page->html, subject, 80);
	}
	html_close(page->html);
}

static void related_hints(CasePage *view)
{
	const JsonValue *related = json_get(view->row, "related");
	Page *page = &view->page;

	if (json_length(related) == 0) {
		return;
	}
	part_begin(view, "perhaps", t(page, "Perhaps related"));
	html_open(page->html, "ul");
	for (guint i = 0; i < json_length(related); i++) {
		related_hint(page, json_at(related, i));
	}
	html_close(page->html);
	html_close(page->html);
}

static void related_links(CasePage *view)
{
	const JsonValue *links = json_get(view->row, "links");
	const char *into = json_get_string(view->row, "merged_into");
	Page *page = &view->page;

	if (json_length(links) == 0 && into == NULL) {
		return;
	}
	part_begin(view, "related", t(page, "Related cases"));
	html_open(page->html, "ul");
	if (into != NULL) {
		related_link(page, into);
	}
	for (guint i = 0; i < json_length(links); i++) {
		const char *id = json_as_string(json_at(links, i));

		if (id != NULL) {
			related_link(page, id);
		}
	}
	html_close(page->html);
	html_close(page->html);
}

void case_related(CasePage *view)
{
	related_links(view);
	related_hints(view);
}
