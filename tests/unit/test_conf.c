/* conf/: a whole configuration, its lookups, its references, its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "anteroom/conf.h"
#include "anteroom/limits.h"

#define FULL "tests/corpus/conf/full.conf"

static GPtrArray *problems_new(void)
{
	return g_ptr_array_new_with_free_func(
	    (GDestroyNotify)conf_problem_free);
}

static void print_problems(const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);

		print_message("%s\n", text);
	}
}

/* PATH, which has nothing to complain about. */
static Conf *load_clean(const char *path)
{
	g_autoptr(GPtrArray) problems = problems_new();
	Conf *conf = conf_load(path, problems);

	print_problems(problems);
	assert_int_equal(problems->len, 0);
	assert_non_null(conf);
	return conf;
}

static void assert_words(const char *const *words, const char *expected)
{
	g_autofree char *joined = g_strjoinv("|", (char **)(guintptr)words);

	assert_string_equal(joined, expected);
}

static void assert_path(const char *path, const char *end)
{
	assert_true(g_path_is_absolute(path));
	assert_true(g_str_has_suffix(path, end));
}

static void test_server(void **state)
{
	g_autoptr(Conf) conf = load_clean(FULL);

	(void)state;
	assert_string_equal(conf->path, FULL);
	assert_string_equal(conf->company, "Acme & Söhne");
	assert_string_equal(conf->milter_socket, "inet:8891@127.0.0.1");
	assert_int_equal(conf->milter_socket_mode, 0600);
	assert_int_equal(conf->on_error, ON_ERROR_ACCEPT);
	assert_string_equal(conf->authserv_id, "mx.acme.example");
	assert_words(conf->submission_daemons, "ORIGINATING|smtps");
	assert_words(
	    conf->trusted_networks, "192.0.2.0/24|2001:db8::/32|203.0.113.7");
	assert_path(
	    conf->control_socket, "/tests/corpus/conf/run/control.sock");
	assert_words(conf->assistants, "@secretaries|eva");
	assert_words(conf->readers, "web");
	assert_path(conf->store_path, "/tests/corpus/conf/store");
	assert_int_equal(conf->store_bytes, 512 << 20);
	assert_int_equal(conf->keep_text, KEEP_TEXT_FULL);
	assert_int_equal(conf->retention_s, 30 * 86400);
	assert_string_equal(
	    conf->notify_from, "Anteroom <anteroom@acme.example>");
	assert_string_equal(
	    conf->notify_relay, "smtps://mail.acme.example:465");
	assert_string_equal(
	    conf->notify_base_url, "https://anteroom.acme.example");
	assert_int_equal(conf->digest_min, 6 * 60 + 45);
	assert_string_equal(conf->web_listen, "[::1]:8080");
	assert_string_equal(conf->web_users, "/etc/acme/users");
}

static void test_people(void **state)
{
	g_autoptr(Conf) conf = load_clean(FULL);
	const Desk *desk = conf_desk(conf, "ceo");
	const Team *team = conf_team(conf, "trust");

	(void)state;
	assert_int_equal(conf->desks->len, 2);
	assert_ptr_equal(conf->desks->pdata[0], desk);
	assert_words(desk->addresses, "ceo@acme.example|jane.roe@acme.example|"
				      "ceo+board@acme.example");
	assert_string_equal(desk->executive, "jane@internal.acme.example");
	assert_string_equal(desk->assistant, "ea@acme.example");
	assert_false(desk->keep);
	assert_int_equal(desk->mode, MODE_SHADOW);
	assert_int_equal(desk->sample, 3);
	assert_string_equal(desk->place.file, FULL);
	assert_int_equal(desk->place.line, 33);
	desk = conf_desk(conf, "chair");
	assert_int_equal(desk->mode, MODE_TAG);
	assert_true(desk->keep);
	assert_int_equal(desk->sample, 10);
	assert_string_equal(desk->assistant, "ea@acme.example");

	assert_string_equal(team->address, "Trust@acme.example");
	assert_words(team->members, "ann@acme.example|*@trust.acme.example");
	assert_string_equal(team->lead, "ann@acme.example");
	assert_string_equal(team->calendar, "always");
	assert_true(team->sensitive);
	team = conf_team(conf, "care");
	assert_string_equal(team->calendar, "berlin");
	assert_false(team->sensitive);
	assert_null(conf_team(conf, "none"));
	assert_null(conf_team(conf, "Trust"));
}

