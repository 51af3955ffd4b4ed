/*
 * Gathers and folds the sections of a message. What a section is was decided
 * by the reader of the message; here nothing is parsed.
 */
#include "score/texts.h"

#include <string.h>

#include "anteroom/limits.h"
#include "score/deadline.h"
#include "score/disguise.h"
#include "score/fold.h"
#include "score/literals.h"

/* A buffer that grew beyond this for one message isn't kept for the next. */
#define TEXTS_KEPT_BYTES (256 * 1024)

Texts *texts_new(void)
{
	Texts *texts = g_new0(Texts, 1);
	texts->bytes = g_string_sized_new(4096);
	texts->spans = g_array_new(FALSE, FALSE, sizeof(TextSpan));
	texts->seams = g_array_new(FALSE, FALSE, sizeof(Seam));
	return texts;
}

void texts_free(Texts *texts)
{
	if (!texts) {
		return;
	}
	g_strfreev(texts->deadlines);
	g_string_free(texts->bytes, TRUE);
	g_array_unref(texts->spans);
	g_array_unref(texts->seams);
	g_free(texts);
}

void texts_add_edge(GString *bytes)
{
	static const char edge[TEXTS_EDGE_BYTES] = {'\n', LITERAL_EDGE, '\n'};
	g_string_append_len(bytes, edge, sizeof edge);
}

static void texts_clear(Texts *texts)
{
	g_clear_pointer(&texts->deadlines, g_strfreev);
	if (texts->bytes->allocated_len > TEXTS_KEPT_BYTES) {
		g_string_free(texts->bytes, TRUE);
		texts->bytes = g_string_sized_new(4096);
	}
	g_string_truncate(texts->bytes, 0);
	texts_add_edge(texts->bytes);
	g_array_set_size(texts->spans, 0);
	g_array_set_size(texts->seams, 0);
	memset(texts->first, 0, sizeof texts->first);
	texts->disguised_bytes = 0;
}

/* What was appended to the buffer since SPAN began becomes a text. */
static void texts_end(Texts *texts, TextSpan span)
{
	span.length = texts->bytes->len - span.from;
	g_array_append_val(texts->spans, span);
	texts_add_edge(texts->bytes);
}

static void texts_add(Texts *texts, guint header, const char *text)
{
	TextSpan span = {
	    .header = header, .from = texts->bytes->len, .original = text};
	span.changed = fold_append(texts->bytes, text, strlen(text));
	texts_end(texts, span);
}

/* Adds BYTES, a reading of text number TEXT, with SEAMS. */
static void add_reading(
    Texts *texts, guint text, const GString *bytes, GArray *seams)
{
	const TextSpan *plain = &g_array_index(texts->spans, TextSpan, text);
	TextSpan span = {
	    .header = plain->header,
	    .from = texts->bytes->len,
	    .reading_of = texts->spans->len - text,
	};
	for (guint i = 0; i < seams->len; i++) {
		Seam seam = g_array_index(seams, Seam, i);
		seam.at += span.from;
		g_array_append_val(texts->seams, seam);
	}
	g_string_append_len(texts->bytes, bytes->str, (gssize)bytes->len);
	texts_end(texts, span);
}

/* Adds the readings of what is disguised in text number TEXT. They are made
 * before one is added: the buffer moves when it grows. */
static void read_disguised(Texts *texts, guint text)
{
	Subject plain = texts_at(texts, text);
	g_autoptr(Disguises) disguises =
	    disguises_find(plain.bytes, plain.length);
	GString *bytes[DISGUISE_READINGS];
	GArray *seams[DISGUISE_READINGS];
	if (!disguises) {
		return;
	}
	for (guint i = 0; i < DISGUISE_READINGS; i++) {
		bytes[i] = g_string_new(NULL);
		seams[i] = g_array_new(FALSE, FALSE, sizeof(Seam));
		disguises_append(disguises, i, bytes[i], seams[i]);
	}
	for (guint i = 0; i < DISGUISE_READINGS; i++) {
		texts->disguised_bytes += bytes[i]->len;
		if (bytes[i]->len &&
		    texts->disguised_bytes <= LIMIT_DISGUISED_BYTES) {
			add_reading(texts, text, bytes[i], seams[i]);
		}
		g_string_free(bytes[i], TRUE);
		g_array_unref(seams[i]);
	}
}

