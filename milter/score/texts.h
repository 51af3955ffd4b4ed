/*
 * A message as rules see it: every section that some rule looks at, folded
 * (fold.h), prepared once and then read by all rules. One buffer holds it all
 * and is used again for the next message.
 */
#ifndef SCORE_TEXTS_H
#define SCORE_TEXTS_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/score.h"
#include "score/pattern.h"

/* What rules ask for. */
typedef struct {
	guint sections;      /* bit 1 << Section */
	guint disguised;     /* of them, those whose disguised words are read */
	GHashTable *headers; /* folded name -> its number + 1 */
} TextsWanted;

/* One text: a section has as many as there are names, addresses, fields. */
typedef struct {
	guint header; /* number of its name; for SECTION_HEADER */
	gsize from, length;
	/* What it was before it was folded; NULL: several stretches. */
	const char *original;
	bool changed; /* by more than white space, quotes and hyphens */
	/* It is another reading (disguise.h) of the one so many before it;
	 * 0: it isn't. */
	guint reading_of;
} TextSpan;

/*
 * Invariant: the spans of section S are those from first[S] up to, not
 * including, first[S + 1].
 */
typedef struct {
	GString *bytes;        /* an edge, a text, an edge, the next ... */
	GArray *spans;         /* of TextSpan */
	GArray *seams;         /* of Seam, of all readings; `at` in bytes */
	gsize disguised_bytes; /* of all readings */
	guint first[SECTION_KINDS + 1];
	char **deadlines; /* facts, in spans; NULL: none */
} Texts;

/* What stands between texts: a line feed, an edge, a line feed. */
#define TEXTS_EDGE_BYTES 3
void texts_add_edge(GString *bytes);

Texts *texts_new(void);
void texts_free(Texts *texts);

/*
 * Fills TEXTS, whatever it held, with the sections of MESSAGE that are WANTED.
 * Subject, text, quoted and signature are one text each, also when empty (then
 * ^$ matches): visible stretches first, hidden ones after them. People give
 * "Name <address>" and the bare address, attachments the name, the
 * name with its punctuation as spaces, and with underscores alone as such,
 * header fields and facts a text each. Behind a text with disguised words stand
 * the readings of them. MESSAGE is borrowed until TEXTS changes.
 */
void texts_read(Texts *texts, const Message *message,
    const ScoreContext *context, const TextsWanted *wanted);

/* Fills TEXTS with TEXT alone, as if it were all there is of SECTION; HEADER is
 * the number of its name. For a rule's own examples. */
void texts_example(
    Texts *texts, Section section, guint header, const char *text);

/* Of bytes SPAN of text number TEXT, a reading of disguised words: those of the
 * text that it reads. */
Span texts_undisguise(const Texts *texts, guint text, Span span);

/* The text of a span; valid until TEXTS changes. */
Subject texts_subject(const Texts *texts, const TextSpan *span);

/* The same, by its number. */
Subject texts_at(const Texts *texts, guint text);

#endif
