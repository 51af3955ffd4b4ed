/* What is due next. */
#include "web/pages.h"

void board_page(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GError) error = NULL;
	GString *out;

	if (!web_ask(request, &rows, &error, "cases", "limit", "200", NULL) &&
	    error->code != ERROR_NO) {
		reply_error(request, reply, error);
		return;
	}
	out = reply_html(reply);
	g_string_append_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><title>Anteroom</title>"
	    "<link rel=\"stylesheet\" href=\"%s\"></head><body><ul>",
	    asset_url("style.css"));
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const char *subject =
		    json_get_string(rows->pdata[i], "subject");
		g_autofree char *safe = g_markup_escape_text(
		    subject != NULL ? subject : "(restricted)", -1);

		g_string_append_printf(out, "<li>%s %s</li>",
		    json_get_string(rows->pdata[i], "id"), safe);
	}
	g_string_append_printf(out,
	    "</ul><form method=\"post\" action=\"/logout\">"
	    "<input type=\"hidden\" name=\"csrf\" value=\"%s\">"
	    "<button>Log out</button></form></body></html>\n",
	    request->csrf);
}
