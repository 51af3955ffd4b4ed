/* A period in numbers, computed by hand beside. */
#include "control_fixture.h"

#include "control/nth.h"
#include "control/sums.h"

#define DAY_S (24 * HOUR_S)

static void set(char **place, const char *text)
{
	g_free(*place);
	*place = g_strdup(text);
}

/* A case that came AGO_S before now and was first answered after TOOK_S (0:
 * not yet). */
static Case *add(Fixture *fixture, const char *team, const char *topic,
    gint64 ago_s, gint64 took_s)
{
	Case *kase =
	    fixture_case(fixture->store.cases->len + 1, team, "subject");

	set(&kase->topic, topic);
	kase->received_s = NOW_S - ago_s;
	kase->state = took_s > 0 ? CASE_ANSWERED : CASE_OPEN;
	kase->first_reply_s = took_s > 0 ? kase->received_s + took_s : 0;
	g_ptr_array_add(fixture->store.cases, kase);
	return kase;
}

/* A first reply was promised PROMISED_S after it came. */
static void promise(Case *kase, gint64 promised_s)
{
	Clock clock = {.metric = METRIC_FIRST_REPLY,
	    .instance = 1,
	    .target_s = 4 * HOUR_S,
	    .started_s = kase->received_s,
	    .due_s = kase->received_s + promised_s,
	    .ended_s = kase->first_reply_s};

	clock.state = clock.ended_s == 0            ? CLOCK_RUNNING
		      : clock.ended_s > clock.due_s ? CLOCK_MISSED
						    : CLOCK_MET;
	fixture_add_clock(kase, clock);
}

static Report *report_of(Fixture *fixture, const char *team)
{
	Setup *setup = setup_slot_get(fixture->slot);
	ReportAsk ask = {.team = team,
	    .from_s = NOW_S - 14 * DAY_S,
	    .to_s = NOW_S + 1,
	    .now_s = NOW_S,
	    .zone = "America/New_York",
	    .sla = setup->sla};
	GError *error = NULL;
	Report *report = report_new(&fixture->store, &ask, &error);

	if (report == NULL) {
		fail_msg("%s", error->message);
	}
	setup_unref(setup);
	return report;
}

static const ReportGroup *group(const GPtrArray *groups, const char *name)
{
	for (guint i = 0; i < groups->len; i++) {
		const ReportGroup *found = groups->pdata[i];

		if (strcmp(found->name, name) == 0) {
			return found;
		}
	}
	fail_msg("no group %s", name);
	return NULL;
}

static void test_sums(void **state)
{
	Fixture fixture;
	g_autoptr(Report) report = NULL;

	(void)state;
	fixture_begin(&fixture);
	for (gint64 i = 1; i <= 10; i++) {
		promise(add(&fixture, "care", "outage", 9 * DAY_S, i * HOUR_S),
		    9 * HOUR_S + 1);
	}
	promise(add(&fixture, "office", "press", 2 * DAY_S, 0), DAY_S);
	/* Before the period, of a shadowed desk, beyond the period. */
	add(&fixture, "care", "outage", 15 * DAY_S, HOUR_S);
	add(&fixture, "care", "outage", DAY_S, HOUR_S)->mode = MODE_SHADOW;
	add(&fixture, "care", "outage", -DAY_S, 0);
	report = report_of(&fixture, NULL);
	assert_int_equal(report->all->arrived, 11);
	assert_int_equal(report->all->answered, 10);
	assert_int_equal(report->all->met, 9);
	assert_int_equal(report->all->missed, 1);
	assert_int_equal(report->all->median_s, 5.5 * HOUR_S);
	assert_int_equal(report->all->p90_s, 9 * HOUR_S);
	assert_int_equal(report->all->open, 1);
	assert_int_equal(report->all->overdue, 1);
	assert_int_equal(group(report->teams, "care")->arrived, 10);
	assert_int_equal(group(report->teams, "office")->median_s, -1);
	assert_int_equal(group(report->topics, "press")->arrived, 1);
	/* 2026-11-12 was a Thursday, 2026-11-19 as well. */
	assert_int_equal(report->weeks->len, 3);
	assert_int_equal(group(report->weeks, "2026-11-09")->arrived, 10);
	assert_int_equal(group(report->weeks, "2026-11-16")->arrived, 1);
	assert_int_equal(report->breaches_all, 2);
	fixture_end(&fixture);
}

