/* Looking at cases: the list, one of them, all of them. Changes nothing. */
#include <string.h>

#include "anteroom/text.h"
#include "control/internal.h"

/* A walk that gives rows; LEFT counts down when the store can't. */
typedef struct {
	Call *call;
	CaseLook look;
	const char *search; /* where the store's search would tell too much */
	guint left;         /* rows still wanted; 0 = no more */
	guint given;
	gint64 from_s, to_s; /* arrival, for export */
	GError *error;
} Walk;

static Walk walk_begin(Call *call)
{
	return (Walk){.call = call,
	    .look = {.now_s = call->now_s,
		.role = call->request->role,
		.sla = call->setup->sla},
	    .left = G_MAXUINT};
}

/* A reader must not learn by searching what he may not read. */
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

	if (search_tells(walk, kase)) {
		return true;
	}
	json = row_new();
	case_write(json, kase, &walk->look);
	walk->given++;
	return call_row(walk->call, json) && --walk->left > 0;
}

static bool list_filter(Call *call, CaseFilter *filter, GError **error)
{
	*filter = (CaseFilter){.team = args_text(call, "team"),
	    .topic = args_text(call, "topic"),
	    .desk = args_text(call, "desk"),
	    .overdue = args_flag(call, "overdue"),
	    .search = args_text(call, "search"),
	    .now_s = call->now_s};
	return args_state(call, "state", &filter->states, error) &&
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

bool run_cases(Call *call, GError **error)
{
	Walk walk = walk_begin(call);
	CaseFilter filter;

	if (!list_filter(call, &filter, error)) {
		return false;
	}
	if (filter.search != NULL && call->request->role < ROLE_ASSISTANT) {
		walk.search = filter.search;
		walk.left = filter.limit > 0 ? filter.limit : G_MAXUINT;
		filter.limit = 0;
	}
	if (!store_each(call->store, &filter, list_one, &walk, error)) {
		return false;
	}
	return walk.given > 0 || nothing_found(call, error);
}

static Json *whole_case(
    Store *store, const Case *kase, const CaseLook *look, GError **error)
{
	g_autoptr(GPtrArray) events = store_events(store, kase->id, error);
	Json *json;

	if (events == NULL) {
		return NULL;
	}
	json = row_new();
	case_write(json, kase, look);
	case_write_more(json, kase, events, look);
	return json;
}

bool run_show(Call *call, GError **error)
{
	CaseLook look = {.now_s = call->now_s,
	    .role = call->request->role,
	    .sla = call->setup->sla};
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
	json = whole_case(call->store, kase, &look, error);
	if (json == NULL) {
		return false;
	}
	call_row(call, json);
	return true;
}

static bool export_one(const Case *kase, gpointer data)
{
	Walk *walk = data;
	Json *json;

	if (kase->received_s < walk->from_s || kase->received_s >= walk->to_s) {
		return true;
	}
	json = whole_case(walk->call->store, kase, &walk->look, &walk->error);
	return json != NULL && call_row(walk->call, json);
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
