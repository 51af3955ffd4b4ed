/*
 * Tables on a terminal: columns as wide as their widest cell, and when that is
 * too wide altogether, those that may be are cut, the last one first.
 */
#include <string.h>

#include "view/internal.h"

#define GAP 2

typedef struct {
	Paint paint;
	char **cells; /* as many as columns, then NULL */
} Row;

struct Table {
	const Column *columns;
	guint n;
	GPtrArray *rows; /* of Row */
};

static void row_free(gpointer data)
{
	Row *row = data;

	g_strfreev(row->cells);
	g_free(row);
}

Table *table_new(const Column *columns, guint n)
{
	Table *table = g_new0(Table, 1);

	table->columns = columns;
	table->n = n;
	table->rows = g_ptr_array_new_with_free_func(row_free);
	return table;
}

void table_free(Table *table)
{
	if (table != NULL) {
		g_ptr_array_unref(table->rows);
		g_free(table);
	}
}

void table_add(Table *table, Paint paint, char **cells)
{
	Row *row = g_new0(Row, 1);

	row->paint = paint;
	row->cells = g_new0(char *, table->n + 1);
	memcpy(row->cells, cells, table->n * sizeof(char *));
	g_ptr_array_add(table->rows, row);
}

guint table_length(const Table *table)
{
	return table->rows->len;
}

guint char_columns(gunichar c)
{
	if (g_unichar_iszerowidth(c)) {
		return 0;
	}
	return g_unichar_iswide(c) ? 2 : 1;
}

guint text_columns(const char *text)
{
	guint columns = 0;

	for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
		columns += char_columns(g_utf8_get_char(text));
	}
	return columns;
}

static guint *natural_widths(const Table *table)
{
	guint *widths = g_new0(guint, table->n);

	for (guint i = 0; i < table->n; i++) {
		widths[i] = text_columns(table->columns[i].heading);
		for (guint r = 0; r < table->rows->len; r++) {
			const Row *row = table->rows->pdata[r];

			widths[i] = MAX(widths[i], text_columns(row->cells[i]));
		}
	}
	return widths;
}

static void fit(const Table *table, guint *widths, guint columns)
{
	guint total = GAP * (table->n - 1);

	for (guint i = 0; i < table->n; i++) {
		total += widths[i];
	}
	for (guint i = table->n; i-- > 0 && total > columns;) {
		guint least = table->columns[i].least;
		guint cut;

		if (least == 0 || widths[i] <= least) {
			continue;
		}
		cut = MIN(total - columns, widths[i] - least);
		widths[i] -= cut;
		total -= cut;
	}
}

guint append_cut(GString *out, const char *text, guint width)
{
	guint used = 0;

	if (text_columns(text) <= width) {
		g_string_append(out, text);
		return text_columns(text);
	}
	for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
		gunichar c = g_utf8_get_char(text);

		if (used + char_columns(c) + 1 > width) {
			break;
		}
		used += char_columns(c);
		g_string_append_unichar(out, c);
	}
	g_string_append(out, "…");
	return used + 1;
}

static void append_spaces(GString *out, guint n)
{
	while (n-- > 0) {
		g_string_append_c(out, ' ');
	}
}

static void append_cell(GString *out, const char *text, guint width, bool right)
{
	guint needs = MIN(text_columns(text), width);

	if (right) {
		append_spaces(out, width - needs);
	}
	needs = append_cut(out, text, width);
	if (!right && needs < width) {
		append_spaces(out, width - needs);
	}
}

static void trim_end(GString *out)
{
	while (out->len > 0 && out->str[out->len - 1] == ' ') {
		g_string_truncate(out, out->len - 1);
	}
}

static char *row_text(const Table *table, const guint *widths, char **cells)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < table->n; i++) {
		const char *shown =
		    cells != NULL ? cells[i] : table->columns[i].heading;

		append_cell(text, shown, widths[i], table->columns[i].right);
		append_spaces(text, GAP);
	}
	trim_end(text);
	return g_string_free(text, FALSE);
}

void paint(GString *out, const ViewStyle *style, Paint how, const char *text)
{
	static const char *const codes[] = {
	    [PAINT_ALARM] = "\033[1;31m",
	    [PAINT_WARN] = "\033[33m",
	    [PAINT_DIM] = "\033[2m",
	    [PAINT_MARK] = "\033[1;4m",
	};

	if (!style->colour || how == PAINT_NONE) {
		g_string_append(out, text);
		return;
	}
	g_string_append(out, codes[how]);
	g_string_append(out, text);
	g_string_append(out, "\033[0m");
}

void table_print(const Table *table, const ViewStyle *style, GString *out)
{
	g_autofree guint *widths = natural_widths(table);
	g_autofree char *headings = NULL;

	fit(table, widths, style->columns);
	headings = row_text(table, widths, NULL);
	paint(out, style, PAINT_DIM, headings);
	g_string_append_c(out, '\n');
	for (guint r = 0; r < table->rows->len; r++) {
		const Row *row = table->rows->pdata[r];
		g_autofree char *text = row_text(table, widths, row->cells);

		paint(out, style, row->paint, text);
		g_string_append_c(out, '\n');
	}
}
