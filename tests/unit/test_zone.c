/* Zones as tables of offsets. */
#include "anteroom/error.h"
#include "sla/internal.h"
#include "sla_fixture.h"

static void test_invariants(void **state)
{
	static const char *const names[] = {"UTC", "America/New_York",
	    "Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll",
	    "Pacific/Apia", "Europe/Dublin"};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		Zone zone = {NULL, 0};

		assert_true(zone_load(&zone, names[i], NULL));
		assert_int_equal(zone.periods[0].from_s, G_MININT64);
		assert_int_equal(zone.periods[zone.n].from_s, G_MAXINT64);
		for (guint k = 1; k < zone.n; k++) {
			assert_true(zone.periods[k].from_s >
				    zone.periods[k - 1].from_s);
			assert_int_not_equal(zone.periods[k].offset_s,
			    zone.periods[k - 1].offset_s);
			assert_int_equal(
			    zone_period_at(&zone, zone.periods[k].from_s), k);
			assert_int_equal(
			    zone_period_at(&zone, zone.periods[k].from_s - 1),
			    k - 1);
		}
		assert_int_equal(zone_period_at(&zone, G_MININT64), 0);
		assert_int_equal(
		    zone_period_at(&zone, G_MAXINT64 - 1), zone.n - 1);
		zone_clear(&zone);
		zone_clear(&zone);
	}
}

/* Rules go on after the last year that the zone database writes out. */
static void test_later_years(void **state)
{
	static const struct {
		const char *at;
		gint64 offset_s;
	} cases[] = {
	    {"2012-03-25T00:59:59Z", HOUR},
	    {"2012-03-25T01:00:00Z", 2 * HOUR},
	    {"2045-07-01T00:00:00Z", 2 * HOUR},
	    {"2045-12-01T00:00:00Z", HOUR},
	};
	Zone zone = {NULL, 0};

	(void)state;
	assert_true(zone_load(&zone, "Europe/Berlin", NULL));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		guint k = zone_period_at(&zone, utc(cases[i].at));

		assert_int_equal(zone.periods[k].offset_s, cases[i].offset_s);
	}
	zone_clear(&zone);
}

static void test_unknown(void **state)
{
	GError *error = NULL;
	Zone zone = {NULL, 0};

	(void)state;
	assert_false(zone_load(&zone, "Mars/Olympus", &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	assert_null(zone.periods);
	g_error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_invariants),
	    cmocka_unit_test(test_later_years),
	    cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
