/*
 * A bit map over hashed triples of the classes in grams.h.
 */
#include "score/heads.h"

#include "score/grams.h"

/* Knuth's multiplicative hash: its 14 bits above, for HEAD_CODES. */
static guint32 head_code(guint32 a, guint32 b, guint32 c)
{
	guint32 triple = (a << 12) | (b << 6) | c;
	return (triple * 2654435761u) >> 18;
}

static void put(Heads *heads, guint32 a, guint32 b, guint32 c)
{
	guint32 code = head_code(a, b, c);
	heads->bits[code / 64] |= G_GUINT64_CONSTANT(1) << (code % 64);
}

void heads_put(Heads *heads, const char *letters, guint n)
{
	guint32 classes[HEAD_LETTERS] = {0};
	for (guint i = 0; i < n && i < HEAD_LETTERS; i++) {
		classes[i] = gram_class((guchar)letters[i]);
	}
	for (guint32 b = 0; b < GRAM_CLASSES; b++) {
		if (n > 1 && b != classes[1]) {
			continue;
		}
		for (guint32 c = 0; c < GRAM_CLASSES; c++) {
			if (n < 3 || c == classes[2]) {
				put(heads, classes[0], b, c);
			}
		}
	}
}

guint heads_count(const Heads *heads)
{
	guint n = 0;
	for (guint i = 0; i < HEAD_CODES; i++) {
		n += heads_have(heads, i);
	}
	return n;
}

void heads_find(GArray *starts, const char *text, gsize length)
{
	bool in_word = false;
	for (gsize i = 0; i < length; i++) {
		guint8 class = gram_class((guchar)text[i]);
		bool word = class != GRAM_GAP;
		if (word && !in_word) {
			guint8 b = i + 1 < length
				       ? gram_class((guchar)text[i + 1])
				       : GRAM_GAP;
			guint8 c = i + 2 < length
				       ? gram_class((guchar)text[i + 2])
				       : GRAM_GAP;
			WordStart start = {
			    .at = (guint32)i,
			    .code = head_code(class, b, c),
			};
			g_array_append_val(starts, start);
		}
		in_word = word;
	}
}
