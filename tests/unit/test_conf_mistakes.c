/* conf/: every mistake with its line, all at once, and the nearest word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "anteroom/conf.h"

/* What a configuration needs at least; stands behind the lines of a case. */
#define REST                                                          \
	"rules { packs = {\"p.rules\"} }\n"                           \
	"desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"          \
	"team \"care\" { address = \"care@a.example\""                \
	" members = {\"bob@a.example\"} lead = \"bob@a.example\" }\n" \
	"route \"default\" { team = \"care\" }\n"
#define TOPICS "topic \"safety\" {}\ntopic \"press\" {}\n"

static char *folder;

static int make_folder(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("conf-XXXXXX", NULL);
	return folder == NULL || g_chdir(folder) != 0;
}

static int remove_folder(void **state)
{
	(void)state;
	g_unlink("a.conf");
	g_unlink("p.rules");
	g_rmdir("d.rules");
	g_rmdir(folder);
	g_free(folder);
	return 0;
}

/* All problems, a line each, without the file's name when it is a.conf. */
static char *load(const char *conf, const char *pack, bool *loaded)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autoptr(Conf) made = NULL;
	GString *all = g_string_new(NULL);

	assert_true(g_file_set_contents("a.conf", conf, -1, NULL));
	assert_true(g_file_set_contents("p.rules", pack, -1, NULL));
	made = conf_load("a.conf", problems);
	assert_int_equal(made == NULL, conf_problems_fatal(problems));
	*loaded = made != NULL;
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);
		const char *shown = text;

		if (g_str_has_prefix(text, "a.conf:")) {
			shown += strlen("a.conf:");
		}
		g_string_append_printf(all, "%s\n", shown);
	}
	return g_string_free(all, FALSE);
}

static void assert_lines(
    const char *what, const char *got, const char *expected)
{
	if (strcmp(got, expected) != 0) {
		print_message("%s\ngot:\n%sexpected:\n%s", what, got, expected);
	}
	assert_string_equal(got, expected);
}

typedef struct {
	const char *conf;
	const char *problems;
} Case;

