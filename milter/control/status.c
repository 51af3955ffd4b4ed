/*
 * The counts of each team. Every configured team has its line, and so has a
 * team that left the configuration as long as it has cases. What a desk in
 * shadow mode would have done is not counted.
 *
 * Due soon: not overdue, and a clock has at most a quarter of its promised
 * time, or two hours by the wall, left.
 */
#include <stdlib.h>
#include <string.h>

#include "anteroom/notice.h"
#include "control/internal.h"

#define SOON_S (2 * 3600)
#define SOON_PART 4

typedef struct {
	char *team;
	guint states[CASE_STATES];
	guint due_soon, overdue;
	guint met, missed;
	guint promises, late_promises, broken_promises;
	guint replied; /* cases with a reply of the team that was seen */
	guint by_hand; /* ended without one */
	GArray *first_reply_s; /* of gint64: from arrival to first reply */
} TeamCount;

typedef struct {
	Call *call;
	const char *only;
	GPtrArray *counts; /* of TeamCount, in the order of the file */
	GHashTable *by_team;
} Status;

static void count_free(gpointer data)
{
	TeamCount *count = data;

	g_free(count->team);
	g_array_unref(count->first_reply_s);
	g_free(count);
}

/* Asked for, and the asker's business. */
static bool counts(const Status *status, const char *team)
{
	CaseLook look = call_look(status->call);

	return (status->only == NULL || strcmp(status->only, team) == 0) &&
	       (!look_is_of_teams(&look) || user_in_team(look.person, team));
}

static TeamCount *count_of(Status *status, const char *team)
{
	TeamCount *count = g_hash_table_lookup(status->by_team, team);

	if (count == NULL) {
		count = g_new0(TeamCount, 1);
		count->team = g_strdup(team);
		count->first_reply_s =
		    g_array_new(FALSE, FALSE, sizeof(gint64));
		g_ptr_array_add(status->counts, count);
		g_hash_table_insert(status->by_team, count->team, count);
	}
	return count;
}

static bool due_soon(const Status *status, const Case *kase)
{
	const Calendar *calendar =
	    sla_calendar(status->call->setup->sla, kase->calendar);
	gint64 now_s = status->call->now_s;

	for (int m = 0; m < METRICS; m++) {
		const Clock *clock = case_clock(kase, (Metric)m);

		if (clock == NULL || clock->state != CLOCK_RUNNING) {
			continue;
		}
		if (clock->due_s - now_s <= SOON_S ||
		    calendar_open_s(calendar, now_s, clock->due_s) <=
			clock->target_s / SOON_PART) {
			return true;
		}
	}
	return false;
}

static bool any_overdue(const Case *kase, gint64 now_s)
{
	for (int m = 0; m < METRICS; m++) {
		if (case_overdue(kase, (Metric)m, now_s)) {
			return true;
		}
	}
	return case_promises(kase, now_s) > 0;
}

static void count_promises(TeamCount *count, const Case *kase, gint64 now_s)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == METRIC_PROMISE) {
			count->promises += clock->state == CLOCK_RUNNING;
			count->broken_promises += clock->state == CLOCK_MISSED;
		}
	}
	count->late_promises += case_promises(kase, now_s);
}

static void count_first_replies(TeamCount *count, const Case *kase)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (clock->metric == METRIC_FIRST_REPLY) {
			count->met += clock->state == CLOCK_MET;
			count->missed += clock->state == CLOCK_MISSED;
		}
	}
	if (kase->first_reply_s != 0) {
		gint64 took_s = kase->first_reply_s - kase->received_s;

		g_array_append_val(count->first_reply_s, took_s);
	}
}

static bool count_one(const Case *kase, gpointer data)
{
	Status *status = data;
	TeamCount *count;

	if (kase->mode == MODE_SHADOW || !counts(status, kase->team)) {
		return true;
	}
	count = count_of(status, kase->team);
	count->states[kase->state]++;
	if (any_overdue(kase, status->call->now_s)) {
		count->overdue++;
	} else if (due_soon(status, kase)) {
		count->due_soon++;
	}
	count_first_replies(count, kase);
	count_promises(count, kase, status->call->now_s);
	count->replied += case_seen_answered(kase);
	count->by_hand += case_ended_unseen(kase);
	return true;
}

static int compare_times(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a;
	gint64 y = *(const gint64 *)b;

	return (x > y) - (x < y);
}

static void write_median(Json *json, GArray *times)
{
	guint middle = times->len / 2;
	gint64 median_s;

	if (times->len == 0) {
		json_null(json, "median_s");
		return;
	}
	g_array_sort(times, compare_times);
	median_s = g_array_index(times, gint64, middle);
	if (times->len % 2 == 0) {
		median_s += g_array_index(times, gint64, middle - 1);
		median_s /= 2;
	}
	json_int(json, "median_s", median_s);
}

static void write_count(Json *json, const TeamCount *count)
{
	json_begin_object(json, NULL);
	json_string(json, "team", count->team);
	json_int(json, "open", count->states[CASE_OPEN]);
	json_int(json, "due_soon", count->due_soon);
	json_int(json, "overdue", count->overdue);
	json_int(json, "paused", count->states[CASE_PAUSED]);
	json_int(json, "answered", count->states[CASE_ANSWERED]);
	json_int(json, "closed", count->states[CASE_CLOSED]);
	json_begin_object(json, "first_reply");
	json_int(json, "met", count->met);
	json_int(json, "missed", count->missed);
	write_median(json, count->first_reply_s);
	json_end_object(json);
	json_begin_object(json, "promises");
	json_int(json, "open", count->promises);
	json_int(json, "overdue", count->late_promises);
	json_int(json, "broken", count->broken_promises);
	json_end_object(json);
	json_bool(json, "blind",
	    count->replied == 0 && count->by_hand >= CASES_BLIND);
	json_end_object(json);
}

static void write_outbox(Json *json, const OutboxCount *count)
{
	json_begin_object(json, "outbox");
	json_int(json, "waiting", (gint64)count->waiting);
	json_int(json, "due", (gint64)count->due);
	json_int(json, "dead", (gint64)count->dead);
	json_end_object(json);
}

static void status_row(Status *status, const OutboxCount *outbox)
{
	Json *json = row_new();

	json_time(json, "at", status->call->now_s);
	json_begin_array(json, "teams");
	for (guint i = 0; i < status->counts->len; i++) {
		write_count(json, status->counts->pdata[i]);
	}
	json_end_array(json);
	write_outbox(json, outbox);
	call_row(status->call, json);
}

static void begin_teams(Status *status)
{
	const GPtrArray *teams = status->call->setup->conf->teams;

	for (guint i = 0; i < teams->len; i++) {
		const Team *team = teams->pdata[i];

		if (counts(status, team->name)) {
			count_of(status, team->name);
		}
	}
}

bool run_status(Call *call, GError **error)
{
	Status status = {.call = call, .only = args_text(call, "team")};
	g_autoptr(GPtrArray) counts =
	    g_ptr_array_new_with_free_func(count_free);
	g_autoptr(GHashTable) by_team =
	    g_hash_table_new(g_str_hash, g_str_equal);
	OutboxCount outbox;

	status.counts = counts;
	status.by_team = by_team;
	begin_teams(&status);
	if (!store_each_by_id(call->store, count_one, &status, error) ||
	    !store_outbox(call->store, call->now_s, &outbox, error)) {
		return false;
	}
	if (counts->len == 0 && status.only != NULL &&
	    !args_known(call, WORD_TEAM, status.only, error)) {
		return false;
	}
	status_row(&status, &outbox);
	return true;
}
