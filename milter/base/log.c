/*
 * The log: one line an event on standard error, written by one write(2) so
 * that lines of several threads don't mix. The level is the program's only
 * global state.
 */
#include "anteroom/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "anteroom/text.h"

#define VALUE_BYTES 2000

static gint max_level = LOG_INFO;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_set_level(LogLevel level)
{
	g_atomic_int_set(&max_level, (gint)level);
}

const char *log_number(char *buffer, gint64 n)
{
	snprintf(buffer, 24, "%" G_GINT64_FORMAT, n);
	return buffer;
}

static bool is_plain(const char *value)
{
	return value[0] != '\0' && strpbrk(value, " \"=\\") == NULL;
}

static void append_value(GString *line, const char *value)
{
	g_autofree char *shown =
	    text_one_line(value, strlen(value), VALUE_BYTES);

	if (is_plain(shown)) {
		g_string_append(line, shown);
		return;
	}
	g_string_append_c(line, '"');
	for (const char *p = shown; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			g_string_append_c(line, '\\');
		}
		g_string_append_c(line, *p);
	}
	g_string_append_c(line, '"');
}

void log_line(LogLevel level, const char *event, ...)
{
	g_autoptr(GString) line = NULL;
	const char *key;
	va_list ap;

	if ((gint)level > g_atomic_int_get(&max_level)) {
		return;
	}
	line = g_string_sized_new(200);
	if (level != LOG_INFO) {
		g_string_append_printf(line, "%s: ", level_names[level]);
	}
	g_string_append(line, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		if (value != NULL) {
			g_string_append_printf(line, " %s=", key);
			append_value(line, value);
		}
	}
	va_end(ap);
	g_string_append_c(line, '\n');
	/* A log that can't be written has nobody to tell. */
	if (write(STDERR_FILENO, line->str, line->len) < 0) {
		return;
	}
}
