/*
 * Who is logged in: sessions in memory, known by the hash of the cookie's
 * secret, and the counts that bound how often somebody may try. A restart ends
 * all sessions.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "web/internal.h"

#define SESSIONS_PER_USER 20
#define KEYS_MOST 20000

typedef struct {
	char *name;
	char *mark; /* changes with the user's password */
	char *csrf;
	gint64 began_s, used_s;
} Session;

/* Tries within a window that began at FROM_S. */
typedef struct {
	gint64 from_s, until_s;
	guint n;
} Tries;

struct Sessions {
	GMutex lock;
	GHashTable *by_hash; /* hash of the secret -> Session */
	GHashTable *tries;   /* key -> Tries */
	char *key;           /* of this process */
};

static void session_free(gpointer data)
{
	Session *session = data;

	g_free(session->name);
	g_free(session->mark);
	g_free(session->csrf);
	g_free(session);
}

Sessions *sessions_new(void)
{
	Sessions *sessions = g_new0(Sessions, 1);

	g_mutex_init(&sessions->lock);
	sessions->by_hash = g_hash_table_new_full(
	    g_str_hash, g_str_equal, g_free, session_free);
	sessions->tries =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	sessions->key = secret_new();
	return sessions;
}

void sessions_free(Sessions *sessions)
{
	if (sessions != NULL) {
		g_hash_table_unref(sessions->by_hash);
		g_hash_table_unref(sessions->tries);
		g_free(sessions->key);
		g_mutex_clear(&sessions->lock);
		g_free(sessions);
	}
}

static bool is_over(const Session *session, const SessionTimes *times)
{
	return times->now_s - session->used_s >= times->idle_s ||
	       times->now_s - session->began_s >= times->most_s ||
	       session->used_s > times->now_s;
}

static gboolean sweep_one(gpointer key, gpointer value, gpointer data)
{
	(void)key;
	return is_over(value, data);
}

/* Ends the session of NAME that was used longest ago, once they are many; with
 * NAME NULL, that of anybody. */
static void make_room(Sessions *sessions, const char *name, guint most)
{
	GHashTableIter iter;
	gpointer key, value;
	const char *oldest = NULL;
	gint64 oldest_s = G_MAXINT64;
	guint n = 0;

	g_hash_table_iter_init(&iter, sessions->by_hash);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const Session *session = value;

		if (name != NULL && strcmp(session->name, name) != 0) {
			continue;
		}
		n++;
		if (session->used_s < oldest_s) {
			oldest_s = session->used_s;
			oldest = key;
		}
	}
	if (n >= most) {
		g_hash_table_remove(sessions->by_hash, oldest);
	}
}

char *sessions_begin(Sessions *sessions, const char *name, const char *mark,
    const SessionTimes *times)
{
	char *secret = secret_new();
	Session *session = g_new0(Session, 1);

	session->name = g_strdup(name);
	session->mark = g_strdup(mark);
	session->csrf = secret_new();
	session->began_s = times->now_s;
	session->used_s = times->now_s;
	g_mutex_lock(&sessions->lock);
	g_hash_table_foreach_remove(
	    sessions->by_hash, sweep_one, (gpointer)(guintptr)times);
	make_room(sessions, name, SESSIONS_PER_USER);
	make_room(sessions, NULL, LIMIT_WEB_SESSIONS);
	g_hash_table_insert(sessions->by_hash, secret_hash(secret), session);
	g_mutex_unlock(&sessions->lock);
	return secret;
}

bool sessions_look(Sessions *sessions, const char *secret,
    const SessionTimes *times, bool use, SessionLook *look)
{
	g_autofree char *hash = secret_hash(secret);
	Session *session;
	bool good;

	g_mutex_lock(&sessions->lock);
	session = g_hash_table_lookup(sessions->by_hash, hash);
	good = session != NULL && !is_over(session, times);
	if (good) {
		session->used_s = use ? times->now_s : session->used_s;
		g_strlcpy(look->name, session->name, sizeof(look->name));
		g_strlcpy(look->mark, session->mark, sizeof(look->mark));
		g_strlcpy(look->csrf, session->csrf, sizeof(look->csrf));
	} else if (session != NULL) {
		g_hash_table_remove(sessions->by_hash, hash);
	}
	g_mutex_unlock(&sessions->lock);
	return good;
}

void sessions_end(Sessions *sessions, const char *secret)
{
	g_autofree char *hash = secret_hash(secret);

	g_mutex_lock(&sessions->lock);
	g_hash_table_remove(sessions->by_hash, hash);
	g_mutex_unlock(&sessions->lock);
}

guint sessions_count(Sessions *sessions)
{
	guint n;

	g_mutex_lock(&sessions->lock);
	n = g_hash_table_size(sessions->by_hash);
	g_mutex_unlock(&sessions->lock);
	return n;
}

char *sessions_csrf_of(const Sessions *sessions, const char *name)
{
	return g_compute_hmac_for_string(G_CHECKSUM_SHA256,
	    (const guint8 *)sessions->key, strlen(sessions->key), name, -1);
}

/* ---- rates ---- */

static gboolean tries_over(gpointer key, gpointer value, gpointer data)
{
	(void)key;
	return ((Tries *)value)->until_s <= *(gint64 *)data;
}

/* KEY's count; NULL when so many keys are counted that there is no room. */
static Tries *tries_of(
    Sessions *sessions, const char *key, guint window_s, gint64 now_s)
{
	Tries *tries = g_hash_table_lookup(sessions->tries, key);

	if (tries == NULL) {
		if (g_hash_table_size(sessions->tries) >= KEYS_MOST) {
			g_hash_table_foreach_remove(
			    sessions->tries, tries_over, &now_s);
		}
		if (g_hash_table_size(sessions->tries) >= KEYS_MOST) {
			return NULL;
		}
		tries = g_new0(Tries, 1);
		g_hash_table_insert(sessions->tries, g_strdup(key), tries);
	}
	if (tries->until_s <= now_s || tries->from_s > now_s) {
		*tries = (Tries){now_s, now_s + window_s, 0};
	}
	return tries;
}

bool sessions_allow(Sessions *sessions, const char *key, const Rate *rate,
    gint64 now_s, guint *retry_s)
{
	Tries *tries;
	bool allowed;

	g_mutex_lock(&sessions->lock);
	tries = tries_of(sessions, key, rate->window_s, now_s);
	allowed = tries != NULL && tries->n < rate->most;
	if (allowed) {
		tries->n++;
	} else {
		*retry_s = tries != NULL ? (guint)(tries->until_s - now_s)
					 : rate->window_s;
	}
	g_mutex_unlock(&sessions->lock);
	return allowed;
}

void sessions_forgive(Sessions *sessions, const char *key)
{
	Tries *tries;

	g_mutex_lock(&sessions->lock);
	tries = g_hash_table_lookup(sessions->tries, key);
	if (tries != NULL && tries->n > 0) {
		tries->n--;
	}
	g_mutex_unlock(&sessions->lock);
}
