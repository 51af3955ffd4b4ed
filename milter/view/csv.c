/*
 * Cases as CSV (RFC 4180). Subjects and addresses are strangers' words, and
 * spreadsheets run what begins with =, +, - or @: such cells get a quote.
 */
#include <string.h>

#include "anteroom/text.h"
#include "view/internal.h"

typedef char *(*CsvCell)(const JsonValue *row, const char *name);

static char *member(const JsonValue *row, const char *name)
{
	return cell(row, name);
}

static char *number(const JsonValue *row, const char *name)
{
	return cell_int(row, name);
}

static char *list(const JsonValue *row, const char *name)
{
	return cell_list(json_get(row, name), " ");
}

static char *truth(const JsonValue *row, const char *name)
{
	return g_strdup(json_get_bool(row, name, false) ? "true" : "false");
}

static char *level(const JsonValue *row, const char *name)
{
	return cell(json_get(row, "urgency"), name);
}

static char *score(const JsonValue *row, const char *name)
{
	return cell_int(json_get(row, "urgency"), name);
}

static char *due(const JsonValue *row, const char *name)
{
	return cell(json_get(row, "due"), name);
}

static const struct {
	const char *heading;
	const char *name;
	CsvCell cell;
} columns[] = {
    {"id", "id", member},
    {"desk", "desk", member},
    {"team", "team", member},
    {"topic", "topic", member},
    {"topics", "topics", list},
    {"urgency", "level", level},
    {"score", "score", score},
    {"state", "state", member},
    {"sensitive", "sensitive", truth},
    {"subject", "subject", member},
    {"from", "from", member},
    {"received", "received", member},
    {"due_first_reply", "first_reply", due},
    {"due_next_reply", "next_reply", due},
    {"due_resolve", "resolve", due},
    {"first_reply_at", "first_reply_at", member},
    {"closed_at", "closed_at", member},
    {"overdue", "overdue", list},
    {"messages", "messages", number},
    {"rules", "rules", list},
};

/* What a spreadsheet would take for a formula, in either width. */
static bool runs(const char *text)
{
	gunichar c = g_utf8_get_char(text);

	return c != 0 && (c < 0x80 ? strchr("=+-@\t\r\n|%", (int)c) != NULL
				   : c == 0xff1d || c == 0xff0b ||
					 c == 0xff0d || c == 0xff20);
}

void view_csv_cell(GString *out, const char *text)
{
	g_autofree char *line = text_one_line(text, strlen(text), 8192);
	const char *at = line;

	g_string_append_c(out, '"');
	if (runs(g_strstrip(line)) || runs(text)) {
		g_string_append_c(out, '\'');
	}
	for (; *at != '\0'; at++) {
		if (*at == '"') {
			g_string_append_c(out, '"');
		}
		g_string_append_c(out, *at);
	}
	g_string_append_c(out, '"');
}

static void headings(GString *out)
{
	for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_string_append_printf(
		    out, "%s%s", i > 0 ? "," : "", columns[i].heading);
	}
	g_string_append(out, "\r\n");
}

void csv_row(View *view, const JsonValue *row, GString *out)
{
	if (view->rows == 0) {
		headings(out);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_autofree char *text = columns[i].cell(row, columns[i].name);

		if (i > 0) {
			g_string_append_c(out, ',');
		}
		view_csv_cell(out, text);
	}
	g_string_append(out, "\r\n");
}

void csv_end(View *view, GString *out)
{
	if (view->rows == 0) {
		headings(out);
	}
}
