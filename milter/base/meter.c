/* Counters and histograms of atomics. */
#include "anteroom/meter.h"

#include <stdatomic.h>

typedef struct {
	atomic_uint_fast64_t classes[METER_CLASSES];
	atomic_uint_fast64_t sum_us;
} Times;

struct Meter {
	Times times[METER_STAGES];
	atomic_uint_fast64_t outcomes[METER_OUTCOMES];
};

static const gint64 bounds_us[METER_CLASSES] = {50, 100, 250, 500, 1000, 2500,
    5000, 10000, 25000, 50000, 100000, 250000, 1000000, G_MAXINT64};

const char *meter_stage_name(MeterStage stage)
{
	static const char *const names[METER_STAGES] = {
	    "read", "score", "record", "whole"};

	return names[stage];
}

const char *meter_outcome_name(MeterOutcome outcome)
{
	static const char *const names[METER_OUTCOMES] = {"new", "linked",
	    "joined", "copy", "screened", "reply", "bounce", "notice", "other",
	    "failed"};

	return names[outcome];
}

const gint64 *meter_bounds_us(void)
{
	return bounds_us;
}

Meter *meter_new(void)
{
	return g_new0(Meter, 1);
}

void meter_free(Meter *meter)
{
	g_free(meter);
}

void meter_took(Meter *meter, MeterStage stage, gint64 took_us)
{
	guint i = 0;

	if (meter == NULL) {
		return;
	}
	while (took_us > bounds_us[i]) {
		i++;
	}
	atomic_fetch_add_explicit(
	    &meter->times[stage].classes[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&meter->times[stage].sum_us,
	    (guint64)MAX(took_us, 0), memory_order_relaxed);
}

void meter_ended(Meter *meter, MeterOutcome outcome)
{
	if (meter != NULL) {
		atomic_fetch_add_explicit(
		    &meter->outcomes[outcome], 1, memory_order_relaxed);
	}
}

void meter_times(const Meter *meter, MeterStage stage, MeterTimes *times)
{
	const Times *from = &meter->times[stage];

	times->n = 0;
	for (guint i = 0; i < METER_CLASSES; i++) {
		times->classes[i] = atomic_load_explicit(
		    &from->classes[i], memory_order_relaxed);
		times->n += times->classes[i];
	}
	times->sum_us =
	    atomic_load_explicit(&from->sum_us, memory_order_relaxed);
}

guint64 meter_count(const Meter *meter, MeterOutcome outcome)
{
	return atomic_load_explicit(
	    &meter->outcomes[outcome], memory_order_relaxed);
}
