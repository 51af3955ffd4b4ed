/*
 * The facts of all cases in memory: in blocks, by number. A thread gathers them
 * once; from the start each commit brings along those that it changed. What a
 * commit brought is newer than what the thread read, so it only fills gaps.
 */
#include "cases/facts.h"

#include "anteroom/log.h"

#define BLOCK 1024    /* facts that are looked at with the lock held */
#define READ_MOST 512 /* cases read in one transaction */
#define TELL_US (5 * G_USEC_PER_SEC)
/* Numbers are dense. One beyond is a mistake, and no reason to fill the
 * memory. */
#define ID_MOST (G_GUINT64_CONSTANT(1) << 30)

struct Facts {
	FactNames *names;
	GMutex mutex;
	GPtrArray *blocks; /* of Fact[BLOCK]; NULL: nothing there */
	Tally *tally;      /* of those in `blocks`, always */
	guint64 version;
	bool ready;
	gint kept; /* atomic */
	gint stop; /* atomic */
	GThread *gatherer;
};

/* What a transaction changed, until it is durable. */
typedef struct {
	guint64 id;
	Fact fact;
} Changed;

Facts *facts_new(void)
{
	Facts *facts = g_new0(Facts, 1);

	facts->names = fact_names_new();
	facts->blocks = g_ptr_array_new();
	facts->tally = tally_new();
	g_mutex_init(&facts->mutex);
	return facts;
}

void facts_stop(Facts *facts)
{
	g_atomic_int_set(&facts->stop, 1);
	if (facts->gatherer) {
		g_thread_join(g_steal_pointer(&facts->gatherer));
	}
}

void facts_free(Facts *facts)
{
	for (guint i = 0; i < facts->blocks->len; i++) {
		Fact *block = facts->blocks->pdata[i];

		for (guint k = 0; block && k < BLOCK; k++) {
			fact_clear(&block[k]);
		}
		g_free(block);
	}
	g_ptr_array_unref(facts->blocks);
	tally_free(facts->tally);
	fact_names_free(facts->names);
	g_mutex_clear(&facts->mutex);
	g_free(facts);
}

FactNames *store_fact_names(Store *store)
{
	return store->facts->names;
}

/* ---- places, with the mutex held ---- */

static Fact *place_if(const Facts *facts, guint64 id)
{
	Fact *block = id / BLOCK < facts->blocks->len
			  ? facts->blocks->pdata[id / BLOCK]
			  : NULL;

	return block ? &block[id % BLOCK] : NULL;
}

static Fact *place(Facts *facts, guint64 id)
{
	guint n = (guint)(id / BLOCK);

	if (n >= facts->blocks->len) {
		g_ptr_array_set_size(facts->blocks, (gint)n + 1);
	}
	if (!facts->blocks->pdata[n]) {
		facts->blocks->pdata[n] = g_new0(Fact, BLOCK);
	}
	return place_if(facts, id);
}

/* Takes FACT over. */
static void put(Facts *facts, const Changed *changed, bool newer)
{
	Fact fact = changed->fact;

	if (changed->id > ID_MOST) {
		facts->ready = false;
		g_atomic_int_set(&facts->kept, 0);
	} else {
		Fact *at = place(facts, changed->id);

		if (!at->set || (newer && !fact_equal(at, &fact))) {
			Fact old = *at;

			tally_change(facts->tally, changed->id, at, &fact);
			facts->version++;
			*at = fact;
			fact = old;
		}
	}
	fact_clear(&fact);
}

static void put_all(Facts *facts, GArray *all, bool newer)
{
	g_mutex_lock(&facts->mutex);
	for (guint i = 0; i < all->len; i++) {
		put(facts, &g_array_index(all, Changed, i), newer);
	}
	g_mutex_unlock(&facts->mutex);
	g_array_set_size(all, 0);
}

/* ---- with the commits ---- */

static GArray *changed_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(Changed));
}

