/*
 * What all charts have: the element with its words for a screen reader, scales,
 * labels, the legend. Everything is printed with the attributes that a drawing
 * library needs (fill, font-size ...); a page's stylesheet wins over them by
 * the classes.
 */
#include "anteroom/chart.h"

#include <math.h>
#include <string.h>

#include "view/chart.h"

#define WIDTH 720
#define GRID_LINES 4
#define LETTER 6.6 /* mean width of a letter at TEXT_SIZE */

/* Told apart by lightness as well as by hue, also by colour-blind people. */
static const char *const fills[CHART_MAX_SERIES] = {"#2f5fa8", "#d9822b",
    "#3a8f6b", "#b0413e", "#7b6bb5", "#8a8a3c", "#4aa3b5", "#8a8f98"};
static const char *const fill_classes[CHART_MAX_SERIES] = {
    "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};

/* As JSON and CSS want numbers: with a point, whatever the locale. */
static void number_attr(Html *html, const char *name, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	html_attr(
	    html, name, g_ascii_formatd(text, sizeof(text), "%.1f", value));
}

guint chart_width(const ChartHead *head)
{
	return head->width > 0 ? head->width : WIDTH;
}

guint chart_height(const ChartHead *head, guint fallback)
{
	return head->height > 0 ? head->height : fallback;
}

static void named(Html *html, const char *tag, const char *id, const char *text)
{
	html_open(html, tag);
	html_attrf(html, "id", "%s-%s", id, tag);
	html_text(html, text);
	html_close(html);
}

void chart_begin(Html *html, const ChartHead *head, guint width, guint height)
{
	html_open(html, "svg");
	html_attr(html, "xmlns", "http://www.w3.org/2000/svg");
	html_attr(html, "class", "chart");
	html_attrf(html, "viewBox", "0 0 %u %u", width, height);
	html_attrf(html, "width", "%u", width);
	html_attrf(html, "height", "%u", height);
	html_attr(html, "role", "img");
	html_attrf(html, "aria-labelledby", "%s-title%s%s%s", head->id,
	    head->desc != NULL ? " " : "", head->desc != NULL ? head->id : "",
	    head->desc != NULL ? "-desc" : "");
	html_attr(html, "font-family", "system-ui, DejaVu Sans, sans-serif");
	html_attrf(html, "font-size", "%d", TEXT_SIZE);
	named(html, "title", head->id, head->title);
	if (head->desc != NULL) {
		named(html, "desc", head->id, head->desc);
	}
}

guint chart_places(const ChartData *data)
{
	return MIN(data->n_places, CHART_MAX_PLACES);
}

guint chart_series(const ChartData *data)
{
	return MIN(data->n_series, CHART_MAX_SERIES);
}

double chart_value(const ChartData *data, guint place, guint series)
{
	double value = data->values[(gsize)place * data->n_series + series];

	return isfinite(value) && value > 0 ? MIN(value, 1e15) : 0;
}

double chart_stack(const ChartData *data, guint place)
{
	double sum = 0;

	for (guint s = 0; s < chart_series(data); s++) {
		sum += chart_value(data, place, s);
	}
	return sum;
}

double chart_round_up(double most)
{
	/* Of what is between two lines: counts stay whole. */
	static const double steps[] = {1, 2, 3, 5, 10};
	double step = most / GRID_LINES, power;

	if (!(step > 1)) {
		return GRID_LINES;
	}
	power = pow(10, floor(log10(step)));
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (steps[i] * power >= step) {
			return steps[i] * power * GRID_LINES;
		}
	}
	return 10 * power * GRID_LINES;
}

void chart_number(double value, char *text, gsize size)
{
	bool thousands = value >= 10000;
	double shown = thousands ? value / 1000 : value;

	g_ascii_formatd(text, (int)size,
	    shown >= 100 || shown == floor(shown) ? "%.0f" : "%.1f", shown);
	if (thousands) {
		g_strlcat(text, "k", size);
	}
}

void chart_text(Html *html, double x, double y, Anchor anchor, const char *text)
{
	static const char *const anchors[] = {"start", "middle", "end"};

	html_open(html, "text");
	number_attr(html, "x", x);
	number_attr(html, "y", y);
	html_attr(html, "text-anchor", anchors[anchor]);
	html_attr(html, "fill", "#444");
	html_text_cut(html, text, 60);
	html_close(html);
}

void chart_rect(Html *html, const double box[4], guint series, const char *tip)
{
	html_open(html, "rect");
	html_attr(html, "class", fill_classes[series % CHART_MAX_SERIES]);
	number_attr(html, "x", box[0]);
	number_attr(html, "y", box[1]);
	number_attr(html, "width", MAX(box[2], 0));
	number_attr(html, "height", MAX(box[3], 0));
	html_attr(html, "fill", fills[series % CHART_MAX_SERIES]);
	if (tip != NULL) {
		html_element(html, "title", NULL, tip);
	}
	html_close(html);
}

void chart_line(Html *html, const double ends[4], const char *class_name,
    const char *stroke)
{
	static const char *const names[] = {"x1", "y1", "x2", "y2"};

	html_open(html, "line");
	html_attr(html, "class", class_name);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		number_attr(html, names[i], ends[i]);
	}
	html_attr(html, "stroke", stroke);
	html_close(html);
}

void chart_grid(Html *html, const Plot *plot)
{
	for (guint i = 0; i <= GRID_LINES; i++) {
		double y =
		    plot->top + plot->height * (GRID_LINES - i) / GRID_LINES;
		const double ends[] = {
		    plot->left, y, plot->left + plot->width, y};
		char text[32];

		chart_line(html, ends, i == 0 ? "axis" : "grid",
		    i == 0 ? "#888" : "#ddd");
		chart_number(plot->most * i / GRID_LINES, text, sizeof(text));
		chart_text(html, plot->left - 6, y + 4, ANCHOR_END, text);
	}
}

static double text_width(const char *text)
{
	return LETTER * (double)g_utf8_strlen(text, (gssize)strnlen(text, 400));
}

void chart_labels(Html *html, const Plot *plot, const ChartData *data)
{
	guint n = chart_places(data), every;
	double widest = 0;

	if (n == 0) {
		return;
	}
	for (guint i = 0; i < n; i++) {
		widest = MAX(widest, text_width(data->places[i]));
	}
	every = (guint)ceil((widest + 10) * n / plot->width);
	for (guint i = 0; i < n; i += MAX(every, 1)) {
		chart_text(html, plot->left + plot->width * (i + 0.5) / n,
		    plot->top + plot->height + TEXT_SIZE + 5, ANCHOR_MIDDLE,
		    data->places[i]);
	}
}

double chart_legend(Html *html, const ChartData *data, double width)
{
	double x = 0, y = 2;

	if (data->n_series < 2) {
		return TEXT_SIZE;
	}
	for (guint s = 0; s < chart_series(data); s++) {
		double needs = text_width(data->series[s]) + 30;
		double box[4];

		if (x > 0 && x + needs > width) {
			x = 0;
			y += 20;
		}
		box[0] = x;
		box[1] = y;
		box[2] = box[3] = 12;
		chart_rect(html, box, s, NULL);
		chart_text(html, x + 17, y + 10, ANCHOR_START, data->series[s]);
		x += needs;
	}
	return y + 26;
}
