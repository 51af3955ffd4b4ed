/*
 * Calm: from the tenth breach within an hour on, a reader gets one summary
 * instead of a mail each. Those that wait go into it, too; while the storm
 * lasts there is a summary an hour. Moments are those of the breaches, so that
 * a tick that comes late makes the same of them.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "cases/notice.h"

#define STORM_S 3600
#define STORM_NOTICES 10
#define GATHER_S 60 /* what comes within a minute goes into one */

static Key reader_key(Txn *txn, const Notice *notice)
{
	g_autofree char *folded = g_ascii_strdown(notice->to, -1);
	const char *parts[] = {folded};
	Hash hash = store_hash(txn->store, HASH_READER, parts, 1);

	return key_seen(&hash);
}

static void load(Txn *txn, const Key *key, Reader *reader)
{
	bool broken = txn->error != NULL;

	if (!txn_get(txn, DB_READERS, key, reader)) {
		if (!broken) {
			txn_forgive_damage(txn);
		}
		memset(reader, 0, sizeof(*reader));
		reader->times = g_array_new(FALSE, FALSE, sizeof(guint64));
		reader->notices = g_array_new(FALSE, FALSE, sizeof(guint64));
	}
}

static void forget_first(Reader *reader)
{
	g_array_remove_index(reader->times, 0);
	g_array_remove_index(reader->notices, 0);
}

/* Remembers NUMBER at AT_S; what is older than an hour is forgotten. */
static void remember(Reader *reader, gint64 at_s, guint64 number)
{
	guint64 at = (guint64)at_s;

	g_array_append_val(reader->times, at);
	g_array_append_val(reader->notices, number);
	while (reader->times->len > STORM_NOTICES ||
	       (gint64)g_array_index(reader->times, guint64, 0) <=
		   at_s - STORM_S) {
		forget_first(reader);
	}
}

/* ---- the summary ---- */

static void add_case(Notice *summary, guint64 id)
{
	for (guint i = 0; i < summary->cases->len; i++) {
		if (g_array_index(summary->cases, guint64, i) == id) {
			return;
		}
	}
	if (summary->cases->len < LIMIT_SUMMARY_CASES) {
		g_array_append_val(summary->cases, id);
	}
}

static void add_notice(Notice *summary, const Notice *notice)
{
	if (strcmp(summary->team, notice->team) != 0) {
		g_free(summary->team);
		summary->team = g_strdup("");
	}
	summary->level = MAX(summary->level, notice->level);
	summary->step++;
	add_case(summary, notice->case_id);
	if (notice->level == URGENCY_CRITICAL) {
		summary->after_s =
		    MIN(summary->after_s, notice->at_s + GATHER_S);
	}
	summary->next_s = summary->after_s;
	g_free(summary->detail);
	summary->detail = g_strdup_printf(
	    "%" G_GINT64_FORMAT " missed deadlines", summary->step);
}

static Notice *summary_new(Txn *txn, const Reader *reader, const Notice *notice)
{
	Notice *summary = g_new0(Notice, 1);

	summary->number = notice_next_number(txn);
	summary->kind = NOTICE_SUMMARY;
	summary->rung = notice->rung;
	summary->to = g_strdup(notice->to);
	summary->at_s = notice->at_s;
	summary->after_s = MAX(notice->after_s, notice->at_s + GATHER_S);
	if (reader->summary_s) {
		summary->after_s =
		    MAX(summary->after_s, reader->summary_s + STORM_S);
	}
	summary->team = g_strdup(notice->team);
	summary->topic = g_strdup("");
	summary->subject = g_strdup("");
	summary->from = g_strdup("");
	summary->policy = g_strdup("");
	summary->zone = g_strdup(notice->zone);
	summary->detail = g_strdup("");
	summary->cases = g_array_new(FALSE, FALSE, sizeof(guint64));
	return summary;
}

/* The summary that still gathers; NULL when it is out. */
static Notice *open_summary(Txn *txn, const Reader *reader)
{
	g_autoptr(Notice) summary =
	    reader->summary ? notice_load_sound(txn, reader->summary) : NULL;

	if (!summary || summary->state != NOTICE_WAITING ||
	    summary->message_id) {
		return NULL;
	}
	return g_steal_pointer(&summary);
}

/* Those of the hour that nobody has seen go into it. */
static void gather(Txn *txn, const Reader *reader, Notice *summary)
{
	for (guint i = 0; i < reader->notices->len; i++) {
		g_autoptr(Notice) notice = notice_load_sound(
		    txn, g_array_index(reader->notices, guint64, i));

		if (notice && notice->kind != NOTICE_SUMMARY &&
		    notice->state == NOTICE_WAITING && !notice->message_id) {
			g_free(notice->error);
			notice->error = notice_name(summary->number);
			notice_end(
			    txn, notice, NOTICE_WITHDRAWN, summary->at_s);
			add_notice(summary, notice);
		}
	}
}

