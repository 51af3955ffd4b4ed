/*
 * What the files of the store share: the environment, transactions whose
 * errors stick, the layouts of records, keys, and drafts of cases.
 */
#ifndef CASES_INTERNAL_H
#define CASES_INTERNAL_H

#include <lmdb.h>

#include "anteroom/cases.h"
#include "anteroom/error.h"
#include "anteroom/notice.h"
#include "cases/codec.h"

/* ---- databases and keys (FORMAT.md) ---- */

#define SCHEMA 3

typedef enum {
	DB_META,
	DB_CASES,
	DB_EVENTS,
	DB_SEEN,
	DB_THREADS,
	DB_ORDER,
	DB_WAKE,
	DB_TEMPLATES,
	DB_ALARMS,
	DB_NOTICES,
	DB_OUTBOX,
	DB_PENDING,
	DB_READERS,
	DB_WRITERS,
} Db;
#define DBS 14

extern const char *const db_names[DBS];

#define KEY_MAX_BYTES 32

typedef struct {
	guint8 bytes[KEY_MAX_BYTES];
	gsize n;
} Key;

/* Keyed by the store, so that nobody outside can make two that collide. */
typedef struct {
	guint8 bytes[16];
} Hash;

/* Of what a hash was taken; kept apart inside it. */
typedef enum {
	HASH_PRINT,   /* a message from outside */
	HASH_REPLY,   /* a reply of ours */
	HASH_FORWARD, /* one of ours that isn't to the correspondent */
	HASH_TEXT,    /* writer and text written now */
	HASH_MESSAGE_ID,
	HASH_CONVERSATION, /* Outlook's Thread-Index */
	HASH_NOTICE,       /* the mark of our own */
	HASH_TEAM,
	HASH_WORD,   /* of an acknowledgement */
	HASH_READER, /* an address that notices go to */
	HASH_WRITER, /* From of a case */
} HashKind;

bool hash_is_set(const Hash *hash);
bool hash_equal(const Hash *a, const Hash *b);

void key_u8(Key *key, guint8 value);
void key_u32(Key *key, guint32 value);
void key_u64(Key *key, guint64 value);
/* Big-endian numbers out of a key; the caller has checked its length. */
guint32 key_get_u32(const guint8 *at);
guint64 key_get_u64(const guint8 *at);

Key key_case(guint64 id);
Key key_event(guint64 id, guint32 number);
Key key_seen(const Hash *hash);
Key key_thread(const Hash *hash, guint64 id);
Key key_meta(const char *name);
Key key_pair(guint64 first, guint64 second);

/* ---- records ---- */

/* Which message an event is about. Hashes that are all zero are absent. */
typedef struct {
	Hash print;
	Hash text;
	Hash message_id;
	Hash conversation;
	guint8 body[32]; /* SHA-256 of the body; evidence, not an index */
} Identity;

/* What must be known of a reply in case it bounces, and of its bounce. */
typedef struct {
	gint64 at_s;      /* when it counted as sent */
	gint64 waiting_s; /* the arrival of the oldest message it answered; 0 */
	char *team;       /* NULL: of nobody */
	char **to;        /* correspondents it went to; didn't reach */
} Sent;

typedef struct {
	Event event; /* case_id and number are the key's */
	guint8 previous[32];
	Identity identity;
	Sent sent;
	GPtrArray *before; /* of Case: how it was before an act; NULL, or one */
} StoredEvent;

/* Values of the indexes. */
typedef struct {
	guint64 id;
	guint32 event;
	gint64 at_s;
} Seen;

typedef struct {
	guint32 event;
	gint64 at_s;
	guint64 moved; /* the case that the message was split off to; 0 */
} Thread;

typedef struct {
	CaseState state;
	char *team, *topic, *desk;
} Order;

typedef struct {
	gint64 number;
	guint8 secret[32];
} Meta;

/* An acknowledgement that a team has sent, by hashes of its words. */
typedef struct {
	guint64 id;    /* the case that got it last */
	gint64 at_s;   /* sent last */
	guint times;   /* cases that got it */
	bool answer;   /* a person said that it answers */
	GArray *words; /* of guint64, ascending */
} Template;

/* Who gets notices: breaches of the last hour, and the summary of a storm. */
typedef struct {
	GArray *times;    /* of guint64, in order */
	GArray *notices;  /* of guint64, one each */
	guint64 summary;  /* the latest; 0 = none */
	gint64 summary_s; /* when that is sent */
	gint64 digest_s;  /* the morning of his latest digest; 0 */
} Reader;

