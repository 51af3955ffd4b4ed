/* The guard against messages that end the process, and its hash. */
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "anteroom/error.h"
#include "intake/internal.h"

#define NOW_S 1800000000
#define DAY_S (24 * 3600)

typedef struct {
	char *folder, *path;
	Poison *poison;
	PoisonGuard guard;
} Fixture;

static void reopen(Fixture *fixture, gint64 now_s)
{
	g_autoptr(GError) error = NULL;

	poison_close(fixture->poison);
	fixture->poison = poison_open(fixture->folder, now_s, &error);
	assert_non_null(fixture->poison);
	poison_guard(fixture->poison, &fixture->guard);
}

static int set_up(void **state)
{
	Fixture *fixture = g_new0(Fixture, 1);

	fixture->folder = g_dir_make_tmp("anteroom-poison-XXXXXX", NULL);
	fixture->path = g_build_filename(fixture->folder, "poison", NULL);
	reopen(fixture, NOW_S);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	Fixture *fixture = *state;

	poison_close(fixture->poison);
	g_unlink(fixture->path);
	g_rmdir(fixture->folder);
	g_free(fixture->path);
	g_free(fixture->folder);
	g_free(fixture);
	return 0;
}

static bool enter(Fixture *fixture, const char *message, gpointer *mark)
{
	return fixture->guard.enter(
	    fixture->guard.data, message, strlen(message), mark);
}

/* Enters and leaves; was it let in? */
static bool passes(Fixture *fixture, const char *message)
{
	gpointer mark = NULL;
	bool let_in = enter(fixture, message, &mark);

	fixture->guard.leave(fixture->guard.data, mark);
	return let_in;
}

/* A process that ends while it reads MESSAGE. */
static void end_with(Fixture *fixture, const char *message, bool crash)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		gpointer mark;

		enter(fixture, message, &mark);
		if (crash) {
			poison_crashed(fixture->poison);
		}
		_exit(1);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void crash_with(Fixture *fixture, const char *message)
{
	end_with(fixture, message, true);
}

static const char bad[] =
    "Received: by a\r\nMessage-ID: <1@x>\r\nSubject: s\r\n\r\nbody\r\n";

static void test_crash_is_remembered(void **state)
{
	Fixture *fixture = *state;

	assert_true(passes(fixture, bad));
	crash_with(fixture, bad);
	reopen(fixture, NOW_S + 5);
	assert_int_equal(poison_suspects(fixture->poison), 1);
	assert_false(passes(fixture, bad));
	assert_true(passes(fixture, "Message-ID: <2@x>\r\n\r\nbody\r\n"));
}

/* A kill may have met an innocent; twice the same is no chance. */
static void test_kill_is_forgiven_once(void **state)
{
	Fixture *fixture = *state;

	end_with(fixture, bad, false);
	reopen(fixture, NOW_S + 5);
	assert_int_equal(poison_suspects(fixture->poison), 0);
	assert_true(passes(fixture, bad));
	end_with(fixture, bad, false);
	reopen(fixture, NOW_S + 10);
	assert_int_equal(poison_suspects(fixture->poison), 1);
	assert_false(passes(fixture, bad));
}

/* What a second try of the mail server's changes, and what makes another. */
static void test_what_the_digest_sees(void **state)
{
	static const struct {
		const char *message;
		bool same;
	} cases[] = {
	    {"Received: by b\r\nMessage-ID: <1@x>\r\nSubject: "
	     "t\r\n\r\nbody\r\n",
		true},
	    {"message-id: <1@x>\r\n\r\nbody\r\n", false},
	    {"Message-ID: <1@x>\r\n\r\nbody\r\n", true},
	    {"Message-ID: <3@x>\r\n\r\nbody\r\n", false},
	    {"Message-ID: <1@x>\r\n\r\nBody\r\n", false},
	    {"Message-ID: <1@x>\r\n\r\n", false},
	    {"Message-ID: <1@x>", false},
	    {"Subject: s\r\n\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n", false},
	    {"\r\nbody\r\n", false},
	    {"", false},
	};
	Fixture *fixture = *state;

	crash_with(fixture, bad);
	reopen(fixture, NOW_S);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(
		    passes(fixture, cases[i].message), !cases[i].same);
	}
}

static void test_suspicion_ends(void **state)
{
	Fixture *fixture = *state;

	crash_with(fixture, bad);
	reopen(fixture, NOW_S);
	reopen(fixture, NOW_S + 6 * DAY_S);
	assert_false(passes(fixture, bad));
	reopen(fixture, NOW_S + 8 * DAY_S);
	assert_int_equal(poison_suspects(fixture->poison), 0);
	assert_true(passes(fixture, bad));
}

