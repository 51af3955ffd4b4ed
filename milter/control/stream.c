/* A buffered socket. Knows nothing of requests. */
#include "control/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)
#define WRITE_BYTES (64 * 1024)

/* Invariant: start <= in->len; in[0..start) was handed out already. */
struct Stream {
	int fd;
	GByteArray *in;
	gsize start;
	GByteArray *out;
	gint64 patience_us; /* 0 = endless */
	bool broken;
};

Stream *stream_new(int fd)
{
	Stream *stream = g_new0(Stream, 1);

	stream->fd = fd;
	stream->in = g_byte_array_new();
	stream->out = g_byte_array_new();
	return stream;
}

void stream_free(Stream *stream)
{
	if (stream != NULL) {
		close(stream->fd);
		g_byte_array_unref(stream->in);
		g_byte_array_unref(stream->out);
		g_free(stream);
	}
}

void stream_patience(Stream *stream, guint seconds)
{
	stream->patience_us = (gint64)seconds * G_USEC_PER_SEC;
}

static void forget_used(Stream *stream)
{
	if (stream->start > 0) {
		g_byte_array_remove_range(stream->in, 0, (guint)stream->start);
		stream->start = 0;
	}
}

/* Until when what is asked for now must be there. */
static gint64 patience_until_us(const Stream *stream)
{
	return stream->patience_us > 0
		   ? g_get_monotonic_time() + stream->patience_us
		   : G_MAXINT64;
}

/* Reads what is there; false at the end, after UNTIL_US, or when the peer is
 * silent for as long as the socket's timeout. */
static bool read_more(Stream *stream, gint64 until_us)
{
	guint8 buffer[READ_BYTES];
	ssize_t n;

	if (g_get_monotonic_time() > until_us) {
		return false;
	}
	do {
		n = recv(stream->fd, buffer, sizeof(buffer), 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0) {
		return false;
	}
	g_byte_array_append(stream->in, buffer, (guint)n);
	return true;
}

StreamStatus stream_line(
    Stream *stream, gsize max, const char **line, gsize *length)
{
	gint64 until_us = patience_until_us(stream);
	gsize seen = 0;

	for (;;) {
		guint8 *data = stream->in->data + stream->start;
		gsize have = stream->in->len - stream->start;
		guint8 *end =
		    have > seen ? memchr(data + seen, '\n', have - seen) : NULL;

		if (end != NULL && (gsize)(end - data) <= max) {
			*end = '\0';
			*line = (const char *)data;
			*length = (gsize)(end - data);
			stream->start += *length + 1;
			return STREAM_OK;
		}
		if (have > max) {
			return STREAM_TOO_LONG;
		}
		seen = have;
		/* Only now: moving the rest for each line costs more. */
		forget_used(stream);
		if (!read_more(stream, until_us)) {
			return STREAM_END;
		}
	}
}

StreamStatus stream_bytes(Stream *stream, gsize n, const void **bytes)
{
	gint64 until_us = patience_until_us(stream);

	forget_used(stream);
	while (stream->in->len < n) {
		if (!read_more(stream, until_us)) {
			return STREAM_END;
		}
	}
	*bytes = stream->in->data;
	stream->start = n;
	return STREAM_OK;
}

bool stream_is_quiet(const Stream *stream)
{
	struct pollfd wait = {.fd = stream->fd, .events = POLLIN | POLLRDHUP};

	return stream->start == stream->in->len && poll(&wait, 1, 0) == 0;
}

bool stream_is_closed(const Stream *stream)
{
	struct pollfd look = {.fd = stream->fd};

	return poll(&look, 1, 0) > 0 &&
	       (look.revents & (POLLHUP | POLLERR)) != 0;
}

static bool send_all(Stream *stream, const guint8 *bytes, gsize n)
{
	while (n > 0 && !stream->broken) {
		ssize_t sent = send(stream->fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			stream->broken = true;
			break;
		}
		bytes += sent;
		n -= (gsize)sent;
	}
	return !stream->broken;
}

bool stream_flush(Stream *stream)
{
	bool sent = send_all(stream, stream->out->data, stream->out->len);

	g_byte_array_set_size(stream->out, 0);
	return sent;
}

bool stream_write(Stream *stream, const void *bytes, gsize n)
{
	if (stream->broken) {
		return false;
	}
	if (stream->out->len + n > WRITE_BYTES && !stream_flush(stream)) {
		return false;
	}
	if (n > WRITE_BYTES) {
		return send_all(stream, bytes, n);
	}
	g_byte_array_append(stream->out, bytes, (guint)n);
	return true;
}