extern const Layout case_layout, sketch_layout, clock_layout, hit_layout,
    event_layout, seen_layout, thread_layout, order_layout, meta_layout,
    wake_layout, alarm_layout, notice_layout, outbox_layout, pending_layout,
    reader_layout, template_layout, holder_layout, writer_layout;

/* The layout of each database's values. */
const Layout *db_layout(Db db);

/* ---- the environment ---- */

typedef struct Change Change;
typedef struct Facts Facts;

struct Store {
	char *path;
	int lock_fd;
	MDB_env *env;
	MDB_dbi dbs[DBS];
	GHmac *hmac; /* with the store's key; only ever copied */
	guint64 map_bytes;
	Facts *facts;

	/* The committer's (commit.c), under the mutex. */
	GThread *committer;
	GMutex mutex;
	GCond work;     /* something waits, or stop */
	GQueue waiting; /* of Change, borrowed from blocked callers */
	guint enough;   /* of those: then the committer goes on */
	gint expected;  /* callers of store_expect; atomic */
	bool stop;
	char *fatal; /* why nothing more can be changed; NULL */
	guint64 commits, changes;
	GCond outbox;            /* something was queued */
	guint64 queued;          /* how often */
	gint64 behind_us;        /* since when alarms that are due wait; 0 */
	gint64 looked_s;         /* the ticker has done all up to here; 0 */
	gint64 later_s;          /* what it does next besides alarms; 0 */
	gint64 expected_s;       /* the moment for which the ticker sleeps */
	void (*watch)(gpointer); /* a commit made an earlier one; NULL */
	gpointer watch_data;
	Conf *webhooks;   /* who hears of events; NULL: nobody */
	bool warned_full; /* the committer's alone */
};

/* Hash of the N strings of PARTS (NULL counts as "") and KIND. Any thread. */
Hash store_hash(
    const Store *store, HashKind kind, const char *const *parts, gsize n);

/* ---- transactions (txn.c) ----
 *
 * An error sticks: after it, reads find nothing, writes do nothing, and the
 * caller looks once, at the end. Values are valid until the transaction ends or
 * writes. One thread at a time.
 */
typedef struct {
	Store *store;
	MDB_txn *mdb;
	GError *error;
	int code;        /* the library's, with error; 0 = not from there */
	guint writes;    /* since the transaction began */
	guint64 next_id; /* 0 = not read yet */
	bool next_used;
	GArray *facts; /* facts.c: of cases that were written; NULL */
	bool outbox;   /* a notice waits that didn't before, or not so soon */
	gint64 earliest_s; /* of the moments that were put; 0 = none */
	gint64 quiet_s;    /* draft_save: what is over by then is told nobody */
} Txn;

/* A read transaction; false with ERROR_TEMPORARY or ERROR_FATAL. */
bool txn_begin_read(Txn *txn, Store *store, GError **error);
/* Ends it. The sticking error, if any, goes to ERROR: false. */
bool txn_end_read(Txn *txn, GError **error);

