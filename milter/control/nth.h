/* The n-th least of many numbers, without sorting or changing them. */
#ifndef CONTROL_NTH_H
#define CONTROL_NTH_H

#include <glib.h>

/* That of the N numbers at ALL which RANK (0.., below N) others precede. In
 * four passes whatever the numbers are. */
guint32 nth_least(const guint32 *all, guint n, guint rank);

/* The middle one, or the mean of the two in the middle; -1 of none. */
gint64 nth_median(const guint32 *all, guint n);

#endif
