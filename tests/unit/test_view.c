/* Rows of JSON as text: tables, cut and aligned; hostile words made harmless;
 * CSV that a spreadsheet doesn't run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/view.h"
#include "view/internal.h"

#define NOW_S 1795255200 /* 2026-11-21T10:00:00Z */

static char *shown(
    const char *kind, const char *const *rows, guint columns, bool colour)
{
	ViewStyle style = {
	    .columns = columns, .colour = colour, .now_s = NOW_S};
	g_autoptr(View) view = view_new(kind, &style);
	GString *out = g_string_new(NULL);

	for (; *rows != NULL; rows++) {
		g_autoptr(JsonValue) row =
		    json_parse(*rows, strlen(*rows), NULL);

		assert_non_null(row);
		view_row(view, row, out);
	}
	view_end(view, out);
	return g_string_free(out, FALSE);
}

static char *shown_one(const char *kind, const char *row)
{
	const char *const rows[] = {row, NULL};

	return shown(kind, rows, 100, false);
}

/* Does TEXT hold each of the parts, in that order? */
static void assert_holds(const char *text, const char *const *parts)
{
	const char *at = text;

	for (; *parts != NULL; parts++) {
		const char *found = strstr(at, *parts);

		if (found == NULL) {
			fail_msg("no \"%s\" in:\n%s", *parts, text);
		}
		at = found + strlen(*parts);
	}
}

#define CASE_1                                                              \
	"{\"v\":1,\"id\":\"AR-1\",\"desk\":\"ceo\",\"team\":\"care\","      \
	"\"topic\":\"outage\",\"topics\":[\"outage\",\"press\"],"           \
	"\"urgency\":{\"level\":\"high\",\"score\":60},\"state\":\"open\"," \
	"\"sensitive\":false,\"subject\":\"No line for days\","             \
	"\"from\":\"a@b.example\",\"received\":\"2026-11-21T07:00:00Z\","   \
	"\"due\":{\"first_reply\":\"2026-11-21T09:00:00Z\","                \
	"\"next_reply\":null,\"resolve\":\"2026-11-25T09:00:00Z\"},"        \
	"\"first_reply_at\":null,\"closed_at\":null,"                       \
	"\"overdue\":[\"first_reply\"],\"messages\":2,"                     \
	"\"rules\":[\"r-1\",\"r-2\"]"

static void test_list(void **state)
{
	static const char *const rows[] = {CASE_1 "}",
	    "{\"v\":1,\"id\":\"AR-1042\",\"team\":\"trust\",\"topic\":"
	    "\"safety\",\"urgency\":{\"level\":\"critical\",\"score\":90},"
	    "\"state\":\"open\",\"subject\":null,\"from\":\"c@d.example\","
	    "\"due\":{\"first_reply\":\"2026-11-21T10:35:00Z\"},"
	    "\"overdue\":[]}",
	    NULL};
	static const char *const expected[] = {"CASE", "DUE", "SUBJECT", "\n",
	    "AR-1 ", "1h late", "high", "outage", "care", "open", "a@b.example",
	    "No line for days\n", "AR-1042", "in 35m", "critical",
	    "(not shown)\n", NULL};
	g_autofree char *text = shown("cases", rows, 200, false);
	g_autofree char *narrow = shown("cases", rows, 78, false);
	g_auto(GStrv) lines = g_strsplit(narrow, "\n", -1);

	(void)state;
	assert_holds(text, expected);
	assert_null(strchr(text, '\033'));
	for (char **l = lines; *l != NULL; l++) {
		assert_true(text_columns(*l) <= 78);
	}
	if (strstr(narrow, "…") == NULL) {
		fail_msg("not cut:\n%s", narrow);
	}
}

static void test_list_empty(void **state)
{
	static const char *const rows[] = {NULL};
	g_autofree char *text = shown("cases", rows, 100, false);

	(void)state;
	assert_string_equal(text, "");
}

static void test_colour_is_besides_words(void **state)
{
	static const char *const rows[] = {CASE_1 "}", NULL};
	static const char *const expected[] = {
	    "\033[1;31m", "late", "\033[0m", NULL};
	g_autofree char *text = shown("cases", rows, 100, true);

	(void)state;
	assert_holds(text, expected);
}

static void test_widths(void **state)
{
	static const struct {
		const char *text;
		guint columns;
	} table[] = {{"", 0}, {"abc", 3}, {"Grüße", 5},
	    {"\xe6\x97\xa5\xe6\x9c\xac", 4}, {"e\xcc\x81", 1}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		assert_int_equal(text_columns(table[i].text), table[i].columns);
	}
}

