/* Do notices get out: is the mail server there that takes them, does somebody
 * fetch them, did some come back for good? */
#include <string.h>

#include "anteroom/times.h"
#include "doctor/internal.h"
#include "doctor/probe.h"

#define STUCK_S (15 * 60)
#define SYSTEM_USER "anteroom-courier"

static const struct {
	const char *scheme, *port;
} schemes[] = {{"smtp", "25"}, {"smtps", "465"}};

static void check_relay(Doctor *doctor)
{
	const char *url = doctor->conf->notify_relay;
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
	g_autofree char *port = NULL;
	g_autofree char *why = NULL;

	if (uri == NULL || g_uri_get_host(uri) == NULL) {
		return;
	}
	if (g_uri_get_port(uri) > 0) {
		port = g_strdup_printf("%d", g_uri_get_port(uri));
	}
	for (gsize i = 0; port == NULL && i < G_N_ELEMENTS(schemes); i++) {
		if (strcmp(g_uri_get_scheme(uri), schemes[i].scheme) == 0) {
			port = g_strdup(schemes[i].port);
		}
	}
	why = probe_tcp(g_uri_get_host(uri), port != NULL ? port : "25");
	doctor_tell(doctor, "relay", why != NULL ? DOCTOR_WRONG : DOCTOR_OK,
	    why != NULL ? "anteroom.conf: notify { relay = "
			  "\"smtp://HOST:PORT\" } of a mail server that runs"
			: NULL,
	    "%s %s%s", url,
	    why != NULL ? "can't be reached: " : "takes connections",
	    why != NULL ? why : "");
}

/* The first that waits has waited for long. */
static void check_stuck(Doctor *doctor)
{
	const JsonValue *outbox = json_get(doctor->status, "outbox");
	const char *next = json_get_string(doctor->notice, "next");
	gint64 due = json_get_int(outbox, "due", 0);
	gint64 next_s = 0;

	if (due > 0 && next != NULL &&
	    times_parse_rfc3339(next, &next_s, NULL) &&
	    next_s + STUCK_S < doctor->ask->now_s) {
		doctor_tell(doctor, "outbox", DOCTOR_WRONG,
		    "systemctl enable --now anteroom-courier; anteroom.conf: "
		    "control { readers } has anteroom-courier",
		    "%d notices are due, the first since %s: no courier "
		    "fetches them",
		    (int)due, next);
	} else {
		doctor_tell(doctor, "outbox", DOCTOR_OK, NULL,
		    "%d notices wait, %d of them due",
		    (int)json_get_int(outbox, "waiting", 0), (int)due);
	}
}

static void check_dead(Doctor *doctor)
{
	const JsonValue *outbox = json_get(doctor->status, "outbox");
	gint64 dead = json_get_int(outbox, "dead", 0);

	if (dead > 0) {
		doctor_tell(doctor, "outbox", DOCTOR_WARN,
		    "anteroom notices --state dead says why; anteroom "
		    "notice-retry NOTICE",
		    "notices that were given up: %d", (int)dead);
	}
}

void check_courier(Doctor *doctor)
{
	if (*doctor->conf->notify_from == '\0') {
		doctor_tell(doctor, "relay", DOCTOR_WARN,
		    "anteroom.conf: notify { from = \"Anteroom "
		    "<anteroom@...>\" }",
		    "no notices are sent: nobody is told that a case is late");
		return;
	}
	check_relay(doctor);
	role_check(doctor, "outbox", SYSTEM_USER);
	if (doctor->status != NULL) {
		check_stuck(doctor);
		check_dead(doctor);
	}
}
