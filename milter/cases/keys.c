/*
 * Keys: composite, big-endian, so that the order of bytes is the order of
 * numbers. Nothing from outside is a key but as a hash: a Message-ID may be as
 * long and as cunning as its writer likes.
 */
#include "cases/internal.h"

#include <string.h>

static void append(Key *key, const void *bytes, gsize n)
{
	g_assert(key->n + n <= sizeof(key->bytes));
	memcpy(key->bytes + key->n, bytes, n);
	key->n += n;
}

void key_u8(Key *key, guint8 value)
{
	append(key, &value, sizeof(value));
}

void key_u32(Key *key, guint32 value)
{
	guint32 big = GUINT32_TO_BE(value);

	append(key, &big, sizeof(big));
}

void key_u64(Key *key, guint64 value)
{
	guint64 big = GUINT64_TO_BE(value);

	append(key, &big, sizeof(big));
}

static void key_hash(Key *key, const Hash *hash)
{
	append(key, hash->bytes, sizeof(hash->bytes));
}

guint32 key_get_u32(const guint8 *at)
{
	guint32 big;

	memcpy(&big, at, sizeof(big));
	return GUINT32_FROM_BE(big);
}

guint64 key_get_u64(const guint8 *at)
{
	guint64 big;

	memcpy(&big, at, sizeof(big));
	return GUINT64_FROM_BE(big);
}

bool hash_is_set(const Hash *hash)
{
	static const Hash none = {{0}};

	return !hash_equal(hash, &none);
}

bool hash_equal(const Hash *a, const Hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

Key key_case(guint64 id)
{
	Key key = {.n = 0};

	key_u64(&key, id);
	return key;
}

Key key_event(guint64 id, guint32 number)
{
	Key key = key_case(id);

	key_u32(&key, number);
	return key;
}

Key key_seen(const Hash *hash)
{
	Key key = {.n = 0};

	key_hash(&key, hash);
	return key;
}

Key key_thread(const Hash *hash, guint64 id)
{
	Key key = key_seen(hash);

	key_u64(&key, id);
	return key;
}

Key key_meta(const char *name)
{
	Key key = {.n = 0};

	append(&key, name, strlen(name));
	return key;
}

Key key_pair(guint64 first, guint64 second)
{
	Key key = key_case(first);

	key_u64(&key, second);
	return key;
}

/* Those with a deadline by it, then the others from the newest back. */
Key case_order_key(const Case *kase)
{
	gint64 due = case_next_due_s(kase);
	Key key = {.n = 0};

	key_u8(&key, due ? 0 : 1);
	key_u64(&key, due ? (guint64)due : ~(guint64)kase->received_s);
	key_u64(&key, kase->id);
	return key;
}

Key case_wake_key(const Case *kase)
{
	Key key = {.n = 0};

	if (kase->state == CASE_PAUSED) {
		key_u64(&key, (guint64)kase->pause_until_s);
		key_u64(&key, kase->id);
	}
	return key;
}

Key case_alarm_key(const Case *kase)
{
	Key key = {.n = 0};
	gint64 next_s = 0;

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->state == CLOCK_RUNNING && clock->next_s &&
		    (!next_s || clock->next_s < next_s)) {
			next_s = clock->next_s;
		}
	}
	if (next_s) {
		key = key_pair((guint64)next_s, kase->id);
	}
	return key;
}

char *txn_key_text(Db db, const void *key, gsize n)
{
	GString *text = g_string_new(db_names[db]);
	const guint8 *bytes = key;

	if ((db == DB_CASES || db == DB_EVENTS) && n >= 8) {
		g_string_append_printf(
		    text, " AR-%" G_GUINT64_FORMAT, key_get_u64(bytes));
		if (db == DB_EVENTS && n >= 12) {
			g_string_append_printf(
			    text, " %u", key_get_u32(bytes + 8));
		}
		return g_string_free(text, FALSE);
	}
	g_string_append_c(text, ' ');
	for (gsize i = 0; i < n && i < KEY_MAX_BYTES; i++) {
		g_string_append_printf(text,
		    db == DB_META && g_ascii_isprint(bytes[i]) ? "%c" : "%02x",
		    bytes[i]);
	}
	return g_string_free(text, FALSE);
}
