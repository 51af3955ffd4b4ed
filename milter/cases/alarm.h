/*
 * Alarms: the moments at which a clock needs attention. Pure: the tick, the
 * forecast and the survey all ask here, so they can't disagree.
 */
#ifndef CASES_ALARM_H
#define CASES_ALARM_H

#include "cases/notice.h"

typedef enum {
	ALARM_WARNING,
	ALARM_BREACH,
	ALARM_ESCALATION,
} AlarmKind;

typedef struct {
	AlarmKind kind;
	gint64 at_s;   /* the moment that it is about */
	gint64 when_s; /* when it is so: a deadline's own second is in time */
	gint64 step;   /* percent used; seconds after the breach */
} Alarm;

/* What alarms are computed by. */
typedef struct {
	const Conf *conf;
	const Sla *sla;
} AlarmBook;

/* The next alarm of CLOCK, a running one of KASE. False: none is left. */
bool alarm_next(
    const AlarmBook *book, const Case *kase, const Clock *clock, Alarm *alarm);

/* Sets next_s of CLOCK. */
void alarm_set(const Sla *sla, const Case *kase, Clock *clock);

/* The clock of DRAFT whose attention is due first, at or before NOW_S; NULL
 * when none is. */
Clock *alarm_due(Draft *draft, gint64 now_s);

/* Does what is due of CLOCK next: marks it as done, tells it with event and
 * notices, sets next_s. False: nothing was due yet at NOW_S, but next_s is
 * right now. */
bool alarm_do(const AlarmBook *book, Draft *draft, Clock *clock, gint64 now_s);

#endif
