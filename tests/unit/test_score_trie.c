/* Many words at once: the same places that looking for each one finds. */
#include "score_fixture.h"

#include "score/trie.h"

#define LETTERS 3
#define WORDS_MAX 40

typedef struct {
	const GPtrArray *words;
	const guint8 *text;
	guint found;
	guint stop_at; /* enough */
	gsize begin;   /* of the last one */
} Seen;

static bool on_found(guint word, gsize end, gpointer data)
{
	Seen *seen = data;
	gsize length;
	const void *letters =
	    g_bytes_get_data(g_ptr_array_index(seen->words, word), &length);
	assert_true(end >= length);
	assert_memory_equal(seen->text + end - length, letters, length);
	assert_true(end - length >= seen->begin);
	seen->begin = end - length;
	return ++seen->found != seen->stop_at;
}

static guint naive(const GPtrArray *words, const guint8 *text, gsize length)
{
	guint n = 0;
	for (guint i = 0; i < words->len; i++) {
		gsize size;
		const void *letters =
		    g_bytes_get_data(g_ptr_array_index(words, i), &size);
		for (gsize at = 0; at + size <= length; at++) {
			n += memcmp(text + at, letters, size) == 0;
		}
	}
	return n;
}

static GPtrArray *random_words(GRand *rand)
{
	GPtrArray *words =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	int n = g_rand_int_range(rand, 0, WORDS_MAX);
	for (int i = 0; i < n; i++) {
		guint8 letters[12];
		gsize length = (gsize)g_rand_int_range(rand, 1, 12);
		for (gsize k = 0; k < length; k++) {
			letters[k] = (guint8)g_rand_int_range(rand, 0, LETTERS);
		}
		g_autoptr(GBytes) word = g_bytes_new(letters, length);
		if (!g_ptr_array_find_with_equal_func(
			words, word, g_bytes_equal, NULL)) {
			g_ptr_array_add(words, g_bytes_ref(word));
		}
	}
	return words;
}

static void test_random(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(20261122);
	guint found = 0;
	for (int i = 0; i < 2000; i++) {
		g_autoptr(GPtrArray) words = random_words(rand);
		g_autoptr(Trie) trie = trie_new(words);
		guint8 text[80 + TRIE_AHEAD];
		for (gsize k = 0; k < sizeof text; k++) {
			text[k] = (guint8)g_rand_int_range(rand, 0, LETTERS);
		}
		Seen seen = {.words = words, .text = text};
		gsize length = (gsize)g_rand_int_range(rand, 0, 81);
		Walk walk = {text, length, on_found, &seen};
		assert_true(trie_walk(trie, &walk));
		assert_int_equal(seen.found, naive(words, text, length));
		found += seen.found;
		if (seen.found > 1) {
			Seen few = {words, text, 0, 2, 0};
			walk.data = &few;
			assert_false(trie_walk(trie, &walk));
			assert_int_equal(few.found, 2);
		}
	}
	assert_true(found > 10000);
	g_rand_free(rand);
}

/* The highest letter, the longest text of one word. */
static void test_letters(void **state)
{
	(void)state;
	guint8 letters[8 + TRIE_AHEAD];
	memset(letters, TRIE_LETTERS - 1, sizeof letters);
	g_autoptr(GPtrArray) words =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_ptr_array_add(words, g_bytes_new(letters, 8));
	g_autoptr(Trie) trie = trie_new(words);
	Seen seen = {.words = words, .text = letters};
	Walk walk = {letters, 8, on_found, &seen};
	assert_true(trie_walk(trie, &walk));
	assert_int_equal(seen.found, 1);
	walk.length = 7;
	assert_true(trie_walk(trie, &walk));
	assert_int_equal(seen.found, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
