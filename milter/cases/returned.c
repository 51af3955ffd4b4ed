/*
 * Mail of ours that came back: a notice, or a message that was forwarded to its
 * team. Somebody else is told, and where a team's own address is dead, the
 * fallback team gets the case; its clocks know nothing of that. The alarm about
 * a bounce makes no alarm when it bounces: that would go round for ever.
 *
 * A notice is known by its mark, which nobody can guess. A forward is known by
 * the Message-ID of the customer's own message, so that he could pretend; the
 * worst that he gains is that the fallback team has his case.
 */
#include <string.h>

#include "anteroom/address.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "cases/notice.h"
#include "cases/returned.h"

#define WHO "mail system"
#define EVENT "undelivered"

static char *whom(const Message *message, const char *otherwise)
{
	g_autofree char *joined = g_strjoinv(", ", message->failed);
	const char *names = *joined ? joined : otherwise;

	return text_one_line(names, strlen(names), 300);
}

static char *detail_of(
    const Message *message, const char *what, const char *otherwise)
{
	g_autofree char *names = whom(message, otherwise);
	const char *status = message->failed_status;

	return g_strdup_printf("%s didn't reach %s%s%s%s", what, names,
	    status ? " (" : "", status ? status : "", status ? ")" : "");
}

/* ---- telling, and handing over ---- */

typedef struct {
	const Bounce *bounce;
	const char *detail;
	const char *dead; /* the address that it came back from */
	NoticeKind kind;
} Alarm;

static void alarm_rung(Draft *draft, const Alarm *alarm, Rung rung)
{
	NoticeAsk ask = {.kind = alarm->kind,
	    .rung = rung,
	    .at_s = alarm->bounce->at_s,
	    .detail = alarm->detail,
	    .conf = alarm->bounce->conf,
	    .sla = alarm->bounce->sla};
	const char *address = rung_address(ask.conf, draft->kase, rung);

	if (!address_matches(address, alarm->dead)) {
		draft_notice(draft, &ask);
	}
}

/* The team that catches what has no other; NULL when there is none. */
static const Team *fallback_of(const Conf *conf)
{
	for (guint i = 0; i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->topic, "default") == 0) {
			return conf_team(conf, route->team);
		}
	}
	return NULL;
}

/* What a sensitive case says stays with its team, reached or not. */
static bool may_go_to(const Case *kase, const Team *team)
{
	return team && strcmp(team->name, kase->team) != 0 &&
	       (!kase->sensitive || team->sensitive) &&
	       kase->state != CASE_CLOSED;
}

/* The holder changes and nothing else: no clock starts anew. */
static void hand_over(Draft *draft, const Alarm *alarm)
{
	Case *kase = draft->kase;
	const Team *team = fallback_of(alarm->bounce->conf);
	g_autofree char *line = NULL;

	if (!may_go_to(kase, team)) {
		return;
	}
	line = g_strdup_printf("%s -> %s: %s can't be reached", kase->team,
	    team->name, kase->team);
	case_give_to(kase, team->name, alarm->bounce->at_s);
	draft_event(draft, alarm->bounce->at_s, "route", "anteroom", line);
	alarm_rung(draft, alarm, RUNG_TEAM);
}

static void tell_of_team(Draft *draft, Alarm *alarm)
{
	alarm->kind = NOTICE_UNDELIVERABLE_TEAM;
	alarm_rung(draft, alarm, RUNG_LEAD);
	alarm_rung(draft, alarm, RUNG_ASSISTANT);
	hand_over(draft, alarm);
}

/* Whoever stands beside the reader who wasn't reached. */
static void tell_of_reader(Draft *draft, Alarm *alarm, Rung rung)
{
	alarm->kind = NOTICE_BOUNCED;
	alarm_rung(
	    draft, alarm, rung == RUNG_ASSISTANT ? RUNG_LEAD : RUNG_ASSISTANT);
}

/* ---- a notice ---- */

static bool is_alarm(const Notice *notice)
{
	return notice->kind == NOTICE_BOUNCED ||
	       notice->kind == NOTICE_UNDELIVERABLE_TEAM;
}

static void tell_of_notice(
    Txn *txn, const Bounce *bounce, const Notice *notice, Case **kase)
{
	g_autoptr(Draft) draft =
	    notice->case_id ? draft_load_sound(txn, notice->case_id, NULL)
			    : NULL;
	g_autofree char *name = notice_name(notice->number);
	g_autofree char *detail = detail_of(bounce->message, name, notice->to);
	g_autofree char *dead = address_fold(notice->to);
	Alarm alarm = {.bounce = bounce, .detail = detail, .dead = dead};

	if (!draft) {
		return;
	}
	draft_event(draft, bounce->at_s, EVENT, WHO, detail);
	/* Of an alarm the dead letter is all that shows. */
	if (!is_alarm(notice) && notice->rung == RUNG_TEAM) {
		tell_of_team(draft, &alarm);
	} else if (!is_alarm(notice)) {
		tell_of_reader(draft, &alarm, notice->rung);
	}
	draft_save(txn, draft, bounce->at_s);
	*kase = g_steal_pointer(&draft->kase);
}

