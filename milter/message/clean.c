/*
 * What a reader doesn't see goes out of a text before anybody matches words in
 * it: a zero-width space inside a word must not hide the word. This is not
 * normalisation (letters stay as they are written), which is the matcher's.
 */
#include "message/internal.h"

#include <string.h>

#define EMPTY_LINES 2

typedef struct {
	gunichar from;
	gunichar to;
} Range;

/* Sorted, apart. */
static const Range unseen[] = {
    {0x80, 0x84},       /* C1 */
    {0x86, 0x9f},       /* C1 but for NEL */
    {0xad, 0xad},       /* soft hyphen */
    {0x34f, 0x34f},     /* combining grapheme joiner */
    {0x61c, 0x61c},     /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero width, direction marks */
    {0x202a, 0x202e},   /* embedding, override */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff0, 0xfffb},   /* interlinear annotation */
    {0xe0000, 0xe0fff}, /* tags, further selectors */
};

/* The same, for spaces of any width. */
static const Range spaces[] = {
    {0xa0, 0xa0},
    {0x1680, 0x1680},
    {0x2000, 0x200a},
    {0x202f, 0x202f},
    {0x205f, 0x205f},
    {0x3000, 0x3000},
};

static bool in_ranges(gunichar c, const Range *ranges, gsize n)
{
	for (gsize i = 0; i < n && c >= ranges[i].from; i++) {
		if (c <= ranges[i].to) {
			return true;
		}
	}
	return false;
}

/* What C is shown as: itself, ' ', '\n', or 0 for nothing. */
static gunichar shown(gunichar c)
{
	if (c < 0x80) {
		if (c >= ' ' && c != 0x7f) {
			return c;
		}
		if (c == '\t') {
			return c;
		}
		return c == '\n' || c == '\v' || c == '\f' ? '\n' : 0;
	}
	if (c == 0x85 || c == 0x2028 || c == 0x2029) {
		return '\n';
	}
	if (in_ranges(c, spaces, G_N_ELEMENTS(spaces))) {
		return ' ';
	}
	return in_ranges(c, unseen, G_N_ELEMENTS(unseen)) ? 0 : c;
}

typedef struct {
	char *start; /* of the text */
	char *to;    /* end of what is written */
	char *line;  /* start of the line being written */
	guint empty; /* empty lines just before it */
} Cleaner;

static void end_line(Cleaner *cleaner)
{
	char *p = cleaner->line;
	while (p < cleaner->to && (*p == ' ' || *p == '\t')) {
		p++;
	}
	if (p == cleaner->to) {
		cleaner->to = cleaner->line;
		if (cleaner->empty == EMPTY_LINES) {
			return;
		}
		cleaner->empty++;
	} else {
		cleaner->empty = 0;
	}
	*cleaner->to++ = '\n';
	cleaner->line = cleaner->to;
}

/* One character that isn't printable ASCII; returns the byte after it. */
static const char *clean_character(
    Cleaner *cleaner, const char *p, const char *end, guint *nuls)
{
	gunichar c = (guchar)*p < 0x80 ? (guchar)*p : g_utf8_get_char(p);
	const char *next = p + g_utf8_skip[(guchar)*p];
	if (c == '\r') {
		if (next == end || *next != '\n') {
			end_line(cleaner);
		}
		return next;
	}
	*nuls += c == 0;
	gunichar show = shown(c);
	if (show == '\n') {
		end_line(cleaner);
	} else if (show == c && c != 0) {
		memmove(cleaner->to, p, (gsize)(next - p));
		cleaner->to += next - p;
	} else if (show != 0) {
		*cleaner->to++ = (char)show;
	}
	return next;
}

guint clean_text(GString *text)
{
	Cleaner cleaner = {text->str, text->str, text->str, 0};
	const char *p = text->str, *end = text->str + text->len;
	guint nuls = 0;
	while (p < end) {
		guchar c = (guchar)*p;
		if (c >= ' ' && c < 0x7f) {
			*cleaner.to++ = *p++;
		} else if (c == '\n') {
			end_line(&cleaner);
			p++;
		} else {
			p = clean_character(&cleaner, p, end, &nuls);
		}
	}
	g_string_truncate(text, (gsize)(cleaner.to - cleaner.start));
	return nuls;
}

void clean_line(GString *text)
{
	clean_text(text);
	char *to = text->str;
	for (const char *p = text->str; *p != '\0'; p++) {
		if (*p != ' ' && *p != '\t' && *p != '\n') {
			*to++ = *p;
		} else if (to > text->str && to[-1] != ' ') {
			*to++ = ' ';
		}
	}
	if (to > text->str && to[-1] == ' ') {
		to--;
	}
	g_string_truncate(text, (gsize)(to - text->str));
}

bool clean_cut(GString *text, gsize max_bytes)
{
	if (text->len <= max_bytes) {
		return false;
	}
	while (max_bytes > 0 && ((guchar)text->str[max_bytes] & 0xc0) == 0x80) {
		max_bytes--;
	}
	g_string_truncate(text, max_bytes);
	return true;
}
