/* Where lessons come from: the store's cases, and messages with labels. */
#ifndef CLI_LESSONS_H
#define CLI_LESSONS_H

#include "anteroom/learn.h"
#include "cli/cli.h"

typedef struct {
	Setup *setup;
	GPtrArray *all; /* of Lesson */
} Lessons;

/*
 * Adds what OPTIONS ask for: of the store, when there is one, every case that
 * has text and that a person dealt with; and of the mailboxes each message that
 * the file of labels names.
 */
bool lessons_gather(Lessons *lessons, const Options *options, GError **error);

#endif
