/* What will come, a line each. */
#include "anteroom/times.h"
#include "view/internal.h"

static const Column columns[] = {
    {"AT", false, 0},
    {"WHAT", false, 0},
    {"CASE", false, 0},
    {"TEAM", false, 8},
    {"CLOCK", false, 0},
    {"TELLS", false, 16},
};

/* "first_reply 1 75%", "first_reply 1 2h late" */
static char *clock_cell(const JsonValue *row)
{
	g_autofree char *metric = cell(row, "metric");
	g_autofree char *late = NULL;
	gint64 instance = json_get_int(row, "instance", 0);

	if (*metric == '\0') {
		return g_strdup("");
	}
	if (json_get(row, "level") != NULL) {
		return g_strdup_printf("%s %d %d%%", metric, (int)instance,
		    (int)json_get_int(row, "level", 0));
	}
	if (json_get(row, "after_s") == NULL) {
		return g_strdup_printf("%s %d", metric, (int)instance);
	}
	late = times_duration(json_get_int(row, "after_s", 0));
	return g_strdup_printf("%s %d %s late", metric, (int)instance, late);
}

static char *tells_cell(const JsonValue *row)
{
	const JsonValue *notices = json_get(row, "notices");
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < json_length(notices); i++) {
		g_autofree char *to = cell(json_at(notices, i), "to");

		g_string_append(text, i > 0 ? ", " : "");
		g_string_append(text, to);
	}
	return g_string_free(text, FALSE);
}

void forecast_row(View *view, const JsonValue *row, GString *out)
{
	const char *what = json_get_string(row, "what");
	bool warning = g_strcmp0(what, "warning") == 0;
	bool resume = g_strcmp0(what, "resume") == 0;
	char *cells[] = {
	    cell_time(row, "at"),
	    cell(row, "what"),
	    cell(row, "case"),
	    cell(row, "team"),
	    clock_cell(row),
	    tells_cell(row),
	};

	(void)out;
	if (view->table == NULL) {
		view->table = table_new(columns, G_N_ELEMENTS(columns));
	}
	table_add(view->table,
	    resume    ? PAINT_NONE
	    : warning ? PAINT_WARN
		      : PAINT_ALARM,
	    cells);
}
