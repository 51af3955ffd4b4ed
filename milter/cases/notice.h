/*
 * Queueing notices, for the files of the store: a draft collects what is to be
 * told, and draft_save queues it in the same transaction.
 */
#ifndef CASES_NOTICE_H
#define CASES_NOTICE_H

#include "anteroom/notice.h"
#include "cases/internal.h"

/* What is to be told of a draft's case, and to whom. */
typedef struct {
	NoticeKind kind;
	Rung rung;
	const char *to;     /* NULL: who stands on the rung */
	gint64 at_s;        /* when it came about */
	const char *detail; /* one line; NULL */
	const Clock *clock; /* NULL: of none */
	gint64 step;        /* percent, or seconds after the breach */
	const Conf *conf;
	const Sla *sla;
} NoticeAsk;

/* Tells, in the reader's hours or, of a critical case, at once. False: nobody
 * is to be told: the desk doesn't act, no sender is configured, nobody stands
 * on the rung, or it is told to this address already. */
bool draft_notice(Draft *draft, const NoticeAsk *ask);

/* The address on RUNG for KASE; "" when there is none. */
const char *rung_address(const Conf *conf, const Case *kase, Rung rung);

/* Gives NOTICE its number and queues it; a breach may go into a summary
 * instead. NOTICE stays the caller's. */
void notice_queue(Txn *txn, Notice *notice);

/* Withdraws what waits about clocks of KASE that have ended. */
void notices_withdraw(Txn *txn, const Case *kase, gint64 now_s);

/* Queues what KASE's event WHAT is to each webhook of the store's that asked
 * for it: number and names, none of its words. */
void notice_webhooks(Txn *txn, const Case *kase, const char *what, gint64 at_s);

/* ---- single ones ---- */

/* NULL when there is none, or with a sticking error. Transfer full. */
Notice *notice_load(Txn *txn, guint64 number);
/* The same, but a damaged one is as good as none. */
Notice *notice_load_sound(Txn *txn, guint64 number);
/* Writes it and its index entries; WAS is the key it had in the outbox. */
void notice_save(Txn *txn, const Notice *notice, const Key *was);
void notice_end(Txn *txn, Notice *notice, NoticeState state, gint64 now_s);
guint64 notice_next_number(Txn *txn);
/* n = 0 unless it waits or was given up. */
Key notice_outbox_key(const Notice *notice);

/* ---- storms (storm.c) ---- */

/* A breach that is the tenth within an hour to its reader, or comes after, goes
 * into a summary: true. */
bool storm_takes(Txn *txn, const Notice *notice);
/* Remembers one that was queued by itself. */
void storm_count(Txn *txn, const Notice *notice);
/* NOTICES: breaches and escalations that will come, in their order. Those that
 * will go into a summary become one each, with its moment. */
void storms_foretell(Txn *txn, GPtrArray *notices);

#endif
