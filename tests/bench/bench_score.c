/*
 * What scoring costs: CPU a message by PCRE2 alone, every rule over the whole
 * text, and by one pass first; both in turns in one run, over the same
 * messages. And how long the rules take to be ready.
 *
 * usage: bench_score RULES      so many generated rules, or
 *        bench_score FILE       those of a configuration
 *        ... FOLDER             over the messages there, not generated ones
 *
 * Prints one line: rules, ready_ms, alone_us, pass_us, hits (a message), and
 * whole_us, CPU of reading and scoring an ordinary letter from its bytes.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/score.h"
#include "letters.h"

#define MESSAGES 60
#define BODY_BYTES 2000
#define TURNS 5
#define LETTERS 64
#define TURN_US 150000
#define LEAST 5 /* messages, however long they take */
#define VOCABULARY 20000

/* The words that any mail is full of. */
static const char *const everyday[] = {"the", "to", "and", "of", "a", "in",
    "is", "that", "for", "it", "you", "on", "was", "with", "be", "this", "have",
    "I", "not", "are", "we", "as", "at", "your", "from", "but", "by", "my",
    "me", "they", "would", "been", "an", "there", "so", "if", "what", "about",
    "will", "when", "no", "or", "can", "has", "our", "which", "one", "had",
    "time", "could", "them", "please", "who", "more", "any", "how", "since",
    "after", "service", "company", "customer", "number", "call", "again"};

static GRand *dice;
static char *vocabulary[VOCABULARY];

static char *word_made(void)
{
	static const char *const begins[] = {"b", "br", "c", "ch", "d", "f",
	    "fl", "g", "gr", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "st",
	    "t", "tr", "v", "w"};
	static const char *const middles[] = {
	    "a", "e", "i", "o", "u", "ea", "ou", "ai", "\xc3\xbc", "\xc3\xa9"};
	static const char *const ends[] = {
	    "", "n", "r", "s", "t", "l", "ck", "nd", "m"};
	GString *word = g_string_new(NULL);
	int syllables = g_rand_int_range(dice, 2, 4);
	for (int i = 0; i < syllables; i++) {
		g_string_append(word,
		    begins[g_rand_int_range(dice, 0, G_N_ELEMENTS(begins))]);
		/* The accented ones are rare. */
		int n = g_rand_int_range(dice, 0, 10) ? 8 : 10;
		g_string_append(word, middles[g_rand_int_range(dice, 0, n)]);
		g_string_append(
		    word, ends[g_rand_int_range(dice, 0, G_N_ELEMENTS(ends))]);
	}
	return g_string_free(word, FALSE);
}

/* A word, the first ones much more often than the last. */
static const char *word_used(void)
{
	double x = g_rand_double(dice);
	return vocabulary[(int)(x * x * (VOCABULARY - 1))];
}

static const char *word(void)
{
	return vocabulary[g_rand_int_range(dice, 0, VOCABULARY)];
}

static char *pattern_made(int kind)
{
	switch (kind % 5) {
	case 0:
		return g_strdup_printf(
		    "\\b(%s|%s|%s)\\s+(my|our|your)?\\s?%s\\b", word(), word(),
		    word(), word());
	case 1:
		return g_strdup_printf(
		    "\\b%s\\w*\\s+(%s|%s)\\b", word(), word(), word());
	case 2:
		return g_strdup_printf("\\b(%s|%s)\\b[^.!?]{0,40}\\b(%s|%s)\\b",
		    word(), word(), word(), word());
	case 3:
		return g_strdup_printf("\\b%s(s|ed|ing)?\\b", word());
	default:
		return g_strdup_printf("\\b(i|we)\\s+(have|had|was|were)\\s+"
				       "(\\w+\\s+)?%s(ed)?\\b",
		    word());
	}
}

static Conf *conf_made(guint n)
{
	static Topic topic = {.name = "topic", .title = "T", .threshold = 40};
	Conf *conf = g_new0(Conf, 1);
	conf->refs = 1;
	conf->topics = g_ptr_array_new();
	conf->rules = g_ptr_array_new();
	g_ptr_array_add(conf->topics, &topic);
	for (guint i = 0; i < n; i++) {
		Rule *rule = g_new0(Rule, 1);
		rule->name = g_strdup_printf("rule-%u", i);
		rule->topic = "topic";
		rule->points = 1;
		rule->sections = 1u << SECTION_SUBJECT | 1u << SECTION_TEXT;
		rule->match = pattern_made((int)i);
		g_ptr_array_add(conf->rules, rule);
	}
	return conf;
}

static Conf *conf_loaded(const char *path)
{
	GPtrArray *problems = g_ptr_array_new();
	Conf *conf = conf_load(path, problems);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *why =
		    conf_problem_text(g_ptr_array_index(problems, i));
		fprintf(stderr, "%s\n", why);
	}
	if (!conf) {
		exit(1);
	}
	return conf;
}

static Message *message_made(void)
{
	GString *mail = g_string_new("From: Ann <ann@example.org>\n"
				     "To: ceo@example.com\n"
				     "Subject: ");
	g_string_append_printf(mail, "%s %s\n\n", word_used(), word_used());
	while (mail->len < BODY_BYTES) {
		int n = g_rand_int_range(dice, 4, 16);
		for (int i = 0; i < n; i++) {
			bool plain = g_rand_int_range(dice, 0, 100) < 60;
			g_string_append(
			    mail, plain ? everyday[g_rand_int_range(
					      dice, 0, G_N_ELEMENTS(everyday))]
					: word_used());
			g_string_append(mail, i + 1 < n ? " " : ".\n");
		}
	}
	Message *message = message_read(mail->str, mail->len, false);
	g_string_free(mail, TRUE);
	return message;
}

