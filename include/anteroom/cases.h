/*
 * The store: cases, their clocks and events, and what makes taking in the same
 * message twice harmless. One process has it open (a lock says so); inside, any
 * number of threads.
 *
 * Changes are queued and committed together by one committer thread: a call
 * that changes something returns when its change is on the disk, or with an
 * error when it is not there at all. Nothing in between.
 *
 * Errors: ERROR_NO (no such case; the state forbids it), ERROR_USAGE (bad
 * words), ERROR_TEMPORARY (busy, full), ERROR_FATAL (the environment is
 * unusable until the process restarts). The layout on disk: FORMAT.md beside
 * the code. Nothing of the library below shows here.
 */
#ifndef ANTEROOM_CASES_H
#define ANTEROOM_CASES_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/route.h"
#include "anteroom/score.h"
#include "anteroom/sla.h"

typedef struct Store Store;

/* ---- a case ---- */

typedef enum {
	CASE_OPEN, /* somebody waits for us: exactly when waiting_s is set */
	CASE_ANSWERED, /* every message has its reply */
	CASE_PAUSED,   /* the clocks stand still until pause_until_s */
	CASE_CLOSED,
} CaseState;
#define CASE_STATES 4

/* "open", "answered", "paused", "closed". Static. */
const char *case_state_name(CaseState state);
bool case_state_parse(const char *name, CaseState *state);

typedef enum {
	CLOCK_RUNNING,
	CLOCK_PAUSED,
	CLOCK_MET,
	CLOCK_MISSED, /* ended after its deadline */
	CLOCK_REVOKED,
} ClockState;

/* "running", "paused", "met", "missed", "revoked". Static. */
const char *clock_state_name(ClockState state);

/*
 * One running target of one case. Ended ones stay as they are; a new round is
 * a new instance. Only that one was met or missed by a reply is revoked when
 * the reply bounces: the timeline keeps both.
 * Invariant: at most one clock of a metric is running or paused; ended_s is
 * set exactly when it is met, missed or revoked; due_s is 0 exactly while
 * paused.
 */
typedef struct {
	Metric metric;
	guint instance; /* 1.. per metric */
	ClockState state;
	gint64 target_s;  /* open seconds promised */
	gint64 started_s; /* the moment counting began */
	gint64 due_s;
	gint64 left_s; /* open seconds left, while paused */
	gint64 ended_s;
	/* What it took to get to due_s: it runs since from_s (0: started_s),
	 * when spent_s of its open seconds were used up. */
	gint64 from_s;
	gint64 spent_s;
	/* What was done, once each: the highest warning, in percent; the
	 * breach; the latest step after it, in seconds and one more. */
	guint warned_pct;
	bool breached;
	gint64 escalated_s;
	gint64 next_s;  /* when it next needs attention; 0: never */
	gint64 quiet_s; /* whatever was due until then is told nobody */
} Clock;

/* Why a case was scored as it was; TEXT is "" for sensitive cases. */
typedef struct {
	char *rule, *topic;
	int points, urgency;
	char *in;   /* section, "header:NAME" */
	char *text; /* the words */
	char *why;
} CaseHit;

/* A team that had a case, until the next one got it. */
typedef struct {
	char *team;
	gint64 from_s;
} Holder;

typedef struct Case {
	guint64 id;
	char *desk, *team; /* names; they may have left the configuration */
	char *topic;
	char **topics; /* primary first */
	int urgency;
	Urgency level;
	CaseState state;
	DeskMode mode; /* of the desk when it came */
	bool sensitive;
	char *unscreened;      /* why nobody but a person judged it; NULL */
	char *subject;         /* one line */
	char *from;            /* folded */
	char **correspondents; /* whoever counts as the writer; folded */
	char **witnesses;      /* other addresses of ours that got it; folded */
	gint64 received_s;     /* arrival of the first message */
	gint64 waiting_s;      /* arrival of the oldest unanswered one; 0 */
	gint64 last_message_s;
	gint64 first_reply_s; /* 0 = none yet */
	gint64 closed_s;
	char *closed_because; /* NULL unless closed */
	gint64 pause_until_s;
	char *pause_because;
	char *policy;        /* name; "" = none */
	char *calendar;      /* name; "" = none */
	GArray *clocks;      /* of Clock, in order of start */
	GPtrArray *hits;     /* of CaseHit */
	guint messages;      /* from outside, copies not counted */
	guint copies;        /* the same message again */
	char *excerpt;       /* by keep-text; "" when sensitive or none */
	GArray *links;       /* of guint64, linked cases */
	guint64 merged_into; /* 0 = not merged */
	char **copied;       /* people outside whom the correspondents had in
			      * copy: what they write joins; folded */
	gint64 replied_s;    /* the latest reply; 0 = none yet */
	char *replied_team;  /* whose it was; "" = the desk's people or none */
	gint64 acknowledged_s; /* the latest reply that only acknowledged; 0 */
	GPtrArray *holders;    /* of Holder, in order; empty while the first
				* one has it */
	GArray *moved; /* of guint64: events whose messages were split off */
	guint hops;    /* by hand, since the assistant had it */
	/* Of the timeline: number and hash of its last event. */
	guint32 events;
	guint8 chain[32];
} Case;

