/*
 * The ways in which a pattern can match, each with the literals (literals.h)
 * that it takes: "a(b|c)" has two. What follows in a row is known of every way;
 * what stands between "|" makes more of them. They are kept few: beyond a
 * number they become one, that takes less.
 */
#ifndef SCORE_WAYS_H
#define SCORE_WAYS_H

#include <glib.h>

#include "score/literals.h"

/* Literals of which each match has one. */
typedef struct {
	GArray *literals; /* of Literal; NULL: nothing is known */
	/* Expected in a byte of text; INFINITY: nothing is known. */
	double hits;
	double cost; /* roughly, the places where a match may begin for it */
} LiteralSet;

typedef struct {
	LiteralSet sets[LITERAL_SETS]; /* the best first */
} Way;

/* None; and one of which nothing is known. Arrays of Way, transfer full. */
GArray *ways_none(void);
GArray *ways_one(void);

/* Each of WAYS takes one of SET, too. */
void ways_take(GArray *ways, const LiteralSet *set);

/* MORE are possible, too. */
void ways_or(GArray *ways, const GArray *more);

/* After each of WAYS comes one of THEN. Transfer full. */
GArray *ways_and(const GArray *ways, const GArray *then);

/* Hits that are expected in a byte of text, of the rarest set of each;
 * INFINITY: one of WAYS takes nothing. */
double ways_hits(const GArray *ways);

/* What the best sets cost; INFINITY alike. */
double ways_cost(const GArray *ways);

#endif