static void test_days_and_hours(void **state)
{
	Fixture fixture;
	g_autoptr(Report) report = NULL;

	(void)state;
	fixture_begin(&fixture);
	/* Saturday 10:00 UTC is five in the morning in New York; eleven hours
	 * before it was Friday evening there. */
	add(&fixture, "care", "outage", 0, 0);
	add(&fixture, "care", "press", 11 * HOUR_S, 0);
	add(&fixture, "care", "press", 11 * HOUR_S, 0);
	report = report_of(&fixture, NULL);
	assert_int_equal(report->hours[5][5], 1);
	assert_int_equal(report->hours[4][18], 2);
	assert_int_equal(report->n_days, 15);
	/* Most frequent first: press, outage. */
	assert_int_equal(report->days[14 * 2 + 1], 1);
	assert_int_equal(report->days[13 * 2 + 0], 2);
	assert_int_equal(report->ages[0], 1);
	assert_int_equal(report->ages[2], 2);
	fixture_end(&fixture);
}

static void test_reply_times(void **state)
{
	Fixture fixture;
	g_autoptr(Report) report = NULL;

	(void)state;
	fixture_begin(&fixture);
	/* Monday 2026-11-16 10:00; the calendar is 9 to 5, the target 4h. */
	promise(add(&fixture, "care", "outage", 5 * DAY_S, HOUR_S), 4 * HOUR_S);
	promise(
	    add(&fixture, "care", "outage", 5 * DAY_S, 5 * HOUR_S), 4 * HOUR_S);
	report = report_of(&fixture, NULL);
	assert_int_equal(report->times[2][0], 1);
	assert_int_equal(report->times[5][1], 1);
	assert_int_equal(report->used[2], 1);  /* a quarter of it */
	assert_int_equal(report->used[12], 1); /* five quarters */
	fixture_end(&fixture);
}

static void test_whys(void **state)
{
	static const struct {
		const char *what;
		gint64 after_s;
		gint64 took_s;
		BreachWhy why;
	} table[] = {
	    {NULL, 0, 0, BREACH_UNTOUCHED},
	    {"note", HOUR_S, 0, BREACH_WAITING},
	    {"note", 5 * HOUR_S, 0, BREACH_UNTOUCHED}, /* too late */
	    {"route", HOUR_S, 0, BREACH_WAITING},
	    {"route", 3 * HOUR_S, 0, BREACH_HANDED},
	    {"bounced", HOUR_S, 0, BREACH_BOUNCED},
	    {"note", HOUR_S, 6 * HOUR_S, BREACH_LATE},
	};
	Event timeline[2 * G_N_ELEMENTS(table) + 1];
	guint n = 0;
	Fixture fixture;
	g_autoptr(Report) report = NULL;

	(void)state;
	memset(timeline, 0, sizeof(timeline));
	fixture_begin(&fixture);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		Case *kase =
		    add(&fixture, "care", "outage", 2 * DAY_S, table[i].took_s);

		promise(kase, 4 * HOUR_S);
		timeline[n++] = (Event){.case_id = kase->id,
		    .at_s = kase->received_s,
		    .what = (char *)"received"};
		if (table[i].what != NULL) {
			timeline[n++] = (Event){.case_id = kase->id,
			    .at_s = kase->received_s + table[i].after_s,
			    .what = (char *)(guintptr)table[i].what};
		}
	}
	fixture.store.timeline = timeline;
	report = report_of(&fixture, NULL);
	assert_int_equal(report->breaches->len, G_N_ELEMENTS(table));
	for (guint i = 0; i < report->breaches->len; i++) {
		const ReportBreach *breach = report->breaches->pdata[i];

		assert_int_equal(breach->why, table[breach->id - 1].why);
	}
	fixture_end(&fixture);
}

static void had_by(Case *kase, const char *team, gint64 from_s)
{
	Holder *holder = g_new0(Holder, 1);

	holder->team = g_strdup(team);
	holder->from_s = from_s;
	g_ptr_array_add(kase->holders, holder);
}

