/*
 * Which policy applies to a case, or to what the words describe, and how its
 * deadlines follow from the calendar, interval by interval.
 */
#include <string.h>

#include "anteroom/times.h"
#include "control/internal.h"

#define MAX_STEPS 200

static void write_moment(Json *json, const char *name, gint64 at_s)
{
	if (at_s == G_MAXINT64) {
		json_null(json, name);
	} else {
		json_time(json, name, at_s);
	}
}

static void write_steps(Json *json, const Promised *promise)
{
	gint64 target_s = policy_target_s(promise->policy, METRIC_FIRST_REPLY);
	g_autoptr(GArray) steps = NULL;

	json_begin_array(json, "steps");
	if (target_s > 0) {
		steps = calendar_steps(
		    promise->calendar, promise->from_s, target_s, MAX_STEPS);
	}
	for (guint i = 0; steps != NULL && i < steps->len; i++) {
		const CalendarStep *step =
		    &g_array_index(steps, CalendarStep, i);

		json_begin_object(json, NULL);
		json_time(json, "from", step->from_s);
		json_time(json, "to", step->to_s);
		json_int(json, "open_s", step->open_s);
		json_end_object(json);
	}
	json_end_array(json);
}

static const char *const *lacking(
    const Policy *policy, PolicyLack lack, const char **levels)
{
	guint n = 0;

	for (guint i = 0; i < URGENCY_LEVELS; i++) {
		if (policy->urgencies & 1u << i) {
			levels[n++] = urgency_name((Urgency)i);
		}
	}
	return lack == LACK_TOPIC  ? policy->topics
	       : lack == LACK_TEAM ? policy->teams
				   : levels;
}

/* The policies in their order up to the one that fits: of each before, what
 * kept it from fitting, and what it would take. */
static void write_tried(Json *json, const Promised *promise)
{
	static const char *const lacks[] = {[LACK_TOPIC] = "topic",
	    [LACK_URGENCY] = "urgency",
	    [LACK_TEAM] = "team"};
	const GPtrArray *policies = promise->conf->policies;

	json_begin_array(json, "tried");
	for (guint i = 0; promise->team != NULL && i < policies->len; i++) {
		const char *levels[URGENCY_LEVELS + 1] = {NULL};
		const Policy *policy = policies->pdata[i];
		PolicyLack lack = policy_lack(
		    policy, promise->topics, promise->level, promise->team);

		json_begin_object(json, NULL);
		json_string(json, "policy", policy->name);
		json_bool(json, "fits", lack == LACK_NONE);
		json_string(json, "lacks", lacks[lack]);
		if (lack != LACK_NONE) {
			json_strings(
			    json, "wants", lacking(policy, lack, levels));
		}
		json_end_object(json);
		if (lack == LACK_NONE) {
			break;
		}
	}
	json_end_array(json);
}

void promised_write(Json *json, const Promised *promise)
{
	const Policy *policy = promise->policy;
	const Calendar *calendar = promise->calendar;

	json_string(json, "policy", policy != NULL ? policy->name : NULL);
	json_string(json, "calendar",
	    calendar != NULL ? calendar_name(calendar) : NULL);
	json_string(
	    json, "zone", calendar != NULL ? calendar_zone(calendar) : NULL);
	json_time(json, "from", promise->from_s);
	json_begin_object(json, "due");
	for (int m = 0; m < METRICS; m++) {
		gint64 target_s = policy_target_s(policy, (Metric)m);

		write_moment(json, metric_name((Metric)m),
		    target_s == 0 || calendar == NULL
			? 0
			: calendar_due(calendar, promise->from_s, target_s));
	}
	json_end_object(json);
	write_tried(json, promise);
	write_steps(json, promise);
}

static void promise_row(Call *call, const Promised *promise)
{
	Json *json = row_new();

	promised_write(json, promise);
	call_row(call, json);
}

/* How the policy of KASE is found, unless corrections or another configuration
 * made it one that would not be found today. */
static void tell_choice(Promised *promise, const Sla *sla, const Case *kase)
{
	const char *const *topics = (const char *const *)kase->topics;

	if (sla_policy(sla, topics, kase->level, kase->team) ==
	    promise->policy) {
		promise->topics = topics;
		promise->level = kase->level;
		promise->team = kase->team;
	}
}

/* Of a case: the policy that it was taken in under, as it reads now. */
static bool promise_of_case(Call *call, guint64 id, GError **error)
{
	const Sla *sla = call->setup->sla;
	g_autoptr(Case) kase = store_case(call->store, id, error);
	Promised promise = {.conf = call->setup->conf};

	if (kase == NULL) {
		return false;
	}
	promise.from_s = kase->received_s;
	promise.policy = sla_policy_named(sla, kase->policy);
	if (promise.policy != NULL) {
		promise.calendar = sla_calendar(sla, kase->calendar);
		tell_choice(&promise, sla, kase);
	} else if (*kase->policy != '\0') {
		g_autofree char *name = case_name(id);

		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "%s: its policy \"%s\" is no longer configured", name,
		    kase->policy);
		return false;
	}
	promise_row(call, &promise);
	return true;
}

static bool check_words(
    Call *call, const char *topic, const char *team, GError **error)
{
	if (topic == NULL) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "policy: which? a CASE, or --topic and --urgency");
		return false;
	}
	return args_known(call, WORD_TOPIC, topic, error) &&
	       (team == NULL || args_known(call, WORD_TEAM, team, error));
}

static bool promise_of_words(Call *call, GError **error)
{
	const Conf *conf = call->setup->conf;
	const Sla *sla = call->setup->sla;
	const char *topic = args_text(call, "topic");
	const char *team = args_text(call, "team");
	const char *const topics[] = {topic, NULL};
	const Topic *known;
	Urgency level = URGENCY_NORMAL;
	Promised promise = {
	    .conf = conf, .topics = topics, .from_s = call->now_s};

	if (!check_words(call, topic, team, error)) {
		return false;
	}
	known = conf_topic(conf, topic);
	if (known != NULL && known->has_floor && known->floor > level) {
		level = known->floor;
	}
	if (!args_level(call, "urgency", &level, error) ||
	    !args_time(call, "from", &promise.from_s, error)) {
		return false;
	}
	if (team == NULL) {
		const Team *routed = route_team(conf, topic, NULL);

		team = routed != NULL ? routed->name : NULL;
	}
	promise.level = level;
	promise.team = team;
	if (team != NULL) {
		promise.policy = sla_policy(sla, topics, level, team);
	}
	if (promise.policy != NULL) {
		promise.calendar =
		    sla_policy_calendar(sla, promise.policy, team);
	}
	promise_row(call, &promise);
	return true;
}

bool run_policy(Call *call, GError **error)
{
	guint64 id = 0;

	if (!args_case(call, "case", &id, error)) {
		return false;
	}
	return args_text(call, "case") != NULL
		   ? promise_of_case(call, id, error)
		   : promise_of_words(call, error);
}
