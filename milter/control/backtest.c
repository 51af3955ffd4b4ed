/* What other packs would decide about a message, and which rules make the
 * difference, as JSON. Records nothing. */
#include <string.h>

#include "control/internal.h"

static const char *team_name(const Plan *plan)
{
	return plan->team != NULL ? plan->team->name : NULL;
}

static void write_decision(Json *json, const char *name, const Plan *plan)
{
	json_begin_object(json, name);
	json_string(json, "topic", plan->topic);
	json_begin_object(json, "urgency");
	json_string(json, "level", urgency_name(plan->level));
	json_int(json, "score", plan->urgency);
	json_end_object(json);
	json_string(json, "team", team_name(plan));
	json_end_object(json);
}

/* The hit of the rule that is NAMED; packs differ, so do the Rules. */
static const ScoreHit *hit_of(const Score *score, const char *named)
{
	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = score->hits->pdata[i];

		if (strcmp(hit->rule->name, named) == 0) {
			return hit;
		}
	}
	return NULL;
}

static void write_rule(Json *json, const ScoreHit *hit)
{
	json_string(json, "name", hit->rule->name);
	json_string(json, "topic", hit->rule->topic);
	json_int(json, "points", hit->rule->points);
	json_int(json, "urgency", hit->rule->urgency);
	json_string(json, "text", hit->text);
	json_string(json, "why", hit->rule->why);
}

/* The hits that SCORE has and OTHER lacks. */
static void write_only(
    Json *json, const char *name, const Score *score, const Score *other)
{
	json_begin_array(json, name);
	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = score->hits->pdata[i];

		if (hit_of(other, hit->rule->name) == NULL) {
			json_begin_object(json, NULL);
			write_rule(json, hit);
			json_end_object(json);
		}
	}
	json_end_array(json);
}

/* Rules that hit both times, but for other points. */
static void write_weighed(Json *json, const Score *before, const Score *after)
{
	json_begin_array(json, "weighed");
	for (guint i = 0; i < after->hits->len; i++) {
		const ScoreHit *now = after->hits->pdata[i];
		const ScoreHit *was = hit_of(before, now->rule->name);

		if (was == NULL ||
		    (was->rule->points == now->rule->points &&
			was->rule->urgency == now->rule->urgency &&
			strcmp(was->rule->topic, now->rule->topic) == 0)) {
			continue;
		}
		json_begin_object(json, NULL);
		write_rule(json, now);
		json_begin_object(json, "before");
		json_string(json, "topic", was->rule->topic);
		json_int(json, "points", was->rule->points);
		json_int(json, "urgency", was->rule->urgency);
		json_end_object(json);
		json_end_object(json);
	}
	json_end_array(json);
}

/* Counts what differs between two plans. False: nothing. */
static bool count(BacktestSum *sum, const Plan *before, const Plan *after)
{
	bool topic = strcmp(before->topic, after->topic) != 0;
	bool level = before->level != after->level;
	bool team = g_strcmp0(team_name(before), team_name(after)) != 0;

	sum->messages++;
	sum->topic += topic;
	sum->urgency += level;
	sum->team += team;
	sum->to_screened += before->team != NULL && after->team == NULL;
	sum->to_case += before->team == NULL && after->team != NULL;
	sum->changed += topic || level || team;
	return topic || level || team;
}

char *backtest_json(const Screening *before, const Screening *after,
    const char *file, BacktestSum *sum)
{
	g_autoptr(Json) json = NULL;
	const Message *message = before->message;
	const char *from = message_from(message);

	if (!count(sum, before->plan, after->plan)) {
		return NULL;
	}
	json = row_new();
	json_string(json, "file", file);
	json_string(json, "message_id", message->message_id);
	json_string(json, "from", *from != '\0' ? from : NULL);
	json_string(json, "subject", message->subject);
	write_decision(json, "before", before->plan);
	write_decision(json, "after", after->plan);
	write_only(json, "gained", after->score, before->score);
	write_only(json, "lost", before->score, after->score);
	write_weighed(json, before->score, after->score);
	json_end_object(json);
	return json_text(json);
}

char *backtest_sum_json(const BacktestSum *sum)
{
	g_autoptr(Json) json = row_new();

	json_begin_object(json, "summary");
	json_int(json, "messages", sum->messages);
	json_int(json, "changed", sum->changed);
	json_int(json, "topic", sum->topic);
	json_int(json, "urgency", sum->urgency);
	json_int(json, "team", sum->team);
	json_int(json, "to_screened", sum->to_screened);
	json_int(json, "to_case", sum->to_case);
	json_end_object(json);
	json_end_object(json);
	return json_text(json);
}
