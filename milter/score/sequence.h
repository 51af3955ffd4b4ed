/*
 * What is known of the strings that a part of a pattern matches, read from left
 * to right: the runs, which are all strings that may stand between a known
 * place and here, and the ways (ways.h) to come here.
 */
#ifndef SCORE_SEQUENCE_H
#define SCORE_SEQUENCE_H

#include <glib.h>
#include <stdbool.h>

#include "score/literals.h"
#include "score/ways.h"

/* In a run: a word begins or ends here, or the text does; the text begins. */
#define RUN_BORDER '\b'
#define RUN_EDGE '^'

/* At most so many are carried into a group. */
#define RUNS_INTO_GROUP 12

typedef struct {
	char letters[LITERAL_BYTES];
	guint n;
} Run;

typedef struct {
	guint32 min; /* bytes */
	Reach max;
} Width;

/* Between the pattern's beginning and here. */
typedef struct {
	GArray *runs; /* of Run: each match has one of them next after `at` */
	Width at;     /* from the match's beginning to the runs */
	Width width;  /* and to here */
	bool whole;   /* the runs go back to where reading it began */
	bool gap;     /* the byte before here is a blank of the plain text */
	GArray *ways; /* of Way */
} Sequence;

typedef struct {
	Width width;
	bool gap;  /* its last byte is a blank of the plain text */
	bool word; /* it is one letter of a word */
} Atom;

/* How often an atom is there; most may be REACH_FAR. */
typedef struct {
	guint32 least, most;
} Times;

typedef enum {
	ANY_CHAR,
	ANY_GAP,  /* none of a plain text's words from first byte to last */
	ANY_WORD, /* a letter of a word, of any script */
} AnyKind;

/* Nothing is known. */
void sequence_init(Sequence *sequence);
void sequence_clear(Sequence *sequence);

/* One of no choices yet, behind BEGIN. */
void sequence_init_choice(Sequence *choice, const Sequence *begin);

/* Makes TO go on where FROM is, with its runs if KEEP. */
void sequence_continue(Sequence *to, const Sequence *from, bool keep);

/* What comes next, so many TIMES: the LETTER of a plain text; ATOM, that is one
 * of CHOICES (of Run, which may change); a character of which but the KIND is
 * unknown. */
void sequence_letter(Sequence *sequence, char letter, Times times);
void sequence_runs(
    Sequence *sequence, GArray *choices, const Atom *atom, Times times);
void sequence_any(Sequence *sequence, AnyKind kind, Times times);

/* A mark, which takes no room. */
void sequence_mark(Sequence *sequence, char mark);

/* The group whose contents are CHOICE, which went on where SEQUENCE is, with
 * its runs if INTO. */
void sequence_group(
    Sequence *sequence, Sequence *choice, bool into, Times times);

/* SEQUENCE is one more of what CHOICE may be. May end its runs' being known. */
void sequence_add_choice(Sequence *choice, Sequence *sequence);

#endif
