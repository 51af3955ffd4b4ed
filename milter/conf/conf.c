/*
 * A Conf's life: its memory, its defaults, its references. What is in it comes
 * from load.c and is never changed afterwards.
 */
#include <string.h>

#include "conf/internal.h"

static const char *const no_words[] = {NULL};
static const char *const default_assistants[] = {"@anteroom-assistants", NULL};
static const char *const default_readers[] = {
    "anteroom-web", "anteroom-courier", NULL};
static const char *const loopback[] = {"127.0.0.0/8", "::1/128", NULL};

void *conf_alloc(Conf *conf, gsize bytes)
{
	void *memory = g_malloc0(bytes);

	g_ptr_array_add(conf->index->memory, memory);
	return memory;
}

const char *conf_keep(Conf *conf, const char *text)
{
	return g_string_chunk_insert(
	    conf->index->strings, text != NULL ? text : "");
}

const char *const *conf_keep_list(Conf *conf, const char *const *words, gsize n)
{
	const char **list;

	if (n == 0) {
		return no_words;
	}
	list = conf_alloc(conf, (n + 1) * sizeof(*list));
	memcpy(list, words, n * sizeof(*list));
	return list;
}

static void set_defaults(Conf *conf)
{
	conf->company = "";
	conf->milter_socket = "unix:/run/anteroom/milter.sock";
	conf->milter_socket_mode = 0660;
	conf->on_error = ON_ERROR_TEMPFAIL;
	conf->authserv_id = "";
	conf->submission_daemons = no_words;
	conf->trusted_networks = no_words;
	conf->control_socket = CONF_CONTROL_SOCKET;
	conf->assistants = default_assistants;
	conf->readers = default_readers;
	conf->store_path = "/var/lib/anteroom";
	conf->store_bytes = G_GUINT64_CONSTANT(64) << 30;
	conf->keep_text = KEEP_TEXT_EXCERPT;
	conf->retention_s = 400 * G_GINT64_CONSTANT(86400);
	conf->model_path = "";
	conf->notify_from = "";
	conf->notify_relay = "smtp://127.0.0.1:25";
	conf->notify_base_url = "";
	conf->digest_min = 8 * 60;
	conf->web_listen = "127.0.0.1:8025";
	conf->web_users = "/etc/anteroom/users";
	conf->web_system_user = "anteroom-web";
	conf->web_proxies = loopback;
	conf->web_user_header = "";
	conf->web_metrics_from = no_words;
	conf->web_idle_s = 8 * 3600;
	conf->web_session_s = 24 * 3600;
}

static GHashTable *names_new(void)
{
	return g_hash_table_new(g_str_hash, g_str_equal);
}

static void make_own(Conf *conf, ConfIndex *index)
{
	set_defaults(conf);
	conf->desks = g_ptr_array_new();
	conf->calendars = g_ptr_array_new();
	conf->teams = g_ptr_array_new();
	conf->routes = g_ptr_array_new();
	conf->policies = g_ptr_array_new();
	conf->webhooks = g_ptr_array_new();
	index->desks = names_new();
	index->calendars = names_new();
	index->teams = names_new();
	index->routes = names_new();
	index->policies = names_new();
	index->webhooks = names_new();
	index->desk_of = names_new();
	index->member_of = names_new();
	index->networks = g_ptr_array_new_with_free_func(g_object_unref);
}

Conf *conf_new(const char *path, Conf *base)
{
	Conf *conf = g_new0(Conf, 1);
	ConfIndex *index = g_new0(ConfIndex, 1);

	if (base != NULL) {
		*conf = *base;
		index->base = conf_ref(base);
	} else {
		make_own(conf, index);
	}
	conf->refs = 1;
	conf->index = index;
	conf->topics = g_ptr_array_new();
	conf->rules = g_ptr_array_new();
	index->topics = names_new();
	index->rules = names_new();
	index->strings = g_string_chunk_new(16 * 1024);
	index->memory = g_ptr_array_new_with_free_func(g_free);
	if (base == NULL) {
		conf->path = conf_keep(conf, path);
	}
	return conf;
}

Conf *conf_ref(Conf *conf)
{
	g_atomic_int_inc(&conf->refs);
	return conf;
}

static void free_own(Conf *conf, ConfIndex *index)
{
	g_ptr_array_unref(conf->desks);
	g_ptr_array_unref(conf->calendars);
	g_ptr_array_unref(conf->teams);
	g_ptr_array_unref(conf->routes);
	g_ptr_array_unref(conf->policies);
	g_ptr_array_unref(conf->webhooks);
	g_hash_table_unref(index->desks);
	g_hash_table_unref(index->calendars);
	g_hash_table_unref(index->teams);
	g_hash_table_unref(index->routes);
	g_hash_table_unref(index->policies);
	g_hash_table_unref(index->webhooks);
	g_hash_table_unref(index->desk_of);
	g_hash_table_unref(index->member_of);
	g_ptr_array_unref(index->networks);
}

void conf_unref(Conf *conf)
{
	ConfIndex *index;

	if (conf == NULL || !g_atomic_int_dec_and_test(&conf->refs)) {
		return;
	}
	index = conf->index;
	if (index == NULL) {
		return; /* made by hand: its maker's */
	}
	if (index->base != NULL) {
		conf_unref(index->base);
	} else {
		free_own(conf, index);
	}
	g_ptr_array_unref(conf->topics);
	g_ptr_array_unref(conf->rules);
	g_hash_table_unref(index->topics);
	g_hash_table_unref(index->rules);
	g_string_chunk_free(index->strings);
	g_ptr_array_unref(index->memory);
	g_free(index);
	g_free(conf);
}
