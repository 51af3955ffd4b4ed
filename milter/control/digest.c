/*
 * `digest`: what a reader's morning mail says, as one row. Of what came since
 * his last morning; shares and charts over four weeks, so that one bad day
 * doesn't shout. Sensitive cases count like others and are never named.
 */
#include <string.h>

#include "anteroom/facts.h"
#include "anteroom/readers.h"
#include "anteroom/times.h"
#include "control/internal.h"
#include "control/sums.h"

#define DAY_S 86400
#define WEEKS_DAYS 28
#define CHART_DAYS 14
#define HALF_DAY_S (DAY_S / 2)
#define BREACHES_MOST 12
#define SPIKE_TIMES 5
#define SPIKE_LEAST 5

typedef struct {
	Call *call;
	const DigestReader *reader;
	gint64 from_s, to_s;
	Report *day;   /* what came since */
	Report *weeks; /* four weeks, up to now */

	/* Of all cases, whenever they came. */
	FactNames *names;
	guint answered, sensitive;
	guint64 oldest_id; /* that waits; 0 */
	guint32 oldest_s;
	Case *oldest; /* NULL */
} Digest;

static bool is_mine(const Digest *digest, const Fact *fact)
{
	return fact->mode != MODE_SHADOW && !fact->merged &&
	       (digest->reader->desk ||
		   g_strv_contains(digest->reader->teams,
		       fact_names_text(digest->names, fact->team)));
}

static bool is_within(const Digest *digest, gint64 at_s)
{
	return at_s >= digest->from_s && at_s < digest->to_s;
}

static void look_at(guint64 id, const Fact *fact, gpointer data)
{
	Digest *digest = data;

	if (!is_mine(digest, fact)) {
		return;
	}
	digest->answered += is_within(digest, fact->replied_s) ||
			    is_within(digest, fact->first_reply_s);
	digest->sensitive +=
	    fact->sensitive && is_within(digest, fact->received_s);
	if (fact->state == CASE_OPEN &&
	    (digest->oldest_id == 0 || fact->since_s < digest->oldest_s ||
		(fact->since_s == digest->oldest_s &&
		    id < digest->oldest_id))) {
		digest->oldest_id = id;
		digest->oldest_s = fact->since_s;
	}
}

/* ---- the row ---- */

static void write_share(Json *json, const Digest *digest)
{
	const ReportGroup *all = digest->weeks->all;

	json_begin_object(json, "first_reply");
	json_int(json, "met", all->met);
	json_int(json, "missed", all->missed);
	json_end_object(json);
}

static void write_oldest(Json *json, const Digest *digest)
{
	const Case *oldest = digest->oldest;
	g_autofree char *name = NULL;

	if (oldest == NULL) {
		json_null(json, "oldest");
		return;
	}
	name = case_name(oldest->id);
	json_begin_object(json, "oldest");
	json_bool(json, "sensitive", oldest->sensitive);
	json_string(json, "case", oldest->sensitive ? NULL : name);
	json_string(json, "team", oldest->sensitive ? NULL : oldest->team);
	json_string(json, "topic", oldest->sensitive ? NULL : oldest->topic);
	json_time(json, "since", oldest->waiting_s);
	json_end_object(json);
}

static bool is_sensitive(const Digest *digest, guint64 id)
{
	g_autoptr(Case) kase = store_case(digest->call->store, id, NULL);

	return kase == NULL || kase->sensitive;
}

/* Those whose deadline passed in the period. */
static void write_breaches(Json *json, const Digest *digest)
{
	const GPtrArray *all = digest->weeks->breaches;
	guint n = 0, named = 0, hidden = 0, promises = 0;

	json_begin_array(json, "breaches");
	for (guint i = 0; i < all->len; i++) {
		const ReportBreach *breach = all->pdata[i];

		if (!is_within(digest, breach->due_s)) {
			continue;
		}
		n++;
		promises += strcmp(metric_name(breach->metric), "promise") == 0;
		if (is_sensitive(digest, breach->id)) {
			hidden++;
		} else if (named++ < BREACHES_MOST) {
			report_write_breach(json, breach, false);
		}
	}
	json_end_array(json);
	json_int(json, "breaches_all", n);
	json_int(json, "breaches_sensitive", hidden);
	json_int(json, "broken_promises", promises);
}

static guint arrived_of(const GPtrArray *groups, const char *name)
{
	for (guint i = 0; i < groups->len; i++) {
		const ReportGroup *group = groups->pdata[i];

		if (strcmp(group->name, name) == 0) {
			return group->arrived;
		}
	}
	return 0;
}

/* What usually comes in as long a time, by the days before. */
static double usual_of(const Digest *digest, const ReportGroup *group)
{
	double days = (double)(digest->to_s - digest->from_s) / DAY_S;
	guint before = arrived_of(digest->weeks->topics, group->name);

	before -= MIN(before, group->arrived);
	return before * days / MAX(WEEKS_DAYS - days, 1);
}

