/*
 * Is a message a reply of ours? Proof of origin, the writer, human or
 * not. Whether it threads to a case and goes to its correspondent is decided
 * by the store in the transaction that stops the clock.
 */
#ifndef ANTEROOM_REPLIES_H
#define ANTEROOM_REPLIES_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/conf.h"
#include "anteroom/message.h"

/* What the mail server says of where a message came from; NULL = not said. */
typedef struct {
	const char *login;       /* {auth_authen} */
	const char *daemon_name; /* {daemon_name} */
	const char *client_ip;   /* {client_addr} or the connection's */
	bool vouched; /* by the operator: `take --sent`, a local command */
} Origin;

/*
 * Is ORIGIN one of ours by proof: authenticated, or through a submission
 * daemon, or from a trusted network. Returns the proof in a word for the log,
 * NULL when there is none. Static.
 */
const char *origin_proof(const Conf *conf, const Origin *origin);

/* Does ADDRESS, folded, belong to somebody whose replies count: a member of a
 * team, or one of a desk's people? */
bool reply_counts_of(const Conf *conf, const char *address);

/*
 * Is SENDER, raw, the path of mail that nobody is to answer, and so of a bounce
 * (RFC 5321 section 4.5.5): "", "<>", NULL (not known), or the name that mail
 * servers write in its place, MAILER-DAEMON?
 */
bool sender_is_nobody(const char *sender);

/* Is ADDRESS, folded, the one that notices come from? */
bool is_notify_address(const Conf *conf, const char *address);

/* May a bounce of mail of ours come back to ADDRESS, raw: one whose replies
 * count, the address of a team, or the one that notices come from, also in the
 * forms that return paths have
 * ("bob+ann=b.example@", "prvs=0123456789=bob@")? */
bool reply_returns_to(const Conf *conf, const char *address);

typedef struct {
	const char *member; /* of the Message: who wrote it, folded */
	const char *team;   /* of the Conf: name; "" for people of a desk */
} ReplyWriter;

/* May MESSAGE from ORIGIN stop a clock as far as its writer goes? NULL: yes,
 * *writer is set. Else why not, in a word. Static. */
const char *reply_refused(const Conf *conf, const Origin *origin,
    const Message *message, ReplyWriter *writer);

/* A moment until which we say that we will do something. */
typedef struct {
	gsize from, to; /* the clause in the text, bytes */
	gint64 at_s;    /* UTC, its last second */
	char *words;    /* the clause as one line, safe to show, bounded */
} Promise;
void promise_free(Promise *promise);

/*
 * The promises in what one of us wrote: "I'll call you tomorrow before five",
 * "Sie hören bis Freitag von uns". Only in the first person ("we", "our team",
 * "you will hear from us") and of the future; questions, conditions, requests
 * and reports aren't. TEXT is BYTES of UTF-8, without quotes and signature;
 * AT_S is when it was written, UTC; ZONE that of the writer (IANA; NULL: UTC).
 * In the order of the text, at most LIMIT_PROMISES. Transfer full, of Promise.
 * Any thread; silent.
 */
GPtrArray *promises_find(
    const char *text, gsize bytes, gint64 at_s, const char *zone);

/* What MESSAGE, which WRITER wrote at AT_S, promises, in the zone of the
 * writer's team. Transfer full, of Promise. */
GPtrArray *reply_promises(const Sla *sla, const Conf *conf,
    const Message *message, const ReplyWriter *writer, gint64 at_s);

#endif