/* Makes CODE of the library, met while doing WHAT, the transaction's error. */
void txn_library(Txn *txn, int code, const char *what);
/* Makes a complaint of ours the transaction's error, unless it has one. */
void txn_fail(Txn *txn, ErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Drops a sticking error that isn't the library's: a damaged record that the
 * caller can do without. True when there was one. */
bool txn_forgive_damage(Txn *txn);

/* The record under KEY decoded into THING (zeroed); false when there is none,
 * or with a sticking error naming database and key when it is damaged. */
bool txn_get(Txn *txn, Db db, const Key *key, gpointer thing);
/* The same, but only of what the layout PART has of it. */
bool txn_get_part(
    Txn *txn, Db db, const Layout *part, const Key *key, gpointer thing);
bool txn_has(Txn *txn, Db db, const Key *key);
void txn_put(Txn *txn, Db db, const Key *key, gconstpointer thing);
void txn_put_record(Txn *txn, Db db, const Key *key, GByteArray *record);
void txn_delete(Txn *txn, Db db, const Key *key);
/* An unused case number, 1.. */
guint64 txn_next_id(Txn *txn);

/* Decodes a value found by cursor. False: *why (static) says what is wrong. */
bool txn_decode(Db db, const MDB_val *key, const MDB_val *value, gpointer thing,
    const char **why);
/* "cases AR-7", "events AR-7 3", "seen 0011..." for messages. Transfer full. */
char *txn_key_text(Db db, const void *key, gsize n);

/* The next entry at or after KEY; false at the end or on error. */
bool txn_seek(Txn *txn, MDB_cursor *cursor, const Key *key, MDB_val *found,
    MDB_val *value);
bool txn_step(Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value);
bool txn_step_back(
    Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value);
bool txn_last(Txn *txn, MDB_cursor *cursor, MDB_val *found, MDB_val *value);
/* To be closed by mdb_cursor_close; NULL on error. */
MDB_cursor *txn_cursor(Txn *txn, Db db);

/* ---- the committer (commit.c) ---- */

/*
 * A change. It may run several times (a batch that failed is repeated one by
 * one), so it starts by forgetting what an earlier run left in DATA. It does
 * no I/O, takes no lock and doesn't log. On failure the error sticks in TXN.
 */
typedef void (*ChangeFunc)(Txn *txn, gpointer data);

bool committer_start(Store *store, GError **error);
void committer_stop(Store *store);
/* Returns when the change is durable, or with the error and nothing done. */
bool commit_run(Store *store, ChangeFunc func, gpointer data, GError **error);

/* ---- drafts of cases (draft.c) ----
 *
 * A case taken out of the store to be changed, once, the events that will tell
 * of it, and the index entries it has. Nothing is written before draft_save, so
 * that a change may still fail without harm.
 */
typedef struct {
	Case *kase; /* owned */
	Key order;  /* n = 0: none */
	Key wake;
	Key alarm;
	GByteArray *order_value;
	GPtrArray *events;  /* of StoredEvent, not written yet */
	GPtrArray *notices; /* of Notice, not queued yet */
	GString *clocks;    /* what clocks did since the last event */
	bool ended;         /* a clock has */
	guint old_clocks;   /* clocks that it has in the store */
} Draft;

/* The case ID, or the one it was merged into; NULL when there is none, or with
 * a sticking error. Transfer full. */
Draft *draft_load(Txn *txn, guint64 id);
/* The same, but a damaged record is as good as none, with *DAMAGED (may be
 * NULL) set: no mail is refused for it. */
Draft *draft_load_sound(Txn *txn, guint64 id, bool *damaged);
/* The case ID itself, merged or not. */
Draft *draft_load_exact(Txn *txn, guint64 id);
/* A draft of a case that isn't in the store. Takes KASE over. */
Draft *draft_of(Case *kase);
/* Gives a new case its number. */
void draft_number(Txn *txn, Draft *draft);
void draft_free(Draft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

/* Adds an event. IDENTITY and MESSAGE_ID may be NULL. What clocks did is added
 * to the detail. */
void draft_event(Draft *draft, gint64 at_s, const char *what, const char *who,
    const char *detail);
/* The same; the event is the draft's, until it is saved. */
StoredEvent *draft_message_event(Draft *draft, gint64 at_s, const char *what,
    const char *who, const char *detail, const Identity *identity,
    const char *message_id);

/* Writes the case, its events and its index entries. What clocks did without
 * an event gets one, at AT_S. */
void draft_save(Txn *txn, Draft *draft, gint64 at_s);

/* The index entries KASE must have: key of `order` and its value, key of `wake`
 * (n = 0 unless paused). */
Key case_order_key(const Case *kase);
Key case_wake_key(const Case *kase);
/* Key of `alarms`: n = 0 unless a clock needs attention some time. */
Key case_alarm_key(const Case *kase);
GByteArray *case_order_value(const Case *kase);
/* What the chain has after EVENT's record. */
void event_chain(
    const Key *key, const guint8 *payload, gsize n, guint8 chain[32]);

/* ---- words and lists of a case (case.c) ---- */

bool words_have(char *const *words, const char *word);
/* Adds a copy of WORD, if it isn't "" or there or the list full or it too
 * long. True when it is new. */
bool words_add(char ***words, const char *word, guint most);
bool links_add(Case *kase, guint64 id);
/* One without anything: lists empty, texts "". */
Case *case_empty(void);
Clock *case_live_clock(Case *kase, Metric metric);
/* Bytes of its record. */
gsize case_bytes(const Case *kase);
/* Takes the words that sensitive cases don't keep. */
void case_hush(Case *kase);
/* TOPIC becomes the primary one, the others stay behind it. */
void case_set_topic(Case *kase, const char *topic);
/* TEAM has it from AT_S on (holder.c). */
void case_give_to(Case *kase, const char *team, gint64 at_s);
/* Who gets it when a person wants ASKED to have it: the third time in a row it
 * is the assistant's team. Counts. */
const Team *case_next_holder(Case *kase, const Conf *conf, const Team *asked);
/* Is ADDRESS (folded) of one of CONF's domains? */
bool conf_is_ours(const Conf *conf, const char *address);

/* Is there something due at NOW_S that the tick hasn't done? */
bool tick_is_behind(Txn *txn, gint64 now_s);

/* ---- clocks (clocks.c) ----
 *
 * All of it is arithmetic on a draft; what happened is told in its `clocks`.
 */

/* "first_reply 1 due 2026-11-23T10:00:00Z". Transfer full. */
char *breach_detail(const Clock *clock);
/* The open seconds of CLOCK that a calendar which changed leaves: sets due_s.
 * False: it is where it was, or can't be told. */
bool clock_follow(const Sla *sla, const Case *kase, Clock *clock);

/* A reply that went out at AT_S promised something by DUE_S: a clock of its
 * own, by the wall, beside others. Its instance; 0 when DUE_S isn't after
 * AT_S or the case has too many. */
guint clocks_promise(Draft *draft, gint64 at_s, gint64 due_s);
/* What was promised before AT_S is done: ends the live promise INSTANCE, or all
 * of them with 0, met or missed. How many. */
guint clocks_fulfil(Draft *draft, guint instance, gint64 at_s);
/* The reply that promised it never arrived: the live promises that began at
 * MADE_S (any with 0) end as revoked. How many. */
guint clocks_unpromise(Draft *draft, gint64 made_s, gint64 at_s);
/* The case is closed: what is late stays broken, the rest is let go. */
void clocks_close_promises(Draft *draft, gint64 at_s);

/* Ends the live clock of METRIC, met or missed. False: none was live. */
bool clocks_stop(Draft *draft, Metric metric, gint64 at_s);
bool clocks_revoke(Draft *draft, Metric metric, gint64 at_s);
void clocks_pause(Draft *draft, const Sla *sla, gint64 at_s);
void clocks_resume(Draft *draft, const Sla *sla, gint64 at_s);
/* Running clocks that began at WAS_S began at IS_S: an earlier arrival. */
void clocks_move(Draft *draft, const Sla *sla, gint64 was_s, gint64 is_s);
/* Team, topic or urgency changed by hand: live clocks end as revoked, new ones
 * with the targets of the policy that fits now keep their start. */
void clocks_repolicy(Draft *draft, const Sla *sla, gint64 now_s);
/* A message at ARRIVAL_S made it more urgent: as above, but counted from that
 * message, and only where that is sooner. */
void clocks_tighten(Draft *draft, const Sla *sla, gint64 arrival_s);
/* The reply clock that a message which waits since ARRIVAL_S needs. */
void clocks_await(Draft *draft, const Sla *sla, gint64 arrival_s);
/* The clock at INDEX, met or missed, wasn't: it becomes revoked. */
void clocks_undo(Draft *draft, guint index);
/* What runs or is paused in BEFORE, of Clock, does so again: what ended
 * meanwhile as a new instance, what began since ends as revoked. */
void clocks_restore(Draft *draft, const GArray *before, gint64 at_s);
/* PROMISE (copied) once more, as it was: a new instance that ended at AT_S. */
void clocks_redo(Draft *draft, const Clock *promise, gint64 at_s);
/* PROMISE (copied) of a reply goes on as a new instance. The reply clock that
 * runs meanwhile ends as revoked, at AT_S; of the two the sooner deadline
 * stays. */
void clocks_go_on(Draft *draft, const Clock *promise, gint64 at_s);

/* ---- states (state.c) ---- */

/* Somebody waits since ARRIVAL_S: ends a pause, reopens, starts clocks. */
void state_await(
    Draft *draft, const Sla *sla, gint64 arrival_s, const char *who);
/* Somebody waits since WAIT's since_s, as is known since at_s by WHO. */
typedef struct {
	gint64 since_s;
	gint64 at_s;
	const char *who;
	const char *why; /* a pause ends */
} Wait;
void state_wait(Draft *draft, const Sla *sla, const Wait *wait);
void state_resume(Draft *draft, const Sla *sla, gint64 at_s, const char *who,
    const char *why);
void state_close(Draft *draft, gint64 at_s, const char *why);
/* Fails TXN and returns true when the case was merged into another. */
bool state_refuses_merged(Txn *txn, const Case *kase);

/* The handler of ACT_MERGE: saves the case that stays (merge.c). */
void act_merge(Txn *txn, Draft *from, const Act *act);
/* Those of ACT_SPLIT (split.c), ACT_UNDO and ACT_UNMERGE (undo.c): they save
 * the other case. */
void act_split(Txn *txn, Draft *draft, const Act *act);
void act_undo(Txn *txn, Draft *draft, const Act *act);
void act_unmerge(Txn *txn, Draft *from, const Act *act);
/* Keeps in STORED how the case was BEFORE, and the OTHER of a merge (0). */
void event_remember(StoredEvent *stored, const Case *before, guint64 other);
/* Has the message of EVENT gone to a case of its own? */
bool case_is_moved(const Case *kase, guint32 event);

/* ---- threads (thread.c) ---- */

/* The message with HASH, seen before. A damaged entry is as good as none. */
bool seen_find(Txn *txn, const Hash *hash, Seen *seen);

/* The case of a thread entry that was looked for. */
typedef struct {
	guint64 id;
	Thread thread;
} Found;
#define FOUND_MOST 64

/* The cases that HASH leads to: the oldest half and the newest half of at most
 * FOUND_MOST. Returns how many. */
guint threads_find(Txn *txn, const Hash *hash, Found *found);

/* Cases loaded for one message before it counts as threading to none: a
 * cunning writer shall not keep the committer busy. */
#define CANDIDATES_MOST 64

/* Hashes of what MESSAGE refers to: ids, newest first, then the conversation of
 * Outlook, which says least. GArray of Hash, transfer full. */
GArray *references_hashes(const Store *store, const Message *message);

/* ---- writers (writer.c) ---- */

/* Where `writers` leads from the writer of KASE to it; n = 0: nobody is known
 * to have written it. */
Key case_writer_key(const Store *store, const Case *kase);
/* The case from which on `writers` isn't complete; 0: it is. */
guint64 writers_missing(Txn *txn);
/* The index is to be made, of all cases. */
void writers_want(Txn *txn);

/* ---- acknowledgements (template.c) ---- */

/* How a reply reads, and by which words. */
typedef struct {
	Courtesy courtesy;
	Hash team;
	GArray *words; /* of guint64, ascending */
} Wording;
void wording_init(Wording *wording, const Store *store, const Answer *answer);
void wording_clear(Wording *wording);

/* Does the reply of WORDING to case ID only acknowledge? Why, in words, or NULL
 * when it counts as an answer. Remembers it among the templates of its team. */
const char *template_acknowledges(
    Txn *txn, const Wording *wording, guint64 id, gint64 at_s);

/* What TEAM acknowledged in case ID with, answers from now on. */
void template_answers(Txn *txn, const char *team, guint64 id);

/* ---- replies (answer.c) ---- */

/* The arrival of the oldest message of KASE after AT_S; 0: none. */
gint64 next_message_s(Txn *txn, const Case *kase, gint64 at_s);
/* The case was answered at AT_S: stops its reply clocks; a message that came
 * later waits on. True: a clock stopped. */
bool answer_stops(Txn *txn, Draft *draft, const Sla *sla, gint64 at_s);

/* ---- a message from outside (incoming.c prepares, admit.c decides) ---- */

typedef struct {
	const Admission *admission;
	Identity identity;
	GArray *references; /* of Hash */
	const char *from;   /* folded; "" */
	char **people;      /* From and Reply-To */
	char **copied;      /* outside, in To and Cc */
	char *detail;       /* of its event */
	Draft *fresh;       /* the case that it makes if it joins none */
	bool waits;         /* somebody must answer it */

	/* What became of it. */
	guint64 damaged; /* a case that it may belong to can't be read */
	Case *kase;
	AdmitOutcome outcome;
} Incoming;

/* All that can be prepared before the transaction. False with ERROR_USAGE when
 * the admission makes no sense. */
bool incoming_init(Incoming *incoming, Store *store, const Admission *admission,
    GError **error);
void incoming_clear(Incoming *incoming);
/* Makes `fresh` (anew). */
void incoming_prepare_fresh(Incoming *incoming);
/* Takes the people of the message into the case. */
void incoming_introduce(const Incoming *incoming, Case *kase);
/* Adds the message's hits to the case's, each rule once. */
void incoming_add_hits(const Incoming *incoming, Case *kase);

/* Urgency and topic that the message raises in the case it joins (raise.c). */
void raise_by_message(Draft *draft, const Incoming *incoming);

#endif
