/*
 * Letters: what a hostile row can't do to a header, what a sensitive case
 * doesn't say, how times are told. That the whole is valid MIME is looked at by
 * another program's parser in the flow tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anteroom/error.h"
#include "letter/internal.h"

#define NOW G_GINT64_CONSTANT(1795463280) /* 2026-11-23T19:48:00Z */
#define MARK "00112233445566778899aabbccddeeff"

static const LetterStyle style = {
    .from = "Anteroom <anteroom@example.com>",
    .base_url = "https://anteroom.example.com",
    .company = "Example Corp",
    .now_s = NOW,
};

/* A notice with MORE members. Transfer full. */
static JsonValue *notice(const char *kind, const char *more)
{
	g_autofree char *text = g_strdup_printf(
	    "{\"notice\":\"N-12\",\"kind\":\"%s\",\"to\":\"care@example.com\","
	    "\"rung\":\"team\",\"message_id\":\"anteroom.12." MARK
	    "@example.com\",\"case\":\"AR-7\",\"team\":\"care\","
	    "\"topic\":\"billing\",\"metric\":\"first_reply\","
	    "\"due\":\"2026-11-23T20:30:00Z\","
	    "\"zone\":\"America/New_York\"%s}",
	    kind, more);
	JsonValue *row = json_parse(text, strlen(text), NULL);

	assert_non_null(row);
	return row;
}

static Letter *write_one(const char *kind, const char *more)
{
	g_autoptr(JsonValue) row = notice(kind, more);
	g_autoptr(GError) error = NULL;
	Letter *letter = letter_new(row, NULL, &style, &error);

	assert_non_null(letter);
	return letter;
}

/* The header of LETTER. Transfer full. */
static char *header_of(const Letter *letter)
{
	const char *end = strstr(letter->bytes->str, "\r\n\r\n");

	assert_non_null(end);
	return g_strndup(
	    letter->bytes->str, (gsize)(end - letter->bytes->str) + 2);
}

/* Every line of it ends with CRLF and has at most 998 bytes, all ASCII. */
static void check_bytes(const Letter *letter)
{
	const GString *bytes = letter->bytes;
	gsize column = 0;

	for (gsize i = 0; i < bytes->len; i++) {
		char c = bytes->str[i];

		assert_true((c >= ' ' && c <= '~') || c == '\t' || c == '\r' ||
			    c == '\n');
		assert_true(c != '\n' || bytes->str[i - 1] == '\r');
		assert_true(c != '\r' || bytes->str[i + 1] == '\n');
		column = c == '\n' ? 0 : column + 1;
		assert_true(column <= 200);
	}
}

static void test_header(void **state)
{
	g_autoptr(Letter) letter = write_one("warning", "");
	g_autofree char *header = header_of(letter);

	(void)state;
	check_bytes(letter);
	assert_string_equal(letter->sender, "anteroom@example.com");
	assert_string_equal(letter->recipient, "care@example.com");
	assert_string_equal(header,
	    "From: Anteroom <anteroom@example.com>\r\n"
	    "To: care@example.com\r\n"
	    "Subject: Due in 42 min: AR-7 billing, care\r\n"
	    "Date: Mon, 23 Nov 2026 19:48:00 +0000\r\n"
	    "Message-ID: <anteroom.12." MARK "@example.com>\r\n"
	    "In-Reply-To: <anteroom.AR-7@example.com>\r\n"
	    "References: <anteroom.AR-7@example.com>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "X-Anteroom-Notice: N-12; anteroom.12." MARK "\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_alternative_5131cbc1d33cecc8\"\r\n");
	assert_non_null(strstr(letter->bytes->str,
	    "First reply due in 42 minutes, at 15:30 (New York)"));
	assert_non_null(strstr(
	    letter->bytes->str, "https://anteroom.example.com/cases/AR-7"));
}

