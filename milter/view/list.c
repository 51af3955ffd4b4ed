/* The list of cases: one line each, what is due next first. */
#include <string.h>

#include "view/internal.h"

static const Column columns[] = {
    {"CASE", false, 0},
    {"DUE", false, 0},
    {"URGENCY", false, 0},
    {"TOPIC", false, 8},
    {"TEAM", false, 8},
    {"STATE", false, 0},
    {"FROM", false, 12},
    {"SUBJECT", false, 12},
};

/* The earliest of a case's running deadlines; 0 without one. */
static gint64 next_due_s(const JsonValue *row)
{
	static const char *const metrics[] = {
	    "first_reply", "next_reply", "resolve"};
	const JsonValue *due = json_get(row, "due");
	gint64 next_s = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(metrics); i++) {
		gint64 at_s = moment(due, metrics[i]);

		if (at_s != 0 && (next_s == 0 || at_s < next_s)) {
			next_s = at_s;
		}
	}
	return next_s;
}

static char *subject_cell(const JsonValue *row)
{
	char *subject = cell(row, "subject");

	if (*subject != '\0') {
		return subject;
	}
	g_free(subject);
	return g_strdup(
	    json_get(row, "subject") == NULL ? "(not shown)" : "(no subject)");
}

void cases_row(View *view, const JsonValue *row, GString *out)
{
	gint64 due_s = next_due_s(row);
	bool overdue = json_length(json_get(row, "overdue")) > 0;
	char *cells[] = {
	    cell(row, "id"),
	    due_s == 0 ? g_strdup("-") : until(due_s, view->style.now_s),
	    cell(json_get(row, "urgency"), "level"),
	    cell(row, "topic"),
	    cell(row, "team"),
	    cell(row, "state"),
	    cell(row, "from"),
	    subject_cell(row),
	};

	(void)out;
	if (view->table == NULL) {
		view->table = table_new(columns, G_N_ELEMENTS(columns));
	}
	table_add(view->table, overdue ? PAINT_ALARM : PAINT_NONE, cells);
}

void cases_end(View *view, GString *out)
{
	if (view->table != NULL) {
		table_print(view->table, &view->style, out);
	}
}
