/* What would be decided about a message, and why, as JSON. Records nothing. */
#include <string.h>

#include "control/internal.h"

static const TopicScore *topic_score(const Score *score, const char *name)
{
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *topic = score->topics->pdata[i];

		if (strcmp(topic->topic->name, name) == 0) {
			return topic;
		}
	}
	return NULL;
}

static void write_topics(Json *json, const Screening *screening)
{
	char **names = screening->plan->topics;

	json_begin_array(json, "topics");
	for (; names != NULL && *names != NULL; names++) {
		const TopicScore *topic = topic_score(screening->score, *names);

		json_begin_object(json, NULL);
		json_string(json, "name", *names);
		json_int(json, "points", topic != NULL ? topic->points : 0);
		json_end_object(json);
	}
	json_end_array(json);
}

/* "text", "header:List-Id". Transfer full. */
static char *hit_place(const ScoreHit *hit)
{
	return hit->section == SECTION_HEADER && hit->header != NULL
		   ? g_strconcat("header:", hit->header, NULL)
		   : g_strdup(section_name(hit->section));
}

static void write_hit(Json *json, const ScoreHit *hit)
{
	g_autofree char *in = hit_place(hit);

	json_begin_object(json, NULL);
	json_string(json, "name", hit->rule->name);
	json_string(json, "topic", hit->rule->topic);
	json_int(json, "points", hit->rule->points);
	json_int(json, "urgency", hit->rule->urgency);
	json_string(json, "in", in);
	json_string(json, "text", hit->text);
	json_string(json, "why", hit->rule->why);
	json_end_object(json);
}

static bool has_hit(const Score *score, const Rule *rule)
{
	for (guint i = 0; i < score->hits->len; i++) {
		if (((ScoreHit *)score->hits->pdata[i])->rule == rule) {
			return true;
		}
	}
	return false;
}

static void write_missed(
    Json *json, const Screening *screening, const char *topic)
{
	const GPtrArray *rules = screening->setup->conf->rules;

	json_begin_array(json, "missed");
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = rules->pdata[i];

		if (strcmp(rule->topic, topic) != 0 ||
		    has_hit(screening->score, rule)) {
			continue;
		}
		json_begin_object(json, NULL);
		json_string(json, "name", rule->name);
		json_int(json, "points", rule->points);
		json_string(json, "match", rule->match);
		json_string(json, "why", rule->why);
		json_end_object(json);
	}
	json_end_array(json);
}

/* Why a topic didn't win: its points against what they had to be. */
static void write_why_not(
    Json *json, const Screening *screening, const char *name)
{
	const Topic *topic = conf_topic(screening->setup->conf, name);
	const TopicScore *score = topic_score(screening->score, name);

	json_begin_object(json, "why_not");
	json_string(json, "topic", name);
	json_int(json, "points", score != NULL ? score->points : 0);
	json_int(json, "threshold", topic != NULL ? topic->threshold : 0);
	json_bool(json, "qualified", score != NULL && score->qualified);
	json_int(json, "precedence", topic != NULL ? topic->precedence : 0);
	write_missed(json, screening, name);
	json_end_object(json);
}

static void write_read(Json *json, const char *file, const Message *message)
{
	const char *from = message_from(message);

	json_string(json, "file", file);
	json_string(json, "message_id", message->message_id);
	json_string(json, "from", *from != '\0' ? from : NULL);
	json_string(json, "subject", message->subject);
	json_string(json, "kind", message_kind_name(message->kind));
}

static void write_plan(Json *json, const Plan *plan)
{
	json_begin_object(json, "urgency");
	json_string(json, "level", urgency_name(plan->level));
	json_int(json, "score", plan->urgency);
	json_end_object(json);
	json_string(json, "topic", plan->topic);
	json_string(json, "team", plan->team != NULL ? plan->team->name : NULL);
	json_bool(json, "sensitive", plan->sensitive);
	json_string(
	    json, "policy", plan->policy != NULL ? plan->policy->name : NULL);
	json_string(json, "calendar",
	    plan->calendar != NULL ? calendar_name(plan->calendar) : NULL);
	json_begin_object(json, "due");
	json_time(json, metric_name(METRIC_FIRST_REPLY),
	    plan->due_s[METRIC_FIRST_REPLY]);
	json_end_object(json);
	json_string(json, "unscreened", plan->unscreened);
}

static void write_verified(Json *json, const Explain *explain)
{
	json_begin_object(json, "verify");
	json_bool(json, "equal", explain->differs == NULL);
	json_string(json, "differs", explain->differs);
	json_end_object(json);
}

char *explain_json(const Screening *screening, const Explain *explain)
{
	g_autoptr(Json) json = row_new();

	write_read(json, explain->file, screening->message);
	json_string(json, "language", screening->score->language);
	write_plan(json, screening->plan);
	write_topics(json, screening);
	json_begin_array(json, "rules");
	for (guint i = 0; i < screening->score->hits->len; i++) {
		write_hit(json, screening->score->hits->pdata[i]);
	}
	json_end_array(json);
	if (explain->why_not != NULL) {
		write_why_not(json, screening, explain->why_not);
	}
	if (explain->verified) {
		write_verified(json, explain);
	}
	json_end_object(json);
	return json_text(json);
}
