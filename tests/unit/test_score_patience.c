/* How long a search may take: work counts, waiting hardly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "anteroom/limits.h"
#include "score/patience.h"

static gint64 worked_us(void)
{
	struct timespec used;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * G_TIME_SPAN_SECOND + used.tv_nsec / 1000;
}

/* It says that it is over once the thread has worked so long, not before. */
static void test_work(void **state)
{
	(void)state;
	gint64 begun_us = worked_us();
	gint64 begun_wall_us = g_get_monotonic_time();
	Patience patience = patience_of(20);
	while (!patience_over(&patience)) {
	}
	gint64 wall_us = g_get_monotonic_time() - begun_wall_us;
	if (wall_us < 20 * LIMIT_WAIT_TIMES * G_TIME_SPAN_MILLISECOND) {
		assert_true(
		    worked_us() - begun_us >= 20 * G_TIME_SPAN_MILLISECOND);
	}
	assert_true(patience_over(&patience));
}

static void test_waiting(void **state)
{
	(void)state;
	Patience patience = patience_of(1000);
	g_usleep(1100 * G_TIME_SPAN_MILLISECOND);
	assert_false(patience_over(&patience));
	assert_true(patience.again_us > g_get_monotonic_time());
	/* but not for ever */
	patience.again_us = 0;
	patience.end_us = g_get_monotonic_time() - 1;
	assert_true(patience_over(&patience));
}

static void work(gint64 ms)
{
	gint64 until_us = worked_us() + ms * G_TIME_SPAN_MILLISECOND;
	while (worked_us() < until_us) {
	}
}

/* A share is over by what was done since, not by what it had to wait, and with
 * what it is a share of. */
static void test_share(void **state)
{
	(void)state;
	Patience all = patience_of(60000);
	Patience little = patience_share(&all, 5);
	work(10);
	assert_true(patience_over(&little));
	Patience waits = patience_share(&all, 5);
	g_usleep(20 * G_TIME_SPAN_MILLISECOND);
	assert_int_equal(waits.work_us, 5 * G_TIME_SPAN_MILLISECOND);
	assert_true(waits.begun_us > all.begun_us);
	work(10);
	assert_true(patience_over(&waits));
	Patience much = patience_share(&all, 30000);
	work(10);
	assert_false(patience_over(&much));
	assert_false(patience_over(&all));
	Patience few = patience_of(30);
	work(20);
	Patience rest = patience_share(&few, 15);
	assert_true(rest.work_us <= 10 * G_TIME_SPAN_MILLISECOND);
	work(15);
	assert_true(patience_over(&rest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_work),
	    cmocka_unit_test(test_waiting),
	    cmocka_unit_test(test_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