/* Cases of the configuration; REST follows in each. */
static const Case conf_cases[] = {
    {"", ""},
    /* names */
    {"compny = \"x\"\n",
	"1: unknown setting \"compny\"; did you mean \"company\"?\n"},
    {"milter { soket = \"x\" }\n",
	"1: unknown setting \"soket\" in \"milter\"; did you mean "
	"\"socket\"?\n"},
    {"milter {\n\tretention = \"4d\"\n}\n",
	"2: unknown setting \"retention\" in \"milter\"; it belongs into "
	"\"store\"\n"},
    {"dessk \"x\" { a = { \"}\" } b { c = 1 } }\n",
	"1: unknown section \"dessk\"; did you mean \"desk\"?\n"},
    {"zzzz { }\n", "1: unknown section \"zzzz\"\n"},
    {"include(\"/etc/passwd\")\n", "1: '(': a value with this needs quotes\n"},
    {"desk = 1\n", "1: \"desk\" is a section: desk \"NAME\" { ... }\n"},
    {"store = 1\n", "1: \"store\" is a section: store { ... }\n"},
    {"desk { addresses = \"x@a.example\" }\n",
	"1: a desk needs a name: desk \"NAME\" { ... }\n"},
    {"store \"x\" { }\n", "1: section \"store\" takes no name\n"},
    {"store { }\nstore { }\n",
	"2: section \"store\" is there already in line 1\n"},
    {"store {\n  size = 1G\n  size = 2G\n}\n",
	"3: \"size\" is set already in line 2\n"},
    {"company = { \"a\", \"b\" }\n",
	"1: \"company\" takes one value, not a list\n"},
    {"company += \"a\"\n",
	"1: \"company\" is no list: write = instead of +=\n"},
    {"company = \"a\nb\"\n",
	"2: company: a control character or a line end in it\n"},
    {"desk \"ceo\" {\n addresses = { \"x@a.example\" } }\n",
	"4: desk \"ceo\" is there already, in a.conf:1\n"},
    {"team \"a b\" { address = \"x@a.example\" members = \"y@a.example\" }\n",
	"1: team \"a b\": a name is made of letters, digits, '.', '_' and "
	"'-'\n"},
    {"team \"none\" { address = \"x@a.example\" members = \"y@a.example\" }\n",
	"1: team \"none\" is built in; take another name\n"},
    /* server */
    {"milter { socket = \"/run/x\" }\n",
	"1: socket: \"/run/x\" is neither \"unix:/PATH\" nor "
	"\"inet:PORT@HOST\"\n"},
    {"milter { socket = \"inet:99999@127.0.0.1\" }\n",
	"1: socket: \"inet:99999@127.0.0.1\" is neither \"unix:/PATH\" nor "
	"\"inet:PORT@HOST\"\n"},
    {"milter { socket-mode = \"0666\" }\n",
	"1: warning: socket-mode: \"0666\" lets every local user pretend to "
	"be the mail server\n"},
    {"milter { socket-mode = \"0880\" }\n",
	"1: socket-mode: \"0880\" is not a mode like \"0660\" that lets its "
	"owner read and write\n"},
    {"milter { on-error = \"tempfial\" }\n",
	"1: on-error: \"tempfial\" is not tempfail or accept; did you mean "
	"\"tempfail\"?\n"},
    {"milter { trusted-networks = {\"192.0.2.0/24\",\n"
     "\"192.0.2.0/33\"} }\n",
	"2: trusted-networks: \"192.0.2.0/33\" is not a network like "
	"192.0.2.0/24 or 2001:db8::/32: Length 33 is too long for "
	"address\n"},
    {"milter { trusted-networks = {\"0.0.0.0/0\"} }\n",
	"1: warning: trusted-networks: \"0.0.0.0/0\" trusts the whole "
	"world\n"},
    {"store { size = \"64X\" }\n",
	"1: size: \"64X\" is not a size like 512M or 64G (1M to 64T)\n"},
    {"store { size = 18446744073709551615T }\n",
	"1: size: \"18446744073709551615T\" is not a size like 512M or 64G "
	"(1M to 64T)\n"},
    {"store { retention = \"4 weeks\" }\n",
	"1: retention: \"4 weeks\" is not a duration like 30m, 4h or 2d\n"},
    {"store { keep-text = \"some\" }\n",
	"1: keep-text: \"some\" is not none, excerpt or full\n"},
    {"store { path = \"\" }\n", "1: path: empty\n"},
    {"notify { from = \"Anteroom\" relay = \"127.0.0.1\"\n"
     "base-url = \"ftp://x\" digest = \"24:00\" }\n",
	"1: from: \"Anteroom\" is not a mail address\n"
	"1: relay: \"127.0.0.1\" is not like smtp://HOST\n"
	"2: base-url: \"ftp://x\" is not like https://HOST\n"
	"2: digest: \"24:00\" is not a time of day like \"08:00\", nor "
	"\"none\"\n"},
    {"web { listen = \"8025\" }\n",
	"1: listen: \"8025\" is not HOST:PORT like \"127.0.0.1:8025\", "
	"or unix:/PATH\n"},
    /* desks */
    {"desk \"cfo\" { keep = maybe sample = -1 mode = life\n"
     "addresses = {\"cfo\",\n\"a b@a.example\", \"*@a.example\"} }\n",
	"1: keep: \"maybe\" is neither yes nor no\n"
	"1: mode: \"life\" is not live, tag or shadow; did you mean "
	"\"live\"?\n"
	"1: sample: \"-1\" is not a number from 0 to 1000\n"
	"2: addresses: \"cfo\" is not a mail address\n"
	"3: addresses: \"a b@a.example\" is not a mail address\n"
	"3: addresses: \"*@a.example\": a '*' is taken only in \"members\" "
	"of a team\n"},
    {"desk \"cfo\" { addresses = {\"cfo@a.example\",\n"
     "\"CFO@A.example\"} }\n",
	"2: addresses: cfo@a.example belongs to desk \"cfo\" already\n"},
    {"desk \"cfo\" { addresses = {\"cfo@a.example\",\n"
     "\"<Ceo@a.example>\"} }\n",
	"4: addresses: ceo@a.example belongs to desk \"cfo\" already\n"},
    {"desk \"cfo\" {\n addresses = {} }\n",
	"2: desk \"cfo\" has no addresses\n"},
    {"desk \"cfo\" { }\n", "1: desk \"cfo\" has no addresses\n"},
    /* teams and routes */
    {"team \"x\" { members = {\"y@a.example\"} lead = \"y@a.example\" }\n",
	"1: team \"x\" has no address\n"},
    {"team \"x\" { address = \"x@a.example, z@a.example\" }\n",
	"1: address: \"x@a.example, z@a.example\" is not a mail address\n"},
    {"team \"x\" { address = \"x@a.example\" }\n",
	"1: warning: team \"x\" has no members: no reply of it counts\n"},
    {"team \"x\" { address = \"x@a.example\" members = {\"*y@a.example\"} }\n",
	"1: members: \"*y@a.example\": a '*' is taken only before the '@', "
	"alone\n"},
    {"team \"x\" { address = \"CEO@a.example\" members = \"y@a.example\" }\n",
	"1: warning: team \"x\" has the address of desk \"ceo\"\n"},
    {"team \"x\" { address = \"x@a.example\" members = \"y@a.example\"\n"
     "calendar = \"allways\" }\n",
	"2: unknown calendar \"allways\"; did you mean \"always\"?\n"},
    {"route \"press\" {\n team = \"caer\" }\n",
	"2: unknown team \"caer\"; did you mean \"care\"?\n"},
    {"route \"press\" { }\n",
	"1: route \"press\" names no team (\"none\": no case)\n"},
    {"route \"pres\" { team = \"none\" }\n",
	"1: no rule pack has a topic \"pres\"; did you mean \"press\"?\n"},
    {"route \"hobby\" { team = \"none\" }\n",
	"1: warning: no rule pack has a topic \"hobby\"\n"},
    {"route \"other\" { team = \"care\" }\n", ""},
    /* calendars */
    {"calendar \"o\" { zone = \"Europe/Belrin\" hours = \"Mon 9-17\" }\n",
	"1: unknown zone \"Europe/Belrin\"; did you mean "
	"\"Europe/Berlin\"?\n"},
    {"calendar \"o\" { zone = \"../../../etc/hostname\" hours = "
     "\"Mon 9-17\" }\n",
	"1: unknown zone \"../../../etc/hostname\"\n"},
    {"calendar \"o\" { zone = \"UTC\" }\n",
	"1: calendar \"o\" never opens: it has no hours\n"},
    {"calendar \"o\" { zone = \"UTC\"\nhours = {} }\n",
	"2: calendar \"o\" never opens: it has no hours\n"},
    {"calendar \"o\" { hours = \"Mon 9-17\" }\n",
	"1: calendar \"o\" needs a zone, like zone = \"Europe/Berlin\"\n"},
    {"calendar \"always\" { zone = \"UTC\" hours = \"Mon 9-17\" }\n",
	"1: calendar \"always\" is built in; take another name\n"},
    {"calendar \"o\" { zone = \"UTC\" hours = {\"Mon-Thu 09:00-12:30\",\n"
     "\"Wed 12:00-13:00\"} }\n",
	"2: hours: 09:00-12:30 and 12:00-13:00 overlap\n"},
    {"calendar \"o\" { zone = \"UTC\" hours = {\"Mondey 9-17\",\n"
     "\"Mon 17-9\",\n\"Mon 9:60-17\",\n\"09:00-17:00\",\n\"Mon\",\n"
     "\"Mon 9-24:01\",\n\"Mon 9-17;\"} }\n",
	"1: hours: \"Mondey\" is no day of the week; did you mean "
	"\"monday\"?\n"
	"2: hours: \"17-9\" ends before it begins; hours over midnight are "
	"written as two, to 24:00 and from 00:00\n"
	"3: hours: \"9:60-17\" is not like 09:00-12:30\n"
	"4: hours: \"09:00-17:00\" is not like \"Mon-Thu 09:00-12:30\"\n"
	"5: hours: \"Mon\" is not like \"Mon-Thu 09:00-12:30\"\n"
	"6: hours: \"9-24:01\" is not like 09:00-12:30\n"
	"7: hours: \"9-17;\" is not like 09:00-12:30\n"},
    {"calendar \"o\" { zone = \"UTC\" hours = \"Sat-Mon 00:00-24:00\"\n"
     "holidays = {\"2026-02-29\",\n\"2026-12-25x\",\n\"none.ics\",\n"
     "\"2026-12-24 9-12, 11-13\",\n\"2026-12-24\", \"soon\"} }\n",
	"2: holidays: \"2026-02-29\" is not a date like 2026-12-25, nor an "
	".ics file\n"
	"3: holidays: \"2026-12-25x\" is not a date like 2026-12-25\n"
	"4: holidays: none.ics: no such file\n"
	"5: holidays: 09:00-12:00 and 11:00-13:00 overlap\n"
	"6: holidays: \"soon\" is not a date like 2026-12-25, nor an .ics "
	"file\n"
	"6: holidays: a date is there twice\n"},
    /* policies */
    {"policy \"p\" { topics = {\"safety\",\n\"saftey\"} first-reply = 1h\n"
     "teams = \"caer\" calendar = \"office\"\n"
     "urgency = {\"hihg\"} warn = {0, 50, 50, \"x\"}\n"
     "escalate = {\"2h\", \"0h\",\n \"0h led\", \"1h lead\", \"60m lead\"} }\n",
	"2: unknown topic \"saftey\"; did you mean \"safety\"?\n"
	"3: unknown team \"caer\"; did you mean \"care\"?\n"
	"3: unknown calendar \"office\"\n"
	"4: urgency: \"hihg\" is not low, normal, high or critical; did you "
	"mean \"high\"?\n"
	"4: warn: \"0\" is not a percentage from 1 to 99\n"
	"4: warn: 50 is there twice\n"
	"4: warn: \"x\" is not a percentage from 1 to 99\n"
	"5: escalate: \"2h\" is not like \"2h assistant\"\n"
	"5: escalate: \"0h\" is not like \"2h assistant\"\n"
	"6: escalate: \"led\" is not team, lead, assistant or executive; did "
	"you mean \"lead\"?\n"
	"6: escalate: \"60m lead\" is there twice\n"},
    {"policy \"p\" { urgency = \"low\" }\n",
	"1: warning: policy \"p\" promises nothing: no first-reply, "
	"next-reply or resolve\n"},
    {"policy \"p\" { resolve = 1h escalate = {\"0h executive\"} }\n",
	"3: warning: desk \"ceo\" has no executive for escalations to go "
	"to\n"},
    {"policy \"a\" { topics = {\"safety\", \"press\"} first-reply = 1h }\n"
     "policy \"b\" { topics = {\"press\"} urgency = \"high\" "
     "first-reply = 1h }\n",
	"2: warning: policy \"b\" can never be reached: \"a\" in line 1 fits "
	"first whenever it would\n"},
    {"policy \"a\" { urgency = \"high\" first-reply = 1h }\n"
     "policy \"b\" { urgency = {\"low\", \"normal\"} first-reply = 1h }\n"
     "policy \"c\" { urgency = \"critical\" first-reply = 1h }\n"
     "policy \"d\" { topics = \"press\" first-reply = 1h }\n",
	"4: warning: policy \"d\" can never be reached: earlier ones fit "
	"first at every urgency\n"},
    {"policy \"a\" { topics = \"press\" urgency = \"high\" "
     "first-reply = 1h }\n"
     "policy \"b\" { urgency = \"high\" first-reply = 1h }\n"
     "policy \"c\" { teams = \"care\" first-reply = 1h }\n"
     "policy \"d\" { first-reply = 1h }\n",
	""},
    /* syntax: the first one, and nothing that follows from it */
    {"company = \n", "2: a setting or a section expected, not '{'\n"},
    {"company \"x\"\n", "1: '=' expected, not \"x\"\n"},
    {"milter { socket \"x\" }\n", "1: '=' expected, not \"x\"\n"},
    {"}\n", "1: a setting or a section expected, not '}'\n"},
    {"company = \"x\n",
	"2: unknown section \"p.rules\"; did you mean \"rules\"?\n"
	"3: '=' or '{' expected, not 'ceo'; a string that begins in line 1 "
	"goes on over its end: is a quote missing?\n"},
    {"desk \"cfo\" {\n addresses = {\"cfo@a.example\"}\n",
	"3: the '}' of \"desk\" in line 1 expected, not 'rules'\n"},
    {"desk \"cfo\" { addresses = {\"a@a.example\" \"b@a.example\"} }\n",
	"1: ',' or the list's '}' expected, not \"b@a.example\"\n"},
    {"rules { packs = {/etc/*.rules} }\n",
	"1: '*': a value with this needs quotes\n"},
    {"company = ${HOME}\n",
	"1: environment variables aren't expanded; write the value itself\n"},
    {"company = \"\\101\"\n",
	"1: numbers after a backslash have no meaning in double quotes; "
	"patterns belong in single quotes\n"},
    {"/* x\n", "1: a comment begins here and never ends\n"},
};

