/*
 * From a declared charset to UTF-8. Names from outside never reach iconv: it
 * would take options and its oldest converters from them. ASCII, UTF-8 and
 * Latin-1 as everybody means it (Windows-1252) are done here, so that ordinary
 * mail opens no converter at all.
 */
#include "message/internal.h"

#include <string.h>

#define LOST_MOST 5000 /* bytes that don't convert */

typedef enum {
	CHARSET_GUESS, /* UTF-8 where it is that, else Windows-1252 */
	CHARSET_LATIN1,
	CHARSET_ICONV,
	/* As before, but plain text under such a name turns into something
	 * else, and not every mail program believes the name. */
	CHARSET_HIDING,
} CharsetWay;

typedef struct {
	const char *name; /* lower case, without "-", "_" and " " */
	const char *iconv;
	CharsetWay way;
} Charset;

/* By the first letters that mail has them in; the search is linear and rare. */
static const Charset charsets[] = {
    {"utf8", NULL, CHARSET_GUESS},
    {"usascii", NULL, CHARSET_GUESS},
    {"ascii", NULL, CHARSET_GUESS},
    {"unicode11utf8", NULL, CHARSET_GUESS},
    {"iso88591", NULL, CHARSET_LATIN1},
    {"latin1", NULL, CHARSET_LATIN1},
    {"windows1252", NULL, CHARSET_LATIN1},
    {"cp1252", NULL, CHARSET_LATIN1},
    {"iso885915", "ISO-8859-15", CHARSET_ICONV},
    {"latin9", "ISO-8859-15", CHARSET_ICONV},
    {"iso88592", "ISO-8859-2", CHARSET_ICONV},
    {"latin2", "ISO-8859-2", CHARSET_ICONV},
    {"iso88593", "ISO-8859-3", CHARSET_ICONV},
    {"iso88594", "ISO-8859-4", CHARSET_ICONV},
    {"iso88595", "ISO-8859-5", CHARSET_ICONV},
    {"iso88596", "ISO-8859-6", CHARSET_ICONV},
    {"iso88597", "ISO-8859-7", CHARSET_ICONV},
    {"iso88598", "ISO-8859-8", CHARSET_ICONV},
    {"iso88598i", "ISO-8859-8", CHARSET_ICONV},
    {"iso88599", "WINDOWS-1254", CHARSET_ICONV},
    {"iso885910", "ISO-8859-10", CHARSET_ICONV},
    {"iso885911", "TIS-620", CHARSET_ICONV},
    {"iso885913", "ISO-8859-13", CHARSET_ICONV},
    {"iso885914", "ISO-8859-14", CHARSET_ICONV},
    {"iso885916", "ISO-8859-16", CHARSET_ICONV},
    {"windows1250", "WINDOWS-1250", CHARSET_ICONV},
    {"windows1251", "WINDOWS-1251", CHARSET_ICONV},
    {"windows1253", "WINDOWS-1253", CHARSET_ICONV},
    {"windows1254", "WINDOWS-1254", CHARSET_ICONV},
    {"windows1255", "WINDOWS-1255", CHARSET_ICONV},
    {"windows1256", "WINDOWS-1256", CHARSET_ICONV},
    {"windows1257", "WINDOWS-1257", CHARSET_ICONV},
    {"windows1258", "WINDOWS-1258", CHARSET_ICONV},
    {"windows874", "TIS-620", CHARSET_ICONV},
    {"cp1250", "WINDOWS-1250", CHARSET_ICONV},
    {"cp1251", "WINDOWS-1251", CHARSET_ICONV},
    {"cp1253", "WINDOWS-1253", CHARSET_ICONV},
    {"cp1254", "WINDOWS-1254", CHARSET_ICONV},
    {"cp1255", "WINDOWS-1255", CHARSET_ICONV},
    {"cp1256", "WINDOWS-1256", CHARSET_ICONV},
    {"cp1257", "WINDOWS-1257", CHARSET_ICONV},
    {"cp437", "IBM437", CHARSET_ICONV},
    {"ibm437", "IBM437", CHARSET_ICONV},
    {"cp850", "IBM850", CHARSET_ICONV},
    {"ibm850", "IBM850", CHARSET_ICONV},
    {"ibm852", "IBM852", CHARSET_ICONV},
    {"cp852", "IBM852", CHARSET_ICONV},
    {"cp866", "IBM866", CHARSET_ICONV},
    {"ibm866", "IBM866", CHARSET_ICONV},
    {"koi8r", "KOI8-R", CHARSET_ICONV},
    {"koi8u", "KOI8-U", CHARSET_ICONV},
    {"macintosh", "MACINTOSH", CHARSET_ICONV},
    {"macroman", "MACINTOSH", CHARSET_ICONV},
    {"tis620", "TIS-620", CHARSET_ICONV},
    {"shiftjis", "CP932", CHARSET_ICONV},
    {"sjis", "CP932", CHARSET_ICONV},
    {"xsjis", "CP932", CHARSET_ICONV},
    {"windows31j", "CP932", CHARSET_ICONV},
    {"cp932", "CP932", CHARSET_ICONV},
    {"eucjp", "EUC-JP", CHARSET_ICONV},
    {"iso2022jp", "ISO-2022-JP", CHARSET_ICONV},
    {"cp50221", "ISO-2022-JP", CHARSET_ICONV},
    {"euckr", "UHC", CHARSET_ICONV},
    {"ksc56011987", "UHC", CHARSET_ICONV},
    {"ksc5601", "UHC", CHARSET_ICONV},
    {"cp949", "UHC", CHARSET_ICONV},
    {"windows949", "UHC", CHARSET_ICONV},
    {"iso2022kr", "ISO-2022-KR", CHARSET_ICONV},
    {"gb2312", "GB18030", CHARSET_ICONV},
    {"gbk", "GB18030", CHARSET_ICONV},
    {"cp936", "GB18030", CHARSET_ICONV},
    {"gb18030", "GB18030", CHARSET_ICONV},
    {"big5", "BIG5", CHARSET_ICONV},
    {"big5hkscs", "BIG5-HKSCS", CHARSET_ICONV},
    {"cp950", "BIG5", CHARSET_ICONV},
    {"utf16", "UTF-16", CHARSET_HIDING},
    {"utf16le", "UTF-16LE", CHARSET_HIDING},
    {"utf16be", "UTF-16BE", CHARSET_HIDING},
    {"ucs2", "UTF-16", CHARSET_HIDING},
    {"utf32", "UTF-32", CHARSET_HIDING},
    {"utf32le", "UTF-32LE", CHARSET_HIDING},
    {"utf32be", "UTF-32BE", CHARSET_HIDING},
    {"utf7", "UTF-7", CHARSET_HIDING},
    {"unicode11utf7", "UTF-7", CHARSET_HIDING},
};

