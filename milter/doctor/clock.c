/* Is the machine's clock one to promise times by? */
#include <sys/stat.h>
#include <sys/timex.h>

#include "anteroom/times.h"
#include "doctor/internal.h"

#define AHEAD_S 60 /* a file's time may be ahead of the clock by */
#define SYNC                                                         \
	"apt-get install systemd-timesyncd (or chrony), or let the " \
	"virtual machine's host keep the time"

/* The store was written at a time that is still to come. */
static bool went_back(Doctor *doctor)
{
	g_autofree char *path =
	    g_build_filename(doctor->conf->store_path, "data.mdb", NULL);
	struct stat status;

	if (stat(path, &status) != 0 ||
	    status.st_mtim.tv_sec <= doctor->ask->now_s + AHEAD_S) {
		return false;
	}
	g_autofree char *written = times_rfc3339(status.st_mtim.tv_sec);
	g_autofree char *now = times_rfc3339(doctor->ask->now_s);

	doctor_tell(doctor, "clock", DOCTOR_WRONG, SYNC,
	    "it is %s, but the store was written at %s: the clock went back",
	    now, written);
	return true;
}

void check_clock(Doctor *doctor)
{
	struct timex state = {.modes = 0}; /* only asks */
	int answer;

	if (went_back(doctor)) {
		return;
	}
	answer = adjtimex(&state);
	if (answer < 0) {
		doctor_tell(doctor, "clock", DOCTOR_SKIPPED, "timedatectl",
		    "the kernel doesn't say whether the clock is synchronised");
	} else if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
		doctor_tell(doctor, "clock", DOCTOR_WARN, SYNC,
		    "it is synchronised with no other clock");
	} else {
		doctor_tell(
		    doctor, "clock", DOCTOR_OK, NULL, "it is synchronised");
	}
}
