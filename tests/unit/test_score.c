/* Rules over messages: hits, points, topics, urgency. */
#include "score_fixture.h"

#include "anteroom/limits.h"

static Topic safety = {.name = "safety",
    .title = "Safety",
    .has_floor = true,
    .floor = URGENCY_CRITICAL,
    .precedence = 100,
    .threshold = 40,
    .sensitive = true};
static Topic press = {.name = "press", .precedence = 50, .threshold = 40};
static Topic billing = {.name = "billing", .threshold = 40};
static Topic hurry = {.name = "hurry", .threshold = 1000, .urgency_most = 45};
static Topic outage = {.name = "outage",
    .has_floor = true,
    .floor = URGENCY_HIGH,
    .threshold = 40};

static Rule rule_base(const char *name, const char *topic, const char *match)
{
	return (Rule){
	    .name = name,
	    .topic = topic,
	    .points = 50,
	    .sections = IN(SECTION_SUBJECT) | IN(SECTION_TEXT),
	    .match = match,
	    .why = "because",
	    .place = {"test.rules", 7},
	};
}

/* A rule set of N rules and all topics. */
typedef struct {
	Conf *conf;
	Ruleset *rules;
} Bench;

static void bench_open(Bench *bench, Rule *rules, gsize n)
{
	bench->conf = conf_made();
	g_ptr_array_add(bench->conf->topics, &billing);
	g_ptr_array_add(bench->conf->topics, &hurry);
	g_ptr_array_add(bench->conf->topics, &outage);
	g_ptr_array_add(bench->conf->topics, &press);
	g_ptr_array_add(bench->conf->topics, &safety);
	for (gsize i = 0; i < n; i++) {
		g_ptr_array_add(bench->conf->rules, &rules[i]);
	}
	GPtrArray *problems = problems_new();
	bench->rules = ruleset_new(bench->conf, problems);
	assert_int_equal(problems->len, 0);
	g_ptr_array_unref(problems);
	assert_non_null(bench->rules);
}

static void bench_close(Bench *bench)
{
	ruleset_unref(bench->rules);
	conf_clear(bench->conf);
}

/* RULE alone against MAIL. */
static Score *score_one(Rule *rule, const Message *mail)
{
	Bench bench;
	bench_open(&bench, rule, 1);
	Score *score = ruleset_score(bench.rules, mail, NULL);
	ruleset_unref(bench.rules);
	return score;
}

static Score *score_text(Rule *rule, const char *text)
{
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, text, false);
	Score *score = score_one(rule, &mail);
	mail_clear(&mail);
	return score;
}

static const ScoreHit *hit_at(const Score *score, guint i)
{
	assert_true(i < score->hits->len);
	return g_ptr_array_index(score->hits, i);
}

/* ---- which sections ---- */

static void fill(Message *mail)
{
	mail_init(mail);
	mail_subject(mail, "word in subject");
	mail_part(mail->text, "word in text", false);
	mail_part(mail->quoted, "word in quote", false);
	mail_part(mail->signature, "word in signature", false);
	mail_person(mail->from, "Word Smith", "sender@example.org");
	mail_person(mail->to, "", "word@example.com");
	mail_header(mail, "X-Other", "word");
	mail_header(mail, "List-ID", "first");
	mail_header(mail, "LIST-ID", "second word");
	static char plain[] = "a.txt", joined[] = "the_word.pdf";
	static char *names[] = {plain, joined, NULL};
	mail->attachments = names;
}

static void test_sections(void **state)
{
	(void)state;
	static const struct {
		Section section;
		const char *header, *text;
	} cases[] = {
	    {SECTION_SUBJECT, NULL, "word in subject"},
	    {SECTION_TEXT, NULL, "word in text"},
	    {SECTION_QUOTED, NULL, "word in quote"},
	    {SECTION_SIGNATURE, NULL, "word in signature"},
	    {SECTION_FROM, NULL, "Word Smith <sender@example.org>"},
	    {SECTION_TO, NULL, "<word@example.com>"},
	    {SECTION_ATTACHMENT, NULL, "the word pdf"},
	    {SECTION_HEADER, "List-Id", "second word"},
	};
	Message mail;
	fill(&mail);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Rule rule = rule_base("r", "press", ".*\\bword\\b.*");
		rule.sections = IN(cases[i].section);
		const char *headers[] = {"X-Absent", cases[i].header, NULL};
		rule.headers = cases[i].header ? headers : NULL;
		g_autoptr(Score) score = score_one(&rule, &mail);
		assert_int_equal(score->hits->len, 1);
		const ScoreHit *hit = hit_at(score, 0);
		assert_int_equal(hit->section, cases[i].section);
		assert_string_equal(hit->text, cases[i].text);
		if (cases[i].header) {
			assert_string_equal(hit->header, cases[i].header);
		} else {
			assert_null(hit->header);
		}
	}
	mail_clear(&mail);
}

