/*
 * How rare words are in mail: which of those that a pattern needs is the best
 * to look for.
 */
#ifndef SCORE_RARITY_H
#define SCORE_RARITY_H

#include <glib.h>

/* Minus the binary logarithm of how often LENGTH LETTERS of a plain text
 * (literals.h) begin at a byte of one, roughly. */
double rarity_bits(const char *letters, guint length);

#endif
