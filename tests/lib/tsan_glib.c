/*
 * Tells ThreadSanitizer about GLib's locks, which are futexes of GLib's own and
 * so invisible to it: without this every GMutex looks like none. Linked into
 * programs of SAN=thread only; each function calls GLib's and says what it
 * orders. Not a lock checker: lock order isn't watched.
 */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* The function of GLib that this file's one stands before. */
#define NEXT(name)                                                     \
	static __typeof__(&name) next;                                 \
	if (__atomic_load_n(&next, __ATOMIC_ACQUIRE) == NULL) {        \
		__atomic_store_n(                                      \
		    &next, dlsym(RTLD_NEXT, #name), __ATOMIC_RELEASE); \
	}

#define LOCK(name, type)              \
	void name(type *lock)         \
	{                             \
		NEXT(name)            \
		next(lock);           \
		__tsan_acquire(lock); \
	}

#define TRY(name, type)                       \
	gboolean name(type *lock)             \
	{                                     \
		NEXT(name)                    \
		gboolean got = next(lock);    \
		if (got) {                    \
			__tsan_acquire(lock); \
		}                             \
		return got;                   \
	}

#define UNLOCK(name, type)            \
	void name(type *lock)         \
	{                             \
		NEXT(name)            \
		__tsan_release(lock); \
		next(lock);           \
	}

LOCK(g_mutex_lock, GMutex)
TRY(g_mutex_trylock, GMutex)
UNLOCK(g_mutex_unlock, GMutex)
LOCK(g_rec_mutex_lock, GRecMutex)
TRY(g_rec_mutex_trylock, GRecMutex)
UNLOCK(g_rec_mutex_unlock, GRecMutex)
LOCK(g_rw_lock_writer_lock, GRWLock)
TRY(g_rw_lock_writer_trylock, GRWLock)
UNLOCK(g_rw_lock_writer_unlock, GRWLock)
LOCK(g_rw_lock_reader_lock, GRWLock)
TRY(g_rw_lock_reader_trylock, GRWLock)
UNLOCK(g_rw_lock_reader_unlock, GRWLock)

void g_cond_wait(GCond *cond, GMutex *mutex)
{
	NEXT(g_cond_wait)
	__tsan_release(mutex);
	next(cond, mutex);
	__tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
	NEXT(g_cond_wait_until)
	__tsan_release(mutex);
	gboolean signalled = next(cond, mutex, end_time);
	__tsan_acquire(mutex);
	return signalled;
}

void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
	NEXT(g_async_queue_push)
	__tsan_release(queue);
	next(queue, data);
}

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
	NEXT(g_async_queue_pop)
	gpointer data = next(queue);
	__tsan_acquire(queue);
	return data;
}

gpointer g_async_queue_try_pop(GAsyncQueue *queue)
{
	NEXT(g_async_queue_try_pop)
	gpointer data = next(queue);
	__tsan_acquire(queue);
	return data;
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout)
{
	NEXT(g_async_queue_timeout_pop)
	gpointer data = next(queue, timeout);
	__tsan_acquire(queue);
	return data;
}