static void test_routes_policies(void **state)
{
	g_autoptr(Conf) conf = load_clean(FULL);
	const Route *route = conf->routes->pdata[1];
	const Policy *policy = conf_policy(conf, "safety");

	(void)state;
	assert_int_equal(conf->routes->len, 3);
	assert_string_equal(route->topic, "bulk");
	assert_string_equal(route->team, "none");
	assert_int_equal(conf->policies->len, 2);
	assert_words(policy->topics, "safety|unread");
	assert_words(policy->teams, "trust");
	assert_int_equal(
	    policy->urgencies, 1 << URGENCY_CRITICAL | 1 << URGENCY_HIGH);
	assert_string_equal(policy->calendar, "always");
	assert_int_equal(policy->first_reply_s, 3600);
	assert_int_equal(policy->next_reply_s, 5400);
	assert_int_equal(policy->resolve_s, 3 * 86400);
	assert_int_equal(policy->n_warn, 3);
	assert_memory_equal(policy->warn_pct, "\x32\x4b\x5a", 3);
	assert_int_equal(policy->n_escalate, 4);
	assert_int_equal(policy->escalate[0].to, ESCALATE_TEAM);
	assert_int_equal(policy->escalate[1].to, ESCALATE_LEAD);
	assert_int_equal(policy->escalate[1].after_s, 0);
	assert_int_equal(policy->escalate[2].after_s, 5400);
	assert_int_equal(policy->escalate[3].to, ESCALATE_EXECUTIVE);
	policy = conf_policy(conf, "rest");
	assert_int_equal(policy->urgencies, 0);
	assert_string_equal(policy->calendar, "");
	assert_words(policy->topics, "");
	assert_int_equal(policy->next_reply_s, 0);
	assert_int_equal(policy->n_warn, 0);
}

static void assert_span(const OpenSpan *span, int day, int from, int to)
{
	assert_int_equal(span->weekday, day);
	assert_int_equal(span->from_min, from);
	assert_int_equal(span->to_min, to);
}

static void test_calendar(void **state)
{
	g_autoptr(Conf) conf = load_clean(FULL);
	const CalendarConf *calendar = conf_calendar(conf, "berlin");

	(void)state;
	assert_string_equal(calendar->zone, "Europe/Berlin");
	/* Monday's second span touches the third and is one with it. */
	assert_int_equal(calendar->n_spans, 11);
	assert_span(&calendar->spans[0], 0, 540, 750);
	assert_span(&calendar->spans[1], 0, 780, 1080);
	assert_span(&calendar->spans[3], 1, 780, 1050);
	assert_span(&calendar->spans[8], 4, 540, 900);
	assert_span(&calendar->spans[9], 5, 1320, 1440);
	assert_span(&calendar->spans[10], 6, 1320, 1440);

	assert_int_equal(calendar->n_holidays, 3);
	assert_int_equal(calendar->holidays[0].day, 20574); /* 2026-05-01 */
	assert_int_equal(calendar->holidays[1].day, 20811); /* 2026-12-24 */
	assert_int_equal(calendar->holidays[1].n_spans, 2);
	assert_int_equal(calendar->holidays[1].spans[1].from_min, 780);
	assert_int_equal(calendar->holidays[1].spans[1].to_min, 840);
	assert_int_equal(calendar->holidays[2].day, 20812);
	assert_int_equal(calendar->holidays[2].n_spans, 0);
	assert_non_null(calendar->ics[0]);
	assert_null(calendar->ics[1]);
	assert_path(calendar->ics[0], "/tests/corpus/conf/holidays.ics");
	assert_null(conf_calendar(conf, "always"));
}

