/*
 * The facts in memory: after whatever was done they are those of the records,
 * and lists and looks give the same with and without them.
 */
#include "cases_fixture.h"

#include "cases/facts.h"
#include "cases/spread.h"

#define STEPS 400
#define MANY_STEPS 3000
#define LOOK_STEPS 250 /* apart */
#define SEED 20261121

static void wrong(guint64 id, gpointer data)
{
	print_message("AR-%u has other facts\n", (guint)id);
	++*(guint *)data;
}

static guint differences(World *world)
{
	guint n = 0;

	assert_true(facts_compare(world->store, wrong, &n, NULL));
	return n;
}

static void await_facts(World *world)
{
	for (guint i = 0; i < 2000 && !store_has_facts(world->store); i++) {
		g_usleep(5000);
	}
	assert_true(store_has_facts(world->store));
}

/* ---- anything, again and again ---- */

typedef struct {
	World *world;
	GRand *rand;
	guint n; /* mails so far */
	gint64 now_s;
	guint64 last; /* the highest case */
} Random;

static void random_mail(Random *random)
{
	static const char *const topics[] = {"billing", "press", "safety"};
	guint about =
	    (guint)g_rand_int_range(random->rand, 0, 40 + (gint)random->n);
	g_autofree char *id = g_strdup_printf("m%u@x.example", random->n);
	g_autofree char *refs = g_strdup_printf("m%u@x.example", about);
	g_autofree char *body = g_strdup_printf("invoice %u", random->n++);
	Mail mail = {.id = id,
	    .refs = about < random->n ? refs : NULL,
	    .body = body,
	    .topic = topics[g_rand_int_range(random->rand, 0, 3)],
	    .level = (Urgency)g_rand_int_range(
		random->rand, URGENCY_NORMAL, URGENCY_CRITICAL),
	    .at_s = random->now_s};
	AdmitOutcome outcome;
	Case *kase = NULL;

	assert_true(
	    world_try_admit(random->world, &mail, &outcome, &kase, NULL));
	random->last = MAX(random->last, kase->id);
	case_free(kase);
}

static void random_reply(Random *random)
{
	guint about =
	    (guint)g_rand_int_range(random->rand, 0, 40 + (gint)random->n);
	g_autofree char *id = g_strdup_printf("r%u@x.example", random->n);
	g_autofree char *refs = g_strdup_printf("m%u@x.example", about);
	g_autofree char *body = g_strdup_printf("done %u", random->n++);
	Mail mail = {.from = "bob@example.com",
	    .to = CUSTOMER,
	    .id = id,
	    .refs = refs,
	    .body = body};
	Pledge pledge = {random->now_s + 5 * HOUR, "by then"};
	g_autoptr(Message) message = mail_message(&mail);
	Answer answer = {.message = message,
	    .member = "bob@example.com",
	    .team = "care",
	    .at_s = random->now_s,
	    .sla = random->world->sla,
	    .conf = random->world->conf,
	    .pledges = &pledge,
	    .n_pledges = g_rand_boolean(random->rand)};
	AnswerOutcome outcome;
	Case *kase = NULL;

	assert_true(
	    store_answer(random->world->store, &answer, &outcome, &kase, NULL));
	case_free(kase);
}

/* Many are refused; that changes nothing either. */
static void random_act(Random *random)
{
	static const struct {
		ActKind kind;
		const char *word;
	} table[] = {{ACT_ROUTE, "media"}, {ACT_ROUTE, "care"},
	    {ACT_ROUTE, "trust"}, {ACT_URGENCY, "high"}, {ACT_TOPIC, "press"},
	    {ACT_ANSWERED, ""}, {ACT_CLOSE, "done"}, {ACT_REOPEN, NULL},
	    {ACT_PAUSE, "waits"}, {ACT_RESUME, NULL}, {ACT_MERGE, NULL},
	    {ACT_UNMERGE, NULL}, {ACT_UNDO, NULL}, {ACT_SPLIT, "2"}};
	gint i = g_rand_int_range(random->rand, 0, G_N_ELEMENTS(table));
	gint64 number =
	    table[i].kind == ACT_PAUSE
		? 7 * HOUR
		: g_rand_int_range(random->rand, 1, (gint32)random->last + 1);
	int code;

	case_free(world_act(random->world, table[i].kind,
	    (guint64)g_rand_int_range(
		random->rand, 1, (gint32)random->last + 1),
	    table[i].word, random->now_s, number, &code));
}

static void random_step(Random *random)
{
	gint what = g_rand_int_range(random->rand, 0, 10);

	random->now_s += g_rand_int_range(random->rand, 0, 2 * HOUR);
	if (what < 3 || random->last == 0) {
		random_mail(random);
	} else if (what < 5) {
		random_reply(random);
	} else if (what < 9) {
		random_act(random);
	} else {
		assert_true(store_wake(random->world->store, random->world->sla,
		    random->now_s, NULL, NULL));
	}
}

static Random random_new(World *world, guint32 seed)
{
	return (Random){
	    .world = world, .rand = g_rand_new_with_seed(seed), .now_s = T0};
}

