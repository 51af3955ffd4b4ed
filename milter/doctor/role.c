/* May the system's users that need it ask the daemon? */
#include <pwd.h>

#include "anteroom/control.h"
#include "doctor/internal.h"

void role_check(Doctor *doctor, const char *check, const char *name)
{
	const struct passwd *entry = getpwnam(name);
	g_autofree char *user = NULL;
	g_autofree char *mend = NULL;

	if (entry == NULL || control_role(doctor->conf, entry->pw_uid,
				 entry->pw_gid, &user) >= ROLE_READER) {
		return;
	}
	mend = g_strdup_printf(
	    "anteroom.conf: control { readers = {\"%s\", ...} }", name);
	doctor_tell(doctor, check, DOCTOR_WARN, mend,
	    "user %s may not ask the daemon", name);
}