/* Where a reading has the byte AT of the buffer from, or, if END, where what
 * ends there ends. */
static gsize seam_origin(const Texts *texts, gsize at, bool end)
{
	const GArray *seams = texts->seams;
	guint low = 0, high = seams->len;
	while (low < high) {
		guint middle = (low + high) / 2;
		const Seam *seam = &g_array_index(seams, Seam, middle);
		if (seam->at < at + !end) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == 0) {
		return 0;
	}
	const Seam *seam = &g_array_index(seams, Seam, low - 1);
	const Seam *next = seam + 1;
	bool last = low == seams->len || next->from < seam->from;
	bool copied = last || next->at - seam->at == next->from - seam->from;
	if (copied) {
		return seam->from + (at - seam->at);
	}
	return end ? next->from : seam->from;
}

Span texts_undisguise(const Texts *texts, guint text, Span span)
{
	const TextSpan *reading = &g_array_index(texts->spans, TextSpan, text);
	const TextSpan *plain = reading - reading->reading_of;
	Span origin = {
	    seam_origin(texts, reading->from + span.from, false),
	    seam_origin(texts, reading->from + span.to, true),
	};
	origin.to = MIN(origin.to, plain->length);
	origin.from = MIN(origin.from, origin.to);
	return origin;
}

/* Each stretch is a paragraph of its own: no words grow together. */
static void add_stretches(
    Texts *texts, const GPtrArray *parts, bool hidden, TextSpan *span)
{
	for (guint i = 0; parts && i < parts->len; i++) {
		const TextPart *part = g_ptr_array_index(parts, i);
		if (part->hidden != hidden) {
			continue;
		}
		gsize before = texts->bytes->len;
		if (before > span->from) {
			g_string_append_c(texts->bytes, '\n');
		}
		gsize begin = texts->bytes->len;
		span->changed |=
		    fold_append(texts->bytes, part->text, part->bytes);
		if (texts->bytes->len == begin) {
			g_string_truncate(texts->bytes, before);
		}
	}
}

static void add_parts(Texts *texts, const GPtrArray *parts)
{
	TextSpan span = {.from = texts->bytes->len};
	add_stretches(texts, parts, false, &span);
	add_stretches(texts, parts, true, &span);
	texts_end(texts, span);
}

static void add_people(Texts *texts, const GPtrArray *people)
{
	for (guint i = 0; people && i < people->len; i++) {
		const Person *person = g_ptr_array_index(people, i);
		TextSpan span = {.from = texts->bytes->len};
		fold_append(texts->bytes, person->name, strlen(person->name));
		if (texts->bytes->len > span.from) {
			g_string_append_c(texts->bytes, ' ');
		}
		g_string_append_c(texts->bytes, '<');
		fold_append(
		    texts->bytes, person->address, strlen(person->address));
		g_string_append_c(texts->bytes, '>');
		texts_end(texts, span);
		texts_add(texts, 0, person->address);
	}
}

/* NAME with blanks for what DELIMITERS has, if it has any. */
static void add_spaced(Texts *texts, const char *name, const char *delimiters)
{
	if (!strpbrk(name, delimiters)) {
		return;
	}
	g_autofree char *spaced = g_strdelimit(g_strdup(name), delimiters, ' ');
	texts_add(texts, 0, spaced);
	/* As many bytes as the name, each from there. */
	g_array_index(texts->spans, TextSpan, texts->spans->len - 1).original =
	    name;
}

static void add_attachment(Texts *texts, const char *name)
{
	texts_add(texts, 0, name);
	/* "sexual_assault-2.pdf": for \b an underscore is a letter. */
	add_spaced(texts, name, "_-.+()[]{},;~");
	/* "I_will_come._Wait.mp3": and a sentence has an end. */
	add_spaced(texts, name, "_");
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
		texts->deadlines = deadline_facts(message, context);
		add_facts(texts, (const char *const *)texts->deadlines);
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
		guint first = texts->spans->len;
		texts->first[i] = first;
		if (wanted->sections & (1u << i)) {
			add_section(
			    texts, message, context, (Section)i, wanted);
		}
		guint last = texts->spans->len;
		while (wanted->disguised & (1u << i) && first < last) {
			read_disguised(texts, first++);
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

Subject texts_at(const Texts *texts, guint text)
{
	return texts_subject(
	    texts, &g_array_index(texts->spans, TextSpan, text));
}
