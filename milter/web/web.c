/* The web process as a whole: its parts, and the configuration they share. */
#include "web/internal.h"

#include "anteroom/times.h"

Conf *web_conf(Web *web)
{
	Conf *conf;

	g_mutex_lock(&web->lock);
	conf = conf_ref(web->conf);
	g_mutex_unlock(&web->lock);
	return conf;
}

/* GLib forgets a zone that nobody has, and reads it anew: on a page with
 * hundreds of moments that was most of the work. */
static GTimeZone *zone_of(const Conf *conf)
{
	const char *name = conf_zone(conf);

	return g_time_zone_new_identifier(name != NULL ? name : "UTC");
}

Web *web_start(Conf *conf, GError **error)
{
	Web *web = g_new0(Web, 1);

	g_mutex_init(&web->lock);
	web->conf = conf_ref(conf);
	web->zone = zone_of(conf);
	web->users = users_file_new();
	web->backend = backend_new();
	web->sessions = sessions_new();
	web->started_s = times_now_s();
	g_mutex_init(&web->counts_lock);
	g_mutex_init(&web->gate_lock);
	g_cond_init(&web->gate);
	web->watcher = watcher_new(web);
	web->server = server_start(web, conf->web_listen, error);
	if (web->server == NULL) {
		g_clear_pointer(&web, web_stop);
	}
	return web;
}

void web_reload(Web *web, Conf *conf)
{
	GTimeZone *zone = zone_of(conf);
	GTimeZone *old_zone;
	Conf *old;

	g_mutex_lock(&web->lock);
	old = web->conf;
	old_zone = web->zone;
	web->conf = conf_ref(conf);
	web->zone = zone;
	g_mutex_unlock(&web->lock);
	conf_unref(old);
	g_clear_pointer(&old_zone, g_time_zone_unref);
}

void web_stop(Web *web)
{
	if (web == NULL) {
		return;
	}
	watcher_stop(web->watcher);
	server_stop(web->server);
	watcher_free(web->watcher);
	g_mutex_clear(&web->counts_lock);
	g_mutex_clear(&web->gate_lock);
	g_cond_clear(&web->gate);
	g_free(web->counts);
	sessions_free(web->sessions);
	backend_free(web->backend);
	users_file_free(web->users);
	conf_unref(web->conf);
	g_clear_pointer(&web->zone, g_time_zone_unref);
	g_mutex_clear(&web->lock);
	g_free(web);
}
