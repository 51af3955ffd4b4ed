/*
 * Taking back what a person did last. Each act leaves in its event how the case
 * was before; undoing it makes the case so again, as one more event: nothing is
 * rewritten, and clocks that ended meanwhile go on as new instances with their
 * old start and deadline. What happened since, a message or a reply, forbids
 * it: nobody can say what it would have meant.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/times.h"

/* ---- how it was ---- */

static void drop_text(char **text)
{
	g_free(*text);
	*text = g_strdup("");
}

/* Without words of the correspondent: a timeline keeps no texts. */
static Case *case_before(const Case *kase)
{
	Case *before = case_copy(kase);

	drop_text(&before->subject);
	drop_text(&before->excerpt);
	for (guint i = 0; i < before->hits->len; i++) {
		layout_clear(&hit_layout, before->hits->pdata[i]);
		g_free(before->hits->pdata[i]);
	}
	g_ptr_array_set_size(before->hits, 0);
	g_array_set_size(before->links, 0);
	return before;
}

void event_remember(StoredEvent *stored, const Case *before, guint64 other)
{
	Case *copy = case_before(before);

	stored->before = g_ptr_array_new();
	g_ptr_array_add(stored->before, copy);
	if (other) {
		g_array_append_val(copy->links, other);
	} else {
		g_clear_pointer(&copy->correspondents, g_strfreev);
		g_clear_pointer(&copy->copied, g_strfreev);
		g_clear_pointer(&copy->witnesses, g_strfreev);
	}
}

static void put_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static void put_words(char ***words, char *const *value)
{
	g_strfreev(*words);
	*words = g_strdupv((char **)(guintptr)value);
}

/* What it is about and whose it is. */
static void restore_plan(Case *kase, const Case *before, gint64 at_s)
{
	if (strcmp(kase->team, before->team) != 0) {
		case_give_to(kase, before->team, at_s);
	}
	kase->hops = before->hops;
	put_text(&kase->topic, before->topic);
	put_words(&kase->topics, before->topics);
	kase->urgency = before->urgency;
	kase->level = before->level;
	kase->sensitive = before->sensitive;
	if (kase->sensitive) {
		case_hush(kase);
	}
	put_text(&kase->policy, before->policy);
	put_text(&kase->calendar, before->calendar);
}

static void restore_state(Case *kase, const Case *before)
{
	kase->state = before->state;
	kase->waiting_s = before->waiting_s;
	kase->first_reply_s = before->first_reply_s;
	kase->replied_s = before->replied_s;
	put_text(&kase->replied_team, before->replied_team);
	kase->closed_s = before->closed_s;
	put_text(&kase->closed_because, before->closed_because);
	kase->pause_until_s = before->pause_until_s;
	put_text(&kase->pause_because, before->pause_because);
	kase->merged_into = before->merged_into;
}

static void restore(Draft *draft, const Case *before, gint64 at_s)
{
	restore_plan(draft->kase, before, at_s);
	restore_state(draft->kase, before);
	clocks_restore(draft, before->clocks, at_s);
}

/* What a merge brought. */
static void restore_people(Case *kase, const Case *before)
{
	put_words(&kase->correspondents, before->correspondents);
	put_words(&kase->copied, before->copied);
	put_words(&kase->witnesses, before->witnesses);
	kase->messages = before->messages;
	kase->copies = before->copies;
	kase->last_message_s = before->last_message_s;
}

/* ---- what was done last ---- */

/* These change what a person may have acted upon. */
static bool changes_much(const char *what)
{
	static const char *const much[] = {"received", "joined", "witness",
	    "reply", "answered", "bounced", "reopen", "resume", "urgency",
	    "topic", "route", "desk", "close", "pause", "merge", "split",
	    "undo", "unmerge", "kept", "promised", NULL};

	return g_strv_contains(much, what);
}

static bool get_event(
    Txn *txn, const Case *kase, guint32 number, StoredEvent *stored)
{
	Key key = key_event(kase->id, number);

	memset(stored, 0, sizeof(*stored));
	if (txn_get(txn, DB_EVENTS, &key, stored)) {
		return true;
	}
	txn_forgive_damage(txn);
	return false;
}

/* The latest event that changes much; false, with the error, when there is none
 * or it can't be undone. */
static bool find_last(Txn *txn, const Case *kase, StoredEvent *stored)
{
	for (guint32 i = kase->events; i > 0; i--) {
		if (!get_event(txn, kase, i, stored)) {
			break;
		}
		if (stored->before->len > 0) {
			return true;
		}
		if (changes_much(stored->event.what)) {
			txn_fail(txn, ERROR_NO,
			    "AR-%" G_GUINT64_FORMAT
			    ": the last that changed it (%s) can't be undone",
			    kase->id, stored->event.what);
			layout_clear(&event_layout, stored);
			return false;
		}
		layout_clear(&event_layout, stored);
	}
	txn_fail(txn, ERROR_NO, "AR-%" G_GUINT64_FORMAT " has nothing to undo",
	    kase->id);
	return false;
}

/* ---- undoing ---- */

static void tell_undo(Draft *draft, const Act *act, const Event *event)
{
	g_autofree char *when = times_rfc3339(event->at_s);
	g_autofree char *detail = g_strdup_printf(
	    "%s of %s (%.300s)", event->what, when ? when : "?", event->detail);

	draft_event(draft, act->now_s, "undo", act->who, detail);
}

