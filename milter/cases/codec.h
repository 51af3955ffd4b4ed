/*
 * Records: how a struct becomes bytes on the disk and back.
 *
 * A record is a head (version, length, checksum) and tagged fields. A Layout
 * is the table of a struct's fields; encode, decode and clear walk it, so that
 * the format is written once. FORMAT.md says the same for people.
 */
#ifndef CASES_CODEC_H
#define CASES_CODEC_H

#include <glib.h>
#include <stdbool.h>

#define RECORD_VERSION 1
#define RECORD_HEAD 8 /* version 1, length 3, checksum 4 bytes */
#define RECORD_MAX_BYTES (4 * 1024 * 1024)

typedef enum {
	SLOT_INT64, /* gint64 or guint64 */
	SLOT_INT32, /* int, guint or an enum; 0 <= value < most if most */
	SLOT_BOOL,
	SLOT_TEXT,     /* char *; never NULL after decoding unless may_lack */
	SLOT_WORDS,    /* char **, NULL-terminated; never NULL after decoding */
	SLOT_NUMBERS,  /* GArray of guint64 */
	SLOT_BYTES,    /* SIZE bytes in place; all zero = absent */
	SLOT_STRUCTS,  /* GArray of structs of OF */
	SLOT_POINTERS, /* GPtrArray of allocated structs of OF */
} SlotKind;

typedef struct Layout Layout;

typedef struct {
	guint tag; /* 1..; never used again for something else */
	const char *name;
	SlotKind kind;
	gsize offset;
	bool may_lack;
	gint64 most;
	gsize size;
	const Layout *of;
} Slot;

struct Layout {
	const char *name;
	gsize size; /* of the struct */
	const Slot *slots;
	guint n_slots;
};

/* Appends the fields of THING to OUT. Absent and zero values take no room. */
void layout_encode(const Layout *layout, gconstpointer thing, GByteArray *out);

/*
 * Reads fields into THING, which is zeroed memory of the layout's size. Unknown
 * tags are skipped. False when the bytes break a bound, with the name of the
 * field in *why (static) and THING cleared. Any bytes are safe.
 */
bool layout_decode(const Layout *layout, const guint8 *bytes, gsize n,
    gpointer thing, const char **why);

/* Frees what THING owns and zeroes it. */
void layout_clear(const Layout *layout, gpointer thing);

/* A record being made: room for the head. Transfer full. */
GByteArray *record_new(void);

/* Fills in the head. The checksum covers KEY too, so that a record under
 * another key than its own is found. False when it is too long. */
bool record_seal(GByteArray *record, const guint8 *key, gsize key_bytes);

/*
 * The fields of the record BYTES found under KEY. NULL, with *why (static) what
 * is wrong, when the head doesn't fit. Not a copy.
 */
const guint8 *record_open(const guint8 *bytes, gsize n, const guint8 *key,
    gsize key_bytes, gsize *payload_bytes, const char **why);

/* CRC-32C (Castagnoli) of N bytes, going on from CRC (0 at first). */
guint32 crc32c(guint32 crc, const guint8 *bytes, gsize n);

#endif
