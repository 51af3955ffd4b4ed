/* The socket we listen on: a loopback address, or a unix socket that only a
 * proxy's group may open. */
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "anteroom/log.h"
#include "web/server.h"

#define BACKLOG 128
#define UNIX_MODE 0660

static int fail(const char *what, const char *why, GError **error)
{
	g_set_error(
	    error, ANTEROOM_ERROR, ERROR_CONFIG, "listen: %s: %s", what, why);
	return -1;
}

static int listen_unix(const char *path, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat status;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		return fail(path, g_strerror(ENAMETOOLONG), error);
	}
	strcpy(address.sun_path, path);
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode)) {
		unlink(path); /* of a process before us */
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, UNIX_MODE) != 0 || listen(fd, BACKLOG) != 0) {
		int why = errno;

		if (fd >= 0) {
			close(fd);
		}
		return fail(path, g_strerror(why), error);
	}
	return fd;
}

static int listen_at(const struct addrinfo *at)
{
	const int yes = 1;
	int fd = socket(
	    at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);

	if (fd < 0) {
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, at->ai_addr, at->ai_addrlen) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static int listen_inet(const char *listen, GError **error)
{
	const struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	const char *colon = strrchr(listen, ':');
	g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
	struct addrinfo *found = NULL;
	int fd, why;

	/* "[::1]" */
	if (*host == '[' && g_str_has_suffix(host, "]")) {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	why = getaddrinfo(host, colon + 1, &hints, &found);
	if (why != 0) {
		return fail(listen, gai_strerror(why), error);
	}
	fd = listen_at(found);
	if (fd < 0) {
		why = errno;
		fail(listen, g_strerror(why), error);
	}
	freeaddrinfo(found);
	return fd;
}

int server_listen(const char *listen, GError **error)
{
	return g_str_has_prefix(listen, "unix:")
		   ? listen_unix(listen + strlen("unix:"), error)
		   : listen_inet(listen, error);
}
