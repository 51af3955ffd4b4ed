/* What the rules did, as a table. */
#include "view/internal.h"

static const Column columns[] = {
    {"RULE", false, 16},
    {"TOPIC", false, 8},
    {"HITS", true, 0},
    {"CORRECTED", true, 0},
    {"STAYED", true, 0},
    {"LAST", false, 0},
};

void rules_row(View *view, const JsonValue *row, GString *out)
{
	char *cells[] = {
	    cell(row, "rule"),
	    cell(row, "topic"),
	    cell_int(row, "hits"),
	    cell_int(row, "corrected"),
	    json_get(row, "precision_pct") == NULL
		? g_strdup("-")
		: g_strdup_printf(
		      "%d%%", (int)json_get_int(row, "precision_pct", 0)),
	    cell_time(row, "last_at"),
	};

	(void)out;
	if (view->table == NULL) {
		view->table = table_new(columns, G_N_ELEMENTS(columns));
	}
	table_add(view->table,
	    json_get_int(row, "corrected", 0) > 0 ? PAINT_WARN : PAINT_NONE,
	    cells);
}

void rules_end(View *view, GString *out)
{
	if (view->table != NULL) {
		table_print(view->table, &view->style, out);
	}
}
