/*
 * From what came in to its answer: is the address well-formed, who asks, may
 * he, does he mean it. Only then a page's handler runs.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "web/internal.h"

#define API "/api/"

/* ---- addresses ---- */

/* No escapes, no empty parts, no dots that climb. */
static bool path_ok(const char *path)
{
	if (*path != '/' || strlen(path) > LIMIT_WEB_PATH_BYTES) {
		return false;
	}
	for (const char *at = path; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && strchr("/._-", *at) == NULL) {
			return false;
		}
		if (*at == '/' && (at[1] == '/' || at[1] == '.')) {
			return false;
		}
	}
	return true;
}

/* Does PATH fit PATTERN? The parts that stand for "*" go to PARTS. */
static bool path_fits(char *const *path, const char *pattern, char *parts[2])
{
	g_auto(GStrv) words = g_strsplit(pattern, "/", -1);
	guint stars = 0;

	for (guint i = 0; words[i] != NULL; i++) {
		if (path[i] == NULL) {
			return false;
		}
		if (strcmp(words[i], "*") != 0) {
			if (strcmp(words[i], path[i]) != 0) {
				return false;
			}
		} else if (*path[i] == '\0') {
			return false;
		} else if (stars < 2) {
			parts[stars++] = path[i];
		}
	}
	return path[g_strv_length(words)] == NULL;
}

/* NULL: none; *OTHER is then whether there is one for another method. */
static const WebPage *find_page(
    char *const *path, bool post, char *parts[2], bool *other)
{
	gsize n;
	const WebPage *pages = web_table(&n);

	*other = false;
	for (gsize i = 0; i < n; i++) {
		parts[0] = parts[1] = NULL;
		if (!path_fits(path, pages[i].pattern, parts)) {
			continue;
		}
		if (pages[i].post == post) {
			return &pages[i];
		}
		*other = true;
	}
	return NULL;
}

/* ---- who asks ---- */

typedef struct {
	Web *web;
	const WebInput *input;
	WebRequest request;
	SessionLook look;
	char *csrf_own;
	bool expired; /* there was a cookie, and it is worth nothing */
} Visit;

static bool by_proxy(const Visit *visit)
{
	return strcmp(visit->input->peer, "unix") == 0 ||
	       conf_networks_have(
		   visit->request.conf->web_proxies, visit->input->peer);
}

/* The browser's address: what our own proxy says it is. Transfer full. */
static char *agent_address(const Visit *visit)
{
	const char *list = visit->input->forwarded_for;
	const char *comma;
	char *last;

	if (list == NULL || !by_proxy(visit)) {
		return g_strdup(visit->input->peer);
	}
	comma = strrchr(list, ',');
	last = g_strdup(comma != NULL ? comma + 1 : list);
	g_strstrip(last);
	return last;
}

/* The token in "Bearer TOKEN"; NULL when it isn't one of ours: what somebody
 * shows to a proxy before us comes in the same field. */
static const char *own_token(const char *authorization)
{
	if (authorization == NULL ||
	    g_ascii_strncasecmp(authorization, "Bearer ", 7) != 0) {
		return NULL;
	}
	authorization += strspn(authorization + 7, " ") + 7;
	return g_str_has_prefix(authorization, USERS_TOKEN_PREFIX)
		   ? authorization
		   : NULL;
}

static void know_proxy_user(Visit *visit)
{
	visit->request.known = BY_PROXY;
	visit->request.user =
	    users_find(visit->request.users, visit->input->proxy_user);
	if (visit->request.user != NULL) {
		visit->csrf_own = sessions_csrf_of(
		    visit->web->sessions, visit->request.user->name);
		visit->request.csrf = visit->csrf_own;
	}
}

const User *web_session_user(Web *web, const Conf *conf, const Users *users,
    const char *secret, bool use, SessionLook *look)
{
	SessionTimes times = {
	    times_now_s(), conf->web_idle_s, conf->web_session_s};
	g_autofree char *mark = NULL;
	const User *user;

	if (!sessions_look(web->sessions, secret, &times, use, look)) {
		return NULL;
	}
	user = users_find(users, look->name);
	mark = user != NULL ? secret_hash(user->password) : NULL;
	if (g_strcmp0(mark, look->mark) != 0) {
		sessions_end(web->sessions, secret);
		return NULL;
	}
	return user;
}

static void know_session(Visit *visit)
{
	WebRequest *request = &visit->request;

	request->known = BY_SESSION;
	request->user =
	    web_session_user(visit->web, request->conf, request->users,
		request->cookie_secret, !visit->input->by_itself, &visit->look);
	visit->expired = request->user == NULL;
	request->csrf = visit->expired ? "" : visit->look.csrf;
}

