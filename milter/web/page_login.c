/* The form by which people log in. */
#include "web/pages.h"

void login_form(const WebRequest *request, WebReply *reply, const char *next,
    const char *problem)
{
	g_autofree char *safe = g_markup_escape_text(next, -1);
	const char *style = asset_url("style.css");

	(void)request;
	g_string_append_printf(reply_html(reply),
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">"
	    "<title>Log in - Anteroom</title>"
	    "<link rel=\"stylesheet\" href=\"%s\"></head><body><main>"
	    "<h1>Anteroom</h1><p role=\"alert\">%s</p>"
	    "<form method=\"post\" action=\"/login\">"
	    "<input type=\"hidden\" name=\"next\" value=\"%s\">"
	    "<p><label>Name <input name=\"name\" autocomplete=\"username\" "
	    "required autofocus></label></p>"
	    "<p><label>Password <input name=\"password\" type=\"password\" "
	    "autocomplete=\"current-password\" required></label></p>"
	    "<p><button>Log in</button></p></form></main></body></html>\n",
	    style, problem != NULL ? problem : "", safe);
}
