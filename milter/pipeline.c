/*
 * The way of a message: the table of contents of this program. Each step is a
 * folder; nothing is decided here but the order.
 */
#include "anteroom/pipeline.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/error.h"
#include "sender.h"
#include "verdict.h"

/* The moment the mail server handed it over; of a mailbox, what the last mail
 * server wrote. A moment in the future is somebody's broken clock. */
static gint64 arrival_of(const Delivery *delivery, const Message *message)
{
	gint64 said_s = delivery->arrival_s;

	if (said_s == 0) {
		said_s = message->received_s != 0 ? message->received_s
						  : message->date_s;
	}
	return said_s <= 0 || said_s > delivery->now_s ? delivery->now_s
						       : said_s;
}

typedef Score *(*Scoring)(
    Ruleset *ruleset, const Message *message, const ScoreContext *context);

/* All that rules may ask about the sender; STORE may be NULL. Only what some
 * rule does ask is worked out. */
static char **facts_of(const Setup *setup, Store *store,
    const Delivery *delivery, const Message *message)
{
	WriterFacts writer;
	bool told;

	if (!ruleset_wants(setup->rules, SECTION_SENDER)) {
		return NULL;
	}
	told = store != NULL && store_writer(store, message_from(message),
				    arrival_of(delivery, message), &writer);
	return sender_facts(
	    setup->conf, &delivery->origin, message, told ? &writer : NULL);
}

static Score *score_by(
    Scoring scoring, const Screening *screening, const Delivery *delivery)
{
	Setup *setup = screening->setup;
	const Message *message = screening->message;
	g_auto(GStrv) facts =
	    facts_of(setup, screening->store, delivery, message);
	ScoreContext context = {
	    .arrival_s = arrival_of(delivery, message),
	    .zone = conf_zone(setup->conf),
	    .sender_facts = (const char *const *)facts,
	};

	return scoring(setup->rules, message, &context);
}

/* Reads and, when WATCHED, scores under the guard, so that a message which ends
 * the process is not looked into a second time. */
static void read_and_score(
    Screening *screening, const Delivery *delivery, bool watched)
{
	const PoisonGuard *guard = delivery->guard;
	const char *unread = delivery->unread;
	gint64 begin_us = g_get_monotonic_time();
	gint64 read_us;
	gpointer mark = NULL;

	if (unread == NULL && guard != NULL &&
	    !guard->enter(
		guard->data, delivery->bytes, delivery->n_bytes, &mark)) {
		unread = "reading it failed before";
	}
	screening->message =
	    unread != NULL
		? message_unread(delivery->bytes, delivery->n_bytes, unread)
		: message_read_from(delivery->bytes, delivery->n_bytes,
		      delivery->truncated,
		      delivery->sender != NULL &&
			  sender_is_nobody(delivery->sender));
	read_us = g_get_monotonic_time();
	meter_took(delivery->meter, METER_READ, read_us - begin_us);
	if (watched) {
		screening->score = score_by(ruleset_score, screening, delivery);
		meter_took(delivery->meter, METER_SCORE,
		    g_get_monotonic_time() - read_us);
	}
	if (mark != NULL) {
		guard->leave(guard->data, mark);
	}
}

/* The envelope; of a mailbox, whom the fields name. Transfer full. */
static char **recipients_of(const Delivery *delivery, const Message *message)
{
	g_autoptr(GPtrArray) all = NULL;

	if (delivery->recipients != NULL) {
		return g_strdupv((char **)(guintptr)delivery->recipients);
	}
	all = g_ptr_array_new();
	for (guint i = 0; i < message->to->len; i++) {
		const Person *person = message->to->pdata[i];

		g_ptr_array_add(all, g_strdup(person->address));
	}
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&all), FALSE);
}

/* The desk that decides when a message is to several: one that does more
 * before one that does less, then the order of the recipients. */
static const Desk *desk_of(
    const Conf *conf, const Delivery *delivery, char **recipients)
{
	const Desk *best = NULL;

	if (delivery->desk != NULL) {
		return conf_desk(conf, delivery->desk);
	}
	for (; *recipients != NULL; recipients++) {
		const Desk *desk = conf_desk_of(conf, *recipients);

		if (desk != NULL && (best == NULL || desk->mode < best->mode)) {
			best = desk;
		}
	}
	return best;
}