/* Each rule looks at its own fields. */
static void test_headers(void **state)
{
	(void)state;
	Message mail;
	fill(&mail);
	Rule rules[] = {
	    rule_base("other", "press", "word"),
	    rule_base("list", "press", "word"),
	    rule_base("absent", "press", "word"),
	};
	static const char *const names[][2] = {
	    {"X-Other", NULL}, {"List-Id", NULL}, {"X-Absent", NULL}};
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		rules[i].sections = IN(SECTION_HEADER);
		rules[i].headers = names[i];
	}
	Bench bench;
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	assert_int_equal(score->hits->len, 2);
	assert_string_equal(hit_at(score, 0)->text, "word");
	assert_int_equal(hit_at(score, 0)->count, 1);
	assert_string_equal(hit_at(score, 0)->header, "X-Other");
	assert_string_equal(hit_at(score, 1)->header, "List-Id");
	mail_clear(&mail);
	ruleset_unref(bench.rules);
}

/* What isn't named isn't looked at. */
static void test_other_sections(void **state)
{
	(void)state;
	Message mail;
	fill(&mail);
	mail_subject(&mail, "nothing");
	g_ptr_array_set_size(mail.text, 0);
	Rule rule = rule_base("r", "press", "word");
	g_autoptr(Score) score = score_one(&rule, &mail);
	assert_int_equal(score->hits->len, 0);
	assert_int_equal(score->topics->len, 0);
	assert_null(score_topic(score));
	assert_int_equal(score->urgency, 25);
	assert_int_equal(score->level, URGENCY_NORMAL);
	mail_clear(&mail);
}

static void test_anchors(void **state)
{
	(void)state;
	static const struct {
		Section section;
		const char *match;
	} cases[] = {
	    {SECTION_SUBJECT, "^word in subject$"},
	    {SECTION_TEXT, "^word.*text$"},
	    {SECTION_FROM, "^sender@example\\.org$"},
	    {SECTION_FROM, "^Word Smith <"},
	    {SECTION_ATTACHMENT, "\\.pdf$"},
	};
	Message mail;
	fill(&mail);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Rule rule = rule_base("r", "press", cases[i].match);
		rule.sections = IN(cases[i].section);
		g_autoptr(Score) score = score_one(&rule, &mail);
		assert_int_equal(score->hits->len, 1);
	}
	mail_clear(&mail);
}

/* An absent subject or text is an empty one; absent names are none. */
static void test_empty(void **state)
{
	(void)state;
	Message mail;
	mail_init(&mail);
	Rule rule = rule_base("r", "press", "^$");
	g_autoptr(Score) score = score_one(&rule, &mail);
	assert_int_equal(hit_at(score, 0)->count, 1);
	assert_string_equal(hit_at(score, 0)->text, "");
	rule.sections = IN(SECTION_ATTACHMENT) | IN(SECTION_HEADER);
	rule.headers = WORDS("List-Id");
	rule.match = "";
	g_autoptr(Score) none = score_one(&rule, &mail);
	assert_int_equal(none->hits->len, 0);
	mail_clear(&mail);
}

static void test_parts(void **state)
{
	(void)state;
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "one tw", false);
	mail_part(mail.text, "hidden word", true);
	mail_part(mail.text, " \n ", false);
	mail_part(mail.text, "o three", false);
	Rule rule = rule_base("r", "press", "hidden");
	g_autoptr(Score) hidden = score_one(&rule, &mail);
	assert_int_equal(hidden->hits->len, 1);
	/* "one tw\no three\nhidden word" */
	assert_int_equal(hit_at(hidden, 0)->offset, 15);
	rule.match = "two";
	g_autoptr(Score) grown = score_one(&rule, &mail);
	assert_int_equal(grown->hits->len, 0);
	mail_clear(&mail);
}

/* A message that could not be read has little, and maybe no lists. */
static void test_unread(void **state)
{
	(void)state;
	char unread[] = "why";
	Message mail = {.subject = NULL, .unread = unread};
	Rule rule = rule_base("r", "press", "word");
	rule.sections = (1u << SECTION_KINDS) - 1;
	rule.headers = WORDS("List-Id");
	g_autoptr(Score) score = score_one(&rule, &mail);
	assert_int_equal(score->hits->len, 0);
	assert_false(score->undecided);
}

