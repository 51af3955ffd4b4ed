/*
 * Notices: how they are asked for with a draft, queued in its transaction, and
 * what becomes of them. Who is to read one and from when on is decided here;
 * storms are in storm.c, the courier's side in outbox.c.
 */
#include "cases/notice.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"

#define PENDING_MOST 256 /* notices of one case that are looked at */

static const char *const kind_names[NOTICE_KINDS] = {"warning", "breach",
    "escalation", "summary", "digest", "bounced", "undeliverable-team",
    "third-hop", "answered-twice", "broken-promise", "blind-spot", "webhook"};
static const char *const rung_names[RUNGS] = {
    "team", "lead", "assistant", "executive", "admin"};
static const char *const state_names[NOTICE_STATES] = {
    "waiting", "sent", "dead", "withdrawn"};

const char *notice_kind_name(NoticeKind kind)
{
	return kind_names[kind];
}

const char *rung_name(Rung rung)
{
	return rung_names[rung];
}

const char *notice_state_name(NoticeState state)
{
	return state_names[state];
}

bool notice_state_parse(const char *name, NoticeState *state)
{
	for (guint i = 0; i < NOTICE_STATES; i++) {
		if (g_ascii_strcasecmp(name, state_names[i]) == 0) {
			*state = (NoticeState)i;
			return true;
		}
	}
	return false;
}

void notice_free(Notice *notice)
{
	if (notice) {
		layout_clear(&notice_layout, notice);
		g_free(notice);
	}
}

char *notice_name(guint64 number)
{
	return g_strdup_printf("N-%" G_GUINT64_FORMAT, number);
}

bool notice_parse_name(const char *name, guint64 *number, GError **error)
{
	const char *digits = name ? name : "";

	if (g_ascii_strncasecmp(digits, "N-", 2) == 0) {
		digits += 2;
	}
	if (!g_ascii_isdigit(*digits) || !g_ascii_string_to_unsigned(digits, 10,
					     1, G_MAXINT64, number, NULL)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "\"%.64s\" is no notice; notices look like N-42",
		    name ? name : "");
		return false;
	}
	return true;
}

/* ---- who reads it, and from when on ---- */

static const char *set_or(const char *address, const char *other)
{
	return address && *address ? address : other;
}

static const Desk *desk_of(const Conf *conf, const Case *kase)
{
	const Desk *desk = conf_desk(conf, kase->desk);

	return desk || conf->desks->len == 0 ? desk : conf->desks->pdata[0];
}

/* Whoever isn't configured is stood in for by the next below. */
const char *rung_address(const Conf *conf, const Case *kase, Rung rung)
{
	const Team *team = conf_team(conf, kase->team);
	const Desk *desk = desk_of(conf, kase);
	const char *assistant = desk ? desk->assistant : "";

	switch (rung) {
	case RUNG_TEAM:
		return team ? team->address : assistant;
	case RUNG_LEAD:
		return team ? set_or(team->lead, team->address) : assistant;
	case RUNG_EXECUTIVE:
		return desk ? set_or(desk->executive, assistant) : "";
	case RUNG_ASSISTANT:
	case RUNG_ADMIN:
		break;
	}
	return set_or(assistant, team ? set_or(team->lead, "") : "");
}

/* The team's own hours; the desk's people keep those in which the promise
 * counts. */
static const Calendar *rung_calendar(const NoticeAsk *ask, const Case *kase)
{
	const Team *team = conf_team(ask->conf, kase->team);
	bool of_team = ask->rung == RUNG_TEAM || ask->rung == RUNG_LEAD;

	if (of_team || !*kase->calendar) {
		return sla_calendar(ask->sla, team ? team->calendar : NULL);
	}
	return sla_calendar(ask->sla, kase->calendar);
}

static gint64 reading_time(
    const Calendar *calendar, const Case *kase, gint64 at_s)
{
	gint64 open_s = kase->level == URGENCY_CRITICAL
			    ? at_s
			    : calendar_next_open(calendar, at_s);

	return open_s == G_MAXINT64 ? at_s : open_s;
}

