/* What the server's own files share; pages need web.h alone. */
#ifndef WEB_INTERNAL_H
#define WEB_INTERNAL_H

#include "anteroom/limits.h"
#include "web/web.h"

typedef struct Backend Backend;
typedef struct Sessions Sessions;
typedef struct Watcher Watcher;

struct Web {
	GMutex lock; /* of `conf` and `zone` */
	Conf *conf;
	GTimeZone *zone; /* of its pages; NULL: an unknown one */
	UsersFile *users;
	Backend *backend;
	Sessions *sessions;
	struct Server *server;
	Watcher *watcher;
	GMutex gate_lock; /* of `at_work` */
	GCond gate;
	guint at_work;   /* handlers that run, at most LIMIT_WEB_AT_WORK */
	guint searching; /* of them, at most LIMIT_WEB_SEARCHES */
	GMutex counts_lock;
	char *counts; /* of teams, as `status` said at counts_s; NULL */
	gint64 counts_s;
	gint64 started_s;
};

/* A new reference. */
Conf *web_conf(Web *web);

/* ---- session.c ---- */

#define COOKIE_NAME "__Host-anteroom"

/* What a valid session says. */
typedef struct {
	char name[LIMIT_NAME_BYTES + 1];
	char mark[72];
	char csrf[72];
} SessionLook;

typedef struct {
	gint64 now_s;
	gint64 idle_s; /* ends when unused for so long */
	gint64 most_s; /* ends in any case */
} SessionTimes;

typedef struct {
	guint most; /* tries */
	guint window_s;
} Rate;

Sessions *sessions_new(void);
void sessions_free(Sessions *sessions);
/* Begins one of NAME; MARK is whatever has to stay as it is. The secret is for
 * the cookie. Transfer full. */
char *sessions_begin(Sessions *sessions, const char *name, const char *mark,
    const SessionTimes *times);
/* Is SECRET that of a session that lasts? With USE that is noted, and the
 * session lasts the longer. */
bool sessions_look(Sessions *sessions, const char *secret,
    const SessionTimes *times, bool use, SessionLook *look);
void sessions_end(Sessions *sessions, const char *secret);
guint sessions_count(Sessions *sessions);
/* The form token of one whom a proxy vouches for. Transfer full. */
char *sessions_csrf_of(const Sessions *sessions, const char *name);

/* May KEY try once more, at RATE? Counts it. If not, *RETRY_S says when. */
bool sessions_allow(Sessions *sessions, const char *key, const Rate *rate,
    gint64 now_s, guint *retry_s);
/* KEY's last try doesn't count: it was right. */
void sessions_forgive(Sessions *sessions, const char *key);

/* ---- dispatch.c ---- */

/* What came in, before anybody looked at it. Strings are the server's. */
typedef struct {
	const char *method;
	const char *path;  /* raw, before the "?" */
	const char *query; /* raw; "" */
	const char *body;
	gsize n_body;
	const char *content_type;
	const char *host;
	const char *origin;
	const char *fetch_site;
	const char *fetch_mode;
	bool by_itself; /* our script asks, nobody did anything */
	const char *cookie;
	const char *authorization;
	const char *csrf; /* X-CSRF-Token */
	const char *forwarded_for;
	const char *language;
	const char *if_none_match;
	const char *proxy_user; /* of the header that is configured */
	const char *peer;       /* address; "unix" */
} WebInput;

/* From an input to its answer. Any thread. */
void web_dispatch(Web *web, const WebInput *input, WebReply *reply);

/* Whose session SECRET is, if it lasts, he is there and his password is what it
 * was; NULL: it was none, or is ended now. */
const User *web_session_user(Web *web, const Conf *conf, const Users *users,
    const char *secret, bool use, SessionLook *look);
void reply_clear(WebReply *reply);

/* ---- backend.c ---- */
Backend *backend_new(void);
void backend_free(Backend *backend);
/* Asks at the socket PATH; ERROR_TEMPORARY when nobody answers there. */
bool backend_ask(Backend *backend, const char *path,
    const ControlRequest *request, ControlRow row, gpointer data,
    GError **error);

/* ---- events.c ---- */

/* Learns of changes from the daemon while anybody wants to know. */
Watcher *watcher_new(Web *web);
/* Ends all streams. */
void watcher_stop(Watcher *watcher);
/* After the last stream. */
void watcher_free(Watcher *watcher);

/* ---- server.c ---- */
typedef struct Server Server;
Server *server_start(Web *web, const char *listen, GError **error);
void server_stop(Server *server);

#endif
