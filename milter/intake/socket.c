/*
 * The socket that libmilter is to listen at: a descriptor of the service
 * manager, a path, a port. What libmilter leaves undone: replacing a dead unix
 * socket, and enough descriptors, without which its accept() spins.
 */
#include "intake/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "anteroom/error.h"

#define FILES_WANTED 65536
#define FIRST_PASSED_FD 3 /* sd_listen_fds(3) */

/* The place of "milter" among the names of the descriptors that were passed;
 * the first when they have no names. -1: none was. */
static int passed_fd(void)
{
	const char *pid = g_getenv("LISTEN_PID");
	const char *count = g_getenv("LISTEN_FDS");
	const char *names = g_getenv("LISTEN_FDNAMES");
	guint64 n = count == NULL ? 0 : g_ascii_strtoull(count, NULL, 10);

	if (n == 0 || n > 64 || pid == NULL ||
	    g_ascii_strtoull(pid, NULL, 10) != (guint64)getpid()) {
		return -1;
	}
	g_auto(GStrv) each = g_strsplit(names == NULL ? "" : names, ":", -1);
	for (guint i = 0; each[i] != NULL && i < n; i++) {
		if (strcmp(each[i], "milter") == 0) {
			return FIRST_PASSED_FD + (int)i;
		}
	}
	return FIRST_PASSED_FD;
}

/* Does somebody answer at PATH? Otherwise errno says why not. */
static bool answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected;
	int why;

	if (fd < 0) {
		return false;
	}
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	connected =
	    connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	why = errno;
	close(fd);
	errno = why;
	return connected;
}

static bool clear_path(const char *path, GError **error)
{
	struct sockaddr_un address;
	struct stat there;
	const char *why = NULL;

	if (strlen(path) >= sizeof address.sun_path) {
		why = "is too long for a socket";
	} else if (lstat(path, &there) < 0) {
		why = errno == ENOENT ? NULL : g_strerror(errno);
	} else if (!S_ISSOCK(there.st_mode)) {
		why = "is there and isn't a socket";
	} else if (answers(path)) {
		why = "another process answers there";
	} else if (errno != ECONNREFUSED || unlink(path) < 0) {
		why = g_strerror(errno);
	}
	if (why != NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "milter socket %s: %s", path, why);
	}
	return why == NULL;
}

char *socket_prepare(const char *address, char **unlink_path, GError **error)
{
	int fd = passed_fd();

	if (fd >= 0) {
		*unlink_path = NULL;
		return g_strdup_printf("fd:%d", fd);
	}
	if (!g_str_has_prefix(address, "unix:")) {
		*unlink_path = NULL;
		return g_strdup(address);
	}
	if (!clear_path(address + strlen("unix:"), error)) {
		return NULL;
	}
	*unlink_path = g_strdup(address + strlen("unix:"));
	return g_strdup(address);
}

guint64 socket_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
		return 0;
	}
	if (limit.rlim_cur < FILES_WANTED) {
		limit.rlim_cur = MIN(limit.rlim_max, FILES_WANTED);
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}
