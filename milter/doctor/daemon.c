/* What only the daemon knows is asked by its control socket, once, for all
 * checks; it is waited for no longer than DOCTOR_DAEMON_S. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/times.h"
#include "doctor/internal.h"
#include "doctor/patience.h"
#include "doctor/probe.h"

#define START "systemctl start anteroomd, and look at its log"
#define DRIFT_S 5 /* a file may be newer by so much than what was loaded */

typedef struct {
	const char *command;
	const char *args; /* JSON; NULL: none */
} Question;

/* In the order of the JsonValues of Asked. */
static const Question questions[] = {
    {"health", NULL},
    {"status", NULL},
    {"notices", "{\"limit\":\"1\"}"},
    {"cases", "{\"topic\":\"unread\",\"state\":\"open\",\"limit\":\"1\"}"},
    {"metrics", NULL},
};

typedef struct {
	char *path;
	JsonValue *rows[G_N_ELEMENTS(questions)];
	GError *error; /* of the first question */
} Asked;

static void asked_free(gpointer data)
{
	Asked *asked = data;

	for (gsize i = 0; i < G_N_ELEMENTS(asked->rows); i++) {
		json_value_free(asked->rows[i]);
	}
	g_clear_error(&asked->error);
	g_free(asked->path);
	g_free(asked);
}

/* The first row is kept. */
static bool keep_row(const char *text, gsize length, gpointer data)
{
	JsonValue **row = data;

	if (*row == NULL) {
		*row = json_parse(text, length, NULL);
	}
	return true;
}

static bool ask_one(ControlClient *client, const Question *question,
    JsonValue **row, GError **error)
{
	g_autoptr(JsonValue) args =
	    question->args != NULL
		? json_parse(question->args, strlen(question->args), NULL)
		: NULL;
	ControlRequest request = {.command = question->command, .args = args};
	bool broken = false;

	return control_send(client, &request, error) &&
	       control_receive(client, keep_row, row, &broken, error);
}

static void ask_all(gpointer data)
{
	Asked *asked = data;
	g_autoptr(ControlClient) client =
	    control_connect(asked->path, &asked->error);

	for (gsize i = 0; client != NULL && i < G_N_ELEMENTS(questions); i++) {
		g_autoptr(GError) error = NULL;

		/* No notices waiting is an error, too: it says nothing. */
		if (!ask_one(client, &questions[i], &asked->rows[i], &error) &&
		    i == 0) {
			asked->error = g_steal_pointer(&error);
			return;
		}
	}
}

/* ---- findings ---- */

static bool is_newer(const char *path, gint64 loaded_s)
{
	struct stat status;

	return stat(path, &status) == 0 &&
	       status.st_mtim.tv_sec > loaded_s + DRIFT_S;
}

/* The configuration, or the file of one of its rules. NULL: none. */
static const char *changed_since(const Conf *conf, gint64 loaded_s)
{
	const char *last = NULL;

	if (is_newer(conf->path, loaded_s)) {
		return conf->path;
	}
	for (guint i = 0; i < conf->rules->len; i++) {
		const Rule *rule = conf->rules->pdata[i];

		if (rule->place.file != last && rule->place.file != NULL &&
		    is_newer(rule->place.file, loaded_s)) {
			return rule->place.file;
		}
		last = rule->place.file;
	}
	return NULL;
}

static void check_loaded(Doctor *doctor)
{
	const JsonValue *rules = json_get(doctor->health, "rules");
	const char *said = json_get_string(rules, "loaded_at");
	const char *path = json_get_string(doctor->health, "conf");
	const char *version = json_get_string(doctor->health, "version");
	const char *changed = NULL;
	gint64 loaded_s = 0;

	if (said != NULL && times_parse_rfc3339(said, &loaded_s, NULL)) {
		changed = changed_since(doctor->conf, loaded_s);
	}
	if (g_strcmp0(version, ANTEROOM_VERSION) != 0) {
		doctor_tell(doctor, "daemon-version", DOCTOR_WARN,
		    "systemctl restart anteroomd",
		    "the daemon is %s, this program " ANTEROOM_VERSION,
		    version);
	}
	if (changed != NULL) {
		doctor_tell(doctor, "daemon-configuration", DOCTOR_WARN,
		    "anteroom check && systemctl reload anteroomd",
		    "%s was changed after the daemon loaded it (%s)", changed,
		    said);
	} else {
		doctor_tell(doctor, "daemon-configuration", DOCTOR_OK, NULL,
		    "the daemon runs on %s as it is", path);
	}
}

/* What came in, and didn't get through as it should. */
static void check_screening(Doctor *doctor)
{
	const JsonValue *messages = json_get(doctor->metrics, "messages");
	const char *unread = json_get_string(doctor->unread, "id");
	gint64 failed = json_get_int(messages, "failed", 0);

	if (unread != NULL) {
		doctor_tell(doctor, "screening", DOCTOR_WARN,
		    "anteroom cases --topic unread: a person has to read them",
		    "%s and maybe others couldn't be read or judged", unread);
	}
	if (failed > 0) {
		doctor_tell(doctor, "screening", DOCTOR_WARN,
		    "journalctl -u anteroomd says why; room for the store",
		    "%d messages couldn't be recorded since the daemon's "
		    "start; the mail server was told to try again",
		    (int)failed);
	}
	if (unread == NULL && failed == 0) {
		doctor_tell(doctor, "screening", DOCTOR_OK, NULL,
		    "all that came in was read and recorded");
	}
}

static void take_answers(Doctor *doctor, Asked *asked)
{
	doctor->health = g_steal_pointer(&asked->rows[0]);
	doctor->status = g_steal_pointer(&asked->rows[1]);
	doctor->notice = g_steal_pointer(&asked->rows[2]);
	doctor->unread = g_steal_pointer(&asked->rows[3]);
	doctor->metrics = g_steal_pointer(&asked->rows[4]);
}

static void tell_error(Doctor *doctor, const GError *error)
{
	if (g_error_matches(error, ANTEROOM_ERROR, ERROR_DENIED)) {
		doctor_tell(doctor, "daemon", DOCTOR_SKIPPED,
		    "run anteroom doctor as root, or list this user in "
		    "anteroom.conf: control { readers }",
		    "this user may not ask it: %s", error->message);
	} else {
		doctor_tell(doctor, "daemon", DOCTOR_WRONG, START, "%s",
		    error != NULL ? error->message : "it said nothing");
	}
}

void check_daemon(Doctor *doctor)
{
	const char *path = doctor->conf->control_socket;
	bool denied;
	g_autofree char *why = probe_unix(path, &denied);
	Asked *asked;

	if (why != NULL && !denied) {
		doctor_tell(doctor, "daemon", DOCTOR_WRONG, START,
		    "control socket %s: %s", path, why);
		return;
	}
	asked = g_new0(Asked, 1);
	asked->path = g_strdup(path);
	if (!patience_do(ask_all, asked, asked_free, DOCTOR_DAEMON_S)) {
		doctor_tell(doctor, "daemon", DOCTOR_WRONG,
		    "systemctl restart anteroomd",
		    "control socket %s: no answer within %d s", path,
		    DOCTOR_DAEMON_S);
		return;
	}
	if (asked->rows[0] == NULL) {
		tell_error(doctor, asked->error);
	} else {
		take_answers(doctor, asked);
		doctor_tell(doctor, "daemon", DOCTOR_OK, NULL,
		    "it answers at %s", path);
		check_loaded(doctor);
		check_screening(doctor);
	}
	asked_free(asked);
}