static int by_number(gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return (x > y) - (x < y);
}

/* ---- the same with and without ---- */

static bool note_id(const Case *kase, gpointer data)
{
	g_array_append_val(data, kase->id);
	return true;
}

static GArray *list_of(World *world, const CaseFilter *filter)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(guint64));

	assert_true(store_each(world->store, filter, note_id, ids, NULL));
	return ids;
}

static const char *const some_teams[] = {"media", "trust", NULL};

static const CaseFilter filters[] = {
    {.team = "media"},
    {.team = "media", .limit = 3},
    {.team = "nobody"},
    {.teams = some_teams, .limit = 7},
    {.states = 1u << CASE_PAUSED},
    {.states = 1u << CASE_OPEN | 1u << CASE_ANSWERED, .limit = 5},
    {.topic = "press", .desk = "ceo"},
    {.team = "care", .overdue = true, .now_s = T0 + 20 * DAY},
    {.team = "care", .search = "invoice", .limit = 2},
    {.desk = "ceo"},
    {.limit = 12},
    {.overdue = true, .limit = 9, .now_s = T0 + 20 * DAY},
    {.part = CASE_PART_NEXT, .now_s = T0 + 20 * DAY},
    {.part = CASE_PART_NEXT, .limit = 4, .now_s = T0 + 60 * DAY},
    {.part = CASE_PART_PROMISED, .limit = 30, .now_s = T0 + 10 * DAY},
    {.part = CASE_PART_PROMISED, .team = "care", .now_s = T0 + 60 * DAY},
    {.topic = "press", .teams = some_teams, .limit = 60},
    {.states = 1u << CASE_CLOSED, .limit = 25},
    {.levels = 1u << URGENCY_HIGH, .limit = 15},
    {.levels = 1u << URGENCY_CRITICAL | 1u << URGENCY_NORMAL,
	.overdue = true,
	.now_s = T0 + 20 * DAY},
};

static GPtrArray *lists_of(World *world)
{
	GPtrArray *lists =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
		g_ptr_array_add(lists, list_of(world, &filters[i]));
	}
	return lists;
}

static void assert_same_lists(const GPtrArray *a, const GPtrArray *b)
{
	guint rows = 0;

	for (guint i = 0; i < a->len; i++) {
		const GArray *x = a->pdata[i], *y = b->pdata[i];

		assert_int_equal(x->len, y->len);
		assert_memory_equal(x->data, y->data, x->len * sizeof(guint64));
		rows += x->len;
	}
	assert_true(rows > 20);
}

/* ---- what is counted bit by bit ---- */

typedef struct {
	World *world;
	GString *text;
	guint n;
	guint64 sum;
} Told;

static void tell_count(const FactCount *count, gpointer data)
{
	Told *told = data;
	FactNames *names = store_fact_names(told->world->store);

	told->n += count->states[0] + count->states[1] + count->states[2] +
		   count->states[3];
	g_string_append_printf(told->text,
	    "%s %u %u %u %u, %u %u %u, %u %u %u %" G_GINT64_FORMAT "\n",
	    fact_names_text(names, count->team), count->states[0],
	    count->states[1], count->states[2], count->states[3], count->met,
	    count->missed, count->broken, count->replied, count->by_hand,
	    count->answered, count->median_s);
}

