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

/* "WORD (WHY)". Transfer full. */
static char *because(const char *word, const JsonValue *row, const char *name)
{
	g_autofree char *why = cell(row, name);

	return *why != '\0' ? g_strdup_printf("%s (%s)", word, why)
			    : g_strdup(word);
}

static void plan_lines(const View *view, const JsonValue *row, GString *out)
{
	g_autofree char *urgency = cell_urgency(row);
	g_autofree char *team = cell(row, "team");
	g_autofree char *routed =
	    because(*team != '\0' ? team : "none: screened, no case", row,
		"team_because");
	g_autofree char *policy = cell(row, "policy");
	g_autofree char *due = cell_time(json_get(row, "due"), "first_reply");
	g_autofree char *unscreened = cell(row, "unscreened");
	g_autoptr(GString) painted = g_string_new(NULL);

	paint(painted, &view->style, urgency_paint(row), urgency);
	line(out, "Urgency", painted->str);
	line(out, "Team", routed);
	line(out, "Sensitive",
	    json_get_bool(row, "sensitive", false)
		? "yes: only its team and the assistant see the text"
		: "");
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
	    {"quoted", "Doesn't count, quoted or returned: others wrote it"},
	    {"signature",
		"Doesn't count, signature or disclaimer: it is always there"},
	};
	const char *in = json_get_string(text, "in");

	if (json_get_bool(text, "hidden", false)) {
		return "Doesn't count, hidden: a reader doesn't see it";
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
static char *text_marked(const JsonValue *pieces)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < json_length(pieces); i++) {
		const char *piece = json_as_string(json_at(pieces, i));
		g_autofree char *safe = NULL;

		if (piece == NULL || *piece == '\0') {
			continue;
		}
		safe = text_printable(piece, strlen(piece), MAX_TEXT_BYTES);
		g_strdelimit(safe, "\t", ' ');
		if (i % 2 == 0) {
			g_string_append(all, safe);
		} else if (all->len > 0 && all->str[all->len - 1] == MARK_END) {
			/* Overlapping hits are one stretch. */
			g_string_truncate(all, all->len - 1);
			g_string_append_printf(all, "%s%c", safe, MARK_END);
		} else {
			g_string_append_printf(
			    all, "%c%s%c", MARK_BEGIN, safe, MARK_END);
		}
	}
	return g_string_free(all, FALSE);
}

static void text_lines(const View *view, const JsonValue *text, GString *out)
{
	g_autofree char *all = text_marked(json_get(text, "pieces"));
	gint64 left_out = json_get_int(text, "left_out", 0);

	g_strstrip(all);
	if (*all == '\0') {
		return;
	}
	g_string_append_printf(out, "\n%s\n", text_heading(text));
	paragraph(out, &view->style, "  | ", all);
	if (left_out > 0) {
		g_string_append_printf(out,
		    "  ... and %" G_GINT64_FORMAT " bytes more\n", left_out);
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

/* Is the subject shown among TEXTS, with what was found in it? */
static bool has_subject(const JsonValue *texts)
{
	const JsonValue *first = json_at(texts, 0);

	return g_strcmp0(json_get_string(first, "in"), "subject") == 0 &&
	       json_length(json_get(first, "pieces")) > 0;
}

static void head_lines(const View *view, const JsonValue *row, GString *out)
{
	g_autofree char *from = cell(row, "from");
	g_autofree char *subject = cell(row, "subject");
	g_autofree char *kind = cell(row, "kind");
	g_autofree char *known = strcmp(kind, "human") == 0
				     ? g_strdup(kind)
				     : because(kind, row, "kind_because");
	g_autofree char *language = cell(row, "language");
	g_autofree char *attachments =
	    cell_list(json_get(row, "attachments"), ", ");

	line(out, "From", from);
	if (!has_subject(json_get(row, "texts"))) {
		line(out, "Subject", subject);
	}
	line(out, "Kind", known);
	line(out, "Language", language);
	line(out, "Attached", attachments);
	topic_lines(json_get(row, "topics"), out);
	model_line(json_get(row, "model"), out);
	plan_lines(view, row, out);
}

/* From what was decided to what it follows from. */
void explain_row(View *view, const JsonValue *row, GString *out)
{
	const JsonValue *texts = json_get(row, "texts");
	g_autofree char *file = cell(row, "file");

	g_string_append_printf(out, "%s%s\n", view->rows > 0 ? "\n" : "", file);
	head_lines(view, row, out);
	for (guint i = 0; i < json_length(texts); i++) {
		text_lines(view, json_at(texts, i), out);
	}
	topics_lines(view, row, out);
	why_not(json_get(row, "why_not"), out);
	reckoning_lines(row, out);
	tried_lines(json_get(row, "promised"), out);
	steps_lines(json_get(row, "promised"), out);
	verified(json_get(row, "verify"), out);
}
