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

#define DEFAULT_CONF "/etc/anteroom/anteroom.conf"

enum { EXIT_FINE = 0, EXIT_CONFIG = 2, EXIT_TEMPORARY = 75 };

static void help(FILE *out)
{
	fputs(
	    "usage: anteroom-web [-v] [-c FILE]\n"
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
	    "Exit: 0 stopped, 2 usage or configuration.\n",
	    out);
}

/* Returns -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, const char **path)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0) {
			help(stdout);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("anteroom-web " ANTEROOM_VERSION);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "-v") == 0) {
			log_set_level(LOG_DEBUG);
		} else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
			*path = argv[++i];
		} else {
			fprintf(stderr,
			    "anteroom-web: %s: not an option; see --help\n",
			    argv[i]);
			return EXIT_CONFIG;
		}
	}
	return -1;
}

/* NULL: not usable; it was said. */
static Conf *load(const char *path)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	Conf *conf = conf_load(path, problems);

	conf_problems_sort(problems);
	for (guint i = 0; conf == NULL && i < problems->len; i++) {
		const ConfProblem *problem = problems->pdata[i];
		g_autofree char *text = conf_problem_text(problem);

		/* The daemon has said the warnings. */
		if (!problem->warning) {
			log_line(
			    LOG_ERROR, "configuration", "problem", text, NULL);
		}
	}
	return conf;
}

static void reload(Web *web, const char *path)
{
	g_autoptr(Conf) conf = NULL;

	sd_notify(0, "RELOADING=1");
	conf = load(path);
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
	const char *path = DEFAULT_CONF;
	g_autoptr(GError) error = NULL;
	g_autoptr(Conf) conf = NULL;
	sigset_t held;
	Web *web;
	int code = read_options(argc, argv, &path);

	if (code >= 0) {
		return code;
	}
	/* A thread a connection: an arena each would keep memory for ever. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
	hold_signals(&held);
	conf = load(path);
	if (conf == NULL) {
		fprintf(stderr,
		    "anteroom-web: configuration: not started; "
		    "`anteroom -c %s check` lists what to mend\n",
		    path);
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
	serve(web, path, &held);
	sd_notify(0, "STOPPING=1");
	web_stop(web);
	log_line(LOG_INFO, "stopped", NULL);
	return EXIT_FINE;
}
