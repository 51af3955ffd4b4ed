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

#include "anteroom/facts.h"
#include "anteroom/notice.h"
#include "control/internal.h"

#define SOON_S (2 * 3600)
#define SOON_PART 4

typedef struct {
	char *team;
	FactCount count; /* what doesn't hang on the time */
	guint due_soon, overdue;
	guint promises, late_promises;
} TeamCount;

typedef struct {
	Call *call;
	const char *only;
	FactNames *names;
	GPtrArray *counts;    /* of TeamCount, in the order of the file */
	GPtrArray *by_number; /* of TeamCount, by number; NULL: not met yet */
	TeamCount *nobody;    /* of teams that aren't asked for */
	GHashTable *horizons; /* calendar and target -> due soon until then */
} Status;

static void count_free(gpointer data)
{
	TeamCount *count = data;

	g_free(count->team);
	g_free(count);
}

/* Asked for, and the asker's business. */
static bool counts(const Status *status, const char *team)
{
	CaseLook look = call_look(status->call);

	return (status->only == NULL || strcmp(status->only, team) == 0) &&
	       (!look_is_of_teams(&look) || user_in_team(look.person, team));
}

static TeamCount *count_new(const char *team)
{
	TeamCount *count = g_new0(TeamCount, 1);

	count->team = g_strdup(team);
	count->count.median_s = -1;
	return count;
}

static TeamCount *count_named(Status *status, const char *team)
{
	TeamCount *count;

	if (!counts(status, team)) {
		return status->nobody;
	}
	for (guint i = 0; i < status->counts->len; i++) {
		count = status->counts->pdata[i];
		if (strcmp(count->team, team) == 0) {
			return count;
		}
	}
	count = count_new(team);
	g_ptr_array_add(status->counts, count);
	return count;
}

/* Names are compared once each. */
static TeamCount *count_of(Status *status, guint32 team)
{
	GPtrArray *all = status->by_number;

	if (team >= all->len) {
		g_ptr_array_set_size(all, (gint)team + 1);
	}
	if (all->pdata[team] == NULL) {
		all->pdata[team] =
		    count_named(status, fact_names_text(status->names, team));
	}
	return all->pdata[team];
}

/* Whatever is due by then has at most a quarter of TARGET_S left: one look at
 * the calendar for each target instead of one for each case. */
static gint64 horizon_of(Status *status, guint32 calendar, guint32 target_s)
{
	gpointer key =
	    GSIZE_TO_POINTER((gsize)calendar << 32 | (gsize)target_s);
	const char *name;
	gint64 *horizon = g_hash_table_lookup(status->horizons, key);

	if (horizon == NULL) {
		name = fact_names_text(status->names, calendar);
		horizon = g_new(gint64, 1);
		*horizon =
		    calendar_due(sla_calendar(status->call->setup->sla, name),
			status->call->now_s, target_s / SOON_PART + 1) -
		    1;
		g_hash_table_insert(status->horizons, key, horizon);
	}
	return *horizon;
}

static bool due_soon(Status *status, const Fact *fact)
{
	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];

		if (clock->ended_s != 0 || clock->metric == METRIC_PROMISE) {
			continue;
		}
		if (clock->due_s - status->call->now_s <= SOON_S ||
		    clock->due_s <=
			horizon_of(status, fact->calendar, clock->target_s)) {
			return true;
		}
	}
	return false;
}

static void count_promises(TeamCount *count, const Fact *fact, gint64 now_s)
{
	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];

		if (clock->metric == METRIC_PROMISE && clock->ended_s == 0) {
			count->promises++;
			count->late_promises += clock->due_s < now_s;
		}
	}
}

static void count_unsettled(guint64 id, const Fact *fact, gpointer data)
{
	Status *status = data;
	TeamCount *count = count_of(status, fact->team);
	gint64 now_s = status->call->now_s;

	(void)id;
	if (fact->mode == MODE_SHADOW || count == status->nobody) {
		return;
	}
	if (fact->due_s != 0 && fact->due_s < now_s) {
		count->overdue++;
	} else if (due_soon(status, fact)) {
		count->due_soon++;
	}
	count_promises(count, fact, now_s);
}

static void count_team(const FactCount *sum, gpointer data)
{
	Status *status = data;
	guint cases = 0;

	/* A team without cases has a line only if it is configured. */
	for (gsize i = 0; i < G_N_ELEMENTS(sum->states); i++) {
		cases += sum->states[i];
	}
	if (cases > 0) {
		count_of(status, sum->team)->count = *sum;
	}
}

