/* Lines: a series each, week by week, with a mark at every value. */
#include <math.h>

#include "view/chart.h"

#define HEIGHT 240
#define MARGIN_LEFT 44
#define MARGIN_BOTTOM 26

static const char *const strokes[CHART_MAX_SERIES] = {"#2f5fa8", "#d9822b",
    "#3a8f6b", "#b0413e", "#7b6bb5", "#8a8a3c", "#4aa3b5", "#8a8f98"};

static bool is_gap(const ChartData *data, guint place, guint series)
{
	double value = data->values[(gsize)place * data->n_series + series];

	return !isfinite(value) || value < 0;
}

static double most_of(const ChartData *data)
{
	double most = 0;

	for (guint i = 0; i < chart_places(data); i++) {
		for (guint s = 0; s < chart_series(data); s++) {
			most = MAX(most, chart_value(data, i, s));
		}
	}
	return most;
}

static double x_of(const Plot *plot, const ChartData *data, guint place)
{
	return plot->left + plot->width * (place + 0.5) / chart_places(data);
}

static double y_of(
    const Plot *plot, const ChartData *data, guint place, guint series)
{
	double part = chart_value(data, place, series) / plot->most;

	return plot->top + plot->height * (1 - MIN(part, 1));
}

static void mark(Html *html, const Plot *plot, const ChartData *data,
    guint place, guint series)
{
	const double box[] = {x_of(plot, data, place) - 3,
	    y_of(plot, data, place, series) - 3, 6, 6};
	g_autofree char *tip = NULL;
	char number[32];

	chart_number(chart_value(data, place, series), number, sizeof(number));
	tip = g_strdup_printf(
	    "%s, %s: %s", data->places[place], data->series[series], number);
	chart_rect(html, box, series, tip);
}

static void one_line(
    Html *html, const Plot *plot, const ChartData *data, guint series)
{
	char name[] = "line l0";

	name[sizeof(name) - 2] = (char)('0' + series);
	for (guint i = 0; i < chart_places(data); i++) {
		if (is_gap(data, i, series)) {
			continue;
		}
		if (i > 0 && !is_gap(data, i - 1, series)) {
			const double ends[] = {x_of(plot, data, i - 1),
			    y_of(plot, data, i - 1, series),
			    x_of(plot, data, i), y_of(plot, data, i, series)};

			chart_line(html, ends, name, strokes[series]);
		}
		mark(html, plot, data, i, series);
	}
}

void chart_lines(Html *html, const ChartData *data)
{
	guint width = chart_width(&data->head);
	guint height = chart_height(&data->head, HEIGHT);
	Plot plot = {.left = MARGIN_LEFT, .width = width - MARGIN_LEFT - 8.0};

	chart_begin(html, &data->head, width, height);
	plot.top = chart_legend(html, data, width);
	plot.height = MAX(height - plot.top - MARGIN_BOTTOM, 20);
	plot.most = data->top > 0 ? data->top : chart_round_up(most_of(data));
	chart_grid(html, &plot);
	for (guint s = 0; s < chart_series(data); s++) {
		one_line(html, &plot, data, s);
	}
	chart_labels(html, &plot, data);
	html_close(html);
}
