/* Bounces: what comes back, whom it didn't reach, and whether for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "anteroom/limits.h"
#include "message_fixture.h"

typedef struct {
	const char *name;
	const char *text;
	bool undelivered;
	const char *ids;    /* separated by space */
	const char *failed; /* the same */
	const char *status; /* NULL = none */
} Row;

#define HEAD                                                        \
	"From: MAILER-DAEMON@mx.example.com\nTo: bob@example.com\n" \
	"Subject: Undelivered Mail Returned to Sender\n"
#define REPORT                                                               \
	HEAD "MIME-Version: 1.0\nContent-Type: multipart/report; "           \
	     "report-type=delivery-status; boundary=\"b\"\n\n"               \
	     "--b\nContent-Type: text/plain\n\nI'm sorry to inform you.\n\n" \
	     "--b\nContent-Type: message/delivery-status\n\n"                \
	     "Reporting-MTA: dns; mx.example.com\n"                          \
	     "Arrival-Date: Sat, 21 Nov 2026 10:00:00 +0000\n\n"
#define RETURNED "\n--b\nContent-Type: message/rfc822\n\n" OURS "\n--b--\n"
#define OURS                                                          \
	"From: bob@example.com\nTo: Ann@Customer.example\n"           \
	"Subject: Re: My bill\nmessage-id: <r1@example.com>\n"        \
	"References: <m1@customer.example>\nContent-Type: text/plain" \
	"\n\nWe are on it.\n"
#define FAILED(to)                                                     \
	"Final-Recipient: rfc822; " to "\nOriginal-Recipient: rfc822;" \
	"Ann@Customer.example\nAction: failed\nStatus: 5.1.1\n"        \
	"Diagnostic-Code: smtp; 550 5.1.1 no such user\n"

static const Row rows[] = {
    {"Postfix", REPORT FAILED("ann@customer.example") RETURNED, true,
	"r1@example.com", "ann@customer.example", "5.1.1"},
    {"forwarded on the way", REPORT FAILED("a@private.example") RETURNED, true,
	"r1@example.com", "ann@customer.example a@private.example", "5.1.1"},
    {"delayed",
	REPORT "Final-Recipient: rfc822; ann@customer.example\n"
	       "Action: delayed\nStatus: 4.4.1\n" RETURNED,
	false, "r1@example.com", "", NULL},
    {"delivered",
	REPORT "Final-Recipient: rfc822; ann@customer.example\n"
	       "Action: delivered\nStatus: 2.0.0\n" RETURNED,
	false, "r1@example.com", "", NULL},
    {"relayed to one, failed to the other",
	REPORT
	"Final-Recipient: rfc822; ann@customer.example\n"
	"Action: relayed\nStatus: 2.0.0\n\n"
	"Final-Recipient: RFC822;<Eve@Customer.example>\n"
	"Action: Failed (no such user)\nStatus: 5.7.1 (refused)\n" RETURNED,
	true, "r1@example.com", "eve@customer.example", "5.7.1"},
    {"an action that only begins like it",
	REPORT "Final-Recipient: rfc822; ann@customer.example\n"
	       "Action: failedish\n" RETURNED,
	false, "r1@example.com", "", NULL},
    {"header alone, in base64",
	REPORT FAILED("ann@customer.example") "\n--b\n"
					      "Content-Type: text/"
					      "rfc822-headers\n"
					      "Content-Transfer-Encoding: "
					      "base64\n\n"
					      "RnJvbTogYm9iCk1lc3NhZ2UtSUQ6CiA8"
					      "cjFAZXhhbXBsZS5jb20+Cg==\n"
					      "--b--\n",
	true, "r1@example.com", "ann@customer.example", "5.1.1"},
    {"nothing returned, but a reference to it",
	"In-Reply-To: <r1@example.com>\nReferences: <r1@example.com>\n" REPORT
	    FAILED("ann@customer.example") "\n--b--\n",
	true, "r1@example.com", "ann@customer.example", "5.1.1"},
    {"Exim's old form",
	"From: Mail Delivery System <Mailer-Daemon@mx.example.com>\n"
	"X-Failed-Recipients: ann@customer.example,\n"
	"  eve@customer.example\n"
	"Subject: Mail delivery failed: returning message to sender\n\n"
	"This message was created automatically.\n\n"
	"------ This is a copy of the message, including all the headers. "
	"------\n\nReturn-path: <bob@example.com>\n" OURS,
	true, "r1@example.com", "ann@customer.example eve@customer.example",
	NULL},
    {"Sendmail's old form",
	"From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>\n"
	"Subject: Returned mail: User unknown\n\n"
	"   ----- The following addresses had permanent fatal errors -----\n"
	"<ann@customer.example>\n\n   ----- Original message follows -----\n"
	"\n" OURS,
	true, "r1@example.com", "", NULL},
    {"qmail, folded and quoted",
	"From: MAILER-DAEMON@mx.example.com\nSubject: failure notice\n\n"
	"Hi. This is the qmail-send program.\n\n<ann@customer.example>:\n"
	"no such user\n\n--- Below this line is a copy of the message.\n\n"
	"> Return-Path: <bob@example.com>\n> Message-Id:\n"
	">  <r1@example.com>\n> Subject: Re: My bill\n",
	true, "r1@example.com", "", NULL},
    {"a warning of the old form",
	"From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>\n"
	"Subject: Warning: could not send message for past 4 hours\n\n"
	"Will try again.\n\n" OURS,
	false, "r1@example.com", "", NULL},
    {"no bounce, though it has one within",
	"From: ann@customer.example\nSubject: what is this?\n"
	"Content-Type: multipart/mixed; boundary=m\n\n--m\n\nSee below.\n"
	"--m\nContent-Type: message/rfc822\n\n" REPORT FAILED(
	    "ann@customer.example") RETURNED "--m--\n",
	false, "", "", NULL},
    {"a message in the message that comes back",
	REPORT FAILED("ann@customer.example") "\n--b\nContent-Type: "
					      "message/rfc822\n\n"
					      "Message-ID: <outer@x>\n"
					      "Content-Type: message/rfc822\n\n"
					      "Message-ID: <inner@x>\n\nhi\n\n"
					      "--b--\n",
	true, "outer@x", "ann@customer.example", "5.1.1"},
    {"delayed, of a message that says another failed",
	REPORT "Final-Recipient: rfc822; ann@customer.example\n"
	       "Action: delayed\n\n--b\nContent-Type: message/rfc822\n\n"
	       "Message-ID: <outer@x>\nContent-Type: multipart/mixed; "
	       "boundary=i\n\n--i\nContent-Type: message/delivery-status\n\n"
	       "Reporting-MTA: dns; x\n\n" FAILED(
		   "ann@customer.example") "\n--i--\n\n--b--\n",
	false, "outer@x", "", NULL},
    {"garbage for a status",
	REPORT "no field\n\n\n:\nAction failed\n\377\376\nStatus\n" RETURNED,
	true, "r1@example.com", "", NULL},
    {"a status that is none",
	REPORT "Action: failed\nFinal-Recipient: rfc822; not an address\n"
	       "Status: 5\n" RETURNED,
	true, "r1@example.com", "", NULL},
};

