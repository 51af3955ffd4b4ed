/*
 * Drafts: a case taken out to be changed, then put back with the events that
 * tell of the change and with its index entries brought along. The one place
 * that writes cases, events and their indexes, so that they can't disagree.
 */
#include "cases/facts.h"
#include "cases/notice.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"

#define QUIET_DELAY_S 5
#define MERGES_MOST 16 /* followed from a merged case to the one that stays */

/* ---- taking out ---- */

Draft *draft_of(Case *kase)
{
	Draft *draft = g_new0(Draft, 1);

	draft->kase = kase;
	draft->events = g_ptr_array_new();
	draft->notices = g_ptr_array_new();
	draft->clocks = g_string_new(NULL);
	return draft;
}

static void remember_index(Draft *draft)
{
	draft->order = case_order_key(draft->kase);
	draft->order_value = case_order_value(draft->kase);
	draft->wake = case_wake_key(draft->kase);
	draft->alarm = case_alarm_key(draft->kase);
	draft->old_clocks = draft->kase->clocks->len;
}

Draft *draft_load_exact(Txn *txn, guint64 id)
{
	Case *kase = g_new0(Case, 1);
	Key key = key_case(id);
	Draft *draft;

	if (!txn_get(txn, DB_CASES, &key, kase)) {
		g_free(kase);
		return NULL;
	}
	draft = draft_of(kase);
	remember_index(draft);
	return draft;
}

Draft *draft_load(Txn *txn, guint64 id)
{
	Draft *draft = draft_load_exact(txn, id);

	for (guint i = 0; draft && draft->kase->merged_into && i < MERGES_MOST;
	     i++) {
		id = draft->kase->merged_into;
		draft_free(draft);
		draft = draft_load_exact(txn, id);
	}
	return draft;
}

Draft *draft_load_sound(Txn *txn, guint64 id, bool *damaged)
{
	Draft *draft = draft_load(txn, id);
	bool forgiven = !draft && txn_forgive_damage(txn);

	if (damaged) {
		*damaged = forgiven;
	}
	return draft;
}

void draft_number(Txn *txn, Draft *draft)
{
	draft->kase->id = txn_next_id(txn);
}

static void stored_event_free(gpointer data)
{
	layout_clear(&event_layout, data);
	g_free(data);
}

static void free_notice(gpointer data)
{
	notice_free(data);
}

void draft_free(Draft *draft)
{
	if (draft) {
		g_ptr_array_set_free_func(draft->notices, free_notice);
		g_ptr_array_unref(draft->notices);
		g_ptr_array_set_free_func(draft->events, stored_event_free);
		g_ptr_array_unref(draft->events);
		g_string_free(draft->clocks, TRUE);
		g_clear_pointer(&draft->order_value, g_byte_array_unref);
		case_free(draft->kase);
		g_free(draft);
	}
}

/* ---- telling ---- */

static char *whole_detail(Draft *draft, const char *detail)
{
	g_autofree char *line = text_one_line(detail ? detail : "",
	    detail ? strlen(detail) : 0, LIMIT_NOTE_BYTES);
	char *whole;

	if (draft->clocks->len == 0) {
		return g_steal_pointer(&line);
	}
	whole = g_strconcat(line, *line ? "; " : "", draft->clocks->str, NULL);
	g_string_truncate(draft->clocks, 0);
	return whole;
}

StoredEvent *draft_message_event(Draft *draft, gint64 at_s, const char *what,
    const char *who, const char *detail, const Identity *identity,
    const char *message_id)
{
	StoredEvent *stored = g_new0(StoredEvent, 1);

	stored->event.at_s = at_s;
	stored->event.what = g_strdup(what);
	stored->event.who =
	    text_one_line(who, strlen(who), LIMIT_ADDRESS_BYTES);
	stored->event.detail = whole_detail(draft, detail);
	stored->event.message_id =
	    message_id ? text_one_line(message_id, strlen(message_id),
			     LIMIT_MESSAGE_ID_BYTES)
		       : NULL;
	if (identity) {
		stored->identity = *identity;
	}
	g_ptr_array_add(draft->events, stored);
	return stored;
}

void draft_event(Draft *draft, gint64 at_s, const char *what, const char *who,
    const char *detail)
{
	draft_message_event(draft, at_s, what, who, detail, NULL, NULL);
}

/* ---- putting back ---- */

GByteArray *case_order_value(const Case *kase)
{
	/* Borrowed strings: encoded, never cleared. */
	Order order = {.state = kase->state,
	    .team = kase->team,
	    .topic = kase->topic,
	    .desk = kase->desk};
	GByteArray *record = record_new();

	layout_encode(&order_layout, &order, record);
	return record;
}

void event_chain(
    const Key *key, const guint8 *payload, gsize n, guint8 chain[32])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize n_chain = 32;

	g_checksum_update(sum, key->bytes, (gssize)key->n);
	g_checksum_update(sum, payload, (gssize)n);
	g_checksum_get_digest(sum, chain, &n_chain);
}

static void index_seen(
    Txn *txn, const Hash *hash, const StoredEvent *stored, guint64 id)
{
	Seen seen = {.id = id,
	    .event = stored->event.number,
	    .at_s = stored->event.at_s};
	Key key = key_seen(hash);

	if (hash_is_set(hash)) {
		txn_put(txn, DB_SEEN, &key, &seen);
	}
}

/* The first message of an id in a case leads to it; a later one of the same
 * id tells nothing new. */
