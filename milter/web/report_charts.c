/* The charts of the reports' page: the rows' numbers as data, the words of the
 * reader's language beside, and the same numbers as a table below. */
#include <string.h>

#include "anteroom/chart.h"
#include "web/report.h"

#define OWN_SERIES 7 /* topics with a colour of their own */

/* Labels and numbers that live as long as a chart is drawn. */
typedef struct {
	GPtrArray *places; /* of char * */
	GPtrArray *series;
	GArray *values; /* of double */
} Data;

static Data data_new(void)
{
	return (Data){.places = g_ptr_array_new_with_free_func(g_free),
	    .series = g_ptr_array_new_with_free_func(g_free),
	    .values = g_array_new(FALSE, FALSE, sizeof(double))};
}

static void data_clear(Data *data)
{
	g_ptr_array_unref(data->places);
	g_ptr_array_unref(data->series);
	g_array_unref(data->values);
}

static void add_value(Data *data, double value)
{
	g_array_append_val(data->values, value);
}

static ChartData chart_of(const Data *data)
{
	return (ChartData){.series = (const char *const *)data->series->pdata,
	    .n_series = data->series->len,
	    .places = (const char *const *)data->places->pdata,
	    .n_places = data->places->len,
	    .values = (const double *)(gpointer)data->values->data};
}

/* The same numbers, for those who can't or won't look at a picture. */
static void data_table(Page *page, const Data *data, const char *caption)
{
	Html *html = page->html;
	guint n = data->series->len;

	html_open(html, "details");
	html_element(html, "summary", NULL, t(page, "As a table"));
	page_table(page, caption);
	html_open(html, "thead");
	html_open(html, "tr");
	page_th(page, "", false);
	for (guint s = 0; s < n; s++) {
		page_th(page, data->series->pdata[s], true);
	}
	html_close(html);
	html_close(html);
	html_open(html, "tbody");
	for (guint i = 0; i < data->places->len; i++) {
		html_open(html, "tr");
		html_open(html, "th");
		html_attr(html, "scope", "row");
		html_text(html, data->places->pdata[i]);
		html_close(html);
		for (guint s = 0; s < n; s++) {
			double v =
			    g_array_index(data->values, double, i *n + s);

			html_open(html, "td");
			html_attr(html, "class", "num");
			if (v >= 0) {
				html_textf(html, "%.0f", v);
			}
			html_close(html);
		}
		html_close(html);
	}
	html_close(html);
	page_table_end(page);
	html_close(html);
}

typedef struct {
	const char *id, *title, *desc;
	void (*draw)(Page *page, ChartData *chart);
} Panel;

/* A chart of DATA with its heading and its table. Clears DATA. */
static void chart_panel(Page *page, Data *data, const Panel *panel)
{
	Html *html = page->html;
	ChartData chart = chart_of(data);
	g_autofree char *id = g_strconcat(panel->id, "-chart", NULL);

	chart.head =
	    (ChartHead){.id = id, .title = panel->title, .desc = panel->desc};
	panel_begin(page, panel->id, panel->title, false);
	html_open(html, "div");
	html_attr(html, "class", "chart-box");
	html_attr(html, "tabindex", "0");
	html_attr(html, "role", "region");
	html_attr(html, "aria-label", t(page, "Chart"));
	panel->draw(page, &chart);
	html_close(html);
	data_table(page, data, panel->title);
	html_close(html);
	data_clear(data);
}

static void draw_bars(Page *page, ChartData *chart)
{
	chart_bars(page->html, chart);
}

static void draw_heat(Page *page, ChartData *chart)
{
	chart_heat(page->html, chart);
}

static void draw_used(Page *page, ChartData *chart)
{
	chart_histogram(page->html, chart, 10, t(page, "the target"));
}

static void draw_shares(Page *page, ChartData *chart)
{
	chart->top = 100;
	chart_lines(page->html, chart);
}

static void draw_rows(Page *page, ChartData *chart)
{
	chart_rows(page->html, chart, NULL);
}

/* ---- arrivals by topic and day ---- */

static guint own_series(const JsonValue *topics)
{
	guint n = json_length(topics);

	return n > OWN_SERIES + 1 ? OWN_SERIES : n;
}

static void arrival_series(ReportPage *view, Data *data)
{
	const JsonValue *topics = json_get(view->row, "topics");
	guint own = own_series(topics);

	for (guint i = 0; i < own; i++) {
		g_ptr_array_add(data->series,
		    g_strdup(page_word(&view->page,
			json_get_string(json_at(topics, i), "topic"))));
	}
	if (json_length(topics) > own) {
		g_ptr_array_add(
		    data->series, g_strdup(t(&view->page, "others")));
	}
}

static void arrival_day(const Page *page, Data *data, const JsonValue *day)
{
	const JsonValue *topics = json_get(day, "topics");
	const char *name = json_get_string(day, "day");
	guint n = data->series->len;
	double rest = 0;

	g_ptr_array_add(data->places, page_day(page, name != NULL ? name : ""));
	for (guint i = 0; i < json_length(topics); i++) {
		double value = (double)json_as_int(json_at(topics, i), 0);

		if (i + 1 < n || n == json_length(topics)) {
			add_value(data, value);
		} else {
			rest += value;
		}
	}
	if (n > 0 && n < json_length(topics)) {
		add_value(data, rest);
	}
}

