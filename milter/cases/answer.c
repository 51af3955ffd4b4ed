/*
 * A reply of ours goes out: which case does it answer, is it to that case's
 * correspondent, and which clocks does it stop? That the writer is one of us
 * is proven before (replies/).
 */
#include "cases/internal.h"
#include "cases/notice.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"

typedef struct {
	const Answer *answer;
	Identity identity; /* print: of the reply */
	Hash forward;      /* print, when it isn't to the correspondent */
	GArray *references;
	char *original;  /* its Message-ID before a server changed it; NULL */
	Identity before; /* print and id of that */
	char *detail;
	Wording wording;
	const char *team; /* never NULL */

	/* What became of it. */
	Case *kase;
	AnswerOutcome outcome;
} Outgoing;

static void conclude(Outgoing *outgoing, Draft *draft, AnswerOutcome outcome)
{
	case_free(outgoing->kase);
	outgoing->kase = draft ? g_steal_pointer(&draft->kase) : NULL;
	outgoing->outcome = outcome;
}

/* ---- which case ---- */

static bool is_written_to(const Answer *answer, const char *address)
{
	const GPtrArray *to = answer->message->to;

	for (guint i = 0; to && i < to->len; i++) {
		if (strcmp(((Person *)to->pdata[i])->address, address) == 0) {
			return true;
		}
	}
	return false;
}

/* In To or Cc, where everybody sees it, and really sent there. */
static bool is_sent_to(const Answer *answer, const char *address)
{
	char *const *recipients = (char *const *)(guintptr)answer->recipients;

	return is_written_to(answer, address) &&
	       (!recipients || words_have(recipients, address));
}

static bool is_to_correspondent(const Answer *answer, const Case *kase)
{
	for (gsize i = 0; kase->correspondents[i]; i++) {
		if (is_sent_to(answer, kase->correspondents[i])) {
			return true;
		}
	}
	return false;
}

typedef struct {
	Draft *draft;      /* the case it answers; owned */
	gint64 referred_s; /* arrival of the latest message it refers to */
	Draft *elsewhere;  /* else the first it threads to; owned */
	guint64 tried[CANDIDATES_MOST];
	guint n_tried;
} Search;

static bool is_tried(const Search *search, guint64 id)
{
	for (guint i = 0; i < search->n_tried; i++) {
		if (search->tried[i] == id) {
			return true;
		}
	}
	return false;
}

static void try_case(
    Txn *txn, const Outgoing *outgoing, const Found *found, Search *search)
{
	g_autoptr(Draft) draft = NULL;

	if (search->draft && search->draft->kase->id == found->id) {
		search->referred_s =
		    MAX(search->referred_s, found->thread.at_s);
	}
	if (search->draft || is_tried(search, found->id) ||
	    search->n_tried == CANDIDATES_MOST) {
		return;
	}
	search->tried[search->n_tried++] = found->id;
	draft = draft_load_sound(txn, found->id, NULL);
	if (draft && is_to_correspondent(outgoing->answer, draft->kase)) {
		search->draft = g_steal_pointer(&draft);
		search->referred_s = found->thread.at_s;
	} else if (draft && !search->elsewhere) {
		search->elsewhere = g_steal_pointer(&draft);
	}
}

static void search_threads(Txn *txn, const Outgoing *outgoing, Search *search)
{
	Found found[FOUND_MOST];

	for (guint i = 0; i < outgoing->references->len; i++) {
		const Hash *hash =
		    &g_array_index(outgoing->references, Hash, i);
		guint n = threads_find(txn, hash, found);

		for (guint j = 0; j < n; j++) {
			try_case(txn, outgoing, &found[j], search);
		}
	}
}

/* ---- what it stops ---- */

/* The arrival of the oldest message of the case after AT_S; 0 = none: what a
 * reply that is replayed late leaves unanswered. */
gint64 next_message_s(Txn *txn, const Case *kase, gint64 at_s)
{
	gint64 oldest_s = 0;

	if (kase->last_message_s <= at_s) {
		return 0;
	}
	for (guint32 i = 1; i <= kase->events && !txn->error; i++) {
		StoredEvent stored = {0};
		Key key = key_event(kase->id, i);
		gint64 event_s;

		if (!txn_get(txn, DB_EVENTS, &key, &stored)) {
			continue;
		}
		event_s = (strcmp(stored.event.what, "received") == 0 ||
			      strcmp(stored.event.what, "joined") == 0) &&
				  !case_is_moved(kase, i)
			      ? stored.event.at_s
			      : 0;
		layout_clear(&event_layout, &stored);
		if (event_s > at_s && (!oldest_s || event_s < oldest_s)) {
			oldest_s = event_s;
		}
	}
	return oldest_s;
}

