/* Is the web process there, and does the daemon answer it? */
#include "web/internal.h"
#include "web/pages.h"

static bool no_row(const char *text, gsize length, gpointer data)
{
	(void)text;
	(void)length;
	(void)data;
	return true;
}

void health_page(const WebRequest *request, WebReply *reply)
{
	ControlRequest ask = {.command = "?"};
	g_autoptr(GError) error = NULL;
	bool there;

	backend_ask(request->web->backend, request->conf->control_socket, &ask,
	    no_row, NULL, &error);
	/* That it refuses is an answer, too. */
	there = !g_error_matches(error, ANTEROOM_ERROR, ERROR_TEMPORARY);
	g_string_append(reply_json(reply),
	    there ? "{\"v\":1,\"web\":\"ok\",\"daemon\":\"ok\"}\n"
		  : "{\"v\":1,\"web\":\"ok\",\"daemon\":\"down\"}\n");
	reply->status = there ? 200 : 503;
}
