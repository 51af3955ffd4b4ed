/*
 * The second opinion beside the rules: a linear model over hashed words and
 * word pairs, learnt from what people corrected (learn.h). It is asked only
 * where the rules are silent or their topics tie, and gives points like a rule.
 *
 * A model knows no text: of words it has hashes, and only of those that several
 * messages had. It is one file, immutable once loaded, and may be used by any
 * number of threads.
 */
#ifndef ANTEROOM_MODEL_H
#define ANTEROOM_MODEL_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/limits.h"
#include "anteroom/score.h"

/* ---- words ---- */

typedef struct {
	guint32 hash;       /* of a word, a word of the subject, or a pair */
	guint32 count;      /* how often it is there */
	gsize from, length; /* bytes of Features' text, where it is first */
} Feature;

typedef struct {
	char *text;    /* folded; valid UTF-8 */
	GArray *items; /* of Feature, by hash, each hash once */
} Features;

/* The words of a message: SUBJECT (NULL is fine) and the first
 * LIMIT_MODEL_TEXT_BYTES of TEXT, whatever bytes they hold. Transfer full. */
Features *features_new(const char *subject, const char *text);
void features_free(Features *features);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Features, features_free)

/* ---- the model ---- */

/* Borrowed arrays. Row i of `weights` belongs to keys[i]. */
typedef struct {
	guint n_topics;   /* 2 .. LIMIT_MODEL_TOPICS */
	guint n_features; /* at most LIMIT_MODEL_FEATURES */
	guint n_lessons;  /* it was learnt from */
	guint points;     /* that a topic gets of which it is sure */
	gint64 made_s;
	const char *topics;    /* n_topics names, each in LIMIT_NAME_BYTES + 1
				* bytes, the rest of which is NUL */
	const float *biases;   /* n_topics */
	const guint32 *keys;   /* n_features hashes, ascending */
	const float *rarities; /* n_features; > 0 */
	const float *weights;  /* n_features rows of n_topics */
} ModelData;

#define MODEL_MOST_POINTS 1000

/* The name of topic I. */
const char *model_topic(const ModelData *data, guint i);

/* How sure the model is of each topic: n_topics numbers of 0 to 1, together 1,
 * into SURE. Linear in FEATURES. */
void model_weigh(const ModelData *data, const Features *features, double *sure);

/* The features of FEATURES that speak most for topic FOR against topic AGAINST
 * (n_topics: against nothing), as words, at most MODEL_WORDS. NULL-terminated;
 * transfer full. */
char **model_words(const ModelData *data, const Features *features, guint topic,
    guint against);
#define MODEL_WORDS 5

typedef struct Model Model;

/*
 * Loads the file PATH into memory of its own that can only be read: who writes
 * into the file later, or cuts it, changes nothing. NULL with ERROR_NO when
 * there is none, ERROR_DENIED when it may not be read, ERROR_CONFIG when it is
 * damaged, none of ours, of another version or too large. Transfer full.
 */
Model *model_load(const char *path, GError **error);
const ModelData *model_data(const Model *model);
void model_free(Model *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Model, model_free)

/* Writes DATA to PATH, whole or not at all; a new file has mode 0640, and
 * belongs to the owner of its folder when root writes it. */
bool model_save(const ModelData *data, const char *path, GError **error);

/* Where CONF has its model: as set, else in the store's folder. NULL when CONF
 * has neither. Transfer full. */
char *model_path(const Conf *conf);

/* ---- asking it ---- */

/* Topics this near to each other, in points, tie; rules that gave no more than
 * this were next to silent. */
#define MODEL_TIE_POINTS 20

/* Puts topics (of TopicScore) in order as rules alone would: which qualify,
 * and which is first. */
void topics_rank(GPtrArray *topics);

/* A topic that the model may speak for, and its points by rules. */
typedef struct {
	const Topic *topic;
	int points;
} Candidate;

typedef struct {
	const Topic *lead; /* of the rules; NULL: they are silent */
	int lead_points;
	GArray *candidates; /* of Candidate, without the lead */
} Question;

/*
 * What may be asked where the rules gave TOPICS (ranked): NULL when that is
 * nothing, since a topic is first that is settled (safety, legal, regulator, or
 * one with an urgency floor) or far enough ahead. What has the floor "critical"
 * is no candidate. Transfer full.
 */
Question *question_new(
    const Conf *conf, const ModelData *data, const GPtrArray *topics);
void question_free(Question *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/* What the model says: the number of the candidate that it puts before the
 * lead when it gives POINTS to what it is sure of, with the *SHARE, 1 or more,
 * that it adds; -1: it leaves the lead. SURE is of model_weigh. */
int question_answer(const Question *question, const ModelData *data,
    const double *sure, guint points, int *share);

#endif
