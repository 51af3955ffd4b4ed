/* `doctor`: the findings as lines, or as one object. */
#include <string.h>

#include "anteroom/doctor.h"
#include "anteroom/times.h"
#include "cli/cli.h"

static bool is_well(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const DoctorFinding *finding = findings->pdata[i];

		if (finding->state == DOCTOR_WRONG) {
			return false;
		}
	}
	return true;
}

static void put_lines(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const DoctorFinding *finding = findings->pdata[i];

		printf("%-7s %s: %s\n", doctor_state_name(finding->state),
		    finding->check, finding->found);
		if (finding->mend != NULL) {
			printf("        -> %s\n", finding->mend);
		}
	}
}

static void put_json(const GPtrArray *findings)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_bool(json, "ok", is_well(findings));
	json_begin_array(json, "checks");
	for (guint i = 0; i < findings->len; i++) {
		const DoctorFinding *finding = findings->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "check", finding->check);
		json_string(json, "state", doctor_state_name(finding->state));
		json_string(json, "found", finding->found);
		json_string(json, "mend", finding->mend);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
	text = json_text(json);
	puts(text);
}

/* What is wrong was said; the rest is the exit code. */
static void judge(const GPtrArray *findings, bool loads, GError **error)
{
	if (!loads) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "doctor: the configuration can't be used as it is");
	} else if (!is_well(findings)) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_NO,
		    "doctor: something is wrong");
	}
}

int doctor_run(const Options *options)
{
	DoctorAsk ask = {.conf_path = options->conf_path,
	    .postfix_config = options_text(options, "postfix-config"),
	    .sendmail_cf = options_text(options, "sendmail-cf"),
	    .now_s = times_now_s()};
	g_autoptr(GPtrArray) findings = NULL;
	g_autoptr(GError) error = NULL;
	bool loads;

	findings = doctor_examine(&ask, &loads);
	if (options->json) {
		put_json(findings);
	} else {
		put_lines(findings);
	}
	if (exit_flush(&error)) {
		judge(findings, loads, &error);
	}
	return exit_say(error);
}
