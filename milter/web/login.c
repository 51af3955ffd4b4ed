/* Logging in and out. Every try costs the same, whoever is named. */
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/log.h"
#include "web/internal.h"
#include "web/pages.h"

#define WINDOW_S (15 * 60)

static const Rate by_address = {20, WINDOW_S};
static const Rate by_name = {30, WINDOW_S};
static const Rate by_both = {8, WINDOW_S};

/* Where to go afterwards: a page of ours, and nowhere else. */
static const char *next_page(const Fields *fields)
{
	const char *next = fields_get(fields, "next");

	if (next == NULL || *next != '/' || next[1] == '/' || next[1] == '\\' ||
	    strlen(next) > LIMIT_WEB_PATH_BYTES * 2) {
		return "/";
	}
	for (const char *at = next; *at != '\0'; at++) {
		if (*at <= ' ' || *at > '~' || *at == '\\') {
			return "/";
		}
	}
	return next;
}

static void show(const WebRequest *request, WebReply *reply, guint status,
    const char *problem)
{
	reply_html(reply);
	reply->status = status;
	login_form(request, reply,
	    next_page(request->post ? request->form : request->query), problem);
}

void login_page(const WebRequest *request, WebReply *reply)
{
	if (request->user != NULL) {
		reply_redirect(reply, next_page(request->query));
		return;
	}
	show(request, reply, 200, NULL);
}

/* What is counted: an address, a name, and both together, so that nobody can
 * lock out somebody else from afar. */
typedef struct {
	char *key;
	const Rate *rate;
} Count;

static void counts_of(const WebRequest *request, const char *name, Count out[3])
{
	const char *address = request->agent_address;

	out[0] = (Count){g_strconcat("address ", address, NULL), &by_address};
	out[1] =
	    (Count){g_strconcat("both ", address, " ", name, NULL), &by_both};
	out[2] = (Count){g_strconcat("name ", name, NULL), &by_name};
}

static bool may_try(const WebRequest *request, const char *name, guint *wait_s)
{
	Count counts[3];
	bool allowed = true;

	counts_of(request, name, counts);
	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
		allowed = allowed &&
			  sessions_allow(request->web->sessions, counts[i].key,
			      counts[i].rate, request->now_s, wait_s);
		g_free(counts[i].key);
	}
	return allowed;
}

static void forgive(const WebRequest *request, const char *name)
{
	Count counts[3];

	counts_of(request, name, counts);
	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
		sessions_forgive(request->web->sessions, counts[i].key);
		g_free(counts[i].key);
	}
}

static void begin_session(
    const WebRequest *request, WebReply *reply, const User *user)
{
	SessionTimes times = {request->now_s, request->conf->web_idle_s,
	    request->conf->web_session_s};
	g_autofree char *mark = secret_hash(user->password);
	g_autofree char *secret = NULL;

	/* A secret that was there before logging in is worth nothing. */
	if (request->cookie_secret != NULL) {
		sessions_end(request->web->sessions, request->cookie_secret);
	}
	secret =
	    sessions_begin(request->web->sessions, user->name, mark, &times);
	reply->cookie = g_strdup_printf(COOKIE_NAME
	    "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; "
	    "Max-Age=%" G_GINT64_FORMAT,
	    secret, times.most_s);
	reply_redirect(reply, next_page(request->form));
}

void login_done(const WebRequest *request, WebReply *reply)
{
	const char *name = fields_get(request->form, "name");
	const char *password = fields_get(request->form, "password");
	guint wait_s = 0;
	bool good;

	if (name == NULL || password == NULL ||
	    strlen(name) > LIMIT_NAME_BYTES ||
	    strlen(password) > LIMIT_PASSWORD_BYTES) {
		show(request, reply, 400, "Name and password, please.");
		return;
	}
	if (!may_try(request, name, &wait_s)) {
		log_line(LOG_WARNING, "login", "result", "too-often", "user",
		    name, "address", request->agent_address, NULL);
		reply->retry_s = wait_s;
		show(request, reply, 429, "Too many tries. Please wait.");
		return;
	}
	good = users_check_password(request->users, name, password);
	log_line(good ? LOG_INFO : LOG_WARNING, "login", "result",
	    good ? "done" : "refused", "user", name, "address",
	    request->agent_address, NULL);
	if (!good) {
		show(request, reply, 403, "Name or password is wrong.");
		return;
	}
	forgive(request, name);
	begin_session(request, reply, users_find(request->users, name));
}

void logout_done(const WebRequest *request, WebReply *reply)
{
	if (request->cookie_secret != NULL) {
		sessions_end(request->web->sessions, request->cookie_secret);
	}
	reply->cookie = g_strdup(
	    COOKIE_NAME "=; Path=/; Secure; HttpOnly; SameSite=Strict; "
			"Max-Age=0");
	reply_redirect(reply, "/login");
}
