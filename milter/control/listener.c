/*
 * The daemon's end of the control socket: a thread that accepts, and one for
 * each client, so that a slow reader waits for himself alone. No transaction
 * of the store is open while a row is written.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/log.h"
#include "anteroom/text.h"
#include "control/internal.h"
#include "control/stream.h"

#define BACKLOG 64
#define SEND_TIMEOUT_S 30
#define STOP_GRACE_S 5
#define AS_BYTES 100 /* of a user's name given by an administrator */

/* Counted: each client's thread has a reference. Invariant: `clients` has the
 * sockets of the threads that serve; a thread takes its own out before it
 * closes it, under `lock`. */
struct Listener {
	gint refs;
	Control *control;
	char *path;
	int fd;
	int wake; /* readable: stop */
	GThread *thread;
	GMutex lock;
	GCond gone;
	GArray *clients; /* of int */
	bool stopping;
};

typedef struct {
	Listener *listener;
	Stream *stream;
	int fd;
	Role role;
	char *user;
	bool speaks; /* may ask in the names of users of the web pages */
	bool gone;   /* can't be written to */
} Client;

/* ---- one client ---- */

static bool write_line(Client *client, const char *text)
{
	return stream_write(client->stream, text, strlen(text)) &&
	       stream_write(client->stream, "\n", 1);
}

/* The end of an answer; ERROR NULL: done. */
static bool write_end(Client *client, const GError *error)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_begin_object(json, "end");
	json_string(json, "code", error == NULL ? "done" : error_word(error));
	if (error != NULL) {
		json_string(json, "error", error->message);
	}
	json_end_object(json);
	json_end_object(json);
	text = json_text(json);
	return write_line(client, text) && stream_flush(client->stream);
}

static void refuse(Client *client, ErrorCode code, const char *why)
{
	g_autoptr(GError) error =
	    g_error_new_literal(ANTEROOM_ERROR, (int)code, why);

	write_end(client, error);
}

static bool write_row(const char *text, gsize length, gpointer data)
{
	static const char begin[] = "{\"row\":";
	Client *client = data;

	client->gone =
	    client->gone ||
	    !stream_write(client->stream, begin, sizeof(begin) - 1) ||
	    !stream_write(client->stream, text, length) ||
	    !stream_write(client->stream, "}\n", 2);
	return !client->gone;
}

/* In whose name: an administrator may speak for somebody else. */
static char *request_user(const Client *client, const JsonValue *line)
{
	const char *as = json_get_string(line, "as");

	if (as == NULL || client->role < ROLE_ADMINISTRATOR) {
		return g_strdup(client->user);
	}
	return text_one_line(as, strlen(as), AS_BYTES);
}

/* The message that follows a request. False: the connection is over. */
static bool read_payload(
    Client *client, const JsonValue *line, ControlRequest *request)
{
	gint64 n = json_get_int(line, "bytes", 0);

	if (n == 0) {
		return true;
	}
	if (n < 0 || n > LIMIT_MESSAGE_BYTES) {
		refuse(client, ERROR_USAGE, "control: \"bytes\" is too many");
		return false;
	}
	if (client->role < ROLE_ASSISTANT) {
		refuse(client, ERROR_DENIED, "control: you may not");
		return false;
	}
	request->n_bytes = (gsize)n;
	request->truncated = json_get_bool(line, "truncated", false);
	return stream_bytes(client->stream, (gsize)n, &request->bytes) ==
	       STREAM_OK;
}

/* Those of the configuration that holds now. */
static Users *users_now(Control *control)
{
	Setup *setup = setup_slot_get(control->slot);
	Users *users = users_file_get(control->users, setup->conf->web_users);

	setup_unref(setup);
	return users;
}

/* From now on it is this user who asks, with his rights and no others. */
static bool find_person(const Client *client, const Users *users,
    const char *login, ControlRequest *request, GError **error)
{
	const User *person = users_find(users, login);

	if (!client->speaks || person == NULL) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_DENIED,
		    client->speaks
			? "control: there is no such user (anteroom user)"
			: "control: you may not ask in a user's name "
			  "(web { system-user })");
		return false;
	}
	request->person = person;
	request->user = person->name;
	request->role = ROLE_NONE;
	return true;
}

static bool has_gone(gpointer asker)
{
	const Client *client = asker;

	return stream_is_closed(client->stream);
}