bool answer_stops(Txn *txn, Draft *draft, const Sla *sla, gint64 at_s)
{
	Case *kase = draft->kase;
	gint64 left_s;
	bool stopped;

	if (!kase->waiting_s ||
	    (kase->first_reply_s && at_s < kase->waiting_s)) {
		return false;
	}
	left_s = next_message_s(txn, kase, at_s);
	stopped = clocks_stop(draft, METRIC_FIRST_REPLY, at_s);
	stopped |= clocks_stop(draft, METRIC_NEXT_REPLY, at_s);
	kase->waiting_s = left_s;
	kase->state = left_s ? CASE_OPEN : CASE_ANSWERED;
	if (!kase->first_reply_s) {
		kase->first_reply_s = at_s;
	}
	if (left_s) {
		clocks_await(draft, sla, left_s);
	}
	return stopped;
}

/* ---- recording ---- */

static bool is_second_answer(const Outgoing *outgoing, const Case *kase)
{
	return !kase->waiting_s && *outgoing->team && *kase->replied_team &&
	       strcmp(outgoing->team, kase->replied_team) != 0;
}

static void tell_twice(Draft *draft, const Outgoing *outgoing)
{
	const Answer *answer = outgoing->answer;
	g_autofree char *detail = g_strdup_printf(
	    "%s answered after %s", outgoing->team, draft->kase->replied_team);

	draft_event(
	    draft, answer->at_s, "answered twice", answer->member, detail);
	if (answer->conf) {
		draft_notice(draft, &(NoticeAsk){.kind = NOTICE_ANSWERED_TWICE,
					.rung = RUNG_LEAD,
					.at_s = answer->at_s,
					.detail = detail,
					.conf = answer->conf,
					.sla = answer->sla});
	}
}

static void note_reply(Draft *draft, const Outgoing *outgoing, gint64 at_s)
{
	Case *kase = draft->kase;

	if (!kase->first_reply_s) {
		kase->first_reply_s = at_s;
	}
	kase->replied_s = MAX(kase->replied_s, at_s);
	g_free(kase->replied_team);
	kase->replied_team = g_strdup(outgoing->team);
}

/* What a bounce will ask. */
static void note_sent(
    StoredEvent *stored, const Outgoing *outgoing, const Case *kase)
{
	Sent *sent = &stored->sent;

	sent->team = *outgoing->team ? g_strdup(outgoing->team) : NULL;
	sent->to = g_new0(char *, 1);
	for (gsize i = 0; kase->correspondents[i]; i++) {
		if (is_sent_to(outgoing->answer, kase->correspondents[i])) {
			words_add(&sent->to, kase->correspondents[i],
			    LIMIT_CASE_PEOPLE);
		}
	}
}

/* A server on the way gave it another Message-ID: what answers it has the new
 * one, and a copy taken on the other side of that server the old one. */
static void tell_renamed(
    Draft *draft, const Outgoing *outgoing, const Identity *identity)
{
	const char *id = outgoing->answer->message->message_id;
	g_autofree char *detail =
	    g_strdup_printf("<%s> was <%s>", id, outgoing->original);

	draft_message_event(draft, outgoing->answer->at_s, "renamed",
	    outgoing->answer->member, detail, identity, NULL);
}

/* What the reply promises gets clocks, and a line with its words, which of
 * sensitive cases are kept nowhere. What was promised before is done. */
static void record_pledges(Draft *draft, const Outgoing *outgoing, gint64 at_s)
{
	const Answer *answer = outgoing->answer;

	for (guint i = 0; i < answer->n_pledges; i++) {
		const Pledge *pledge = &answer->pledges[i];

		if (clocks_promise(draft, at_s, pledge->due_s)) {
			draft_event(draft, at_s, "promised", answer->member,
			    draft->kase->sensitive ? "" : pledge->words);
		}
	}
}