static void write_median(Json *json, gint64 median_s)
{
	if (median_s < 0) {
		json_null(json, "median_s");
	} else {
		json_int(json, "median_s", median_s);
	}
}

static void write_count(Json *json, const TeamCount *team)
{
	const FactCount *count = &team->count;

	json_begin_object(json, NULL);
	json_string(json, "team", team->team);
	json_int(json, "open", count->states[CASE_OPEN]);
	json_int(json, "due_soon", team->due_soon);
	json_int(json, "overdue", team->overdue);
	json_int(json, "paused", count->states[CASE_PAUSED]);
	json_int(json, "answered", count->states[CASE_ANSWERED]);
	json_int(json, "closed", count->states[CASE_CLOSED]);
	json_begin_object(json, "first_reply");
	json_int(json, "met", count->met);
	json_int(json, "missed", count->missed);
	write_median(json, count->median_s);
	json_end_object(json);
	json_begin_object(json, "promises");
	json_int(json, "open", team->promises);
	json_int(json, "overdue", team->late_promises);
	json_int(json, "broken", count->broken);
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

		count_named(status, team->name);
	}
}

/* Counts by all that is known, for STATUS. */
static bool count_all(Status *status, GError **error)
{
	Store *store = status->call->store;
	g_autoptr(GPtrArray) by_number = g_ptr_array_new();
	g_autoptr(GHashTable) horizons =
	    g_hash_table_new_full(NULL, NULL, NULL, g_free);
	bool good;

	status->names = store_fact_names(store);
	status->by_number = by_number;
	status->horizons = horizons;
	status->nobody = count_new("");
	begin_teams(status);
	good = store_each_count(store, count_team, status, error) &&
	       store_each_unsettled(store, count_unsettled, status, error);
	count_free(status->nobody);
	return good;
}

/* ---- kept ---- */

static void forget(StatusKept *kept)
{
	g_clear_pointer(&kept->setup, setup_unref);
	g_clear_pointer(&kept->counts, g_ptr_array_unref);
}

void status_kept_clear(StatusKept *kept)
{
	forget(kept);
	g_mutex_clear(&kept->lock);
}

/* Transfer full; NULL: something may have changed since. */
static GPtrArray *take_kept(const Call *call, guint64 version)
{
	StatusKept *kept = call->status;
	GPtrArray *counts = NULL;

	g_mutex_lock(&kept->lock);
	if (kept->setup == call->setup && kept->version == version &&
	    kept->now_s == call->now_s) {
		counts = g_ptr_array_ref(kept->counts);
	}
	g_mutex_unlock(&kept->lock);
	return counts;
}

static void keep(const Call *call, guint64 version, GPtrArray *counts)
{
	StatusKept *kept = call->status;

	g_mutex_lock(&kept->lock);
	forget(kept);
	kept->setup = setup_ref(call->setup);
	kept->counts = g_ptr_array_ref(counts);
	kept->version = version;
	kept->now_s = call->now_s;
	g_mutex_unlock(&kept->lock);
}

/* Everybody's board asks for the numbers of all teams: within a second, and
 * while no case changes, they are counted once. */
static bool find_counts(Status *status, GError **error)
{
	Call *call = status->call;
	CaseLook look = call_look(call);
	/* Before counting: what changes meanwhile isn't taken for counted. */
	guint64 version = status->only == NULL && !look_is_of_teams(&look)
			      ? store_facts_version(call->store)
			      : 0;

	status->counts = version != 0 ? take_kept(call, version) : NULL;
	if (status->counts != NULL) {
		return true;
	}
	status->counts = g_ptr_array_new_with_free_func(count_free);
	if (!count_all(status, error)) {
		return false;
	}
	if (version != 0) {
		keep(call, version, status->counts);
	}
	return true;
}

bool run_status(Call *call, GError **error)
{
	Status status = {.call = call, .only = args_text(call, "team")};
	g_autoptr(GPtrArray) counts = NULL;
	OutboxCount outbox;
	bool good = find_counts(&status, error);

	counts = status.counts;
	if (!good || !store_outbox(call->store, call->now_s, &outbox, error)) {
		return false;
	}
	if (counts->len == 0 && status.only != NULL &&
	    !args_known(call, WORD_TEAM, status.only, error)) {
		return false;
	}
	status_row(&status, &outbox);
	return true;
}
