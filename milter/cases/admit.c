/*
 * A message from outside comes in: is it known, does it belong to a case, may
 * it join that case, or does it make one? Decided within the transaction that
 * records it, so that two of the same at the same moment are one.
 *
 * What joins is decided by who writes, never by an id alone: ids are public,
 * and nobody shall hide a threat in a stranger's closed case.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/limits.h"

#define SAME_TEXT_S (24 * 3600)  /* one text to five addresses */
#define QUIET_S (60 * 24 * 3600) /* after that a case stays closed */
#define LATE_S 600               /* so long after its arrival: a replay */

static void conclude(Incoming *incoming, Draft *draft, AdmitOutcome outcome)
{
	case_free(incoming->kase);
	incoming->kase = g_steal_pointer(&draft->kase);
	incoming->outcome = outcome;
}

static Draft *load(Txn *txn, Incoming *incoming, guint64 id)
{
	bool damaged = false;
	Draft *draft = draft_load_sound(txn, id, &damaged);

	if (damaged) {
		incoming->damaged = id;
	}
	return draft;
}

/* ---- may it join? ---- */

static gint64 last_activity_s(const Case *kase)
{
	return MAX(MAX(kase->last_message_s, kase->replied_s), kase->closed_s);
}

/* NULL: it may join; else why not. */
static const char *refuses(const Incoming *incoming, const Case *kase)
{
	const Admission *admission = incoming->admission;
	bool waits = kase->state == CASE_OPEN || kase->state == CASE_PAUSED;

	if (admission->message->malformed ||
	    (!words_have(kase->correspondents, incoming->from) &&
		!words_have(kase->copied, incoming->from))) {
		return "by someone else";
	}
	if (!waits && admission->arrival_s - last_activity_s(kase) > QUIET_S) {
		return "after sixty days";
	}
	if (kase->messages >= LIMIT_CASE_MESSAGES ||
	    case_bytes(kase) >= LIMIT_CASE_BYTES) {
		return "that case is full";
	}
	return NULL;
}

typedef struct {
	Draft *join;     /* owned */
	guint64 link;    /* a case that it threads to but may not join */
	const char *why; /* not */
	guint64 tried[CANDIDATES_MOST];
	guint n_tried;
} Search;

static bool try_new(Search *search, guint64 id)
{
	for (guint i = 0; i < search->n_tried; i++) {
		if (search->tried[i] == id) {
			return false;
		}
	}
	if (search->n_tried == CANDIDATES_MOST) {
		return false;
	}
	search->tried[search->n_tried++] = id;
	return true;
}

static void try_case(
    Txn *txn, Incoming *incoming, guint64 id, bool links, Search *search)
{
	g_autoptr(Draft) draft = NULL;
	const char *why;

	if (search->join || !try_new(search, id)) {
		return;
	}
	draft = load(txn, incoming, id);
	why = draft ? refuses(incoming, draft->kase) : "it can't be read";
	if (!why) {
		search->join = g_steal_pointer(&draft);
		return;
	}
	if (!search->link) {
		search->link = draft ? draft->kase->id : id;
		search->why = why;
	}
	/* Whoever was refused before has a linked case of their own. */
	for (guint i = draft && links ? draft->kase->links->len : 0; i > 0;
	     i--) {
		try_case(txn, incoming,
		    g_array_index(draft->kase->links, guint64, i - 1), false,
		    search);
	}
}

static void try_thread(
    Txn *txn, Incoming *incoming, const Hash *hash, Search *search)
{
	Found found[FOUND_MOST];
	guint n = search->join || !hash_is_set(hash)
		      ? 0
		      : threads_find(txn, hash, found);

	for (guint i = 0; i < n; i++) {
		try_case(txn, incoming, found[i].id, true, search);
	}
}

/* ---- whose it is ---- */

static const char *mode_name(DeskMode mode)
{
	static const char *const names[] = {
	    [MODE_LIVE] = "live", [MODE_TAG] = "tag", [MODE_SHADOW] = "shadow"};

	return names[mode];
}

/* The message came to a desk that does more, or the desk does more by now: what
 * a shadow has seen first would be counted for nobody. */
