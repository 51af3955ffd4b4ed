/* A period in numbers: one table each for teams, topics and weeks, then what
 * was late. */
#include "anteroom/times.h"
#include "view/internal.h"

#define SHOWN_BREACHES 20

static char *seconds_cell(const JsonValue *object, const char *name)
{
	return json_get(object, name) == NULL
		   ? g_strdup("-")
		   : times_duration(json_get_int(object, name, 0));
}

static char *share_cell(const JsonValue *first_reply)
{
	gint64 met = json_get_int(first_reply, "met", 0);
	gint64 all = met + json_get_int(first_reply, "missed", 0);

	return all == 0
		   ? g_strdup("-")
		   : g_strdup_printf("%" G_GINT64_FORMAT "%%", met * 100 / all);
}

static void add_group(Table *table, char *name, const JsonValue *group)
{
	const JsonValue *first_reply = json_get(group, "first_reply");
	bool late = json_get_int(group, "overdue", 0) > 0;
	char *cells[] = {
	    name,
	    cell_int(group, "arrived"),
	    cell_int(group, "answered"),
	    cell_int(group, "open"),
	    cell_int(group, "overdue"),
	    share_cell(first_reply),
	    seconds_cell(first_reply, "median_s"),
	    seconds_cell(first_reply, "p90_s"),
	};

	table_add(table, late ? PAINT_ALARM : PAINT_NONE, cells);
}

static void groups(View *view, const JsonValue *row, const char *member,
    const Column *first, GString *out)
{
	const Column columns[] = {
	    *first,
	    {"ARRIVED", true, 0},
	    {"ANSWERED", true, 0},
	    {"OPEN", true, 0},
	    {"OVERDUE", true, 0},
	    {"IN TIME", true, 0},
	    {"MEDIAN REPLY", true, 0},
	    {"90%", true, 0},
	};
	const JsonValue *list = json_get(row, member);
	Table *table = table_new(columns, G_N_ELEMENTS(columns));

	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *group = json_at(list, i);
		const char *name = json_get(group, "team") != NULL    ? "team"
				   : json_get(group, "topic") != NULL ? "topic"
								      : "week";

		add_group(table, cell(group, name), group);
	}
	if (member[0] == 't' && member[1] == 'e') {
		add_group(table, g_strdup("(all)"), json_get(row, "all"));
	}
	g_string_append_c(out, '\n');
	table_print(table, &view->style, out);
	table_free(table);
}

static void breaches(View *view, const JsonValue *row, GString *out)
{
	static const Column columns[] = {{"LATE", false, 0}, {"BY", true, 0},
	    {"PROMISED", false, 0}, {"TEAM", false, 8}, {"TOPIC", false, 8},
	    {"WHY", false, 0}};
	const JsonValue *list = json_get(row, "breaches");
	Table *table = table_new(columns, G_N_ELEMENTS(columns));

	for (guint i = 0; i < MIN(json_length(list), SHOWN_BREACHES); i++) {
		const JsonValue *breach = json_at(list, i);
		char *cells[] = {
		    cell(breach, "case"),
		    seconds_cell(breach, "late_s"),
		    cell(breach, "metric"),
		    cell(breach, "team"),
		    cell(breach, "topic"),
		    cell(breach, "why"),
		};

		table_add(table, PAINT_NONE, cells);
	}
	if (table_length(table) > 0) {
		g_string_append_c(out, '\n');
		table_print(table, &view->style, out);
	}
	table_free(table);
}

void report_row(View *view, const JsonValue *row, GString *out)
{
	static const Column team = {"TEAM", false, 12};
	static const Column topic = {"TOPIC", false, 12};
	static const Column week = {"WEEK OF", false, 12};
	g_autofree char *from = cell_time(row, "from");
	g_autofree char *to = cell_time(row, "to");

	g_string_append_printf(out, "%s to %s\n", from, to);
	groups(view, row, "teams", &team, out);
	groups(view, row, "topics", &topic, out);
	groups(view, row, "weeks", &week, out);
	breaches(view, row, out);
}
