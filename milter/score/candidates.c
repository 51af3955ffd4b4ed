/*
 * Which rules may hit a message at all: those whose sections it has, and that
 * need no word which it hasn't. What may be clever about this is bounded by the
 * promise in internal.h: never leave out a rule that hits.
 */
#include "score/internal.h"

static guint sections_present(const Texts *texts)
{
	guint present = 0;
	for (guint i = 0; i < SECTION_KINDS; i++) {
		if (texts->first[i] < texts->first[i + 1]) {
			present |= 1u << i;
		}
	}
	return present;
}

guint candidates_list(const Ruleset *ruleset, Matcher *matcher)
{
	guint present = sections_present(matcher->texts);
	guint n = 0;
	grams_clear(matcher->grams);
	for (guint i = 0; i < matcher->texts->spans->len; i++) {
		Subject text = texts_subject(matcher->texts,
		    &g_array_index(matcher->texts->spans, TextSpan, i));
		grams_add(matcher->grams, text.bytes, text.length);
	}
	for (guint i = 0; i < ruleset->n_rules; i++) {
		guint number = ruleset->order[i];
		const CompiledRule *rule = &ruleset->rules[number];
		if (rule->rule->sections & present &&
		    need_holds(rule->need, matcher->grams)) {
			matcher->candidates[n++] = number;
		}
	}
	return n;
}
