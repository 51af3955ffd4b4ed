/*
 * From a scored message to a plan: topics, urgency, team, policy, deadlines.
 * Pure: nothing is asked but what is given.
 */
#include "route/internal.h"

/* What applies to the message, gathered from its score. */
typedef struct {
	GPtrArray *topics; /* of const char *, NULL-terminated at the end */
	bool sensitive;
	bool grave; /* one has the floor "critical" */
} PlanTopics;

static bool topic_grave(const Topic *topic)
{
	return topic->has_floor && topic->floor == URGENCY_CRITICAL;
}

/* The qualified topics, primary first. "unread" precedes them unless the first
 * is grave: what little was read has settled it then. */
static void plan_topics(
    PlanTopics *found, const Message *message, const Score *score)
{
	bool unread = message->unread != NULL;
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *one = g_ptr_array_index(score->topics, i);
		if (!one->qualified) {
			break;
		}
		bool grave = topic_grave(one->topic);
		if (unread && !grave) {
			g_ptr_array_add(found->topics, g_strdup(TOPIC_UNREAD));
			unread = false;
		}
		g_ptr_array_add(found->topics, g_strdup(one->topic->name));
		found->sensitive |= one->topic->sensitive;
		found->grave |= grave;
	}
	if (unread) {
		g_ptr_array_add(found->topics, g_strdup(TOPIC_UNREAD));
	}
	if (!found->topics->len) {
		g_ptr_array_add(found->topics, g_strdup(TOPIC_OTHER));
	}
	g_ptr_array_add(found->topics, NULL);
}

/* Why a person must look; NULL: all was judged. Transfer full. */
static char *plan_unscreened(const Message *message, const Score *score)
{
	if (message->unread) {
		return g_strdup(message->unread);
	}
	if (score->undecided) {
		const char *because = score->undecided_because;
		if (g_strcmp0(because, "time") == 0) {
			return g_strdup("out of time");
		}
		return g_strdup_printf(
		    "rule %s undecided", because ? because : "unknown");
	}
	if (message->truncated) {
		return g_strdup("only a part was read");
	}
	return NULL;
}

/* Must a person look, whatever the routes say? A machine's mail that is only
 * long needs none. */
static bool plan_look(const Message *message, const Score *score)
{
	return message->unread || score->undecided || score->foreign ||
	       (message->truncated && message->kind == KIND_HUMAN);
}

static void plan_urgency(Plan *plan, const Message *message, const Score *score)
{
	plan->urgency = score->urgency;
	if (message->unread || score->undecided) {
		plan->urgency = MAX(plan->urgency, urgency_floor(URGENCY_HIGH));
	}
	plan->level = urgency_of(plan->urgency);
}

static void plan_deadlines(Plan *plan, const Sla *sla, gint64 arrival_s)
{
	const char *team = plan->team->name;
	plan->policy = sla_policy(
	    sla, (const char *const *)plan->topics, plan->level, team);
	if (!plan->policy) {
		return;
	}
	plan->calendar = sla_policy_calendar(sla, plan->policy, team);
	for (int i = 0; i < METRICS; i++) {
		gint64 target_s = policy_target_s(plan->policy, (Metric)i);
		gint64 due_s = target_s > 0 ? calendar_due(plan->calendar,
						  arrival_s, target_s)
					    : 0;
		plan->due_s[i] = due_s == G_MAXINT64 ? 0 : due_s;
	}
}

/* The topics that choose the team. A topic that is only suggested may bring a
 * message to another team, but never screen it away. */
static const char *const *routing_topics(
    const Conf *conf, const Plan *plan, const Score *score)
{
	static const char *const silent[] = {TOPIC_OTHER, NULL};
	const char *const *topics = (const char *const *)plan->topics;
	if (!score_suggested(score) || route_team(conf, topics[0], NULL)) {
		return topics;
	}
	return topics[1] ? topics + 1 : silent;
}

Plan *plan_new(const Conf *conf, const Sla *sla, const Desk *desk,
    const Message *message, const Score *score, gint64 arrival_s)
{
	Plan *plan = g_new0(Plan, 1);
	PlanTopics found = {.topics = g_ptr_array_new()};
	plan_topics(&found, message, score);
	plan->desk = desk;
	plan->topics = (char **)g_ptr_array_free(found.topics, FALSE);
	plan->topic = g_strdup(plan->topics[0]);
	plan->unscreened = plan_unscreened(message, score);
	plan_urgency(plan, message, score);
	RouteQuestion question = {
	    .conf = conf,
	    .desk = desk,
	    .topics = routing_topics(conf, plan, score),
	    .level = plan->level,
	    .automatic = message->kind != KIND_HUMAN,
	    .grave = found.grave,
	    .look = plan_look(message, score),
	};
	RouteAnswer answer = route_answer(&question);
	plan->from_s = arrival_s;
	plan->team = answer.team;
	plan->because = answer.because;
	plan->sensitive =
	    found.sensitive || (plan->team && plan->team->sensitive);
	if (plan->team) {
		plan_deadlines(plan, sla, arrival_s);
	}
	return plan;
}

void plan_free(Plan *plan)
{
	if (!plan) {
		return;
	}
	g_free(plan->topic);
	g_strfreev(plan->topics);
	g_free(plan->unscreened);
	g_free(plan);
}
