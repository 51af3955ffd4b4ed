/* Sendmail, by its sendmail.cf: is Anteroom asked, by which services, in which
 * order, and what happens while it doesn't answer. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/access.h"
#include "doctor/internal.h"
#include "doctor/sendmail_cf.h"

#define USUAL "/etc/mail/sendmail.cf"
#define CF_BYTES (1024 * 1024)
#define LINE                                                      \
	"sendmail.mc: INPUT_MAIL_FILTER(`anteroom', `S=%s, F=T, " \
	"T=C:30s;S:30s;R:1m;E:5m')"

typedef struct {
	Doctor *doctor;
	SendmailCf *cf;
	const SendmailFilter *ours; /* NULL: none */
} Sendmail;

/* NULL with errno when it isn't a file that can be read. Transfer full. */
static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	g_autofree char *bytes = NULL;
	gsize used = 0;
	ssize_t n;

	if (fd < 0) {
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		errno = EINVAL;
		return NULL;
	}
	bytes = g_malloc(CF_BYTES);
	while (used < CF_BYTES &&
	       (n = read(fd, bytes + used, CF_BYTES - used)) > 0) {
		used += (gsize)n;
	}
	close(fd);
	return g_utf8_make_valid(bytes, (gssize)used);
}

/* Sendmail writes "local:" as well. */
static bool is_ours(const Sendmail *sendmail, const SendmailFilter *filter)
{
	const char *socket = sendmail->doctor->conf->milter_socket;

	return strcmp(filter->socket, socket) == 0 ||
	       (g_str_has_prefix(filter->socket, "local:") &&
		   g_str_has_prefix(socket, "unix:") &&
		   strcmp(filter->socket + strlen("local:"),
		       socket + strlen("unix:")) == 0);
}

static bool names_us(const Sendmail *sendmail, const char *list)
{
	g_autoptr(GPtrArray) asked = sendmail_cf_asked(sendmail->cf, list);

	return g_ptr_array_find(asked, sendmail->ours, NULL);
}

/* ---- the checks ---- */

static void find_ours(Sendmail *sendmail)
{
	const GPtrArray *filters = sendmail->cf->filters;

	for (guint i = 0; i < filters->len && sendmail->ours == NULL; i++) {
		if (is_ours(sendmail, filters->pdata[i])) {
			sendmail->ours = filters->pdata[i];
		}
	}
}

static void tell_missing(Sendmail *sendmail)
{
	const char *socket = sendmail->doctor->conf->milter_socket;
	g_autofree char *mend = g_strdup_printf(LINE, socket);

	doctor_tell(sendmail->doctor, "sendmail-filter", DOCTOR_WRONG, mend,
	    "no filter of sendmail.cf is at %s", socket);
}

static void check_listed(Sendmail *sendmail)
{
	const GPtrArray *daemons = sendmail->cf->daemons;
	bool good = names_us(sendmail, sendmail->cf->list);

	if (!good) {
		g_autofree char *mend = g_strdup_printf(
		    "sendmail.mc: name %s last in confINPUT_MAIL_FILTERS",
		    sendmail->ours->name);

		doctor_tell(sendmail->doctor, "sendmail-filter", DOCTOR_WRONG,
		    mend, "InputMailFilters (%s) doesn't ask %s",
		    sendmail->cf->list, sendmail->ours->name);
	}
	for (guint i = 0; i < daemons->len; i++) {
		const SendmailDaemon *daemon = daemons->pdata[i];

		if (daemon->filters == NULL ||
		    names_us(sendmail, daemon->filters)) {
			continue;
		}
		good = false;
		doctor_tell(sendmail->doctor, "sendmail-filter", DOCTOR_WRONG,
		    "sendmail.mc: take InputMailFilters out of that "
		    "DAEMON_OPTIONS, or name Anteroom there",
		    "service %s has filters of its own (%s), without Anteroom",
		    daemon->name, daemon->filters);
	}
	if (good) {
		doctor_tell(sendmail->doctor, "sendmail-filter", DOCTOR_OK,
		    NULL, "Sendmail asks %s", sendmail->ours->name);
	}
}

