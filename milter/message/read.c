/*
 * The way of the bytes of a message: header block, people and threads, then the
 * body. The first half uses no library but GLib, and is all there is of a
 * message whose body must not be touched.
 */
#include "anteroom/times.h"
#include "message/internal.h"

#include <string.h>

/* Fields that are read more than once, found in one walk. */
typedef enum {
	FIELD_FROM,
	FIELD_SENDER,
	FIELD_REPLY_TO,
	FIELD_TO,
	FIELD_CC,
	FIELD_SUBJECT,
	FIELD_MESSAGE_ID,
	FIELD_DATE,
	FIELD_RECEIVED,
	FIELD_IN_REPLY_TO,
	FIELD_REFERENCES,
	FIELD_THREAD_INDEX,
	FIELD_CONTENT_TYPE,
	FIELD_CONTENT_DISPOSITION,
	FIELD_CONTENT_ENCODING,
	FIELDS,
} FieldId;

static const struct {
	const char *name;
	bool once; /* by RFC 5322 and RFC 2045; twice is a trick */
} field_names[FIELDS] = {
    [FIELD_FROM] = {"From", true},
    [FIELD_SENDER] = {"Sender", true},
    [FIELD_REPLY_TO] = {"Reply-To", true},
    [FIELD_TO] = {"To", false},
    [FIELD_CC] = {"Cc", false},
    [FIELD_SUBJECT] = {"Subject", true},
    [FIELD_MESSAGE_ID] = {"Message-ID", true},
    [FIELD_DATE] = {"Date", true},
    [FIELD_RECEIVED] = {"Received", false},
    [FIELD_IN_REPLY_TO] = {"In-Reply-To", false},
    [FIELD_REFERENCES] = {"References", false},
    [FIELD_THREAD_INDEX] = {"Thread-Index", false},
    [FIELD_CONTENT_TYPE] = {"Content-Type", true},
    [FIELD_CONTENT_DISPOSITION] = {"Content-Disposition", false},
    [FIELD_CONTENT_ENCODING] = {"Content-Transfer-Encoding", false},
};

typedef struct {
	const char *first[FIELDS]; /* raw; NULL when absent */
	guint count[FIELDS];
} Fields;

/* FIELDS when the name is none of them. */
static FieldId field_id(const char *name)
{
	FieldId id = 0;
	while (id < FIELDS &&
	       (ascii_lower(name[0]) != ascii_lower(field_names[id].name[0]) ||
		   g_ascii_strcasecmp(name, field_names[id].name) != 0)) {
		id++;
	}
	return id;
}

/* ---- single fields ---- */

static void read_received(Message *message, const char *raw)
{
	const char *date = strrchr(raw, ';');
	if (message->received_s == 0 && date != NULL) {
		times_parse_rfc5322(date + 1, &message->received_s);
	}
}

/* What stands in one field, as it comes by in the walk. */
static void read_field(
    Message *message, FieldId id, HeaderField *field, GString *subject)
{
	switch (id) {
	case FIELD_FROM:
		message->truncated |= people_parse(field->raw, message->from);
		break;
	case FIELD_REPLY_TO:
		message->truncated |=
		    people_parse(field->raw, message->reply_to);
		break;
	case FIELD_TO:
	case FIELD_CC:
		message->truncated |= people_parse(field->raw, message->to);
		break;
	case FIELD_SUBJECT:
		if (subject->len > 0) {
			g_string_append_c(subject, ' ');
		}
		if (subject->len < LIMIT_SUBJECT_BYTES) {
			g_string_append(subject, field->text);
		}
		break;
	case FIELD_RECEIVED:
		read_received(message, field->raw);
		break;
	default:
		break;
	}
}

static void read_singles(Message *message, const Fields *fields)
{
	for (guint i = 0; i < FIELDS; i++) {
		message->malformed |=
		    field_names[i].once && fields->count[i] > 1;
	}
	if (message->from->len == 0 && fields->first[FIELD_SENDER] != NULL) {
		people_parse(fields->first[FIELD_SENDER], message->from);
	}
	if (fields->count[FIELD_MESSAGE_ID] == 1) {
		message->message_id =
		    thread_id(fields->first[FIELD_MESSAGE_ID]);
	}
	if (fields->first[FIELD_DATE] != NULL) {
		times_parse_rfc5322(
		    fields->first[FIELD_DATE], &message->date_s);
	}
	message->references = thread_references(
	    fields->first[FIELD_IN_REPLY_TO], fields->first[FIELD_REFERENCES]);
	message->thread_index =
	    thread_conversation(fields->first[FIELD_THREAD_INDEX]);
}

static void read_header(Message *message, HeaderBlock *block, Fields *fields)
{
	g_autoptr(GString) subject = g_string_new(NULL);
	for (guint i = 0; i < block->n; i++) {
		HeaderField *field = &block->fields[i];
		header_field_text(field);
		g_ptr_array_add(message->headers, field);
		FieldId id = field_id(field->name);
		if (id == FIELDS) {
			continue;
		}
		if (fields->count[id]++ == 0) {
			fields->first[id] = field->raw;
		}
		read_field(message, id, field, subject);
	}
	message->truncated |= clean_cut(subject, LIMIT_SUBJECT_BYTES);
	message->subject = g_strdup(subject->str);
	read_singles(message, fields);
}

