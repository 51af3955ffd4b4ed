/*
 * What must hold for every calendar, start and target, on many random draws.
 * SEED= repeats a run, DRAWS= makes it longer.
 */
#include "sla_fixture.h"

#define SEED 20261121
#define DRAWS 100000
#define FIRST_S G_GINT64_CONSTANT(946684800)  /* 2000 */
#define YEARS_S G_GINT64_CONSTANT(1072915200) /* 34 years */

static const char *const zones[] = {"UTC", "America/New_York", "Europe/Berlin",
    "America/Sao_Paulo", "America/Santiago", "America/St_Johns",
    "America/Havana", "Asia/Beirut", "Asia/Kathmandu", "Africa/Casablanca",
    "Antarctica/Troll", "Australia/Lord_Howe", "Pacific/Chatham",
    "Pacific/Apia"};

static const char *const hours[] = {OFFICE, NINE_TO_FIVE, ROUND_THE_CLOCK,
    "0:0-1440,1:0-1440,2:0-1440,3:0-1440,4:0-1440", "5:1380-1440,6:0-210",
    "6:120-121", "0:0-1,0:1439-1440,1:0-720,1:720-1440,3:600-601"};

static const char *const holidays[] = {"",
    "2004-12-31;2011-12-30;2016-10-16=0-90;2024-03-10;2024-03-11=600-720",
    "2007-11-04=0-1440;2020-01-01;2020-01-02;2020-01-03;2030-05-05=1-2"};

#define CALENDARS \
	(G_N_ELEMENTS(zones) * G_N_ELEMENTS(hours) * G_N_ELEMENTS(holidays))

static guint setting(const char *name, guint fallback)
{
	const char *text = g_getenv(name);

	return text ? (guint)g_ascii_strtoull(text, NULL, 10) : fallback;
}

static Calendar **all_calendars(void)
{
	Calendar **calendars = g_new0(Calendar *, CALENDARS + 1);
	guint n = 0;

	for (guint z = 0; z < G_N_ELEMENTS(zones); z++) {
		for (guint h = 0; h < G_N_ELEMENTS(hours); h++) {
			for (guint d = 0; d < G_N_ELEMENTS(holidays); d++) {
				calendars[n++] = fixture_calendar(
				    zones[z], hours[h], holidays[d]);
			}
		}
	}
	return calendars;
}

static void free_calendars(Calendar **calendars)
{
	for (guint i = 0; i < CALENDARS; i++) {
		calendar_unref(calendars[i]);
	}
	g_free(calendars);
}

static gint64 draw(GRand *dice, gint64 end)
{
	return (gint64)(g_rand_double(dice) * (double)end);
}

/* Targets of all sizes, short ones as often as long ones. */
static gint64 draw_target(GRand *dice)
{
	static const gint64 ends[] = {
	    2, 120, 9 * HOUR, 48 * HOUR, 240 * HOUR, 1000 * HOUR};

	return draw(dice, ends[g_rand_int_range(dice, 0, G_N_ELEMENTS(ends))]);
}

/* The time until the deadline is the target, and the deadline the first moment
 * of which that is true. */
static void check_due(const Calendar *calendar, gint64 from_s, gint64 open_s)
{
	gint64 due_s = calendar_due(calendar, from_s, open_s);

	if (due_s == G_MAXINT64) { /* one open minute a week */
		assert_true(calendar_open_s(calendar, from_s,
				from_s + 3653 * 24 * HOUR) < open_s);
		return;
	}
	assert_true(due_s >= from_s);
	assert_int_equal(calendar_open_s(calendar, from_s, due_s), open_s);
	if (open_s > 0) {
		assert_true(calendar_is_open(calendar, due_s - 1));
	} else {
		assert_true(calendar_is_open(calendar, due_s));
	}
	assert_true(
	    calendar_due(calendar, from_s, open_s + 1) > due_s || open_s == 0);
	assert_true(calendar_due(calendar, from_s + 1, open_s) >= due_s);
}

static void check_sums(GRand *dice, const Calendar *calendar, gint64 a_s)
{
	gint64 b_s = a_s + draw_target(dice);
	gint64 c_s = b_s + draw_target(dice);
	gint64 sum_s = calendar_open_s(calendar, a_s, b_s) +
		       calendar_open_s(calendar, b_s, c_s);

	assert_int_equal(sum_s, calendar_open_s(calendar, a_s, c_s));
	assert_true(sum_s <= c_s - a_s);
	assert_int_equal(calendar_open_s(calendar, c_s, a_s), 0);
}

