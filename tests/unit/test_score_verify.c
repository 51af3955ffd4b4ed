/*
 * The pass that says where rules may hit, against PCRE2 alone: the same answer
 * on every message of the corpus and the demo, and on thousands that are glued
 * together from what the shipped rules are written for.
 */
#include "score_fixture.h"

#define GLUED 2000
#define PIECES 24

typedef struct {
	Conf *base, *conf;
	Ruleset *rules;
	GPtrArray *examples; /* of char: hits and misses of all rules */
} World;

static void add_all(GPtrArray *examples, const char *const *texts)
{
	for (; texts && *texts; texts++) {
		g_ptr_array_add(examples, (char *)(guintptr)*texts);
	}
}

static int world_open(void **state)
{
	const char *const packs[] = {"rules/*.rules", NULL};
	g_autoptr(GPtrArray) problems = problems_new();
	World *world = g_new0(World, 1);
	message_init();
	world->base = conf_made();
	world->conf = conf_with_packs(world->base, packs, problems);
	assert_non_null(world->conf);
	world->rules = ruleset_new(world->conf, problems);
	assert_non_null(world->rules);
	world->examples = g_ptr_array_new();
	for (guint i = 0; i < world->conf->rules->len; i++) {
		const Rule *rule = g_ptr_array_index(world->conf->rules, i);
		add_all(world->examples, rule->hits);
		add_all(world->examples, rule->misses);
	}
	assert_true(world->examples->len > 500);
	*state = world;
	return 0;
}

static int world_close(void **state)
{
	World *world = *state;
	ruleset_unref(world->rules);
	conf_unref(world->conf);
	conf_clear(world->base);
	g_ptr_array_unref(world->examples);
	g_free(world);
	return 0;
}

/* How many rules hit; fails when the two ways differ. */
static guint verify(
    const World *world, const Message *message, const char *name)
{
	g_autoptr(Score) pass = ruleset_score(world->rules, message, NULL);
	/* On a busy machine the time may be up: that says so, and is no
	 * difference. */
	for (int i = 0; i < 20 && pass->undecided; i++) {
		score_free(pass);
		pass = ruleset_score(world->rules, message, NULL);
	}
	g_autoptr(Score) alone =
	    ruleset_score_alone(world->rules, message, NULL);
	g_autofree char *differs = score_difference(pass, alone);
	if (differs) {
		print_message("%s: %s\n", name, differs);
	}
	assert_null(differs);
	return pass->hits->len;
}

static guint verify_folder(const World *world, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	guint n = 0;
	const char *name;
	assert_non_null(dir);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *bytes = NULL;
		gsize length;
		assert_true(g_file_get_contents(path, &bytes, &length, NULL));
		g_autoptr(Message) message = message_read(bytes, length, false);
		verify(world, message, path);
		n++;
	}
	return n;
}

static void test_corpus(void **state)
{
	assert_true(verify_folder(*state, "tests/corpus/message") > 10);
	assert_true(verify_folder(*state, "tests/demo/messages") > 10);
}

/* From one word of an example up to the rest of it. */
static void append_piece(GString *text, const World *world, GRand *dice)
{
	const GPtrArray *all = world->examples;
	const char *example = g_ptr_array_index(
	    all, (guint)g_rand_int_range(dice, 0, (gint)all->len));
	g_auto(GStrv) words = g_strsplit(example, " ", -1);
	gint n = (gint)g_strv_length(words);
	bool whole = g_rand_int_range(dice, 0, 3) > 0;
	gint from = whole ? 0 : g_rand_int_range(dice, 0, n);
	gint to = whole ? n : g_rand_int_range(dice, from, n) + 1;
	for (gint i = from; i < to; i++) {
		g_string_append(text, words[i]);
		g_string_append_c(text, i % 9 == 8 ? '\n' : ' ');
	}
}

static void append_glue(GString *text, GRand *dice)
{
	static const char *const glue[] = {"", " ", "\n", "\n\n", ". ", ", ",
	    "-", "_", "\xe2\x80\x8b", "\xc3\xa9", " and ", " not ", "\n> ",
	    "\n-- \n", " 1", "  ", "\xd0\xb0", "!"};
	g_string_append(
	    text, glue[g_rand_int_range(dice, 0, G_N_ELEMENTS(glue))]);
}

static char *glued(const World *world, GRand *dice)
{
	GString *text = g_string_new("From: a@example.org\nSubject: ");
	append_piece(text, world, dice);
	g_strdelimit(text->str, "\n", ' ');
	g_string_append(text, g_rand_int_range(dice, 0, 4)
				  ? "\n\n"
				  : "\nList-Id: <a.example.org>\n\n");
	gint n = g_rand_int_range(dice, 1, PIECES);
	for (gint i = 0; i < n; i++) {
		append_piece(text, world, dice);
		append_glue(text, dice);
	}
	return g_string_free(text, FALSE);
}

static void test_glued(void **state)
{
	const World *world = *state;
	GRand *dice = g_rand_new_with_seed(20261122);
	guint hits = 0;
	for (guint i = 0; i < GLUED; i++) {
		g_autofree char *text = glued(world, dice);
		g_autofree char *name = g_strdup_printf("glued %u", i);
		g_autoptr(Message) message =
		    message_read(text, strlen(text), false);
		hits += verify(world, message, name);
	}
	g_rand_free(dice);
	assert_true(hits > 3 * GLUED);
}

/* What is told apart, so that the above proves something. */
static void test_difference(void **state)
{
	const World *world = *state;
	const char text[] = "Subject: x\n\nI will kill you.";
	const char other[] = "Subject: x\n\nSo I will kill you.";
	g_autoptr(Message) one = message_read(text, sizeof text - 1, false);
	g_autoptr(Message) two = message_read(other, sizeof other - 1, false);
	g_autoptr(Message) none = message_read("", 0, false);
	g_autoptr(Score) a = ruleset_score(world->rules, one, NULL);
	g_autoptr(Score) b = ruleset_score(world->rules, two, NULL);
	g_autoptr(Score) c = ruleset_score(world->rules, none, NULL);
	g_autofree char *same = score_difference(a, a);
	g_autofree char *moved = score_difference(a, b);
	g_autofree char *missing = score_difference(a, c);
	g_autofree char *more = score_difference(c, a);
	assert_true(a->hits->len > 0);
	assert_null(same);
	assert_non_null(moved);
	assert_non_null(missing);
	assert_non_null(more);
	a->urgency++;
	g_autoptr(Score) again = ruleset_score(world->rules, one, NULL);
	g_autofree char *sum = score_difference(a, again);
	assert_non_null(sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_corpus),
	    cmocka_unit_test(test_glued),
	    cmocka_unit_test(test_difference),
	};
	return cmocka_run_group_tests(tests, world_open, world_close);
}
