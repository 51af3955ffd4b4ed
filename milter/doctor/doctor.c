/* The order of the checks, and how each tells what it finds. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "anteroom/message.h"
#include "anteroom/text.h"
#include "doctor/internal.h"

#define FOUND_BYTES 1000
#define PROBLEMS_TOLD 20

static const char *const state_names[DOCTOR_STATES] = {
    [DOCTOR_OK] = "ok",
    [DOCTOR_WARN] = "warn",
    [DOCTOR_WRONG] = "wrong",
    [DOCTOR_SKIPPED] = "skipped",
};

const char *doctor_state_name(DoctorState state)
{
	return state_names[state];
}

static void finding_free(gpointer data)
{
	DoctorFinding *finding = data;

	g_free(finding->found);
	g_free(finding->mend);
	g_free(finding);
}

void doctor_tell(Doctor *doctor, const char *check, DoctorState state,
    const char *mend, const char *format, ...)
{
	DoctorFinding *finding = g_new0(DoctorFinding, 1);
	g_autofree char *found = NULL;
	va_list list;

	va_start(list, format);
	found = g_strdup_vprintf(format, list);
	va_end(list);
	finding->check = check;
	finding->state = state;
	finding->found = text_one_line(found, strlen(found), FOUND_BYTES);
	if (mend != NULL) {
		finding->mend = text_one_line(mend, strlen(mend), FOUND_BYTES);
	}
	g_ptr_array_add(doctor->findings, finding);
}

/* ---- the configuration comes first: the others stand on it ---- */

static void tell_problems(Doctor *doctor, GPtrArray *problems)
{
	conf_problems_sort(problems);
	for (guint i = 0; i < MIN(problems->len, PROBLEMS_TOLD); i++) {
		const ConfProblem *problem = problems->pdata[i];
		g_autofree char *text = conf_problem_text(problem);

		doctor_tell(doctor, "configuration",
		    problem->warning ? DOCTOR_WARN : DOCTOR_WRONG,
		    "anteroom check names each mistake, with file and line",
		    "%s", text);
	}
}

static void tell_rules(Doctor *doctor)
{
	guint rules = ruleset_size(doctor->setup->rules);

	if (rules == 0) {
		doctor_tell(doctor, "configuration", DOCTOR_WRONG,
		    "anteroom.conf: rules { packs = "
		    "{\"/usr/share/anteroom/rules/*.rules\"} }",
		    "no rules load: every case is of topic other");
	} else {
		doctor_tell(doctor, "configuration", DOCTOR_OK, NULL,
		    "%s and %u rules load", doctor->ask->conf_path, rules);
	}
}

static void check_configuration(Doctor *doctor)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	const char *path = doctor->ask->conf_path;

	message_init();
	doctor->setup = setup_load(path, problems);
	if (doctor->setup != NULL) {
		doctor->conf = conf_ref(doctor->setup->conf);
	} else {
		g_autoptr(GPtrArray) again = conf_problems_new();

		doctor->conf = conf_load_flawed(path, again);
	}
	tell_problems(doctor, problems);
	if (doctor->setup != NULL) {
		tell_rules(doctor);
	}
}

void check_mail_server(Doctor *doctor)
{
	bool postfix = check_postfix(doctor);
	bool sendmail = check_sendmail(doctor);

	if (!postfix && !sendmail) {
		doctor_tell(doctor, "mail-server", DOCTOR_SKIPPED,
		    "anteroom doctor --postfix-config FOLDER (or --sendmail-cf "
		    "FILE), or run it where the mail server is",
		    "neither Postfix nor Sendmail is set up here");
	}
}

static void (*const checks[])(Doctor *doctor) = {
    check_configuration,
    check_daemon,
    check_milter_socket,
    check_mail_server,
    check_store,
    check_calendars,
    check_clock,
    check_people,
    check_courier,
    check_web,
};

GPtrArray *doctor_examine(const DoctorAsk *ask, bool *loads)
{
	Doctor doctor = {.ask = ask};

	doctor.findings = g_ptr_array_new_with_free_func(finding_free);
	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		checks[i](&doctor);
		/* Nothing of it is known: all else would be guessed. */
		if (g_access(ask->conf_path, R_OK) != 0) {
			break;
		}
	}
	*loads = doctor.setup != NULL;
	g_clear_pointer(&doctor.conf, conf_unref);
	g_clear_pointer(&doctor.setup, setup_unref);
	json_value_free(doctor.health);
	json_value_free(doctor.status);
	json_value_free(doctor.metrics);
	json_value_free(doctor.notice);
	json_value_free(doctor.unread);
	return doctor.findings;
}