/* It tells the correspondent that more will come, and nobody else. */
static void record_acknowledgement(
    Txn *txn, Outgoing *outgoing, Draft *draft, gint64 at_s, const char *why)
{
	const Answer *answer = outgoing->answer;
	g_autofree char *detail =
	    g_strconcat(outgoing->detail, "; ", why, NULL);
	StoredEvent *stored = draft_message_event(draft, answer->at_s,
	    "acknowledged", answer->member, detail, &outgoing->identity,
	    answer->message->message_id);

	note_sent(stored, outgoing, draft->kase);
	stored->sent.at_s = at_s;
	draft->kase->acknowledged_s = MAX(draft->kase->acknowledged_s, at_s);
	record_pledges(draft, outgoing, at_s);
	draft_save(txn, draft, answer->at_s);
	conclude(outgoing, draft, ANSWER_ACKNOWLEDGED);
}

static void record_answer(
    Txn *txn, Outgoing *outgoing, Draft *draft, gint64 referred_s)
{
	const Answer *answer = outgoing->answer;
	/* It answers what it refers to, whatever its clock says. */
	gint64 at_s = MAX(answer->at_s, referred_s);
	gint64 waiting_s = draft->kase->waiting_s;
	bool twice = is_second_answer(outgoing, draft->kase), stopped;
	StoredEvent *stored;

	if (draft->kase->state == CASE_PAUSED) {
		state_resume(draft, answer->sla, at_s, answer->member,
		    "a reply ends the pause");
	}
	stopped = answer_stops(txn, draft, answer->sla, at_s);
	/* One that is replayed late keeps no later promise. */
	if (at_s >= draft->kase->replied_s) {
		clocks_fulfil(draft, 0, at_s);
	}
	stored = draft_message_event(draft, answer->at_s, "reply",
	    answer->member, outgoing->detail, &outgoing->identity,
	    answer->message->message_id);
	note_sent(stored, outgoing, draft->kase);
	stored->sent.at_s = at_s;
	stored->sent.waiting_s =
	    draft->kase->waiting_s == waiting_s ? 0 : waiting_s;
	if (twice) {
		tell_twice(draft, outgoing);
	}
	note_reply(draft, outgoing, at_s);
	record_pledges(draft, outgoing, at_s);
	if (outgoing->original) {
		tell_renamed(draft, outgoing, &outgoing->before);
	}
	draft_save(txn, draft, at_s);
	conclude(outgoing, draft, stopped ? ANSWER_STOPPED : ANSWER_RECORDED);
}

/* Where nobody waits, nothing is lost by taking it for an answer. */
static void record_reply(
    Txn *txn, Outgoing *outgoing, Draft *draft, gint64 referred_s)
{
	gint64 at_s = MAX(outgoing->answer->at_s, referred_s);
	const char *why = draft->kase->waiting_s
			      ? template_acknowledges(txn, &outgoing->wording,
				    draft->kase->id, outgoing->answer->at_s)
			      : NULL;

	if (why) {
		record_acknowledgement(txn, outgoing, draft, at_s, why);
	} else {
		record_answer(txn, outgoing, draft, referred_s);
	}
}

static void record_elsewhere(Txn *txn, Outgoing *outgoing, Draft *draft)
{
	const Answer *answer = outgoing->answer;
	Identity identity = {.print = outgoing->forward,
	    .message_id = outgoing->identity.message_id};
	Key key = key_seen(&outgoing->forward);

	if (!txn_has(txn, DB_SEEN, &key)) {
		draft_message_event(draft, answer->at_s, "forwarded",
		    answer->member, outgoing->detail, &identity,
		    answer->message->message_id);
		draft_save(txn, draft, answer->at_s);
	}
	conclude(outgoing, draft, ANSWER_ELSEWHERE);
}

/* The reply that is known by its former id, once more by the new one. */
static bool is_renamed(Txn *txn, Outgoing *outgoing)
{
	g_autoptr(Draft) draft = NULL;
	Identity identity = {.print = outgoing->identity.print,
	    .message_id = outgoing->identity.message_id};
	Seen seen = {0};

	if (!outgoing->original ||
	    !seen_find(txn, &outgoing->before.print, &seen)) {
		return false;
	}
	draft = draft_load_sound(txn, seen.id, NULL);
	if (draft) {
		tell_renamed(draft, outgoing, &identity);
		draft_save(txn, draft, outgoing->answer->at_s);
		conclude(outgoing, draft, ANSWER_AGAIN);
	}
	return draft != NULL;
}

