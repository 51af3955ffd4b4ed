/* What the files of letter/ share. */
#ifndef LETTER_INTERNAL_H
#define LETTER_INTERNAL_H

#include "anteroom/html.h"
#include "anteroom/letter.h"

/* ---- encode.c: RFC 2045, RFC 2047 ---- */

/* Appends the field "NAME: VALUE"; VALUE is made one line, encoded where it
 * must be, and folded. */
void encode_field(GString *out, const char *name, const char *value);

/* The same for "Name <address>"; NAME may be "". The address must be valid. */
void encode_mailbox(
    GString *out, const char *field, const char *name, const char *address);

/* Appends TEXT (UTF-8, lines by LF) as quoted-printable. */
void encode_text(GString *out, const char *text);

/* Appends BYTES as base64 in lines. */
void encode_bytes(GString *out, GBytes *bytes);

/* ---- mime.c: the parts ---- */

/* A picture within the HTML part, shown by <img src="cid:ID">. */
typedef struct {
	const char *id; /* static */
	GBytes *png;
} MimePicture;

/* Appends Content-Type and body of a multipart/alternative of TEXT and HTML;
 * with pictures (of MimePicture, may be empty) the latter is a
 * multipart/related. MARK makes the boundaries this letter's own. */
void mime_body(GString *out, const char *mark, const char *text,
    const char *html, const GArray *pictures);

/* ---- words.c: times and spans for people ---- */

/* "42 minutes", "2 hours", "3 days"; SHORT: "42 min", "2 h". SPAN_S >= 0.
 * Transfer full. */
char *words_span(gint64 span_s, bool brief);

/* "due in 42 minutes, at 15:30 (New York)", "overdue by 2 hours, since ...".
 * Transfer full. */
char *words_due(gint64 due_s, gint64 now_s, const char *zone);

/* "Friday, 27 November" in ZONE. Transfer full. */
char *words_day(gint64 at_s, const char *zone);

/* "first reply" of "first_reply"; for people. Static. */
const char *words_metric(const char *metric);

/* ---- page.c: what all letters look like ---- */

typedef enum { TONE_PLAIN, TONE_SOON, TONE_LATE } Tone;

/* A letter's two bodies, written side by side so that they say the same. */
typedef struct {
	const LetterStyle *style;
	GString *text;
	Html *html;
} Page;

void page_begin(Page *page, const LetterStyle *style);
/* The line at the top, by whose colour one sees how bad it is; and the line
 * that a list of mail shows. */
void page_head(Page *page, Tone tone, const char *head, const char *under);
void page_paragraph(Page *page, const char *text);
/* A line of "name: value"; nothing for a VALUE that is NULL or "". Within
 * page_facts and page_facts_end. */
void page_facts(Page *page);
void page_fact(Page *page, const char *name, const char *value);
void page_facts_end(Page *page);
void page_section(Page *page, const char *title);
/* One case of a list: NAME with its page, then two lines. */
void page_case(Page *page, const char *name, const char *line,
    const char *under, Tone tone);
/* The one thing to press, and how to act. NAME: a case, or NULL. */
void page_act(Page *page, const char *name, const char *label, const char *how);
void page_picture(Page *page, const char *id, const char *alt, guint width);
/* FOOT: why you get this. Ends both; transfer full. */
void page_end(Page *page, const char *foot, char **text, char **html);

/* ---- notice.c, digest.c ---- */

/* Fill the page of NOTICE. Subject: transfer full. */
char *notice_write(Page *page, const JsonValue *notice);
/* Why one gets it. Transfer full. */
char *notice_foot(const JsonValue *notice);
/* Pictures are added to PICTURES, of MimePicture. */
char *digest_write(Page *page, const JsonValue *notice, const JsonValue *digest,
    GArray *pictures);

/* Times of a row are RFC 3339; 0 when absent or nonsense. */
gint64 row_time(const JsonValue *row, const char *name);

#endif
