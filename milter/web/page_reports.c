/*
 * Reports: a period summed up, in tables and charts. Each chart has its table,
 * each table is there as CSV, and paper gets all of it.
 */
#include <string.h>

#include "anteroom/times.h"
#include "web/pages.h"
#include "web/report.h"

#define DAY_S 86400

void panel_begin(Page *page, const char *id, const char *title, bool wide)
{
	Html *html = page->html;

	html_open(html, "section");
	html_attr(html, "class", wide ? "panel wide" : "panel");
	html_attr(html, "aria-labelledby", id);
	html_open(html, "h2");
	html_attr(html, "id", id);
	html_text(html, title);
	html_close(html);
}

/* ---- which period ---- */

static const struct {
	const char *days;
	const char *label;
} periods[] = {
    {"7", N_("1 week")},
    {"28", N_("4 weeks")},
    {"91", N_("13 weeks")},
    {"364", N_("52 weeks")},
};

static const char *field(const WebRequest *request, const char *name)
{
	const char *value = fields_get(request->query, name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static const char *days_of(const WebRequest *request)
{
	const char *days = field(request, "days");

	for (gsize i = 0; days != NULL && i < G_N_ELEMENTS(periods); i++) {
		if (strcmp(days, periods[i].days) == 0) {
			return periods[i].days;
		}
	}
	return "28";
}

bool report_ask(const WebRequest *request, GPtrArray **rows, GError **error)
{
	gint64 days = g_ascii_strtoll(days_of(request), NULL, 10);
	g_autofree char *from = times_rfc3339(request->now_s - days * DAY_S);

	return web_ask(request, rows, error, "report", "team",
	    field(request, "team"), "topic", field(request, "topic"), "from",
	    from, NULL);
}

static void filter(ReportPage *view)
{
	Page *page = &view->page;
	const WebRequest *request = page->request;
	const Conf *conf = request->conf;

	form_begin_get(page, "/reports", "filter");
	form_select(page, "days", t(page, "Period"));
	for (gsize i = 0; i < G_N_ELEMENTS(periods); i++) {
		form_option(page, periods[i].days, t(page, periods[i].label),
		    days_of(request));
	}
	html_close(page->html);
	html_close(page->html);
	form_select(page, "team", t(page, "Team"));
	form_option(page, "", t(page, "all teams"), field(request, "team"));
	for (guint i = 0; i < conf->teams->len; i++) {
		const char *name = ((Team *)conf->teams->pdata[i])->name;

		form_option(page, name, name, field(request, "team"));
	}
	html_close(page->html);
	html_close(page->html);
	form_select(page, "topic", t(page, "Topic"));
	form_option(page, "", t(page, "any topic"), field(request, "topic"));
	for (guint i = 0; i < conf->topics->len; i++) {
		const char *name = ((Topic *)conf->topics->pdata[i])->name;

		form_option(page, name, name, field(request, "topic"));
	}
	html_close(page->html);
	html_close(page->html);
	form_button(page, t(page, "Show"), NULL);
	html_close(page->html);
}

/* ---- the sums ---- */

static void tile_begin(Html *html, const char *class_name)
{
	html_open(html, "li");
	html_attr(html, "class", class_name);
	html_open(html, "span");
	html_open(html, "b");
}

static void tile_end(Html *html, const char *label)
{
	html_close(html);
	html_element(html, "span", NULL, label);
	html_close(html);
	html_close(html);
}

static void number_tile(Page *page, const JsonValue *object, const char *name,
    const char *label, const char *class_name)
{
	gint64 n = json_get_int(object, name, 0);

	tile_begin(page->html, n > 0 ? class_name : NULL);
	html_textf(page->html, "%" G_GINT64_FORMAT, n);
	tile_end(page->html, label);
}

static void time_tile(
    Page *page, const JsonValue *reply, const char *name, const char *label)
{
	g_autofree char *text =
	    json_get(reply, name) != NULL
		? page_duration(page, json_get_int(reply, name, 0))
		: g_strdup("–");

	tile_begin(page->html, NULL);
	html_text(page->html, text);
	tile_end(page->html, label);
}

static void tiles(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *all = json_get(view->row, "all");
	const JsonValue *reply = json_get(all, "first_reply");

	html_open(page->html, "ul");
	html_attr(page->html, "class", "tiles sums");
	number_tile(page, all, "arrived", t(page, "arrived"), NULL);
	number_tile(page, all, "answered", t(page, "answered"), NULL);
	tile_begin(page->html, NULL);
	page_share(page, json_get_int(reply, "met", 0),
	    json_get_int(reply, "missed", 0));
	tile_end(page->html, t(page, "in time"));
	time_tile(page, reply, "median_s", t(page, "median first reply"));
	time_tile(page, reply, "p90_s", t(page, "90 of 100 within"));
	number_tile(page, view->row, "breaches_all", t(page, "broken targets"),
	    "alarm");
	html_close(page->html);
}

/* ---- teams, topics, weeks ---- */

/* What follows from the others, and has no room on a phone. */
static void spare_num(Page *page, gint64 number)
{
	html_open(page->html, "td");
	html_attr(page->html, "class", "num spare");
	html_textf(page->html, "%" G_GINT64_FORMAT, number);
	html_close(page->html);
}

static void spare_th(Page *page, const char *text)
{
	html_open(page->html, "th");
	html_attr(page->html, "scope", "col");
	html_attr(page->html, "class", "num spare");
	html_text(page->html, text);
	html_close(page->html);
}

static void group_row(Page *page, const char *name, const JsonValue *group)
{
	const JsonValue *reply = json_get(group, "first_reply");
	Html *html = page->html;

	html_open(html, "tr");
	html_open(html, "th");
	html_attr(html, "scope", "row");
	html_text(html, name);
	html_close(html);
	page_td_num(page, json_get_int(group, "arrived", 0));
	spare_num(page, json_get_int(group, "answered", 0));
	spare_num(page, json_get_int(group, "open", 0));
	page_td_num(page, json_get_int(group, "overdue", 0));
	html_open(html, "td");
	html_attr(html, "class", "num");
	page_share(page, json_get_int(reply, "met", 0),
	    json_get_int(reply, "missed", 0));
	html_close(html);
	page_td_duration(page, reply, "median_s");
	page_td_duration(page, reply, "p90_s");
	html_close(html);
}

static void group_head(Page *page, const char *first)
{
	html_open(page->html, "thead");
	html_open(page->html, "tr");
	page_th(page, first, false);
	page_th(page, t(page, "arrived"), true);
	spare_th(page, t(page, "answered"));
	spare_th(page, t(page, "open"));
	page_th(page, t(page, "overdue"), true);
	page_th(page, t(page, "in time"), true);
	page_th(page, t(page, "median"), true);
	page_th(page, "90 %", true);
	html_close(page->html);
	html_close(page->html);
}

static void groups(ReportPage *view, const char *member, const char *name,
    const char *title, const char *first)
{
	Page *page = &view->page;
	const JsonValue *list = json_get(view->row, member);

	panel_begin(page, member, title, false);
	page_table(page, title);
	group_head(page, first);
	html_open(page->html, "tbody");
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *group = json_at(list, i);

		group_row(
		    page, page_word(page, json_get_string(group, name)), group);
	}
	html_close(page->html);
	page_table_end(page);
	html_close(page->html);
}

/* ---- what was late ---- */

static void breach_row(Page *page, const JsonValue *breach)
{
	Html *html = page->html;
	const char *id = json_get_string(breach, "case");
	g_autofree char *url = g_strconcat("/cases/", id, NULL);

	html_open(html, "tr");
	html_open(html, "td");
	html_open(html, "a");
	html_url(html, "href", url);
	html_text(html, id);
	html_close(html);
	html_close(html);
	page_td(page, page_word(page, json_get_string(breach, "metric")));
	page_td(page, json_get_string(breach, "team"));
	page_td(page, page_word(page, json_get_string(breach, "topic")));
	html_open(html, "td");
	page_urgency(page, json_get_string(breach, "urgency"));
	html_close(html);
	page_td_duration(page, breach, "late_s");
	page_td(page, page_word(page, json_get_string(breach, "why")));
	html_close(html);
}

static void breaches(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *list = json_get(view->row, "breaches");
	const char *const heads[] = {N_("Case"), N_("promised"), N_("Team"),
	    N_("Topic"), N_("Urgency"), N_("late by"), N_("why")};

	panel_begin(page, "breaches", t(page, "Broken targets"), true);
	if (json_length(list) == 0) {
		html_element(page->html, "p", "empty",
		    t(page, "Everything was in time."));
		html_close(page->html);
		return;
	}
	page_table(page, t(page, "Broken targets"));
	html_open(page->html, "thead");
	html_open(page->html, "tr");
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		page_th(page, t(page, heads[i]), i == 5);
	}
	html_close(page->html);
	html_close(page->html);
	html_open(page->html, "tbody");
	for (guint i = 0; i < MIN(json_length(list), 60); i++) {
		breach_row(page, json_at(list, i));
	}
	html_close(page->html);
	page_table_end(page);
	html_close(page->html);
}