static void tell_fact(guint64 id, const Fact *fact, gpointer data)
{
	Told *told = data;

	told->n++;
	told->sum += id * 31 * (fact->state + 1) + fact->due_s;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names have other numbers in another life. */
static void sort_lines(GString *text)
{
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	g_autofree char *sorted = NULL;

	qsort(lines, g_strv_length(lines), sizeof(char *), by_text);
	sorted = g_strjoinv("\n", lines);
	g_string_assign(text, sorted);
}

/* All of it as one text. Transfer full. */
static char *told_of(World *world)
{
	static const gint64 days[] = {-1, 0, 2, 3, 9, 30, 90};
	Told told = {.world = world, .text = g_string_new(NULL)};

	assert_true(store_each_count(world->store, tell_count, &told, NULL));
	sort_lines(told.text);
	assert_true(store_each_unsettled(world->store, tell_fact, &told, NULL));
	g_string_append_printf(
	    told.text, "\n%u %" G_GUINT64_FORMAT "\n", told.n, told.sum);
	for (gsize i = 0; i + 1 < G_N_ELEMENTS(days); i++) {
		told.n = 0;
		assert_true(store_each_arrived(world->store, T0 + days[i] * DAY,
		    T0 + days[i + 1] * DAY + 7, tell_fact, &told, NULL));
		g_string_append_printf(
		    told.text, "%u %" G_GUINT64_FORMAT "\n", told.n, told.sum);
	}
	return g_string_free(told.text, FALSE);
}

static void sum_facts(guint64 id, const Fact *fact, gpointer data)
{
	guint64 *sum = data;

	sum[0]++;
	sum[1] += id * (fact->state + 1) + fact->due_s;
	sum[2] += fact_n_clocks(fact) + 100 * fact_n_holders(fact);
}

static void test_random(void **state)
{
	World *world = world_new();
	Random random = random_new(world, SEED);
	g_autoptr(GPtrArray) by_index = NULL;
	g_autoptr(GPtrArray) by_facts = NULL;
	guint64 kept[3] = {0}, walked[3] = {0};
	g_autofree char *told = NULL, *walk = NULL, *anew = NULL;

	(void)state;
	world->unchecked = true;
	store_keep_facts(world->store);
	await_facts(world);
	for (guint i = 0; i < MANY_STEPS; i++) {
		random_step(&random);
		if (i % LOOK_STEPS == 0) {
			assert_int_equal(differences(world), 0);
		}
	}
	assert_int_equal(differences(world), 0);
	by_facts = lists_of(world);
	told = told_of(world);
	assert_true(store_each_fact(world->store, sum_facts, kept, NULL));
	world_reopen(world);
	assert_false(store_has_facts(world->store));
	by_index = lists_of(world);
	walk = told_of(world);
	assert_string_equal(told, walk);
	assert_true(store_each_fact(world->store, sum_facts, walked, NULL));
	store_keep_facts(world->store);
	await_facts(world);
	anew = told_of(world);
	assert_string_equal(told, anew);
	assert_same_lists(by_facts, by_index);
	assert_memory_equal(kept, walked, sizeof(kept));
	assert_true(kept[0] > 50 && kept[2] > 100);
	g_rand_free(random.rand);
	world_free(world);
}

/* Mail goes on while they are gathered. */
static void test_meanwhile(void **state)
{
	World *world = world_new();
	Random random = random_new(world, SEED + 1);

	(void)state;
	world->unchecked = true;
	for (guint i = 0; i < STEPS; i++) {
		random_step(&random);
	}
	for (guint round = 0; round < 5; round++) {
		world_reopen(world);
		store_keep_facts(world->store);
		for (guint i = 0; i < 30; i++) {
			random_step(&random);
		}
		await_facts(world);
		assert_int_equal(differences(world), 0);
	}
	g_rand_free(random.rand);
	world_free(world);
}

/* What failed isn't counted, and a comparison finds what differs. */
static void refuse(Txn *txn, gpointer data)
{
	g_autoptr(Draft) draft = draft_load_exact(txn, 1);

	(void)data;
	draft->kase->state = CASE_CLOSED;
	draft_save(txn, draft, T0);
	txn_fail(txn, ERROR_NO, "no");
}

static void change_behind(Txn *txn, gpointer data)
{
	Key key = key_case(1);
	Case *kase = data;

	txn_put(txn, DB_CASES, &key, kase);
}

static void test_differs(void **state)
{
	World *world = world_new();
	Mail mail = {.id = "a@x.example"};
	g_autoptr(Case) kase = NULL;
	StoreCheck check = {0};

	(void)state;
	world->unchecked = true;
	store_keep_facts(world->store);
	await_facts(world);
	kase = world_admit(world, ADMIT_NEW, &mail);
	assert_false(commit_run(world->store, refuse, NULL, NULL));
	assert_int_equal(differences(world), 0);
	kase->first_reply_s = T0 + 1;
	assert_true(commit_run(world->store, change_behind, kase, NULL));
	assert_int_equal(differences(world), 1);
	assert_true(store_fsck(world->store, NULL, NULL, &check, NULL));
	assert_int_equal(check.wrong, 1);
	world_free(world);
}

/* As sorting says, while numbers come and go. */
static void test_spread(void **state)
{
	GRand *rand = g_rand_new_with_seed(SEED);
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(guint64));
	Spread spread = {0};
	Shelf shelf;

	(void)state;
	shelf_init(&shelf);
	assert_int_equal(spread_median(&spread), -1);
	for (guint i = 0; i < 4000; i++) {
		/* Small and large ones, and the same again. */
		guint64 number = (guint64)(g_rand_int(rand) >>
					   g_rand_int_range(rand, 0, 32));
		const guint64 *looked;
		guint n;

		if (all->len > 0 && g_rand_int_range(rand, 0, 3) == 0) {
			guint at = g_rand_int(rand) % all->len;

			number = g_array_index(all, guint64, at);
			g_array_remove_index_fast(all, at);
			spread_remove(&spread, (guint32)number);
			shelf_take(&shelf, number);
		} else {
			g_array_append_val(all, number);
			spread_add(&spread, (guint32)number);
			shelf_put(&shelf, number);
		}
		if (i % 37 != 0 || all->len == 0) {
			continue;
		}
		g_array_sort(all, by_number);
		looked = shelf_look(&shelf, &n);
		assert_int_equal(n, all->len);
		assert_memory_equal(looked, all->data, n * sizeof(*looked));
		assert_int_equal(spread_median(&spread),
		    (looked[(n - 1) / 2] + looked[n / 2]) / 2);
		assert_true(shelf_place(&shelf, looked[n / 3]) <= n / 3);
		assert_int_equal(shelf_place(&shelf, G_MAXUINT64), n);
	}
	assert_true(all->len > 1000);
	spread_clear(&spread);
	shelf_clear(&shelf);
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spread),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_meanwhile),
	    cmocka_unit_test(test_differs),
	};

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
