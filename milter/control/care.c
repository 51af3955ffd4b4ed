/* Care of the store: the copy and the check. */
#include "anteroom/times.h"
#include "control/internal.h"

bool run_backup(Call *call, GError **error)
{
	const char *folder = args_text(call, "folder");
	Json *json;

	if (!g_path_is_absolute(folder)) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "backup: FOLDER must be an absolute path");
		return false;
	}
	if (!store_backup(call->store, folder, error)) {
		return false;
	}
	json = row_new();
	json_string(json, "folder", folder);
	call_row(call, json);
	return true;
}

static void report_row(const char *line, gpointer data)
{
	Json *json = row_new();

	json_string(json, "wrong", line);
	call_row(data, json);
}

static void check_row(Call *call, const StoreCheck *check)
{
	Json *json = row_new();

	json_int(json, "cases", (gint64)check->cases);
	json_int(json, "events", (gint64)check->events);
	json_int(json, "messages", (gint64)check->messages);
	json_int(json, "problems", (gint64)check->wrong);
	call_row(call, json);
}

bool run_fsck(Call *call, GError **error)
{
	StoreCheck check = {0};

	if (!store_fsck(call->store, report_row, call, &check, error)) {
		return false;
	}
	check_row(call, &check);
	if (check.wrong > 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "store: %" G_GUINT64_FORMAT " %s wrong", check.wrong,
		    check.wrong == 1 ? "thing is" : "things are");
		return false;
	}
	return true;
}
