/*
 * HTTP [libmicrohttpd]: a thread a connection, so that whoever waits for the
 * daemon, or reads slowly, waits for himself alone. All that is known about
 * HTTP is here; what pages are is in dispatch.c.
 */
#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/log.h"
#include "web/head.h"

#define THREAD_STACK_BYTES (256 * 1024)
#define STREAM_BLOCK_BYTES 4096

struct Server {
	Web *web;
	struct MHD_Daemon *daemon;
	Deadlines *deadlines;
	char *unix_path; /* NULL: none */
};

/* One request while it comes in. */
typedef struct {
	char *uri;     /* raw */
	GString *body; /* NULL until the head was seen */
} Incoming;

/* ---- answering ---- */

static const struct {
	const char *name, *value;
} everywhere[] = {
    {"Content-Security-Policy",
	"default-src 'none'; style-src 'self'; script-src 'self'; "
	"img-src 'self'; connect-src 'self'; form-action 'self'; "
	"base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    /* By "no-referrer" browsers would also hide where a form comes from. */
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy",
	"camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
	"interest-cohort=()"},
    {"X-Robots-Tag", "noindex, nofollow"},
};

static void add(
    struct MHD_Response *response, const char *name, const char *value)
{
	if (value != NULL) {
		MHD_add_response_header(response, name, value);
	}
}

static void add_fields(struct MHD_Response *response, const WebReply *reply)
{
	g_autofree char *retry = NULL;
	g_autofree char *disposition = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(everywhere); i++) {
		add(response, everywhere[i].name, everywhere[i].value);
	}
	add(response, "Content-Type", reply->type);
	add(response, "Cache-Control",
	    reply->cache == CACHE_ASSET ? "public, max-age=31536000, immutable"
					: "no-store");
	add(response, "ETag", reply->etag);
	add(response, "Location", reply->location);
	add(response, "Set-Cookie", reply->cookie);
	if (reply->status == 401) {
		add(response, "WWW-Authenticate", "Bearer realm=\"Anteroom\"");
	}
	if (reply->status == 405) {
		add(response, "Allow", "GET, HEAD, POST");
	}
	if (reply->retry_s > 0) {
		retry = g_strdup_printf("%u", reply->retry_s);
		add(response, "Retry-After", retry);
	}
	if (reply->filename != NULL) {
		disposition = g_strdup_printf(
		    "attachment; filename=\"%s\"", reply->filename);
		add(response, "Content-Disposition", disposition);
	}
}

/* A stream that is read block by block. */
typedef struct {
	WebStream next;
	gpointer data;
	GDestroyNotify free;
	GString *ready; /* not yet handed out from `start` on */
	gsize start;
} Streaming;

static ssize_t stream_read(void *data, uint64_t at, char *buffer, size_t most)
{
	Streaming *streaming = data;
	gsize n;

	(void)at;
	if (streaming->start == streaming->ready->len) {
		g_string_truncate(streaming->ready, 0);
		streaming->start = 0;
		if (!streaming->next(streaming->data, streaming->ready) ||
		    streaming->ready->len == 0) {
			return MHD_CONTENT_READER_END_OF_STREAM;
		}
	}
	n = MIN(most, streaming->ready->len - streaming->start);
	memcpy(buffer, streaming->ready->str + streaming->start, n);
	streaming->start += n;
	return (ssize_t)n;
}

static void streaming_free(void *data)
{
	Streaming *streaming = data;

	streaming->free(streaming->data);
	g_string_free(streaming->ready, TRUE);
	g_free(streaming);
}

static struct MHD_Response *make_response(WebReply *reply)
{
	Streaming *streaming;
	gsize n;