static void take_desk(Draft *draft, const Incoming *incoming)
{
	const Desk *desk = incoming->admission->plan->desk;
	Case *kase = draft->kase;
	g_autofree char *detail = NULL;

	if (desk->mode >= kase->mode) {
		return;
	}
	detail = g_strdup_printf("%s (%s) -> %s (%s)", kase->desk,
	    mode_name(kase->mode), desk->name, mode_name(desk->mode));
	g_free(kase->desk);
	kase->desk = g_strdup(desk->name);
	kase->mode = desk->mode;
	draft_event(
	    draft, incoming->admission->arrival_s, "desk", "anteroom", detail);
}

/* ---- a copy ---- */

static void earlier(Draft *draft, const Incoming *incoming, gint64 was_s)
{
	Case *kase = draft->kase;
	gint64 is_s = incoming->admission->arrival_s;

	clocks_move(draft, incoming->admission->sla, was_s, is_s);
	if (kase->received_s == was_s) {
		kase->received_s = is_s;
	}
	if (kase->waiting_s == was_s) {
		kase->waiting_s = is_s;
	}
}

static void add_copy(Txn *txn, Incoming *incoming, Draft *draft, Seen *seen)
{
	const Admission *admission = incoming->admission;
	Case *kase = draft->kase;
	guint witnesses = g_strv_length(kase->witnesses);
	bool first = admission->arrival_s < seen->at_s;

	kase->copies++;
	incoming_introduce(incoming, kase);
	if (first) {
		Key key = key_seen(&incoming->identity.print);
		earlier(draft, incoming, seen->at_s);
		seen->at_s = admission->arrival_s;
		txn_put(txn, DB_SEEN, &key, seen);
	}
	/* A sender that tries again for days writes no novel. */
	if (first || kase->copies <= LIMIT_COPY_EVENTS ||
	    g_strv_length(kase->witnesses) > witnesses) {
		draft_event(draft, admission->arrival_s, "copy", incoming->from,
		    incoming->detail);
	}
	take_desk(draft, incoming);
	draft_save(txn, draft, admission->arrival_s);
	conclude(incoming, draft, ADMIT_COPY);
}

static bool admit_copy(Txn *txn, Incoming *incoming)
{
	g_autoptr(Draft) draft = NULL;
	Seen seen = {0};

	if (!seen_find(txn, &incoming->identity.print, &seen)) {
		return false;
	}
	draft = load(txn, incoming, seen.id);
	if (draft) {
		add_copy(txn, incoming, draft, &seen);
	}
	return draft != NULL;
}

/* ---- a further message ---- */

/* A message that is replayed later than its answer needs no second one. What
 * comes in now does, even if it crossed with a reply. */
static bool was_answered(const Admission *admission, const Case *kase)
{
	return admission->arrival_s < kase->replied_s &&
	       admission->now_s - admission->arrival_s > LATE_S;
}

static void join(Txn *txn, Incoming *incoming, Draft *draft)
{
	const Admission *admission = incoming->admission;
	gint64 arrival_s = admission->arrival_s;
	Case *kase = draft->kase;

	kase->messages++;
	incoming_introduce(incoming, kase);
	if (arrival_s < kase->received_s) {
		earlier(draft, incoming, kase->received_s);
	}
	kase->last_message_s = MAX(kase->last_message_s, arrival_s);
	draft_message_event(draft, arrival_s, "joined", incoming->from,
	    incoming->detail, &incoming->identity,
	    admission->message->message_id);
	take_desk(draft, incoming);
	raise_by_message(draft, incoming);
	if (incoming->waits && !was_answered(admission, kase)) {
		state_await(draft, admission->sla, arrival_s, incoming->from);
	}
	draft_save(txn, draft, arrival_s);
	conclude(incoming, draft, ADMIT_JOINED);
}

/* ---- the same text again ---- */

static void add_witness(Txn *txn, Incoming *incoming, Draft *draft)
{
	const Admission *admission = incoming->admission;
	Identity identity = incoming->identity;
	Case *kase = draft->kase;

	/* The day counts from the first of them. */
	memset(&identity.text, 0, sizeof(identity.text));
	incoming_introduce(incoming, kase);
	if (kase->copies++ < LIMIT_CASE_MESSAGES) {
		draft_message_event(draft, admission->arrival_s, "witness",
		    incoming->from, incoming->detail, &identity,
		    admission->message->message_id);
	}
	take_desk(draft, incoming);
	raise_by_message(draft, incoming);
	draft_save(txn, draft, admission->arrival_s);
	conclude(incoming, draft, ADMIT_COPY);
}

