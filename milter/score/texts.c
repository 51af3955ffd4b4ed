/*
 * Gathers and folds the sections of a message. What a section is was decided
 * by the reader of the message; here nothing is parsed.
 */
#include "score/texts.h"

#include <string.h>

#include "score/fold.h"
#include "score/literals.h"

/* A buffer that grew beyond this for one message isn't kept for the next. */
#define TEXTS_KEPT_BYTES (256 * 1024)

Texts *texts_new(void)
{
	Texts *texts = g_new0(Texts, 1);
	texts->bytes = g_string_sized_new(4096);
	texts->spans = g_array_new(FALSE, FALSE, sizeof(TextSpan));
	return texts;
}

void texts_free(Texts *texts)
{
	if (!texts) {
		return;
	}
	g_string_free(texts->bytes, TRUE);
	g_array_unref(texts->spans);
	g_free(texts);
}

static void add_edge(Texts *texts)
{
	const char edge[] = {'\n', LITERAL_EDGE, '\n'};
	g_string_append_len(texts->bytes, edge, sizeof edge);
}

static void texts_clear(Texts *texts)
{
	if (texts->bytes->allocated_len > TEXTS_KEPT_BYTES) {
		g_string_free(texts->bytes, TRUE);
		texts->bytes = g_string_sized_new(4096);
	}
	g_string_truncate(texts->bytes, 0);
	add_edge(texts);
	g_array_set_size(texts->spans, 0);
	memset(texts->first, 0, sizeof texts->first);
}

/* What was appended to the buffer since FROM becomes a text. */
static void texts_end(Texts *texts, guint header, gsize from)
{
	TextSpan span = {
	    .header = header,
	    .from = from,
	    .length = texts->bytes->len - from,
	};
	g_array_append_val(texts->spans, span);
	add_edge(texts);
}

static void texts_add(Texts *texts, guint header, const char *text)
{
	gsize from = texts->bytes->len;
	fold_append(texts->bytes, text, strlen(text));
	texts_end(texts, header, from);
}

/* Each stretch is a paragraph of its own: no words grow together. */
static void add_stretches(
    Texts *texts, const GPtrArray *parts, bool hidden, gsize from)
{
	for (guint i = 0; parts && i < parts->len; i++) {
		const TextPart *part = g_ptr_array_index(parts, i);
		if (part->hidden != hidden) {
			continue;
		}
		gsize before = texts->bytes->len;
		if (before > from) {
			g_string_append_c(texts->bytes, '\n');
		}
		gsize begin = texts->bytes->len;
		fold_append(texts->bytes, part->text, part->bytes);
		if (texts->bytes->len == begin) {
			g_string_truncate(texts->bytes, before);
		}
	}
}

static void add_parts(Texts *texts, const GPtrArray *parts)
{
	gsize from = texts->bytes->len;
	add_stretches(texts, parts, false, from);
	add_stretches(texts, parts, true, from);
	texts_end(texts, 0, from);
}

static void add_people(Texts *texts, const GPtrArray *people)
{
	for (guint i = 0; people && i < people->len; i++) {
		const Person *person = g_ptr_array_index(people, i);
		gsize from = texts->bytes->len;
		fold_append(texts->bytes, person->name, strlen(person->name));
		if (texts->bytes->len > from) {
			g_string_append_c(texts->bytes, ' ');
		}
		g_string_append_c(texts->bytes, '<');
		fold_append(
		    texts->bytes, person->address, strlen(person->address));
		g_string_append_c(texts->bytes, '>');
		texts_end(texts, 0, from);
		texts_add(texts, 0, person->address);
	}
}

static void add_attachment(Texts *texts, const char *name)
{
	texts_add(texts, 0, name);
	/* "sexual_assault-2.pdf": for \b an underscore is a letter. */
	g_autofree char *spaced = g_strdup(name);
	g_strdelimit(spaced, "_-.+()[]{},;~", ' ');
	if (strcmp(spaced, name) != 0) {
		texts_add(texts, 0, spaced);
	}
}

static void add_headers(
    Texts *texts, const GPtrArray *fields, GHashTable *wanted)
{
	for (guint i = 0; fields && i < fields->len; i++) {
		const HeaderField *field = g_ptr_array_index(fields, i);
		g_autofree char *name = g_ascii_strdown(field->name, -1);
		guint header =
		    GPOINTER_TO_UINT(g_hash_table_lookup(wanted, name));
		if (header) {
			texts_add(texts, header - 1, field->text);
		}
	}
}

static void add_facts(Texts *texts, const char *const *facts)
{
	for (guint i = 0; facts && facts[i]; i++) {
		texts_add(texts, 0, facts[i]);
	}
}

static void add_section(Texts *texts, const Message *message,
    const ScoreContext *context, Section section, const TextsWanted *wanted)
{
	char *const *names = message->attachments;
	switch (section) {
	case SECTION_SUBJECT:
		texts_add(texts, 0, message->subject ? message->subject : "");
		break;
	case SECTION_TEXT:
		add_parts(texts, message->text);
		break;
	case SECTION_QUOTED:
		add_parts(texts, message->quoted);
		break;
	case SECTION_SIGNATURE:
		add_parts(texts, message->signature);
		break;
	case SECTION_FROM:
		add_people(texts, message->from);
		break;
	case SECTION_TO:
		add_people(texts, message->to);
		break;
	case SECTION_ATTACHMENT:
		for (guint i = 0; names && names[i]; i++) {
			add_attachment(texts, names[i]);
		}
		break;
	case SECTION_SENDER:
		add_facts(texts, context->sender_facts);
		break;
	case SECTION_DEADLINE:
		break;
	case SECTION_HEADER:
		add_headers(texts, message->headers, wanted->headers);
		break;
	}
}

void texts_read(Texts *texts, const Message *message,
    const ScoreContext *context, const TextsWanted *wanted)
{
	texts_clear(texts);
	for (guint i = 0; i < SECTION_KINDS; i++) {
		texts->first[i] = texts->spans->len;
		if (wanted->sections & (1u << i)) {
			add_section(
			    texts, message, context, (Section)i, wanted);
		}
	}
	texts->first[SECTION_KINDS] = texts->spans->len;
}

void texts_example(
    Texts *texts, Section section, guint header, const char *text)
{
	texts_clear(texts);
	for (guint i = 0; i <= SECTION_KINDS; i++) {
		texts->first[i] = texts->spans->len;
		if (i == section && section == SECTION_ATTACHMENT) {
			add_attachment(texts, text);
		} else if (i == section) {
			texts_add(texts, header, text);
		}
	}
}

Subject texts_subject(const Texts *texts, const TextSpan *span)
{
	return (Subject){
	    .bytes = texts->bytes->str + span->from,
	    .length = span->length,
	};
}
