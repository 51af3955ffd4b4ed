/* Calendars case by case: openings, half days, changes of clocks. */
#include "anteroom/error.h"
#include "sla_fixture.h"

static void test_due(void **state)
{
	static const struct {
		const char *what;
		const char *zone;
		const char *hours;
		const char *holidays;
		const char *from;
		gint64 open_s;
		const char *due;
	} cases[] = {
	    {"within one span", "UTC", NINE_TO_FIVE, "", "2024-06-03T10:00:00Z",
		2 * HOUR, "2024-06-03T12:00:00Z"},
	    {"ends with the span, not at the next opening", "UTC", NINE_TO_FIVE,
		"", "2024-06-03T09:00:00Z", 8 * HOUR, "2024-06-03T17:00:00Z"},
	    {"the same at the end of a week and of many", "UTC", NINE_TO_FIVE,
		"", "2024-06-03T09:00:00Z", 10 * 40 * HOUR,
		"2024-08-09T17:00:00Z"},
	    {"the same after whole weeks", "UTC", NINE_TO_FIVE, "",
		"2024-06-07T09:00:00Z", 8 * HOUR + 5 * 40 * HOUR,
		"2024-07-12T17:00:00Z"},
	    {"one second more is the next week", "UTC", NINE_TO_FIVE, "",
		"2024-06-03T09:00:00Z", 10 * 40 * HOUR + 1,
		"2024-08-12T09:00:01Z"},
	    {"out of hours starts at the opening", "UTC", NINE_TO_FIVE, "",
		"2024-06-01T23:59:59Z", 1, "2024-06-03T09:00:01Z"},
	    {"no time is due at the opening", "UTC", NINE_TO_FIVE, "",
		"2024-06-01T12:00:00Z", 0, "2024-06-03T09:00:00Z"},
	    {"no time while open is due at once", "UTC", NINE_TO_FIVE, "",
		"2024-06-03T12:00:07Z", 0, "2024-06-03T12:00:07Z"},
	    {"a lunch break", "UTC", OFFICE, "", "2024-06-03T12:00:00Z", HOUR,
		"2024-06-03T13:30:00Z"},
	    {"a half day, then a holiday, then a weekend", "UTC", NINE_TO_FIVE,
		"2024-06-06=540-720;2024-06-07", "2024-06-06T11:00:00Z",
		2 * HOUR, "2024-06-10T10:00:00Z"},
	    {"a special day opens a weekend", "UTC", NINE_TO_FIVE,
		"2024-06-08=600-660", "2024-06-07T16:00:00Z", 2 * HOUR,
		"2024-06-08T11:00:00Z"},
	    {"midnight loses no minute", "UTC",
		"0:0-1440,1:0-1440,2:0-1440,3:0-1440,4:0-1440", "",
		"2024-06-03T00:00:00Z", 5 * 24 * HOUR, "2024-06-08T00:00:00Z"},
	    {"a skipped hour doesn't count", "America/New_York", "6:0-1440", "",
		"2024-03-10T05:00:00Z", 23 * HOUR, "2024-03-11T04:00:00Z"},
	    {"a repeated hour counts twice", "America/New_York", "6:0-1440", "",
		"2024-11-03T04:00:00Z", 25 * HOUR, "2024-11-04T05:00:00Z"},
	    {"hours inside the gap never come", "America/New_York", "6:120-180",
		"", "2024-03-10T05:00:00Z", 1, "2024-03-17T06:00:01Z"},
	    {"hours inside the overlap come twice", "America/New_York",
		"6:60-120", "", "2024-11-03T04:00:00Z", 2 * HOUR,
		"2024-11-03T07:00:00Z"},
	    {"opens in the gap: opens when the gap ends", "America/New_York",
		"6:150-240", "", "2024-03-10T05:00:00Z", HOUR,
		"2024-03-10T08:00:00Z"},
	    {"midnight that doesn't exist", "America/Sao_Paulo", "6:0-120", "",
		"2018-11-04T01:00:00Z", HOUR, "2018-11-04T04:00:00Z"},
	    {"an evening that comes twice", "America/Sao_Paulo", "5:1380-1440",
		"", "2018-02-18T00:00:00Z", 2 * HOUR, "2018-02-18T03:00:00Z"},
	    {"a day that comes twice in part", "America/St_Johns",
		"5:1380-1440", "", "2010-11-07T00:00:00Z", 2 * HOUR - 59 * 60,
		"2010-11-07T02:32:00Z"},
	    {"half an hour", "Australia/Lord_Howe", "6:0-1440", "",
		"2024-04-06T13:00:00Z", 24 * HOUR + HOUR / 2,
		"2024-04-07T13:30:00Z"},
	    {"two hours", "Antarctica/Troll", "6:0-1440", "",
		"2024-10-26T22:00:00Z", 26 * HOUR, "2024-10-28T00:00:00Z"},
	    {"a Friday that never was", "Pacific/Apia", "4:0-1440", "",
		"2011-12-29T00:00:00Z", 1, "2012-01-05T10:00:01Z"},
	    {"plus 5:45", "Asia/Kathmandu", NINE_TO_FIVE, "",
		"2024-06-03T00:00:00Z", HOUR, "2024-06-03T04:15:00Z"},
	    {"clocks back in Ramadan", "Africa/Casablanca", "6:0-1440", "",
		"2024-03-09T23:00:00Z", 25 * HOUR, "2024-03-11T00:00:00Z"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Calendar) calendar = fixture_calendar(
		    cases[i].zone, cases[i].hours, cases[i].holidays);
		gint64 due_s =
		    calendar_due(calendar, utc(cases[i].from), cases[i].open_s);

		if (due_s != utc(cases[i].due)) {
			fail_msg(
			    "%s: due %" G_GINT64_FORMAT, cases[i].what, due_s);
		}
	}
}

