/* Deadlines, computed step by step. */
#include <string.h>

#include "anteroom/times.h"
#include "view/internal.h"

static void due_line(
    const JsonValue *due, const char *name, const char *label, GString *out)
{
	g_autofree char *text = cell_time(due, name);

	line(out, label, strcmp(text, "-") == 0 ? "not promised" : text);
}

static void steps(const JsonValue *list, GString *out)
{
	gint64 sum_s = 0;

	if (json_length(list) > 0) {
		g_string_append(out, "\nOpen time until the first reply\n");
	}
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *step = json_at(list, i);
		g_autofree char *from = cell_time(step, "from");
		g_autofree char *to = cell_time(step, "to");
		g_autofree char *takes = NULL;
		g_autofree char *sum = NULL;

		sum_s += json_get_int(step, "open_s", 0);
		takes = times_duration(json_get_int(step, "open_s", 0));
		sum = times_duration(sum_s);
		g_string_append_printf(
		    out, "  %s - %s  %8s  sum %s\n", from, to, takes, sum);
	}
}

void policy_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *policy = cell(row, "policy");
	g_autofree char *calendar = cell(row, "calendar");
	g_autofree char *zone = cell(row, "zone");
	g_autofree char *hours = g_strdup_printf("%s (%s)", calendar, zone);
	g_autofree char *from = cell_time(row, "from");
	const JsonValue *due = json_get(row, "due");

	(void)view;
	if (*policy == '\0') {
		g_string_append(out, "no policy fits: nothing is promised\n");
		return;
	}
	line(out, "Policy", policy);
	line(out, "Calendar", hours);
	line(out, "From", from);
	due_line(due, "first_reply", "First reply", out);
	due_line(due, "next_reply", "Next reply", out);
	due_line(due, "resolve", "Resolve", out);
	steps(json_get(row, "steps"), out);
}
