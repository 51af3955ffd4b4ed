/* The learned model: its words, its file, its arithmetic, when it may speak,
 * and what is learnt. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "anteroom/error.h"
#include "anteroom/learn.h"
#include "anteroom/model.h"

#define NAME_BYTES (LIMIT_NAME_BYTES + 1)

/* ---- words ---- */

static guint feature_count(const Features *features, guint32 hash)
{
	for (guint i = 0; i < features->items->len; i++) {
		const Feature *one =
		    &g_array_index(features->items, Feature, i);
		if (one->hash == hash) {
			return one->count;
		}
	}
	return 0;
}

static bool features_equal(const char *a, const char *b)
{
	g_autoptr(Features) one = features_new(NULL, a);
	g_autoptr(Features) other = features_new(NULL, b);
	bool equal = one->items->len == other->items->len;
	for (guint i = 0; equal && i < one->items->len; i++) {
		const Feature *x = &g_array_index(one->items, Feature, i);
		equal = feature_count(other, x->hash) == x->count;
	}
	return equal;
}

static void test_words(void **state)
{
	(void)state;
	/* 3 words, 2 pairs; in the subject each word once more. */
	g_autoptr(Features) text = features_new(NULL, "one two three");
	g_autoptr(Features) subject = features_new("one two three", NULL);
	g_autoptr(Features) none = features_new("", " .,; ");
	assert_int_equal(text->items->len, 5);
	assert_int_equal(subject->items->len, 8);
	assert_int_equal(none->items->len, 0);
	assert_true(features_equal("Refund, NOW!", "refund now"));
	assert_true(features_equal("order 12345", "order 7"));
	assert_true(features_equal("caf\xc3\xa9", "cafe\xcc\x81"));
	assert_false(features_equal("refund now", "now refund"));
	assert_false(features_equal("refund", "refunds"));
	g_autoptr(Features) twice = features_new(NULL, "a a a");
	assert_int_equal(twice->items->len, 2);
	assert_int_equal(g_array_index(twice->items, Feature, 0).count +
			     g_array_index(twice->items, Feature, 1).count,
	    5);
}

/* Whatever the bytes: bounded, valid, spans within the text. */
static void test_hostile_words(void **state)
{
	(void)state;
	g_autoptr(GString) text = g_string_new("\xff\xfe \xc3 word\xc3\x28 ");
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	for (int i = 0; i < 100000; i++) {
		g_string_append_c(text, (char)g_rand_int_range(random, 1, 256));
	}
	for (gsize cut = 0; cut < 40; cut++) {
		g_autoptr(Features) features =
		    features_new(text->str + cut, text->str + 3 * cut);
		gsize length = strlen(features->text);
		assert_true(g_utf8_validate(features->text, -1, NULL));
		assert_true(length < 64 * LIMIT_MODEL_TEXT_BYTES);
		for (guint i = 0; i < features->items->len; i++) {
			const Feature *one =
			    &g_array_index(features->items, Feature, i);
			assert_true(one->from + one->length <= length);
		}
	}
	g_autofree char *giant = g_strnfill(1000, 'x');
	g_autoptr(Features) long_word = features_new(NULL, giant);
	assert_int_equal(long_word->items->len, 0);
}

/* ---- the file ---- */

static Conf conf;
static Topic topics[] = {
    {.name = "billing", .precedence = 40, .threshold = 20},
    {.name = "service", .precedence = 40, .threshold = 20},
    {.name = "idea", .precedence = 40, .threshold = 20},
    {.name = "legal", .precedence = 70, .threshold = 40},
    {.name = "outage",
	.precedence = 55,
	.threshold = 40,
	.has_floor = true,
	.floor = URGENCY_HIGH},
    {.name = "safety",
	.precedence = 100,
	.threshold = 40,
	.has_floor = true,
	.floor = URGENCY_CRITICAL},
};

