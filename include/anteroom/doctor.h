/*
 * Examines an installation: what administrators get wrong, and how it is
 * mended. Changes nothing, opens no store, and ends within bounded time,
 * whatever the daemon, the mail server's programs or the network do.
 */
#ifndef ANTEROOM_DOCTOR_H
#define ANTEROOM_DOCTOR_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	DOCTOR_OK,
	DOCTOR_WARN,    /* works, but not as it should */
	DOCTOR_WRONG,   /* mail, replies or deadlines are missed */
	DOCTOR_SKIPPED, /* couldn't be looked at, or isn't there */
} DoctorState;
#define DOCTOR_STATES 4

/* "ok", "warn", "wrong", "skipped". Static. */
const char *doctor_state_name(DoctorState state);

typedef struct {
	const char *check; /* "milter-socket"; static */
	DoctorState state;
	char *found; /* one line, safe for a terminal */
	char *mend;  /* the setting or command; NULL: nothing to do */
} DoctorFinding;

typedef struct {
	const char *conf_path;
	const char *postfix_config; /* its folder; NULL: Postfix's own choice */
	const char *sendmail_cf;    /* NULL: where Sendmail looks */
	gint64 now_s;
} DoctorAsk;

/*
 * All findings, of DoctorFinding, in the order of the checks. *LOADS: is the
 * configuration one that the daemon would take? Takes seconds when something
 * doesn't answer. One thread; starts some of its own. Transfer full.
 */
GPtrArray *doctor_examine(const DoctorAsk *ask, bool *loads);

#endif
