/*
 * Splitting: a further message of a case becomes a case of its own, with the
 * clocks that it would have had. The timeline of the old case keeps it; what
 * answers the message, or threads to it, goes to the new case from now on.
 * Merging the new case into the old one takes it back.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

/* ---- which message ---- */

static bool is_meant(
    const StoredEvent *stored, guint32 number, const char *word)
{
	const char *id = stored->event.message_id;
	gsize n = strlen(word);

	if (*word == '<' && n > 2 && word[n - 1] == '>') {
		word++;
		n -= 2;
	}
	return id ? strlen(id) == n && strncmp(id, word, n) == 0
		  : stored->event.number == number;
}

static guint32 number_of(const char *word)
{
	guint64 number = 0;

	return g_ascii_string_to_unsigned(
		   word, 10, 1, G_MAXINT32, &number, NULL)
		   ? (guint32)number
		   : 0;
}

bool case_is_moved(const Case *kase, guint32 event)
{
	for (guint i = 0; i < kase->moved->len; i++) {
		if (g_array_index(kase->moved, guint64, i) == event) {
			return true;
		}
	}
	return false;
}

/* Why the message of STORED can't be split off; NULL: it can. */
static const char *refuses(const Case *kase, const StoredEvent *stored)
{
	if (strcmp(stored->event.what, "received") == 0) {
		return "the first message stays; split the others";
	}
	if (strcmp(stored->event.what, "joined") != 0) {
		return "that is no further message of it";
	}
	if (case_is_moved(kase, stored->event.number)) {
		return "that message has a case of its own already";
	}
	return kase->links->len >= LIMIT_CASE_LINKS ||
		       kase->moved->len >= LIMIT_CASE_LINKS
		   ? "too many cases are linked to it"
		   : NULL;
}

static bool find_message(
    Txn *txn, const Case *kase, const char *word, StoredEvent *stored)
{
	guint32 number = number_of(word);
	const char *why = "it has no such message";

	for (guint32 i = 1; i <= kase->events && !txn->error; i++) {
		Key key = key_event(kase->id, i);

		memset(stored, 0, sizeof(*stored));
		if (!txn_get(txn, DB_EVENTS, &key, stored)) {
			txn_forgive_damage(txn);
			continue;
		}
		stored->event.number = i;
		if (i == number ||
		    (!number && is_meant(stored, number, word))) {
			why = refuses(kase, stored);
			if (!why) {
				return true;
			}
			layout_clear(&event_layout, stored);
			break;
		}
		layout_clear(&event_layout, stored);
	}
	txn_fail(txn, ERROR_NO, "AR-%" G_GUINT64_FORMAT ": %s", kase->id, why);
	return false;
}

/* ---- the new case ---- */

static void put_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static Case *case_of(const Case *old, const StoredEvent *stored)
{
	Case *kase = case_empty();

	put_text(&kase->desk, old->desk);
	put_text(&kase->team, old->team);
	put_text(&kase->topic, old->topic);
	g_strfreev(kase->topics);
	kase->topics = g_strdupv(old->topics);
	kase->urgency = old->urgency;
	kase->level = old->level;
	kase->mode = old->mode;
	kase->sensitive = old->sensitive;
	put_text(&kase->subject, old->subject);
	put_text(&kase->from, stored->event.who);
	words_add(&kase->correspondents, stored->event.who, LIMIT_CASE_PEOPLE);
	kase->received_s = stored->event.at_s;
	kase->waiting_s = stored->event.at_s;
	kase->last_message_s = stored->event.at_s;
	kase->messages = 1;
	put_text(&kase->policy, old->policy);
	put_text(&kase->calendar, old->calendar);
	links_add(kase, old->id);
	return kase;
}