static void test_show(void **state)
{
	static const char row[] = CASE_1
	    ",\"policy\":\"high\",\"excerpt\":\"one\\ntwo\\u001b[31m\","
	    "\"clocks\":[{\"metric\":\"first_reply\",\"instance\":1,"
	    "\"state\":\"running\",\"started\":\"2026-11-21T07:00:00Z\","
	    "\"due\":\"2026-11-21T09:00:00Z\",\"ended\":null,"
	    "\"target_s\":7200}],"
	    "\"hits\":[{\"name\":\"r-1\",\"topic\":\"outage\",\"points\":50,"
	    "\"urgency\":-5,\"in\":\"text\",\"text\":\"no line\","
	    "\"why\":\"says so\"}],"
	    "\"timeline\":[{\"at\":\"2026-11-21T07:00:00Z\",\"what\":"
	    "\"received\",\"who\":\"a@b.example\",\"detail\":\"x\\ny\"}]}";
	static const char *const expected[] = {"AR-1  open  high (60)",
	    "outage; press", "Subject", "No line", "first reply  running",
	    "1h late", "r-1: +50 outage, -5 urgency, in text: \"no line\"",
	    "says so", "| one", "| two?[31m", "Timeline",
	    "2026-11-21 07:00:00Z  received", "a@b.example: x y\n", NULL};
	g_autofree char *text = shown_one("show", row);

	(void)state;
	assert_holds(text, expected);
	assert_null(strchr(text, '\033'));
}

