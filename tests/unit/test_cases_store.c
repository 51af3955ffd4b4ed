/*
 * The store as a store: opening, locking, filling up, damage, batches, lists,
 * backups, many threads at once.
 */
#include "cases_damage.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases/internal.h"

static int setup(void **state)
{
	message_init();
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static guint64 admit_number(World *world, int number)
{
	g_autofree char *id = g_strdup_printf("n%d@x", number);
	g_autofree char *from = g_strdup_printf("u%d@customer.example", number);
	g_autofree char *body = g_strdup_printf("Question number %d.", number);
	Mail mail = {.id = id, .from = from, .body = body, .at_s = T0 + number};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

	return kase->id;
}

/* ---- opening ---- */

static void test_reopen(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	g_autoptr(Case) before = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(Case) after = NULL;
	StoreStats stats;

	world_reopen(world);
	after = store_case(world->store, 1, NULL);
	assert_string_equal(after->from, before->from);
	assert_memory_equal(after->chain, before->chain, 32);
	assert_int_equal(after->clocks->len, before->clocks->len);
	/* The key of the store is the same: known stays known. */
	case_free(world_admit(world, ADMIT_COPY, &mail));
	assert_int_equal(admit_number(world, 2), 2);
	store_stats(world->store, &stats);
	assert_int_equal(stats.cases, 2);
	assert_true(stats.used_bytes > 0 && stats.used_bytes < 1 << 20);
	assert_true(stats.commits >= 2 && stats.changes >= 2);
}

static void test_one_owner(void **state)
{
	World *world = *state;
	GError *error = NULL;
	GStatBuf info;

	assert_null(store_open(world->path, MAP_BYTES, &error));
	assert_int_equal(error->code, ERROR_TEMPORARY);
	assert_non_null(strstr(error->message, "another process has it"));
	g_clear_error(&error);
	assert_int_equal(g_stat(world->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
}

static void set_schema(Txn *txn, gpointer data)
{
	Key key = key_meta("schema");
	Meta meta = {.number = SCHEMA + 1};

	(void)data;
	txn_put(txn, DB_META, &key, &meta);
}

static void test_newer_schema(void **state)
{
	World *world = *state;
	GError *error = NULL;

	assert_true(commit_run(world->store, set_schema, NULL, NULL));
	store_close(world->store);
	world->store = store_open(world->path, MAP_BYTES, &error);
	assert_null(world->store);
	assert_int_equal(error->code, ERROR_CONFIG);
	assert_non_null(strstr(error->message, "newer version"));
	g_clear_error(&error);
}

static void test_cannot_be_made(void **state)
{
	World *world = *state;
	GError *error = NULL;
	g_autofree char *path =
	    g_build_filename(world->folder, "anteroom.conf", "store", NULL);

	assert_null(store_open(path, MAP_BYTES, &error));
	assert_int_equal(error->code, ERROR_CONFIG);
	g_clear_error(&error);
}

/* In a child: a limit can't be taken back. */
static void test_address_space(void **state)
{
	World *world = *state;
	char *path;
	int status = 0;
	pid_t child;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("skipped: sanitizers need the address space\n");
	skip();
#endif
	path = g_build_filename(world->folder, "other", NULL);
	child = fork();
	if (child == 0) {
		struct rlimit limit = {1 << 30, 1 << 30};
		GError *error = NULL;

		setrlimit(RLIMIT_AS, &limit);
		_exit(!store_open(path, (guint64)64 << 30, &error) &&
			      error->code == ERROR_CONFIG &&
			      strstr(error->message, "LimitAS")
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	g_free(path);
}

/* ---- batches ---- */

typedef struct {
	guint64 id;
	enum { GOOD, REFUSE, SPOIL } how;
	guint runs;
	bool good;
	Store *store;
	GError *error;
} Probe;

static void probe(Txn *txn, gpointer data)
{
	Probe *self = data;
	Key key = key_seen(&(Hash){{(guint8)self->id, 1}});
	Seen seen = {.id = self->id};

	self->runs++;
	if (self->how == REFUSE) {
		txn_fail(txn, ERROR_NO, "refused");
		return;
	}
	txn_put(txn, DB_SEEN, &key, &seen);
	if (self->how == SPOIL) {
		txn_fail(txn, ERROR_TEMPORARY, "spoiled");
	}
}

static gpointer probe_thread(gpointer data)
{
	Probe *self = data;

	self->good = commit_run(self->store, probe, self, &self->error);
	return NULL;
}

typedef struct {
	Store *store;
	guint wanted;
	gint holds;
} Delayer;

/* Holds the committer until all the others wait, so that they are a batch. */
static void hold_up(Txn *txn, gpointer data)
{
	Store *store = txn->store;
	Delayer *self = data;
	guint waiting = 0;

	g_atomic_int_set(&self->holds, 1);
	for (int i = 0; waiting < self->wanted && i < 10000; i++) {
		g_mutex_lock(&store->mutex);
		waiting = g_queue_get_length(&store->waiting);
		g_mutex_unlock(&store->mutex);
		g_usleep(1000);
	}
}

static gpointer hold_thread(gpointer data)
{
	Delayer *self = data;

	assert_true(commit_run(self->store, hold_up, self, NULL));
	return NULL;
}

#define PROBES 20

static void run_probes(World *world, Probe *probes)
{
	Delayer holder = {.wanted = PROBES, .store = world->store};
	GThread *threads[PROBES + 1];

	threads[PROBES] = g_thread_new("hold", hold_thread, &holder);
	while (!g_atomic_int_get(&holder.holds)) {
		g_usleep(1000);
	}
	for (guint i = 0; i < PROBES; i++) {
		probes[i].id = i + 1;
		probes[i].store = world->store;
		threads[i] = g_thread_new("probe", probe_thread, &probes[i]);
	}
	for (guint i = 0; i <= PROBES; i++) {
		g_thread_join(threads[i]);
	}
}

static void test_batch_isolation(void **state)
{
	World *world = *state;
	Probe probes[PROBES] = {0};
	Txn txn;

	probes[3].how = REFUSE;
	probes[7].how = SPOIL;
	run_probes(world, probes);
	assert_true(txn_begin_read(&txn, world->store, NULL));
	for (guint i = 0; i < PROBES; i++) {
		Key key = key_seen(&(Hash){{(guint8)(i + 1), 1}});

		assert_int_equal(probes[i].good, probes[i].how == GOOD);
		assert_int_equal(
		    txn_has(&txn, DB_SEEN, &key), probes[i].how == GOOD);
	}
	assert_true(txn_end_read(&txn, NULL));
	assert_int_equal(probes[3].error->code, ERROR_NO);
	assert_string_equal(probes[7].error->message, "spoiled");
	/* Once among the others, once alone. */
	assert_int_equal(probes[7].runs, 2);
	g_error_free(probes[3].error);
	g_error_free(probes[7].error);
}

/* One that refuses without writing costs the others nothing. */
static void test_batch_refusal(void **state)
{
	World *world = *state;
	Probe probes[PROBES] = {0};
	StoreStats before, after;

	store_stats(world->store, &before);
	probes[3].how = REFUSE;
	run_probes(world, probes);
	store_stats(world->store, &after);
	for (guint i = 0; i < PROBES; i++) {
		assert_int_equal(probes[i].runs, 1);
	}
	assert_int_equal(after.commits - before.commits, 2);
	assert_int_equal(after.changes - before.changes, PROBES + 1);
	g_error_free(probes[3].error);
}

/* What is expected and never comes holds nobody up for long. */
static void test_batch_expected(void **state)
{
	World *world = *state;
	StoreStats before, after;

	store_stats(world->store, &before);
	for (guint i = 0; i < PROBES; i++) {
		store_expect(world->store);
	}
	assert_int_equal(admit_number(world, 1), 1);
	for (guint i = 0; i < PROBES; i++) {
		store_expect_no_more(world->store);
	}
	assert_int_equal(admit_number(world, 2), 2);
	store_stats(world->store, &after);
	assert_int_equal(after.commits - before.commits, 2);
}

/* ---- filling up ---- */

static int admit_until_full(World *world, GError **error)
{
	for (int i = 1; i < 100000; i++) {
		g_autofree char *id = g_strdup_printf("f%d@x", i);
		Mail mail = {.id = id, .body = id};
		AdmitOutcome outcome;
		Case *kase = NULL;

		if (!world_try_admit(world, &mail, &outcome, &kase, error)) {
			assert_null(kase);
			return i - 1;
		}
		case_free(kase);
	}
	return -1;
}

static void expect_full(World *world, const char *why)
{
	GError *error = NULL;
	int n = admit_until_full(world, &error);
	StoreCheck check;

	assert_true(n > 10);
	assert_int_equal(error->code, ERROR_TEMPORARY);
	assert_non_null(strstr(error->message, why));
	g_clear_error(&error);
	check = world_check(world);
	assert_int_equal(check.cases, n);
}

static void test_map_full(void **state)
{
	(void)state;
	World *world = world_new_in(g_get_tmp_dir(), 1 << 20);

	expect_full(world, "raise store.size");
	/* More room, and it goes on. */
	world_reopen(world);
	admit_number(world, 1);
	world_free(world);
}

/* A disk of 3 MB that is gone with this process, however it ends. */
static bool mount_small(const char *folder)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", folder, "tmpfs", 0, "size=3m") == 0;
}

static void test_disk_full(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("anteroom-full-XXXXXX", NULL);
	g_autofree char *ballast = g_build_filename(folder, "ballast", NULL);
	g_autofree char *fill = g_strnfill(1 << 20, 'x');
	World *world;

	(void)state;
	if (!mount_small(folder)) {
		print_message("skipped: a small disk needs root (mount)\n");
		g_rmdir(folder);
		skip();
	}
	world = world_new_in(folder, MAP_BYTES);
	assert_true(g_file_set_contents(ballast, fill, 1 << 20, NULL));
	world->unchecked = true;
	expect_full(world, "disk is full");
	/* Room again: the same process goes on, nothing was lost. */
	assert_int_equal(g_unlink(ballast), 0);
	admit_number(world, 1);
	world_check(world);
	world_free(world);
	assert_int_equal(umount(folder), 0);
	g_rmdir(folder);
}

/* ---- damage ---- */

static void keep_lines(const char *line, gpointer data)
{
	g_string_append_printf(data, "%s\n", line);
}

static void expect_damage(World *world, const char *words)
{
	g_autoptr(GString) lines = g_string_new(NULL);
	StoreCheck check = {0};

	assert_true(store_fsck(world->store, keep_lines, lines, &check, NULL));
	assert_true(check.wrong > 0);
	if (!strstr(lines->str, words)) {
		print_message("not in: %s", lines->str);
	}
	assert_non_null(strstr(lines->str, words));
}

static void test_damaged_case(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	Mail more = {.id = "m2@x", .refs = "<m1@x>", .body = "b"};
	Damage flip = {DB_CASES, key_case(1), false};
	GError *error = NULL;
	AdmitOutcome outcome;
	Case *kase = NULL;
	int code = 0;

	case_free(world_admit(world, ADMIT_NEW, &mail));
	assert_true(commit_run(world->store, damage, &flip, NULL));
	assert_null(store_case(world->store, 1, &error));
	assert_non_null(strstr(error->message, "cases AR-1: damaged"));
	g_clear_error(&error);
	expect_damage(world, "cases AR-1: damaged record: wrong checksum");
	world->unchecked = true;
	assert_null(world_act(world, ACT_NOTE, 1, "x", T0, 0, &code));
	assert_int_equal(code, ERROR_TEMPORARY);
	/* No mail is refused for it: it gets a case of its own. */
	assert_true(world_try_admit(world, &more, &outcome, &kase, &error));
	assert_int_equal(outcome, ADMIT_LINKED);
	assert_int_equal(kase->id, 2);
	case_free(kase);
}

static void test_damaged_event(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	Damage cut = {DB_EVENTS, key_event(1, 1), true};

	case_free(world_admit(world, ADMIT_NEW, &mail));
	case_free(world_act(world, ACT_NOTE, 1, "text", T0, 0, NULL));
	assert_true(commit_run(world->store, damage, &cut, NULL));
	expect_damage(world, "events AR-1 1: damaged record: wrong length");
}

static void forge_event(Txn *txn, gpointer data)
{
	StoredEvent stored = {0};
	Key key = key_event(1, 1);

	(void)data;
	assert_true(txn_get(txn, DB_EVENTS, &key, &stored));
	stored.event.at_s += 3600;
	txn_put(txn, DB_EVENTS, &key, &stored);
	layout_clear(&event_layout, &stored);
}

static void drop_event(Txn *txn, gpointer data)
{
	Key key = key_event(1, *(guint32 *)data);

	txn_delete(txn, DB_EVENTS, &key);
}

/* With a right checksum: only the chain tells. */
static void test_edited_timeline(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x"};
	guint32 last = 3, middle = 2;

	case_free(world_admit(world, ADMIT_NEW, &mail));
	case_free(world_act(world, ACT_NOTE, 1, "text", T0, 0, NULL));
	assert_true(commit_run(world->store, forge_event, NULL, NULL));
	expect_damage(world, "events AR-1 2: the event before it was changed");
	case_free((world->unchecked = true,
	    world_act(world, ACT_NOTE, 1, "text", T0, 0, NULL)));
	assert_true(commit_run(world->store, drop_event, &last, NULL));
	expect_damage(world, "AR-1: its timeline has 2 events, not 3");
	assert_true(commit_run(world->store, drop_event, &middle, NULL));
	expect_damage(world, "AR-1: its timeline has 1 events, not 3");
}

typedef struct {
	Db db;
	const char *words;
} Missing;

static void drop_first(Txn *txn, gpointer data)
{
	const Missing *self = data;
	MDB_cursor *cursor = txn_cursor(txn, self->db);
	MDB_val at, value;
	Key key = {.n = 0};

	assert_true(txn_seek(txn, cursor, &key, &at, &value));
	memcpy(key.bytes, at.mv_data, at.mv_size);
	key.n = at.mv_size;
	mdb_cursor_close(cursor);
	txn_delete(txn, self->db, &key);
}

/* Both ways: an index entry that is missing, and one too many. */
static void test_indexes(void **state)
{
	static const Missing missing[] = {
	    {DB_CASES, "its case isn't there"},
	    {DB_EVENTS, "its timeline has no beginning"},
	    {DB_SEEN, "its message isn't known as seen"},
	    {DB_THREADS, "its message doesn't lead to its case"},
	    {DB_ORDER, "it isn't listed by its deadline"},
	    {DB_WAKE, "nothing will end its pause"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(missing); i++) {
		World *world = world_new();
		Mail mail = {.id = "m1@x"};
		Missing which = missing[i];

		case_free(world_admit(world, ADMIT_NEW, &mail));
		case_free(world_act(world, ACT_ANSWERED, 1, "", T0, 0, NULL));
		case_free(world_act(world, ACT_PAUSE, 1, "p", T0, DAY, NULL));
		assert_true(commit_run(world->store, drop_first, &which, NULL));
		expect_damage(world, which.words);
		if (which.db == DB_CASES) {
			expect_damage(
			    world, "it lists AR-1, which isn't there");
		}
		if (which.db == DB_EVENTS) {
			expect_damage(world, "event 1, which isn't there");
		}
		world_free(world);
	}
}

/* ---- the codec ---- */

static void test_codec_hostile(void **state)
{
	World *world = *state;
	Mail mail = {.id = "m1@x", .cc = "friend@other.example"};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);
	g_autoptr(GByteArray) good = g_byte_array_new();
	g_autoptr(GRand) rand = g_rand_new_with_seed(42);
	const char *why;

	layout_encode(&case_layout, kase, good);
	for (int i = 0; i < 20000; i++) {
		gsize n =
		    (gsize)g_rand_int_range(rand, 0, (gint32)good->len + 1);
		g_autofree guint8 *bytes = g_memdup2(good->data, MAX(n, 1));
		Case *read = g_new0(Case, 1);

		for (int j = g_rand_int_range(rand, 0, 4); j > 0 && n; j--) {
			bytes[g_rand_int_range(rand, 0, (gint32)n)] =
			    (guint8)g_rand_int(rand);
		}
		if (layout_decode(&case_layout, bytes, n, read, &why)) {
			/* Whatever it says, it can be looked at. */
			(void)case_wrong(read);
			case_free(case_copy(read));
			case_free(read);
		} else {
			assert_non_null(why);
			g_free(read);
		}
	}
}

/* A later version's field is skipped, an absent one is empty. */
static void test_codec_versions(void **state)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	static const guint8 unknown[] = {0xbf, 0x01, 0x03, 'a', 'b', 'c'};
	Case *kase = g_new0(Case, 1);
	const char *why;

	(void)state;
	g_byte_array_append(bytes, unknown, sizeof(unknown));
	g_byte_array_append(bytes,
	    (const guint8 *)"\x03\x04"
			    "care",
	    6);
	assert_true(
	    layout_decode(&case_layout, bytes->data, bytes->len, kase, &why));
	assert_string_equal(kase->team, "care");
	assert_string_equal(kase->topic, "");
	assert_int_equal(kase->clocks->len, 0);
	assert_null(kase->topics[0]);
	case_free(kase);
	assert_int_equal(crc32c(0, (const guint8 *)"123456789", 9), 0xe3069283);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		guint64 id;
	} rows[] = {{"AR-1042", 1042}, {"ar-7", 7}, {"12", 12}, {"", 0},
	    {"AR-", 0}, {"AR-0", 0}, {"AR--1", 0}, {"AR- 1", 0}, {"1x", 0},
	    {"99999999999999999999", 0}, {"AR-1 ", 0}, {NULL, 0}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *error = NULL;
		guint64 id = 0;

		assert_int_equal(case_parse_name(rows[i].name, &id, &error),
		    rows[i].id != 0);
		assert_int_equal(id, rows[i].id);
		assert_true((error != NULL) == (id == 0));
		g_clear_error(&error);
	}
}

/* ---- lists ---- */

static bool collect_ids(const Case *kase, gpointer data)
{
	GArray *ids = data;

	g_array_append_val(ids, kase->id);
	return true;
}

static bool stop_at_once(const Case *kase, gpointer data)
{
	(void)kase;
	++*(guint *)data;
	return false;
}

static void expect_list(World *world, CaseFilter filter, const char *wanted)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(GString) text = g_string_new(NULL);

	assert_true(store_each(world->store, &filter, collect_ids, ids, NULL));
	for (guint i = 0; i < ids->len; i++) {
		g_string_append_printf(text, "%s%u", i ? " " : "",
		    (guint)g_array_index(ids, guint64, i));
	}
	assert_string_equal(text->str, wanted);
}

static void test_each(void **state)
{
	World *world = *state;
	Mail safety = {.id = "s@x",
	    .topic = "safety",
	    .critical = true,
	    .from = "s@s.example",
	    .subject = "Help me"};
	guint seen = 0;
	CaseFilter all = {0};

	for (int i = 1; i <= 4; i++) {
		admit_number(world, i);
	}
	case_free(world_admit(world, ADMIT_NEW, &safety)); /* 5 */
	case_free(world_act(world, ACT_CLOSE, 2, "done", T0, 0, NULL));
	case_free(world_act(world, ACT_CLOSE, 3, "done", T0, 0, NULL));
	case_free(world_act(world, ACT_ROUTE, 4, "media", T0, 0, NULL));
	expect_list(world, (CaseFilter){0}, "5 4 1 3 2");
	expect_list(world, (CaseFilter){.limit = 2}, "5 4");
	expect_list(world, (CaseFilter){.team = "care"}, "1 3 2");
	expect_list(world, (CaseFilter){.topic = "safety"}, "5");
	expect_list(world, (CaseFilter){.desk = "nobody"}, "");
	expect_list(world, (CaseFilter){.states = 1u << CASE_CLOSED}, "3 2");
	expect_list(
	    world, (CaseFilter){.overdue = true, .now_s = T0 + HOUR}, "");
	expect_list(
	    world, (CaseFilter){.overdue = true, .now_s = T0 + HOUR + 1}, "5");
	expect_list(
	    world, (CaseFilter){.overdue = true, .now_s = T0 + DAY}, "5 4 1");
	expect_list(world, (CaseFilter){.search = "help"}, "5");
	expect_list(world, (CaseFilter){.search = "u3@customer"}, "3");
	expect_list(world, (CaseFilter){.search = "AR-4"}, "4");
	expect_list(world, (CaseFilter){.search = "bill", .limit = 1}, "4");
	assert_true(store_each(world->store, &all, stop_at_once, &seen, NULL));
	assert_int_equal(seen, 1);
}

/* The visitor may change what it sees: nothing is held meanwhile. */
static bool close_it(const Case *kase, gpointer data)
{
	World *world = data;

	case_free(world_act(world, ACT_CLOSE, kase->id, "bulk", T0, 0, NULL));
	return true;
}

static void test_change_while_walking(void **state)
{
	World *world = *state;
	CaseFilter open = {.states = 1u << CASE_OPEN};
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));

	world->unchecked = true;
	for (int i = 1; i <= 300; i++) {
		admit_number(world, i);
	}
	assert_true(store_each(world->store, &open, close_it, world, NULL));
	expect_list(world, open, "");
	assert_true(store_each_by_id(world->store, collect_ids, ids, NULL));
	assert_int_equal(ids->len, 300);
	assert_int_equal(g_array_index(ids, guint64, 299), 300);
	world_check(world);
}

