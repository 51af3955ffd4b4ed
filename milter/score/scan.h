/*
 * One pass over a message's texts for the literals (literals.h) of all
 * patterns: where may which pattern match? Says too many places, never too few.
 */
#ifndef SCORE_SCAN_H
#define SCORE_SCAN_H

#include <glib.h>
#include <stdbool.h>

/* Where a match may begin, in bytes of the texts, both ends included. */
typedef struct {
	guint32 from, to;
} Window;

typedef struct {
	GPtrArray *ways; /* literals_read; NULL: it may match anywhere */
	guint least;     /* fewer matches than these aren't looked for */
	bool seldom; /* asked for after few passes: they note nothing for it,
		      * and scan_next says yes */
} ScanPattern;

/* Patterns and their literals. Immutable, for any number of threads. */
typedef struct Scan Scan;

/* PATTERNS: of ScanPattern, numbered as they stand there. Transfer full. */
Scan *scan_new(const GArray *patterns);
void scan_free(Scan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scan, scan_free)

/* What one pass at a time needs, and what it found; never shared. It must not
 * outlive SCAN. */
typedef struct ScanSpace ScanSpace;
ScanSpace *scan_space_new(const Scan *scan);
void scan_space_free(ScanSpace *space);

/* Looks at LENGTH bytes of TEXTS (texts.h). */
void scan_texts(ScanSpace *space, const char *texts, gsize length);

/* As if every pattern might match anywhere. */
void scan_nothing(ScanSpace *space);

/* The first pattern from number FROM on that may match; END: none before END.
 */
guint scan_next(const ScanSpace *space, guint from, guint end);

/* Appends to WINDOWS (of Window) where, from left to right, apart; nothing
 * where those are too few. */
void scan_windows(ScanSpace *space, guint number, GArray *windows);

#endif
