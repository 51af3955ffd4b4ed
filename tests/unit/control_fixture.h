/*
 * A configuration in a folder of its own, and a store of a few cases that
 * lives in memory: control/ without LMDB. The whole of the store's interface
 * is here, so that none of the true one is linked.
 */
#ifndef CONTROL_FIXTURE_H
#define CONTROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/facts.h"
#include "anteroom/message.h"
#include "anteroom/notice.h"
#include "anteroom/tick.h"
#include "cases/tally.h"

#define NOW_S                                                           \
	G_GINT64_CONSTANT(1795255200) /* 2026-11-21T10:00:00Z, Saturday \
				       */
#define HOUR_S 3600

struct Store {
	GPtrArray *cases; /* of Case */
	FactNames *names;
	guint64 facts_version; /* 0: they aren't kept */
	guint repeat;          /* store_each gives each so often */
	Act act;               /* of the last store_act; strings not kept */
	char *word, *who;
	guint wrong;    /* for fsck */
	gulong fsck_us; /* how long it takes */
	guint admitted;
	const char *ended; /* how a notice did */
	guint waits;
	char *recipients; /* of the last admission, joined */
	gint64 arrival_s;
	const Event *timeline; /* of all cases, up to one without a case;
				* NULL: a note in each */
};

static inline Clock fixture_clock(
    Metric metric, ClockState state, gint64 due_s, gint64 target_s)
{
	return (Clock){.metric = metric,
	    .instance = 1,
	    .state = state,
	    .target_s = target_s,
	    .started_s = NOW_S - HOUR_S,
	    .due_s = due_s,
	    .ended_s = state == CLOCK_MET || state == CLOCK_MISSED ? NOW_S : 0};
}

static inline Case *fixture_case(
    guint64 id, const char *team, const char *subject)
{
	Case *kase = g_new0(Case, 1);

	kase->id = id;
	kase->desk = g_strdup("ceo");
	kase->team = g_strdup(team);
	kase->topic = g_strdup("outage");
	kase->topics = g_strsplit("outage press", " ", -1);
	kase->urgency = 60;
	kase->level = URGENCY_HIGH;
	kase->subject = g_strdup(subject);
	kase->from = g_strdup("anna@customer.example");
	kase->correspondents = g_strsplit("anna@customer.example", " ", -1);
	kase->witnesses = g_new0(char *, 1);
	kase->received_s = kase->waiting_s = NOW_S - HOUR_S;
	kase->last_message_s = NOW_S - HOUR_S;
	kase->policy = g_strdup("high");
	kase->calendar = g_strdup("office");
	kase->clocks = g_array_new(FALSE, TRUE, sizeof(Clock));
	kase->hits = g_ptr_array_new();
	kase->holders = g_ptr_array_new();
	kase->messages = 1;
	kase->excerpt = g_strdup("secret words");
	kase->links = g_array_new(FALSE, TRUE, sizeof(guint64));
	kase->copied = g_new0(char *, 1);
	kase->replied_team = g_strdup("");
	return kase;
}

static inline void fixture_add_clock(Case *kase, Clock clock)
{
	g_array_append_val(kase->clocks, clock);
}

/* ---- the store ---- */

Store *store_open(const char *path, guint64 bytes, GError **error)
{
	(void)path;
	(void)bytes;
	(void)error;
	return NULL;
}

void store_close(Store *store)
{
	(void)store;
}

bool store_admit(Store *store, const Admission *admission,
    AdmitOutcome *outcome, Case **kase, GError **error)
{
	(void)error;
	store->admitted++;
	g_free(store->recipients);
	store->recipients =
	    g_strjoinv(" ", (char **)(guintptr)admission->recipients);
	store->arrival_s = admission->arrival_s;
	*outcome = ADMIT_NEW;
	*kase = case_copy(store->cases->pdata[0]);
	return true;
}

