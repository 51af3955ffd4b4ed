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
	ScanSpace *scan;
	GArray *windows, *seekers; /* of the Matcher */
	guint n_match;             /* seekers of the rule's choices */
	gsize base;                /* of subject in the texts */
	Subject subject;
	guint text; /* its number */
} Hunt;

static Seeker *hunt_seeker(const Hunt *hunt, guint n)
{
	return &g_array_index(hunt->seekers, Seeker, n);
}

/* Where in subject the seeker's window WINDOW and RANGE are both; a character
 * begins there. */
static Span window_range(const Hunt *hunt, const Window *window, Span range)
{
	if (window->from > hunt->base + range.from) {
		gsize before = window->from - hunt->base;
		range.from = subject_next(&hunt->subject, before - 1);
	}
	range.to = MIN(range.to, window->to - hunt->base);
	return range;
}

/* The first match of SEEKER that begins in RANGE. Ranges go from left to right.
 */
static Find seek(const Hunt *hunt, Seeker *seeker, Span range, Span *hit)
{
	guint tried = 0;
	for (; seeker->next < seeker->end; seeker->next++) {
		const Window *window =
		    &g_array_index(hunt->windows, Window, seeker->next);
		if (window->to < hunt->base + range.from) {
			continue;
		}
		if (window->from > hunt->base + range.to) {
			break;
		}
		Find find = pattern_find(seeker->pattern, hunt->search,
		    &hunt->subject, window_range(hunt, window, range), hit);
		if (find != FIND_NONE) {
			return find;
		}
		if (window->to > hunt->base + range.to) {
			break;
		}
		if (++tried % TRIES_A_LOOK == 0 &&
		    patience_over(hunt->search->patience)) {
			return FIND_LATE;
		}
	}
	return FIND_NONE;
}

/* The next match of EXCUSE that begins before the end of HIT; matches that end
 * before it by more than the overlap aren't looked at. */
static Find excuse_next(const Hunt *hunt, Seeker *excuse, const Span *hit)
{
	Span range = {excuse->at, hit->to - 1};
	if (range.from + PATTERN_OVERLAP_BYTES < hit->from) {
		range.from = subject_next(
		    &hunt->subject, hit->from - PATTERN_OVERLAP_BYTES - 1);
	}
	Find find = seek(hunt, excuse, range, &excuse->span);
	excuse->found = find == FIND_HIT;
	if (find == FIND_HIT) {
		/* From each start: a match may hide one that overlaps it. */
		excuse->at = subject_next(&hunt->subject, excuse->span.from);
	} else if (find == FIND_NONE) {
		excuse->at = hit->to;
	}
	return find;
}

/* Does a match of EXCUSE overlap HIT? FIND_HIT: yes. Hits come from left to
 * right, and so do the matches: linear over a text. */
static Find excused_by(const Hunt *hunt, Seeker *excuse, const Span *hit)
{
	for (;;) {
		if (excuse->found && excuse->span.from >= hit->to) {
			return FIND_NONE;
		}
		if (excuse->found && excuse->span.to > hit->from) {
			return FIND_HIT;
		}
		if (excuse->at >= hit->to) {
			return FIND_NONE;
		}
		Find find = excuse_next(hunt, excuse, hit);
		if (find != FIND_HIT) {
			return find;
		}
	}
}

/* Makes the seekers of the rule's excuses, with the first hit. */
static void seek_excuses(const Hunt *hunt)
{
	const CompiledRule *rule = hunt->rule;
	for (guint n = 0; n < rule->unless->len; n++) {
		const Excuse *excuse = &g_array_index(rule->unless, Excuse, n);
		Seeker seeker = {
		    .pattern = excuse->pattern,
		    .next = hunt->windows->len,
		};
		scan_windows(hunt->scan, excuse->number, hunt->windows);
		seeker.end = hunt->windows->len;
		g_array_append_val(hunt->seekers, seeker);
	}
}

