/*
 * Encoded words in header fields (RFC 2047), read as mail programs read them:
 * in phrases, within words, in quotes, with characters split between words.
 * The library drops whatever follows a base64 word that ends in "=", which is
 * how a subject hides its second half; so this is ours. What isn't a whole
 * encoded word stays as it stands.
 */
#include "message/internal.h"

#include <string.h>

/* One "=?charset?encoding?text?=", pointing into the value. */
typedef struct {
	const char *charset;
	gsize charset_n;
	char encoding; /* 'b' or 'q' */
	const char *text;
	gsize text_n;
	const char *end; /* behind it */
} Word;

/* The end of a word's text, at "?="; NULL when another word begins before, so
 * that nothing is looked at twice. */
static const char *word_text_end(const char *p, const char *end)
{
	for (; p + 1 < end; p++) {
		if (p[0] == '?' && p[1] == '=') {
			return p;
		}
		if (p[0] == '=' && p[1] == '?' &&
		    !(p + 2 < end && p[2] == '=')) {
			return NULL;
		}
	}
	return NULL;
}

/* Reads the word at P, which is at "=?". */
static bool word_read(const char *p, const char *end, Word *word)
{
	const char *q = p + 2;
	word->charset = q;
	while (q < end && *q != '?' && *q != '*' && *q != '=' &&
	       !g_ascii_isspace(*q) && q - word->charset < 64) {
		q++;
	}
	word->charset_n = (gsize)(q - word->charset);
	/* RFC 2231 section 5: "charset*language". */
	const char *language = q;
	while (
	    q < end && *q != '?' && !g_ascii_isspace(*q) && q - language < 64) {
		q++;
	}
	if (word->charset_n == 0 || end - q < 5 || q[0] != '?' || q[2] != '?') {
		return false;
	}
	word->encoding = ascii_lower(q[1]);
	if (word->encoding != 'b' && word->encoding != 'q') {
		return false;
	}
	word->text = q + 3;
	const char *stop = word_text_end(word->text, end);
	if (stop == NULL) {
		return false;
	}
	word->text_n = (gsize)(stop - word->text);
	word->end = stop + 2;
	return true;
}

/* Bytes of neighbouring words of one charset, which may share a character. */
typedef struct {
	GString *out;
	GString *bytes;
	char charset[65];
} Words;

static void words_flush(Words *words)
{
	if (words->bytes->len > 0) {
		charset_decode(words->charset, words->bytes->str,
		    words->bytes->len, words->out, NULL);
		g_string_truncate(words->bytes, 0);
	}
}

static void words_add(Words *words, const Word *word)
{
	bool same = strlen(words->charset) == word->charset_n &&
		    g_ascii_strncasecmp(
			words->charset, word->charset, word->charset_n) == 0;
	if (!same) {
		words_flush(words);
		memcpy(words->charset, word->charset, word->charset_n);
		words->charset[word->charset_n] = '\0';
	}
	if (word->encoding == 'b') {
		transfer_base64(word->text, word->text_n, words->bytes);
	} else {
		transfer_quoted_printable(
		    word->text, word->text_n, true, words->bytes);
	}
}

bool word_is_plain(const char *raw, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		guchar c = (guchar)raw[i];
		if (c < ' ' || c >= 0x7f || (c == '=' && raw[i + 1] == '?') ||
		    (c == ' ' && (i == 0 || raw[i - 1] == ' '))) {
			return false;
		}
	}
	return length == 0 || raw[length - 1] != ' ';
}

char *word_decode(const char *raw, gsize length)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	GString *out = g_string_sized_new(length + 1);
	Words words = {out, bytes, ""};
	const char *end = raw + length;
	bool after_word = false;
	for (const char *p = raw; p < end;) {
		const char *start = p;
		while (
		    p < end && !(p + 1 < end && p[0] == '=' && p[1] == '?')) {
			p++;
		}
		Word word;
		bool found = p < end && word_read(p, end, &word);
		bool blank = (gsize)(p - start) == strspn(start, " \t\r\n");
		/* White space between two words isn't part of the text. */
		if (p > start && !(after_word && found && blank)) {
			words_flush(&words);
			charset_guess(start, (gsize)(p - start), out);
		}
		if (found) {
			words_add(&words, &word);
			p = word.end;
		} else if (p < end) {
			words_flush(&words);
			g_string_append_len(out, p, 2);
			p += 2;
		}
		after_word = found;
	}
	words_flush(&words);
	clean_line(out);
	return g_string_free(out, FALSE);
}
