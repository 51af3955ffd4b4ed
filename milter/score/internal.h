/*
 * Inside scoring: the compiled rules, what a scoring borrows while it runs, and
 * one rule against one message.
 *
 *   texts.c     the message's sections, folded (fold.c), once
 *   scan.c      where which pattern may match, in one pass (trie.c), by the
 *               words its matches have (literals.c, sequence.c, rarity.c)
 *   syntax.c    what choices.c and literals.c know of the pattern language
 *   match.c     each rule there, choice by choice (choices.c), exactly
 *               (pattern.c), in bounded time (patience.c)
 *   sentence.c  the sentence of each topic that most speaks for it
 *   score.c     hits to points, topics, urgency
 *   advice.c    what a learned model (model.c) adds; feature.c: its words
 *   check.c     rules against their own examples and hostile text
 */
#ifndef SCORE_INTERNAL_H
#define SCORE_INTERNAL_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/language.h"
#include "anteroom/score.h"
#include "score/pattern.h"
#include "score/scan.h"
#include "score/texts.h"

typedef struct {
	const Pattern *pattern;
	guint number; /* in the rule's scan */
} Excuse;

typedef struct {
	const Rule *rule;
	const Topic *topic;
	GPtrArray *match; /* of Pattern: its choices (choices.c) */
	guint number;     /* of the first of match in its scan */
	GArray *unless;   /* of Excuse: its own, then its topic's */
	GArray *headers;  /* of guint: numbers of its header names */
	guint sections;   /* bit 1 << Section: where it looks */
	bool disguised;   /* and reads words that are disguised */
} CompiledRule;

/* How far the search for one pattern is: where it may match in all texts, and
 * in the text at hand. */
typedef struct {
	const Pattern *pattern;
	guint next, end; /* windows not yet behind; in the Matcher */
	gsize at;        /* the search goes on here */
	Span span;       /* the match looked at last */
	bool found;      /* there is one */
} Seeker;

/* What one scoring needs besides the rules, lent by the pool. */
typedef struct Matcher {
	PatternSpace *space;
	Texts *texts;
	ScanSpace *scan;    /* of the texts */
	ScanSpace *besides; /* of the sentence at hand */
	GString *sentence;
	bool alone;      /* no scan is asked */
	GArray *windows; /* of Window, those of the rule at hand */
	GArray *seekers; /* of Seeker: its choices, and those of its unless */
	GArray *fired;   /* of Fired */
	GArray *signs;   /* of Fired: each hit of rules that are signs */
} Matcher;

/* Seeks all patterns in the texts; or none: as if each might match anywhere. */
void matcher_scan(Matcher *matcher);
void matcher_scan_nothing(Matcher *matcher);

/* Seeks in SENTENCE those of rules beside signs. */
void matcher_scan_sentence(Matcher *matcher, const Subject *sentence);

/* What one pass seeks, in the order in which rules are run. */
typedef struct {
	Scan *scan;
	GArray *rules; /* guint: of each pattern of a match its rule; they are
			* the first of the scan's, a rule's side by side */
} Sought;

/* The first rule of SOUGHT from pattern *AT on that a SPACE of it leaves a
 * place for; *AT moves behind that rule's patterns. False: none before pattern
 * END. */
bool sought_next(const Ruleset *ruleset, const Sought *sought,
    const ScanSpace *space, guint end, guint *at, guint *rule);

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
	CompiledRule *rules;  /* in the order of the packs */
	GHashTable *patterns; /* text, folded -> Pattern, of all rules: many
			       * have the same excuses */
	GHashTable *excuses;  /* Topic -> GArray of Excuse: its own */
	guint n_rules;
	Sought all;    /* but those beside signs: signs, then the others */
	guint n_signs; /* patterns of signs among those */
	Sought beside; /* their words are common, and few sentences are asked
			* for them: a pass of their own */
	TextsWanted wanted;
	bool jit;
	Languages *languages;
	MatcherPool pool;
	struct Model *model; /* NULL: there is none */
	GTimeZone *zone; /* of dates; held, so that GLib keeps what it read of
			  * it; NULL: UTC */
	gint refs;
};

typedef struct {
	Section section;
	guint header;
	guint text; /* number of the one it hit first, in the Matcher's texts */
	Span span;  /* there */
	guint count;
} RuleHit;

/* A rule that hit, by number. */
typedef struct {
	guint rule;
	RuleHit hit;
} Fired;

/* Does RULE do nothing but take points of a topic for which something else must
 * speak? Alone it is no reason for anything. */
bool rule_is_against(const Rule *rule);

/* RULE against MATCHER's texts until PATIENCE is over: FIND_HIT with *HIT,
 * FIND_NONE, or that it can't be told. One hit decides, whatever happens after
 * it. */
Find match_rule(const CompiledRule *rule, Matcher *matcher, Patience *patience,
    RuleHit *hit);

/* Every hit of RULE, a sign, up to LIMIT_SIGNS and one a sentence, appended to
 * HITS (of Fired) with rule NUMBER. FIND_HIT or FIND_NONE, or that more can't
 * be told. */
Find match_signs(guint number, const CompiledRule *rule, Matcher *matcher,
    Patience *patience, GArray *hits);

/* RULE in SENTENCE alone, as if it were all there is. */
Find match_sentence(const CompiledRule *rule, Matcher *matcher,
    const Subject *sentence, Patience *patience, Span *hit);

/* The sentence of TEXT that the character at AT is part of: at most
 * LIMIT_SENTENCE_BYTES. */
Span sentence_around(const Subject *text, gsize at);

/* Of each topic with signs, the hits in the sentence that has most points are
 * appended to what fired, if they are worth it. FIND_NONE, or what couldn't be
 * told; *WHO is then the rule. */
Find sentences_weigh(const Ruleset *ruleset, Matcher *matcher,
    Patience *patience, const CompiledRule **who);

/* How many points TOPIC gets of TEXT, as if it were the text of a message. */
int score_example(
    Ruleset *ruleset, Matcher *matcher, const Topic *topic, const char *text);

/* Asks RULESET's model about MESSAGE, if the ranked topics of SCORE leave
 * something to ask. */
void advise(Score *score, const Ruleset *ruleset, const Message *message);
void advice_free(Advice *advice);

#endif
