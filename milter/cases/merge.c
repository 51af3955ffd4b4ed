/*
 * Merging: one case goes into another that stays. The index entries of the one
 * that goes are left as they are; whoever follows them is led on by merged_into
 * (draft_load). Nothing promised gets lost on the way: the earlier wait and the
 * higher urgency stay.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

static void merge_words(char ***into, char *const *from, guint most)
{
	for (gsize i = 0; from[i]; i++) {
		words_add(into, from[i], most);
	}
}

static void merge_hits(Case *into, const Case *from)
{
	g_autoptr(Case) copy = case_copy(from);

	while (copy->hits->len && into->hits->len < LIMIT_CASE_HITS) {
		g_ptr_array_add(
		    into->hits, g_ptr_array_steal_index(copy->hits, 0));
	}
}

static void merge_values(Case *into, const Case *from)
{
	merge_words(
	    &into->correspondents, from->correspondents, LIMIT_CASE_PEOPLE);
	merge_words(&into->copied, from->copied, LIMIT_CASE_PEOPLE);
	merge_words(&into->witnesses, from->witnesses, LIMIT_CASE_PEOPLE);
	merge_words(&into->topics, from->topics, LIMIT_CASE_TOPICS);
	merge_hits(into, from);
	into->messages += from->messages;
	into->copies += from->copies;
	into->urgency = MAX(into->urgency, from->urgency);
	into->level = MAX(into->level, from->level);
	into->last_message_s = MAX(into->last_message_s, from->last_message_s);
	links_add(into, from->id);
	if (from->sensitive || into->sensitive) {
		into->sensitive = true;
		case_hush(into);
	}
}

/* The reply clock of the case that stays covers the older wait. */
static void merge_wait(Draft *into, const Act *act, gint64 waiting_s)
{
	Case *kase = into->kase;
	gint64 was_s = kase->waiting_s;
	Metric metric = case_clock(kase, METRIC_FIRST_REPLY)
			    ? METRIC_FIRST_REPLY
			    : METRIC_NEXT_REPLY;

	if (!waiting_s) {
		return;
	}
	if (was_s && waiting_s < was_s) {
		clocks_revoke(into, metric, act->now_s);
	}
	state_await(into, act->sla, waiting_s, act->who);
}

/* What is still to be kept is to be kept there. */
static void merge_promises(Draft *into, const Case *from, gint64 now_s)
{
	for (guint i = 0; i < from->clocks->len; i++) {
		const Clock *clock = &g_array_index(from->clocks, Clock, i);

		if (into->kase->state != CASE_CLOSED &&
		    clock->metric == METRIC_PROMISE && !clock->ended_s &&
		    clock->due_s >= now_s) {
			clocks_promise(into, clock->started_s, clock->due_s);
		}
	}
}

static void tell(Draft *draft, const Act *act, const char *how,
    const Case *before, guint64 other)
{
	g_autofree char *name = case_name(other);
	g_autofree char *detail = g_strdup_printf("%s %s", how, name);

	event_remember(draft_message_event(draft, act->now_s, "merge", act->who,
			   detail, NULL, NULL),
	    before, other);
}

static Draft *load_target(Txn *txn, const Draft *from, const Act *act)
{
	Draft *into;

	if (act->other == from->kase->id) {
		txn_fail(
		    txn, ERROR_USAGE, "a case can't be merged into itself");
		return NULL;
	}
	into = draft_load_exact(txn, act->other);
	if (!into) {
		txn_fail(txn, ERROR_NO,
		    "there is no case AR-%" G_GUINT64_FORMAT, act->other);
		return NULL;
	}
	if (state_refuses_merged(txn, into->kase)) {
		g_clear_pointer(&into, draft_free);
	}
	return into;
}

/* One that is closed keeps the time of that. */
static void close_source(Draft *from, const Act *act, const char *why)
{
	gint64 closed_s = from->kase->closed_s;

	state_close(from, act->now_s, why);
	if (closed_s) {
		from->kase->closed_s = closed_s;
	}
}

/* The source may be closed: two closed cases of one story are merged too. */
void act_merge(Txn *txn, Draft *from, const Act *act)
{
	g_autoptr(Draft) into = load_target(txn, from, act);
	g_autofree char *name = case_name(act->other);
	g_autofree char *why = g_strdup_printf("merged into %s", name);
	g_autoptr(Case) source = case_copy(from->kase);
	g_autoptr(Case) target = NULL;
	gint64 waiting_s = from->kase->waiting_s;
	Urgency was;

	if (!into) {
		return;
	}
	target = case_copy(into->kase);
	was = into->kase->level;
	merge_values(into->kase, from->kase);
	if (into->kase->level != was) {
		clocks_repolicy(into, act->sla, act->now_s);
	}
	merge_wait(into, act, waiting_s);
	merge_promises(into, from->kase, act->now_s);
	tell(into, act, "took in", target, from->kase->id);
	close_source(from, act, why);
	from->kase->merged_into = act->other;
	tell(from, act, "went into", source, act->other);
	draft_save(txn, into, act->now_s);
}
