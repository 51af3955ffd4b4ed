/* Starts, reads both outputs, reaps. What doesn't end in time is killed with
 * all that it started. */
#include "doctor/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/text.h"
#include "doctor/internal.h"

#define SAID_BYTES 300
#define REAP_US 5000

typedef struct {
	GPid pid;
	int fds[2]; /* standard output and error; -1: at its end */
	GString *texts[2];
	gint64 end_us;
	const char *why; /* it was broken off; NULL */
} Running;

/* So that children of the program's go with it. */
static void lead_group(gpointer data)
{
	(void)data;
	setpgid(0, 0);
}

static bool start(Running *running, const char *const *argv, GError **error)
{
	return g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, NULL,
	    G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL, &running->pid, NULL,
	    &running->fds[0], &running->fds[1], error);
}

static void read_some(Running *running, int which)
{
	char bytes[4096];
	ssize_t n = read(running->fds[which], bytes, sizeof bytes);

	if (n > 0) {
		g_string_append_len(running->texts[which], bytes, n);
		if (running->texts[which]->len > COMMAND_BYTES) {
			running->why = "says too much";
		}
	} else if (n == 0 || errno != EINTR) {
		close(running->fds[which]);
		running->fds[which] = -1;
	}
}

static void listen_to(Running *running)
{
	while (running->why == NULL &&
	       (running->fds[0] >= 0 || running->fds[1] >= 0)) {
		struct pollfd ready[2] = {
		    {running->fds[0], POLLIN, 0}, {running->fds[1], POLLIN, 0}};
		gint64 left_us = running->end_us - g_get_monotonic_time();

		if (left_us <= 0) {
			running->why = "takes too long";
			return;
		}
		if (poll(ready, 2, (int)(left_us / 1000) + 1) <= 0) {
			continue;
		}
		for (int i = 0; i < 2; i++) {
			if (ready[i].revents != 0) {
				read_some(running, i);
			}
		}
	}
}

/* Waits for its end, and not at all once it is killed in vain. */
static int reap(Running *running)
{
	gint64 end_us = running->end_us + G_USEC_PER_SEC;
	bool killed = false;
	int status = -1;

	while (waitpid(running->pid, &status, WNOHANG) == 0 &&
	       g_get_monotonic_time() < end_us) {
		if (!killed && (running->why != NULL ||
				   g_get_monotonic_time() >= running->end_us)) {
			kill(-running->pid, SIGKILL);
			kill(running->pid, SIGKILL);
			killed = true;
		}
		g_usleep(REAP_US);
	}
	return status;
}

/* Has it ended well? */
static bool judge(
    const Running *running, const char *program, int status, GError **error)
{
	g_autofree char *said = text_one_line(
	    running->texts[1]->str, running->texts[1]->len, SAID_BYTES);

	if (running->why == NULL && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0) {
		return true;
	}
	g_strstrip(said);
	g_set_error(error, ANTEROOM_ERROR, ERROR_NO, "%s: %s", program,
	    running->why != NULL ? running->why
	    : *said != '\0'      ? said
				 : "failed");
	return false;
}

char *command_run(const char *const *argv, GError **error)
{
	Running running = {.fds = {-1, -1},
	    .end_us =
		g_get_monotonic_time() + DOCTOR_COMMAND_S * G_USEC_PER_SEC};
	char *output = NULL;

	if (!start(&running, argv, error)) {
		return NULL;
	}
	running.texts[0] = g_string_new(NULL);
	running.texts[1] = g_string_new(NULL);
	listen_to(&running);
	if (judge(&running, argv[0], reap(&running), error)) {
		output = g_utf8_make_valid(
		    running.texts[0]->str, (gssize)running.texts[0]->len);
	}
	for (int i = 0; i < 2; i++) {
		if (running.fds[i] >= 0) {
			close(running.fds[i]);
		}
		g_string_free(running.texts[i], TRUE);
	}
	return output;
}