static void test_conf_cases(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(conf_cases); i++) {
		const Case *one = &conf_cases[i];
		g_autofree char *conf = g_strconcat(one->conf, REST, NULL);
		bool loaded;
		g_autofree char *got = load(conf, TOPICS, &loaded);

		assert_lines(one->conf, got, one->problems);
	}
}

/* Cases of a pack, alone in the configuration's folder. */
static const Case pack_cases[] = {
    {TOPICS, ""},
    {"topic \"safety\" {}\ntopic \"safety\" {}\n",
	"p.rules:2: topic \"safety\" is there already, in p.rules:1\n"},
    {"topic \"other\" {}\n", ""},
    {"topic \"unread\" {}\n",
	"p.rules:1: topic \"unread\" is built in; take another name\n"},
    {"topic \"x\" { threshold = 0 precedence = ten\n"
     "urgency-floor = \"critcal\" title = \"\" }\n",
	"p.rules:1: precedence: \"ten\" is not a number from -1000000 to "
	"1000000\n"
	"p.rules:1: threshold: \"0\" is not a number from 1 to 1000000\n"
	"p.rules:2: title: empty\n"
	"p.rules:2: urgency-floor: \"critcal\" is not low, normal, high or "
	"critical; did you mean \"critical\"?\n"},
    {"topic \"x\" {}\nrule \"r\" { }\n",
	"p.rules:2: rule \"r\" has no topic\n"
	"p.rules:2: rule \"r\" has no match\n"
	"p.rules:2: rule \"r\" has no why\n"
	"p.rules:2: warning: rule \"r\" changes nothing: it has neither "
	"points nor urgency\n"},
    {"topic \"safety\" {}\nrule \"r\" { topic = \"saftey\" match = 'x'\n"
     "why = \"w\" points = 1.5 in = {\"subjct\", \"header:\",\n"
     "\"header:A B\"} hits = {\"\"} }\n",
	"p.rules:2: unknown topic \"saftey\"; did you mean \"safety\"?\n"
	"p.rules:3: points: \"1.5\" is not a number from -1000 to 1000\n"
	"p.rules:3: in: \"subjct\" is not subject, text, quoted, signature, "
	"from, to, attachment, sender, deadline or header:NAME; did you mean "
	"\"subject\"?\n"
	"p.rules:3: in: \"header:\" is not subject, text, quoted, signature, "
	"from, to, attachment, sender, deadline or header:NAME\n"
	"p.rules:4: in: \"header:A B\" is not subject, text, quoted, "
	"signature, from, to, attachment, sender, deadline or "
	"header:NAME\n"
	"p.rules:4: hits: empty\n"},
    {"topic \"x\" {}\nrule \"r\" { topic = \"x\" points = 1 match = \"\" "
     "why = \"w\" in = {}}\n",
	"p.rules:2: in: empty\np.rules:2: match: empty\n"},
    {"topic \"x\" {}\n"
     "rule \"r\" { topic = \"x\" points = 1 match = '.' why = \"w\" }\n"
     "rule \"r\" { topic = \"x\" points = 1 match = '.' why = \"w\" }\n",
	"p.rules:3: rule \"r\" is there already, in p.rules:2\n"},
    {"topic \"x\" {}\nrule \"r\" { topic = \"x\" points = 1\n"
     "match = \"\\bword\\b\" why = \"w\" }\n",
	"p.rules:3: warning: double quotes eat this pattern's backslashes; "
	"write it in single quotes\n"},
    {"topic \"x\" {}\nrule \"r\" { mtach = 'x' topic = \"x\" points = 1\n"
     "match = 'y' why = \"w\" }\n",
	"p.rules:2: unknown setting \"mtach\" in \"rule\"; did you mean "
	"\"match\"?\n"},
    {"desk \"x\" { }\n", "p.rules:1: unknown section \"desk\"\n"},
    {"rule \"r\" { topic = \"x\"\n",
	"p.rules:2: a setting or the '}' of \"rule\" in line 1 expected, not "
	"the end of the file\n"},
};

