/* Whom we believe, and what is known of a sender. */
#include "score_fixture.h"

#include "sender.h"

#define RECEIVED "Received: from x by mx.example.com; x\r\n"

static const struct {
	const char *header;
	bool believed;
} cases[] = {
    {"Authentication-Results: mx.example.com; dkim=pass header.d=bank.example",
	true},
    {"Authentication-Results: mx.example.com;\r\n\tspf=fail "
     "smtp.mailfrom=x@evil.example;\r\n\tdkim=pass (good) "
     "header.i=@bank.example header.s=s1",
	true},
    {"authentication-results: \"mx.example.com\" 1; dmarc=pass (p=none) "
     "header.from=Bank.example",
	true},
    {"Authentication-Results: mx.example.com; spf=pass "
     "smtp.mailfrom=ann@mail.bank.example",
	false},
    {"Authentication-Results: mx.example.com; spf=pass "
     "smtp.mailfrom=ann@bank.example",
	true},
    /* somebody else's, another version, none */
    {"Authentication-Results: mx.evil.example; dkim=pass "
     "header.d=bank.example",
	false},
    {"Authentication-Results: mx.example.com.evil.example; dkim=pass "
     "header.d=bank.example",
	false},
    {"Authentication-Results: mx.example.com 2; dkim=pass "
     "header.d=bank.example",
	false},
    {"Authentication-Results: (mx.example.com) evil; dkim=pass "
     "header.d=bank.example",
	false},
    {"Authentication-Results: mx.example.com; none", false},
    {"X-Other: mx.example.com; dkim=pass header.d=bank.example", false},
    /* below what others wrote */
    {RECEIVED "Authentication-Results: mx.example.com; dkim=pass "
	      "header.d=bank.example",
	false},
    {"Authentication-Results: mx.evil.example; none\r\n"
     "Authentication-Results: mx.example.com; dkim=pass "
     "header.d=bank.example",
	false},
    {"Authentication-Results: mx.example.com; spf=none\r\n"
     "Authentication-Results: mx.example.com; dkim=pass "
     "header.d=bank.example",
	true},
    /* it failed, or another passed */
    {"Authentication-Results: mx.example.com; dkim=fail header.d=bank.example",
	false},
    {"Authentication-Results: mx.example.com; dkim=pass header.d=evil.example",
	false},
    {"Authentication-Results: mx.example.com; dkim=pass "
     "header.d=evilbank.example",
	false},
    {"Authentication-Results: mx.example.com; dkim=pass header.d=example",
	false},
    {"Authentication-Results: mx.example.com; spf=pass "
     "header.from=bank.example",
	false},
    {"Authentication-Results: mx.example.com; dkim=pass "
     "(header.d=bank.example)",
	false},
    {"Authentication-Results: mx.example.com; dkim=fail reason=\"; dkim=pass "
     "header.d=bank.example\"",
	false},
    {"Authentication-Results: mx.example.com; dkim=pass "
     "header.d=bank.example\r\nFrom: b@evil.example",
	false},
    {"Authentication-Results: mx.example.com;;;=((\"", false},
};

static Message *message_of(const char *header, const char *from)
{
	g_autofree char *text = g_strdup_printf(
	    "%s\r\nFrom: %s\r\nSubject: x\r\n\r\nHello.\r\n", header, from);
	return message_read(text, strlen(text), false);
}

static void test_authenticated(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Message) message =
		    message_of(cases[i].header, "Ann <ann@bank.example>");
		if (message_authenticated(message, "mx.example.com") !=
		    cases[i].believed) {
			print_message("%s\n", cases[i].header);
			fail();
		}
		/* Nobody is named: nobody is believed. */
		assert_false(message_authenticated(message, ""));
	}
}

/* Mail of a subdomain may be signed by what is above it. */
static void test_below(void **state)
{
	(void)state;
	g_autoptr(Message) message =
	    message_of("Authentication-Results: mx.example.com; dkim=pass "
		       "header.d=bank.example",
		"ann@mail.bank.example");
	assert_true(message_authenticated(message, "mx.example.com"));
}

static void test_facts(void **state)
{
	(void)state;
	static const char *const members[] = {"bob@example.com", NULL};
	static const char *const none[] = {NULL};
	static Team team = {
	    .name = "care", .address = "care@example.com", .members = members};
	static const struct {
		const char *header, *from, *facts;
	} rows[] = {
	    {"X: y", "ann@gmail.com",
		"unauthenticated: ann@gmail.com|freemail"},
	    {"X: y", "Info+x@yahoo.de",
		"unauthenticated: info+x@yahoo.de|freemail|role account"},
	    {"X: y", "bob@example.com",
		"unauthenticated: bob@example.com|claims to be our own"},
	    {"Authentication-Results: mx.example.com; dkim=pass "
	     "header.d=example.com",
		"bob@example.com", "authenticated: bob@example.com|our own"},
	    {"X: y", "ann@notgmail.com", "unauthenticated: ann@notgmail.com"},
	    {"X: y", "", "unauthenticated: "},
	};
	Conf *conf = conf_made();
	conf->authserv_id = "mx.example.com";
	conf->submission_daemons = none;
	conf->trusted_networks = none;
	g_ptr_array_add(conf->teams, &team);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		Origin nowhere = {0};
		g_autoptr(Message) message =
		    message_of(rows[i].header, rows[i].from);
		g_auto(GStrv) facts =
		    sender_facts(conf, &nowhere, message, NULL);
		g_autofree char *joined = g_strjoinv("|", facts);
		assert_string_equal(joined, rows[i].facts);
	}
}

/* What the store knows of him; nothing is said when it can't tell. */
static void test_writer(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		WriterFacts writer;
		const char *facts;
	} rows[] = {
	    {"ann@bank.example", {false, false, 0}, "first contact"},
	    {"ann@gmail.com", {false, false, 0},
		"freemail|first contact|first contact, freemail"},
	    {"ann@gmail.com", {true, false, 2},
		"freemail|known|messages in 30 days: 2"},
	    {"ann@bank.example", {true, true, 3},
		"known|open case|messages in 30 days: 3, open case"},
	};
	Conf *conf = conf_made();
	conf->authserv_id = "mx.example.com";
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		Origin nowhere = {0};
		g_autoptr(Message) message = message_of("X: y", rows[i].from);
		g_auto(GStrv) facts =
		    sender_facts(conf, &nowhere, message, &rows[i].writer);
		g_autofree char *joined = g_strjoinv("|", facts + 1);
		assert_string_equal(joined, rows[i].facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_authenticated),
	    cmocka_unit_test(test_below),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_writer),
	};
	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
