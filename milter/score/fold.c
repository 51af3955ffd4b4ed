/*
 * Folds text for matching. Not Unicode normalisation: letters stay as they are,
 * and so does the order of what combines with them, which keeps this linear
 * whatever it is given.
 */
#include "score/fold.h"

#include <stdbool.h>

typedef enum {
	FOLD_DROP,
	FOLD_SPACE,
	FOLD_LINE,
	FOLD_PARAGRAPH,
	FOLD_CHAR, /* to `to` */
} FoldKind;

typedef struct {
	gunichar first, last;
	FoldKind kind;
	char to;
} FoldRange;

/* Sorted, apart. What is below U+0080 is looked at in place. */
static const FoldRange fold_ranges[] = {
    {0x0085, 0x0085, FOLD_LINE, 0}, {0x00a0, 0x00a0, FOLD_SPACE, 0},
    {0x00ad, 0x00ad, FOLD_DROP, 0},   /* soft hyphen */
    {0x017f, 0x017f, FOLD_CHAR, 's'}, /* long s: caseless, it is one */
    {0x02bc, 0x02bc, FOLD_CHAR, '\''},
    {0x034f, 0x034f, FOLD_DROP, 0}, /* grapheme joiner */
    {0x061c, 0x061c, FOLD_DROP, 0},
    {0x115f, 0x1160, FOLD_DROP, 0}, /* Hangul fillers */
    {0x1680, 0x1680, FOLD_SPACE, 0}, {0x17b4, 0x17b5, FOLD_DROP, 0},
    {0x180b, 0x180f, FOLD_DROP, 0}, {0x2000, 0x200a, FOLD_SPACE, 0},
    {0x200b, 0x200f, FOLD_DROP, 0}, /* zero width, direction marks */
    {0x2010, 0x2011, FOLD_CHAR, '-'}, {0x2018, 0x201b, FOLD_CHAR, '\''},
    {0x201c, 0x201f, FOLD_CHAR, '"'}, {0x2028, 0x2028, FOLD_LINE, 0},
    {0x2029, 0x2029, FOLD_PARAGRAPH, 0}, {0x202a, 0x202e, FOLD_DROP, 0},
    {0x202f, 0x202f, FOLD_SPACE, 0}, {0x205f, 0x205f, FOLD_SPACE, 0},
    {0x2060, 0x206f, FOLD_DROP, 0},
    {0x212a, 0x212a, FOLD_CHAR, 'k'}, /* Kelvin: caseless, it is one */
    {0x3000, 0x3000, FOLD_SPACE, 0}, {0x3164, 0x3164, FOLD_DROP, 0},
    {0xfe00, 0xfe0f, FOLD_DROP, 0}, /* variation selectors */
    {0xfeff, 0xfeff, FOLD_DROP, 0}, {0xffa0, 0xffa0, FOLD_DROP, 0},
    {0xe0000, 0xe0fff, FOLD_DROP, 0}, /* tags */
};

/* White space seen and not yet written. */
typedef struct {
	GString *out;
	gsize begin; /* of this text in out */
	bool space;
	guint lines;
} FoldState;

static const FoldRange *fold_range(gunichar c)
{
	for (gsize i = 0; i < G_N_ELEMENTS(fold_ranges); i++) {
		if (c < fold_ranges[i].first) {
			return NULL;
		}
		if (c <= fold_ranges[i].last) {
			return &fold_ranges[i];
		}
	}
	return NULL;
}

static void fold_flush(FoldState *state)
{
	if (!state->space) {
		return;
	}
	if (state->out->len > state->begin) {
		g_string_append_c(state->out, state->lines > 1 ? '\n' : ' ');
	}
	state->space = false;
	state->lines = 0;
}

static void fold_white(FoldState *state, guint lines)
{
	state->space = true;
	state->lines += lines;
}

static void fold_range_append(FoldState *state, const FoldRange *range)
{
	switch (range->kind) {
	case FOLD_DROP:
		break;
	case FOLD_SPACE:
		fold_white(state, 0);
		break;
	case FOLD_LINE:
		fold_white(state, 1);
		break;
	case FOLD_PARAGRAPH:
		fold_white(state, 2);
		break;
	case FOLD_CHAR:
		fold_flush(state);
		g_string_append_c(state->out, range->to);
		break;
	}
}

static char fold_digit(gunichar c)
{
	return (char)('0' + g_unichar_digit_value(c));
}

/* One character beyond ASCII; the bytes it took. */
static gsize fold_wide(FoldState *state, const char *at, gsize left)
{
	gunichar c = g_utf8_get_char_validated(at, (gssize)left);
	gsize length = 1;
	if (c < 0x110000) {
		length = (gsize)g_utf8_skip[(guchar)*at];
		const FoldRange *range = fold_range(c);
		if (range) {
			fold_range_append(state, range);
			return length;
		}
		if (g_unichar_isdigit(c)) {
			fold_flush(state);
			g_string_append_c(state->out, fold_digit(c));
			return length;
		}
	}
	fold_flush(state);
	g_string_append_len(state->out, at, (gssize)length);
	return length;
}

/* The run of bytes from AT that are copied as they are. */
static gsize fold_plain(const char *at, gsize left)
{
	gsize n = 0;
	while (n < left && at[n] > ' ' && (guchar)at[n] < 0x80) {
		n++;
	}
	return n;
}

void fold_append(GString *out, const char *text, gsize length)
{
	FoldState state = {.out = out, .begin = out->len};
	gsize i = 0;
	while (i < length) {
		gsize plain = fold_plain(text + i, length - i);
		if (plain) {
			fold_flush(&state);
			g_string_append_len(out, text + i, (gssize)plain);
			i += plain;
		} else if ((guchar)text[i] >= 0x80) {
			i += fold_wide(&state, text + i, length - i);
		} else if (g_ascii_isspace(text[i]) || text[i] == '\v') {
			fold_white(&state, text[i] == '\n' ? 1 : 0);
			i++;
		} else {
			fold_flush(&state);
			g_string_append_c(out, text[i++]);
		}
	}
}

char *fold_pattern(const char *pattern)
{
	GString *out = g_string_new(NULL);
	const char *at = pattern;
	while (*at) {
		gunichar c = g_utf8_get_char_validated(at, -1);
		if (c >= 0x110000) {
			g_string_append_c(out, *at++);
			continue;
		}
		const char *next = at + g_utf8_skip[(guchar)*at];
		const FoldRange *range = fold_range(c);
		if (range && range->kind == FOLD_CHAR) {
			g_string_append_c(out, range->to);
		} else if (c >= 0x80 && g_unichar_isdigit(c)) {
			g_string_append_c(out, fold_digit(c));
		} else {
			g_string_append_len(out, at, next - at);
		}
		at = next;
	}
	return g_string_free(out, FALSE);
}
