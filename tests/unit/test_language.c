/* Languages of texts, and what an unknown one does to a score. */
#include "score_fixture.h"

#include "anteroom/language.h"

static const struct {
	const char *text, *language;
} cases[] = {
    {"", NULL},
    {"Ok.", NULL},
    {"Dzień dobry", NULL},
    {"kloz kloz kloz kloz kloz kloz kloz kloz kloz kloz kloz kloz kloz kloz "
     "kloz kloz kloz kloz",
	NULL},
    {"4711 4712 4713 4714 4715 4716 4717 4718 4719 4720 4721 4722", NULL},
    {"I write to you because nobody answers, and my telephone has been dead "
     "for three weeks.",
	"en"},
    {"ich schreibe Ihnen, weil seit drei Wochen niemand auf meine Fragen "
     "antwortet und das Telefon nicht geht.",
	"de"},
    {"je vous écris parce que personne ne répond à mes questions depuis "
     "trois semaines, et le téléphone est mort.",
	"fr"},
    {"le escribo porque nadie responde a mis preguntas desde hace tres "
     "semanas y el teléfono no funciona.",
	"es"},
    {"Szanowny Panie Prezesie, piszę do Pana w sprawie mojego rachunku, "
     "ponieważ nikt nie odpowiada na moje pytania od trzech tygodni.",
	"pl"},
    {"Gentile Signore, le scrivo perché nessuno risponde alle mie domande da "
     "tre settimane e il mio telefono non funziona più, vi prego di "
     "rispondermi al più presto.",
	"it"},
    {"Уважаемый господин директор, пишу вам, потому что никто не отвечает на "
     "мои вопросы уже три недели.",
	"ru"},
    {"お世話になっております。三週間前から電話が使えません。誰も返事をくれませ"
     "ん"
     "ので、お手紙を差し上げます。どうぞよろしくお願いいたします。",
	"ja"},
};

static void test_of(void **state)
{
	(void)state;
	g_autoptr(Languages) languages = languages_new();
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *found = language_of(
		    languages, cases[i].text, strlen(cases[i].text));
		if (g_strcmp0(found, cases[i].language) != 0) {
			print_message("%s: %s\n", cases[i].text,
			    found ? found : "unknown");
			fail();
		}
	}
	assert_true(language_has_rules(NULL));
	assert_true(language_has_rules("fr"));
	assert_false(language_has_rules("pl"));
}

/* Any bytes, cut anywhere. */
static void test_hostile(void **state)
{
	(void)state;
	g_autoptr(Languages) languages = languages_new();
	GRand *dice = g_rand_new_with_seed(7);
	for (int i = 0; i < 300; i++) {
		char bytes[600];
		for (gsize k = 0; k < sizeof bytes; k++) {
			bytes[k] = (char)(1 + g_rand_int_range(dice, 0, 255));
		}
		g_autofree char *valid = g_utf8_make_valid(bytes, sizeof bytes);
		gsize n = (gsize)g_rand_int_range(dice, 0, 600);
		const char *found = language_of(languages, valid, n);
		assert_true(!found || strlen(found) <= 3);
	}
	g_rand_free(dice);
}

static Topic sales = {.name = "sales", .threshold = 10};
static Rule low = {.name = "low",
    .topic = "sales",
    .points = 50,
    .urgency = -60,
    .sections = IN(SECTION_TEXT),
    .match = ".",
    .why = "anything"};

static void test_score(void **state)
{
	(void)state;
	Conf *conf = conf_made();
	GPtrArray *problems = problems_new();
	g_ptr_array_add(conf->topics, &sales);
	g_ptr_array_add(conf->rules, &low);
	g_autoptr(Ruleset) rules = ruleset_new(conf, problems);
	assert_non_null(rules);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Message mail;
		mail_init(&mail);
		mail_part(mail.text, cases[i].text, false);
		bool foreign = !language_has_rules(cases[i].language);
		g_autoptr(Score) score = ruleset_score(rules, &mail, NULL);
		assert_int_equal(score->foreign, foreign);
		if (foreign) {
			assert_int_equal(score->level, URGENCY_NORMAL);
			const ScoreHit *hit = g_ptr_array_index(score->hits, 1);
			assert_string_equal(
			    hit->rule->name, "unknown-language");
			assert_string_equal(hit->text, cases[i].language);
		}
		/* A machine may write what it likes. */
		mail.kind = KIND_LIST;
		g_autoptr(Score) list = ruleset_score(rules, &mail, NULL);
		assert_false(list->foreign);
		mail_clear(&mail);
	}
	g_ptr_array_unref(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_of),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_score),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