/* ---- asking ---- */

static Notice *notice_of(
    const Case *kase, const NoticeAsk *ask, const char *address)
{
	const Calendar *calendar = rung_calendar(ask, kase);
	Notice *notice = g_new0(Notice, 1);

	notice->kind = ask->kind;
	notice->rung = ask->rung;
	notice->to = g_strdup(address);
	notice->at_s = ask->at_s;
	notice->after_s = reading_time(calendar, kase, ask->at_s);
	notice->next_s = notice->after_s;
	notice->team = g_strdup(kase->team);
	notice->topic = g_strdup(kase->topic);
	notice->level = kase->level;
	notice->sensitive = kase->sensitive;
	notice->subject = g_strdup(kase->sensitive ? "" : kase->subject);
	notice->from = g_strdup(kase->sensitive ? "" : kase->from);
	notice->policy = g_strdup(kase->policy);
	notice->zone = g_strdup(calendar_zone(calendar));
	notice->detail = text_one_line(ask->detail ? ask->detail : "",
	    ask->detail ? strlen(ask->detail) : 0, LIMIT_EVENT_BYTES);
	if (ask->clock) {
		notice->of_clock = true;
		notice->metric = ask->clock->metric;
		notice->instance = ask->clock->instance;
		notice->due_s = ask->clock->due_s;
		notice->step = ask->step;
	}
	return notice;
}

static bool is_asked_for(
    const Draft *draft, const NoticeAsk *ask, const char *address)
{
	for (guint i = 0; i < draft->notices->len; i++) {
		const Notice *notice = draft->notices->pdata[i];

		if (notice->kind == ask->kind && notice->at_s == ask->at_s &&
		    strcmp(notice->to, address) == 0 &&
		    (ask->clock != NULL) == notice->of_clock &&
		    (!ask->clock ||
			(notice->metric == ask->clock->metric &&
			    notice->instance == ask->clock->instance))) {
			return true;
		}
	}
	return false;
}

bool draft_notice(Draft *draft, const NoticeAsk *ask)
{
	const Case *kase = draft->kase;
	const char *address =
	    ask->to ? ask->to : rung_address(ask->conf, kase, ask->rung);

	/* Without a sender nothing is sent; a desk that only looks sends
	 * nothing either. Who is lead and assistant in one hears once. */
	if (kase->mode != MODE_LIVE || !*ask->conf->notify_from || !*address ||
	    is_asked_for(draft, ask, address)) {
		return false;
	}
	g_ptr_array_add(draft->notices, notice_of(kase, ask, address));
	return true;
}

/* ---- queueing ---- */

guint64 notice_next_number(Txn *txn)
{
	Key key = key_meta("notice");
	Meta meta = {0};
	guint64 number;

	txn_get(txn, DB_META, &key, &meta);
	number = meta.number > 0 ? (guint64)meta.number : 1;
	meta.number = (gint64)number + 1;
	txn_put(txn, DB_META, &key, &meta);
	return number;
}

Key notice_outbox_key(const Notice *notice)
{
	Key key = {.n = 0};

	if (notice->state == NOTICE_WAITING || notice->state == NOTICE_DEAD) {
		bool dead = notice->state == NOTICE_DEAD;

		key_u8(&key, dead ? 1 : 0);
		key_u64(
		    &key, (guint64)(dead ? notice->ended_s : notice->next_s));
		key_u64(&key, notice->number);
	}
	return key;
}

static void save_pending(Txn *txn, guint64 id, const Notice *notice, bool waits)
{
	Key key = key_pair(id, notice->number);

	if (id && waits) {
		txn_put(txn, DB_PENDING, &key, "");
	} else if (id) {
		txn_delete(txn, DB_PENDING, &key);
	}
}