static GPtrArray *messages_of(const char *folder)
{
	GPtrArray *messages = g_ptr_array_new();
	GDir *dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
	const char *name;
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *bytes = NULL;
		gsize length;
		if (g_file_get_contents(path, &bytes, &length, NULL)) {
			g_ptr_array_add(
			    messages, message_read(bytes, length, false));
		}
	}
	for (int i = 0; !folder && i < MESSAGES; i++) {
		g_ptr_array_add(messages, message_made());
	}
	if (!messages->len) {
		exit(1);
	}
	return messages;
}

static double cpu_us(void)
{
	struct timespec used;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

typedef Score *(*Way)(
    Ruleset *rules, const Message *message, const ScoreContext *context);

/* Microseconds a message: over and over, for TURN_US. */
static double turn(Way way, Ruleset *rules, const GPtrArray *messages)
{
	double begun_us = cpu_us();
	double took_us = 0;
	guint n = 0;
	while (n < LEAST || took_us < TURN_US) {
		score_free(way(rules,
		    g_ptr_array_index(messages, n++ % messages->len), NULL));
		took_us = cpu_us() - begun_us;
	}
	return took_us / n;
}

static GPtrArray *letters_made(void)
{
	GPtrArray *letters = g_ptr_array_new();
	for (guint i = 0; i < LETTERS; i++) {
		char *body = letter_body(i, BODY_BYTES);
		if (!body) {
			exit(1);
		}
		g_ptr_array_add(letters,
		    g_strdup_printf("From: Customer %u <customer%u@customers."
				    "example>\nTo: <ceo@example.com>\n"
				    "Subject: About order %u\n"
				    "Message-ID: <m%u@customers.example>\n"
				    "Date: Sat, 21 Nov 2026 10:00:00 +0000\n"
				    "MIME-Version: 1.0\n"
				    "Content-Type: text/plain; charset=utf-8\n"
				    "\n%s",
			i, i, i, i, body));
		free(body);
	}
	return letters;
}

/* Microseconds to read and score one of LETTERS. */
static double turn_whole(Ruleset *rules, const GPtrArray *letters)
{
	double begun_us = cpu_us();
	double took_us = 0;
	guint n = 0;
	while (n < LEAST || took_us < TURN_US) {
		const char *letter =
		    g_ptr_array_index(letters, n++ % letters->len);
		Message *message = message_read(letter, strlen(letter), false);
		score_free(ruleset_score(rules, message, NULL));
		message_free(message);
		took_us = cpu_us() - begun_us;
	}
	return took_us / n;
}

/* Hits of the first messages; both ways must agree. */
static double hits(Ruleset *rules, const GPtrArray *messages)
{
	gsize all = 0;
	for (guint i = 0; i < LEAST; i++) {
		const Message *message =
		    g_ptr_array_index(messages, i % messages->len);
		g_autoptr(Score) alone =
		    ruleset_score_alone(rules, message, NULL);
		g_autoptr(Score) pass = ruleset_score(rules, message, NULL);
		if (alone->hits->len != pass->hits->len) {
			fprintf(stderr, "the hits differ\n");
			exit(1);
		}
		all += pass->hits->len;
	}
	return (double)all / LEAST;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_score RULES|FILE [FOLDER]\n");
		return 2;
	}
	message_init();
	dice = g_rand_new_with_seed(20261122);
	for (int i = 0; i < VOCABULARY; i++) {
		vocabulary[i] = word_made();
	}
	unsigned long n = strtoul(argv[1], NULL, 10);
	Conf *conf = n ? conf_made((guint)n) : conf_loaded(argv[1]);
	GPtrArray *messages = messages_of(argc > 2 ? argv[2] : NULL);
	GPtrArray *problems = g_ptr_array_new();
	double begun_us = cpu_us();
	Ruleset *rules = ruleset_new(conf, problems);
	double ready_ms = (cpu_us() - begun_us) / 1000;
	if (!rules) {
		return 1;
	}
	double n_hits = hits(rules, messages);
	GPtrArray *letters = letters_made();
	double alone_us[TURNS], pass_us[TURNS], whole_us[TURNS];
	for (int i = 0; i < TURNS; i++) {
		alone_us[i] = turn(ruleset_score_alone, rules, messages);
		pass_us[i] = turn(ruleset_score, rules, messages);
		whole_us[i] = turn_whole(rules, letters);
	}
	qsort(alone_us, TURNS, sizeof *alone_us, compare);
	qsort(pass_us, TURNS, sizeof *pass_us, compare);
	qsort(whole_us, TURNS, sizeof *whole_us, compare);
	printf("rules=%u ready_ms=%.1f alone_us=%.1f pass_us=%.1f hits=%.1f "
	       "whole_us=%.1f\n",
	    ruleset_size(rules), ready_ms, alone_us[TURNS / 2],
	    pass_us[TURNS / 2], n_hits, whole_us[TURNS / 2]);
	return 0;
}
