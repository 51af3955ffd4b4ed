/* Why a message is what it is: its topics with the rules behind them, and how
 * the urgency adds up. */
#include <string.h>

#include "view/internal.h"

#define MOST_WORDS 70 /* columns, of the words that a rule found */

/* "    +40  praise-thanks: says thanks; urgency -15" and, below, the words. */
static void rule_lines(const JsonValue *rule, GString *out)
{
	g_autofree char *name = cell(rule, "name");
	g_autofree char *in = cell(rule, "in");
	g_autofree char *text = cell(rule, "text");
	g_autofree char *why = cell(rule, "why");
	gint64 urgency = json_get_int(rule, "urgency", 0);

	g_string_append_printf(out, "    %+4" G_GINT64_FORMAT "  %s: %s",
	    json_get_int(rule, "points", 0), name, why);
	if (urgency != 0) {
		g_string_append_printf(
		    out, "; urgency %+" G_GINT64_FORMAT, urgency);
	}
	g_string_append_printf(out, "\n          %s", in);
	if (*text != '\0') {
		g_string_append(out, ": \"");
		append_cut(out, text, MOST_WORDS);
		g_string_append_c(out, '"');
	}
	g_string_append_c(out, '\n');
}

static int points_compare(gconstpointer left, gconstpointer right)
{
	gint64 a = json_get_int(*(const JsonValue *const *)left, "points", 0);
	gint64 b = json_get_int(*(const JsonValue *const *)right, "points", 0);

	return a > b ? -1 : a < b;
}

/* Those of RULES that are of TOPIC, the most points first. */
static void rules_of(const JsonValue *rules, const char *topic, GString *out)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();

	for (guint i = 0; i < json_length(rules); i++) {
		const JsonValue *rule = json_at(rules, i);

		if (g_strcmp0(json_get_string(rule, "topic"), topic) == 0) {
			g_ptr_array_add(own, (gpointer)rule);
		}
	}
	g_ptr_array_sort(own, points_compare);
	for (guint i = 0; i < own->len; i++) {
		rule_lines(own->pdata[i], out);
	}
}

static bool is_weighed(const JsonValue *weighed, const char *topic)
{
	for (guint i = 0; i < json_length(weighed); i++) {
		if (g_strcmp0(json_get_string(json_at(weighed, i), "name"),
			topic) == 0) {
			return true;
		}
	}
	return false;
}

/* Hits of no topic's points, such as of a language without rules. */
static void rules_besides(
    const JsonValue *rules, const JsonValue *weighed, GString *out)
{
	bool any = false;

	for (guint i = 0; i < json_length(rules); i++) {
		const JsonValue *rule = json_at(rules, i);

		if (is_weighed(weighed, json_get_string(rule, "topic"))) {
			continue;
		}
		if (!any) {
			g_string_append(out, "  besides:\n");
			any = true;
		}
		rule_lines(rule, out);
	}
}

/* "press applies: 60 points, 40 are enough". */
static char *weighed_heading(const JsonValue *topic)
{
	g_autofree char *name = cell(topic, "name");
	bool applies = json_get_bool(topic, "qualified", false);

	return g_strdup_printf("  %s %s: %d points, %d %s", name,
	    applies ? "applies" : "doesn't apply",
	    (int)json_get_int(topic, "points", 0),
	    (int)json_get_int(topic, "threshold", 0),
	    applies ? "are enough" : "would be enough");
}

void topics_lines(const View *view, const JsonValue *row, GString *out)
{
	const JsonValue *weighed = json_get(row, "weighed");
	const JsonValue *rules = json_get(row, "rules");

	g_string_append(out, json_length(rules) > 0
				 ? "\nTopics, and the rules that count\n"
				 : "\nNo rule found anything\n");
	for (guint i = 0; i < json_length(weighed); i++) {
		const JsonValue *topic = json_at(weighed, i);
		g_autofree char *heading = weighed_heading(topic);
		bool applies = json_get_bool(topic, "qualified", false);

		paint(out, &view->style, applies ? PAINT_NONE : PAINT_DIM,
		    heading);
		g_string_append_c(out, '\n');
		rules_of(rules, json_get_string(topic, "name"), out);
	}
	rules_besides(rules, weighed, out);
}

void reckoning_lines(const JsonValue *row, GString *out)
{
	const JsonValue *steps = json_get(row, "reckoning");

	if (json_length(steps) > 0) {
		g_string_append(out, "\nUrgency\n");
	}
	for (guint i = 0; i < json_length(steps); i++) {
		const JsonValue *step = json_at(steps, i);
		g_autofree char *why = cell(step, "why");

		g_string_append_printf(out,
		    "    %+4" G_GINT64_FORMAT "  = %3" G_GINT64_FORMAT "  %s\n",
		    json_get_int(step, "change", 0),
		    json_get_int(step, "sum", 0), why);
	}
}