static void test_others(void **state)
{
	static const struct {
		const char *kind, *row, *expected;
	} table[] = {
	    {"route",
		"{\"id\":\"AR-7\",\"done\":\"routed to care (was office)\"}",
		"AR-7: routed to care (was office)\n"},
	    {"take", "{\"file\":\"-\",\"outcome\":\"new\",\"case\":\"AR-1\"}",
		"-: new: AR-1\n"},
	    {"take",
		"{\"file\":\"-\",\"outcome\":\"unwatched\",\"case\":null,"
		"\"detail\":\"not proven\"}",
		"-: unwatched (not proven)\n"},
	    {"backup", "{\"folder\":\"/b\"}", "copied to /b\n"},
	    {"fsck", "{\"wrong\":\"AR-1: gap\\u0007\"}", "AR-1: gap?\n"},
	    {"fsck", "{\"cases\":3,\"events\":9,\"messages\":4,\"problems\":0}",
		"3 cases, 9 events, 4 messages: 0 wrong\n"},
	    {"nothing-known", "{\"a\":[1,null]}", "{\"a\":[1,null]}\n"},
	    {"policy", "{\"policy\":null}",
		"no policy fits: nothing is promised\n"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = shown_one(table[i].kind, table[i].row);

		assert_string_equal(text, table[i].expected);
	}
}

static void test_status(void **state)
{
	static const char row[] =
	    "{\"v\":1,\"at\":\"2026-11-21T10:00:00Z\",\"teams\":["
	    "{\"team\":\"care\",\"open\":12,\"due_soon\":3,\"overdue\":1,"
	    "\"paused\":0,\"answered\":4,\"closed\":5,"
	    "\"first_reply\":{\"met\":3,\"missed\":1,\"median_s\":5400}},"
	    "{\"team\":\"trust\",\"open\":0,\"due_soon\":0,\"overdue\":0,"
	    "\"paused\":0,\"answered\":0,\"closed\":0,"
	    "\"first_reply\":{\"met\":0,\"missed\":0,\"median_s\":null}}]}";
	static const char *const expected[] = {"TEAM", "IN TIME", "\n", "care",
	    "12", "3", "1", "0", "4", "5", "75% of 4", "1h 30m\n", "trust", "-",
	    "-\n", NULL};
	g_autofree char *text = shown_one("status", row);

	(void)state;
	assert_holds(text, expected);
}

static void test_policy(void **state)
{
	static const char row[] =
	    "{\"v\":1,\"policy\":\"high\",\"calendar\":\"office\",\"zone\":"
	    "\"America/New_York\",\"from\":\"2026-11-20T19:00:00Z\","
	    "\"due\":{\"first_reply\":\"2026-11-23T15:00:00Z\","
	    "\"next_reply\":null,\"resolve\":null},\"tried\":["
	    "{\"policy\":\"safety\",\"fits\":false,\"lacks\":\"topic\","
	    "\"wants\":[\"safety\",\"legal\"]},"
	    "{\"policy\":\"high\",\"fits\":true,\"lacks\":null}],"
	    "\"steps\":["
	    "{\"from\":\"2026-11-20T19:00:00Z\",\"to\":\"2026-11-20T20:00:00Z\""
	    ",\"open_s\":3600},{\"from\":\"2026-11-23T14:00:00Z\",\"to\":"
	    "\"2026-11-23T15:00:00Z\",\"open_s\":3600}]}";
	static const char *const expected[] = {"office (America/New_York)",
	    "2026-11-23 15:00:00Z, there Mon 2026-11-23 10:00\n",
	    "Next reply    not promised",
	    "  safety       no: only for topic safety, legal\n"
	    "  high         fits\n",
	    "in America/New_York\n  Fri 2026-11-20 14:00 - 15:00 ", "sum 1h",
	    "sum 2h", NULL};
	g_autofree char *text = shown_one("policy", row);

	(void)state;
	assert_holds(text, expected);
}

/* Around the clock, and in a zone that nobody knows: in UTC, with the second
 * day where it is another. */
static void test_policy_overnight(void **state)
{
	static const char row[] =
	    "{\"policy\":\"p\",\"calendar\":\"always\",\"zone\":\"Mars/Base\","
	    "\"due\":{},\"steps\":[{\"from\":\"2026-11-20T19:00:30Z\",\"to\":"
	    "\"2026-11-21T03:00:00Z\",\"open_s\":28770}]}";
	static const char *const expected[] = {
	    "Fri 2026-11-20 19:00:30 - Sat 2026-11-21 03:00 ", NULL};
	g_autofree char *text = shown_one("policy", row);

	(void)state;
	assert_holds(text, expected);
}

static void test_paragraph(void **state)
{
	static const struct {
		const char *text;
		bool colour;
		const char *expected;
	} table[] = {
	    {"", false, ""},
	    {"one", false, "| one\n"},
	    {"one\n\ntwo", false, "| one\n| \n| two\n"},
	    {"a word that breaks there", false,
		"| a word that breaks\n| there\n"},
	    {"two  spaces, and more  where", false,
		"| two  spaces, and\n| more  where\n"},
	    /* Brackets take columns, colours don't. */
	    {"it is \1marked here\2 now", false,
		"| it is [marked here]\n| now\n"},
	    {"it was \1marked here\2 now", false,
		"| it was [marked\n| here] now\n"},
	    {"it is \1marked here\2 now", true,
		"| it is \033[1;4mmarked here\033[0m\n| now\n"},
	    {"\1one word\2", true, "| \033[1;4mone word\033[0m\n"},
	    {"what goes on \1and on it goes\2", true,
		"| what goes on \033[1;4mand on\033[0m\n"
		"| \033[1;4mit goes\033[0m\n"},
	    {"abcdefghijklmnopqrstuvwxyz", false,
		"| abcdefghijklmnopqrst\n| uvwxyz\n"},
	    {"\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4"
	     "\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4"
	     "\xe6\xb0\xb4",
		false,
		"| "
		"\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4"
		"\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4"
		"\n| \xe6\xb0\xb4\n"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		ViewStyle style = {.columns = 22, .colour = table[i].colour};
		g_autoptr(GString) out = g_string_new(NULL);

		paragraph(out, &style, "| ", table[i].text);
		assert_string_equal(out->str, table[i].expected);
	}
}

static void test_explain(void **state)
{
	static const char row[] =
	    "{\"v\":1,\"file\":\"m/1.eml\",\"from\":\"a@b.example\","
	    "\"subject\":\"Hi\",\"kind\":\"human\",\"urgency\":{\"level\":"
	    "\"low\",\"score\":5},\"topic\":\"sales\",\"topics\":[{\"name\":"
	    "\"sales\",\"points\":55}],\"team\":null,\"policy\":null,"
	    "\"team_because\":\"its route says none\","
	    "\"due\":{\"first_reply\":null},\"rules\":["
	    "{\"name\":\"p-2\",\"topic\":\"press\",\"points\":-5,\"urgency\":0,"
	    "\"in\":\"subject\",\"text\":\"Hi\",\"why\":\"greets\"},"
	    "{\"name\":\"lang\",\"topic\":\"other\",\"points\":0,\"in\":"
	    "\"text\",\"text\":null,\"why\":\"odd\"},"
	    "{\"name\":\"p-3\",\"topic\":\"press\",\"points\":25,\"urgency\":-"
	    "9,"
	    "\"in\":\"text\",\"text\":\"buy\",\"why\":\"wants\"}],"
	    "\"language\":\"en\",\"weighed\":[{\"name\":\"press\","
	    "\"points\":20,\"threshold\":40,\"qualified\":false}],"
	    "\"reckoning\":[{\"why\":\"a person wrote\",\"change\":25,"
	    "\"sum\":25},{\"why\":\"rules of press\",\"change\":-9,"
	    "\"sum\":16}],"
	    "\"texts\":[{\"in\":\"text\",\"hidden\":false,\"pieces\":"
	    "[\"I \",\"\\u001b[2Jb\",\"\",\"uy\",\" "
	    "now.\\nAnn\"],\"left_out\":7},"
	    "{\"in\":\"text\",\"hidden\":true,\"pieces\":[\"psst\"]},"
	    "{\"in\":\"quoted\",\"pieces\":[\"He wrote\"]}],"
	    "\"why_not\":{\"topic\":\"press\",\"points\":20,\"threshold\":40,"
	    "\"qualified\":false,\"missed\":[{\"name\":\"p-1\",\"points\":30,"
	    "\"match\":\"x\",\"why\":\"asks\"}]}}";
	static const char *const expected[] = {"m/1.eml\n", "Language      en",
	    "sales (55 points)", "low (5)",
	    "none: screened, no case (its route says none)",
	    "  | I [?[2Jbuy] now.\n", "  | Ann\n", "and 7 bytes more",
	    "hidden: a reader doesn't see it\n  | psst\n",
	    "quoted or returned: others wrote it\n  | He wrote\n",
	    "press doesn't apply: 20 points, 40 would be enough\n"
	    "     +25  p-3: wants; urgency -9\n          text: \"buy\"\n"
	    "      -5  p-2: greets\n          subject: \"Hi\"\n"
	    "  besides:\n      +0  lang: odd\n          text\n",
	    "Topic press: 20 of 40", "p-1: +30, not seen: asks",
	    "+25  =  25  a person wrote\n      -9  =  16  rules of press\n",
	    NULL};
	static const char *const rows[] = {row, NULL};
	static const char *const coloured[] = {
	    "  | I \033[1;4m?[2Jbuy\033[0m now.\n", NULL};
	g_autofree char *painted = shown("explain", rows, 100, true);
	g_autofree char *text = shown_one("explain", row);

	(void)state;
	assert_holds(text, expected);
	assert_holds(painted, coloured);
	assert_null(strstr(painted, "\033[2J"));
}

static void test_csv(void **state)
{
	static const char *const none[] = {NULL};
	static const struct {
		const char *subject, *expected;
	} table[] = {
	    {"plain", ",\"plain\","},
	    {"a, \\\"b\\\"", ",\"a, \"\"b\"\"\","},
	    {"=1+1", ",\"'=1+1\","},
	    {"+1", ",\"'+1\","},
	    {"-1", ",\"'-1\","},
	    {"@SUM(A1)", ",\"'@SUM(A1)\","},
	    {"two\\nlines", ",\"two lines\","},
	    {" =1+1", ",\"'=1+1\","},
	    {"\\t=1+1", ",\"'=1+1\","},
	    {"\\uff1d1+1", ",\"'\uff1d1+1\","},
	    {"\\uff0b1", ",\"'\uff0b1\","},
	    {"\\uff20SUM(A1)", ",\"'\uff20SUM(A1)\","},
	    {"|cmd", ",\"'|cmd\","},
	};
	g_autofree char *empty = shown("csv", none, 100, false);

	(void)state;
	assert_true(g_str_has_prefix(empty, "id,desk,team,topic,"));
	assert_true(g_str_has_suffix(empty, "messages,rules\r\n"));
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *row = g_strdup_printf(
		    "{\"id\":\"AR-1\",\"subject\":\"%s\",\"messages\":3}",
		    table[i].subject);
		g_autofree char *text = shown_one("csv", row);
		const char *const expected[] = {
		    "\r\n\"AR-1\",", table[i].expected, "\"3\",", NULL};

		assert_holds(text, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_list),
	    cmocka_unit_test(test_list_empty),
	    cmocka_unit_test(test_colour_is_besides_words),
	    cmocka_unit_test(test_widths),
	    cmocka_unit_test(test_show),
	    cmocka_unit_test(test_others),
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_policy),
	    cmocka_unit_test(test_policy_overnight),
	    cmocka_unit_test(test_paragraph),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
