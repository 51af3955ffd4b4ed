/*
 * What the files of this folder tell each other. Bytes from outside are a
 * pointer and a length; whatever comes back as text is valid UTF-8 without
 * NUL. Everything is linear in its input, whatever that says.
 */
#ifndef ANTEROOM_MESSAGE_INTERNAL_H
#define ANTEROOM_MESSAGE_INTERNAL_H

#include "anteroom/limits.h"
#include "anteroom/message.h"

/* Lower case of ASCII; the library's is a call, for each byte of a text. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* ---- transfer.c: RFC 2045 section 6 ---- */

typedef enum {
	TRANSFER_AS_IS, /* 7bit, 8bit, binary, and whatever nobody knows */
	TRANSFER_BASE64,
	TRANSFER_QUOTED_PRINTABLE,
	TRANSFER_UUENCODE,
} Transfer;

/* Of a Content-Transfer-Encoding; VALUE may be NULL. */
Transfer transfer_of(const char *value);

/* Appends what BYTES mean. True when they hardly are what ENCODING says, so
 * that a reader may be shown something else. */
bool transfer_decode(
    Transfer encoding, const char *bytes, gsize length, GString *out);

/* Base64 with what doesn't belong skipped; "=" ends four letters, not the
 * text. Returns the number of skipped characters but line ends. */
gsize transfer_base64(const char *bytes, gsize length, GString *out);

/* Quoted-printable; what isn't stays as it is. HEADER: the "Q" of RFC 2047. */
void transfer_quoted_printable(
    const char *bytes, gsize length, bool header, GString *out);

/* ---- charset.c ---- */

/* Appends BYTES as UTF-8. NAME is the declared charset, NULL when there is
 * none. NULs stay. When the declaration is doubtful (unknown, lossy, or one
 * that hides plain text) and SECOND is not NULL, SECOND takes the reading
 * without it. */
void charset_decode(const char *name, const char *bytes, gsize length,
    GString *out, GString *second);

/* Appends BYTES as UTF-8 where they are that, else as Windows-1252, byte by
 * byte: nothing is lost. */
void charset_guess(const char *bytes, gsize length, GString *out);

/* Are all of BYTES 7 bit? */
bool charset_ascii(const char *bytes, gsize length);

/* ---- clean.c ---- */

/* Takes out of TEXT, in place, what a reader doesn't see: zero-width and bidi
 * controls, soft hyphens, variation selectors, tags, control characters; makes
 * all spaces one kind, all line ends LF, and at most two empty lines in a row.
 * Returns the NULs taken out. */
guint clean_text(GString *text);

/* The same for one line: white space becomes one space, none at the ends. */
void clean_line(GString *text);

/* Cuts TEXT to MAX_BYTES at a character; true when it was longer. */
bool clean_cut(GString *text, gsize max_bytes);

/* ---- word.c: RFC 2047 ---- */

/* The text of an unfolded field value or phrase, one clean line. Transfer
 * full. */
char *word_decode(const char *raw, gsize length);

/* Is RAW its own decoding, so that nobody needs a copy? */
bool word_is_plain(const char *raw, gsize length);

/* ---- param.c: RFC 2045 section 5.1, RFC 2231 ---- */

/* "text/html", folded; NULL when RAW is NULL or has no type and subtype.
 * Transfer full. */
char *param_media(const char *raw);

/* The decoded value of parameter NAME (lower case) of a Content-Type or
 * Content-Disposition; NULL when absent. Transfer full. */
char *param_get(const char *raw, const char *name);

/* The same, not decoded: for values that are compared with bytes. */
char *param_get_bytes(const char *raw, const char *name);

/* ---- header.c ---- */

/* A header block, one allocation for all of its bytes. */
typedef struct {
	char *bytes;         /* names and values, NUL-terminated */
	HeaderField *fields; /* n of them; .text is NULL or .raw or its own */
	guint n;
	gsize length;   /* of the block in the message, empty line included */
	bool truncated; /* a limit cut it */
	guint lines;    /* fields seen, also those cut */
} HeaderBlock;

/* Reads the block at the start of BYTES. Nothing is decoded yet. */
HeaderBlock *header_block_new(const char *bytes, gsize length);
void header_block_free(HeaderBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderBlock, header_block_free)

/* The raw value of the first field NAME; NULL when absent. COUNT, if not NULL,
 * takes the number of such fields. */
const char *header_block_raw(
    const HeaderBlock *block, const char *name, guint *count);

/* The decoded value, made when first asked for. */
const char *header_field_text(HeaderField *field);

/* ---- people.c: RFC 5322 section 3.4 ---- */

void person_free(Person *person);

/* Appends the Persons of an address list to PEOPLE, at most LIMIT_PEOPLE;
 * true when there were more. */
bool people_parse(const char *raw, GPtrArray *people);

