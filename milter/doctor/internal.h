/* What the checks share: the patient, and how a finding is told. */
#ifndef DOCTOR_INTERNAL_H
#define DOCTOR_INTERNAL_H

#include "anteroom/conf.h"
#include "anteroom/doctor.h"
#include "anteroom/json.h"
#include "anteroom/setup.h"

/* Nobody waits longer for one program or one peer. */
#define DOCTOR_COMMAND_S 5
#define DOCTOR_CONNECT_S 2
#define DOCTOR_DAEMON_S 5

typedef struct {
	const DoctorAsk *ask;
	Conf *conf;   /* what could be read of it, mistakes or not */
	Setup *setup; /* NULL: it doesn't load */
	/* What the daemon says; NULL: it doesn't. */
	JsonValue *health, *status, *metrics;
	JsonValue *notice; /* the first that waits */
	JsonValue *unread; /* a case that nobody could judge */
	GPtrArray *findings;
} Doctor;

/* A finding. MEND may be NULL. What FORMAT and MEND make is made safe here. */
void doctor_tell(Doctor *doctor, const char *check, DoctorState state,
    const char *mend, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* ---- the checks, in the order of the table in doctor.c ---- */
void check_daemon(Doctor *doctor);
void check_milter_socket(Doctor *doctor);
void check_mail_server(Doctor *doctor);
void check_store(Doctor *doctor);
void check_calendars(Doctor *doctor);
void check_clock(Doctor *doctor);
void check_people(Doctor *doctor);
void check_courier(Doctor *doctor);
void check_web(Doctor *doctor);

/* How the mail server tells our people from the world. */
typedef struct {
	const char *open; /* a service for the world that has a name of ours */
	bool named;       /* some service has a name of submission-daemons */
	bool logins;      /* some service takes logins */
	const char *mend;
} Proof;

/* The finding "replies": whose replies stop clocks. */
void replies_tell(Doctor *doctor, const Proof *proof);

/* Warns as CHECK when the system's user NAME, if there is one, may not ask the
 * daemon. */
void role_check(Doctor *doctor, const char *check, const char *name);

/* False: that mail server isn't here. */
bool check_postfix(Doctor *doctor);
bool check_sendmail(Doctor *doctor);

#endif