static void test_more_crashes_than_room(void **state)
{
	Fixture *fixture = *state;
	char last[64] = "";

	for (int i = 0; i < 300; i++) {
		gpointer mark;

		g_snprintf(last, sizeof last, "Message-ID: <%d@y>\r\n\r\n", i);
		assert_true(enter(fixture, last, &mark));
		poison_crashed(fixture->poison);
		reopen(fixture, NOW_S + i); /* without leave: it ended */
	}
	assert_int_equal(poison_suspects(fixture->poison), 256);
	assert_false(passes(fixture, last));
	assert_true(passes(fixture, "Message-ID: <0@y>\r\n\r\n"));
}

static void test_more_readers_than_slots(void **state)
{
	Fixture *fixture = *state;
	gpointer marks[300];

	for (int i = 0; i < 300; i++) {
		g_autofree char *text = g_strdup_printf("\r\n%d", i);

		assert_true(enter(fixture, text, &marks[i]));
		assert_int_equal(marks[i] != NULL, i < 256);
	}
	for (int i = 0; i < 300; i++) {
		fixture->guard.leave(fixture->guard.data, marks[i]);
	}
	reopen(fixture, NOW_S);
	assert_int_equal(poison_suspects(fixture->poison), 0);
}

static gpointer many(gpointer data)
{
	Fixture *fixture = data;

	for (int i = 0; i < 2000; i++) {
		char text[32];

		g_snprintf(text, sizeof text, "\r\n%d", i % 7);
		assert_true(passes(fixture, text));
	}
	return NULL;
}

static void test_threads(void **state)
{
	GThread *threads[4];

	for (int i = 0; i < 4; i++) {
		threads[i] = g_thread_new("reader", many, *state);
	}
	for (int i = 0; i < 4; i++) {
		g_thread_join(threads[i]);
	}
}

static void test_damaged_file_is_begun_anew(void **state)
{
	static const struct {
		const char *bytes;
		gssize n;
	} files[] = {{"", 0}, {"short", 5}, {"another format   ", 17}};
	Fixture *fixture = *state;
	struct stat there;

	crash_with(fixture, bad);
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		poison_close(g_steal_pointer(&fixture->poison));
		assert_true(g_file_set_contents(
		    fixture->path, files[i].bytes, files[i].n, NULL));
		reopen(fixture, NOW_S);
		assert_int_equal(poison_suspects(fixture->poison), 0);
		assert_true(passes(fixture, bad));
	}
	assert_int_equal(stat(fixture->path, &there), 0);
	assert_true(there.st_size > 0);
}

static void test_no_folder(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_null(poison_open("/nonexistent/folder", NOW_S, &error));
	assert_true(g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG));
	assert_non_null(strstr(error->message, "/nonexistent/folder/poison"));
}

/* The first vectors of the authors' table for 128 bits, and feeding in
 * pieces. */
static void test_siphash(void **state)
{
	static const char *const expected[] = {
	    "a3817f04ba25a8e66df67214c7550293",
	    "da87c1d86b99af44347659119b22fc45",
	    "8177228da4a45dc7fca38bdef60affe4",
	};
	guint8 key[16], text[64], digest[16], again[16];
	SipHash hash;

	(void)state;
	for (guint8 i = 0; i < 64; i++) {
		text[i] = i;
		key[i % 16] = i % 16;
	}
	for (gsize n = 0; n < G_N_ELEMENTS(expected); n++) {
		GString *hex = g_string_new(NULL);

		siphash_begin(&hash, key);
		siphash_feed(&hash, text, n);
		siphash_end(&hash, digest);
		for (int i = 0; i < 16; i++) {
			g_string_append_printf(hex, "%02x", digest[i]);
		}
		assert_string_equal(hex->str, expected[n]);
		g_string_free(hex, TRUE);
	}
	for (gsize piece = 1; piece < 20; piece++) {
		siphash_begin(&hash, key);
		for (gsize at = 0; at < 61; at += piece) {
			siphash_feed(&hash, text + at, MIN(piece, 61 - at));
		}
		siphash_end(&hash, piece == 1 ? digest : again);
		assert_true(piece == 1 || memcmp(digest, again, 16) == 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_crash_is_remembered),
	    TEST(test_kill_is_forgiven_once),
	    TEST(test_what_the_digest_sees),
	    TEST(test_suspicion_ends),
	    TEST(test_more_crashes_than_room),
	    TEST(test_more_readers_than_slots),
	    TEST(test_threads),
	    TEST(test_damaged_file_is_begun_anew),
	    TEST(test_no_folder),
	    cmocka_unit_test(test_siphash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
