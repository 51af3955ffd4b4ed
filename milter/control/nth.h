/* The n-th least of many numbers, without sorting or changing them. */
#ifndef CONTROL_NTH_H
#define CONTROL_NTH_H

#include <glib.h>

/* Those of the N numbers at ALL, at least one, which each of N_RANKS ranks
 * (0.., below N) others precede, into FOUND. In few passes, as long as not most
 * of them are nearly the same. */
void nth_several(const guint32 *all, guint n, const guint *ranks, guint n_ranks,
    guint32 *found);

/* That of one rank. */
guint32 nth_least(const guint32 *all, guint n, guint rank);

/* The middle one, or the mean of the two in the middle; -1 of none. */
gint64 nth_median(const guint32 *all, guint n);

#endif
