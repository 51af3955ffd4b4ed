/* Holidays from iCalendar files: good ones, wrong ones, hostile ones. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "sla/internal.h"
#include "sla_fixture.h"

#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define TAIL "END:VCALENDAR\r\n"
#define EVENT(text) HEAD "BEGIN:VEVENT\r\nUID:a\r\n" text "END:VEVENT\r\n" TAIL

/* ics_days of a file with LENGTH bytes of TEXT. */
static GArray *days_of_text(const char *text, gsize length, char **why)
{
	g_autofree char *path = NULL;
	GError *error = NULL;
	int fd = g_file_open_tmp("anteroom-XXXXXX.ics", &path, NULL);

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
	GArray *days = ics_days(path, &error);
	g_unlink(path);
	*why = NULL;
	if (!days) {
		assert_true(
		    g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
		assert_true(g_str_has_prefix(error->message, path));
		*why = g_strdup(error->message + strlen(path));
		g_error_free(error);
	} else {
		assert_null(error);
	}
	return days;
}

/* "2024-12-25 2024-12-26" of the first ten. */
static char *days_text(const GArray *days)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < days->len && i < 10; i++) {
		GDate date;

		g_date_clear(&date, 1);
		g_date_set_julian(
		    &date, (guint32)(g_array_index(days, gint32, i) + 719163));
		g_string_append_printf(text, "%s%04d-%02d-%02d", i ? " " : "",
		    g_date_get_year(&date), (int)g_date_get_month(&date),
		    g_date_get_day(&date));
	}
	return g_string_free(text, FALSE);
}

