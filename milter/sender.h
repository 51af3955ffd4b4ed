/* What is known of the sender of a message, for rules to look at. */
#ifndef SENDER_H
#define SENDER_H

#include "anteroom/cases.h"
#include "anteroom/conf.h"
#include "anteroom/message.h"
#include "anteroom/replies.h"

/*
 * The facts, each a text: "authenticated: ann@example.org" or
 * "unauthenticated: ...", "our own" or "claims to be our own", "freemail",
 * "role account"; and of WRITER, unless that is NULL: "known" or "first
 * contact" (and "first contact, freemail"), "open case", "messages in 30 days:
 * 3" or "messages in 30 days: 3, open case". Transfer full.
 */
char **sender_facts(const Conf *conf, const Origin *origin,
    const Message *message, const WriterFacts *writer);

#endif