static void index_thread(
    Txn *txn, const Hash *hash, const StoredEvent *stored, guint64 id)
{
	Thread thread = {
	    .event = stored->event.number, .at_s = stored->event.at_s};
	Key key = key_thread(hash, id);

	if (hash_is_set(hash) && !txn_has(txn, DB_THREADS, &key)) {
		txn_put(txn, DB_THREADS, &key, &thread);
	}
}

static void save_event(Txn *txn, Draft *draft, StoredEvent *stored)
{
	Case *kase = draft->kase;
	const Identity *identity = &stored->identity;
	g_autoptr(GByteArray) record = record_new();
	Key key;

	stored->event.number = ++kase->events;
	memcpy(stored->previous, kase->chain, sizeof(stored->previous));
	key = key_event(kase->id, stored->event.number);
	layout_encode(&event_layout, stored, record);
	event_chain(&key, record->data + RECORD_HEAD, record->len - RECORD_HEAD,
	    kase->chain);
	txn_put_record(txn, DB_EVENTS, &key, record);
	index_seen(txn, &identity->print, stored, kase->id);
	index_seen(txn, &identity->text, stored, kase->id);
	index_thread(txn, &identity->message_id, stored, kase->id);
	index_thread(txn, &identity->conversation, stored, kase->id);
}

static bool same_key(const Key *a, const Key *b)
{
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static bool same_order_value(const GByteArray *was, const GByteArray *is)
{
	return was && was->len == is->len &&
	       memcmp(was->data + RECORD_HEAD, is->data + RECORD_HEAD,
		   is->len - RECORD_HEAD) == 0;
}

static void save_order(Txn *txn, Draft *draft)
{
	Key key = case_order_key(draft->kase);
	g_autoptr(GByteArray) value = case_order_value(draft->kase);

	if (same_key(&key, &draft->order) &&
	    same_order_value(draft->order_value, value)) {
		return;
	}
	if (draft->order.n && !same_key(&key, &draft->order)) {
		txn_delete(txn, DB_ORDER, &draft->order);
	}
	txn_put_record(txn, DB_ORDER, &key, value);
}

/* An entry whose key says it all moves from WAS to IS. */
static void save_moment(Txn *txn, Db db, const Key *was, Key is)
{
	if (same_key(&is, was)) {
		return;
	}
	if (was->n) {
		txn_delete(txn, db, was);
	}
	if (is.n) {
		gint64 moment_s = (gint64)key_get_u64(is.bytes);

		txn_put(txn, db, &is, "");
		if (!txn->earliest_s || moment_s < txn->earliest_s) {
			txn->earliest_s = moment_s;
		}
	}
}

/* What is long over when a case is taken in isn't told, and not at once
 * either: the answer may be the next that is taken in. */
static void hush(Draft *draft, gint64 quiet_s)
{
	GArray *clocks = draft->kase->clocks;

	for (guint i = draft->old_clocks; i < clocks->len; i++) {
		Clock *clock = &g_array_index(clocks, Clock, i);

		if (clock->next_s && clock->next_s <= quiet_s) {
			clock->quiet_s = quiet_s;
			clock->next_s = quiet_s + QUIET_DELAY_S;
		}
	}
}

static void save_notices(Txn *txn, Draft *draft, gint64 at_s)
{
	for (guint i = 0; i < draft->notices->len; i++) {
		Notice *notice = draft->notices->pdata[i];

		notice->case_id = draft->kase->id;
		notice_queue(txn, notice);
		notice_free(notice);
	}
	g_ptr_array_set_size(draft->notices, 0);
	if (draft->ended) {
		notices_withdraw(txn, draft->kase, at_s);
	}
}

/* Who wrote a case stays: one entry, when it is new. */
static void save_writer(Txn *txn, const Draft *draft)
{
	Key key = {.n = 0};

	if (!draft->order.n) {
		key = case_writer_key(txn->store, draft->kase);
	}
	if (key.n) {
		txn_put(txn, DB_WRITERS, &key, "");
	}
}

/* Programs hear no more than people of what was over when it was taken in. */
static void tell_webhooks(Txn *txn, const Draft *draft)
{
	for (guint i = 0; i < draft->events->len; i++) {
		const StoredEvent *stored = draft->events->pdata[i];

		if (stored->event.at_s > txn->quiet_s) {
			notice_webhooks(txn, draft->kase, stored->event.what,
			    stored->event.at_s);
		}
	}
}

void draft_save(Txn *txn, Draft *draft, gint64 at_s)
{
	Key key = key_case(draft->kase->id);

	if (txn->quiet_s) {
		hush(draft, txn->quiet_s);
	}
	if (draft->clocks->len) {
		draft_event(draft, at_s, "clock", "anteroom", "");
	}
	for (guint i = 0; i < draft->events->len; i++) {
		save_event(txn, draft, draft->events->pdata[i]);
	}
	tell_webhooks(txn, draft);
	g_ptr_array_set_free_func(draft->events, stored_event_free);
	g_ptr_array_set_size(draft->events, 0);
	g_ptr_array_set_free_func(draft->events, NULL);
	save_order(txn, draft);
	save_writer(txn, draft);
	save_moment(txn, DB_WAKE, &draft->wake, case_wake_key(draft->kase));
	save_moment(txn, DB_ALARMS, &draft->alarm, case_alarm_key(draft->kase));
	save_notices(txn, draft, at_s);
	txn_put(txn, DB_CASES, &key, draft->kase);
	facts_note(txn, draft->kase);
}
