/* One case, whole: what it is, what is promised, why, and what happened. */
#include <string.h>

#include "anteroom/text.h"
#include "view/internal.h"

#define MAX_EXCERPT_BYTES 4000

static void head(const View *view, const JsonValue *row, GString *out)
{
	g_autofree char *id = cell(row, "id");
	g_autofree char *state = cell(row, "state");
	g_autofree char *urgency = cell_urgency(row);
	g_autofree char *topics = cell_list(json_get(row, "topics"), "; ");

	g_string_append_printf(out, "%s  %s  ", id, state);
	paint(out, &view->style, urgency_paint(row), urgency);
	g_string_append_printf(out, "  %s%s\n", topics,
	    json_get_bool(row, "sensitive", false) ? "  sensitive" : "");
}

static void text_line(
    const JsonValue *row, const char *name, const char *label, GString *out)
{
	g_autofree char *text = cell(row, name);

	line(out, label, text);
}

static void list_line(
    const JsonValue *row, const char *name, const char *label, GString *out)
{
	g_autofree char *text = cell_list(json_get(row, name), ", ");

	line(out, label, text);
}

static void time_line(
    const JsonValue *row, const char *name, const char *label, GString *out)
{
	g_autofree char *text = cell_time(row, name);

	if (strcmp(text, "-") != 0) {
		line(out, label, text);
	}
}

static void about(const JsonValue *row, GString *out)
{
	text_line(row, "subject", "Subject", out);
	text_line(row, "from", "From", out);
	text_line(row, "desk", "Desk", out);
	text_line(row, "team", "Team", out);
	text_line(row, "policy", "Policy", out);
	text_line(row, "unscreened", "Unscreened", out);
	time_line(row, "received", "Received", out);
	time_line(row, "acknowledged_at", "Acknowledged", out);
	time_line(row, "first_reply_at", "First reply", out);
	time_line(row, "paused_until", "Paused until", out);
	text_line(row, "paused_because", "Paused for", out);
	time_line(row, "closed_at", "Closed", out);
	text_line(row, "closed_because", "Because", out);
	text_line(row, "merged_into", "Merged into", out);
	list_line(row, "links", "Linked with", out);
	list_line(row, "witnesses", "Also to", out);
}

static void clock_line(const View *view, const JsonValue *clock, GString *out)
{
	g_autofree char *metric = cell(clock, "metric");
	g_autofree char *state = cell(clock, "state");
	g_autofree char *due = cell_time(clock, "due");
	g_autofree char *apart = NULL;
	gint64 due_s = moment(clock, "due");
	bool runs = strcmp(state, "running") == 0;
	bool late = runs && due_s < view->style.now_s;

	g_strdelimit(metric, "_", ' ');
	g_string_append_printf(out, "  %-12s %-8s due %s", metric, state, due);
	if (runs && due_s != 0) {
		apart = until(due_s, view->style.now_s);
		g_string_append(out, " (");
		paint(
		    out, &view->style, late ? PAINT_ALARM : PAINT_NONE, apart);
		g_string_append_c(out, ')');
	}
	g_string_append_c(out, '\n');
}

/* One that only ever had one needs no list. */
static void holders(const JsonValue *row, GString *out)
{
	const JsonValue *list = json_get(row, "holders");

	if (json_length(list) < 2) {
		return;
	}
	g_string_append(out, "\nHeld by\n");
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *holder = json_at(list, i);
		g_autofree char *team = cell(holder, "team");
		g_autofree char *from = cell_time(holder, "from");
		gint64 open_s = json_get_int(holder, "open_s", 0);

		g_string_append_printf(out,
		    "  %-12s from %s, %" G_GINT64_FORMAT
		    " h %02" G_GINT64_FORMAT " min open\n",
		    team, from, open_s / 3600, open_s / 60 % 60);
	}
}

