/*
 * Postfix as postconf(1) tells its settings. The checks that look at one
 * setting are here; filters and services have files of their own.
 */
#include "doctor/postfix.h"

#include <string.h>

#include "anteroom/error.h"
#include "doctor/command.h"

/* All that is asked for; those that this Postfix doesn't know stay "". */
static const char *const settings[] = {"mail_version", "config_directory",
    "compatibility_level", "queue_directory", "mail_owner", "smtpd_milters",
    "non_smtpd_milters", "smtpd_milter_maps", "milter_default_action",
    "milter_protocol", "milter_connect_timeout", "milter_command_timeout",
    "milter_content_timeout", "milter_macro_daemon_name",
    "internal_mail_filter_classes", "receive_override_options",
    "smtpd_sasl_auth_enable", "smtpd_forbid_bare_newline", "mydestination",
    "relay_domains", "virtual_alias_domains", "virtual_mailbox_domains"};

#define ARGUMENTS 8

/* postconf with WORDS, which end with NULL. */
static char *run_postconf(
    const Doctor *doctor, const char *const *words, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *program = g_find_program_in_path("postconf");

	if (program == NULL) {
		program = g_strdup("/usr/sbin/postconf");
	}
	g_ptr_array_add(argv, program);
	if (doctor->ask->postfix_config != NULL) {
		g_ptr_array_add(argv, (gpointer) "-c");
		g_ptr_array_add(
		    argv, (gpointer)(guintptr)doctor->ask->postfix_config);
	}
	for (; *words != NULL; words++) {
		g_ptr_array_add(argv, (gpointer)(guintptr)*words);
	}
	g_ptr_array_add(argv, NULL);
	return command_run((const char *const *)argv->pdata, error);
}

static char *read_main(const Doctor *doctor, GError **error)
{
	const char *words[G_N_ELEMENTS(settings) + 2] = {"-x"};

	memcpy(words + 1, settings, sizeof settings);
	return run_postconf(doctor, words, error);
}

static Postconf *read_all(const Doctor *doctor, GError **error)
{
	static const char *const services[] = {"-M", NULL};
	static const char *const own[] = {"-P", "-x", NULL};
	g_autofree char *main_text = read_main(doctor, error);
	g_autofree char *services_text =
	    main_text != NULL ? run_postconf(doctor, services, error) : NULL;
	g_autofree char *own_text =
	    services_text != NULL ? run_postconf(doctor, own, error) : NULL;
	Postconf *conf;

	if (own_text == NULL) {
		return NULL;
	}
	conf = postconf_new();
	postconf_read_main(conf, main_text);
	postconf_read_services(conf, services_text);
	postconf_read_own(conf, own_text);
	return conf;
}

/* ---- single settings ---- */

static const struct {
	const char *action, *found; /* NULL: fine */
} actions[] = {
    {"tempfail", NULL},
    {"shutdown", NULL},
    {"accept", "while Anteroom doesn't answer, mail passes without a case"},
    {"reject", "while Anteroom doesn't answer, mail is refused for good"},
    {"quarantine",
	"while Anteroom doesn't answer, mail is put on hold, and has no case "
	"when it is released"},
};

static const char *fault_of(const char *action)
{
	for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (g_ascii_strcasecmp(actions[i].action, action) == 0) {
			return actions[i].found;
		}
	}
	return "Postfix knows no such action";
}

/* Where what SERVICE does is set, and how it is mended. Transfer full. */
static char *mend_action(const PostfixService *service, const char *own)
{
	if (own != NULL) {
		return g_strdup_printf("smtpd_milters: { %s, "
				       "default_action=tempfail }",
		    own);
	}
	return service != NULL && g_hash_table_contains(
				      service->own, "milter_default_action")
		   ? g_strdup_printf("master.cf, %s: -o milter_default_action="
				     "tempfail",
			 service->name)
		   : g_strdup("main.cf: milter_default_action = tempfail");
}

/* What SERVICE (NULL: main.cf) does when we don't answer. False: it was
 * told. */
static bool good_action(Postfix *postfix, const PostfixService *service)
{
	const char *action =
	    postconf_get(postfix->conf, service, "milter_default_action");
	g_auto(Filters) filters = {0};
	const PostfixMilter *ours = NULL;
	g_autofree char *mend = NULL;

	if (service != NULL) {
		filters = postfix_filters(postfix, service, "smtpd_milters");
		ours = filters.milters->pdata[filters.at];
	}
	if (ours != NULL && ours->action != NULL) {
		action = ours->action;
	} else {
		ours = NULL;
	}
	if (fault_of(action) == NULL) {
		return true;
	}
	mend = mend_action(service, ours != NULL ? ours->endpoint : NULL);
	doctor_tell(postfix->doctor, "postfix-default-action", DOCTOR_WRONG,
	    mend, "milter_default_action is %s: %s", action, fault_of(action));
	return false;
}

