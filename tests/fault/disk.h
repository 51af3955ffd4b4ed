/*
 * A disk that misbehaves on demand: stands before the C library's fdatasync,
 * pwrite and writev in the program it is linked into, and acts on files named
 * data.mdb alone. All calls from any thread.
 */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <stdbool.h>

/* Flushes wait while it holds. */
void disk_hold(bool hold);

/* How many flushes have begun, also held ones. */
unsigned disk_flushes(void);

typedef enum {
	DISK_FLUSH, /* fdatasync */
	DISK_WRITE, /* pages: pwrite and writev */
	DISK_META,  /* the page that makes a transaction count */
} DiskCall;

/* From now on CALL fails with CODE (0: works again); CODE < 0 writes half of
 * what was asked for. */
void disk_fail(DiskCall call, int code);

/*
 * The power fails: what wasn't flushed reaches the disk or not, page by page at
 * random (SEED), and nothing more is written. The caller ends the process.
 */
void disk_cut(unsigned seed);

/* Remembers what is overwritten, for disk_cut; before the store is opened. */
void disk_remember(void);

#endif
