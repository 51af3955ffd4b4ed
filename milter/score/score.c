/*
 * From rules that hit to points, topics and urgency. The arithmetic is here,
 * the searching in match.c.
 */
#include "score/internal.h"

#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/model.h"
#include "anteroom/text.h"
#include "score/fold.h"

/* A person who writes to the top is owed an answer; a machine isn't. */
#define BASE_HUMAN 25
#define BASE_OTHER 10

static void hit_free(gpointer data)
{
	ScoreHit *hit = data;
	g_free(hit->text);
	g_free(hit);
}

static Score *score_new(Ruleset *ruleset)
{
	Score *score = g_new0(Score, 1);
	score->hits = g_ptr_array_new_with_free_func(hit_free);
	score->topics = g_ptr_array_new_with_free_func(g_free);
	score->ruleset = ruleset_ref(ruleset);
	return score;
}

void score_free(Score *score)
{
	if (!score) {
		return;
	}
	g_ptr_array_unref(score->hits);
	g_ptr_array_unref(score->topics);
	advice_free(score->advice);
	ruleset_unref(score->ruleset);
	g_free(score);
}

static void undecided(Score *score, const char *because)
{
	if (!score->undecided) {
		score->undecided = true;
		score->undecided_because = because;
	}
}

/* How long all rules may take together, and each. */
typedef struct {
	Patience all;
	gint64 share_ms;
} Allowance;

/* Does anything that fired speak for TOPIC? */
static bool spoken_for(
    const Matcher *matcher, const CompiledRule *rules, const Topic *topic)
{
	for (guint i = 0; i < matcher->fired->len; i++) {
		const Fired *one = &g_array_index(matcher->fired, Fired, i);
		const CompiledRule *rule = &rules[one->rule];
		if (rule->topic == topic && rule->rule->points > 0) {
			return true;
		}
	}
	return false;
}

/* Runs those that may hit of the rules whose patterns are from AT to END.
 * False: the time is up. */
static bool fire_some(
    Score *score, Matcher *matcher, Allowance *allowance, guint at, guint end)
{
	const Ruleset *ruleset = score->ruleset;
	const Sought *all = &ruleset->all;
	Fired fired = {0};
	while (
	    sought_next(ruleset, all, matcher->scan, end, &at, &fired.rule)) {
		const CompiledRule *rule = &ruleset->rules[fired.rule];
		if (rule_is_against(rule->rule) &&
		    !spoken_for(matcher, ruleset->rules, rule->topic)) {
			continue;
		}
		if (patience_over(&allowance->all)) {
			undecided(score, "time");
			return false;
		}
		Patience share =
		    patience_share(&allowance->all, allowance->share_ms);
		bool sign = rule->rule->sentence == SENTENCE_SIGN;
		Find find = sign
				? match_signs(fired.rule, rule, matcher, &share,
				      matcher->signs)
				: match_rule(rule, matcher, &share, &fired.hit);
		if (find == FIND_HIT) {
			g_array_append_val(matcher->fired, fired);
		} else if (find != FIND_NONE) {
			undecided(score, rule->rule->name);
		}
	}
	return true;
}

/* Runs all rules that may hit; what fired is in the matcher afterwards. */
static void fire(Score *score, Matcher *matcher, bool alone)
{
	const Ruleset *ruleset = score->ruleset;
	const CompiledRule *who = NULL;
	Allowance allowance = {
	    patience_of(alone ? LIMIT_ALONE_MS : LIMIT_SCORE_MS),
	    alone ? LIMIT_ALONE_MS : LIMIT_RULE_MS,
	};
	g_array_set_size(matcher->fired, 0);
	g_array_set_size(matcher->signs, 0);
	if (!fire_some(score, matcher, &allowance, 0, ruleset->n_signs)) {
		return;
	}
	Patience share = patience_share(&allowance.all, allowance.share_ms);
	Find find = sentences_weigh(ruleset, matcher, &share, &who);
	if (find != FIND_NONE) {
		undecided(score, who->rule->name);
	}
	fire_some(score, matcher, &allowance, ruleset->n_signs,
	    ruleset->all.rules->len);
}

