/* Rows of bars with their values behind, and the heat map of numbered cells. */
#include "view/chart.h"

#define ROW 26
#define CELL 24
#define NAME_WIDTH 150 /* of a row's label */
#define VALUE_WIDTH 90
#define DAY_WIDTH 44 /* of a heat map's row names */
#define HEAT_MAX_ROWS 24

void chart_rows(
    Html *html, const ChartData *data, const char *const *value_texts)
{
	guint width = chart_width(&data->head);
	guint n = chart_places(data);
	double room = MAX((double)width - NAME_WIDTH - VALUE_WIDTH, 20);
	double most = data->top;

	for (guint i = 0; i < n && data->top <= 0; i++) {
		most = MAX(most, chart_value(data, i, 0));
	}
	chart_begin(
	    html, &data->head, width, chart_height(&data->head, n * ROW + 4));
	for (guint i = 0; i < n; i++) {
		double value = chart_value(data, i, 0);
		double part = most > 0 ? MIN(value / most, 1) : 0;
		const double box[] = {
		    NAME_WIDTH, i * ROW + 4.0, room * part, ROW - 8.0};
		char number[32];

		chart_number(value, number, sizeof(number));
		chart_text(html, NAME_WIDTH - 8, i * ROW + 18.0, ANCHOR_END,
		    data->places[i]);
		chart_rect(html, box, 0, NULL);
		chart_text(html, NAME_WIDTH + room * part + 6, i * ROW + 18.0,
		    ANCHOR_START,
		    value_texts != NULL ? value_texts[i] : number);
	}
	html_close(html);
}

/* Five steps of darkness, each with a class and an opacity of its own. */
static guint step_of(double value, double most)
{
	return most <= 0 || value <= 0 ? 0 : 1 + (guint)(value / most * 3.999);
}

static void heat_cell(
    Html *html, const double box[4], double value, double most)
{
	static const char *const classes[] = {"h0", "h1", "h2", "h3", "h4"};
	static const char *const fills[] = {
	    "#f1f3f6", "#cfdcf0", "#9cb8e0", "#5f88c6", "#2f5fa8"};
	guint step = step_of(value, most);
	char number[32];

	html_open(html, "rect");
	html_attr(html, "class", classes[step]);
	html_attrf(html, "x", "%.0f", box[0]);
	html_attrf(html, "y", "%.0f", box[1]);
	html_attrf(html, "width", "%.0f", box[2] - 2);
	html_attrf(html, "height", "%.0f", box[3] - 2);
	html_attr(html, "fill", fills[step]);
	html_close(html);
	if (value <= 0) {
		return;
	}
	chart_number(value, number, sizeof(number));
	html_open(html, "text");
	html_attr(html, "class", step >= 3 ? "cell dark" : "cell");
	html_attrf(html, "x", "%.0f", box[0] + box[2] / 2 - 1);
	html_attrf(html, "y", "%.0f", box[1] + box[3] / 2 + 3);
	html_attr(html, "text-anchor", "middle");
	html_attr(html, "font-size", "10");
	html_attr(html, "fill", step >= 3 ? "#fff" : "#333");
	html_text(html, number);
	html_close(html);
}

static double heat_value(const ChartData *data, guint place, guint row)
{
	ChartData one = *data;

	/* chart_value's bounds, without its bound of series. */
	one.values += row;
	return chart_value(&one, place, 0);
}

static double heat_most(const ChartData *data, guint rows)
{
	double most = data->top;

	for (guint i = 0; i < chart_places(data) && data->top <= 0; i++) {
		for (guint r = 0; r < rows; r++) {
			most = MAX(most, heat_value(data, i, r));
		}
	}
	return most;
}

void chart_heat(Html *html, const ChartData *data)
{
	guint width = chart_width(&data->head), n = chart_places(data);
	guint rows = MIN(data->n_series, HEAT_MAX_ROWS);
	double each = n > 0 ? (double)(width - DAY_WIDTH) / n : 0;
	double most = heat_most(data, rows);
	Plot plot = {.left = DAY_WIDTH,
	    .width = (double)width - DAY_WIDTH,
	    .height = rows * CELL};

	chart_begin(html, &data->head, width,
	    chart_height(&data->head, rows * CELL + 24));
	for (guint r = 0; r < rows; r++) {
		chart_text(html, DAY_WIDTH - 8, r * CELL + 16.0, ANCHOR_END,
		    data->series[r]);
		for (guint i = 0; i < n; i++) {
			const double box[] = {
			    DAY_WIDTH + i * each, r * CELL, each, CELL};

			heat_cell(html, box, heat_value(data, i, r), most);
		}
	}
	chart_labels(html, &plot, data);
	html_close(html);
}
