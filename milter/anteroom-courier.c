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
#include "program.h"

#define FINISH_S 40 /* for the letter in hand */
#define PREVIEW_BYTES (1024 * 1024)

static const Program program = {.name = "anteroom-courier",
    .flag = "--preview",
    .help = "usage: anteroom-courier [-v] [-c FILE]\n"
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
	    "Exit: 0 stopped, 2 usage or configuration, 75 try again.\n"};

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
	ProgramOptions options;
	g_autoptr(Conf) conf = NULL;
	sigset_t signals;
	int code = program_options(&program, argc, argv, &options);

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
	conf = program_conf(options.path);
	if (conf == NULL) {
		program_refuse(&program, options.path);
		return EXIT_CONFIG;
	}
	return options.flag ? preview(conf) : run(conf, &signals, argv);
}
