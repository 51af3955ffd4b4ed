/* A sorted array with an unsorted end. */
#include "cases/shelf.h"

#include <stdlib.h>
#include <string.h>

#define LOOSE_MOST 64 /* looked through one by one */

void shelf_init(Shelf *shelf)
{
	shelf->all = g_array_new(FALSE, FALSE, sizeof(guint64));
	shelf->sorted = 0;
}

void shelf_clear(Shelf *shelf)
{
	g_clear_pointer(&shelf->all, g_array_unref);
}

static guint64 *numbers_of(const Shelf *shelf)
{
	return (guint64 *)(gpointer)shelf->all->data;
}

/* How many of the first N are less. */
static guint place_in(const guint64 *numbers, guint n, guint64 number)
{
	guint low = 0;

	while (low < n) {
		guint middle = low + (n - low) / 2;

		if (numbers[middle] < number) {
			low = middle + 1;
		} else {
			n = middle;
		}
	}
	return low;
}

static int compare(const void *a, const void *b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return (x > y) - (x < y);
}

/* From the end, so that nothing is moved twice. */
static void merge(
    guint64 *numbers, guint n, const guint64 *loose, guint n_loose)
{
	guint to = n + n_loose;

	while (n_loose > 0) {
		bool from_loose = n == 0 || numbers[n - 1] < loose[n_loose - 1];

		numbers[--to] = from_loose ? loose[--n_loose] : numbers[--n];
	}
}

static void tidy(Shelf *shelf)
{
	guint n_loose = shelf->all->len - shelf->sorted;
	g_autofree guint64 *loose = NULL;

	if (n_loose == 0) {
		return;
	}
	loose = g_memdup2(
	    numbers_of(shelf) + shelf->sorted, n_loose * sizeof(guint64));
	qsort(loose, n_loose, sizeof(guint64), compare);
	merge(numbers_of(shelf), shelf->sorted, loose, n_loose);
	shelf->sorted = shelf->all->len;
}

void shelf_put(Shelf *shelf, guint64 number)
{
	guint n = shelf->all->len;
	bool in_order =
	    shelf->sorted == n && (n == 0 || numbers_of(shelf)[n - 1] < number);

	g_array_append_val(shelf->all, number);
	shelf->sorted += in_order;
}

static bool take_loose(Shelf *shelf, guint64 number)
{
	for (guint i = shelf->all->len; i > shelf->sorted; i--) {
		if (numbers_of(shelf)[i - 1] == number) {
			g_array_remove_index_fast(shelf->all, i - 1);
			return true;
		}
	}
	return false;
}

void shelf_take(Shelf *shelf, guint64 number)
{
	guint i;

	if (shelf->all->len - shelf->sorted > LOOSE_MOST) {
		tidy(shelf);
	}
	if (take_loose(shelf, number)) {
		return;
	}
	i = place_in(numbers_of(shelf), shelf->sorted, number);
	g_return_if_fail(i < shelf->sorted && numbers_of(shelf)[i] == number);
	g_array_remove_index(shelf->all, i);
	shelf->sorted--;
}

const guint64 *shelf_look(Shelf *shelf, guint *n)
{
	tidy(shelf);
	*n = shelf->all->len;
	return numbers_of(shelf);
}

guint shelf_place(Shelf *shelf, guint64 number)
{
	tidy(shelf);
	return place_in(numbers_of(shelf), shelf->all->len, number);
}
