/* Answers that are kept: of what, and how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <stdbool.h>

#include "control/recent.h"

#define SECOND G_TIME_SPAN_SECOND
#define TOOK_US 100000
#define BEGAN_US (1000 * SECOND)
#define ENDED_US (BEGAN_US + TOOK_US)

typedef struct {
	const char *what;
	RecentAsk ask;
	gint64 later_us; /* after the answer was there */
	bool hit;
} Row;

static void test_found(void **state)
{
	static const Row rows[] = {
	    {"the same", {"a", 100, 200}, SECOND, true},
	    {"the same, as old as may be", {"a", 100, 200},
		TOOK_US * RECENT_TIMES - 1, true},
	    {"too old", {"a", 100, 200}, TOOK_US * RECENT_TIMES, false},
	    {"another", {"b", 100, 200}, SECOND, false},
	    {"up to now, by then", {"a", 103, 203}, 3 * SECOND, true},
	    {"a day that began since", {"a", 100, 203}, 3 * SECOND, true},
	    {"later than it is old", {"a", 106, 206}, 3 * SECOND, false},
	    {"earlier", {"a", 99, 199}, SECOND, false},
	    {"longer", {"a", 99, 200}, SECOND, false},
	};
	const RecentAsk kept = {"a", 100, 200};
	Recent *recent = recent_new();

	(void)state;
	recent_keep(recent, &kept, "text", TOOK_US, ENDED_US);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = recent_find(
		    recent, &rows[i].ask, ENDED_US + rows[i].later_us);

		if ((text != NULL) != rows[i].hit) {
			fail_msg("%s", rows[i].what);
		}
		if (text != NULL) {
			assert_string_equal(text, "text");
		}
	}
	recent_free(recent);
}

/* What is made at once is never old; nothing is older than the most. */
static void test_bounds(void **state)
{
	const RecentAsk quick = {"quick", 1, 2}, slow = {"slow", 1, 2};
	Recent *recent = recent_new();
	g_autofree char *text = NULL;

	(void)state;
	recent_keep(recent, &quick, "q", RECENT_LEAST_US - 1, ENDED_US);
	assert_null(recent_find(recent, &quick, ENDED_US));
	recent_keep(recent, &slow, "s", 60 * SECOND, BEGAN_US + 60 * SECOND);
	text = recent_find(
	    recent, &slow, BEGAN_US + 60 * SECOND + RECENT_MOST_US - 1);
	assert_non_null(text);
	assert_null(recent_find(
	    recent, &slow, BEGAN_US + 60 * SECOND + RECENT_MOST_US));
	recent_free(recent);
}

static void test_room(void **state)
{
	Recent *recent = recent_new();
	const RecentAsk first = {"0", 1, 2};
	g_autofree char *last = NULL;

	(void)state;
	for (guint i = 0; i <= RECENT_ANSWERS; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);
		const RecentAsk ask = {key, 1, 2};

		recent_keep(recent, &ask, key, TOOK_US, ENDED_US);
		g_free(last);
		last = recent_find(recent, &ask, ENDED_US);
		assert_string_equal(last, key);
	}
	assert_null(recent_find(recent, &first, ENDED_US));
	recent_free(recent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_found),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
