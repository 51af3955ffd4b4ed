/*
 * A reply of ours comes back: what it stopped, it never stopped. The timeline
 * says what was sent, to whom, and what bounced; from that follows anew who
 * still waits, and since when. A bounce proves little, anybody can write one;
 * but its writer must know the id of our reply and name somebody it went to,
 * and the worst that he gains is that somebody answers once more.
 */
#include "cases/returned.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"

#define WHO "mail system"
#define READ_MOST 8 /* timelines read for one bounce */

/* Something that answered, so far as it arrived. */
typedef struct {
	StoredEvent event;
	bool reply;     /* else told by a person, and believed */
	bool courtesy;  /* it acknowledged and answered nothing */
	bool elsewhere; /* in the case that this one was merged into */
	char **failed;  /* whom it didn't reach */
	guint bounces;
	bool settled; /* lost, and the case was closed by one who knew */
} Answered;

typedef struct {
	const Bounce *bounce;
	GArray *ids; /* of Hash */
	guint read;

	/* What became of it. */
	Case *kase;
	BounceOutcome outcome;
} Returned;

/* The case that is looked at, while it is. */
typedef struct {
	Draft *draft;       /* has the reply */
	Draft *stays;       /* it was merged into; NULL */
	GPtrArray *history; /* of Answered */
	const Answered *lost;
} Undoing;

static void answered_free(gpointer data)
{
	Answered *answered = data;

	layout_clear(&event_layout, &answered->event);
	g_strfreev(answered->failed);
	g_free(answered);
}

/* ---- what the timeline says ---- */

static bool is_lost(const Answered *answered)
{
	char **to = answered->event.sent.to;
	gsize reached = 0;

	if (!answered->bounces) {
		return false;
	}
	for (gsize i = 0; to[i]; i++) {
		reached += !words_have(answered->failed, to[i]);
	}
	return reached == 0;
}

/* As an answer that arrived. */
static bool counts(const Answered *answered)
{
	return !answered->courtesy && !is_lost(answered);
}

static void add_failed(Answered *answered, char *const *names)
{
	answered->bounces++;
	for (gsize i = 0; names[i]; i++) {
		words_add(&answered->failed, names[i], G_MAXUINT);
	}
}

static void read_bounced(GPtrArray *history, const StoredEvent *event)
{
	for (guint i = 0; i < history->len; i++) {
		Answered *answered = history->pdata[i];

		if (answered->reply &&
		    hash_equal(&answered->event.identity.message_id,
			&event->identity.message_id)) {
			add_failed(answered, event->sent.to);
		}
	}
}

static void read_close(GPtrArray *history)
{
	for (guint i = 0; i < history->len; i++) {
		Answered *answered = history->pdata[i];

		answered->settled |= is_lost(answered);
	}
}

/* Takes over EVENT where it is an answer. */
static void read_event(GPtrArray *history, StoredEvent *event, bool elsewhere)
{
	const char *what = event->event.what;
	bool courtesy = strcmp(what, "acknowledged") == 0;
	bool reply = courtesy || strcmp(what, "reply") == 0;

	if (reply || strcmp(what, "answered") == 0) {
		Answered *answered = g_new0(Answered, 1);

		answered->event = *event;
		answered->reply = reply;
		answered->courtesy = courtesy;
		answered->elsewhere = elsewhere;
		memset(event, 0, sizeof(*event));
		if (!answered->event.sent.at_s) {
			answered->event.sent.at_s = answered->event.event.at_s;
		}
		g_ptr_array_add(history, answered);
	} else if (strcmp(what, "bounced") == 0) {
		read_bounced(history, event);
	} else if (strcmp(what, "close") == 0) {
		read_close(history);
	}
}

static void read_timeline(
    Txn *txn, const Case *kase, bool elsewhere, GPtrArray *history)
{
	for (guint32 i = 1; i <= kase->events && !txn->error; i++) {
		StoredEvent event = {0};
		Key key = key_event(kase->id, i);

		if (txn_get(txn, DB_EVENTS, &key, &event)) {
			read_event(history, &event, elsewhere);
			layout_clear(&event_layout, &event);
		} else {
			txn_forgive_damage(txn);
		}
	}
}

/* ---- who answered what ---- */

static gint64 covers_s(const Answered *answered)
{
	const Sent *sent = &answered->event.sent;

	return MAX(sent->at_s, sent->waiting_s);
}

/* The moment of the first answer that arrived to what waits since SINCE_S; 0:
 * none did. */
static gint64 answered_s(const GPtrArray *history, gint64 since_s)
{
	gint64 first_s = 0;

	for (guint i = 0; i < history->len; i++) {
		const Answered *answered = history->pdata[i];
		gint64 at_s = covers_s(answered);

		if (counts(answered) && at_s >= since_s &&
		    (!first_s || at_s < first_s)) {
			first_s = at_s;
		}
	}
	return first_s;
}