static void test_packs(void **state)
{
	g_autoptr(Conf) conf = load_clean(FULL);
	const Topic *topic = conf_topic(conf, "safety");
	const Rule *rule = conf->rules->pdata[0];

	(void)state;
	assert_int_equal(conf->topics->len, 2);
	assert_string_equal(topic->title, "Personal safety");
	assert_true(topic->has_floor);
	assert_int_equal(topic->floor, URGENCY_CRITICAL);
	assert_int_equal(topic->precedence, 100);
	assert_int_equal(topic->threshold, 30);
	assert_true(topic->sensitive);
	assert_words(topic->unless, "no threat|never (?:toy guns?)");
	topic = conf_topic(conf, "bulk");
	assert_string_equal(topic->title, "bulk");
	assert_false(topic->has_floor);
	assert_int_equal(topic->threshold, 40);
	assert_words(topic->unless, "");

	assert_int_equal(conf->rules->len, 3);
	assert_string_equal(rule->name, "safety-threat");
	assert_int_equal(rule->points, 60);
	assert_int_equal(rule->urgency, -5);
	assert_int_equal(rule->sections,
	    1 << SECTION_SUBJECT | 1 << SECTION_TEXT | 1 << SECTION_HEADER);
	assert_words(rule->headers, "X-Spam|List-Id");
	assert_string_equal(rule->match, "\\b(rape[ds]?|it's)\\b");
	assert_words(rule->unless, "\\brape ?seed\\b|grape");
	assert_words(
	    rule->hits, "He threatened to rape me.|Sie drohen – sofort!");
	assert_words(rule->misses, "rape seed oil");
	assert_string_equal(
	    rule->place.file, "tests/corpus/conf/packs/a.rules");
	assert_int_equal(rule->place.line, 10);
	/* No environment in it, and \\ is one backslash. */
	rule = conf->rules->pdata[1];
	assert_string_equal(rule->match, "${HOME}\\d");
	assert_string_equal(rule->why, "a ${HOME} list");
	assert_int_equal(rule->sections, 1 << SECTION_HEADER);
	rule = conf->rules->pdata[2];
	assert_int_equal(
	    rule->sections, 1 << SECTION_SUBJECT | 1 << SECTION_TEXT);
}

static void test_desk_of(void **state)
{
	static const struct {
		const char *address, *desk;
	} cases[] = {
	    {"ceo@acme.example", "ceo"},
	    {"<CEO@ACME.example>", "ceo"},
	    {"  ceo@acme.example ", "ceo"},
	    {"ceo+orders@acme.example", "ceo"},
	    {"ceo+board@acme.example", "ceo"},
	    {"CHAIR+x+y@acme.example", "chair"},
	    {"ceo@other.example", NULL},
	    {"xceo@acme.example", NULL},
	    {"+ceo@acme.example", NULL},
	    {"ceo", NULL},
	    {"", NULL},
	    {NULL, NULL},
	    {"\xff\xfe@acme.example", NULL},
	};
	g_autoptr(Conf) conf = load_clean(FULL);

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Desk *desk = conf_desk_of(conf, cases[i].address);

		assert_true(g_strcmp0(desk != NULL ? desk->name : NULL,
				cases[i].desk) == 0);
	}
}

static void test_team_of_member(void **state)
{
	static const struct {
		const char *address, *team;
	} cases[] = {
	    {"bob@acme.example", "care"},
	    {"ANN@acme.example", "trust"}, /* of both: the first */
	    {"x@trust.acme.example", "trust"},
	    {"zoe@trust.acme.example", "trust"}, /* pattern before address */
	    {"<x@Trust.Acme.Example>", "trust"},
	    {"x@sub.trust.acme.example", NULL},
	    {"care@acme.example", NULL},
	    {"@trust.acme.example", NULL},
	    {"trust.acme.example", NULL},
	    {"", NULL},
	    {NULL, NULL},
	};
	g_autoptr(Conf) conf = load_clean(FULL);

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Team *team = conf_team_of_member(conf, cases[i].address);

		assert_true(g_strcmp0(team != NULL ? team->name : NULL,
				cases[i].team) == 0);
	}
}

static void test_trusts_ip(void **state)
{
	static const struct {
		const char *ip;
		bool trusted;
	} cases[] = {
	    {"192.0.2.1", true},
	    {"192.0.3.1", false},
	    {"203.0.113.7", true},
	    {"203.0.113.8", false},
	    {"2001:db8:1::1", true},
	    {"IPv6:2001:db8::1", true},
	    {"2001:db9::1", false},
	    {"::ffff:192.0.2.9", true},
	    {"::ffff:192.0.9.9", false},
	    {"localhost", false},
	    {"192.0.2.0/24", false},
	    {"", false},
	    {NULL, false},
	};
	g_autoptr(Conf) conf = load_clean(FULL);

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(
		    conf_trusts_ip(conf, cases[i].ip), cases[i].trusted);
	}
}