static void know_user(Visit *visit)
{
	const WebInput *input = visit->input;
	WebRequest *request = &visit->request;

	request->token = own_token(input->authorization);
	if (request->token != NULL) {
		request->known = BY_TOKEN;
		request->user = users_by_token(request->users, request->token);
	} else if (input->proxy_user != NULL && by_proxy(visit)) {
		know_proxy_user(visit);
	} else if (request->cookie_secret != NULL) {
		know_session(visit);
	}
}

/* ---- does he mean it ---- */

/* "https://host" of an address. Transfer full. */
static char *origin_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? g_strndup(url, strcspn(host + 3, "/") + 3 +
						 (gsize)(host - url))
			    : NULL;
}

/* Browsers say where a form came from; programs say nothing. */
static bool from_here(const Visit *visit)
{
	const WebRequest *request = &visit->request;
	g_autofree char *own = NULL;
	const char *host;

	if (request->fetch_site != NULL &&
	    strcmp(request->fetch_site, "same-origin") != 0 &&
	    strcmp(request->fetch_site, "none") != 0) {
		return false;
	}
	if (request->origin == NULL) {
		return true;
	}
	own = origin_of(request->conf->notify_base_url);
	host = strstr(request->origin, "://");
	return g_strcmp0(own, request->origin) == 0 ||
	       (host != NULL && strcmp(host + 3, request->host) == 0);
}

static bool meant(const Visit *visit, const WebPage *page)
{
	const WebRequest *request = &visit->request;
	const char *given = fields_get(request->form, "csrf");

	if (request->known == BY_TOKEN) {
		return true;
	}
	if (!from_here(visit)) {
		return false;
	}
	if (page->may == MAY_NOBODY) {
		return true;
	}
	if (given == NULL) {
		given = visit->input->csrf;
	}
	return given != NULL && *request->csrf != '\0' &&
	       secret_equal(given, request->csrf);
}

/* ---- the steps ---- */

static bool refuse(
    const Visit *visit, WebReply *reply, guint status, const char *why)
{
	reply_problem(&visit->request, reply, status, why);
	return false;
}

/* A link in a mail program on the web: the browser keeps the cookie back, for
 * the page that leads here isn't ours. One that is ours leads here once more,
 * and the login counts. */
static bool comes_from_elsewhere(const Visit *visit)
{
	const WebRequest *request = &visit->request;

	return !request->post && request->cookie_secret == NULL &&
	       g_strcmp0(request->fetch_site, "cross-site") == 0 &&
	       g_strcmp0(visit->input->fetch_mode, "navigate") == 0;
}

static void lead_on(const Visit *visit, WebReply *reply)
{
	g_autofree char *address =
	    g_strdup_printf("%s%s%s", visit->request.path,
		*visit->input->query != '\0' ? "?" : "", visit->input->query);
	g_autofree char *safe = g_markup_escape_text(address, -1);

	g_string_append_printf(reply_html(reply),
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><title>Anteroom</title>"
	    "<meta http-equiv=\"refresh\" content=\"0; url=%s\"></head>"
	    "<body><p><a href=\"%s\">Anteroom</a></p></body></html>\n",
	    safe, safe);
}

static bool ask_login(const Visit *visit, WebReply *reply)
{
	const WebRequest *request = &visit->request;
	g_autofree char *next = NULL;
	g_autofree char *path = NULL;

	if (request->api || request->known == BY_TOKEN) {
		return refuse(
		    visit, reply, 401, "A login or a token is needed.");
	}
	if (request->post && visit->expired) {
		return refuse(visit, reply, 403,
		    "Your login has ended. Nothing was changed.");
	}
	if (comes_from_elsewhere(visit)) {
		lead_on(visit, reply);
		return false;
	}
	path = g_strdup_printf("%s%s%s", request->path,
	    *visit->input->query != '\0' ? "?" : "", visit->input->query);
	next = fields_escape(path);
	g_free(path);
	path = request->post || strcmp(request->path, "/") == 0
		   ? g_strdup("/login")
		   : g_strconcat("/login?next=", next, NULL);
	reply_redirect(reply, path);
	return false;
}

static bool allowed(const Visit *visit, const WebPage *page, WebReply *reply)
{
	static const Rate rate = {LIMIT_WEB_REQUESTS, 60};
	const WebRequest *request = &visit->request;

	if (request->user == NULL) {
		return page->may == MAY_NOBODY || ask_login(visit, reply);
	}
	if (!sessions_allow(visit->web->sessions, request->user->name, &rate,
		request->now_s, &reply->retry_s)) {
		return refuse(visit, reply, 429, "Too many requests.");
	}
	if (page->may != MAY_NOBODY &&
	    (page->may & MAY(request->user->role)) == 0) {
		return refuse(
		    visit, reply, 403, "Your role does not allow this.");
	}
	return true;
}

