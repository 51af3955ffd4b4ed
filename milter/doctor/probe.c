/* Connects and hangs up. Neither a peer that doesn't accept nor a name server
 * that doesn't answer is waited for long. */
#include "doctor/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "doctor/internal.h"
#include "doctor/patience.h"

#define ADDRESSES 4 /* of one name */

char *probe_unix(const char *path, bool *denied)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, why = 0;

	*denied = false;
	if (strlen(path) >= sizeof address.sun_path) {
		return g_strdup("the path is too long for a socket");
	}
	/* Blocking, it would wait for a peer whose queue is full. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return g_strdup(g_strerror(errno));
	}
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) !=
	    0) {
		why = errno;
	}
	close(fd);
	*denied = why == EACCES || why == EPERM;
	return why == 0              ? NULL
	       : why == EAGAIN       ? g_strdup("it takes no connections")
	       : why == ENOENT       ? g_strdup("it isn't there")
	       : why == ECONNREFUSED ? g_strdup("nobody listens")
				     : g_strdup(g_strerror(why));
}

/* ---- by TCP ---- */

typedef struct {
	char *host, *port;
	char *why; /* NULL: connected */
} Probe;

static void probe_free(gpointer data)
{
	Probe *probe = data;

	g_free(probe->host);
	g_free(probe->port);
	g_free(probe->why);
	g_free(probe);
}

/* 0, or errno. */
static int try_address(const struct addrinfo *to)
{
	int fd = socket(
	    to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	int why = 0;
	socklen_t size = sizeof why;

	if (fd < 0) {
		return errno;
	}
	if (connect(fd, to->ai_addr, to->ai_addrlen) != 0) {
		why = errno;
	}
	if (why == EINPROGRESS) {
		why = ETIMEDOUT;
		if (poll(&ready, 1, DOCTOR_CONNECT_S * 1000) == 1) {
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size);
		}
	}
	close(fd);
	return why;
}

static void connect_by_name(gpointer data)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	Probe *probe = data;
	int tries = 0, why;

	why = getaddrinfo(probe->host, probe->port, &hints, &list);
	if (why != 0) {
		probe->why = g_strdup(gai_strerror(why));
		return;
	}
	why = ENOENT;
	for (struct addrinfo *a = list; a != NULL && tries < ADDRESSES;
	     a = a->ai_next, tries++) {
		why = try_address(a);
		if (why == 0) {
			break;
		}
	}
	freeaddrinfo(list);
	probe->why = why == 0              ? NULL
		     : why == ECONNREFUSED ? g_strdup("nobody listens")
					   : g_strdup(g_strerror(why));
}

static char *without_brackets(const char *host)
{
	gsize n = strlen(host);

	return n > 2 && host[0] == '[' && host[n - 1] == ']'
		   ? g_strndup(host + 1, n - 2)
		   : g_strdup(host);
}

char *probe_tcp(const char *host, const char *port)
{
	Probe *probe = g_new0(Probe, 1);
	char *why;

	probe->host = without_brackets(host);
	probe->port = g_strdup(port);
	if (!patience_do(
		connect_by_name, probe, probe_free, DOCTOR_CONNECT_S)) {
		return g_strdup_printf(
		    "no answer within %d s", DOCTOR_CONNECT_S);
	}
	why = g_steal_pointer(&probe->why);
	probe_free(probe);
	return why;
}

bool probe_is_loopback(const char *host)
{
	g_autofree char *bare = without_brackets(host);

	return g_ascii_strcasecmp(bare, "localhost") == 0 ||
	       strcmp(bare, "::1") == 0 || g_str_has_prefix(bare, "127.");
}