static void check_flags(Sendmail *sendmail)
{
	const char *flags = sendmail->ours->flags;
	const char *found = NULL;

	if (strchr(flags, 'R') != NULL) {
		found = "while Anteroom doesn't answer, mail is refused for "
			"good";
	} else if (strpbrk(flags, "T4") == NULL) {
		found = "while Anteroom doesn't answer, mail passes without a "
			"case";
	}
	doctor_tell(sendmail->doctor, "sendmail-default-action",
	    found != NULL ? DOCTOR_WRONG : DOCTOR_OK,
	    found != NULL ? "sendmail.mc: F=T in INPUT_MAIL_FILTER" : NULL,
	    "F=%s: %s", flags,
	    found != NULL ? found
			  : "senders try again while Anteroom doesn't answer");
}

static void check_times(Sendmail *sendmail)
{
	static const struct {
		char key;
		gint64 usual_s, least_s, most_s;
	} limits[] = {
	    {'S', 10, 10, 120}, {'R', 10, 15, 300}, {'E', 300, 30, 600}};
	bool good = true;

	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
		gint64 seconds =
		    sendmail_seconds(sendmail->ours->times, limits[i].key);

		seconds = seconds < 0 ? limits[i].usual_s : seconds;
		if (seconds >= limits[i].least_s &&
		    seconds <= limits[i].most_s) {
			continue;
		}
		good = false;
		doctor_tell(sendmail->doctor, "sendmail-timeouts", DOCTOR_WARN,
		    "sendmail.mc: T=C:30s;S:30s;R:1m;E:5m in "
		    "INPUT_MAIL_FILTER",
		    "time limit %c is %d s: %s", limits[i].key, (int)seconds,
		    seconds > limits[i].most_s
			? "senders give up before, and send twice"
			: "an answer may come later than that");
	}
	if (good) {
		doctor_tell(sendmail->doctor, "sendmail-timeouts", DOCTOR_OK,
		    NULL, "its time limits suit");
	}
}

static void check_order(Sendmail *sendmail)
{
	const char *id = sendmail->doctor->conf->authserv_id;
	g_autoptr(GPtrArray) asked =
	    sendmail_cf_asked(sendmail->cf, sendmail->cf->list);
	guint at;

	if (!g_ptr_array_find(asked, sendmail->ours, &at)) {
		return;
	}
	if (at + 1 < asked->len) {
		const SendmailFilter *after = asked->pdata[at + 1];

		doctor_tell(sendmail->doctor, "sendmail-order",
		    at == 0 && *id != '\0' ? DOCTOR_WRONG : DOCTOR_WARN,
		    "sendmail.mc: Anteroom last in confINPUT_MAIL_FILTERS",
		    "%s comes after Anteroom: what it verifies isn't known "
		    "yet, and what it refuses has a case",
		    after->name);
	} else if (at == 0 && *id != '\0') {
		doctor_tell(sendmail->doctor, "sendmail-order", DOCTOR_WARN,
		    "put the filter that verifies DKIM and DMARC before "
		    "Anteroom, or set milter { authserv-id = \"\" }",
		    "authserv-id is \"%s\", but no filter before Anteroom adds "
		    "Authentication-Results",
		    id);
	} else {
		doctor_tell(sendmail->doctor, "sendmail-order", DOCTOR_OK, NULL,
		    "Anteroom is the last of %u", asked->len);
	}
}

static bool is_public(const SendmailDaemon *daemon)
{
	return *daemon->port == '\0' || strcmp(daemon->port, "smtp") == 0 ||
	       strcmp(daemon->port, "25") == 0;
}

