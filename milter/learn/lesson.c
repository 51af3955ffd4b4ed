/* A message of which a person said what it is about, and what the rules had
 * said of it. */
#include <string.h>

#include "anteroom/learn.h"

#define OTHER "other"

Lesson *lesson_new(
    const Conf *conf, Features *features, const char *const *topics)
{
	g_autoptr(Lesson) lesson = g_new0(Lesson, 1);
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	lesson->features = features;
	lesson->ruled = g_ptr_array_new_with_free_func(g_free);
	for (; *topics != NULL; topics++) {
		if (strcmp(*topics, OTHER) == 0 ||
		    conf_topic(conf, *topics) != NULL) {
			g_ptr_array_add(known, g_strdup(*topics));
		}
	}
	g_ptr_array_add(known, NULL);
	lesson->topics =
	    (char **)g_ptr_array_free(g_steal_pointer(&known), FALSE);
	return lesson->topics[0] != NULL ? g_steal_pointer(&lesson) : NULL;
}

void lesson_free(Lesson *lesson)
{
	if (lesson != NULL) {
		features_free(lesson->features);
		g_strfreev(lesson->topics);
		g_ptr_array_unref(lesson->ruled);
		g_free(lesson);
	}
}

void lesson_rule(Lesson *lesson, const Topic *topic, int points)
{
	TopicScore *fresh;

	for (guint i = 0; i < lesson->ruled->len; i++) {
		TopicScore *known = lesson->ruled->pdata[i];

		if (known->topic == topic) {
			known->points = (int)CLAMP(
			    (gint64)known->points + points, -1000000, 1000000);
			return;
		}
	}
	fresh = g_new0(TopicScore, 1);
	fresh->topic = topic;
	fresh->points = points;
	g_ptr_array_add(lesson->ruled, fresh);
}

void lesson_ruled(Lesson *lesson)
{
	topics_rank(lesson->ruled);
}