/* Folded, the watched ones first: the order of Admission. Transfer full. */
static char **folded_watched_first(const Conf *conf, char **recipients)
{
	g_autoptr(GPtrArray) out = g_ptr_array_new();

	for (int watched = 1; watched >= 0; watched--) {
		for (char **r = recipients; *r != NULL; r++) {
			if ((conf_desk_of(conf, *r) != NULL) == watched) {
				g_ptr_array_add(out, address_fold(*r));
			}
		}
	}
	g_ptr_array_add(out, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&out), FALSE);
}

/* As the store takes them; they live as long as PROMISES. */
static GArray *pledges_of(const GPtrArray *promises)
{
	GArray *pledges = g_array_new(FALSE, FALSE, sizeof(Pledge));

	for (guint i = 0; i < promises->len; i++) {
		const Promise *promise = promises->pdata[i];
		Pledge pledge = {
		    .due_s = promise->at_s, .words = promise->words};

		g_array_append_val(pledges, pledge);
	}
	return pledges;
}

/* One of us answers a case? *VERDICT stays NULL when it is no such reply. */
static bool try_reply(Store *store, const Delivery *delivery,
    const Screening *screening, Verdict **verdict, GError **error)
{
	const Setup *setup = screening->setup;
	Answer answer = {0};
	AnswerOutcome outcome = ANSWER_UNKNOWN;
	g_autoptr(Case) kase = NULL;
	g_auto(GStrv) recipients = NULL;
	g_autoptr(GPtrArray) promises = NULL;
	g_autoptr(GArray) pledges = NULL;
	ReplyWriter writer;
	const char *refused = reply_refused(
	    setup->conf, &delivery->origin, screening->message, &writer);

	if (refused != NULL) {
		return true;
	}
	if (delivery->recipients != NULL) {
		recipients = folded_watched_first(
		    setup->conf, (char **)(guintptr)delivery->recipients);
	}
	answer.message = screening->message;
	answer.member = writer.member;
	answer.team = writer.team;
	answer.recipients = (const char *const *)recipients;
	answer.at_s = arrival_of(delivery, screening->message);
	answer.sla = setup->sla;
	answer.conf = setup->conf;
	promises = reply_promises(
	    setup->sla, setup->conf, screening->message, &writer, answer.at_s);
	pledges = pledges_of(promises);
	answer.pledges = (const Pledge *)pledges->data;
	answer.n_pledges = pledges->len;
	if (!store_answer(store, &answer, &outcome, &kase, error)) {
		g_prefix_error(error, "reply: ");
		return false;
	}
	if (outcome != ANSWER_UNKNOWN && outcome != ANSWER_ELSEWHERE) {
		*verdict = verdict_new(OUTCOME_REPLY);
		(*verdict)->answer = outcome;
		(*verdict)->kase = g_steal_pointer(&kase);
	}
	return true;
}

/* A reply, notice or forward of ours comes back? *VERDICT stays NULL when it is
 * no such bounce. */
static bool try_bounce(Store *store, const Delivery *delivery,
    const Screening *screening, Verdict **verdict, GError **error)
{
	const Message *message = screening->message;
	Bounce bounce = {.message = message,
	    .at_s = arrival_of(delivery, message),
	    .sla = screening->setup->sla,
	    .conf = screening->setup->conf};
	BounceOutcome outcome = BOUNCE_UNKNOWN;
	g_autoptr(Case) kase = NULL;

	if (!message->undelivered || !sender_is_nobody(delivery->sender)) {
		return true;
	}
	if (!store_bounce(store, &bounce, &outcome, &kase, error)) {
		g_prefix_error(error, "bounce: ");
		return false;
	}
	if (outcome != BOUNCE_UNKNOWN) {
		*verdict = verdict_new(OUTCOME_BOUNCE);
		(*verdict)->bounce = outcome;
		(*verdict)->kase = g_steal_pointer(&kase);
	}
	return true;
}

/* The notice whose mark MESSAGE itself has: where a mail server on the way gave
 * it another Message-ID, a field still has the first one. */
