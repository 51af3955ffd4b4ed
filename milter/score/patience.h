/*
 * How long a search may take. What it does is counted, not how long it had to
 * wait for the processor: a host that stands still for a second mustn't leave a
 * message unscreened.
 */
#ifndef SCORE_PATIENCE_H
#define SCORE_PATIENCE_H

#include <glib.h>
#include <stdbool.h>

/* Of one thread. */
typedef struct {
	gint64 again_us; /* monotonic: not over before; then the thread's clock
			  * is asked, which is dear */
	gint64 since_us; /* monotonic */
	gint64 begun_us; /* of the thread's clock */
	gint64 work_us;  /* so much of it may pass */
	gint64 end_us;   /* monotonic: over, whatever was done */
} Patience;

/* MS of this thread's work from now on; LIMIT_WAIT_TIMES as long by the wall's
 * clock. */
Patience patience_of(gint64 ms);

/* MS of what is left of ALL, from now on. While ALL itself is younger than that
 * the thread's clock isn't asked, and what was done before counts, too. */
Patience patience_share(const Patience *all, gint64 ms);

bool patience_over(Patience *patience);

#endif
