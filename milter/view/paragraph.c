/*
 * Running text in rows: broken between words, each row after a prefix, with
 * stretches marked. Marks are control characters, which text that was made
 * safe for a terminal can't hold.
 */
#include <string.h>

#include "view/internal.h"

#define MAX_COLUMNS 100 /* longer rows are hard to read */
#define MIN_COLUMNS 20

static bool is_mark(char c)
{
	return c == MARK_BEGIN || c == MARK_END;
}

/* The bytes of LINE that fit into WIDTH columns, where a mark takes MARK: up to
 * a space, or, if there is none, as many as it takes. */
static gsize fitting(const char *line, guint width, guint mark)
{
	guint columns = 0;
	gsize space = 0;

	for (const char *at = line; *at != '\0'; at = g_utf8_next_char(at)) {
		columns +=
		    is_mark(*at) ? mark : char_columns(g_utf8_get_char(at));
		if (columns > width && at > line) {
			return space > 0 ? space : (gsize)(at - line);
		}
		if (*at == ' ' && at > line && at[-1] != ' ') {
			space = (gsize)(at - line);
		}
	}
	return strlen(line);
}

/* One row; what is marked at its end goes on in the next. */
static void row(GString *out, const ViewStyle *style, const char *text,
    gsize bytes, bool *marked)
{
	g_autoptr(GString) run = g_string_new(NULL);

	for (gsize i = 0; i <= bytes; i++) {
		if (i < bytes && !is_mark(text[i])) {
			g_string_append_c(run, text[i]);
			continue;
		}
		if (run->len > 0) {
			paint(out, style, *marked ? PAINT_MARK : PAINT_NONE,
			    run->str);
			g_string_truncate(run, 0);
		}
		if (i < bytes) {
			*marked = text[i] == MARK_BEGIN;
			if (!style->colour) {
				g_string_append_c(out, *marked ? '[' : ']');
			}
		}
	}
}

void paragraph(
    GString *out, const ViewStyle *style, const char *prefix, const char *text)
{
	guint width = MIN(style->columns, MAX_COLUMNS);
	guint taken = text_columns(prefix);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	bool marked = false;

	width = MAX(width, taken + MIN_COLUMNS) - taken;
	for (char **line = lines; *line != NULL; line++) {
		const char *rest = *line;

		do {
			gsize n = fitting(rest, width, style->colour ? 0 : 1);

			g_string_append(out, prefix);
			row(out, style, rest, n, &marked);
			g_string_append_c(out, '\n');
			rest += n;
			rest += strspn(rest, " ");
		} while (*rest != '\0');
	}
}
