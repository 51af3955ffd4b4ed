/*
 * Asking the daemon: a few connections to its control socket that are used
 * again. Every request goes in the name of the user who asked for the page.
 */
#include <stdarg.h>
#include <string.h>

#include "anteroom/limits.h"
#include "web/internal.h"

#define IDLE_MOST 16
#define IDLE_S (LIMIT_CONTROL_IDLE_S / 2) /* the daemon lets go later */

typedef struct {
	ControlClient *client;
	gint64 since_us;
} Idle;

struct Backend {
	GMutex lock;
	GQueue idle; /* of Idle, the latest first */
};

Backend *backend_new(void)
{
	Backend *backend = g_new0(Backend, 1);

	g_mutex_init(&backend->lock);
	g_queue_init(&backend->idle);
	return backend;
}

static void idle_free(gpointer data)
{
	Idle *idle = data;

	control_client_free(idle->client);
	g_free(idle);
}

void backend_free(Backend *backend)
{
	if (backend != NULL) {
		g_queue_clear_full(&backend->idle, idle_free);
		g_mutex_clear(&backend->lock);
		g_free(backend);
	}
}

/* One that waits, and isn't too old; NULL: none. */
static ControlClient *take_idle(Backend *backend)
{
	gint64 oldest_us = g_get_monotonic_time() - IDLE_S * G_USEC_PER_SEC;
	ControlClient *client = NULL;
	Idle *idle;

	g_mutex_lock(&backend->lock);
	idle = g_queue_pop_head(&backend->idle);
	if (idle != NULL && idle->since_us >= oldest_us) {
		client = g_steal_pointer(&idle->client);
	}
	if (idle != NULL && client == NULL) {
		g_queue_clear_full(&backend->idle, idle_free);
	}
	g_mutex_unlock(&backend->lock);
	if (idle != NULL) {
		idle_free(idle);
	}
	return client;
}

static void give_back(Backend *backend, ControlClient *client)
{
	Idle *idle = g_new0(Idle, 1);

	idle->client = client;
	idle->since_us = g_get_monotonic_time();
	g_mutex_lock(&backend->lock);
	g_queue_push_head(&backend->idle, idle);
	idle = g_queue_get_length(&backend->idle) > IDLE_MOST
		   ? g_queue_pop_tail(&backend->idle)
		   : NULL;
	g_mutex_unlock(&backend->lock);
	if (idle != NULL) {
		idle_free(idle);
	}
}

/* One that waits, or a new one. */
static ControlClient *connection(
    Backend *backend, const char *path, GError **error)
{
	ControlClient *client = take_idle(backend);

	/* The daemon may have gone meanwhile: nothing is asked twice. */
	if (client != NULL && !control_is_quiet(client)) {
		g_clear_pointer(&client, control_client_free);
	}
	return client != NULL ? client : control_connect(path, error);
}

bool backend_ask(Backend *backend, const char *path,
    const ControlRequest *request, ControlRow row, gpointer data,
    GError **error)
{
	g_autoptr(GError) inner = NULL;
	ControlClient *client = connection(backend, path, &inner);
	bool broken = true;
	bool done = false;

	if (client != NULL && control_send(client, request, &inner)) {
		done = control_receive(client, row, data, &broken, &inner);
	}
	if (broken) {
		control_client_free(client);
	} else {
		give_back(backend, client);
	}
	/* That nobody listens is not an answer to what was asked. */
	if (broken && inner != NULL && inner->code != ERROR_USAGE) {
		inner->code = ERROR_TEMPORARY;
	}
	if (inner != NULL) {
		g_propagate_error(error, g_steal_pointer(&inner));
	}
	return done;
}

/* ---- in a user's name ---- */

static bool ask(const WebRequest *request, const char *command,
    const JsonValue *args, ControlRow row, gpointer data, GError **error)
{
	ControlRequest control = {
	    .command = command, .args = args, .login = request->user->name};

	return backend_ask(request->web->backend, request->conf->control_socket,
	    &control, row, data, error);
}

static void write_arg(
    Json *json, const Command *command, const char *name, const char *value)
{
	const CommandWord *word = command_word(command, name);

	if (word != NULL && word->kind == WORD_FLAG) {
		json_bool(json, name, true);
	} else {
		json_string(json, name, value);
	}
}

static JsonValue *args_end(Json *json)
{
	g_autofree char *text = NULL;

	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

bool web_ask_raw(const WebRequest *request, const char *name,
    const Fields *fields, ControlRow row, gpointer data, GError **error)
{
	const Command *command = command_find(name, error);
	g_autoptr(JsonValue) args = NULL;
	g_autoptr(Json) json = NULL;

	if (command == NULL) {
		return false;
	}
	json = json_new();
	json_begin_object(json, NULL);
	for (guint i = 0; i < fields_count(fields); i++) {
		write_arg(json, command, fields_name_at(fields, i),
		    fields_value_at(fields, i));
	}
	args = args_end(json);
	return ask(request, name, args, row, data, error);
}

static bool parse_row(const char *text, gsize length, gpointer data)
{
	GPtrArray *rows = data;
	JsonValue *row = json_parse(text, length, NULL);

	if (row == NULL) {
		return false;
	}
	g_ptr_array_add(rows, row);
	return rows->len < LIMIT_WEB_ROWS;
}

bool web_ask(const WebRequest *request, GPtrArray **rows, GError **error,
    const char *name, ...)
{
	g_autoptr(GPtrArray) list =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);
	g_autoptr(Fields) fields = fields_new();
	const char *arg;
	va_list words;

	va_start(words, name);
	while ((arg = va_arg(words, const char *)) != NULL) {
		const char *value = va_arg(words, const char *);

		if (value != NULL && *value != '\0') {
			fields_add(fields, arg, value);
		}
	}
	va_end(words);
	if (!web_ask_raw(request, name, fields, parse_row, list, error)) {
		return false;
	}
	*rows = g_steal_pointer(&list);
	return true;
}
