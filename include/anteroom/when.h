/*
 * Moments named in text: "tomorrow before five", "bis Freitag", "sous 48
 * heures", "el 3 de marzo a las 15:30". English, German, French and Spanish,
 * with and without their accents; several languages may mix.
 *
 * What words mean:
 * - A day ends at 23:59:59 local time, and so does "by Friday". "Before Friday"
 *   ends with the day before. A week ends with its Sunday.
 * - "End of day", "close of business" and their like are 17:00; noon 12:00, the
 *   end of the morning 12:00, of the afternoon 18:00, of the evening and the
 *   night 23:59:59.
 * - An hour without more words ("before five", "a las cinco") is that of a
 *   working day, 07:00 to 18:59; of two digits, with minutes, or with Uhr, h,
 *   am or pm it is as written. 24:00 ends its day.
 * - A weekday is the next one from the reference's day on, that day included;
 *   "next Monday" is never today. A date without a year is the nearest that
 *   isn't more than half a year ago.
 * - Beside a date with its year "today" and its like say no more: "today (3
 * March 2001)" was written then.
 * - Numeric dates: 3.12. and 2027-03-04 are clear; 3/4 is month first, unless
 *   the text reads as German, French or Spanish or the first number is above
 *   12; what could be both ways is `ambiguous`.
 * - A zone that follows a time ("5pm ET", "15:00 UTC", "9h CEST") holds for it;
 *   letters that several zones share (CST, IST, BST) count only where one
 *   meaning is by far the usual one in mail.
 * - A local time that a change of clocks leaves out is the moment of the
 *   change; of one that comes twice, the later counts for a deadline.
 */
#ifndef ANTEROOM_WHEN_H
#define ANTEROOM_WHEN_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	WHEN_MINUTE, /* "at 15:30", "in 20 minutes" */
	WHEN_HOUR,   /* "before five", "within 48 hours", "noon" */
	WHEN_PART,   /* of a day: "tonight", "end of day" */
	WHEN_DAY,    /* "by Friday", "in two days" */
	WHEN_LONGER, /* "this week", "by the end of the month" */
} WhenPrecision;

typedef struct {
	gsize from, to; /* bytes of the text that name it */
	gint64 begin_s; /* UTC: where what is named begins ... */
	gint64 at_s;    /* ... and its last second; the same for a moment */
	bool before;    /* worded as a deadline: "by", "bis", "within" */
	bool after;     /* as a beginning: "from", "ab", "since" */
	bool past;      /* over at the reference time */
	bool ambiguous; /* of a numeric date: the other reading exists */
	WhenPrecision precision;
} When;

/*
 * Finds moments in TEXT (BYTES of UTF-8; what isn't UTF-8 names none), from
 * left to right, not overlapping, at most MAX of them. REFERENCE_S is when it
 * was written, in UTC; ZONE an IANA name, NULL or unknown: UTC. Transfer full,
 * of When. Time linear in BYTES. Any thread; silent.
 */
GArray *when_find(const char *text, gsize bytes, gint64 reference_s,
    const char *zone, guint max);

/* AT_S in ZONE as people write it: "Sat 28 Nov 12:00". Transfer full. */
char *when_text(gint64 at_s, const char *zone);

#endif