static void put_in_summary(Txn *txn, Reader *reader, const Notice *notice)
{
	g_autoptr(Notice) summary = open_summary(txn, reader);
	Key was = {.n = 0};

	if (summary) {
		was = notice_outbox_key(summary);
	} else {
		summary = summary_new(txn, reader, notice);
		gather(txn, reader, summary);
	}
	add_notice(summary, notice);
	notice_save(txn, summary, &was);
	reader->summary = summary->number;
	reader->summary_s = summary->after_s;
}

/* ---- counting ---- */

static bool is_storm(const Reader *reader, gint64 at_s)
{
	guint n = 1;

	for (guint i = 0; i < reader->times->len; i++) {
		gint64 was_s = (gint64)g_array_index(reader->times, guint64, i);
		n += was_s > at_s - STORM_S;
	}
	return n >= STORM_NOTICES;
}

bool storm_takes(Txn *txn, const Notice *notice)
{
	Key key = reader_key(txn, notice);
	Reader reader = {0};
	bool storm;

	load(txn, &key, &reader);
	storm = is_storm(&reader, notice->at_s);
	if (storm) {
		put_in_summary(txn, &reader, notice);
		remember(&reader, notice->at_s, reader.summary);
		txn_put(txn, DB_READERS, &key, &reader);
	}
	layout_clear(&reader_layout, &reader);
	return storm;
}

void storm_count(Txn *txn, const Notice *notice)
{
	Key key = reader_key(txn, notice);
	Reader reader = {0};

	load(txn, &key, &reader);
	remember(&reader, notice->at_s, notice->number);
	txn_put(txn, DB_READERS, &key, &reader);
	layout_clear(&reader_layout, &reader);
}

/* ---- foretelling ---- */

/* A reader as he will be. */
typedef struct {
	Reader reader;
	GPtrArray *singles; /* of Notice, borrowed: out or waiting by itself */
	GPtrArray *members; /* of the summary that gathers */
} Foretold;

static void foretold_free(gpointer data)
{
	Foretold *foretold = data;

	layout_clear(&reader_layout, &foretold->reader);
	g_ptr_array_unref(foretold->singles);
	g_ptr_array_unref(foretold->members);
	g_free(foretold);
}

static Foretold *foretold_of(
    Txn *txn, GHashTable *readers, const Notice *notice)
{
	Foretold *foretold = g_hash_table_lookup(readers, notice->to);
	Key key;

	if (!foretold) {
		foretold = g_new0(Foretold, 1);
		foretold->singles = g_ptr_array_new();
		foretold->members = g_ptr_array_new();
		key = reader_key(txn, notice);
		load(txn, &key, &foretold->reader);
		g_hash_table_insert(readers, g_strdup(notice->to), foretold);
	}
	return foretold;
}

static void join(Foretold *foretold, Notice *notice)
{
	notice->kind = NOTICE_SUMMARY;
	g_ptr_array_add(foretold->members, notice);
}

/* As summary_new and gather do; whatever is to be read before then is out. */
static void begin_summary(Foretold *foretold, const Notice *notice)
{
	Reader *reader = &foretold->reader;
	gint64 after_s = MAX(notice->after_s, notice->at_s + GATHER_S);

	if (reader->summary_s) {
		after_s = MAX(after_s, reader->summary_s + STORM_S);
	}
	reader->summary_s = after_s;
	g_ptr_array_set_size(foretold->members, 0);
	for (guint i = 0; i < foretold->singles->len; i++) {
		Notice *single = foretold->singles->pdata[i];

		if (single->after_s > notice->at_s &&
		    single->at_s > notice->at_s - STORM_S) {
			join(foretold, single);
		}
	}
	g_ptr_array_set_size(foretold->singles, 0);
}

static void put_in_foretold(Foretold *foretold, Notice *notice)
{
	Reader *reader = &foretold->reader;

	if (reader->summary_s <= notice->at_s) {
		begin_summary(foretold, notice);
	}
	if (notice->level == URGENCY_CRITICAL) {
		reader->summary_s =
		    MIN(reader->summary_s, notice->at_s + GATHER_S);
	}
	join(foretold, notice);
	for (guint i = 0; i < foretold->members->len; i++) {
		Notice *member = foretold->members->pdata[i];

		member->after_s = reader->summary_s;
	}
}

void storms_foretell(Txn *txn, GPtrArray *notices)
{
	g_autoptr(GHashTable) readers = g_hash_table_new_full(
	    g_str_hash, g_str_equal, g_free, foretold_free);

	for (guint i = 0; i < notices->len; i++) {
		Notice *notice = notices->pdata[i];
		Foretold *foretold = foretold_of(txn, readers, notice);
		bool storm = is_storm(&foretold->reader, notice->at_s);

		if (storm) {
			put_in_foretold(foretold, notice);
		} else {
			g_ptr_array_add(foretold->singles, notice);
		}
		remember(&foretold->reader, notice->at_s, 0);
	}
}
