/* Who may stop a clock, as far as origin and writer go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/replies.h"

static const char conf_text[] =
    "milter { submission-daemons = {\"ORIGINATING\"}\n"
    "  trusted-networks = {\"192.0.2.0/24\", \"2001:db8::/32\"} }\n"
    "desk \"ceo\" { addresses = {\"ceo@example.com\"}\n"
    "  executive = \"jane@internal.example.com\"\n"
    "  assistant = \"ea@example.com\" }\n"
    "team \"trust\" { address = \"trust@example.com\"\n"
    "  members = {\"ann@example.com\", \"*@trust.example.com\"} }\n"
    "route \"default\" { team = \"trust\" }\n";

static int load(void **state)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("replies-XXXXXX.conf", &path, NULL);

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(path, conf_text, -1, NULL));
	message_init();
	*state = conf_load(path, problems);
	unlink(path);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);

		print_message("%s\n", text);
	}
	assert_non_null(*state);
	return 0;
}

static int unload(void **state)
{
	conf_unref(*state);
	return 0;
}

static void proof_is_what_the_mail_server_says(void **state)
{
	static const struct {
		Origin origin;
		const char *proof;
	} rows[] = {
	    {{.login = "ann"}, "login"},
	    {{.login = ""}, NULL},
	    {{.daemon_name = "ORIGINATING"}, "submission"},
	    {{.daemon_name = "originating"}, NULL},
	    {{.daemon_name = "smtpd", .client_ip = "192.0.2.200"}, "network"},
	    {{.client_ip = "192.0.3.1"}, NULL},
	    {{.client_ip = "127.0.0.1"}, NULL},
	    {{.client_ip = "2001:db8::5"}, "network"},
	    {{.client_ip = "IPv6:2001:db8::5"}, "network"},
	    {{.client_ip = "nonsense"}, NULL},
	    {{.vouched = true}, "vouched"},
	    {{.login = NULL}, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *proof = origin_proof(*state, &rows[i].origin);

		if (rows[i].proof == NULL) {
			assert_null(proof);
		} else {
			assert_non_null(proof);
			assert_string_equal(proof, rows[i].proof);
		}
	}
}

static void writers(void **state)
{
	static const struct {
		const char *header; /* besides Message-ID */
		const char *refused;
		const char *member, *team;
	} rows[] = {
	    {"From: Ann <Ann@Example.com>\n", NULL, "ann@example.com", "trust"},
	    {"From: x@trust.example.com\n", NULL, "x@trust.example.com",
		"trust"},
	    {"From: jane@internal.example.com\n", NULL,
		"jane@internal.example.com", ""},
	    {"From: ea@example.com\n", NULL, "ea@example.com", ""},
	    {"From: CEO <ceo@example.com>\n", NULL, "ceo@example.com", ""},
	    {"From: bob@example.com\n", "not-a-member", NULL, NULL},
	    {"From: \"ann@example.com\" <evil@example.net>\n", "not-a-member",
		NULL, NULL},
	    {"From: ann@example.com\nFrom: x@example.net\n", "malformed", NULL,
		NULL},
	    {"From: ann@example.com\nAuto-Submitted: auto-replied\n",
		"automatic", NULL, NULL},
	    {"Subject: nobody\n", "not-a-member", NULL, NULL},
	};
	const Origin login = {.login = "ann"};
	const Origin outside = {.client_ip = "198.51.100.1"};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(rows[i].header,
		    "Message-ID: <a@b>\nTo: c@example.net\n\nHello\n", NULL);
		g_autoptr(Message) message =
		    message_read(text, strlen(text), false);
		ReplyWriter writer = {0};
		const char *refused =
		    reply_refused(*state, &login, message, &writer);

		if (rows[i].refused != NULL) {
			assert_non_null(refused);
			assert_string_equal(refused, rows[i].refused);
			continue;
		}
		assert_null(refused);
		assert_string_equal(writer.member, rows[i].member);
		assert_string_equal(writer.team, rows[i].team);
		assert_string_equal(
		    reply_refused(*state, &outside, message, &writer),
		    "no-proof");
	}
}

static void bounces(void **state)
{
	static const struct {
		const char *address;
		bool ours;
	} rows[] = {
	    {"<Ann@Example.com>", true},
	    {"anybody@trust.example.com", true},
	    {"ceo@example.com", true},
	    {"jane@internal.example.com", true},
	    {"trust@example.com", true},
	    {"<ann+c=example.net@example.com>", true},
	    {"prvs=0123abcd=Ann@example.com", true},
	    {"prvs=ann@example.com", false},
	    {"bob@example.com", false},
	    {"prvs=0=bob@example.com", false},
	    {"ann@example.net", false},
	    {"+@example.com", false},
	    {"", false},
	    {"<>", false},
	};
	static const struct {
		const char *sender;
		bool nobody;
	} senders[] = {
	    {NULL, true},
	    {"", true},
	    {"<>", true},
	    {"MAILER-DAEMON", true},
	    {"<Mailer-Daemon@mx.example.net>", true},
	    {"mailer-daemons@example.net", false},
	    {"ann@example.com", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_int_equal(
		    reply_returns_to(*state, rows[i].address), rows[i].ours);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(senders); i++) {
		assert_int_equal(
		    sender_is_nobody(senders[i].sender), senders[i].nobody);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(proof_is_what_the_mail_server_says),
	    cmocka_unit_test(writers),
	    cmocka_unit_test(bounces),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