/* ---- who held them, and promises ---- */

static void holding(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *list = json_get(view->row, "holding");

	panel_begin(
	    page, "holding", t(page, "How long teams held cases"), false);
	page_table(page, t(page, "How long teams held cases"));
	html_open(page->html, "thead");
	html_open(page->html, "tr");
	page_th(page, t(page, "Team"), false);
	page_th(page, t(page, "cases"), true);
	page_th(page, t(page, "median"), true);
	page_th(page, t(page, "longest"), true);
	html_close(page->html);
	html_close(page->html);
	html_open(page->html, "tbody");
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *team = json_at(list, i);

		html_open(page->html, "tr");
		page_td(page, json_get_string(team, "team"));
		page_td_num(page, json_get_int(team, "cases", 0));
		page_td_duration(page, team, "median_s");
		page_td_duration(page, team, "longest_s");
		html_close(page->html);
	}
	html_close(page->html);
	page_table_end(page);
	html_close(page->html);
}

static void promises(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *promises = json_get(view->row, "promises");

	panel_begin(
	    page, "promises", t(page, "Promises made in replies"), false);
	html_open(page->html, "ul");
	html_attr(page->html, "class", "tiles sums");
	number_tile(page, promises, "kept", t(page, "kept"), NULL);
	number_tile(page, promises, "broken", t(page, "broken"), "alarm");
	number_tile(page, promises, "running", t(page, "running"), NULL);
	html_close(page->html);
	html_close(page->html);
}

