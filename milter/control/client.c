/* The asking side of the control socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "control/internal.h"
#include "control/stream.h"

/* A whole case with its timeline may be long; a daemon is trusted that far. */
#define MAX_ANSWER_BYTES (256 * 1024 * 1024)
#define ROW_BEGIN "{\"row\":"

/* How long a daemon may be silent before it is asked whether it lives. */
#define SILENCE_S 10

struct ControlClient {
	Stream *stream;
	char *path;
};

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int saved;

	if (fd < 0) {
		return -1;
	}
	if (strlen(path) >= sizeof(address.sun_path)) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		return fd;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static ErrorCode code_of_errno(int why)
{
	switch (why) {
	case ENOENT:
	case ECONNREFUSED:
	case ENOTSOCK:
		return ERROR_NO;
	case EACCES:
	case EPERM:
		return ERROR_DENIED;
	case ENAMETOOLONG:
		return ERROR_CONFIG;
	default:
		return ERROR_TEMPORARY;
	}
}

static void set_patience(int fd)
{
	const struct timeval silent = {.tv_sec = SILENCE_S};
	const struct timeval deaf = {.tv_sec = LIMIT_CONTROL_IDLE_S};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silent, sizeof(silent));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deaf, sizeof(deaf));
}

ControlClient *control_connect(const char *path, GError **error)
{
	int fd = connect_to(path);
	ControlClient *client;

	if (fd < 0) {
		int why = errno;

		g_set_error(error, ANTEROOM_ERROR, (int)code_of_errno(why),
		    "control: %s: %s", path, g_strerror(why));
		return NULL;
	}
	set_patience(fd);
	client = g_new0(ControlClient, 1);
	client->stream = stream_new(fd);
	client->path = g_strdup(path);
	return client;
}

void control_client_free(ControlClient *client)
{
	if (client != NULL) {
		stream_free(client->stream);
		g_free(client->path);
		g_free(client);
	}
}

bool control_is_quiet(const ControlClient *client)
{
	return stream_is_quiet(client->stream);
}

static bool went_away(GError **error)
{
	g_set_error_literal(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
	    "control: the daemon went away");
	return false;
}

static char *request_line(const ControlRequest *request)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_string(json, "command", request->command);
	if (request->args != NULL) {
		json_value(json, "args", request->args);
	}
	if (request->user != NULL) {
		json_string(json, "as", request->user);
	}
	if (request->login != NULL) {
		json_string(json, "login", request->login);
	}
	if (request->n_bytes > 0) {
		json_int(json, "bytes", (gint64)request->n_bytes);
		json_bool(json, "truncated", request->truncated);
	}
	json_end_object(json);
	text = json_text(json);
	return g_strconcat(text, "\n", NULL);
}

bool control_send(
    ControlClient *client, const ControlRequest *request, GError **error)
{
	g_autofree char *line = request_line(request);

	if (strlen(line) > LIMIT_REQUEST_BYTES) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "control: too many words for one request");
		return false;
	}
	/* Whoever is refused finds the socket closed while he writes, but the
	 * reason waits to be read. */
	if (stream_write(client->stream, line, strlen(line)) &&
	    stream_write(client->stream, request->bytes, request->n_bytes)) {
		stream_flush(client->stream);
	}
	return true;
}

/* The end of an answer. */
static bool receive_end(
    const char *line, gsize length, bool *broken, GError **error)
{
	g_autoptr(JsonValue) value = json_parse(line, length, NULL);
	const JsonValue *end = json_get(value, "end");
	const char *code = json_get_string(end, "code");
	const char *why = json_get_string(end, "error");

	if (code == NULL) {
		*broken = true;
		return went_away(error);
	}
	*broken = false;
	if (strcmp(code, "done") == 0) {
		return true;
	}
	g_set_error_literal(error, ANTEROOM_ERROR,
	    (int)error_code_of_word(code), why != NULL ? why : code);
	return false;
}

/* Some commands take their time, so silence says nothing; but one who asks in
 * between, whatever it is, hears at once. */
static bool is_alive(const char *path)
{
	static const char question[] = "{\"v\":1,\"command\":\"?\"}\n";
	int fd = connect_to(path);
	char answer;
	bool alive;

	if (fd < 0) {
		return false;
	}
	set_patience(fd);
	alive = send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL) > 0 &&
		recv(fd, &answer, 1, 0) == 1;
	close(fd);
	return alive;
}

/* A line of the answer; false with an error when none comes any more. */
static bool next_line(
    ControlClient *client, const char **line, gsize *length, GError **error)
{
	for (;;) {
		errno = 0;
		if (stream_line(client->stream, MAX_ANSWER_BYTES, line,
			length) == STREAM_OK) {
			return true;
		}
		if (errno != EAGAIN) {
			return went_away(error);
		}
		if (!is_alive(client->path)) {
			g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
			    "control: %s: the daemon doesn't answer",
			    client->path);
			return false;
		}
	}
}

bool control_receive(ControlClient *client, ControlRow row, gpointer data,
    bool *broken, GError **error)
{
	const gsize begin = strlen(ROW_BEGIN);
	const char *line;
	gsize length;

	*broken = true;
	for (;;) {
		if (!next_line(client, &line, &length, error)) {
			return false;
		}
		/* Rows are handed on unparsed: most are only printed. */
		if (length <= begin || !g_str_has_prefix(line, ROW_BEGIN)) {
			return receive_end(line, length, broken, error);
		}
		if (!row(line + begin, length - begin - 1, data)) {
			g_set_error_literal(error, ANTEROOM_ERROR,
			    ERROR_TEMPORARY, "control: broken off");
			return false;
		}
	}
}