/* Windows-1252, 0x80 to 0x9f; where it has nothing, the control character of
 * Latin-1, which cleaning takes away. */
static const guint16 windows1252[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e,
    0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d,
    0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc,
    0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

static const Charset *charset_find(const char *name)
{
	char folded[24];
	gsize n = 0;
	for (const char *p = name; *p != '\0'; p++) {
		if (strchr("-_ \"'", *p) != NULL) {
			continue;
		}
		if (n + 1 == sizeof(folded)) {
			return NULL;
		}
		folded[n++] = ascii_lower(*p);
	}
	folded[n] = '\0';
	for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++) {
		if (strcmp(charsets[i].name, folded) == 0) {
			return &charsets[i];
		}
	}
	return NULL;
}

bool charset_ascii(const char *bytes, gsize length)
{
	guint64 all = 0;
	for (; length >= 8; bytes += 8, length -= 8) {
		guint64 word;
		memcpy(&word, bytes, 8);
		all |= word;
	}
	for (; length > 0; bytes++, length--) {
		all |= (guchar)*bytes;
	}
	return (all & G_GUINT64_CONSTANT(0x8080808080808080)) == 0;
}

static void append_latin1(guchar byte, GString *out)
{
	if (byte >= 0x80 && byte < 0xa0) {
		g_string_append_unichar(out, windows1252[byte - 0x80]);
	} else {
		g_string_append_unichar(out, byte);
	}
}