/* ---- hits ---- */

static void test_unless(void **state)
{
	(void)state;
	static const struct {
		const char *match, *unless, *text;
		guint count;
		const char *words;
	} cases[] = {
	    {"\\brape\\b", "\\brape ?seed\\b", "the rape seed oil", 0, NULL},
	    {"\\brape\\b", "\\brape ?seed\\b", "rape seed and rape", 1, "rape"},
	    {"\\brape\\b", "\\brape ?seed\\b", "rape, not rape seed", 1,
		"rape"},
	    {"seed", "rape ?seed", "rape seed", 0, NULL},
	    {"ab", "b.*", "ab ab", 0, NULL},
	    {"b", "a", "ab", 1, "b"},
	    {"a", "b", "ab", 1, "a"},
	    /* one that a match before it would hide */
	    {"c", "a b|b c", "a b c", 0, NULL},
	    /* another hit begins inside the one excused */
	    {"threat.*kill", "threat level", "threat level: threat to kill", 1,
		"threat to kill"},
	    {"x", "x(?=y)", "xyx", 1, "x"},
	    {"x", "(?<=y)x", "xyx", 1, "x"},
	    {"x", "", "x", 1, "x"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Rule rule = rule_base("r", "press", cases[i].match);
		rule.unless = WORDS("never there", cases[i].unless);
		g_autoptr(Score) score = score_text(&rule, cases[i].text);
		assert_int_equal(score->hits->len, cases[i].count ? 1 : 0);
		if (cases[i].count) {
			const ScoreHit *hit = hit_at(score, 0);
			assert_int_equal(hit->count, cases[i].count);
			assert_string_equal(hit->text, cases[i].words);
		}
	}
}

/* What a topic excuses is excused for all its rules that add points, beside
 * their own excuses; not for other topics' rules. */
static void test_unless_of_topic(void **state)
{
	(void)state;
	static const struct {
		const char *topic;
		int points;
		const char *unless; /* its own */
		bool hits;
		const char *match; /* NULL: "dog" */
	} cases[] = {
	    {"excusing", 50, NULL, false, NULL},
	    {"excusing", 1, "cat", false, NULL},
	    {"excusing", -5, NULL, true,
		NULL}, /* the next speaks for the topic */
	    {"excusing", 5, NULL, true, "this"},
	    {"press", 50, NULL, true, NULL},
	    {"press", 50, "cat|not a dog", false, NULL},
	};
	Topic excusing = {.name = "excusing",
	    .threshold = 40,
	    .unless = WORDS("never there", "not a \\w+")};
	enum { N = G_N_ELEMENTS(cases) };
	Rule rules[N];
	const char *own[N][2] = {{NULL}};
	Bench bench;
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "this is not a dog", false);
	for (gsize i = 0; i < N; i++) {
		rules[i] = rule_base("r", cases[i].topic,
		    cases[i].match ? cases[i].match : "dog");
		rules[i].points = cases[i].points;
		own[i][0] = cases[i].unless;
		rules[i].unless = own[i];
	}
	Conf *conf = conf_made();
	g_ptr_array_add(conf->topics, &excusing);
	g_ptr_array_add(conf->topics, &press);
	for (gsize i = 0; i < N; i++) {
		g_ptr_array_add(conf->rules, &rules[i]);
	}
	g_autoptr(GPtrArray) problems = problems_new();
	bench = (Bench){conf, ruleset_new(conf, problems)};
	assert_non_null(bench.rules);
	Score *score = ruleset_score(bench.rules, &mail, NULL);
	gsize n = 0;
	for (gsize i = 0; i < N; i++) {
		bool hit = n < score->hits->len &&
			   hit_at(score, (guint)n)->rule == &rules[i];
		assert_int_equal(hit, cases[i].hits);
		n += hit;
	}
	assert_int_equal(score->hits->len, n);
	score_free(score);
	mail_clear(&mail);
	bench_close(&bench);
}

/* An excuse elsewhere excuses nothing: in another section, far away. */
static void test_unless_elsewhere(void **state)
{
	(void)state;
	Message mail;
	mail_init(&mail);
	mail_subject(&mail, "rape seed");
	GString *text = g_string_new(NULL);
	for (int i = 0; i < 3000; i++) {
		g_string_append(text, "rape seed ");
	}
	g_string_append(text, "rape");
	mail_part(mail.text, text->str, false);
	Rule rule = rule_base("r", "press", "\\brape\\b");
	rule.unless = WORDS("\\brape ?seed\\b");
	g_autoptr(Score) score = score_one(&rule, &mail);
	assert_false(score->undecided);
	assert_int_equal(hit_at(score, 0)->count, 1);
	assert_int_equal(hit_at(score, 0)->section, SECTION_TEXT);
	assert_int_equal(hit_at(score, 0)->offset, text->len - 4);
	g_string_free(text, TRUE);
	mail_clear(&mail);
}

