/* Words that are spelt so as not to be found. */
#include "score_fixture.h"

#include "score/disguise.h"

typedef struct {
	const char *text, *word; /* NULL: nothing is disguised */
} DisguiseCase;

static const DisguiseCase cases[] = {
    {"", NULL},
    {"I will kill you", NULL},
    {"Don't we e-mail Mr. O'Neil, and/or Ann? At 5pm, on the 2nd.", NULL},
    {"Order 12345 of 2026-11-22 for $100, A4, mp3, covid19.", NULL},
    {"See https://a1b.example/x1y or ann1@example.org", NULL},
    {"a XXXX b", NULL},
    {"I will r a p e you", " rape "},
    {"I will r. a. p. e. you", " rape"},
    {"I will r.a.p.e you", " rape "},
    {"I will r-a-p-e you", " rape "},
    {"I will ra-pe you", " rape "},
    {"I will ki_ll you", " kill "},
    {"I will k1ll you", " kill "},
    {"I will ki11 you", " kill "},
    {"a b0mb!", " bomb!"},
    {"5uicide", "suicide"},
    {"su1c1d3", "suicide"},
    {"@ssault", "assault"},
    {"(r@pe)", "(rape)"},
    {"the r*pe of", " rape "},
    {"the b*mb of", " bomb "},
    {"I will kiiiill you", " kill "},
    {"I will r\xc3\xa1p\xc3\xa9 you", " rape "},
    {"I will k1ll y0u", " kill you"},
    {"I will ki1l y0u", " kill you"},
};

/* All readings of TEXT, a line each. Transfer full. */
static char *readings(const char *text)
{
	g_autoptr(Disguises) found = disguises_find(text, strlen(text));
	GString *all = g_string_new(NULL);
	GArray *seams = g_array_new(FALSE, FALSE, sizeof(Seam));
	for (guint i = 0; found && i < DISGUISE_READINGS; i++) {
		disguises_append(found, i, all, seams);
		g_string_append(all, all->len ? "\n" : "");
	}
	g_array_unref(seams);
	return g_string_free(all, FALSE);
}

static void test_words(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *all = readings(cases[i].text);
		if (!cases[i].word && *all) {
			print_message("%s: %s\n", cases[i].text, all);
			fail();
		} else if (!cases[i].word) {
			continue;
		} else if (!strstr(all, cases[i].word)) {
			print_message("%s: %s\n", cases[i].text, all);
			fail();
		}
	}
}

/* Only what is around such a word is read again. */
static void test_around(void **state)
{
	(void)state;
	GString *text = g_string_new(NULL);
	for (int i = 0; i < 1000; i++) {
		g_string_append(text, i == 500 ? "k1ll " : "word ");
	}
	g_autofree char *all = readings(text->str);
	assert_non_null(strstr(all, " word kill word "));
	assert_true(strlen(all) < 1500);
	g_string_free(text, TRUE);
}

/* Nothing but such words, of all kinds: linear. */
static void test_hostile(void **state)
{
	(void)state;
	static const char *const units[] = {"a ", "k1ll ", "a.b.c.", "*", "1",
	    "aaa", "\xc3\xa9", "\xff", "@", "r*pe ", "a-", "a. "};
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *text = text_repeated(units[i], 1024 * 1024);
		g_autofree char *all = readings(text);
		assert_true(strlen(all) <= 5 * strlen(text) + 100);
	}
}

static Topic topic = {.name = "t", .threshold = 40, .disguises = true};
static Rule rule = {.name = "r",
    .topic = "t",
    .points = 50,
    .sections = IN(SECTION_TEXT),
    .match = "\\bkill\\s+(you|him)\\b",
    .unless = WORDS("\\bnever\\s+kill"),
    .why = "because"};

static char *hit_in(const char *text, const char *name, bool disguises)
{
	Conf *conf = conf_made();
	GPtrArray *problems = problems_new();
	topic.disguises = disguises;
	g_ptr_array_add(conf->topics, &topic);
	g_ptr_array_add(conf->rules, &rule);
	Ruleset *rules = ruleset_new(conf, problems);
	assert_non_null(rules);
	Message mail;
	mail_init(&mail);
	mail_part(mail.text, text, false);
	char *names[] = {(char *)(guintptr)name, NULL};
	mail.attachments = names;
	g_autoptr(Score) score = ruleset_score(rules, &mail, NULL);
	char *words = NULL;
	if (score->hits->len) {
		const ScoreHit *hit = g_ptr_array_index(score->hits, 0);
		words = g_strdup(hit->text);
	}
	mail.attachments = NULL;
	mail_clear(&mail);
	ruleset_unref(rules);
	g_ptr_array_unref(problems);
	return words;
}

/* Figures by themselves are no word from any of them on; looked at anew from
 * each, these would take hours. */
static void test_figures(void **state)
{
	(void)state;
	const gsize bytes = 4 * 1024 * 1024;
	g_autofree char *text = g_malloc(bytes + 1);
	for (gsize i = 0; i < bytes; i++) {
		text[i] = i % 2 ? ' ' : '1';
	}
	text[bytes] = '\0';
	assert_null(disguises_find(text, bytes));
	memcpy(text + bytes - 8, " k1ll me", 8);
	g_autoptr(Disguises) found = disguises_find(text, bytes);
	assert_non_null(found);
}

/* A rule finds them where its topic says so, and shows what was written. */
static void test_rule(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *hit;
	} rows[] = {
	    {"x I will kill him", NULL, "kill him"},
	    {"x I will k1ll him", NULL, "k1ll him"},
	    {"x I will k i l l you. Soon.", NULL, "k i l l you"},
	    {"x ｋ１ｌｌ you.", NULL, "ｋ１ｌｌ you"},
	    {"x I will never k1ll him", NULL, NULL},
	    {"x", "I_k1ll_him.pdf", "k1ll_him"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *hit = hit_in(rows[i].text, rows[i].name, true);
		g_autofree char *plain =
		    hit_in(rows[i].text, rows[i].name, false);
		if (!rows[i].hit) {
			assert_null(hit);
			continue;
		}
		assert_non_null(hit);
		assert_string_equal(hit, rows[i].hit);
		assert_true(i == 0 ? plain != NULL : plain == NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_around),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_figures),
	    cmocka_unit_test(test_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