static void changed_add(GArray *all, const Case *kase, FactNames *names)
{
	Changed changed = {.id = kase->id};

	fact_init(&changed.fact, kase, names);
	g_array_append_val(all, changed);
}

void facts_note(Txn *txn, const Case *kase)
{
	Facts *facts = txn->store->facts;

	if (g_atomic_int_get(&facts->kept)) {
		if (!txn->facts) {
			txn->facts = changed_new();
		}
		changed_add(txn->facts, kase, facts->names);
	}
}

static void drop_all(GArray *all)
{
	for (guint i = 0; i < all->len; i++) {
		fact_clear(&g_array_index(all, Changed, i).fact);
	}
	g_array_unref(all);
}

void facts_end(Txn *txn, bool durable)
{
	GArray *all = g_steal_pointer(&txn->facts);

	if (all && durable) {
		put_all(txn->store->facts, all, true);
	}
	g_clear_pointer(&all, drop_all);
}

/* ---- gathering ---- */

static void read_one(
    Txn *txn, const MDB_val *at, const MDB_val *value, GArray *all)
{
	Case kase = {0};
	const char *why = "";

	if (at->mv_size != sizeof(guint64) ||
	    !txn_decode(DB_CASES, at, value, &kase, &why)) {
		txn_fail(txn, ERROR_TEMPORARY,
		    "store: a damaged record: %s; run fsck", why);
		return;
	}
	changed_add(all, &kase, txn->store->facts->names);
	layout_clear(&case_layout, &kase);
}

