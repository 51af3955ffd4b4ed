/* Work that may never end, waited for only so long. */
#ifndef DOCTOR_PATIENCE_H
#define DOCTOR_PATIENCE_H

#include <glib.h>
#include <stdbool.h>

/*
 * Does WORK(DATA) in a thread of its own and waits SECONDS for it. True: done,
 * DATA is the caller's. False: the thread keeps DATA, and frees it by FREE if
 * it ever ends; the caller must not touch it any more.
 */
bool patience_do(void (*work)(gpointer data), gpointer data,
    GDestroyNotify free, guint seconds);

#endif
