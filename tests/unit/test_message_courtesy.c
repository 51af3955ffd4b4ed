/* Which replies only acknowledge, by their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message_fixture.h"

typedef struct {
	Courtesy courtesy;
	const char *text;
} Row;

static const Row rows[] = {
    {COURTESY_ONLY, "Dear Anna,\n\nthank you for contacting us. We have "
		    "received your message and will get back to you as soon "
		    "as possible.\n\nKind regards\nBob Miller\nCustomer Care\n"
		    "Example Corp\nTel. 0800 12345\n"},
    {COURTESY_ONLY, "We've received your email (ticket #4711) and one of our "
		    "colleagues will be in touch within 2 working days.\n"},
    {COURTESY_ONLY, "Guten Tag Frau Kundin,\n\nvielen Dank für Ihre Nachricht. "
		    "Wir haben Ihr Anliegen erhalten und melden uns "
		    "schnellstmöglich bei Ihnen.\n\nMit freundlichen Grüßen\n"
		    "Ihr Team der Example AG\n"},
    {COURTESY_ONLY, "Bonjour,\n\nNous avons bien reçu votre message et nous "
		    "reviendrons vers vous dans les plus brefs délais.\n\n"
		    "Cordialement,\nBob\n"},
    {COURTESY_ONLY, "Estimada clienta:\n\nHemos recibido su mensaje y nos "
		    "pondremos en contacto con usted lo antes posible.\n\n"
		    "Saludos cordiales\n"},
    {COURTESY_ONLY, "Hi Anna, we got your letter and Example Corp will reply "
		    "to you shortly."},

    /* Could be a template; the first time nobody knows. */
    {COURTESY_TONE, "Thank you for contacting us. Your concern is with our "
		    "complaints desk now, who will reply to you within 48 "
		    "hours."},
    {COURTESY_TONE, "We will get back to you as soon as possible."},
    {COURTESY_TONE, "We have received your message, thank you."},
    {COURTESY_TONE, "We have received your message and will get back to you "
		    "shortly. Any questions?"},

    {COURTESY_NONE, "We are on it; please call us at once."},
    {COURTESY_NONE, "We are looking into it."},
    {COURTESY_NONE, "Thank you very much!"},
    {COURTESY_NONE, "Your refund of 20 euros is on its way."},
    {COURTESY_NONE, "Thank you for contacting us. The line to your street was "
		    "cut by a digger; it is repaired now. Restart your router "
		    "and it will work again. We credit this month.\n"},
    {COURTESY_NONE, "Wir haben Ihre Nachricht erhalten. Die Rechnung vom Mai "
		    "war falsch; Sie bekommen zwanzig Euro zurück auf Ihr "
		    "Konto.\n"},
    {COURTESY_NONE, ""},
};

static Message *reply(const char *text)
{
	g_autofree char *bytes = g_strconcat(
	    "From: Bob Miller <bob@example.com>\nTo: \"Anna Kundin\" "
	    "<anna@customer.example>\nContent-Type: text/plain; "
	    "charset=utf-8\n\n",
	    text, NULL);

	return read_string(bytes);
}

static void test_rows(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Message) message = reply(rows[i].text);
		g_auto(GStrv) words = NULL;
		Courtesy courtesy =
		    message_courtesy(message, "Example Corp", &words);

		if (courtesy != rows[i].courtesy) {
			g_autofree char *all =
			    words ? g_strjoinv(" ", words) : NULL;
			print_message("%s\n(%s)\n", rows[i].text, all);
		}
		assert_int_equal(courtesy, rows[i].courtesy);
		assert_true((words != NULL) == (courtesy != COURTESY_NONE));
	}
}

#define ACKNOWLEDGEMENT                                              \
	"We have received your message and will get back to you as " \
	"soon as possible.\n"

static const Row more[] = {
    {COURTESY_ONLY, ACKNOWLEDGEMENT "\n> Where is my parcel 47?\n"},
    {COURTESY_ONLY, ACKNOWLEDGEMENT "\n-- \nBob, who repairs routers\n"},
    /* Above the line and under the signature: both are said. */
    {COURTESY_TONE, ACKNOWLEDGEMENT "\nThe parcel was found.\n"},
    {COURTESY_TONE, ACKNOWLEDGEMENT "\nRegards\nBob\n\nPS: the parcel was "
				    "found.\n"},
};

static void test_frame(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(more); i++) {
		g_autoptr(Message) message = reply(more[i].text);

		print_message("%s", more[i].text);
		assert_int_equal(
		    message_courtesy(message, NULL, NULL), more[i].courtesy);
	}
}

/* Names and numbers differ in each copy of a template; nothing else does. */
static void test_words(void **state)
{
	static const char *const copies[] = {
	    "Dear Anna,\nwe have received your message 4711 and will get back "
	    "to you within 24 hours.\nRegards\nBob",
	    "Hello Mr O'Neill!\nWe have received your message 12 and will get "
	    "back to you within 48 hours.\nKind regards,\nEve Stone\nHead"};
	g_auto(GStrv) first = NULL;

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(copies); i++) {
		g_autoptr(Message) message = reply(copies[i]);
		g_auto(GStrv) words = NULL;

		assert_int_equal(
		    message_courtesy(message, NULL, &words), COURTESY_ONLY);
		if (first) {
			assert_true(g_strv_equal((const char *const *)first,
			    (const char *const *)words));
		} else {
			first = g_steal_pointer(&words);
		}
	}
}

static void test_what_cannot_be_read(void **state)
{
	static const char attached[] =
	    "From: bob@example.com\nMIME-Version: 1.0\nContent-Type: "
	    "multipart/mixed; boundary=b\n\n--b\n\n" ACKNOWLEDGEMENT
	    "--b\nContent-Type: application/pdf\nContent-Disposition: "
	    "attachment; filename=offer.pdf\n\nx\n--b--\n";
	g_autoptr(Message) with = read_string(attached);
	g_autoptr(Message) cut = message_read("\n" ACKNOWLEDGEMENT, 60, true);
	g_autofree char *letters = g_strnfill(100000, 'a');
	g_autoptr(Message) endless = reply(letters);

	(void)state;
	assert_int_equal(message_courtesy(with, NULL, NULL), COURTESY_NONE);
	assert_int_equal(message_courtesy(cut, NULL, NULL), COURTESY_NONE);
	assert_int_equal(message_courtesy(endless, NULL, NULL), COURTESY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_frame),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_what_cannot_be_read),
	};
	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
