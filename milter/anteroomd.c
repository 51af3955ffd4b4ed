/*
 * The daemon: boot order, signals, and the way down. The filter, the store and
 * the control socket run in threads of their own; this one only waits.
 *
 * It runs in the foreground and never forks: libmilter, GLib and the store all
 * start threads or hold locks that a fork would break.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "anteroom/cases.h"
#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/facts.h"
#include "anteroom/intake.h"
#include "anteroom/log.h"
#include "anteroom/message.h"
#include "anteroom/notice.h"
#include "anteroom/setup.h"
#include "anteroom/ticker.h"
#include "anteroom/times.h"
#include "program.h"

#define DRAIN_S 20 /* below the service manager's patience */

/* Signal handlers have no argument: what they touch must be global. They set a
 * bit and wake the main thread. */
enum { WANT_RELOAD = 1, WANT_STOP = 2, WANT_FAIL = 4 };
static volatile sig_atomic_t wake_fd = -1;
static gint wanted;
static Poison *guarded; /* while messages are read */

static void want(gint what)
{
	const guint64 one = 1;
	int saved = errno;

	g_atomic_int_or(&wanted, (guint)what);
	if (write(wake_fd, &one, sizeof one) < 0) {
		/* The counter is full: the main thread is awake anyway. */
	}
	errno = saved;
}

static void on_signal(int number)
{
	want(number == SIGHUP || number == SIGUSR1 ? WANT_RELOAD : WANT_STOP);
}

/* What it is about is known by what was being read. */
static void on_crash(int number)
{
	Poison *poison = g_atomic_pointer_get(&guarded);

	if (poison != NULL) {
		poison_crashed(poison);
	}
	raise(number); /* with its default, as soon as this returns */
}

/* Not where a sanitizer does already. */
static void catch_crashes(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

	for (gsize i = 0; i < G_N_ELEMENTS(crashes); i++) {
		struct sigaction action = {
		    .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
		struct sigaction before;

		if (sigaction(crashes[i], NULL, &before) == 0 &&
		    before.sa_handler == SIG_DFL) {
			sigaction(crashes[i], &action, NULL);
		}
	}
}

static void on_failure(gpointer data)
{
	(void)data;
	want(WANT_FAIL);
}

static const Program program = {.name = "anteroomd",
    .help = "usage: anteroomd [-v] [-c FILE]\n"
	    "\n"
	    "The mail filter of Anteroom, its store and its clock, in the\n"
	    "foreground.\n"
	    "\n"
	    "  -c FILE    configuration (" DEFAULT_CONF ")\n"
	    "  -v         log more\n"
	    "  --help     this text\n"
	    "  --version  the version\n"
	    "\n"
	    "SIGHUP reloads configuration and rules: they are checked first,\n"
	    "and the old ones stay if anything is wrong. SIGTERM finishes\n"
	    "the messages in flight.\n"
	    "Exit: 0 stopped, 2 usage or configuration, 75 try again.\n"};

typedef struct {
	SetupSlot *slot;
	Store *store;
	Poison *poison;
	Ticker *ticker;
	Meter *meter;
	Control *control;
	Intake *intake;
} Daemon;

static bool catch_signals(void)
{
	static const int caught[] = {SIGHUP, SIGUSR1, SIGTERM, SIGINT};
	struct sigaction action = {.sa_handler = on_signal};

	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0) {
		return false;
	}
	signal(SIGPIPE, SIG_IGN);
	catch_crashes();
	for (gsize i = 0; i < G_N_ELEMENTS(caught); i++) {
		sigaction(caught[i], &action, NULL);
	}
	return true;
}

static int exit_of(const GError *error)
{
	return g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG)
		   ? EXIT_CONFIG
		   : EXIT_TEMPORARY;
}

static bool load(Daemon *daemon, const char *path)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	Setup *setup = setup_load(path, problems);

	program_tell("configuration", problems, true);
	if (setup == NULL) {
		program_refuse(&program, path);
		return false;
	}
	if (!ruleset_jit(setup->rules)) {
		log_line(LOG_WARNING, "rules", "jit", "no", "because",
		    "this process may not make code; rules match slower", NULL);
	}
	daemon->slot = setup_slot_new(setup);
	return true;
}

