/* One-liners: what was done. */
#include "view/internal.h"

void act_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *id = cell(row, "id");
	g_autofree char *done = cell(row, "done");

	(void)view;
	g_string_append_printf(out, "%s: %s\n", id, done);
}

void take_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *file = cell(row, "file");
	g_autofree char *outcome = cell(row, "outcome");
	g_autofree char *id = cell(row, "case");
	g_autofree char *detail = cell(row, "detail");

	(void)view;
	g_string_append_printf(out, "%s: %s", file, outcome);
	if (*id != '\0') {
		g_string_append_printf(out, ": %s", id);
	}
	if (*detail != '\0') {
		g_string_append_printf(out, " (%s)", detail);
	}
	g_string_append_c(out, '\n');
}

void backup_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *folder = cell(row, "folder");

	(void)view;
	g_string_append_printf(out, "copied to %s\n", folder);
}

void fsck_row(View *view, const JsonValue *row, GString *out)
{
	g_autofree char *wrong = cell(row, "wrong");

	(void)view;
	if (*wrong != '\0') {
		g_string_append_printf(out, "%s\n", wrong);
		return;
	}
	g_string_append_printf(out,
	    "%d cases, %d events, %d messages: %d wrong\n",
	    (int)json_get_int(row, "cases", 0),
	    (int)json_get_int(row, "events", 0),
	    (int)json_get_int(row, "messages", 0),
	    (int)json_get_int(row, "problems", 0));
}
