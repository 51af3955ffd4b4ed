/* What stands in one sentence adds up, and nothing else does. */
#include "score_fixture.h"

#include "anteroom/limits.h"
#include "score/internal.h"

static Topic danger = {
    .name = "danger", .precedence = 100, .threshold = 40, .disguises = true};
static Topic other_topic = {.name = "other-topic", .threshold = 40};

static Rule rules[] = {
    {.name = "sign-smash",
	.topic = "danger",
	.sentence = SENTENCE_SIGN,
	.points = 12,
	.urgency = 3,
	.match = "\\bsmash(?:es)?\\b",
	.unless = WORDS("smash hit")},
    {.name = "sign-hammer",
	.topic = "danger",
	.sentence = SENTENCE_SIGN,
	.points = 12,
	.match = "\\bhammers?\\b"},
    {.name = "sign-faint",
	.topic = "danger",
	.sentence = SENTENCE_SIGN,
	.points = 9,
	.match = "\\bfaint\\b"},
    {.name = "beside-will",
	.topic = "danger",
	.sentence = SENTENCE_BESIDE,
	.points = 15,
	.urgency = 5,
	.match = "\\bi will\\b",
	.unless = WORDS("i will not")},
    {.name = "beside-you",
	.topic = "danger",
	.sentence = SENTENCE_BESIDE,
	.points = 15,
	.match = "\\byou\\b"},
    {.name = "beside-begins",
	.topic = "danger",
	.sentence = SENTENCE_BESIDE,
	.points = 40,
	.match = "^now\\b"},
    {.name = "beside-film",
	.topic = "danger",
	.sentence = SENTENCE_BESIDE,
	.points = -30,
	.match = "\\bfilm\\b"},
    {.name = "word", .topic = "danger", .points = 25, .match = "\\bfury\\b"},
    {.name = "other-beside",
	.topic = "other-topic",
	.sentence = SENTENCE_BESIDE,
	.points = 100,
	.match = "\\byou\\b"},
};

typedef struct {
	Conf *conf;
	Ruleset *rules;
} Bench;

static int bench_open(void **state)
{
	Bench *bench = g_new0(Bench, 1);
	g_autoptr(GPtrArray) problems = problems_new();
	bench->conf = conf_made();
	g_ptr_array_add(bench->conf->topics, &danger);
	g_ptr_array_add(bench->conf->topics, &other_topic);
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		rules[i].why = "because";
		rules[i].sections = IN(SECTION_SUBJECT) | IN(SECTION_TEXT);
		g_ptr_array_add(bench->conf->rules, &rules[i]);
	}
	bench->rules = ruleset_new(bench->conf, problems);
	assert_non_null(bench->rules);
	*state = bench;
	return 0;
}

static int bench_close(void **state)
{
	Bench *bench = *state;
	ruleset_unref(bench->rules);
	conf_clear(bench->conf);
	g_free(bench);
	return 0;
}

static Score *score_of(Bench *bench, const char *subject, const char *text)
{
	Message mail;
	mail_init(&mail);
	mail_subject(&mail, subject);
	mail_part(mail.text, text, false);
	Score *score = ruleset_score(bench->rules, &mail, NULL);
	g_autoptr(Score) alone = ruleset_score_alone(bench->rules, &mail, NULL);
	g_autofree char *differs = score_difference(score, alone);
	assert_null(differs);
	assert_false(score->undecided);
	mail_clear(&mail);
	return score;
}

static int points_of(const Score *score, const Topic *topic)
{
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *one = g_ptr_array_index(score->topics, i);
		if (one->topic == topic) {
			return one->points;
		}
	}
	return 0;
}

/* The names of the rules among the reasons, with blanks. Transfer full. */
static char *reasons_of(const Score *score)
{
	GString *names = g_string_new(NULL);
	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = g_ptr_array_index(score->hits, i);
		g_string_append_printf(
		    names, "%s%s", i ? " " : "", hit->rule->name);
	}
	return g_string_free(names, FALSE);
}

#define FAR " This sentence is a long one, so that it stands by itself."

