/*
 * What a folded text must have for a pattern to match it, read off the pattern:
 * words, joined by "and" and "or". For \blost\s+(my|our)\s+(bag|luggage):
 * " lost " and (" lost my" or " lost our") and (" bag" or " luggage").
 */
#ifndef SCORE_NEED_H
#define SCORE_NEED_H

#include <glib.h>
#include <stdbool.h>

#include "score/grams.h"
#include "score/heads.h"

typedef struct Need Need;

/* Reads PATTERN, which compiles. Where it has something this reader doesn't
 * know, the need is nothing: it holds for every text. Transfer full. */
Need *need_new(const char *pattern);
void need_free(Need *need);

/* False: no text that GRAMS were read from can match. */
bool need_holds(const Need *need, const Grams *grams);

/* How every match begins; NULL when that isn't known, or would tell too little.
 * Lives as long as NEED. */
const Heads *need_heads(const Need *need);

/* As text, in brackets; "" for nothing. For tests. Transfer full. */
char *need_text(const Need *need);

#endif
