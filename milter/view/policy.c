/* How a policy was found, and its deadlines, computed step by step. */
#include <string.h>

#include "anteroom/times.h"
#include "view/internal.h"

/* "Mon 2026-11-23 10:00 in America/New_York" beside UTC, where it differs. */
static void due_line(
    const JsonValue *promise, const char *name, const char *label, GString *out)
{
	const JsonValue *due = json_get(promise, "due");
	const char *zone = json_get_string(promise, "zone");
	g_autofree char *text = cell_time(due, name);
	g_autofree char *local = cell_local(due, name, zone);
	g_autofree char *both = NULL;

	if (strcmp(text, "-") == 0) {
		line(out, label, "not promised");
	} else if (zone == NULL || strcmp(zone, "UTC") == 0) {
		line(out, label, text);
	} else {
		both = g_strdup_printf("%s, there %s", text, local);
		line(out, label, both);
	}
}

/* "2026-11-21 10:00 - 12:30", with the second day where it is another. */
static char *span(const JsonValue *step, const char *zone)
{
	g_autofree char *from = cell_local(step, "from", zone);
	g_autofree char *to = cell_local(step, "to", zone);
	const char *time = strrchr(to, ' ');
	gsize day = time != NULL ? (gsize)(time - to) + 1 : 0;

	return g_strconcat(
	    from, " - ", strncmp(from, to, day) == 0 ? to + day : to, NULL);
}

void steps_lines(const JsonValue *promise, GString *out)
{
	const JsonValue *list = json_get(promise, "steps");
	const char *zone = json_get_string(promise, "zone");
	g_autofree char *safe = cell(promise, "zone");
	gint64 sum_s = 0;

	if (json_length(list) > 0) {
		g_string_append_printf(out,
		    "\nOpen time until the first reply, in %s\n",
		    *safe != '\0' ? safe : "UTC");
	}
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *step = json_at(list, i);
		gint64 open_s = json_get_int(step, "open_s", 0);
		g_autofree char *when = span(step, zone);
		g_autofree char *takes = times_duration(open_s);
		g_autofree char *sum = NULL;

		sum_s += open_s;
		sum = times_duration(sum_s);
		g_string_append_printf(
		    out, "  %-32s  %8s  sum %s\n", when, takes, sum);
	}
}

static void tried_line(const JsonValue *tried, GString *out)
{
	g_autofree char *policy = cell(tried, "policy");
	g_autofree char *lacks = cell(tried, "lacks");
	g_autofree char *wants = cell_list(json_get(tried, "wants"), ", ");

	if (json_get_bool(tried, "fits", false)) {
		g_string_append_printf(out, "  %-12s fits\n", policy);
	} else {
		g_string_append_printf(
		    out, "  %-12s no: only for %s %s\n", policy, lacks, wants);
	}
}

void tried_lines(const JsonValue *promise, GString *out)
{
	const JsonValue *tried = json_get(promise, "tried");

	if (json_length(tried) > 0) {
		g_string_append(out, "\nPolicies, the first that fits\n");
	}
	for (guint i = 0; i < json_length(tried); i++) {
		tried_line(json_at(tried, i), out);
	}
}

void policy_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *policy = cell(row, "policy");
	g_autofree char *calendar = cell(row, "calendar");
	g_autofree char *zone = cell(row, "zone");
	g_autofree char *hours = g_strdup_printf("%s (%s)", calendar, zone);
	g_autofree char *from = cell_time(row, "from");

	(void)view;
	if (*policy == '\0') {
		g_string_append(out, "no policy fits: nothing is promised\n");
		tried_lines(row, out);
		return;
	}
	line(out, "Policy", policy);
	line(out, "Calendar", hours);
	line(out, "From", from);
	due_line(row, "first_reply", "First reply", out);
	due_line(row, "next_reply", "Next reply", out);
	due_line(row, "resolve", "Resolve", out);
	tried_lines(row, out);
	steps_lines(row, out);
}
