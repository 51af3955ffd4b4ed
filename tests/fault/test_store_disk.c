/*
 * The store on a disk that misbehaves: no answer before the flush, errors that
 * end it and errors that don't, power cuts and kills. Kills and power cuts take
 * a child's life; what it had been told was recorded must be there afterwards.
 *
 * usage: test_store_disk [KILLS [CUTS [SEED]]]
 */
#include "../unit/cases_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"

#define WRITERS 8

static char *self; /* this program, to be started as a child */
static int kills = 20, cuts = 40;
static unsigned seed = 1;

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static Mail numbered(guint writer, guint number, char *id, char *from)
{
	g_snprintf(id, 64, "w%u.%u@x", writer, number);
	g_snprintf(from, 64, "c%u.%u@customer.example", writer, number);
	return (Mail){.id = id, .from = from, .body = id};
}

static bool try_number(
    World *world, guint number, AdmitOutcome *outcome, GError **error)
{
	char id[64], from[64];
	Mail mail = numbered(0, number, id, from);
	Case *kase = NULL;
	bool good = world_try_admit(world, &mail, outcome, &kase, error);

	case_free(kase);
	return good;
}

static void admit_one(World *world, guint number, AdmitOutcome expected)
{
	AdmitOutcome outcome;
	GError *error = NULL;

	if (!try_number(world, number, &outcome, &error)) {
		print_message("%s\n", error->message);
		fail();
	}
	assert_int_equal(outcome, expected);
}

/* ---- never an answer before the flush ---- */

typedef struct {
	World *world;
	guint number;
	gint returned;
} Caller;

static gpointer call(gpointer data)
{
	Caller *caller = data;
	AdmitOutcome outcome;

	g_assert_true(
	    try_number(caller->world, caller->number, &outcome, NULL));
	g_atomic_int_set(&caller->returned, 1);
	return NULL;
}

static void test_no_answer_before_the_flush(void **state)
{
	World *world = *state;
	Caller callers[4];
	GThread *threads[4];
	unsigned before = disk_flushes();

	disk_hold(true);
	for (guint i = 0; i < 4; i++) {
		callers[i] = (Caller){.world = world, .number = i};
		threads[i] = g_thread_new("caller", call, &callers[i]);
	}
	for (int i = 0; disk_flushes() == before && i < 5000; i++) {
		g_usleep(1000);
	}
	assert_true(disk_flushes() > before);
	g_usleep(200000);
	for (guint i = 0; i < 4; i++) {
		assert_int_equal(g_atomic_int_get(&callers[i].returned), 0);
	}
	/* Nor is it seen before. */
	assert_int_equal(world_check(world).cases, 0);
	disk_hold(false);
	for (guint i = 0; i < 4; i++) {
		g_thread_join(threads[i]);
		assert_int_equal(callers[i].returned, 1);
	}
	assert_int_equal(world_check(world).cases, 4);
}

/* ---- errors ---- */

typedef struct {
	const char *name;
	DiskCall call;
	int code;
	bool final;
} Fault;

static const Fault faults[] = {
    {"no room for pages", DISK_WRITE, ENOSPC, false},
    {"over quota", DISK_WRITE, EDQUOT, false},
    {"no room at the flush", DISK_FLUSH, ENOSPC, false},
    {"half a write, with room left", DISK_WRITE, -1, true},
    {"pages can't be written", DISK_WRITE, EIO, true},
    {"the flush fails", DISK_FLUSH, EIO, true},
    {"the meta page can't be written", DISK_META, EIO, true},
    {"no room for the meta page", DISK_META, ENOSPC, true},
};

static void test_errors(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
		const Fault *fault = &faults[i];
		World *world = world_new();
		GError *error = NULL;
		AdmitOutcome outcome;

		print_message("  %s\n", fault->name);
		admit_one(world, 1, ADMIT_NEW);
		disk_fail(fault->call, fault->code);
		assert_false(try_number(world, 2, &outcome, &error));
		disk_fail(fault->call, 0);
		assert_int_equal(
		    error->code, fault->final ? ERROR_FATAL : ERROR_TEMPORARY);
		g_clear_error(&error);
		/* A disk that lied once isn't asked again by this process. */
		assert_int_equal(
		    try_number(world, 3, &outcome, &error), !fault->final);
		g_clear_error(&error);
		world_reopen(world);
		admit_one(world, 1, ADMIT_COPY);
		admit_one(world, 2, ADMIT_NEW);
		admit_one(world, 3, fault->final ? ADMIT_NEW : ADMIT_COPY);
		world_check(world);
		world_free(world);
	}
}

static gpointer call_and_fail(gpointer data)
{
	Caller *caller = data;
	g_autoptr(GError) error = NULL;
	AdmitOutcome outcome;

	g_assert_false(
	    try_number(caller->world, caller->number, &outcome, &error));
	g_assert_cmpint(error->code, ==, ERROR_FATAL);
	return NULL;
}

/* Those that wait while the flush fails are told so; it isn't flushed again,
 * since the second time a disk that lost pages says that all is well. */
static void test_nothing_after_a_failed_flush(void **state)
{
	World *world = *state;
	Caller callers[3];
	GThread *threads[3];
	unsigned before = disk_flushes();

	disk_hold(true);
	for (guint i = 0; i < 3; i++) {
		callers[i] = (Caller){.world = world, .number = i};
		threads[i] = g_thread_new("caller", call_and_fail, &callers[i]);
		/* The first is in the flush, the others wait. */
		for (int j = 0; disk_flushes() == before && j < 5000; j++) {
			g_usleep(1000);
		}
	}
	g_usleep(200000);
	disk_fail(DISK_FLUSH, EIO);
	disk_hold(false);
	for (guint i = 0; i < 3; i++) {
		g_thread_join(threads[i]);
	}
	disk_fail(DISK_FLUSH, 0);
	assert_int_equal(disk_flushes(), before + 1);
}