/* Since when somebody waits whom only lost replies answered; 0: nobody. */
static gint64 waits_since_s(const GPtrArray *history)
{
	gint64 oldest_s = 0;

	for (guint i = 0; i < history->len; i++) {
		const Answered *answered = history->pdata[i];
		gint64 since_s = answered->event.sent.waiting_s;

		if (since_s && is_lost(answered) && !answered->settled &&
		    (!oldest_s || since_s < oldest_s) &&
		    !answered_s(history, since_s)) {
			oldest_s = since_s;
		}
	}
	return oldest_s;
}

/* ---- undoing ---- */

static bool ended(const Answered *answered, const Clock *clock)
{
	return MAX(answered->event.sent.at_s, clock->started_s) ==
	       clock->ended_s;
}

/* Is CLOCK one that the lost reply ended, and no other at the same moment? */
static bool was_ended_by_lost(const Undoing *undoing, const Clock *clock)
{
	if (clock->metric == METRIC_RESOLVE ||
	    (clock->state != CLOCK_MET && clock->state != CLOCK_MISSED) ||
	    !ended(undoing->lost, clock)) {
		return false;
	}
	for (guint i = 0; i < undoing->history->len; i++) {
		const Answered *answered = undoing->history->pdata[i];

		if (counts(answered) && ended(answered, clock)) {
			return false;
		}
	}
	return true;
}

/* Where what is still to be done is done. */
static Draft *living(const Undoing *undoing)
{
	return undoing->stays ? undoing->stays : undoing->draft;
}

/* It kept a promise, and didn't: a later reply that arrived did, or it is still
 * to be kept. */
static void undo_kept(const Undoing *undoing, const Clock *promise)
{
	gint64 at_s = answered_s(undoing->history, promise->started_s + 1);

	if (at_s) {
		clocks_redo(undoing->draft, promise, at_s);
	} else {
		clocks_promise(
		    living(undoing), promise->started_s, promise->due_s);
	}
}

/* Revokes what the reply ended. What another answer ended later, did end then;
 * of the others *PROMISE is the one due first. False: there is none. */
static bool undo_clocks(const Undoing *undoing, Clock *promise)
{
	GArray *clocks = undoing->draft->kase->clocks;
	guint n = clocks->len;
	bool found = false;

	for (guint i = 0; i < n; i++) {
		Clock clock = g_array_index(clocks, Clock, i);
		gint64 at_s;

		if (!was_ended_by_lost(undoing, &clock)) {
			continue;
		}
		clocks_undo(undoing->draft, i);
		if (clock.metric == METRIC_PROMISE) {
			undo_kept(undoing, &clock);
			continue;
		}
		at_s = answered_s(undoing->history, clock.started_s);
		if (at_s) {
			clocks_redo(undoing->draft, &clock, at_s);
		} else if (!found || clock.due_s < promise->due_s) {
			*promise = clock;
			found = true;
		}
	}
	return found;
}

/* Who replied first and last, of those whose replies arrived. */
static void undo_replied(const Undoing *undoing)
{
	Case *kase = undoing->draft->kase;

	kase->first_reply_s = kase->replied_s = 0;
	g_free(kase->replied_team);
	kase->replied_team = g_strdup("");
	for (guint i = 0; i < undoing->history->len; i++) {
		const Answered *answered = undoing->history->pdata[i];
		const Sent *sent = &answered->event.sent;

		if (answered->elsewhere || !counts(answered)) {
			continue;
		}
		kase->replied_s = MAX(kase->replied_s, sent->at_s);
		if (!kase->first_reply_s) {
			kase->first_reply_s = sent->at_s;
		}
		if (answered->reply) {
			g_free(kase->replied_team);
			kase->replied_team =
			    g_strdup(sent->team ? sent->team : "");
		}
	}
}

/* ---- telling ---- */

static char *detail_of(const Bounce *bounce, const Answered *answered,
    const char *where, char *const *names)
{
	const Message *message = bounce->message;
	g_autofree char *joined = g_strjoinv(", ", (char **)(guintptr)names);
	g_autofree char *to = text_one_line(joined, strlen(joined), 500);
	const char *id = answered->event.event.message_id;
	g_autofree char *line =
	    g_strdup_printf("%sthe reply %s%s%sby %s didn't reach %s%s%s%s",
		where, id ? "<" : "", id ? id : "", id ? "> " : "",
		answered->event.event.who, *to ? to : "anybody",
		message->failed_status ? " (" : "",
		message->failed_status ? message->failed_status : "",
		message->failed_status ? ")" : "");

	return text_one_line(line, strlen(line), LIMIT_EVENT_BYTES);
}

