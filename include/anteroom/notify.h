/*
 * The courier: takes notices from the daemon's outbox, makes mail of them and
 * hands it to the mail server, or posts them to webhooks. Each at least once,
 * and always with the same Message-ID or number: whatever is cut off in between
 * comes again.
 */
#ifndef ANTEROOM_NOTIFY_H
#define ANTEROOM_NOTIFY_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/json.h"
#include "anteroom/letter.h"

/* ---- the way out: SMTP ---- */

typedef struct Relay Relay;

typedef enum {
	RELAY_TAKEN,   /* the mail server has it */
	RELAY_LATER,   /* not now; the same letter may go later */
	RELAY_REFUSED, /* never: what it said is about this letter */
	RELAY_AWAY,    /* not reached, or it takes nothing from us at all */
} RelayResult;

/* Once per process, before any thread. */
void relay_init(void);

/* URL: "smtp://HOST[:PORT]", with TLS where the server offers it (RFC 3207),
 * or "smtps://...", checked. NULL with ERROR_CONFIG. Transfer full. */
Relay *relay_new(const char *url, GError **error);
void relay_free(Relay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

/* Hands LETTER over; the connection stays for the next. *SAID: what the server
 * answered last, or why it wasn't reached, one line, without texts of ours;
 * transfer full. Blocks at most two minutes. One thread at a time. */
RelayResult relay_send(Relay *relay, const Letter *letter, char **said);

/* ---- the way out: webhooks ---- */

typedef struct Hook Hook;

/* WEBHOOK outlives it; its secret is read here. ERROR_CONFIG when that can't
 * be read or is no secret. Transfer full. */
Hook *hook_new(const Webhook *webhook, GError **error);
void hook_free(Hook *hook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hook, hook_free)

/* What is posted for the row NOTICE in FORMAT, JSON; BASE_URL "": without a
 * link. Pure; transfer full. */
char *hook_payload(
    const JsonValue *notice, WebhookFormat format, const char *base_url);

/* The signature of BODY sent at AT_S: "v1=" and HMAC-SHA256 in hex over the
 * seconds, a full stop and the body. Pure; transfer full. */
char *hook_signature(const char *secret, gint64 at_s, const char *body);

/* Posts BODY for NOTICE. *SAID as with relay_send, never with the address. One
 * that wasn't reached is RELAY_AWAY for half a minute, without being asked.
 * Blocks at most ten seconds. One thread at a time. */
RelayResult hook_post(
    Hook *hook, const JsonValue *notice, const char *body, char **said);

/* ---- the courier ---- */

typedef struct Courier Courier;

/* CONF and PICTURE (may be NULL) outlive it. ERROR_CONFIG when nothing can be
 * sent by CONF. Transfer full. */
Courier *courier_new(const Conf *conf, LetterPicture picture, GError **error);
void courier_free(Courier *courier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Courier, courier_free)

/*
 * Writes the letter that a row of `digest` makes to standard output, without
 * sending it. ERROR_USAGE when ROW is none.
 */
bool courier_preview(
    const Conf *conf, LetterPicture picture, const char *row, GError **error);

/*
 * Works until the process ends; in a thread of its own. What goes wrong is
 * logged and tried again.
 */
gpointer courier_run(gpointer courier);

/* From another thread: a letter in hand is finished and told of, at most
 * SECONDS long, and no further one begun. False: the time was up. */
bool courier_stop(Courier *courier, guint seconds);

#endif
