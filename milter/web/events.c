/*
 * Live updates: a stream of server-sent events says that something changed,
 * and nothing else; the browser then asks anew for what it shows, with the
 * rights that it has by then. One thread asks the daemon for all streams, and
 * only while there are any.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/times.h"
#include "web/internal.h"
#include "web/pages.h"

#define STILL_HERE_S 15 /* proxies close what is silent */
#define RETRY_US (2 * G_USEC_PER_SEC)

struct Watcher {
	Web *web;
	GMutex lock;
	GCond changed; /* number, stopping, streams */
	guint64 number;
	guint streams;
	bool stopping;
	GThread *thread;
};

/* ---- asking ---- */

static bool take_change(const char *text, gsize length, gpointer data)
{
	char **change = data;
	g_autoptr(JsonValue) row = json_parse(text, length, NULL);

	g_free(*change);
	*change = g_strdup(json_get_string(row, "change"));
	return true;
}

static JsonValue *since_args(const char *since)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_string(json, "since", since != NULL ? since : "");
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

/* Waits in the daemon. NULL: it doesn't answer. Transfer full. */
static char *next_change(Watcher *watcher, const char *since)
{
	g_autoptr(Conf) conf = web_conf(watcher->web);
	g_autoptr(JsonValue) args = since_args(since);
	ControlRequest request = {.command = "watch", .args = args};
	char *change = NULL;

	backend_ask(watcher->web->backend, conf->control_socket, &request,
	    take_change, &change, NULL);
	return change;
}

static void tell(Watcher *watcher)
{
	g_mutex_lock(&watcher->lock);
	watcher->number++;
	g_cond_broadcast(&watcher->changed);
	g_mutex_unlock(&watcher->lock);
}

/* Until somebody wants to know. False: stop. */
static bool wait_for_streams(Watcher *watcher)
{
	bool go_on;

	g_mutex_lock(&watcher->lock);
	while (watcher->streams == 0 && !watcher->stopping) {
		g_cond_wait(&watcher->changed, &watcher->lock);
	}
	go_on = !watcher->stopping;
	g_mutex_unlock(&watcher->lock);
	return go_on;
}

static void rest(Watcher *watcher)
{
	gint64 until_us = g_get_monotonic_time() + RETRY_US;

	g_mutex_lock(&watcher->lock);
	while (!watcher->stopping &&
	       g_cond_wait_until(&watcher->changed, &watcher->lock, until_us)) {
	}
	g_mutex_unlock(&watcher->lock);
}

static gpointer run(gpointer data)
{
	Watcher *watcher = data;
	g_autofree char *since = NULL;

	while (wait_for_streams(watcher)) {
		char *change = next_change(watcher, since);

		if (change == NULL) {
			rest(watcher);
			continue;
		}
		if (g_strcmp0(change, since) != 0) {
			tell(watcher);
		}
		g_free(since);
		since = change;
	}
	return NULL;
}

Watcher *watcher_new(Web *web)
{
	Watcher *watcher = g_new0(Watcher, 1);

	watcher->web = web;
	g_mutex_init(&watcher->lock);
	g_cond_init(&watcher->changed);
	watcher->thread = g_thread_new("web-watch", run, watcher);
	return watcher;
}

void watcher_stop(Watcher *watcher)
{
	g_mutex_lock(&watcher->lock);
	watcher->stopping = true;
	g_cond_broadcast(&watcher->changed);
	g_mutex_unlock(&watcher->lock);
}

void watcher_free(Watcher *watcher)
{
	g_thread_join(watcher->thread);
	g_cond_clear(&watcher->changed);
	g_mutex_clear(&watcher->lock);
	g_free(watcher);
}

/* ---- telling ---- */

typedef struct {
	Web *web;
	char *name;
	UserRole role;
	WebKnown known;
	char *proof; /* the token, or the session's secret; NULL: none */
	guint64 seen;
} EventStream;

/* Is what let him in still worth it? Watching isn't use: it keeps no session
 * alive. */
static bool still_allowed(const EventStream *stream)
{
	g_autoptr(Conf) conf = web_conf(stream->web);
	g_autoptr(Users) users =
	    users_file_get(stream->web->users, conf->web_users);
	const User *user = users_find(users, stream->name);
	SessionLook look;

	if (user == NULL || user->role != stream->role) {
		return false;
	}
	if (stream->known == BY_TOKEN) {
		return users_by_token(users, stream->proof) == user;
	}
	return stream->known != BY_SESSION ||
	       web_session_user(stream->web, conf, users, stream->proof, false,
		   &look) == user;
}

/* True: something changed; false: nothing did for a while, or it ends. */
static bool wait_for_change(EventStream *stream, bool *stopping)
{
	Watcher *watcher = stream->web->watcher;
	gint64 until_us =
	    g_get_monotonic_time() + STILL_HERE_S * G_USEC_PER_SEC;
	bool changed;

	g_mutex_lock(&watcher->lock);
	while (watcher->number == stream->seen && !watcher->stopping &&
	       g_cond_wait_until(&watcher->changed, &watcher->lock, until_us)) {
	}
	*stopping = watcher->stopping;
	changed = watcher->number != stream->seen;
	stream->seen = watcher->number;
	g_mutex_unlock(&watcher->lock);
	return changed;
}

static bool next_event(gpointer data, GString *out)
{
	EventStream *stream = data;
	bool stopping;
	bool changed = wait_for_change(stream, &stopping);

	if (stopping || !still_allowed(stream)) {
		return false;
	}
	if (changed) {
		g_string_append_printf(out,
		    "event: change\ndata: %" G_GUINT64_FORMAT "\n\n",
		    stream->seen);
	} else {
		g_string_append(out, ": still here\n\n");
	}
	return true;
}

static void stream_free(gpointer data)
{
	EventStream *stream = data;
	Watcher *watcher = stream->web->watcher;

	g_mutex_lock(&watcher->lock);
	watcher->streams--;
	g_mutex_unlock(&watcher->lock);
	g_free(stream->proof);
	g_free(stream->name);
	g_free(stream);
}

/* *NUMBER is where the stream begins. */
static bool enter(Watcher *watcher, guint64 *number)
{
	bool room;

	g_mutex_lock(&watcher->lock);
	room = watcher->streams < LIMIT_WEB_STREAMS;
	if (room) {
		watcher->streams++;
		*number = watcher->number;
		g_cond_broadcast(&watcher->changed);
	}
	g_mutex_unlock(&watcher->lock);
	return room;
}

void events_page(const WebRequest *request, WebReply *reply)
{
	EventStream *stream;
	guint64 number = 0;

	if (!enter(request->web->watcher, &number)) {
		reply->retry_s = STILL_HERE_S;
		reply_problem(request, reply, 503, "Too many look already.");
		return;
	}
	stream = g_new0(EventStream, 1);
	stream->web = request->web;
	stream->name = g_strdup(request->user->name);
	stream->role = request->user->role;
	stream->known = request->known;
	stream->proof =
	    g_strdup(request->known == BY_SESSION ? request->cookie_secret
						  : request->token);
	stream->seen = number;
	reply->status = 200;
	reply->type = "text/event-stream";
	reply->stream = next_event;
	reply->stream_data = stream;
	reply->stream_free = stream_free;
}