/* In the timeline of the reply, with all that a later bounce must know, and in
 * that of the case which stays. */
static void tell(const Returned *returned, const Undoing *undoing,
    const Answered *answered, char *const *names)
{
	const Bounce *bounce = returned->bounce;
	g_autofree char *detail = detail_of(bounce, answered, "", names);
	Identity identity = {.message_id = answered->event.identity.message_id};
	StoredEvent *stored =
	    draft_message_event(undoing->draft, bounce->at_s, "bounced", WHO,
		detail, &identity, answered->event.event.message_id);

	stored->sent.to = g_strdupv((char **)(guintptr)names);
	if (undoing->stays) {
		g_autofree char *name = case_name(undoing->draft->kase->id);
		g_autofree char *where = g_strconcat(name, ": ", NULL);
		g_autofree char *there =
		    detail_of(bounce, answered, where, names);

		draft_event(
		    undoing->stays, bounce->at_s, "bounced", WHO, there);
	}
}

/* ---- recording ---- */

static void conclude(
    Returned *returned, const Undoing *undoing, BounceOutcome outcome)
{
	Draft *draft = living(undoing);

	case_free(returned->kase);
	returned->kase = g_steal_pointer(&draft->kase);
	returned->outcome = outcome;
}

static void save(
    Txn *txn, Returned *returned, const Undoing *undoing, BounceOutcome outcome)
{
	draft_save(txn, undoing->draft, returned->bounce->at_s);
	if (undoing->stays) {
		draft_save(txn, undoing->stays, returned->bounce->at_s);
	}
	conclude(returned, undoing, outcome);
}

/* The reply is lost: the promise goes on where somebody still waits. */
static void undo(
    Txn *txn, Returned *returned, const Undoing *undoing, char *const *names)
{
	const Bounce *bounce = returned->bounce;
	Draft *draft = living(undoing);
	Wait wait = {.since_s = waits_since_s(undoing->history),
	    .at_s = bounce->at_s,
	    .who = WHO,
	    .why = "a bounced reply ends the pause"};
	Clock promise;
	bool promised;

	undo_replied(undoing);
	/* What it promised, nobody has read; a merge took it along. */
	clocks_unpromise(
	    undoing->draft, undoing->lost->event.sent.at_s, bounce->at_s);
	clocks_unpromise(draft, undoing->lost->event.sent.at_s, bounce->at_s);
	promised = undo_clocks(undoing, &promise);
	if (promised && wait.since_s) {
		clocks_go_on(draft, &promise, bounce->at_s);
	}
	tell(returned, undoing, undoing->lost, names);
	if (wait.since_s) {
		state_wait(draft, bounce->sla, &wait);
	}
	save(txn, returned, undoing, BOUNCE_REVOKED);
}

/* Whom it didn't reach; who isn't named, is everybody. Transfer full. */
static char **names_of(const Message *message, const Answered *answered)
{
	return g_strdupv(
	    *message->failed ? message->failed : answered->event.sent.to);
}

static bool any_in(char *const *words, char *const *others)
{
	for (gsize i = 0; words[i]; i++) {
		if (words_have(others, words[i])) {
			return true;
		}
	}
	return false;
}

static bool all_in(char *const *words, char *const *others)
{
	for (gsize i = 0; words[i]; i++) {
		if (!words_have(others, words[i])) {
			return false;
		}
	}
	return true;
}

/* The same bounce again, or one of many about who knows whom. */
static bool is_known(const Answered *answered, char *const *names)
{
	return answered->bounces &&
	       (all_in(names, answered->failed) ||
		   (answered->bounces >= LIMIT_COPY_EVENTS &&
		       !any_in(names, answered->event.sent.to)));
}

static void record(
    Txn *txn, Returned *returned, Undoing *undoing, Answered *answered)
{
	g_auto(GStrv) names = names_of(returned->bounce->message, answered);
	bool was_lost = is_lost(answered);

	if (is_known(answered, names)) {
		conclude(returned, undoing, BOUNCE_AGAIN);
		return;
	}
	add_failed(answered, names);
	if (is_lost(answered) && !was_lost && !answered->courtesy) {
		undoing->lost = answered;
		undo(txn, returned, undoing, names);
		return;
	}
	tell(returned, undoing, answered, names);
	save(txn, returned, undoing, BOUNCE_RECORDED);
}

/* ---- which reply ---- */

