/* The only place that turns errors into exit codes and lines on standard
 * error. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "anteroom/text.h"
#include "cli/cli.h"

#define MAX_SAID_BYTES 4000
#define EXIT_TEMPORARY                                        \
	75 /* EX_TEMPFAIL of sysexits.h: mail servers know it \
	    */

typedef struct {
	ErrorCode error;
	int code;
	int mail; /* for a message that was handed to us */
} ExitCode;

static const ExitCode codes[] = {
    {ERROR_NO, 1, EXIT_TEMPORARY},
    {ERROR_USAGE, 2, 2},
    {ERROR_CONFIG, 2, EXIT_TEMPORARY},
    {ERROR_DENIED, 2, EXIT_TEMPORARY},
    {ERROR_TEMPORARY, EXIT_TEMPORARY, EXIT_TEMPORARY},
    {ERROR_FATAL, EXIT_TEMPORARY, EXIT_TEMPORARY},
    {ERROR_ABSENT, 1, EXIT_TEMPORARY},
};

static void say(const GError *error)
{
	g_autofree char *text = text_one_line(
	    error->message, strlen(error->message), MAX_SAID_BYTES);

	fflush(stdout);
	fprintf(stderr, "anteroom: %s\n", text);
}

/* What ERROR leads to; an error that isn't ours may pass. */
static ExitCode find(const GError *error)
{
	static const ExitCode other = {
	    ERROR_TEMPORARY, EXIT_TEMPORARY, EXIT_TEMPORARY};

	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
		if (g_error_matches(
			error, ANTEROOM_ERROR, (int)codes[i].error)) {
			return codes[i];
		}
	}
	return other;
}

int exit_say(const GError *error)
{
	if (error == NULL) {
		return 0;
	}
	say(error);
	return find(error).code;
}

int exit_say_mail(const GError *error)
{
	if (error == NULL) {
		return 0;
	}
	say(error);
	return find(error).mail;
}

void exit_say_problems(GPtrArray *problems)
{
	conf_problems_sort(problems);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);
		g_autofree char *safe =
		    text_one_line(text, strlen(text), MAX_SAID_BYTES);

		fprintf(stderr, "%s\n", safe);
	}
}

bool exit_flush(GError **error)
{
	if (fflush(stdout) == 0 && !ferror(stdout)) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
	    "standard output: %s", g_strerror(errno));
	return false;
}