static void test_rows(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];
		g_autoptr(Message) message = read_string(row->text);
		g_autofree char *ids = g_strjoinv(" ", message->returned_ids);
		g_autofree char *failed = g_strjoinv(" ", message->failed);

		print_message("  %s\n", row->name);
		assert_int_equal(message->undelivered, row->undelivered);
		assert_string_equal(ids, row->ids);
		assert_string_equal(failed, row->failed);
		assert_string_equal(
		    message->failed_status ? message->failed_status : "none",
		    row->status ? row->status : "none");
	}
}

/* However much a report says, little is kept. */
static void test_floods(void **state)
{
	g_autoptr(GString) text = g_string_new(
	    "From: MAILER-DAEMON@x\nSubject: failure notice\n"
	    "X-Failed-Recipients: a@b.example\n"
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n");
	g_autoptr(Message) message = NULL;

	(void)state;
	for (guint i = 0; i < 100000; i++) {
		g_string_append_printf(text,
		    "Final-Recipient: rfc822;r%u@x.example\nAction: failed\n\n",
		    i);
	}
	for (guint i = 0; i < 100; i++) {
		g_string_append_printf(text,
		    "--b\nContent-Type: text/rfc822-headers\n\n"
		    "Message-ID: <%u@x>\n\n",
		    i);
	}
	g_string_append(text, "--b--\n");
	message = message_read(text->str, text->len, false);
	assert_int_equal(message->kind, KIND_BOUNCE);
	assert_true(message->undelivered);
	assert_int_equal(g_strv_length(message->failed), LIMIT_FAILED);
	assert_int_equal(
	    g_strv_length(message->returned_ids), LIMIT_RETURNED_IDS);
}

/* Of a long status the beginning is read. */
static void test_long(void **state)
{
	g_autoptr(GString) text = g_string_new(REPORT "\n");
	g_autoptr(Message) message = NULL;

	(void)state;
	g_string_append(text, FAILED("first@x.example") "\n");
	for (guint i = 0; i < LIMIT_REPORT_BYTES / 8; i++) {
		g_string_append(text, "X-A: bc\n");
	}
	g_string_append(text, "\n" FAILED("last@x.example") RETURNED);
	message = message_read(text->str, text->len, false);
	assert_string_equal(message->failed[0], "ann@customer.example");
	assert_string_equal(message->failed[1], "first@x.example");
	assert_null(message->failed[2]);
	assert_string_equal(message->returned_ids[0], "r1@example.com");
}

static void test_unread(void **state)
{
	static const char text[] = REPORT FAILED("a@b.example") RETURNED;
	g_autoptr(Message) message =
	    message_unread(text, sizeof text - 1, "it crashed");

	(void)state;
	assert_false(message->undelivered);
	assert_int_equal(g_strv_length(message->returned_ids), 0);
	assert_int_equal(g_strv_length(message->failed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_floods),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_unread),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
