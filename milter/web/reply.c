/* Answers: what is the same of all of them. Errors say what the asker can do
 * about it and nothing of how we are made. */
#include <string.h>

#include "web/internal.h"
#include "web/page.h"

static const struct {
	guint status;
	const char *title;
} titles[] = {
    {400, N_("Bad request")},
    {401, N_("Please log in")},
    {403, N_("Not allowed")},
    {404, N_("Not found")},
    {405, N_("Not that way")},
    {409, N_("Not now")},
    {413, N_("Too long")},
    {414, N_("Too long")},
    {429, N_("Too often")},
    {500, N_("Something failed")},
    {503, N_("Try again soon")},
};

static const char *title_of(guint status)
{
	for (gsize i = 0; i < G_N_ELEMENTS(titles); i++) {
		if (titles[i].status == status) {
			return titles[i].title;
		}
	}
	return "Error";
}

static GString *begin(WebReply *reply, const char *type)
{
	if (reply->body == NULL) {
		reply->body = g_string_new(NULL);
	}
	if (reply->status == 0) {
		reply->status = 200;
	}
	reply->type = type;
	return reply->body;
}

GString *reply_html(WebReply *reply)
{
	return begin(reply, "text/html; charset=utf-8");
}

GString *reply_json(WebReply *reply)
{
	return begin(reply, "application/json");
}

void reply_redirect(WebReply *reply, const char *path)
{
	begin(reply, "text/plain; charset=utf-8");
	reply->status = 303;
	g_free(reply->location);
	reply->location = g_strdup(path);
}

void reply_clear(WebReply *reply)
{
	if (reply->body != NULL) {
		g_string_free(reply->body, TRUE);
	}
	g_free(reply->location);
	g_free(reply->cookie);
	g_free(reply->filename);
	if (reply->stream_free != NULL) {
		reply->stream_free(reply->stream_data);
	}
	*reply = (WebReply){0};
}

static void append_error(GString *body, guint status, const char *why)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_int(json, "status", status);
	json_string(json, "error", why);
	json_end_object(json);
	text = json_text(json);
	g_string_append_printf(body, "%s\n", text);
}

/* From a form of a case to the case; else to the board. */
static void way_back(Page *page, guint status)
{
	const WebRequest *request = page->request;
	bool of_case = request->item != NULL && request->post &&
		       status != 404 &&
		       g_str_has_prefix(request->path, "/cases/");
	g_autofree char *url = of_case
				   ? g_strconcat("/cases/", request->item, NULL)
				   : g_strdup("/");

	html_open(page->html, "p");
	html_open(page->html, "a");
	html_url(page->html, "href", url);
	html_text(page->html,
	    of_case ? t(page, "To the case") : t(page, "To the board"));
	html_close(page->html);
	html_close(page->html);
}

static void append_page(
    const WebRequest *request, WebReply *reply, guint status, const char *why)
{
	Page page;

	if (request->user != NULL) {
		page_begin(&page, request, reply, title_of(status));
	} else {
		page_begin_bare(&page, request, reply, title_of(status));
	}
	html_element(page.html, "h1", NULL, t(&page, title_of(status)));
	html_open(page.html, "p");
	html_attr(page.html, "class", "problem");
	page_sentence(&page, t(&page, why));
	html_close(page.html);
	way_back(&page, status);
	page_end(&page);
}

void reply_problem(
    const WebRequest *request, WebReply *reply, guint status, const char *why)
{
	guint retry_s = reply->retry_s;
	char *cookie = g_steal_pointer(&reply->cookie);

	reply_clear(reply);
	reply->status = status;
	reply->retry_s = retry_s;
	reply->cookie = cookie;
	if (request->api) {
		append_error(reply_json(reply), status, why);
	} else {
		append_page(request, reply, status, why);
	}
}

void reply_error(
    const WebRequest *request, WebReply *reply, const GError *error)
{
	static const struct {
		ErrorCode code;
		guint status;
	} statuses[] = {
	    {ERROR_NO, 409},
	    {ERROR_ABSENT, 404},
	    {ERROR_USAGE, 400},
	    {ERROR_DENIED, 403},
	    {ERROR_TEMPORARY, 503},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
		if (g_error_matches(
			error, ANTEROOM_ERROR, (int)statuses[i].code)) {
			reply->retry_s = statuses[i].status == 503 ? 5 : 0;
			reply_problem(request, reply, statuses[i].status,
			    statuses[i].status == 503
				? "The mail filter doesn't answer, or is busy."
				: error->message);
			return;
		}
	}
	reply_problem(request, reply, 500, "It is in the log.");
}
