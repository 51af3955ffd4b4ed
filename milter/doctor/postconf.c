/* Reads what postconf(1) prints. */
#include "doctor/postconf.h"

#include <stdlib.h>
#include <string.h>

#define SERVICES 1000
#define MILTERS 100
#define BLANK " \t\r\n"
#define BETWEEN " \t\r\n,"

static void service_free(gpointer data)
{
	PostfixService *service = data;

	g_free(service->name);
	g_free(service->type);
	g_free(service->program);
	g_hash_table_unref(service->own);
	g_free(service);
}

static GHashTable *settings_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

Postconf *postconf_new(void)
{
	Postconf *postconf = g_new0(Postconf, 1);

	postconf->main = settings_new();
	postconf->services = g_ptr_array_new_with_free_func(service_free);
	return postconf;
}

void postconf_free(Postconf *postconf)
{
	if (postconf != NULL) {
		g_hash_table_unref(postconf->main);
		g_ptr_array_unref(postconf->services);
		g_free(postconf);
	}
}

/* Splits "name = value"; NULL: LINE isn't. The value begins at *VALUE, in
 * LINE. Transfer full. */
static char *name_of(char *line, const char **value)
{
	char *equals = strchr(line, '=');

	if (equals == NULL || equals == line) {
		return NULL;
	}
	*value = g_strstrip(equals + 1);
	return g_strchomp(g_strndup(line, (gsize)(equals - line)));
}

void postconf_read_main(Postconf *postconf, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		const char *value;
		char *name = name_of(*line, &value);

		if (name != NULL) {
			g_hash_table_replace(
			    postconf->main, name, g_strdup(value));
		}
	}
}

/* name type private unprivileged chroot wakeup processes program ... */
static void read_service(Postconf *postconf, char *line)
{
	const char *columns[8];
	gsize n = 0;
	char *rest = line;
	PostfixService *service;

	while (n < G_N_ELEMENTS(columns)) {
		rest += strspn(rest, BLANK);
		if (*rest == '\0') {
			return;
		}
		columns[n++] = rest;
		rest += strcspn(rest, BLANK);
		if (*rest != '\0') {
			*rest++ = '\0';
		}
	}
	service = g_new0(PostfixService, 1);
	service->name = g_strdup(columns[0]);
	service->type = g_strdup(columns[1]);
	service->chroot = columns[4][0];
	service->program = g_strdup(columns[7]);
	service->own = settings_new();
	g_ptr_array_add(postconf->services, service);
}

void postconf_read_services(Postconf *postconf, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines;
	     *line != NULL && postconf->services->len < SERVICES; line++) {
		read_service(postconf, *line);
	}
}

/* KEY is service/type/setting; a service's name may have slashes. */
static void read_own(Postconf *postconf, char *key, const char *value)
{
	char *setting = strrchr(key, '/');
	char *type;
	const PostfixService *service;

	if (setting == NULL) {
		return;
	}
	*setting++ = '\0';
	type = strrchr(key, '/');
	if (type == NULL) {
		return;
	}
	*type++ = '\0';
	service = postconf_service(postconf, key, type);
	if (service != NULL) {
		g_hash_table_replace(
		    service->own, g_strdup(setting), g_strdup(value));
	}
}

void postconf_read_own(Postconf *postconf, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		const char *value;
		g_autofree char *key = name_of(*line, &value);

		if (key != NULL) {
			read_own(postconf, key, value);
		}
	}
}

const char *postconf_get(
    const Postconf *postconf, const PostfixService *service, const char *name)
{
	const char *value =
	    service != NULL ? g_hash_table_lookup(service->own, name) : NULL;

	if (value == NULL) {
		value = g_hash_table_lookup(postconf->main, name);
	}
	return value != NULL ? value : "";
}

const PostfixService *postconf_service(
    const Postconf *postconf, const char *name, const char *type)
{
	for (guint i = 0; i < postconf->services->len; i++) {
		const PostfixService *service = postconf->services->pdata[i];

		if (strcmp(service->name, name) == 0 &&
		    strcmp(service->type, type) == 0) {
			return service;
		}
	}
	return NULL;
}

bool postconf_chroots(const Postconf *postconf, const PostfixService *service)
{
	/* Before level 1 the default was yes. */
	return service->chroot == 'y' ||
	       (service->chroot == '-' &&
		   strtol(postconf_get(postconf, NULL, "compatibility_level"),
		       NULL, 10) < 1);
}

/* ---- lists of filters ---- */

static void milter_free(gpointer data)
{
	PostfixMilter *milter = data;

	g_free(milter->endpoint);
	g_free(milter->action);
	g_free(milter);
}

/* "ENDPOINT, name=value, ..." from within braces. */
static PostfixMilter *braced(const char *text, gsize length)
{
	g_autofree char *inner = g_strndup(text, length);
	g_auto(GStrv) parts = g_strsplit(inner, ",", MILTERS);
	PostfixMilter *milter = g_new0(PostfixMilter, 1);

	milter->endpoint =
	    g_strdup(parts[0] != NULL ? g_strstrip(parts[0]) : "");
	for (char **part = parts; *part != NULL && part[1] != NULL; part++) {
		const char *value;
		g_autofree char *name = name_of(g_strchug(part[1]), &value);

		if (g_strcmp0(name, "default_action") == 0) {
			g_free(milter->action);
			milter->action = g_strdup(value);
		}
	}
	return milter;
}

/* Where the braces that TEXT begins with end; its end when they don't. */
static gsize braces_end(const char *text)
{
	gsize depth = 0, i = 0;

	for (; text[i] != '\0'; i++) {
		depth += text[i] == '{';
		depth -= text[i] == '}';
		if (depth == 0) {
			break;
		}
	}
	return i;
}

GPtrArray *postconf_milters(const char *value)
{
	GPtrArray *milters = g_ptr_array_new_with_free_func(milter_free);

	while (milters->len < MILTERS) {
		gsize n;

		value += strspn(value, BETWEEN);
		if (*value == '\0') {
			break;
		}
		if (*value == '{') {
			n = braces_end(value);
			g_ptr_array_add(milters, braced(value + 1, n - 1));
			value += n + (value[n] == '}');
			continue;
		}
		n = strcspn(value, BETWEEN);
		PostfixMilter *milter = g_new0(PostfixMilter, 1);

		milter->endpoint = g_strndup(value, n);
		g_ptr_array_add(milters, milter);
		value += n;
	}
	return milters;
}

gint64 postconf_seconds(const char *value)
{
	static const struct {
		char unit;
		gint64 seconds;
	} units[] = {{'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400},
	    {'w', 604800}};
	char *end;
	guint64 number = g_ascii_strtoull(value, &end, 10);

	if (end == value || number > G_MAXINT32 ||
	    (*end != '\0' && end[1] != '\0')) {
		return -1;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (units[i].unit == g_ascii_tolower(*end)) {
			return (gint64)number * units[i].seconds;
		}
	}
	return -1;
}

bool postconf_has(const char *value, const char *word)
{
	gsize length = strlen(word);

	while (*value != '\0') {
		gsize n;

		value += strspn(value, BETWEEN);
		n = strcspn(value, BETWEEN);
		if (n == length && g_ascii_strncasecmp(value, word, n) == 0) {
			return true;
		}
		value += n;
	}
	return false;
}
