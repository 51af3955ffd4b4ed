/*
 * The web process: boot order, signals, and the way down. It opens no store
 * and listens on the loopback interface or a unix socket, behind a proxy that
 * does TLS.
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "anteroom/conf.h"
#include "anteroom/error.h"
#include "anteroom/log.h"
#include "anteroom/web.h"
#include "program.h"

static const Program program = {.name = "anteroom-web",
    .help = "usage: anteroom-web [-v] [-c FILE]\n"
	    "\n"
	    "The dashboard of Anteroom, its JSON API and metrics, in the\n"
	    "foreground. Asks the daemon; listens where web { listen } says,\n"
	    "for a proxy that does TLS.\n"
	    "\n"
	    "  -c FILE    configuration (" DEFAULT_CONF ")\n"
	    "  -v         log more\n"
	    "  --help     this text\n"
	    "  --version  the version\n"
	    "\n"
	    "SIGHUP reads the configuration anew; logins last. SIGTERM ends.\n"
	    "Exit: 0 stopped, 2 usage or configuration.\n"};

static void reload(Web *web, const char *path)
{
	g_autoptr(Conf) conf = NULL;

	sd_notify(0, "RELOADING=1");
	conf = program_conf(path);
	if (conf != NULL) {
		web_reload(web, conf);
	}
	log_line(conf != NULL ? LOG_INFO : LOG_ERROR, "reload", "result",
	    conf != NULL ? "done" : "refused: the old configuration stays",
	    NULL);
	sd_notify(0, "READY=1");
}

/* Before any thread starts: they inherit it, and the main thread waits. */
static void hold_signals(sigset_t *held)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(held);
	sigaddset(held, SIGHUP);
	sigaddset(held, SIGTERM);
	sigaddset(held, SIGINT);
	pthread_sigmask(SIG_BLOCK, held, NULL);
}

static void serve(Web *web, const char *path, const sigset_t *held)
{
	int number = 0;

	while (sigwait(held, &number) != 0 || number == SIGHUP) {
		if (number == SIGHUP) {
			reload(web, path);
		}
	}
}

int main(int argc, char **argv)
{
	ProgramOptions options;
	g_autoptr(GError) error = NULL;
	g_autoptr(Conf) conf = NULL;
	sigset_t held;
	Web *web;
	int code = program_options(&program, argc, argv, &options);

	if (code >= 0) {
		return code;
	}
	/* A thread a connection: an arena each would keep memory for ever. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
	hold_signals(&held);
	conf = program_conf(options.path);
	if (conf == NULL) {
		program_refuse(&program, options.path);
		return EXIT_CONFIG;
	}
	web = web_start(conf, &error);
	if (web == NULL) {
		fprintf(stderr, "anteroom-web: %s\n", error->message);
		return EXIT_CONFIG;
	}
	log_line(LOG_INFO, "ready", "version", ANTEROOM_VERSION, "listen",
	    conf->web_listen, NULL);
	sd_notify(0, "READY=1");
	serve(web, options.path, &held);
	sd_notify(0, "STOPPING=1");
	web_stop(web);
	log_line(LOG_INFO, "stopped", NULL);
	return EXIT_FINE;
}
