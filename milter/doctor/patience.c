/* A resolver or a stopped daemon can keep a call for minutes, and neither can
 * be interrupted: so the call gets a thread that is left behind. */
#include "doctor/patience.h"

typedef struct {
	void (*work)(gpointer data);
	gpointer data;
	GDestroyNotify free;
	GMutex lock;
	GCond changed;
	bool done, left; /* guarded by lock */
	gint refs;
} Patience;

static void patience_unref(Patience *patience)
{
	if (g_atomic_int_dec_and_test(&patience->refs)) {
		g_mutex_clear(&patience->lock);
		g_cond_clear(&patience->changed);
		g_free(patience);
	}
}

static gpointer run(gpointer data)
{
	Patience *patience = data;
	bool left;

	patience->work(patience->data);
	g_mutex_lock(&patience->lock);
	patience->done = true;
	left = patience->left;
	g_cond_signal(&patience->changed);
	g_mutex_unlock(&patience->lock);
	if (left) {
		patience->free(patience->data);
	}
	patience_unref(patience);
	return NULL;
}

bool patience_do(void (*work)(gpointer data), gpointer data,
    GDestroyNotify free, guint seconds)
{
	gint64 end_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
	Patience *patience = g_new0(Patience, 1);
	bool done;

	patience->work = work;
	patience->data = data;
	patience->free = free;
	patience->refs = 2;
	g_mutex_init(&patience->lock);
	g_cond_init(&patience->changed);
	g_thread_unref(g_thread_new("patience", run, patience));
	g_mutex_lock(&patience->lock);
	while (!patience->done &&
	       g_cond_wait_until(&patience->changed, &patience->lock, end_us)) {
	}
	done = patience->done;
	patience->left = !done;
	g_mutex_unlock(&patience->lock);
	patience_unref(patience);
	return done;
}
