/*
 * A socket read by lines and by counted bytes, and written through a buffer.
 * Both ends of the control socket use it. One thread at a time.
 */
#ifndef CONTROL_STREAM_H
#define CONTROL_STREAM_H

#include <glib.h>
#include <stdbool.h>

typedef struct Stream Stream;

typedef enum {
	STREAM_OK,
	STREAM_END,      /* the peer closed, is silent too long, or is gone */
	STREAM_TOO_LONG, /* a line beyond its limit */
} StreamStatus;

/* Takes FD over. Timeouts are the socket's. Transfer full. */
Stream *stream_new(int fd);
void stream_free(Stream *stream);

/* From now on a line, or counted bytes, must be complete within SECONDS of
 * asking, however often a byte comes. 0, as in the beginning: no such bound. */
void stream_patience(Stream *stream, guint seconds);

/* The next line without its line feed, at most MAX bytes; NUL-terminated, but
 * may hold NUL. It lives until the next call. */
StreamStatus stream_line(
    Stream *stream, gsize max, const char **line, gsize *length);

/* The next N bytes; N is bounded by the caller. Memory grows with what comes,
 * not with what was announced. They live until the next call. */
StreamStatus stream_bytes(Stream *stream, gsize n, const void **bytes);

/* Is nothing there to read, the end of the peer included? */
bool stream_is_quiet(const Stream *stream);

/* Has the peer closed its end? One that only writes no more has not. */
bool stream_is_closed(const Stream *stream);

/* Buffered. False once the peer can't be written to; it stays so. */
bool stream_write(Stream *stream, const void *bytes, gsize n);
bool stream_flush(Stream *stream);

#endif