static guint64 marked_notice(const Store *store, const Message *message)
{
	const char *field = message_header(message, "X-Anteroom-Notice");
	const char *mark = field != NULL ? strstr(field, "; ") : NULL;
	guint64 number = store_notice_of(store, message->message_id);

	return number == 0 && mark != NULL ? store_notice_of(store, mark + 2)
					   : number;
}

/* The notice that MESSAGE answers or passes on. */
static guint64 answered_notice(const Store *store, const Message *message)
{
	guint64 number = 0;

	for (gsize i = 0; message->references[i] != NULL && number == 0; i++) {
		number = store_notice_of(store, message->references[i]);
	}
	return number;
}

/*
 * A notice of ours comes back, or one of us writes about one: no customer has
 * written. Nobody learns a mark but who gets our notices; what strangers write
 * is a message all the same, should one of us have shown them one.
 */
static bool is_notice(
    const Store *store, const Screening *screening, Verdict **verdict)
{
	const Message *message = screening->message;
	const Conf *conf = screening->setup->conf;
	guint64 number = 0;

	if (message->malformed) {
		return false;
	}
	if (is_notify_address(conf, message_from(message))) {
		number = marked_notice(store, message);
	} else if (reply_counts_of(conf, message_from(message))) {
		number = answered_notice(store, message);
	}
	if (number != 0) {
		*verdict = verdict_new(OUTCOME_NOTICE);
		(*verdict)->notice = number;
	}
	return number != 0;
}

static bool admit(Store *store, const Delivery *delivery,
    const Screening *screening, char **recipients, Verdict *verdict,
    GError **error)
{
	const Setup *setup = screening->setup;
	g_auto(GStrv) folded = folded_watched_first(setup->conf, recipients);
	g_autofree char *sender = address_fold(delivery->sender);
	Admission admission = {
	    .message = screening->message,
	    .score = screening->score,
	    .plan = screening->plan,
	    .sla = setup->sla,
	    .conf = setup->conf,
	    .sender = sender,
	    .recipients = (const char *const *)folded,
	    .arrival_s = arrival_of(delivery, screening->message),
	    .now_s = delivery->now_s,
	    .via = delivery->via,
	    .quiet = delivery->quiet,
	};

	if (!store_admit(
		store, &admission, &verdict->admit, &verdict->kase, error)) {
		g_prefix_error(error, "case: ");
		return false;
	}
	return true;
}

/* The watched message: plan it, record it, say what to add. */
static Verdict *screen_watched(Store *store, const Delivery *delivery,
    Screening *screening, char **recipients, GError **error)
{
	g_autoptr(Verdict) verdict = verdict_new(OUTCOME_SCREENED);
	const Plan *plan = screening->plan;

	if (plan->team != NULL) {
		verdict->outcome = OUTCOME_CASE;
		if (!admit(store, delivery, screening, recipients, verdict,
			error)) {
			return NULL;
		}
	}
	if (plan->desk->mode == MODE_SHADOW) {
		return g_steal_pointer(&verdict);
	}
	if (verdict->kase == NULL) {
		verdict_tag_screened(verdict, screening);
		return g_steal_pointer(&verdict);
	}
	verdict_tag_case(verdict, verdict->kase, screening);
	if (plan->desk->mode == MODE_LIVE) {
		verdict_forward(verdict, screening->setup->conf,
		    verdict->kase->team, (const char *const *)recipients);
	}
	return g_steal_pointer(&verdict);
}

/* Of mail that the envelope shows to be for no desk only a reply matters, and
 * that needs no score. A mailbox has no envelope: it takes reading to know. */
static bool may_be_watched(const Conf *conf, const Delivery *delivery)
{
	const char *const *recipient = delivery->recipients;

	if (recipient == NULL || delivery->desk != NULL) {
		return true;
	}
	for (; *recipient != NULL; recipient++) {
		if (conf_desk_of(conf, *recipient) != NULL) {
			return true;
		}
	}
	return false;
}

static Screening *screening_begin(
    Setup *setup, Store *store, const Delivery *delivery, bool watched)
{
	Screening *screening = g_new0(Screening, 1);

	screening->setup = setup_ref(setup);
	screening->store = store;
	read_and_score(screening, delivery, watched);
	return screening;
}

