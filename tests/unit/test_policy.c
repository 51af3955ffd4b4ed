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
		PolicyLack lack;
	} cases[] = {
	    {"empty fits everything", {NULL}, 0, {NULL}, {"idea"}, URGENCY_LOW,
		"care", LACK_NONE},
	    {"even nothing", {NULL}, 0, {NULL}, {NULL}, URGENCY_LOW, NULL,
		LACK_NONE},
	    {"the topic", {"press", "safety"}, 0, {NULL}, {"safety"},
		URGENCY_LOW, "care", LACK_NONE},
	    {"the second of the topics", {"safety"}, 0, {NULL},
		{"press", "safety"}, URGENCY_LOW, "care", LACK_NONE},
	    {"another topic", {"safety"}, 0, {NULL}, {"safe"}, URGENCY_LOW,
		"care", LACK_TOPIC},
	    {"no topic", {"safety"}, 0, {NULL}, {NULL}, URGENCY_LOW, "care",
		LACK_TOPIC},
	    {"the level", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_HIGH, "care", LACK_NONE},
	    {"a lower one", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_NORMAL, "care", LACK_URGENCY},
	    {"a higher one", {NULL}, LEVEL(URGENCY_HIGH), {NULL}, {"idea"},
		URGENCY_CRITICAL, "care", LACK_URGENCY},
	    {"the lowest", {NULL}, LEVEL(URGENCY_LOW) | LEVEL(URGENCY_HIGH),
		{NULL}, {"idea"}, URGENCY_LOW, "care", LACK_NONE},
	    {"the team", {NULL}, 0, {"media", "care"}, {"idea"}, URGENCY_LOW,
		"care", LACK_NONE},
	    {"another team", {NULL}, 0, {"media"}, {"idea"}, URGENCY_LOW,
		"care", LACK_TEAM},
	    {"no team", {NULL}, 0, {"media"}, {"idea"}, URGENCY_LOW, NULL,
		LACK_TEAM},
	    {"all three", {"idea"}, LEVEL(URGENCY_LOW), {"care"}, {"idea"},
		URGENCY_LOW, "care", LACK_NONE},
	    {"nothing of it: the topic first", {"idea"}, LEVEL(URGENCY_LOW),
		{"care"}, {"press"}, URGENCY_HIGH, "media", LACK_TOPIC},
	    {"two of three", {"idea"}, LEVEL(URGENCY_LOW), {"care"}, {"idea"},
		URGENCY_HIGH, "care", LACK_URGENCY},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Policy policy = {.topics = cases[i].policy_topics,
		    .teams = cases[i].policy_teams,
		    .urgencies = cases[i].urgencies};

		if (policy_lack(&policy, cases[i].topics, cases[i].level,
			cases[i].team) != cases[i].lack) {
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
