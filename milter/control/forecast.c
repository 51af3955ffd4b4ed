/* What will come if nobody acts: `forecast`. Changes nothing. */
#include "anteroom/tick.h"
#include "anteroom/times.h"
#include "control/internal.h"

#define DEFAULT_S (24 * 3600)

static void write_notices(Json *json, const Ahead *ahead)
{
	json_begin_array(json, "notices");
	for (guint i = 0; i < ahead->notices->len; i++) {
		const Notice *notice = ahead->notices->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "kind", notice_kind_name(notice->kind));
		json_string(json, "to", notice->to);
		json_string(json, "rung", rung_name(notice->rung));
		json_time(json, "not_before", notice->after_s);
		json_end_object(json);
	}
	json_end_array(json);
}

static bool ahead_row(Call *call, const Ahead *ahead)
{
	g_autofree char *id = case_name(ahead->case_id);
	bool of_clock = ahead->kind != AHEAD_RESUME;
	Json *json = row_new();

	json_time(json, "at", ahead->at_s);
	json_string(json, "what", ahead_name(ahead->kind));
	json_string(json, "case", id);
	json_string(json, "team", ahead->team);
	json_string(
	    json, "metric", of_clock ? metric_name(ahead->metric) : NULL);
	if (of_clock) {
		json_int(json, "instance", ahead->instance);
	} else {
		json_null(json, "instance");
	}
	if (ahead->kind == AHEAD_WARNING) {
		json_int(json, "level", ahead->step);
	} else {
		json_null(json, "level");
	}
	if (ahead->kind == AHEAD_ESCALATION) {
		json_int(json, "after_s", ahead->step);
	} else {
		json_null(json, "after_s");
	}
	json_time(json, "due", ahead->due_s);
	write_notices(json, ahead);
	return call_row(call, json);
}

bool run_forecast(Call *call, GError **error)
{
	g_autoptr(GPtrArray) all = NULL;
	gint64 until_s = call->now_s + DEFAULT_S;
	guint limit = 0;

	if (!args_time(call, "until", &until_s, error) ||
	    !args_number(call, "limit", &limit, error)) {
		return false;
	}
	all = store_forecast(call->store, call->setup->conf, call->setup->sla,
	    until_s, limit, error);
	if (all == NULL) {
		return false;
	}
	for (guint i = 0; i < all->len && ahead_row(call, all->pdata[i]); i++) {
	}
	if (all->len == 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_NO,
		    "forecast: nothing will come");
		return false;
	}
	return true;
}
