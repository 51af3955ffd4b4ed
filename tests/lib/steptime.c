/*
 * Pretended time that goes by in steps, for daemon and courier as they are: to
 * be preloaded. The wall clock is a number in a file that all of them map; it
 * stands still until a test sets it. Whoever sleeps for a moment of the wall
 * clock, which in truth he looks at once in a while, looks as soon as it was
 * set. The monotonic clock stays real.
 *
 *   STEPTIME    the file: seconds since the epoch, in eight bytes
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS 200000
#define LOOK_MS 500 /* who waits no longer for a condition may be looking */

static const volatile int64_t *wall;
static int (*next_clock)(clockid_t, struct timespec *);
static int (*next_poll)(struct pollfd *, nfds_t, int);
static int (*next_wait)(
    pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static long (*next_syscall)(long, ...);

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("STEPTIME");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map =
	    fd < 0 ? MAP_FAILED
		   : mmap(NULL, sizeof(*wall), PROT_READ, MAP_SHARED, fd, 0);

	next_clock = dlsym(RTLD_NEXT, "clock_gettime");
	next_poll = dlsym(RTLD_NEXT, "poll");
	next_wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	next_syscall = dlsym(RTLD_NEXT, "syscall");
	wall = map == MAP_FAILED ? NULL : map;
	if (fd >= 0) {
		close(fd);
	}
}

/* ---- the time ---- */

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (wall &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		*now = (struct timespec){.tv_sec = *wall};
		return 0;
	}
	return next_clock ? next_clock(clock, now)
			  : (int)syscall(SYS_clock_gettime, clock, now);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec at;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &at);
	*now = (struct timeval){at.tv_sec, at.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *at)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (at) {
		*at = now.tv_sec;
	}
	return now.tv_sec;
}

/* ---- sleeping for it ---- */

static bool is_clock_thread(void)
{
	static __thread int is = -1;
	char name[16] = "";

	if (is < 0) {
		prctl(PR_GET_NAME, name);
		is = strcmp(name, "clock") == 0;
	}
	return is == 1;
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	const struct timespec slice = {.tv_nsec = SLICE_NS};
	int64_t was = wall ? *wall : 0;
	int64_t left_ns = (int64_t)timeout_ms * 1000000;
	int found = 0;

	if (!wall || timeout_ms <= 0 || !is_clock_thread()) {
		return next_poll(fds, n, timeout_ms);
	}
	while (found == 0 && *wall == was && left_ns > 0) {
		found = ppoll(fds, n, &slice, NULL);
		left_ns -= SLICE_NS;
	}
	return found;
}

/* The workers of libmilter wait until a moment of the wall clock: so long,
 * then.
 */
int pthread_cond_timedwait(pthread_cond_t *restrict cond,
    pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
	struct timespec real = *until;

	if (wall) {
		next_clock(CLOCK_REALTIME, &real);
		real.tv_sec += until->tv_sec - *wall;
	}
	return next_wait(cond, mutex, &real);
}

static bool is_look(long number, const long *words)
{
	const struct timespec *span = (const struct timespec *)words[3];

	return wall && number == SYS_futex &&
	       (words[1] & FUTEX_CMD_MASK) == FUTEX_WAIT && span &&
	       span->tv_sec == 0 && span->tv_nsec <= LOOK_MS * 1000000L;
}

/* GLib's conditions wait by this. */
static long wait_and_look(const long *words)
{
	const struct timespec slice = {.tv_nsec = SLICE_NS};
	int64_t left_ns = ((const struct timespec *)words[3])->tv_nsec;
	int64_t was = *wall;

	while (left_ns > 0 && *wall == was) {
		long done = next_syscall(SYS_futex, words[0], words[1],
		    words[2], (long)&slice, 0L, 0L);

		if (done == 0 || errno != ETIMEDOUT) {
			return done;
		}
		left_ns -= SLICE_NS;
	}
	errno = ETIMEDOUT;
	return -1;
}

long syscall(long number, ...)
{
	long words[6];
	va_list rest;

	va_start(rest, number);
	for (int i = 0; i < 6; i++) {
		words[i] = va_arg(rest, long);
	}
	va_end(rest);
	if (is_look(number, words)) {
		return wait_and_look(words);
	}
	if (!next_syscall) {
		next_syscall = dlsym(RTLD_NEXT, "syscall");
	}
	return next_syscall(
	    number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