static void make_plan(
    Screening *screening, const Delivery *delivery, const Desk *desk)
{
	const Setup *setup = screening->setup;

	screening->plan =
	    plan_new(setup->conf, setup->sla, desk, screening->message,
		screening->score, arrival_of(delivery, screening->message));
}

/* What follows reading: whose it is, and what comes of it. */
static Verdict *decide(Setup *setup, Store *store, const Delivery *delivery,
    Screening *screening, GError **error)
{
	g_auto(GStrv) recipients = recipients_of(delivery, screening->message);
	g_autoptr(Verdict) verdict = NULL;
	const Desk *desk = desk_of(setup->conf, delivery, recipients);

	if (!try_reply(store, delivery, screening, &verdict, error)) {
		return NULL;
	}
	if (verdict == NULL &&
	    !try_bounce(store, delivery, screening, &verdict, error)) {
		return NULL;
	}
	if (desk == NULL || (verdict && verdict->outcome == OUTCOME_REPLY)) {
		return verdict ? g_steal_pointer(&verdict)
			       : verdict_new(OUTCOME_UNWATCHED);
	}
	if (verdict == NULL && is_notice(store, screening, &verdict)) {
		return g_steal_pointer(&verdict);
	}
	make_plan(screening, delivery, desk);
	if (verdict != NULL) {
		/* To a desk: it makes no case of its own. */
		if (desk->mode != MODE_SHADOW) {
			verdict_tag_screened(verdict, screening);
		}
		return g_steal_pointer(&verdict);
	}
	return screen_watched(store, delivery, screening, recipients, error);
}

static MeterOutcome outcome_of(const Verdict *verdict)
{
	static const MeterOutcome admits[] = {
	    [ADMIT_NEW] = METER_NEW,
	    [ADMIT_LINKED] = METER_LINKED,
	    [ADMIT_JOINED] = METER_JOINED,
	    [ADMIT_COPY] = METER_COPY,
	};
	static const MeterOutcome outcomes[] = {
	    [OUTCOME_UNWATCHED] = METER_OTHER,
	    [OUTCOME_SCREENED] = METER_SCREENED,
	    [OUTCOME_CASE] = METER_NEW,
	    [OUTCOME_REPLY] = METER_REPLY,
	    [OUTCOME_BOUNCE] = METER_BOUNCE,
	    [OUTCOME_NOTICE] = METER_NOTICE,
	};

	if (verdict == NULL) {
		return METER_FAILED;
	}
	return verdict->outcome == OUTCOME_CASE ? admits[verdict->admit]
						: outcomes[verdict->outcome];
}

Verdict *pipeline_run(
    Setup *setup, Store *store, const Delivery *delivery, GError **error)
{
	gint64 begin_us = g_get_monotonic_time();
	g_autoptr(Screening) screening = NULL;
	Verdict *verdict;
	gint64 read_us, end_us;

	store_expect(store);
	screening = screening_begin(
	    setup, store, delivery, may_be_watched(setup->conf, delivery));
	read_us = g_get_monotonic_time();
	verdict = decide(setup, store, delivery, screening, error);
	end_us = g_get_monotonic_time();
	store_expect_no_more(store);

	meter_took(delivery->meter, METER_RECORD, end_us - read_us);
	meter_took(delivery->meter, METER_WHOLE, end_us - begin_us);
	meter_ended(delivery->meter, outcome_of(verdict));
	return verdict;
}

Screening *screening_new(Setup *setup, Store *store, const Delivery *delivery)
{
	Screening *screening = screening_begin(setup, store, delivery, true);
	g_auto(GStrv) recipients = recipients_of(delivery, screening->message);
	const Desk *desk = desk_of(setup->conf, delivery, recipients);

	if (desk == NULL) {
		desk = setup->conf->desks->pdata[0];
	}
	make_plan(screening, delivery, desk);
	return screening;
}

char *screening_verify(const Screening *screening, const Delivery *delivery)
{
	g_autoptr(Score) alone =
	    score_by(ruleset_score_alone, screening, delivery);

	return score_difference(screening->score, alone);
}

void screening_free(Screening *screening)
{
	if (screening != NULL) {
		plan_free(screening->plan);
		score_free(screening->score);
		message_free(screening->message);
		setup_unref(screening->setup);
		g_free(screening);
	}
}
