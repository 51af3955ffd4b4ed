/* Looking at cases: the list, one of them, all of them. Changes nothing. */
#include <string.h>

#include "anteroom/log.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "control/internal.h"

#define LOOK_AGAIN_S 3600

/* A walk that gives rows; LEFT counts down when the store can't. */
typedef struct {
	Call *call;
	CaseLook look;
	const char *search; /* where the store's search would tell too much */
	guint left;         /* rows still wanted; 0 = no more */
	guint skip;         /* rows that come before */
	guint given;
	guint visited;       /* by the store, in this round */
	GHashTable *done;    /* numbers of earlier rounds; NULL: there is one */
	gint64 from_s, to_s; /* arrival, for export */
	GError *error;
} Walk;

static Walk walk_begin(Call *call)
{
	return (Walk){.call = call, .look = call_look(call), .left = G_MAXUINT};
}

/* Nobody must learn by searching what he may not read. */
static bool search_tells(const Walk *walk, const Case *kase)
{
	g_autofree char *name = NULL;
	g_autofree char *seen = NULL;

	if (walk->search == NULL || !case_hidden(kase, &walk->look)) {
		return false;
	}
	name = case_name(kase->id);
	seen = g_strconcat(kase->from, " ", name, NULL);
	return !text_has_words(seen, walk->search);
}

static bool list_one(const Case *kase, gpointer data)
{
	Walk *walk = data;
	Json *json;

	walk->visited++;
	if ((walk->done != NULL &&
		!g_hash_table_add(walk->done, (gpointer)(guintptr)kase->id)) ||
	    !case_seen(kase, &walk->look) || search_tells(walk, kase)) {
		return true;
	}
	if (walk->skip > 0) {
		walk->skip--;
		return true;
	}
	json = row_new();
	case_write(json, kase, &walk->look);
	walk->given++;
	walk->left = call_row(walk->call, json) ? walk->left - 1 : 0;
	return walk->left > 0;
}

static bool read_part(Call *call, CasePart *part, GError **error)
{
	const char *word = args_text(call, "part");

	if (word != NULL && strcmp(word, "promised") != 0 &&
	    strcmp(word, "next") != 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "--part: must be promised or next");
		return false;
	}
	*part = word == NULL   ? CASE_PART_ALL
		: *word == 'n' ? CASE_PART_NEXT
			       : CASE_PART_PROMISED;
	return true;
}

static bool read_level(Call *call, guint *levels, GError **error)
{
	Urgency level = URGENCY_NORMAL;

	if (!args_level(call, "urgency", &level, error)) {
		return false;
	}
	*levels = args_text(call, "urgency") != NULL ? 1u << level : 0;
	return true;
}

static bool list_filter(Call *call, CaseFilter *filter, GError **error)
{
	*filter = (CaseFilter){.team = args_text(call, "team"),
	    .topic = args_text(call, "topic"),
	    .desk = args_text(call, "desk"),
	    .overdue = args_flag(call, "overdue"),
	    .search = args_text(call, "search"),
	    .now_s = call->now_s};
	return read_part(call, &filter->part, error) &&
	       read_level(call, &filter->levels, error) &&
	       args_state(call, "state", &filter->states, error) &&
	       args_number(call, "limit", &filter->limit, error);
}

/* Names may have left the configuration while cases of theirs are there: a
 * name is wrong only when nothing was found. */
static bool nothing_found(Call *call, GError **error)
{
	static const struct {
		const char *name;
		WordKind kind;
	} names[] = {
	    {"team", WORD_TEAM}, {"topic", WORD_TOPIC}, {"desk", WORD_DESK}};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *word = args_text(call, names[i].name);

		if (word != NULL &&
		    !args_known(call, names[i].kind, word, error)) {
			return false;
		}
	}
	g_set_error_literal(
	    error, ANTEROOM_ERROR, ERROR_NO, "cases: nothing found");
	return false;
}

/* Is there something that the store's filter can't leave out? */
static bool needs_sifting(const Walk *walk, const CaseFilter *filter)
{
	const User *person = walk->look.person;

	return (filter->search != NULL && !look_tells_all(&walk->look)) ||
	       (person != NULL && person->role == USER_EXECUTIVE);
}

/* Asks the store for more and more, until enough of it may be shown: nearly
 * always the first rows do, however many there are. */
static bool sift(Walk *walk, CaseFilter *filter, GError **error)
{
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
	guint64 most = ((guint64)filter->limit + walk->skip) * 2;

	if (filter->limit == 0) {
		return store_each(
		    walk->call->store, filter, list_one, walk, error);
	}
	walk->left = filter->limit;
	walk->done = done;
	do {
		filter->limit = (guint)MIN(most, G_MAXINT32);
		walk->visited = 0;
		if (!store_each(
			walk->call->store, filter, list_one, walk, error)) {
			return false;
		}
		most *= 8;
	} while (walk->left > 0 && walk->visited >= filter->limit);
	walk->done = NULL;
	return true;
}