void act_undo(Txn *txn, Draft *draft, const Act *act)
{
	StoredEvent last;
	const Case *before;

	if (!find_last(txn, draft->kase, &last)) {
		return;
	}
	before = last.before->pdata[0];
	if (before->links->len > 0 && draft->kase->merged_into) {
		act_unmerge(txn, draft, act);
	} else if (before->links->len > 0) {
		txn_fail(txn, ERROR_NO,
		    "AR-%" G_GUINT64_FORMAT " took in AR-%" G_GUINT64_FORMAT
		    ": unmerge that one",
		    draft->kase->id, g_array_index(before->links, guint64, 0));
	} else {
		restore(draft, before, act->now_s);
		tell_undo(draft, act, &last.event);
	}
	layout_clear(&event_layout, &last);
}

/* ---- merges ---- */

/* The event of KASE that tells of its merge with OTHER; *SINCE says whether
 * much changed after it. */
static bool find_merge(
    Txn *txn, const Case *kase, guint64 other, StoredEvent *stored, bool *since)
{
	*since = false;
	for (guint32 i = kase->events; i > 0; i--) {
		if (!get_event(txn, kase, i, stored)) {
			return false;
		}
		if (stored->before->len > 0) {
			const Case *before = stored->before->pdata[0];

			if (before->links->len > 0 &&
			    g_array_index(before->links, guint64, 0) == other) {
				return true;
			}
		}
		*since |= changes_much(stored->event.what);
		layout_clear(&event_layout, stored);
	}
	return false;
}

/* The messages that waited in what it took in wait there again. */
static void give_back_wait(
    Txn *txn, Draft *into, const Act *act, const StoredEvent *merge)
{
	const Case *before = merge->before->pdata[0];
	Case *kase = into->kase;
	gint64 waits_s = before->waiting_s
			     ? before->waiting_s
			     : next_message_s(txn, kase, merge->event.at_s);

	if (kase->state != CASE_OPEN || kase->replied_s > merge->event.at_s ||
	    (waits_s && kase->waiting_s >= waits_s)) {
		return;
	}
	clocks_revoke(into, METRIC_FIRST_REPLY, act->now_s);
	clocks_revoke(into, METRIC_NEXT_REPLY, act->now_s);
	kase->waiting_s = waits_s;
	kase->state = waits_s ? CASE_OPEN : CASE_ANSWERED;
	if (waits_s) {
		clocks_await(into, act->sla, waits_s);
	}
}

static void give_back(Txn *txn, Draft *into, const Draft *from, const Act *act,
    const StoredEvent *merge)
{
	Case *kase = into->kase;
	const Case *gone = from->kase;

	kase->messages -= MIN(kase->messages, gone->messages);
	kase->copies -= MIN(kase->copies, gone->copies);
	give_back_wait(txn, into, act, merge);
}

static void tell_unmerge(
    Draft *draft, const Act *act, const char *how, guint64 other)
{
	g_autofree char *name = case_name(other);
	g_autofree char *detail = g_strdup_printf("%s %s", how, name);

	draft_event(draft, act->now_s, "unmerge", act->who, detail);
}

/* What the other case answered since, it answered for this one too. */
static void take_answer(
    Txn *txn, Draft *from, const Case *into, gint64 merged_s, const Act *act)
{
	if (from->kase->waiting_s && into->replied_s > merged_s) {
		answer_stops(txn, from, act->sla, into->replied_s);
		from->kase->replied_s =
		    MAX(from->kase->replied_s, into->replied_s);
		put_text(&from->kase->replied_team, into->replied_team);
	}
}

/* The promises that came with it go back with it; a reply since has kept them.
 */
static void take_promises(
    Draft *from, Draft *into, const Case *before, gint64 merged_s, gint64 at_s)
{
	gint64 replied_s = into->kase->replied_s;

	for (guint i = 0; i < before->clocks->len; i++) {
		const Clock *was = &g_array_index(before->clocks, Clock, i);

		if (was->metric == METRIC_PROMISE && !was->ended_s) {
			clocks_unpromise(into, was->started_s, at_s);
		}
	}
	if (replied_s > merged_s) {
		clocks_fulfil(from, 0, replied_s);
	}
}

static void part(Txn *txn, Draft *from, Draft *into, const Act *act)
{
	StoredEvent here = {0}, there = {0};
	bool since, gone;

	if (find_merge(txn, from->kase, into->kase->id, &here, &gone) &&
	    find_merge(txn, into->kase, from->kase->id, &there, &since)) {
		const Case *was = there.before->pdata[0];

		restore(from, here.before->pdata[0], act->now_s);
		take_answer(txn, from, into->kase, here.event.at_s, act);
		if (since) {
			give_back(txn, into, from, act, &there);
		} else {
			restore(into, was, act->now_s);
			restore_people(into->kase, was);
		}
		take_promises(from, into, here.before->pdata[0],
		    here.event.at_s, act->now_s);
		tell_unmerge(from, act, "came out of", into->kase->id);
		tell_unmerge(into, act, "gave back", from->kase->id);
		draft_save(txn, into, act->now_s);
	} else {
		txn_fail(txn, ERROR_NO,
		    "AR-%" G_GUINT64_FORMAT ": its merge can't be undone",
		    from->kase->id);
	}
	layout_clear(&event_layout, &here);
	layout_clear(&event_layout, &there);
}

void act_unmerge(Txn *txn, Draft *from, const Act *act)
{
	g_autoptr(Draft) into =
	    from->kase->merged_into
		? draft_load_exact(txn, from->kase->merged_into)
		: NULL;

	if (!into) {
		txn_fail(txn, ERROR_NO,
		    "AR-%" G_GUINT64_FORMAT " isn't merged into another",
		    from->kase->id);
		return;
	}
	if (!state_refuses_merged(txn, into->kase)) {
		part(txn, from, into, act);
	}
}
