/*
 * Digests: who reads one, when his mornings are, and that each morning is told
 * once whatever the clock and the process do.
 */
#include "cases_fixture.h"

#include "anteroom/digest.h"
#include "anteroom/notice.h"
#include "anteroom/readers.h"
#include "anteroom/times.h"

static const char conf_text[] =
    "company = \"Example\"\n"
    "rules { packs = {\"pack.rules\"} }\n"
    "desk \"ceo\" { addresses = {\"ceo@example.com\"} assistant = "
    "\"ea@example.com\" executive = \"jane@example.com\" }\n"
    "calendar \"york\" { zone = \"America/New_York\" hours = {\"Mon-Fri "
    "09:00-17:00\"} holidays = {\"2026-11-26\"} }\n"
    "calendar \"berlin\" { zone = \"Europe/Berlin\" hours = {\"Mon-Fri "
    "09:00-17:00\"} }\n"
    "team \"care\" { address = \"care@example.com\" lead = "
    "\"Lead@Example.com\" calendar = \"york\" }\n"
    "team \"sales\" { address = \"sales@example.com\" lead = "
    "\"lead@example.com\" calendar = \"berlin\" }\n"
    "team \"office\" { address = \"ea@example.com\" members = "
    "{\"ea@example.com\"} lead = \"ea@example.com\" calendar = \"berlin\" }\n"
    "team \"night\" { address = \"n@example.com\" lead = "
    "\"owl@example.com\" calendar = \"always\" }\n"
    "route \"default\" { team = \"care\" }\n"
    "policy \"all\" { first-reply = \"8h\" }\n"
    "notify { from = \"a@example.com\" digest = \"08:00\" }\n";

static int setup(void **state)
{
	World *world = world_new();
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *path =
	    g_build_filename(world->folder, "other.conf", NULL);

	fixture_write(world->folder, "other.conf", conf_text);
	sla_unref(world->sla);
	conf_unref(world->conf);
	world->conf = conf_load(path, problems);
	world_print_problems(problems);
	assert_non_null(world->conf);
	world->sla = sla_new(world->conf, problems);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static gint64 at(const char *text)
{
	gint64 at_s = 0;

	assert_true(times_parse_rfc3339(text, &at_s, NULL));
	return at_s;
}

static void test_readers(void **state)
{
	World *world = *state;
	g_autoptr(GPtrArray) all = digest_readers(world->conf, world->sla);
	g_autoptr(DigestReader) lead =
	    digest_reader_at(world->conf, world->sla, " LEAD@example.com ");
	g_autoptr(DigestReader) assistant =
	    digest_reader_at(world->conf, world->sla, "ea@example.com");
	g_autoptr(DigestReader) executive =
	    digest_reader_at(world->conf, world->sla, "jane@example.com");

	assert_int_equal(all->len, 4);
	/* One mail about both teams, in the hours of the first. */
	assert_string_equal(lead->teams[0], "care");
	assert_string_equal(lead->teams[1], "sales");
	assert_null(lead->teams[2]);
	assert_false(lead->desk);
	assert_string_equal(calendar_zone(lead->calendar), "America/New_York");
	assert_true(assistant->desk && !assistant->executive);
	assert_string_equal(
	    calendar_zone(assistant->calendar), "Europe/Berlin");
	assert_true(executive->desk && executive->executive);
	assert_string_equal(
	    calendar_zone(executive->calendar), "America/New_York");
	assert_null(
	    digest_reader_at(world->conf, world->sla, "bob@example.com"));
}

static void test_mornings(void **state)
{
	static const struct {
		const char *calendar, *now, *last, *next;
	} table[] = {
	    /* Eight in New York, before it opens; winter time. */
	    {"york", "2026-11-25T13:00:00Z", "2026-11-25T13:00:00Z",
		"2026-11-27T13:00:00Z"},
	    {"york", "2026-11-25T12:59:59Z", "2026-11-24T13:00:00Z",
		"2026-11-25T13:00:00Z"},
	    /* A holiday and a weekend have no morning. */
	    {"york", "2026-11-26T20:00:00Z", "2026-11-25T13:00:00Z",
		"2026-11-27T13:00:00Z"},
	    {"york", "2026-11-29T20:00:00Z", "2026-11-27T13:00:00Z",
		"2026-11-30T13:00:00Z"},
	    /* Summer time begins on a Sunday. */
	    {"berlin", "2026-03-30T06:00:00Z", "2026-03-30T06:00:00Z",
		"2026-03-31T06:00:00Z"},
	    {"berlin", "2026-03-28T12:00:00Z", "2026-03-27T07:00:00Z",
		"2026-03-30T06:00:00Z"},
	    {"always", "2026-11-29T20:00:00Z", "2026-11-29T08:00:00Z",
		"2026-11-30T08:00:00Z"},
	};
	World *world = *state;

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		const Calendar *calendar =
		    sla_calendar(world->sla, table[i].calendar);
		gint64 now_s = at(table[i].now);

		assert_int_equal(
		    digest_morning(calendar, 8 * 60, now_s), at(table[i].last));
		assert_int_equal(digest_next_morning(calendar, 8 * 60, now_s),
		    at(table[i].next));
	}
}