BounceOutcome returned_notice(
    Txn *txn, const Bounce *bounce, guint64 number, Case **kase)
{
	g_autoptr(Notice) notice = notice_load_sound(txn, number);
	g_autofree char *why = NULL;

	if (!notice) {
		return BOUNCE_UNKNOWN;
	}
	if (notice->state == NOTICE_DEAD) {
		return BOUNCE_AGAIN;
	}
	why = detail_of(bounce->message, "came back: it", notice->to);
	g_free(notice->error);
	notice->error = text_one_line(why, strlen(why), LIMIT_EVENT_BYTES);
	notice_end(txn, notice, NOTICE_DEAD, bounce->at_s);
	tell_of_notice(txn, bounce, notice, kase);
	return BOUNCE_ALARMED;
}

/* ---- a forward ---- */

static const char *failed_of_team(const Message *message, const Team *team)
{
	for (gsize i = 0; team && message->failed[i]; i++) {
		if (team_has(team, message->failed[i])) {
			return message->failed[i];
		}
	}
	return NULL;
}

/* The message of a customer's that FOUND is. */
static bool load_message(Txn *txn, const Found *found, StoredEvent *event)
{
	Key key = key_event(found->id, found->thread.event);

	if (!txn_get(txn, DB_EVENTS, &key, event)) {
		txn_forgive_damage(txn);
		return false;
	}
	if (strcmp(event->event.what, "received") == 0 ||
	    strcmp(event->event.what, "joined") == 0) {
		return true;
	}
	layout_clear(&event_layout, event);
	return false;
}

/* Was this said of the same message before? */
static bool is_told(Txn *txn, const Case *kase, const Hash *id)
{
	bool told = false;

	for (guint32 i = 1; i <= kase->events && !told && !txn->error; i++) {
		StoredEvent event = {0};
		Key key = key_event(kase->id, i);

		if (txn_get(txn, DB_EVENTS, &key, &event)) {
			told = strcmp(event.event.what, EVENT) == 0 &&
			       hash_equal(&event.identity.message_id, id);
			layout_clear(&event_layout, &event);
		} else {
			txn_forgive_damage(txn);
		}
	}
	return told;
}

static BounceOutcome tell_of_forward(Txn *txn, const Bounce *bounce,
    Draft *draft, const StoredEvent *event, const char *dead)
{
	const Team *team = conf_team(bounce->conf, draft->kase->team);
	g_autofree char *detail =
	    detail_of(bounce->message, "the message", dead);
	Alarm alarm = {.bounce = bounce, .detail = detail, .dead = dead};
	Identity identity = {.message_id = event->identity.message_id};

	if (is_told(txn, draft->kase, &identity.message_id)) {
		return BOUNCE_AGAIN;
	}
	draft_message_event(draft, bounce->at_s, EVENT, WHO, detail, &identity,
	    event->event.message_id);
	if (address_matches(team->address, dead)) {
		tell_of_team(draft, &alarm);
	} else {
		/* One member of several: the lead knows who is on leave. */
		alarm.kind = NOTICE_BOUNCED;
		alarm_rung(draft, &alarm, RUNG_LEAD);
	}
	draft_save(txn, draft, bounce->at_s);
	return BOUNCE_ALARMED;
}

BounceOutcome returned_forward(
    Txn *txn, const Bounce *bounce, const Found *found, Case **kase)
{
	StoredEvent event = {0};
	g_autoptr(Draft) draft = NULL;
	const Team *team;
	const char *dead;
	BounceOutcome outcome = BOUNCE_UNKNOWN;

	if (!load_message(txn, found, &event)) {
		return BOUNCE_UNKNOWN;
	}
	draft = draft_load_sound(txn, found->id, NULL);
	team = draft ? conf_team(bounce->conf, draft->kase->team) : NULL;
	dead = failed_of_team(bounce->message, team);
	if (dead && draft->kase->mode == MODE_LIVE) {
		outcome = tell_of_forward(txn, bounce, draft, &event, dead);
		*kase = g_steal_pointer(&draft->kase);
	}
	layout_clear(&event_layout, &event);
	return outcome;
}