bool store_answer(Store *store, const Answer *answer, AnswerOutcome *outcome,
    Case **kase, GError **error)
{
	(void)store;
	(void)answer;
	(void)error;
	*outcome = ANSWER_UNKNOWN;
	*kase = NULL;
	return true;
}

bool store_bounce(Store *store, const Bounce *bounce, BounceOutcome *outcome,
    Case **kase, GError **error)
{
	(void)store;
	(void)bounce;
	(void)error;
	*outcome = BOUNCE_UNKNOWN;
	*kase = NULL;
	return true;
}

guint64 store_notice_of(const Store *store, const char *id)
{
	(void)store;
	return g_strcmp0(id, "anteroom.7@example.com") == 0 ? 7 : 0;
}

static inline Case *fixture_find(Store *store, guint64 id, GError **error)
{
	for (guint i = 0; i < store->cases->len; i++) {
		Case *kase = store->cases->pdata[i];

		if (kase->id == id) {
			return kase;
		}
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
	    "AR-%" G_GUINT64_FORMAT ": no such case", id);
	return NULL;
}

bool store_act(Store *store, const Act *act, Case **kase, GError **error)
{
	Case *found = fixture_find(store, act->id, error);

	if (found == NULL) {
		return false;
	}
	store->act = *act;
	g_free(store->word);
	store->word = g_strdup(act->word);
	/* Asked for by another process: a thread checker sees no order, and
	 * so it is never freed. */
	g_atomic_pointer_set(&store->who, (gpointer)g_intern_string(act->who));
	*kase = case_copy(found);
	if (act->kind == ACT_ROUTE) {
		g_free((*kase)->team);
		(*kase)->team = g_strdup(act->word);
	}
	return true;
}

bool store_wake(
    Store *store, const Sla *sla, gint64 now_s, guint *n, GError **error)
{
	(void)store;
	(void)sla;
	(void)now_s;
	(void)n;
	(void)error;
	return true;
}

bool store_each(Store *store, const CaseFilter *filter, CaseVisit visit,
    gpointer data, GError **error)
{
	guint given = 0;

	(void)error;
	for (guint i = 0; i < store->cases->len * store->repeat; i++) {
		Case *kase = store->cases->pdata[i % store->cases->len];

		if (filter->team != NULL &&
		    strcmp(filter->team, kase->team) != 0) {
			continue;
		}
		if (filter->limit > 0 && given++ == filter->limit) {
			break;
		}
		if (!visit(kase, data)) {
			break;
		}
	}
	return true;
}

bool store_each_by_id(
    Store *store, CaseVisit visit, gpointer data, GError **error)
{
	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		if (!visit(store->cases->pdata[i], data)) {
			break;
		}
	}
	return true;
}

/* Whoever is here stands near. */
bool store_each_near(Store *store, guint64 id, guint span, CaseVisit visit,
    gpointer data, GError **error)
{
	(void)span;
	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		Case *kase = store->cases->pdata[i];

		if (kase->id != id && !visit(kase, data)) {
			break;
		}
	}
	return true;
}

FactNames *store_fact_names(Store *store)
{
	return store->names;
}

bool store_each_fact(
    Store *store, FactVisit visit, gpointer data, GError **error)
{
	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		const Case *kase = store->cases->pdata[i];
		Fact fact;

		fact_init(&fact, kase, store->names);
		visit(kase->id, &fact, data);
		fact_clear(&fact);
	}
	return true;
}

bool store_each_arrived(Store *store, gint64 from_s, gint64 to_s,
    FactVisit visit, gpointer data, GError **error)
{
	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		const Case *kase = store->cases->pdata[i];
		Fact fact;

		fact_init(&fact, kase, store->names);
		if (fact.received_s >= from_s && fact.received_s < to_s) {
			visit(kase->id, &fact, data);
		}
		fact_clear(&fact);
	}
	return true;
}

