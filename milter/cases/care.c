/*
 * What the clock does once in a while: once a week it tells the assistant of
 * teams that answer where nobody sees it, and it forgets notices that ended
 * long ago. Dead ones stay: somebody must look at them.
 */
#include <string.h>

#include "anteroom/facts.h"
#include "anteroom/tick.h"
#include "cases/notice.h"

#define WEEK_S (7 * 24 * 3600)
#define LOOK_BACK_S (28 * 24 * 3600)
#define KEEP_S (30 * 24 * 3600)
#define FORGET_MOST 256 /* notices of one transaction */

typedef struct {
	guint seen, by_hand;
} Sight;

typedef struct {
	const Conf *conf;
	const Sla *sla;
	gint64 now_s;
	FactNames *names;
	GHashTable *teams;  /* name, the configuration's -> Sight */
	gint64 last_s;      /* when it was done before; 0 = never */
	guint64 from, next; /* notices of one transaction; next 0 = the end */
} Care;

/* ---- teams that nobody sees answer ---- */

static void count_case(guint64 id, const Fact *fact, gpointer data)
{
	Care *care = data;
	Sight *sight = g_hash_table_lookup(
	    care->teams, fact_names_text(care->names, fact->team));

	(void)id;
	if (sight && fact->mode != MODE_SHADOW) {
		sight->seen += fact->seen_answered;
		sight->by_hand += fact->ended_unseen;
	}
}

static const char *assistant_of(const Conf *conf)
{
	for (guint i = 0; i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];

		if (desk->mode == MODE_LIVE && *desk->assistant) {
			return desk->assistant;
		}
	}
	return "";
}

static void tell_blind(
    Txn *txn, const Care *care, const Team *team, const Sight *sight)
{
	const Calendar *calendar = sla_calendar(care->sla, team->calendar);
	gint64 open_s = calendar_next_open(calendar, care->now_s);
	g_autoptr(Notice) notice = g_new0(Notice, 1);

	notice->kind = NOTICE_BLIND_SPOT;
	notice->rung = RUNG_ASSISTANT;
	notice->to = g_strdup(assistant_of(care->conf));
	notice->at_s = care->now_s;
	notice->after_s = open_s == G_MAXINT64 ? care->now_s : open_s;
	notice->next_s = notice->after_s;
	notice->team = g_strdup(team->name);
	notice->zone = g_strdup(calendar_zone(calendar));
	notice->level = URGENCY_NORMAL;
	notice->detail = g_strdup_printf(
	    "%s: %u cases of four weeks ended, and no reply of the team was "
	    "seen: its mail leaves where Anteroom doesn't see it",
	    team->name, sight->by_hand);
	notice_queue(txn, notice);
}

static void week_change(Txn *txn, gpointer data)
{
	const Care *care = data;
	Key key = key_meta("week");
	Meta meta = {.number = care->now_s};

	for (guint i = 0; care->last_s && i < care->conf->teams->len; i++) {
		const Team *team = care->conf->teams->pdata[i];
		const Sight *sight =
		    g_hash_table_lookup(care->teams, team->name);

		if (!sight->seen && sight->by_hand >= CASES_BLIND &&
		    *care->conf->notify_from && *assistant_of(care->conf)) {
			tell_blind(txn, care, team, sight);
		}
	}
	txn_put(txn, DB_META, &key, &meta);
}

static bool do_week(Store *store, Care *care, GError **error)
{
	for (guint i = 0; i < care->conf->teams->len; i++) {
		const Team *team = care->conf->teams->pdata[i];

		g_hash_table_insert(care->teams, (gpointer)(guintptr)team->name,
		    g_new0(Sight, 1));
	}
	/* A store that just began has no weeks behind it. */
	return (!care->last_s ||
		   store_each_arrived(store, care->now_s - LOOK_BACK_S + 1,
		       G_MAXINT64, count_case, care, error)) &&
	       commit_run(store, week_change, care, error);
}

/* ---- notices of long ago ---- */

static void forget_change(Txn *txn, gpointer data)
{
	Care *care = data;
	g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(guint64));
	MDB_cursor *cursor = txn_cursor(txn, DB_NOTICES);
	Key first = key_case(care->from);
	MDB_val at, value;
	guint seen = 0;

	care->next = 0;
	for (bool more = txn_seek(txn, cursor, &first, &at, &value);
	     more && at.mv_size == sizeof(guint64);
	     more = txn_step(txn, cursor, &at, &value)) {
		guint64 number = key_get_u64(at.mv_data);
		g_autoptr(Notice) notice = NULL;

		if (seen++ == FORGET_MOST) {
			care->next = number;
			break;
		}
		notice = notice_load_sound(txn, number);
		if (notice && notice->state != NOTICE_DEAD && notice->ended_s &&
		    notice->ended_s < care->now_s - KEEP_S) {
			g_array_append_val(old, number);
		}
	}
	g_clear_pointer(&cursor, mdb_cursor_close);
	for (guint i = 0; i < old->len; i++) {
		Key key = key_case(g_array_index(old, guint64, i));
		txn_delete(txn, DB_NOTICES, &key);
	}
}

/* ---- both ---- */

static bool read_week(Store *store, gint64 *last_s, GError **error)
{
	Key key = key_meta("week");
	Meta meta = {0};
	Txn txn;

	if (!txn_begin_read(&txn, store, error)) {
		return false;
	}
	txn_get(&txn, DB_META, &key, &meta);
	txn_forgive_damage(&txn);
	*last_s = meta.number;
	return txn_end_read(&txn, error);
}

bool store_care(Store *store, const Conf *conf, const Sla *sla, gint64 now_s,
    gint64 *next_s, GError **error)
{
	g_autoptr(GHashTable) teams =
	    g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	Care care = {.conf = conf,
	    .sla = sla,
	    .now_s = now_s,
	    .names = store_fact_names(store),
	    .teams = teams};

	if (!read_week(store, &care.last_s, error)) {
		return false;
	}
	/* A wall clock that was far ahead once doesn't stop it for ever. */
	if (care.last_s && care.last_s <= now_s &&
	    now_s - care.last_s < WEEK_S) {
		*next_s = care.last_s + WEEK_S;
		return true;
	}
	do {
		care.from = care.next;
		if (!commit_run(store, forget_change, &care, error)) {
			return false;
		}
	} while (care.next != 0);
	if (!do_week(store, &care, error)) {
		return false;
	}
	*next_s = now_s + WEEK_S;
	return true;
}
