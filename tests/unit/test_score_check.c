/* Rules against their own examples and hostile text. */
#include "score_fixture.h"

static Topic press = {.name = "press", .threshold = 40};

static Rule rule_base(const char *match)
{
	return (Rule){
	    .name = "r",
	    .topic = "press",
	    .points = 50,
	    .sections = IN(SECTION_SUBJECT) | IN(SECTION_TEXT),
	    .match = match,
	    .why = "because",
	    .place = {"test.rules", 12},
	};
}

/* What checking RULE says. Transfer full. */
static GPtrArray *check(Rule *rule)
{
	Conf conf;
	conf_init(&conf);
	g_ptr_array_add(conf.topics, &press);
	g_ptr_array_add(conf.rules, rule);
	GPtrArray *problems = problems_new();
	Ruleset *rules = ruleset_new(&conf, problems);
	assert_non_null(rules);
	ruleset_check(rules, problems);
	ruleset_unref(rules);
	conf_clear(&conf);
	return problems;
}

static void expect(Rule *rule, const char *said, bool warning)
{
	GPtrArray *problems = check(rule);
	assert_int_equal(problems->len, said ? 1 : 0);
	if (said) {
		const ConfProblem *problem = g_ptr_array_index(problems, 0);
		assert_non_null(strstr(problem->text, said));
		assert_int_equal(problem->warning, warning);
		assert_int_equal(problem->place.line, 12);
	}
	g_ptr_array_unref(problems);
}

static void test_examples(void **state)
{
	(void)state;
	static const struct {
		const char *hits, *misses, *said;
	} cases[] = {
	    {"They threatened to rape me.", "Your rape seed oil", NULL},
	    {"RAPED\n twice", "grape juice", NULL},
	    {"a grape", "nothing",
		"rule \"r\": hits[2] doesn't match: \"a grape\""},
	    {"rape", "They want to rape me",
		"rule \"r\": misses[2] matches \"rape\": "
		"\"They want to rape me\""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Rule rule = rule_base("\\brape[ds]?\\b");
		rule.unless = WORDS("\\brape ?seed\\b");
		rule.hits = WORDS("rape", cases[i].hits);
		rule.misses = WORDS("fine", cases[i].misses);
		expect(&rule, cases[i].said, false);
	}
}

/* Examples are read as what the rule looks at. */
static void test_sections(void **state)
{
	(void)state;
	Rule rule = rule_base("^bulk$");
	rule.sections = IN(SECTION_HEADER);
	rule.headers = WORDS("Precedence", "X-Bulk");
	rule.hits = WORDS("Bulk");
	rule.misses = WORDS("bulky");
	expect(&rule, NULL, false);
	rule = rule_base("\\bassault\\b");
	rule.sections = IN(SECTION_ATTACHMENT);
	rule.hits = WORDS("the_assault.pdf");
	rule.misses = WORDS("assaults.pdf");
	expect(&rule, NULL, false);
	rule = rule_base("@example\\.org>?$");
	rule.sections = IN(SECTION_FROM) | IN(SECTION_TO);
	rule.hits = WORDS("Jane <jane@example.org>", "jane@example.org");
	expect(&rule, NULL, false);
}

static void test_limit(void **state)
{
	(void)state;
	g_autofree char *run = text_repeated("a", 200);
	Rule rule = rule_base("\\b(?:a|aa)+(?:b|c)$");
	rule.hits = WORDS(run);
	GPtrArray *problems = check(&rule);
	assert_true(problems->len >= 1);
	assert_non_null(
	    strstr(problem_at(problems, 0), "hits[1] runs into a limit"));
	g_ptr_array_unref(problems);
	rule.hits = NULL;
	rule.misses = WORDS(run);
	problems = check(&rule);
	assert_non_null(
	    strstr(problem_at(problems, 0), "misses[1] runs into a limit"));
	g_ptr_array_unref(problems);
}

static void test_slow(void **state)
{
	(void)state;
	static const char *const slow[] = {"(?:a|aa)+(?:b|c)$",
	    "(?:kiwi[^x]*)*[yz]!", "(?:\\w+\\s?)+[!?]{3}", "a(?:b|[^x])*[yz]",
	    "a.{0,300}b.{0,300}z",
	    /* In no time on a short text. */
	    "(?:\\s+){1,9}(?:\\w+\\s+)+?zz", "(?:you)+[a-z ]+(?:\\s+)+zz",
	    "(?:a|ab).*(?:\\w+\\s+)*pay.{0,200}q!"};
	for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
		Rule rule = rule_base(slow[i]);
		expect(&rule, "slow on hostile text", true);
	}
	/* Found by its own example alone. */
	Rule own = rule_base("(?:(?:press|media).*)*(?:deadline)$");
	own.hits = WORDS("press media deadline");
	expect(&own, "slow on hostile text", true);
	static const char *const fine[] = {
	    "\\b(rape[ds]?|raping|sexual(ly)? assault(ed|ing)?)\\b",
	    "\\bpress\\b.{0,80}\\bdeadline\\b", "^$|word", "."};
	for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
		Rule rule = rule_base(fine[i]);
		expect(&rule, NULL, true);
	}
}

static void test_empty(void **state)
{
	(void)state;
	Rule rule = rule_base("word|");
	expect(&rule, "fits every text", true);
}

/* The rules are asked one by one. */
static void test_each(void **state)
{
	(void)state;
	Rule rules[] = {rule_base("one"), rule_base("two")};
	rules[0].hits = WORDS("two");
	rules[1].misses = WORDS("two");
	Conf conf;
	conf_init(&conf);
	g_ptr_array_add(conf.topics, &press);
	g_ptr_array_add(conf.rules, &rules[0]);
	g_ptr_array_add(conf.rules, &rules[1]);
	GPtrArray *problems = problems_new();
	Ruleset *ruleset = ruleset_new(&conf, problems);
	ruleset_check(ruleset, problems);
	assert_int_equal(problems->len, 2);
	ruleset_unref(ruleset);
	g_ptr_array_unref(problems);
	conf_clear(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_examples),
	    cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_slow),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
