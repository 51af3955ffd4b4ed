/*
 * Many numbers of which the middle one is wanted, exactly, while some come and
 * go: kept in classes that are the finer the smaller the numbers, so that only
 * one class has to be looked through. Four bytes each. Not locked.
 */
#ifndef CASES_SPREAD_H
#define CASES_SPREAD_H

#include <glib.h>

#define SPREAD_FINE_BITS 6 /* classes of each doubling */
#define SPREAD_CLASSES ((33 - SPREAD_FINE_BITS) << SPREAD_FINE_BITS)

typedef struct {
	guint n;
	GArray *classes[SPREAD_CLASSES]; /* of guint32; NULL: empty */
} Spread;

void spread_clear(Spread *spread);
void spread_add(Spread *spread, guint32 number);
/* Takes out one that is there. */
void spread_remove(Spread *spread, guint32 number);
/* Of an even number the mean of the two in the middle, rounded down; -1: there
 * are none. */
gint64 spread_median(const Spread *spread);

#endif
