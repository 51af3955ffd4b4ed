/* What is known of the sender of a message, for rules to look at. */
#ifndef SENDER_H
#define SENDER_H

#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/replies.h"

/*
 * The facts, each a text: "authenticated: ann@example.org" or
 * "unauthenticated: ...", "our own" or "claims to be our own", "freemail",
 * "role account". Transfer full.
 */
char **sender_facts(
    const Conf *conf, const Origin *origin, const Message *message);

#endif