static int fired_compare(gconstpointer left, gconstpointer right)
{
	guint a = ((const Fired *)left)->rule;
	guint b = ((const Fired *)right)->rule;
	return a < b ? -1 : a > b;
}

static const char *header_name(const CompiledRule *rule, guint header)
{
	for (guint i = 0; i < rule->headers->len; i++) {
		if (g_array_index(rule->headers, guint, i) == header) {
			return rule->rule->headers[i];
		}
	}
	return NULL;
}

/* The words of HIT, whose text was changed, as they were written; NULL: only
 * the folded ones are to be had. Transfer full. */
static char *original_words(
    const Message *message, const ScoreHit *hit, const TextSpan *text)
{
	FoldSpan folded = {hit->offset, hit->offset + hit->length}, origin;
	ScorePlace place;
	if (!text->changed && !hit->disguised) {
		return NULL;
	}
	if (text->original) {
		fold_origin(
		    text->original, strlen(text->original), folded, &origin);
		return text_one_line(text->original + origin.from,
		    origin.to - origin.from, LIMIT_HIT_TEXT_BYTES);
	}
	if (!text->changed || !score_hit_place(message, hit, &place)) {
		return NULL;
	}
	return text_one_line(place.text + place.from, place.to - place.from,
	    LIMIT_HIT_TEXT_BYTES);
}

static ScoreHit *hit_new(const CompiledRule *rule, const RuleHit *found,
    const Texts *texts, const Message *message)
{
	const TextSpan *text =
	    &g_array_index(texts->spans, TextSpan, found->text);
	Span span = found->span;
	ScoreHit *hit = g_new0(ScoreHit, 1);
	hit->rule = rule->rule;
	hit->section = found->section;
	if (found->section == SECTION_HEADER) {
		hit->header = header_name(rule, found->header);
	}
	if (text->reading_of) {
		hit->disguised = true;
		span = texts_undisguise(texts, found->text, span);
		text -= text->reading_of;
	}
	hit->offset = span.from;
	hit->length = span.to - span.from;
	hit->count = found->count;
	hit->text = original_words(message, hit, text);
	if (!hit->text) {
		hit->text =
		    text_one_line(texts->bytes->str + text->from + span.from,
			hit->length, LIMIT_HIT_TEXT_BYTES);
	}
	return hit;
}

static TopicScore *topic_score(Score *score, const Topic *topic)
{
	for (guint i = 0; i < score->topics->len; i++) {
		TopicScore *known = g_ptr_array_index(score->topics, i);
		if (known->topic == topic) {
			return known;
		}
	}
	TopicScore *fresh = g_new0(TopicScore, 1);
	fresh->topic = topic;
	g_ptr_array_add(score->topics, fresh);
	return fresh;
}

/* A sum that saturates: packs may hold thousands of large numbers. */
static int add(int sum, int more)
{
	gint64 exact = (gint64)sum + more;
	return (int)CLAMP(exact, -1000000, 1000000);
}

static void tally(Score *score, const Ruleset *ruleset, const Matcher *matcher,
    const Message *message)
{
	GArray *fired = matcher->fired;
	g_array_sort(fired, fired_compare);
	for (guint i = 0; i < fired->len; i++) {
		const Fired *one = &g_array_index(fired, Fired, i);
		const CompiledRule *rule = &ruleset->rules[one->rule];
		g_ptr_array_add(score->hits,
		    hit_new(rule, &one->hit, matcher->texts, message));
		TopicScore *topic = topic_score(score, rule->topic);
		topic->points = add(topic->points, rule->rule->points);
		topic->urgency = add(topic->urgency, rule->rule->urgency);
	}
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *one = g_ptr_array_index(score->topics, i);
		int most = one->topic->urgency_most;
		int sum = most ? MIN(one->urgency, most) : one->urgency;
		score->urgency = add(score->urgency, sum);
	}
}

