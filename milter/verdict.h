/* How pipeline.c fills a Verdict; private to the two. */
#ifndef MILTER_VERDICT_H
#define MILTER_VERDICT_H

#include "anteroom/pipeline.h"

/* An empty verdict. Transfer full. */
Verdict *verdict_new(Outcome outcome);

/* Adds the tags of a message that has a case: KASE as it is now, the rules
 * and the status of this message. */
void verdict_tag_case(
    Verdict *verdict, const Case *kase, const Screening *screening);

/* Adds the tags of a message that gets no case. */
void verdict_tag_screened(Verdict *verdict, const Screening *screening);

/* Adds the team's address as a recipient, and takes out those of desks that
 * keep no copy. Nothing when the team has left the configuration. */
void verdict_forward(Verdict *verdict, const Conf *conf, const char *team_name,
    const char *const *recipients);

#endif
