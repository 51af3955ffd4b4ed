/*
 * Charts as SVG, through the HTML printer: data in, an <svg> element out. The
 * same picture stands in a page, where the stylesheet colours its classes, and
 * in a mail, where a library draws it by its own attributes. Texts stay texts;
 * title and description are what a screen reader says; colour is never the
 * only mark, values and names stand beside.
 *
 * All texts are the caller's, in the reader's language. Numbers that aren't
 * finite or are below zero count as zero; what is above CHART_MAX_* is left
 * out. Pure.
 */
#ifndef ANTEROOM_CHART_H
#define ANTEROOM_CHART_H

#include <glib.h>

#include "anteroom/html.h"

#define CHART_MAX_SERIES 8
#define CHART_MAX_PLACES 400 /* bars, points, bins, rows */

typedef struct {
	const char *id;    /* unique in the page; letters, digits, "-" */
	const char *title; /* what is shown */
	const char *desc;  /* what it says, in a sentence; NULL */
	guint width;       /* in units of the picture; 0 = 720 */
	guint height;      /* 0 = what fits the kind */
} ChartHead;

/* VALUES[place * n_series + series]; names and labels are never NULL. */
typedef struct {
	ChartHead head;
	const char *const *series; /* names */
	guint n_series;
	const char *const *places; /* labels, left to right */
	guint n_places;
	const double *values;
	double top; /* the scale's end; 0 = by the data */
} ChartData;

/* Columns, the series stacked upon one another: arrivals by topic and day. */
void chart_bars(Html *html, const ChartData *data);

/* One line a series: shares or times, week by week. A value below zero is a
 * gap. */
void chart_lines(Html *html, const ChartData *data);

/* One horizontal bar a place, first series only, its value written behind:
 * open cases by age. VALUE_TEXTS may be NULL (then the number). */
void chart_rows(
    Html *html, const ChartData *data, const char *const *value_texts);

/* Columns of bins (first series only) and a line at TARGET, measured in bins
 * from the left (2.5 = in the middle of the third); below 0 = none. */
void chart_histogram(
    Html *html, const ChartData *data, double target, const char *target_text);

/* A cell a place (column) and series (row), darker with more, the number in
 * it: hour of the week. Rows may be more than CHART_MAX_SERIES, up to 24. */
void chart_heat(Html *html, const ChartData *data);

#endif
