/*
 * Who gets the morning's digest, about what, and when: leads about their teams,
 * a desk's assistant and executive about all. Pure: configuration and calendars
 * in, readers and moments out.
 */
#ifndef ANTEROOM_READERS_H
#define ANTEROOM_READERS_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/sla.h"

typedef struct {
	const char *address;      /* of the Conf, as written there */
	bool desk;                /* one of a desk's people: sees all teams */
	bool executive;           /* of one */
	const char **teams;       /* that he leads, names; NULL-terminated */
	const Calendar *calendar; /* the Sla's: his hours and zone */
} DigestReader;

void digest_reader_free(DigestReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DigestReader, digest_reader_free)

/* Everybody who gets one, once each, by address. GPtrArray of DigestReader,
 * transfer full; what they point to lives as long as CONF and SLA. */
GPtrArray *digest_readers(const Conf *conf, const Sla *sla);

/* The reader at ADDRESS, any spelling; NULL when he gets none. Transfer full.
 */
DigestReader *digest_reader_at(
    const Conf *conf, const Sla *sla, const char *address);

/* The latest moment at or before NOW_S at which the clock of CALENDAR's zone
 * shows MINUTE (of the day) on a day that opens; 0 when there is none within
 * weeks. */
gint64 digest_morning(const Calendar *calendar, int minute, gint64 now_s);
/* The first one after NOW_S. */
gint64 digest_next_morning(const Calendar *calendar, int minute, gint64 now_s);

#endif
