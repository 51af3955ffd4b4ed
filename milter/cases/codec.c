/*
 * Structs to bytes and back by their Layouts. What is decoded may be damaged
 * in any way: every length is checked against what is left, nothing is trusted
 * but the memory given. No LMDB here, and no knowledge of cases.
 */
#include "cases/codec.h"

#include <string.h>

/* ---- numbers ---- */

#define VARINT_BYTES 10

/* Seven bits a byte, lowest first, the top bit says that more follow. Returns
 * how many of VARINT_BYTES at BYTES it took. */
static guint varint(guint8 *bytes, guint64 value)
{
	guint n = 0;

	while (value > 0x7f) {
		bytes[n++] = (guint8)(value | 0x80);
		value >>= 7;
	}
	bytes[n++] = (guint8)value;
	return n;
}

static bool take_varint(const guint8 **at, const guint8 *end, guint64 *value)
{
	guint64 sum = 0;

	for (guint shift = 0; shift < 64 && *at < end; shift += 7) {
		guint8 byte = *(*at)++;
		if (shift == 63 && byte > 1) {
			return false;
		}
		sum |= (guint64)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*value = sum;
			return true;
		}
	}
	return false;
}

static guint64 zigzag(gint64 value)
{
	return ((guint64)value << 1) ^ (value < 0 ? G_MAXUINT64 : 0);
}

static gint64 unzigzag(guint64 value)
{
	return (gint64)((value >> 1) ^ (value & 1 ? G_MAXUINT64 : 0));
}

/* ---- encode ---- */

static void put_bytes(GByteArray *out, guint tag, const void *bytes, gsize n)
{
	guint8 head[2 * VARINT_BYTES];
	guint head_bytes = varint(head, tag);
	guint at = out->len;

	head_bytes += varint(head + head_bytes, n);
	g_byte_array_set_size(out, at + head_bytes + (guint)n);
	memcpy(out->data + at, head, head_bytes);
	if (n > 0) {
		memcpy(out->data + at + head_bytes, bytes, n);
	}
}

static void put_number(GByteArray *out, guint tag, gint64 value)
{
	guint8 number[VARINT_BYTES] = {0};
	guint n = varint(number, zigzag(value));

	put_bytes(out, tag, number, n);
}

/* Its length is known afterwards; one byte nearly always holds it. */
static void put_struct(GByteArray *out, const Slot *slot, gconstpointer thing)
{
	guint8 length[VARINT_BYTES];
	guint begin, n, more;

	put_bytes(out, slot->tag, NULL, 0);
	begin = out->len;
	layout_encode(slot->of, thing, out);
	n = out->len - begin;
	more = varint(length, n) - 1;
	if (more > 0) {
		g_byte_array_set_size(out, out->len + more);
		memmove(out->data + begin + more, out->data + begin, n);
	}
	memcpy(out->data + begin - 1, length, more + 1);
}

static void put_text(GByteArray *out, const Slot *slot, const char *text)
{
	/* "" is what a field that can't lack has without being written. */
	if (text && (*text || slot->may_lack)) {
		put_bytes(out, slot->tag, text, strlen(text));
	}
}

static void put_words(GByteArray *out, const Slot *slot, char *const *words)
{
	for (gsize i = 0; words && words[i]; i++) {
		put_bytes(out, slot->tag, words[i], strlen(words[i]));
	}
}

static void put_numbers(GByteArray *out, const Slot *slot, const GArray *array)
{
	for (guint i = 0; array && i < array->len; i++) {
		put_number(
		    out, slot->tag, (gint64)g_array_index(array, guint64, i));
	}
}

static void put_structs(GByteArray *out, const Slot *slot, const GArray *array)
{
	for (guint i = 0; array && i < array->len; i++) {
		put_struct(out, slot, array->data + i * slot->of->size);
	}
}

static void put_pointers(
    GByteArray *out, const Slot *slot, const GPtrArray *array)
{
	for (guint i = 0; array && i < array->len; i++) {
		put_struct(out, slot, array->pdata[i]);
	}
}

