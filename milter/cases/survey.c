/*
 * The survey: after a change of calendars the deadlines that are still open
 * follow it, and after a change of warnings and escalations so do the alarms.
 * A policy's targets are never looked at: what was promised stays promised.
 * How far it came is in the store, so that it goes on after a restart.
 */
#include <string.h>

#include "anteroom/tick.h"
#include "anteroom/times.h"
#include "cases/alarm.h"

#define CHANGED_MOST 64 /* cases written in one transaction */
#define SEEN_MOST 2048  /* cases read in one */

typedef struct {
	AlarmBook book;
	gint64 now_s;
	guint8 sum[32];
	guint64 from; /* the case to begin with */
	guint moved, changed;
	bool done;
} Survey;

/* ---- one case ---- */

static void tell_moved(
    const Survey *survey, Draft *draft, const Clock *clock, gint64 was_s)
{
	g_autofree char *was = times_rfc3339(was_s);
	g_autofree char *is = times_rfc3339(clock->due_s);
	g_autofree char *detail = g_strdup_printf("%s %u due %s -> %s",
	    metric_name(clock->metric), clock->instance, was, is);

	draft_event(draft, survey->now_s, "moved", "anteroom", detail);
}

/* True: something of it is to be written. */
static bool survey_clock(Survey *survey, Draft *draft, Clock *clock)
{
	gint64 due_s = clock->due_s, next_s = clock->next_s;
	bool fresh = !clock->next_s && !clock->breached;

	if (clock->state != CLOCK_RUNNING) {
		return false;
	}
	if (clock_follow(survey->book.sla, draft->kase, clock)) {
		tell_moved(survey, draft, clock, due_s);
		survey->moved++;
	}
	/* Nobody had alarms before: what is over stays untold. */
	if (fresh) {
		clock->quiet_s = survey->now_s;
	}
	alarm_set(survey->book.sla, draft->kase, clock);
	return clock->due_s != due_s || clock->next_s != next_s;
}

static void survey_case(Txn *txn, Survey *survey, guint64 id)
{
	g_autoptr(Draft) draft = draft_load_exact(txn, id);
	bool changed = false;

	if (!draft) {
		txn_forgive_damage(txn);
		return;
	}
	for (guint i = 0; i < draft->kase->clocks->len; i++) {
		Clock *clock = &g_array_index(draft->kase->clocks, Clock, i);
		changed |= survey_clock(survey, draft, clock);
	}
	if (changed) {
		survey->changed++;
		draft_save(txn, draft, survey->now_s);
	}
}

/* ---- all of them ---- */

/* The first case at or after ID; 0 = none. */
static guint64 case_from(Txn *txn, guint64 id)
{
	MDB_cursor *cursor = txn_cursor(txn, DB_CASES);
	Key key = key_case(id);
	MDB_val at, value;
	guint64 found = 0;

	if (txn_seek(txn, cursor, &key, &at, &value) &&
	    at.mv_size == sizeof(guint64)) {
		found = key_get_u64(at.mv_data);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return found;
}

/* `number` is the case to go on with, 0 when it came to its end. */
static void save_progress(Txn *txn, const Survey *survey, guint64 next)
{
	Key key = key_meta("survey");
	Meta meta = {.number = (gint64)next};

	memcpy(meta.secret, survey->sum, sizeof(meta.secret));
	txn_put(txn, DB_META, &key, &meta);
}

static void survey_change(Txn *txn, gpointer data)
{
	Survey *survey = data;
	guint64 id = survey->from;
	guint seen = 0;

	survey->moved = survey->changed = 0;
	while ((id = case_from(txn, id)) != 0 && seen++ < SEEN_MOST &&
	       survey->changed < CHANGED_MOST && !txn->error) {
		survey_case(txn, survey, id);
		id++;
	}
	survey->done = id == 0;
	save_progress(txn, survey, id);
}

static bool read_progress(
    Store *store, Survey *survey, guint64 *next, GError **error)
{
	Key key = key_meta("survey");
	Meta meta = {0};
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	*next = 1;
	if (txn_get(&txn, DB_META, &key, &meta) &&
	    memcmp(meta.secret, survey->sum, sizeof(meta.secret)) == 0) {
		*next = (guint64)meta.number;
	}
	txn_forgive_damage(&txn);
	return txn_end_read(&txn, error);
}

static void take_sum(Survey *survey)
{
	g_autofree char *hex = sla_fingerprint(survey->book.sla);

	for (gsize i = 0; i < sizeof(survey->sum); i++) {
		survey->sum[i] =
		    (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
			     g_ascii_xdigit_value(hex[2 * i + 1]));
	}
}

bool store_survey(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    guint *moved, GError **error)
{
	Survey survey = {.book = {.conf = conf, .sla = sla}, .now_s = now_s};
	guint sum = 0;

	take_sum(&survey);
	if (!read_progress(store, &survey, &survey.from, error)) {
		return false;
	}
	survey.done = survey.from == 0;
	while (!survey.done) {
		guint64 next;

		if (!commit_run(store, survey_change, &survey, error) ||
		    !read_progress(store, &survey, &next, error)) {
			return false;
		}
		sum += survey.moved;
		survey.from = next;
	}
	if (moved) {
		*moved = sum;
	}
	return true;
}
