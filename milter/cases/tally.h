/*
 * What is counted of the facts in memory, brought along with each change: the
 * numbers of each team that don't depend on the time, and which cases are
 * alike, in the order of lists. Whatever is told of them is what a look at all
 * facts would tell. Not locked.
 */
#ifndef CASES_TALLY_H
#define CASES_TALLY_H

#include "anteroom/facts.h"
#include "cases/shelf.h"

typedef struct Tally Tally;

Tally *tally_new(void);
void tally_free(Tally *tally);

/* The facts of case ID become NOW; they were WAS. NULL, or not set: none. */
void tally_change(Tally *tally, guint64 id, const Fact *was, const Fact *now);

/* What store_each_count gives. */
void tally_each_count(const Tally *tally, FactCountVisit visit, gpointer data);

/* The numbers of cases (guint64) are appended to IDS. */
/* Those that arrived from FROM_S on and before TO_S, as they arrived. */
void tally_arrived(Tally *tally, gint64 from_s, gint64 to_s, GArray *ids);
/* Those that aren't done with: open, paused, or a clock runs. */
void tally_unsettled(Tally *tally, GArray *ids);

/* Which names a filter means; FACT_NO_NAME is nobody's. */
typedef struct {
	const CaseFilter *filter;
	guint32 team, topic, desk;
	GArray *teams; /* of guint32 */
} FactFilter;

FactFilter fact_filter(const CaseFilter *filter, FactNames *names);
void fact_filter_clear(FactFilter *filter);
bool fact_fits(const FactFilter *filter, const Fact *fact);

/* The first MOST that fit, in the order of lists. */
void tally_choose(
    Tally *tally, const FactFilter *filter, guint most, GArray *ids);

/* Do both tell the same? */
bool tally_equal(Tally *a, Tally *b);

#endif
