/*
 * The compiled rules of one configuration: immutable, counted, shared by all
 * threads.
 */
#include "score/internal.h"

#include <string.h>

#include "anteroom/model.h"
#include "score/choices.h"
#include "score/fold.h"
#include "score/literals.h"

/* Who has a pattern, in words for people. */
typedef struct {
	ConfPlace place;
	const char *kind, *name; /* "rule", "topic" */
} Owner;

/* Owned by RULESET. */
static Pattern *compile_pattern(Ruleset *ruleset, const Owner *owner,
    const char *what, const char *text, GPtrArray *problems)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folded = fold_pattern(text);
	Pattern *pattern = g_hash_table_lookup(ruleset->patterns, folded);
	if (pattern) {
		return pattern;
	}
	pattern = pattern_new(folded, &error);
	if (pattern) {
		g_hash_table_insert(ruleset->patterns,
		    (gpointer)pattern_text(pattern), pattern);
	} else {
		g_ptr_array_add(problems,
		    conf_problem_new(owner->place, false, "%s \"%s\": %s: %s",
			owner->kind, owner->name, what, error->message));
	}
	return pattern;
}

/* A rule that counts its hits is sought as a whole: so many in all. */
static GPtrArray *match_texts(const Rule *rule)
{
	GPtrArray *texts;
	if (rule->at_least <= 1) {
		return choices_of(rule->match);
	}
	texts = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(texts, g_strdup(rule->match));
	return texts;
}

static void compile_match(
    Ruleset *ruleset, CompiledRule *compiled, GPtrArray *problems)
{
	const Rule *rule = compiled->rule;
	const Owner owner = {rule->place, "rule", rule->name};
	g_autoptr(GPtrArray) texts = match_texts(rule);
	for (guint i = 0; i < texts->len; i++) {
		Pattern *pattern = compile_pattern(
		    ruleset, &owner, "match", texts->pdata[i], problems);
		if (pattern) {
			g_ptr_array_add(compiled->match, pattern);
		}
	}
}

/* Appends TEXTS, which are OWNER's, to EXCUSES. */
static void compile_excuses(Ruleset *ruleset, const Owner *owner,
    const char *const *texts, GArray *excuses, GPtrArray *problems)
{
	for (guint i = 0; texts && texts[i]; i++) {
		g_autofree char *what = g_strdup_printf("unless[%u]", i + 1);
		Excuse excuse = {.pattern = compile_pattern(
				     ruleset, owner, what, texts[i], problems)};
		if (excuse.pattern) {
			g_array_append_val(excuses, excuse);
		}
	}
}

/* Before any rule: a mistake is told once, not for each rule of the topic. */
static void compile_topics(Ruleset *ruleset, GPtrArray *problems)
{
	const GPtrArray *topics = ruleset->conf->topics;
	for (guint i = 0; topics && i < topics->len; i++) {
		const Topic *topic = topics->pdata[i];
		const Owner owner = {topic->place, "topic", topic->name};
		GArray *excuses = g_array_new(FALSE, FALSE, sizeof(Excuse));
		compile_excuses(
		    ruleset, &owner, topic->unless, excuses, problems);
		g_hash_table_insert(ruleset->excuses, (gpointer)topic, excuses);
	}
}

/* What takes points away needs no excuse of its topic, and those beside signs
 * fall with the signs. */
static void compile_unless(
    Ruleset *ruleset, CompiledRule *compiled, GPtrArray *problems)
{
	const Rule *rule = compiled->rule;
	const Owner owner = {rule->place, "rule", rule->name};
	const GArray *others =
	    g_hash_table_lookup(ruleset->excuses, compiled->topic);
	compile_excuses(
	    ruleset, &owner, rule->unless, compiled->unless, problems);
	if (others && rule->points > 0 && rule->sentence != SENTENCE_BESIDE) {
		g_array_append_vals(
		    compiled->unless, others->data, others->len);
	}
}

/* The number of header NAME, a new one when nobody asked for it before. */
static guint header_number(TextsWanted *wanted, const char *name)
{
	g_autofree char *folded = g_ascii_strdown(name, -1);
	guint known =
	    GPOINTER_TO_UINT(g_hash_table_lookup(wanted->headers, folded));
	if (known) {
		return known - 1;
	}
	guint number = g_hash_table_size(wanted->headers);
	g_hash_table_insert(wanted->headers, g_steal_pointer(&folded),
	    GUINT_TO_POINTER(number + 1));
	return number;
}

/* Of a topic whose words are disguised, what is sought in the text is sought in
 * the names of attachments as well. A rule that counts its hits isn't: it would
 * count one in each reading. */
static void rule_sections(Ruleset *ruleset, CompiledRule *compiled)
{
	const Rule *rule = compiled->rule;
	compiled->sections = rule->sections;
	if (compiled->topic && compiled->topic->disguises &&
	    rule->at_least <= 1) {
		compiled->disguised = true;
		if (rule->sections & 1u << SECTION_TEXT) {
			compiled->sections |= 1u << SECTION_ATTACHMENT;
		}
		ruleset->wanted.disguised |= compiled->sections;
	}
	ruleset->wanted.sections |= compiled->sections;
}

