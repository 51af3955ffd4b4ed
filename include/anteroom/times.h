/*
 * Times and durations at the edges. Inside, a moment is UTC seconds since the
 * epoch in a gint64 (suffix _s, 0 = none) and a duration is seconds. Nothing
 * here reads the process's TZ.
 */
#ifndef ANTEROOM_TIMES_H
#define ANTEROOM_TIMES_H

#include <glib.h>
#include <stdbool.h>

/* The wall clock, UTC seconds. Only mains, intake, control and the clock ask;
 * everything below gets the time as an argument. */
gint64 times_now_s(void);

/* What the calling thread has worked so far, in microseconds: waiting for the
 * processor or for others isn't in it. A call of the system; dear. */
gint64 times_thread_us(void);

/* RFC 3339 in UTC ("2026-11-21T10:00:00Z"). Transfer full. 0 and moments
 * outside the years 1..9999 give NULL. */
char *times_rfc3339(gint64 at_s);

/* RFC 5322 date in UTC ("Sat, 21 Nov 2026 11:00:00 +0000"). Transfer full. */
char *times_rfc5322(gint64 at_s);

/* Reads RFC 3339 with Z or an offset; seconds may be absent. False, with
 * ERROR_USAGE and *at_s untouched, on anything else. */
bool times_parse_rfc3339(const char *text, gint64 *at_s, GError **error);

/* Reads the date of a Received or Date field, RFC 5322 section 3.3 with its
 * obsolete forms, leniently. False (no error: a value like any other) when
 * there is none. */
bool times_parse_rfc5322(const char *text, gint64 *at_s);

/* Reads "30m", "4h", "2d" (48 h), "90s", "1h30m" into seconds > 0. False with
 * ERROR_USAGE on anything else, and above ten years. */
bool times_parse_duration(const char *text, gint64 *duration_s, GError **error);

/* "2d 4h", "35m", "12s": the two largest units; negative ones with "-".
 * Transfer full. */
char *times_duration(gint64 duration_s);

#endif
