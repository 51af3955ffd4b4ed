/* What the store knows of somebody who writes, and the index behind it. */
#include "cases_fixture.h"

#include "anteroom/tick.h"
#include "cases/internal.h"

static guint64 write_in(World *world, const char *from, const char *id,
    const char *body, gint64 at_s)
{
	Mail mail = {.from = from, .id = id, .body = body, .at_s = at_s};
	g_autoptr(Case) kase = world_admit(world, ADMIT_NEW, &mail);

	return kase->id;
}

static void expect(
    World *world, const char *from, gint64 now_s, WriterFacts should)
{
	WriterFacts writer = {0};

	assert_true(store_writer(world->store, from, now_s, &writer));
	assert_int_equal(writer.known, should.known);
	assert_int_equal(writer.open, should.open);
	assert_int_equal(writer.messages, should.messages);
}

static void test_known(void **state)
{
	World *world = *state;
	WriterFacts untouched = {.messages = 7};
	Mail more = {
	    .id = "m2@x", .refs = "<m1@x>", .body = "Well?", .at_s = T0 + HOUR};
	guint64 id;

	expect(world, CUSTOMER, T0, (WriterFacts){0});
	id = write_in(world, CUSTOMER, "m1@x", "Where is it?", T0);
	expect(world, CUSTOMER, T0 + 1, (WriterFacts){true, true, 1});
	expect(world, "bella@customer.example", T0 + 1, (WriterFacts){0});
	case_free(world_admit(world, ADMIT_JOINED, &more));
	expect(world, CUSTOMER, T0 + DAY, (WriterFacts){true, true, 2});
	/* What came later isn't counted. */
	expect(world, CUSTOMER, T0 + HOUR - 1, (WriterFacts){true, true, 1});
	case_free(
	    world_act(world, ACT_CLOSE, id, "done", T0 + 2 * HOUR, 0, NULL));
	expect(world, CUSTOMER, T0 + DAY, (WriterFacts){true, false, 2});
	expect(
	    world, CUSTOMER, T0 + 30 * DAY + 1, (WriterFacts){true, false, 1});
	expect(world, CUSTOMER, T0 + 40 * DAY, (WriterFacts){true, false, 0});
	assert_false(store_writer(world->store, "", T0, &untouched));
	assert_int_equal(untouched.messages, 7);
}

/* Who writes without end is looked at no longer for it. */
static void test_many(void **state)
{
	World *world = *state;

	for (guint i = 0; i < 30; i++) {
		g_autofree char *id = g_strdup_printf("n%u@x", i);
		g_autofree char *body =
		    g_strdup_printf("Another question, number %u.", i);

		write_in(world, CUSTOMER, id, body, T0 + i * HOUR);
	}
	/* The eight newest cases. */
	expect(world, CUSTOMER, T0 + 2 * DAY, (WriterFacts){true, true, 8});
	write_in(world, "zoe@customer.example", "z@x", "Hello?", T0);
	expect(world, "zoe@customer.example", T0 + DAY,
	    (WriterFacts){true, true, 1});
}

static void test_merged(void **state)
{
	World *world = *state;
	guint64 first = write_in(world, CUSTOMER, "m1@x", "One matter.", T0);
	guint64 other = write_in(
	    world, "bella@customer.example", "m2@x", "The same one.", T0 + 1);

	case_free(world_act(
	    world, ACT_MERGE, first, "", T0 + HOUR, (gint64)other, NULL));
	expect(world, "bella@customer.example", T0 + DAY,
	    (WriterFacts){true, true, 1});
}

/* A store of before: without entries, until the clock has made them. */
static void forget(Txn *txn, gpointer data)
{
	Key schema = key_meta("schema");
	Meta meta = {.number = 2};

	(void)data;
	assert_int_equal(mdb_drop(txn->mdb, txn->store->dbs[DB_WRITERS], 0), 0);
	txn->writes++;
	txn_put(txn, DB_META, &schema, &meta);
}

static void test_old_store(void **state)
{
	World *world = *state;
	WriterFacts writer;

	for (guint i = 0; i < 300; i++) {
		g_autofree char *from = g_strdup_printf("c%u@x.example", i);
		g_autofree char *id = g_strdup_printf("o%u@x", i);

		world->unchecked = true;
		write_in(world, from, id, "Where is it?", T0 + i);
	}
	assert_true(commit_run(world->store, forget, NULL, NULL));
	store_close(world->store);
	world->store = store_open(world->path, MAP_BYTES, NULL);
	assert_non_null(world->store);
	world_check(world); /* nothing is wrong with one that isn't made yet */
	assert_false(
	    store_writer(world->store, "c1@x.example", T0 + DAY, &writer));
	/* A new case meanwhile has its own entry. */
	write_in(world, CUSTOMER, "m1@x", "And mine?", T0 + HOUR);
	world_check(world);
	assert_true(store_index_writers(world->store, NULL));
	world->unchecked = false;
	world_check(world);
	expect(world, "c0@x.example", T0 + DAY, (WriterFacts){true, true, 1});
	expect(world, "c299@x.example", T0 + DAY, (WriterFacts){true, true, 1});
	expect(world, CUSTOMER, T0 + DAY, (WriterFacts){true, true, 1});
	assert_true(store_index_writers(world->store, NULL));
}

static void count_wrong(const char *line, gpointer data)
{
	if (strstr(line, "its writer doesn't lead to it") ||
	    strstr(line, "it leads to somebody else's case") ||
	    strstr(line, "it leads to a case that isn't there")) {
		++*(guint *)data;
	}
}

static void lose(Txn *txn, gpointer data)
{
	Key key = case_writer_key(txn->store, data);

	txn_delete(txn, DB_WRITERS, &key);
}

static void lead_astray(Txn *txn, gpointer data)
{
	g_autoptr(Case) other = case_empty();
	Key key;

	(void)data;
	other->id = 1;
	other->from = (g_free(other->from), g_strdup("eve@evil.example"));
	key = case_writer_key(txn->store, other);
	txn_put(txn, DB_WRITERS, &key, "");
	other->id = 99;
	key = case_writer_key(txn->store, other);
	txn_put(txn, DB_WRITERS, &key, "");
}

static void test_fsck(void **state)
{
	World *world = *state;
	StoreCheck check = {0};
	guint wrong = 0;
	g_autoptr(Case) kase = NULL;

	write_in(world, CUSTOMER, "m1@x", "Where is it?", T0);
	kase = store_case(world->store, 1, NULL);
	assert_true(commit_run(world->store, lose, kase, NULL));
	assert_true(commit_run(world->store, lead_astray, NULL, NULL));
	assert_true(
	    store_fsck(world->store, count_wrong, &wrong, &check, NULL));
	assert_int_equal(wrong, 3);
	assert_int_equal(check.wrong, 3);
	world->unchecked = true;
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

#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_STORE(test_known),
	    IN_STORE(test_many),
	    IN_STORE(test_merged),
	    IN_STORE(test_old_store),
	    IN_STORE(test_fsck),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