bool store_each_unsettled(
    Store *store, FactVisit visit, gpointer data, GError **error)
{
	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		const Case *kase = store->cases->pdata[i];
		Fact fact;

		fact_init(&fact, kase, store->names);
		if (fact_unsettled(&fact)) {
			visit(kase->id, &fact, data);
		}
		fact_clear(&fact);
	}
	return true;
}

void store_expect(Store *store)
{
	(void)store;
}

void store_expect_no_more(Store *store)
{
	(void)store;
}

guint64 store_facts_version(Store *store)
{
	return store->facts_version;
}

bool store_each_count(
    Store *store, FactCountVisit visit, gpointer data, GError **error)
{
	Tally *tally = tally_new();

	(void)error;
	for (guint i = 0; i < store->cases->len; i++) {
		const Case *kase = store->cases->pdata[i];
		Fact fact;

		fact_init(&fact, kase, store->names);
		tally_change(tally, kase->id, NULL, &fact);
		fact_clear(&fact);
	}
	tally_each_count(tally, visit, data);
	tally_free(tally);
	return true;
}

Case *store_case(Store *store, guint64 id, GError **error)
{
	Case *kase = fixture_find(store, id, error);

	return kase != NULL ? case_copy(kase) : NULL;
}

static inline void fixture_add_event(GPtrArray *events, const Event *from)
{
	Event *event = g_new0(Event, 1);

	*event = *from;
	event->what = g_strdup(from->what);
	event->who = g_strdup("ea");
	event->detail = g_strdup(from->detail != NULL ? from->detail : "");
	g_ptr_array_add(events, event);
}

GPtrArray *store_events(Store *store, guint64 id, GError **error)
{
	GPtrArray *events =
	    g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	Event *event;

	(void)error;
	for (const Event *e = store->timeline; e != NULL && e->case_id != 0;
	     e++) {
		if (e->case_id == id) {
			fixture_add_event(events, e);
		}
	}
	if (store->timeline != NULL) {
		return events;
	}
	event = g_new0(Event, 1);
	event->case_id = id;
	event->number = 1;
	event->at_s = NOW_S - HOUR_S;
	event->what = g_strdup("note");
	event->who = g_strdup("ea");
	event->detail = g_strdup("secret note");
	g_ptr_array_add(events, event);
	return events;
}

bool store_fsck(Store *store, StoreReport report, gpointer data,
    StoreCheck *check, GError **error)
{
	(void)error;
	g_usleep(store->fsck_us);
	*check = (StoreCheck){.cases = store->cases->len};
	check->wrong = store->wrong;
	for (guint i = 0; i < store->wrong; i++) {
		report("AR-1: event 2: chain is broken", data);
	}
	return true;
}

/* ---- notices: one that waits, N-1 ---- */

static inline Notice *fixture_notice(void)
{
	Notice *notice = g_new0(Notice, 1);

	notice->number = 1;
	notice->to = g_strdup("lead@example.com");
	notice->kind = NOTICE_WARNING;
	notice->of_clock = true;
	notice->step = 75;
	notice->instance = 1;
	notice->at_s = notice->after_s = notice->next_s = NOW_S;
	notice->case_id = 1;
	notice->sensitive = true;
	notice->cases = g_array_new(FALSE, FALSE, sizeof(guint64));
	return notice;
}

void notice_free(Notice *notice)
{
	g_free(notice->to);
	g_free(notice->message_id);
	g_array_unref(notice->cases);
	g_free(notice);
}

const char *notice_kind_name(NoticeKind kind)
{
	return kind == NOTICE_WARNING ? "warning" : "other";
}

const char *rung_name(Rung rung)
{
	return rung == RUNG_TEAM ? "team" : "other";
}

const char *notice_state_name(NoticeState state)
{
	return state == NOTICE_WAITING ? "waiting" : "dead";
}

bool notice_state_parse(const char *name, NoticeState *state)
{
	*state = NOTICE_DEAD;
	return strcmp(name, "dead") == 0;
}

