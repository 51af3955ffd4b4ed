/*
 * When the model is asked, and what comes of its answer. It orders topics that
 * nearly tie and breaks silence; what is settled, it never touches.
 */
#include <math.h>
#include <string.h>

#include "anteroom/model.h"
#include "score/internal.h"

/* Never overruled, whatever floors the packs give them. */
static const char *const settled[] = {"safety", "legal", "regulator"};

static bool topic_settled(const Topic *topic)
{
	for (gsize i = 0; i < G_N_ELEMENTS(settled); i++) {
		if (strcmp(topic->name, settled[i]) == 0) {
			return true;
		}
	}
	return topic->has_floor;
}

/* ---- rank ---- */

static int topics_compare(gconstpointer left, gconstpointer right)
{
	const TopicScore *a = *(TopicScore *const *)left;
	const TopicScore *b = *(TopicScore *const *)right;
	if (a->qualified != b->qualified) {
		return a->qualified ? -1 : 1;
	}
	if (a->topic->precedence != b->topic->precedence) {
		return a->topic->precedence > b->topic->precedence ? -1 : 1;
	}
	if (a->points != b->points) {
		return a->points > b->points ? -1 : 1;
	}
	return strcmp(a->topic->name, b->topic->name);
}

void topics_rank(GPtrArray *topics)
{
	for (guint i = 0; i < topics->len; i++) {
		TopicScore *one = g_ptr_array_index(topics, i);
		one->qualified = one->points >= one->topic->threshold;
	}
	g_ptr_array_sort(topics, topics_compare);
}

/* ---- what may be asked ---- */

static const TopicScore *find(const GPtrArray *topics, const Topic *topic)
{
	for (guint i = 0; i < topics->len; i++) {
		const TopicScore *one = g_ptr_array_index(topics, i);
		if (one->topic == topic) {
			return one;
		}
	}
	return NULL;
}

/* May TOPIC, to which rules gave what POINTS says, come before the lead? */
static bool may_lead(const Question *question, const Topic *topic, int points)
{
	const Topic *lead = question->lead;
	if (topic == lead ||
	    (topic->has_floor && topic->floor == URGENCY_CRITICAL)) {
		return false;
	}
	if (lead && topic->precedence != lead->precedence) {
		return false;
	}
	return points >= question->lead_points - MODEL_TIE_POINTS;
}

Question *question_new(
    const Conf *conf, const ModelData *data, const GPtrArray *topics)
{
	const TopicScore *first = topics->len ? topics->pdata[0] : NULL;
	const Topic *lead = first && first->qualified ? first->topic : NULL;
	if (lead && topic_settled(lead)) {
		return NULL;
	}
	g_autoptr(Question) question = g_new0(Question, 1);
	question->candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
	question->lead = lead;
	question->lead_points = lead ? first->points : 0;
	for (guint i = 0; i < data->n_topics; i++) {
		const Topic *topic = conf_topic(conf, model_topic(data, i));
		const TopicScore *known = topic ? find(topics, topic) : NULL;
		Candidate one = {topic, known ? MAX(known->points, 0) : 0};
		if (topic && may_lead(question, topic, one.points)) {
			g_array_append_val(question->candidates, one);
		}
	}
	return question->candidates->len ? g_steal_pointer(&question) : NULL;
}

void question_free(Question *question)
{
	if (question) {
		g_array_unref(question->candidates);
		g_free(question);
	}
}

/* ---- the answer ---- */

/* n_topics: the model doesn't know it. */
static guint topic_number(const ModelData *data, const char *name)
{
	guint i = 0;
	while (i < data->n_topics && strcmp(model_topic(data, i), name) != 0) {
		i++;
	}
	return i;
}

static const char *lead_name(const Question *question)
{
	return question->lead ? question->lead->name : "other";
}

static double sure_of(
    const ModelData *data, const double *sure, const char *name)
{
	guint number = topic_number(data, name);
	return number < data->n_topics ? sure[number] : 0;
}

int question_answer(const Question *question, const ModelData *data,
    const double *sure, guint points, int *share)
{
	double lead_sure = sure_of(data, sure, lead_name(question));
	double best = question->lead_points;
	int answer = -1;
	for (guint i = 0; i < question->candidates->len; i++) {
		const Candidate *one =
		    &g_array_index(question->candidates, Candidate, i);
		double more = points * (sure_of(data, sure, one->topic->name) -
					   lead_sure);
		if (!question->lead && more < MODEL_TIE_POINTS) {
			continue; /* silence is better than a guess */
		}
		if (more > 0 && one->points + more > best) {
			best = one->points + more;
			answer = (int)i;
			*share = (int)ceil(more);
		}
	}
	return answer;
}

/* ---- in a score ---- */

static char *text_of(const Message *message)
{
	return message_new_text(message, LIMIT_MODEL_TEXT_BYTES);
}

/* Puts the suggestion first, and among the hits. */
static void suggest(Score *score, const Candidate *chosen, int share)
{
	Advice *advice = score->advice;
	TopicScore *one =
	    (TopicScore *)(guintptr)find(score->topics, chosen->topic);
	if (one) {
		g_ptr_array_remove(score->topics, one);
	}
	one = g_new0(TopicScore, 1);
	one->topic = chosen->topic;
	one->points = chosen->points + share;
	one->qualified = true;
	g_ptr_array_insert(score->topics, 0, one);
	advice->topic = chosen->topic;
	advice->share = share;
	advice->rule = (Rule){.name = "model",
	    .topic = chosen->topic->name,
	    .points = share,
	    .sections = 1u << SECTION_TEXT,
	    .match = "",
	    .why = "learned from corrections: such words had this topic"};
	ScoreHit *hit = g_new0(ScoreHit, 1);
	hit->rule = &advice->rule;
	hit->section = SECTION_TEXT;
	hit->text = g_strjoinv(", ", advice->words);
	hit->count = 1;
	g_ptr_array_add(score->hits, hit);
}

void advise(Score *score, const Ruleset *ruleset, const Message *message)
{
	const ModelData *data = model_data(ruleset->model);
	if (message->unread || score->undecided) {
		return; /* a person looks at it anyway */
	}
	g_autoptr(Question) question =
	    question_new(ruleset->conf, data, score->topics);
	if (!question) {
		return;
	}
	g_autofree char *text = text_of(message);
	g_autoptr(Features) features = features_new(message->subject, text);
	double sure[LIMIT_MODEL_TOPICS];
	int share = 0;
	model_weigh(data, features, sure);
	int answer =
	    question_answer(question, data, sure, data->points, &share);
	guint lead = topic_number(data, lead_name(question));
	if (answer < 0) {
		if (question->lead && lead < data->n_topics) {
			score->advice = g_new0(Advice, 1);
			score->advice->topic = question->lead;
			score->advice->words =
			    model_words(data, features, lead, data->n_topics);
		}
		return;
	}
	const Candidate *chosen =
	    &g_array_index(question->candidates, Candidate, answer);
	score->advice = g_new0(Advice, 1);
	score->advice->words = model_words(
	    data, features, topic_number(data, chosen->topic->name), lead);
	suggest(score, chosen, share);
}

void advice_free(Advice *advice)
{
	if (advice) {
		g_strfreev(advice->words);
		g_free(advice);
	}
}

bool score_suggested(const Score *score)
{
	return score->advice && score->advice->share > 0;
}
