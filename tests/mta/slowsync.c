/*
 * A disk that takes its time, for LD_PRELOAD: fdatasync() waits
 * $SLOWSYNC_MS before it does its work, so that a test can act between the
 * moment a case is being written and the moment it is safe.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fdatasync(int fd)
{
	const char *said = getenv("SLOWSYNC_MS");
	long wait_ms = said == NULL ? 0 : strtol(said, NULL, 10);
	struct timespec left = {wait_ms / 1000, wait_ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0) {
		/* A signal came; sleep on. */
	}
	return (int)syscall(SYS_fdatasync, fd);
}
