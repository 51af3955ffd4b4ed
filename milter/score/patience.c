/* The wall's clock is asked each time, the thread's only behind its hour. */
#include "score/patience.h"

#include "anteroom/limits.h"
#include "anteroom/times.h"

Patience patience_of(gint64 ms)
{
	gint64 now_us = g_get_monotonic_time();
	gint64 work_us = ms * G_TIME_SPAN_MILLISECOND;
	return (Patience){
	    .since_us = now_us,
	    .again_us = now_us + work_us,
	    .begun_us = times_thread_us(),
	    .work_us = work_us,
	    .end_us = now_us + work_us * LIMIT_WAIT_TIMES,
	};
}

Patience patience_share(const Patience *all, gint64 ms)
{
	Patience share = *all;
	gint64 now_us = g_get_monotonic_time();
	gint64 work_us = ms * G_TIME_SPAN_MILLISECOND;
	share.since_us = now_us;
	if (now_us - all->since_us > work_us) {
		share.begun_us = times_thread_us();
		share.work_us -= share.begun_us - all->begun_us;
	}
	share.work_us = CLAMP(share.work_us, 0, work_us);
	share.again_us = MIN(now_us + share.work_us, all->end_us);
	return share;
}

bool patience_over(Patience *patience)
{
	gint64 now_us = g_get_monotonic_time();
	if (now_us <= patience->again_us) {
		return false;
	}
	gint64 worked_us = times_thread_us() - patience->begun_us;
	if (now_us > patience->end_us || worked_us >= patience->work_us) {
		return true;
	}
	patience->again_us =
	    MIN(now_us + patience->work_us - worked_us, patience->end_us);
	return false;
}