static void test_sums(void **state)
{
	static const struct {
		const char *subject, *text;
		int points;
		const char *reasons;
	} cases[] = {
	    {"", "I will smash you.", 42, "sign-smash beside-will beside-you"},
	    {"I will smash you", "", 42, "sign-smash beside-will beside-you"},
	    /* A sign alone, and what is beside none. */
	    {"", "They smash it.", 0, ""},
	    {"", "I will meet you.", 0, ""},
	    {"", "Now.", 0, ""},
	    {"", "I will faint with you.", 39,
		"sign-faint beside-will beside-you"},
	    {"", "You faint from a hammer.", 36,
		"sign-hammer sign-faint beside-you"},
	    /* Less than half of the threshold is no reason to show. */
	    {"", "The hammer doesn't smash it.", 24, "sign-smash sign-hammer"},
	    {"", "A film in which I will smash it.", 0, ""},
	    {"", "A film in which you smash with a hammer, I will see.", 24,
		"sign-smash sign-hammer beside-will beside-you beside-film"},
	    {"", "The film in which you smash with a hammer.", 0, ""},
	    /* Each rule once, also when a short sentence has it, too. */
	    {"",
		"Smash it. Then I will smash you with all the force that there "
		"is.",
		42, "sign-smash beside-will beside-you"},
	    {"", "I will smash you and you and smash you.", 42,
		"sign-smash beside-will beside-you"},
	    /* Excuses. */
	    {"", "I will send you a smash hit.", 0, ""},
	    {"", "I will not smash you.", 27, "sign-smash beside-you"},
	    /* Two sentences don't add up; the better one counts. */
	    {"", "They smash the door of the house." FAR " I will meet you.", 0,
		""},
	    {"You smash it" FAR, "I will smash you." FAR, 42,
		"sign-smash beside-will beside-you"},
	    {"",
		"The hammer is heavy and strong, and mine." FAR
		" You smash it with force, and I will look." FAR,
		42, "sign-smash beside-will beside-you"},
	    /* A short one belongs to the next, a line break is no end, an
	     * empty line is one. */
	    {"", "I will. You see. They smash.", 27, "sign-smash beside-you"},
	    {"", "I will\nsmash\nyou.", 42,
		"sign-smash beside-will beside-you"},
	    {"",
		"I will have to tell it all to my old friend in town\n\n"
		"that they smash what stands there in the market place",
		0, ""},
	    /* The ends are those of the sentence. */
	    {"",
		"It is what it is and was and will ever be." FAR
		" Now they smash what is left of the old town and its walls.",
		52, "sign-smash beside-begins"},
	    {"", "And now they smash it.", 0, ""},
	    /* With ordinary rules. */
	    {"", "Fury. I will smash you.", 67,
		"sign-smash beside-will beside-you word"},
	    /* Disguised. */
	    {"", "I will s m a s h you.", 42,
		"sign-smash beside-will beside-you"},
	    {"", "I will sm4sh you.", 42, "sign-smash beside-will beside-you"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Score) score =
		    score_of(*state, cases[i].subject, cases[i].text);
		g_autofree char *reasons = reasons_of(score);
		if (points_of(score, &danger) != cases[i].points) {
			print_message("%s\n", cases[i].text);
		}
		assert_int_equal(points_of(score, &danger), cases[i].points);
		assert_string_equal(reasons, cases[i].reasons);
		assert_int_equal(points_of(score, &other_topic), 0);
	}
}

static void test_urgency(void **state)
{
	g_autoptr(Score) score = score_of(
	    *state, "", "I will smash you." FAR " You smash it, don't you?");
	const TopicScore *first = g_ptr_array_index(score->topics, 0);
	assert_int_equal(first->urgency, 8);
	assert_true(first->qualified);
}

static void test_where_it_ends(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		gsize at;
		const char *sentence;
	} cases[] = {
	    {"", 0, ""},
	    {"One.", 0, "One."},
	    {"It is 3.5 or more.", 9, "It is 3.5 or more."},
	    {"The first one has really a good many words in it, see? So does "
	     "the "
	     "second one, with more words than that in it! And more, and "
	     "more, and more, and more, and more.",
		70, "So does the second one, with more words than that in it!"},
	    {"She said, in a voice that I hadn't heard before: \"No.\" "
	     "Nobody in the room had ever heard her speak like that.",
		60, "Nobody in the room had ever heard her speak like that."},
	    {"Short. What is beside a short one has it, and not the other "
	     "way around, as here. Short.",
		20,
		"Short. What is beside a short one has it, and not the other "
		"way around, as here. Short."},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Subject text = {cases[i].text, strlen(cases[i].text)};
		Span span = sentence_around(&text, cases[i].at);
		g_autofree char *sentence =
		    g_strndup(text.bytes + span.from, span.to - span.from);
		assert_string_equal(sentence, cases[i].sentence);
	}
}

/* However long a sentence is, so much of it is looked at, in whole characters.
 */
