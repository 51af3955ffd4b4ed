/* From a scored message to a plan. */
#include "score_fixture.h"

#include "anteroom/route.h"

#define ARRIVAL_S 1795255200 /* 2026-11-21T10:00:00Z, a Saturday */
#define HOUR_S 3600

static const char *const nobody[] = {NULL};

static Team teams[] = {
    {.name = "trust",
	.address = "trust@example.com",
	.calendar = "always",
	.sensitive = true},
    {.name = "care", .address = "care@example.com", .calendar = "always"},
    {.name = "media", .address = "media@example.com", .calendar = "always"},
    {.name = "desk", .address = "ea@example.com", .calendar = "always"},
};

static Topic topics[] = {
    {.name = "safety",
	.has_floor = true,
	.floor = URGENCY_CRITICAL,
	.precedence = 100,
	.threshold = 40,
	.sensitive = true},
    {.name = "press", .precedence = 50, .threshold = 40},
    {.name = "legal", .precedence = 40, .threshold = 40, .sensitive = true},
    {.name = "sales", .precedence = 10, .threshold = 40},
    {.name = "bulk", .precedence = 9, .threshold = 40},
    {.name = "stray", .precedence = 1, .threshold = 40},
};

static Policy policies[] = {
    {.name = "safety",
	.calendar = "always",
	.first_reply_s = HOUR_S,
	.next_reply_s = 4 * HOUR_S,
	.resolve_s = 72 * HOUR_S},
    {.name = "press", .calendar = "", .first_reply_s = 2 * HOUR_S},
    {.name = "high",
	.calendar = "",
	.urgencies = 1u << URGENCY_HIGH,
	.resolve_s = 8 * HOUR_S},
    {.name = "care", .calendar = "", .first_reply_s = 16 * HOUR_S},
};

static Desk desk = {.name = "ceo", .assistant = "ea@example.com"};

/* All of them, and the routes that DEFAULT ends. */
static void conf_fill(Conf *conf, const char *fallback)
{
	static Route routes[] = {
	    {"safety", "trust", {NULL, 0}},
	    {"press", "media", {NULL, 0}},
	    {"legal", "care", {NULL, 0}},
	    {"sales", "none", {NULL, 0}},
	    {"bulk", "none", {NULL, 0}},
	};
	static Route last = {.topic = "default"};
	conf_init(conf);
	for (gsize i = 0; i < G_N_ELEMENTS(teams); i++) {
		teams[i].members = nobody;
		teams[i].lead = "";
		g_ptr_array_add(conf->teams, &teams[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(routes); i++) {
		g_ptr_array_add(conf->routes, &routes[i]);
	}
	if (fallback) {
		last.team = fallback;
		g_ptr_array_add(conf->routes, &last);
	}
	static const char *const of_safety[] = {"safety", NULL};
	static const char *const of_press[] = {"press", NULL};
	static const char *const of_care[] = {"care", NULL};
	policies[0].topics = of_safety;
	policies[1].topics = of_press;
	policies[2].topics = policies[3].topics = nobody;
	policies[0].teams = policies[1].teams = policies[2].teams = nobody;
	policies[3].teams = of_care;
	for (gsize i = 0; i < G_N_ELEMENTS(policies); i++) {
		g_ptr_array_add(conf->policies, &policies[i]);
	}
}

static const Topic *topic_named(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(topics); i++) {
		if (strcmp(topics[i].name, name) == 0) {
			return &topics[i];
		}
	}
	fail_msg("no topic %s", name);
	return NULL;
}

/* A score by hand: NAMES are the qualified topics, one that isn't follows. */
static void score_fill(Score *score, const char *names, int urgency)
{
	*score = (Score){.urgency = urgency, .level = urgency_of(urgency)};
	score->hits = g_ptr_array_new();
	score->topics = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) list = g_strsplit(names, " ", -1);
	for (gsize i = 0; list[i] && *list[i]; i++) {
		TopicScore *one = g_new0(TopicScore, 1);
		*one = (TopicScore){.topic = topic_named(list[i]),
		    .points = 50,
		    .qualified = true};
		g_ptr_array_add(score->topics, one);
	}
	TopicScore *weak = g_new0(TopicScore, 1);
	*weak = (TopicScore){.topic = topic_named("safety"), .points = 10};
	g_ptr_array_add(score->topics, weak);
}

