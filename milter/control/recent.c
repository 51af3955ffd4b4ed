/* A few answers in a ring: the oldest one makes room. */
#include "control/recent.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
	char *key; /* NULL: none */
	char *text;
	gint64 from_s, to_s;
	gint64 made_us, until_us;
} Answer;

struct Recent {
	GMutex mutex;
	Answer answers[RECENT_ANSWERS];
	guint next; /* to be given up */
};

Recent *recent_new(void)
{
	Recent *recent = g_new0(Recent, 1);

	g_mutex_init(&recent->mutex);
	return recent;
}

static void answer_clear(Answer *answer)
{
	g_clear_pointer(&answer->key, g_free);
	g_clear_pointer(&answer->text, g_free);
}

void recent_free(Recent *recent)
{
	if (recent == NULL) {
		return;
	}
	for (guint i = 0; i < RECENT_ANSWERS; i++) {
		answer_clear(&recent->answers[i]);
	}
	g_mutex_clear(&recent->mutex);
	g_free(recent);
}

/* Is ASKED_S what KEPT_S was, or as much later as the answer is old? */
static bool same_moment(gint64 asked_s, gint64 kept_s, gint64 age_us)
{
	gint64 later_s = asked_s - kept_s;

	return later_s >= 0 && later_s <= age_us / G_TIME_SPAN_SECOND + 1;
}

static bool answers(const Answer *answer, const RecentAsk *ask, gint64 now_us)
{
	gint64 age_us = now_us - answer->made_us;

	return answer->key != NULL && now_us < answer->until_us &&
	       strcmp(answer->key, ask->key) == 0 &&
	       same_moment(ask->from_s, answer->from_s, age_us) &&
	       same_moment(ask->to_s, answer->to_s, age_us);
}

char *recent_find(Recent *recent, const RecentAsk *ask, gint64 now_us)
{
	char *text = NULL;

	g_mutex_lock(&recent->mutex);
	for (guint i = 0; i < RECENT_ANSWERS && text == NULL; i++) {
		if (answers(&recent->answers[i], ask, now_us)) {
			text = g_strdup(recent->answers[i].text);
		}
	}
	g_mutex_unlock(&recent->mutex);
	return text;
}

void recent_keep(Recent *recent, const RecentAsk *ask, const char *text,
    gint64 took_us, gint64 now_us)
{
	Answer *answer;

	if (took_us < RECENT_LEAST_US) {
		return;
	}
	g_mutex_lock(&recent->mutex);
	answer = &recent->answers[recent->next];
	recent->next = (recent->next + 1) % RECENT_ANSWERS;
	answer_clear(answer);
	*answer = (Answer){
	    .key = g_strdup(ask->key),
	    .text = g_strdup(text),
	    .from_s = ask->from_s,
	    .to_s = ask->to_s,
	    .made_us = now_us,
	    .until_us = now_us + MIN(took_us * RECENT_TIMES, RECENT_MOST_US),
	};
	g_mutex_unlock(&recent->mutex);
}