static Find excused(const Hunt *hunt, const Span *hit)
{
	if (hunt->seekers->len == hunt->n_match) {
		seek_excuses(hunt);
	}
	Find worst = FIND_NONE;
	for (guint n = hunt->n_match; n < hunt->seekers->len; n++) {
		Find find = excused_by(hunt, hunt_seeker(hunt, n), hit);
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
	hunt->base = span->from;
	for (guint n = 0; n < hunt->seekers->len; n++) {
		hunt_seeker(hunt, n)->at = 0;
		hunt_seeker(hunt, n)->found = false;
	}
}

/* The first match of any choice that begins in RANGE, which goes to the text's
 * end. Each is sought once: what it found further on is kept. */
static Find seek_match(const Hunt *hunt, Span range, Span *hit)
{
	bool some = false;
	for (guint n = 0; n < hunt->n_match; n++) {
		Seeker *one = hunt_seeker(hunt, n);
		if (one->at > range.to) {
			continue;
		}
		if (!one->found || one->span.from < range.from) {
			Find find = seek(hunt, one, range, &one->span);
			one->found = find == FIND_HIT;
			if (find == FIND_NONE) {
				one->at = G_MAXSIZE;
				continue;
			}
			if (find != FIND_HIT) {
				return find;
			}
		}
		if (!some || one->span.from < hit->from) {
			*hit = one->span;
			some = true;
		}
	}
	return some ? FIND_HIT : FIND_NONE;
}

/* The next hit at or after *AT that isn't excused; *AT moves behind it. */
static Find hunt_next(Hunt *hunt, gsize *at, Span *hit)
{
	for (;;) {
		Span range = {*at, hunt->subject.length};
		Find find = seek_match(hunt, range, hit);
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
		if (patience_over(hunt->search->patience)) {
			return FIND_LATE;
		}
	}
}

/* Has RULE what it takes? More hits would change nothing. */
static bool suffices(const CompiledRule *rule, const RuleHit *hit)
{
	return hit->count >= MAX(rule->rule->at_least, 1);
}

/* Counts the hits in the hunt's text into HIT, until they suffice. */
static Find hunt_text(Hunt *hunt, RuleHit *hit)
{
	gsize at = 0;
	while (!suffices(hunt->rule, hit)) {
		Span span;
		Find find = hunt_next(hunt, &at, &span);
		if (find != FIND_HIT) {
			return find;
		}
		if (hit->count++ == 0) {
			hit->text = hunt->text;
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

static bool wants_text(
    const CompiledRule *rule, Section section, const TextSpan *span)
{
	if (span->reading_of && !rule->disguised) {
		return false;
	}
	return section != SECTION_HEADER || wants_header(rule, span->header);
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
		if (!wants_text(hunt->rule, section, span)) {
			continue;
		}
		guint before = hit->count;
		hunt_begin(hunt, texts, span);
		hunt->text = i;
		Find find = hunt_text(hunt, hit);
		if (before == 0 && hit->count) {
			hit->section = section;
			hit->header = span->header;
		}
		if (find == FIND_LATE || suffices(hunt->rule, hit)) {
			return find;
		}
		worst = MAX(worst, find);
	}
	return worst;
}

/* Makes HUNT one for RULE, with the seekers of its choices. False: it matches
 * nowhere. */
static bool hunt_open(Hunt *hunt, const CompiledRule *rule, Matcher *matcher,
    const Search *search)
{
	*hunt = (Hunt){
	    .rule = rule,
	    .search = search,
	    .scan = rule->rule->sentence == SENTENCE_BESIDE ? matcher->besides
							    : matcher->scan,
	    .windows = matcher->windows,
	    .seekers = matcher->seekers,
	};
	g_array_set_size(matcher->windows, 0);
	g_array_set_size(matcher->seekers, 0);
	for (guint n = 0; n < rule->match->len; n++) {
		Seeker seeker = {
		    .pattern = g_ptr_array_index(rule->match, n),
		    .next = matcher->windows->len,
		};
		scan_windows(hunt->scan, rule->number + n, matcher->windows);
		seeker.end = matcher->windows->len;
		if (seeker.end > seeker.next) {
			g_array_append_val(matcher->seekers, seeker);
		}
	}
	hunt->n_match = matcher->seekers->len;
	return hunt->n_match > 0;
}

Find match_rule(const CompiledRule *rule, Matcher *matcher, Patience *patience,
    RuleHit *hit)
{
	Search search = {.space = matcher->space, .patience = patience};
	Hunt hunt;
	if (!hunt_open(&hunt, rule, matcher, &search)) {
		return FIND_NONE;
	}
	RuleHit found = {.count = 0};
	Find worst = FIND_NONE;
	for (guint i = 0; i < SECTION_KINDS; i++) {
		if (!(rule->sections & (1u << i))) {
			continue;
		}
		Find find =
		    hunt_section(&hunt, matcher->texts, (Section)i, &found);
		worst = MAX(worst, find);
		if (find == FIND_LATE || suffices(rule, &found)) {
			break;
		}
	}
	if (!suffices(rule, &found)) {
		return worst;
	}
	*hit = found;
	return FIND_HIT;
}

/* One hit a sentence of the hunt's text, which is of SECTION; HITS has at most
 * MOST. */
static Find signs_of_text(
    Hunt *hunt, Fired sign, const TextSpan *span, GArray *hits, guint most)
{
	gsize at = 0;
	while (hits->len < most && at <= hunt->subject.length) {
		Find find = hunt_next(hunt, &at, &sign.hit.span);
		if (find != FIND_HIT) {
			return find;
		}
		sign.hit.header = span->header;
		g_array_append_val(hits, sign);
		Span sentence =
		    sentence_around(&hunt->subject, sign.hit.span.from);
		at = MAX(at, sentence.to);
	}
	return FIND_NONE;
}

Find match_signs(guint number, const CompiledRule *rule, Matcher *matcher,
    Patience *patience, GArray *hits)
{
	Search search = {.space = matcher->space, .patience = patience};
	const Texts *texts = matcher->texts;
	guint most = hits->len + LIMIT_SIGNS;
	Hunt hunt;
	if (!hunt_open(&hunt, rule, matcher, &search)) {
		return FIND_NONE;
	}
	Find worst = FIND_NONE;
	for (guint section = 0; section < SECTION_KINDS; section++) {
		if (!(rule->sections & (1u << section))) {
			continue;
		}
		for (guint i = texts->first[section];
		     i < texts->first[section + 1]; i++) {
			const TextSpan *span =
			    &g_array_index(texts->spans, TextSpan, i);
			if (!wants_text(rule, (Section)section, span)) {
				continue;
			}
			hunt_begin(&hunt, texts, span);
			Fired sign = {number, {.section = (Section)section,
						  .text = i,
						  .count = 1}};
			Find find =
			    signs_of_text(&hunt, sign, span, hits, most);
			worst = MAX(worst, find);
			if (find == FIND_LATE) {
				return find;
			}
		}
	}
	return worst;
}

Find match_sentence(const CompiledRule *rule, Matcher *matcher,
    const Subject *sentence, Patience *patience, Span *hit)
{
	Search search = {.space = matcher->space, .patience = patience};
	Hunt hunt;
	gsize at = 0;
	if (!hunt_open(&hunt, rule, matcher, &search)) {
		return FIND_NONE;
	}
	hunt.subject = *sentence;
	hunt.base = TEXTS_EDGE_BYTES;
	return hunt_next(&hunt, &at, hit);
}
