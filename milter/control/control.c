/*
 * Dispatch: from a request to the function that does it, with the role of the
 * asker and the shape of his words checked before. Commands with `local` in
 * the table are none of ours.
 */
#include <string.h>

#include "anteroom/log.h"
#include "anteroom/times.h"
#include "control/internal.h"

static const struct {
	const char *name;
	CallRun run;
	bool now; /* has --now */
} runs[] = {
    {"replay", run_replay, false},
    {"take", run_take, false},
    {"cases", run_cases, true},
    {"show", run_show, true},
    {"status", run_status, true},
    {"report", run_report, true},
    {"digest", run_digest, true},
    {"rules", run_rules, true},
    {"try", run_try, false},
    {"health", run_health, false},
    {"policy", run_policy, false},
    {"route", run_act, false},
    {"urgency", run_act, false},
    {"topic", run_act, false},
    {"note", run_act, false},
    {"answered", run_act, false},
    {"close", run_act, false},
    {"reopen", run_act, false},
    {"pause", run_act, false},
    {"resume", run_act, false},
    {"merge", run_act, false},
    {"unmerge", run_act, false},
    {"split", run_act, false},
    {"undo", run_act, false},
    {"export", run_export, false},
    {"forecast", run_forecast, false},
    {"notices", run_notices, false},
    {"notice-retry", run_notice_end, false},
    {"notices-take", run_notices_take, false},
    {"notice-sent", run_notice_end, false},
    {"notice-failed", run_notice_end, false},
    {"watch", run_watch, false},
    {"metrics", run_metrics, false},
    {"backup", run_backup, false},
    {"fsck", run_fsck, false},
};

static const struct {
	ErrorCode code;
	const char *word;
} words[] = {
    {ERROR_NO, "no"},
    {ERROR_USAGE, "usage"},
    {ERROR_CONFIG, "config"},
    {ERROR_DENIED, "denied"},
    {ERROR_TEMPORARY, "temporary"},
    {ERROR_FATAL, "fatal"},
    {ERROR_ABSENT, "absent"},
};

const char *error_word(const GError *error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_error_matches(
			error, ANTEROOM_ERROR, (int)words[i].code)) {
			return words[i].word;
		}
	}
	return "fatal";
}

ErrorCode error_code_of_word(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_strcmp0(words[i].word, word) == 0) {
			return words[i].code;
		}
	}
	return ERROR_FATAL;
}

/* "none", "reader", "assistant", "administrator". Static. */
static const char *role_name(Role role)
{
	static const char *const names[] = {
	    "none", "reader", "assistant", "administrator"};

	return names[role];
}

Control *control_new(SetupSlot *slot, Store *store)
{
	Control *control = g_new0(Control, 1);

	control->slot = slot;
	control->store = store;
	control->users = users_file_new();
	control->reports = recent_new();
	g_mutex_init(&control->looks);
	g_mutex_init(&control->status.lock);
	control->started_s = times_now_s();
	return control;
}

void control_guard(Control *control, const PoisonGuard *guard)
{
	control->guard = *guard;
}

void control_meter(Control *control, Meter *meter)
{
	control->meter = meter;
}

void control_stop(Control *control)
{
	g_atomic_int_set(&control->stopping, 1);
	g_clear_pointer(&control->listener, listener_free);
}

void control_free(Control *control)
{
	if (control != NULL) {
		control_stop(control);
		users_file_free(control->users);
		recent_free(control->reports);
		status_kept_clear(&control->status);
		g_mutex_clear(&control->looks);
		g_free(control);
	}
}

bool control_listen(Control *control, const char *path, GError **error)
{
	g_return_val_if_fail(control->listener == NULL, false);
	control->serving = true; /* before its threads begin */
	control->listener = listener_new(control, path, error);
	return control->listener != NULL;
}

bool call_text(Call *call, const char *text)
{
	return call->row(text, strlen(text), call->data);
}

bool call_row(Call *call, Json *json)
{
	g_autofree char *text = NULL;

	json_end_object(json);
	text = json_text(json);
	json_free(json);
	return call_text(call, text);
}

bool call_over(const Call *call)
{
	const ControlRequest *request = call->request;

	return g_atomic_int_get(call->stopping) != 0 ||
	       (request->gone != NULL && request->gone(request->asker));
}

/* Of a user of the web pages rights.c says what he may. */
static const char *denied_because(
    const Command *command, const ControlRequest *request)
{
	if (command->local) {
		return "is done by the program itself";
	}
	return request->person == NULL && request->role < command->role
		   ? "you may not"
		   : NULL;
}

static bool run_call(Call *call, GError **error)
{
	if (call->store == NULL) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_TEMPORARY, "store: not open");
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
		if (strcmp(runs[i].name, call->command->name) != 0) {
			continue;
		}
		if (runs[i].now &&
		    !args_time(call, "now", &call->now_s, error)) {
			return false;
		}
		return runs[i].run(call, error);
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "%s: not offered",
	    call->command->name);
	return false;
}

static void log_call(const Call *call, const GError *error)
{
	bool changes = call->command->role >= ROLE_ASSISTANT;
	g_autofree char *name =
	    call->case_id != 0 ? case_name(call->case_id) : NULL;

	log_line(error == NULL && !changes ? LOG_DEBUG : LOG_INFO, "command",
	    "name", call->command->name, "case", name, "outcome", call->outcome,
	    "user", call->request->user, "role",
	    call->request->person != NULL
		? user_role_name(call->request->person->role)
		: role_name(call->request->role),
	    "error", error != NULL ? error->message : NULL, NULL);
}

bool control_dispatch(Control *control, const ControlRequest *request,
    ControlRow row, gpointer data, GError **error)
{
	const Command *command = command_find(request->command, error);
	GError *inner = NULL;
	const char *because;
	Call call = {.command = command,
	    .request = request,
	    .store = control->store,
	    .stopping = &control->stopping,
	    .looks = &control->looks,
	    .status = &control->status,
	    .meter = control->meter,
	    .reports = control->reports,
	    .started_s = control->started_s,
	    .guard = control->guard.enter != NULL ? &control->guard : NULL,
	    .now_s = times_now_s(),
	    .row = row,
	    .data = data};

	if (command == NULL) {
		return false;
	}
	because = denied_because(command, request);
	if (because != NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_DENIED,
		    "%s: %s (%s, needs %s)", command->name, because,
		    request->user, role_name(command->role));
		return false;
	}
	call.setup = setup_slot_get(control->slot);
	if (args_check(&call, &inner) && rights_check(&call, &inner)) {
		run_call(&call, &inner);
	}
	if (control->serving) {
		log_call(&call, inner);
	}
	setup_unref(call.setup);
	if (inner != NULL) {
		g_propagate_error(error, inner);
		return false;
	}
	return true;
}