/* Names in rows are ours, but a bug elsewhere must not become a header. */
static void test_hostile(void **state)
{
	g_autoptr(Letter) letter = write_one("breach",
	    ",\"team\":\"x\\r\\nBcc: evil@x.example\\r\\n\\r\\nbody\","
	    "\"topic\":\"=?utf-8?B?QmNjOiBh?=\","
	    "\"case\":\"AR-7\\nX-Evil: 1\","
	    "\"notice\":\"N-1\\r\\nX-Evil: 2\","
	    "\"subject\":\"a\\u0000b\\u0085c\\u2028X-Evil: 3\\r\\nX-Evil: 4 "
	    "<script>alert(1)</script>\","
	    "\"from\":\"\\\"<img src=x onerror=y>\\\"@x.example\"");
	g_autofree char *header = header_of(letter);
	const char *html;

	(void)state;
	check_bytes(letter);
	assert_null(strstr(header, "\nX-Evil"));
	assert_null(strstr(header, "\nBcc"));
	assert_null(strstr(header, "body"));
	assert_null(strstr(header, "=?utf-8?B?QmNj"));
	assert_null(strstr(header, "References"));
	html = strstr(letter->bytes->str, "<!doctype html>");
	assert_non_null(html);
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<img"));
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
	    ",\"to\":\"a@x, b@x\"",
	    ",\"to\":\"\"",
	    ",\"to\":null",
	    ",\"to\":\"a@x\\r\\nRCPT TO:<b@x>\"",
	    ",\"message_id\":null",
	    ",\"message_id\":\"<a b@x>\"",
	    ",\"message_id\":\"a\\r\\n@x\"",
	};
	LetterStyle nobody = style;

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(JsonValue) row = notice("warning", rows[i]);
		g_autoptr(GError) error = NULL;

		assert_null(letter_new(row, NULL, &style, &error));
		assert_int_equal(error->code, ERROR_USAGE);
	}
	nobody.from = "Anteroom";
	{
		g_autoptr(JsonValue) row = notice("warning", "");
		g_autoptr(GError) error = NULL;

		assert_null(letter_new(row, NULL, &nobody, &error));
		assert_int_equal(error->code, ERROR_USAGE);
	}
}