static void test_made_by_hand(void **state)
{
	const char *const addresses[] = {"ceo@acme.example", NULL};
	const char *const members[] = {"*@acme.example", NULL};
	const char *const networks[] = {"192.0.2.0/24", NULL};
	Desk desk = {.name = "ceo", .addresses = addresses};
	Team team = {.name = "care", .members = members};
	g_autoptr(GPtrArray) desks = g_ptr_array_new();
	g_autoptr(GPtrArray) teams = g_ptr_array_new();
	Conf conf = {.refs = 1,
	    .desks = desks,
	    .teams = teams,
	    .trusted_networks = networks};

	(void)state;
	g_ptr_array_add(desks, &desk);
	g_ptr_array_add(teams, &team);
	assert_ptr_equal(conf_desk(&conf, "ceo"), &desk);
	assert_ptr_equal(conf_desk_of(&conf, "CEO+x@acme.example"), &desk);
	assert_ptr_equal(conf_team(&conf, "care"), &team);
	assert_ptr_equal(conf_team_of_member(&conf, "b@acme.example"), &team);
	assert_null(conf_topic(&conf, "safety"));
	assert_true(conf_trusts_ip(&conf, "192.0.2.3"));
	conf_unref(conf_ref(&conf));
	conf_unref(&conf);
}

static void test_with_packs(void **state)
{
	static const char *const patterns[] = {"tests/corpus/conf/packs/b*",
	    "tests/corpus/conf/packs/a.rules", NULL};
	static const char *const absent[] = {
	    "tests/corpus/conf/none.rules", NULL};
	g_autoptr(GPtrArray) problems = problems_new();
	Conf *base = load_clean(FULL);
	g_autoptr(Conf) conf = conf_with_packs(base, patterns, problems);
	const Rule *rule;

	(void)state;
	assert_int_equal(problems->len, 0);
	assert_non_null(conf);
	assert_null(conf_with_packs(base, absent, problems));
	assert_int_equal(problems->len, 1);
	conf_unref(base); /* CONF has a reference of its own */
	rule = conf->rules->pdata[0];
	assert_int_equal(conf->rules->len, 3);
	assert_string_equal(rule->name, "bulk-list");
	assert_non_null(conf_topic(conf, "safety"));
	assert_string_equal(
	    conf_desk_of(conf, "ceo@acme.example")->name, "ceo");
	assert_string_equal(conf_team(conf, "care")->name, "care");
	assert_true(conf_trusts_ip(conf, "192.0.2.3"));
}

/* The smallest one that loads, in a folder of its own. Transfer full. */
static char *small_conf(const char *rules)
{
	static const char text[] =
	    "rules { packs = {\"big.rules\"} }\n"
	    "desk \"ceo\" { addresses = {\"ceo@acme.example\"} }\n"
	    "team \"care\" { address = \"care@acme.example\"\n"
	    "members = {\"bob@acme.example\"} }\n"
	    "route \"default\" { team = \"care\" }\n";
	g_autofree char *dir = g_dir_make_tmp("conf-XXXXXX", NULL);
	g_autofree char *pack = g_build_filename(dir, "big.rules", NULL);
	char *path = g_build_filename(dir, "a.conf", NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_true(g_file_set_contents(pack, rules, -1, NULL));
	return path;
}

static void remove_small(char *path)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_autofree char *pack = g_build_filename(dir, "big.rules", NULL);

	g_unlink(pack);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
}

static void test_defaults(void **state)
{
	char *path = small_conf("topic \"idea\" {}");
	g_autoptr(Conf) conf = load_clean(path);

	(void)state;
	assert_string_equal(
	    conf->milter_socket, "unix:/run/anteroom/milter.sock");
	assert_int_equal(conf->milter_socket_mode, 0660);
	assert_int_equal(conf->on_error, ON_ERROR_TEMPFAIL);
	assert_string_equal(conf->authserv_id, "");
	assert_words(conf->submission_daemons, "");
	assert_words(conf->trusted_networks, "");
	assert_string_equal(conf->control_socket, "/run/anteroom/control.sock");
	assert_words(conf->assistants, "@anteroom-assistants");
	assert_words(conf->readers, "anteroom-web|anteroom-courier");
	assert_string_equal(conf->store_path, "/var/lib/anteroom");
	assert_true(conf->store_bytes == G_GUINT64_CONSTANT(64) << 30);
	assert_int_equal(conf->keep_text, KEEP_TEXT_EXCERPT);
	assert_int_equal(conf->retention_s, 400 * 86400);
	assert_string_equal(conf->notify_relay, "smtp://127.0.0.1:25");
	assert_int_equal(conf->digest_min, 480);
	assert_string_equal(conf->web_listen, "127.0.0.1:8025");
	assert_string_equal(conf->web_users, "/etc/anteroom/users");
	remove_small(path);
}