/* When the old case answered the message; 0: it didn't. */
static gint64 answered_s(Txn *txn, const Case *old, gint64 message_s)
{
	gint64 first_s = 0;

	for (guint32 i = 1; i <= old->events && !txn->error; i++) {
		StoredEvent stored = {0};
		Key key = key_event(old->id, i);
		gint64 at_s = 0;

		if (!txn_get(txn, DB_EVENTS, &key, &stored)) {
			txn_forgive_damage(txn);
			continue;
		}
		if (strcmp(stored.event.what, "reply") == 0 ||
		    strcmp(stored.event.what, "answered") == 0) {
			at_s = stored.sent.at_s ? stored.sent.at_s
						: stored.event.at_s;
		}
		if (at_s >= message_s && (!first_s || at_s < first_s)) {
			first_s = at_s;
		}
		layout_clear(&event_layout, &stored);
	}
	return first_s;
}

static void tell(Draft *draft, const Act *act, const char *how, guint64 other)
{
	g_autofree char *name = case_name(other);
	g_autofree char *detail = g_strconcat(how, " ", name, NULL);

	draft_event(draft, act->now_s, "split", act->who, detail);
}

static Draft *make_case(
    Txn *txn, const Case *old, const StoredEvent *stored, const Act *act)
{
	Draft *draft = draft_of(case_of(old, stored));
	Identity identity = stored->identity;
	g_autofree char *name = case_name(old->id);
	g_autofree char *detail =
	    g_strdup_printf("of %s; %.500s", name, stored->event.detail);
	gint64 at_s = answered_s(txn, old, stored->event.at_s);

	/* The rest of the conversation stays where it was. */
	memset(&identity.conversation, 0, sizeof(identity.conversation));
	draft_number(txn, draft);
	clocks_await(draft, act->sla, stored->event.at_s);
	draft_message_event(draft, stored->event.at_s, "received",
	    stored->event.who, detail, &identity, stored->event.message_id);
	if (at_s) {
		answer_stops(txn, draft, act->sla, at_s);
		draft->kase->replied_s = at_s;
	}
	tell(draft, act, "out of", old->id);
	return draft;
}

/* ---- the old one ---- */

/* Ids lead to the new case; an Outlook conversation to both. */
static void lead_on(
    Txn *txn, const Case *old, const StoredEvent *stored, guint64 id)
{
	Key key = key_thread(&stored->identity.message_id, old->id);
	Thread thread = {0};

	if (hash_is_set(&stored->identity.message_id) &&
	    txn_get(txn, DB_THREADS, &key, &thread) &&
	    thread.event == stored->event.number) {
		thread.moved = id;
		txn_put(txn, DB_THREADS, &key, &thread);
	}
}

/* Who waits there without it? */
static void settle(Txn *txn, Draft *old, const Act *act, gint64 message_s)
{
	Case *kase = old->kase;
	gint64 left_s;

	if (kase->waiting_s != message_s) {
		return;
	}
	left_s = next_message_s(txn, kase, message_s - 1);
	if (left_s == message_s) {
		return;
	}
	clocks_revoke(old, METRIC_FIRST_REPLY, act->now_s);
	clocks_revoke(old, METRIC_NEXT_REPLY, act->now_s);
	kase->waiting_s = left_s;
	kase->state = left_s ? CASE_OPEN : CASE_ANSWERED;
	if (left_s) {
		clocks_await(old, act->sla, left_s);
	}
}

static void take_out(
    Txn *txn, Draft *old, const StoredEvent *stored, guint64 id, const Act *act)
{
	Case *kase = old->kase;
	guint64 number = stored->event.number;

	g_array_append_val(kase->moved, number);
	kase->messages -= kase->messages > 0;
	links_add(kase, id);
	lead_on(txn, kase, stored, id);
	settle(txn, old, act, stored->event.at_s);
	tell(old, act, "a message went to", id);
}

void act_split(Txn *txn, Draft *draft, const Act *act)
{
	StoredEvent stored;
	Draft *fresh;

	if (!find_message(txn, draft->kase, act->word, &stored)) {
		return;
	}
	fresh = make_case(txn, draft->kase, &stored, act);
	take_out(txn, draft, &stored, fresh->kase->id, act);
	draft_save(txn, fresh, act->now_s);
	draft_free(fresh);
	layout_clear(&event_layout, &stored);
}
