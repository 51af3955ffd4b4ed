/*
 * The mark of our own notices: their Message-ID has the notice's number and a
 * hash of it under the store's key, so that a notice which comes back, and what
 * answers it, is known without a look at the disk, and nobody outside can make
 * mail that passes for one.
 */
#include "cases/internal.h"

#include <string.h>

#define WORD "anteroom."
#define HEX (2 * sizeof(((Hash *)NULL)->bytes))

static void hash_hex(const Store *store, const char *digits, char hex[HEX + 1])
{
	Hash hash = store_hash(store, HASH_NOTICE, &digits, 1);

	for (gsize i = 0; i < sizeof(hash.bytes); i++) {
		g_snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
	}
}

char *store_notice_id(const Store *store, guint64 number, const char *domain)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, number);
	char hex[HEX + 1];

	hash_hex(store, digits, hex);
	return g_strdup_printf(WORD "%s.%s@%s", digits, hex, domain);
}

/* A number as we write it: without leading zeros and not too long. */
static bool is_number(const char *digits)
{
	return *digits != '0' && *digits != '\0' && strlen(digits) <= 19;
}

guint64 store_notice_of(const Store *store, const char *id)
{
	g_autofree char *digits = NULL;
	char hex[HEX + 1];
	gsize n;

	if (id == NULL || !g_str_has_prefix(id, WORD)) {
		return 0;
	}
	id += strlen(WORD);
	n = strspn(id, "0123456789");
	digits = g_strndup(id, n);
	if (!is_number(digits) || id[n] != '.') {
		return 0;
	}
	hash_hex(store, digits, hex);
	id += n + 1;
	/* Who could guess the hash could read the store. */
	return strncmp(id, hex, HEX) == 0 && strchr("@", id[HEX]) != NULL
		   ? g_ascii_strtoull(digits, NULL, 10)
		   : 0;
}
