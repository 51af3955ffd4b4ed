/*
 * One error domain for everything that is ours. The code says what a caller
 * can do about it, not where it came from; the message is complete enough to
 * be logged as it is and is prefixed on the way up (g_prefix_error).
 *
 * Only two places translate a code: intake/verdict.c (what the mail server is
 * told) and cli/exit.c (the exit code of a shell command).
 */
#ifndef ANTEROOM_ERROR_H
#define ANTEROOM_ERROR_H

#include <glib.h>

#define ANTEROOM_ERROR (anteroom_error_quark())

typedef enum {
	ERROR_NO,        /* the answer is no: not found, or state forbids it */
	ERROR_USAGE,     /* the caller's words are wrong */
	ERROR_CONFIG,    /* configuration or rule pack is wrong */
	ERROR_DENIED,    /* the caller may not do this */
	ERROR_TEMPORARY, /* busy or full: the same call may work later */
	ERROR_FATAL,     /* this process can't go on: restart and reopen */
	ERROR_ABSENT,    /* what it is about isn't there, for the caller */
} ErrorCode;

/* The domain. Any thread. */
GQuark anteroom_error_quark(void);

#endif