static void test_long_sentence(void **state)
{
	(void)state;
	g_autofree char *long_one = text_repeated("\xc3\xbc\xc3\xbcx", 5000);
	Subject text = {long_one, strlen(long_one)};
	for (gsize at = 0; at < 1000; at += 5) {
		Span span = sentence_around(&text, at);
		assert_true(span.from <= at && at < span.to);
		assert_true(span.to - span.from <= LIMIT_SENTENCE_BYTES + 3);
		assert_true(g_utf8_validate(text.bytes + span.from,
		    (gssize)(span.to - span.from), NULL));
	}
}

/* Text that is nothing but signs: so many are looked at, not more. */
static void test_hostile(void **state)
{
	Bench *bench = *state;
	static const char *const units[] = {"smash you ", "smash. ",
	    "smash hammer faint you ", "A hammer that is mine. "};
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *text = text_repeated(units[i], 1024 * 1024);
		Message mail;
		mail_init(&mail);
		mail_part(mail.text, text, false);
		Matcher *matcher = matcher_take(bench->rules);
		g_autoptr(Score) score =
		    ruleset_score(bench->rules, &mail, NULL);
		assert_false(score->undecided);
		matcher_give(bench->rules, matcher);
		texts_example(matcher->texts, SECTION_TEXT, 0, text);
		matcher_scan_nothing(matcher);
		Patience patience = patience_of(LIMIT_ALONE_MS);
		for (guint n = 0; n < bench->rules->n_signs; n++) {
			guint rule =
			    g_array_index(bench->rules->all.rules, guint, n);
			g_array_set_size(matcher->signs, 0);
			match_signs(rule, &bench->rules->rules[rule], matcher,
			    &patience, matcher->signs);
			assert_true(matcher->signs->len <= LIMIT_SIGNS);
		}
		mail_clear(&mail);
	}
}

/* The sentence with the most signs is weighed, however many came before. */
static void test_last_of_many(void **state)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < LIMIT_SENTENCES; i++) {
		g_string_append(
		    text, i % 2 ? "They smash the door of the old house."
				: "They grow faint in front of the old house.");
		g_string_append(text, FAR " ");
	}
	g_string_append(text, "I will smash you with a hammer.");
	g_autoptr(Score) score = score_of(*state, "", text->str);
	assert_int_equal(points_of(score, &danger), 54);
	g_string_free(text, TRUE);
}

/* So many sentences are weighed, those with the most signs. */
static void test_enough(void **state)
{
	GString *text = g_string_new("Now I will faint with you, all of you "
				     "who have come here so far." FAR " ");
	g_autoptr(Score) few = score_of(*state, "", text->str);
	assert_int_equal(points_of(few, &danger), 79);
	for (guint i = 0; i < LIMIT_SENTENCES; i++) {
		g_string_append(text,
		    "A hammer does not smash the door of the old house." FAR
		    " ");
	}
	g_autoptr(Score) many = score_of(*state, "", text->str);
	assert_int_equal(points_of(many, &danger), 24);
	g_string_free(text, TRUE);
}

/* A topic's own texts are tried against all rules. */
static void test_topic_examples(void **state)
{
	Bench *bench = *state;
	g_autoptr(GPtrArray) problems = problems_new();
	danger.hits = WORDS("I will smash you.", "They smash it.");
	danger.misses = WORDS("A film.", "Fury, and I will smash you.");
	ruleset_check(bench->rules, problems);
	danger.hits = danger.misses = NULL;
	assert_int_equal(problems->len, 2);
	assert_string_equal(problem_at(problems, 0),
	    "topic \"danger\": one of its hits has 0 points of 40: \"They "
	    "smash it.\"");
	assert_string_equal(problem_at(problems, 1),
	    "topic \"danger\": one of its misses has 67 points of 40: \"Fury, "
	    "and I will smash you.\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_sums, bench_open, bench_close),
	    cmocka_unit_test_setup_teardown(
		test_urgency, bench_open, bench_close),
	    cmocka_unit_test(test_where_it_ends),
	    cmocka_unit_test(test_long_sentence),
	    cmocka_unit_test_setup_teardown(
		test_hostile, bench_open, bench_close),
	    cmocka_unit_test_setup_teardown(
		test_last_of_many, bench_open, bench_close),
	    cmocka_unit_test_setup_teardown(
		test_enough, bench_open, bench_close),
	    cmocka_unit_test_setup_teardown(
		test_topic_examples, bench_open, bench_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