static int set_up(void **state)
{
	(void)state;
	conf.topics = g_ptr_array_new();
	for (gsize i = 0; i < G_N_ELEMENTS(topics); i++) {
		g_ptr_array_add(conf.topics, &topics[i]);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	g_ptr_array_unref(conf.topics);
	return 0;
}

static void add_lesson(GPtrArray *lessons, const char *topic, const char *text)
{
	const char *names[] = {topic, NULL};
	Lesson *lesson = lesson_new(&conf, features_new("", text), names);
	assert_non_null(lesson);
	lesson_ruled(lesson);
	g_ptr_array_add(lessons, lesson);
}

static GPtrArray *some_lessons(void)
{
	GPtrArray *lessons =
	    g_ptr_array_new_with_free_func((GDestroyNotify)lesson_free);
	for (int i = 0; i < 10; i++) {
		add_lesson(lessons, "billing", "the invoice was charged twice");
		add_lesson(lessons, "service", "the parcel never arrived");
		add_lesson(lessons, "idea", "the shop should sell umbrellas");
	}
	return lessons;
}

static Learnt *some_model(void)
{
	g_autoptr(GPtrArray) lessons = some_lessons();
	Learnt *learnt = learn(lessons, NULL, 100, 1000, NULL);
	assert_non_null(learnt);
	return learnt;
}

static char *scratch(void)
{
	char *folder = g_dir_make_tmp("anteroom-model-XXXXXX", NULL);
	assert_non_null(folder);
	return folder;
}

static void test_file(void **state)
{
	(void)state;
	g_autoptr(Learnt) learnt = some_model();
	const ModelData *made = learnt_data(learnt);
	g_autofree char *folder = scratch();
	g_autofree char *path = g_build_filename(folder, "model", NULL);
	g_autoptr(GError) error = NULL;
	assert_null(model_load(path, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_NO));
	assert_true(model_save(made, path, NULL));
	g_autoptr(Model) model = model_load(path, NULL);
	assert_non_null(model);
	const ModelData *read = model_data(model);
	assert_int_equal(read->n_topics, 3);
	assert_int_equal(read->n_features, made->n_features);
	assert_int_equal(read->points, 100);
	assert_int_equal(read->made_s, 1000);
	assert_string_equal(model_topic(read, 1), "service");
	assert_memory_equal(read->weights, made->weights,
	    made->n_features * made->n_topics * sizeof(float));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* Each byte of the file changed, and each shorter file, is refused. */
static void test_damage(void **state)
{
	(void)state;
	g_autoptr(Learnt) learnt = some_model();
	g_autofree char *folder = scratch();
	g_autofree char *path = g_build_filename(folder, "model", NULL);
	g_autofree char *bytes = NULL;
	gsize n = 0;
	assert_true(model_save(learnt_data(learnt), path, NULL));
	assert_true(g_file_get_contents(path, &bytes, &n, NULL));
	for (gsize i = 0; i < n; i += i < 400 ? 1 : 97) {
		g_autoptr(GError) error = NULL;
		bytes[i] ^= 0x10;
		assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
		assert_null(model_load(path, &error));
		assert_true(
		    g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
		bytes[i] ^= 0x10;
	}
	for (gsize i = 0; i < n; i += 61) {
		assert_true(g_file_set_contents(path, bytes, (gssize)i, NULL));
		assert_null(model_load(path, NULL));
	}
	assert_int_equal(unlink(path), 0);
	assert_null(model_load(folder, NULL));
	assert_int_equal(rmdir(folder), 0);
}

/* ---- arithmetic ---- */

/* The same by definition: every key against every feature. */
static void weigh_naively(
    const ModelData *data, const Features *features, double *sure)
{
	double square = 0, sum = 0;
	for (guint k = 0; k < data->n_features; k++) {
		guint n = feature_count(features, data->keys[k]);
		double value = n ? (1 + log(n)) * data->rarities[k] : 0;
		square += value * value;
	}
	for (guint t = 0; t < data->n_topics; t++) {
		double z = 0;
		for (guint k = 0; k < data->n_features; k++) {
			guint n = feature_count(features, data->keys[k]);
			double value = n ? (1 + log(n)) * data->rarities[k] : 0;
			z += value * data->weights[k * data->n_topics + t];
		}
		z = (square > 0 ? z / sqrt(square) : 0) + data->biases[t];
		sure[t] = 1 / (1 + exp(-z));
		sum += sure[t];
	}
	for (guint t = 0; t < data->n_topics; t++) {
		sure[t] /= sum;
	}
}

static void test_weigh(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int topic; /* -1: any */
	} rows[] = {{"my invoice was charged", 0}, {"parcel parcel parcel", 1},
	    {"sell umbrellas please", 2}, {"", -1}, {"entirely unknown", -1}};
	g_autoptr(Learnt) learnt = some_model();
	const ModelData *data = learnt_data(learnt);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Features) features = features_new("", rows[i].text);
		double sure[3], naive[3];
		model_weigh(data, features, sure);
		weigh_naively(data, features, naive);
		for (int t = 0; t < 3; t++) {
			assert_true(fabs(sure[t] - naive[t]) < 1e-9);
			assert_true(rows[i].topic < 0 ||
				    sure[rows[i].topic] >= sure[t]);
		}
	}
	g_autoptr(Features) bill = features_new("", "Invoice charged");
	g_auto(GStrv) words = model_words(data, bill, 0, 1);
	assert_string_equal(words[0], "invoice");
	assert_null(words[2]);
}

/* ---- when it may speak ---- */

typedef struct {
	const char *name;
	int points;
} Given;

