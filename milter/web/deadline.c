/*
 * Whoever sends or reads a byte now and then never is silent, and yet never
 * gets done. So each connection has a moment until which its step must be
 * over, or it is shut.
 */
#include <sys/socket.h>

#include "web/server.h"

struct Deadline {
	int fd;
	gint64 until_us;
};

struct Deadlines {
	GMutex lock;
	GCond stop;
	bool stopping;
	GPtrArray *list; /* of Deadline */
	GThread *thread;
};

static void shut_late(Deadlines *deadlines)
{
	gint64 now_us = g_get_monotonic_time();

	for (guint i = 0; i < deadlines->list->len; i++) {
		const Deadline *deadline = deadlines->list->pdata[i];

		if (deadline->until_us <= now_us) {
			shutdown(deadline->fd, SHUT_RDWR);
		}
	}
}

static gpointer run(gpointer data)
{
	Deadlines *deadlines = data;

	g_mutex_lock(&deadlines->lock);
	while (!deadlines->stopping) {
		g_cond_wait_until(&deadlines->stop, &deadlines->lock,
		    g_get_monotonic_time() + G_USEC_PER_SEC);
		shut_late(deadlines);
	}
	g_mutex_unlock(&deadlines->lock);
	return NULL;
}

Deadlines *deadlines_new(void)
{
	Deadlines *deadlines = g_new0(Deadlines, 1);

	g_mutex_init(&deadlines->lock);
	g_cond_init(&deadlines->stop);
	deadlines->list = g_ptr_array_new_with_free_func(g_free);
	deadlines->thread = g_thread_new("web-deadlines", run, deadlines);
	return deadlines;
}

void deadlines_free(Deadlines *deadlines)
{
	g_mutex_lock(&deadlines->lock);
	deadlines->stopping = true;
	g_cond_signal(&deadlines->stop);
	g_mutex_unlock(&deadlines->lock);
	g_thread_join(deadlines->thread);
	g_ptr_array_unref(deadlines->list);
	g_cond_clear(&deadlines->stop);
	g_mutex_clear(&deadlines->lock);
	g_free(deadlines);
}

void deadline_set(Deadlines *deadlines, Deadline *deadline, guint seconds)
{
	g_mutex_lock(&deadlines->lock);
	deadline->until_us =
	    g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
	g_mutex_unlock(&deadlines->lock);
}

Deadline *deadline_begin(Deadlines *deadlines, int fd, guint seconds)
{
	Deadline *deadline = g_new0(Deadline, 1);

	deadline->fd = fd;
	deadline_set(deadlines, deadline, seconds);
	g_mutex_lock(&deadlines->lock);
	g_ptr_array_add(deadlines->list, deadline);
	g_mutex_unlock(&deadlines->lock);
	return deadline;
}

void deadline_end(Deadlines *deadlines, Deadline *deadline)
{
	g_mutex_lock(&deadlines->lock);
	g_ptr_array_remove_fast(deadlines->list, deadline);
	g_mutex_unlock(&deadlines->lock);
}
