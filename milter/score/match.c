/*
 * One rule against one message, exactly: every text of its sections, hits that
 * nothing excuses. What this can't tell it says; it never guesses "no".
 */
#include "score/internal.h"

#include "anteroom/limits.h"

/* Attempts between two looks at the clock. */
#define TRIES_A_LOOK 32

/* The state while one text is searched. */
typedef struct {
	const CompiledRule *rule;
	const Search *search;
	GArray *excuses; /* of Excuse */
	Subject subject;
	/* Where words begin in subject, and how far this hunt is. */
	const WordStart *starts;
	guint n_starts, next_start;
} Hunt;

/* Moves EXCUSE on to its next match, but not to one that ends at or before
 * FLOOR by more than the overlap. */
static Find excuse_next(const Hunt *hunt, guint n, gsize floor)
{
	Excuse *excuse = &g_array_index(hunt->excuses, Excuse, n);
	const Pattern *pattern = g_ptr_array_index(hunt->rule->unless, n);
	if (excuse->next + PATTERN_OVERLAP_BYTES < floor) {
		excuse->next = subject_next(
		    &hunt->subject, floor - PATTERN_OVERLAP_BYTES - 1);
	}
	Find find = pattern_find(
	    pattern, hunt->search, &hunt->subject, excuse->next, &excuse->span);
	excuse->found = find == FIND_HIT;
	excuse->done = find == FIND_NONE;
	if (excuse->found) {
		/* From each start: a match may hide one that overlaps it. */
		excuse->next = subject_next(&hunt->subject, excuse->span.from);
	}
	return find;
}

/* Does a match of the Nth pattern of `unless` overlap HIT? FIND_HIT: yes.
 * Hits come from left to right, and so do the matches: linear over a text. */
static Find excused_by(const Hunt *hunt, guint n, const Span *hit)
{
	const Excuse *excuse = &g_array_index(hunt->excuses, Excuse, n);
	while (!excuse->done) {
		if (excuse->found && excuse->span.from >= hit->to) {
			return FIND_NONE;
		}
		if (excuse->found && excuse->span.to > hit->from) {
			return FIND_HIT;
		}
		Find find = excuse_next(hunt, n, hit->from);
		if (find == FIND_LIMIT || find == FIND_LATE) {
			return find;
		}
	}
	return FIND_NONE;
}

static Find excused(const Hunt *hunt, const Span *hit)
{
	Find worst = FIND_NONE;
	for (guint n = 0; n < hunt->rule->unless->len; n++) {
		Find find = excused_by(hunt, n, hit);
		if (find == FIND_HIT) {
			return FIND_HIT;
		}
		worst = MAX(worst, find);
	}
	return worst;
}

static void hunt_begin(Hunt *hunt, const Texts *texts, const TextSpan *span)
{
	hunt->subject = texts_subject(texts, span);
	hunt->starts =
	    (const WordStart *)(const void *)texts->starts->data + span->start;
	hunt->n_starts = span->n_starts;
	hunt->next_start = 0;
	g_array_set_size(hunt->excuses, 0);
	g_array_set_size(hunt->excuses, hunt->rule->unless->len);
}

/* The next match at or after AT, tried only where a word begins as HEADS have
 * it. The same that pattern_find finds without. */
static Find hunt_heads(Hunt *hunt, const Heads *heads, gsize at, Span *hit)
{
	guint tried = 0;
	for (; hunt->next_start < hunt->n_starts; hunt->next_start++) {
		const WordStart *start = &hunt->starts[hunt->next_start];
		if (start->at < at || !heads_have(heads, start->code)) {
			continue;
		}
		Find find = pattern_at(hunt->rule->match, hunt->search,
		    &hunt->subject, start->at, hit);
		if (find != FIND_NONE) {
			return find;
		}
		if (++tried % TRIES_A_LOOK == 0 &&
		    g_get_monotonic_time() > hunt->search->until_us) {
			return FIND_LATE;
		}
	}
	return FIND_NONE;
}

static Find hunt_match(Hunt *hunt, gsize at, Span *hit)
{
	const Heads *heads = need_heads(hunt->rule->need);
	return heads ? hunt_heads(hunt, heads, at, hit)
		     : pattern_find(hunt->rule->match, hunt->search,
			   &hunt->subject, at, hit);
}

/* The next hit at or after *AT that isn't excused; *AT moves behind it. */
static Find hunt_next(Hunt *hunt, gsize *at, Span *hit)
{
	for (;;) {
		Find find = hunt_match(hunt, *at, hit);
		if (find != FIND_HIT) {
			return find;
		}
		find = excused(hunt, hit);
		if (find == FIND_LIMIT || find == FIND_LATE) {
			return find;
		}
		bool empty = hit->to == hit->from;
		*at = find == FIND_HIT || empty
			  ? subject_next(&hunt->subject, hit->from)
			  : hit->to;
		if (find == FIND_NONE) {
			return FIND_HIT;
		}
		if (g_get_monotonic_time() > hunt->search->until_us) {
			return FIND_LATE;
		}
	}
}

/* Counts the hits in the hunt's text into HIT. */
static Find hunt_text(Hunt *hunt, RuleHit *hit)
{
	gsize at = 0;
	while (hit->count < LIMIT_HITS_PER_RULE) {
		Span span;
		Find find = hunt_next(hunt, &at, &span);
		if (find != FIND_HIT) {
			return find;
		}
		if (hit->count++ == 0) {
			hit->subject = hunt->subject;
			hit->span = span;
		}
	}
	return FIND_HIT;
}

static bool wants_header(const CompiledRule *rule, guint header)
{
	for (guint i = 0; i < rule->headers->len; i++) {
		if (g_array_index(rule->headers, guint, i) == header) {
			return true;
		}
	}
	return false;
}

/* All texts of SECTION; what is in HIT already stays the first hit. */
static Find hunt_section(
    Hunt *hunt, const Texts *texts, Section section, RuleHit *hit)
{
	Find worst = FIND_NONE;
	for (guint i = texts->first[section]; i < texts->first[section + 1];
	     i++) {
		const TextSpan *span =
		    &g_array_index(texts->spans, TextSpan, i);
		if (section == SECTION_HEADER &&
		    !wants_header(hunt->rule, span->header)) {
			continue;
		}
		guint before = hit->count;
		hunt_begin(hunt, texts, span);
		Find find = hunt_text(hunt, hit);
		if (before == 0 && hit->count) {
			hit->section = section;
			hit->header = span->header;
		}
		if (find == FIND_LATE || hit->count >= LIMIT_HITS_PER_RULE) {
			return find;
		}
		worst = MAX(worst, find);
	}
	return worst;
}

Find match_rule(
    const CompiledRule *rule, Matcher *matcher, gint64 until_us, RuleHit *hit)
{
	Search search = {.space = matcher->space, .until_us = until_us};
	Hunt hunt = {
	    .rule = rule,
	    .search = &search,
	    .excuses = matcher->excuses,
	};
	RuleHit found = {.count = 0};
	Find worst = FIND_NONE;
	for (guint i = 0; i < SECTION_KINDS; i++) {
		if (!(rule->rule->sections & (1u << i))) {
			continue;
		}
		Find find =
		    hunt_section(&hunt, matcher->texts, (Section)i, &found);
		worst = MAX(worst, find);
		if (find == FIND_LATE || found.count >= LIMIT_HITS_PER_RULE) {
			break;
		}
	}
	if (!found.count) {
		return worst;
	}
	*hit = found;
	return FIND_HIT;
}
