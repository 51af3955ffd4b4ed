/*
 * What a bounce says: which message comes back, and whom it didn't reach. By
 * RFC 3464 where it is a report, else by what older mail servers write: a copy
 * of the message or its header below some words. Collected of any message while
 * its parts go by; kept only of one that is a bounce.
 */
#include "anteroom/address.h"
#include "message/internal.h"

#include <string.h>

static bool has(const GPtrArray *texts, const char *text)
{
	for (guint i = 0; texts != NULL && i < texts->len; i++) {
		if (strcmp(texts->pdata[i], text) == 0) {
			return true;
		}
	}
	return false;
}

/* TEXT is taken over. */
static void add(GPtrArray **texts, char *text, guint most)
{
	if (*texts == NULL) {
		*texts = g_ptr_array_new_with_free_func(g_free);
	}
	if ((*texts)->len >= most || has(*texts, text)) {
		g_free(text);
		return;
	}
	g_ptr_array_add(*texts, text);
}

/* ---- which message ---- */

void report_returned(Report *report, const char *raw)
{
	char *id = raw ? thread_id(raw) : NULL;
	if (id != NULL) {
		add(&report->ids, id, LIMIT_RETURNED_IDS);
	}
}

static void read_header(Report *report, const char *bytes, gsize length)
{
	g_autoptr(HeaderBlock) block = header_block_new(bytes, length);
	report_returned(report, header_block_raw(block, "Message-ID", NULL));
}

/* A line that may be quoted: "> Message-ID: <a@b>". The value, up to the end of
 * TEXT; NULL when it is another. */
static const char *id_field(const char *line)
{
	static const char name[] = "Message-ID:";
	line += strspn(line, " \t>|*");
	return g_ascii_strncasecmp(line, name, sizeof name - 1) == 0
		   ? line + sizeof name - 1
		   : NULL;
}

static void read_inline(Report *report, const char *text)
{
	for (const char *line = text; *line != '\0';) {
		const char *value = id_field(line);
		if (value != NULL) {
			/* It may be folded, with the id on the next line. */
			value += strspn(value, " \t\n>|*");
			g_autofree char *raw =
			    g_strndup(value, MIN(strcspn(value, "\n"),
						 LIMIT_MESSAGE_ID_BYTES + 2));
			report_returned(report, raw);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

static void read_inline_parts(Report *report, const GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		read_inline(report, ((TextPart *)parts->pdata[i])->text);
	}
}

/* ---- whom it didn't reach: RFC 3464 section 2.3 ---- */

/* "rfc822; <ann@b.example>", and without a type from some. */
static void add_failed(Report *report, const char *raw)
{
	if (raw == NULL) {
		return;
	}
	const char *type_end = strchr(raw, ';');
	char *address = address_fold(type_end ? type_end + 1 : raw);
	if (strchr(address, '@') == NULL ||
	    strlen(address) > LIMIT_ADDRESS_BYTES) {
		g_free(address);
		return;
	}
	add(&report->failed, address, LIMIT_FAILED);
}

/* "failed (no such user)" */
static bool is_failed(const char *action)
{
	return g_ascii_strncasecmp(action, "failed", 6) == 0 &&
	       !g_ascii_isalnum(action[6]);
}

static char *status_of(const char *raw)
{
	gsize n = raw ? strspn(raw, "0123456789.") : 0;
	return n >= 5 && n <= 11 ? g_strndup(raw, n) : NULL;
}

static void read_recipient(Report *report, const HeaderBlock *block)
{
	const char *action = header_block_raw(block, "Action", NULL);
	if (action == NULL) {
		return; /* the part about the message as a whole */
	}
	report->has_action = true;
	if (!is_failed(action)) {
		return;
	}
	report->has_failed = true;
	add_failed(report, header_block_raw(block, "Original-Recipient", NULL));
	add_failed(report, header_block_raw(block, "Final-Recipient", NULL));
	if (report->status == NULL) {
		report->status =
		    status_of(header_block_raw(block, "Status", NULL));
	}
}

static void read_status(Report *report, const char *bytes, gsize length)
{
	const char *p = bytes, *end = bytes + length;
	while (p < end) {
		g_autoptr(HeaderBlock) block =
		    header_block_new(p, (gsize)(end - p));
		read_recipient(report, block);
		if (block->length > 0) {
			p += block->length;
		} else { /* not a field: the next line */
			const char *lf = memchr(p, '\n', (gsize)(end - p));
			p = lf ? lf + 1 : end;
		}
	}
}

void report_leaf(Report *report, const char *media, const Leaf *leaf)
{
	static const struct {
		const char *media;
		void (*read)(Report *, const char *, gsize);
	} parts[] = {
	    {"message/delivery-status", read_status},
	    {"message/global-delivery-status", read_status},
	    {"text/rfc822-headers", read_header},
	    {"message/global-headers", read_header},
	};
	for (gsize i = 0; media != NULL && i < G_N_ELEMENTS(parts); i++) {
		if (strcmp(media, parts[i].media) != 0) {
			continue;
		}
		g_autoptr(GString) bytes = g_string_new(NULL);
		transfer_decode(transfer_of(leaf->encoding), leaf->bytes,
		    MIN(leaf->length, LIMIT_REPORT_BYTES), bytes);
		parts[i].read(report, bytes->str, bytes->len);
	}
}

/* ---- giving it to the message ---- */

/* Is it one of those without a report that only warn? */
static bool subject_is_warning(const Message *message)
{
	g_autofree char *subject = g_ascii_strdown(message->subject, -1);
	return strstr(subject, "delay") != NULL ||
	       strstr(subject, "warning") != NULL ||
	       strstr(subject, "success") != NULL;
}

static void read_old_forms(Report *report, const Message *message)
{
	g_autoptr(GPtrArray) people =
	    g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	const char *failed = message_header(message, "X-Failed-Recipients");
	if (failed != NULL && report->failed == NULL) {
		people_parse(failed, people);
	}
	for (guint i = 0; i < people->len; i++) {
		add_failed(report, ((Person *)people->pdata[i])->address);
	}
	if (report->ids == NULL) {
		read_inline_parts(report, message->text);
		read_inline_parts(report, message->quoted);
		read_inline_parts(report, message->signature);
	}
	/* Exchange may return nothing, but answers what it couldn't deliver. */
	for (gsize i = 0; message->references[i] != NULL; i++) {
		add(&report->ids, g_strdup(message->references[i]),
		    LIMIT_RETURNED_IDS);
	}
}

static char **give(GPtrArray **texts)
{
	if (*texts == NULL) {
		return g_new0(char *, 1);
	}
	g_ptr_array_add(*texts, NULL);
	g_ptr_array_set_free_func(*texts, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(texts), FALSE);
}

static void clear(GPtrArray **texts)
{
	g_clear_pointer(texts, g_ptr_array_unref);
}

void report_give(Report *report, Message *message)
{
	if (message->kind == KIND_BOUNCE && message->unread == NULL) {
		read_old_forms(report, message);
		message->undelivered = report->has_action
					   ? report->has_failed
					   : !subject_is_warning(message);
		message->failed_status = g_steal_pointer(&report->status);
	} else {
		clear(&report->ids);
		clear(&report->failed);
	}
	message->returned_ids = give(&report->ids);
	message->failed = give(&report->failed);
	g_clear_pointer(&report->status, g_free);
}
