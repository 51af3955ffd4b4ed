/*
 * Two bit maps, of pairs and of triples, over 38 classes of bytes.
 */
#include "score/grams.h"

#include <string.h>

#define CLASS_BITS 6
#define PAIRS (1u << (2 * CLASS_BITS))
#define TRIPLES (1u << (3 * CLASS_BITS))
#define PAIR_MASK (PAIRS - 1)
#define TRIPLE_MASK (TRIPLES - 1)

struct Grams {
	guint8 class[256];
	/* Triples, and pairs behind them. */
	guint64 bits[(TRIPLES + PAIRS) / 64];
};

Grams *grams_new(void)
{
	Grams *grams = g_new0(Grams, 1);
	for (guint i = 0; i < 256; i++) {
		grams->class[i] = gram_class((guchar)i);
	}
	return grams;
}

void grams_free(Grams *grams)
{
	g_free(grams);
}

void grams_clear(Grams *grams)
{
	memset(grams->bits, 0, sizeof grams->bits);
}

static void grams_set(Grams *grams, guint32 code)
{
	grams->bits[code / 64] |= G_GUINT64_CONSTANT(1) << (code % 64);
}

/* The classes seen so far, and one more. */
static guint32 grams_push(Grams *grams, guint32 code, guint8 class)
{
	code = (code << CLASS_BITS) | class;
	grams_set(grams, TRIPLES + (code & PAIR_MASK));
	grams_set(grams, code & TRIPLE_MASK);
	return code;
}

void grams_add(Grams *grams, const char *text, gsize length)
{
	guint32 code = GRAM_GAP << CLASS_BITS | GRAM_GAP;
	for (gsize i = 0; i < length; i++) {
		code = grams_push(grams, code, grams->class[(guchar)text[i]]);
	}
	grams_push(grams, code, GRAM_GAP);
}

void grams_encode(const char *word, gsize length, GArray *codes)
{
	guint32 code = 0;
	for (gsize i = 0; i < length; i++) {
		code = (code << CLASS_BITS) | gram_class((guchar)word[i]);
		guint32 gram = code & TRIPLE_MASK;
		if (i == 1 && length == 2) {
			gram = TRIPLES + (code & PAIR_MASK);
		} else if (i < 2) {
			continue;
		}
		g_array_append_val(codes, gram);
	}
}

bool grams_have(const Grams *grams, const guint32 *codes, guint n)
{
	for (guint i = 0; i < n; i++) {
		if (!(grams->bits[codes[i] / 64] >> (codes[i] % 64) & 1)) {
			return false;
		}
	}
	return true;
}
