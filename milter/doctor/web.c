/* The dashboard, if there is one. */
#include <string.h>

#include "doctor/internal.h"
#include "doctor/probe.h"

#define START "systemctl enable --now anteroom-web"

static void check_exposed(Doctor *doctor, const char *host)
{
	if (!probe_is_loopback(host)) {
		doctor_tell(doctor, "web", DOCTOR_WARN,
		    "anteroom.conf: web { listen = \"127.0.0.1:8025\" }, and a "
		    "web server with TLS before it",
		    "%s is open to the network without TLS",
		    doctor->conf->web_listen);
	}
}

void check_web(Doctor *doctor)
{
	const char *listen = doctor->conf->web_listen;
	const char *colon = strrchr(listen, ':');
	g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
	bool local = g_str_has_prefix(listen, "unix:");
	bool denied = false;
	g_autofree char *why = NULL;

	/* Without anybody who may log in there is nothing to look at. */
	if (!g_file_test(doctor->conf->web_users, G_FILE_TEST_EXISTS)) {
		doctor_tell(doctor, "web", DOCTOR_SKIPPED,
		    "anteroom user add NAME ROLE, if there is to be a "
		    "dashboard",
		    "no users (%s)", doctor->conf->web_users);
		return;
	}
	role_check(doctor, "web", doctor->conf->web_system_user);
	why = local ? probe_unix(listen + strlen("unix:"), &denied)
		    : probe_tcp(host, colon + 1);
	if (denied) {
		doctor_tell(doctor, "web", DOCTOR_SKIPPED,
		    "run anteroom doctor as root", "%s: %s", listen, why);
	} else if (why != NULL) {
		doctor_tell(doctor, "web", DOCTOR_WARN, START,
		    "the dashboard isn't there: %s: %s", listen, why);
	} else {
		doctor_tell(doctor, "web", DOCTOR_OK, NULL,
		    "%s takes connections", listen);
	}
	if (!local) {
		check_exposed(doctor, host);
	}
}