static void check_names(Sendmail *sendmail)
{
	const GPtrArray *daemons = sendmail->cf->daemons;
	Proof proof = {
	    .mend = "sendmail.mc: DAEMON_OPTIONS(`Name=MSA, Port=submission, "
		    "M=Ea'); anteroom.conf: milter { submission-daemons = "
		    "{\"MSA\"} }"};

	for (guint i = 0; i < daemons->len; i++) {
		const SendmailDaemon *daemon = daemons->pdata[i];

		proof.logins |= strchr(daemon->modifiers, 'a') != NULL;
		if (!g_strv_contains(sendmail->doctor->conf->submission_daemons,
			daemon->name)) {
			continue;
		}
		proof.named = true;
		if (is_public(daemon)) {
			proof.open = daemon->name;
		}
	}
	replies_tell(sendmail->doctor, &proof);
}

/* Sendmail doesn't start with a filter's socket below a folder that others may
 * write to. Transfer full; NULL: none. */
static char *unsafe_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);

	for (;;) {
		struct stat status;
		char *above;

		if (stat(folder, &status) == 0 &&
		    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
			return g_steal_pointer(&folder);
		}
		if (strcmp(folder, "/") == 0 || strcmp(folder, ".") == 0) {
			return NULL;
		}
		above = g_path_get_dirname(folder);
		g_free(folder);
		folder = above;
	}
}

static void check_rights(Sendmail *sendmail)
{
	const char *socket = sendmail->doctor->conf->milter_socket;
	const char *user =
	    *sendmail->cf->run_as != '\0' ? sendmail->cf->run_as : "root";
	const char *path = socket + strlen("unix:");
	g_autofree char *name = g_strndup(user, strcspn(user, ":."));
	g_auto(Lack) lack = {0};
	Account account;

	if (!g_str_has_prefix(socket, "unix:") ||
	    !account_named(&account, name)) {
		return;
	}
	g_autofree char *unsafe = unsafe_folder(path);

	if (unsafe != NULL) {
		g_autofree char *mend =
		    g_strdup_printf("chmod go-w %s, or another folder", unsafe);

		doctor_tell(sendmail->doctor, "socket-rights", DOCTOR_WRONG,
		    mend,
		    "Sendmail doesn't start: others may write to %s above the "
		    "socket",
		    unsafe);
	} else if (!access_reaches(&account, "/", path, &lack)) {
		doctor_tell(sendmail->doctor, "socket-rights",
		    lack.unseen ? DOCTOR_SKIPPED : DOCTOR_WRONG, lack.mend,
		    "%s", lack.found);
	} else {
		doctor_tell(sendmail->doctor, "socket-rights", DOCTOR_OK, NULL,
		    "user %s may connect to %s", name, path);
	}
}

bool check_sendmail(Doctor *doctor)
{
	bool named = doctor->ask->sendmail_cf != NULL;
	const char *path = named ? doctor->ask->sendmail_cf : USUAL;
	g_autofree char *text = NULL;
	g_autoptr(SendmailCf) cf = NULL;
	Sendmail sendmail = {.doctor = doctor};

	if (!named && doctor->ask->postfix_config != NULL) {
		return false;
	}
	text = read_file(path);
	if (text == NULL) {
		if (named || errno != ENOENT) {
			doctor_tell(doctor, "sendmail",
			    named ? DOCTOR_WRONG : DOCTOR_SKIPPED,
			    "run anteroom doctor as root", "%s: %s", path,
			    g_strerror(errno));
		}
		return named;
	}
	cf = sendmail_cf_parse(text);
	sendmail.cf = cf;
	find_ours(&sendmail);
	if (sendmail.ours == NULL) {
		tell_missing(&sendmail);
		return true;
	}
	check_listed(&sendmail);
	check_flags(&sendmail);
	check_times(&sendmail);
	check_order(&sendmail);
	check_names(&sendmail);
	check_rights(&sendmail);
	return true;
}
