/*
 * The services of master.cf: each may leave Anteroom out, or say of strangers
 * that they are ours. And mail that comes by none of them: written on this
 * machine, or made by Postfix itself.
 */
#include "doctor/postfix.h"

#include <string.h>

#include "doctor/probe.h"

#define DAEMON_NAME "milter_macro_daemon_name"

static bool yes(const char *value)
{
	return g_ascii_strcasecmp(value, "yes") == 0;
}

static bool skips_filters(const Postfix *postfix, const PostfixService *service)
{
	return postconf_has(
	    postconf_get(postfix->conf, service, "receive_override_options"),
	    "no_milters");
}

/* "submission", or "587" behind an address. */
static const char *port_of(const PostfixService *service)
{
	const char *colon = strrchr(service->name, ':');

	return colon != NULL ? colon + 1 : service->name;
}

static bool on_loopback(const PostfixService *service)
{
	const char *colon = strrchr(service->name, ':');
	g_autofree char *host =
	    colon != NULL
		? g_strndup(service->name, (gsize)(colon - service->name))
		: NULL;

	return host != NULL && probe_is_loopback(host);
}

/* For people who write, who have to log in. */
static bool is_submission(const Postfix *postfix, const PostfixService *service)
{
	static const char *const ports[] = {
	    "submission", "submissions", "smtps", "587", "465"};
	const char *own =
	    g_hash_table_lookup(service->own, "smtpd_sasl_auth_enable");
	const char *name = g_hash_table_lookup(service->own, DAEMON_NAME);

	if (strcmp(service->type, "inet") != 0 ||
	    strcmp(port_of(service), "smtp") == 0 ||
	    strcmp(port_of(service), "25") == 0) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(ports); i++) {
		if (strcmp(port_of(service), ports[i]) == 0) {
			return true;
		}
	}
	return (own != NULL && yes(own)) ||
	       (name != NULL &&
		   g_strv_contains(
		       postfix->doctor->conf->submission_daemons, name));
}

bool postfix_is_door(const Postfix *postfix, const PostfixService *service)
{
	const char *own = g_hash_table_lookup(service->own, "smtpd_milters");

	if (strcmp(service->program, "smtpd") != 0 ||
	    (strcmp(service->type, "inet") != 0 &&
		strcmp(service->type, "pass") != 0)) {
		return false;
	}
	/* Where a content filter gives mail back, it has been seen. */
	return !on_loopback(service) || !(skips_filters(postfix, service) ||
					    (own != NULL && *own == '\0'));
}

bool postfix_asks(const Postfix *postfix, const PostfixService *service)
{
	g_auto(Filters) filters =
	    postfix_filters(postfix, service, "smtpd_milters");

	return postfix_is_door(postfix, service) &&
	       !skips_filters(postfix, service) && filters.kind == FILTER_OURS;
}

/* ---- does Anteroom see what comes in? ---- */

static void tell_skips(
    Postfix *postfix, const PostfixService *service, const Unasked *unasked)
{
	g_autofree char *mend = g_strdup_printf(
	    "master.cf, %s: take no_milters out of receive_override_options",
	    service->name);
	g_autofree char *name = postfix_name(service);

	doctor_tell(postfix->doctor, unasked->check, DOCTOR_WRONG, mend,
	    "%s: %s: receive_override_options has no_milters", name,
	    unasked->effect);
}

/* With an inet: socket, the mail server may be another machine. */
static DoctorState state_unasked(const Postfix *postfix)
{
	return g_str_has_prefix(postfix->doctor->conf->milter_socket, "unix:")
		   ? DOCTOR_WRONG
		   : DOCTOR_WARN;
}

static void tell_unasked(Postfix *postfix, const PostfixService *service)
{
	bool submission = is_submission(postfix, service);
	const Unasked unasked = {
	    .check = submission ? "postfix-submission" : "postfix-filter",
	    .state = state_unasked(postfix),
	    .setting = "smtpd_milters",
	    .effect = submission
			  ? "replies that leave aren't seen, clocks run on"
			  : "mail that comes in isn't seen",
	};

	if (skips_filters(postfix, service)) {
		tell_skips(postfix, service, &unasked);
	} else {
		postfix_tell_unasked(postfix, service, &unasked);
	}
}

/* Is what SERVICE does with filters told already for main.cf as a whole? */
static bool is_inherited(const PostfixService *service)
{
	return !g_hash_table_contains(service->own, "smtpd_milters") &&
	       !g_hash_table_contains(service->own, "receive_override_options");
}

