/* Deadlines as facts, and rules that look at them. */
#include "score_fixture.h"

#include "anteroom/times.h"
#include "score/deadline.h"

/* Friday, 27 November 2026, 12:00 in London. */
#define ARRIVAL_S G_GINT64_CONSTANT(1795780800)
static const ScoreContext london = {
    .arrival_s = ARRIVAL_S,
    .zone = "Europe/London",
};

typedef struct {
	const char *text;
	const char *fact; /* NULL: none */
} Row;

static const Row rows[] = {
    /* what is asked, how near */
    {"Please answer by 1 pm.",
	"within 2 hours, asked: by 1 pm (Fri 27 Nov 13:00)"},
    {"I need your answer by 5 pm today.",
	"within a day, asked: by 5 pm today (Fri 27 Nov 17:00)"},
    {"Please answer by tomorrow noon.",
	"within a day, asked: by tomorrow noon (Sat 28 Nov 12:00)"},
    {"Please call before 5pm ET.",
	"within a day, asked: before 5pm ET (Fri 27 Nov 22:00)"},
    {"You must reply within 48 hours.",
	"within 2 days, asked: within 48 hours (Sun 29 Nov 12:00)"},
    {"Bitte antworten Sie bis Montag.",
	"within a week, asked: bis Montag (Mon 30 Nov 23:59)"},
    {"Merci de me r\xc3\xa9pondre d'ici mardi.",
	"within a week, asked: d'ici mardi (Tue 1 Dec 23:59)"},
    {"Por favor responda antes del martes.",
	"within a week, asked: antes del martes (Mon 30 Nov 23:59)"},
    {"Please pay by 31 December.",
	"later, asked: by 31 December (Thu 31 Dec 23:59)"},
    /* a word makes any date a deadline */
    {"The hearing is on Monday.",
	"within a week, asked: on Monday (Mon 30 Nov 23:59)"},
    {"My deadline: tomorrow at 9.",
	"within a day, asked: tomorrow at 9 (Sat 28 Nov 09:00)"},
    {"Die Frist l\xc3\xa4uft am 30.11. ab.",
	"within a week, asked: am 30.11. (Mon 30 Nov 23:59)"},
    {"They will foreclose tomorrow.",
	"within 2 days, asked: tomorrow (Sat 28 Nov 23:59)"},
    /* of sales and of what happens anyway */
    {"Order by midnight and save.",
	"within a day, offered: by midnight (Sat 28 Nov 00:00)"},
    {"Please RSVP by tomorrow.",
	"within 2 days, offered: by tomorrow (Sat 28 Nov 23:59)"},
    {"Our offer ends by tomorrow, please call.",
	"within 2 days, offered: by tomorrow (Sat 28 Nov 23:59)"},
    {"We need your decision on the offer by tomorrow.",
	"within 2 days, asked: by tomorrow (Sat 28 Nov 23:59)"},
    {"I will be in Rome until Monday.",
	"within a week, said: until Monday (Mon 30 Nov 23:59)"},
    /* "until" lasts, unless the reader has until then */
    {"Please call my deputy, I am out until 5 pm.",
	"within a day, said: until 5 pm (Fri 27 Nov 17:00)"},
    {"The course needs a room and runs till 5 pm.",
	"within a day, said: till 5 pm (Fri 27 Nov 17:00)"},
    {"You have until 5 pm to answer.",
	"within a day, asked: until 5 pm (Fri 27 Nov 17:00)"},
    /* what the writer promises, or demands whoever is to act */
    {"I will confirm it by 5 pm.",
	"within a day, said: by 5 pm (Fri 27 Nov 17:00)"},
    {"We will call your office by 5 pm.",
	"within a day, asked: by 5 pm (Fri 27 Nov 17:00)"},
    {"We will need a signature by 5 pm.",
	"within a day, asked: by 5 pm (Fri 27 Nov 17:00)"},
    /* one moment in two ways */
    {"Please answer by tonight (3 March 2001).", NULL},
    /* dates that ask for nothing */
    {"Due to the storm today we are late.", NULL},
    {"It was released today after the hearing.", NULL},
    {"The meeting is tomorrow at ten.", NULL},
    {"I saw him today. Please call me.", NULL},
    {"Please find my letter of 3 March.", NULL},
    {"You were to answer by 20 November.", NULL},
    {"We have been customers since Monday. Please help.", NULL},
    {"Good morning to you all.", NULL},
    {"", NULL},
};