/* ---- backup ---- */

static void test_backup(void **state)
{
	World *world = *state;
	g_autofree char *folder =
	    g_build_filename(world->folder, "backup", NULL);
	g_autofree char *lock = g_build_filename(folder, "lock", NULL);
	GError *error = NULL;
	Store *copy;
	Case *kase;

	admit_number(world, 1);
	assert_true(store_backup(world->store, folder, &error));
	assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
	admit_number(world, 2);
	assert_false(store_backup(world->store, folder, &error));
	assert_non_null(strstr(error->message, "isn't empty"));
	g_clear_error(&error);
	copy = store_open(folder, MAP_BYTES, &error);
	assert_non_null(copy);
	kase = store_case(copy, 1, NULL);
	assert_non_null(kase);
	case_free(kase);
	assert_null(store_case(copy, 2, &error));
	g_clear_error(&error);
	store_close(copy);
}

static void test_backup_of_damage(void **state)
{
	World *world = *state;
	g_autofree char *folder =
	    g_build_filename(world->folder, "backup", NULL);
	Damage flip = {DB_CASES, key_case(1), false};
	GError *error = NULL;

	admit_number(world, 1);
	assert_true(commit_run(world->store, damage, &flip, NULL));
	assert_false(store_backup(world->store, folder, &error));
	assert_non_null(strstr(error->message, "damaged"));
	g_clear_error(&error);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

/* ---- the mark of notices ---- */

static void test_notice_mark(void **state)
{
	World *world = *state;
	g_autofree char *id =
	    store_notice_id(world->store, 12, "mail.example.com");
	g_autofree char *again = NULL;
	g_autofree char *local = g_strndup(id, strcspn(id, "@"));
	g_autofree char *forged = g_strdup(id);
	g_autofree char *longer = g_strdup_printf("%s0@x", local);
	static const char *const others[] = {"", "a@b", "anteroom.",
	    "anteroom.12", "anteroom.12.", "anteroom.12.00@x",
	    "anteroom.0.00000000000000000000000000000000@x",
	    "anteroom.99999999999999999999."
	    "00000000000000000000000000000000@x"};

	assert_true(g_str_has_prefix(id, "anteroom.12."));
	assert_true(g_str_has_suffix(id, "@mail.example.com"));
	assert_int_equal(store_notice_of(world->store, id), 12);
	assert_int_equal(store_notice_of(world->store, local), 12);
	assert_int_equal(store_notice_of(world->store, longer), 0);
	assert_int_equal(store_notice_of(world->store, NULL), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		assert_int_equal(store_notice_of(world->store, others[i]), 0);
	}
	forged[strlen("anteroom.1")] = '3';
	assert_int_equal(store_notice_of(world->store, forged), 0);
	forged[strlen("anteroom.1")] = '2';
	forged[strlen("anteroom.12.")] ^= 1;
	assert_int_equal(store_notice_of(world->store, forged), 0);
	/* The same store, and so the same mark, tomorrow. */
	world_reopen(world);
	again = store_notice_id(world->store, 12, "mail.example.com");
	assert_string_equal(again, id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void drop_next(Txn *txn, gpointer data)
{
	Key key = key_meta("next");

	(void)data;
	txn_delete(txn, DB_META, &key);
}

/* A number is never used twice, though the record of the next one be lost. */
static void test_next_number_lost(void **state)
{
	World *world = *state;
	Mail first = {.id = "m1@x"};
	Mail other = {.from = "b@customer.example", .id = "m2@x"};
	g_autoptr(Case) kase = NULL;

	case_free(world_admit(world, ADMIT_NEW, &first));
	assert_true(commit_run(world->store, drop_next, NULL, NULL));
	kase = world_admit(world, ADMIT_NEW, &other);
	assert_int_equal(kase->id, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_reopen),
	    TEST(test_next_number_lost),
	    TEST(test_one_owner),
	    TEST(test_newer_schema),
	    TEST(test_cannot_be_made),
	    TEST(test_address_space),
	    TEST(test_batch_isolation),
	    TEST(test_batch_refusal),
	    TEST(test_batch_expected),
	    cmocka_unit_test(test_map_full),
	    cmocka_unit_test(test_disk_full),
	    TEST(test_damaged_case),
	    TEST(test_damaged_event),
	    TEST(test_edited_timeline),
	    cmocka_unit_test(test_indexes),
	    TEST(test_codec_hostile),
	    cmocka_unit_test(test_codec_versions),
	    cmocka_unit_test(test_names),
	    TEST(test_each),
	    TEST(test_change_while_walking),
	    TEST(test_backup),
	    TEST(test_backup_of_damage),
	    TEST(test_notice_mark),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
