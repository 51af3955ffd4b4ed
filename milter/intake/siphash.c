/*
 * SipHash-2-4-128: a keyed hash, one cycle and a bit a byte. Nobody without the
 * key can make two messages of one digest. Not for signatures.
 */
#include "intake/internal.h"

#include <string.h>

static guint64 rotate(guint64 x, guint by)
{
	return x << by | x >> (64 - by);
}

static void round_once(guint64 v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void absorb(SipHash *hash, const guint8 *bytes)
{
	guint64 word;

	memcpy(&word, bytes, 8);
	word = GUINT64_FROM_LE(word);
	hash->v[3] ^= word;
	round_once(hash->v);
	round_once(hash->v);
	hash->v[0] ^= word;
}

void siphash_begin(SipHash *hash, const guint8 key[16])
{
	guint64 k[2];

	memcpy(k, key, 16);
	k[0] = GUINT64_FROM_LE(k[0]);
	k[1] = GUINT64_FROM_LE(k[1]);
	*hash = (SipHash){
	    .v = {k[0] ^ G_GUINT64_CONSTANT(0x736f6d6570736575),
		k[1] ^ G_GUINT64_CONSTANT(0x646f72616e646f6d) ^ 0xee,
		k[0] ^ G_GUINT64_CONSTANT(0x6c7967656e657261),
		k[1] ^ G_GUINT64_CONSTANT(0x7465646279746573)},
	};
}

void siphash_feed(SipHash *hash, const void *bytes, gsize n)
{
	const guint8 *p = bytes;
	gsize held = hash->total % 8;

	hash->total += n;
	if (held > 0) {
		gsize take = MIN(8 - held, n);

		memcpy(hash->rest + held, p, take);
		p += take;
		n -= take;
		if (held + take < 8) {
			return;
		}
		absorb(hash, hash->rest);
	}
	for (; n >= 8; p += 8, n -= 8) {
		absorb(hash, p);
	}
	if (n > 0) {
		memcpy(hash->rest, p, n);
	}
}

static guint64 squeeze(SipHash *hash)
{
	for (guint i = 0; i < 4; i++) {
		round_once(hash->v);
	}
	return GUINT64_TO_LE(hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3]);
}

void siphash_end(SipHash *hash, guint8 digest[16])
{
	gsize held = hash->total % 8;
	guint64 half;

	memset(hash->rest + held, 0, 8 - held);
	hash->rest[7] = (guint8)hash->total;
	absorb(hash, hash->rest);
	hash->v[2] ^= 0xee;
	half = squeeze(hash);
	memcpy(digest, &half, 8);
	hash->v[1] ^= 0xdd;
	half = squeeze(hash);
	memcpy(digest + 8, &half, 8);
}