static void test_from(void **state)
{
	static const struct {
		const char *from, *field;
	} table[] = {
	    {"a@x.example", "From: a@x.example\r\n"},
	    {"<a@x.example>", "From: a@x.example\r\n"},
	    {"\"Ante, room\" <a@x.example>",
		"From: =?utf-8?B?QW50ZSwgcm9vbQ==?= <a@x.example>\r\n"},
	    {"Büro <a@x.example>",
		"From: =?utf-8?B?QsO8cm8=?= <a@x.example>\r\n"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		LetterStyle other = style;
		g_autoptr(JsonValue) row = notice("warning", "");
		g_autoptr(Letter) letter = NULL;

		other.from = table[i].from;
		assert_true(letter_from_valid(table[i].from));
		letter = letter_new(row, NULL, &other, NULL);
		assert_string_equal(letter->sender, "a@x.example");
		assert_true(
		    g_str_has_prefix(letter->bytes->str, table[i].field));
	}
	assert_false(letter_from_valid(""));
	assert_false(letter_from_valid("a@x, b@x"));
	assert_false(letter_from_valid(NULL));
}

/* Number, topic and team, and no word of the customer's. */
static void test_sensitive(void **state)
{
	g_autoptr(Letter) letter = write_one("escalation",
	    ",\"subject\":\"(restricted)\",\"from\":null,"
	    "\"urgency\":\"critical\",\"detail\":\"SECRET\"");
	g_autoptr(Letter) flagged = write_one("escalation",
	    ",\"sensitive\":true,\"subject\":\"SECRET\",\"from\":\"SECRET\","
	    "\"detail\":\"SECRET\"");
	g_autoptr(Letter) summary = write_one("summary",
	    ",\"cases\":[{\"case\":\"AR-8\",\"topic\":\"safety\","
	    "\"team\":\"trust\",\"sensitive\":true,\"subject\":\"SECRET\","
	    "\"due\":\"2026-11-23T18:48:00Z\",\"metric\":\"first_reply\"}]");

	(void)state;
	assert_null(strstr(letter->bytes->str, "SECRET"));
	assert_null(strstr(flagged->bytes->str, "SECRET"));
	assert_null(strstr(summary->bytes->str, "SECRET"));
	assert_null(strstr(letter->bytes->str, "restricted"));
	assert_non_null(strstr(letter->bytes->str, "This case is sensitive"));
	assert_non_null(strstr(summary->bytes->str, "AR-8  safety, trust"));
}

static void test_subjects(void **state)
{
	static const struct {
		const char *kind, *more, *subject;
	} table[] = {
	    {"warning", "", "Due in 42 min: AR-7 billing, care"},
	    /* It waited for the mail server. */
	    {"warning", ",\"due\":\"2026-11-23T18:48:00Z\"",
		"Overdue by 60 min: AR-7 billing, care"},
	    {"breach", ",\"due\":\"2026-11-23T17:48:00Z\"",
		"Overdue by 2 h: AR-7 billing, care"},
	    {"escalation", ",\"due\":\"2026-11-20T17:48:00Z\"",
		"Overdue by 3 days: AR-7 billing, care"},
	    {"third-hop", "", "Handed on three times: AR-7 billing, care"},
	    {"answered-twice", "", "Answered twice: AR-7 billing, care"},
	    {"broken-promise", "", "Promise broken: AR-7 billing, care"},
	    {"bounced", "", "Came back: AR-7 billing, care"},
	    {"undeliverable-team", "", "care can't be reached: AR-7 billing"},
	    {"blind-spot", "", "Replies of care are not seen"},
	    {"of tomorrow", "", "About AR-7: billing, care"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(Letter) letter =
		    write_one(table[i].kind, table[i].more);
		g_autofree char *field =
		    g_strdup_printf("\r\nSubject: %s\r\n", table[i].subject);

		assert_non_null(strstr(letter->bytes->str, field));
	}
}

static void test_moments(void **state)
{
	static const struct {
		gint64 due_s;
		const char *zone, *words;
	} table[] = {
	    {NOW + 2520, "America/New_York",
		"due in 42 minutes, at 15:30 (New York)"},
	    {NOW + 10, "UTC", "due in less than a minute, at 19:48 (UTC)"},
	    {NOW - 60, "UTC", "overdue by 1 minute, since 19:47 (UTC)"},
	    {NOW + 7200, "Europe/Berlin", "due in 2 hours, at 22:48 (Berlin)"},
	    {NOW + 5 * 3600, "Europe/Berlin",
		"due in 5 hours, tomorrow at 01:48 (Berlin)"},
	    {NOW - 86400, "Asia/Kathmandu",
		"overdue by 24 hours, since yesterday at 01:33 (Kathmandu)"},
	    {NOW + 4 * 86400, "America/Sao_Paulo",
		"due in 4 days, Fri 27 Nov at 16:48 (Sao Paulo)"},
	    {NOW + 60 * 86400, "UTC",
		"due in 60 days, 22 Jan 2027 at 19:48 (UTC)"},
	    {NOW + 3600, "No/Such_Zone",
		"due in 60 minutes, at 20:48 (Such Zone)"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *words =
		    words_due(table[i].due_s, NOW, table[i].zone);

		assert_string_equal(words, table[i].words);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *text, *encoded;
	} table[] = {
	    {"a=b\n", "a=3Db\r\n"},
	    {"ends \nhere\t", "ends=20\r\nhere=09\r\n"},
	    {"ü", "=C3=BC\r\n"},
	    {".\n..", ".\r\n..\r\n"},
	    {"\n\n", "\r\n\r\n"},
	};
	g_autofree char *longer = g_strnfill(200, 'x');
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_string_truncate(out, 0);
		encode_text(out, table[i].text);
		assert_string_equal(out->str, table[i].encoded);
	}
	g_string_truncate(out, 0);
	encode_text(out, longer);
	assert_int_equal(strcspn(out->str, "\r"), 76);
	assert_int_equal(out->str[75], '=');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_from),
	    cmocka_unit_test(test_sensitive),
	    cmocka_unit_test(test_subjects),
	    cmocka_unit_test(test_moments),
	    cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
