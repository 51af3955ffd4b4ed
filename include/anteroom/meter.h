/*
 * What has been done since the start, for whoever watches a running system:
 * how messages ended, and how long each stage of their way took. Counting is a
 * few atomic additions; no lock is on the way of a message.
 */
#ifndef ANTEROOM_METER_H
#define ANTEROOM_METER_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	METER_READ,   /* bytes to headers, people and text */
	METER_SCORE,  /* all rules */
	METER_RECORD, /* plan, and waiting for the disk */
	METER_WHOLE,  /* all of it */
} MeterStage;
#define METER_STAGES 4

typedef enum {
	METER_NEW,      /* a new case */
	METER_LINKED,   /* new, and linked to another */
	METER_JOINED,   /* a further message of a case */
	METER_COPY,     /* a message seen before */
	METER_SCREENED, /* no case */
	METER_REPLY,    /* one of us answers */
	METER_BOUNCE,   /* a reply came back */
	METER_NOTICE,   /* a mail of our own came back */
	METER_OTHER,    /* none of ours */
	METER_FAILED,   /* couldn't be recorded: to be tried again */
} MeterOutcome;
#define METER_OUTCOMES 10

/* "read", "score", "record", "whole". Static. */
const char *meter_stage_name(MeterStage stage);
/* "new", "linked" ... "failed". Static. */
const char *meter_outcome_name(MeterOutcome outcome);

/* Classes of a histogram: upper bounds in microseconds; the last is open. */
#define METER_CLASSES 14
const gint64 *meter_bounds_us(void);

typedef struct Meter Meter;

Meter *meter_new(void);
void meter_free(Meter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Meter, meter_free)

/* METER may be NULL: nobody counts. Any thread. */
void meter_took(Meter *meter, MeterStage stage, gint64 took_us);
void meter_ended(Meter *meter, MeterOutcome outcome);

typedef struct {
	guint64 classes[METER_CLASSES]; /* not summed up */
	guint64 n;
	guint64 sum_us;
} MeterTimes;

/* Nearly of one moment: others may be counting. */
void meter_times(const Meter *meter, MeterStage stage, MeterTimes *times);
guint64 meter_count(const Meter *meter, MeterOutcome outcome);

#endif
