/* Mail of ours other than replies that came back. */
#ifndef CASES_RETURNED_H
#define CASES_RETURNED_H

#include "cases/internal.h"

/* Notice NUMBER, by its mark. *KASE: its case afterwards, if it has one. */
BounceOutcome returned_notice(
    Txn *txn, const Bounce *bounce, guint64 number, Case **kase);

/* The message FOUND that a team was to get, when it is the team that the
 * bounce names. *KASE: the case afterwards, unless BOUNCE_UNKNOWN. */
BounceOutcome returned_forward(
    Txn *txn, const Bounce *bounce, const Found *found, Case **kase);

#endif
