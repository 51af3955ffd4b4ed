/*
 * What makes two messages the same: digests over normal forms that a relay, an
 * mbox or another line length doesn't change.
 */
#include "message/internal.h"

#include <string.h>

/* Gathers small pieces, since each call of the checksum costs. */
typedef struct {
	GChecksum *checksum;
	char buffer[4096];
	gsize n;
	bool any;
} Digest;

static void digest_add(Digest *digest, const char *bytes, gsize length)
{
	digest->any |= length > 0;
	while (length > 0) {
		gsize n = MIN(length, sizeof(digest->buffer) - digest->n);
		memcpy(digest->buffer + digest->n, bytes, n);
		digest->n += n;
		bytes += n;
		length -= n;
		if (digest->n == sizeof(digest->buffer)) {
			g_checksum_update(digest->checksum,
			    (const guchar *)digest->buffer, (gssize)digest->n);
			digest->n = 0;
		}
	}
}

static void digest_end(Digest *digest, char hex[65])
{
	g_checksum_update(digest->checksum, (const guchar *)digest->buffer,
	    (gssize)digest->n);
	g_strlcpy(hex, g_checksum_get_string(digest->checksum), 65);
	g_checksum_free(digest->checksum);
}

void digest_body(const char *bytes, gsize length, char hex[65])
{
	Digest digest = {.checksum = g_checksum_new(G_CHECKSUM_SHA256)};
	const char *end = bytes + length;
	gsize empty = 0;
	for (const char *p = bytes; p < end;) {
		const char *lf = memchr(p, '\n', (gsize)(end - p));
		const char *stop = lf ? lf : end;
		const char *last = stop;
		while (last > p && (last[-1] == ' ' || last[-1] == '\t' ||
				       last[-1] == '\r')) {
			last--;
		}
		if (last == p) {
			empty++;
		} else {
			for (; empty > 0; empty--) {
				digest_add(&digest, "\n", 1);
			}
			digest_add(&digest, p, (gsize)(last - p));
			digest_add(&digest, "\n", 1);
		}
		p = lf ? lf + 1 : end;
	}
	digest_end(&digest, hex);
}

/* Lower case, words apart by one space. */
static void digest_folded(Digest *digest, const TextPart *part)
{
	const char *p = part->text, *end = part->text + part->bytes;
	char piece[256];
	gsize n = 0;
	bool space = digest->any;
	while (p < end) {
		if (n + 8 > sizeof(piece)) {
			digest_add(digest, piece, n);
			n = 0;
		}
		guchar c = (guchar)*p;
		if (g_ascii_isspace(c)) {
			space |= digest->any || n > 0;
			p++;
			continue;
		}
		if (space) {
			piece[n++] = ' ';
			space = false;
		}
		if (c < 0x80) {
			piece[n++] = ascii_lower(*p++);
		} else {
			gunichar wide = g_unichar_tolower(g_utf8_get_char(p));
			n += (gsize)g_unichar_to_utf8(wide, piece + n);
			p += g_utf8_skip[c];
		}
	}
	digest_add(digest, piece, n);
}

void digest_text(const GPtrArray *parts, char hex[65])
{
	Digest digest = {.checksum = g_checksum_new(G_CHECKSUM_SHA256)};
	for (guint i = 0; i < parts->len; i++) {
		const TextPart *part = parts->pdata[i];
		if (!part->hidden) {
			digest_folded(&digest, part);
		}
	}
	bool any = digest.any;
	digest_end(&digest, hex);
	if (!any) {
		hex[0] = '\0';
	}
}
