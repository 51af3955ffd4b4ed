/*
 * Does mail to the desks come here at all, and is what is handed to a team
 * delivered here? Only where Postfix's domains are lists: tables aren't read.
 */
#include <string.h>

#include "doctor/postfix.h"

#define DOMAINS 1000

static const char *const settings[] = {"mydestination", "virtual_alias_domains",
    "virtual_mailbox_domains", "relay_domains"};

/* All of Postfix's domains, in a NULL-terminated list; NULL: can't be told.
 * Transfer full. */
static char **list_domains(const Postconf *conf)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_string_append(all, postconf_get(conf, NULL, settings[i]));
		g_string_append_c(all, ' ');
	}
	/* A table, a file, a pattern that says what isn't. */
	return strpbrk(all->str, ":/!") != NULL
		   ? NULL
		   : g_strsplit_set(all->str, ", \t", DOMAINS);
}

/* Postfix takes a domain of a list for those below it, too, in some of them. */
static bool is_here(char *const *domains, const char *domain)
{
	gsize length = strlen(domain);

	for (; *domains != NULL; domains++) {
		gsize n = strlen(*domains);

		if (n == 0 || n > length ||
		    g_ascii_strcasecmp(domain + length - n, *domains) != 0) {
			continue;
		}
		if (n == length || **domains == '.' ||
		    domain[length - n - 1] == '.') {
			return true;
		}
	}
	return false;
}

static bool is_strange(char *const *domains, const char *address)
{
	const char *at = strrchr(address, '@');
	g_autofree char *domain =
	    at != NULL ? g_strndup(at + 1, strcspn(at + 1, "> ")) : NULL;

	return domain != NULL && !is_here(domains, domain);
}

static guint check_desk(
    Postfix *postfix, const Desk *desk, char *const *domains)
{
	guint strange = 0;

	for (const char *const *a = desk->addresses; *a != NULL; a++) {
		if (is_strange(domains, *a)) {
			strange++;
			doctor_tell(postfix->doctor, "postfix-domains",
			    DOCTOR_WARN,
			    "main.cf: its domain in mydestination, "
			    "relay_domains or virtual_alias_domains; or the "
			    "address that mail has when it comes here",
			    "mail to %s of desk %s doesn't come here", *a,
			    desk->name);
		}
	}
	return strange;
}

void check_postfix_domains(Postfix *postfix)
{
	const Conf *conf = postfix->doctor->conf;
	g_auto(GStrv) domains = list_domains(postfix->conf);
	guint strange = 0;

	if (domains == NULL) {
		return;
	}
	for (guint i = 0; i < conf->desks->len; i++) {
		strange += check_desk(postfix, conf->desks->pdata[i], domains);
	}
	for (guint i = 0; i < conf->teams->len; i++) {
		const Team *team = conf->teams->pdata[i];

		if (is_strange(domains, team->address)) {
			strange++;
			doctor_tell(postfix->doctor, "postfix-domains",
			    DOCTOR_WARN,
			    "an address here for the team, that leads there "
			    "(with SRS, or mail written anew)",
			    "%s of team %s is delivered elsewhere: what is "
			    "handed on breaks SPF of who wrote it",
			    team->address, team->name);
		}
	}
	if (strange == 0) {
		doctor_tell(postfix->doctor, "postfix-domains", DOCTOR_OK, NULL,
		    "desks and teams have addresses of this mail server");
	}
}