static void clocks(const View *view, const JsonValue *row, GString *out)
{
	const JsonValue *list = json_get(row, "clocks");

	if (json_length(list) > 0) {
		g_string_append(out, "\nClocks\n");
	}
	for (guint i = 0; i < json_length(list); i++) {
		clock_line(view, json_at(list, i), out);
	}
}

static void hit_line(const JsonValue *hit, const ViewStyle *style, GString *out)
{
	g_autofree char *name = cell(hit, "name");
	g_autofree char *topic = cell(hit, "topic");
	g_autofree char *in = cell(hit, "in");
	g_autofree char *text = cell(hit, "text");
	g_autofree char *why = cell(hit, "why");

	(void)style;
	g_string_append_printf(out, "  %s: %+d %s, %+d urgency, in %s", name,
	    (int)json_get_int(hit, "points", 0), topic,
	    (int)json_get_int(hit, "urgency", 0), in);
	if (*text != '\0') {
		g_string_append_printf(out, ": \"%s\"", text);
	}
	g_string_append_printf(out, "\n      %s\n", why);
}

/* "hit: +60 points, +60 urgency, in text: "words" (why)", of `hits` or
 * `rules`. */
static void rules_lines(
    const JsonValue *rules, const ViewStyle *style, GString *out)
{
	for (guint i = 0; i < json_length(rules); i++) {
		hit_line(json_at(rules, i), style, out);
	}
}

static void reasons(const View *view, const JsonValue *row, GString *out)
{
	const JsonValue *hits = json_get(row, "hits");

	if (json_length(hits) > 0) {
		g_string_append(out, "\nWhy\n");
		rules_lines(hits, &view->style, out);
	}
}

static void excerpt(const JsonValue *row, GString *out)
{
	const char *text = json_get_string(row, "excerpt");
	g_autofree char *safe = NULL;
	g_auto(GStrv) lines = NULL;

	if (text == NULL) {
		return;
	}
	safe = text_printable(text, strlen(text), MAX_EXCERPT_BYTES);
	lines = g_strsplit(g_strstrip(safe), "\n", -1);
	g_string_append(out, "\nText\n");
	for (char **l = lines; *l != NULL; l++) {
		g_string_append_printf(out, "  | %s\n", *l);
	}
}

/* A hint: whoever reads it decides whether they belong together. */
static void related(const JsonValue *row, GString *out)
{
	const JsonValue *list = json_get(row, "related");

	if (json_length(list) > 0) {
		g_string_append(out, "\nPerhaps related\n");
	}
	for (guint i = 0; i < json_length(list); i++) {
		const JsonValue *one = json_at(list, i);
		g_autofree char *name = cell(one, "case");
		g_autofree char *why = cell(one, "why");
		g_autofree char *state = cell(one, "state");
		g_autofree char *team = cell(one, "team");
		g_autofree char *subject = cell(one, "subject");

		g_strdelimit(why, "-", ' ');
		g_string_append_printf(out, "  %-8s %s; %s, %s%s%s\n", name,
		    why, state, team, *subject != '\0' ? ": " : "", subject);
	}
}

static void timeline(const JsonValue *row, GString *out)
{
	const JsonValue *events = json_get(row, "timeline");

	g_string_append(out, "\nTimeline\n");
	for (guint i = 0; i < json_length(events); i++) {
		const JsonValue *event = json_at(events, i);
		g_autofree char *at = cell_time(event, "at");
		g_autofree char *what = cell(event, "what");
		g_autofree char *who = cell(event, "who");
		g_autofree char *detail = cell(event, "detail");

		g_string_append_printf(out, "  %s  %-10s %s", at, what, who);
		if (*detail != '\0') {
			g_string_append_printf(out, ": %s", detail);
		}
		g_string_append_c(out, '\n');
	}
}

void show_row(View *view, const JsonValue *row, GString *out)
{
	head(view, row, out);
	about(row, out);
	holders(row, out);
	clocks(view, row, out);
	reasons(view, row, out);
	excerpt(row, out);
	related(row, out);
	timeline(row, out);
}
