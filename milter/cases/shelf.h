/*
 * Numbers in order, each of them once: most come after all others, any may be
 * taken out. Eight bytes each. Not locked.
 *
 * Invariant: the first `sorted` are in order; what came out of order waits
 * behind them until somebody looks, so that filling in no order costs one sort.
 */
#ifndef CASES_SHELF_H
#define CASES_SHELF_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
	GArray *all; /* of guint64 */
	guint sorted;
} Shelf;

void shelf_init(Shelf *shelf);
void shelf_clear(Shelf *shelf);

void shelf_put(Shelf *shelf, guint64 number);
/* Takes out one that is there. */
void shelf_take(Shelf *shelf, guint64 number);

/* All of them in order. Borrowed, until the next call. */
const guint64 *shelf_look(Shelf *shelf, guint *n);
/* How many are less than NUMBER: the place in shelf_look where it stands or
 * would stand. */
guint shelf_place(Shelf *shelf, guint64 number);

#endif
