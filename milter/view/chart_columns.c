/* Columns: stacked bars, and the histogram with its target. */
#include <math.h>

#include "view/chart.h"

#define HEIGHT 260
#define MARGIN_LEFT 44
#define MARGIN_BOTTOM 26
#define GAP_PART 0.18 /* of a column's width stays free */

static double most_of(const ChartData *data)
{
	double most = 0;

	for (guint i = 0; i < chart_places(data); i++) {
		most = MAX(most, chart_stack(data, i));
	}
	return most;
}

static Plot plot_of(
    const ChartData *data, guint width, guint height, double top)
{
	return (Plot){.left = MARGIN_LEFT,
	    .top = top,
	    .width = width - MARGIN_LEFT - 8.0,
	    .height = MAX(height - top - MARGIN_BOTTOM, 20),
	    .most = data->top > 0 ? data->top : chart_round_up(most_of(data))};
}

/* "3 Nov, billing: 12" */
static char *tip_of(const ChartData *data, guint place, guint series)
{
	char number[32];

	chart_number(chart_value(data, place, series), number, sizeof(number));
	return data->n_series > 1
		   ? g_strdup_printf("%s, %s: %s", data->places[place],
			 data->series[series], number)
		   : g_strdup_printf("%s: %s", data->places[place], number);
}

static void column(
    Html *html, const Plot *plot, const ChartData *data, guint place)
{
	double each = plot->width / chart_places(data);
	double below = 0;

	for (guint s = 0; s < chart_series(data); s++) {
		double high =
		    MIN(chart_value(data, place, s), plot->most - below) *
		    plot->height / plot->most;
		double base =
		    plot->top + plot->height * (1 - below / plot->most);
		const double box[] = {
		    plot->left + each * (place + GAP_PART / 2), base - high,
		    each * (1 - GAP_PART), high};
		g_autofree char *tip = tip_of(data, place, s);

		if (high > 0) {
			chart_rect(html, box, s, tip);
		}
		below += high * plot->most / plot->height;
	}
}

static Plot columns(Html *html, const ChartData *data)
{
	guint width = chart_width(&data->head);
	guint height = chart_height(&data->head, HEIGHT);
	Plot plot;

	chart_begin(html, &data->head, width, height);
	plot = plot_of(data, width, height, chart_legend(html, data, width));
	chart_grid(html, &plot);
	for (guint i = 0; i < chart_places(data); i++) {
		column(html, &plot, data, i);
	}
	chart_labels(html, &plot, data);
	return plot;
}

void chart_bars(Html *html, const ChartData *data)
{
	columns(html, data);
	html_close(html);
}

/* Transfer full. */
static double *first_series(const ChartData *data)
{
	double *first = g_new0(double, chart_places(data) + 1);

	for (guint i = 0; i < chart_places(data); i++) {
		first[i] = chart_value(data, i, 0);
	}
	return first;
}

void chart_histogram(
    Html *html, const ChartData *data, double target, const char *target_text)
{
	g_autofree double *first = first_series(data);
	ChartData one = *data;
	Plot plot;

	one.values = first;
	one.n_series = 1;
	one.n_places = chart_places(data);
	plot = columns(html, &one);
	if (isfinite(target) && target >= 0 && data->n_places > 0) {
		double part = MIN(target / chart_places(data), 1);
		double x = plot.left + plot.width * part;
		const double ends[] = {
		    x, plot.top - 4, x, plot.top + plot.height};

		chart_line(html, ends, "target", "#b0413e");
		chart_text(html, part < 0.7 ? x + 6 : x - 6, plot.top + 8,
		    part < 0.7 ? ANCHOR_START : ANCHOR_END, target_text);
	}
	html_close(html);
}