void check_postfix_services(Postfix *postfix)
{
	const GPtrArray *services = postfix->conf->services;
	const PostfixService *first = NULL;
	guint doors = 0, asking = 0;
	bool told = false;

	for (guint i = 0; i < services->len; i++) {
		const PostfixService *service = services->pdata[i];

		if (!postfix_is_door(postfix, service)) {
			continue;
		}
		doors++;
		if (postfix_asks(postfix, service)) {
			asking++;
			first = first != NULL ? first : service;
		} else if (!is_inherited(service) || !told) {
			tell_unasked(postfix, service);
			told |= is_inherited(service);
		}
	}
	if (first != NULL) {
		doctor_tell(postfix->doctor, "postfix-filter", DOCTOR_OK, NULL,
		    "%u of %u SMTP services ask Anteroom", asking, doors);
		check_postfix_rights(postfix, first);
		check_postfix_order(postfix, first);
	} else if (doors == 0) {
		doctor_tell(postfix->doctor, "postfix-filter", DOCTOR_WARN,
		    "master.cf: smtp inet n - y - - smtpd",
		    "no SMTP service takes mail");
	}
}

/* ---- who is one of us? ---- */

static bool is_listed(const Postfix *postfix, const PostfixService *service)
{
	return g_strv_contains(postfix->doctor->conf->submission_daemons,
	    postconf_get(postfix->conf, service, DAEMON_NAME));
}

void check_postfix_names(Postfix *postfix)
{
	const GPtrArray *services = postfix->conf->services;
	Proof proof = {.mend = "master.cf, under submission: -o " DAEMON_NAME
			       "=ORIGINATING; anteroom.conf: milter { "
			       "submission-daemons = {\"ORIGINATING\"} }"};
	guint asking = 0;

	for (guint i = 0; i < services->len; i++) {
		const PostfixService *service = services->pdata[i];

		if (!postfix_asks(postfix, service)) {
			continue;
		}
		asking++;
		proof.logins |= yes(postconf_get(
		    postfix->conf, service, "smtpd_sasl_auth_enable"));
		if (!is_listed(postfix, service)) {
			continue;
		}
		proof.named = true;
		if (!is_submission(postfix, service)) {
			proof.open = service->name;
		}
	}
	if (asking > 0) {
		replies_tell(postfix->doctor, &proof);
	}
}

/* ---- mail that comes by no SMTP ---- */

static void check_pickup(Postfix *postfix)
{
	const PostfixService *pickup =
	    postconf_service(postfix->conf, "pickup", "unix");
	bool skips = pickup != NULL && skips_filters(postfix, pickup);

	if (!skips && conf_trusts_ip(postfix->doctor->conf, "127.0.0.1")) {
		doctor_tell(postfix->doctor, "postfix-local-mail", DOCTOR_WRONG,
		    "master.cf, pickup: -o receive_override_options="
		    "no_milters; or take 127.0.0.1 out of trusted-networks",
		    "whoever can run sendmail(1) here, each web form too, is "
		    "believed to be one of us");
		return;
	}
	doctor_tell(postfix->doctor, "postfix-local-mail", DOCTOR_OK, NULL,
	    skips ? "what sendmail(1) writes is kept from Anteroom; bounces "
		    "are shown"
		  : "what sendmail(1) writes is shown to Anteroom, too");
}

void check_postfix_local(Postfix *postfix)
{
	const PostfixService *cleanup =
	    postconf_service(postfix->conf, "cleanup", "unix");
	const char *classes =
	    postconf_get(postfix->conf, NULL, "internal_mail_filter_classes");
	bool shown;

	if (cleanup == NULL) {
		return;
	}
	g_auto(Filters) filters =
	    postfix_filters(postfix, cleanup, "non_smtpd_milters");
	shown = filters.kind == FILTER_OURS;
	if (shown) {
		check_pickup(postfix);
	} else {
		postfix_tell_unasked(postfix, cleanup,
		    &(const Unasked){"postfix-local-mail", DOCTOR_WARN,
			"non_smtpd_milters",
			"what sendmail(1) writes isn't seen"});
	}
	if (shown && postconf_has(classes, "bounce")) {
		doctor_tell(postfix->doctor, "postfix-bounces", DOCTOR_OK, NULL,
		    "bounces of replies are shown to Anteroom");
	} else {
		doctor_tell(postfix->doctor, "postfix-bounces", DOCTOR_WARN,
		    "main.cf: internal_mail_filter_classes = bounce, and "
		    "Anteroom among non_smtpd_milters",
		    "bounces that this Postfix makes itself aren't seen: a "
		    "reply that never arrived counts as an answer");
	}
}