static guint tick(World *world, const char *now)
{
	gint64 next_s = 0;
	guint n = 0;

	assert_true(store_digests(
	    world->store, world->conf, world->sla, at(now), &n, &next_s, NULL));
	assert_true(next_s > at(now));
	world_check(world);
	return n;
}

static void test_once_a_morning(void **state)
{
	World *world = *state;
	g_autoptr(GPtrArray) all = NULL;
	const Notice *newest;

	/* Installed at noon: nobody gets mail about the night. */
	assert_int_equal(tick(world, "2026-11-23T17:00:00Z"), 0);
	/* Berlin's morning: the assistant. Then round the clock, New York. */
	assert_int_equal(tick(world, "2026-11-24T06:59:59Z"), 0);
	assert_int_equal(tick(world, "2026-11-24T07:00:00Z"), 1);
	assert_int_equal(tick(world, "2026-11-24T07:00:01Z"), 0);
	assert_int_equal(tick(world, "2026-11-24T08:00:00Z"), 1);
	assert_int_equal(tick(world, "2026-11-24T13:00:00Z"), 2);
	world_reopen(world);
	assert_int_equal(tick(world, "2026-11-24T13:00:00Z"), 0);
	/* The clock is set back and on again. */
	assert_int_equal(tick(world, "2026-11-24T07:30:00Z"), 0);
	assert_int_equal(tick(world, "2026-11-24T14:00:00Z"), 0);
	/* Nobody was there for days: one each, of the latest morning. */
	assert_int_equal(tick(world, "2026-11-30T20:00:00Z"), 4);
	all = store_notices(world->store, NOTICE_WAITING, 0, NULL);
	assert_int_equal(all->len, 8);
	newest = all->pdata[7];
	assert_int_equal(newest->kind, NOTICE_DIGEST);
	assert_int_equal(newest->at_s, at("2026-11-30T13:00:00Z"));
}

/* A clock that was years ahead for a moment costs one morning, not years. */
static void test_clock_astray(void **state)
{
	World *world = *state;

	assert_int_equal(tick(world, "2026-11-23T17:00:00Z"), 0);
	assert_int_equal(tick(world, "2036-11-24T17:00:00Z"), 4);
	assert_int_equal(tick(world, "2026-11-24T07:00:00Z"), 0);
	assert_int_equal(tick(world, "2026-11-25T07:00:00Z"), 4);
}

static void test_off(void **state)
{
	World *world = *state;
	gint64 next_s = 1;
	guint n = 0;

	world->conf->digest_min = -1;
	assert_true(store_digests(world->store, world->conf, world->sla,
	    at("2026-11-24T17:00:00Z"), &n, &next_s, NULL));
	assert_int_equal(n, 0);
	assert_int_equal(next_s, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_readers),
	    TEST(test_mornings),
	    TEST(test_once_a_morning),
	    TEST(test_clock_astray),
	    TEST(test_off),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
