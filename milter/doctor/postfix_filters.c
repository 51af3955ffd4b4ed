/*
 * The filters in Postfix's lists: which of them is Anteroom, as a service sees
 * it from its chroot, may it be reached, and does it stand in the right place.
 */
#include "doctor/postfix.h"

#include <string.h>
#include <sys/stat.h>

#include "doctor/access.h"
#include "doctor/probe.h"

/* The path of a unix endpoint, or NULL. */
static const char *path_of(const char *endpoint)
{
	static const char *const kinds[] = {"unix:", "local:"};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(endpoint, kinds[i])) {
			return endpoint + strlen(kinds[i]);
		}
	}
	return NULL;
}

/* Where Postfix looks: a relative path, and in a chroot every path, is taken
 * from the queue's folder. Transfer full. */
static char *seen_path(const Postfix *postfix, const char *path, bool chroots)
{
	return chroots || !g_path_is_absolute(path)
		   ? g_strconcat(postfix->queue, "/", path, NULL)
		   : g_strdup(path);
}

static bool same_file(const char *one, const char *other)
{
	g_autofree char *a = g_canonicalize_filename(one, "/");
	g_autofree char *b = g_canonicalize_filename(other, "/");
	struct stat s, t;

	return strcmp(a, b) == 0 ||
	       (stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev &&
		   s.st_ino == t.st_ino);
}

static const char *own_path(const Postfix *postfix)
{
	return path_of(postfix->doctor->conf->milter_socket);
}

static FilterKind kind_of_path(
    const Postfix *postfix, const PostfixService *service, const char *path)
{
	const char *own = own_path(postfix);
	bool chroots = postconf_chroots(postfix->conf, service);
	g_autofree char *seen = seen_path(postfix, path, chroots);
	g_autofree char *outside = seen_path(postfix, path, false);

	if (own != NULL && same_file(seen, own)) {
		return FILTER_OURS;
	}
	if (own != NULL && same_file(outside, own)) {
		return FILTER_CHROOT;
	}
	return strstr(path, "anteroom") != NULL ? FILTER_ASTRAY : FILTER_OTHER;
}

/* "inet:HOST:PORT" is Postfix's way, "inet:PORT@HOST" libmilter's. */
static FilterKind kind_of_port(const Postfix *postfix, const char *endpoint)
{
	const char *own = strchr(postfix->doctor->conf->milter_socket, ':') + 1;
	const char *at = strchr(own, '@');
	gsize n_port = strcspn(own, "@");
	const char *colon = strrchr(endpoint, ':');
	const char *host = strchr(endpoint, ':');

	if (own_path(postfix) != NULL || colon == host || host == NULL) {
		return FILTER_OTHER;
	}
	g_autofree char *their_host =
	    g_strndup(host + 1, (gsize)(colon - host - 1));

	if (strlen(colon + 1) != n_port || strncmp(colon + 1, own, n_port)) {
		return FILTER_OTHER;
	}
	/* Without a host, or on all of its addresses, any name may be ours. */
	return at == NULL || strcmp(at + 1, "0.0.0.0") == 0 ||
		       strcmp(at + 1, "::") == 0 ||
		       g_ascii_strcasecmp(at + 1, their_host) == 0 ||
		       (probe_is_loopback(at + 1) &&
			   probe_is_loopback(their_host))
		   ? FILTER_OURS
		   : FILTER_OTHER;
}

FilterKind postfix_kind(
    const Postfix *postfix, const PostfixService *service, const char *endpoint)
{
	const char *path = path_of(endpoint);

	return path != NULL ? kind_of_path(postfix, service, path)
			    : kind_of_port(postfix, endpoint);
}

Filters postfix_filters(
    const Postfix *postfix, const PostfixService *service, const char *setting)
{
	Filters filters = {.milters = postconf_milters(
			       postconf_get(postfix->conf, service, setting))};

	for (guint i = 0; i < filters.milters->len; i++) {
		const PostfixMilter *milter = filters.milters->pdata[i];
		FilterKind kind =
		    postfix_kind(postfix, service, milter->endpoint);

		if (kind > filters.kind) {
			filters.kind = kind;
			filters.at = i;
		}
	}
	return filters;
}

void filters_clear(Filters *filters)
{
	g_clear_pointer(&filters->milters, g_ptr_array_unref);
}

/* The part of PATH below FOLDER; NULL: it isn't. */
static const char *below(const char *path, const char *folder)
{
	gsize n = strlen(folder);

	return n > 0 && strncmp(path, folder, n) == 0 && path[n] == '/'
		   ? path + n + 1
		   : NULL;
}

char *postfix_name(const PostfixService *service)
{
	return g_strconcat(service->name, "/", service->type, NULL);
}

/* "main.cf: SETTING = ... ", or of SERVICE itself. Transfer full. */
static char *setting_of(const PostfixService *service, const char *setting)
{
	return g_hash_table_contains(service->own, setting)
		   ? g_strdup_printf(
			 "master.cf, %s: -o %s=...,", service->name, setting)
		   : g_strdup_printf("main.cf: %s = ... ", setting);
}

char *postfix_mend(
    const Postfix *postfix, const PostfixService *service, const char *setting)
{
	const char *socket = postfix->doctor->conf->milter_socket;
	const char *path = own_path(postfix);
	const char *inner = path != NULL ? below(path, postfix->queue) : NULL;
	const char *port = strchr(socket, ':') + 1;
	const char *at = strchr(port, '@');
	g_autofree char *where = setting_of(service, setting);

	if (path == NULL) {
		return g_strdup_printf("%sinet:%s:%.*s", where,
		    at != NULL ? at + 1 : "127.0.0.1", (int)strcspn(port, "@"),
		    port);
	}
	if (inner != NULL || !postconf_chroots(postfix->conf, service)) {
		return g_strdup_printf(
		    "%sunix:%s", where, inner != NULL ? inner : path);
	}
	return g_strdup_printf(
	    "anteroom.conf: milter { socket = \"unix:%s/anteroom/milter.sock\" "
	    "}; %sunix:anteroom/milter.sock (the folder: "
	    "anteroom-postfix.tmpfiles)",
	    postfix->queue, where);
}