/* The index entries under which a notice waits, by moment and by case. */
static void save_index(Txn *txn, const Notice *notice, const Key *was)
{
	bool waits = notice->state == NOTICE_WAITING;
	Key key = notice_outbox_key(notice);

	if (was && was->n) {
		txn_delete(txn, DB_OUTBOX, was);
	}
	if (key.n) {
		txn_put(txn, DB_OUTBOX, &key, "");
	}
	save_pending(txn, notice->case_id, notice, waits);
	for (guint i = 0; notice->cases && i < notice->cases->len; i++) {
		save_pending(txn, g_array_index(notice->cases, guint64, i),
		    notice, waits);
	}
	txn->outbox |= waits;
}

void notice_save(Txn *txn, const Notice *notice, const Key *was)
{
	Key key = key_case(notice->number);

	save_index(txn, notice, was);
	txn_put(txn, DB_NOTICES, &key, notice);
}

Notice *notice_load(Txn *txn, guint64 number)
{
	g_autofree Notice *notice = g_new0(Notice, 1);
	Key key = key_case(number);

	if (!txn_get(txn, DB_NOTICES, &key, notice)) {
		return NULL;
	}
	notice->number = number;
	return g_steal_pointer(&notice);
}

Notice *notice_load_sound(Txn *txn, guint64 number)
{
	Notice *notice;

	if (txn->error) {
		return NULL;
	}
	notice = notice_load(txn, number);
	if (!notice) {
		txn_forgive_damage(txn);
	}
	return notice;
}

void notice_queue(Txn *txn, Notice *notice)
{
	bool late =
	    notice->kind == NOTICE_BREACH || notice->kind == NOTICE_ESCALATION;

	if (late && storm_takes(txn, notice)) {
		return;
	}
	notice->number = notice_next_number(txn);
	notice_save(txn, notice, NULL);
	if (late) {
		storm_count(txn, notice);
	}
}

/* ---- withdrawing ---- */

void notice_end(Txn *txn, Notice *notice, NoticeState state, gint64 now_s)
{
	Key was = notice_outbox_key(notice);

	notice->state = state;
	notice->leased = false;
	notice->ended_s = now_s;
	notice_save(txn, notice, &was);
}

/* A case may have several promises at a time. */
static bool is_over(const Case *kase, const Notice *notice)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == notice->metric &&
		    clock->instance == notice->instance && !clock->ended_s) {
			return false;
		}
	}
	return notice->of_clock;
}

static bool is_late(const Case *kase)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->breached && !clock->ended_s) {
			return true;
		}
	}
	return false;
}

/* A summary tells of the case no longer. */
static void leave_summary(
    Txn *txn, Notice *summary, const Case *kase, gint64 now_s)
{
	if (is_late(kase) || summary->message_id) {
		return;
	}
	for (guint i = 0; i < summary->cases->len; i++) {
		if (g_array_index(summary->cases, guint64, i) == kase->id) {
			g_array_remove_index(summary->cases, i);
			save_pending(txn, kase->id, summary, false);
			break;
		}
	}
	if (summary->cases->len == 0) {
		notice_end(txn, summary, NOTICE_WITHDRAWN, now_s);
	} else {
		Key was = notice_outbox_key(summary);
		notice_save(txn, summary, &was);
	}
}

static GArray *pending_of(Txn *txn, guint64 id)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
	MDB_cursor *cursor = txn_cursor(txn, DB_PENDING);
	Key first = key_case(id);
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && numbers->len < PENDING_MOST && at.mv_size == 16 &&
	     key_get_u64(at.mv_data) == id;
	     more = txn_step(txn, cursor, &at, &value)) {
		guint64 number = key_get_u64((const guint8 *)at.mv_data + 8);
		g_array_append_val(numbers, number);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return numbers;
}

void notices_withdraw(Txn *txn, const Case *kase, gint64 now_s)
{
	g_autoptr(GArray) numbers = pending_of(txn, kase->id);

	for (guint i = 0; i < numbers->len && !txn->error; i++) {
		g_autoptr(Notice) notice =
		    notice_load_sound(txn, g_array_index(numbers, guint64, i));

		if (notice && notice->kind == NOTICE_SUMMARY) {
			leave_summary(txn, notice, kase, now_s);
		} else if (notice && is_over(kase, notice)) {
			notice_end(txn, notice, NOTICE_WITHDRAWN, now_s);
		}
	}
}
