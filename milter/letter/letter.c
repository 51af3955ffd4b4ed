/*
 * A letter as a whole: the envelope, the header, the bodies. It says of itself
 * that it is automatic (RFC 3834), so that nobody's vacation answers it, and
 * whose it is, so that the filter knows it when it comes back. No List-Id and
 * no Precedence: it is neither a list's nor bulk, and filters would hide it.
 */
#include "letter/internal.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/error.h"
#include "anteroom/text.h"
#include "anteroom/times.h"

#define ID_BYTES 200

void letter_free(Letter *letter)
{
	if (letter != NULL) {
		g_free(letter->sender);
		g_free(letter->recipient);
		g_string_free(letter->bytes, TRUE);
		g_free(letter);
	}
}

/* "Anteroom <anteroom@example.com>" into its halves; NULL: no address that can
 * be used. Transfer full. */
static char *split_from(const char *from, char **name)
{
	const char *open = strrchr(from, '<');
	const char *close = open != NULL ? strchr(open, '>') : NULL;
	g_autofree char *address = NULL;

	if (close == NULL) {
		address = g_strstrip(g_strdup(from));
		open = from;
	} else {
		address = g_strndup(open + 1, (gsize)(close - open - 1));
	}
	if (!address_valid(address)) {
		return NULL;
	}
	if (name != NULL) {
		*name = g_strndup(from, (gsize)(open - from));
		g_strdelimit(*name, "\"", ' ');
		g_strstrip(*name);
	}
	return g_steal_pointer(&address);
}

bool letter_from_valid(const char *from)
{
	g_autofree char *address = from != NULL ? split_from(from, NULL) : NULL;

	return address != NULL;
}

/* An id as the daemon gives it, without <>, fit for a header. */
static char *id_of(const JsonValue *notice)
{
	const char *raw = json_get_string(notice, "message_id");
	g_autofree char *id = g_strdup(raw != NULL ? raw : "");

	g_strdelimit(id, "<>", ' ');
	g_strstrip(id);
	for (const char *p = id; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~') {
			return NULL;
		}
	}
	return *id != '\0' && strlen(id) <= ID_BYTES && strchr(id, '@') != NULL
		   ? g_steal_pointer(&id)
		   : NULL;
}

/* All notices of a case name one id that no mail has: mail programs show them
 * as one thread. */
static void put_thread(GString *out, const JsonValue *notice, const char *id)
{
	const char *name = json_get_string(notice, "case");
	g_autofree char *root = NULL;

	if (name != NULL && strspn(name, "AR-0123456789") == strlen(name)) {
		root =
		    g_strdup_printf("<anteroom.%s%s>", name, strchr(id, '@'));
		encode_field(out, "In-Reply-To", root);
		encode_field(out, "References", root);
	}
}

/* The mark is the part of the id that only the store could make. */
static void put_mark(GString *out, const JsonValue *notice, const char *id)
{
	const char *number = json_get_string(notice, "notice");
	g_autofree char *local = g_strndup(id, strcspn(id, "@"));
	g_autofree char *value =
	    g_strdup_printf("%s; %s", number != NULL ? number : "N-?", local);

	encode_field(out, "X-Anteroom-Notice", value);
}

typedef struct {
	const JsonValue *notice;
	const LetterStyle *style;
	const char *id, *name; /* name: of the sender */
	const char *subject;
} Head;

static void put_head(Letter *letter, const Head *head)
{
	GString *out = letter->bytes;
	g_autofree char *date = times_rfc5322(head->style->now_s);
	g_autofree char *id = g_strdup_printf("<%s>", head->id);

	encode_mailbox(out, "From", head->name, letter->sender);
	encode_mailbox(out, "To", "", letter->recipient);
	encode_field(out, "Subject", head->subject);
	encode_field(out, "Date", date != NULL ? date : "");
	encode_field(out, "Message-ID", id);
	put_thread(out, head->notice, head->id);
	encode_field(out, "Auto-Submitted", "auto-generated");
	/* Exchange answers automatic mail unless it is told not to. */
	encode_field(out, "X-Auto-Response-Suppress", "All");
	put_mark(out, head->notice, head->id);
	g_string_append(out, "MIME-Version: 1.0\r\n");
}

static bool refuse(GError **error, const JsonValue *notice, const char *why)
{
	const char *number = json_get_string(notice, "notice");

	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "%s: %s",
	    number != NULL ? number : "notice", why);
	return false;
}

static void picture_clear(gpointer data)
{
	g_bytes_unref(((MimePicture *)data)->png);
}

/* Header and body of a letter whose envelope is there. */
static void write_letter(Letter *letter, Head *head, const JsonValue *digest)
{
	Page page;
	g_autoptr(GArray) pictures =
	    g_array_new(FALSE, FALSE, sizeof(MimePicture));
	g_autofree char *foot = notice_foot(head->notice);
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;
	g_autofree char *html = NULL;
	g_autofree char *mark =
	    g_compute_checksum_for_string(G_CHECKSUM_SHA256, head->id, -1);

	g_array_set_clear_func(pictures, picture_clear);
	mark[16] = '\0';
	page_begin(&page, head->style);
	subject = digest != NULL
		      ? digest_write(&page, head->notice, digest, pictures)
		      : notice_write(&page, head->notice);
	page_end(&page, foot, &text, &html);
	head->subject = subject;
	put_head(letter, head);
	mime_body(letter->bytes, mark, text, html, pictures);
}

static Letter *letter_begin(char *sender, const char *recipient)
{
	Letter *letter = g_new0(Letter, 1);

	letter->sender = sender;
	letter->recipient = g_strdup(recipient);
	letter->bytes = g_string_new(NULL);
	return letter;
}

Letter *letter_new(const JsonValue *notice, const JsonValue *digest,
    const LetterStyle *style, GError **error)
{
	const char *to = json_get_string(notice, "to");
	g_autofree char *id = id_of(notice);
	g_autofree char *name = NULL;
	char *sender = split_from(style->from, &name);
	Head head = {.notice = notice, .style = style, .id = id};
	Letter *letter;

	if (sender == NULL) {
		refuse(error, notice, "notify.from has no address");
		return NULL;
	}
	if (id == NULL || to == NULL || !address_valid(to)) {
		refuse(error, notice,
		    id == NULL ? "has no id" : "no address to send it to");
		g_free(sender);
		return NULL;
	}
	head.name = name;
	letter = letter_begin(sender, to);
	write_letter(letter, &head, digest);
	return letter;
}
