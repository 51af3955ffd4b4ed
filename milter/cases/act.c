/*
 * What people do with a case: each act checks its words and the state, changes
 * the draft and tells of it. Nothing is written before all is checked. Merging
 * is in merge.c.
 */
#include "cases/internal.h"
#include "cases/notice.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/times.h"

#define PAUSE_MOST_S (366 * (gint64)24 * 3600)

/* ---- words ---- */

/* "unknown team "caer"; did you mean "care"?" */
static void fail_unknown(Txn *txn, const char *kind, const char *word,
    const char *const *known, gsize n)
{
	const char *near = text_nearest(word, known, n);

	txn_fail(txn, ERROR_USAGE, "unknown %s \"%.100s\"%s%s%s", kind, word,
	    near ? "; did you mean \"" : "", near ? near : "",
	    near ? "\"?" : "");
}

static void fail_unknown_team(Txn *txn, const Act *act)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	for (guint i = 0; i < act->conf->teams->len; i++) {
		const Team *team = act->conf->teams->pdata[i];
		g_ptr_array_add(known, (gpointer)(guintptr)team->name);
	}
	fail_unknown(txn, "team", act->word, (const char *const *)known->pdata,
	    known->len);
}

static void fail_unknown_topic(Txn *txn, const Act *act)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	for (guint i = 0; i < act->conf->topics->len; i++) {
		const Topic *topic = act->conf->topics->pdata[i];
		g_ptr_array_add(known, (gpointer)(guintptr)topic->name);
	}
	for (guint i = 0; i < act->conf->routes->len; i++) {
		const Route *route = act->conf->routes->pdata[i];
		g_ptr_array_add(known, (gpointer)(guintptr)route->topic);
	}
	fail_unknown(txn, "topic", act->word, (const char *const *)known->pdata,
	    known->len);
}

static void refuse(Txn *txn, const Case *kase, const char *why)
{
	txn_fail(txn, ERROR_NO, "AR-%" G_GUINT64_FORMAT " %s", kase->id, why);
}

static bool refuses_closed(Txn *txn, const Case *kase)
{
	if (kase->state == CASE_CLOSED) {
		refuse(txn, kase, "is closed; reopen it first");
	}
	return kase->state == CASE_CLOSED;
}

static bool needs_word(Txn *txn, const Act *act, const char *what)
{
	if (!*act->word) {
		txn_fail(txn, ERROR_USAGE, "%s is missing", what);
		return false;
	}
	if (strlen(act->word) > LIMIT_NOTE_BYTES) {
		txn_fail(txn, ERROR_USAGE, "%s is longer than %d bytes", what,
		    LIMIT_NOTE_BYTES);
		return false;
	}
	return true;
}

static void tell_change(Draft *draft, const Act *act, const char *what,
    const char *was, const char *is)
{
	g_autofree char *detail = g_strdup_printf("%s -> %s", was, is);

	draft_event(draft, act->now_s, what, act->who, detail);
}

/* ---- team, urgency, topic ---- */

/* By topic and team as they are now; what isn't configured any more can't
 * lift the curtain. */
static void settle_sensitivity(Case *kase, const Conf *conf)
{
	const Topic *topic = conf_topic(conf, kase->topic);
	const Team *team = conf_team(conf, kase->team);
	bool known = topic || strcmp(kase->topic, TOPIC_OTHER) == 0;

	if ((topic && topic->sensitive) || (team && team->sensitive)) {
		kase->sensitive = true;
		case_hush(kase);
	} else if (known && team) {
		kase->sensitive = false;
	}
}

/* "a -> b", and when somebody else was meant, why not that one. */
static void tell_route(Draft *draft, const Act *act, const char *was)
{
	const char *is = draft->kase->team;
	g_autofree char *detail = NULL;

	if (strcmp(is, act->word) == 0) {
		tell_change(draft, act, "route", was, is);
		return;
	}
	detail = g_strdup_printf("%s -> %s, to decide: a third hop, to %s, "
				 "was asked for",
	    was, is, act->word);
	draft_event(draft, act->now_s, "route", act->who, detail);
	draft_notice(draft, &(NoticeAsk){.kind = NOTICE_THIRD_HOP,
				.rung = RUNG_ASSISTANT,
				.at_s = act->now_s,
				.detail = detail,
				.conf = act->conf,
				.sla = act->sla});
}