/* Hits add up over the sections of a rule; excused ones don't count. */
static void test_at_least(void **state)
{
	(void)state;
	static const struct {
		guint at_least;
		const char *subject, *text;
		bool hits;
	} cases[] = {
	    {3, "", "dog cat dog", true},
	    {3, "", "dog cat", false},
	    {3, "dog", "cat cat", true},
	    {3, "dog", "cat dog house", false},
	    {2, "", "dogdog", false},
	    {8, "dog dog dog dog", "cat cat cat cat", true},
	    {8, "dog dog dog dog", "cat cat cat", false},
	    {1, "", "dog", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Message mail;
		mail_init(&mail);
		mail_subject(&mail, cases[i].subject);
		mail_part(mail.text, cases[i].text, false);
		Rule rule = rule_base("r", "press", "\\b(dog|cat)\\b");
		rule.unless = WORDS("dog house");
		rule.at_least = cases[i].at_least;
		g_autoptr(Score) score = score_one(&rule, &mail);
		assert_int_equal(score->hits->len, cases[i].hits);
		if (cases[i].hits) {
			assert_int_equal(
			    hit_at(score, 0)->count, cases[i].at_least);
		}
		mail_clear(&mail);
	}
}

static void test_once(void **state)
{
	(void)state;
	Rule rule = rule_base("r", "press", "word");
	rule.urgency = 10;
	g_autofree char *text = text_repeated("word ", 5000);
	g_autoptr(Score) score = score_text(&rule, text);
	assert_int_equal(score->hits->len, 1);
	assert_int_equal(hit_at(score, 0)->count, 1);
	assert_int_equal(score->urgency, 35);
	const TopicScore *topic = g_ptr_array_index(score->topics, 0);
	assert_int_equal(topic->points, 50);
}

/* Shown in a terminal, in a header: one line, bounded, harmless. */
static void test_words(void **state)
{
	(void)state;
	Rule rule = rule_base("r", "press", "(?s)a.*z");
	g_autofree char *long_text = text_repeated("ab\x1b[31m\xc3\xbc ", 3000);
	g_autofree char *text = g_strconcat(long_text, "z", NULL);
	g_autoptr(Score) score = score_text(&rule, text);
	const char *words = hit_at(score, 0)->text;
	assert_true(strlen(words) <= LIMIT_HIT_TEXT_BYTES);
	assert_true(g_utf8_validate(words, -1, NULL));
	assert_null(strchr(words, '\x1b'));
}

static void test_wrapped(void **state)
{
	(void)state;
	static const char *const texts[] = {"I was sexually\nassaulted.",
	    "sexually  assaulted",
	    "SEXUALLY\xc2\xa0"
	    "Assaulted",
	    "sex\xe2\x80\x8bually assa\xc2\xadulted"};
	Rule rule = rule_base("r", "press", "\\bsexually assaulted\\b");
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Score) score = score_text(&rule, texts[i]);
		assert_int_equal(score->hits->len, 1);
	}
	g_autoptr(Score) apart = score_text(&rule, "not sexually\n\nassaulted");
	assert_int_equal(apart->hits->len, 0);
}

/* ---- arithmetic ---- */

typedef struct {
	const char *text;
	MessageKind kind;
	int urgency;
	Urgency level;
	const char *topics; /* qualified, in order */
	guint listed;       /* topics with a hit */
} SumCase;

