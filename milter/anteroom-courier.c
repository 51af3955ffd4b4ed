/*
 * The courier: boot order, signals, and the way down. It needs the network, and
 * so gets no store: all it knows comes through the control socket. One thread
 * works; this one waits for signals, so that none can get lost in between.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "anteroom/conf.h"
#include "anteroom/error.h"
#include "anteroom/log.h"
#include "anteroom/notify.h"
#include "anteroom/picture.h"

#define DEFAULT_CONF "/etc/anteroom/anteroom.conf"
#define FINISH_S 40 /* for the letter in hand */
#define PREVIEW_BYTES (1024 * 1024)

enum { EXIT_FINE = 0, EXIT_CONFIG = 2, EXIT_TEMPORARY = 75 };

static void help(FILE *out)
{
	fputs(
	    "usage: anteroom-courier [-v] [-c FILE]\n"
	    "\n"
	    "Takes notices and digests from the outbox of anteroomd and hands\n"
	    "them to the mail server, in the foreground.\n"
	    "\n"
	    "  -c FILE    configuration (" DEFAULT_CONF ")\n"
	    "  -v         log more\n"
	    "  --preview  make the mail of a digest's row on standard input,\n"
	    "             send nothing (anteroom digest --preview)\n"
	    "  --help     this text\n"
	    "  --version  the version\n"
	    "\n"
	    "SIGTERM finishes the letter in hand. SIGHUP starts anew with\n"
	    "what is configured now.\n"
	    "Exit: 0 stopped, 2 usage or configuration, 75 try again.\n",
	    out);
}

typedef struct {
	const char *path;
	bool preview;
} Options;

/* Returns -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, Options *options)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0) {
			help(stdout);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("anteroom-courier " ANTEROOM_VERSION);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "-v") == 0) {
			log_set_level(LOG_DEBUG);
		} else if (strcmp(argv[i], "--preview") == 0) {
			options->preview = true;
		} else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
			options->path = argv[++i];
		} else {
			fprintf(stderr,
			    "anteroom-courier: %s: not an option; see "
			    "--help\n",
			    argv[i]);
			return EXIT_CONFIG;
		}
	}
	return -1;
}

static Conf *load(const char *path)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	Conf *conf = conf_load(path, problems);

	for (guint i = 0; conf == NULL && i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);

		log_line(LOG_ERROR, "configuration", "problem", text, NULL);
	}
	return conf;
}

/* Returns the signal that ended it. */
static int serve(Courier *courier, const sigset_t *signals)
{
	int number = 0;
	GThread *thread = g_thread_new("courier", courier_run, courier);

	sd_notify(0, "READY=1");
	while (sigwait(signals, &number) != 0) {
	}
	sd_notify(0, number == SIGHUP ? "RELOADING=1" : "STOPPING=1");
	if (!courier_stop(courier, FINISH_S)) {
		log_line(LOG_WARNING, "stop", "because",
		    "a letter was not finished; it goes out again", NULL);
	}
	/* Where it waits for notices, it ends with the process. */
	g_thread_unref(thread);
	return number;
}

/* A new beginning costs nothing: all state is the daemon's. */
static int start_anew(char **argv)
{
	execv("/proc/self/exe", argv);
	perror("anteroom-courier: exec");
	return EXIT_TEMPORARY;
}

static int run(const Conf *conf, const sigset_t *signals, char **argv)
{
	g_autoptr(GError) error = NULL;
	Courier *courier = courier_new(conf, picture_png, &error);
	int number;

	if (courier == NULL) {
		fprintf(stderr, "anteroom-courier: %s\n", error->message);
		return error->code == ERROR_CONFIG ? EXIT_CONFIG
						   : EXIT_TEMPORARY;
	}
	log_line(LOG_INFO, "ready", "version", ANTEROOM_VERSION, "control",
	    conf->control_socket, NULL);
	number = serve(courier, signals);
	log_line(LOG_INFO, "stopped", "code", LOG_NUMBER(EXIT_FINE), NULL);
	return number == SIGHUP ? start_anew(argv) : EXIT_FINE;
}

/* A row is short; whatever is longer is none. */
static int preview(const Conf *conf)
{
	g_autofree char *row = g_malloc0(PREVIEW_BYTES + 1);
	g_autoptr(GError) error = NULL;

	if (fread(row, 1, PREVIEW_BYTES, stdin) == 0 ||
	    !courier_preview(conf, picture_png, row, &error)) {
		fprintf(stderr, "anteroom-courier: %s\n",
		    error != NULL ? error->message : "standard input is empty");
		return EXIT_CONFIG;
	}
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_TEMPORARY;
}

int main(int argc, char **argv)
{
	Options options = {.path = DEFAULT_CONF};
	g_autoptr(Conf) conf = NULL;
	sigset_t signals;
	int code = read_options(argc, argv, &options);

	if (code >= 0) {
		return code;
	}
	/* Before any thread: all inherit it, and sigwait gets them all. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	relay_init();
	conf = load(options.path);
	if (conf != NULL && options.preview) {
		return preview(conf);
	}
	return conf != NULL ? run(conf, &signals, argv) : EXIT_CONFIG;
}
