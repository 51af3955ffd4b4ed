/* What the kinds of charts share. */
#ifndef VIEW_CHART_H
#define VIEW_CHART_H

#include "anteroom/chart.h"

#define TEXT_SIZE 12 /* units of the picture */

/* Where the data is drawn: a rectangle, and what its height stands for. */
typedef struct {
	double left, top, width, height;
	double most; /* value at the top; > 0 */
} Plot;

typedef enum { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } Anchor;

/* <svg> with its title and description; ended by one html_close. */
void chart_begin(Html *html, const ChartHead *head, guint width, guint height);

guint chart_width(const ChartHead *head);
guint chart_height(const ChartHead *head, guint fallback);

guint chart_places(const ChartData *data);
guint chart_series(const ChartData *data);
/* Finite and not below zero. */
double chart_value(const ChartData *data, guint place, guint series);
/* Of the series stacked upon one another. */
double chart_stack(const ChartData *data, guint place);

/* The next round number from MOST up, for a scale's end; > 0. */
double chart_round_up(double most);

/* "12", "1.5", "12k". */
void chart_number(double value, char *text, gsize size);

void chart_text(
    Html *html, double x, double y, Anchor anchor, const char *text);
/* A rectangle in the colour of SERIES; TIP (may be NULL) is what a pointer
 * shows and a screen reader says. */
void chart_rect(Html *html, const double box[4], guint series, const char *tip);
void chart_line(Html *html, const double ends[4], const char *class_name,
    const char *stroke);

/* Lines across with their numbers. */
void chart_grid(Html *html, const Plot *plot);
/* As many labels below as there is room for, centred on their places. */
void chart_labels(Html *html, const Plot *plot, const ChartData *data);
/* The series' names with their colours, at the top; what it takes of the
 * height. */
double chart_legend(Html *html, const ChartData *data, double width);

#endif
