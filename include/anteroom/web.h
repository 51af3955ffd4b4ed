/*
 * The web process: pages, JSON API, metrics over HTTP. It has no store and no
 * rights of its own: it asks the daemon in the name of whoever is logged in,
 * and the daemon checks again what that user may.
 */
#ifndef ANTEROOM_WEB_H
#define ANTEROOM_WEB_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"

typedef struct Web Web;

/* Listens where CONF (referenced) says and serves in threads of its own.
 * ERROR_CONFIG when it can't listen there. Transfer full. */
Web *web_start(Conf *conf, GError **error);

/* From now on by CONF; where it listens stays. Any thread. */
void web_reload(Web *web, Conf *conf);

/* No new requests; waits for those in work, a few seconds at most. */
void web_stop(Web *web);

#endif
