/*
 * FORMAT.md held to the truth: its databases are those of a store, with keys as
 * long as it says, and its tags are those of the layouts.
 */
#include "cases_fixture.h"

#include "cases/notice.h"

#define FORMAT "milter/cases/FORMAT.md"

/* The cells of a table row, in backquotes or not; NULL for other lines. */
static char **row_of(const char *line)
{
	g_auto(GStrv) raw = NULL;
	char **cells;
	guint n;

	if (line[0] != '|' || g_str_has_prefix(line, "|---")) {
		return NULL;
	}
	raw = g_strsplit(line + 1, "|", -1);
	n = g_strv_length(raw);
	cells = g_new0(char *, n + 1);
	for (guint i = 0; i < n; i++) {
		const char *bare = g_strstrip(raw[i]);

		cells[i] = bare[0] == '`'
			       ? g_strndup(bare + 1, strcspn(bare + 1, "`"))
			       : g_strdup(bare);
	}
	return cells;
}

static char **lines_of_section(const char *heading)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GPtrArray *rows = g_ptr_array_new();
	bool inside = false;

	assert_true(g_file_get_contents(FORMAT, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (gsize i = 0; lines[i]; i++) {
		if (lines[i][0] == '#') {
			inside = strcmp(lines[i], heading) == 0;
		} else if (inside && lines[i][0] == '|') {
			g_ptr_array_add(rows, g_strdup(lines[i]));
		}
	}
	g_ptr_array_add(rows, NULL);
	return (char **)g_ptr_array_free(rows, FALSE);
}

static void expect_layout(const Layout *layout)
{
	g_autofree char *heading = g_strconcat("### ", layout->name, NULL);
	g_auto(GStrv) lines = lines_of_section(heading);
	guint n = 0;

	print_message("  %s\n", layout->name);
	for (gsize i = 0; lines[i]; i++) {
		g_auto(GStrv) cells = row_of(lines[i]);

		if (!cells || strcmp(cells[0], "tag") == 0) {
			continue;
		}
		assert_true(n < layout->n_slots);
		assert_int_equal(atoi(cells[0]), layout->slots[n].tag);
		assert_string_equal(cells[1], layout->slots[n].name);
		n++;
	}
	assert_int_equal(n, layout->n_slots);
}

static void test_tags(void **state)
{
	static const Layout *const all[] = {&meta_layout, &case_layout,
	    &clock_layout, &hit_layout, &event_layout, &seen_layout,
	    &thread_layout, &order_layout, &wake_layout, &template_layout,
	    &alarm_layout, &notice_layout, &outbox_layout, &pending_layout,
	    &reader_layout, &holder_layout, &writer_layout};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		expect_layout(all[i]);
	}
}

static void expect_keys(Txn *txn, Db db, const char *bytes)
{
	MDB_cursor *cursor = txn_cursor(txn, db);
	Key first = {.n = 0};
	MDB_val at, value;
	guint n = 0;

	for (bool more = txn_seek(txn, cursor, &first, &at, &value); more;
	     more = txn_step(txn, cursor, &at, &value), n++) {
		if (strcmp(bytes, "any") != 0) {
			assert_int_equal(at.mv_size, atoi(bytes));
		}
	}
	mdb_cursor_close(cursor);
	assert_true(n > 0);
}

static void tell_breach(Txn *txn, gpointer data)
{
	World *world = data;
	g_autoptr(Draft) draft = draft_load(txn, 2);
	NoticeAsk ask = {.kind = NOTICE_BREACH,
	    .rung = RUNG_LEAD,
	    .at_s = T0,
	    .conf = world->conf,
	    .sla = world->sla};

	g_array_index(draft->kase->clocks, Clock, 0).next_s = T0 + HOUR;
	assert_true(draft_notice(draft, &ask));
	draft_save(txn, draft, T0);
}

/* A store with something in every database. */
static void fill(World *world)
{
	Mail first = {.id = "m1@x"};
	Mail second = {.id = "m2@x", .body = "Where is my parcel, I wonder."};

	Mail reply = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .refs = "<m1@x>",
	    .body = "We received your message and will reply to you soon."};

	world->conf->notify_from = "anteroom@example.com";
	case_free(world_admit(world, ADMIT_NEW, &first));
	case_free(world_admit(world, ADMIT_NEW, &second));
	assert_true(commit_run(world->store, tell_breach, world, NULL));
	world_check(world);
	case_free(world_answer(world, ANSWER_ACKNOWLEDGED, "care", &reply));
	case_free(world_act(world, ACT_ANSWERED, 1, "", T0, 0, NULL));
	case_free(world_act(world, ACT_PAUSE, 1, "p", T0, DAY, NULL));
}

static guint count_databases(Txn *txn)
{
	MDB_dbi main_db;
	MDB_stat stat;

	assert_int_equal(mdb_dbi_open(txn->mdb, NULL, 0, &main_db), 0);
	assert_int_equal(mdb_stat(txn->mdb, main_db, &stat), 0);
	return (guint)stat.ms_entries;
}

static void test_databases(void **state)
{
	World *world = *state;
	g_auto(GStrv) lines = lines_of_section("## Databases");
	guint n = 0;
	Txn txn;

	fill(world);
	assert_true(txn_begin_read(&txn, world->store, NULL));
	for (gsize i = 0; lines[i]; i++) {
		g_auto(GStrv) cells = row_of(lines[i]);

		if (!cells || strcmp(cells[0], "database") == 0) {
			continue;
		}
		assert_true(n < DBS);
		assert_string_equal(cells[0], db_names[n]);
		assert_string_equal(cells[3], db_layout((Db)n)->name);
		expect_keys(&txn, (Db)n, cells[2]);
		n++;
	}
	assert_int_equal(n, DBS);
	assert_int_equal(count_databases(&txn), DBS);
	assert_true(txn_end_read(&txn, NULL));
}

static void test_flags(void **state)
{
	World *world = *state;
	unsigned flags = 0;

	assert_int_equal(mdb_env_get_flags(world->store->env, &flags), 0);
	/* Nothing that trades durability away. */
	assert_int_equal(flags & (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP |
				     MDB_MAPASYNC | MDB_NOLOCK),
	    0);
	assert_true(flags & MDB_NOTLS);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tags),
	    cmocka_unit_test_setup_teardown(test_databases, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
