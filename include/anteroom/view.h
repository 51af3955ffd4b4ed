/*
 * What people read: rows of JSON, as the commands give them, as text. Whatever
 * came from outside is made safe for a terminal here. Pure: text in, text out;
 * widths, colours and the time are arguments.
 */
#ifndef ANTEROOM_VIEW_H
#define ANTEROOM_VIEW_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/json.h"

typedef struct {
	guint columns; /* of the terminal */
	bool colour;   /* only ever besides words */
	gint64 now_s;  /* what "in 3h" counts from */
} ViewStyle;

typedef struct View View;

/* For the rows of KIND: a command's name, or "csv" for `export`. Rows of a kind
 * without a view of its own are shown as lines of JSON. Transfer full. */
View *view_new(const char *kind, const ViewStyle *style);
void view_free(View *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* Appends what can be shown of ROW already; tables wait for the end. */
void view_row(View *view, const JsonValue *row, GString *out);
/* Appends the rest. Once, after the last row. */
void view_end(View *view, GString *out);

/* Appends TEXT as a quoted cell of CSV (RFC 4180) that no spreadsheet takes for
 * a formula: what begins like one, also in full width, gets an apostrophe. */
void view_csv_cell(GString *out, const char *text);

#endif