static void write_topics(Json *json, const Digest *digest)
{
	const GPtrArray *topics = digest->day->topics;

	json_begin_array(json, "topics");
	for (guint i = 0; i < topics->len; i++) {
		const ReportGroup *group = topics->pdata[i];
		double usual = usual_of(digest, group);

		if (group->arrived == 0) {
			continue;
		}
		json_begin_object(json, NULL);
		json_string(json, "topic", group->name);
		json_int(json, "arrived", group->arrived);
		json_double(json, "usual", usual);
		json_bool(json, "spike",
		    group->arrived >= SPIKE_LEAST &&
			group->arrived >= SPIKE_TIMES * usual);
		json_end_object(json);
	}
	json_end_array(json);
}

static void write_teams(Json *json, const Digest *digest)
{
	const GPtrArray *teams = digest->weeks->teams;

	json_begin_array(json, "teams");
	for (guint i = 0; i < teams->len; i++) {
		const ReportGroup *group = teams->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "team", group->name);
		json_int(json, "arrived",
		    arrived_of(digest->day->teams, group->name));
		json_int(json, "open", group->open);
		json_int(json, "overdue", group->overdue);
		json_int(json, "met", group->met);
		json_int(json, "missed", group->missed);
		json_end_object(json);
	}
	json_end_array(json);
}

static void write_days(Json *json, const Digest *digest)
{
	const Report *weeks = digest->weeks;
	guint n = weeks->topics->len;

	json_begin_array(json, "days");
	for (guint day = weeks->n_days - MIN(weeks->n_days, CHART_DAYS);
	     day < weeks->n_days; day++) {
		gint64 noon_s =
		    (gint64)(weeks->first_day + (gint32)day) * DAY_S;
		guint arrived = 0;

		for (guint i = 0; i < n; i++) {
			arrived += weeks->days[(gsize)day * n + i];
		}
		json_begin_object(json, NULL);
		json_time(json, "day", noon_s);
		json_int(json, "arrived", arrived);
		json_end_object(json);
	}
	json_end_array(json);
}

static void digest_row(const Digest *digest)
{
	const DigestReader *reader = digest->reader;
	Json *json = row_new();

	json_string(json, "to", reader->address);
	json_string(json, "company", digest->call->setup->conf->company);
	json_string(json, "zone", calendar_zone(reader->calendar));
	json_time(json, "from", digest->from_s);
	json_time(json, "at", digest->to_s);
	if (reader->desk) {
		json_null(json, "of");
	} else {
		json_strings(json, "of", reader->teams);
	}
	json_int(json, "arrived", digest->day->all->arrived);
	json_int(json, "answered", digest->answered);
	json_int(json, "sensitive", digest->sensitive);
	json_int(json, "open", digest->weeks->all->open);
	json_int(json, "overdue", digest->weeks->all->overdue);
	write_share(json, digest);
	write_oldest(json, digest);
	write_breaches(json, digest);
	write_topics(json, digest);
	write_teams(json, digest);
	write_days(json, digest);
	call_row(digest->call, json);
}

/* ---- the figures ---- */

static Report *report_since(const Digest *digest, gint64 from_s, GError **error)
{
	const Call *call = digest->call;
	ReportAsk ask = {
	    .teams = digest->reader->desk ? NULL : digest->reader->teams,
	    .from_s = from_s,
	    .to_s = digest->to_s,
	    .now_s = digest->to_s,
	    .zone = calendar_zone(digest->reader->calendar),
	    .sla = call->setup->sla};

	return report_new(call->store, &ask, error);
}

static bool count_all(Digest *digest, GError **error)
{
	digest->day = report_since(digest, digest->from_s, error);
	if (digest->day == NULL) {
		return false;
	}
	digest->weeks = report_since(
	    digest, digest->to_s - (gint64)WEEKS_DAYS * DAY_S, error);
	if (digest->weeks == NULL ||
	    !store_each_fact(digest->call->store, look_at, digest, error)) {
		return false;
	}
	if (digest->oldest_id != 0) {
		digest->oldest =
		    store_case(digest->call->store, digest->oldest_id, NULL);
	}
	return true;
}

static void digest_clear(Digest *digest)
{
	report_free(digest->day);
	report_free(digest->weeks);
	case_free(digest->oldest);
}

/* Since his last morning, but a look at noon tells of more than the hours since
 * then. */
static gint64 begin_of(const Call *call, const DigestReader *reader)
{
	int minute = call->setup->conf->digest_min;
	gint64 at_s = digest_morning(reader->calendar,
	    minute >= 0 ? minute : 8 * 60, call->now_s - HALF_DAY_S);

	return MAX(at_s, call->now_s - (gint64)WEEKS_DAYS * DAY_S);
}

bool run_digest(Call *call, GError **error)
{
	const Setup *setup = call->setup;
	const char *to = args_text(call, "to");
	g_autoptr(DigestReader) reader =
	    digest_reader_at(setup->conf, setup->sla, to);
	Digest digest = {.call = call, .reader = reader, .to_s = call->now_s};
	bool good;

	if (call_look(call).person != NULL) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_DENIED,
		    "digest: the pages don't send mail");
		return false;
	}
	if (reader == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "digest: %.200s gets none: leads, assistants and "
		    "executives do",
		    to);
		return false;
	}
	digest.names = store_fact_names(call->store);
	digest.from_s = begin_of(call, reader);
	good = count_all(&digest, error);
	if (good) {
		digest_row(&digest);
	}
	digest_clear(&digest);
	return good;
}