static void charset_latin1(const char *bytes, gsize length, GString *out)
{
	for (gsize i = 0; i < length;) {
		gsize start = i;
		while (i < length && (guchar)bytes[i] < 0x80) {
			i++;
		}
		g_string_append_len(out, bytes + start, (gssize)(i - start));
		for (; i < length && (guchar)bytes[i] >= 0x80; i++) {
			append_latin1((guchar)bytes[i], out);
		}
	}
}

void charset_guess(const char *bytes, gsize length, GString *out)
{
	if (charset_ascii(bytes, length)) {
		g_string_append_len(out, bytes, (gssize)length);
		return;
	}
	const char *p = bytes, *end = bytes + length;
	while (p < end) {
		const char *stop;
		/* NUL is a character like others here, and the function stops
		 * at it. */
		g_utf8_validate_len(p, (gsize)(end - p), &stop);
		g_string_append_len(out, p, stop - p);
		p = stop;
		if (p < end) {
			append_latin1((guchar)*p, out);
			p++;
		}
	}
}

/* All that the converter makes of BYTES; U+FFFD for what it can't. Returns how
 * often that was. */
static gsize charset_convert(
    GIConv converter, const char *bytes, gsize length, GString *out)
{
	char buffer[4096];
	char *in = (char *)(gpointer)(guintptr)bytes;
	gsize left = length, lost = 0;
	bool flushed = false;
	while (!flushed) {
		char *to = buffer;
		gsize room = sizeof(buffer);
		bool flush = left == 0;
		gsize rc = g_iconv(converter, flush ? NULL : &in,
		    flush ? NULL : &left, &to, &room);
		int why = errno;
		g_string_append_len(out, buffer, to - buffer);
		if (rc != (gsize)-1) {
			flushed = flush;
			continue;
		}
		if (why == E2BIG && to > buffer) {
			continue;
		}
		if (flush) {
			break;
		}
		g_string_append(out, "\xef\xbf\xbd");
		in++;
		left--;
		if (++lost == LOST_MOST) {
			/* It isn't that charset, and each loss is dear. */
			charset_guess(in, left, out);
			break;
		}
	}
	return lost;
}

/* Converters are allowed to be wrong; what comes from them is not believed. */
static void append_valid(const GString *text, GString *out)
{
	charset_guess(text->str, text->len, out);
}

/* Would BYTES read as text if nothing were declared? */
static bool charset_looks_plain(const char *bytes, gsize length)
{
	gsize odd = 0;
	for (gsize i = 0; i < length; i++) {
		guchar c = (guchar)bytes[i];
		odd += c == 0 || c == 0x1b || c >= 0x80;
	}
	return odd * 10 <= length;
}

static void charset_iconv(const Charset *charset, const char *bytes,
    gsize length, GString *out, GString *second)
{
	GIConv converter = g_iconv_open("UTF-8", charset->iconv);
	/* C has it so: (GIConv)-1 is how a failure looks. */
	if (converter == (GIConv)-1) {
		charset_guess(bytes, length, out);
		return;
	}
	g_autoptr(GString) text = g_string_sized_new(length + length / 2);
	gsize lost = charset_convert(converter, bytes, length, text);
	g_iconv_close(converter);
	append_valid(text, out);
	bool hides = charset->way == CHARSET_HIDING &&
		     charset_looks_plain(bytes, length);
	if (second != NULL && (hides || lost > 0)) {
		charset_guess(bytes, length, second);
	}
}

void charset_decode(const char *name, const char *bytes, gsize length,
    GString *out, GString *second)
{
	const Charset *charset = name ? charset_find(name) : NULL;
	CharsetWay way = charset ? charset->way : CHARSET_GUESS;
	if (way == CHARSET_GUESS) {
		charset_guess(bytes, length, out);
	} else if (way == CHARSET_LATIN1) {
		charset_latin1(bytes, length, out);
		/* UTF-8 under the wrong label is frequent. */
		if (second != NULL && !charset_ascii(bytes, length) &&
		    g_utf8_validate(bytes, (gssize)length, NULL)) {
			charset_guess(bytes, length, second);
		}
	} else {
		charset_iconv(charset, bytes, length, out, second);
	}
}