static GPtrArray *ranked(const Given *given)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	for (; given->name; given++) {
		TopicScore *one = g_new0(TopicScore, 1);
		one->topic = conf_topic(&conf, given->name);
		one->points = given->points;
		g_ptr_array_add(all, one);
	}
	topics_rank(all);
	return all;
}

static void test_question(void **state)
{
	(void)state;
	/* A model of all topics that is sure of one. */
	static char names[6][NAME_BYTES] = {
	    "billing", "service", "idea", "legal", "outage", "safety"};
	const ModelData data = {.n_topics = 6, .topics = &names[0][0]};
	static const struct {
		Given given[3];
		guint sure;
		const char *answer; /* NULL: it leaves it */
	} rows[] = {
	    {{{0}}, 0, "billing"}, /* silent */
	    {{{0}}, 3, "legal"},   /* silent */
	    {{{0}}, 5, NULL},      /* never safety */
	    {{{"billing", 50}, {"service", 40}}, 1, "service"}, /* tie */
	    {{{"billing", 50}, {"service", 40}}, 0, NULL},      /* agrees */
	    {{{"billing", 50}, {"service", 40}}, 2, NULL},      /* far behind */
	    {{{"billing", 70}, {"service", 40}}, 1, NULL},      /* no tie */
	    {{{"billing", 20}}, 2, "idea"},               /* next to silent */
	    {{{"legal", 45}, {"billing", 45}}, 0, NULL},  /* settled */
	    {{{"outage", 45}, {"billing", 45}}, 0, NULL}, /* a floor */
	    {{{"safety", 45}, {"billing", 45}}, 0, NULL},
	    {{{"billing", 20}}, 3, NULL}, /* another precedence */
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) given = ranked(rows[i].given);
		g_autoptr(Question) question =
		    question_new(&conf, &data, given);
		double sure[6] = {0.04, 0.04, 0.04, 0.04, 0.04, 0.04};
		const char *answer = NULL;
		int share = 0, n;
		sure[rows[i].sure] = 0.8;
		n = question
			? question_answer(question, &data, sure, 100, &share)
			: -1;
		if (n >= 0) {
			answer =
			    g_array_index(question->candidates, Candidate, n)
				.topic->name;
			assert_int_equal(share, question->lead ? 76 : 80);
		}
		assert_int_equal(g_strcmp0(answer, rows[i].answer), 0);
		/* Without points it has no say. */
		assert_true(!question ||
			    question_answer(question, &data, sure, 0, &n) < 0);
	}
}

/* ---- learning ---- */

static void test_learn(void **state)
{
	(void)state;
	g_autoptr(GPtrArray) lessons = some_lessons();
	Trial trial;
	/* The rules were silent, so always wrong; words tell all. */
	assert_true(learn_try(&conf, lessons, &trial, NULL));
	assert_int_equal(trial.lessons, 30);
	assert_int_equal(trial.rules_right, 0);
	assert_int_equal(trial.model_right, 30);
	assert_true(trial_passed(&trial));
	/* A word of one message alone is nobody's business. */
	add_lesson(lessons, "billing", "xylophone");
	g_autoptr(Features) secret = features_new(NULL, "xylophone");
	guint32 hash = g_array_index(secret->items, Feature, 0).hash;
	g_autoptr(Learnt) learnt = learn(lessons, NULL, 1, 0, NULL);
	const ModelData *data = learnt_data(learnt);
	for (guint i = 0; i < data->n_features; i++) {
		assert_int_not_equal(data->keys[i], hash);
	}
}

static void test_refused(void **state)
{
	(void)state;
	g_autoptr(GPtrArray) lessons =
	    g_ptr_array_new_with_free_func((GDestroyNotify)lesson_free);
	g_autoptr(GError) few = NULL, one = NULL;
	Trial trial;
	add_lesson(lessons, "billing", "a b c");
	assert_false(learn_try(&conf, lessons, &trial, &few));
	assert_true(g_error_matches(few, ANTEROOM_ERROR, ERROR_NO));
	for (int i = 0; i < 40; i++) {
		add_lesson(lessons, "billing", "a b c");
	}
	assert_false(learn_try(&conf, lessons, &trial, &one));
	assert_true(g_error_matches(one, ANTEROOM_ERROR, ERROR_NO));
	const char *unknown[] = {"nonsense", NULL};
	assert_null(lesson_new(&conf, features_new("", "x"), unknown));
	trial = (Trial){.rules_right = 5, .model_right = 4, .points = 100};
	assert_false(trial_passed(&trial));
	trial = (Trial){.rules_right = 5, .model_right = 5};
	assert_false(trial_passed(&trial));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_hostile_words),
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_damage),
	    cmocka_unit_test(test_weigh),
	    cmocka_unit_test(test_question),
	    cmocka_unit_test(test_learn),
	    cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