static void act_route(Txn *txn, Draft *draft, const Act *act)
{
	const Team *team = conf_team(act->conf, act->word);
	Case *kase = draft->kase;
	g_autofree char *was = g_strdup(kase->team);

	if (!team) {
		fail_unknown_team(txn, act);
		return;
	}
	if (refuses_closed(txn, kase)) {
		return;
	}
	if (strcmp(team->name, was) == 0) {
		refuse(txn, kase, "is with that team already");
		return;
	}
	team = case_next_holder(kase, act->conf, team);
	case_give_to(kase, team->name, act->now_s);
	settle_sensitivity(kase, act->conf);
	clocks_repolicy(draft, act->sla, act->now_s);
	tell_route(draft, act, was);
}

static void act_urgency(Txn *txn, Draft *draft, const Act *act)
{
	Case *kase = draft->kase;
	Urgency was = kase->level, level;

	if (!urgency_parse(act->word, &level)) {
		fail_unknown(
		    txn, "urgency", act->word, urgency_names, URGENCY_LEVELS);
		return;
	}
	if (refuses_closed(txn, kase)) {
		return;
	}
	if (level == was) {
		refuse(txn, kase, "has that urgency already");
		return;
	}
	kase->level = level;
	kase->urgency = urgency_floor(level);
	clocks_repolicy(draft, act->sla, act->now_s);
	tell_change(
	    draft, act, "urgency", urgency_name(was), urgency_name(level));
}

static void raise_to_floor(Case *kase, const Topic *topic)
{
	if (topic && topic->has_floor && topic->floor > kase->level) {
		kase->level = topic->floor;
		kase->urgency = urgency_floor(topic->floor);
	}
}

/* A topic may be routed before its pack is there. */
static bool is_routed(const Conf *conf, const char *topic)
{
	for (guint i = 0; i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->topic, topic) == 0) {
			return strcmp(topic, "default") != 0;
		}
	}
	return false;
}

static void act_topic(Txn *txn, Draft *draft, const Act *act)
{
	const Topic *topic = conf_topic(act->conf, act->word);
	Case *kase = draft->kase;
	Urgency level = kase->level;
	g_autofree char *was = g_strdup(kase->topic);

	if (!topic && strcmp(act->word, TOPIC_OTHER) != 0 &&
	    !is_routed(act->conf, act->word)) {
		fail_unknown_topic(txn, act);
		return;
	}
	if (refuses_closed(txn, kase)) {
		return;
	}
	if (strcmp(act->word, was) == 0) {
		refuse(txn, kase, "has that topic already");
		return;
	}
	case_set_topic(kase, act->word);
	raise_to_floor(kase, topic);
	settle_sensitivity(kase, act->conf);
	clocks_repolicy(draft, act->sla, act->now_s);
	tell_change(draft, act, "topic", was, kase->topic);
	if (kase->level != level) {
		tell_change(draft, act, "urgency", urgency_name(level),
		    urgency_name(kase->level));
	}
}

/* ---- notes and answers ---- */

static void act_note(Txn *txn, Draft *draft, const Act *act)
{
	if (needs_word(txn, act, "the text of the note")) {
		draft_event(draft, act->now_s, "note", act->who, act->word);
	}
}

/* The latest acknowledgement; false: there is none. */
static bool find_acknowledgement(
    Txn *txn, const Case *kase, StoredEvent *stored)
{
	for (guint32 i = kase->acknowledged_s ? kase->events : 0; i > 0; i--) {
		Key key = key_event(kase->id, i);

		if (!txn_get(txn, DB_EVENTS, &key, stored)) {
			return false;
		}
		if (strcmp(stored->event.what, "acknowledged") == 0) {
			return true;
		}
		layout_clear(&event_layout, stored);
	}
	return false;
}

/* What counted as an acknowledgement was the answer: from its moment on, and
 * the next time too. */