bool run_cases(Call *call, GError **error)
{
	Walk walk = walk_begin(call);
	CaseFilter filter;
	bool done;

	if (!list_filter(call, &filter, error) ||
	    !args_number(call, "skip", &walk.skip, error)) {
		return false;
	}
	if (look_is_of_teams(&walk.look)) {
		filter.teams = (const char *const *)walk.look.person->teams;
	} else if (needs_sifting(&walk, &filter)) {
		walk.search = filter.search;
		done = sift(&walk, &filter, error);
		return done && (walk.given > 0 || nothing_found(call, error));
	}
	if (filter.limit > 0) {
		filter.limit =
		    (guint)MIN((guint64)filter.limit + walk.skip, G_MAXINT32);
	}
	if (!store_each(call->store, &filter, list_one, &walk, error)) {
		return false;
	}
	return walk.given > 0 || nothing_found(call, error);
}

static Json *whole_case(
    const Case *kase, const GPtrArray *events, const CaseLook *look)
{
	Json *json = row_new();

	case_write(json, kase, look);
	case_write_more(json, kase, events, look);
	return json;
}

static bool looked_before(
    const GPtrArray *events, gint64 now_s, const char *who)
{
	for (guint i = events->len; i > 0; i--) {
		const Event *event = events->pdata[i - 1];

		if (event->at_s <= now_s - LOOK_AGAIN_S) {
			return false;
		}
		if (strcmp(event->what, "looked") == 0 &&
		    strcmp(event->who, who) == 0) {
			return true;
		}
	}
	return false;
}

/* Who looked through the web pages is an event, once an hour. One that can't
 * be recorded is in the log, and keeps nobody from working. */
static void note_look(Call *call, guint64 id)
{
	Act act = {.kind = ACT_LOOK,
	    .id = id,
	    .who = call->request->user,
	    .now_s = times_now_s(),
	    .conf = call->setup->conf,
	    .sla = call->setup->sla};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) events = NULL;

	g_mutex_lock(call->looks);
	events = store_events(call->store, id, &error);
	if (events != NULL && !looked_before(events, act.now_s, act.who)) {
		store_act(call->store, &act, NULL, &error);
	}
	g_mutex_unlock(call->looks);
	if (error != NULL) {
		log_line(LOG_ERROR, "looked", "user", act.who, "error",
		    error->message, NULL);
	}
}

bool run_show(Call *call, GError **error)
{
	CaseLook look = call_look(call);
	g_autoptr(GPtrArray) events = NULL;
	g_autoptr(Case) kase = NULL;
	guint64 id = 0;
	Json *json;

	if (!args_case(call, "case", &id, error)) {
		return false;
	}
	call->case_id = id;
	kase = store_case(call->store, id, error);
	if (kase == NULL) {
		return false;
	}
	events = store_events(call->store, id, error);
	if (events == NULL) {
		return false;
	}
	if (look.person != NULL &&
	    !looked_before(events, times_now_s(), look.person->name)) {
		note_look(call, id);
	}
	json = whole_case(kase, events, &look);
	related_write(json, call->store, kase, &look);
	call_row(call, json);
	return true;
}

static bool export_one(const Case *kase, gpointer data)
{
	Walk *walk = data;
	g_autoptr(GPtrArray) events = NULL;

	if (kase->received_s < walk->from_s || kase->received_s >= walk->to_s) {
		return true;
	}
	if (!case_seen(kase, &walk->look)) {
		return true;
	}
	events = store_events(walk->call->store, kase->id, &walk->error);
	return events != NULL &&
	       call_row(walk->call, whole_case(kase, events, &walk->look));
}

/* The format is the shell's business: csv is made of the same rows. */
bool run_export(Call *call, GError **error)
{
	const char *format = args_text(call, "format");
	Walk walk = walk_begin(call);

	walk.from_s = G_MININT64;
	walk.to_s = G_MAXINT64;
	if (format != NULL && strcmp(format, "json") != 0 &&
	    strcmp(format, "csv") != 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "--format: must be json or csv");
		return false;
	}
	if (!args_time(call, "from", &walk.from_s, error) ||
	    !args_time(call, "to", &walk.to_s, error) ||
	    !store_each_by_id(call->store, export_one, &walk, error)) {
		return false;
	}
	if (walk.error != NULL) {
		g_propagate_error(error, walk.error);
		return false;
	}
	return true;
}
