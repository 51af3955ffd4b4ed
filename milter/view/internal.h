/* What the files of view/ share. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include "anteroom/view.h"

/* ---- table.c ---- */

typedef enum {
	PAINT_NONE,
	PAINT_ALARM,
	PAINT_WARN,
	PAINT_DIM,
	PAINT_MARK
} Paint;

typedef struct {
	const char *heading;
	bool right;  /* numbers */
	guint least; /* may be cut down to this; 0: never cut */
} Column;

typedef struct Table Table;
Table *table_new(const Column *columns, guint n);
void table_free(Table *table);
/* N cells, each transfer full. */
void table_add(Table *table, Paint paint, char **cells);
guint table_length(const Table *table);
/* As wide as CONTENT needs, cut to STYLE's columns. */
void table_print(const Table *table, const ViewStyle *style, GString *out);

/* Columns that TEXT, or C, takes on a terminal. */
guint text_columns(const char *text);
guint char_columns(gunichar c);
/* Appends TEXT, in WIDTH columns or cut to them; the columns it took. */
guint append_cut(GString *out, const char *text, guint width);

/* Appends TEXT in a colour, if colours are wanted. */
void paint(GString *out, const ViewStyle *style, Paint how, const char *text);

/* ---- paragraph.c ---- */

#define MARK_BEGIN '\001'
#define MARK_END '\002'

/* Appends TEXT, which is safe for a terminal, in rows of STYLE's columns, each
 * after PREFIX; what is between MARK_BEGIN and MARK_END gets a colour, or
 * brackets. */
void paragraph(
    GString *out, const ViewStyle *style, const char *prefix, const char *text);

/* ---- policy.c ---- */

/* The policies in their order, up to the one that fits, of `policy` or
 * `explain`. */
void tried_lines(const JsonValue *promise, GString *out);
/* The open hours that add up to the first reply. */
void steps_lines(const JsonValue *promise, GString *out);

/* ---- weighed.c ---- */

/* Each topic with its rules, and how the urgency adds up, of `explain`. */
void topics_lines(const View *view, const JsonValue *row, GString *out);
void reckoning_lines(const JsonValue *row, GString *out);

/* ---- view.c ---- */

struct View {
	const struct ViewKind *kind;
	ViewStyle style;
	Table *table; /* of lists; NULL */
	guint rows;
};

typedef struct ViewKind {
	const char *name;
	void (*row)(View *view, const JsonValue *row, GString *out);
	void (*end)(View *view, GString *out); /* NULL: nothing */
} ViewKind;

/* The string member as one safe line; "" when absent. Transfer full. */
char *cell(const JsonValue *object, const char *name);
/* A number; "-" when absent. Transfer full. */
char *cell_int(const JsonValue *object, const char *name);
/* The strings of an array joined by SEPARATOR. Transfer full. */
char *cell_list(const JsonValue *array, const char *separator);
/* "2026-11-21 10:00:00Z"; "-" when absent. Transfer full. */
char *cell_time(const JsonValue *object, const char *name);
/* "Sat 2026-11-21 05:00" in ZONE (IANA; NULL, or not known: UTC). Transfer
 * full. */
char *cell_local(const JsonValue *object, const char *name, const char *zone);
/* The moment; 0 when absent. */
gint64 moment(const JsonValue *object, const char *name);
/* "in 3h 20m", "2h late". Transfer full. */
char *until(gint64 at_s, gint64 now_s);
/* "Name:      TEXT\n"; nothing when TEXT is empty. */
void line(GString *out, const char *name, const char *text);
/* "critical (87)". Transfer full. */
char *cell_urgency(const JsonValue *row);
Paint urgency_paint(const JsonValue *row);

void cases_row(View *view, const JsonValue *row, GString *out);
void cases_end(View *view, GString *out);
void show_row(View *view, const JsonValue *row, GString *out);
void status_row(View *view, const JsonValue *row, GString *out);
void report_row(View *view, const JsonValue *row, GString *out);
void rules_row(View *view, const JsonValue *row, GString *out);
void rules_end(View *view, GString *out);
void policy_row(View *view, const JsonValue *row, GString *out);
void forecast_row(View *view, const JsonValue *row, GString *out);
void notices_row(View *view, const JsonValue *row, GString *out);
void notices_end(View *view, GString *out);
void backtest_row(View *view, const JsonValue *row, GString *out);
void explain_row(View *view, const JsonValue *row, GString *out);
void csv_row(View *view, const JsonValue *row, GString *out);
void csv_end(View *view, GString *out);
void act_row(View *view, const JsonValue *row, GString *out);
void take_row(View *view, const JsonValue *row, GString *out);
void backup_row(View *view, const JsonValue *row, GString *out);
void fsck_row(View *view, const JsonValue *row, GString *out);

#endif
