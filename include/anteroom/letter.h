/*
 * Notices and digests as mail (RFC 5322, RFC 2045-2047, RFC 3834): rows of JSON
 * in, bytes for SMTP out. What stands in a row came from strangers, so every
 * value that gets into a header is one clean, encoded line, and all of the HTML
 * goes through its printer. Pure; any thread.
 */
#ifndef ANTEROOM_LETTER_H
#define ANTEROOM_LETTER_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/json.h"

/* Makes a PNG of SVG, WIDTH pixels wide; NULL when that can't be done: the
 * letter does without. Transfer full. */
typedef GBytes *(*LetterPicture)(const char *svg, guint width);

typedef struct {
	const char *from;      /* "Anteroom <anteroom@example.com>" */
	const char *base_url;  /* without a slash at its end; "" = no links */
	const char *company;   /* "" = not named */
	gint64 now_s;          /* what "in 42 minutes" counts from */
	LetterPicture picture; /* NULL: text and tables say it all */
} LetterStyle;

typedef struct {
	char *sender;    /* for the envelope, so that it comes back there */
	char *recipient; /* valid for an envelope */
	GString *bytes;  /* header, empty line, body; lines end with CRLF */
} Letter;

void letter_free(Letter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* The letter of NOTICE, a row of `notices-take`; DIGEST: the row of `digest`
 * for a notice of that kind, else NULL. ERROR_USAGE when there can be none, as
 * with an address that no envelope takes: no later try will do better.
 * Transfer full. */
Letter *letter_new(const JsonValue *notice, const JsonValue *digest,
    const LetterStyle *style, GError **error);

/* Is there an address in FROM that mail can come from? */
bool letter_from_valid(const char *from);

#endif
