/*
 * Scoring: all rules of all packs over one message. Points go to topics,
 * urgency adds up from a base, and every hit keeps the words and the reason.
 *
 * A Ruleset is compiled once, immutable, counted and shared by all threads;
 * what a match needs besides comes from a pool inside it.
 *
 * Rules see text folded: white space of any kind is one space, an empty line
 * is one line feed, there is none at the ends; quotes, hyphens and digits are
 * those of ASCII, invisible characters are gone, letters are what they look
 * like (NFKC; Cyrillic or Greek ones among Latin). Rules of a topic with
 * `disguises` see words such as "r a p e" and "k1ll" spelt out as well, and
 * look into the names of attachments when they do into the text. Each address
 * ("Name <address>" and bare), attachment (its name, and the name with
 * punctuation as spaces) and header field is a text of its own for ^ and $. A
 * pattern sees 8 KiB at once; in longer texts a match of more than 1 KiB may be
 * missed.
 */
#ifndef ANTEROOM_SCORE_H
#define ANTEROOM_SCORE_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/urgency.h"

typedef struct Ruleset Ruleset;
struct Model;

/* One rule that fired. Once a rule counts, however often it hits. */
typedef struct {
	const Rule *rule;     /* of the Ruleset's Conf, or of the Advice */
	Section section;      /* where it hit first */
	const char *header;   /* for SECTION_HEADER; else NULL */
	char *text;           /* the words as written, one line */
	gsize offset, length; /* bytes of the section's text, folded */
	bool disguised;       /* found where a disguised word was spelt out */
	guint count;          /* hits seen: as many as the rule takes */
} ScoreHit;

/* Where the words of a hit stand in the message. */
typedef struct {
	const char *text; /* of the message: its subject, or the TextPart's */
	guint part;       /* which TextPart of the section; 0 for the subject */
	gsize from, to;   /* bytes of text */
} ScorePlace;

typedef struct {
	const Topic *topic;
	int points;     /* sum over its rules */
	int urgency;    /* the same; it counts up to the topic's most */
	bool qualified; /* points >= threshold */
} TopicScore;

/* What the learned model (model.h) said, where it was asked. */
typedef struct {
	const Topic *topic; /* that it speaks for */
	int share;          /* points it adds; 0: it agrees with the rules */
	char **words;       /* of the message, that speak for it; one line
			     * each, NULL-terminated */
	Rule rule;          /* as which it stands among the hits */
} Advice;

typedef struct Score {
	GPtrArray *hits; /* of ScoreHit, in the order of the packs */
	GPtrArray
	    *topics; /* of TopicScore, those a rule of which hit: qualified
		      * first, by precedence, then points, then name */
	int base;    /* urgency that a message of its kind begins with */
	int urgency; /* 0..100, floors applied */
	Urgency level;
	const char *language; /* of a human's text (language.h); NULL: unknown
			       * or too short to say */
	bool foreign;   /* there are no rules for that language: never below
			 * normal, never screened away */
	bool undecided; /* a rule ran into a limit: look at it by hand */
	const char *undecided_because; /* rule's name or "time"; NULL */
	Advice *advice;   /* NULL: the model wasn't asked, or there is none */
	Ruleset *ruleset; /* reference: keeps the rules alive */
} Score;

/* Is the topic that comes first only the model's suggestion? */
bool score_suggested(const Score *score);

/*
 * What a message doesn't say itself and rules may look at. Borrowed for the
 * call; all of it may be absent.
 */
typedef struct {
	gint64 arrival_s; /* dates in the text are relative to it; 0: not
			   * known, and the section "deadline" is empty */
	const char *zone; /* IANA name, of times without one; NULL: UTC */
	const char *const *sender_facts; /* the texts of the section "sender";
					  * NULL: none */
} ScoreContext;

/*
 * Compiles the rules of CONF. PROBLEMS takes every pattern that doesn't
 * compile, with its place and the offset in it; NULL when there is one.
 * Holds a reference of CONF. Transfer full.
 */
Ruleset *ruleset_new(Conf *conf, GPtrArray *problems);
Ruleset *ruleset_ref(Ruleset *ruleset);

/* Asks MODEL (model.h; taken over, NULL is fine) for its opinion from now on.
 * Before anything is scored. */
void ruleset_set_model(Ruleset *ruleset, struct Model *model);
void ruleset_unref(Ruleset *ruleset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ruleset, ruleset_unref)

guint ruleset_size(const Ruleset *ruleset);
/* Does any rule look at SECTION? */
bool ruleset_wants(const Ruleset *ruleset, Section section);
/* May patterns be machine code here? False: slower, same answers. */
bool ruleset_jit(const Ruleset *ruleset);

/* Scores MESSAGE in CONTEXT (NULL: nothing is known); never fails: what could
 * not be decided is `undecided`. A message that is `unread` scores on what
 * there is. Bounded by LIMIT_SCORE_MS. Transfer full. Any thread, any number at
 * once. */
Score *ruleset_score(
    Ruleset *ruleset, const Message *message, const ScoreContext *context);

/* The same without the pass that says which rules may hit where: each rule over
 * the whole text, however long it takes, up to LIMIT_ALONE_MS. To verify the
 * other, and to measure it. */
Score *ruleset_score_alone(
    Ruleset *ruleset, const Message *message, const ScoreContext *context);

/* Runs each rule's own hits and misses against that rule alone, and each
 * topic's against all. PROBLEMS takes one error per example that doesn't do
 * what it says, and a warning for each rule that is slow on hostile text. */
void ruleset_check(Ruleset *ruleset, GPtrArray *problems);

/* What differs between two scorings of one message by the same rules; NULL:
 * nothing. Transfer full. */
char *score_difference(const Score *one, const Score *other);

/* For hits in subject, text, quoted and signature; false for others, and when
 * MESSAGE isn't the one that was scored. Linear in its text. */
bool score_hit_place(
    const Message *message, const ScoreHit *hit, ScorePlace *place);

void score_free(Score *score);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Score, score_free)

/* The qualified topic that comes first; NULL: none qualifies ("other"). */
const Topic *score_topic(const Score *score);

#endif