int score_example(
    Ruleset *ruleset, Matcher *matcher, const Topic *topic, const char *text)
{
	g_autoptr(Score) score = score_new(ruleset);
	int points = 0;
	texts_example(matcher->texts, SECTION_TEXT, 0, text);
	matcher_scan(matcher);
	fire(score, matcher, false);
	for (guint i = 0; i < matcher->fired->len; i++) {
		const Fired *fired = &g_array_index(matcher->fired, Fired, i);
		const CompiledRule *rule = &ruleset->rules[fired->rule];
		if (rule->topic == topic) {
			points = add(points, rule->rule->points);
		}
	}
	return points;
}

/* Thresholds, floors, order. A floor is put under the clamped sum, so that
 * nothing else in the message lowers it. */
static void conclude(
    Score *score, const Ruleset *ruleset, const Message *message)
{
	topics_rank(score->topics);
	if (ruleset->model) {
		advise(score, ruleset, message);
	}
	for (guint i = 0; i < score->topics->len; i++) {
		TopicScore *one = g_ptr_array_index(score->topics, i);
		if (one->qualified && one->topic->has_floor) {
			score->urgency = MAX(
			    score->urgency, urgency_floor(one->topic->floor));
		}
	}
	score->level = urgency_of(score->urgency);
}

/* A human's text in a language without rules: that is the reason to show, and
 * it is at least normal. */
static void look_at_language(
    Score *score, const Ruleset *ruleset, const Message *message)
{
	static const Rule unknown_language = {.name = "unknown-language",
	    .topic = "other",
	    .sections = 1u << SECTION_TEXT,
	    .match = "",
	    .why = "the text is in a language that no rules are written for"};
	const TextPart *part = NULL;
	for (guint i = 0; message->text && i < message->text->len; i++) {
		const TextPart *one = g_ptr_array_index(message->text, i);
		if (!one->hidden && (!part || one->bytes > part->bytes)) {
			part = one;
		}
	}
	if (!part || message->kind != KIND_HUMAN) {
		return;
	}
	score->language =
	    language_of(ruleset->languages, part->text, part->bytes);
	score->foreign = !language_has_rules(score->language);
	if (score->foreign) {
		ScoreHit *hit = g_new0(ScoreHit, 1);
		hit->rule = &unknown_language;
		hit->section = SECTION_TEXT;
		hit->text = g_strdup(score->language);
		hit->count = 1;
		g_ptr_array_add(score->hits, hit);
		score->urgency =
		    MAX(score->urgency, urgency_floor(URGENCY_NORMAL));
	}
}

static Score *score_message(Ruleset *ruleset, const Message *message,
    const ScoreContext *context, bool alone)
{
	static const ScoreContext nothing = {0};
	Score *score = score_new(ruleset);
	score->base = message->kind == KIND_HUMAN ? BASE_HUMAN : BASE_OTHER;
	score->urgency = score->base;
	Matcher *matcher = matcher_take(ruleset);
	texts_read(matcher->texts, message, context ? context : &nothing,
	    &ruleset->wanted);
	if (alone) {
		matcher_scan_nothing(matcher);
	} else {
		matcher_scan(matcher);
	}
	fire(score, matcher, alone);
	tally(score, ruleset, matcher, message);
	matcher_give(ruleset, matcher);
	score->urgency = CLAMP(score->urgency, 0, 100);
	look_at_language(score, ruleset, message);
	conclude(score, ruleset, message);
	return score;
}

Score *ruleset_score(
    Ruleset *ruleset, const Message *message, const ScoreContext *context)
{
	return score_message(ruleset, message, context, false);
}

Score *ruleset_score_alone(
    Ruleset *ruleset, const Message *message, const ScoreContext *context)
{
	return score_message(ruleset, message, context, true);
}

const Topic *score_topic(const Score *score)
{
	if (!score->topics->len) {
		return NULL;
	}
	const TopicScore *first = g_ptr_array_index(score->topics, 0);
	return first->qualified ? first->topic : NULL;
}
