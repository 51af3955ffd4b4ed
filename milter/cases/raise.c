/*
 * What a further message does to the urgency, topic and team of its case: it
 * may raise, never lower. A customer who complained about a bill and now writes
 * of a threat is with the safety team at once.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"

#define SELF "anteroom"

static int precedence(const Conf *conf, const char *name)
{
	const Topic *topic = conf_topic(conf, name);

	return topic ? topic->precedence : G_MININT;
}

static bool overrides(const Conf *conf, const char *topic, const Case *kase)
{
	const Topic *found = conf_topic(conf, topic);

	return found && found->has_floor && found->floor == URGENCY_CRITICAL &&
	       strcmp(topic, kase->topic) != 0 &&
	       found->precedence > precedence(conf, kase->topic);
}

static void tell_change(Draft *draft, gint64 at_s, const char *what,
    const char *was, const char *is)
{
	g_autofree char *detail = g_strdup_printf("%s -> %s", was, is);

	draft_event(draft, at_s, what, SELF, detail);
}

static void raise_urgency(Draft *draft, const Plan *plan, gint64 at_s)
{
	Case *kase = draft->kase;
	Urgency was = kase->level;

	kase->urgency = MAX(kase->urgency, plan->urgency);
	kase->level = MAX(kase->level, plan->level);
	if (kase->level != was) {
		tell_change(draft, at_s, "urgency", urgency_name(was),
		    urgency_name(kase->level));
	}
}

static void take_topic(Draft *draft, const Plan *plan, gint64 at_s)
{
	Case *kase = draft->kase;
	g_autofree char *was = g_strdup(kase->topic);
	g_autofree char *team = g_strdup(kase->team);

	case_set_topic(kase, plan->topic);
	tell_change(draft, at_s, "topic", was, kase->topic);
	if (plan->sensitive) {
		kase->sensitive = true;
		case_hush(kase);
	}
	if (strcmp(team, plan->team->name) != 0) {
		case_give_to(kase, plan->team->name, at_s);
		tell_change(draft, at_s, "route", team, kase->team);
	}
}

static void add_topics(Case *kase, const Plan *plan)
{
	for (gsize i = 0; plan->topics && plan->topics[i]; i++) {
		if (strcmp(plan->topics[i], TOPIC_OTHER) != 0) {
			words_add(
			    &kase->topics, plan->topics[i], LIMIT_CASE_TOPICS);
		}
	}
}

void raise_by_message(Draft *draft, const Incoming *incoming)
{
	const Admission *admission = incoming->admission;
	const Plan *plan = admission->plan;
	gint64 at_s = admission->arrival_s;
	Case *kase = draft->kase;
	Urgency was = kase->level;
	bool topic = overrides(admission->conf, plan->topic, kase);

	raise_urgency(draft, plan, at_s);
	if (topic) {
		take_topic(draft, plan, at_s);
	}
	add_topics(kase, plan);
	if (plan->unscreened && !kase->unscreened) {
		kase->unscreened = text_one_line(plan->unscreened,
		    strlen(plan->unscreened), LIMIT_HIT_TEXT_BYTES);
	}
	incoming_add_hits(incoming, kase);
	if (topic || kase->level != was) {
		clocks_tighten(draft, admission->sla, at_s);
	}
}
