/*
 * States of a case: what may follow what, and what a change of state does to
 * clocks. Who asked for it, a message or a person, is in admit.c, answer.c and
 * act.c.
 *
 * Invariant (case_wrong): open exactly when a message waits; a pause and a
 * closing have their time and reason, and nothing else has.
 */
#include "cases/internal.h"

#include "anteroom/error.h"

static void end_pause(Case *kase)
{
	kase->pause_until_s = 0;
	g_clear_pointer(&kase->pause_because, g_free);
	kase->state = kase->waiting_s ? CASE_OPEN : CASE_ANSWERED;
}

void state_resume(
    Draft *draft, const Sla *sla, gint64 at_s, const char *who, const char *why)
{
	end_pause(draft->kase);
	clocks_resume(draft, sla, at_s);
	draft_event(draft, at_s, "resume", who, why);
}

void state_wait(Draft *draft, const Sla *sla, const Wait *wait)
{
	Case *kase = draft->kase;
	bool closed = kase->state == CASE_CLOSED;

	if (kase->state == CASE_PAUSED) {
		state_resume(draft, sla, wait->at_s, wait->who, wait->why);
	}
	kase->closed_s = 0;
	g_clear_pointer(&kase->closed_because, g_free);
	kase->waiting_s = kase->waiting_s ? MIN(kase->waiting_s, wait->since_s)
					  : wait->since_s;
	kase->state = CASE_OPEN;
	clocks_await(draft, sla, kase->waiting_s);
	if (closed) {
		draft_event(draft, wait->at_s, "reopen", wait->who, "");
	}
}

void state_await(
    Draft *draft, const Sla *sla, gint64 arrival_s, const char *who)
{
	Wait wait = {.since_s = arrival_s,
	    .at_s = arrival_s,
	    .who = who,
	    .why = "a message ends the pause"};

	state_wait(draft, sla, &wait);
}

void state_close(Draft *draft, gint64 at_s, const char *why)
{
	Case *kase = draft->kase;

	clocks_revoke(draft, METRIC_FIRST_REPLY, at_s);
	clocks_revoke(draft, METRIC_NEXT_REPLY, at_s);
	clocks_stop(draft, METRIC_RESOLVE, at_s);
	clocks_close_promises(draft, at_s);
	if (kase->state == CASE_PAUSED) {
		end_pause(kase);
	}
	kase->waiting_s = 0;
	kase->state = CASE_CLOSED;
	kase->closed_s = at_s;
	g_free(kase->closed_because);
	kase->closed_because = g_strdup(why);
}

bool state_refuses_merged(Txn *txn, const Case *kase)
{
	if (!kase->merged_into) {
		return false;
	}
	txn_fail(txn, ERROR_NO,
	    "AR-%" G_GUINT64_FORMAT " was merged into AR-%" G_GUINT64_FORMAT
	    ": use that one",
	    kase->id, kase->merged_into);
	return true;
}
