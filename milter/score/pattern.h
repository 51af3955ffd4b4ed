/*
 * One compiled pattern, and finding it in bounded time. The only file that
 * knows the library is pattern.c.
 */
#ifndef SCORE_PATTERN_H
#define SCORE_PATTERN_H

#include <glib.h>
#include <stdbool.h>

#include "score/patience.h"

/* A pattern sees so much of a text at once; longer ones are searched piece by
 * piece, and a match (with what it looks ahead at) that is longer than the
 * overlap may be missed there. It bounds what one call can cost. Whether and
 * how a match begins at some byte depends on the text alone, not on where the
 * search began. */
#define PATTERN_PIECE_BYTES 8192
#define PATTERN_OVERLAP_BYTES 1024

typedef struct Pattern Pattern;

/*
 * Compiles TEXT (caseless, UTF, Unicode properties), to machine code where the
 * system lets us, with the first search. NULL with ERROR_CONFIG and the offset
 * otherwise. Immutable afterwards, for any number of threads. Transfer full.
 */
Pattern *pattern_new(const char *text, GError **error);
void pattern_free(Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)

/* What it was compiled of. */
const char *pattern_text(const Pattern *pattern);

/* Is there machine code? Makes it. Any thread. */
bool pattern_jit(const Pattern *pattern);

/* What one search at a time needs besides; never shared. */
typedef struct PatternSpace PatternSpace;
PatternSpace *pattern_space_new(void);
void pattern_space_free(PatternSpace *space);

typedef struct {
	const char *bytes;
	gsize length;
} Subject;

typedef struct {
	gsize from, to; /* bytes; from <= to */
} Span;

typedef enum {
	FIND_NONE,
	FIND_HIT,
	FIND_LIMIT, /* can't tell: ran into a limit */
	FIND_LATE,  /* can't tell: the time is up */
} Find;

typedef struct {
	PatternSpace *space;
	Patience *patience; /* looked at between pieces */
} Search;

/* The first match in SUBJECT that begins at or after FROM, and at or before TO,
 * however far it goes. *HIT is written for FIND_HIT alone. SUBJECT should be
 * UTF-8; invalid bytes match nothing. */
Find pattern_find(const Pattern *pattern, const Search *search,
    const Subject *subject, Span range, Span *hit);

/* The next character's offset after AT (at most LENGTH + 1, which is beyond
 * the end). */
gsize subject_next(const Subject *subject, gsize at);

#endif
