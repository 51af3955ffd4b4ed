/*
 * Secrets: random ones, and the hashes by which passwords are known [libcrypt].
 * yescrypt takes 16 MB on purpose, so one is made at a time.
 */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "users/internal.h"

#define SECRET_BYTES 32

/* Of no password: what unknown names are compared with. Its cost is that of
 * the hashes that are made here. */
#define NO_HASH                                                             \
	"$y$j9T$4J7jW7gggZbfMXZw6NDxM/$/5F894xuG4kuPvW.DukCQ6stBxQd7jy4Zru" \
	"AbXfoS2/"

/* Without randomness there is no secret to give. */
static void random_bytes(guint8 *bytes, gsize n)
{
	for (gsize have = 0; have < n;) {
		ssize_t got = getrandom(bytes + have, n - have, 0);

		if (got > 0) {
			have += (gsize)got;
		} else if (got == 0) {
			abort();
		}
	}
}

char *secret_new(void)
{
	guint8 bytes[SECRET_BYTES];
	char *text;

	random_bytes(bytes, sizeof(bytes));
	text = g_base64_encode(bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	g_strdelimit(text, "+", '-');
	g_strdelimit(text, "/", '_');
	*strchrnul(text, '=') = '\0';
	return text;
}

char *secret_hash(const char *secret)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
}

bool secret_equal(const char *a, const char *b)
{
	gsize n = strlen(a);
	guint8 differ = n != strlen(b);

	for (gsize i = 0; !differ && i < n; i++) {
		differ |= (guint8)(a[i] ^ b[i]);
	}
	return differ == 0;
}

static GMutex one_at_a_time;

static char *crypt_one(const char *password, const char *setting)
{
	struct crypt_data *data = g_new0(struct crypt_data, 1);
	char *hash;

	g_mutex_lock(&one_at_a_time);
	hash = g_strdup(crypt_rn(password, setting, data, sizeof(*data)));
	g_mutex_unlock(&one_at_a_time);
	explicit_bzero(data, sizeof(*data));
	g_free(data);
	return hash;
}

char *password_hash(const char *password)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	char random[SECRET_BYTES];

	random_bytes((guint8 *)random, sizeof(random));
	if (crypt_gensalt_rn("$y$", 0, random, sizeof(random), setting,
		sizeof(setting)) == NULL) {
		return NULL;
	}
	return crypt_one(password, setting);
}

bool password_check(const char *password, const char *hash)
{
	g_autofree char *made =
	    crypt_one(password, hash != NULL ? hash : NO_HASH);

	return hash != NULL && made != NULL && secret_equal(made, hash);
}