static const SumCase sum_cases[] = {
    {"nothing", KIND_HUMAN, 25, URGENCY_NORMAL, "", 0},
    {"nothing", KIND_LIST, 10, URGENCY_LOW, "", 0},
    {"nothing", KIND_BOUNCE, 10, URGENCY_LOW, "", 0},
    {"invoice", KIND_HUMAN, 30, URGENCY_NORMAL, "billing", 1},
    {"weak", KIND_HUMAN, 25, URGENCY_NORMAL, "", 1},
    {"weak weaker", KIND_HUMAN, 25, URGENCY_NORMAL, "billing", 1},
    /* precedence, then points, then name */
    {"invoice journalist", KIND_HUMAN, 50, URGENCY_HIGH, "press billing", 2},
    {"invoice down", KIND_HUMAN, 50, URGENCY_HIGH, "billing outage", 2},
    {"invoice weak down", KIND_HUMAN, 50, URGENCY_HIGH, "billing outage", 2},
    {"invoice down down2", KIND_HUMAN, 50, URGENCY_HIGH, "outage billing", 2},
    /* floors hold against everything */
    {"down calm", KIND_HUMAN, 50, URGENCY_HIGH, "outage", 2},
    {"threat", KIND_HUMAN, 85, URGENCY_CRITICAL, "safety", 1},
    {"threat calm", KIND_HUMAN, 75, URGENCY_CRITICAL, "safety", 2},
    {"threat calm", KIND_LIST, 75, URGENCY_CRITICAL, "safety", 2},
    {"threat harmless", KIND_HUMAN, 85, URGENCY_CRITICAL, "", 1},
    /* what only speaks against says nothing alone */
    {"harmless", KIND_HUMAN, 25, URGENCY_NORMAL, "", 0},
    {"harmless down", KIND_HUMAN, 50, URGENCY_HIGH, "outage", 1},
    {"calm", KIND_HUMAN, 0, URGENCY_LOW, "", 1},
    /* a topic's most bounds its own rules, and only upwards */
    {"urgent", KIND_HUMAN, 55, URGENCY_HIGH, "", 1},
    {"urgent today", KIND_HUMAN, 70, URGENCY_HIGH, "", 1},
    {"urgent today journalist", KIND_HUMAN, 90, URGENCY_CRITICAL, "press", 2},
    {"urgent whenever", KIND_HUMAN, 15, URGENCY_LOW, "", 1},
    {"threat journalist", KIND_HUMAN, 100, URGENCY_CRITICAL, "safety press", 2},
};

static const struct {
	const char *word, *topic;
	int points, urgency;
} sum_rules[] = {
    {"invoice", "billing", 50, 5},
    {"weak", "billing", 20, 0},
    {"weaker", "billing", 20, 0},
    {"journalist", "press", 60, 20},
    {"down", "outage", 50, 0},
    {"down2", "outage", 5, 0},
    {"threat", "safety", 60, 60},
    {"harmless", "safety", -50, 0},
    {"calm", "press", 10, -100},
    {"urgent", "hurry", 0, 30},
    {"today", "hurry", 0, 30},
    {"whenever", "hurry", 0, -40},
};

static void check_sum(Ruleset *rules, const SumCase *one)
{
	Message mail;
	mail_init(&mail);
	mail.kind = one->kind;
	mail_part(mail.text, one->text, false);
	g_autoptr(Score) score = ruleset_score(rules, &mail, NULL);
	GString *topics = g_string_new(NULL);
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *topic = g_ptr_array_index(score->topics, i);
		if (topic->qualified) {
			g_string_append_printf(topics, "%s%s",
			    topics->len ? " " : "", topic->topic->name);
		}
	}
	assert_string_equal(topics->str, one->topics);
	assert_int_equal(score->topics->len, one->listed);
	assert_int_equal(score->urgency, one->urgency);
	assert_int_equal(score->level, one->level);
	assert_int_equal(score_topic(score) != NULL, topics->len > 0);
	g_string_free(topics, TRUE);
	mail_clear(&mail);
}

static void test_sums(void **state)
{
	(void)state;
	Rule rules[G_N_ELEMENTS(sum_rules)];
	char *matches[G_N_ELEMENTS(sum_rules)];
	for (gsize i = 0; i < G_N_ELEMENTS(sum_rules); i++) {
		matches[i] = g_strdup_printf("\\b%s\\b", sum_rules[i].word);
		rules[i] = rule_base(
		    sum_rules[i].word, sum_rules[i].topic, matches[i]);
		rules[i].points = sum_rules[i].points;
		rules[i].urgency = sum_rules[i].urgency;
	}
	Bench bench;
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	for (gsize i = 0; i < G_N_ELEMENTS(sum_cases); i++) {
		check_sum(bench.rules, &sum_cases[i]);
	}
	bench_close(&bench);
	for (gsize i = 0; i < G_N_ELEMENTS(matches); i++) {
		g_free(matches[i]);
	}
}

/* Hits come in the order of the packs, whatever is looked at first. */
static void test_order(void **state)
{
	(void)state;
	Rule rules[] = {
	    rule_base("first", "billing", "c"),
	    rule_base("second", "safety", "b"),
	    rule_base("third", "press", "a"),
	};
	Bench bench;
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "a b c", false);
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	assert_ptr_equal(hit_at(score, 0)->rule, &rules[0]);
	assert_ptr_equal(hit_at(score, 1)->rule, &rules[1]);
	assert_ptr_equal(hit_at(score, 2)->rule, &rules[2]);
	/* The score keeps the rules alive. */
	ruleset_unref(bench.rules);
	assert_int_equal(bench.conf->refs, 2);
	score_free(g_steal_pointer(&score));
	conf_clear(bench.conf);
	mail_clear(&mail);
}

