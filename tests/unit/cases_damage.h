/*
 * Spoils a record of a test's store behind its back, as a broken disk does.
 */
#ifndef TESTS_CASES_DAMAGE_H
#define TESTS_CASES_DAMAGE_H

#include "cases/internal.h"
#include "cases_fixture.h"

typedef struct {
	Db db;
	Key key;
	bool cut; /* shorten it; else flip a bit */
} Damage;

/* A change (commit_run) with a Damage. */
static inline void damage(Txn *txn, gpointer data)
{
	const Damage *self = data;
	MDB_val key = {self->key.n, (void *)(guintptr)self->key.bytes};
	MDB_val value;
	guint8 bytes[4096];

	if (mdb_get(txn->mdb, txn->store->dbs[self->db], &key, &value)) {
		txn_fail(txn, ERROR_NO, "nothing to damage");
		return;
	}
	assert_true(value.mv_size <= sizeof(bytes));
	memcpy(bytes, value.mv_data, value.mv_size);
	bytes[value.mv_size / 2] ^= 0x10;
	value.mv_data = bytes;
	value.mv_size -= self->cut ? 3 : 0;
	txn->writes++;
	mdb_put(txn->mdb, txn->store->dbs[self->db], &key, &value, 0);
}

/* Spoils the records FROM to TO of DB, which are named by a number. Walks over
 * the store would complain from now on. */
static inline void world_damage(World *world, Db db, guint64 from, guint64 to)
{
	for (guint64 number = from; number <= to; number++) {
		Damage flip = {db, key_case(number), false};

		assert_true(commit_run(world->store, damage, &flip, NULL));
	}
	world->unchecked = true;
}

#endif
