/* What the files of the HTTP server share. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/internal.h"

/* A socket that listens; -1 with ERROR_CONFIG. */
int server_listen(const char *listen, GError **error);

/* ---- deadline.c: no connection takes longer than it may ---- */

typedef struct Deadlines Deadlines;
typedef struct Deadline Deadline;

Deadlines *deadlines_new(void);
/* When no connection is left. */
void deadlines_free(Deadlines *deadlines);
/* The connection FD has from now on SECONDS. */
Deadline *deadline_begin(Deadlines *deadlines, int fd, guint seconds);
void deadline_set(Deadlines *deadlines, Deadline *deadline, guint seconds);
/* Before FD is closed. */
void deadline_end(Deadlines *deadlines, Deadline *deadline);

#endif