static void test_pack_cases(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(pack_cases); i++) {
		const Case *one = &pack_cases[i];
		bool loaded;
		g_autofree char *got = load(REST, one->conf, &loaded);

		assert_lines(one->conf, got, one->problems);
	}
}

static void test_text_limits(void **state)
{
	g_autofree char *longest = g_strnfill(8192, 'x');
	g_autofree char *fits =
	    g_strdup_printf("topic \"x\" {}\nrule \"r\" { topic = \"x\" points "
			    "= 1 why = \"w\"\n"
			    "match = '%s'\nhits = {'%s'} }\n",
		longest, longest);
	g_autofree char *over = g_strdup_printf(
	    "topic \"x\" {}\nrule \"r\" { topic = \"x\" points = 1 why = "
	    "\"%.501s\"\nmatch = '%sx'\nunless = {'%sx'} }\n"
	    "rule \"%.65s\" { topic = \"x\" points = 1 why = \"w\" "
	    "match = 'x' }\n",
	    longest, longest, longest, longest);
	bool loaded;
	g_autofree char *first = load(REST, fits, &loaded);
	g_autofree char *second = load(REST, over, &loaded);

	(void)state;
	assert_lines("fits", first, "");
	assert_lines("over", second,
	    "p.rules:2: why: longer than 500 bytes\n"
	    "p.rules:3: match: longer than 8192 bytes\n"
	    "p.rules:4: unless: longer than 8192 bytes\n"
	    "p.rules:5: the name of this rule is longer than 64 bytes\n");
}

