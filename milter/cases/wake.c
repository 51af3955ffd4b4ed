/*
 * Pauses that end by themselves. The clocks run on from the moment the pause
 * was to end, however late the call comes: a daemon that was down gives nobody
 * more time than was asked for.
 */
#include "cases/internal.h"

#define WAKE_MOST 64 /* cases in one change */
#define WAKE_KEY_BYTES 16

typedef struct {
	const Sla *sla;
	gint64 now_s;
	Key from; /* what is before it was looked at */
	guint64 ids[WAKE_MOST];
	guint n;
	guint woken;
} Waking;

static bool find_due(Store *store, Waking *waking, GError **error)
{
	Key first = waking->from;
	MDB_cursor *cursor;
	MDB_val at, value;
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	waking->n = 0;
	cursor = txn_cursor(&txn, DB_WAKE);
	for (bool more = txn_seek(&txn, cursor, &first, &at, &value);
	     more && waking->n < WAKE_MOST && at.mv_size == WAKE_KEY_BYTES &&
	     (gint64)key_get_u64(at.mv_data) <= waking->now_s;
	     more = txn_step(&txn, cursor, &at, &value)) {
		guint64 id = key_get_u64((const guint8 *)at.mv_data + 8);

		waking->ids[waking->n++] = id;
		waking->from = key_pair(key_get_u64(at.mv_data), id + 1);
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	return txn_end_read(&txn, error);
}

static void wake_change(Txn *txn, gpointer data)
{
	Waking *waking = data;

	waking->woken = 0;
	for (guint i = 0; i < waking->n && !txn->error; i++) {
		g_autoptr(Draft) draft =
		    draft_load_sound(txn, waking->ids[i], NULL);
		gint64 until_s = draft ? draft->kase->pause_until_s : 0;

		/* It may have been resumed since it was found. */
		if (until_s && until_s <= waking->now_s) {
			state_resume(draft, waking->sla, until_s, "anteroom",
			    "the pause is over");
			draft_save(txn, draft, until_s);
			waking->woken++;
		}
	}
}

bool store_wake(
    Store *store, const Sla *sla, gint64 now_s, guint *n, GError **error)
{
	Waking waking = {.sla = sla, .now_s = now_s};
	guint woken = 0;

	do {
		if (!find_due(store, &waking, error)) {
			return false;
		}
		if (waking.n &&
		    !commit_run(store, wake_change, &waking, error)) {
			return false;
		}
		woken += waking.woken;
		/* Entries that wake nobody stay for fsck. */
	} while (waking.n == WAKE_MOST);
	if (n) {
		*n = woken;
	}
	return true;
}