static void test_always(void **state)
{
	g_autoptr(Calendar) always = calendar_always();
	g_autoptr(Calendar) round =
	    fixture_calendar("America/New_York", ROUND_THE_CLOCK, "");
	g_autoptr(GArray) steps = calendar_steps(round, 1000, 90 * HOUR, 10);
	gint64 from_s = utc("2024-03-09T12:00:00Z");

	(void)state;
	assert_string_equal(calendar_name(always), "always");
	assert_string_equal(calendar_zone(always), "UTC");
	assert_string_equal(calendar_zone(round), "America/New_York");
	for (gint64 s = 0; s < 300 * 24 * HOUR; s += 12345) {
		assert_int_equal(calendar_due(always, from_s, s), from_s + s);
		assert_int_equal(calendar_due(round, from_s, s), from_s + s);
		assert_int_equal(calendar_open_s(round, from_s, from_s + s), s);
		assert_true(calendar_is_open(round, from_s + s));
	}
	assert_int_equal(steps->len, 1);
	assert_int_equal(
	    g_array_index(steps, CalendarStep, 0).open_s, 90 * HOUR);
}

static void test_steps(void **state)
{
	g_autoptr(Calendar) office = fixture_calendar("UTC", OFFICE, "");
	gint64 from_s = utc("2024-06-07T14:00:00Z");
	g_autoptr(GArray) all = calendar_steps(office, from_s, 5 * HOUR, 100);
	g_autoptr(GArray) two = calendar_steps(office, from_s, 5 * HOUR, 2);
	g_autoptr(GArray) none = calendar_steps(office, from_s, 0, 100);
	static const char *const expected[] = {"2024-06-07T14:00:00Z",
	    "2024-06-07T15:00:00Z", "2024-06-10T09:00:00Z",
	    "2024-06-10T12:30:00Z", "2024-06-10T13:00:00Z",
	    "2024-06-10T13:30:00Z"};

	(void)state;
	assert_int_equal(all->len, 3);
	for (guint i = 0; i < all->len; i++) {
		CalendarStep *step = &g_array_index(all, CalendarStep, i);

		assert_int_equal(step->from_s, utc(expected[2 * i]));
		assert_int_equal(step->to_s, utc(expected[2 * i + 1]));
		assert_int_equal(step->open_s, step->to_s - step->from_s);
	}
	assert_int_equal(two->len, 2);
	assert_int_equal(none->len, 0);
}

/* Spans that touch at midnight or a change of clocks are one step. */
static void test_steps_join(void **state)
{
	g_autoptr(Calendar) calendar = fixture_calendar(
	    "America/New_York", "4:0-1440,5:0-1440,6:0-720,6:720-1440", "");
	g_autoptr(GArray) steps = calendar_steps(
	    calendar, utc("2024-03-08T05:00:00Z"), 71 * HOUR, 100);

	(void)state;
	assert_int_equal(steps->len, 1);
	assert_int_equal(
	    g_array_index(steps, CalendarStep, 0).open_s, 71 * HOUR);
	assert_int_equal(g_array_index(steps, CalendarStep, 0).to_s,
	    utc("2024-03-11T04:00:00Z"));
}

