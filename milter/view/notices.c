/* Notices as a table. */
#include "anteroom/times.h"
#include "view/internal.h"

static const Column columns[] = {
    {"NOTICE", false, 0},
    {"KIND", false, 0},
    {"CASE", false, 0},
    {"TO", false, 16},
    {"DUE", false, 0},
    {"STATE", false, 0},
    {"WHAT", false, 16},
};

static char *due_cell(const View *view, const JsonValue *row)
{
	gint64 next_s = moment(row, "next");

	if (next_s == 0) {
		return cell_time(row, "ended");
	}
	return next_s <= view->style.now_s ? g_strdup("now")
					   : until(next_s, view->style.now_s);
}

/* What went wrong before what it is about. */
static char *what_cell(const JsonValue *row)
{
	const char *error = json_get_string(row, "error");

	return error != NULL ? cell(row, "error") : cell(row, "detail");
}

void notices_row(View *view, const JsonValue *row, GString *out)
{
	bool dead = g_strcmp0(json_get_string(row, "state"), "dead") == 0;
	char *cells[] = {
	    cell(row, "notice"),
	    cell(row, "kind"),
	    cell(row, "case"),
	    cell(row, "to"),
	    due_cell(view, row),
	    cell(row, "state"),
	    what_cell(row),
	};

	(void)out;
	if (view->table == NULL) {
		view->table = table_new(columns, G_N_ELEMENTS(columns));
	}
	table_add(view->table, dead ? PAINT_ALARM : PAINT_NONE, cells);
}

void notices_end(View *view, GString *out)
{
	if (view->table != NULL) {
		table_print(view->table, &view->style, out);
	}
}
