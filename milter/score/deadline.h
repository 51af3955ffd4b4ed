/*
 * Deadlines in a message, as facts that rules look at in the section
 * "deadline".
 */
#ifndef SCORE_DEADLINE_H
#define SCORE_DEADLINE_H

#include "anteroom/message.h"
#include "anteroom/score.h"

/*
 * The deadlines that MESSAGE names in its subject and new text, relative to
 * CONTEXT's arrival: at most one fact of each kind, the nearest, like
 *
 *	within a day, asked: by tomorrow noon (Sat 28 Nov 12:00)
 *
 * "within 2 hours", "within a day", "within 2 days", "within a week" or
 * "later"; "asked" of the reader, "offered" to buy or register, or just "said",
 * as by who promises something himself or is away until then. A date that is
 *worded as no deadline, and stands with no word like "deadline" or "hearing",
 *is no fact; nor is one that has passed. Transfer full, NULL when there is
 *none. Linear.
 */
char **deadline_facts(const Message *message, const ScoreContext *context);

#endif
