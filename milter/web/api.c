/* The JSON API: the rows of the commands as they are. */
#include <string.h>

#include "anteroom/limits.h"
#include "web/internal.h"
#include "web/pages.h"

/* Of lists without an end the first. */
static Fields *bounded(const Fields *query)
{
	Fields *fields = fields_new();
	const char *limit = fields_get(query, "limit");
	g_autofree char *most = g_strdup_printf("%d", LIMIT_WEB_ROWS);
	bool fits =
	    limit != NULL && g_ascii_strtoll(limit, NULL, 10) <= LIMIT_WEB_ROWS;

	for (guint i = 0; i < fields_count(query); i++) {
		const char *name = fields_name_at(query, i);

		if (fits || strcmp(name, "limit") != 0) {
			fields_add(fields, name, fields_value_at(query, i));
		}
	}
	if (!fits) {
		fields_add(fields, "limit", most);
	}
	return fields;
}

static bool add_row(const char *text, gsize length, gpointer data)
{
	GString *out = data;

	g_string_append_len(out, text, (gssize)length);
	g_string_append(out, ",\n");
	return true;
}

/* Only what the command knows, and as it knows it. False: answered. */
static bool known_words(
    const WebRequest *request, WebReply *reply, const char *name)
{
	const Command *command = command_find(name, NULL);

	for (guint i = 0; i < fields_count(request->query); i++) {
		const char *word = fields_name_at(request->query, i);

		if (command_word(command, word) == NULL ||
		    strcmp(word, "case") == 0) {
			reply_problem(request, reply, 400,
			    "The query has a word that is not known.");
			return false;
		}
	}
	return true;
}

/* Drops the comma and line feed after the last row. */
static void trim(GString *rows)
{
	g_string_truncate(rows, rows->len >= 2 ? rows->len - 2 : 0);
}

/* COMMAND with FIELDS: one object. */
static void answer_one(const WebRequest *request, WebReply *reply,
    const char *command, const Fields *fields)
{
	g_autoptr(GString) rows = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (!web_ask_raw(request, command, fields, add_row, rows, &error)) {
		reply_error(request, reply, error);
		return;
	}
	trim(rows);
	g_string_append_printf(reply_json(reply), "%s\n", rows->str);
}

void api_cases(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GString) rows = g_string_new("[");
	g_autoptr(Fields) fields = bounded(request->query);
	g_autoptr(GError) error = NULL;

	if (!known_words(request, reply, "cases")) {
		return;
	}
	if (!web_ask_raw(request, "cases", fields, add_row, rows, &error) &&
	    !g_error_matches(error, ANTEROOM_ERROR, ERROR_NO)) {
		reply_error(request, reply, error);
		return;
	}
	if (rows->len > 1) {
		trim(rows);
	}
	g_string_append_printf(reply_json(reply), "%s]\n", rows->str);
}

void api_case(const WebRequest *request, WebReply *reply)
{
	g_autoptr(Fields) fields = fields_new();

	if (!known_words(request, reply, "show")) {
		return;
	}
	fields_add(fields, "case", request->item);
	for (guint i = 0; i < fields_count(request->query); i++) {
		fields_add(fields, fields_name_at(request->query, i),
		    fields_value_at(request->query, i));
	}
	answer_one(request, reply, "show", fields);
}

void api_status(const WebRequest *request, WebReply *reply)
{
	if (known_words(request, reply, "status")) {
		answer_one(request, reply, "status", request->query);
	}
}

void api_act(const WebRequest *request, WebReply *reply)
{
	static const char *const acts[] = {"route", "topic", "urgency", "note",
	    "answered", "pause", "resume", "close", "reopen", "merge", NULL};
	g_autoptr(Fields) fields = fields_new();

	if (!g_strv_contains(acts, request->tail)) {
		reply_problem(request, reply, 404, "There is no such act.");
		return;
	}
	fields_add(fields, "case", request->item);
	for (guint i = 0; i < fields_count(request->form); i++) {
		const char *name = fields_name_at(request->form, i);

		if (strcmp(name, "csrf") != 0) {
			fields_add(
			    fields, name, fields_value_at(request->form, i));
		}
	}
	answer_one(request, reply, request->tail, fields);
}
