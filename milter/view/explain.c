/* What would be decided about a message, for a reader of rules. */
#include <string.h>

#include "view/internal.h"

static void topic_lines(const JsonValue *topics, GString *out)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (guint i = 0; i < json_length(topics); i++) {
		const JsonValue *topic = json_at(topics, i);
		g_autofree char *name = cell(topic, "name");

		g_string_append_printf(list, "%s%s (%d points)",
		    i > 0 ? "; " : "", name,
		    (int)json_get_int(topic, "points", 0));
	}
	line(out, "Topic", list->str);
}

static void missed_lines(const JsonValue *missed, GString *out)
{
	for (guint i = 0; i < json_length(missed); i++) {
		const JsonValue *rule = json_at(missed, i);
		g_autofree char *name = cell(rule, "name");
		g_autofree char *why = cell(rule, "why");

		g_string_append_printf(out, "  %s: %+d, not seen: %s\n", name,
		    (int)json_get_int(rule, "points", 0), why);
	}
}

static void why_not(const JsonValue *why, GString *out)
{
	g_autofree char *topic = NULL;
	int points, threshold;

	if (why == NULL) {
		return;
	}
	topic = cell(why, "topic");
	points = (int)json_get_int(why, "points", 0);
	threshold = (int)json_get_int(why, "threshold", 0);
	g_string_append_printf(out, "\nTopic %s: %d of %d points, %s\n", topic,
	    points, threshold,
	    json_get_bool(why, "qualified", false)
		? "so it applies; the primary topic has precedence"
		: "so it doesn't apply");
	missed_lines(json_get(why, "missed"), out);
}

static void plan_lines(const View *view, const JsonValue *row, GString *out)
{
	g_autofree char *urgency = cell_urgency(row);
	g_autofree char *team = cell(row, "team");
	g_autofree char *policy = cell(row, "policy");
	g_autofree char *due = cell_time(json_get(row, "due"), "first_reply");
	g_autofree char *unscreened = cell(row, "unscreened");
	g_autoptr(GString) painted = g_string_new(NULL);

	paint(painted, &view->style, urgency_paint(row), urgency);
	line(out, "Urgency", painted->str);
	line(out, "Team", *team != '\0' ? team : "none: screened, no case");
	line(out, "Unscreened", unscreened);
	if (*team != '\0') {
		line(out, "Policy", *policy != '\0' ? policy : "none");
		line(out, "First reply", strcmp(due, "-") != 0 ? due : "");
	}
}

static void verified(const JsonValue *verify, GString *out)
{
	g_autofree char *differs = NULL;

	if (verify == NULL) {
		return;
	}
	differs = cell(verify, "differs");
	line(out, "Verified",
	    json_get_bool(verify, "equal", false) ? "the same by PCRE2 alone"
						  : differs);
}

void explain_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *file = cell(row, "file");
	g_autofree char *from = cell(row, "from");
	g_autofree char *subject = cell(row, "subject");
	g_autofree char *kind = cell(row, "kind");

	g_string_append_printf(out, "%s%s\n", view->rows > 0 ? "\n" : "", file);
	line(out, "From", from);
	line(out, "Subject", subject);
	line(out, "Kind", kind);
	topic_lines(json_get(row, "topics"), out);
	plan_lines(view, row, out);
	rules_lines(json_get(row, "rules"), &view->style, out);
	why_not(json_get(row, "why_not"), out);
	verified(json_get(row, "verify"), out);
}