static void test_days(void **state)
{
	static const struct {
		const char *text;
		const char *days;
	} cases[] = {
	    {HEAD TAIL, ""},
	    {EVENT("DTSTART;VALUE=DATE:20241225\r\n"), "2024-12-25"},
	    /* bare line feeds, lower case, no VALUE, a byte order mark */
	    {"\xef\xbb\xbf"
	     "begin:vcalendar\nbegin:vevent\ndtstart:20241225\n"
	     "end:vevent\nend:vcalendar",
		"2024-12-25"},
	    /* folded anywhere */
	    {"BEGIN:VCAL\r\n ENDAR\r\nBEGIN:VEVENT\r\nDTST\r\n\tART;VALU\r\n"
	     " E=DATE:2024\r\n 1225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		"2024-12-25"},
	    /* a colon within quotes is not the end of the parameters */
	    {EVENT("DTSTART;X=\"a:b;VALUE=PERIOD\";VALUE=DATE:20241225\r\n"),
		"2024-12-25"},
	    /* the end is exclusive */
	    {EVENT("DTEND;VALUE=DATE:20250102\r\n"
		   "DTSTART;VALUE=DATE:20241231\r\n"),
		"2024-12-31 2025-01-01"},
	    {EVENT("DTSTART;VALUE=DATE:20241231\r\n"
		   "DTEND;VALUE=DATE:20241231\r\n"),
		"2024-12-31"},
	    {EVENT("DTSTART;VALUE=DATE:20240228\r\nDURATION:P3D\r\n"),
		"2024-02-28 2024-02-29 2024-03-01"},
	    {EVENT("DTSTART;VALUE=DATE:20240228\r\n"
		   "RRULE:FREQ=YEARLY;COUNT=3\r\n"),
		"2024-02-28 2025-02-28 2026-02-28"},
	    {EVENT("DTSTART;VALUE=DATE:20240229\r\n"
		   "RRULE:FREQ=YEARLY;COUNT=2\r\n"),
		"2024-02-29 2028-02-29"},
	    /* Memorial Day; Thanksgiving and the day after */
	    {EVENT("DTSTART;VALUE=DATE:20240527\r\nRRULE:FREQ=YEARLY;"
		   "BYMONTH=5;BYDAY=-1MO;UNTIL=20260601\r\n"),
		"2024-05-27 2025-05-26 2026-05-25"},
	    {EVENT("DTSTART;VALUE=DATE:20241128\r\n"
		   "DTEND;VALUE=DATE:20241130\r\nRRULE:FREQ=YEARLY;"
		   "BYMONTH=11;BYDAY=4TH;UNTIL=20251231T235959Z\r\n"),
		"2024-11-28 2024-11-29 2025-11-27 2025-11-28"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:FREQ=DAILY;COUNT=4\r\n"
		   "EXDATE;VALUE=DATE:20240102\r\n"
		   "EXDATE:20240103T000000Z,20240909\r\n"),
		"2024-01-01 2024-01-04"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RDATE;VALUE=DATE:20240301,20240201\r\n"
		   "RDATE;VALUE=DATE:20240401\r\n"),
		"2024-01-01 2024-02-01 2024-03-01 2024-04-01"},
	    /* a recurrence from long ago; days outside the window */
	    {EVENT("DTSTART;VALUE=DATE:19010101\r\n"
		   "RRULE:FREQ=YEARLY;UNTIL=19920101\r\n"),
		"1990-01-01 1991-01-01 1992-01-01"},
	    {EVENT("DTSTART;VALUE=DATE:21010101\r\n"
		   "RRULE:FREQ=DAILY\r\n"),
		""},
	    /* one instance moved, one cancelled */
	    {HEAD "BEGIN:VEVENT\r\nUID:b\r\nDTSTART;VALUE=DATE:20240501\r\n"
		  "RRULE:FREQ=YEARLY;COUNT=3\r\nEND:VEVENT\r\n"
		  "BEGIN:VEVENT\r\nUID:b\r\n"
		  "RECURRENCE-ID;VALUE=DATE:20250501\r\n"
		  "DTSTART;VALUE=DATE:20250502\r\nEND:VEVENT\r\n"
		  "BEGIN:VEVENT\r\nUID:b\r\nSTATUS:cancelled\r\n"
		  "RECURRENCE-ID;VALUE=DATE:20260501\r\n"
		  "DTSTART;VALUE=DATE:20260501\r\nEND:VEVENT\r\n" TAIL,
		"2024-05-01 2025-05-02"},
	    /* neither a meeting nor a to-do nor an alarm is a holiday */
	    {EVENT("DTSTART:20241225T090000Z\r\nRRULE:NONSENSE\r\n"), ""},
	    {HEAD "BEGIN:VTODO\r\nDTSTART;VALUE=DATE:20241225\r\n"
		  "END:VTODO\r\n" TAIL,
		""},
	    {EVENT("DTSTART;VALUE=DATE:20241225\r\nBEGIN:VALARM\r\n"
		   "DURATION:PT15M\r\nDTEND:nonsense\r\nEND:VALARM\r\n"),
		"2024-12-25"},
	    /* two calendars in one file */
	    {HEAD TAIL EVENT("DTSTART;VALUE=DATE:20241225\r\n"), "2024-12-25"},
	    /* Rosh Hashanah */
	    {EVENT("DTSTART;VALUE=DATE:20241003\r\nRRULE:RSCALE=HEBREW;"
		   "FREQ=YEARLY;COUNT=3\r\n"),
		"2024-10-03 2025-09-23 2026-09-12"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = NULL;
		g_autoptr(GArray) days =
		    days_of_text(cases[i].text, strlen(cases[i].text), &why);

		if (!days) {
			fail_msg("case %u%s", i, why);
		}
		g_autofree char *text = days_text(days);
		assert_string_equal(text, cases[i].days);
	}
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text;
		const char *why; /* with the line */
	} cases[] = {
	    {"", ":1: not an iCalendar file"},
	    {"\r\n\r\n", ":1: not an iCalendar file"},
	    {"<html>\r\n", ":1: not a line of an iCalendar file"},
	    {"VERSION:2.0\r\n", ":1: not an iCalendar file"},
	    {"BEGIN:VEVENT\r\n", ":1: BEGIN:VCALENDAR expected"},
	    {"BEGIN:VCALENDAR\r\n", ":2: ends too early"},
	    {HEAD TAIL TAIL, ":4: END without BEGIN"},
	    {EVENT("DTSTART;VALUE=DATE:20241325\r\n"), ":5: DTSTART"},
	    {EVENT("DTSTART;VALUE=DATE:20230229\r\n"), ":5: DTSTART"},
	    {EVENT("DTSTART;VALUE=DATE:\r\n"), ":5: DTSTART"},
	    {EVENT("DTSTART;VALUE=DATE\r\n"), ":5: not a line"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nDTSTART:20240102\r\n"),
		":6: a second DTSTART"},
	    {EVENT("DTSTART;VALUE=DATE:20240\r\n 101\r\n"
		   "DTEND;VALUE=DATE:20231231\r\n"),
		":7: DTEND"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nDURATION:-P1D\r\n"),
		":6: DURATION"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nDURATION:soon\r\n"),
		":6: DURATION"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nEXDATE:20240101,\r\n"),
		":6: not a list"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nRDATE;VALUE=PERIOD:"
		   "20240101T000000Z/P1D/P\r\n"
		   "RDATE:tomorrow\r\n"),
		":6: not a list"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nRRULE:FREQ=SOMETIMES\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\nRRULE:\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:FREQ=YEARLY;INTERVAL=0\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30\r\n"),
		":6: RRULE never happens"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"),
		":6: RRULE never happens"},
	    {EVENT("DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=DAILY\r\n"),
		":6: too much work"},
	    {EVENT("DTSTART;VALUE=DATE:19900101\r\n"
		   "DTEND;VALUE=DATE:99991231\r\n"
		   "RRULE:FREQ=DAILY\r\n"),
		":7: too much work"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:RSCALE=HEBREW;FREQ=YEARLY;INTERVAL=0\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:RSCALE=HEBREW;RSCALE=CHINESE;FREQ=YEARLY\r\n"),
		":6: RRULE is not"},
	    {EVENT("DTSTART;VALUE=DATE:20240101\r\n"
		   "RRULE:RSCALE=MARTIAN;FREQ=YEARLY\r\n"),
		":6: RRULE"},
	    {EVENT("RECURRENCE-ID:x\r\nDTSTART;VALUE=DATE:20240101\r\n"),
		":5: RECURRENCE-ID"},
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = NULL;
		g_autoptr(GArray) days =
		    days_of_text(cases[i].text, strlen(cases[i].text), &why);

		if (days || !g_str_has_prefix(why, cases[i].why)) {
			fail_msg("case %u: %s, not%s", i, cases[i].why,
			    days ? " accepted" : why);
		}
	}
}

