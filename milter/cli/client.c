/*
 * Whoever answers: the daemon, by its control socket, or, while none runs,
 * this process with the store open and the same table of commands.
 */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/notice.h"
#include "anteroom/times.h"
#include "cli/cli.h"

#define TRIES 30
#define TRY_US (G_USEC_PER_SEC / 10)
#define WINDOW 16 /* requests whose answers are out: each is a short line */

struct Client {
	ControlClient *daemon; /* NULL: inside */
	guint out;             /* answers not yet received */
	SetupSlot *slot;
	Store *store;
	Control *control;
	char *user; /* in whose name; NULL: as the socket says */
};

static char *own_name(void)
{
	const char *sudo = g_getenv("SUDO_USER");
	const struct passwd *entry;

	if (geteuid() == 0 && sudo != NULL && *sudo != '\0') {
		return g_strdup(sudo);
	}
	entry = getpwuid(geteuid());
	return entry != NULL ? g_strdup(entry->pw_name)
			     : g_strdup_printf("%u", (unsigned)geteuid());
}

/* Root looked into the store of the daemon's user: what was made in passing
 * must be the user's, or the daemon can't open it. */
static void hand_over(const char *folder)
{
	g_autoptr(GDir) files = NULL;
	const char *name;
	struct stat owner;

	if (geteuid() != 0 || stat(folder, &owner) != 0 || owner.st_uid == 0) {
		return;
	}
	files = g_dir_open(folder, 0, NULL);
	while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (lstat(path, &status) == 0 && status.st_uid == 0 &&
		    S_ISREG(status.st_mode) &&
		    lchown(path, owner.st_uid, owner.st_gid) != 0) {
			return;
		}
	}
}

/* The whole setup is loaded once, when the first try finds no daemon. */
static bool slot_fill(Client *client, const char *conf_path, GError **error)
{
	Setup *setup;

	if (client->slot != NULL) {
		return true;
	}
	setup = load_setup(conf_path, error);
	if (setup == NULL) {
		return false;
	}
	client->slot = setup_slot_new(setup);
	return true;
}

/* Without a daemon nobody else ends pauses. That it fails is no reason not to
 * look: whatever is wrong shows there. */
static void wake(Client *client)
{
	Setup *setup = setup_slot_get(client->slot);
	g_autoptr(GError) error = NULL;

	store_wake(client->store, setup->sla, times_now_s(), NULL, &error);
	setup_unref(setup);
}

static void hear(Client *client)
{
	Setup *setup = setup_slot_get(client->slot);

	store_set_webhooks(client->store, setup->conf);
	setup_unref(setup);
}

static bool open_inside(Client *client, const Conf *conf, GError **error)
{
	if (!slot_fill(client, conf->path, error)) {
		return false;
	}
	client->store = store_open(conf->store_path, conf->store_bytes, error);
	if (client->store == NULL) {
		return false;
	}
	hand_over(conf->store_path);
	hear(client);
	wake(client);
	client->control = control_new(client->slot, client->store);
	g_free(client->user);
	client->user = own_name();
	return true;
}

static bool try_open(Client *client, const Conf *conf, GError **error)
{
	g_autoptr(GError) inner = NULL;

	client->daemon = control_connect(conf->control_socket, &inner);
	if (client->daemon != NULL) {
		return true;
	}
	if (!g_error_matches(inner, ANTEROOM_ERROR, ERROR_NO)) {
		g_propagate_error(error, g_steal_pointer(&inner));
		return false;
	}
	return open_inside(client, conf, error);
}

/* A daemon that is just starting or stopping, or another shell, has the store
 * without listening: soon one or the other will do. */
static bool open_some(Client *client, const Conf *conf, GError **error)
{
	g_autoptr(GError) inner = NULL;

	for (int i = 0; i < TRIES; i++) {
		g_clear_error(&inner);
		if (try_open(client, conf, &inner)) {
			return true;
		}
		if (!g_error_matches(inner, ANTEROOM_ERROR, ERROR_TEMPORARY)) {
			break;
		}
		g_usleep(TRY_US);
	}
	g_propagate_error(error, g_steal_pointer(&inner));
	return false;
}