static void test_holding(void **state)
{
	Fixture fixture;
	g_autoptr(Report) report = NULL;
	const ReportHolding *care, *office;
	Case *kase;

	(void)state;
	fixture_begin(&fixture);
	kase = add(&fixture, "care", "outage", 10 * HOUR_S, 5 * HOUR_S);
	had_by(kase, "office", NOW_S - 10 * HOUR_S);
	had_by(kase, "care", NOW_S - 7 * HOUR_S);
	/* After it was answered nobody held it. */
	had_by(kase, "office", NOW_S - 2 * HOUR_S);
	had_by(kase, "care", NOW_S - HOUR_S);
	add(&fixture, "care", "outage", HOUR_S, 0);
	report = report_of(&fixture, NULL);
	assert_int_equal(report->holding->len, 2);
	care = report->holding->pdata[0];
	office = report->holding->pdata[1];
	assert_string_equal(care->team, "care");
	assert_int_equal(care->cases, 2);
	assert_int_equal(care->longest_s, 2 * HOUR_S);
	assert_int_equal(care->median_s, 1.5 * HOUR_S);
	assert_string_equal(office->team, "office");
	assert_int_equal(office->longest_s, 3 * HOUR_S);
	fixture_end(&fixture);
}

static int ask(Fixture *fixture, const char *args, JsonValue **row)
{
	g_autoptr(JsonValue) value = json_parse(args, strlen(args), NULL);
	g_autoptr(GPtrArray) rows = fixture_rows();
	g_autoptr(GError) error = NULL;
	ControlRequest request = {.command = "report",
	    .args = value,
	    .role = ROLE_READER,
	    .user = "ea"};

	*row = NULL;
	if (!control_dispatch(
		fixture->control, &request, fixture_row, rows, &error)) {
		return error->code;
	}
	assert_int_equal(rows->len, 1);
	*row = g_ptr_array_steal_index(rows, 0);
	return -1;
}

static void test_command(void **state)
{
	static const struct {
		const char *args;
		int code;
	} table[] = {
	    {"{}", -1},
	    {"{\"team\":\"care\"}", -1},
	    {"{\"team\":\"caer\"}", ERROR_USAGE},
	    {"{\"topic\":\"outtage\"}", ERROR_USAGE},
	    {"{\"from\":\"2026-11-21T00:00:00Z\","
	     "\"to\":\"2026-11-20T00:00:00Z\"}",
		ERROR_USAGE},
	    {"{\"from\":\"2020-11-21T00:00:00Z\"}", ERROR_USAGE},
	    {"{\"from\":\"yesterday\"}", ERROR_USAGE},
	};
	Fixture fixture;

	(void)state;
	fixture_begin(&fixture);
	promise(add(&fixture, "care", "outage", DAY_S, HOUR_S), 4 * HOUR_S);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(JsonValue) row = NULL;

		assert_int_equal(
		    ask(&fixture, table[i].args, &row), table[i].code);
		if (row != NULL) {
			assert_int_equal(
			    json_length(json_get(row, "hours")), 7);
			assert_int_equal(
			    json_length(json_get(row, "reply_times")),
			    REPORT_TIMES);
		}
	}
	fixture_end(&fixture);
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
	guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

	return (x > y) - (x < y);
}

/* As sorting says, of small and of large numbers, many of them equal. */
static void test_nth(void **state)
{
	static const guint32 most[] = {1, 7, 300, 70000, G_MAXUINT32};
	guint32 all[501], sorted[501];
	GRand *rand = g_rand_new_with_seed(20261121);

	(void)state;
	for (gsize m = 0; m < G_N_ELEMENTS(most); m++) {
		for (guint i = 0; i < 501; i++) {
			all[i] = sorted[i] = g_rand_int(rand) % most[m];
		}
		qsort(sorted, 501, sizeof(sorted[0]), compare_numbers);
		for (guint i = 0; i < 501; i++) {
			assert_int_equal(nth_least(all, 501, i), sorted[i]);
		}
		assert_int_equal(nth_median(all, 501), sorted[250]);
	}
	assert_int_equal(nth_median(all, 0), -1);
	assert_int_equal(nth_median((const guint32[]){9, 4}, 2), 6);
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_days_and_hours),
	    cmocka_unit_test(test_reply_times),
	    cmocka_unit_test(test_whys),
	    cmocka_unit_test(test_holding),
	    cmocka_unit_test(test_command),
	    cmocka_unit_test(test_nth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