/* ---- both halves ---- */

static GPtrArray *people_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
}

static GPtrArray *parts_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)text_part_free);
}

/* Without an mbox "From " line before. */
static const char *skip_postmark(const char *bytes, gsize *length)
{
	if (*length < 5 || memcmp(bytes, "From ", 5) != 0) {
		return bytes;
	}
	const char *lf = memchr(bytes, '\n', *length);
	if (lf == NULL) {
		return bytes;
	}
	*length -= (gsize)(lf + 1 - bytes);
	return lf + 1;
}

/* The message with its header read; *BODY is what follows. */
static Message *message_new(const char *bytes, gsize length, Fields *fields,
    const char **body, gsize *body_length)
{
	Message *message = g_new0(Message, 1);
	message->bytes = length;
	message->from = people_new();
	message->reply_to = people_new();
	message->to = people_new();
	message->headers = g_ptr_array_new();
	message->text = parts_new();
	message->quoted = parts_new();
	message->signature = parts_new();
	bytes = skip_postmark(bytes, &length);
	HeaderBlock *block = header_block_new(bytes, length);
	message->block = block;
	message->truncated = block->truncated;
	read_header(message, block, fields);
	*body = bytes + block->length;
	*body_length = length - block->length;
	return message;
}

Message *message_unread(const void *bytes, gsize length, const char *because)
{
	Fields fields = {0};
	const char *body;
	gsize body_length;
	Message *message = message_new(
	    length > 0 ? bytes : "", length, &fields, &body, &body_length);
	message->unread = g_strdup(because);
	message->attachments = g_new0(char *, 1);
	kind_decide(message, NULL);
	report_give(&(Report){0}, message);
	digest_body(body, body_length, message->body_sha256);
	return message;
}

/* ---- the body ---- */

static guint count_nuls(const char *bytes, gsize length)
{
	guint nuls = 0;
	const char *p = bytes, *end = bytes + length;
	while ((p = memchr(p, '\0', (gsize)(end - p))) != NULL) {
		nuls++;
		p++;
	}
	return nuls;
}

static bool has_visible_text(const Message *message)
{
	for (guint i = 0; i < message->text->len; i++) {
		const TextPart *part = message->text->pdata[i];
		if (!part->hidden && !g_str_has_prefix(part->text,
					 "-----BEGIN PGP MESSAGE-----")) {
			return true;
		}
	}
	return false;
}

static bool has_armour(const Message *message)
{
	const TextPart *part =
	    message->text->len > 0 ? message->text->pdata[0] : NULL;
	return part != NULL &&
	       g_str_has_prefix(part->text, "-----BEGIN PGP MESSAGE-----");
}

static void read_body(Reader *reader, const HeaderBlock *block,
    const Fields *fields, const char *body, gsize length)
{
	Message *message = reader->message;
	Leaf whole = {fields->first[FIELD_CONTENT_TYPE],
	    fields->first[FIELD_CONTENT_DISPOSITION],
	    fields->first[FIELD_CONTENT_ENCODING], body, length};
	if (block->lines > LIMIT_HEADER_LINES) {
		reader->unread = "too many header fields";
	} else if (block->length > LIMIT_HEADER_BYTES) {
		reader->unread = "too long a header";
	} else {
		structure_read(reader, &whole);
	}
	if (reader->unread != NULL) {
		/* Rules see what can be seen without looking into it. */
		Leaf raw = {.bytes = body, .length = length};
		leaf_read(reader, &raw);
		message->unread = g_strdup(reader->unread);
	} else if ((reader->sealed || has_armour(message)) &&
		   !has_visible_text(message)) {
		message->unread =
		    g_strdup(reader->sealed ? reader->sealed : "encrypted");
	}
}

static void fold_in_place(char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		*text = ascii_lower(*text);
	}
}

Message *message_read(const void *bytes, gsize length, bool truncated)
{
	return message_read_from(bytes, length, truncated, false);
}

Message *message_read_from(
    const void *bytes, gsize length, bool truncated, bool from_nobody)
{
	Fields fields = {0};
	const char *body;
	gsize body_length;
	Message *message = message_new(
	    length > 0 ? bytes : "", length, &fields, &body, &body_length);
	message->from_nobody = from_nobody;
	message->truncated |= truncated || body_length > LIMIT_MESSAGE_BYTES;
	body_length = MIN(body_length, LIMIT_MESSAGE_BYTES);
	message->nuls = count_nuls(body, body_length);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	Reader reader = {.message = message, .names = names};
	read_body(&reader, message->block, &fields, body, body_length);
	g_ptr_array_add(names, NULL);
	message->attachments = (char **)g_ptr_array_steal(names, NULL);
	const char *type = fields.first[FIELD_CONTENT_TYPE];
	reader.marks.media = param_media(type);
	reader.marks.report_type = param_get(type, "report-type");
	fold_in_place(reader.marks.report_type);
	kind_decide(message, &reader.marks);
	report_give(&reader.report, message);
	g_free(reader.marks.media);
	g_free(reader.marks.report_type);
	digest_body(body, body_length, message->body_sha256);
	digest_text(message->text, message->text_sha256);
	return message;
}
