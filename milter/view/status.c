/* The counts of each team as a table. */
#include "anteroom/times.h"
#include "view/internal.h"

static const Column columns[] = {
    {"TEAM", false, 12},
    {"OPEN", true, 0},
    {"DUE SOON", true, 0},
    {"OVERDUE", true, 0},
    {"PAUSED", true, 0},
    {"ANSWERED", true, 0},
    {"CLOSED", true, 0},
    {"IN TIME", true, 0},
    {"MEDIAN REPLY", true, 0},
};

/* "92% of 25": how many first replies, and how many of them in time. */
static char *share_cell(const JsonValue *first_reply)
{
	gint64 met = json_get_int(first_reply, "met", 0);
	gint64 all = met + json_get_int(first_reply, "missed", 0);

	if (all == 0) {
		return g_strdup("-");
	}
	return g_strdup_printf("%" G_GINT64_FORMAT "%% of %" G_GINT64_FORMAT,
	    met * 100 / all, all);
}

static char *median_cell(const JsonValue *first_reply)
{
	return json_get(first_reply, "median_s") == NULL
		   ? g_strdup("-")
		   : times_duration(json_get_int(first_reply, "median_s", 0));
}

static void add_team(Table *table, const JsonValue *team)
{
	const JsonValue *first_reply = json_get(team, "first_reply");
	bool late = json_get_int(team, "overdue", 0) > 0;
	bool soon = json_get_int(team, "due_soon", 0) > 0;
	char *cells[] = {
	    cell(team, "team"),
	    cell_int(team, "open"),
	    cell_int(team, "due_soon"),
	    cell_int(team, "overdue"),
	    cell_int(team, "paused"),
	    cell_int(team, "answered"),
	    cell_int(team, "closed"),
	    share_cell(first_reply),
	    median_cell(first_reply),
	};

	table_add(table,
	    late   ? PAINT_ALARM
	    : soon ? PAINT_WARN
		   : PAINT_NONE,
	    cells);
}

/* Nothing while all is well. */
static void print_outbox(
    const View *view, const JsonValue *outbox, GString *out)
{
	gint64 due = json_get_int(outbox, "due", 0);
	gint64 dead = json_get_int(outbox, "dead", 0);
	g_autofree char *text = NULL;

	if (dead > 0) {
		text = g_strdup_printf("%" G_GINT64_FORMAT
				       " notices could not be sent: "
				       "anteroom notices --state dead",
		    dead);
		paint(out, &view->style, PAINT_ALARM, text);
		g_string_append_c(out, '\n');
	}
	if (due > 0) {
		g_string_append_printf(out,
		    "%" G_GINT64_FORMAT " notices wait for the courier\n", due);
	}
}

/* What doesn't fit into a column, and is seldom there. */
static void print_team_lines(
    const View *view, const JsonValue *team, GString *out)
{
	const JsonValue *promises = json_get(team, "promises");
	gint64 late = json_get_int(promises, "overdue", 0);
	gint64 broken = json_get_int(promises, "broken", 0);
	g_autofree char *name = cell(team, "team");
	g_autofree char *text = NULL;

	if (late + broken > 0) {
		text = g_strdup_printf("%s: promises: %" G_GINT64_FORMAT
				       " overdue, %" G_GINT64_FORMAT
				       " kept too late",
		    name, late, broken);
		paint(out, &view->style, late > 0 ? PAINT_ALARM : PAINT_NONE,
		    text);
		g_string_append_c(out, '\n');
	}
	if (json_get_bool(team, "blind", false)) {
		g_string_append_printf(out,
		    "%s: none of its replies is seen here, so its times say "
		    "nothing\n",
		    name);
	}
}

void status_row(View *view, const JsonValue *row, GString *out)
{
	const JsonValue *teams = json_get(row, "teams");
	Table *table = table_new(columns, G_N_ELEMENTS(columns));

	for (guint i = 0; i < json_length(teams); i++) {
		add_team(table, json_at(teams, i));
	}
	table_print(table, &view->style, out);
	table_free(table);
	for (guint i = 0; i < json_length(teams); i++) {
		print_team_lines(view, json_at(teams, i), out);
	}
	print_outbox(view, json_get(row, "outbox"), out);
}