void report_arrivals(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *days = json_get(view->row, "days");
	Data data = data_new();

	arrival_series(view, &data);
	for (guint i = 0; i < json_length(days); i++) {
		arrival_day(page, &data, json_at(days, i));
	}
	chart_panel(page, &data,
	    &(Panel){"arrivals", t(page, "Arrivals by day and topic"),
		t(page, "A column a day; each topic is a part of it."),
		draw_bars});
}

/* ---- hour of the week ---- */

void report_hours(ReportPage *view)
{
	static const char *const names[] = {N_("Mon"), N_("Tue"), N_("Wed"),
	    N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};
	Page *page = &view->page;
	const JsonValue *hours = json_get(view->row, "hours");
	Data data = data_new();

	for (guint day = 0; day < G_N_ELEMENTS(names); day++) {
		g_ptr_array_add(data.series, g_strdup(t(page, names[day])));
	}
	for (guint h = 0; h < 24; h++) {
		g_ptr_array_add(data.places, g_strdup_printf("%u", h));
		for (guint day = 0; day < G_N_ELEMENTS(names); day++) {
			add_value(
			    &data, (double)json_as_int(
				       json_at(json_at(hours, day), h), 0));
		}
	}
	chart_panel(page, &data,
	    &(Panel){"hours", t(page, "Arrivals by hour of the week"),
		t(page, "A row a day, a column an hour; darker is more."),
		draw_heat});
}

/* ---- reply times ---- */

/* "≤ 4 h"; "more" for the open class. */
static char *bound_label(const Page *page, const JsonValue *class)
{
	g_autofree char *text = NULL;

	if (json_get(class, "up_to_s") == NULL) {
		return g_strdup(t(page, "more"));
	}
	text = page_duration(page, json_get_int(class, "up_to_s", 0));
	return g_strconcat("≤ ", text, NULL);
}

void report_times_chart(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *classes = json_get(view->row, "reply_times");
	Data data = data_new();

	g_ptr_array_add(data.series, g_strdup(t(page, "in time")));
	g_ptr_array_add(data.series, g_strdup(t(page, "late")));
	for (guint i = 0; i < json_length(classes); i++) {
		const JsonValue *class = json_at(classes, i);

		g_ptr_array_add(data.places, bound_label(page, class));
		add_value(&data, (double)json_get_int(class, "in_time", 0));
		add_value(&data, (double)json_get_int(class, "late", 0));
	}
	chart_panel(page, &data,
	    &(Panel){"times", t(page, "Time until the first reply"),
		t(page, "How many replies took how long, by the wall clock."),
		draw_bars});
}

void report_used(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *tenths = json_get(view->row, "used_tenths");
	guint n = json_length(tenths);
	Data data = data_new();

	g_ptr_array_add(data.series, g_strdup(t(page, "replies")));
	for (guint i = 0; i < n; i++) {
		g_ptr_array_add(data.places,
		    i + 1 < n ? g_strdup_printf("%u %%", (i + 1) * 10)
			      : g_strdup(t(page, "more")));
		add_value(&data, (double)json_as_int(json_at(tenths, i), 0));
	}
	chart_panel(page, &data,
	    &(Panel){"used", t(page, "How much of the promised time it took"),
		t(page, "Open hours until the reply, in hundredths of what was "
			"promised; right of the line is late."),
		draw_used});
}

/* ---- weeks ---- */

void report_weeks_chart(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *weeks = json_get(view->row, "weeks");
	Data data = data_new();

	g_ptr_array_add(data.series, g_strdup(t(page, "in time, %")));
	for (guint i = 0; i < json_length(weeks); i++) {
		const JsonValue *week = json_at(weeks, i);
		const JsonValue *reply = json_get(week, "first_reply");
		const char *name = json_get_string(week, "week");
		gint64 met = json_get_int(reply, "met", 0);
		gint64 all = met + json_get_int(reply, "missed", 0);

		g_ptr_array_add(
		    data.places, page_day(page, name != NULL ? name : ""));
		add_value(
		    &data, all > 0 ? (double)met * 100 / (double)all : -1);
	}
	chart_panel(page, &data,
	    &(Panel){"shares", t(page, "Share in time, by week"),
		t(page, "First replies before their deadline, of a hundred."),
		draw_shares});
}

/* ---- ages ---- */

void report_ages_chart(ReportPage *view)
{
	Page *page = &view->page;
	const JsonValue *classes = json_get(view->row, "open_ages");
	Data data = data_new();

	g_ptr_array_add(data.series, g_strdup(t(page, "cases")));
	for (guint i = 0; i < json_length(classes); i++) {
		const JsonValue *class = json_at(classes, i);

		g_ptr_array_add(data.places, bound_label(page, class));
		add_value(&data, (double)json_get_int(class, "cases", 0));
	}
	chart_panel(page, &data,
	    &(Panel){"ages", t(page, "Open cases by age"),
		t(page, "What is open now, by how long ago it arrived."),
		draw_rows});
}
