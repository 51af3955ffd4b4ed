/* The reports' tables as CSV, each cell harmless to a spreadsheet. */
#include <string.h>

#include "anteroom/view.h"
#include "web/pages.h"

typedef struct {
	const char *heading;
	const char *name; /* member of the row, or of FIRST_REPLY's */
	bool first_reply;
} CsvColumn;

/* One table: the array of the report's row, and its columns. */
typedef struct {
	const char *table;
	CsvColumn columns[11];
} CsvTable;

#define GROUP(name)                                                       \
	{                                                                 \
		{name, name, false}, {"arrived", "arrived", false},       \
		    {"answered", "answered", false},                      \
		    {"closed", "closed", false}, {"open", "open", false}, \
		    {"overdue", "overdue", false}, {"met", "met", true},  \
		    {"missed", "missed", true},                           \
		    {"median_s", "median_s", true},                       \
		{                                                         \
			"p90_s", "p90_s", true                            \
		}                                                         \
	}

static const CsvTable tables[] = {
    {"teams", GROUP("team")},
    {"topics", GROUP("topic")},
    {"weeks", GROUP("week")},
    {"breaches", {{"case", "case", false}, {"team", "team", false},
		     {"topic", "topic", false}, {"urgency", "urgency", false},
		     {"metric", "metric", false}, {"due", "due", false},
		     {"ended", "ended", false}, {"late_s", "late_s", false},
		     {"why", "why", false}}},
    {"holding", {{"team", "team", false}, {"cases", "cases", false},
		    {"median_s", "median_s", false},
		    {"longest_s", "longest_s", false}}},
};

static void cell(GString *out, const JsonValue *object, const char *name)
{
	const char *text = json_get_string(object, name);

	if (text != NULL) {
		view_csv_cell(out, text);
	} else if (json_get(object, name) != NULL) {
		g_string_append_printf(
		    out, "%" G_GINT64_FORMAT, json_get_int(object, name, 0));
	}
}

static void print_table(
    GString *out, const CsvTable *table, const JsonValue *report)
{
	const JsonValue *list = json_get(report, table->table);

	for (const CsvColumn *c = table->columns; c->name != NULL; c++) {
		g_string_append_printf(
		    out, "%s%s", c == table->columns ? "" : ",", c->heading);
	}
	g_string_append(out, "\r\n");
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *row = json_at(list, i);

		for (const CsvColumn *c = table->columns; c->name != NULL;
		     c++) {
			g_string_append(out, c == table->columns ? "" : ",");
			cell(out,
			    c->first_reply ? json_get(row, "first_reply") : row,
			    c->name);
		}
		g_string_append(out, "\r\n");
	}
}

/* A column a topic. */
static void print_days(GString *out, const JsonValue *report)
{
	const JsonValue *topics = json_get(report, "topics");
	const JsonValue *days = json_get(report, "days");

	g_string_append(out, "day");
	for (guint i = 0; i < json_length(topics); i++) {
		g_string_append_c(out, ',');
		cell(out, json_at(topics, i), "topic");
	}
	g_string_append(out, "\r\n");
	for (guint i = 0; i < json_length(days); i++) {
		const JsonValue *day = json_at(days, i);
		const JsonValue *numbers = json_get(day, "topics");

		cell(out, day, "day");
		for (guint k = 0; k < json_length(numbers); k++) {
			g_string_append_printf(out, ",%" G_GINT64_FORMAT,
			    json_as_int(json_at(numbers, k), 0));
		}
		g_string_append(out, "\r\n");
	}
}

static bool print_named(GString *out, const char *name, const JsonValue *report)
{
	if (g_strcmp0(name, "days") == 0) {
		print_days(out, report);
		return true;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		if (g_strcmp0(name, tables[i].table) == 0) {
			print_table(out, &tables[i], report);
			return true;
		}
	}
	return false;
}

void reports_csv(const WebRequest *request, WebReply *reply)
{
	const char *name = fields_get(request->query, "table");
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) out = g_string_new(NULL);

	if (!report_ask(request, &rows, &error) || rows->len == 0) {
		reply_error(request, reply, error);
		return;
	}
	if (!print_named(out, name, rows->pdata[0])) {
		reply_problem(request, reply, 404, "There is no such table.");
		return;
	}
	g_string_append_len(reply_html(reply), out->str, (gssize)out->len);
	reply->type = "text/csv; charset=utf-8";
	reply->filename = g_strdup_printf("anteroom-%s.csv", name);
}