/* Does CONF, which has mistakes, say which daemon is meant? That of the system
 * is nobody's who names a file of his own. */
static bool names_daemon(const Conf *conf)
{
	return strcmp(conf->path, CLI_CONF) == 0 ||
	       strcmp(conf->control_socket, CONF_CONTROL_SOCKET) != 0;
}

/* A configuration that is being mended, or packs that this user may not read,
 * don't keep anybody from a daemon, which runs on what it has. */
static bool open_flawed(
    Client *client, const char *conf_path, GPtrArray *problems, GError **error)
{
	g_autoptr(GPtrArray) again = conf_problems_new();
	g_autoptr(Conf) flawed = conf_load_flawed(conf_path, again);

	if (names_daemon(flawed)) {
		client->daemon = control_connect(flawed->control_socket, NULL);
	}
	if (client->daemon == NULL) {
		load_refuse(conf_path, problems, error);
		return false;
	}
	fprintf(stderr,
	    "anteroom: configuration: it has mistakes, the daemon runs on the "
	    "one before; `anteroom check` lists them\n");
	return true;
}

Client *client_open(const char *conf_path, GError **error)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	g_autoptr(Conf) conf = conf_load(conf_path, problems);
	g_autoptr(Client) client = g_new0(Client, 1);
	bool opened;

	if (geteuid() == 0 && g_getenv("SUDO_USER") != NULL) {
		client->user = own_name();
	}
	opened = conf != NULL ? open_some(client, conf, error)
			      : open_flawed(client, conf_path, problems, error);
	return opened ? g_steal_pointer(&client) : NULL;
}

void client_free(Client *client)
{
	if (client == NULL) {
		return;
	}
	control_client_free(client->daemon);
	control_free(client->control);
	store_close(client->store);
	setup_slot_free(client->slot);
	g_free(client->user);
	g_free(client);
}

/* One answer. False when the connection is of no more use. */
static bool receive_one(Client *client, const ClientSink *sink, GError **error)
{
	g_autoptr(GError) inner = NULL;
	bool broken = false;

	if (control_receive(
		client->daemon, sink->row, sink->data, &broken, &inner)) {
		sink->end(NULL, sink->data);
	} else if (!broken) {
		sink->end(inner, sink->data);
	}
	client->out--;
	if (broken) {
		g_propagate_error(error, g_steal_pointer(&inner));
	}
	return !broken;
}

bool client_post(Client *client, const ControlRequest *request,
    const ClientSink *sink, GError **error)
{
	g_autoptr(GError) inner = NULL;
	ControlRequest own = *request;

	own.role = ROLE_ADMINISTRATOR;
	own.user = client->user;
	if (client->daemon == NULL) {
		control_dispatch(
		    client->control, &own, sink->row, sink->data, &inner);
		sink->end(inner, sink->data);
		return true;
	}
	if (!control_send(client->daemon, &own, error)) {
		return false;
	}
	client->out++;
	return client->out < WINDOW || receive_one(client, sink, error);
}

bool client_finish(Client *client, const ClientSink *sink, GError **error)
{
	while (client->out > 0) {
		if (!receive_one(client, sink, error)) {
			return false;
		}
	}
	return true;
}

/* For client_ask: the rows go on, the end is kept. */
typedef struct {
	ControlRow row;
	gpointer data;
	GError *error;
} Asked;

static bool asked_row(const char *text, gsize length, gpointer data)
{
	Asked *asked = data;

	return asked->row(text, length, asked->data);
}

static void asked_end(const GError *error, gpointer data)
{
	Asked *asked = data;

	asked->error = error != NULL ? g_error_copy(error) : NULL;
}

bool client_ask(Client *client, const ControlRequest *request, ControlRow row,
    gpointer data, GError **error)
{
	Asked asked = {.row = row, .data = data};
	ClientSink sink = {.row = asked_row, .end = asked_end, .data = &asked};

	if (!client_post(client, request, &sink, error) ||
	    !client_finish(client, &sink, error)) {
		return false;
	}
	if (asked.error != NULL) {
		g_propagate_error(error, asked.error);
		return false;
	}
	return true;
}