	if (reply->stream != NULL) {
		streaming = g_new0(Streaming, 1);
		streaming->next = reply->stream;
		streaming->data = reply->stream_data;
		streaming->free = g_steal_pointer(&reply->stream_free);
		streaming->ready = g_string_new(NULL);
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
		    STREAM_BLOCK_BYTES, stream_read, streaming, streaming_free);
	}
	if (reply->bytes != NULL) {
		return MHD_create_response_from_buffer(reply->n_bytes,
		    (void *)(guintptr)reply->bytes, MHD_RESPMEM_PERSISTENT);
	}
	if (reply->body == NULL) {
		reply->body = g_string_new(NULL);
	}
	n = reply->body->len;
	return MHD_create_response_from_buffer(n,
	    g_string_free(g_steal_pointer(&reply->body), FALSE),
	    MHD_RESPMEM_MUST_FREE);
}

static Deadline *deadline_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static void give(Server *server, struct MHD_Connection *connection, guint s)
{
	Deadline *deadline = deadline_of(connection);

	if (deadline != NULL) {
		deadline_set(server->deadlines, deadline, s);
	}
}

static enum MHD_Result answer(
    Server *server, struct MHD_Connection *connection, WebReply *reply)
{
	bool stream = reply->stream != NULL;
	struct MHD_Response *response = make_response(reply);
	enum MHD_Result result;

	if (response == NULL) {
		reply_clear(reply);
		return MHD_NO;
	}
	add_fields(response, reply);
	give(server, connection,
	    stream ? LIMIT_WEB_STREAM_S : LIMIT_WEB_REPLY_S);
	result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	reply_clear(reply);
	return result;
}

/* Of what is refused unread: nobody knows where the next request begins. */
static enum MHD_Result refuse(
    Server *server, struct MHD_Connection *connection, guint status)
{
	WebRequest nobody = {.api = true};
	WebReply reply = {0};
	struct MHD_Response *response;
	enum MHD_Result result;

	reply_problem(
	    &nobody, &reply, status, "The request is not well-formed.");
	response = make_response(&reply);
	if (response == NULL) {
		return MHD_NO;
	}
	add_fields(response, &reply);
	add(response, "Connection", "close");
	give(server, connection, LIMIT_WEB_REPLY_S);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	reply_clear(&reply);
	return result;
}

/* ---- reading ---- */

static enum MHD_Result each_field(
    void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	head_field(data, name, value);
	return MHD_YES;
}

static Head *read_head(struct MHD_Connection *connection)
{
	Head *head = head_new();

	MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, each_field, head);
	return head;
}

/* Transfer full. */
static char *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address =
	    info != NULL ? info->client_addr : NULL;
	char text[INET6_ADDRSTRLEN] = "";

	if (address != NULL && address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	} else if (address != NULL && address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	}
	return g_strdup(*text != '\0' ? text : "unix");
}

static enum MHD_Result serve(Server *server, struct MHD_Connection *connection,
    const char *method, const Incoming *incoming)
{
	g_autoptr(Head) head = read_head(connection);
	g_autoptr(Conf) conf = web_conf(server->web);
	g_autofree char *peer = peer_of(connection);
	g_autofree char *path =
	    g_strndup(incoming->uri, strcspn(incoming->uri, "?"));
	const char *query = incoming->uri + strlen(path);
	WebReply reply = {0};
	WebInput input = {.method = method,
	    .path = path,
	    .query = *query == '?' ? query + 1 : "",
	    .body = incoming->body->str,
	    .n_body = incoming->body->len,
	    .content_type = head_get(head, "Content-Type"),
	    .host = head_get(head, "Host"),
	    .origin = head_get(head, "Origin"),
	    .fetch_site = head_get(head, "Sec-Fetch-Site"),
	    .fetch_mode = head_get(head, "Sec-Fetch-Mode"),
	    .by_itself = head_get(head, "X-By-Itself") != NULL,
	    .cookie = head_get(head, "Cookie"),
	    .authorization = head_get(head, "Authorization"),
	    .csrf = head_get(head, "X-CSRF-Token"),
	    .forwarded_for = head_last(head, "X-Forwarded-For"),
	    .language = head_get(head, "Accept-Language"),
	    .if_none_match = head_get(head, "If-None-Match"),
	    .peer = peer};

	/* It is all here: what the daemon takes now isn't the peer's fault. */
	give(server, connection, LIMIT_WEB_REPLY_S);
	if (*conf->web_user_header != '\0') {
		input.proxy_user = head_get(head, conf->web_user_header);
	}
	if (input.host == NULL) {
		input.host = "";
	}
	web_dispatch(server->web, &input, &reply);
	return answer(server, connection, &reply);
}

