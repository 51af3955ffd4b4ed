/*
 * What Sendmail asks the system for beside its configuration, for LD_PRELOAD: a
 * host name with a dot (without one its daemon sleeps a minute before it
 * starts); other hosts' names, of which it finds none, so that no test waits
 * for the network; and syslog, which goes to the file $SENDMAIL_LOG, so that a
 * test can show it and this machine's log stays as it is.
 */
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) void syslog(
    int priority, const char *format, ...);
__attribute__((format(printf, 3, 4))) int __syslog_chk(
    int priority, int flag, const char *format, ...);

static char log_path[256];

/* Sendmail forgets its environment at once. The file is opened for each line:
 * Sendmail closes descriptors that it doesn't know. */
__attribute__((constructor)) static void remember(void)
{
	const char *path = getenv("SENDMAIL_LOG");

	if (path != NULL && strlen(path) < sizeof log_path) {
		strcpy(log_path, path);
	}
}

int gethostname(char *name, size_t size)
{
	return (size_t)snprintf(name, size, "mx.example.com") < size ? 0 : -1;
}

struct hostent *gethostbyname2(const char *name, int family)
{
	(void)name;
	(void)family;
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

struct hostent *gethostbyaddr(const void *address, socklen_t size, int family)
{
	(void)address;
	(void)size;
	(void)family;
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

__attribute__((format(printf, 1, 0))) static void say(
    const char *format, va_list words)
{
	char line[4096];
	int prefix = snprintf(line, sizeof line, "[%ld] ", (long)getpid());
	int n = vsnprintf(
	    line + prefix, sizeof line - (size_t)prefix - 1, format, words);
	int fd =
	    open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0 || n < 0) {
		return;
	}
	n = (int)strnlen(line, sizeof line - 2);
	line[n++] = '\n';
	if (write(fd, line, (size_t)n) < 0) {
		abort(); /* a test without its log would be a riddle */
	}
	close(fd);
}

void syslog(int priority, const char *format, ...)
{
	va_list words;

	(void)priority;
	va_start(words, format);
	say(format, words);
	va_end(words);
}

int __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list words;

	(void)priority;
	(void)flag;
	va_start(words, format);
	say(format, words);
	va_end(words);
	return 0;
}
