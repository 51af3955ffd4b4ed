/*
 * A rough guess from lengths and the commonest words of the languages that
 * rules are written in. Nothing but speed depends on it.
 */
#include "score/rarity.h"

#include <stdbool.h>
#include <string.h>

/* The words that are everywhere; sorted. */
static const char *const common[] = {"a", "about", "after", "all", "am", "an",
    "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could",
    "das", "de", "der", "die", "do", "don", "for", "from", "had", "has", "have",
    "he", "her", "his", "how", "i", "ich", "if", "in", "is", "it", "je", "la",
    "le", "ll", "m", "me", "more", "my", "no", "not", "of", "on", "one", "or",
    "our", "out", "please", "que", "re", "s", "she", "sie", "so", "t", "that",
    "the", "their", "them", "there", "they", "this", "to", "up", "us", "ve",
    "was", "we", "were", "what", "when", "which", "who", "will", "with",
    "would", "you", "your"};

static bool is_common(const char *word, guint length)
{
	gsize low = 0, high = G_N_ELEMENTS(common);
	while (low < high) {
		gsize middle = (low + high) / 2;
		int order = strncmp(common[middle], word, length);
		if (order == 0) {
			order = common[middle][length] != '\0';
		}
		if (order == 0) {
			return true;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return false;
}

/* How rare a word of N LETTERS is, WHOLE or a part of one, in bits: about as in
 * English mail. */
static double word_bits(const char *letters, guint n, bool whole)
{
	if (letters[0] == '^') {
		return 9;
	}
	if (letters[0] == '0') {
		return 5 + 2 * n;
	}
	if (!whole) {
		return 2.2 * n;
	}
	return is_common(letters, n) ? 7 : 10 + 0.7 * n;
}

double rarity_bits(const char *letters, guint length)
{
	double bits = 0;
	for (guint i = 0; i < length;) {
		guint from = i;
		while (i < length && letters[i] != ' ') {
			i++;
		}
		bool whole = from > 0 && i < length;
		if (i > from) {
			bits += word_bits(letters + from, i - from, whole);
		}
		bits += from > 0 && !whole ? 2.5 : 0;
		i++;
	}
	return bits;
}
