/*
 * Which rules may hit a message at all. For now those whose sections it has;
 * what may be clever about this is bounded by the promise in internal.h: never
 * leave out a rule that hits.
 */
#include "score/internal.h"

guint candidates_list(const Ruleset *ruleset, const Texts *texts, guint *rules)
{
	guint present = 0;
	for (guint i = 0; i < SECTION_KINDS; i++) {
		if (texts->first[i] < texts->first[i + 1]) {
			present |= 1u << i;
		}
	}
	guint n = 0;
	for (guint i = 0; i < ruleset->n_rules; i++) {
		guint number = ruleset->order[i];
		if (ruleset->rules[number].rule->sections & present) {
			rules[n++] = number;
		}
	}
	return n;
}
