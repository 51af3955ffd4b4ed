/*
 * The sum over one sentence. Words that each say little say much when they
 * stand in one sentence, and nothing when they are scattered over a letter.
 * Signs are found over all texts, as any rule; what stands beside them is
 * sought in their sentences alone. The best sentence of a topic counts.
 */
#include "score/internal.h"

#include <string.h>

#include "anteroom/limits.h"

/* A sentence that is shorter belongs to what is beside it: "You. Die." */
#define SHORT_BYTES 48
#define SIDE_BYTES (LIMIT_SENTENCE_BYTES / 2)

/* One in which there is a sign. */
typedef struct {
	const Topic *topic;
	guint first; /* its first sign, in the Matcher's */
	Span span;   /* of the text of that */
	int signs;   /* points of its signs */
} Sentence;

typedef struct {
	const Ruleset *ruleset;
	Matcher *matcher;
	Patience *patience;
	Find worst;
	const CompiledRule *who;
	GArray *hits; /* of Fired: in the sentence at hand */
	int sum;      /* of their points */
} Weighing;

/* ---- where sentences end ---- */

static bool is_closing(char c)
{
	return strchr("\"')]*", c) != NULL && c != '\0';
}

/* Does a sentence end before byte AT, which is a blank? */
static bool ends_before(const Subject *text, gsize at)
{
	if (text->bytes[at] == '\n') {
		return true;
	}
	if (text->bytes[at] != ' ') {
		return false;
	}
	while (at > 0 && is_closing(text->bytes[at - 1])) {
		at--;
	}
	return at > 0 && strchr(".!?", text->bytes[at - 1]) != NULL;
}

/* A character begins at or behind AT. */
static gsize whole(const Subject *text, gsize at)
{
	while (at < text->length && (text->bytes[at] & 0xc0) == 0x80) {
		at++;
	}
	return at;
}

/* The sentence's beginning, not before LEAST. */
static gsize begin_of(const Subject *text, gsize at, gsize least)
{
	while (at > least && !ends_before(text, at - 1)) {
		at--;
	}
	return whole(text, at);
}

/* Its end: before the blank behind it, not behind MOST. */
static gsize end_of(const Subject *text, gsize at, gsize most)
{
	while (at < most && !ends_before(text, at)) {
		at++;
	}
	return whole(text, at);
}

Span sentence_around(const Subject *text, gsize at)
{
	while (at < text->length &&
	       (text->bytes[at] == ' ' || text->bytes[at] == '\n')) {
		at++;
	}
	gsize least = at > SIDE_BYTES ? at - SIDE_BYTES : 0;
	gsize most = MIN(text->length, at + SIDE_BYTES);
	Span span = {begin_of(text, at, least), end_of(text, at, most)};
	if (span.from > least) {
		gsize before = begin_of(text, span.from - 1, least);
		if (span.from - before <= SHORT_BYTES ||
		    span.to - span.from <= SHORT_BYTES) {
			span.from = before;
		}
	}
	if (span.to < most) {
		gsize behind = end_of(text, span.to + 1, most);
		if (behind - span.to <= SHORT_BYTES) {
			span.to = behind;
		}
	}
	return span;
}

/* ---- which there are ---- */

