/* Whole messages: what a rule gets to see, whatever the sender does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "anteroom/limits.h"
#include "message_fixture.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n"
#define PLAIN "--b\nContent-Type: text/plain\n\n"
#define HTML "--b\nContent-Type: text/html\n\n"
#define END "--b--\n"

/* ---- texts that a MIME library is known to lose ---- */

static void test_words_after_padding(void **state)
{
	(void)state;
	g_autoptr(Message) message =
	    read_string("Subject: =?utf-8?B?SGVsbG8=?= =?utf-8?B?IFdvcmxk?= "
			"=?UTF-8?B?IG9mIG1haWw=?=\n\nx");
	assert_string_equal(message->subject, "Hello World of mail");
}

static void test_body_after_padding(void **state)
{
	static const char part[] = "Content-Transfer-Encoding: base64\n\n"
				   "SGVsbG8=\nIFdvcmxkLCB1cmdlbnQ=\n";
	(void)state;
	g_autoptr(Message) single = read_string(part);
	assert_parts(single->text, false, "Hello World, urgent");
	g_autofree char *text = g_strconcat(MIXED "--b\n", part, END, NULL);
	g_autoptr(Message) within = read_string(text);
	assert_parts(within->text, false, "Hello World, urgent");
}

static void test_nul(void **state)
{
	static const char plain[] = "Subject: a\0b\n\nhello\0 ur\0gent\n";
	static const char mixed[] = MIXED PLAIN "hello\0 ur\0gent\n" END;
	(void)state;
	g_autoptr(Message) single =
	    message_read(plain, sizeof(plain) - 1, false);
	assert_string_equal(single->subject, "ab");
	assert_parts(single->text, false, "hello urgent");
	assert_int_equal(single->nuls, 2);
	g_autoptr(Message) within =
	    message_read(mixed, sizeof(mixed) - 1, false);
	assert_parts(within->text, false, "hello urgent");
	assert_int_equal(within->nuls, 2);
	g_autoptr(Message) encoded =
	    read_string("Content-Transfer-Encoding: base64\n\ncgBhcABl\n");
	assert_parts(encoded->text, false, "rape");
	assert_int_equal(encoded->nuls, 2);
}

/* ---- the word, wherever it hides ---- */

static void test_evasion(void **state)
{
	static const char *const rows[] = {
	    "\nrape\n",
	    "Content-Type: text/html\n\n<p>r<b>a</b>p<i></i>e</p>",
	    "Content-Type: text/html\n\n&#114;&#97;&#112;&#101",
	    "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
	    "PGI+cmE8L2I+\n=\ncGU=\n",
	    "Content-Transfer-Encoding: base64\n\ncmE=cGU=",
	    "Content-Transfer-Encoding: BASE64\n\nc*m!F w Z\tQ",
	    "Content-Transfer-Encoding: quoted-printable\n\nra=\n=70=\n=65",
	    "Content-Type: text/plain; charset=utf-16le\n"
	    "Content-Transfer-Encoding: base64\n\ncgBhAHAAZQA=",
	    "Content-Type: text/plain; charset=utf-16\n\nrape text here",
	    "Content-Type: text/plain; charset=x-none\n\nrape",
	    "Content-Type: text/plain; charset=\"utf-8//TRANSLIT\"\n\nrape",
	    "Content-Type: text/plain; charset=utf-7\n\n+AHIAYQBwAGU-",
	    "\nr\xe2\x80\x8b"
	    "a\xe2\x81\xa0p\xc2\xad"
	    "e",
	    "Content-Type: application/octet-stream; name=a.txt\n\nrape",
	    "Content-Type: application/octet-stream; name=a.htm\n\nra<b>pe",
	    "Content-Type: text/plain\n"
	    "Content-Disposition: attachment; filename=a.txt\n\nrape",
	    "Content-Type: nonsense\n\nrape",
	    "Content-Type: text/plain; format=flowed; delsp=yes\n\nra \npe",
	    "Content-Type: message/rfc822\n\nSubject: x\n\nrape",
	    "Content-Type: message/rfc822\n\nSubject: =?utf-8?q?rape?=\n\nx",
	    "Content-Type: text/calendar\n\nSUMMARY:x\nDESCRIPTION:ra\n pe\n",
	    "Content-Type: multipart/mixed\n\nrape",
	    "Content-Type: multipart/mixed; boundary=z\n\nrape",
	    "Content-Transfer-Encoding: base64\n\nNo, he will rape me. Help!",
	    "Content-Transfer-Encoding: x-none\n\nrape",
	    ALTERNATIVE PLAIN "Hello\n" HTML "<p>Hello</p>rape\n" END,
	    ALTERNATIVE PLAIN "rape\n" HTML "<p>Hello</p>\n" END,
	    ALTERNATIVE PLAIN "e rap\n" HTML "ra<b>pe\n" END,
	    MIXED
	    "--b\nContent-Type: message/rfc822\n\nSubject: y\n\nrape\n" END,
	    MIXED "--b\nContent-Type: message/rfc822\n"
		  "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogeQoKcmFw"
		  "ZQo=\n" END,
	    MIXED "--b\nContent-Type: application/octet-stream; "
		  "name=\"a.eml\"\n\nSubject: y\n\nrape\n" END,
	    MIXED "--b\n\nx\n--b\nContent-Type: text/html\n\nra<i>pe",
	    MIXED "--b\nContent-Type: multipart/related; boundary=c\n\n"
		  "--c\nContent-Type: text/html\n\nrape\n--c--\n" END,
	    "Content-Type: MULTIPART/mixed; boundary=\"a  b\"\n\n"
	    "--a  b\nContent-Transfer-Encoding: base64\n\ncmFwZQ==\n"
	    "--a  b--\n",
	    "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n"
	    "--ab\nContent-Transfer-Encoding: base64\n\ncmFwZQ==\n",
	    "Content-Type: text/html\n\n<div style='display:none'>rape</div>",
	    "Content-Type: text/html\n\n<!--[if mso]>rape<![endif]-->",
	    "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\n"
	    "0\x82\x01junkContent-Type: text/plain\r\n\r\nrape\r\njunk",
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = read_string(rows[i]);
		if (!parts_have(message->text, "rape")) {
			print_message("not seen: %s\n", rows[i]);
		}
		assert_true(parts_have(message->text, "rape"));
	}
}