static bool open_doors(Daemon *daemon, GError **error)
{
	g_autoptr(Setup) setup = setup_slot_get(daemon->slot);
	const Conf *conf = setup->conf;
	PoisonGuard guard;

	daemon->store = store_open(conf->store_path, conf->store_bytes, error);
	if (daemon->store == NULL) {
		g_prefix_error(error, "store: ");
		return false;
	}
	store_set_webhooks(daemon->store, setup->conf);
	store_keep_facts(daemon->store);
	daemon->poison = poison_open(conf->store_path, times_now_s(), error);
	if (daemon->poison == NULL) {
		return false;
	}
	g_atomic_pointer_set(&guarded, daemon->poison);
	daemon->ticker = ticker_new(daemon->slot, daemon->store, error);
	if (daemon->ticker == NULL) {
		return false;
	}
	poison_guard(daemon->poison, &guard);
	daemon->meter = meter_new();
	daemon->control = control_new(daemon->slot, daemon->store);
	control_guard(daemon->control, &guard);
	control_meter(daemon->control, daemon->meter);
	daemon->intake = intake_new(daemon->slot, daemon->store);
	intake_guard(daemon->intake, &guard);
	intake_meter(daemon->intake, daemon->meter);
	intake_on_failure(daemon->intake, on_failure, NULL);
	if (!intake_start(daemon->intake, error)) {
		g_prefix_error(error, "milter: ");
		return false;
	}
	if (!control_listen(daemon->control, conf->control_socket, error)) {
		g_prefix_error(error, "control: ");
		return false;
	}
	return true;
}

static void reload(Daemon *daemon)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	bool fine;

	sd_notify(0, "RELOADING=1");
	fine = setup_slot_reload(daemon->slot, problems);
	program_tell("reload", problems, true);
	if (fine) {
		g_autoptr(Setup) setup = setup_slot_get(daemon->slot);

		store_set_webhooks(daemon->store, setup->conf);
		ticker_poke(daemon->ticker);
		log_line(LOG_INFO, "reload", "result", "done", "rules",
		    LOG_NUMBER(ruleset_size(setup->rules)), "generation",
		    LOG_NUMBER(setup->generation), NULL);
	} else {
		log_line(LOG_ERROR, "reload", "result",
		    "refused: the old configuration and rules stay", NULL);
	}
	sd_notify(0, "READY=1");
}

/* Until asked to stop. True: asked by a signal; false: something failed. */
static bool serve(Daemon *daemon)
{
	for (;;) {
		struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
		guint64 count;
		guint what;

		if (poll(&wake, 1, -1) > 0 &&
		    read(wake_fd, &count, sizeof count) < 0) {
			/* A second reader doesn't exist; nothing to do. */
		}
		what = g_atomic_int_and(&wanted, 0);
		if ((what & WANT_FAIL) != 0) {
			return false;
		}
		if ((what & WANT_STOP) != 0) {
			return true;
		}
		if ((what & WANT_RELOAD) != 0) {
			reload(daemon);
		}
	}
}

/* Everything that was begun gets its answer; nothing is freed under somebody
 * who still waits. */
static void shut(Daemon *daemon)
{
	bool free_to_close = true;

	sd_notify(0, "STOPPING=1");
	if (daemon->intake != NULL) {
		if (!intake_drain(daemon->intake, DRAIN_S)) {
			log_line(LOG_WARNING, "stop", "because",
			    "messages still had no answer after the wait",
			    NULL);
		}
		free_to_close = intake_stop(daemon->intake);
	}
	if (daemon->control != NULL) {
		control_stop(daemon->control);
	}
	ticker_free(daemon->ticker);
	if (!free_to_close) {
		return;
	}
	control_free(daemon->control);
	intake_free(daemon->intake);
	g_atomic_pointer_set(&guarded, NULL);
	poison_close(daemon->poison);
	meter_free(daemon->meter);
	store_close(daemon->store);
	setup_slot_free(daemon->slot);
}

static void tell_ready(Daemon *daemon)
{
	g_autoptr(Setup) setup = setup_slot_get(daemon->slot);
	guint suspects = poison_suspects(daemon->poison);

	if (suspects > 0) {
		log_line(LOG_WARNING, "poison", "suspects",
		    LOG_NUMBER(suspects), NULL);
	}
	log_line(LOG_INFO, "ready", "version", ANTEROOM_VERSION, "rules",
	    LOG_NUMBER(ruleset_size(setup->rules)), "milter",
	    setup->conf->milter_socket, "control", setup->conf->control_socket,
	    NULL);
	sd_notify(0, "READY=1");
}

int main(int argc, char **argv)
{
	ProgramOptions options;
	g_autoptr(GError) error = NULL;
	Daemon daemon = {0};
	int code = program_options(&program, argc, argv, &options);

	if (code >= 0) {
		return code;
	}
	message_init();
	if (!catch_signals()) {
		fprintf(stderr, "anteroomd: eventfd: %s\n", g_strerror(errno));
		return EXIT_TEMPORARY;
	}
	if (!load(&daemon, options.path)) {
		return EXIT_CONFIG;
	}
	if (open_doors(&daemon, &error)) {
		tell_ready(&daemon);
		code = serve(&daemon) ? EXIT_FINE : EXIT_TEMPORARY;
	} else {
		fprintf(stderr, "anteroomd: %s\n", error->message);
		code = exit_of(error);
	}
	shut(&daemon);
	log_line(LOG_INFO, "stopped", "code", LOG_NUMBER(code), NULL);
	return code;
}