static void compile_rule(Ruleset *ruleset, CompiledRule *compiled,
    const Rule *rule, GPtrArray *problems)
{
	compiled->rule = rule;
	compiled->match = g_ptr_array_new();
	compiled->unless = g_array_new(FALSE, FALSE, sizeof(Excuse));
	compiled->headers = g_array_new(FALSE, FALSE, sizeof(guint));
	compiled->topic = conf_topic(ruleset->conf, rule->topic);
	if (!compiled->topic) {
		g_ptr_array_add(
		    problems, conf_problem_new(rule->place, false,
				  "rule \"%s\": unknown topic \"%s\"",
				  rule->name, rule->topic));
	}
	compile_match(ruleset, compiled, problems);
	compile_unless(ruleset, compiled, problems);
	rule_sections(ruleset, compiled);
	for (guint i = 0; rule->headers && rule->headers[i]; i++) {
		guint number =
		    header_number(&ruleset->wanted, rule->headers[i]);
		g_array_append_val(compiled->headers, number);
	}
}

/* Does the system let patterns be machine code? */
static bool have_jit(void)
{
	g_autoptr(Pattern) probe = pattern_new("word", NULL);
	return probe && pattern_jit(probe);
}

bool rule_is_against(const Rule *rule)
{
	return rule->sentence == SENTENCE_NO && rule->points < 0 &&
	       rule->urgency == 0;
}

/* Signs come first, since sentences are weighed with what they leave; what
 * speaks against a topic behind all that may speak for it; those beside signs
 * last. */
static guint turn_of(const Rule *rule)
{
	switch (rule->sentence) {
	case SENTENCE_SIGN:
		return 0;
	case SENTENCE_BESIDE:
		return 3;
	case SENTENCE_NO:
	default:
		return rule_is_against(rule) ? 2 : 1;
	}
}

/* By turn, then by how much the topic matters, should the time not suffice for
 * all. */
static int gravity_compare(
    gconstpointer left, gconstpointer right, gpointer data)
{
	guint a = *(const guint *)left;
	guint b = *(const guint *)right;
	const CompiledRule *rules = data;
	guint turn_a = turn_of(rules[a].rule);
	guint turn_b = turn_of(rules[b].rule);
	if (turn_a != turn_b) {
		return turn_a < turn_b ? -1 : 1;
	}
	const Topic *x = rules[a].topic;
	const Topic *y = rules[b].topic;
	int floor_x = x->has_floor ? (int)x->floor : -1;
	int floor_y = y->has_floor ? (int)y->floor : -1;
	if (floor_x != floor_y) {
		return floor_x > floor_y ? -1 : 1;
	}
	if (x->precedence != y->precedence) {
		return x->precedence > y->precedence ? -1 : 1;
	}
	return a < b ? -1 : a > b;
}

static void scan_pattern_clear(gpointer data)
{
	ScanPattern *pattern = data;
	if (pattern->ways) {
		g_ptr_array_unref(pattern->ways);
	}
}

static void scan_pattern_add(
    GArray *patterns, const Pattern *pattern, guint least, bool seldom)
{
	ScanPattern one = {literals_read(pattern_text(pattern)), least, seldom};
	g_array_append_val(patterns, one);
}

/* Adds COMPILED's excuses to PATTERNS, but those whose number is KNOWN: many
 * rules have the same. */
static void scan_excuses_add(
    GArray *patterns, const CompiledRule *compiled, GHashTable *known)
{
	for (guint i = 0; i < compiled->unless->len; i++) {
		Excuse *excuse = &g_array_index(compiled->unless, Excuse, i);
		gpointer number;
		if (g_hash_table_lookup_extended(
			known, excuse->pattern, NULL, &number)) {
			excuse->number = GPOINTER_TO_UINT(number);
			continue;
		}
		excuse->number = patterns->len;
		g_hash_table_insert(known, (gpointer)excuse->pattern,
		    GUINT_TO_POINTER(excuse->number));
		scan_pattern_add(patterns, excuse->pattern, 1, true);
	}
}

/* Seeks the N rules at ORDER, whose patterns it numbers: those of match in
 * order, then the others. */
static void sought_init(
    Sought *sought, Ruleset *ruleset, const guint *order, guint n)
{
	g_autoptr(GArray) patterns =
	    g_array_new(FALSE, FALSE, sizeof(ScanPattern));
	g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
	g_array_set_clear_func(patterns, scan_pattern_clear);
	sought->rules = g_array_new(FALSE, FALSE, sizeof(guint));
	for (guint i = 0; i < n; i++) {
		CompiledRule *compiled = &ruleset->rules[order[i]];
		compiled->number = patterns->len;
		for (guint k = 0; k < compiled->match->len; k++) {
			scan_pattern_add(patterns, compiled->match->pdata[k],
			    compiled->rule->at_least, false);
			g_array_append_val(sought->rules, order[i]);
		}
	}
	for (guint i = 0; i < n; i++) {
		scan_excuses_add(patterns, &ruleset->rules[order[i]], known);
	}
	sought->scan = scan_new(patterns);
}

