/* Does somebody listen there? */
#ifndef DOCTOR_PROBE_H
#define DOCTOR_PROBE_H

#include <stdbool.h>

/* Why no connection to the unix socket PATH can be made; NULL: it can.
 * *DENIED: because this user may not. Transfer full. */
char *probe_unix(const char *path, bool *denied);

/* The same of PORT at HOST, names or numbers; within DOCTOR_CONNECT_S. */
char *probe_tcp(const char *host, const char *port);

/* Is HOST (a name or a number, perhaps in brackets) this machine alone? */
bool probe_is_loopback(const char *host);

#endif
