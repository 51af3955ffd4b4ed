/*
 * One policy: whom it is for and what it promises. Pure; the list of them and
 * their calendars are in sla.c.
 */
#include <string.h>

#include "anteroom/sla.h"
#include "sla/internal.h"

static bool lists(const char *const *list, const char *word)
{
	for (; *list; list++) {
		if (!strcmp(*list, word)) {
			return true;
		}
	}
	return false;
}

static bool fits_topics(const Policy *policy, const char *const *topics)
{
	if (!policy->topics || !policy->topics[0]) {
		return true;
	}
	for (; topics && *topics; topics++) {
		if (lists(policy->topics, *topics)) {
			return true;
		}
	}
	return false;
}

static bool fits_urgency(const Policy *policy, Urgency level)
{
	return policy->urgencies == 0 || (policy->urgencies & 1u << level);
}

static bool fits_team(const Policy *policy, const char *team)
{
	if (!policy->teams || !policy->teams[0]) {
		return true;
	}
	return team && lists(policy->teams, team);
}

PolicyLack policy_lack(const Policy *policy, const char *const *topics,
    Urgency level, const char *team)
{
	if (!fits_topics(policy, topics)) {
		return LACK_TOPIC;
	}
	if (!fits_urgency(policy, level)) {
		return LACK_URGENCY;
	}
	return fits_team(policy, team) ? LACK_NONE : LACK_TEAM;
}

const char *metric_name(Metric metric)
{
	static const char *const names[METRICS_ALL] = {
	    [METRIC_FIRST_REPLY] = "first_reply",
	    [METRIC_NEXT_REPLY] = "next_reply",
	    [METRIC_RESOLVE] = "resolve",
	    [METRIC_PROMISE] = "promise",
	};

	g_return_val_if_fail((guint)metric < METRICS_ALL, "");
	return names[metric];
}

gint64 policy_target_s(const Policy *policy, Metric metric)
{
	if (!policy) {
		return 0;
	}
	const gint64 targets[METRICS_ALL] = {
	    [METRIC_FIRST_REPLY] = policy->first_reply_s,
	    [METRIC_NEXT_REPLY] = policy->next_reply_s,
	    [METRIC_RESOLVE] = policy->resolve_s,
	};

	g_return_val_if_fail((guint)metric < METRICS_ALL, 0);
	return targets[metric];
}

static void sum_number(GChecksum *sum, gint64 number)
{
	gint64 big = GINT64_TO_BE(number);

	g_checksum_update(sum, (const guchar *)&big, sizeof(big));
}

void policy_sum(const Policy *policy, GChecksum *sum)
{
	g_checksum_update(sum, (const guchar *)policy->name,
	    (gssize)strlen(policy->name) + 1);
	sum_number(sum, policy->n_warn);
	for (guint i = 0; i < policy->n_warn; i++) {
		sum_number(sum, policy->warn_pct[i]);
	}
	for (guint i = 0; i < policy->n_escalate; i++) {
		sum_number(sum, policy->escalate[i].after_s);
		sum_number(sum, policy->escalate[i].to);
	}
}
