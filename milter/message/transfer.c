/*
 * Content-Transfer-Encodings (RFC 2045 section 6), read the way mail programs
 * read them: what is broken is skipped or kept, and never ends the text. The
 * library's own decoders stop at the first "=" of base64, which hides all that
 * follows; so these are ours.
 */
#include "message/internal.h"

#include <string.h>

#define BASE64_JUNK 64
#define BASE64_PAD 65 /* 66: line end */

/* Values of the alphabet; what isn't in it by the names above. */
/* clang-format off */
static const guint8 base64_values[256] = {
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 66, 64, 64, 66, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 65, 64, 64,
	64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};
/* clang-format on */

gsize transfer_base64(const char *bytes, gsize length, GString *out)
{
	gsize start = out->len;
	g_string_set_size(out, start + length / 4 * 3 + 3);
	char *to = out->str + start;
	guint32 bits = 0;
	guint letters = 0;
	gsize junk = 0;
	for (gsize i = 0; i < length; i++) {
		guint8 value = base64_values[(guchar)bytes[i]];
		if (value < BASE64_JUNK) {
			bits = bits << 6 | value;
			letters++;
			if (letters == 4) {
				*to++ = (char)(bits >> 16);
				*to++ = (char)(bits >> 8);
				*to++ = (char)bits;
				letters = 0;
			}
			continue;
		}
		junk += value == BASE64_JUNK;
		if (value == BASE64_PAD && letters > 0) {
			bits <<= 6 * (4 - letters);
			if (letters >= 2) {
				*to++ = (char)(bits >> 16);
			}
			if (letters == 3) {
				*to++ = (char)(bits >> 8);
			}
			letters = 0;
		}
	}
	/* The end may lack its padding. */
	if (letters >= 2) {
		bits <<= 6 * (4 - letters);
		*to++ = (char)(bits >> 16);
		if (letters == 3) {
			*to++ = (char)(bits >> 8);
		}
	}
	g_string_truncate(out, (gsize)(to - out->str));
	return junk;
}

static int hex_value(char c)
{
	return g_ascii_xdigit_value(c);
}

/* The length of a soft line break after "=" at P: white space up to and with
 * the line end; 0 when there is none. */
static gsize soft_break(const char *p, const char *end)
{
	const char *q = p;
	while (q < end && (*q == ' ' || *q == '\t' || *q == '\r')) {
		q++;
	}
	if (q == end) {
		return (gsize)(q - p);
	}
	if (*q == '\n') {
		return (gsize)(q - p) + 1;
	}
	/* A bare CR ends a line, too. */
	return q > p && q[-1] == '\r' ? (gsize)(q - p) : 0;
}

void transfer_quoted_printable(
    const char *bytes, gsize length, bool header, GString *out)
{
	const char *p = bytes, *end = bytes + length;
	while (p < end) {
		const char *run = p;
		while (p < end && *p != '=' && !(header && *p == '_')) {
			p++;
		}
		g_string_append_len(out, run, p - run);
		if (p == end) {
			break;
		}
		if (*p == '_') {
			g_string_append_c(out, ' ');
			p++;
			continue;
		}
		p++;
		if (end - p >= 2 && hex_value(p[0]) >= 0 &&
		    hex_value(p[1]) >= 0) {
			g_string_append_c(out,
			    (char)(hex_value(p[0]) << 4 | hex_value(p[1])));
			p += 2;
			continue;
		}
		gsize skip = header ? 0 : soft_break(p, end);
		if (skip == 0 && p < end) {
			g_string_append_c(out, '=');
		}
		p += skip;
	}
}

static void uuencode_line(const char *line, gsize length, GString *out)
{
	gsize want = (gsize)((line[0] - ' ') & 63);
	for (gsize i = 1; i + 1 < length && want > 0; i += 4) {
		guint32 bits = 0;
		for (gsize j = 0; j < 4; j++) {
			char c = i + j < length ? line[i + j] : ' ';
			bits = bits << 6 | (guint32)((c - ' ') & 63);
		}
		for (int shift = 16; shift >= 0 && want > 0; shift -= 8) {
			g_string_append_c(out, (char)(bits >> shift));
			want--;
		}
	}
}

/* Between "begin" and "end"; false when there is no "begin". */
static bool uuencode(const char *bytes, gsize length, GString *out)
{
	bool inside = false;
	const char *end = bytes + length;
	for (const char *p = bytes; p < end;) {
		const char *lf = memchr(p, '\n', (gsize)(end - p));
		const char *next = lf ? lf + 1 : end;
		gsize n = (gsize)((lf ? lf : end) - p);
		if (n > 0 && p[n - 1] == '\r') {
			n--;
		}
		if (!inside) {
			inside = n > 6 && memcmp(p, "begin ", 6) == 0;
		} else if (n == 3 && memcmp(p, "end", 3) == 0) {
			return true;
		} else if (n > 0) {
			uuencode_line(p, n, out);
		}
		p = next;
	}
	return inside;
}

Transfer transfer_of(const char *value)
{
	static const struct {
		const char *name;
		Transfer transfer;
	} names[] = {
	    {"base64", TRANSFER_BASE64},
	    {"quoted-printable", TRANSFER_QUOTED_PRINTABLE},
	    {"x-uuencode", TRANSFER_UUENCODE},
	    {"uuencode", TRANSFER_UUENCODE},
	    {"x-uue", TRANSFER_UUENCODE},
	};
	if (value == NULL) {
		return TRANSFER_AS_IS;
	}
	value += strspn(value, " \t\"");
	gsize n = strcspn(value, " \t\";(");
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strlen(names[i].name) == n &&
		    g_ascii_strncasecmp(value, names[i].name, n) == 0) {
			return names[i].transfer;
		}
	}
	return TRANSFER_AS_IS;
}

bool transfer_decode(
    Transfer encoding, const char *bytes, gsize length, GString *out)
{
	switch (encoding) {
	case TRANSFER_BASE64:
		/* Prose has spaces and stops; an encoder makes none. */
		return transfer_base64(bytes, length, out) > length / 50;
	case TRANSFER_QUOTED_PRINTABLE:
		transfer_quoted_printable(bytes, length, false, out);
		return false;
	case TRANSFER_UUENCODE:
		if (uuencode(bytes, length, out)) {
			return false;
		}
		break;
	case TRANSFER_AS_IS:
		break;
	}
	g_string_append_len(out, bytes, (gssize)length);
	return false;
}
