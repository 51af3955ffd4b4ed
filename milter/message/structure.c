/*
 * The tree of parts, by GMime, and nothing but the tree: field values come from
 * it as raw bytes, contents as stretches of our own memory. It gets a body with
 * one field of our making before it, never the message's header; it is not
 * asked at all when it would have to make too many objects. Nothing that it
 * parsed is changed or written out.
 */
#include "message/internal.h"

#include <gmime/gmime.h>
#include <string.h>

#define NESTED_MESSAGES 8 /* that the parser doesn't see as such */

void message_init(void)
{
	g_mime_init();
}

/* The value of NAME in OBJECT as received, unfolded. Transfer full; NULL when
 * absent. */
static char *raw_header(GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	GMimeHeader *header = g_mime_header_list_get_header(list, name);
	const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
	if (raw == NULL) {
		return NULL;
	}
	raw += strspn(raw, " \t\r\n");
	char *value = g_malloc(strlen(raw) + 1), *to = value;
	for (; *raw != '\0'; raw++) {
		if (*raw != '\r' && *raw != '\n') {
			*to++ = *raw;
		}
	}
	*to = '\0';
	return value;
}

/* The raw bytes of PART in the memory that was parsed. */
static void part_bytes(GMimePart *part, const char **bytes, gsize *length)
{
	*bytes = "";
	*length = 0;
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream =
	    content ? g_mime_data_wrapper_get_stream(content) : NULL;
	if (stream == NULL || !GMIME_IS_STREAM_MEM(stream)) {
		return;
	}
	GByteArray *array =
	    g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	gint64 from = stream->bound_start, to = stream->bound_end;
	if (to < 0 || to > (gint64)array->len) {
		to = (gint64)array->len;
	}
	if (from >= 0 && from < to) {
		*bytes = (const char *)array->data + from;
		*length = (gsize)(to - from);
	}
}

static void walk(Reader *reader, GMimeObject *object, guint level);

static void walk_children(
    Reader *reader, GMimeMultipart *multipart, const char *media, guint level)
{
	int n = g_mime_multipart_get_count(multipart);
	bool report = strcmp(media, "multipart/report") == 0;
	bool returned = reader->returned;
	for (int i = 0; i < n; i++) {
		/* Below the report's own words is what it returns. */
		reader->returned |= report && i > 0;
		walk(
		    reader, g_mime_multipart_get_part(multipart, i), level + 1);
	}
	reader->returned = returned;
	const char *prologue =
	    n == 0 ? g_mime_multipart_get_prologue(multipart) : NULL;
	if (prologue != NULL && prologue[strspn(prologue, " \t\r\n")]) {
		reader->unread = "the parts could not be told apart";
	}
}

static void walk_multipart(
    Reader *reader, GMimeMultipart *multipart, const char *media, guint level)
{
	if (strcmp(media, "multipart/encrypted") == 0) {
		reader->sealed = "encrypted";
	}
	GPtrArray *outer = reader->group;
	if (strcmp(media, "multipart/alternative") != 0 || outer != NULL) {
		walk_children(reader, multipart, media, level);
		return;
	}
	g_autoptr(GPtrArray) group = g_ptr_array_new();
	reader->group = group;
	walk_children(reader, multipart, media, level);
	reader->group = outer;
	leaf_merge(reader, group);
}

static void walk_message(Reader *reader, GMimeMessagePart *part, guint level)
{
	GMimeMessage *message = g_mime_message_part_get_message(part);
	GMimeObject *inner =
	    message ? g_mime_message_get_mime_part(message) : NULL;
	if (inner == NULL) {
		return;
	}
	g_autofree char *subject = raw_header(GMIME_OBJECT(message), "Subject");
	GPtrArray *group = reader->group;
	reader->group = NULL;
	if (reader->messages++ == 0) {
		g_autofree char *id =
		    raw_header(GMIME_OBJECT(message), "Message-ID");
		report_returned(&reader->report, id);
	}
	if (subject != NULL) {
		g_autofree char *text = word_decode(subject, strlen(subject));
		leaf_add_line(reader, text);
	}
	walk(reader, inner, level + 1);
	reader->messages--;
	reader->group = group;
}

