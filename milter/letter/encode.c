/*
 * Header fields and bodies in the seven bits of mail. Whatever a value holds,
 * it can't end its field: it is made one line first, and what isn't plain ASCII
 * goes as encoded words (RFC 2047), which have no line ends inside.
 */
#include "letter/internal.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"

#define LINE_BYTES 76 /* RFC 2045 section 6.7, RFC 2047 section 2 */
#define WORD_BYTES 39 /* of UTF-8: 52 of base64, 64 with "=?utf-8?B?" */

static bool is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~') {
			return false;
		}
	}
	/* What looks like an encoded word would be read as one. */
	return strstr(text, "=?") == NULL;
}

/* A folded field may go on behind it; false: the line would be too long. */
static void put_word(GString *out, gsize *column, const char *word, gsize n)
{
	if (*column > 1 && *column + 1 + n > LINE_BYTES) {
		g_string_append(out, "\r\n");
		*column = 0;
	}
	g_string_append_c(out, ' ');
	g_string_append_len(out, word, (gssize)n);
	*column += n + 1;
}

static void put_plain(GString *out, gsize *column, const char *text)
{
	while (*text != '\0') {
		gsize n = strcspn(text, " ");

		if (n > 0) {
			put_word(out, column, text, n);
		}
		text += n + (text[n] == ' ');
	}
}

static void put_encoded(GString *out, gsize *column, const char *text)
{
	while (*text != '\0') {
		const char *end = text;
		g_autofree char *base64 = NULL;
		g_autofree char *word = NULL;

		/* A character is never cut in two. */
		while (*end != '\0' &&
		       g_utf8_next_char(end) - text <= WORD_BYTES) {
			end = g_utf8_next_char(end);
		}
		base64 =
		    g_base64_encode((const guchar *)text, (gsize)(end - text));
		word = g_strdup_printf("=?utf-8?B?%s?=", base64);
		put_word(out, column, word, strlen(word));
		text = end;
	}
}

static void put_value(GString *out, gsize *column, const char *value)
{
	if (is_plain(value)) {
		put_plain(out, column, value);
	} else {
		put_encoded(out, column, value);
	}
}

void encode_field(GString *out, const char *name, const char *value)
{
	g_autofree char *line =
	    text_one_line(value, strlen(value), LIMIT_SUBJECT_BYTES);
	gsize column = strlen(name) + 1;

	g_string_append_printf(out, "%s:", name);
	put_value(out, &column, line);
	g_string_append(out, "\r\n");
}

/* A phrase of atoms; anything else is encoded, which needs no quotes. */
static bool is_phrase(const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) &&
		    strchr(" !#$%&'*+-/_{|}~", *p) == NULL) {
			return false;
		}
	}
	return true;
}

void encode_mailbox(
    GString *out, const char *field, const char *name, const char *address)
{
	g_autofree char *line = text_one_line(name, strlen(name), 200);
	g_autofree char *path = g_strdup_printf("<%s>", address);
	gsize column = strlen(field) + 1;

	g_string_append_printf(out, "%s:", field);
	if (*line == '\0') {
		put_word(out, &column, address, strlen(address));
	} else {
		if (is_phrase(line)) {
			put_plain(out, &column, line);
		} else {
			put_encoded(out, &column, line);
		}
		put_word(out, &column, path, strlen(path));
	}
	g_string_append(out, "\r\n");
}

/* May C stand as it is; LAST: before the end of the line. */
static bool is_literal(guchar c, bool last)
{
	return (c > ' ' && c <= '~' && c != '=') ||
	       ((c == ' ' || c == '\t') && !last);
}

static void put_quoted(GString *out, const char *line, gsize n)
{
	gsize column = 0;

	for (gsize i = 0; i < n; i++) {
		guchar c = (guchar)line[i];
		bool literal = is_literal(c, i + 1 == n);
		gsize width = literal ? 1 : 3;

		/* Room for the "=" of a soft line end. A dot or an "F" (of
		 * "From ") at the start of a line is nobody's business here:
		 * SMTP doubles dots. */
		if (column + width > LINE_BYTES - 1) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		if (literal) {
			g_string_append_c(out, (char)c);
		} else {
			g_string_append_printf(out, "=%02X", c);
		}
		column += width;
	}
}

void encode_text(GString *out, const char *text)
{
	for (const char *line = text; *line != '\0';) {
		gsize n = strcspn(line, "\n");

		put_quoted(out, line, n);
		g_string_append(out, "\r\n");
		line += n + (line[n] == '\n');
	}
}

void encode_bytes(GString *out, GBytes *bytes)
{
	gsize n;
	const guchar *at = g_bytes_get_data(bytes, &n);
	const gsize step = LINE_BYTES / 4 * 3;

	for (gsize i = 0; i < n; i += step) {
		g_autofree char *line =
		    g_base64_encode(at + i, MIN(step, n - i));

		g_string_append(out, line);
		g_string_append(out, "\r\n");
	}
}