static void score_clear(Score *score)
{
	g_ptr_array_unref(score->hits);
	g_ptr_array_unref(score->topics);
}

typedef struct {
	const char *fallback; /* the default route's team; NULL: no route */
	const char *qualified;
	int urgency;
	MessageKind kind;
	const char *unread, *undecided;
	bool truncated;

	const char *topics;
	const char *team; /* NULL: screened */
	int planned;      /* urgency */
	const char *unscreened;
} PlanCase;

static const PlanCase plan_cases[] = {
    {"desk", "", 25, KIND_HUMAN, NULL, NULL, false, "other", "desk", 25, NULL},
    {"desk", "press", 30, KIND_HUMAN, NULL, NULL, false, "press", "media", 30,
	NULL},
    {"desk", "stray", 30, KIND_HUMAN, NULL, NULL, false, "stray", "desk", 30,
	NULL},
    {"desk", "safety press", 90, KIND_HUMAN, NULL, NULL, false, "safety press",
	"trust", 90, NULL},
    /* screened: the primary topic decides */
    {"desk", "sales", 25, KIND_HUMAN, NULL, NULL, false, "sales", NULL, 25,
	NULL},
    {"desk", "sales", 60, KIND_HUMAN, NULL, NULL, false, "sales", NULL, 60,
	NULL},
    {"desk", "sales stray", 25, KIND_HUMAN, NULL, NULL, false, "sales stray",
	NULL, 25, NULL},
    {"none", "", 25, KIND_HUMAN, NULL, NULL, false, "other", NULL, 25, NULL},
    /* unless it is urgent */
    {"desk", "sales press", 60, KIND_HUMAN, NULL, NULL, false, "sales press",
	"media", 60, NULL},
    {"desk", "sales bulk", 80, KIND_HUMAN, NULL, NULL, false, "sales bulk",
	"desk", 80, NULL},
    /* machines */
    {"desk", "", 10, KIND_AUTO_REPLY, NULL, NULL, false, "other", NULL, 10,
	NULL},
    {"desk", "press", 80, KIND_LIST, NULL, NULL, false, "press", NULL, 80,
	NULL},
    {"desk", "press safety", 80, KIND_LIST, NULL, NULL, false, "press safety",
	"media", 80, NULL},
    {"desk", "safety", 80, KIND_BOUNCE, NULL, NULL, false, "safety", "trust",
	80, NULL},
    {"desk", "", 10, KIND_LIST, NULL, NULL, true, "other", NULL, 10,
	"only a part was read"},
    {"desk", "", 10, KIND_LIST, NULL, "slow", false, "other", "desk", 50,
	"rule slow undecided"},
    /* unread */
    {"desk", "", 25, KIND_HUMAN, "too deep", NULL, false, "unread", "desk", 50,
	"too deep"},
    {"desk", "press", 60, KIND_HUMAN, "too deep", NULL, false, "unread press",
	"desk", 60, "too deep"},
    {"desk", "safety press", 90, KIND_HUMAN, "too deep", "slow", false,
	"safety unread press", "trust", 90, "too deep"},
    {"desk", "safety", 90, KIND_HUMAN, "too deep", NULL, false, "safety unread",
	"trust", 90, "too deep"},
    {"none", "", 25, KIND_HUMAN, "too deep", NULL, false, "unread", "desk", 50,
	"too deep"},
    {"none", "press", 25, KIND_HUMAN, "too deep", NULL, false, "unread press",
	"media", 50, "too deep"},
    {NULL, "", 25, KIND_HUMAN, "too deep", NULL, false, "unread", "desk", 50,
	"too deep"},
    /* undecided */
    {"desk", "sales", 25, KIND_HUMAN, NULL, "slow", false, "sales", "desk", 50,
	"rule slow undecided"},
    {"none", "sales bulk", 25, KIND_HUMAN, NULL, "slow", false, "sales bulk",
	"desk", 50, "rule slow undecided"},
    {"desk", "press", 25, KIND_HUMAN, NULL, "time", false, "press", "media", 50,
	"out of time"},
    /* cut: a person looks, but no sooner */
    {"desk", "press", 25, KIND_HUMAN, NULL, NULL, true, "press", "media", 25,
	"only a part was read"},
    {"desk", "sales", 25, KIND_HUMAN, NULL, NULL, true, "sales", "desk", 25,
	"only a part was read"},
    /* no default: nobody said "none" */
    {NULL, "", 25, KIND_HUMAN, NULL, NULL, false, "other", "desk", 25, NULL},
    {NULL, "sales", 25, KIND_HUMAN, NULL, NULL, false, "sales", NULL, 25, NULL},
};

