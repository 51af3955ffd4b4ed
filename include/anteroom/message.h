/*
 * A mail message, read (RFC 5322, RFC 2045-2047, RFC 2231): who wrote what, in
 * UTF-8, with what the sender wrote now apart from what is quoted.
 *
 * Reading never fails on content: whatever the bytes, there is a Message; what
 * could not be read is said in `unread`. Immutable after message_read; freed
 * as one. All strings are valid UTF-8 without NUL unless said otherwise, and
 * bounded by limits.h.
 */
#ifndef ANTEROOM_MESSAGE_H
#define ANTEROOM_MESSAGE_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	KIND_HUMAN,
	KIND_AUTO_REPLY, /* RFC 3834, vacation, out of office, calendar reply */
	KIND_BOUNCE,     /* RFC 3464 and older forms */
	KIND_RECEIPT,    /* RFC 8098 and Exchange's */
	KIND_LIST,       /* RFC 2919, RFC 2369, bulk */
} MessageKind;

/* "human", "auto-reply", "bounce", "receipt", "list". Static. */
const char *message_kind_name(MessageKind kind);

typedef struct {
	char *name;    /* decoded; "" when there is none */
	char *address; /* folded (address.h); never "" */
} Person;

/* One header field as received. */
typedef struct {
	const char *name; /* as written */
	const char *raw;  /* value as received, unfolded; bytes */
	char *text;       /* decoded */
} HeaderField;

/* A stretch of text that counts alike. */
typedef struct {
	char *text;  /* UTF-8; invisible and bidi characters removed */
	gsize bytes; /* of text */
	bool hidden; /* from HTML that a reader doesn't see */
} TextPart;

typedef struct Message {
	char *message_id; /* without <>; NULL when absent or given twice */
	char *subject;    /* "" when absent */
	GPtrArray *from;  /* of Person: From; Sender when From is absent */
	GPtrArray *reply_to;
	GPtrArray *to; /* To and Cc */
	gint64 date_s; /* Date; 0 when absent or nonsense */
	/* Topmost Received that has a date; 0 when there is none. */
	gint64 received_s;

	char **references;  /* ids without <>, newest first, each once:
			     * In-Reply-To, then References from its end */
	char *thread_index; /* Outlook's conversation, 44 hex digits; NULL */

	MessageKind kind;
	bool auto_submitted; /* Auto-Submitted other than "no" */
	bool from_nobody;    /* it came by the null path, as far as was said */
	const char *kind_because; /* the mark that decided, static */
	/* Of a bounce (RFC 3464 and older forms), else empty. Anybody can write
	 * one: it proves nothing but that its writer knows the ids. */
	bool undelivered; /* it failed for good; not delayed, not delivered */
	char **returned_ids; /* of the message that comes back, without <> */
	char **failed;       /* recipients it didn't reach, folded; may be empty
			      * where nobody is named */
	char *failed_status; /* of the first (RFC 3463), "5.1.1"; NULL */

	bool malformed; /* doubled From, Subject, Message-ID ...: proves nothing
			 */
	guint nuls;     /* NUL bytes seen in the body */

	/* Lists of TextPart. */
	GPtrArray *text;      /* written now */
	GPtrArray *quoted;    /* quotes, forwarded headers, returned mail */
	GPtrArray *signature; /* signature and disclaimers */
	char **attachments;   /* decoded names */
	GPtrArray *headers;   /* of HeaderField, in order */

	char *unread;   /* why it could not be read (whole); NULL = it was */
	bool truncated; /* a limit cut it; what was read counts */

	/* For the fingerprint; hex SHA-256. */
	char body_sha256[65]; /* the body's bytes, line ends and trailing
			       * white space normalised */
	char text_sha256[65]; /* text written now, folded; "" without any */
	gsize bytes;          /* of the message as given */

	gpointer block; /* private: what the header fields point into */
} Message;

/* Once per process, before any thread. */
void message_init(void);

/*
 * Reads the LENGTH bytes of a message (header fields, empty line, body; CRLF or
 * LF; an mbox "From " line before is skipped). TRUNCATED: the bytes end before
 * the message did. Transfer full. Any thread, at most one a Message.
 */
Message *message_read(const void *bytes, gsize length, bool truncated);

/* The same of a message of which the envelope says whether it is FROM_NOBODY,
 * by the null path: with other marks, that tells what is automatic. */
Message *message_read_from(
    const void *bytes, gsize length, bool truncated, bool from_nobody);

/* A Message that was not looked into but for its header block: message-id,
 * subject, people, threads; `unread` is BECAUSE. For messages that crashed a
 * reader before. Transfer full. Uses no library but ours. */
Message *message_unread(const void *bytes, gsize length, const char *because);

/*
 * Is this a journal report (Exchange, Microsoft 365, Google): a text that names
 * the sender, and the message that was sent as it was? *COPY: N bytes of it,
 * within BYTES. False: it is none, outputs untouched.
 */
bool message_journaled(
    const void *bytes, gsize length, const void **copy, gsize *n);

void message_free(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

/* The value of the first field NAME (caseless), decoded; NULL when absent. */
const char *message_header(const Message *message, const char *name);

/* The Message-ID that MESSAGE had before a server on its way gave it another,
 * as Microsoft's and Google's do; NULL when none says so. Transfer full. */
char *message_original_id(const Message *message);

/* The first From address, folded; "" when absent. Not a copy. */
const char *message_from(const Message *message);

/* Did the mail server called AUTHSERV_ID ("" = none is believed) find that the
 * one address in From is who it says, by an Authentication-Results field (RFC
 * 8601) above the first Received and the first such field of somebody else? */
bool message_authenticated(const Message *message, const char *authserv_id);

/* Everybody an answer may go to: From and Reply-To, folded, each once.
 * NULL-terminated, transfer full. */
char **message_correspondents(const Message *message);

/* Does its text thank and do nothing else? "Thank you very much! Regards, Ann"
 * does; a question, a number or a word that isn't known for it makes it false,
 * and so does an attachment. */
bool message_is_thanks(const Message *message);

/* Does a reply of ours acknowledge, and nothing else? */
typedef enum {
	COURTESY_NONE, /* it says something */
	COURTESY_TONE, /* reads like it: an answer, unless it is a template */
	COURTESY_ONLY, /* "received, will get back to you", and no more */
} Courtesy;
#define COURTESY_WORDS 120 /* most that count */

/*
 * Judges the text written now, in English, German, French and Spanish. Names
 * (of the people, and COMPANY, which may be NULL), numbers, greeting and
 * closing don't count. Unless it is COURTESY_NONE, *WORDS, if WORDS is not
 * NULL, becomes the distinct words that say something, NULL-terminated, at most
 * COURTESY_WORDS, transfer full: two replies with the same ones say the same.
 */
Courtesy message_courtesy(
    const Message *message, const char *company, char ***words);

/* The text written now as one string, visible parts first, at most MAX_BYTES,
 * cut at a character. Transfer full. */
char *message_new_text(const Message *message, gsize max_bytes);

#endif