static void answered_by_reply(Txn *txn, Draft *draft, const Act *act)
{
	Case *kase = draft->kase;
	StoredEvent stored = {0};
	const Sent *sent = &stored.sent;
	StoredEvent *event;
	gint64 waiting_s = kase->waiting_s;

	if (!find_acknowledgement(txn, kase, &stored) ||
	    sent->at_s < waiting_s) {
		refuse(
		    txn, kase, "has no acknowledgement since its message came");
		layout_clear(&event_layout, &stored);
		return;
	}
	answer_stops(txn, draft, act->sla, sent->at_s);
	kase->replied_s = MAX(kase->replied_s, sent->at_s);
	g_free(kase->replied_team);
	kase->replied_team = g_strdup(sent->team ? sent->team : "");
	event = draft_message_event(draft, act->now_s, "answered", act->who,
	    *act->word ? act->word : "by the reply that was sent", NULL,
	    stored.event.message_id);
	event->sent.at_s = sent->at_s;
	event->sent.waiting_s = waiting_s;
	template_answers(txn, kase->replied_team, kase->id);
	layout_clear(&event_layout, &stored);
}

/* What was promised is done, whoever waits for whatever else. */
static void answered_promise(Txn *txn, Draft *draft, const Act *act)
{
	if (!clocks_fulfil(draft, 0, act->now_s)) {
		refuse(txn, draft->kase, "has no promise to keep");
		return;
	}
	draft_event(draft, act->now_s, "kept", act->who, act->word);
}

static void act_answered(Txn *txn, Draft *draft, const Act *act)
{
	Case *kase = draft->kase;

	if (act->kept) {
		answered_promise(txn, draft, act);
		return;
	}
	if (act->by_reply && kase->waiting_s) {
		answered_by_reply(txn, draft, act);
		return;
	}
	if (!kase->waiting_s) {
		refuse(txn, kase, "has no message that waits for an answer");
		return;
	}
	clocks_stop(draft, METRIC_FIRST_REPLY, act->now_s);
	clocks_stop(draft, METRIC_NEXT_REPLY, act->now_s);
	clocks_fulfil(draft, 0, act->now_s);
	kase->waiting_s = 0;
	kase->state = CASE_ANSWERED;
	kase->replied_s = MAX(kase->replied_s, act->now_s);
	if (!kase->first_reply_s) {
		kase->first_reply_s = act->now_s;
	}
	draft_event(draft, act->now_s, "answered", act->who, act->word);
}

/* ---- open and closed ---- */

static void act_close(Txn *txn, Draft *draft, const Act *act)
{
	g_autofree char *why =
	    text_one_line(act->word, strlen(act->word), LIMIT_EVENT_BYTES);

	if (!needs_word(txn, act, "the reason")) {
		return;
	}
	if (draft->kase->state == CASE_CLOSED) {
		refuse(txn, draft->kase, "is closed already");
		return;
	}
	state_close(draft, act->now_s, why);
	draft_event(draft, act->now_s, "close", act->who, why);
}

static void act_reopen(Txn *txn, Draft *draft, const Act *act)
{
	if (draft->kase->state != CASE_CLOSED) {
		refuse(txn, draft->kase, "isn't closed");
		return;
	}
	state_await(draft, act->sla, act->now_s, act->who);
}

/* ---- pauses ---- */

static void refuse_waiting(Txn *txn, const Case *kase)
{
	g_autofree char *since = times_rfc3339(kase->waiting_s);

	txn_fail(txn, ERROR_NO,
	    "AR-%" G_GUINT64_FORMAT " has an unanswered message since %s; "
	    "answer it first",
	    kase->id, since ? since : "long ago");
}

static bool may_pause(Txn *txn, const Case *kase, const Act *act)
{
	if (!needs_word(txn, act, "the reason")) {
		return false;
	}
	if (act->for_s <= 0 || act->for_s > PAUSE_MOST_S) {
		txn_fail(txn, ERROR_USAGE,
		    "a pause needs an end, at most 366 days away");
		return false;
	}
	if (refuses_closed(txn, kase)) {
		return false;
	}
	if (kase->state == CASE_PAUSED) {
		refuse(txn, kase, "is paused already");
		return false;
	}
	if (kase->waiting_s) {
		refuse_waiting(txn, kase);
		return false;
	}
	return true;
}