/* ---- limits ---- */

static void test_undecided(void **state)
{
	(void)state;
	Rule rules[] = {
	    rule_base("slow", "billing", "(?:a|aa)+(?:b|c)$"),
	    rule_base("fine", "press", "word"),
	};
	g_autofree char *run = text_repeated("a", 4000);
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, run, false);
	mail_part(mail.text, "word", false);
	Bench bench;
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	assert_true(score->undecided);
	assert_string_equal(score->undecided_because, "slow");
	assert_int_equal(score->hits->len, 1);
	/* One hit decides, whatever would come after it. */
	mail_subject(&mail, "ab");
	g_autoptr(Score) hit = ruleset_score(bench.rules, &mail, NULL);
	assert_false(hit->undecided);
	assert_int_equal(hit->hits->len, 2);
	mail_clear(&mail);
	ruleset_unref(bench.rules);
}

/* An excuse that can't be told leaves the rule undecided. */
static void test_undecided_excuse(void **state)
{
	(void)state;
	Rule rule = rule_base("r", "press", "word");
	rule.unless = WORDS("(?:a|aa)+(?:b|c)$");
	g_autofree char *run = text_repeated("a", 900);
	g_autofree char *text = g_strconcat(run, " word", NULL);
	g_autoptr(Score) score = score_text(&rule, text);
	assert_true(score->undecided);
	assert_int_equal(score->hits->len, 0);
}

/* Many rules that are slow without ever failing: the time ends it, and the
 * gravest topic's rules had their turn. */
static void test_time(void **state)
{
	(void)state;
	enum { SLOW = 30 };
	Rule rules[SLOW + 1];
	for (gsize i = 0; i < SLOW; i++) {
		rules[i] =
		    rule_base("slow", "billing", "a(?:b|[^x]){0,400}[yz]");
	}
	rules[SLOW] = rule_base("threat", "safety", "threat");
	g_autofree char *run = text_repeated("a", 512 * 1024);
	g_autofree char *text = g_strconcat(run, " threat", NULL);
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, text, false);
	Bench bench;
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	gint64 begun_us = g_get_monotonic_time();
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	gint64 took_ms = (g_get_monotonic_time() - begun_us) / 1000;
	assert_true(took_ms < 20 * LIMIT_SCORE_MS);
	assert_true(score->undecided);
	assert_string_equal(score->undecided_because, "slow");
	assert_int_equal(score->hits->len, 1);
	assert_string_equal(score_topic(score)->name, "safety");
	assert_int_equal(score->level, URGENCY_CRITICAL);
	mail_clear(&mail);
	ruleset_unref(bench.rules);
}

/* One slow rule doesn't use up the time of the others, tried everywhere or
 * only where words begin. */
static void test_share(void **state)
{
	(void)state;
	static const char *const slow[] = {
	    "a(?:b|[^x]){0,400}[yz]", "\\ba(?:b|[^x]){0,400}[yz]"};
	g_autofree char *run = text_repeated("a ", 1024 * 1024);
	Message mail;
	mail_init(&mail);
	mail_subject(&mail, "word");
	mail_part(mail.text, run, false);
	for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
		Rule rules[] = {
		    rule_base("slow", "safety", slow[i]),
		    rule_base("fine", "press", "word"),
		};
		Bench bench;
		bench_open(&bench, rules, G_N_ELEMENTS(rules));
		g_autoptr(Score) score =
		    ruleset_score(bench.rules, &mail, NULL);
		assert_true(score->undecided);
		assert_string_equal(score->undecided_because, "slow");
		assert_int_equal(score->hits->len, 1);
		ruleset_unref(bench.rules);
	}
	mail_clear(&mail);
}

static void test_jit(void **state)
{
	(void)state;
	Rule rules[] = {
	    rule_base("plain", "press", "word"),
	    rule_base("other", "press", "(*NO_JIT)word"),
	};
	Bench bench;
	bench_open(&bench, rules, 2);
	assert_int_equal(ruleset_size(bench.rules), 2);
	assert_true(ruleset_jit(bench.rules));
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "word", false);
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	assert_int_equal(score->hits->len, 2);
	mail_clear(&mail);
	ruleset_unref(bench.rules);
}

