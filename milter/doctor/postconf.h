/*
 * Postfix's settings as postconf(1) prints them: main.cf with its defaults,
 * the services of master.cf, and what services set for themselves. Pure: text
 * in, a Postconf out; lines of another shape are passed over.
 */
#ifndef DOCTOR_POSTCONF_H
#define DOCTOR_POSTCONF_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *name;      /* "submission", "127.0.0.1:10025" */
	char *type;      /* "inet", "unix", "pass" */
	char chroot;     /* 'y', 'n', or '-': the default */
	char *program;   /* "smtpd" */
	GHashTable *own; /* setting -> value */
} PostfixService;

typedef struct {
	GHashTable *main;    /* setting -> value */
	GPtrArray *services; /* of PostfixService, in the order of the file */
} Postconf;

Postconf *postconf_new(void);
void postconf_free(Postconf *postconf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Postconf, postconf_free)

/* "name = value" a line (postconf -x). */
void postconf_read_main(Postconf *postconf, const char *text);
/* Lines of master.cf (postconf -M). */
void postconf_read_services(Postconf *postconf, const char *text);
/* "service/type/name = value" a line (postconf -P), after the services. */
void postconf_read_own(Postconf *postconf, const char *text);

/* The value for SERVICE (NULL: of main.cf); "" when not known. */
const char *postconf_get(
    const Postconf *postconf, const PostfixService *service, const char *name);
/* The service NAME of TYPE; NULL. */
const PostfixService *postconf_service(
    const Postconf *postconf, const char *name, const char *type);
/* Does SERVICE run in a chroot? */
bool postconf_chroots(const Postconf *postconf, const PostfixService *service);

/* One filter of smtpd_milters and the like. */
typedef struct {
	char *endpoint; /* "unix:anteroom/milter.sock", "inet:localhost:8891" */
	char *action;   /* default_action of its own; NULL */
} PostfixMilter;

/* The filters of VALUE, of PostfixMilter, in their order. Transfer full. */
GPtrArray *postconf_milters(const char *value);

/* "30s", "5m", "300" in seconds; -1: something else. */
gint64 postconf_seconds(const char *value);

/* Is WORD one of the words of VALUE (by comma or white space)? */
bool postconf_has(const char *value, const char *word);

#endif
