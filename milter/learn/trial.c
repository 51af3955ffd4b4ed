/*
 * Is a model worth having? Each lesson is judged by a model that was learnt
 * without it. How many points a model may give is chosen here, too: few keep it
 * quiet unless it is sure, and for a fold they are chosen by the others. What
 * is right by chance with one choice isn't with its neighbours, so they count,
 * too.
 */
#include <string.h>

#include "anteroom/learn.h"

static const guint choices[] = {0, 50, 100, 150, 200, 250};
/* Where lessons are few, a model learns from nearly all of them. */
#define FEW_LESSONS 500
#define TRIAL_FOLDS 10
#define CHOICES G_N_ELEMENTS(choices)

typedef struct {
	const Conf *conf;
	const GPtrArray *lessons;
	guint8 *folds; /* of each lesson */
	guint n_folds;
	guint right[TRIAL_FOLDS][CHOICES]; /* so many, with so many points */
} Trying;

static const char *rules_topic(const Lesson *lesson)
{
	const TopicScore *first =
	    lesson->ruled->len > 0 ? lesson->ruled->pdata[0] : NULL;

	return first != NULL && first->qualified ? first->topic->name : "other";
}

static bool is_right(const Lesson *lesson, const char *topic)
{
	return g_strv_contains((const char *const *)lesson->topics, topic);
}

/* Each topic's lessons go round, so that each fold has some. */
static guint8 *folds_of(const GPtrArray *lessons, guint n_folds)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	guint8 *folds = g_new(guint8, lessons->len + 1);

	for (guint i = 0; i < lessons->len; i++) {
		char *topic = ((Lesson *)lessons->pdata[i])->topics[0];
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(seen, topic));

		folds[i] = (guint8)((n + g_str_hash(topic)) % n_folds);
		g_hash_table_insert(seen, topic, GUINT_TO_POINTER(n + 1));
	}
	return folds;
}

static void judge(Trying *trying, const ModelData *data, guint i)
{
	const Lesson *lesson = trying->lessons->pdata[i];
	guint *right = trying->right[trying->folds[i]];
	g_autoptr(Question) question =
	    question_new(trying->conf, data, lesson->ruled);
	double sure[LIMIT_MODEL_TOPICS];

	if (question != NULL) {
		model_weigh(data, lesson->features, sure);
	}
	for (gsize c = 0; c < CHOICES; c++) {
		const char *topic = rules_topic(lesson);
		int share, answer = -1;

		if (question != NULL) {
			answer = question_answer(
			    question, data, sure, choices[c], &share);
		}
		if (answer >= 0) {
			topic = g_array_index(
			    question->candidates, Candidate, answer)
				    .topic->name;
		}
		right[c] += is_right(lesson, topic);
	}
}

static bool try_fold(Trying *trying, guint fold, GError **error)
{
	guint n = trying->lessons->len;
	g_autofree guint8 *skipped = g_new(guint8, n + 1);
	g_autoptr(Learnt) learnt = NULL;

	for (guint i = 0; i < n; i++) {
		skipped[i] = trying->folds[i] == fold;
	}
	learnt = learn(trying->lessons, skipped, 0, 0, error);
	for (guint i = 0; learnt != NULL && i < n; i++) {
		if (skipped[i]) {
			judge(trying, learnt_data(learnt), i);
		}
	}
	return learnt != NULL;
}

/* The choice that does best on all folds but LEFT_OUT (TRIAL_FOLDS: on all);
 * 0: none is better than the rules. */
static guint best_choice(const Trying *trying, guint left_out)
{
	guint sums[CHOICES] = {0};
	guint best = 0, most = 0;

	for (guint c = 0; c < CHOICES; c++) {
		for (guint fold = 0; fold < trying->n_folds; fold++) {
			sums[c] +=
			    fold != left_out ? trying->right[fold][c] : 0;
		}
	}
	for (guint c = 1; c < CHOICES; c++) {
		guint sum =
		    sums[c - 1] + 2 * sums[c] + sums[MIN(c + 1, CHOICES - 1)];

		if (sum >= most) {
			most = sum;
			best = c;
		}
	}
	return sums[best] > sums[0] ? best : 0;
}

static void sum_up(const Trying *trying, Trial *trial)
{
	*trial = (Trial){.lessons = trying->lessons->len};
	for (guint i = 0; i < trying->lessons->len; i++) {
		const Lesson *lesson = trying->lessons->pdata[i];

		trial->corrected += lesson->corrected;
	}
	for (guint fold = 0; fold < trying->n_folds; fold++) {
		guint choice = best_choice(trying, fold);

		trial->rules_right += trying->right[fold][0];
		trial->model_right += trying->right[fold][choice];
	}
	trial->points = choices[best_choice(trying, TRIAL_FOLDS)];
}

bool learn_try(
    const Conf *conf, const GPtrArray *lessons, Trial *trial, GError **error)
{
	guint n_folds =
	    lessons->len < FEW_LESSONS ? TRIAL_FOLDS : TRIAL_FOLDS / 2;
	g_autofree guint8 *folds = folds_of(lessons, n_folds);
	Trying trying = {.conf = conf,
	    .lessons = lessons,
	    .folds = folds,
	    .n_folds = n_folds};

	for (guint fold = 0; fold < n_folds; fold++) {
		if (!try_fold(&trying, fold, error)) {
			return false;
		}
	}
	sum_up(&trying, trial);
	return true;
}

bool trial_passed(const Trial *trial)
{
	return trial->points > 0 && trial->model_right >= trial->rules_right;
}