static void test_compile(void **state)
{
	(void)state;
	Rule rules[] = {
	    rule_base("first", "press", "(open"),
	    rule_base("second", "press", "fine"),
	    rule_base("third", "nowhere", "fine"),
	};
	rules[1].unless = WORDS("fine", "[z-a]");
	Conf conf;
	conf_init(&conf);
	g_ptr_array_add(conf.topics, &press);
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_ptr_array_add(conf.rules, &rules[i]);
	}
	GPtrArray *problems = problems_new();
	assert_null(ruleset_new(&conf, problems));
	assert_int_equal(problems->len, 3);
	assert_string_equal(problem_at(problems, 0),
	    "rule \"first\": match: missing closing parenthesis "
	    "(at offset 5)");
	assert_non_null(strstr(problem_at(problems, 1),
	    "rule \"second\": unless[2]: range out of order"));
	assert_non_null(strstr(problem_at(problems, 2), "\"nowhere\""));
	const ConfProblem *first = g_ptr_array_index(problems, 0);
	assert_int_equal(first->place.line, 7);
	assert_false(first->warning);
	g_ptr_array_unref(problems);
	conf_clear(&conf);
}

static void test_no_rules(void **state)
{
	(void)state;
	Message mail;
	mail_init(&mail);
	Bench bench;
	bench_open(&bench, NULL, 0);
	g_autoptr(Score) score = ruleset_score(bench.rules, &mail, NULL);
	assert_int_equal(score->urgency, 25);
	assert_true(ruleset_jit(bench.rules));
	mail_clear(&mail);
	ruleset_unref(bench.rules);
}

/* ---- one pass and none ---- */

static const char *pick(GRand *rand, const char *const *words, gsize n)
{
	return words[g_rand_int_range(rand, 0, (gint32)n)];
}

/* N words, apart by what may be between them. Transfer full. */
static char *random_words(GRand *rand, int n)
{
	static const char *const words[] = {"kill", "threat", "you", "level",
	    "my", "order", "never", "came", "the", "bag", "bags", "lost",
	    "luggage",
	    "\xc3\xbc"
	    "ber",
	    "invoice", "22", "4500", "dear", "all", "threatening"};
	static const char *const gaps[] = {
	    " ", " ", " ", " ", ". ", "\n\n", "-", ", ", "'", " \xc3\xa9"};
	GString *text = g_string_new(NULL);
	for (int i = 0; i < n; i++) {
		g_string_append(text, pick(rand, words, G_N_ELEMENTS(words)));
		g_string_append(text, pick(rand, gaps, G_N_ELEMENTS(gaps)));
	}
	return g_string_free(text, FALSE);
}

static const char *const pass_matches[] = {"\\bkill\\b", "\\bthreat\\w*",
    "\\b(my|the)\\s+(order|bags?|luggage)\\s+(\\w+\\s+)?(never\\s+came|lost)"
    "\\b",
    "^dear\\s+all\\b", "\\blost\\b.{0,30}\\bluggage", "came$",
    "(?:\\b(?:order|invoice|bag|level)\\b[^\\x01]{1,60}?){2}\\b(?:order|bag)"
    "\\b",
    "[.,-] ?you", "\\b\\d{2,4}\\b",
    "\\b\xc3\xbc"
    "ber\\s+all",
    "(?s)threat.*kill.*never", "\\bthe\\b(?!\\s+order)", "(?<=my )order",
    "\\w+\\s+level", "you|my|the", "(?=threat)threatening", "l+e", "", "^",
    "(?m)^dear", "\\bkill(?:\\s+\\w+){1,3}\\s+threat", "all\\W"};

static const char *const pass_excuses[] = {"\\bthreat level\\b",
    "\\bnever\\s+came\\b", "my (\\w+ )?order", "\\bkill\\s+the\\b", "bag$",
    "(?<=all )lost", "x*", "lost\\W+luggage[^.]{0,20}", "^the"};

/* Hits of both ways of scoring MAIL are the same; how many. */
static guint check_pass(Ruleset *rules, const Message *mail)
{
	g_autoptr(Score) pass = ruleset_score(rules, mail, NULL);
	g_autoptr(Score) alone = ruleset_score_alone(rules, mail, NULL);
	assert_int_equal(pass->undecided, alone->undecided);
	assert_int_equal(pass->hits->len, alone->hits->len);
	for (guint i = 0; i < pass->hits->len; i++) {
		const ScoreHit *a = hit_at(pass, i), *b = hit_at(alone, i);
		assert_string_equal(a->rule->match, b->rule->match);
		assert_int_equal(a->section, b->section);
		assert_int_equal(a->offset, b->offset);
		assert_int_equal(a->count, b->count);
		assert_string_equal(a->text, b->text);
	}
	return pass->hits->len;
}