static void check_action(Postfix *postfix)
{
	const GPtrArray *services = postfix->conf->services;
	guint asking = 0;
	bool good = true;

	for (guint i = 0; i < services->len && good; i++) {
		if (postfix_asks(postfix, services->pdata[i])) {
			asking++;
			good = good_action(postfix, services->pdata[i]);
		}
	}
	if (asking == 0) {
		good = good_action(postfix, NULL);
	}
	if (good) {
		doctor_tell(postfix->doctor, "postfix-default-action",
		    DOCTOR_OK, NULL,
		    "senders try again while Anteroom doesn't answer");
	}
}

static void check_protocol(Postfix *postfix)
{
	const char *value =
	    postconf_get(postfix->conf, NULL, "milter_protocol");

	if (g_ascii_strtoull(value, NULL, 10) >= 6) {
		doctor_tell(postfix->doctor, "postfix-protocol", DOCTOR_OK,
		    NULL, "milter_protocol is %s", value);
	} else {
		doctor_tell(postfix->doctor, "postfix-protocol", DOCTOR_WRONG,
		    "main.cf: milter_protocol = 6",
		    "milter_protocol is %s: Postfix doesn't say all that "
		    "Anteroom asks for",
		    value);
	}
}

static void check_timeouts(Postfix *postfix)
{
	static const struct {
		const char *name, *usual;
		gint64 least_s, most_s;
	} limits[] = {
	    {"milter_connect_timeout", "30s", 5, 60},
	    {"milter_command_timeout", "30s", 10, 120},
	    {"milter_content_timeout", "300s", 30, 600},
	};
	bool good = true;

	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
		const char *value =
		    postconf_get(postfix->conf, NULL, limits[i].name);
		gint64 seconds = postconf_seconds(value);
		g_autofree char *mend = g_strdup_printf(
		    "main.cf: %s = %s", limits[i].name, limits[i].usual);

		if (seconds >= limits[i].least_s &&
		    seconds <= limits[i].most_s) {
			continue;
		}
		good = false;
		doctor_tell(postfix->doctor, "postfix-timeouts", DOCTOR_WARN,
		    mend, "%s is %s: %s", limits[i].name, value,
		    seconds > limits[i].most_s
			? "senders give up before Postfix does, and send twice"
			: "an answer may come later than that");
	}
	if (good) {
		doctor_tell(postfix->doctor, "postfix-timeouts", DOCTOR_OK,
		    NULL, "its time limits suit");
	}
}

/* Of two messages in one, only the first would be seen (SMTP smuggling). */
static void check_newline(Postfix *postfix)
{
	const char *value =
	    postconf_get(postfix->conf, NULL, "smtpd_forbid_bare_newline");

	if (g_ascii_strcasecmp(value, "no") == 0) {
		doctor_tell(postfix->doctor, "postfix-newline", DOCTOR_WARN,
		    "main.cf: smtpd_forbid_bare_newline = normalize",
		    "smtpd_forbid_bare_newline is no: one message can hide in "
		    "another");
	}
}

/* A map decides by the client's address, behind our back. */
static void check_maps(Postfix *postfix)
{
	const char *value =
	    postconf_get(postfix->conf, NULL, "smtpd_milter_maps");

	if (*value != '\0') {
		doctor_tell(postfix->doctor, "postfix-filter", DOCTOR_WARN,
		    "let every entry of it name Anteroom, too",
		    "smtpd_milter_maps (%s) can let clients past Anteroom",
		    value);
	}
}

static void check_all(Postfix *postfix)
{
	Doctor *doctor = postfix->doctor;
	const Postconf *conf = postfix->conf;

	postfix->queue = postconf_get(conf, NULL, "queue_directory");
	doctor_tell(doctor, "postfix", DOCTOR_OK, NULL, "Postfix %s, %s",
	    postconf_get(conf, NULL, "mail_version"),
	    postconf_get(conf, NULL, "config_directory"));
	check_postfix_services(postfix);
	check_maps(postfix);
	check_postfix_names(postfix);
	check_postfix_local(postfix);
	check_action(postfix);
	check_protocol(postfix);
	check_timeouts(postfix);
	check_newline(postfix);
	check_postfix_domains(postfix);
}

bool check_postfix(Doctor *doctor)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Postconf) conf = NULL;
	Postfix postfix = {.doctor = doctor};

	/* Who names Sendmail's file asks about Sendmail. */
	if (doctor->ask->postfix_config == NULL &&
	    doctor->ask->sendmail_cf != NULL) {
		return false;
	}
	conf = read_all(doctor, &error);
	if (conf != NULL) {
		postfix.conf = conf;
		check_all(&postfix);
		return true;
	}
	if (doctor->ask->postfix_config == NULL &&
	    (error->domain == G_SPAWN_ERROR ||
		!g_file_test("/etc/postfix/main.cf", G_FILE_TEST_EXISTS))) {
		return false;
	}
	doctor_tell(doctor, "postfix", DOCTOR_WRONG, "postfix check: says more",
	    "%s", error->message);
	return true;
}
