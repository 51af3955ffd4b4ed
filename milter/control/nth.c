/* Selection by digits of eight bits, the highest first: each pass counts those
 * that begin as the one looked for does. */
#include "control/nth.h"

#define DIGIT_BITS 8
#define DIGITS (1u << DIGIT_BITS)

guint32 nth_least(const guint32 *all, guint n, guint rank)
{
	guint32 found = 0, known = 0; /* known: the bits that are */

	for (guint shift = 32; shift > 0;) {
		guint counts[DIGITS] = {0};
		guint digit = 0;

		shift -= DIGIT_BITS;
		for (guint i = 0; i < n; i++) {
			if (((all[i] ^ found) & known) == 0) {
				counts[all[i] >> shift & (DIGITS - 1)]++;
			}
		}
		while (digit + 1 < DIGITS && rank >= counts[digit]) {
			rank -= counts[digit++];
		}
		found |= digit << shift;
		known |= (guint32)(DIGITS - 1) << shift;
	}
	return found;
}

gint64 nth_median(const guint32 *all, guint n)
{
	gint64 upper;

	if (n == 0) {
		return -1;
	}
	upper = nth_least(all, n, n / 2);
	return n % 2 == 0 ? (upper + nth_least(all, n, n / 2 - 1)) / 2 : upper;
}
