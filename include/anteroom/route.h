/*
 * What is to become of a watched message: pure functions from what it says and
 * what is configured to a plan. Nothing is recorded here.
 */
#ifndef ANTEROOM_ROUTE_H
#define ANTEROOM_ROUTE_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/score.h"
#include "anteroom/sla.h"

#define TOPIC_OTHER "other"   /* no topic qualifies */
#define TOPIC_UNREAD "unread" /* could not be read: a person must look */

typedef struct Plan {
	const Desk *desk;
	const Team *team;    /* NULL: screened, no case and no clock */
	const char *because; /* why that team, or none: one line, static */
	char *topic;         /* primary; topic of the pack, "other", "unread" */
	char **topics;       /* primary first, NULL-terminated */
	int urgency;         /* 0..100 */
	Urgency level;
	bool sensitive;           /* topic or team is */
	char *unscreened;         /* why a person must look; NULL = screened */
	const Policy *policy;     /* NULL: nothing promised */
	const Calendar *calendar; /* of the policy; not a reference; NULL
				   * without a policy */
	gint64 from_s;            /* the arrival, that deadlines count from */
	gint64 due_s[METRICS];    /* 0 = none */
} Plan;

/*
 * Plans MESSAGE, which arrived at ARRIVAL_S for DESK. What a person must look
 * at (unread, undecided) is at least high and never screened away. Automatic
 * mail gets no case unless its topic has the floor "critical". Transfer full;
 * valid as long as CONF and SLA. Any thread.
 */
Plan *plan_new(const Conf *conf, const Sla *sla, const Desk *desk,
    const Message *message, const Score *score, gint64 arrival_s);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* The team that gets TOPIC, or NULL for "none": the topic's route, else the
 * default. *known, if not NULL, tells whether there was any route. */
const Team *route_team(const Conf *conf, const char *topic, bool *known);

#endif