void postfix_tell_unasked(
    Postfix *postfix, const PostfixService *service, const Unasked *unasked)
{
	Doctor *doctor = postfix->doctor;
	const char *setting = unasked->setting;
	g_auto(Filters) filters = postfix_filters(postfix, service, setting);
	const char *value = postconf_get(postfix->conf, service, setting);
	g_autofree char *name = postfix_name(service);
	g_autofree char *mend = postfix_mend(postfix, service, setting);
	const PostfixMilter *milter = filters.milters->len > 0
					  ? filters.milters->pdata[filters.at]
					  : NULL;

	if (filters.kind == FILTER_CHROOT) {
		g_autofree char *seen =
		    seen_path(postfix, path_of(milter->endpoint), true);

		doctor_tell(doctor, "postfix-chroot", DOCTOR_WRONG, mend,
		    "%s: %s: in the chroot %s it looks for %s at %s", name,
		    unasked->effect, postfix->queue, milter->endpoint, seen);
	} else if (filters.kind == FILTER_ASTRAY) {
		doctor_tell(doctor, unasked->check, unasked->state, mend,
		    "%s: %s: %s leads to %s, but Anteroom listens at %s", name,
		    unasked->effect, setting, milter->endpoint,
		    doctor->conf->milter_socket);
	} else {
		doctor_tell(doctor, unasked->check, unasked->state, mend,
		    "%s: %s: %s (%s) doesn't name %s", name, unasked->effect,
		    setting, *value != '\0' ? value : "empty",
		    doctor->conf->milter_socket);
	}
}

void check_postfix_rights(Postfix *postfix, const PostfixService *service)
{
	g_auto(Filters) filters =
	    postfix_filters(postfix, service, "smtpd_milters");
	const PostfixMilter *milter = filters.milters->pdata[filters.at];
	const char *path = path_of(milter->endpoint);
	const char *owner = postconf_get(postfix->conf, NULL, "mail_owner");
	bool chroots = postconf_chroots(postfix->conf, service);
	g_auto(Lack) lack = {0};
	Account account;

	if (path == NULL || !account_named(&account, owner)) {
		return;
	}
	g_autofree char *seen = seen_path(postfix, path, chroots);
	bool inside = chroots || !g_path_is_absolute(path);

	if (access_reaches(
		&account, inside ? postfix->queue : "/", seen, &lack)) {
		doctor_tell(postfix->doctor, "socket-rights", DOCTOR_OK, NULL,
		    "user %s may connect to %s%s", owner, seen,
		    chroots ? ", from its chroot" : "");
	} else {
		doctor_tell(postfix->doctor, "socket-rights",
		    lack.unseen ? DOCTOR_SKIPPED : DOCTOR_WRONG, lack.mend,
		    "%s", lack.found);
	}
}

/* ---- the order ---- */

/* By their usual names: what verifies or refuses has to come first; what only
 * signs comes last. */
static bool is_named(const char *endpoint, const char *const *names, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		if (strstr(endpoint, names[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static DoctorState state_after(
    const PostfixMilter *milter, bool first, bool believes)
{
	static const char *const judges[] = {"dmarc", "rspamd", "spamass",
	    "clamav", "clamsmtp", "amavis", "grey", "spf", "authentication"};
	static const char *const signers[] = {"dkim", "arc"};

	/* Before us there is nothing that could have verified. */
	if (first && believes) {
		return DOCTOR_WRONG;
	}
	if (is_named(milter->endpoint, judges, G_N_ELEMENTS(judges))) {
		return believes ? DOCTOR_WRONG : DOCTOR_WARN;
	}
	if (is_named(milter->endpoint, signers, G_N_ELEMENTS(signers))) {
		return DOCTOR_OK;
	}
	return DOCTOR_WARN;
}

void check_postfix_order(Postfix *postfix, const PostfixService *service)
{
	g_auto(Filters) filters =
	    postfix_filters(postfix, service, "smtpd_milters");
	const char *id = postfix->doctor->conf->authserv_id;
	bool believes = *id != '\0';

	for (guint i = filters.at + 1; i < filters.milters->len; i++) {
		const PostfixMilter *milter = filters.milters->pdata[i];
		DoctorState state =
		    state_after(milter, filters.at == 0, believes);

		if (state != DOCTOR_OK) {
			doctor_tell(postfix->doctor, "postfix-order", state,
			    "main.cf: smtpd_milters = those that verify or "
			    "refuse, then Anteroom, then those that only sign",
			    "%s comes after Anteroom (%s/%s): what it verifies "
			    "isn't known yet, and what it refuses has a case",
			    milter->endpoint, service->name, service->type);
			return;
		}
	}
	if (believes && filters.at == 0) {
		doctor_tell(postfix->doctor, "postfix-order", DOCTOR_WARN,
		    "put the filter that verifies DKIM and DMARC before "
		    "Anteroom, or set milter { authserv-id = \"\" }",
		    "authserv-id is \"%s\", but no filter before Anteroom adds "
		    "Authentication-Results",
		    id);
		return;
	}
	doctor_tell(postfix->doctor, "postfix-order", DOCTOR_OK, NULL,
	    "Anteroom comes after %u other filter%s", filters.at,
	    filters.at == 1 ? "" : "s");
}
