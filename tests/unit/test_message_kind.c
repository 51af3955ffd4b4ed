/* Human or not, by the marks that vendors document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message_fixture.h"

#define REPORT(type)                                                   \
	"Content-Type: multipart/report; report-type=" type "; "       \
	"boundary=b\n\n--b\n\nwords\n--b\nContent-Type: message/" type \
	"\n\nReporting-UA: x\n\n--b--\n"
#define CALENDAR(method)                                     \
	"Content-Type: text/calendar; method=" method "\n\n" \
	"BEGIN:VCALENDAR\nMETHOD:" method "\nSUMMARY:Lunch\nEND:VCALENDAR\n"

typedef struct {
	MessageKind kind;
	const char *header;
} Row;

static const Row rows[] = {
    {KIND_HUMAN, "Subject: hello\n"},
    {KIND_HUMAN, "Auto-Submitted: no\n"},
    {KIND_HUMAN, "Auto-Submitted: No (really)\n"},
    {KIND_HUMAN, "X-Auto-Response-Suppress: All\nSubject: hi\n"},
    {KIND_HUMAN, "Return-Path: <>\nSubject: I need help\n"},
    {KIND_HUMAN, "Subject: Out of Office\n"},
    {KIND_HUMAN, "Subject: Automatic reply: hello\n"},
    {KIND_HUMAN, "Subject: Read: my letter\n"},
    {KIND_HUMAN, "Precedence: first-class\n"},
    {KIND_HUMAN, "X-Autoreply: no\n"},
    {KIND_HUMAN, "Subject: Undeliverable: my parcel\nFrom: a@b.com\n"},
    {KIND_HUMAN, "Feedback-ID: a:b:c\nX-Mailer: Outlook\n"},
    {KIND_HUMAN, CALENDAR("REQUEST")},

    {KIND_AUTO_REPLY, "Auto-Submitted: auto-replied\n"},
    {KIND_AUTO_REPLY, "auto-submitted: Auto-Generated\n"},
    {KIND_AUTO_REPLY, "Auto-Submitted: auto-replied (vacation)\n"},
    {KIND_AUTO_REPLY, "Auto-Submitted: nonsense\n"},
    {KIND_AUTO_REPLY, "X-Autoreply: yes\n"},
    {KIND_AUTO_REPLY, "X-Autorespond: away\n"},
    {KIND_AUTO_REPLY, "X-Auto-Response-From: a@b.com\n"},
    {KIND_AUTO_REPLY, "X-FC-MachineGenerated: true\n"},
    {KIND_AUTO_REPLY, "X-MS-Exchange-Inbox-Rules-Loop: a@b.com\n"},
    {KIND_AUTO_REPLY, "X-MS-Exchange-Generated-Message-Source: Mailbox "
		      "Rules Agent\n"},
    {KIND_AUTO_REPLY, "Precedence: auto_reply\n"},
    {KIND_AUTO_REPLY, "$AutoForward: 1\n"},
    {KIND_AUTO_REPLY, "X-Mail-Autoreply: away\n"},
    {KIND_AUTO_REPLY, "Subject: Automatic reply: hello\n"
		      "X-Auto-Response-Suppress: All\n"},
    {KIND_AUTO_REPLY, "Subject: Out of Office: hello\n"
		      "Return-Path: <>\n"},
    {KIND_AUTO_REPLY, "Subject: Automatische Antwort: hallo\n"
		      "X-Auto-Response-Suppress: OOF\n"},
    {KIND_AUTO_REPLY, "Subject: =?utf-8?Q?R=C3=A9ponse_automatique?= : x\n"
		      "Return-Path: <>\n"},
    {KIND_AUTO_REPLY, "Subject: Abwesenheitsnotiz\nPrecedence: bulk\n"},
    {KIND_AUTO_REPLY, CALENDAR("REPLY")},

    {KIND_BOUNCE, REPORT("delivery-status")},
    {KIND_BOUNCE, "X-Failed-Recipients: a@b.com\n"},
    {KIND_BOUNCE, "From: MAILER-DAEMON@b.com\n"
		  "Subject: Returned mail: see transcript for details\n"},
    {KIND_BOUNCE, "From: postmaster@b.com\nSubject: Undeliverable: x\n"},
    {KIND_BOUNCE, "Auto-Submitted: auto-replied\n" REPORT("delivery-status")},

    {KIND_RECEIPT, REPORT("disposition-notification")},
    {KIND_RECEIPT,
	"Auto-Submitted: auto-replied\n" REPORT("disposition-notification")},
    {KIND_RECEIPT, "Content-class: urn:content-classes:mdn\n"},
    {KIND_RECEIPT, "Subject: Read: hello\nX-MS-Exchange-Generated-Message-"
		   "Source: x\n"},
    {KIND_RECEIPT, "Subject: Gelesen: Hallo\nReturn-Path: <>\n"},

    {KIND_LIST, "List-Id: <list.b.com>\n"},
    {KIND_LIST, "List-Post: NO\n"},
    {KIND_LIST, "List-Unsubscribe: <mailto:x@b.com>\n"},
    {KIND_LIST, "Mailing-List: contact x@b.com\n"},
    {KIND_LIST, "Precedence: bulk\n"},
    {KIND_LIST, "Precedence: List\n"},
    {KIND_LIST, "Precedence: junk\nSubject: x\n"},
};

static void test_kinds(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
		    strstr(rows[i].header, "\n\n")
			? g_strdup(rows[i].header)
			: g_strconcat(rows[i].header, "\nHello.\n", NULL);
		g_autoptr(Message) message = read_string(text);
		if (message->kind != rows[i].kind) {
			print_message("%s", rows[i].header);
		}
		assert_string_equal(message_kind_name(message->kind),
		    message_kind_name(rows[i].kind));
		assert_non_null(message->kind_because);
	}
}

/* The null path is a mark like Return-Path, and alone it proves nothing. */
static void test_from_nobody(void **state)
{
	static const char note[] =
	    "Subject: Ann Other is out of the office.\n\nI am away.\n";
	static const char letter[] = "Subject: Help\n\nThe line is down.\n";
	g_autoptr(Message) seen =
	    message_read_from(note, strlen(note), false, true);
	g_autoptr(Message) unseen = read_string(note);
	g_autoptr(Message) human =
	    message_read_from(letter, strlen(letter), false, true);

	(void)state;
	assert_int_equal(seen->kind, KIND_AUTO_REPLY);
	assert_int_equal(unseen->kind, KIND_HUMAN);
	assert_int_equal(human->kind, KIND_HUMAN);
}

static void test_auto_submitted(void **state)
{
	(void)state;
	g_autoptr(Message) list =
	    read_string("List-Id: <x>\nAuto-Submitted: auto-generated\n\nx");
	assert_true(list->auto_submitted);
	g_autoptr(Message) human = read_string("Auto-Submitted: no\n\nx");
	assert_false(human->auto_submitted);
}

/* What is attached says nothing about what it is attached to. */
static void test_attached_report(void **state)
{
	(void)state;
	g_autoptr(Message) message = read_string(
	    "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nlook at "
	    "this\n--a\nContent-Type: message/rfc822\n\n"
	    "Auto-Submitted: auto-replied\n" REPORT(
		"delivery-status") "\n--a\nContent-Type: "
				   "message/delivery-status\n\nx: y\n--a--\n");
	assert_int_equal(message->kind, KIND_HUMAN);
	assert_true(parts_have(message->text, "look at this"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_from_nobody),
	    cmocka_unit_test(test_auto_submitted),
	    cmocka_unit_test(test_attached_report),
	};
	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
