/*
 * The filters and services of a sendmail.cf. Pure: text in, a SendmailCf out;
 * lines of another shape are passed over.
 */
#ifndef DOCTOR_SENDMAIL_CF_H
#define DOCTOR_SENDMAIL_CF_H

#include <glib.h>

/* "Xanteroom, S=unix:/run/x, F=T, T=C:30s;S:30s;R:1m;E:5m" */
typedef struct {
	char *name;
	char *socket; /* "unix:/run/x"; "" */
	char *flags;  /* "T"; "" */
	char *times;  /* "C:30s;..."; "" */
} SendmailFilter;

/* "O DaemonPortOptions=Name=MSA, Port=587, M=Ea" */
typedef struct {
	char *name;    /* "" */
	char *port;    /* "" */
	char *filters; /* its own list; NULL: that of all */
	char *modifiers;
} SendmailDaemon;

typedef struct {
	GPtrArray *filters; /* of SendmailFilter, as defined */
	GPtrArray *daemons; /* of SendmailDaemon */
	char *list;         /* InputMailFilters: names by comma; "" */
	char *run_as;       /* RunAsUser; "" */
} SendmailCf;

SendmailCf *sendmail_cf_parse(const char *text);
void sendmail_cf_free(SendmailCf *cf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SendmailCf, sendmail_cf_free)

/* The filters that LIST (names by comma) asks, in their order: borrowed
 * SendmailFilters. Transfer container. */
GPtrArray *sendmail_cf_asked(const SendmailCf *cf, const char *list);

/* The seconds of KEY ('C', 'S', 'R', 'E') in TIMES; -1: not given. */
gint64 sendmail_seconds(const char *times, char key);

#endif