/* ---- to take away ---- */

static void downloads(ReportPage *view)
{
	static const struct {
		const char *table;
		const char *label;
	} files[] = {{"teams", N_("teams")}, {"topics", N_("topics")},
	    {"weeks", N_("weeks")}, {"days", N_("days")},
	    {"breaches", N_("broken targets")}, {"holding", N_("holding")}};
	Page *page = &view->page;
	const WebRequest *request = page->request;

	html_open(page->html, "p");
	html_attr(page->html, "class", "downloads");
	html_element(page->html, "span", "quiet", t(page, "As CSV:"));
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *url =
		    html_href("/reports.csv", "table", files[i].table, "days",
			days_of(request), "team", field(request, "team"),
			"topic", field(request, "topic"), NULL);

		html_open(page->html, "a");
		html_url(page->html, "href", url);
		html_text(page->html, t(page, files[i].label));
		html_close(page->html);
	}
	html_close(page->html);
}

static void period_line(ReportPage *view)
{
	Page *page = &view->page;

	html_open(page->html, "p");
	html_attr(page->html, "class", "quiet");
	page_time(page, page_moment_of(view->row, "from"));
	html_text(page->html, " – ");
	page_time(page, page_moment_of(view->row, "to"));
	html_textf(page->html, " (%s)", json_get_string(view->row, "zone"));
	html_close(page->html);
}

static void print_report(ReportPage *view)
{
	Page *page = &view->page;

	html_open(page->html, "div");
	html_attr(page->html, "class", "title-line");
	html_element(page->html, "h1", NULL, t(page, "Reports"));
	period_line(view);
	html_close(page->html);
	filter(view);
	tiles(view);
	downloads(view);
	html_open(page->html, "div");
	html_attr(page->html, "class", "panels");
	groups(view, "teams", "team", t(page, "Teams"), t(page, "Team"));
	report_arrivals(view);
	groups(view, "topics", "topic", t(page, "Topics"), t(page, "Topic"));
	report_hours(view);
	report_times_chart(view);
	report_used(view);
	groups(view, "weeks", "week", t(page, "Weeks"), t(page, "week of"));
	report_weeks_chart(view);
	report_ages_chart(view);
	holding(view);
	promises(view);
	html_close(page->html);
	breaches(view);
}

void reports_page(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GError) error = NULL;
	ReportPage view = {0};

	if (!report_ask(request, &rows, &error) || rows->len == 0) {
		reply_error(request, reply, error);
		return;
	}
	view.row = rows->pdata[0];
	page_begin(&view.page, request, reply, N_("Reports"));
	print_report(&view);
	page_end(&view.page);
}