static bool is_ours(Txn *txn, const Found *found)
{
	StoredEvent event = {0};
	Key key = key_event(found->id, found->thread.event);
	bool ours;

	if (!txn_get(txn, DB_EVENTS, &key, &event)) {
		txn_forgive_damage(txn);
		return false;
	}
	/* Of one envelope in two halves the first may not have been to him. */
	ours = strcmp(event.event.what, "reply") == 0 ||
	       strcmp(event.event.what, "acknowledged") == 0 ||
	       strcmp(event.event.what, "forwarded") == 0;
	layout_clear(&event_layout, &event);
	return ours;
}

static Answered *find_reply(const GPtrArray *history, const Hash *id)
{
	for (guint i = 0; i < history->len; i++) {
		Answered *answered = history->pdata[i];

		if (answered->reply && !answered->elsewhere &&
		    hash_equal(&answered->event.identity.message_id, id)) {
			return answered;
		}
	}
	return NULL;
}

static Draft *load_staying(Txn *txn, const Case *kase)
{
	return kase->merged_into
		   ? draft_load_sound(txn, kase->merged_into, NULL)
		   : NULL;
}

static void try_case(Txn *txn, Returned *returned, const Hash *id, guint64 at)
{
	g_autoptr(GPtrArray) history =
	    g_ptr_array_new_with_free_func(answered_free);
	g_autoptr(Draft) draft = draft_load_exact(txn, at);
	g_autoptr(Draft) stays = NULL;
	Undoing undoing = {.draft = draft, .history = history};
	Answered *answered;

	if (!draft) {
		txn_forgive_damage(txn);
		return;
	}
	returned->read++;
	stays = undoing.stays = load_staying(txn, draft->kase);
	read_timeline(txn, draft->kase, false, history);
	if (stays) {
		read_timeline(txn, stays->kase, true, history);
	}
	answered = find_reply(history, id);
	if (answered) {
		record(txn, returned, &undoing, answered);
	}
}

/* Something else than a reply: a notice, or what a team was to get. */
static void try_others(Txn *txn, Returned *returned)
{
	const Bounce *bounce = returned->bounce;
	char **ids = bounce->message->returned_ids;
	Found found[FOUND_MOST];

	for (gsize i = 0; ids[i] && returned->outcome == BOUNCE_UNKNOWN; i++) {
		guint64 number = store_notice_of(txn->store, ids[i]);

		if (number) {
			returned->outcome = returned_notice(
			    txn, bounce, number, &returned->kase);
		}
	}
	for (guint i = 0; i < returned->ids->len; i++) {
		guint n = threads_find(
		    txn, &g_array_index(returned->ids, Hash, i), found);

		for (guint j = 0; j < MIN(n, READ_MOST) &&
				  returned->outcome == BOUNCE_UNKNOWN;
		     j++) {
			returned->outcome = returned_forward(
			    txn, bounce, &found[j], &returned->kase);
		}
	}
}

static void bounce_change(Txn *txn, gpointer data)
{
	Returned *returned = data;
	Found found[FOUND_MOST];

	g_clear_pointer(&returned->kase, case_free);
	returned->outcome = BOUNCE_UNKNOWN;
	returned->read = 0;
	for (guint i = 0; i < returned->ids->len; i++) {
		const Hash *id = &g_array_index(returned->ids, Hash, i);
		guint n = threads_find(txn, id, found);

		for (guint j = 0; j < n && returned->read < READ_MOST; j++) {
			if (is_ours(txn, &found[j])) {
				try_case(txn, returned, id, found[j].id);
			}
			if (returned->outcome != BOUNCE_UNKNOWN) {
				return;
			}
		}
	}
	if (returned->bounce->conf) {
		try_others(txn, returned);
	}
}

static GArray *ids_of(const Store *store, const Message *message)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(Hash));
	char **returned = message->undelivered ? message->returned_ids : NULL;

	for (gsize i = 0; returned && returned[i]; i++) {
		const char *id = returned[i];
		Hash hash = store_hash(store, HASH_MESSAGE_ID, &id, 1);

		g_array_append_val(ids, hash);
	}
	return ids;
}

bool store_bounce(Store *store, const Bounce *bounce, BounceOutcome *outcome,
    Case **kase, GError **error)
{
	Returned returned = {.bounce = bounce};
	bool good;

	if (bounce->at_s <= 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "store: a bounce without a time can't be recorded");
		return false;
	}
	returned.ids = ids_of(store, bounce->message);
	/* Most bounces are none of ours; nobody waits for a commit for them. */
	good = !returned.ids->len ||
	       commit_run(store, bounce_change, &returned, error);
	if (good) {
		*outcome =
		    returned.ids->len ? returned.outcome : BOUNCE_UNKNOWN;
		*kase = g_steal_pointer(&returned.kase);
	}
	g_array_unref(returned.ids);
	case_free(returned.kase);
	return good;
}
