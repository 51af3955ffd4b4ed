/* A request's head, looked at before anything is believed of it. */
#ifndef WEB_HEAD_H
#define WEB_HEAD_H

#include <glib.h>
#include <stdbool.h>

typedef struct Head Head;

Head *head_new(void);
void head_free(Head *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Head, head_free)

/* One field as it came, in its order. VALUE may be NULL. Not copied. */
void head_field(Head *head, const char *name, const char *value);

/* What two readers of the same bytes could take for two different requests,
 * and what no browser sends: 400, 411, 413. 0: fine. MODERN: HTTP/1.1, POST. */
guint head_wrong(const Head *head, bool modern, bool post);

/* By name, caseless; NULL. */
const char *head_get(const Head *head, const char *name);
/* The same of a list that comes in several lines: the last one. */
const char *head_last(const Head *head, const char *name);

#endif