static void act_pause(Txn *txn, Draft *draft, const Act *act)
{
	Case *kase = draft->kase;
	g_autofree char *until = NULL;
	g_autofree char *detail = NULL;

	if (!may_pause(txn, kase, act)) {
		return;
	}
	kase->state = CASE_PAUSED;
	kase->pause_until_s = act->now_s + act->for_s;
	kase->pause_because =
	    text_one_line(act->word, strlen(act->word), LIMIT_EVENT_BYTES);
	clocks_pause(draft, act->sla, act->now_s);
	until = times_rfc3339(kase->pause_until_s);
	detail = g_strdup_printf(
	    "until %s: %s", until ? until : "?", kase->pause_because);
	draft_event(draft, act->now_s, "pause", act->who, detail);
}

static void act_resume(Txn *txn, Draft *draft, const Act *act)
{
	if (draft->kase->state != CASE_PAUSED) {
		refuse(txn, draft->kase, "isn't paused");
		return;
	}
	state_resume(draft, act->sla, act->now_s, act->who, "");
}

/* ---- looking ---- */

static void act_look(Txn *txn, Draft *draft, const Act *act)
{
	(void)txn;
	draft_event(draft, act->now_s, "looked", act->who, "");
}

/* ---- all of them ---- */

typedef struct {
	Act act; /* with a word that isn't NULL */
	Case *kase;
} Deed;

static void (*const handlers[])(Txn *, Draft *, const Act *) = {
    [ACT_ROUTE] = act_route,
    [ACT_URGENCY] = act_urgency,
    [ACT_TOPIC] = act_topic,
    [ACT_NOTE] = act_note,
    [ACT_ANSWERED] = act_answered,
    [ACT_CLOSE] = act_close,
    [ACT_REOPEN] = act_reopen,
    [ACT_PAUSE] = act_pause,
    [ACT_RESUME] = act_resume,
    [ACT_MERGE] = act_merge,
    [ACT_LOOK] = act_look,
    [ACT_SPLIT] = act_split,
    [ACT_UNMERGE] = act_unmerge,
    [ACT_UNDO] = act_undo,
};

/* A case that grew beyond all measure can still be closed. */
static bool is_too_large(Txn *txn, const Case *kase, const Act *act)
{
	if (act->kind == ACT_CLOSE || act->kind == ACT_LOOK ||
	    case_bytes(kase) < (gsize)2 * LIMIT_CASE_BYTES) {
		return false;
	}
	refuse(txn, kase, "is too large for more; close it");
	return true;
}

static bool is_undoable(ActKind kind)
{
	return kind <= ACT_RESUME && kind != ACT_NOTE;
}

/* May it be done with a merged case? */
static bool wants_merged(ActKind kind)
{
	return kind == ACT_UNMERGE || kind == ACT_UNDO || kind == ACT_LOOK;
}

static void run_act(Txn *txn, gpointer data)
{
	Deed *deed = data;
	g_autoptr(Draft) draft = draft_load_exact(txn, deed->act.id);
	g_autoptr(Case) before = NULL;

	g_clear_pointer(&deed->kase, case_free);
	if (!draft) {
		txn_fail(txn, ERROR_NO,
		    "there is no case AR-%" G_GUINT64_FORMAT, deed->act.id);
		return;
	}
	if ((!wants_merged(deed->act.kind) &&
		state_refuses_merged(txn, draft->kase)) ||
	    is_too_large(txn, draft->kase, &deed->act)) {
		return;
	}
	before = is_undoable(deed->act.kind) ? case_copy(draft->kase) : NULL;
	handlers[deed->act.kind](txn, draft, &deed->act);
	if (before && draft->events->len) {
		event_remember(
		    draft->events->pdata[draft->events->len - 1], before, 0);
	}
	/* What the handler refused leaves no trace. */
	if (!txn->error) {
		draft_save(txn, draft, deed->act.now_s);
		deed->kase = g_steal_pointer(&draft->kase);
	}
}

bool store_act(Store *store, const Act *act, Case **kase, GError **error)
{
	Deed deed = {.act = *act};
	bool good;

	if ((guint)act->kind >= G_N_ELEMENTS(handlers) || act->now_s <= 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "store: an act without kind or time");
		return false;
	}
	deed.act.word = act->word ? act->word : "";
	deed.act.who = act->who && *act->who ? act->who : "unknown";
	good = commit_run(store, run_act, &deed, error);
	if (good && kase) {
		*kase = g_steal_pointer(&deed.kase);
	}
	case_free(deed.kase);
	return good;
}
