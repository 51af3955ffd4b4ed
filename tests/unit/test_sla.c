/* The policies and calendars of a configuration. */
#include <glib/gstdio.h>

#include "sla_fixture.h"

#define SETTINGS                                                               \
	"company = \"Example\"\n"                                              \
	"desk \"ceo\" { addresses = {\"ceo@example.com\"} }\n"                 \
	"calendar \"office\" { zone = \"UTC\" hours = {\"Mon-Fri "             \
	"09:00-17:00\"} }\n"                                                   \
	"calendar \"late\" { zone = \"UTC\" hours = {\"Mon-Fri "               \
	"20:00-22:00\"} }\n"                                                   \
	"team \"trust\" { address = \"t@example.com\" calendar = \"always\" "  \
	"}\n"                                                                  \
	"team \"care\" { address = \"c@example.com\" calendar = \"office\" "   \
	"}\n"                                                                  \
	"route \"default\" { team = \"care\" }\n"                              \
	"policy \"safety\" { topics = {\"safety\"} calendar = \"late\" "       \
	"first-reply = \"1h\" }\n"                                             \
	"policy \"critical\" { urgency = {\"critical\"} first-reply = \"2h\" " \
	"next-reply = \"4h\" resolve = \"2d\" }\n"                             \
	"policy \"care\" { teams = {\"care\"} first-reply = \"16h\" }\n"

/* Loads SETTINGS and a pack with the topics that they name. */
static Conf *load(void)
{
	g_autofree char *folder = g_dir_make_tmp("anteroom-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "a.conf", NULL);
	g_autofree char *pack = g_build_filename(folder, "a.rules", NULL);
	g_autofree char *text =
	    g_strdup_printf(SETTINGS "rules { packs = {\"%s\"} }\n", pack);
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_true(g_file_set_contents(
	    pack, "topic \"safety\" { title = \"Safety\" }\n", -1, NULL));
	Conf *conf = conf_load(path, problems);
	g_unlink(path);
	g_unlink(pack);
	g_rmdir(folder);
	for (guint i = 0; !conf && i < problems->len; i++) {
		g_autofree char *why =
		    conf_problem_text(g_ptr_array_index(problems, i));
		print_message("%s\n", why);
	}
	assert_non_null(conf);
	return conf;
}

static Sla *load_sla(void)
{
	g_autoptr(Conf) conf = load();
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	Sla *sla = sla_new(conf, problems);

	assert_int_equal(problems->len, 0);
	assert_non_null(sla);
	return sla;
}

static void test_policy(void **state)
{
	static const struct {
		const char *topics[3];
		Urgency level;
		const char *team;
		const char *policy; /* NULL: none */
		const char *calendar;
	} cases[] = {
	    {{"safety"}, URGENCY_LOW, "trust", "safety", "late"},
	    {{"press", "safety"}, URGENCY_CRITICAL, "care", "safety", "late"},
	    /* first match: before the team's own */
	    {{"press"}, URGENCY_CRITICAL, "care", "critical", "office"},
	    {{"press"}, URGENCY_CRITICAL, "trust", "critical", "always"},
	    {{"press"}, URGENCY_LOW, "care", "care", "office"},
	    {{"press"}, URGENCY_LOW, "trust", NULL, "always"},
	    /* a team that is gone */
	    {{NULL}, URGENCY_CRITICAL, "ghosts", "critical", "always"},
	    {{NULL}, URGENCY_LOW, NULL, NULL, "always"},
	};
	g_autoptr(Sla) sla = load_sla();

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Policy *policy = sla_policy(
		    sla, cases[i].topics, cases[i].level, cases[i].team);
		const Calendar *calendar =
		    sla_policy_calendar(sla, policy, cases[i].team);

		if (cases[i].policy) {
			assert_non_null(policy);
			assert_string_equal(policy->name, cases[i].policy);
		} else {
			assert_null(policy);
		}
		assert_string_equal(calendar_name(calendar), cases[i].calendar);
	}
}

static void test_names(void **state)
{
	g_autoptr(Sla) sla = load_sla();
	g_autoptr(Sla) again = sla_ref(sla);
	const Policy *policy = sla_policy_named(again, "critical");

	(void)state;
	assert_string_equal(
	    calendar_name(sla_calendar(sla, "office")), "office");
	assert_string_equal(
	    calendar_name(sla_calendar(sla, "always")), "always");
	assert_string_equal(calendar_name(sla_calendar(sla, "gone")), "always");
	assert_string_equal(calendar_name(sla_calendar(sla, NULL)), "always");
	assert_non_null(policy);
	/* 2d is 48 open hours */
	assert_int_equal(policy_target_s(policy, METRIC_RESOLVE), 48 * HOUR);
	assert_null(sla_policy_named(sla, "gone"));
	assert_null(sla_policy_named(sla, NULL));
}

/* Two calendars wrong: both are told, with their places. */
static void test_problems(void **state)
{
	g_autoptr(Conf) conf = load();
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	static const char *const files[] = {
	    "tests/corpus/sla/bad-cut.ics", NULL};
	const char *const none[] = {NULL};
	CalendarConf wrong[] = {
	    {.name = "closed",
		.zone = "UTC",
		.ics = none,
		.place = {"a.conf", 11}},
	    {.name = "cut",
		.zone = "UTC",
		.ics = files,
		.place = {"a.conf", 12}},
	};
	g_autoptr(GPtrArray) calendars = g_ptr_array_new();

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_ptr_array_add(calendars, &wrong[i]);
	}
	GPtrArray *own = conf->calendars;
	conf->calendars = calendars;
	Sla *sla = sla_new(conf, problems);
	conf->calendars = own;
	assert_null(sla);
	assert_int_equal(problems->len, 2);
	g_autofree char *first =
	    conf_problem_text(g_ptr_array_index(problems, 0));
	g_autofree char *second =
	    conf_problem_text(g_ptr_array_index(problems, 1));
	assert_string_equal(first,
	    "a.conf:11: calendar \"closed\": never opens: no hours on any "
	    "weekday");
	assert_true(g_str_has_prefix(second,
	    "a.conf:12: calendar \"cut\": tests/corpus/sla/bad-cut.ics:5: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_policy),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
