/* Charts: a parser reads each as XML; what is in them is what was asked for;
 * numbers that are none do no harm. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/chart.h"

typedef struct {
	guint rects, lines, texts;
	double highest; /* of rects */
	bool wrong;     /* a number that a browser can't draw */
	GString *text;
} Seen;

static void number(Seen *seen, const char *name, const char *value)
{
	static const char *const names[] = {
	    "x", "y", "width", "height", "x1", "y1", "x2", "y2"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		double v = g_ascii_strtod(value, NULL);

		if (strcmp(name, names[i]) == 0) {
			seen->wrong |= !isfinite(v) || fabs(v) > 20000 ||
				       strchr(value, ',') != NULL;
		}
	}
}

static void on_start(GMarkupParseContext *context, const gchar *tag,
    const gchar **names, const gchar **values, gpointer data, GError **error)
{
	Seen *seen = data;
	bool rect = strcmp(tag, "rect") == 0;

	(void)context;
	(void)error;
	seen->rects += rect;
	seen->lines += strcmp(tag, "line") == 0;
	seen->texts += strcmp(tag, "text") == 0;
	for (; *names != NULL; names++, values++) {
		number(seen, *names, *values);
		if (rect && strcmp(*names, "height") == 0) {
			seen->highest =
			    MAX(seen->highest, g_ascii_strtod(*values, NULL));
		}
	}
}

static void on_text(GMarkupParseContext *context, const gchar *text, gsize n,
    gpointer data, GError **error)
{
	Seen *seen = data;

	(void)context;
	(void)error;
	g_string_append_len(seen->text, text, (gssize)n);
}

static void on_end(GMarkupParseContext *context, const gchar *tag,
    gpointer data, GError **error)
{
	Seen *seen = data;

	(void)context;
	(void)tag;
	(void)error;
	if (seen->text->len > 0 &&
	    seen->text->str[seen->text->len - 1] != '|') {
		g_string_append_c(seen->text, '|');
	}
}

static Seen parse(const char *svg)
{
	static const GMarkupParser parser = {
	    .start_element = on_start, .end_element = on_end, .text = on_text};
	Seen seen = {.text = g_string_new(NULL)};
	GMarkupParseContext *context =
	    g_markup_parse_context_new(&parser, 0, &seen, NULL);
	GError *error = NULL;

	if (!g_markup_parse_context_parse(context, svg, -1, &error) ||
	    !g_markup_parse_context_end_parse(context, &error)) {
		fail_msg("%s in:\n%s", error->message, svg);
	}
	g_markup_parse_context_free(context);
	return seen;
}

static void seen_clear(Seen *seen)
{
	g_string_free(seen->text, TRUE);
}

typedef enum { BARS, LINES, ROWS, HISTOGRAM, HEAT, KINDS } Kind;

static char *drawn(Kind kind, const ChartData *data)
{
	g_autoptr(Html) html = html_new(4 * 1024 * 1024);

	switch (kind) {
	case BARS:
		chart_bars(html, data);
		break;
	case LINES:
		chart_lines(html, data);
		break;
	case ROWS:
		chart_rows(html, data, NULL);
		break;
	case HISTOGRAM:
		chart_histogram(html, data, 1.5, "target 4h");
		break;
	default:
		chart_heat(html, data);
	}
	assert_false(html_full(html));
	return html_end(html, NULL);
}

static const char *const series[] = {"billing", "safety & <press>"};
static const char *const places[] = {"Mon", "Tue", "Wed"};
static const double values[] = {1, 2, 3, 0, 0, 4};

static ChartData sample(void)
{
	return (ChartData){
	    .head = {.id = "c1", .title = "Arrivals", .desc = "What <came>"},
	    .series = series,
	    .n_series = 2,
	    .places = places,
	    .n_places = 3,
	    .values = values};
}

static void test_kinds(void **state)
{
	static const struct {
		Kind kind;
		guint rects, lines;
		const char *says;
	} table[] = {
	    {BARS, 4 + 2, 5, "Tue, billing: 3|"},
	    {LINES, 6 + 2, 5 + 4, "Wed, safety & <press>: 4|"},
	    {ROWS, 3, 0, "Tue|"},
	    {HISTOGRAM, 2, 6, "target 4h|"},
	    {HEAT, 6, 0, "safety & <press>|"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		ChartData data = sample();
		g_autofree char *svg = drawn(table[i].kind, &data);
		Seen seen = parse(svg);

		assert_int_equal(seen.rects, table[i].rects);
		assert_int_equal(seen.lines, table[i].lines);
		assert_false(seen.wrong);
		if (strstr(seen.text->str, table[i].says) == NULL) {
			fail_msg(
			    "no \"%s\" in %s", table[i].says, seen.text->str);
		}
		assert_true(
		    g_str_has_prefix(seen.text->str, "Arrivals|What <came>|"));
		assert_non_null(strstr(
		    svg, "role=\"img\" aria-labelledby=\"c1-title c1-desc\""));
		seen_clear(&seen);
	}
}

static void test_scale(void **state)
{
	static const double ten[] = {10, 0, 5, 0, 0, 0};
	ChartData data = sample();
	g_autofree char *svg = NULL;
	Seen seen;

	(void)state;
	data.values = ten;
	data.head.height = 226;
	svg = drawn(BARS, &data);
	seen = parse(svg);
	/* The legend takes 28 of it, the labels 26; the rest is twelve high:
	 * counts have no halves. */
	assert_true(fabs(seen.highest - 172 * 10. / 12) < 0.2);
	assert_non_null(strstr(seen.text->str, "|0|3|6|9|12|"));
	seen_clear(&seen);
}

static void test_numbers_that_are_none(void **state)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY, -1, 1e300, 3};

	(void)state;
	for (Kind kind = BARS; kind < KINDS; kind++) {
		ChartData data = sample();
		g_autofree char *svg = NULL;
		Seen seen;

		data.values = odd;
		svg = drawn(kind, &data);
		seen = parse(svg);
		assert_false(seen.wrong);
		seen_clear(&seen);
	}
}

static void test_nothing(void **state)
{
	(void)state;
	for (Kind kind = BARS; kind < KINDS; kind++) {
		ChartData data = sample();
		g_autofree char *svg = NULL;
		Seen seen;

		data.n_places = 0;
		svg = drawn(kind, &data);
		seen = parse(svg);
		assert_false(seen.wrong);
		seen_clear(&seen);
	}
}

static void test_too_much(void **state)
{
	enum { MANY = 3000, SERIES = 20 };
	g_autofree double *numbers = g_new(double, MANY *SERIES);
	g_autofree const char **labels = g_new(const char *, MANY);

	(void)state;
	for (guint i = 0; i < MANY * SERIES; i++) {
		numbers[i] = i % 7 + 1;
	}
	for (guint i = 0; i < MANY; i++) {
		labels[i] = "x";
	}
	for (Kind kind = BARS; kind < KINDS; kind++) {
		ChartData data = sample();
		g_autofree char *svg = NULL;
		Seen seen;

		data.places = data.series = labels;
		data.n_places = MANY;
		data.n_series = SERIES;
		data.values = numbers;
		svg = drawn(kind, &data);
		seen = parse(svg);
		assert_in_range(seen.rects, CHART_MAX_PLACES,
		    kind == HEAT ? CHART_MAX_PLACES * SERIES
				 : CHART_MAX_PLACES * CHART_MAX_SERIES +
				       CHART_MAX_SERIES);
		seen_clear(&seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_scale),
	    cmocka_unit_test(test_numbers_that_are_none),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
