/*
 * The pool of what a scoring needs while it runs. Not thread-local: libmilter's
 * workers come and go, and what a thread left behind nobody would free.
 */
#include "score/internal.h"

#include "score/literals.h"

/* More than run at once in practice; the rest is freed. */
#define MATCHERS_KEPT 64

static Matcher *matcher_new(const Ruleset *ruleset)
{
	Matcher *matcher = g_new0(Matcher, 1);
	matcher->space = pattern_space_new();
	matcher->texts = texts_new();
	matcher->scan = scan_space_new(ruleset->all.scan);
	matcher->besides = scan_space_new(ruleset->beside.scan);
	matcher->sentence = g_string_new(NULL);
	matcher->windows = g_array_new(FALSE, FALSE, sizeof(Window));
	matcher->seekers = g_array_new(FALSE, FALSE, sizeof(Seeker));
	matcher->fired = g_array_new(FALSE, FALSE, sizeof(Fired));
	matcher->signs = g_array_new(FALSE, FALSE, sizeof(Fired));
	return matcher;
}

static void matcher_free(gpointer data)
{
	Matcher *matcher = data;
	if (!matcher) {
		return;
	}
	pattern_space_free(matcher->space);
	texts_free(matcher->texts);
	scan_space_free(matcher->scan);
	scan_space_free(matcher->besides);
	g_string_free(matcher->sentence, TRUE);
	g_array_unref(matcher->windows);
	g_array_unref(matcher->seekers);
	g_array_unref(matcher->fired);
	g_array_unref(matcher->signs);
	g_free(matcher);
}

void matcher_pool_init(MatcherPool *pool)
{
	g_mutex_init(&pool->lock);
	pool->idle = g_ptr_array_new_with_free_func(matcher_free);
}

void matcher_pool_clear(MatcherPool *pool)
{
	g_ptr_array_unref(pool->idle);
	g_mutex_clear(&pool->lock);
}

Matcher *matcher_take(Ruleset *ruleset)
{
	MatcherPool *pool = &ruleset->pool;
	Matcher *matcher = NULL;
	g_mutex_lock(&pool->lock);
	if (pool->idle->len) {
		matcher = g_ptr_array_steal_index_fast(
		    pool->idle, pool->idle->len - 1);
	}
	g_mutex_unlock(&pool->lock);
	return matcher ? matcher : matcher_new(ruleset);
}

void matcher_give(Ruleset *ruleset, Matcher *matcher)
{
	MatcherPool *pool = &ruleset->pool;
	g_mutex_lock(&pool->lock);
	if (pool->idle->len < MATCHERS_KEPT) {
		g_ptr_array_add(pool->idle, g_steal_pointer(&matcher));
	}
	g_mutex_unlock(&pool->lock);
	matcher_free(matcher);
}

void matcher_scan(Matcher *matcher)
{
	const GString *bytes = matcher->texts->bytes;
	matcher->alone = false;
	scan_texts(matcher->scan, bytes->str, bytes->len);
}

void matcher_scan_nothing(Matcher *matcher)
{
	matcher->alone = true;
	scan_nothing(matcher->scan);
	scan_nothing(matcher->besides);
}

void matcher_scan_sentence(Matcher *matcher, const Subject *sentence)
{
	GString *bytes = matcher->sentence;
	if (matcher->alone) {
		return;
	}
	g_string_truncate(bytes, 0);
	texts_add_edge(bytes);
	g_string_append_len(
	    bytes, (const char *)sentence->bytes, (gssize)sentence->length);
	texts_add_edge(bytes);
	scan_texts(matcher->besides, bytes->str, bytes->len);
}
