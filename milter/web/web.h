/*
 * What the files of web/ share: a request as handlers see it, the answer they
 * write, and the table that says which page is whose.
 *
 * A handler is called only after the table's right was checked, for POST also
 * the form's token and where it came from. It asks the daemon by web_ask, in
 * the name of the user, and writes a page into reply->body.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/json.h"
#include "anteroom/users.h"
#include "anteroom/web.h"

/* Names and values of a query, a form or cookies, in their order; a name
 * counts once, the first. Values are valid UTF-8 without NUL. */
typedef struct Fields Fields;

/* By what somebody is known. */
typedef enum {
	BY_NOTHING,
	BY_TOKEN,   /* of ours: nothing that a browser adds by itself */
	BY_PROXY,   /* a proxy of ours says his name */
	BY_SESSION, /* he logged in */
} WebKnown;

typedef struct {
	Web *web;
	Conf *conf;       /* a reference for as long as the request lasts */
	const char *path; /* "/cases/AR-7" */
	const char *item; /* what stands for "*" in its pattern; NULL */
	const char *tail; /* what stands for a second "*"; NULL */
	bool post;        /* else GET */
	bool api;         /* asked for JSON: path below /api/ */
	Fields *query;
	Fields *form; /* of POST: a form's fields, or a JSON object's */

	/* Who asks; NULL on the pages that need nobody. Borrowed. */
	const User *user;
	WebKnown known;    /* BY_TOKEN too where it is nobody's */
	const char *token; /* with BY_TOKEN; else NULL */
	/* For the hidden field "csrf" of every form; "" without a session. */
	const char *csrf;
	/* "en" or "de", by what the browser prefers. */
	const char *language;
	gint64 now_s;

	const char *agent_address; /* of the browser, as far as known */
	const char *host;          /* Host field; "" */
	const char *origin;        /* Origin field; NULL */
	const char *fetch_site;    /* Sec-Fetch-Site field; NULL */
	const char *cookie_secret; /* of the session cookie; NULL */
	Users *users;              /* holds USER */
} WebRequest;

/* How an answer may be kept. */
typedef enum {
	CACHE_NEVER, /* no-store: everything about cases and people */
	CACHE_ASSET, /* public and for long: the address has its hash */
} WebCache;

/* Gives the next bytes of a stream; false: it is over. May block. */
typedef bool (*WebStream)(gpointer data, GString *out);

typedef struct {
	guint status;     /* 200 */
	const char *type; /* static; "text/html; charset=utf-8" */
	GString *body;
	/* Instead of BODY: bytes that live as long as the process. */
	const void *bytes;
	gsize n_bytes;
	WebCache cache;
	char *location;   /* for 303; owned */
	char *cookie;     /* Set-Cookie; owned */
	char *filename;   /* offered to be saved under this name; owned */
	const char *etag; /* of BYTES; static */
	guint retry_s;    /* Retry-After; 0: none */
	WebStream stream; /* instead of BODY */
	gpointer stream_data;
	GDestroyNotify stream_free;
} WebReply;

typedef void (*WebHandler)(const WebRequest *request, WebReply *reply);

/* ---- the table of pages: table.c ---- */

/* Who may: bits of 1 << UserRole. */
#define MAY(role) (1u << (role))
#define MAY_NOBODY 0u /* nobody has to be logged in: for everybody */
#define MAY_ALL ((1u << USER_ROLES) - 1)
#define MAY_WORK (MAY(USER_MEMBER) | MAY(USER_LEAD) | MAY(USER_ASSISTANT))
#define MAY_LEAD (MAY(USER_LEAD) | MAY(USER_ASSISTANT))
#define MAY_ADMIN MAY(USER_ADMINISTRATOR)

typedef struct {
	bool post;
	/* A "*" stands for one part of the path, which the handler finds as
	 * item and tail. */
	const char *pattern;
	guint may;
	WebHandler handle;
} WebPage;

/* All of them; N how many. Static. */
const WebPage *web_table(gsize *n);

/* ---- fields.c: what comes in forms, queries and cookies ---- */

Fields *fields_new(void);
void fields_free(Fields *fields);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fields, fields_free)

/* Reads "a=1&b=x%20y". False: too many, or not text; FIELDS is what was read
 * before. */
bool fields_parse_form(Fields *fields, const char *text, gsize length);
/* Reads the members of a JSON object that are strings, or true. */
bool fields_parse_json(Fields *fields, const char *text, gsize length);
/* Reads "a=1; b=2". */
bool fields_parse_cookies(Fields *fields, const char *text);
/* Adds copies; ignored once there are too many. */
void fields_add(Fields *fields, const char *name, const char *value);
/* The value; NULL when it isn't there. */
const char *fields_get(const Fields *fields, const char *name);
guint fields_count(const Fields *fields);
const char *fields_name_at(const Fields *fields, guint i);
const char *fields_value_at(const Fields *fields, guint i);
/* Text as it may stand in a query. Transfer full. */
char *fields_escape(const char *text);

/* ---- answers ---- */

/* A page's body goes into it by g_string_append or the HTML printer. */
GString *reply_html(WebReply *reply);
GString *reply_json(WebReply *reply);
/* 303 to PATH on this server. */
void reply_redirect(WebReply *reply, const char *path);
/* A small page, or JSON for the API: STATUS and one line that is safe to
 * show. */
void reply_problem(
    const WebRequest *request, WebReply *reply, guint status, const char *why);
/* The same for what web_ask said. */
void reply_error(
    const WebRequest *request, WebReply *reply, const GError *error);

/* ---- asking the daemon: backend.c ---- */

/*
 * Asks for COMMAND with pairs of an argument's name and value (NULL and "" are
 * left out; "true" for flags), then NULL, in the name of the request's user.
 * *ROWS gets JsonValue rows. False: the error may be shown; ERROR_TEMPORARY
 * when the daemon isn't there.
 */
bool web_ask(const WebRequest *request, GPtrArray **rows, GError **error,
    const char *command, ...) G_GNUC_NULL_TERMINATED;

/* The same, arguments as FIELDS, rows as they came, through ROW. */
bool web_ask_raw(const WebRequest *request, const char *command,
    const Fields *fields, ControlRow row, gpointer data, GError **error);

/* ---- assets.c ---- */

/* "/assets/NAME?v=HASH", which may be kept for ever. NULL: no such file.
 * Static. */
const char *asset_url(const char *name);

#endif