static void test_nothing_there(void **state)
{
	bool loaded;
	g_autofree char *got =
	    load("rules { packs = {\"p.rules\"} }", TOPICS, &loaded);

	(void)state;
	assert_false(loaded);
	assert_lines("nothing", got,
	    " no desk: nothing is watched; desk \"NAME\" { addresses = "
	    "{ ... } }\n"
	    " no route \"default\", for what no topic fits; route "
	    "\"default\" { team = \"NAME\" }\n");
}

static void test_pack_files(void **state)
{
	bool loaded;
	g_autofree char *got = NULL;

	(void)state;
	assert_int_equal(g_mkdir("d.rules", 0700), 0);
	got = load("rules { packs = {\"none/*.rules\", \"none.rules\",\n"
		   "\"p.rules\", \"./p.rules\", \"[p].rules\", \"\"} }\n"
		   "desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"
		   "route \"default\" { team = \"none\" }\n",
	    TOPICS, &loaded);
	assert_false(loaded);
	assert_lines("packs", got,
	    "1: warning: packs: no file matches none/*.rules\n"
	    "1: none.rules: No such file or directory\n"
	    "2: packs: empty\n");
	g_free(got);
	got = load("rules { packs = {\"*.rules\"} }\n"
		   "desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"
		   "route \"default\" { team = \"none\" }\n",
	    TOPICS, &loaded);
	assert_lines("folder", got, "1: d.rules: is a folder\n");
	g_rmdir("d.rules");
}

