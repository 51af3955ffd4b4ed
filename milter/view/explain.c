/* What would be decided about a message, for a reader of rules. */
#include <string.h>

#include "view/internal.h"

#include "anteroom/text.h"

#define MAX_TEXT_BYTES 16000

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

/* ---- the text ---- */

/* What a text is, and why it did or didn't count. */
static const char *text_heading(const JsonValue *text)
{
	static const struct {
		const char *in, *heading;
	} headings[] = {
	    {"subject", "Subject"},
	    {"text", "Text that counted"},
	    {"quoted", "Quoted or returned: others wrote it"},
	    {"signature", "Signature or disclaimer: it is always there"},
	};
	const char *in = json_get_string(text, "in");

	if (json_get_bool(text, "hidden", false)) {
		return "Hidden: a reader doesn't see it";
	}
	for (gsize i = 0; i < G_N_ELEMENTS(headings); i++) {
		if (g_strcmp0(in, headings[i].in) == 0) {
			return headings[i].heading;
		}
	}
	return "Text";
}

/* The pieces as one, every second one marked; nothing of it can be taken for
 * more than text. */
static char *text_marked(const View *view, const JsonValue *pieces)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < json_length(pieces); i++) {
		const char *piece = json_as_string(json_at(pieces, i));
		g_autofree char *safe = NULL;

		if (piece == NULL || *piece == '\0') {
			continue;
		}
		safe = text_printable(piece, strlen(piece), MAX_TEXT_BYTES);
		if (i % 2 == 0) {
			g_string_append(all, safe);
		} else if (view->style.colour) {
			paint(all, &view->style, PAINT_MARK, safe);
		} else {
			g_string_append_printf(all, "[%s]", safe);
		}
	}
	return g_string_free(all, FALSE);
}

static void text_lines(const View *view, const JsonValue *text, GString *out)
{
	g_autofree char *all = text_marked(view, json_get(text, "pieces"));
	g_auto(GStrv) lines = g_strsplit(g_strstrip(all), "\n", -1);
	gint64 left_out = json_get_int(text, "left_out", 0);

	if (*all == '\0') {
		return;
	}
	g_string_append_printf(out, "\n%s\n", text_heading(text));
	for (char **l = lines; *l != NULL; l++) {
		g_string_append_printf(out, "  | %s\n", *l);
	}
	if (left_out > 0) {
		g_string_append_printf(out,
		    "  ... and %" G_GINT64_FORMAT " bytes more\n", left_out);
	}
}

static void texts_lines(const View *view, const JsonValue *texts, GString *out)
{
	for (guint i = 0; i < json_length(texts); i++) {
		text_lines(view, json_at(texts, i), out);
	}
	if (json_length(texts) > 0) {
		g_string_append(out, "\nWhy\n");
	}
}

/* Each topic's sum against what it takes, also of those that don't apply. */
static void weighed_lines(const JsonValue *weighed, GString *out)
{
	for (guint i = 0; i < json_length(weighed); i++) {
		const JsonValue *topic = json_at(weighed, i);
		g_autofree char *name = cell(topic, "name");

		g_string_append_printf(out, "  %s: %d of %d points, %s\n", name,
		    (int)json_get_int(topic, "points", 0),
		    (int)json_get_int(topic, "threshold", 0),
		    json_get_bool(topic, "qualified", false) ? "so it applies"
							     : "too few");
	}
}

/* The second opinion, and the words behind it. */
static void model_line(const JsonValue *model, GString *out)
{
	g_autofree char *topic = NULL, *text = NULL;
	g_autoptr(GString) words = g_string_new(NULL);
	int share;

	if (model == NULL) {
		return;
	}
	for (guint i = 0; i < json_length(json_get(model, "words")); i++) {
		const char *word =
		    json_as_string(json_at(json_get(model, "words"), i));

		g_string_append_printf(
		    words, "%s\"%s\"", i > 0 ? ", " : "", word);
	}
	topic = cell(model, "topic");
	share = (int)json_get_int(model, "share", 0);
	if (share > 0) {
		text = g_strdup_printf("says %s, %d points, by %s", topic,
		    share, words->len > 0 ? words->str : "no word of it");
	} else {
		text = g_strdup_printf("leaves it at %s", topic);
	}
	line(out, "Model", text);
}

void explain_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *file = cell(row, "file");
	g_autofree char *from = cell(row, "from");
	g_autofree char *subject = cell(row, "subject");
	g_autofree char *kind = cell(row, "kind");
	g_autofree char *language = cell(row, "language");

	g_string_append_printf(out, "%s%s\n", view->rows > 0 ? "\n" : "", file);
	line(out, "From", from);
	line(out, "Subject", subject);
	line(out, "Kind", kind);
	line(out, "Language", language);
	topic_lines(json_get(row, "topics"), out);
	model_line(json_get(row, "model"), out);
	plan_lines(view, row, out);
	texts_lines(view, json_get(row, "texts"), out);
	rules_lines(json_get(row, "rules"), &view->style, out);
	if (json_length(json_get(row, "weighed")) > 0) {
		g_string_append(out, "\nTopics\n");
		weighed_lines(json_get(row, "weighed"), out);
	}
	why_not(json_get(row, "why_not"), out);
	verified(json_get(row, "verify"), out);
}
