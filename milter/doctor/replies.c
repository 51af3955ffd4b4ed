/* Whose replies stop clocks: those of nobody, or of everybody, are the two ways
 * to get it wrong. */
#include "doctor/internal.h"

#define CHECK "replies"

/* None of them is meant: do other proofs remain? */
static void tell_unnamed(Doctor *doctor, const Proof *proof)
{
	bool listed = doctor->conf->submission_daemons[0] != NULL;
	bool trusts = doctor->conf->trusted_networks[0] != NULL;
	const char *rest = proof->logins && trusts
			       ? "with a login or from trusted-networks"
			   : proof->logins ? "with a login"
			   : trusts        ? "from trusted-networks"
					   : NULL;
	DoctorState state = rest == NULL ? DOCTOR_WRONG
			    : listed     ? DOCTOR_WARN
					 : DOCTOR_OK;

	if (rest == NULL) {
		doctor_tell(doctor, CHECK, state, proof->mend,
		    "no service has a name of submission-daemons or takes "
		    "logins: nobody's replies count");
	} else {
		doctor_tell(doctor, CHECK, state, listed ? proof->mend : NULL,
		    "no service has a name of submission-daemons: only replies "
		    "%s count",
		    rest);
	}
}

void replies_tell(Doctor *doctor, const Proof *proof)
{
	if (proof->open != NULL) {
		doctor_tell(doctor, CHECK, DOCTOR_WRONG, proof->mend,
		    "%s is open to the world and has a name of "
		    "submission-daemons: anybody who writes there is believed "
		    "to be one of us",
		    proof->open);
	} else if (!proof->named) {
		tell_unnamed(doctor, proof);
	} else {
		doctor_tell(doctor, CHECK, DOCTOR_OK, NULL,
		    "replies come by a service of submission-daemons");
	}
}