static bool serve_request(Client *client, const JsonValue *line)
{
	g_autoptr(Users) users = users_now(client->listener->control);
	const char *login = json_get_string(line, "login");
	g_autofree char *user = request_user(client, line);
	g_autoptr(GError) error = NULL;
	ControlRequest request = {.command = json_get_string(line, "command"),
	    .args = json_get(line, "args"),
	    .role = client->role,
	    .user = user,
	    .gone = has_gone,
	    .asker = client};

	if (request.command == NULL || json_get_int(line, "v", 0) != 1) {
		refuse(client, ERROR_USAGE,
		    "control: a request has \"v\":1 and a \"command\"");
		return false;
	}
	if (!read_payload(client, line, &request)) {
		return false;
	}
	if (login == NULL ||
	    find_person(client, users, login, &request, &error)) {
		control_dispatch(client->listener->control, &request, write_row,
		    client, &error);
	}
	return !client->gone && write_end(client, error);
}

/* False ends the connection: after a broken line nobody knows where the next
 * one begins. */
static bool serve_line(Client *client)
{
	g_autoptr(JsonValue) value = NULL;
	g_autoptr(GError) error = NULL;
	const char *line;
	gsize length;
	StreamStatus status =
	    stream_line(client->stream, LIMIT_REQUEST_BYTES, &line, &length);

	if (status == STREAM_TOO_LONG) {
		refuse(client, ERROR_USAGE, "control: the request is too long");
	}
	if (status != STREAM_OK) {
		return false;
	}
	value = json_parse(line, length, &error);
	if (value == NULL) {
		g_prefix_error(&error, "control: ");
		write_end(client, error);
		return false;
	}
	return serve_request(client, value);
}

static bool meet_peer(Client *client)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	Setup *setup;

	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) !=
	    0) {
		return false;
	}
	setup = setup_slot_get(client->listener->control->slot);
	client->role =
	    control_role(setup->conf, peer.uid, peer.gid, &client->user);
	client->speaks =
	    client->role == ROLE_ADMINISTRATOR ||
	    g_strcmp0(setup->conf->web_system_user, client->user) == 0;
	setup_unref(setup);
	return true;
}

static bool is_stopping(Listener *listener)
{
	bool stopping;

	g_mutex_lock(&listener->lock);
	stopping = listener->stopping;
	g_mutex_unlock(&listener->lock);
	return stopping;
}

static Listener *listener_ref(Listener *listener)
{
	g_atomic_int_inc(&listener->refs);
	return listener;
}

static void listener_unref(Listener *listener)
{
	if (!g_atomic_int_dec_and_test(&listener->refs)) {
		return;
	}
	g_array_unref(listener->clients);
	g_mutex_clear(&listener->lock);
	g_cond_clear(&listener->gone);
	g_free(listener->path);
	g_free(listener);
}

static void client_leave(Client *client)
{
	Listener *listener = client->listener;

	g_mutex_lock(&listener->lock);
	for (guint i = 0; i < listener->clients->len; i++) {
		if (g_array_index(listener->clients, int, i) == client->fd) {
			g_array_remove_index_fast(listener->clients, i);
			break;
		}
	}
	stream_free(client->stream);
	g_free(client->user);
	g_free(client);
	g_cond_signal(&listener->gone);
	g_mutex_unlock(&listener->lock);
	listener_unref(listener);
}

static gpointer client_thread(gpointer data)
{
	Client *client = data;

	if (!meet_peer(client)) {
		client_leave(client);
		return NULL;
	}
	if (client->role == ROLE_NONE) {
		log_line(
		    LOG_WARNING, "control-denied", "user", client->user, NULL);
		refuse(client, ERROR_DENIED,
		    "control: you are neither assistant nor reader "
		    "(control { assistants, readers })");
	} else {
		while (!is_stopping(client->listener) && serve_line(client)) {
		}
	}
	client_leave(client);
	return NULL;
}

/* ---- accepting ---- */

static void set_timeouts(int fd)
{
	struct timeval idle = {.tv_sec = LIMIT_CONTROL_IDLE_S};
	struct timeval send = {.tv_sec = SEND_TIMEOUT_S};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof(send));
}