/* One text to five of our addresses is one case. But the same words after we
 * answered are a reminder. */
static bool admit_witness(Txn *txn, Incoming *incoming)
{
	gint64 arrival_s = incoming->admission->arrival_s;
	g_autoptr(Draft) draft = NULL;
	Seen seen = {0};

	if (!seen_find(txn, &incoming->identity.text, &seen) ||
	    ABS(arrival_s - seen.at_s) > SAME_TEXT_S) {
		return false;
	}
	draft = load(txn, incoming, seen.id);
	if (!draft) {
		return false;
	}
	if (draft->kase->state == CASE_OPEN) {
		if (arrival_s < seen.at_s) {
			earlier(draft, incoming, seen.at_s);
		}
		add_witness(txn, incoming, draft);
		return true;
	}
	if (refuses(incoming, draft->kase)) {
		return false;
	}
	join(txn, incoming, draft);
	return true;
}

/* ---- a new case ---- */

static void tell_link(
    Draft *draft, const Incoming *incoming, guint64 id, const char *why)
{
	g_autofree char *name = case_name(id);
	g_autofree char *detail = g_strdup_printf("%s: %s", name, why);

	draft_event(draft, incoming->admission->arrival_s, "linked", "anteroom",
	    detail);
}

static void link_cases(
    Txn *txn, Incoming *incoming, Draft *draft, guint64 id, const char *why)
{
	g_autoptr(Draft) other = load(txn, incoming, id);

	links_add(draft->kase, id);
	tell_link(draft, incoming, id, why);
	if (other && links_add(other->kase, draft->kase->id)) {
		tell_link(other, incoming, draft->kase->id, why);
		draft_save(txn, other, incoming->admission->arrival_s);
	}
}

static void admit_new(
    Txn *txn, Incoming *incoming, guint64 link, const char *why)
{
	g_autoptr(Draft) draft = NULL;

	if (!incoming->fresh) {
		incoming_prepare_fresh(incoming); /* a repeated change */
	}
	draft = g_steal_pointer(&incoming->fresh);
	draft_number(txn, draft);
	if (!link && incoming->damaged) {
		link = incoming->damaged;
		why = "it can't be read";
	}
	if (link) {
		link_cases(txn, incoming, draft, link, why);
	}
	draft_save(txn, draft, incoming->admission->arrival_s);
	conclude(incoming, draft, link ? ADMIT_LINKED : ADMIT_NEW);
}

/* ---- all of it ---- */

static void admit_thread(Txn *txn, Incoming *incoming)
{
	Search search = {0};

	for (guint i = 0; i < incoming->references->len; i++) {
		try_thread(txn, incoming,
		    &g_array_index(incoming->references, Hash, i), &search);
	}
	if (!search.join && !admit_witness(txn, incoming)) {
		/* The id of a known message with another body. */
		try_thread(
		    txn, incoming, &incoming->identity.message_id, &search);
	}
	if (search.join) {
		join(txn, incoming, search.join);
	} else if (!incoming->kase && !txn->error) {
		admit_new(txn, incoming, search.link, search.why);
	}
	draft_free(search.join);
}

static void admit(Txn *txn, gpointer data)
{
	Incoming *incoming = data;

	g_clear_pointer(&incoming->kase, case_free);
	incoming->damaged = 0;
	txn->quiet_s =
	    incoming->admission->quiet ? incoming->admission->now_s : 0;
	if (!admit_copy(txn, incoming)) {
		admit_thread(txn, incoming);
	}
}

bool store_admit(Store *store, const Admission *admission,
    AdmitOutcome *outcome, Case **kase, GError **error)
{
	Incoming incoming;
	bool good;

	if (!incoming_init(&incoming, store, admission, error)) {
		return false;
	}
	good = commit_run(store, admit, &incoming, error);
	if (good) {
		*outcome = incoming.outcome;
		*kase = g_steal_pointer(&incoming.kase);
	}
	incoming_clear(&incoming);
	return good;
}
