/*
 * Words that somebody broke up or respelt so that no filter sees them, and any
 * reader does: "r a p e", "k-i-l-l", "k1ll", "r*pe", "b0mb", "kiiill".
 *
 * What such a word may mean depends on who reads it, so a text has several
 * readings, and each is only what stands around such words: few texts have any.
 */
#ifndef SCORE_DISGUISE_H
#define SCORE_DISGUISE_H

#include <glib.h>
#include <stdbool.h>

/* For a sign that may be several letters. */
#define DISGUISE_READINGS 5

/* From AT on in the output stands what stands from FROM on in the text; within
 * a word that was respelt, the word. */
typedef struct {
	gsize at, from;
} Seam;

/* The respelt words of one text. */
typedef struct Disguises Disguises;

/* Finds them in LENGTH bytes of TEXT, which is folded (fold.h) and outlives
 * what is returned; NULL when there is none. Linear. Transfer full. */
Disguises *disguises_find(const char *text, gsize length);
void disguises_free(Disguises *disguises);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Disguises, disguises_free)

/* Appends reading NUMBER of what is around them to OUT, and its seams to SEAMS
 * (of Seam), with `at` in OUT. Nothing, when it is the same as an earlier one.
 */
void disguises_append(
    const Disguises *disguises, guint number, GString *out, GArray *seams);

#endif
