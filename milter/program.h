/* What the programs that run in the foreground have alike at their start. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"

#define DEFAULT_CONF "/etc/anteroom/anteroom.conf"

enum { EXIT_FINE = 0, EXIT_CONFIG = 2, EXIT_TEMPORARY = 75 };

typedef struct {
	const char *name; /* "anteroomd" */
	const char *help; /* what --help prints */
	const char *flag; /* an option of its own, "--preview"; NULL: none */
} Program;

typedef struct {
	const char *path; /* of the configuration */
	bool flag;        /* the program's own was given */
} ProgramOptions;

/* Reads -c, -v, --help, --version and the flag of PROGRAM, which OPTIONS take.
 * Returns -1 to go on, else the exit code; what was to be said is said. */
int program_options(
    const Program *program, int argc, char **argv, ProgramOptions *options);

/* Logs PROBLEMS in their order, one line EVENT each; warnings if WARNINGS. */
void program_tell(const char *event, GPtrArray *problems, bool warnings);

/* Loads the configuration for a program that asks the daemon. NULL: not usable,
 * and the log says why; warnings are the daemon's to tell. Transfer full. */
Conf *program_conf(const char *path);

/* Says on standard error that PROGRAM didn't start for its configuration. */
void program_refuse(const Program *program, const char *path);

#endif