/* This very reply again, by its second path. */
static bool is_known(Txn *txn, Outgoing *outgoing)
{
	g_autoptr(Draft) draft = NULL;
	Seen seen = {0};

	if (!seen_find(txn, &outgoing->identity.print, &seen)) {
		return false;
	}
	draft = draft_load_sound(txn, seen.id, NULL);
	if (draft) {
		conclude(outgoing, draft, ANSWER_AGAIN);
	}
	return draft != NULL;
}

static void answer_change(Txn *txn, gpointer data)
{
	Outgoing *outgoing = data;
	Search search = {0};

	conclude(outgoing, NULL, ANSWER_UNKNOWN);
	if (is_known(txn, outgoing) || is_renamed(txn, outgoing)) {
		return;
	}
	search_threads(txn, outgoing, &search);
	if (search.draft) {
		record_reply(txn, outgoing, search.draft, search.referred_s);
	} else if (search.elsewhere) {
		record_elsewhere(txn, outgoing, search.elsewhere);
	}
	draft_free(search.draft);
	draft_free(search.elsewhere);
}

/* ---- preparing ---- */

/* A second path may add a footer: with an id, the body doesn't count. */
static Hash print_of(
    const Store *store, HashKind kind, const Answer *answer, const char *id)
{
	const Message *message = answer->message;
	char date[24];
	const char *with_id[] = {"id", id, answer->member};
	const char *without[] = {
	    "no", date, answer->member, message->subject, message->body_sha256};

	g_snprintf(date, sizeof(date), "%" G_GINT64_FORMAT, message->date_s);
	if (id) {
		return store_hash(store, kind, with_id, G_N_ELEMENTS(with_id));
	}
	return store_hash(store, kind, without, G_N_ELEMENTS(without));
}

static char *detail_of(const Answer *answer)
{
	const GPtrArray *to = answer->message->to;
	g_autoptr(GString) line = g_string_new(NULL);

	if (answer->team && *answer->team) {
		g_string_append_printf(line, "team %s", answer->team);
	}
	for (guint i = 0; to && i < to->len && line->len < LIMIT_EVENT_BYTES;
	     i++) {
		g_string_append(line, i ? ", " : line->len ? ", to " : "to ");
		g_string_append(line, ((Person *)to->pdata[i])->address);
	}
	return text_one_line(line->str, line->len, LIMIT_EVENT_BYTES);
}

static void outgoing_init(
    Outgoing *outgoing, Store *store, const Answer *answer)
{
	const char *id = answer->message->message_id;

	memset(outgoing, 0, sizeof(*outgoing));
	outgoing->answer = answer;
	outgoing->team = answer->team ? answer->team : "";
	outgoing->identity.print = print_of(store, HASH_REPLY, answer, id);
	outgoing->forward = print_of(store, HASH_FORWARD, answer, id);
	if (id) {
		outgoing->identity.message_id =
		    store_hash(store, HASH_MESSAGE_ID, &id, 1);
	}
	outgoing->original = id ? message_original_id(answer->message) : NULL;
	if (outgoing->original) {
		const char *was = outgoing->original;

		outgoing->before.print =
		    print_of(store, HASH_REPLY, answer, was);
		outgoing->before.message_id =
		    store_hash(store, HASH_MESSAGE_ID, &was, 1);
	}
	outgoing->references = references_hashes(store, answer->message);
	outgoing->detail = detail_of(answer);
	wording_init(&outgoing->wording, store, answer);
}

bool store_answer(Store *store, const Answer *answer, AnswerOutcome *outcome,
    Case **kase, GError **error)
{
	Outgoing outgoing;
	bool good;

	if (answer->at_s <= 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "store: a reply without a time can't be recorded");
		return false;
	}
	outgoing_init(&outgoing, store, answer);
	good = commit_run(store, answer_change, &outgoing, error);
	if (good) {
		*outcome = outgoing.outcome;
		*kase = g_steal_pointer(&outgoing.kase);
	}
	g_array_unref(outgoing.references);
	g_free(outgoing.detail);
	g_free(outgoing.original);
	wording_clear(&outgoing.wording);
	case_free(outgoing.kase);
	return good;
}