static void turn_away(int fd)
{
	static const char busy[] =
	    "{\"end\":{\"code\":\"temporary\","
	    "\"error\":\"control: too many clients\"}}\n";

	send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static bool client_enter(Listener *listener, int fd)
{
	bool room;

	g_mutex_lock(&listener->lock);
	room = listener->clients->len < LIMIT_CONTROL_CLIENTS;
	if (room) {
		g_array_append_val(listener->clients, fd);
	}
	g_mutex_unlock(&listener->lock);
	return room;
}

static void begin_client(Listener *listener, int fd)
{
	Client *client;
	GThread *thread;

	if (!client_enter(listener, fd)) {
		log_line(LOG_WARNING, "control-full", NULL);
		turn_away(fd);
		return;
	}
	set_timeouts(fd);
	client = g_new0(Client, 1);
	client->listener = listener_ref(listener);
	client->fd = fd;
	client->stream = stream_new(fd);
	stream_patience(client->stream, LIMIT_CONTROL_IDLE_S);
	thread = g_thread_try_new("control", client_thread, client, NULL);
	if (thread == NULL) {
		client_leave(client);
		return;
	}
	g_thread_unref(thread);
}

static gpointer accept_thread(gpointer data)
{
	Listener *listener = data;
	struct pollfd polls[] = {
	    {.fd = listener->fd, .events = POLLIN},
	    {.fd = listener->wake, .events = POLLIN},
	};

	for (;;) {
		int fd;

		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0) {
			continue;
		}
		if (polls[1].revents != 0) {
			return NULL;
		}
		fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			begin_client(listener, fd);
		} else if (errno == EMFILE || errno == ENFILE) {
			/* Don't spin until descriptors are free. */
			g_usleep(G_USEC_PER_SEC / 10);
		}
	}
}

/* ---- the socket ---- */

static bool set_errno_error(GError **error, const char *path)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG, "control: %s: %s",
	    path, g_strerror(errno));
	return false;
}

/* A socket that nobody listens on is in the way of a new one. */
static bool clear_stale(const char *path, GError **error)
{
	g_autoptr(GError) inner = NULL;
	g_autoptr(ControlClient) other = NULL;
	struct stat status;

	if (lstat(path, &status) != 0) {
		return true;
	}
	if (!S_ISSOCK(status.st_mode)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "control: %s: is there, and is no socket", path);
		return false;
	}
	other = control_connect(path, &inner);
	if (other != NULL ||
	    !g_error_matches(inner, ANTEROOM_ERROR, ERROR_NO)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "control: %s: somebody listens there", path);
		return false;
	}
	return unlink(path) == 0 || set_errno_error(error, path);
}

/* Everybody may connect: what he may do follows from who he is. */
static bool bind_to(int fd, const char *path, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return set_errno_error(error, path);
	}
	strcpy(address.sun_path, path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0) {
		return set_errno_error(error, path);
	}
	return true;
}

static int open_socket(const char *path, GError **error)
{
	int fd;

	if (!clear_stale(path, error)) {
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		set_errno_error(error, path);
		return -1;
	}
	if (!bind_to(fd, path, error)) {
		close(fd);
		return -1;
	}
	return fd;
}

Listener *listener_new(Control *control, const char *path, GError **error)
{
	int fd = open_socket(path, error);
	Listener *listener;

	if (fd < 0) {
		return NULL;
	}
	listener = g_new0(Listener, 1);
	listener->refs = 1;
	listener->control = control;
	listener->path = g_strdup(path);
	listener->fd = fd;
	listener->wake = eventfd(0, EFD_CLOEXEC);
	listener->clients = g_array_new(FALSE, FALSE, sizeof(int));
	g_mutex_init(&listener->lock);
	g_cond_init(&listener->gone);
	listener->thread =
	    g_thread_new("control-accept", accept_thread, listener);
	return listener;
}

/* No further requests: HOW is SHUT_RD; with SHUT_RDWR no answers, either. */
static void shut_clients(Listener *listener, int how)
{
	for (guint i = 0; i < listener->clients->len; i++) {
		shutdown(g_array_index(listener->clients, int, i), how);
	}
}

static void wait_for_clients(Listener *listener)
{
	gint64 until =
	    g_get_monotonic_time() + STOP_GRACE_S * G_TIME_SPAN_SECOND;

	g_mutex_lock(&listener->lock);
	listener->stopping = true;
	shut_clients(listener, SHUT_RD);
	while (listener->clients->len > 0 &&
	       g_cond_wait_until(&listener->gone, &listener->lock, until)) {
	}
	shut_clients(listener, SHUT_RDWR);
	while (listener->clients->len > 0) {
		g_cond_wait(&listener->gone, &listener->lock);
	}
	g_mutex_unlock(&listener->lock);
}

void listener_free(Listener *listener)
{
	guint64 one = 1;

	if (listener == NULL) {
		return;
	}
	if (write(listener->wake, &one, sizeof(one)) != sizeof(one)) {
		log_line(LOG_ERROR, "control-stop", "error", g_strerror(errno),
		    NULL);
	}
	g_thread_join(listener->thread);
	unlink(listener->path);
	close(listener->fd);
	wait_for_clients(listener);
	close(listener->wake);
	listener_unref(listener);
}
