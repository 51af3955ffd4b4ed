/* The morning's digests as notices: which ones are due. */
#ifndef ANTEROOM_DIGEST_H
#define ANTEROOM_DIGEST_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"

/*
 * Queues the digest of every reader whose morning came since his last one: the
 * latest morning alone, and that it was queued is durable with it, so that
 * neither a restart nor a clock that is set back doubles one. A reader who is
 * new begins with his next morning. *N (may be NULL): how many were queued;
 * *NEXT_S: when the next one is due, 0 = never. One thread at a time.
 */
bool store_digests(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    guint *n, gint64 *next_s, GError **error);

#endif