char *notice_name(guint64 number)
{
	return g_strdup_printf("N-%" G_GUINT64_FORMAT, number);
}

bool notice_parse_name(const char *name, guint64 *number, GError **error)
{
	*number = 1;
	if (strcmp(name, "N-1") != 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "no notice");
		return false;
	}
	return true;
}

bool store_writer(
    Store *store, const char *from, gint64 now_s, WriterFacts *writer)
{
	(void)store;
	(void)from;
	(void)now_s;
	(void)writer;
	return false;
}

GPtrArray *store_notices(Store *store, int state, guint limit, GError **error)
{
	GPtrArray *notices =
	    g_ptr_array_new_with_free_func((GDestroyNotify)notice_free);

	(void)store;
	(void)limit;
	(void)error;
	if (state != NOTICE_DEAD) {
		g_ptr_array_add(notices, fixture_notice());
	}
	return notices;
}

GPtrArray *store_notices_take(
    Store *store, const char *host, gint64 now_s, guint limit, GError **error)
{
	GPtrArray *notices = store_notices(store, -1, limit, error);
	Notice *notice = notices->pdata[0];

	(void)now_s;
	if (store->ended != NULL) {
		g_ptr_array_set_size(notices, 0);
		return notices;
	}
	notice->message_id = g_strconcat("N-1.x@", host, NULL);
	return notices;
}

bool store_notices_lost(Store *store, gint64 now_s, guint *n, GError **error)
{
	(void)now_s;
	(void)error;
	*n = store->ended != NULL;
	store->ended = NULL;
	return true;
}

void store_notices_wait(Store *store, guint wait_ms)
{
	store->waits++;
	g_usleep(wait_ms * 10);
}

bool store_notice_sent(
    Store *store, guint64 number, gint64 now_s, GError **error)
{
	(void)number;
	(void)now_s;
	(void)error;
	store->ended = "sent";
	return true;
}

bool store_notice_failed(Store *store, guint64 number, const char *why,
    bool final, gint64 now_s, GError **error)
{
	(void)number;
	(void)now_s;
	(void)error;
	(void)why;
	store->ended = final ? "dead" : "failed";
	return true;
}

bool store_notice_retry(
    Store *store, guint64 number, gint64 now_s, GError **error)
{
	(void)number;
	(void)now_s;
	(void)error;
	store->ended = "retry";
	return true;
}

bool store_outbox(
    Store *store, gint64 now_s, OutboxCount *count, GError **error)
{
	(void)store;
	(void)now_s;
	(void)error;
	*count = (OutboxCount){.waiting = 3, .due = 2, .dead = 1};
	return true;
}

bool store_clock(Store *store, StoreClock *clock, GError **error)
{
	(void)store;
	(void)error;
	*clock = (StoreClock){NOW_S, NOW_S + HOUR_S};
	return true;
}

const char *ahead_name(AheadKind kind)
{
	return kind == AHEAD_WARNING ? "warning" : "other";
}

/* A warning an hour from now, unless that is too far. */
GPtrArray *store_forecast(Store *store, const Conf *conf, const Sla *sla,
    gint64 until_s, guint limit, GError **error)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	Ahead *ahead = g_new0(Ahead, 1);

	(void)conf;
	(void)sla;
	(void)limit;
	(void)error;
	ahead->kind = AHEAD_WARNING;
	ahead->at_s = NOW_S + HOUR_S;
	ahead->case_id = 1;
	ahead->team = (char *)(guintptr) "care";
	ahead->instance = 1;
	ahead->step = 75;
	ahead->due_s = NOW_S + 2 * HOUR_S;
	ahead->notices = store->cases; /* empty */
	if (ahead->at_s <= until_s) {
		g_ptr_array_add(all, ahead);
	} else {
		g_free(ahead);
	}
	return all;
}

bool store_backup(Store *store, const char *folder, GError **error)
{
	(void)store;
	(void)folder;
	(void)error;
	return true;
}

