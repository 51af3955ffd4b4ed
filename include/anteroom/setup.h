/*
 * One generation of what is loaded: configuration, compiled rules, calendars
 * and policies. Immutable and counted; whoever works holds a reference from
 * start to end, and a reload swaps the slot without touching work in flight.
 */
#ifndef ANTEROOM_SETUP_H
#define ANTEROOM_SETUP_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/score.h"
#include "anteroom/sla.h"

typedef struct Setup {
	Conf *conf;
	Ruleset *rules;
	Sla *sla;
	guint generation; /* 1, 2, ... within a slot */
	gint64 loaded_s;
	gint refs; /* private */
} Setup;

/* Loads and checks everything PATH names. PROBLEMS (of ConfProblem) takes all
 * mistakes; NULL when one is an error. Transfer full. */
Setup *setup_load(const char *path, GPtrArray *problems);

/* All that is wrong with what PATH names, also when some of it keeps it from
 * loading: what setup_load says, then patterns and examples of every rule that
 * is whole. */
void setup_check(const char *path, GPtrArray *problems);

/* The same with other packs than CONF's; for backtest. */
Setup *setup_with_packs(
    Setup *base, const char *const *patterns, GPtrArray *problems);

Setup *setup_ref(Setup *setup);
void setup_unref(Setup *setup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Setup, setup_unref)

/* Where the current generation stands. */
typedef struct SetupSlot SetupSlot;

/* Takes SETUP over. Transfer full. */
SetupSlot *setup_slot_new(Setup *setup);
void setup_slot_free(SetupSlot *slot);
/* A new reference to the current one. Any thread. */
Setup *setup_slot_get(SetupSlot *slot);

/*
 * Loads anew from the same file; on success the slot has the new generation.
 * False: the old one stays, PROBLEMS says why. Settings that a running daemon
 * can't change (sockets, store) stay as they were and give a warning.
 */
bool setup_slot_reload(SetupSlot *slot, GPtrArray *problems);

#endif
