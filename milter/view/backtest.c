/* What other packs would decide: a paragraph a message, then the sum. */
#include <string.h>

#include "view/internal.h"

/* "  Topic     billing -> service"; nothing when they are the same. */
static void change(
    GString *out, const char *name, const char *before, const char *after)
{
	if (strcmp(before, after) != 0) {
		g_string_append_printf(
		    out, "  %-9s %s -> %s\n", name, before, after);
	}
}

static char *team_of(const JsonValue *decision)
{
	g_autofree char *team = cell(decision, "team");

	return *team != '\0' ? g_steal_pointer(&team)
			     : g_strdup("none (screened)");
}

static void changes(
    const JsonValue *before, const JsonValue *after, GString *out)
{
	g_autofree char *was_topic = cell(before, "topic");
	g_autofree char *now_topic = cell(after, "topic");
	g_autofree char *was_urgency = cell_urgency(before);
	g_autofree char *now_urgency = cell_urgency(after);
	g_autofree char *was_team = team_of(before);
	g_autofree char *now_team = team_of(after);

	change(out, "Topic", was_topic, now_topic);
	change(out, "Urgency", was_urgency, now_urgency);
	change(out, "Team", was_team, now_team);
}

static void rule_line(
    const JsonValue *rule, char sign, const ViewStyle *style, GString *out)
{
	g_autofree char *name = cell(rule, "name");
	g_autofree char *topic = cell(rule, "topic");
	g_autofree char *text = cell(rule, "text");
	g_autofree char *said = g_strdup_printf("  %c %s: %+d %s, %+d urgency",
	    sign, name, (int)json_get_int(rule, "points", 0), topic,
	    (int)json_get_int(rule, "urgency", 0));

	paint(out, style, sign == '-' ? PAINT_DIM : PAINT_WARN, said);
	g_string_append_printf(out, ": \"%s\"\n", text);
}

static void rule_lines(
    const JsonValue *rules, char sign, const ViewStyle *style, GString *out)
{
	for (guint i = 0; i < json_length(rules); i++) {
		rule_line(json_at(rules, i), sign, style, out);
	}
}

static void weighed_lines(const JsonValue *rules, GString *out)
{
	for (guint i = 0; i < json_length(rules); i++) {
		const JsonValue *rule = json_at(rules, i);
		const JsonValue *before = json_get(rule, "before");
		g_autofree char *name = cell(rule, "name");
		g_autofree char *was = cell(before, "topic");
		g_autofree char *now = cell(rule, "topic");

		g_string_append_printf(out,
		    "  ~ %s: %+d %s, %+d urgency -> %+d %s, %+d urgency\n",
		    name, (int)json_get_int(before, "points", 0), was,
		    (int)json_get_int(before, "urgency", 0),
		    (int)json_get_int(rule, "points", 0), now,
		    (int)json_get_int(rule, "urgency", 0));
	}
}

static void message_lines(const View *view, const JsonValue *row, GString *out)
{
	g_autofree char *file = cell(row, "file");
	g_autofree char *subject = cell(row, "subject");
	const JsonValue *gained = json_get(row, "gained");
	const JsonValue *lost = json_get(row, "lost");
	const JsonValue *weighed = json_get(row, "weighed");

	g_string_append_printf(out, "%s: %s\n", file, subject);
	changes(json_get(row, "before"), json_get(row, "after"), out);
	rule_lines(gained, '+', &view->style, out);
	rule_lines(lost, '-', &view->style, out);
	weighed_lines(weighed, out);
	if (json_length(gained) + json_length(lost) + json_length(weighed) ==
	    0) {
		g_string_append(out, "  the same rules; the topics differ\n");
	}
	g_string_append_c(out, '\n');
}

static int number(const JsonValue *sum, const char *name)
{
	return (int)json_get_int(sum, name, 0);
}

void backtest_row(View *view, const JsonValue *row, GString *out)
{
	const JsonValue *sum = json_get(row, "summary");

	if (sum == NULL) {
		message_lines(view, row, out);
		return;
	}
	g_string_append_printf(out,
	    "%d message%s, %d decided otherwise: topic %d, urgency %d, team "
	    "%d\n",
	    number(sum, "messages"), number(sum, "messages") == 1 ? "" : "s",
	    number(sum, "changed"), number(sum, "topic"),
	    number(sum, "urgency"), number(sum, "team"));
	if (number(sum, "to_screened") + number(sum, "to_case") > 0) {
		g_string_append_printf(out,
		    "cases that would be screened: %d; screened that would be "
		    "cases: %d\n",
		    number(sum, "to_screened"), number(sum, "to_case"));
	}
}