static GString *many_rules(guint n)
{
	GString *rules = g_string_new("topic \"idea\" {}\n");

	for (guint i = 0; i < n; i++) {
		g_string_append_printf(rules,
		    "rule \"idea-%u\" {\n\ttopic = \"idea\" points = 5\n"
		    "\tin = {\"subject\", \"text\"}\n\tmatch = '\\bword%u\\b'\n"
		    "\twhy = \"has an idea\" hits = {\"a word%u\"}\n}\n",
		    i, i, i);
	}
	return rules;
}

static void test_ten_thousand_rules(void **state)
{
	g_autoptr(GString) rules = many_rules(10000);
	char *path = small_conf(rules->str);
	clock_t begin = clock();
	g_autoptr(Conf) conf = load_clean(path);
	int ms = (int)((clock() - begin) / (CLOCKS_PER_SEC / 1000));
	const Rule *rule = conf->rules->pdata[9999];

	(void)state;
	print_message("10,000 rules: %d ms of CPU\n", ms);
	assert_int_equal(conf->rules->len, 10000);
	assert_string_equal(rule->name, "idea-9999");
	assert_int_equal(rule->place.line, 2 + 9999 * 6);
	/* Far from quadratic, also under a sanitizer. */
	assert_true(ms < 10000);
	remove_small(path);
}

static void test_too_many_rules(void **state)
{
	g_autoptr(GString) rules = many_rules(LIMIT_RULES + 1);
	char *path = small_conf(rules->str);
	g_autoptr(GPtrArray) problems = problems_new();
	const ConfProblem *problem;

	(void)state;
	assert_null(conf_load(path, problems));
	assert_int_equal(problems->len, 1);
	problem = problems->pdata[0];
	assert_string_equal(problem->text, "more than 20000 rules");
	remove_small(path);
}

static gpointer load_often(gpointer data)
{
	for (guint i = 0; i < 20; i++) {
		g_autoptr(GPtrArray) problems = problems_new();
		g_autoptr(Conf) conf = conf_load(data, problems);

		if (conf == NULL || conf->rules->len != 50 ||
		    conf_desk_of(conf, "ceo@acme.example") == NULL) {
			return NULL;
		}
	}
	return data;
}

/* libconfuse keeps its place in process-wide variables. GLib's locks around its
 * zones and interned strings are invisible to ThreadSanitizer, so there is no
 * calendar here, and the names are known before the threads begin. */
static void test_threads(void **state)
{
	g_autoptr(GString) rules = many_rules(50);
	char *path = small_conf(rules->str);
	GThread *threads[4];

	(void)state;
	assert_non_null(load_often(path));
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
		threads[i] = g_thread_new("load", load_often, path);
	}
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
		assert_non_null(g_thread_join(threads[i]));
	}
	remove_small(path);
}

static void test_references(void **state)
{
	Conf *conf = load_clean(FULL);
	Conf *second = conf_ref(conf);

	(void)state;
	assert_ptr_equal(conf, second);
	conf_unref(conf);
	assert_string_equal(conf_team(second, "care")->name, "care");
	conf_unref(second);
	conf_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_people),
	    cmocka_unit_test(test_routes_policies),
	    cmocka_unit_test(test_calendar),
	    cmocka_unit_test(test_packs),
	    cmocka_unit_test(test_desk_of),
	    cmocka_unit_test(test_team_of_member),
	    cmocka_unit_test(test_trusts_ip),
	    cmocka_unit_test(test_made_by_hand),
	    cmocka_unit_test(test_with_packs),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_ten_thousand_rules),
	    cmocka_unit_test(test_too_many_rules),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
