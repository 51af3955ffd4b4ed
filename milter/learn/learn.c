/*
 * From lessons to weights: which words count, how rare they are, and one
 * logistic regression a topic against all others (L2, by liblinear's trust
 * region method, which is the same each time). Rare topics are not weighted up:
 * the points of the rules are there for them.
 */
#include "anteroom/learn.h"

#include <linear.h>
#include <math.h>
#include <string.h>

#include "anteroom/error.h"

#define LESSONS_LEAST 10
#define MESSAGES_LEAST 2 /* that have a word, or it is nobody's business */
#define COST 8.0
#define PRECISION 0.1
#define NAME_BYTES (LIMIT_NAME_BYTES + 1)

struct Learnt {
	ModelData data;
	GArray *names;    /* of char[NAME_BYTES] */
	GArray *keys;     /* of guint32 */
	GArray *rarities; /* of float */
	float *biases, *weights;
};

/* The lessons that count, as the library wants them. */
typedef struct {
	GPtrArray *lessons;       /* of Lesson */
	struct feature_node *all; /* of all rows */
	struct feature_node **rows;
	double *topics;
} Rows;

/* ---- words ---- */

static int number_compare(gconstpointer left, gconstpointer right)
{
	guint32 a = *(const guint32 *)left, b = *(const guint32 *)right;
	return a < b ? -1 : a > b;
}

/* How often each hash is there: the hashes of all lessons, sorted. */
static GArray *hashes_of(const GPtrArray *lessons)
{
	GArray *hashes = g_array_new(FALSE, FALSE, sizeof(guint32));

	for (guint i = 0; i < lessons->len; i++) {
		const GArray *items =
		    ((Lesson *)lessons->pdata[i])->features->items;

		for (guint k = 0; k < items->len; k++) {
			g_array_append_val(
			    hashes, g_array_index(items, Feature, k).hash);
		}
	}
	g_array_sort(hashes, number_compare);
	return hashes;
}

/* Keeps what at least LEAST messages have; false: that is too much. */
static bool keep_common(
    Learnt *learnt, const GArray *hashes, guint least, guint n_lessons)
{
	guint from = 0;

	g_array_set_size(learnt->keys, 0);
	g_array_set_size(learnt->rarities, 0);
	for (guint i = 1; i <= hashes->len; i++) {
		guint32 hash = g_array_index(hashes, guint32, from);
		guint n = i - from;
		float rarity = (float)(log((1.0 + n_lessons) / (1.0 + n)) + 1);

		if (i < hashes->len &&
		    g_array_index(hashes, guint32, i) == hash) {
			continue;
		}
		from = i;
		if (n < least) {
			continue;
		}
		if (learnt->keys->len == LIMIT_MODEL_FEATURES) {
			return false;
		}
		g_array_append_val(learnt->keys, hash);
		g_array_append_val(learnt->rarities, rarity);
	}
	return true;
}

static void choose_words(Learnt *learnt, const GPtrArray *lessons)
{
	g_autoptr(GArray) hashes = hashes_of(lessons);
	guint least = MESSAGES_LEAST;

	while (!keep_common(learnt, hashes, least, lessons->len)) {
		least++;
	}
}

/* ---- topics ---- */

static guint topic_number(Learnt *learnt, const char *name)
{
	char fresh[NAME_BYTES] = {0};
	guint n = learnt->names->len;

	for (guint i = 0; i < n; i++) {
		if (strcmp(learnt->names->data + (gsize)i * NAME_BYTES, name) ==
		    0) {
			return i;
		}
	}
	g_strlcpy(fresh, name, sizeof(fresh));
	g_array_append_val(learnt->names, fresh);
	return n;
}

/* ---- rows ---- */

static const guint32 *key_find(const GArray *keys, guint32 hash)
{
	return bsearch(
	    &hash, keys->data, keys->len, sizeof(hash), number_compare);
}

/* Puts LESSON at ROW: values of length 1 and the bias. What is behind it. */
static struct feature_node *fill_row(
    const Learnt *learnt, const Lesson *lesson, struct feature_node *row)
{
	const GArray *items = lesson->features->items;
	const guint32 *keys = (const guint32 *)(void *)learnt->keys->data;
	struct feature_node *at = row;
	double square = 0;

	for (guint i = 0; i < items->len; i++) {
		const Feature *one = &g_array_index(items, Feature, i);
		const guint32 *key = key_find(learnt->keys, one->hash);

		if (key != NULL) {
			gsize n = (gsize)(key - keys);
			double value =
			    (1 + log(one->count)) *
			    g_array_index(learnt->rarities, float, n);

			*at++ = (struct feature_node){(int)n + 1, value};
			square += value * value;
		}
	}
	for (struct feature_node *p = row; p < at; p++) {
		p->value /= sqrt(square);
	}
	*at++ = (struct feature_node){(int)learnt->keys->len + 1, 1};
	*at++ = (struct feature_node){-1, 0};
	return at;
}

