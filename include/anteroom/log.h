/*
 * The log: one line an event, `event key=value ...`, on standard error, where
 * systemd and people read it. Values are escaped here, so that peers' text
 * can't forge a line. No subject and no text of a mail above debug.
 *
 * message, score, route, sla and conf don't log: they return errors. The mains,
 * intake, control, the committer and the courier log, once.
 */
#ifndef ANTEROOM_LOG_H
#define ANTEROOM_LOG_H

#include <glib.h>
#include <stdbool.h>

typedef enum { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG } LogLevel;

/* Lines above LEVEL are dropped. Before threads start. */
void log_set_level(LogLevel level);

/* Writes a line; after EVENT come pairs of key and value (const char *, a NULL
 * value is skipped together with its key), then NULL. Any thread. */
void log_line(LogLevel level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* A number as a value of log_line: lives until the end of the block. */
#define LOG_NUMBER(n) log_number((char[24]){0}, (n))
const char *log_number(char *buffer, gint64 n);

#endif