Case *case_copy(const Case *kase);
void case_free(Case *kase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

/* "AR-1042". Transfer full. */
char *case_name(guint64 id);
/* Reads "AR-1042", "ar-1042" or "1042"; false with ERROR_USAGE. */
bool case_parse_name(const char *name, guint64 *id, GError **error);

/* What breaks the invariants of a case or its clocks, in words for a person;
 * NULL when all is well. Static. */
const char *case_wrong(const Case *kase);

/* The running or paused clock of METRIC; NULL when there is none. */
const Clock *case_clock(const Case *kase, Metric metric);
/* Its deadline; 0 when none runs. */
gint64 case_due_s(const Case *kase, Metric metric);
/* The earliest deadline of the running clocks; 0 when none runs. */
gint64 case_next_due_s(const Case *kase);
/* Is a running clock of METRIC past its deadline at NOW_S? */
bool case_overdue(const Case *kase, Metric metric, gint64 now_s);

/* How many of its promises were due before NOW_S and aren't done. */
guint case_promises(const Case *kase, gint64 now_s);

/* Did its team answer where it was seen? Did it end, closed or answered, where
 * nothing was seen? So many of the latter, and none of the former, make a team
 * of which nobody knows how fast it is. */
bool case_seen_answered(const Case *kase);
bool case_ended_unseen(const Case *kase);
#define CASES_BLIND 3

/* One line of the timeline. */
typedef struct {
	guint64 case_id;
	guint32 number; /* 1.. within the case */
	gint64 at_s;
	char *what;   /* one word: received, joined, copy, reply, route ... */
	char *who;    /* user, address, or "anteroom" */
	char *detail; /* one line; "" */
	char *message_id; /* of the message it is about, without <>; NULL */
} Event;
void event_free(Event *event);

/* ---- open, close ---- */

/*
 * Opens the store in folder PATH, made when absent (mode 0700); BYTES is the
 * address space of the map. ERROR_TEMPORARY when another process has it,
 * ERROR_CONFIG when it can't be made or was written by a newer version.
 * Starts the committer. Transfer full.
 */
Store *store_open(const char *path, guint64 bytes, GError **error);

/* Waits for queued changes, then closes. NULL is fine. No other thread may be
 * inside a call. */
void store_close(Store *store);

/* ---- messages in ---- */

typedef struct {
	const Message *message;
	const Score *score;
	const Plan *plan;   /* plan->team is not NULL */
	const Sla *sla;     /* for clocks of the case it may join */
	const Conf *conf;   /* teams, topics: raising and hand-over */
	const char *sender; /* envelope sender, folded; "" */
	const char *const *recipients; /* envelope, folded; the watched first */
	gint64 arrival_s;
	gint64 now_s;
	const char *via; /* "milter", "take", "replay" */
	bool quiet;      /* nobody is told of what was due before now_s */
} Admission;

typedef enum {
	ADMIT_NEW,
	ADMIT_LINKED, /* new, and linked to another */
	ADMIT_JOINED, /* a further message of a case */
	ADMIT_COPY,   /* a message seen before: nothing changed but a count */
} AdmitOutcome;

/*
 * Between the two a message is in work that may be recorded: while most of them
 * are still to come, what waits to be committed waits for them, some
 * milliseconds at most, and they share one flush. Nothing depends on it but
 * speed. Any thread.
 */
void store_expect(Store *store);
void store_expect_no_more(Store *store);

/*
 * Records a message durably: a new case, a further message of one, or nothing
 * new. *KASE is the case afterwards. On failure nothing is
 * recorded and outputs are untouched. Blocks for the commit. Any thread.
 */
bool store_admit(Store *store, const Admission *admission,
    AdmitOutcome *outcome, Case **kase, GError **error);

/* What is known of the writer of a message, from the cases before it. */
typedef struct {
	bool known;     /* wrote a case before */
	bool open;      /* one of those waits for an answer, or is paused */
	guint messages; /* of his in the 30 days before; STORE_MESSAGES_MOST:
			 * so many or more */
} WriterFacts;
#define STORE_MESSAGES_MOST 20

/*
 * Looks for the cases that FROM (folded; whoever it names, proven or not)
 * wrote until NOW_S. False, *WRITER untouched, when FROM is "" or this can't
 * be told: the store can't be read, or doesn't have that index yet. Writes and
 * waits for nothing. Any thread.
 */
bool store_writer(
    Store *store, const char *from, gint64 now_s, WriterFacts *writer);

/* ---- replies out ---- */

/* What a reply promises, and until when (promises_find in replies.h). */
typedef struct {
	gint64 due_s;
	const char *words; /* one line */
} Pledge;

typedef struct {
	const Message *message;        /* human, from one of us: replies.h */
	const char *member;            /* the writer, folded */
	const char *team;              /* name; "" for desk people */
	const char *const *recipients; /* envelope, folded; NULL = not known */
	gint64 at_s;
	const Sla *sla;
	const Conf *conf; /* the company's name; NULL = none */
	const Pledge *pledges;
	guint n_pledges;
} Answer;

typedef enum {
	ANSWER_STOPPED,      /* a reply clock stopped */
	ANSWER_RECORDED,     /* a reply, but no reply was due */
	ANSWER_ACKNOWLEDGED, /* it only acknowledges: nothing stops */
	ANSWER_AGAIN,        /* this very reply is known */
	ANSWER_ELSEWHERE, /* threads to a case, but isn't to its correspondent
			   */
	ANSWER_UNKNOWN,   /* threads to no case */
} AnswerOutcome;

/* Records a reply of ours durably: stops the reply clocks of the case it
 * threads to (who we are: replies.h). *KASE is the case
 * afterwards, NULL for ANSWER_UNKNOWN. ELSEWHERE and UNKNOWN write nothing
 * but, for ELSEWHERE, an event. */
bool store_answer(Store *store, const Answer *answer, AnswerOutcome *outcome,
    Case **kase, GError **error);

/* ---- replies that didn't arrive ---- */

typedef struct {
	const Message *message; /* a bounce */
	gint64 at_s;            /* its arrival */
	const Sla *sla;
	const Conf *conf; /* whom to tell; NULL: of replies alone */
} Bounce;

typedef enum {
	BOUNCE_REVOKED,  /* a reply reached no correspondent: it never was */
	BOUNCE_RECORDED, /* of one that reached somebody, or of a copy */
	BOUNCE_AGAIN,    /* known */
	BOUNCE_UNKNOWN,  /* not of ours, or delivery may yet succeed */
	BOUNCE_ALARMED,  /* a notice or a forward: somebody is told */
} BounceOutcome;

/*
 * Records durably that a reply of ours came back. Unless a correspondent got it
 * all the same, what it stopped is revoked: the promise goes on in a new
 * instance with the old start and deadline, or ends with the reply that did
 * arrive, and the case is open while nobody has answered.
 *
 * Or a notice of ours came back, or what was forwarded to a team: the next in
 * line is told. If it is the team's own address that is dead, the fallback team
 * (route "default") gets the case, unless that would show a sensitive one; its
 * clocks run on. *KASE is the case afterwards, NULL for BOUNCE_UNKNOWN and for
 * a notice of no case. Any thread.
 */
bool store_bounce(Store *store, const Bounce *bounce, BounceOutcome *outcome,
    Case **kase, GError **error);

/* ---- our own notices that come back ---- */

/* The Message-ID, without <>, of notice NUMBER (1..) from our DOMAIN:
 * "anteroom.12.HASH@DOMAIN", the same each time. Transfer full. Any thread. */
char *store_notice_id(const Store *store, guint64 number, const char *domain);

/* The number of the notice whose Message-ID is ID (without <>; NULL is fine);
 * 0 when this store didn't make it. Whatever stands after "@" is not looked
 * at. Any thread. */
guint64 store_notice_of(const Store *store, const char *id);

/* ---- what people do ---- */

typedef enum {
	ACT_ROUTE,    /* word = team */
	ACT_URGENCY,  /* word = level */
	ACT_TOPIC,    /* word = topic */
	ACT_NOTE,     /* word = text */
	ACT_ANSWERED, /* word = how, may be "" */
	ACT_CLOSE,    /* word = reason */
	ACT_REOPEN,
	ACT_PAUSE, /* word = reason, for_s */
	ACT_RESUME,
	ACT_MERGE, /* other = the case that stays */
	ACT_LOOK,  /* changes nothing but the timeline */
	ACT_SPLIT, /* word = number of an event, or a Message-ID */
	ACT_UNMERGE,
	ACT_UNDO, /* what a person did last */
} ActKind;

typedef struct {
	ActKind kind;
	guint64 id;
	const char *who; /* user name */
	const char *word;
	bool by_reply; /* answered: by what counted as an acknowledgement */
	bool kept;     /* answered: only what was promised */
	gint64 for_s;
	guint64 other;
	gint64 now_s;
	const Conf *conf;
	const Sla *sla;
} Act;

/* Does it, with an event. *KASE, if KASE is not NULL, is the case
 * afterwards. */
bool store_act(Store *store, const Act *act, Case **kase, GError **error);

/*
 * Ends the pauses that are over at NOW_S: their clocks run on from the moment
 * the pause was to end. *N, if N is not NULL, is how many. Idempotent. Any
 * thread.
 */
bool store_wake(
    Store *store, const Sla *sla, gint64 now_s, guint *n, GError **error);

/* ---- looking ---- */

/* Of what isn't overdue. */
typedef enum {
	CASE_PART_ALL,
	CASE_PART_PROMISED, /* a reply promised something */
	CASE_PART_NEXT,     /* none did; a deadline runs, or somebody waits */
} CasePart;

typedef struct {
	const char *team, *topic, *desk; /* NULL = any */
	const char *const *teams;        /* one of these; NULL = any */
	guint states;                    /* bit 1 << CaseState; 0 = any */
	guint levels;                    /* bit 1 << Urgency; 0 = any */
	bool overdue;                    /* only those overdue at now_s */
	CasePart part;                   /* all: the overdue as well */
	const char *search; /* words of subject, from, name, excerpt; NULL */
	guint limit;        /* 0 = all */
	gint64 now_s;
} CaseFilter;

/* Called for each case, in order; false ends the walk. The case is the
 * store's. No transaction is open meanwhile. */
typedef bool (*CaseVisit)(const Case *kase, gpointer data);

/* The cases that FILTER lets through: those with a deadline first, the next
 * one first; then the others, newest first. Sees each case that exists
 * throughout once. */
bool store_each(Store *store, const CaseFilter *filter, CaseVisit visit,
    gpointer data, GError **error);

/* By number, oldest first, all of them. */
bool store_each_by_id(
    Store *store, CaseVisit visit, gpointer data, GError **error);

/* At most SPAN numbers before and as many after that of ID, without it, the
 * nearest first. Sketches of them: number, team, state, sensitive, subject,
 * from, received_s and merged_into, and nothing else. */
bool store_each_near(Store *store, guint64 id, guint span, CaseVisit visit,
    gpointer data, GError **error);

/* ERROR_NO when there is none. Transfer full. */
Case *store_case(Store *store, guint64 id, GError **error);

/* The timeline, oldest first, of Event. Transfer full. */
GPtrArray *store_events(Store *store, guint64 id, GError **error);

/* ---- care ---- */

/* Called with one line for each thing that is wrong. */
typedef void (*StoreReport)(const char *line, gpointer data);

typedef struct {
	guint64 cases, events, messages, wrong;
} StoreCheck;

/* Walks everything: checksums, event chains, clocks' invariants, each index
 * both ways. False only when the walk itself failed. */
bool store_fsck(Store *store, StoreReport report, gpointer data,
    StoreCheck *check, GError **error);

/* A consistent copy into the new or empty FOLDER, checked and synced before it
 * gets its name. */
bool store_backup(Store *store, const char *folder, GError **error);

typedef struct {
	guint64 map_bytes, used_bytes;
	guint64 cases, commits, changes; /* since open: commits, changes */
} StoreStats;
/* What is used is what the file has grown to, free pages within included. */
void store_stats(Store *store, StoreStats *stats);

#endif
