/*
 * One case as facts: pure, and the only place that says what of a record is
 * counted.
 */
#include "anteroom/facts.h"

#include <string.h>

/* ---- names ---- */

struct FactNames {
	GMutex mutex;
	GPtrArray *texts;    /* of char *, by number */
	GHashTable *numbers; /* text -> number */
};

FactNames *fact_names_new(void)
{
	FactNames *names = g_new0(FactNames, 1);

	g_mutex_init(&names->mutex);
	names->texts = g_ptr_array_new_with_free_func(g_free);
	names->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	return names;
}

void fact_names_free(FactNames *names)
{
	if (names != NULL) {
		g_hash_table_unref(names->numbers);
		g_ptr_array_unref(names->texts);
		g_mutex_clear(&names->mutex);
		g_free(names);
	}
}

/* With the mutex held. */
static guint32 find(FactNames *names, const char *name)
{
	gpointer number;

	return g_hash_table_lookup_extended(names->numbers, name, NULL, &number)
		   ? GPOINTER_TO_UINT(number)
		   : FACT_NO_NAME;
}

guint32 fact_names_find(FactNames *names, const char *name)
{
	guint32 number;

	if (name == NULL) {
		return FACT_NO_NAME;
	}
	g_mutex_lock(&names->mutex);
	number = find(names, name);
	g_mutex_unlock(&names->mutex);
	return number;
}

guint32 fact_names_number(FactNames *names, const char *name)
{
	guint32 number;

	g_mutex_lock(&names->mutex);
	number = find(names, name);
	if (number == FACT_NO_NAME) {
		char *text = g_strdup(name);

		number = names->texts->len;
		g_ptr_array_add(names->texts, text);
		g_hash_table_insert(
		    names->numbers, text, GUINT_TO_POINTER(number));
	}
	g_mutex_unlock(&names->mutex);
	return number;
}

const char *fact_names_text(FactNames *names, guint32 number)
{
	const char *text;

	g_mutex_lock(&names->mutex);
	text = number < names->texts->len ? names->texts->pdata[number] : "";
	g_mutex_unlock(&names->mutex);
	return text;
}

/* ---- clocks ---- */

static guint32 seconds(gint64 at_s)
{
	return (guint32)CLAMP(at_s, 0, G_MAXUINT32);
}

static bool is_listed(const Clock *clock)
{
	return clock->state == CLOCK_RUNNING || clock->state == CLOCK_MISSED;
}

static void one_more(guint8 *count, bool more)
{
	*count = (guint8)(*count + (more && *count < G_MAXUINT8));
}

/* The first one that wasn't revoked is the one that counts. */
static void look_at_first_reply(Fact *fact, const Clock *clock, bool *found)
{
	one_more(&fact->met, clock->state == CLOCK_MET);
	one_more(&fact->missed, clock->state == CLOCK_MISSED);
	if (*found || clock->state == CLOCK_REVOKED) {
		return;
	}
	*found = true;
	fact->late = clock->state == CLOCK_MISSED;
	if (clock->state == CLOCK_MET || clock->state == CLOCK_MISSED) {
		fact->used_from_s = seconds(clock->started_s);
		fact->used_to_s = seconds(clock->ended_s);
		fact->used_target_s = seconds(clock->target_s);
	}
}

static guint look_at_clocks(Fact *fact, const Case *kase)
{
	bool found = false;
	guint listed = 0;

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		listed += is_listed(clock);
		if (clock->metric == METRIC_FIRST_REPLY) {
			look_at_first_reply(fact, clock, &found);
		} else if (clock->metric == METRIC_PROMISE) {
			one_more(&fact->kept, clock->state == CLOCK_MET);
			one_more(&fact->standing, clock->state == CLOCK_PAUSED);
		}
	}
	return listed;
}

static void list_clocks(FactMore *more, const Case *kase)
{
	guint n = 0;

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (is_listed(clock)) {
			more->clocks[n++] =
			    (FactClock){.due_s = seconds(clock->due_s),
				.ended_s = seconds(clock->ended_s),
				.target_s = seconds(clock->target_s),
				.metric = (guint8)clock->metric};
		}
	}
}