/* The facts of the next cases after *LAST, as far as it comes. */
static bool read_some(Store *store, guint64 *last, GArray *all, GError **error)
{
	Key key = key_case(*last + 1);
	MDB_cursor *cursor;
	MDB_val at, value;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	cursor = txn_cursor(&txn, DB_CASES);
	for (bool more = txn_seek(&txn, cursor, &key, &at, &value);
	     more && all->len < READ_MOST;
	     more = txn_step(&txn, cursor, &at, &value)) {
		read_one(&txn, &at, &value, all);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	if (all->len) {
		*last = g_array_index(all, Changed, all->len - 1).id;
	}
	return txn_end_read(&txn, error);
}

static bool gather_all(Store *store, guint64 *n, GError **error)
{
	Facts *facts = store->facts;
	GArray *all = changed_new();
	gint64 tell_us = g_get_monotonic_time() + TELL_US;
	guint64 last = 0;
	bool more = true, good = true;

	while (good && more && !g_atomic_int_get(&facts->stop)) {
		good = read_some(store, &last, all, error);
		more = all->len > 0;
		*n += all->len;
		put_all(facts, all, false);
		if (g_get_monotonic_time() >= tell_us) {
			log_line(LOG_INFO, "facts", "gathered",
			    LOG_NUMBER((gint64)*n), NULL);
			tell_us = g_get_monotonic_time() + TELL_US;
		}
	}
	drop_all(all);
	return good && !more;
}

static gpointer gatherer(gpointer data)
{
	Store *store = data;
	Facts *facts = store->facts;
	gint64 from_us = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;
	guint64 n = 0;

	if (gather_all(store, &n, &error)) {
		g_mutex_lock(&facts->mutex);
		facts->ready = g_atomic_int_get(&facts->kept);
		g_mutex_unlock(&facts->mutex);
		log_line(LOG_INFO, "facts", "cases", LOG_NUMBER((gint64)n),
		    "ms", LOG_NUMBER((g_get_monotonic_time() - from_us) / 1000),
		    NULL);
	} else if (error) {
		log_line(LOG_ERROR, "facts", "error", error->message, "because",
		    "counting walks all cases instead", NULL);
	}
	return NULL;
}

void store_keep_facts(Store *store)
{
	Facts *facts = store->facts;

	g_atomic_int_set(&facts->kept, 1);
	facts->gatherer = g_thread_try_new("facts", gatherer, store, NULL);
	if (!facts->gatherer) {
		log_line(LOG_ERROR, "facts", "error", "no thread", "because",
		    "counting walks all cases instead", NULL);
	}
}

bool store_has_facts(Store *store)
{
	bool ready;

	g_mutex_lock(&store->facts->mutex);
	ready = store->facts->ready;
	g_mutex_unlock(&store->facts->mutex);
	return ready;
}

/* ---- looking ---- */

/* One block; false when there are no more. */
static bool visit_block(Facts *facts, guint n, FactVisit visit, gpointer data)
{
	const Fact *block;
	bool more;

	g_mutex_lock(&facts->mutex);
	more = n < facts->blocks->len;
	block = more ? facts->blocks->pdata[n] : NULL;
	for (guint i = 0; block && i < BLOCK; i++) {
		if (block[i].set) {
			visit((guint64)n * BLOCK + i, &block[i], data);
		}
	}
	g_mutex_unlock(&facts->mutex);
	return more;
}

bool facts_visit(Store *store, FactVisit visit, gpointer data)
{
	if (!store_has_facts(store)) {
		return false;
	}
	for (guint n = 0; visit_block(store->facts, n, visit, data); n++) {
	}
	return true;
}

guint64 store_facts_version(Store *store)
{
	Facts *facts = store->facts;
	guint64 version;

	g_mutex_lock(&facts->mutex);
	version = facts->ready ? facts->version + 1 : 0;
	g_mutex_unlock(&facts->mutex);
	return version;
}

/* Those with the numbers IDS, as they are by then. */
static void visit_ids(
    Facts *facts, const GArray *ids, FactVisit visit, gpointer data)
{
	for (guint i = 0; i < ids->len;) {
		guint end = MIN(i + BLOCK, ids->len);

		g_mutex_lock(&facts->mutex);
		for (; i < end; i++) {
			guint64 id = g_array_index(ids, guint64, i);
			const Fact *fact = place_if(facts, id);

			if (fact && fact->set) {
				visit(id, fact, data);
			}
		}
		g_mutex_unlock(&facts->mutex);
	}
}

static bool walk(Store *store, FactVisit visit, gpointer data, GError **error)
{
	GArray *all = changed_new();
	guint64 last = 0;
	bool more = true, good = true;

	while (good && more) {
		good = read_some(store, &last, all, error);
		more = all->len > 0;
		for (guint i = 0; i < all->len; i++) {
			Changed *changed = &g_array_index(all, Changed, i);

			if (good) {
				visit(changed->id, &changed->fact, data);
			}
			fact_clear(&changed->fact);
		}
		g_array_set_size(all, 0);
	}
	drop_all(all);
	return good;
}

bool store_each_fact(
    Store *store, FactVisit visit, gpointer data, GError **error)
{
	return facts_visit(store, visit, data) ||
	       walk(store, visit, data, error);
}

/* Some of them, where a walk has to look at all. */
typedef struct {
	bool unsettled;
	gint64 from_s, to_s;
	FactVisit visit;
	gpointer data;
} Some;

static void visit_some(guint64 id, const Fact *fact, gpointer data)
{
	const Some *some = data;

	if (some->unsettled ? fact_unsettled(fact)
			    : fact->received_s >= some->from_s &&
				  fact->received_s < some->to_s) {
		some->visit(id, fact, some->data);
	}
}

static bool each_of_some(Store *store, Some *some, GError **error)
{
	Facts *facts = store->facts;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint64));
	bool ready;

	g_mutex_lock(&facts->mutex);
	ready = facts->ready;
	if (ready && some->unsettled) {
		tally_unsettled(facts->tally, ids);
	} else if (ready) {
		tally_arrived(facts->tally, some->from_s, some->to_s, ids);
	}
	g_mutex_unlock(&facts->mutex);
	if (ready) {
		visit_ids(facts, ids, some->visit, some->data);
	}
	return ready || walk(store, visit_some, some, error);
}

bool store_each_arrived(Store *store, gint64 from_s, gint64 to_s,
    FactVisit visit, gpointer data, GError **error)
{
	Some some = {
	    .from_s = from_s, .to_s = to_s, .visit = visit, .data = data};

	return each_of_some(store, &some, error);
}

