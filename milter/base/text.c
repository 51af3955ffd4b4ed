/* Text from outside made fit for one place: a line, a page, a message. */
#include "anteroom/text.h"

#include <string.h>

/* A character that must not reach a terminal, a log or a header as it is. */
static bool is_control(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	       c == 0x2029;
}

/* Changes the direction of what follows, so that it reads as something else:
 * Unicode Standard Annex 9. */
static bool is_bidi(gunichar c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

typedef enum { LINES_ONE, LINES_MANY } Lines;

/* Printable ASCII at P, before END: what nearly all text is. */
static gsize plain_run(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && *p >= 0x20 && *p < 0x7f) {
		p++;
	}
	return (gsize)(p - from);
}

/* One character that isn't plain; false: no room for it. */
static bool append_shown(
    GString *out, const char *p, gsize max_bytes, Lines lines)
{
	gunichar c = g_utf8_get_char(p);
	gsize n = (gsize)(g_utf8_next_char(p) - p);

	if (lines == LINES_MANY && (c == '\n' || c == '\t')) {
		g_string_append_c(out, (char)c);
	} else if (c == '\n' || c == '\r' || c == '\t') {
		if (out->len > 0 && out->str[out->len - 1] != ' ') {
			g_string_append_c(out, ' ');
		}
	} else if (is_control(c) || is_bidi(c)) {
		g_string_append_c(out, '?');
	} else if (out->len + n <= max_bytes) {
		g_string_append_len(out, p, (gssize)n);
	} else {
		return false;
	}
	return true;
}

static char *make_shown(
    const char *bytes, gsize length, gsize max_bytes, Lines lines)
{
	g_autofree char *valid = NULL;
	const char *p = bytes, *end;
	GString *out;

	if (length <= max_bytes && plain_run(p, p + length) == length) {
		return g_strndup(bytes, length);
	}
	length = MIN(length, max_bytes * 4); /* no work on what is cut */
	end = bytes + length;
	if (!g_utf8_validate_len(bytes, length, NULL)) {
		p = valid = g_utf8_make_valid(bytes, (gssize)length);
		end = p + strlen(p);
	}
	out = g_string_sized_new(MIN(length, max_bytes) + 1);
	while (p < end && out->len < max_bytes) {
		gsize n = plain_run(p, end);

		if (n > 0) {
			n = MIN(n, max_bytes - out->len);
			g_string_append_len(out, p, (gssize)n);
			p += n;
		} else if (append_shown(out, p, max_bytes, lines)) {
			p = g_utf8_next_char(p);
		} else {
			break;
		}
	}
	return g_string_free(out, FALSE);
}

char *text_one_line(const char *bytes, gsize length, gsize max_bytes)
{
	return make_shown(bytes, length, max_bytes, LINES_ONE);
}

char *text_printable(const char *bytes, gsize length, gsize max_bytes)
{
	return make_shown(bytes, length, max_bytes, LINES_MANY);
}

#define WORD_BYTES 64

/* Levenshtein's distance with transpositions of neighbours (Damerau), of words
 * below WORD_BYTES. */
static guint distance(const char *a, const char *b)
{
	guint rows[3][WORD_BYTES + 1];
	gsize n = strlen(a), m = strlen(b);

	for (gsize j = 0; j <= m; j++) {
		rows[0][j] = (guint)j;
	}
	for (gsize i = 1; i <= n; i++) {
		guint *row = rows[i % 3], *up = rows[(i + 2) % 3];

		row[0] = (guint)i;
		for (gsize j = 1; j <= m; j++) {
			guint cost = a[i - 1] != b[j - 1];
			guint best = MIN(up[j] + 1, row[j - 1] + 1);

			best = MIN(best, up[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1]) {
				best = MIN(best, rows[(i + 1) % 3][j - 2] + 1);
			}
			row[j] = best;
		}
	}
	return rows[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *words, gsize n)
{
	g_autofree char *folded = NULL;
	const char *best = NULL;
	guint best_distance = G_MAXUINT;
	gsize length = strlen(word);

	if (length == 0 || length >= WORD_BYTES) {
		return NULL;
	}
	folded = g_ascii_strdown(word, -1);
	for (gsize i = 0; i < n; i++) {
		guint d;

		if (words[i] == NULL || strlen(words[i]) >= WORD_BYTES) {
			continue;
		}
		d = distance(folded, words[i]);
		if (d < best_distance) {
			best_distance = d;
			best = words[i];
		}
	}
	/* A third of the word may be wrong, and at least one letter right. */
	if (best_distance > MAX(1, length / 3) || best_distance >= length) {
		return NULL;
	}
	return best;
}

bool text_has_words(const char *text, const char *words)
{
	g_autofree char *folded = g_utf8_casefold(text, -1);
	g_autofree char *wanted = g_utf8_casefold(words, -1);
	char *save = NULL;

	for (char *w = strtok_r(wanted, " \t\r\n", &save); w != NULL;
	     w = strtok_r(NULL, " \t\r\n", &save)) {
		if (strstr(folded, w) == NULL) {
			return false;
		}
	}
	return true;
}