void store_stats(Store *store, StoreStats *stats)
{
	(void)store;
	memset(stats, 0, sizeof(*stats));
}

/* ---- the whole ---- */

static const char fixture_conf[] =
    "company = \"Example\"\n"
    "control { socket = \"%s/control.sock\" assistants = {\"nobody\"}"
    " readers = {\"daemon\", \"bin\"} }\n"
    "web { users = \"users\" system-user = \"daemon\" }\n"
    "store { path = \"%s/store\" }\n"
    "rules { packs = {\"%s/*.rules\"} }\n"
    "desk \"ceo\" { addresses = {\"ceo@example.com\"} }\n"
    "calendar \"office\" { zone = \"UTC\" hours = {\"Mon-Fri 09:00-17:00\"} }\n"
    "team \"care\" { address = \"care@example.com\" calendar = \"office\" }\n"
    "team \"office\" { address = \"ea@example.com\" calendar = \"office\" }\n"
    "route \"outage\" { team = \"care\" }\n"
    "route \"default\" { team = \"office\" }\n"
    "policy \"high\" { urgency = {\"high\"} first-reply = \"4h\""
    " resolve = \"2d\" }\n";

static const char fixture_rules[] =
    "topic \"outage\" { title = \"Outage\" }\n"
    "rule \"outage-down\" { topic = \"outage\" points = 50 urgency = 55\n"
    "in = {\"text\"} match = '\\bno line\\b' why = \"says so\" }\n";

typedef struct {
	char *folder, *socket, *conf;
	SetupSlot *slot;
	Store store;
	Control *control;
} Fixture;

static inline void fixture_write(
    const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void fixture_begin(Fixture *fixture)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *text = NULL;
	Setup *setup;

	memset(fixture, 0, sizeof(*fixture));
	message_init();
	fixture->folder = g_dir_make_tmp("control-XXXXXX", NULL);
	assert_non_null(fixture->folder);
	fixture->socket =
	    g_build_filename(fixture->folder, "control.sock", NULL);
	fixture->conf = g_build_filename(fixture->folder, "t.conf", NULL);
	text = g_strdup_printf(
	    fixture_conf, fixture->folder, fixture->folder, fixture->folder);
	fixture_write(fixture->folder, "t.conf", text);
	fixture_write(fixture->folder, "t.rules", fixture_rules);
	setup = setup_load(fixture->conf, problems);
	for (guint i = 0; setup == NULL && i < problems->len; i++) {
		print_error("%s\n", conf_problem_text(problems->pdata[i]));
	}
	assert_non_null(setup);
	fixture->slot = setup_slot_new(setup);
	fixture->store.cases =
	    g_ptr_array_new_with_free_func((GDestroyNotify)case_free);
	fixture->store.names = fact_names_new();
	fixture->store.repeat = 1;
	fixture->control = control_new(fixture->slot, &fixture->store);
}

static inline void fixture_end(Fixture *fixture)
{
	control_free(fixture->control);
	setup_slot_free(fixture->slot);
	g_ptr_array_unref(fixture->store.cases);
	fact_names_free(fixture->store.names);
	g_free(fixture->store.word);
	g_free(fixture->store.recipients);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {
		    "t.conf", "t.rules", "control.sock"};
		g_autofree char *path =
		    g_build_filename(fixture->folder, names[i], NULL);

		g_unlink(path);
	}
	g_rmdir(fixture->folder);
	g_free(fixture->folder);
	g_free(fixture->socket);
	g_free(fixture->conf);
}

/* Keeps rows as parsed values. */
static inline bool fixture_row(const char *text, gsize length, gpointer data)
{
	JsonValue *row = json_parse(text, length, NULL);

	assert_non_null(row);
	assert_int_equal(json_get_int(row, "v", 0), 1);
	g_ptr_array_add(data, row);
	return true;
}

static inline GPtrArray *fixture_rows(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);
}

#endif