static void check_plan(const PlanCase *one)
{
	Conf conf;
	conf_fill(&conf, one->fallback);
	GPtrArray *problems = problems_new();
	Sla *sla = sla_new(&conf, problems);
	assert_non_null(sla);
	Message mail;
	mail_init(&mail);
	mail.kind = one->kind;
	mail.truncated = one->truncated;
	g_autofree char *unread = g_strdup(one->unread);
	mail.unread = unread;
	Score score;
	score_fill(&score, one->qualified, one->urgency);
	score.undecided = one->undecided != NULL;
	score.undecided_because = one->undecided;
	g_autoptr(Plan) plan =
	    plan_new(&conf, sla, &desk, &mail, &score, ARRIVAL_S);
	g_autofree char *names = g_strjoinv(" ", plan->topics);
	assert_string_equal(names, one->topics);
	assert_string_equal(plan->topic, plan->topics[0]);
	assert_string_equal(plan->team ? plan->team->name : "none",
	    one->team ? one->team : "none");
	assert_int_equal(plan->urgency, one->planned);
	assert_int_equal(plan->level, urgency_of(one->planned));
	assert_string_equal(plan->unscreened ? plan->unscreened : "",
	    one->unscreened ? one->unscreened : "");
	assert_ptr_equal(plan->desk, &desk);
	assert_int_equal(plan->from_s, ARRIVAL_S);
	assert_true(strlen(plan->because) > 0);
	if (!plan->team) {
		assert_null(plan->policy);
		assert_int_equal(plan->due_s[METRIC_FIRST_REPLY], 0);
	}
	score_clear(&score);
	mail_clear(&mail);
	sla_unref(sla);
	g_ptr_array_unref(problems);
	conf_clear(&conf);
}

static void test_plans(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(plan_cases); i++) {
		check_plan(&plan_cases[i]);
	}
}

