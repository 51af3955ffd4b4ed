/*
 * Learning a model (model.h) from lessons: messages of which a person said what
 * they are about. Only the program `anteroom` does it; deciding needs none of
 * this. One thread at a time.
 */
#ifndef ANTEROOM_LEARN_H
#define ANTEROOM_LEARN_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/model.h"
#include "anteroom/score.h"

/* One message. Invariant: topics has at least one. */
typedef struct {
	Features *features;
	char **topics;    /* that are right; the first one is learnt */
	GPtrArray *ruled; /* of TopicScore, ranked: what the rules gave */
	bool corrected;   /* a person changed what had been decided */
} Lesson;

/* FEATURES is taken over. TOPICS are copied; those that CONF doesn't know
 * ("other" it does) are left out: NULL when none is left. Transfer full. */
Lesson *lesson_new(
    const Conf *conf, Features *features, const char *const *topics);
void lesson_free(Lesson *lesson);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lesson, lesson_free)

/* The rules gave POINTS to TOPIC, of the lesson's Conf; sums up. lesson_ruled
 * once after the last. */
void lesson_rule(Lesson *lesson, const Topic *topic, int points);
void lesson_ruled(Lesson *lesson);

/* What was learnt: the model's numbers, in memory. */
typedef struct Learnt Learnt;
const ModelData *learnt_data(const Learnt *learnt);
void learnt_free(Learnt *learnt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Learnt, learnt_free)

/*
 * Learns from those of LESSONS (of Lesson) whose number in SKIPPED (as many
 * bytes, NULL = all count) is 0, to give POINTS. NULL with ERROR_NO when they
 * are too few, or all of one topic. Words of a single lesson are left out.
 */
Learnt *learn(const GPtrArray *lessons, const guint8 *skipped, guint points,
    gint64 now_s, GError **error);

/* How a model does on lessons that it hasn't seen. */
typedef struct {
	guint lessons, corrected;
	guint rules_right; /* rules alone */
	guint model_right; /* rules and model, each lesson judged by a model,
			    * and by points, that others gave */
	guint points;      /* that did best; 0: better none */
} Trial;

/* Cross-validates. Repeatable. False with the errors of learn(). */
bool learn_try(
    const Conf *conf, const GPtrArray *lessons, Trial *trial, GError **error);

/* Is it better to have the model? */
bool trial_passed(const Trial *trial);

#endif
