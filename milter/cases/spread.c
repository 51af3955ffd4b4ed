/* Classes by the highest bits of a number, as many in each doubling. */
#include "cases/spread.h"

#include <stdlib.h>

#define FINE (1u << SPREAD_FINE_BITS)

/* Rising with NUMBER. */
static guint class_of(guint32 number)
{
	guint shift;

	if (number < FINE) {
		return number;
	}
	shift = (guint)g_bit_storage(number) - 1 - SPREAD_FINE_BITS;
	return ((shift + 1) << SPREAD_FINE_BITS) +
	       ((number >> shift) & (FINE - 1));
}

void spread_clear(Spread *spread)
{
	for (guint i = 0; i < SPREAD_CLASSES; i++) {
		g_clear_pointer(&spread->classes[i], g_array_unref);
	}
	spread->n = 0;
}

void spread_add(Spread *spread, guint32 number)
{
	GArray **numbers = &spread->classes[class_of(number)];

	if (*numbers == NULL) {
		*numbers = g_array_new(FALSE, FALSE, sizeof(guint32));
	}
	g_array_append_val(*numbers, number);
	spread->n++;
}

void spread_remove(Spread *spread, guint32 number)
{
	GArray *numbers = spread->classes[class_of(number)];
	guint i = numbers != NULL ? numbers->len : 0;

	while (i > 0 && g_array_index(numbers, guint32, i - 1) != number) {
		i--;
	}
	g_return_if_fail(i > 0);
	g_array_remove_index_fast(numbers, i - 1);
	spread->n--;
}

static int compare(const void *a, const void *b)
{
	guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

	return (x > y) - (x < y);
}

static void put_in_order(GArray *numbers)
{
	for (guint i = 1; i < numbers->len; i++) {
		if (g_array_index(numbers, guint32, i) <
		    g_array_index(numbers, guint32, i - 1)) {
			qsort(numbers->data, numbers->len, sizeof(guint32),
			    compare);
			return;
		}
	}
}

/* Puts the class in order in which the RANK-th is, from 0; that changes nothing
 * that anybody sees. */
static guint32 nth(const Spread *spread, guint rank)
{
	guint i = 0;
	GArray *numbers;

	while (spread->classes[i] == NULL || rank >= spread->classes[i]->len) {
		rank -=
		    spread->classes[i] != NULL ? spread->classes[i]->len : 0;
		i++;
	}
	numbers = spread->classes[i];
	put_in_order(numbers);
	return g_array_index(numbers, guint32, rank);
}

gint64 spread_median(const Spread *spread)
{
	gint64 upper;

	if (spread->n == 0) {
		return -1;
	}
	upper = nth(spread, spread->n / 2);
	return spread->n % 2 == 0 ? (upper + nth(spread, spread->n / 2 - 1)) / 2
				  : upper;
}
