/* Inside routing: who gets what a plan is about. */
#ifndef ROUTE_INTERNAL_H
#define ROUTE_INTERNAL_H

#include "anteroom/route.h"

/* What the choice of a team hangs on. */
typedef struct {
	const Conf *conf;
	const Desk *desk;          /* may be NULL */
	const char *const *topics; /* primary first, never empty */
	Urgency level;
	bool automatic; /* nobody waits for an answer */
	bool grave;     /* a topic with the floor "critical" applies */
	bool look;      /* not judged, or not wholly: a person must look */
} RouteQuestion;

/* Who gets it, and by which rule of routing. */
typedef struct {
	const Team *team;    /* NULL: screened */
	const char *because; /* one line; static */
} RouteAnswer;

RouteAnswer route_answer(const RouteQuestion *question);

#endif