/* A later pack's word for the same name stands, where the first one stood. */
static void test_later_pack_replaces(void **state)
{
	bool loaded;
	g_autofree char *got = NULL;

	(void)state;
	assert_true(g_file_set_contents("z.rules",
	    "topic \"safety\" { threshold = 7 }\n"
	    "rule \"a\" { topic = \"safety\" points = 9 match = 'y' "
	    "why = \"w\" }\n",
	    -1, NULL));
	got = load("rules { packs = {\"*.rules\"} }\n"
		   "desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"
		   "route \"default\" { team = \"none\" }\n",
	    "topic \"safety\" { threshold = 5 }\n"
	    "rule \"a\" { topic = \"safety\" points = 1 match = 'x' "
	    "why = \"w\" }\n",
	    &loaded);
	g_unlink("z.rules");
	assert_true(loaded);
	assert_lines("replaced", got,
	    "z.rules:1: warning: topic \"safety\" replaces the one in "
	    "p.rules:1\n"
	    "z.rules:2: warning: rule \"a\" replaces the one in p.rules:2\n");
}

/* What stands in a rule of the pack for the words that PACK has. */
static char *matched(const char *pack)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autoptr(Conf) conf = NULL;
	const Rule *rule;

	assert_true(g_file_set_contents("p.rules", pack, -1, NULL));
	conf = conf_load("a.conf", problems);
	assert_non_null(conf);
	rule = conf->rules->pdata[0];
	return g_strjoin(" ", rule->match,
	    rule->unless[0] != NULL ? rule->unless[0] : "", NULL);
}

