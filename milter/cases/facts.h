/* The facts of all cases in memory: the store's side (anteroom/facts.h). */
#ifndef CASES_FACTS_H
#define CASES_FACTS_H

#include "anteroom/facts.h"
#include "cases/internal.h"
#include "cases/tally.h"

Facts *facts_new(void);
/* Ends the thread that gathers them. */
void facts_stop(Facts *facts);
void facts_free(Facts *facts);

/* Remembers that TXN writes KASE. The names' lock is taken, for a look at a
 * table. */
void facts_note(Txn *txn, const Case *kase);
/* The end of TXN: what it changed counts when it is DURABLE. */
void facts_end(Txn *txn, bool durable);

/* store_each_fact, if they are in memory; else false. */
bool facts_visit(Store *store, FactVisit visit, gpointer data);

/* The numbers of the first MOST cases that FILTER lets through, its search
 * apart, in the order of `order`. NULL: the index has to say. Transfer full. */
GArray *facts_choose(Store *store, const CaseFilter *filter, guint most);

/* The first MOST that fit, its search apart; false: they aren't kept. */
bool facts_front(
    Store *store, const FactFilter *filter, guint most, GArray *ids);

/* Called with a case whose facts in memory aren't those of its record; with 0
 * when what was counted of them isn't what they are. */
typedef void (*FactsWrong)(guint64 id, gpointer data);
/* Compares them all while mail goes on; those that are kept must be ready. */
bool facts_compare(
    Store *store, FactsWrong wrong, gpointer data, GError **error);

#endif