static bool read_form(Visit *visit)
{
	const WebInput *input = visit->input;
	const char *type = input->content_type;

	if (input->n_body == 0) {
		return true;
	}
	if (type == NULL) {
		return false;
	}
	if (g_ascii_strncasecmp(type, "application/json", 16) == 0) {
		return fields_parse_json(
		    visit->request.form, input->body, input->n_body);
	}
	return g_ascii_strncasecmp(
		   type, "application/x-www-form-urlencoded", 33) == 0 &&
	       fields_parse_form(
		   visit->request.form, input->body, input->n_body);
}

/* What takes seconds when there are many cases. */
static bool is_search(const WebRequest *request)
{
	const char *words = fields_get(request->query, "search");

	return (words != NULL && *words != '\0') ||
	       strcmp(request->path, "/rules") == 0;
}

/* More pages at once take more memory and no less time; and whoever searches
 * waits for others who search, so that nobody else does. */
static void work_begin(Web *web, bool search)
{
	g_mutex_lock(&web->gate_lock);
	while (web->at_work >= LIMIT_WEB_AT_WORK ||
	       (search && web->searching >= LIMIT_WEB_SEARCHES)) {
		g_cond_wait(&web->gate, &web->gate_lock);
	}
	web->at_work++;
	web->searching += search;
	g_mutex_unlock(&web->gate_lock);
}

static void work_end(Web *web, bool search)
{
	g_mutex_lock(&web->gate_lock);
	web->at_work--;
	web->searching -= search;
	g_cond_broadcast(&web->gate);
	g_mutex_unlock(&web->gate_lock);
}

static void run(Visit *visit, char *const *path, WebReply *reply)
{
	WebRequest *request = &visit->request;
	char *parts[2];
	bool other, search;
	const WebPage *page = find_page(path, request->post, parts, &other);

	if (page == NULL) {
		/* What there is is nobody's business who isn't known. */
		if (request->user == NULL) {
			ask_login(visit, reply);
			return;
		}
		refuse(
		    visit, reply, other ? 405 : 404, "There is no such page.");
		return;
	}
	request->item = parts[0];
	request->tail = parts[1];
	if (!allowed(visit, page, reply)) {
		return;
	}
	if (request->post && !meant(visit, page)) {
		refuse(visit, reply, 403,
		    "This did not come from a page of ours, or from an old "
		    "one. Nothing was changed: go back, load the page anew "
		    "and try again.");
		return;
	}
	search = is_search(request);
	work_begin(visit->web, search);
	page->handle(request, reply);
	work_end(visit->web, search);
}

static void visit_run(Visit *visit, WebReply *reply)
{
	const WebInput *input = visit->input;
	WebRequest *request = &visit->request;
	g_auto(GStrv) path = NULL;
	bool get = strcmp(input->method, "GET") == 0 ||
		   strcmp(input->method, "HEAD") == 0;

	request->post = strcmp(input->method, "POST") == 0;
	if (!get && !request->post) {
		refuse(visit, reply, 405, "Only GET, HEAD and POST.");
		return;
	}
	if (!path_ok(input->path) ||
	    strlen(input->query) > LIMIT_WEB_QUERY_BYTES ||
	    !fields_parse_form(
		request->query, input->query, strlen(input->query))) {
		refuse(visit, reply, 400, "The address is not well-formed.");
		return;
	}
	if (!read_form(visit)) {
		refuse(visit, reply, 400, "The form is not well-formed.");
		return;
	}
	know_user(visit);
	path = g_strsplit(input->path, "/", -1);
	run(visit, path, reply);
}

static const char *language_of(const char *accepted)
{
	return accepted != NULL && g_ascii_strncasecmp(accepted, "de", 2) == 0
		   ? "de"
		   : "en";
}

void web_dispatch(Web *web, const WebInput *input, WebReply *reply)
{
	g_autoptr(Conf) conf = web_conf(web);
	g_autoptr(Users) users = users_file_get(web->users, conf->web_users);
	g_autoptr(Fields) query = fields_new();
	g_autoptr(Fields) form = fields_new();
	g_autoptr(Fields) cookies = fields_new();
	g_autofree char *address = NULL;
	Visit visit = {.web = web, .input = input};

	visit.request = (WebRequest){.web = web,
	    .conf = conf,
	    .users = users,
	    .path = input->path,
	    .api = g_str_has_prefix(input->path, API),
	    .query = query,
	    .form = form,
	    .csrf = "",
	    .language = language_of(input->language),
	    .now_s = times_now_s(),
	    .host = input->host,
	    .origin = input->origin,
	    .fetch_site = input->fetch_site};
	if (input->cookie != NULL) {
		fields_parse_cookies(cookies, input->cookie);
		visit.request.cookie_secret = fields_get(cookies, COOKIE_NAME);
	}
	address = agent_address(&visit);
	visit.request.agent_address = address;
	visit_run(&visit, reply);
	g_free(visit.csrf_own);
}