/* By topic, then place, then rule. */
static gint sign_compare(gconstpointer left, gconstpointer right, gpointer data)
{
	const Fired *a = left, *b = right;
	const CompiledRule *rules = data;
	const Topic *x = rules[a->rule].topic, *y = rules[b->rule].topic;
	if (x != y) {
		return strcmp(x->name, y->name);
	}
	if (a->hit.text != b->hit.text) {
		return a->hit.text < b->hit.text ? -1 : 1;
	}
	if (a->hit.span.from != b->hit.span.from) {
		return a->hit.span.from < b->hit.span.from ? -1 : 1;
	}
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static bool has_rule(const GArray *hits, guint rule)
{
	for (guint i = 0; i < hits->len; i++) {
		if (g_array_index(hits, Fired, i).rule == rule) {
			return true;
		}
	}
	return false;
}

/* A sentence may begin before the sign that it was found by. */
static guint first_sign(const Weighing *weighing, const Sentence *sentence)
{
	const GArray *signs = weighing->matcher->signs;
	guint first = sentence->first;
	guint text = g_array_index(signs, Fired, first).hit.text;
	for (; first > 0; first--) {
		const Fired *sign = &g_array_index(signs, Fired, first - 1);
		if (weighing->ruleset->rules[sign->rule].topic !=
			sentence->topic ||
		    sign->hit.text != text ||
		    sign->hit.span.from < sentence->span.from) {
			break;
		}
	}
	return first;
}

/* The signs in SENTENCE, each rule once. */
static void take_signs(Weighing *weighing, const Sentence *sentence)
{
	const GArray *signs = weighing->matcher->signs;
	const CompiledRule *rules = weighing->ruleset->rules;
	guint text = g_array_index(signs, Fired, sentence->first).hit.text;
	g_array_set_size(weighing->hits, 0);
	weighing->sum = 0;
	for (guint i = first_sign(weighing, sentence); i < signs->len; i++) {
		const Fired *sign = &g_array_index(signs, Fired, i);
		const CompiledRule *rule = &rules[sign->rule];
		if (rule->topic != sentence->topic || sign->hit.text != text ||
		    sign->hit.span.from >= sentence->span.to) {
			return;
		}
		if (!has_rule(weighing->hits, sign->rule)) {
			g_array_append_val(weighing->hits, *sign);
			weighing->sum += rule->rule->points;
		}
	}
}

/* SENTENCES from the signs, which are sorted. */
static void find_sentences(Weighing *weighing, GArray *sentences)
{
	const GArray *signs = weighing->matcher->signs;
	const Fired *before = NULL;
	Span span = {0, 0};
	for (guint i = 0; i < signs->len; i++) {
		const Fired *sign = &g_array_index(signs, Fired, i);
		Sentence one = {
		    .topic = weighing->ruleset->rules[sign->rule].topic,
		    .first = i,
		};
		Subject text =
		    texts_at(weighing->matcher->texts, sign->hit.text);
		one.span = sentence_around(&text, sign->hit.span.from);
		bool same =
		    before && before->hit.text == sign->hit.text &&
		    weighing->ruleset->rules[before->rule].topic == one.topic &&
		    one.span.from >= span.from && one.span.to <= span.to;
		if (same) {
			continue;
		}
		before = sign;
		span = one.span;
		/* What stands in it before the sign was told of. */
		take_signs(weighing, &one);
		one.signs = weighing->sum;
		g_array_append_val(sentences, one);
	}
}

/* By topic, then the most signs, then place. */
static gint sentence_compare(gconstpointer left, gconstpointer right)
{
	const Sentence *a = left, *b = right;
	if (a->topic != b->topic) {
		return strcmp(a->topic->name, b->topic->name);
	}
	if (a->signs != b->signs) {
		return a->signs > b->signs ? -1 : 1;
	}
	return a->first < b->first ? -1 : a->first > b->first;
}

/* ---- what they weigh ---- */

static Subject subject_of(const Weighing *weighing, const Sentence *sentence)
{
	const Matcher *matcher = weighing->matcher;
	const Fired *sign =
	    &g_array_index(matcher->signs, Fired, sentence->first);
	Subject text = texts_at(matcher->texts, sign->hit.text);
	return (Subject){text.bytes + sentence->span.from,
	    sentence->span.to - sentence->span.from};
}

static void try_beside(Weighing *weighing, const Sentence *sentence,
    const Fired *sign, guint number)
{
	const CompiledRule *rule = &weighing->ruleset->rules[number];
	Subject part = subject_of(weighing, sentence);
	Fired fired = {number, sign->hit};
	Find find = match_sentence(rule, weighing->matcher, &part,
	    weighing->patience, &fired.hit.span);
	if (find == FIND_HIT) {
		fired.hit.span.from += sentence->span.from;
		fired.hit.span.to += sentence->span.from;
		g_array_append_val(weighing->hits, fired);
		weighing->sum += rule->rule->points;
	} else if (find > weighing->worst) {
		weighing->worst = find;
		weighing->who = rule;
	}
}

/* Rules beside the signs of SENTENCE: those that speak for the topic, or the
 * others. */
static void try_besides(
    Weighing *weighing, const Sentence *sentence, bool speak_for)
{
	const Ruleset *ruleset = weighing->ruleset;
	const Fired *sign =
	    &g_array_index(weighing->matcher->signs, Fired, sentence->first);
	guint section = 1u << sign->hit.section;
	const Sought *beside = &ruleset->beside;
	guint number;
	for (guint at = 0;
	     sought_next(ruleset, beside, weighing->matcher->besides,
		 beside->rules->len, &at, &number);) {
		const CompiledRule *rule = &ruleset->rules[number];
		if (rule->topic == sentence->topic &&
		    (rule->rule->points > 0) == speak_for &&
		    (rule->sections & section)) {
			try_beside(weighing, sentence, sign, number);
		}
	}
}

/* Fills the hits and the sum of SENTENCE. False: it isn't worth a word, and
 * whatever else it says can't change that. */
static bool weigh(Weighing *weighing, const Sentence *sentence)
{
	int least = (sentence->topic->threshold + 1) / 2;
	Subject part = subject_of(weighing, sentence);
	take_signs(weighing, sentence);
	matcher_scan_sentence(weighing->matcher, &part);
	try_besides(weighing, sentence, true);
	if (weighing->sum < least) {
		return false;
	}
	try_besides(weighing, sentence, false);
	return weighing->sum >= least;
}

/* SENTENCES, sorted, from FIRST on of one topic: the hits of the best are added
 * to what fired. Returns the first of the next topic. */
static guint weigh_topic(
    Weighing *weighing, const GArray *sentences, guint first)
{
	const Topic *topic = g_array_index(sentences, Sentence, first).topic;
	g_autoptr(GArray) best = g_array_new(FALSE, FALSE, sizeof(Fired));
	int most = 0;
	guint i = first;
	for (; i < sentences->len; i++) {
		const Sentence *one = &g_array_index(sentences, Sentence, i);
		if (one->topic != topic) {
			break;
		}
		if (i - first < LIMIT_SENTENCES && weigh(weighing, one) &&
		    weighing->sum > most) {
			GArray *hits = best;
			most = weighing->sum;
			best = weighing->hits;
			weighing->hits = hits;
		}
	}
	if (best->len) {
		g_array_append_vals(
		    weighing->matcher->fired, best->data, best->len);
	}
	return i;
}

Find sentences_weigh(const Ruleset *ruleset, Matcher *matcher,
    Patience *patience, const CompiledRule **who)
{
	if (!matcher->signs->len) {
		return FIND_NONE;
	}
	Weighing weighing = {
	    .ruleset = ruleset,
	    .matcher = matcher,
	    .patience = patience,
	    .hits = g_array_new(FALSE, FALSE, sizeof(Fired)),
	};
	g_autoptr(GArray) sentences =
	    g_array_new(FALSE, FALSE, sizeof(Sentence));
	g_array_sort_with_data(matcher->signs, sign_compare, ruleset->rules);
	find_sentences(&weighing, sentences);
	g_array_sort(sentences, sentence_compare);
	for (guint i = 0; i < sentences->len;) {
		i = weigh_topic(&weighing, sentences, i);
	}
	g_array_unref(weighing.hits);
	*who = weighing.who;
	return weighing.worst;
}