static void test_evasion_subject(void **state)
{
	static const char *const rows[] = {
	    "Subject: rape\n\n",
	    "Subject: =?utf-8?q?ra?= =?utf-8?b?cGU=?=\n\n",
	    "Subject: =?utf-8?b?cmE=?=\n =?utf-8?b?cGU=?=\n\n",
	    "SUBJECT : rape\n\n",
	    "Subject: x\nSubject: rape\n\n",
	    "Subject: r\xe2\x80\x8b"
	    "ape\n\n",
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = read_string(rows[i]);
		assert_non_null(strstr(message->subject, "rape"));
	}
}

static void test_attachment_names(void **state)
{
	static const char *const rows[] = {
	    "Content-Type: image/png; name=rape.png\n\nx",
	    "Content-Disposition: attachment; filename*=utf-8''r%61pe\n\nx",
	    "Content-Type: a/b; name=\"=?utf-8?b?cmFwZQ==?=\"\n\nx",
	    MIXED "--b\nContent-Type: a/b\nContent-Disposition: attachment;"
		  "\n filename*0=ra; filename*1=pe\n\nx\n" END,
	    MIXED
	    "--b\nContent-Type: message/rfc822; name=rape\n\nA: b\n\n\n" END,
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = read_string(rows[i]);
		assert_non_null(message->attachments[0]);
		assert_non_null(strstr(message->attachments[0], "rape"));
	}
}

/* ---- parts ---- */

static void test_alternatives(void **state)
{
	(void)state;
	g_autoptr(Message) same = read_string(ALTERNATIVE PLAIN
	    "Hello *Max*,\nsee <https://example.org/x> you.\n> old\n" HTML
	    "<p>Hello <b>Max</b>,</p>see <a href=x>you</a>.<blockquote>old"
	    "</blockquote>\n" END);
	assert_parts(same->text, false,
	    "Hello *Max*,\nsee <https://example.org/x> you.");
	assert_parts(same->quoted, false, "old");
	g_autoptr(Message) more = read_string(
	    ALTERNATIVE PLAIN "Hello Max\n" HTML "<p>Hello Max, call me\n" END);
	assert_parts(more->text, false, "Hello Max, call me");
	g_autoptr(Message) differ = read_string(
	    ALTERNATIVE PLAIN "Hello Max\n" HTML "<p>Another\n" END);
	assert_parts(differ->text, false, "Hello Max|Another");
	g_autoptr(Message) hidden = read_string(
	    "Content-Type: text/html\n\na<i style='display:none'>b</i>c");
	assert_parts(hidden->text, false, "ac");
	assert_parts(hidden->text, true, "b");
}

static void test_report_is_quoted(void **state)
{
	(void)state;
	g_autoptr(Message) message = read_string(
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\n\n--b\n\nnot delivered\n--b\nContent-Type: "
	    "message/delivery-status\n\nAction: failed\n--b\nContent-Type: "
	    "message/rfc822\n\nSubject: mine\n\nmy words\n--b--\n");
	assert_parts(message->text, false, "not delivered");
	assert_true(parts_have(message->quoted, "Action: failed"));
	assert_true(parts_have(message->quoted, "mine"));
	assert_true(parts_have(message->quoted, "my words"));
	assert_int_equal(message->kind, KIND_BOUNCE);
}

