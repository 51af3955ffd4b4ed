/* A program of the mail server's, run within bounds. */
#ifndef DOCTOR_COMMAND_H
#define DOCTOR_COMMAND_H

#include <glib.h>

#define COMMAND_BYTES (256 * 1024) /* of its output */

/*
 * Runs ARGV (no shell; NULL-terminated; standard input is empty) for at most
 * DOCTOR_COMMAND_S. Its standard output; NULL with ERROR_NO when it failed,
 * was too slow or too long, with what it said on standard error. Transfer
 * full.
 */
char *command_run(const char *const *argv, GError **error);

#endif
