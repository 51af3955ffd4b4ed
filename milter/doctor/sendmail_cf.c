/* Reads what m4 made of sendmail.mc. */
#include "doctor/sendmail_cf.h"

#include <string.h>

#define FILTERS 100
#define DAEMONS 100
#define FIELDS 50

static void filter_free(gpointer data)
{
	SendmailFilter *filter = data;

	g_free(filter->name);
	g_free(filter->socket);
	g_free(filter->flags);
	g_free(filter->times);
	g_free(filter);
}

static void daemon_free(gpointer data)
{
	SendmailDaemon *daemon = data;

	g_free(daemon->name);
	g_free(daemon->port);
	g_free(daemon->filters);
	g_free(daemon->modifiers);
	g_free(daemon);
}

void sendmail_cf_free(SendmailCf *cf)
{
	if (cf != NULL) {
		g_ptr_array_unref(cf->filters);
		g_ptr_array_unref(cf->daemons);
		g_free(cf->list);
		g_free(cf->run_as);
		g_free(cf);
	}
}

/* Of fields "K=value" by comma the one whose key begins with KEY, caseless,
 * as Sendmail takes them. Transfer full, NULL. */
static char *field(char *const *fields, char key)
{
	for (; *fields != NULL; fields++) {
		const char *text = *fields + strspn(*fields, " \t");
		const char *equals = strchr(text, '=');

		if (equals != NULL &&
		    g_ascii_toupper(*text) == g_ascii_toupper(key)) {
			return g_strstrip(g_strdup(equals + 1));
		}
	}
	return NULL;
}

static char *field_or_empty(char *const *fields, char key)
{
	char *value = field(fields, key);

	return value != NULL ? value : g_strdup("");
}

static void read_filter(SendmailCf *cf, const char *text)
{
	g_auto(GStrv) fields = g_strsplit(text, ",", FIELDS);
	SendmailFilter *filter;

	if (fields[0] == NULL || cf->filters->len >= FILTERS) {
		return;
	}
	filter = g_new0(SendmailFilter, 1);
	filter->name = g_strstrip(g_strdup(fields[0]));
	filter->socket = field_or_empty(fields + 1, 'S');
	filter->flags = field_or_empty(fields + 1, 'F');
	filter->times = field_or_empty(fields + 1, 'T');
	g_ptr_array_add(cf->filters, filter);
}

static void read_daemon(SendmailCf *cf, const char *value)
{
	g_auto(GStrv) fields = g_strsplit(value, ",", FIELDS);
	SendmailDaemon *daemon;

	if (cf->daemons->len >= DAEMONS) {
		return;
	}
	daemon = g_new0(SendmailDaemon, 1);
	daemon->name = field_or_empty(fields, 'N');
	daemon->port = field_or_empty(fields, 'P');
	daemon->modifiers = field_or_empty(fields, 'M');
	daemon->filters = field(fields, 'I');
	g_ptr_array_add(cf->daemons, daemon);
}

/* "O Name=value" */
static void read_option(SendmailCf *cf, const char *text)
{
	const char *equals = strchr(text, '=');
	g_autofree char *name =
	    equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL;
	char **target = NULL;

	if (name == NULL) {
		return;
	}
	g_strstrip(name);
	if (g_ascii_strcasecmp(name, "DaemonPortOptions") == 0) {
		read_daemon(cf, equals + 1);
	} else if (g_ascii_strcasecmp(name, "InputMailFilters") == 0) {
		target = &cf->list;
	} else if (g_ascii_strcasecmp(name, "RunAsUser") == 0) {
		target = &cf->run_as;
	}
	if (target != NULL) {
		g_free(*target);
		*target = g_strstrip(g_strdup(equals + 1));
	}
}

SendmailCf *sendmail_cf_parse(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	SendmailCf *cf = g_new0(SendmailCf, 1);

	cf->filters = g_ptr_array_new_with_free_func(filter_free);
	cf->daemons = g_ptr_array_new_with_free_func(daemon_free);
	cf->list = g_strdup("");
	cf->run_as = g_strdup("");
	for (char **line = lines; *line != NULL; line++) {
		if (**line == 'X') {
			read_filter(cf, *line + 1);
		} else if (**line == 'O' && (*line)[1] == ' ') {
			read_option(cf, *line + 2);
		}
	}
	return cf;
}

GPtrArray *sendmail_cf_asked(const SendmailCf *cf, const char *list)
{
	g_auto(GStrv) names = g_strsplit_set(list, ",;", FIELDS);
	GPtrArray *asked = g_ptr_array_new();

	for (char **name = names; *name != NULL; name++) {
		g_strstrip(*name);
		for (guint i = 0; i < cf->filters->len; i++) {
			SendmailFilter *filter = cf->filters->pdata[i];

			if (strcmp(filter->name, *name) == 0) {
				g_ptr_array_add(asked, filter);
				break;
			}
		}
	}
	return asked;
}

gint64 sendmail_seconds(const char *times, char key)
{
	g_auto(GStrv) fields = g_strsplit(times, ";", FIELDS);

	for (char **text = fields; *text != NULL; text++) {
		const char *at = *text + strspn(*text, " \t");
		char *unit;
		guint64 number;

		if (g_ascii_toupper(*at) != key || at[1] != ':') {
			continue;
		}
		number = g_ascii_strtoull(at + 2, &unit, 10);
		if (unit == at + 2 || number > G_MAXINT32) {
			return -1;
		}
		/* Without a unit Sendmail takes seconds here. */
		return (gint64)number * (*unit == 'm'      ? 60
					    : *unit == 'h' ? 3600
					    : *unit == 'd' ? 86400
							   : 1);
	}
	return -1;
}
