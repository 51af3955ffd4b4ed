/*
 * The clock thread: sleeps until the next moment in the store at which a pause
 * ends or a warning, breach or escalation is to be told, and has it done then.
 * While nothing is due it reads nothing but the time.
 */
#ifndef ANTEROOM_TICKER_H
#define ANTEROOM_TICKER_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/setup.h"

typedef struct Ticker Ticker;

/* Starts the thread. SLOT and STORE are borrowed and outlive it. NULL with
 * ERROR_TEMPORARY when there is no thread to be had. Transfer full. */
Ticker *ticker_new(SetupSlot *slot, Store *store, GError **error);

/* The configuration was loaded anew. Any thread. */
void ticker_poke(Ticker *ticker);

/* Ends the thread, between two batches. NULL is fine. */
void ticker_free(Ticker *ticker);

#endif
