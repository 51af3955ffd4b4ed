/* The milter socket as it lies there; whether the mail server finds it is
 * asked of its own settings. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor/access.h"
#include "doctor/internal.h"
#include "doctor/probe.h"

#define CHECK "milter-socket"

/* Who connects can claim any login. */
static void check_strangers(Doctor *doctor, const char *path)
{
	Account stranger = account_stranger();
	g_auto(Lack) lack = {0};

	if (access_reaches(&stranger, "/", path, &lack)) {
		doctor_tell(doctor, CHECK, DOCTOR_WRONG,
		    "anteroom.conf: milter { socket-mode = \"0660\" }, and "
		    "restart anteroomd",
		    "every user of this machine may connect to %s and claim "
		    "to have logged in",
		    path);
	}
}

static void check_path(Doctor *doctor, const char *path)
{
	struct stat status;
	bool denied;
	g_autofree char *why = probe_unix(path, &denied);

	if (lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode)) {
		doctor_tell(doctor, CHECK, DOCTOR_WRONG,
		    "move that away and restart anteroomd", "%s isn't a socket",
		    path);
		return;
	}
	if (denied) {
		doctor_tell(doctor, CHECK, DOCTOR_SKIPPED,
		    "run anteroom doctor as root", "%s: %s", path, why);
		return;
	}
	if (why != NULL) {
		doctor_tell(doctor, CHECK, DOCTOR_WRONG,
		    doctor->health != NULL
			? "restart anteroomd: milter { socket } was changed"
			: "systemctl start anteroomd, and look at its log",
		    "%s: %s", path, why);
		return;
	}
	doctor_tell(
	    doctor, CHECK, DOCTOR_OK, NULL, "%s takes connections", path);
	check_strangers(doctor, path);
}

/* "inet:PORT@HOST", "inet:PORT". */
static void check_port(Doctor *doctor, const char *address)
{
	const char *port_at = strchr(address, ':') + 1;
	const char *at = strchr(port_at, '@');
	g_autofree char *port = at != NULL
				    ? g_strndup(port_at, (gsize)(at - port_at))
				    : g_strdup(port_at);
	const char *host = at != NULL ? at + 1 : "127.0.0.1";
	g_autofree char *why = probe_tcp(host, port);

	if (why != NULL) {
		doctor_tell(doctor, CHECK, DOCTOR_WRONG,
		    "systemctl start anteroomd, and look at its log", "%s: %s",
		    address, why);
	} else if (at == NULL || !probe_is_loopback(host)) {
		doctor_tell(doctor, CHECK, DOCTOR_WARN,
		    "a firewall that lets the mail server alone connect; or, "
		    "on one machine, milter { socket = \"unix:...\" }",
		    "%s is open to the network: whoever connects can claim to "
		    "have logged in",
		    address);
	} else {
		doctor_tell(doctor, CHECK, DOCTOR_OK, NULL,
		    "%s takes connections", address);
	}
}

static void check_on_error(Doctor *doctor)
{
	if (doctor->conf->on_error == ON_ERROR_ACCEPT) {
		doctor_tell(doctor, "on-error", DOCTOR_WARN,
		    "anteroom.conf: milter { on-error = \"tempfail\" }",
		    "while a case can't be recorded, mail is delivered without "
		    "one");
	}
}

void check_milter_socket(Doctor *doctor)
{
	const char *address = doctor->conf->milter_socket;

	check_on_error(doctor);

	if (g_str_has_prefix(address, "unix:")) {
		check_path(doctor, address + strlen("unix:"));
	} else {
		check_port(doctor, address);
	}
}
