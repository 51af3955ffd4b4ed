/* Numbers are counted in classes by their highest bits; only the class in which
 * the one looked for must be is sorted. */
#include "control/nth.h"

#include <stdlib.h>

#define CLASS_BITS 12
#define CLASSES (1u << CLASS_BITS)

typedef struct {
	const guint32 *all;
	guint n;
	guint shift; /* number >> shift is its class */
	guint counts[CLASSES];
	GArray *sorted; /* the numbers of `class` */
	guint class;
} Classes;

static int compare(const void *a, const void *b)
{
	guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

	return (x > y) - (x < y);
}

static void count(Classes *classes)
{
	guint32 bits = 0;

	for (guint i = 0; i < classes->n; i++) {
		bits |= classes->all[i];
	}
	while (bits >> classes->shift >= CLASSES) {
		classes->shift++;
	}
	for (guint i = 0; i < classes->n; i++) {
		classes->counts[classes->all[i] >> classes->shift]++;
	}
}

static void sort_class(Classes *classes, guint class)
{
	if (classes->class == class) {
		return;
	}
	classes->class = class;
	g_array_set_size(classes->sorted, 0);
	for (guint i = 0; i < classes->n; i++) {
		if (classes->all[i] >> classes->shift == class) {
			g_array_append_val(classes->sorted, classes->all[i]);
		}
	}
	qsort(classes->sorted->data, classes->sorted->len, sizeof(guint32),
	    compare);
}

static guint32 find(Classes *classes, guint rank)
{
	guint class = 0;

	while (rank >= classes->counts[class]) {
		rank -= classes->counts[class ++];
	}
	if (classes->shift == 0) {
		return class;
	}
	sort_class(classes, class);
	return g_array_index(classes->sorted, guint32, rank);
}

void nth_several(const guint32 *all, guint n, const guint *ranks, guint n_ranks,
    guint32 *found)
{
	Classes classes = {.all = all,
	    .n = n,
	    .sorted = g_array_new(FALSE, FALSE, sizeof(guint32)),
	    .class = CLASSES};

	count(&classes);
	for (guint i = 0; i < n_ranks; i++) {
		found[i] = find(&classes, ranks[i]);
	}
	g_array_unref(classes.sorted);
}

guint32 nth_least(const guint32 *all, guint n, guint rank)
{
	guint32 found;

	nth_several(all, n, &rank, 1, &found);
	return found;
}

gint64 nth_median(const guint32 *all, guint n)
{
	const guint ranks[] = {(n - 1) / 2, n / 2};
	guint32 found[2];

	if (n == 0) {
		return -1;
	}
	nth_several(all, n, ranks, 2, found);
	return ((gint64)found[0] + found[1]) / 2;
}
