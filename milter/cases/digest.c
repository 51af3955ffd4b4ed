/*
 * Queueing digests. A reader's record has the morning of his latest one, and
 * changes with the notice in one transaction. What a digest says is computed
 * when it is sent: the notice has nothing but whose and when.
 */
#include "anteroom/digest.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/readers.h"
#include "cases/notice.h"

#define AHEAD_MOST_S (2 * 24 * 3600)

typedef struct {
	const DigestReader *reader;
	gint64 morning_s;
} Morning;

typedef struct {
	GArray *mornings; /* of Morning: those that aren't recorded */
	gint64 now_s;
	guint n;
} Digests;

static Key reader_key(const Store *store, const char *address)
{
	g_autofree char *folded = g_ascii_strdown(address, -1);
	const char *parts[] = {folded};
	Hash hash = store_hash(store, HASH_READER, parts, 1);

	return key_seen(&hash);
}

/* A damaged record is as good as none. */
static void load(Txn *txn, const Key *key, Reader *reader)
{
	if (!txn_get(txn, DB_READERS, key, reader)) {
		txn_forgive_damage(txn);
		memset(reader, 0, sizeof(*reader));
		reader->times = g_array_new(FALSE, FALSE, sizeof(guint64));
		reader->notices = g_array_new(FALSE, FALSE, sizeof(guint64));
	}
}

/* The wall clock was far ahead once: what was recorded then counts no more. */
static bool is_astray(const Reader *reader, gint64 now_s)
{
	return reader->digest_s > now_s + AHEAD_MOST_S;
}

static Notice *notice_of(const Morning *morning)
{
	const DigestReader *reader = morning->reader;
	Notice *notice = g_new0(Notice, 1);

	notice->kind = NOTICE_DIGEST;
	notice->rung = reader->executive ? RUNG_EXECUTIVE
		       : reader->desk    ? RUNG_ASSISTANT
					 : RUNG_LEAD;
	notice->to = g_strdup(reader->address);
	notice->at_s = notice->after_s = notice->next_s = morning->morning_s;
	notice->team = g_strdup(
	    reader->desk || reader->teams[0] == NULL || reader->teams[1] != NULL
		? ""
		: reader->teams[0]);
	notice->topic = g_strdup("");
	notice->subject = g_strdup("");
	notice->from = g_strdup("");
	notice->policy = g_strdup("");
	notice->detail = g_strdup("");
	notice->zone = g_strdup(calendar_zone(reader->calendar));
	return notice;
}

/* A reader whom the store doesn't know begins with his next morning: whoever
 * installs this at noon wants no mail about the night. */
static void record(Txn *txn, Digests *digests, const Morning *morning)
{
	Key key = reader_key(txn->store, morning->reader->address);
	Reader reader = {0};

	load(txn, &key, &reader);
	if (is_astray(&reader, digests->now_s)) {
		reader.digest_s = 0;
	}
	if (reader.digest_s != 0 && reader.digest_s < morning->morning_s) {
		g_autoptr(Notice) notice = notice_of(morning);

		notice_queue(txn, notice);
		digests->n++;
	}
	reader.digest_s = MAX(reader.digest_s, morning->morning_s);
	txn_put(txn, DB_READERS, &key, &reader);
	layout_clear(&reader_layout, &reader);
}

static void digests_change(Txn *txn, gpointer data)
{
	Digests *digests = data;

	digests->n = 0;
	for (guint i = 0; i < digests->mornings->len && !txn->error; i++) {
		record(txn, digests,
		    &g_array_index(digests->mornings, Morning, i));
	}
}

/* Is his morning recorded already? */
static bool is_recorded(Txn *txn, const Morning *morning, gint64 now_s)
{
	Key key = reader_key(txn->store, morning->reader->address);
	Reader reader = {0};
	bool recorded;

	load(txn, &key, &reader);
	recorded =
	    reader.digest_s >= morning->morning_s && !is_astray(&reader, now_s);
	layout_clear(&reader_layout, &reader);
	return recorded;
}

static bool find_mornings(Store *store, const Conf *conf,
    const GPtrArray *readers, Digests *digests, GError **error)
{
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	for (guint i = 0; i < readers->len; i++) {
		const DigestReader *reader = readers->pdata[i];
		Morning morning = {
		    reader, digest_morning(reader->calendar, conf->digest_min,
				digests->now_s)};

		if (morning.morning_s != 0 &&
		    !is_recorded(&txn, &morning, digests->now_s)) {
			g_array_append_val(digests->mornings, morning);
		}
	}
	return txn_end_read(&txn, error);
}

static gint64 next_of(const Conf *conf, const GPtrArray *readers, gint64 now_s)
{
	gint64 next_s = 0;

	for (guint i = 0; i < readers->len; i++) {
		const DigestReader *reader = readers->pdata[i];
		gint64 at_s = digest_next_morning(
		    reader->calendar, conf->digest_min, now_s);

		if (at_s != 0 && (next_s == 0 || at_s < next_s)) {
			next_s = at_s;
		}
	}
	return next_s;
}

bool store_digests(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    guint *n, gint64 *next_s, GError **error)
{
	g_autoptr(GArray) mornings = g_array_new(FALSE, FALSE, sizeof(Morning));
	g_autoptr(GPtrArray) readers = NULL;
	Digests digests = {.mornings = mornings, .now_s = now_s};

	if (conf->digest_min < 0 || *conf->notify_from == '\0') {
		*next_s = 0;
		return true;
	}
	readers = digest_readers(conf, sla);
	if (!find_mornings(store, conf, readers, &digests, error) ||
	    (mornings->len > 0 &&
		!commit_run(store, digests_change, &digests, error))) {
		return false;
	}
	if (n != NULL) {
		*n = digests.n;
	}
	*next_s = next_of(conf, readers, now_s);
	return true;
}