static void test_pass(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(20261122);
	enum { N = G_N_ELEMENTS(pass_matches) };
	guint hits = 0;
	for (int round = 0; round < 60; round++) {
		Rule rules[N];
		const char *unless[N][3] = {{NULL}};
		for (gsize i = 0; i < N; i++) {
			rules[i] = rule_base("r", "press", pass_matches[i]);
			for (int k = g_rand_int_range(rand, 0, 3); k-- > 0;) {
				unless[i][k] = pick(rand, pass_excuses,
				    G_N_ELEMENTS(pass_excuses));
			}
			rules[i].unless = unless[i];
		}
		Bench bench;
		bench_open(&bench, rules, N);
		for (int k = 0; k < 40; k++) {
			g_autofree char *subject =
			    random_words(rand, g_rand_int_range(rand, 0, 4));
			/* Some longer than a pattern sees at once. */
			g_autofree char *text =
			    random_words(rand, k % 20 ? k : 3000);
			Message mail;
			mail_init(&mail);
			mail_subject(&mail, subject);
			mail_part(mail.text, text, false);
			hits += check_pass(bench.rules, &mail);
			mail_clear(&mail);
		}
		ruleset_unref(bench.rules);
	}
	assert_true(hits > 5000);
	g_rand_free(rand);
}

/* Text that is nothing but what many rules look for, and a hit at its end. */
static void test_pass_hostile(void **state)
{
	(void)state;
	static const char *const units[] = {
	    "lost ", "lost-luggage,", "kill my threat ", "a lost"};
	enum { N = 40 };
	Rule rules[N];
	for (gsize i = 0; i < N; i++) {
		rules[i] = rule_base("r", "press",
		    i % 2 ? "\\b(lost|kill)\\w*\\s+(luggage|him)x"
			  : "\\bthreat\\b.{0,20}\\blost\\s+(a|the)y");
	}
	Bench bench;
	bench_open(&bench, rules, N);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *text = text_repeated(units[i], 256 * 1024);
		g_autofree char *end =
		    g_strconcat(text, ". Lost luggagex", NULL);
		Message mail;
		mail_init(&mail);
		mail_part(mail.text, end, false);
		gint64 begun_us = g_get_monotonic_time();
		g_autoptr(Score) score =
		    ruleset_score(bench.rules, &mail, NULL);
		gint64 took_ms = (g_get_monotonic_time() - begun_us) / 1000;
		assert_false(score->undecided);
		assert_int_equal(score->hits->len, N / 2);
		assert_true(took_ms < 3 * LIMIT_SCORE_MS);
		mail_clear(&mail);
	}
	ruleset_unref(bench.rules);
}

/* ---- threads ---- */

static gpointer score_often(gpointer data)
{
	Ruleset *rules = data;
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "a word of a threat, and an invoice", false);
	for (int i = 0; i < 300; i++) {
		g_autoptr(Score) score = ruleset_score(rules, &mail, NULL);
		g_assert_cmpuint(score->hits->len, ==, 2);
	}
	mail_clear(&mail);
	ruleset_unref(rules);
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	Rule rules[] = {
	    rule_base("one", "safety", "\\bthreat\\b"),
	    rule_base("two", "billing", "\\binvoice\\b"),
	    rule_base("three", "billing", "\\bcredit\\b"),
	};
	rules[0].unless = WORDS("threat level");
	Bench bench;
	bench_open(&bench, rules, G_N_ELEMENTS(rules));
	GThread *threads[4];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		threads[i] = g_thread_new(
		    "score", score_often, ruleset_ref(bench.rules));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		g_thread_join(threads[i]);
	}
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_other_sections),
	    cmocka_unit_test(test_anchors),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_unread),
	    cmocka_unit_test(test_unless),
	    cmocka_unit_test(test_unless_of_topic),
	    cmocka_unit_test(test_unless_elsewhere),
	    cmocka_unit_test(test_at_least),
	    cmocka_unit_test(test_once),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_wrapped),
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_undecided),
	    cmocka_unit_test(test_undecided_excuse),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_share),
	    cmocka_unit_test(test_jit),
	    cmocka_unit_test(test_compile),
	    cmocka_unit_test(test_no_rules),
	    cmocka_unit_test(test_pass),
	    cmocka_unit_test(test_pass_hostile),
	    cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
