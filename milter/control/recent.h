/*
 * Answers that took long to make, for whoever asks the same soon after: each is
 * kept for many times of what it took, so that asking again and again costs a
 * small share of a processor however many cases there are. What is made in no
 * time isn't kept; it is always of this moment.
 */
#ifndef CONTROL_RECENT_H
#define CONTROL_RECENT_H

#include <glib.h>

#define RECENT_ANSWERS 64
#define RECENT_TIMES 200     /* of what it took */
#define RECENT_LEAST_US 5000 /* what takes less isn't kept */
#define RECENT_MOST_US (30 * G_TIME_SPAN_SECOND) /* nor is any longer */

typedef struct Recent Recent;

Recent *recent_new(void);
void recent_free(Recent *recent);

/* What is asked: everything that the answer follows from but the time. The
 * moments may be later than those of the answer by as much as it is old. */
typedef struct {
	const char *key;
	gint64 from_s, to_s;
} RecentAsk;

/* The answer to ASK, as text; NULL: none that is recent at NOW_US (monotonic).
 * Transfer full. Any thread. */
char *recent_find(Recent *recent, const RecentAsk *ask, gint64 now_us);

/* Keeps TEXT, which was made by NOW_US (monotonic) and took TOOK_US of a
 * processor's time, if that was long. */
void recent_keep(Recent *recent, const RecentAsk *ask, const char *text,
    gint64 took_us, gint64 now_us);

#endif