/* ---- a child that admits and says so ---- */

typedef struct {
	World *world;
	guint number;
} Writer;

/* One line a message, written only after the store said yes. */
static gpointer admit_and_tell(gpointer data)
{
	Writer *writer = data;

	for (guint i = 0;; i++) {
		char id[64], from[64], line[64];
		Mail mail = numbered(writer->number, i, id, from);
		AdmitOutcome outcome;
		Case *kase = NULL;
		int n;

		if (!world_try_admit(
			writer->world, &mail, &outcome, &kase, NULL)) {
			_exit(3);
		}
		case_free(kase);
		n = g_snprintf(
		    line, sizeof(line), "%u %u\n", writer->number, i);
		if (write(STDOUT_FILENO, line, (size_t)n) != n) {
			_exit(4);
		}
	}
	return NULL;
}

static int child(const char *folder, long cut_us, unsigned with_seed)
{
	World world = {.folder = g_strdup(folder),
	    .path = g_build_filename(folder, "store", NULL)};
	Writer writers[WRITERS];

	if (cut_us) {
		disk_remember();
	}
	world_load_conf(&world);
	world_open(&world, MAP_BYTES);
	for (guint i = 0; i < WRITERS; i++) {
		/* Other numbers each time: the store goes on. */
		writers[i] = (Writer){&world, with_seed * WRITERS + i};
		g_thread_new("writer", admit_and_tell, &writers[i]);
	}
	if (cut_us) {
		g_usleep((gulong)cut_us);
		disk_cut(with_seed);
		_exit(0);
	}
	for (;;) {
		pause();
	}
}

static pid_t start_child(
    const World *world, long cut_us, unsigned with_seed, int *output)
{
	g_autofree char *us = g_strdup_printf("%ld", cut_us);
	g_autofree char *with = g_strdup_printf("%u", with_seed);
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(self, self, "--child", world->folder, us, with, NULL);
		_exit(5);
	}
	close(ends[1]);
	*output = ends[0];
	return pid;
}

/* Until the child is gone. The last line may be cut off: it counts not. */
static GString *read_all(int fd)
{
	GString *text = g_string_new(NULL);
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		g_string_append_len(text, bytes, n);
	}
	close(fd);
	return text;
}

static guint check_told(World *world, const GString *told)
{
	g_auto(GStrv) lines = g_strsplit(told->str, "\n", -1);
	guint n = 0;

	for (; lines[n] && lines[n + 1]; n++) {
		char id[64], from[64];
		unsigned writer = 0, number = 0;
		Mail mail;
		AdmitOutcome outcome;
		Case *kase = NULL;

		assert_int_equal(
		    sscanf(lines[n], "%u %u", &writer, &number), 2);
		mail = numbered(writer, number, id, from);
		assert_true(
		    world_try_admit(world, &mail, &outcome, &kase, NULL));
		case_free(kase);
		if (outcome != ADMIT_COPY) {
			print_message("%s was told and is lost\n", id);
		}
		assert_int_equal(outcome, ADMIT_COPY);
	}
	return n;
}

/* Lets a child live that long, then looks at what it left behind. */
static guint one_life(World *world, guint life_us, bool cut, unsigned with_seed)
{
	int output = -1, status = 0;
	g_autoptr(GString) told = NULL;
	guint n;
	pid_t pid;

	store_close(g_steal_pointer(&world->store));
	pid = start_child(world, cut ? (long)life_us : 0, with_seed, &output);
	if (!cut) {
		/* Its first word, so that it is hit at work. */
		char first[1];

		assert_int_equal(read(output, first, 1), 1);
		g_usleep(life_us);
		kill(pid, SIGKILL);
		told = read_all(output);
		g_string_prepend_len(told, first, 1);
	} else {
		told = read_all(output);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(cut ? WIFEXITED(status) && WEXITSTATUS(status) == 0
			: WIFSIGNALED(status));
	world_open(world, MAP_BYTES);
	world_check(world);
	n = check_told(world, told);
	return n;
}

static void test_kills(void **state)
{
	World *world = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	guint told = 0;

	for (int i = 0; i < kills; i++) {
		told +=
		    one_life(world, (guint)g_rand_int_range(rand, 100, 40000),
			false, (unsigned)i + 1);
	}
	print_message("  %d kills, %u messages told, all there\n", kills, told);
	assert_true(kills == 0 || told > 0);
}

static void test_power_cuts(void **state)
{
	World *world = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	guint told = 0;

	for (int i = 0; i < cuts; i++) {
		told +=
		    one_life(world, (guint)g_rand_int_range(rand, 2000, 60000),
			true, (unsigned)i + 1);
	}
	print_message(
	    "  %d power cuts, %u messages told, all there\n", cuts, told);
	assert_true(cuts == 0 || told > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int number_at(char **argv, int argc, int at, int otherwise)
{
	return argc > at ? (int)g_ascii_strtoll(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_no_answer_before_the_flush),
	    cmocka_unit_test(test_errors),
	    TEST(test_nothing_after_a_failed_flush),
	    TEST(test_kills),
	    TEST(test_power_cuts),
	};

	message_init();
	if (argc == 5 && strcmp(argv[1], "--child") == 0) {
		return child(argv[2], number_at(argv, argc, 3, 0),
		    (unsigned)number_at(argv, argc, 4, 1));
	}
	self = g_file_read_link("/proc/self/exe", NULL);
	kills = number_at(argv, argc, 1, kills);
	cuts = number_at(argv, argc, 2, cuts);
	seed = (unsigned)number_at(argv, argc, 3, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
