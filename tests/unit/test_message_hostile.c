/*
 * Messages made to cost time, memory or stack. Each must be read well within a
 * second, and what it holds must stay within the limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "anteroom/limits.h"
#include "message_fixture.h"

/* Of one processor. Far above what any takes, so that a busy machine or a
 * sanitizer doesn't matter: what isn't linear takes minutes. */
#define MOST_US (10 * G_USEC_PER_SEC)

static gint64 processor_us(void)
{
	struct timespec now;
	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
	return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gsize text_bytes(const GPtrArray *parts)
{
	gsize bytes = 0;
	for (guint i = 0; i < parts->len; i++) {
		const TextPart *part = parts->pdata[i];
		assert_true(
		    g_utf8_validate(part->text, (gssize)part->bytes, NULL));
		assert_true(part->bytes <= LIMIT_PART_TEXT_BYTES);
		bytes += part->bytes;
	}
	return bytes;
}

/* Reads within time, and checks what must hold of any message. */
static Message *read_in_time(const char *what, const GString *text)
{
	gint64 start = processor_us();
	Message *message = message_read(text->str, text->len, false);
	gint64 took = processor_us() - start;
	print_message("%-28s %8zu bytes %5d ms%s%s\n", what, text->len,
	    (int)(took / 1000), message->unread ? ", unread: " : "",
	    message->unread ? message->unread : "");
	assert_true(took < MOST_US);
	assert_true(text_bytes(message->text) + text_bytes(message->quoted) +
			text_bytes(message->signature) <=
		    LIMIT_TEXT_BYTES);
	assert_true(message->headers->len <= LIMIT_HEADER_LINES);
	assert_true(strlen(message->subject) <= LIMIT_SUBJECT_BYTES);
	assert_true(g_utf8_validate(message->subject, -1, NULL));
	assert_true(g_strv_length(message->attachments) <= LIMIT_ATTACHMENTS);
	for (guint i = 0; i < message->headers->len; i++) {
		const HeaderField *field = message->headers->pdata[i];
		assert_true(g_utf8_validate(field->text, -1, NULL));
	}
	return message;
}

static void repeat(GString *text, const char *piece, guint times)
{
	for (guint i = 0; i < times; i++) {
		g_string_append(text, piece);
	}
}

/* BEFORE, PIECE so many times, AFTER. */
typedef struct {
	const char *what;
	const char *before, *piece;
	guint times;
	const char *after;
} Flood;

#define H "Content-Type: text/html\n\n"
#define M "Content-Type: multipart/mixed; boundary=b\n\n"

static const Flood floods[] = {
    {"<div>", H, "<div>", 300000, "end"},
    {"</div>", H, "</div>", 300000, "end"},
    {"hidden <div>", H, "<div style='display:none'>", 100000, "end"},
    {"<font><b><i><a>", H, "<font><b><i><a>", 100000, "end"},
    {"<blockquote>", H, "<blockquote>", 200000, "end"},
    {"attributes", H "<p ", "a=1 ", 50000, ">end"},
    {"attributes, named", H "<p ", "style='x:y' ", 50000, ">end"},
    {"long style", H "<p style='", "display:", 200000, "none'>end"},
    {"<", H, "<", 1000000, "end"},
    {"<a", H, "<a ", 500000, "end"},
    {"<a x=\"", H, "<a x=\"", 300000, "end"},
    {"<a x='\"", H, "<a x='\"", 300000, "end"},
    {"<!--", H, "<!--", 300000, "end"},
    {"<!--[if", H, "<!--[if", 300000, "end"},
    {"<style>", H, "<style>", 300000, "end"},
    {"<script><style>", H, "<script><style></script", 100000, "end"},
    {"&", H, "&", 1000000, "end"},
    {"&aaaa", H, "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 100000, "end"},
    {"&#9", H, "&#9", 500000, "end"},
    {"&#1114111;", H, "&#1114111;", 200000, "end"},
    {"<br>", H, "<br>", 500000, "end"},
    {"<pre>", H "<pre>", "\n \n", 500000, "end"},
    {"encoded words, open", "Subject: ", "=?a?b?", 150000, "\n\nend"},
    {"encoded words, bare", "Subject: ", "=?", 400000, "\n\nend"},
    {"encoded words, whole", "Subject: ", "=?utf-8?q?a?= ", 70000, "\n\nend"},
    {"encoded words, charsets",
	"Subject: ", "=?koi8-r?q?a?= =?big5?q?a?= ", 1000, "\n\nend"},
    {"people", "To: ", "a@b.c,", 160000, "\n\nend"},
    {"people, open <", "To: ", "<", 1000000, "\n\nend"},
    {"people, open (", "To: ", "(", 1000000, "\n\nend"},
    {"people, colons", "From: ", ":;", 500000, "\n\nend"},
    {"people, quotes", "From: ", "\"\\", 500000, "\n\nend"},
    {"people, words", "From: ", "=?x?y?", 160000, "\n\nend"},
    {"people, one mailbox", "From: ", "a ", 500000, "\n\nend"},
    {"thread ids", "References: ", "<a@b>", 200000, "\n\nend"},
    {"thread ids, open", "References: ", "<a", 400000, "\n\nend"},
    {"thread ids, comments", "References: ", "(", 1000000, "\n\nend"},
    {"thread ids, bare", "References: ", "a@b ", 250000, "\n\nend"},
    {"header of a megabyte", "X: ", "0123456789", 104858, "\n\nend"},
    {"header of four", "X: ", "0123456789", 419430, "\n\nend"},
    {"folds", "X: a", "\n b", 300000, "\n\nend"},
    {"100,000 headers", "", "X-Header: value\n", 100000, "\nend"},
    {"parameters", "Content-Type: text/plain", "; name*1=a", 90000, "\n\nend"},
    {"parameters, open", "Content-Type: text/plain", "; name=\"", 120000,
	"\n\nend"},
    {"comments", "Content-Type: text/plain; ", "(", 900000, "\n\nend"},
    {"100,000 parts", M, "--b\n\n\n", 100000, "--b--\n"},
    {"100,000 bare boundaries", M, "--b\n", 100000, "--b--\n"},
    {"100,000 prefixed", M, "--bx\n\n\n", 100000, "--b--\n"},
    {"400 parts", M, "--b\nContent-Type: text/plain; name=x\n\nhi\n", 400,
	"--b--\n"},
    {"400 digests", "Content-Type: multipart/digest; boundary=b\n\n",
	"--b\n\nSubject: x\n\nhi\n", 400, "--b--\n"},
    {"part header fields", M "--b\n", "X: y\n", 200000, "\nend\n--b--\n"},
    {"part header, odd lines", M "--b\n", "odd\nX: y\n", 200000,
	"\nend\n--b--\n"},
    {"part header line", M "--b\nContent-Type: text/plain", "; a=b", 400000,
	"\n\nend\n--b--\n"},
    {"part parameters", M "--b\nContent-Type: text/plain", "; a*1*=b", 25000,
	"\n\nend\n--b--\n"},
    {"message in message", "", "Content-Type: message/rfc822\n\n", 20000,
	"\nend"},
    {"message in part", M "--b\n", "Content-Type: message/rfc822\n\n", 20000,
	"\nend"},
    {"dashes, no boundaries", M "--b\n\n", "-- a comment\n", 200000,
	"end\n--b--\n"},
    {"> marks", "\n", "> a\n", 500000, "end"},
    {">>>", "\n", ">", 1000000, "end"},
    {"attributions", "\n", "On 2 wrote:\n", 80000, "end"},
    {"attribution starts", "\n", "On a@b 2026 10:00\n", 60000, "end"},
    {"header blocks", "\n", "From: a\nTo: b\n", 70000, "end"},
    {"signatures", "\n", "-- \n", 200000, "end"},
    {"signatures with text", "\n", "-- \na\n", 150000, "end"},
    {"disclaimers", "\n", "this e-mail is confidential ", 40000, "end"},
    {"empty lines", "\n", "\n", 1000000, "end"},
    {"empty lines, CR", "\n", "\r\n \r", 500000, "end"},
    {"one line", "\n", "x", 5000000, "end"},
    {"invalid UTF-8", "\n", "\xff\xc0\x80\xed\xa0\x80", 150000, "end"},
    {"quoted-printable, =",
	"Content-Transfer-Encoding: quoted-printable"
	"\n\n",
	"=", 1000000, "end"},
    {"quoted-printable, = space",
	"Content-Transfer-Encoding: quoted-printable\n\n", "=     ", 200000,
	"end"},
    {"base64, =", "Content-Transfer-Encoding: base64\n\n", "A=", 1000000,
	"end"},
    {"utf-7", "Content-Type: text/plain; charset=utf-7\n\n", "+", 1000000,
	"end"},
    {"euc-kr, lost", "Content-Type: text/plain; charset=euc-kr\n\n", "\xff",
	500000, "end"},
    {"utf-16", "Content-Type: text/plain; charset=utf-16\n\n", "ab", 500000,
	"end"},
    {"calendar", "Content-Type: text/calendar\n\n", "SUMMARY:a\n b\n", 100000,
	"end"},
    {"flowed", "Content-Type: text/plain; delsp=yes\n\n", "a \n", 300000,
	"end"},
};

static void test_floods(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(floods); i++) {
		const Flood *flood = &floods[i];
		g_autoptr(GString) text = g_string_new(flood->before);
		repeat(text, flood->piece, flood->times);
		g_string_append(text, flood->after);
		g_autoptr(Message) message = read_in_time(flood->what, text);
		assert_non_null(message);
	}
}

/* Enough lines with dashes to make boundaries be told apart, then a line that
 * declares one at each of its words. */
static void test_declared_boundaries(void **state)
{
	(void)state;
	g_autoptr(GString) text = g_string_new(M);
	repeat(text, "--x\n", 5 * LIMIT_PARTS);
	g_string_append(text, "--b\n\nhello\n");
	repeat(text, "boundary=", 100000);
	g_string_append(text, "\n--b--\n");
	g_autoptr(Message) message = read_in_time("declared boundaries", text);
	assert_null(message->unread);
	assert_int_equal(message->text->len, 1);
}

/* Text behind many tags is still text. */
static void test_nothing_lost(void **state)
{
	(void)state;
	g_autoptr(GString) text = g_string_new(H);
	repeat(text, "<div><b>", 100000);
	g_string_append(text, "r<i>ape</i>");
	g_autoptr(Message) message = read_in_time("behind tags", text);
	assert_true(parts_have(message->text, "rape"));
}

static void test_nested_multiparts(void **state)
{
	(void)state;
	for (guint levels = 20; levels <= 20000; levels *= 10) {
		g_autoptr(GString) text = g_string_new(NULL);
		for (guint i = 0; i < levels; i++) {
			g_string_append_printf(text,
			    "Content-Type: multipart/mixed; boundary=b%u\n\n"
			    "--b%u\n",
			    i, i);
		}
		g_string_append(text, "\nI was threatened.\n");
		g_autoptr(Message) message = read_in_time("nested", text);
		assert_true(
		    (message->unread != NULL) == (levels > LIMIT_NESTING));
		/* The last is longer than what is kept of a text. */
		assert_true(message->truncated ||
			    parts_have(message->text, "threatened"));
	}
}

static void test_nested_messages(void **state)
{
	(void)state;
	g_autoptr(GString) inner = g_string_new("\nI was threatened.\n");
	for (int i = 0; i < 12; i++) {
		g_autofree char *code =
		    g_base64_encode((const guchar *)inner->str, inner->len);
		g_string_printf(inner,
		    "Content-Type: message/rfc822\n"
		    "Content-Transfer-Encoding: base64\n\n%s\n",
		    code);
	}
	g_autoptr(Message) message = read_in_time("nested base64", inner);
	assert_non_null(message->unread);
}

/* Limits cut; what is before still counts, and it is said. */
static void test_cuts(void **state)
{
	(void)state;
	g_autoptr(GString) text = g_string_new("Subject: urgent ");
	repeat(text, "x", 5000);
	g_string_append(text, "\n" M);
	for (int part = 0; part < 4; part++) {
		g_string_append(text, "--b\n\nfirst words ");
		repeat(text, "word ", 300000);
		g_string_append(text, "\n");
	}
	g_autoptr(Message) message = read_in_time("cuts", text);
	assert_true(message->truncated);
	assert_null(message->unread);
	assert_true(parts_have(message->text, "first words"));
	assert_true(g_str_has_prefix(message->subject, "urgent "));
}

static void test_headers_kept(void **state)
{
	(void)state;
	g_autoptr(GString) text =
	    g_string_new("Subject: help\nFrom: a@b.com\nMessage-ID: <i@x>\n");
	repeat(text, "X-Header: value\n", 100000);
	g_string_append(text, "\nI was threatened.\n");
	g_autoptr(Message) message = read_in_time("headers", text);
	assert_string_equal(message->unread, "too many header fields");
	assert_string_equal(message->subject, "help");
	assert_string_equal(message->message_id, "i@x");
	assert_string_equal(message_from(message), "a@b.com");
	assert_true(parts_have(message->text, "threatened"));
}

/* Bytes without any sense, in many shapes. */
static void test_noise(void **state)
{
	static const char *const heads[] = {"", "\n", H, M,
	    "Content-Type: text/plain; charset=utf-16\n\n",
	    "Content-Type: text/plain; charset=shift_jis\n\n",
	    "Content-Transfer-Encoding: base64\n\n",
	    "Subject: ", "From: ", "References: ", "Content-Type: "};
	static const char letters[] =
	    "<>=?&;:,\"'()@-b\n\n \r\t\0a/%*#!\xff\xc3\xa9\\.0";
	g_autoptr(GRand) rand = g_rand_new_with_seed(11);
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		for (int round = 0; round < 60; round++) {
			g_autoptr(GString) text = g_string_new(heads[i]);
			gint n = g_rand_int_range(rand, 0, 2000);
			for (gint k = 0; k < n; k++) {
				g_string_append_c(
				    text, letters[g_rand_int_range(
					      rand, 0, sizeof(letters) - 1)]);
			}
			g_autoptr(Message) message =
			    message_read(text->str, text->len, false);
			g_autoptr(Message) unread =
			    message_unread(text->str, text->len, "x");
			text_bytes(message->text);
			text_bytes(message->quoted);
			assert_string_equal(
			    unread->body_sha256, message->body_sha256);
		}
	}
}

static void test_nuls_everywhere(void **state)
{
	(void)state;
	static const char mail[] =
	    "Subject: hi\nFrom: a@b.com\n" M "--b\nContent-Type: text/html\n\n"
	    "<p>Help &amp; care</p>\n--b\n\nmore\n--b--\n";
	g_autoptr(GString) text = g_string_new(NULL);
	for (gsize i = 0; i < sizeof(mail) - 1; i++) {
		g_string_append_c(text, mail[i]);
		g_string_append_len(text, "\0", 1);
	}
	g_autoptr(Message) message = read_in_time("NULs", text);
	assert_true(message->nuls > 0);
	g_string_set_size(text, 1000000);
	memset(text->str, 0, text->len);
	g_autoptr(Message) only = read_in_time("only NULs", text);
	assert_int_equal(only->nuls, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_floods),
	    cmocka_unit_test(test_declared_boundaries),
	    cmocka_unit_test(test_nothing_lost),
	    cmocka_unit_test(test_nested_multiparts),
	    cmocka_unit_test(test_nested_messages),
	    cmocka_unit_test(test_cuts),
	    cmocka_unit_test(test_headers_kept),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_nuls_everywhere),
	};
	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