/* ---- thread.c ---- */

/* The first message id in RAW, without <>; NULL when there is none that can be
 * used. Transfer full. */
char *thread_id(const char *raw);

/* The ids of In-Reply-To, then those of References from the end, each once;
 * either may be NULL. NULL-terminated, transfer full. */
char **thread_references(const char *in_reply_to, const char *references);

/* The conversation of Outlook's Thread-Index as 44 hex digits; NULL when RAW is
 * NULL or isn't one. Transfer full. */
char *thread_conversation(const char *raw);

/* ---- entity.c ---- */

/* The character that NAME (LENGTH letters and digits, no "&" and ";") stands
 * for in HTML; 0 when none. USED takes how many of them the name is: fewer
 * when CLOSED (a ";" follows) is false and only the start is a name. */
gunichar entity_lookup(
    const char *name, gsize length, bool closed, gsize *used);

/* ---- html.c ---- */

/* Appends the text of HTML to VISIBLE, quotes with "> " before each line, and
 * to HIDDEN what a reader doesn't get to see. */
void html_to_text(
    const char *html, gsize length, GString *visible, GString *hidden);

/* ---- split.c ---- */

typedef struct {
	GString *now;
	GString *quoted;
	GString *signature;
} Split;

/* Sorts the lines of clean TEXT. The three strings are appended to. */
void split_text(const char *text, gsize length, Split *split);

/* ---- kind.c ---- */

/* What the body says about the kind. */
typedef struct {
	char *media;       /* of the whole message, folded; NULL */
	char *report_type; /* of a multipart/report, folded; NULL */
	bool calendar_reply;
	bool receipt;  /* a disposition notification without report around */
	bool delivery; /* a delivery status without report around */
} KindMarks;

/* Sets kind, kind_because and auto_submitted of MESSAGE, whose headers and
 * subject are there. MARKS may be NULL: not known. */
void kind_decide(Message *message, const KindMarks *marks);

/* ---- digest.c ---- */

void digest_body(const char *bytes, gsize length, char hex[65]);
void digest_text(const GPtrArray *parts, char hex[65]);

/* ---- structure.c, leaf.c ---- */

/* The texts of one reading of a part, before the message has them. */
typedef struct {
	Split split;
	GString *hidden;
} LeafText;

/* What a message says about one that comes back; NULL: nothing yet. */
typedef struct {
	GPtrArray *ids;    /* of char */
	GPtrArray *failed; /* of char: addresses, folded */
	char *status;
	bool has_action; /* a delivery status says what became of it */
	bool has_failed; /* of somebody: it failed */
} Report;

/* What is remembered while a message is read. */
typedef struct {
	Message *message;
	KindMarks marks;
	Report report;
	guint parts;
	gsize text_bytes;   /* given to the message so far */
	GPtrArray *names;   /* of attachments */
	GPtrArray *group;   /* of LeafText in a multipart/alternative; NULL */
	guint messages;     /* messages within messages we are in */
	bool returned;      /* in what a report returns: not new text */
	const char *sealed; /* why a part's text can't be had; static, NULL */
	const char *unread; /* why not all could be read; static, NULL */
} Reader;

/* A part without parts. Values as received, unfolded, NULL when absent. */
typedef struct {
	const char *type;
	const char *disposition;
	const char *encoding;
	const char *bytes;
	gsize length;
} Leaf;

/* Reads LEAF's text, and its name. */
void leaf_read(Reader *reader, const Leaf *leaf);

/* Appends the one line TEXT to what was written now, or to what was returned
 * when the reader is within that. */
void leaf_add_line(Reader *reader, const char *text);

/* Keeps the name that a part has, if any. */
void leaf_add_name(Reader *reader, const Leaf *leaf);

/* Gives the texts of GROUP (of LeafText, consumed) to the message, without
 * those that say the same again. */
void leaf_merge(Reader *reader, GPtrArray *group);

void text_part_free(TextPart *part);

/* Reads BYTES as a message within the message, from its header on. */
void structure_read_message(Reader *reader, const char *bytes, gsize length);

/* Reads a body, with parts or without. */
void structure_read(Reader *reader, const Leaf *whole);

/* ---- report.c ---- */

/* The message within has the Message-ID RAW; NULL: none. */
void report_returned(Report *report, const char *raw);

/* Looks at a part that is a delivery status or the header of a message. */
void report_leaf(Report *report, const char *media, const Leaf *leaf);

/* Gives MESSAGE, whose kind is decided, what was found, if it is a bounce.
 * Clears REPORT. */
void report_give(Report *report, Message *message);

/* ---- excess.c ---- */

/* Would a library that makes an object of every part and field be asked too
 * much by this body of a multipart with BOUNDARY? NULL, or why; static. */
const char *excess_of(const char *boundary, const char *body, gsize length);

#endif