/* N copies of TEXT between HEAD and TAIL. */
static void check_repeated(const char *text, guint n, const char *expected)
{
	g_autoptr(GString) all = g_string_new(HEAD);
	g_autofree char *why = NULL;
	gint64 start_us = g_get_monotonic_time();

	for (guint i = 0; i < n; i++) {
		g_string_append(all, text);
	}
	g_string_append(all, "\n" TAIL);
	g_autoptr(GArray) days = days_of_text(all->str, all->len, &why);
	if (expected) {
		assert_null(days);
		assert_non_null(strstr(why, expected));
	} else {
		assert_non_null(days);
	}
	/* Generous: sanitizers and a busy machine. */
	assert_true(g_get_monotonic_time() - start_us < 20 * G_USEC_PER_SEC);
}

static void test_hostile(void **state)
{
	(void)state;
	check_repeated("BEGIN:X\n", 400000, "too deeply nested");
	check_repeated("BEGIN:VEVENT\nEND:VEVENT\n", 150000, NULL);
	check_repeated("BEGIN:VEVENT\nEND:VEVENT\n", 200000, "too big");
	check_repeated("BEGIN:VEVENT\nDTSTART:19900101\nDTEND:20590101\n"
		       "END:VEVENT\n",
	    50000, "too much work");
	check_repeated("BEGIN:VEVENT\nDTSTART:20200101\n"
		       "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29\nEND:VEVENT\n",
	    20000, "too much work");
	check_repeated("BEGIN:VEVENT\nDTSTART:20200101\n"
		       "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29\n"
		       "END:VEVENT\n",
	    20000, "too much work");
	check_repeated("X:\n \n", 500000, NULL);
	check_repeated(" folded", 500000, NULL);
	check_repeated(";VALUE=DATE", 300000, "not a line");
	check_repeated("BEGIN:VEVENT\nDTSTART:20240101\nEXDATE:20240101\n"
		       "END:VEVENT\n",
	    60000, NULL);
}

static void test_files(void **state)
{
	GError *error = NULL;
	char *why;

	(void)state;
	static const char *const wrong[] = {
	    "/dev/zero", "tests/corpus/sla", "tests/corpus/sla/missing.ics"};
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		assert_null(ics_days(wrong[i], &error));
		assert_true(
		    g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
		assert_true(g_str_has_prefix(error->message, wrong[i]));
		g_clear_error(&error);
	}
	assert_null(days_of_text(
	    HEAD "X:\0\n" TAIL, sizeof(HEAD "X:\0\n" TAIL) - 1, &why));
	assert_string_equal(why, ": not text: has a NUL byte");
	g_free(why);
}

/* What Outlook, Google and Apple write, and broken files; nothing may end
 * otherwise than with days or a reason. */
static void test_corpus(void **state)
{
	g_autoptr(GDir) folder = g_dir_open("tests/corpus/sla", 0, NULL);
	g_autoptr(GRand) dice = g_rand_new_with_seed(7);
	const char *name;
	guint n = 0;

	(void)state;
	assert_non_null(folder);
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *path =
		    g_build_filename("tests/corpus/sla", name, NULL);
		g_autofree char *text = NULL;
		gsize length;

		if (!g_str_has_suffix(name, ".ics")) {
			continue;
		}
		assert_true(g_file_get_contents(path, &text, &length, NULL));
		for (int i = 0; i < 40; i++) {
			g_autofree char *why = NULL;
			g_autoptr(GArray) days =
			    days_of_text(text, length, &why);

			assert_true(
			    i > 0 ||
			    (days == NULL) == g_str_has_prefix(name, "bad-"));
			text[g_rand_int_range(dice, 0, (gint32)length)] =
			    "\n:;,=0129TFREQ\xff"[g_rand_int_range(
				dice, 0, 14)];
		}
		n++;
	}
	assert_in_range(n, 6, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
