/*
 * The header block as bytes: where each field begins and ends. Values are
 * decoded when somebody asks, and most fields are their own decoding.
 */
#include "message/internal.h"

#include <string.h>

/* The line end after P, or END. */
static const char *line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (gsize)(end - p));
	return lf ? lf : end;
}

/* The length of the name of the field at P, up to the colon; 0 when the line
 * is not a field. White space before the colon is an old habit. */
static gsize name_length(const char *p, const char *end)
{
	const char *q = p;
	while (q<end && * q> ' ' && *q < 0x7f && *q != ':') {
		q++;
	}
	gsize n = (gsize)(q - p);
	while (q < end && (*q == ' ' || *q == '\t')) {
		q++;
	}
	return q < end && *q == ':' ? n : 0;
}

/* Copies the value from P to STOP without line ends and NULs. */
static char *copy_value(char *to, const char *p, const char *stop)
{
	while (p < stop && (*p == ' ' || *p == '\t')) {
		p++;
	}
	char *start = to;
	for (; p < stop; p++) {
		if (*p != '\r' && *p != '\n' && *p != '\0') {
			*to++ = *p;
		}
	}
	while (to > start && (to[-1] == ' ' || to[-1] == '\t')) {
		to--;
	}
	*to++ = '\0';
	return to;
}

/* The end of the field at P: continuation lines belong to it. */
static const char *field_end(const char *p, const char *end)
{
	const char *stop = line_end(p, end);
	while (stop + 1 < end && (stop[1] == ' ' || stop[1] == '\t')) {
		stop = line_end(stop + 1, end);
	}
	return stop;
}

static bool is_empty_line(const char *p, const char *end)
{
	return p < end &&
	       (*p == '\n' || (*p == '\r' && (p + 1 == end || p[1] == '\n')));
}

/* Where the block ends, its empty line included, and how many lines it has. */
static const char *block_end(const char *bytes, const char *end, guint *fields)
{
	const char *p = bytes;
	*fields = 0;
	while (p < end) {
		if (is_empty_line(p, end)) {
			return MIN(line_end(p, end) + 1, end);
		}
		if (name_length(p, end) == 0) {
			return p; /* as mail servers do: the body begins */
		}
		++*fields;
		p = field_end(p, end);
		p = p < end ? p + 1 : end;
	}
	return end;
}

HeaderBlock *header_block_new(const char *bytes, gsize length)
{
	HeaderBlock *block = g_new0(HeaderBlock, 1);
	const char *end = bytes + length;
	const char *stop = block_end(bytes, end, &block->lines);
	block->length = (gsize)(stop - bytes);
	block->truncated = block->length > LIMIT_HEADER_BYTES ||
			   block->lines > LIMIT_HEADER_LINES;
	guint n = MIN(block->lines, LIMIT_HEADER_LINES);
	gsize keep = MIN(block->length, LIMIT_HEADER_BYTES);
	/* A NUL takes the place of each colon and each line end. */
	block->bytes = g_malloc(keep + 2);
	block->fields = g_new0(HeaderField, n + 1);
	char *to = block->bytes;
	end = bytes + keep;
	for (const char *p = bytes; p < end && block->n < n;) {
		gsize name_n = name_length(p, end);
		if (name_n == 0) {
			break;
		}
		HeaderField *field = &block->fields[block->n++];
		const char *next = field_end(p, end);
		field->name = to;
		memcpy(to, p, name_n);
		to += name_n;
		*to++ = '\0';
		const char *colon = memchr(p, ':', (gsize)(next - p));
		field->raw = to;
		to = copy_value(to, colon + 1, next);
		p = next < end ? next + 1 : end;
	}
	return block;
}

void header_block_free(HeaderBlock *block)
{
	if (block == NULL) {
		return;
	}
	for (guint i = 0; i < block->n; i++) {
		if (block->fields[i].text != block->fields[i].raw) {
			g_free(block->fields[i].text);
		}
	}
	g_free(block->fields);
	g_free(block->bytes);
	g_free(block);
}

const char *header_block_raw(
    const HeaderBlock *block, const char *name, guint *count)
{
	const char *raw = NULL;
	guint seen = 0;
	for (guint i = 0; i < block->n; i++) {
		if (g_ascii_strcasecmp(block->fields[i].name, name) != 0) {
			continue;
		}
		raw = raw ? raw : block->fields[i].raw;
		seen++;
		if (count == NULL) {
			break;
		}
	}
	if (count != NULL) {
		*count = seen;
	}
	return raw;
}

const char *header_field_text(HeaderField *field)
{
	if (field->text == NULL) {
		gsize length = strlen(field->raw);
		field->text = word_is_plain(field->raw, length)
				  ? (char *)(gpointer)(guintptr)field->raw
				  : word_decode(field->raw, length);
	}
	return field->text;
}