bool store_each_unsettled(
    Store *store, FactVisit visit, gpointer data, GError **error)
{
	Some some = {.unsettled = true, .visit = visit, .data = data};

	return each_of_some(store, &some, error);
}

static void count_in(guint64 id, const Fact *fact, gpointer data)
{
	tally_change(data, id, NULL, fact);
}

bool store_each_count(
    Store *store, FactCountVisit visit, gpointer data, GError **error)
{
	Facts *facts = store->facts;
	Tally *tally = NULL;
	bool ready, good = true;

	g_mutex_lock(&facts->mutex);
	ready = facts->ready;
	if (ready) {
		tally_each_count(facts->tally, visit, data);
	}
	g_mutex_unlock(&facts->mutex);
	if (!ready) {
		tally = tally_new();
		good = walk(store, count_in, tally, error);
	}
	if (tally && good) {
		tally_each_count(tally, visit, data);
	}
	tally_free(tally);
	return good;
}

bool facts_front(
    Store *store, const FactFilter *filter, guint most, GArray *ids)
{
	Facts *facts = store->facts;
	bool ready;

	g_mutex_lock(&facts->mutex);
	ready = facts->ready;
	if (ready) {
		tally_choose(facts->tally, filter, most, ids);
	}
	g_mutex_unlock(&facts->mutex);
	return ready;
}

/* ---- comparing ---- */

/* Is what was counted bit by bit what is there? */
static bool tally_holds(Facts *facts)
{
	Tally *anew = tally_new();
	bool same;

	g_mutex_lock(&facts->mutex);
	for (guint n = 0; n < facts->blocks->len; n++) {
		const Fact *block = facts->blocks->pdata[n];

		for (guint i = 0; block && i < BLOCK; i++) {
			tally_change(
			    anew, (guint64)n * BLOCK + i, NULL, &block[i]);
		}
	}
	same = tally_equal(anew, facts->tally);
	g_mutex_unlock(&facts->mutex);
	tally_free(anew);
	return same;
}

typedef struct {
	guint64 last;
	FactsWrong wrong;
	gpointer data;
	bool done;
} Comparing;

static bool is_pending(const Txn *txn, guint64 id)
{
	for (guint i = 0; txn->facts && i < txn->facts->len; i++) {
		if (g_array_index(txn->facts, Changed, i).id == id) {
			return true;
		}
	}
	return false;
}

/* In the committer, where no commit is between the disk and the memory. */
static void compare_some(Txn *txn, gpointer data)
{
	Comparing *comparing = data;
	Facts *facts = txn->store->facts;
	MDB_cursor *cursor = txn_cursor(txn, DB_CASES);
	Key key = key_case(comparing->last + 1);
	GArray *all = changed_new();
	MDB_val at, value;

	for (bool more = txn_seek(txn, cursor, &key, &at, &value);
	     more && all->len < READ_MOST;
	     more = txn_step(txn, cursor, &at, &value)) {
		read_one(txn, &at, &value, all);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	g_mutex_lock(&facts->mutex);
	for (guint i = 0; i < all->len; i++) {
		const Changed *is = &g_array_index(all, Changed, i);
		const Fact *was = place_if(facts, is->id);

		comparing->last = is->id;
		if ((!was || !fact_equal(was, &is->fact)) &&
		    !is_pending(txn, is->id)) {
			comparing->wrong(is->id, comparing->data);
		}
	}
	g_mutex_unlock(&facts->mutex);
	comparing->done = all->len == 0;
	drop_all(all);
}

bool facts_compare(
    Store *store, FactsWrong wrong, gpointer data, GError **error)
{
	Comparing comparing = {.wrong = wrong, .data = data};

	if (!tally_holds(store->facts)) {
		wrong(0, data);
	}
	while (!comparing.done) {
		if (!commit_run(store, compare_some, &comparing, error)) {
			return false;
		}
	}
	return true;
}