static void walk(Reader *reader, GMimeObject *object, guint level)
{
	if (level > LIMIT_NESTING) {
		reader->unread = "parts nested too deeply";
		return;
	}
	if (++reader->parts > LIMIT_PARTS) {
		reader->unread = "too many parts";
		return;
	}
	g_autofree char *type = raw_header(object, "Content-Type");
	g_autofree char *disposition =
	    raw_header(object, "Content-Disposition");
	g_autofree char *encoding =
	    raw_header(object, "Content-Transfer-Encoding");
	Leaf leaf = {type, disposition, encoding, "", 0};
	if (GMIME_IS_MULTIPART(object)) {
		g_autofree char *media = param_media(type);
		walk_multipart(reader, GMIME_MULTIPART(object),
		    media ? media : "multipart/mixed", level);
	} else if (GMIME_IS_MESSAGE_PART(object)) {
		leaf_add_name(reader, &leaf);
		walk_message(reader, GMIME_MESSAGE_PART(object), level);
	} else if (GMIME_IS_PART(object)) {
		part_bytes(GMIME_PART(object), &leaf.bytes, &leaf.length);
		leaf_read(reader, &leaf);
	}
}

/* The one field that the parser gets of the whole. */
static GByteArray *parser_input(
    const char *media, const char *boundary, const Leaf *whole)
{
	g_autoptr(GString) field = g_string_new("Content-Type: ");
	g_string_append_printf(field, "%s; boundary=\"", media);
	for (const char *p = boundary; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			g_string_append_c(field, '\\');
		}
		g_string_append_c(field, *p);
	}
	g_string_append(field, "\"\n\n");
	GByteArray *input =
	    g_byte_array_sized_new((guint)(field->len + whole->length));
	g_byte_array_append(
	    input, (const guint8 *)field->str, (guint)field->len);
	g_byte_array_append(
	    input, (const guint8 *)whole->bytes, (guint)whole->length);
	return input;
}

static void parse(
    Reader *reader, const char *media, const char *boundary, const Leaf *whole)
{
	g_autoptr(GByteArray) input = parser_input(media, boundary, whole);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(input);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object = g_mime_parser_construct_part(parser, NULL);
	if (object != NULL) {
		walk(reader, object, 0);
		g_object_unref(object);
	} else {
		reader->unread = "the parts could not be told apart";
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

void structure_read(Reader *reader, const Leaf *whole)
{
	g_autofree char *media = param_media(whole->type);
	bool multipart = media && g_str_has_prefix(media, "multipart/");
	g_autofree char *boundary = param_get_bytes(whole->type, "boundary");
	if (!multipart || boundary == NULL) {
		Leaf leaf = *whole;
		leaf.type = multipart ? NULL : whole->type;
		leaf_read(reader, &leaf);
		return;
	}
	const char *excess = excess_of(boundary, whole->bytes, whole->length);
	if (excess != NULL) {
		reader->unread = excess;
		return;
	}
	parse(reader, media, boundary, whole);
}

void structure_read_message(Reader *reader, const char *bytes, gsize length)
{
	if (reader->messages >= NESTED_MESSAGES) {
		reader->unread = "messages nested too deeply";
		return;
	}
	g_autoptr(HeaderBlock) block = header_block_new(bytes, length);
	const char *subject = header_block_raw(block, "Subject", NULL);
	Leaf whole = {header_block_raw(block, "Content-Type", NULL),
	    header_block_raw(block, "Content-Disposition", NULL),
	    header_block_raw(block, "Content-Transfer-Encoding", NULL),
	    bytes + block->length, length - block->length};
	GPtrArray *group = reader->group;
	reader->group = NULL;
	if (reader->messages++ == 0) {
		report_returned(&reader->report,
		    header_block_raw(block, "Message-ID", NULL));
	}
	if (subject != NULL) {
		g_autofree char *text = word_decode(subject, strlen(subject));
		leaf_add_line(reader, text);
	}
	structure_read(reader, &whole);
	reader->messages--;
	reader->group = group;
}
