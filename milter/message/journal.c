/*
 * Journal reports: Exchange, Microsoft 365 and Google give a copy of what was
 * sent as an attachment to a letter of their own, whose text names sender and
 * recipients. The copy is bytes of ours to read; nothing else of the report is
 * believed. Not by a library: what is wrapped must come out byte for byte.
 */
#include "message/internal.h"

#include <string.h>

#define PARTS_MOST 8

typedef struct {
	const char *at, *end;
} Span;

/* The next line of REST that begins a part of BOUNDARY, or ends the last. *PART
 * is what stands before. False: there is none. */
static bool next_part(Span *rest, const char *boundary, Span *part)
{
	gsize n = strlen(boundary);

	part->at = rest->at;
	for (const char *line = rest->at; line < rest->end;) {
		const char *feed =
		    memchr(line, '\n', (gsize)(rest->end - line));
		const char *next = feed != NULL ? feed + 1 : rest->end;

		if ((gsize)(next - line) >= n + 2 &&
		    memcmp(line, "--", 2) == 0 &&
		    memcmp(line + 2, boundary, n) == 0) {
			part->end = line;
			rest->at = next;
			return true;
		}
		line = next;
	}
	return false;
}

/* Without the line end that is the boundary's. */
static void trim(Span *part)
{
	if (part->end > part->at && part->end[-1] == '\n') {
		part->end--;
	}
	if (part->end > part->at && part->end[-1] == '\r') {
		part->end--;
	}
}

/* PART without its header, when its kind is MEDIA. */
static bool body_of(const Span *part, const char *media, Span *body)
{
	g_autoptr(HeaderBlock) block =
	    header_block_new(part->at, (gsize)(part->end - part->at));
	g_autofree char *is =
	    param_media(header_block_raw(block, "Content-Type", NULL));

	if (is == NULL || strcmp(is, media) != 0) {
		return false;
	}
	*body = (Span){part->at + block->length, part->end};
	trim(body);
	return true;
}

static bool names_sender(const Span *text)
{
	static const char word[] = "Sender:";

	return (gsize)(text->end - text->at) > sizeof word &&
	       g_ascii_strncasecmp(text->at, word, sizeof word - 1) == 0;
}

/* Text that names the sender, then the copy, in REST. */
static bool find_copy(Span rest, const char *boundary, Span *copy)
{
	bool report = false;
	Span part, body;

	for (guint i = 0; i < PARTS_MOST; i++) {
		if (!next_part(&rest, boundary, &part)) {
			return false;
		}
		if (body_of(&part, "text/plain", &body)) {
			report |= names_sender(&body);
		} else if (report && body_of(&part, "message/rfc822", copy)) {
			return true;
		}
	}
	return false;
}

bool message_journaled(
    const void *bytes, gsize length, const void **copy, gsize *n)
{
	g_autoptr(HeaderBlock) block = header_block_new(bytes, length);
	const char *type = header_block_raw(block, "Content-Type", NULL);
	g_autofree char *media = param_media(type);
	g_autofree char *boundary =
	    type != NULL ? param_get_bytes(type, "boundary") : NULL;
	const char *begin = bytes;
	Span found;

	if (media == NULL || strcmp(media, "multipart/mixed") != 0 ||
	    boundary == NULL || *boundary == '\0' ||
	    !find_copy((Span){begin + block->length, begin + length}, boundary,
		&found) ||
	    found.at == found.end) {
		return false;
	}
	*copy = found.at;
	*n = (gsize)(found.end - found.at);
	return true;
}
