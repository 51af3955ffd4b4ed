#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

/* What stood where a page was written since the last flush. */
typedef struct Old {
	struct Old *next;
	int fd;
	off_t at;
	size_t n;
	char bytes[];
} Old;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool held, remembers, dead;
static unsigned flushes;
static int codes[3];
static Old *olds;

void disk_hold(bool hold)
{
	pthread_mutex_lock(&mutex);
	held = hold;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

unsigned disk_flushes(void)
{
	pthread_mutex_lock(&mutex);
	unsigned n = flushes;
	pthread_mutex_unlock(&mutex);
	return n;
}

void disk_fail(DiskCall call, int code)
{
	pthread_mutex_lock(&mutex);
	codes[call] = code;
	pthread_mutex_unlock(&mutex);
}

void disk_remember(void)
{
	remembers = true;
}

/* ---- which file ---- */

static bool is_store(int fd)
{
	char link[64], name[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name) - 1);
	if (n < 8) {
		return false;
	}
	return memcmp(name + n - 8, "data.mdb", 8) == 0;
}

/* With the mutex held. A dead disk never answers. */
static void wait_if_dead(void)
{
	while (dead) {
		pthread_cond_wait(&changed, &mutex);
	}
}

/* ---- remembering ---- */

static void remember(int fd, off_t at, size_t n)
{
	Old *old = calloc(1, sizeof(*old) + n);

	if (old == NULL) {
		abort();
	}
	old->fd = fd;
	old->at = at;
	old->n = n;
	/* Beyond the end of the file stood nothing: zeros. */
	if (syscall(SYS_pread64, fd, old->bytes, n, at) < 0) {
		abort();
	}
	old->next = olds;
	olds = old;
}

static void forget_all(void)
{
	while (olds != NULL) {
		Old *next = olds->next;

		free(olds);
		olds = next;
	}
}

void disk_cut(unsigned seed)
{
	pthread_mutex_lock(&mutex);
	dead = true;
	/* From the last one back, so that the oldest bytes win; a page that
	 * stays may be a later one than its neighbours. */
	for (Old *old = olds; old != NULL; old = old->next) {
		if (rand_r(&seed) % 2 == 0 &&
		    syscall(SYS_pwrite64, old->fd, old->bytes, old->n,
			old->at) < 0) {
			abort();
		}
	}
	pthread_mutex_unlock(&mutex);
}

/* ---- in the C library's place ---- */

int fdatasync(int fd)
{
	int code, result;

	if (!is_store(fd)) {
		return (int)syscall(SYS_fdatasync, fd);
	}
	pthread_mutex_lock(&mutex);
	wait_if_dead();
	flushes++;
	pthread_cond_broadcast(&changed);
	while (held) {
		pthread_cond_wait(&changed, &mutex);
	}
	code = codes[DISK_FLUSH];
	result = code == 0 ? (int)syscall(SYS_fdatasync, fd) : -1;
	if (result == 0) {
		forget_all();
	}
	pthread_mutex_unlock(&mutex);
	if (code != 0) {
		errno = code;
	}
	return result;
}

/* The meta page goes through a descriptor that flushes by itself. */
static DiskCall kind_of(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_DSYNC) ? DISK_META : DISK_WRITE;
}

static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at)
{
	DiskCall kind = kind_of(fd);
	ssize_t result;
	int code;

	pthread_mutex_lock(&mutex);
	wait_if_dead();
	code = codes[kind];
	if (code > 0) {
		pthread_mutex_unlock(&mutex);
		errno = code;
		return -1;
	}
	if (remembers && kind == DISK_WRITE) {
		for (size_t i = 0; i < n; i += PAGE) {
			remember(
			    fd, at + (off_t)i, n - i < PAGE ? n - i : PAGE);
		}
	}
	result = syscall(SYS_pwrite64, fd, bytes, code < 0 ? n / 2 : n, at);
	pthread_mutex_unlock(&mutex);
	return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	if (!is_store(fd)) {
		return syscall(SYS_pwrite64, fd, bytes, n, at);
	}
	return write_at(fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	ssize_t sum = 0;

	if (at < 0 || !is_store(fd)) {
		return syscall(SYS_writev, fd, parts, count);
	}
	for (int i = 0; i < count; i++) {
		ssize_t n =
		    write_at(fd, parts[i].iov_base, parts[i].iov_len, at + sum);

		if (n < 0) {
			return sum > 0 ? sum : -1;
		}
		sum += n;
		if ((size_t)n < parts[i].iov_len) {
			break;
		}
	}
	lseek(fd, at + sum, SEEK_SET);
	return sum;
}
