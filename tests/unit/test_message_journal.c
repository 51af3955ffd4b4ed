/* Journal reports: the copy comes out byte for byte, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message_fixture.h"

#define COPY                            \
	"From: bob@example.com\r\nTo: " \
	"ann@customer.example\r\n\r\nYes.\r\n--x\r\n"
#define HEAD                                                           \
	"From: journal@example.com\r\nContent-Type: multipart/mixed; " \
	"boundary=\"b\"\r\n\r\n"
#define TEXT \
	"--b\r\nContent-Type: text/plain\r\n\r\nSender: bob@example.com\r\n"
#define PART "--b\r\nContent-Type: message/rfc822\r\n\r\n"

static void test_table(void **state)
{
	static const struct {
		const char *text, *copy;
	} table[] = {
	    {HEAD TEXT PART COPY "\r\n--b--\r\n", COPY},
	    {HEAD "preamble\r\n" TEXT "\r\n" PART COPY "\r\n--b--", COPY},
	    /* A reply with a letter attached is no report. */
	    {HEAD
		"--b\r\nContent-Type: text/plain\r\n\r\nSee this.\r\n" PART COPY
		"\r\n--b--\r\n",
		NULL},
	    {HEAD PART COPY "\r\n--b--\r\n", NULL},
	    {HEAD TEXT PART COPY,
		NULL}, /* cut off: who knows what is missing */
	    {HEAD TEXT PART "\r\n--b--\r\n", NULL},
	    {HEAD TEXT "--b--\r\n", NULL},
	    {HEAD, NULL},
	    {"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n" TEXT PART
		    COPY "\r\n--b--\r\n",
		NULL},
	    {"Content-Type: multipart/alternative; boundary=b\r\n\r\n" TEXT PART
		    COPY "\r\n--b--\r\n",
		NULL},
	    {COPY, NULL},
	    {"", NULL},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		const void *copy = NULL;
		gsize n = 0;
		bool found = message_journaled(
		    table[i].text, strlen(table[i].text), &copy, &n);

		assert_int_equal(found, table[i].copy != NULL);
		if (found) {
			assert_int_equal(n, strlen(table[i].copy));
			assert_memory_equal(copy, table[i].copy, n);
		} else {
			assert_null(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