static void check_steps(const Calendar *calendar, gint64 from_s, gint64 open_s)
{
	g_autoptr(GArray) steps =
	    calendar_steps(calendar, from_s, open_s, 100000);
	gint64 due_s = calendar_due(calendar, from_s, open_s);
	gint64 sum_s = 0;
	gint64 last_s = from_s - 1;

	for (guint i = 0; i < steps->len; i++) {
		CalendarStep *step = &g_array_index(steps, CalendarStep, i);

		assert_true(step->from_s > last_s);
		assert_true(step->to_s > step->from_s);
		assert_int_equal(step->open_s, step->to_s - step->from_s);
		sum_s += step->open_s;
		last_s = step->to_s;
	}
	assert_int_equal(sum_s, due_s == G_MAXINT64 ? 0 : open_s);
	if (steps->len > 0) {
		assert_int_equal(last_s, due_s);
	}
}

/* Local time there and back. */
static void check_local(const Calendar *calendar, gint64 at_s)
{
	gint32 day, again;
	int minute, minute_again;

	calendar_local(calendar, at_s, &day, &minute);
	gint64 back_s = calendar_at_local(calendar, day, minute);
	calendar_local(calendar, back_s, &again, &minute_again);
	assert_int_equal(again, day);
	assert_int_equal(minute_again, minute);
	assert_true(back_s <= at_s);
}

static void test_random(void **state)
{
	Calendar **calendars = all_calendars();
	guint seed = setting("SEED", SEED);
	guint draws = setting("DRAWS", DRAWS);
	g_autoptr(GRand) dice = g_rand_new_with_seed(seed);

	(void)state;
	print_message("seed %u, %u draws\n", seed, draws);
	for (guint i = 0; i < draws; i++) {
		const Calendar *calendar =
		    calendars[g_rand_int_range(dice, 0, CALENDARS)];
		gint64 from_s = FIRST_S + draw(dice, YEARS_S);
		gint64 open_s = draw_target(dice);

		check_due(calendar, from_s, open_s);
		check_sums(dice, calendar, from_s);
		check_local(calendar, from_s);
		if (i % 16 == 0) {
			check_steps(calendar, from_s, open_s);
		}
	}
	free_calendars(calendars);
}

/* Against every second of GLib's own local time, around changes of clocks. */
static void test_against_glib(void **state)
{
	static const struct {
		const char *zone;
		const char *around;
	} cases[] = {
	    {"America/New_York", "2024-03-10T07:00:00Z"},
	    {"America/New_York", "2024-11-03T06:00:00Z"},
	    {"America/Sao_Paulo", "2018-11-04T03:00:00Z"},
	    {"America/Sao_Paulo", "2018-02-18T02:00:00Z"},
	    {"America/St_Johns", "2010-11-07T02:31:00Z"},
	    {"Australia/Lord_Howe", "2024-04-06T15:00:00Z"},
	    {"Antarctica/Troll", "2024-10-27T01:00:00Z"},
	    {"Pacific/Apia", "2011-12-30T10:00:00Z"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GTimeZone) zone =
		    g_time_zone_new_identifier(cases[i].zone);
		g_autoptr(Calendar) calendar = fixture_calendar(cases[i].zone,
		    NINE_TO_FIVE ",5:0-91,5:1400-1440,6:0-121,6:150-1440", "");
		gint64 middle_s = utc(cases[i].around);

		for (gint64 at_s = middle_s - 30 * HOUR;
		     at_s < middle_s + 30 * HOUR; at_s += 20) {
			g_autoptr(GDateTime) time =
			    g_date_time_new_from_unix_utc(at_s);
			g_autoptr(GDateTime) local =
			    g_date_time_to_timezone(time, zone);
			int minute = g_date_time_get_hour(local) * 60 +
				     g_date_time_get_minute(local);
			int day = g_date_time_get_day_of_week(local);
			bool open = day <= 5   ? minute >= 540 && minute < 1020
				    : day == 6 ? minute < 91 || minute >= 1400
					       : minute < 121 || minute >= 150;

			assert_int_equal(
			    calendar_is_open(calendar, at_s), open);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_against_glib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
