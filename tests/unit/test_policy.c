/* One policy: whom it fits, what it promises. */
#include "sla/internal.h"
#include "sla_fixture.h"

#define LEVEL(u) (1u << (u))

static void test_fits(void **state)
{
	static const struct {
		const char *what;
		const char *policy_topics[3];
		guint urgencies;
		const char *policy_teams[3];
		const char *topics[3];
		Urgency level;
		const char *team;
		bool fits;
	} cases[] = {
	    {"empty fits everything", {NULL}, 0, {NULL}, {"idea"}, URGENCY_LOW,
		"care", true},
	    {"even nothing", {NULL}, 0, {NULL}, {NULL}, URGENCY_LOW, NULL,
		true},
	    {"the topic", {"press", "safety"}, 0, {NULL}, {"safety"},
		URGENCY_LOW, "care", true},
	    {"the second of the topics", {"safety"}, 0, {NULL},
		{"press", "safety"}, URGENCY_LOW, "care", true},
	    {"another topic", {"safety"}, 0, {NULL}, {"safe"}, URGENCY_LOW,
		"care", false},
	    {"no topic", {"safety"}, 0, {NULL}, {NULL}, URGENCY_LOW, "care",
		false},
	    {"the level", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_HIGH, "care", true},
	    {"a lower one", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_NORMAL, "care", false},
	    {"a higher one", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_CRITICAL, "care", false},
	    {"the lowest", {NULL}, LEVEL(URGENCY_LOW) | LEVEL(URGENCY_HIGH),
		{NULL}, {"idea"}, URGENCY_LOW, "care", true},
	    {"the team", {NULL}, 0, {"media", "care"}, {"idea"}, URGENCY_LOW,
		"care", true},
	    {"another team", {NULL}, 0, {"media"}, {"idea"}, URGENCY_LOW,
		"care", false},
	    {"no team", {NULL}, 0, {"media"}, {"idea"}, URGENCY_LOW, NULL,
		false},
	    {"all three", {"idea"}, LEVEL(URGENCY_LOW), {"care"}, {"idea"},
		URGENCY_LOW, "care", true},
	    {"two of three", {"idea"}, LEVEL(URGENCY_LOW), {"care"}, {"idea"},
		URGENCY_HIGH, "care", false},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Policy policy = {.topics = cases[i].policy_topics,
		    .teams = cases[i].policy_teams,
		    .urgencies = cases[i].urgencies};

		if (policy_fits(&policy, cases[i].topics, cases[i].level,
			cases[i].team) != cases[i].fits) {
			fail_msg("%s", cases[i].what);
		}
	}
}

static void test_metrics(void **state)
{
	Policy policy = {.first_reply_s = 1, .resolve_s = 3};

	(void)state;
	assert_string_equal(metric_name(METRIC_FIRST_REPLY), "first_reply");
	assert_string_equal(metric_name(METRIC_NEXT_REPLY), "next_reply");
	assert_string_equal(metric_name(METRIC_RESOLVE), "resolve");
	assert_int_equal(policy_target_s(&policy, METRIC_FIRST_REPLY), 1);
	assert_int_equal(policy_target_s(&policy, METRIC_NEXT_REPLY), 0);
	assert_int_equal(policy_target_s(&policy, METRIC_RESOLVE), 3);
	assert_int_equal(policy_target_s(NULL, METRIC_RESOLVE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fits),
	    cmocka_unit_test(test_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