/* What is said of the choice: it must be the one that was made. */
static void test_because(void **state)
{
	static const struct {
		const char *fallback, *qualified;
		int urgency;
		MessageKind kind;
		const char *unread;
		const char *team, *because;
	} cases[] = {
	    {"desk", "press", 30, KIND_HUMAN, NULL, "media",
		"the route of its topic"},
	    {"desk", "stray", 30, KIND_HUMAN, NULL, "desk",
		"its topic has no route: the default"},
	    {"desk", "sales", 30, KIND_HUMAN, NULL, NULL,
		"the route of its topic says none"},
	    {"none", "stray", 30, KIND_HUMAN, NULL, NULL,
		"its topic has no route, and the default says none"},
	    {NULL, "sales", 30, KIND_HUMAN, NULL, NULL,
		"the route of its topic says none"},
	    {"desk", "press", 30, KIND_LIST, NULL, NULL,
		"nobody waits for an answer to automatic mail"},
	    {"desk", "sales press", 60, KIND_HUMAN, NULL, "media",
		"its topic is screened, but it is pressing: the route of "
		"another"},
	    {"desk", "sales bulk", 80, KIND_HUMAN, NULL, "desk",
		"its topic is screened, but a person must look: the default"},
	    {"none", "", 25, KIND_HUMAN, "broken", "desk",
		"no route names one, but a person must look"},
	    {NULL, "", 25, KIND_HUMAN, NULL, "desk",
		"no route names one, but a person must look"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Conf conf;
		conf_fill(&conf, cases[i].fallback);
		GPtrArray *problems = problems_new();
		Sla *sla = sla_new(&conf, problems);
		Message mail;
		mail_init(&mail);
		g_autofree char *unread = g_strdup(cases[i].unread);
		mail.unread = unread;
		mail.kind = cases[i].kind;
		Score score;
		score_fill(&score, cases[i].qualified, cases[i].urgency);
		g_autoptr(Plan) plan =
		    plan_new(&conf, sla, &desk, &mail, &score, ARRIVAL_S);
		assert_int_equal(plan->team == NULL, cases[i].team == NULL);
		if (cases[i].team) {
			assert_string_equal(plan->team->name, cases[i].team);
		}
		assert_string_equal(plan->because, cases[i].because);
		score_clear(&score);
		mail_clear(&mail);
		sla_unref(sla);
		g_ptr_array_unref(problems);
		conf_clear(&conf);
	}
}

/* Who looks when no route names anybody. */
static void test_somebody(void **state)
{
	(void)state;
	static const char *const members[] = {"*@desk.example.com", NULL};
	static const struct {
		const char *assistant, *team;
	} cases[] = {
	    {"ea@example.com", "desk"},
	    {"someone@desk.example.com", "media"},
	    {"stranger@example.com", "trust"},
	    {"", "trust"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		desk.assistant = cases[i].assistant;
		Conf conf;
		conf_fill(&conf, "none");
		teams[2].members = members;
		GPtrArray *problems = problems_new();
		Sla *sla = sla_new(&conf, problems);
		Message mail;
		mail_init(&mail);
		char unread[] = "broken";
		mail.unread = unread;
		Score score;
		score_fill(&score, "", 25);
		g_autoptr(Plan) plan =
		    plan_new(&conf, sla, &desk, &mail, &score, ARRIVAL_S);
		assert_string_equal(plan->team->name, cases[i].team);
		g_autoptr(Plan) without =
		    plan_new(&conf, sla, NULL, &mail, &score, ARRIVAL_S);
		assert_string_equal(without->team->name, "trust");
		score_clear(&score);
		mail_clear(&mail);
		sla_unref(sla);
		g_ptr_array_unref(problems);
		conf_clear(&conf);
	}
	desk.assistant = "ea@example.com";
}

static void test_deadlines(void **state)
{
	(void)state;
	static const struct {
		const char *qualified;
		int urgency;
		const char *policy; /* NULL: nothing promised */
		gint64 due_h[METRICS];
		bool sensitive;
	} cases[] = {
	    {"safety", 90, "safety", {1, 4, 72}, true},
	    {"press", 30, "press", {2, 0, 0}, false},
	    {"press safety", 90, "safety", {1, 4, 72}, true},
	    {"", 60, "high", {0, 0, 8}, false},
	    {"legal", 30, "care", {16, 0, 0}, true},
	    {"", 25, NULL, {0, 0, 0}, false},
	};
	Conf conf;
	conf_fill(&conf, "desk");
	GPtrArray *problems = problems_new();
	Sla *sla = sla_new(&conf, problems);
	Message mail;
	mail_init(&mail);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Score score;
		score_fill(&score, cases[i].qualified, cases[i].urgency);
		g_autoptr(Plan) plan =
		    plan_new(&conf, sla, &desk, &mail, &score, ARRIVAL_S);
		assert_string_equal(plan->policy ? plan->policy->name : "none",
		    cases[i].policy ? cases[i].policy : "none");
		assert_int_equal(plan->calendar != NULL, plan->policy != NULL);
		for (int k = 0; k < METRICS; k++) {
			gint64 due_h = cases[i].due_h[k];
			assert_int_equal(plan->due_s[k],
			    due_h ? ARRIVAL_S + due_h * HOUR_S : 0);
		}
		assert_int_equal(plan->sensitive, cases[i].sensitive);
		score_clear(&score);
	}
	mail_clear(&mail);
	sla_unref(sla);
	g_ptr_array_unref(problems);
	conf_clear(&conf);
}

static void test_route_team(void **state)
{
	(void)state;
	Conf conf;
	bool known = false;
	conf_fill(&conf, "desk");
	assert_string_equal(route_team(&conf, "press", &known)->name, "media");
	assert_true(known);
	assert_null(route_team(&conf, "sales", &known));
	assert_true(known);
	assert_string_equal(route_team(&conf, "other", NULL)->name, "desk");
	conf_clear(&conf);
	conf_fill(&conf, NULL);
	assert_null(route_team(&conf, "other", &known));
	assert_false(known);
	conf_clear(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plans),
	    cmocka_unit_test(test_because),
	    cmocka_unit_test(test_somebody),
	    cmocka_unit_test(test_deadlines),
	    cmocka_unit_test(test_route_team),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