static void test_is_open(void **state)
{
	static const struct {
		const char *at;
		bool open;
		const char *next;
	} cases[] = {
	    {"2024-06-03T12:59:59Z", false, "2024-06-03T13:00:00Z"},
	    {"2024-06-03T13:00:00Z", true, "2024-06-03T13:00:00Z"},
	    {"2024-06-03T16:29:59Z", true, "2024-06-03T16:29:59Z"},
	    {"2024-06-03T16:30:00Z", false, "2024-06-03T17:00:00Z"},
	    {"2024-06-07T19:00:00Z", false, "2024-06-11T13:00:00Z"},
	};
	g_autoptr(Calendar) office =
	    fixture_calendar("America/New_York", OFFICE, "2024-06-10");

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 at_s = utc(cases[i].at);

		assert_int_equal(calendar_is_open(office, at_s), cases[i].open);
		assert_int_equal(
		    calendar_next_open(office, at_s), utc(cases[i].next));
	}
}

static void test_never_opens(void **state)
{
	g_autoptr(GString) closed = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	Fixture fixture;

	(void)state;
	/* Every Monday for eleven years. */
	for (int week = 0; week < 11 * 53; week++) {
		GDate date;

		g_date_clear(&date, 1);
		g_date_set_dmy(&date, 1, 1, 2024);
		g_date_add_days(&date, (guint)week * 7);
		g_string_append_printf(closed, "%s%04d-%02d-%02d",
		    week ? ";" : "", g_date_get_year(&date),
		    (int)g_date_get_month(&date), g_date_get_day(&date));
	}
	fixture_init(&fixture, "UTC", "0:540-1020", closed->str);
	assert_null(calendar_new(&fixture.conf, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	g_clear_error(&error);

	/* The same with half an hour in the middle. */
	fixture_clear(&fixture);
	g_autofree char *text = g_strdup(closed->str);
	g_autofree char *half = g_strdup_printf(
	    "%.*s=600-630%s", 11 * 300 - 1, text, text + 11 * 300 - 1);
	g_autoptr(Calendar) calendar =
	    fixture_calendar("UTC", "0:540-1020", half);
	assert_int_equal(calendar_open_s(calendar, utc("2024-01-01T00:00:00Z"),
			     utc("2033-01-01T00:00:00Z")),
	    HOUR / 2);

	fixture_init(&fixture, "UTC", "0:540-1020", "");
	fixture.conf.n_spans = 0;
	assert_null(calendar_new(&fixture.conf, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	fixture_clear(&fixture);
}

static void test_unknown_zone(void **state)
{
	g_autoptr(GError) error = NULL;
	Fixture fixture;

	(void)state;
	fixture_init(&fixture, "Europe/Entenhausen", NINE_TO_FIVE, "");
	assert_null(calendar_new(&fixture.conf, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	assert_non_null(strstr(error->message, "Europe/Entenhausen"));
	fixture_clear(&fixture);
}

static void test_beyond(void **state)
{
	g_autoptr(Calendar) minute = fixture_calendar("UTC", "6:120-121", "");
	g_autoptr(Calendar) always = calendar_always();
	static const gint64 edges[] = {G_MININT64, G_MININT64 / 2, -1, 0,
	    253402300799, G_MAXINT64 / 2, G_MAXINT64 - 1, G_MAXINT64};

	(void)state;
	assert_int_equal(calendar_due(minute, 0, 600 * 60), G_MAXINT64);
	assert_int_equal(
	    calendar_due(always, 0, 11 * 366 * 24 * HOUR), G_MAXINT64);
	/* Anything goes, within bounds and in no time. */
	for (guint i = 0; i < G_N_ELEMENTS(edges); i++) {
		for (guint k = 0; k < G_N_ELEMENTS(edges); k++) {
			g_autoptr(GArray) steps =
			    calendar_steps(minute, edges[i], edges[k], 3);

			assert_true(steps->len <= 3);
			assert_true(calendar_due(minute, edges[i], edges[k]) >=
				    MIN(edges[i], 0));
			assert_true(calendar_due(always, edges[i], edges[k]) >=
				    MIN(edges[i], 0));
			assert_true(
			    calendar_open_s(minute, edges[i], edges[k]) >= 0);
			assert_true(
			    calendar_open_s(always, edges[i], edges[k]) >= 0);
			calendar_is_open(minute, edges[i]);
		}
	}
}

static void test_local(void **state)
{
	static const struct {
		const char *zone;
		const char *day;
		int minute;
		const char *at;
		bool exists;
	} cases[] = {
	    {"UTC", "2024-06-03", 480, "2024-06-03T08:00:00Z", true},
	    {"America/New_York", "2024-06-03", 480, "2024-06-03T12:00:00Z",
		true},
	    {"Pacific/Chatham", "2024-06-03", 0, "2024-06-02T11:15:00Z", true},
	    /* in a gap, the moment it ends; doubled, the first */
	    {"America/New_York", "2024-03-10", 150, "2024-03-10T07:00:00Z",
		false},
	    {"America/New_York", "2024-11-03", 90, "2024-11-03T05:30:00Z",
		true},
	    {"America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T03:00:00Z",
		false},
	    {"America/Sao_Paulo", "2018-02-17", 1410, "2018-02-18T01:30:00Z",
		true},
	    {"Pacific/Apia", "2011-12-30", 480, "2011-12-30T10:00:00Z", false},
	    {"Pacific/Apia", "2011-12-31", 480, "2011-12-30T18:00:00Z", true},
	    {"Europe/Berlin", "1969-07-20", 60, "1969-07-20T00:00:00Z", true},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Calendar) calendar =
		    fixture_calendar(cases[i].zone, NINE_TO_FIVE, "");
		gint32 day = fixture_day(cases[i].day), got_day;
		int got_minute;

		assert_int_equal(
		    calendar_at_local(calendar, day, cases[i].minute),
		    utc(cases[i].at));
		calendar_local(
		    calendar, utc(cases[i].at), &got_day, &got_minute);
		assert_int_equal(
		    got_day == day && got_minute == cases[i].minute,
		    cases[i].exists);
	}
}

/* What the process thinks of its own zone doesn't matter. */
static void test_no_process_zone(void **state)
{
	gint64 due_s[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		g_setenv("TZ", i ? "Asia/Tokyo" : "America/Lima", TRUE);
		g_autoptr(Calendar) office =
		    fixture_calendar("Europe/Berlin", OFFICE, "");
		due_s[i] = calendar_due(office, 1700000000, 50 * HOUR);
	}
	g_unsetenv("TZ");
	assert_int_equal(due_s[0], due_s[1]);
}

/* A holiday that the file adds, and a date of which the configuration knows
 * better. */
static void test_ics(void **state)
{
	g_autoptr(GError) error = NULL;
	Fixture fixture;

	(void)state;
	fixture_init(&fixture, "Europe/Berlin", NINE_TO_FIVE,
	    "2026-12-24=540-720;2027-01-04");
	fixture.ics[0] = "tests/corpus/sla/holidays.ics";
	g_autoptr(Calendar) calendar = calendar_new(&fixture.conf, &error);
	fixture_clear(&fixture);
	assert_null(error);
	/* Wednesday 23rd 16:00 local: 1 h, half day 3 h, then Monday 28th */
	assert_int_equal(
	    calendar_due(calendar, utc("2026-12-23T15:00:00Z"), 5 * HOUR),
	    utc("2026-12-28T09:00:00Z"));

	fixture_init(&fixture, "UTC", NINE_TO_FIVE, "");
	fixture.ics[0] = "tests/corpus/sla/every-day.ics";
	assert_null(calendar_new(&fixture.conf, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	assert_non_null(strstr(error->message, "never opens"));
	g_clear_error(&error);
	fixture.ics[0] = "tests/corpus/sla/missing.ics";
	assert_null(calendar_new(&fixture.conf, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	fixture_clear(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_due),
	    cmocka_unit_test(test_always),
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_steps_join),
	    cmocka_unit_test(test_is_open),
	    cmocka_unit_test(test_never_opens),
	    cmocka_unit_test(test_unknown_zone),
	    cmocka_unit_test(test_beyond),
	    cmocka_unit_test(test_local),
	    cmocka_unit_test(test_no_process_zone),
	    cmocka_unit_test(test_ics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