static void test_words(void **state)
{
	bool loaded;
	g_autofree char *got = load(REST, TOPICS, &loaded);
	g_autofree char *text = NULL;

	(void)state;
	text = matched(TOPICS
	    "rule \"a\" { topic = \"safety\" points = 1 why = \"w\"\n"
	    "match = {'\\b%{arms}\\s+%\\{x}', 'z'} unless = {'%{toys}'} }\n"
	    "words \"guns\" { match = 'rifles?' }\n"
	    "words \"arms\" { match = {'%{guns}', 'axe|bow'} }\n"
	    "words \"toys\" { match = {'toy %{arms}'} }\n");
	assert_string_equal(text, "\\b(?:(?:rifles?)|axe|bow)\\s+%\\{x}|z "
				  "(?:toy (?:(?:rifles?)|axe|bow))");
}

#define A_RULE                                                   \
	"rule \"a\" { topic = \"safety\" points = 1 why = \"w\"" \
	" match = '%{arms}' }\n"

static void test_words_mistakes(void **state)
{
	static const Case cases[] = {
	    {TOPICS A_RULE "words \"army\" { match = 'x' }\n",
		"p.rules:3: unknown words \"arms\"; did you mean \"army\"?\n"},
	    {TOPICS "words \"arms\" { match = 'a %{legs}' }\n" A_RULE
		    "words \"legs\" { match = 'l %{arms}' }\n",
		"p.rules:3: words \"arms\" have themselves in them\n"},
	    {TOPICS A_RULE "words \"arms\" { }\n",
		"p.rules:4: words \"arms\" have no match\n"},
	    {TOPICS A_RULE "words \"arms\" { match = 'x' }\n"
			   "words \"arms\" { match = 'y' }\n",
		"p.rules:5: words \"arms\" is there already, in p.rules:4\n"},
	    {TOPICS "rule \"a\" { topic = \"safety\" points = 1 why = \"w\""
		    " match = 'x'\nunless = {'y',\n'%{arms'} }\n",
		"p.rules:5: unknown words \"\"\n"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		bool loaded;
		g_autofree char *got = load(REST, cases[i].conf, &loaded);

		assert_false(loaded);
		assert_lines(cases[i].conf, got, cases[i].problems);
	}
}

/* A later pack's words go into the rules of an earlier one. */
static void test_words_replaced(void **state)
{
	bool loaded;
	g_autofree char *got = NULL;

	(void)state;
	assert_true(g_file_set_contents(
	    "z.rules", "words \"arms\" { match = 'y' }\n", -1, NULL));
	got = load("rules { packs = {\"*.rules\"} }\n"
		   "desk \"ceo\" { addresses = {\"ceo@a.example\"} }\n"
		   "route \"default\" { team = \"none\" }\n",
	    TOPICS A_RULE "words \"arms\" { match = 'x' }\n", &loaded);
	assert_lines("replaced", got,
	    "z.rules:1: warning: words \"arms\" replaces the one in "
	    "p.rules:4\n");
	g_free(got);
	got = matched(TOPICS A_RULE "words \"arms\" { match = 'x' }\n");
	g_unlink("z.rules");
	assert_string_equal(got, "(?:y) ");
}

/* Each list twice the one before it: stopped by its size, and soon. */
static void test_words_explode(void **state)
{
	bool loaded;
	g_autoptr(GString) pack =
	    g_string_new(TOPICS A_RULE "words \"arms\" { match = '%{w0}' }\n");
	g_autofree char *got = NULL;

	(void)state;
	for (guint i = 0; i < 10; i++) {
		g_string_append_printf(pack, "words \"w%u\" { match = '", i);
		for (guint k = 0; k < 200; k++) {
			g_string_append_printf(pack, "%%{w%u}", i + 1);
		}
		g_string_append(pack, "' }\n");
	}
	g_string_append(pack, "words \"w10\" { match = 'x' }\n");
	got = load(REST, pack->str, &loaded);
	assert_false(loaded);
	assert_lines("size", got,
	    "p.rules:3: with its words this pattern is longer than 32768 "
	    "bytes, or all are together than 33554432\n");
}

/* Mistakes of all sorts and files in one run, by file and line. */
static void test_all_at_once(void **state)
{
	bool loaded;
	g_autofree char *got = load("milter { on-error = \"drop\" }  # one\n"
				    "# two\n"
				    "store { size = 1 }\n"
				    "route \"safety\" { team = \"trust\" }\n"
				    "\n"
				    "policy \"p\" { urgency = {\"urgent\"} }\n"
				    "socket = \"x\"\n" REST,
	    "rule \"r\" { topic = \"x\" }\n", &loaded);

	(void)state;
	assert_false(loaded);
	assert_lines("all", got,
	    "1: on-error: \"drop\" is not tempfail or accept\n"
	    "3: size: \"1\" is not a size like 512M or 64G (1M to 64T)\n"
	    "4: unknown team \"trust\"\n"
	    "6: urgency: \"urgent\" is not low, normal, high or critical\n"
	    "7: unknown setting \"socket\"; it belongs into \"milter\"\n"
	    "p.rules:1: rule \"r\" has no match\n"
	    "p.rules:1: rule \"r\" has no why\n"
	    "p.rules:1: warning: rule \"r\" changes nothing: it has neither "
	    "points nor urgency\n"
	    "p.rules:1: unknown topic \"x\"\n");
}

static void test_problem_texts(void **state)
{
	static const struct {
		ConfPlace place;
		bool warning;
		const char *text;
	} cases[] = {
	    {{"b", 2}, true, "b:2: warning: why"},
	    {{"b", 1}, false, "b:1: why"},
	    {{"a", 9}, false, "a:9: why"},
	    {{"b", 0}, true, "b: warning: why"},
	    {{NULL, 0}, false, "why"},
	};
	static const guint order[] = {4, 2, 3, 1, 0};
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);

	(void)state;
	assert_false(conf_problems_fatal(problems));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_ptr_array_add(problems, conf_problem_new(cases[i].place,
					      cases[i].warning, "%s", "why"));
		assert_int_equal(conf_problems_fatal(problems), i > 0);
	}
	conf_problems_sort(problems);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);

		assert_string_equal(text, cases[order[i]].text);
	}
	conf_problem_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_conf_cases),
	    cmocka_unit_test(test_pack_cases),
	    cmocka_unit_test(test_text_limits),
	    cmocka_unit_test(test_nothing_there),
	    cmocka_unit_test(test_pack_files),
	    cmocka_unit_test(test_later_pack_replaces),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_words_mistakes),
	    cmocka_unit_test(test_words_replaced),
	    cmocka_unit_test(test_words_explode),
	    cmocka_unit_test(test_all_at_once),
	    cmocka_unit_test(test_problem_texts),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
