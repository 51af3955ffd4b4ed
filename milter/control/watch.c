/*
 * For the web process: waiting for a change, and the counters of this process.
 * Neither says anything of a case.
 */
#include <string.h>

#include "anteroom/meter.h"
#include "anteroom/notice.h"
#include "anteroom/tick.h"
#include "anteroom/times.h"
#include "control/internal.h"

#define WAIT_MOST_S 1 /* so soon a web process can end */
#define STEP_US (200 * 1000)

/* ---- watch ---- */

/* Changes with everything that is committed; begins anew with the process. */
static char *moment(Call *call)
{
	StoreStats stats;

	store_stats(call->store, &stats);
	return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GUINT64_FORMAT,
	    call->started_s, stats.changes);
}

bool run_watch(Call *call, GError **error)
{
	const char *since = args_text(call, "since");
	gint64 until_us = g_get_monotonic_time() + WAIT_MOST_S * G_USEC_PER_SEC;
	g_autofree char *now = moment(call);
	Json *json;

	(void)error;
	while (g_strcmp0(now, since) == 0 &&
	       g_get_monotonic_time() < until_us && !call_over(call)) {
		g_usleep(STEP_US);
		g_free(now);
		now = moment(call);
	}
	json = row_new();
	json_string(json, "change", now);
	call_row(call, json);
	return true;
}

/* ---- metrics ---- */

static void write_outcomes(Json *json, const Meter *meter)
{
	json_begin_object(json, "messages");
	for (int i = 0; i < METER_OUTCOMES; i++) {
		json_int(json, meter_outcome_name((MeterOutcome)i),
		    (gint64)meter_count(meter, (MeterOutcome)i));
	}
	json_end_object(json);
}

static void write_stage(Json *json, const Meter *meter, MeterStage stage)
{
	MeterTimes times;

	meter_times(meter, stage, &times);
	json_begin_object(json, NULL);
	json_string(json, "stage", meter_stage_name(stage));
	json_int(json, "n", (gint64)times.n);
	json_int(json, "sum_us", (gint64)times.sum_us);
	json_begin_array(json, "classes");
	for (guint i = 0; i < METER_CLASSES; i++) {
		json_int(json, NULL, (gint64)times.classes[i]);
	}
	json_end_array(json);
	json_end_object(json);
}

static void write_stages(Json *json, const Meter *meter)
{
	json_begin_array(json, "bounds_us");
	for (guint i = 0; i + 1 < METER_CLASSES; i++) {
		json_int(json, NULL, meter_bounds_us()[i]);
	}
	json_end_array(json);
	json_begin_array(json, "stages");
	for (int i = 0; i < METER_STAGES; i++) {
		write_stage(json, meter, (MeterStage)i);
	}
	json_end_array(json);
}

static void write_clock(Json *json, const StoreClock *clock)
{
	json_begin_object(json, "clock");
	json_time(json, "done", clock->looked_s);
	json_time(json, "next", clock->next_s);
	json_end_object(json);
}

static void write_outbox(Json *json, const OutboxCount *outbox)
{
	json_begin_object(json, "outbox");
	json_int(json, "waiting", (gint64)outbox->waiting);
	json_int(json, "due", (gint64)outbox->due);
	json_int(json, "leased", (gint64)outbox->leased);
	json_int(json, "dead", (gint64)outbox->dead);
	json_time(json, "next", outbox->next_s);
	json_end_object(json);
}

bool run_metrics(Call *call, GError **error)
{
	OutboxCount outbox = {0};
	StoreClock clock = {0};
	Json *json;

	/* In this order: what the clock tells next comes to the outbox. */
	if (!store_clock(call->store, &clock, error) ||
	    !store_outbox(call->store, call->now_s, &outbox, error)) {
		return false;
	}
	json = row_new();
	json_string(json, "version", ANTEROOM_VERSION);
	json_time(json, "at", call->now_s);
	json_time(json, "started", call->started_s);
	json_time(json, "loaded", call->setup->loaded_s);
	json_int(json, "generation", call->setup->generation);
	json_int(json, "rules", ruleset_size(call->setup->rules));
	if (call->meter != NULL) {
		write_outcomes(json, call->meter);
		write_stages(json, call->meter);
	}
	write_clock(json, &clock);
	write_outbox(json, &outbox);
	store_write(json, NULL, call->store);
	call_row(call, json);
	return true;
}