static void test_encrypted(void **state)
{
	(void)state;
	g_autoptr(Message) pgp = read_string(
	    "Content-Type: multipart/encrypted; boundary=b\n\n--b\n"
	    "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
	    "Content-Type: application/octet-stream\n\nx\n--b--\n");
	assert_string_equal(pgp->unread, "encrypted");
	g_autoptr(Message) smime = read_string(
	    "Content-Type: "
	    "application/pkcs7-mime; smime-type=enveloped-data\n\nx\n");
	assert_string_equal(smime->unread, "encrypted");
	g_autoptr(Message) armour =
	    read_string("\n-----BEGIN PGP MESSAGE-----\n\nx\n");
	assert_string_equal(armour->unread, "encrypted");
	g_autoptr(Message) readable = read_string(MIXED PLAIN
	    "hello\n--b\nContent-Type: application/pkcs7-mime\n\nx\n" END);
	assert_null(readable->unread);
}

/* ---- header ---- */

static void test_header(void **state)
{
	(void)state;
	g_autoptr(Message) message =
	    read_string("From someone Mon Feb  2 10:00:00 2026\n"
			"Received: by a; nonsense\n"
			"Received: by b;\n\tMon, 2 Feb 2026 10:00:00 +0000\n"
			"Received: by c; Mon, 2 Feb 2026 09:00:00 +0000\n"
			"FROM: =?utf-8?q?J=C3=BCrgen?= <J@Example.ORG>\n"
			"Reply-To: other@example.org, j@example.org\n"
			"To: a@example.com\nCc: b@example.com\n"
			"Date: Mon, 2 Feb 2026 08:00:00 +0000\n"
			"Message-ID: <id@x>\nIn-Reply-To: <two@x>\n"
			"References: <one@x>\n <two@x>\n"
			"X-Odd:  va\xfclue\n\nbody\n");
	assert_string_equal(message->message_id, "id@x");
	assert_string_equal(message_from(message), "j@example.org");
	assert_int_equal(message->received_s, 1770026400);
	assert_int_equal(message->date_s, 1770019200);
	assert_int_equal(message->to->len, 2);
	assert_string_equal(message->references[0], "two@x");
	assert_string_equal(message->references[1], "one@x");
	assert_null(message->references[2]);
	assert_string_equal(message_header(message, "x-odd"), "va\xc3\xbclue");
	assert_null(message_header(message, "x-none"));
	assert_int_equal(message->headers->len, 12);
	assert_false(message->malformed);
	g_auto(GStrv) all = message_correspondents(message);
	assert_int_equal(g_strv_length(all), 2);
	assert_string_equal(all[0], "j@example.org");
	assert_string_equal(all[1], "other@example.org");
}

static void test_doubled(void **state)
{
	static const char *const rows[] = {
	    "From: a@b\nFrom: c@d\n\n",
	    "Subject: a\nSubject: c\n\n",
	    "Date: a\nDate: c\n\n",
	    "Message-ID: <a>\nMessage-ID: <a>\n\n",
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = read_string(rows[i]);
		assert_true(message->malformed);
		assert_null(message->message_id);
	}
	g_autoptr(Message) subject = read_string(rows[1]);
	assert_string_equal(subject->subject, "a c");
}

static void test_absent(void **state)
{
	static const char *const rows[] = {"", "\n", "\r\n\r\n", "x", ":",
	    "From", "From ", "From \n", "a:b", "\0", " x\n", "A: b\n\n"};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = read_string(rows[i]);
		assert_string_equal(message->subject, "");
		assert_string_equal(message_from(message), "");
		assert_null(message->message_id);
		assert_non_null(message->references);
		assert_non_null(message->attachments);
		assert_int_equal(message->date_s, 0);
	}
	g_autoptr(Message) null = message_read(NULL, 0, false);
	assert_string_equal(null->subject, "");
	g_autoptr(Message) sender = read_string("Sender: a@b.com\n\n");
	assert_string_equal(message_from(sender), "a@b.com");
}

static void test_unread(void **state)
{
	(void)state;
	static const char text[] = "Subject: =?utf-8?q?hi?=\nFrom: a@b.com\n"
				   "Message-ID: <i@x>\nReferences: <r@x>\n"
				   "\nbody\n";
	g_autoptr(Message) message =
	    message_unread(text, sizeof(text) - 1, "it crashed");
	g_autoptr(Message) full = read_string(text);
	assert_string_equal(message->unread, "it crashed");
	assert_string_equal(message->subject, "hi");
	assert_string_equal(message->message_id, "i@x");
	assert_string_equal(message->references[0], "r@x");
	assert_string_equal(message_from(message), "a@b.com");
	assert_int_equal(message->text->len, 0);
	assert_string_equal(message->body_sha256, full->body_sha256);
	assert_string_equal(message->text_sha256, "");
}

