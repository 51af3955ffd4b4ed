/*
 * A fuzz target: FUZZ(folder) { check DATA of SIZE bytes }. Each is built two
 * ways: with libFuzzer (make fuzz, needs clang), and as an ordinary test that
 * replays the corpus, every file whole, cut short and with bytes changed.
 * Include once, after cmocka's headers.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, in both builds. */
#define FUZZ_CHECK(what)                                                 \
	do {                                                             \
		if (!(what)) {                                           \
			g_error("%s:%d: %s", __FILE__, __LINE__, #what); \
		}                                                        \
	} while (0)

#define FUZZ_UTF8(text, length)                              \
	FUZZ_CHECK(memchr((text), '\0', (length)) == NULL && \
		   g_utf8_validate((text), (gssize)(length), NULL))

#ifdef ANTEROOM_LIBFUZZER
#define FUZZ(corpus) \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
#else

#define FUZZ_CHANGES 40 /* of each file, at places that repeat */

static inline void fuzz_replay_file(const char *bytes, gsize length)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, length);
	for (int i = 0; i < 16; i++) {
		LLVMFuzzerTestOneInput(
		    (const uint8_t *)bytes, length * (gsize)i / 16);
	}
	g_autofree char *copy = g_malloc(length + 1);
	memcpy(copy, bytes, length);
	for (int i = 0; i < FUZZ_CHANGES && length > 0; i++) {
		static const char odd[] = "\0\n<>=?;&\"-\xff\x80";
		gsize at = g_rand_int(rand) % length;
		copy[at] = odd[g_rand_int(rand) % (sizeof(odd) - 1)];
		LLVMFuzzerTestOneInput((const uint8_t *)copy, length);
	}
}

static inline void fuzz_replay(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	assert_non_null(dir);
	guint files = 0;
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *bytes = NULL;
		gsize length;
		assert_true(g_file_get_contents(path, &bytes, &length, NULL));
		fuzz_replay_file(bytes, length);
		files++;
	}
	assert_true(files > 0);
}

#define FUZZ(corpus)                                              \
	static void test_replay(void **state)                     \
	{                                                         \
		(void)state;                                      \
		fuzz_replay("tests/corpus/" corpus);              \
	}                                                         \
	int main(void)                                            \
	{                                                         \
		const struct CMUnitTest tests[] = {               \
		    cmocka_unit_test(test_replay),                \
		};                                                \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}                                                         \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
#endif

#endif
