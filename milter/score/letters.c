/*
 * Tables of characters, and what GLib knows of them. Not a complete list of
 * look-alikes: those of the scripts that people type, which is where a reader
 * is misled without effort.
 */
#include "score/letters.h"

#include <string.h>

typedef struct {
	gunichar from, to;
} Range;

static bool in_ranges(gunichar c, const Range *ranges, gsize n)
{
	for (gsize i = 0; i < n && c >= ranges[i].from; i++) {
		if (c <= ranges[i].to) {
			return true;
		}
	}
	return false;
}

bool letter_is_decoration(gunichar c)
{
	static const Range ranges[] = {
	    {0x300, 0x36f},
	    {0x483, 0x489},
	    {0x1ab0, 0x1aff},
	    {0x1dc0, 0x1dff},
	    {0x20d0, 0x20ff},
	    {0xfe20, 0xfe2f},
	};
	return in_ranges(c, ranges, G_N_ELEMENTS(ranges));
}

bool letter_joins(gunichar c)
{
	return (c >= 0x1161 && c <= 0x11c2) || /* Hangul vowels and finals */
	       c == 0x3099 || c == 0x309a ||   /* kana voicing */
	       (c >= 0x590 && g_unichar_ismark(c));
}

guint letter_forms(gunichar c, gunichar forms[LETTER_FORMS])
{
	gunichar all[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize n = g_unichar_fully_decompose(c, TRUE, all, G_N_ELEMENTS(all));
	if (n > LETTER_FORMS || (n == 1 && all[0] == c)) {
		return 0;
	}
	memcpy(forms, all, n * sizeof *forms);
	return (guint)n;
}

/* ---- other drawings of ASCII ---- */

/* In tables sorted by c. */
typedef struct {
	gunichar c;
	char to;
} Drawn;

/* Small capitals and the like. */
static const Drawn drawn[] = {{0x131, 'i'}, {0x251, 'a'}, {0x261, 'g'},
    {0x262, 'g'}, {0x26a, 'i'}, {0x274, 'n'}, {0x280, 'r'}, {0x28f, 'y'},
    {0x299, 'b'}, {0x29c, 'h'}, {0x29f, 'l'}, {0x1d00, 'a'}, {0x1d04, 'c'},
    {0x1d05, 'd'}, {0x1d07, 'e'}, {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x1d0d, 'm'},
    {0x1d0f, 'o'}, {0x1d18, 'p'}, {0x1d1b, 't'}, {0x1d1c, 'u'}, {0x1d20, 'v'},
    {0x1d21, 'w'}, {0x1d22, 'z'}, {0xa730, 'f'}, {0xa731, 's'}};

/* Whole alphabets: on black squares and circles, and the halves of flags. */
static const gunichar alphabets[] = {0x1f150, 0x1f170, 0x1f1e6};

/* 0: C isn't in TABLE. */
static char look_up(const Drawn *table, gsize n, gunichar c)
{
	gsize low = 0, high = n;
	while (low < high) {
		gsize middle = (low + high) / 2;
		if (table[middle].c == c) {
			return table[middle].to;
		}
		if (table[middle].c < c) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return 0;
}

char letter_drawn(gunichar c)
{
	char to = look_up(drawn, G_N_ELEMENTS(drawn), c);
	if (to) {
		return to;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(alphabets); i++) {
		if (c >= alphabets[i] && c < alphabets[i] + 26) {
			return (char)('a' + (c - alphabets[i]));
		}
	}
	return 0;
}

/* ---- letters of other scripts ---- */

/* Greek, Cyrillic, Armenian. A capital: it surely looks like that letter; a
 * small one: in company it does. */
static const Drawn alike[] = {{0x391, 'A'}, {0x392, 'B'}, {0x395, 'E'},
    {0x396, 'Z'}, {0x397, 'H'}, {0x399, 'I'}, {0x39a, 'K'}, {0x39c, 'M'},
    {0x39d, 'N'}, {0x39f, 'O'}, {0x3a1, 'P'}, {0x3a4, 'T'}, {0x3a5, 'Y'},
    {0x3a7, 'X'}, {0x3ac, 'a'}, {0x3ad, 'e'}, {0x3ae, 'n'}, {0x3af, 'i'},
    {0x3b1, 'A'}, {0x3b2, 'b'}, {0x3b3, 'y'}, {0x3b5, 'e'}, {0x3b7, 'n'},
    {0x3b9, 'I'}, {0x3ba, 'K'}, {0x3bd, 'V'}, {0x3bf, 'O'}, {0x3c1, 'P'},
    {0x3c2, 'c'}, {0x3c3, 'o'}, {0x3c4, 't'}, {0x3c5, 'U'}, {0x3c7, 'X'},
    {0x3c9, 'w'}, {0x3cc, 'o'}, {0x3cd, 'u'}, {0x3ce, 'w'}, {0x3f2, 'C'},
    {0x3f3, 'J'}, {0x405, 'S'}, {0x406, 'I'}, {0x407, 'i'}, {0x408, 'J'},
    {0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'}, {0x418, 'n'}, {0x41a, 'K'},
    {0x41c, 'M'}, {0x41d, 'H'}, {0x41e, 'O'}, {0x420, 'P'}, {0x421, 'C'},
    {0x422, 'T'}, {0x423, 'Y'}, {0x425, 'X'}, {0x42f, 'r'}, {0x430, 'A'},
    {0x432, 'b'}, {0x433, 'r'}, {0x435, 'E'}, {0x438, 'u'}, {0x43a, 'k'},
    {0x43c, 'm'}, {0x43d, 'h'}, {0x43e, 'O'}, {0x43f, 'n'}, {0x440, 'P'},
    {0x441, 'C'}, {0x442, 't'}, {0x443, 'Y'}, {0x445, 'X'}, {0x448, 'w'},
    {0x44c, 'b'}, {0x44f, 'r'}, {0x451, 'e'}, {0x455, 'S'}, {0x456, 'I'},
    {0x457, 'i'}, {0x458, 'J'}, {0x475, 'v'}, {0x4ba, 'H'}, {0x4bb, 'H'},
    {0x4cf, 'L'}, {0x501, 'D'}, {0x50c, 'G'}, {0x51a, 'Q'}, {0x51b, 'Q'},
    {0x51c, 'W'}, {0x51d, 'W'}, {0x53c, 'L'}, {0x54d, 'U'}, {0x54f, 'S'},
    {0x555, 'O'}, {0x566, 'q'}, {0x570, 'H'}, {0x575, 'J'}, {0x578, 'n'},
    {0x57d, 'U'}, {0x581, 'G'}, {0x585, 'O'}};

char letter_alike(gunichar c, bool *sure)
{
	if (c < 0x370 || c > 0x58f) {
		return 0;
	}
	char to = look_up(alike, G_N_ELEMENTS(alike), c);
	*sure = g_ascii_isupper(to);
	return g_ascii_tolower(to);
}

char letter_bare(gunichar c)
{
	gunichar base[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	if (c < 0xc0 || c > 0x1eff) {
		return 0;
	}
	gsize n = g_unichar_fully_decompose(c, FALSE, base, G_N_ELEMENTS(base));
	return n > 1 && base[0] < 0x80 && g_ascii_isalpha((char)base[0])
		   ? (char)base[0]
		   : 0;
}