/* ---- digests, excerpts ---- */

static void test_digests(void **state)
{
	(void)state;
	g_autoptr(Message) one = read_string("A: b\n\nHello  World\n\n\n");
	g_autoptr(Message) two = read_string("C: d\r\n\r\nHello  World \r\n");
	g_autoptr(Message) folded = read_string("\nhello\nWORLD\n");
	g_autoptr(Message) other = read_string("\nHello\n\nWorlds\n");
	g_autoptr(Message) empty = read_string("A: b\n\n\n\n");
	assert_string_equal(one->body_sha256, two->body_sha256);
	assert_string_not_equal(one->body_sha256, folded->body_sha256);
	assert_string_equal(one->text_sha256, folded->text_sha256);
	assert_string_not_equal(one->text_sha256, other->text_sha256);
	assert_string_equal(empty->text_sha256, "");
	assert_int_equal(strlen(empty->body_sha256), 64);
}

static void test_new_text(void **state)
{
	(void)state;
	g_autoptr(Message) message = read_string(
	    MIXED HTML "<i hidden>dark</i>caf&eacute;\n" PLAIN "more\n" END);
	g_autofree char *all = message_new_text(message, G_MAXSIZE);
	assert_string_equal(all, "caf\xc3\xa9\nmore\ndark");
	g_autofree char *cut = message_new_text(message, 4);
	assert_string_equal(cut, "caf");
	g_autofree char *none = message_new_text(message, 0);
	assert_string_equal(none, "");
}

/* ---- thanks ---- */

static const struct {
	bool thanks;
	const char *text;
} thanks[] = {
    {true, "Thanks!\n"},
    {true, "THANK YOU very much.\n\nBest regards,\nJohn Q. Public\n"},
    {true, "Thanks a lot, Bob.\n\nOn Mon, Bob wrote:\n> Is it well now?\n"},
    {true, "Dear Bob,\ngreat, thanks for the quick help!\nAnn\n"},
    {true, "Vielen Dank f\xc3\xbcr Ihre schnelle Antwort.\n"},
    {true, "Merci beaucoup !\n"},
    {false, "Thanks for nothing\n"},
    {false, "Thanks, but it is still broken.\n"},
    {false, "Thanks. And the refund?\n"},
    {false, "Thanks, is it good?\n"},
    {false, "Thank you. It is 1200.\n"},
    {false, "Great\n"},
    {false, "\n"},
    {false, "Thanks.\n\nRegards,\nplease call me back this very evening\n"},
    {false, "Regards,\nThanks idiots\nand now hear what I have to say\n"},
};

static void test_thanks(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(thanks); i++) {
		g_autofree char *text =
		    g_strconcat("From: Ann <a@x.example>\nTo: bob@example.com\n"
				"Content-Type: text/plain; charset=utf-8\n\n",
			thanks[i].text, NULL);
		g_autoptr(Message) message = read_string(text);

		if (message_is_thanks(message) != thanks[i].thanks) {
			fail_msg("%s", thanks[i].text);
		}
	}
}

/* ---- threads ---- */

static gpointer read_often(gpointer data)
{
	for (int i = 0; i < 50; i++) {
		g_autoptr(Message) message = read_string(data);
		if (!parts_have(message->text, "caf\xc3\xa9")) {
			return NULL;
		}
	}
	return data;
}

static void test_threads(void **state)
{
	static char text[] =
	    "Subject: =?koi8-r?q?=D0?=\n" MIXED
	    "--b\nContent-Type: text/html; charset=iso-8859-15\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n<p>caf=E9\n" PLAIN
	    "more\n> old\n" END;
	GThread *threads[4];
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		threads[i] = g_thread_new("reader", read_often, text);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		assert_ptr_equal(g_thread_join(threads[i]), text);
	}
}

static int setup(void **state)
{
	(void)state;
	message_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_after_padding),
	    cmocka_unit_test(test_body_after_padding),
	    cmocka_unit_test(test_nul),
	    cmocka_unit_test(test_evasion),
	    cmocka_unit_test(test_evasion_subject),
	    cmocka_unit_test(test_attachment_names),
	    cmocka_unit_test(test_alternatives),
	    cmocka_unit_test(test_report_is_quoted),
	    cmocka_unit_test(test_encrypted),
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_doubled),
	    cmocka_unit_test(test_absent),
	    cmocka_unit_test(test_unread),
	    cmocka_unit_test(test_digests),
	    cmocka_unit_test(test_new_text),
	    cmocka_unit_test(test_thanks),
	    cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