static bool all_zero(const guint8 *bytes, gsize n)
{
	guint8 any = 0;

	for (gsize i = 0; i < n; i++) {
		any |= bytes[i];
	}
	return any == 0;
}

static void put_nonzero(GByteArray *out, guint tag, gint64 value)
{
	if (value) {
		put_number(out, tag, value);
	}
}

static void encode_slot(const Slot *slot, const guint8 *at, GByteArray *out)
{
	const void *pointer = NULL;
	gint64 wide = 0;
	int narrow = 0;

	switch (slot->kind) {
	case SLOT_INT64:
		memcpy(&wide, at, sizeof(wide));
		put_nonzero(out, slot->tag, wide);
		return;
	case SLOT_INT32:
		memcpy(&narrow, at, sizeof(narrow));
		put_nonzero(out, slot->tag, narrow);
		return;
	case SLOT_BOOL:
		put_nonzero(out, slot->tag, *(const bool *)at);
		return;
	case SLOT_BYTES:
		if (!all_zero(at, slot->size)) {
			put_bytes(out, slot->tag, at, slot->size);
		}
		return;
	default:
		break;
	}
	memcpy(&pointer, at, sizeof(pointer));
	switch (slot->kind) {
	case SLOT_TEXT:
		put_text(out, slot, pointer);
		break;
	case SLOT_WORDS:
		put_words(out, slot, pointer);
		break;
	case SLOT_NUMBERS:
		put_numbers(out, slot, pointer);
		break;
	case SLOT_STRUCTS:
		put_structs(out, slot, pointer);
		break;
	default:
		put_pointers(out, slot, pointer);
		break;
	}
}

void layout_encode(const Layout *layout, gconstpointer thing, GByteArray *out)
{
	for (guint i = 0; i < layout->n_slots; i++) {
		const Slot *slot = &layout->slots[i];
		encode_slot(slot, (const guint8 *)thing + slot->offset, out);
	}
}

/* ---- decode ---- */

typedef struct {
	const guint8 *bytes;
	gsize n;
	guint64 number; /* when it reads as one */
	bool is_number;
	const char **why;
} Field;

/* A list grows as an array of pointers and is closed at the end. */
static GPtrArray *list_at(guint8 *at)
{
	GPtrArray *list;

	memcpy(&list, at, sizeof(list));
	return list;
}

static char *field_text(const Field *field)
{
	/* NUL would cut it, and what isn't UTF-8 breaks whoever shows it. */
	return g_utf8_make_valid((const char *)field->bytes,
	    (gssize)strnlen((const char *)field->bytes, field->n));
}

static bool take_text(const Field *field, guint8 *at)
{
	char *text;

	memcpy(&text, at, sizeof(text));
	g_free(text);
	text = field_text(field);
	memcpy(at, &text, sizeof(text));
	return true;
}

static bool take_int32(const Slot *slot, const Field *field, guint8 *at)
{
	gint64 value = unzigzag(field->number);
	int narrow;

	if (!field->is_number || value < G_MININT32 || value > G_MAXUINT32) {
		return false;
	}
	if (slot->most && (value < 0 || value >= slot->most)) {
		return false;
	}
	narrow = (int)(guint32)value;
	memcpy(at, &narrow, sizeof(narrow));
	return true;
}

static bool take_int64(const Field *field, guint8 *at)
{
	gint64 value = unzigzag(field->number);

	memcpy(at, &value, sizeof(value));
	return field->is_number;
}

static bool take_struct(const Slot *slot, const Field *field, guint8 *at)
{
	gpointer thing = g_malloc0(slot->of->size);
	GArray *array;

	if (!layout_decode(
		slot->of, field->bytes, field->n, thing, field->why)) {
		g_free(thing);
		return false;
	}
	if (slot->kind == SLOT_POINTERS) {
		g_ptr_array_add(list_at(at), thing);
		return true;
	}
	memcpy(&array, at, sizeof(array));
	g_array_append_vals(array, thing, 1);
	g_free(thing);
	return true;
}

