/*
 * Inside scoring: the compiled rules, what a scoring borrows while it runs, and
 * one rule against one message.
 *
 *   texts.c       the message's sections, folded (fold.c), once
 *   candidates.c  which rules may hit at all: what their patterns need (need.c)
 *                 and what the texts have (grams.c, heads.c)
 *   match.c       each of those exactly (pattern.c)
 *   score.c       hits to points, topics, urgency
 *   check.c       rules against their own examples and hostile text
 */
#ifndef SCORE_INTERNAL_H
#define SCORE_INTERNAL_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/score.h"
#include "score/grams.h"
#include "score/need.h"
#include "score/pattern.h"
#include "score/texts.h"

typedef struct {
	const Rule *rule;
	const Topic *topic;
	Pattern *match; /* anchored when need_heads(need) is something */
	Need *need;
	GPtrArray *unless; /* of Pattern */
	GArray *headers;   /* of guint: numbers of its header names */
} CompiledRule;

/* Where the search for one pattern of `unless` stands in a text. */
typedef struct {
	Span span;  /* the match looked at last */
	gsize next; /* the search goes on here */
	bool found; /* span is a match */
	bool done;  /* no further one */
} Excuse;

/* What one scoring needs besides the rules, lent by the pool. */
typedef struct Matcher {
	PatternSpace *space;
	Texts *texts;
	Grams *grams;      /* of the texts */
	GArray *excuses;   /* of Excuse, one a pattern of the rule at hand */
	GArray *fired;     /* of Fired */
	guint *candidates; /* as many as there are rules */
} Matcher;

/* A stack, the last used on top: one a scoring that runs at the same time. */
typedef struct {
	GMutex lock;
	GPtrArray *idle; /* of Matcher */
} MatcherPool;

void matcher_pool_init(MatcherPool *pool);
void matcher_pool_clear(MatcherPool *pool);
/* Borrows one; gives it back. Any thread. */
Matcher *matcher_take(Ruleset *ruleset);
void matcher_give(Ruleset *ruleset, Matcher *matcher);

struct Ruleset {
	Conf *conf;
	CompiledRule *rules; /* in the order of the packs */
	guint n_rules;
	guint *order; /* numbers of rules, the gravest topic's first */
	TextsWanted wanted;
	bool jit;
	MatcherPool pool;
	gint refs;
};

/*
 * Writes to matcher->candidates the numbers of the rules that may hit its
 * texts, in ruleset->order, and returns how many. May name a rule that doesn't
 * hit, never leaves out one that does: match.c decides. A search for all
 * patterns in one pass belongs here.
 */
guint candidates_list(const Ruleset *ruleset, Matcher *matcher);

typedef struct {
	Section section;
	guint header;
	Subject subject; /* the text it hit first; of the Matcher's texts */
	Span span;       /* there */
	guint count;
} RuleHit;

/* A rule that hit, by number. */
typedef struct {
	guint rule;
	RuleHit hit;
} Fired;

/* RULE against MATCHER's texts until UNTIL_US (monotonic): FIND_HIT with *HIT,
 * FIND_NONE, or that it can't be told. One hit decides, whatever happens after
 * it. */
Find match_rule(
    const CompiledRule *rule, Matcher *matcher, gint64 until_us, RuleHit *hit);

#endif