static char **facts_of(const char *subject, const char *text)
{
	Message mail;
	mail_init(&mail);
	mail_subject(&mail, subject);
	mail_part(mail.text, text, false);
	char **facts = deadline_facts(&mail, &london);
	mail_clear(&mail);
	return facts;
}

static void test_facts(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) facts = facts_of("", rows[i].text);
		const char *first = facts ? facts[0] : NULL;
		if (g_strcmp0(first, rows[i].fact) != 0 ||
		    (first && facts[1])) {
			fail_msg("\"%s\": %s", rows[i].text,
			    first ? first : "nothing");
		}
	}
}

/* One a kind, the nearest; the subject counts, hidden text doesn't. */
static void test_nearest(void **state)
{
	(void)state;
	g_auto(GStrv) facts = facts_of("Answer by tomorrow noon",
	    "Please reply by Monday.\n\nOrder by tonight.\n\nPlease sign by "
	    "Tuesday.");
	assert_int_equal(g_strv_length(facts), 2);
	assert_string_equal(facts[0],
	    "within a day, asked: by tomorrow noon (Sat 28 Nov 12:00)");
	assert_true(g_str_has_prefix(facts[1], "within a day, offered: "));

	Message mail;
	mail_init(&mail);
	mail_part(mail.text, "Please answer by 5 pm.", true);
	g_auto(GStrv) hidden = deadline_facts(&mail, &london);
	assert_true(!hidden || !hidden[0]);
	mail_clear(&mail);
}

static void test_no_arrival(void **state)
{
	const ScoreContext never = {0};
	Message mail;
	(void)state;
	mail_init(&mail);
	mail_part(mail.text, "Please answer by 5 pm.", false);
	assert_null(deadline_facts(&mail, &never));
	mail_clear(&mail);
}

/* A rule of the section adds its points, and shows the words. */
static void test_rule(void **state)
{
	static Topic urgency = {.name = "urgency", .threshold = 1000};
	static Rule rule = {
	    .name = "deadline-within-a-day",
	    .topic = "urgency",
	    .urgency = 25,
	    .sections = IN(SECTION_DEADLINE),
	    .match = "^within a day, asked: .*",
	    .why = "asks for something within a day",
	    .place = {"test.rules", 7},
	};
	Conf *conf = conf_made();
	GPtrArray *problems = problems_new();
	Message mail;
	(void)state;
	g_ptr_array_add(conf->topics, &urgency);
	g_ptr_array_add(conf->rules, &rule);
	g_autoptr(Ruleset) rules = ruleset_new(conf, problems);
	assert_int_equal(problems->len, 0);
	mail_init(&mail);
	mail_part(mail.text, "Please answer by tomorrow noon.", false);
	g_autoptr(Score) score = ruleset_score(rules, &mail, &london);
	assert_int_equal(score->urgency, 50);
	const ScoreHit *hit = g_ptr_array_index(score->hits, 0);
	assert_int_equal(hit->section, SECTION_DEADLINE);
	assert_string_equal(hit->text,
	    "within a day, asked: by tomorrow noon (Sat 28 Nov 12:00)");
	g_autoptr(Score) without = ruleset_score(rules, &mail, NULL);
	assert_int_equal(without->urgency, 25);
	assert_int_equal(without->hits->len, 0);
	mail_clear(&mail);
	g_ptr_array_unref(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_nearest),
	    cmocka_unit_test(test_no_arrival),
	    cmocka_unit_test(test_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