static bool take_number(const Field *field, guint8 *at)
{
	guint64 value = (guint64)unzigzag(field->number);
	GArray *array;

	memcpy(&array, at, sizeof(array));
	g_array_append_val(array, value);
	return field->is_number;
}

static bool decode_slot(const Slot *slot, const Field *field, guint8 *at)
{
	switch (slot->kind) {
	case SLOT_INT64:
		return take_int64(field, at);
	case SLOT_INT32:
		return take_int32(slot, field, at);
	case SLOT_BOOL:
		*(bool *)at = field->number != 0;
		return field->is_number;
	case SLOT_TEXT:
		return take_text(field, at);
	case SLOT_WORDS:
		g_ptr_array_add(list_at(at), field_text(field));
		return true;
	case SLOT_NUMBERS:
		return take_number(field, at);
	case SLOT_BYTES:
		if (field->n != slot->size) {
			return false;
		}
		memcpy(at, field->bytes, slot->size);
		return true;
	default:
		return take_struct(slot, field, at);
	}
}

static void free_by_layout(gpointer thing, const Layout *layout)
{
	layout_clear(layout, thing);
	g_free(thing);
}

/* Lists start empty, so that nobody meets a NULL. */
static void prepare(const Layout *layout, guint8 *thing)
{
	for (guint i = 0; i < layout->n_slots; i++) {
		const Slot *slot = &layout->slots[i];
		gpointer list = NULL;

		if (slot->kind == SLOT_WORDS || slot->kind == SLOT_POINTERS) {
			list = g_ptr_array_new();
		} else if (slot->kind == SLOT_NUMBERS) {
			list = g_array_new(FALSE, FALSE, sizeof(guint64));
		} else if (slot->kind == SLOT_STRUCTS) {
			list = g_array_new(FALSE, FALSE, (guint)slot->of->size);
		} else {
			continue;
		}
		memcpy(thing + slot->offset, &list, sizeof(list));
	}
}

/* Lists of words become plain vectors, absent texts "". */
static void finish(const Layout *layout, guint8 *thing)
{
	for (guint i = 0; i < layout->n_slots; i++) {
		const Slot *slot = &layout->slots[i];
		guint8 *at = thing + slot->offset;
		gpointer pointer;

		if (slot->kind == SLOT_WORDS) {
			GPtrArray *list = list_at(at);
			g_ptr_array_add(list, NULL);
			pointer = g_ptr_array_free(list, FALSE);
			memcpy(at, &pointer, sizeof(pointer));
		} else if (slot->kind == SLOT_TEXT && !slot->may_lack) {
			memcpy(&pointer, at, sizeof(pointer));
			if (!pointer) {
				pointer = g_strdup("");
				memcpy(at, &pointer, sizeof(pointer));
			}
		}
	}
}

static const Slot *find_slot(const Layout *layout, guint64 tag)
{
	for (guint i = 0; i < layout->n_slots; i++) {
		if (layout->slots[i].tag == tag) {
			return &layout->slots[i];
		}
	}
	return NULL;
}

static bool take_field(
    const guint8 **at, const guint8 *end, guint64 *tag, Field *field)
{
	const guint8 *number;
	guint64 n;

	if (!take_varint(at, end, tag) || !take_varint(at, end, &n) ||
	    n > (guint64)(end - *at)) {
		return false;
	}
	field->bytes = *at;
	field->n = (gsize)n;
	*at += n;
	number = field->bytes;
	field->number = 0;
	field->is_number =
	    take_varint(&number, *at, &field->number) && number == *at;
	return true;
}

bool layout_decode(const Layout *layout, const guint8 *bytes, gsize n,
    gpointer thing, const char **why)
{
	const guint8 *at = bytes, *end = bytes + n;
	bool good = true;

	prepare(layout, thing);
	while (good && at < end) {
		Field field = {.why = why};
		const Slot *slot;
		guint64 tag;

		if (!take_field(&at, end, &tag, &field)) {
			*why = layout->name;
			good = false;
			break;
		}
		slot = find_slot(layout, tag);
		if (slot && !decode_slot(
				slot, &field, (guint8 *)thing + slot->offset)) {
			*why = slot->name;
			good = false;
		}
	}
	finish(layout, thing);
	if (!good) {
		layout_clear(layout, thing);
	}
	return good;
}