static void rows_fill(Rows *rows, Learnt *learnt)
{
	const GPtrArray *lessons = rows->lessons;
	gsize most = 0;
	struct feature_node *at;

	for (guint i = 0; i < lessons->len; i++) {
		most += ((Lesson *)lessons->pdata[i])->features->items->len + 2;
	}
	rows->all = at = g_new(struct feature_node, most);
	rows->rows = g_new(struct feature_node *, lessons->len);
	rows->topics = g_new(double, lessons->len);
	for (guint i = 0; i < lessons->len; i++) {
		const Lesson *lesson = lessons->pdata[i];

		rows->rows[i] = at;
		rows->topics[i] = topic_number(learnt, lesson->topics[0]);
		at = fill_row(learnt, lesson, at);
	}
}

static void rows_clear(Rows *rows)
{
	g_ptr_array_unref(rows->lessons);
	g_free(rows->all);
	g_free(rows->rows);
	g_free(rows->topics);
}

/* ---- weights ---- */

/* Of two topics the library keeps one column, for its first label. */
static float weight_of(const struct model *model, gsize row, int column)
{
	return model->nr_class == 2
		   ? (float)(column == 0 ? model->w[row] : -model->w[row])
		   : (float)
			 model->w[row * (gsize)model->nr_class + (gsize)column];
}

static void take_weights(Learnt *learnt, const struct model *model)
{
	gsize n_topics = learnt->names->len, n = learnt->keys->len;

	learnt->biases = g_new0(float, n_topics);
	learnt->weights = g_new0(float, n *n_topics + 1);
	for (int column = 0; column < model->nr_class; column++) {
		gsize topic = (gsize)model->label[column];

		for (gsize row = 0; row < n; row++) {
			learnt->weights[row * n_topics + topic] =
			    weight_of(model, row, column);
		}
		learnt->biases[topic] = weight_of(model, n, column);
	}
}

static void be_quiet(const char *text)
{
	(void)text;
}

static void solve(Learnt *learnt, const Rows *rows)
{
	struct problem problem = {.l = (int)rows->lessons->len,
	    .n = (int)learnt->keys->len + 1,
	    .y = rows->topics,
	    .x = rows->rows,
	    .bias = -1};
	struct parameter parameter = {
	    .solver_type = L2R_LR, .eps = PRECISION, .C = COST, .p = 0.1};
	struct model *model;

	set_print_string_function(be_quiet);
	model = train(&problem, &parameter);
	take_weights(learnt, model);
	free_and_destroy_model(&model);
}

/* ---- all of it ---- */

static Learnt *learnt_new(void)
{
	Learnt *learnt = g_new0(Learnt, 1);

	learnt->names = g_array_new(FALSE, TRUE, NAME_BYTES);
	learnt->keys = g_array_new(FALSE, FALSE, sizeof(guint32));
	learnt->rarities = g_array_new(FALSE, FALSE, sizeof(float));
	return learnt;
}

static void learnt_describe(
    Learnt *learnt, guint n_lessons, guint points, gint64 now_s)
{
	learnt->data = (ModelData){.n_topics = learnt->names->len,
	    .n_features = learnt->keys->len,
	    .n_lessons = n_lessons,
	    .points = points,
	    .made_s = now_s,
	    .topics = learnt->names->data,
	    .biases = learnt->biases,
	    .keys = (const guint32 *)(void *)learnt->keys->data,
	    .rarities = (const float *)(void *)learnt->rarities->data,
	    .weights = learnt->weights};
}

static GPtrArray *those_that_count(
    const GPtrArray *lessons, const guint8 *skipped)
{
	GPtrArray *some = g_ptr_array_new();

	for (guint i = 0; i < lessons->len; i++) {
		if (skipped == NULL || !skipped[i]) {
			g_ptr_array_add(some, lessons->pdata[i]);
		}
	}
	return some;
}

static bool fail(GError **error, const char *why, guint n)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
	    "learn: %u message%s to learn from: %s", n, n == 1 ? "" : "s", why);
	return false;
}

static bool enough(const Learnt *learnt, guint n_lessons, GError **error)
{
	guint n_topics = learnt->names->len;

	if (n_topics < 2) {
		return fail(error,
		    "all of one topic, so there is nothing to tell", n_lessons);
	}
	return n_topics <= LIMIT_MODEL_TOPICS ||
	       fail(error, "of too many topics", n_lessons);
}

Learnt *learn(const GPtrArray *lessons, const guint8 *skipped, guint points,
    gint64 now_s, GError **error)
{
	g_autoptr(Learnt) learnt = learnt_new();
	Rows rows = {.lessons = those_that_count(lessons, skipped)};
	guint n = rows.lessons->len;
	bool good = n >= LESSONS_LEAST || fail(error, "too few", n);

	if (good) {
		choose_words(learnt, rows.lessons);
		rows_fill(&rows, learnt);
		good = enough(learnt, n, error);
	}
	if (good) {
		solve(learnt, &rows);
		learnt_describe(learnt, n, points, now_s);
	}
	rows_clear(&rows);
	return good ? g_steal_pointer(&learnt) : NULL;
}

const ModelData *learnt_data(const Learnt *learnt)
{
	return &learnt->data;
}

void learnt_free(Learnt *learnt)
{
	if (learnt != NULL) {
		g_array_unref(learnt->names);
		g_array_unref(learnt->keys);
		g_array_unref(learnt->rarities);
		g_free(learnt->biases);
		g_free(learnt->weights);
		g_free(learnt);
	}
}