static void list_holders(FactMore *more, const Case *kase, FactNames *names)
{
	more->n_holders = kase->holders->len;
	more->holders = g_new(FactHolder, more->n_holders);
	for (guint i = 0; i < more->n_holders; i++) {
		const Holder *holder = kase->holders->pdata[i];

		more->holders[i] =
		    (FactHolder){.team = fact_names_number(names, holder->team),
			.from_s = seconds(holder->from_s)};
	}
}

/* ---- the whole ---- */

void fact_init(Fact *fact, const Case *kase, FactNames *names)
{
	guint n_clocks;

	memset(fact, 0, sizeof(*fact));
	fact->set = true;
	fact->received_s = seconds(kase->received_s);
	fact->first_reply_s = seconds(kase->first_reply_s);
	fact->replied_s = seconds(kase->replied_s);
	fact->since_s = seconds(
	    kase->state == CASE_CLOSED ? kase->closed_s : kase->waiting_s);
	fact->due_s = seconds(case_next_due_s(kase));
	fact->team = fact_names_number(names, kase->team);
	fact->topic = fact_names_number(names, kase->topic);
	fact->desk = fact_names_number(names, kase->desk);
	fact->calendar = fact_names_number(names, kase->calendar);
	fact->state = kase->state;
	fact->mode = kase->mode;
	fact->level = kase->level;
	fact->sensitive = kase->sensitive;
	fact->merged = kase->merged_into != 0;
	fact->seen_answered = case_seen_answered(kase);
	fact->ended_unseen = case_ended_unseen(kase);
	n_clocks = look_at_clocks(fact, kase);
	if (n_clocks > 0 || kase->holders->len > 0) {
		fact->more =
		    g_malloc0(sizeof(FactMore) + n_clocks * sizeof(FactClock));
		fact->more->n_clocks = n_clocks;
		list_clocks(fact->more, kase);
		list_holders(fact->more, kase, names);
	}
}

void fact_clear(Fact *fact)
{
	if (fact->more != NULL) {
		g_free(fact->more->holders);
		g_free(fact->more);
	}
	memset(fact, 0, sizeof(*fact));
}

guint32 fact_took(const Fact *fact)
{
	return fact->first_reply_s > fact->received_s
		   ? fact->first_reply_s - fact->received_s
		   : 0;
}

bool fact_promised(const Fact *fact)
{
	for (guint i = 0; i < fact_n_clocks(fact); i++) {
		const FactClock *clock = &fact->more->clocks[i];

		if (clock->metric == METRIC_PROMISE && clock->ended_s == 0) {
			return true;
		}
	}
	return false;
}

bool fact_unsettled(const Fact *fact)
{
	return fact->due_s != 0 || fact->state == CASE_OPEN ||
	       fact->state == CASE_PAUSED;
}

guint fact_n_clocks(const Fact *fact)
{
	return fact->more != NULL ? fact->more->n_clocks : 0;
}

guint fact_n_holders(const Fact *fact)
{
	return fact->more != NULL ? fact->more->n_holders : 0;
}

static bool same_clock(const FactClock *a, const FactClock *b)
{
	return a->due_s == b->due_s && a->ended_s == b->ended_s &&
	       a->target_s == b->target_s && a->metric == b->metric;
}

static bool same_more(const Fact *a, const Fact *b)
{
	if (fact_n_clocks(a) != fact_n_clocks(b) ||
	    fact_n_holders(a) != fact_n_holders(b)) {
		return false;
	}
	for (guint i = 0; i < fact_n_clocks(a); i++) {
		if (!same_clock(&a->more->clocks[i], &b->more->clocks[i])) {
			return false;
		}
	}
	for (guint i = 0; i < fact_n_holders(a); i++) {
		if (a->more->holders[i].team != b->more->holders[i].team ||
		    a->more->holders[i].from_s != b->more->holders[i].from_s) {
			return false;
		}
	}
	return true;
}

bool fact_equal(const Fact *a, const Fact *b)
{
	return memcmp(a, b, offsetof(Fact, more)) == 0 && same_more(a, b);
}