static void sought_clear(Sought *sought)
{
	scan_free(sought->scan);
	g_clear_pointer(&sought->rules, g_array_unref);
}

bool sought_next(const Ruleset *ruleset, const Sought *sought,
    const ScanSpace *space, guint end, guint *at, guint *rule)
{
	guint next = scan_next(space, *at, end);
	if (next >= end) {
		return false;
	}
	*rule = g_array_index(sought->rules, guint, next);
	const CompiledRule *compiled = &ruleset->rules[*rule];
	*at = compiled->number + compiled->match->len;
	return true;
}

static void ruleset_seek(Ruleset *ruleset)
{
	g_autofree guint *order = g_new(guint, MAX(ruleset->n_rules, 1));
	guint n = 0; /* before those beside signs */
	for (guint i = 0; i < ruleset->n_rules; i++) {
		const CompiledRule *rule = &ruleset->rules[i];
		SentencePart part = rule->rule->sentence;
		order[i] = i;
		n += part != SENTENCE_BESIDE;
		ruleset->n_signs +=
		    part == SENTENCE_SIGN ? rule->match->len : 0;
	}
	g_qsort_with_data(order, (gint)ruleset->n_rules, sizeof(guint),
	    gravity_compare, ruleset->rules);
	sought_init(&ruleset->all, ruleset, order, n);
	sought_init(&ruleset->beside, ruleset, order + n, ruleset->n_rules - n);
}

static void ruleset_finish(Ruleset *ruleset)
{
	ruleset->jit = have_jit();
	ruleset->languages = languages_new();
	ruleset_seek(ruleset);
}

Ruleset *ruleset_new(Conf *conf, GPtrArray *problems)
{
	g_autoptr(Ruleset) ruleset = g_new0(Ruleset, 1);
	guint before = problems->len;
	ruleset->refs = 1;
	ruleset->conf = conf_ref(conf);
	ruleset->n_rules = conf->rules ? conf->rules->len : 0;
	ruleset->rules = g_new0(CompiledRule, MAX(ruleset->n_rules, 1));
	ruleset->patterns = g_hash_table_new_full(
	    g_str_hash, g_str_equal, NULL, (GDestroyNotify)pattern_free);
	ruleset->wanted.headers =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ruleset->excuses = g_hash_table_new_full(
	    NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	matcher_pool_init(&ruleset->pool);
	compile_topics(ruleset, problems);
	for (guint i = 0; i < ruleset->n_rules; i++) {
		compile_rule(ruleset, &ruleset->rules[i],
		    g_ptr_array_index(conf->rules, i), problems);
	}
	if (problems->len > before) {
		return NULL;
	}
	const char *zone = conf_zone(conf);
	ruleset->zone = zone ? g_time_zone_new_identifier(zone) : NULL;
	ruleset_finish(ruleset);
	return g_steal_pointer(&ruleset);
}

Ruleset *ruleset_ref(Ruleset *ruleset)
{
	g_atomic_int_inc(&ruleset->refs);
	return ruleset;
}

void ruleset_unref(Ruleset *ruleset)
{
	if (!ruleset || !g_atomic_int_dec_and_test(&ruleset->refs)) {
		return;
	}
	for (guint i = 0; i < ruleset->n_rules; i++) {
		CompiledRule *compiled = &ruleset->rules[i];
		g_clear_pointer(&compiled->match, g_ptr_array_unref);
		g_clear_pointer(&compiled->unless, g_array_unref);
		g_clear_pointer(&compiled->headers, g_array_unref);
	}
	g_free(ruleset->rules);
	g_hash_table_unref(ruleset->patterns);
	g_hash_table_unref(ruleset->excuses);
	sought_clear(&ruleset->all);
	sought_clear(&ruleset->beside);
	languages_free(ruleset->languages);
	g_hash_table_unref(ruleset->wanted.headers);
	matcher_pool_clear(&ruleset->pool);
	model_free(ruleset->model);
	g_clear_pointer(&ruleset->zone, g_time_zone_unref);
	conf_unref(ruleset->conf);
	g_free(ruleset);
}

void ruleset_set_model(Ruleset *ruleset, Model *model)
{
	model_free(ruleset->model);
	ruleset->model = model;
}

guint ruleset_size(const Ruleset *ruleset)
{
	return ruleset->n_rules;
}

bool ruleset_jit(const Ruleset *ruleset)
{
	return ruleset->jit;
}

bool ruleset_wants(const Ruleset *ruleset, Section section)
{
	return (ruleset->wanted.sections & 1u << section) != 0;
}