/* ---- clear ---- */

static void clear_structs(const Layout *of, GArray *array)
{
	for (guint i = 0; array && i < array->len; i++) {
		layout_clear(of, array->data + i * of->size);
	}
	g_clear_pointer(&array, g_array_unref);
}

static void clear_pointers(const Layout *of, GPtrArray *array)
{
	for (guint i = 0; array && i < array->len; i++) {
		free_by_layout(array->pdata[i], of);
	}
	if (array) {
		g_ptr_array_set_free_func(array, NULL);
		g_ptr_array_unref(array);
	}
}

void layout_clear(const Layout *layout, gpointer thing)
{
	for (guint i = 0; i < layout->n_slots; i++) {
		const Slot *slot = &layout->slots[i];
		gpointer pointer;

		if (slot->kind < SLOT_TEXT || slot->kind == SLOT_BYTES) {
			continue;
		}
		memcpy(
		    &pointer, (guint8 *)thing + slot->offset, sizeof(pointer));
		if (slot->kind == SLOT_TEXT) {
			g_free(pointer);
		} else if (slot->kind == SLOT_WORDS) {
			g_strfreev(pointer);
		} else if (slot->kind == SLOT_NUMBERS) {
			g_clear_pointer((GArray **)&pointer, g_array_unref);
		} else if (slot->kind == SLOT_STRUCTS) {
			clear_structs(slot->of, pointer);
		} else if (slot->kind == SLOT_POINTERS) {
			clear_pointers(slot->of, pointer);
		}
	}
	memset(thing, 0, layout->size);
}

/* ---- records ---- */

GByteArray *record_new(void)
{
	static const guint8 head[RECORD_HEAD] = {0};
	GByteArray *record = g_byte_array_sized_new(1024);

	return g_byte_array_append(record, head, RECORD_HEAD);
}

static guint32 checksum(
    const guint8 *record, gsize n, const guint8 *key, gsize key_bytes)
{
	guint32 crc = crc32c(0, key, key_bytes);

	crc = crc32c(crc, record, 4);
	return crc32c(crc, record + RECORD_HEAD, n - RECORD_HEAD);
}

bool record_seal(GByteArray *record, const guint8 *key, gsize key_bytes)
{
	gsize n = record->len - RECORD_HEAD;
	guint32 crc;

	if (n > RECORD_MAX_BYTES) {
		return false;
	}
	record->data[0] = RECORD_VERSION;
	record->data[1] = (guint8)(n >> 16);
	record->data[2] = (guint8)(n >> 8);
	record->data[3] = (guint8)n;
	crc = checksum(record->data, record->len, key, key_bytes);
	crc = GUINT32_TO_BE(crc);
	memcpy(record->data + 4, &crc, sizeof(crc));
	return true;
}

const guint8 *record_open(const guint8 *bytes, gsize n, const guint8 *key,
    gsize key_bytes, gsize *payload_bytes, const char **why)
{
	guint32 crc;

	if (n < RECORD_HEAD ||
	    n - RECORD_HEAD !=
		((gsize)bytes[1] << 16 | (gsize)bytes[2] << 8 | bytes[3])) {
		*why = "wrong length";
		return NULL;
	}
	memcpy(&crc, bytes + 4, sizeof(crc));
	if (GUINT32_FROM_BE(crc) != checksum(bytes, n, key, key_bytes)) {
		*why = "wrong checksum";
		return NULL;
	}
	if (bytes[0] == 0 || bytes[0] > RECORD_VERSION) {
		*why = "written by a newer version";
		return NULL;
	}
	*payload_bytes = n - RECORD_HEAD;
	return bytes + RECORD_HEAD;
}
