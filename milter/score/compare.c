/*
 * Two scorings of one message against each other: the pass that says where
 * rules may hit must never change an answer.
 */
#include "anteroom/score.h"

#include <string.h>

static const char *hit_name(const Score *score, guint i)
{
	if (i >= score->hits->len) {
		return "nothing";
	}
	return ((const ScoreHit *)g_ptr_array_index(score->hits, i))
	    ->rule->name;
}

static bool hit_equal(const ScoreHit *a, const ScoreHit *b)
{
	/* By name: the model's hit has a rule of its own each time. */
	return strcmp(a->rule->name, b->rule->name) == 0 &&
	       a->section == b->section && a->offset == b->offset &&
	       a->length == b->length && a->count == b->count &&
	       a->disguised == b->disguised && strcmp(a->text, b->text) == 0;
}

static char *hits_difference(const Score *one, const Score *other)
{
	guint n = MAX(one->hits->len, other->hits->len);
	for (guint i = 0; i < n; i++) {
		const char *a = hit_name(one, i), *b = hit_name(other, i);
		if (strcmp(a, b) != 0) {
			return g_strdup_printf(
			    "hit %u is %s in one, %s in the other", i + 1, a,
			    b);
		}
		if (!hit_equal(g_ptr_array_index(one->hits, i),
			g_ptr_array_index(other->hits, i))) {
			return g_strdup_printf(
			    "%s hits other words in one than in the other", a);
		}
	}
	return NULL;
}

char *score_difference(const Score *one, const Score *other)
{
	char *hits = hits_difference(one, other);
	if (hits) {
		return hits;
	}
	if (one->undecided != other->undecided ||
	    g_strcmp0(one->undecided_because, other->undecided_because) != 0) {
		return g_strdup_printf(
		    "undecided because of %s in one, of %s in the other",
		    one->undecided ? one->undecided_because : "nothing",
		    other->undecided ? other->undecided_because : "nothing");
	}
	if (one->urgency != other->urgency || one->level != other->level ||
	    score_topic(one) != score_topic(other)) {
		return g_strdup("the same hits add up to something else");
	}
	return NULL;
}