/* Called once for the head, then for each piece of the body, then once more.
 */
static enum MHD_Result on_request(void *data, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload, size_t *n_upload, void **context)
{
	Server *server = data;
	Incoming *incoming = *context;
	g_autoptr(Head) head = NULL;
	guint wrong;

	(void)url;
	if (incoming == NULL) {
		return MHD_NO;
	}
	if (incoming->body == NULL) {
		incoming->body = g_string_new(NULL);
		give(server, connection, LIMIT_WEB_BODY_S);
		head = read_head(connection);
		wrong = head_wrong(head, strcmp(version, "HTTP/1.0") != 0,
		    strcmp(method, "POST") == 0);
		return wrong == 0 ? MHD_YES : refuse(server, connection, wrong);
	}
	if (*n_upload > 0) {
		if (incoming->body->len + *n_upload > LIMIT_WEB_BODY_BYTES) {
			return MHD_NO;
		}
		g_string_append_len(incoming->body, upload, (gssize)*n_upload);
		*n_upload = 0;
		return MHD_YES;
	}
	return serve(server, connection, method, incoming);
}

/* The address before anything is unescaped. */
static void *on_uri(
    void *data, const char *uri, struct MHD_Connection *connection)
{
	Incoming *incoming = g_new0(Incoming, 1);

	(void)data;
	(void)connection;
	incoming->uri = g_strdup(uri);
	return incoming;
}

static void on_completed(void *data, struct MHD_Connection *connection,
    void **context, enum MHD_RequestTerminationCode code)
{
	Incoming *incoming = *context;

	(void)code;
	give(data, connection, LIMIT_WEB_HEAD_S);
	if (incoming != NULL) {
		g_free(incoming->uri);
		if (incoming->body != NULL) {
			g_string_free(incoming->body, TRUE);
		}
		g_free(incoming);
		*context = NULL;
	}
}

static void on_connection(void *data, struct MHD_Connection *connection,
    void **context, enum MHD_ConnectionNotificationCode code)
{
	Server *server = data;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(
		    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*context = deadline_begin(server->deadlines,
		    info != NULL ? info->connect_fd : -1, LIMIT_WEB_HEAD_S);
	} else if (*context != NULL) {
		deadline_end(server->deadlines, *context);
		*context = NULL;
	}
}

/* What the library says of a peer's bytes is of use to nobody. */
static void on_log(void *data, const char *format, va_list words)
{
	(void)data;
	(void)format;
	(void)words;
}

/* ---- starting ---- */

static struct MHD_Daemon *start(Server *server, int fd)
{
	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
				    MHD_USE_THREAD_PER_CONNECTION |
				    MHD_USE_POLL | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
	    on_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_WEB_CONNECTIONS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)LIMIT_WEB_HEAD_BYTES * 2, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)LIMIT_WEB_REPLY_S, MHD_OPTION_THREAD_STACK_SIZE,
	    (size_t)THREAD_STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_END);
}

Server *server_start(Web *web, const char *listen, GError **error)
{
	int fd = server_listen(listen, error);
	Server *server;

	if (fd < 0) {
		return NULL;
	}
	server = g_new0(Server, 1);
	server->web = web;
	server->deadlines = deadlines_new();
	if (g_str_has_prefix(listen, "unix:")) {
		server->unix_path = g_strdup(listen + strlen("unix:"));
	}
	server->daemon = start(server, fd);
	if (server->daemon == NULL) {
		close(fd);
		server_stop(server);
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "listen: %s: no server there", listen);
		return NULL;
	}
	return server;
}

void server_stop(Server *server)
{
	if (server == NULL) {
		return;
	}
	if (server->daemon != NULL) {
		MHD_stop_daemon(server->daemon);
	}
	deadlines_free(server->deadlines);
	if (server->unix_path != NULL) {
		unlink(server->unix_path);
		g_free(server->unix_path);
	}
	g_free(server);
}
