/*
 * What the rules did: how often each hit, how often a person then changed the
 * topic that it spoke for, and a way to try a text on all of them.
 */
#include <string.h>

#include "anteroom/text.h"
#include "control/internal.h"

#define USUAL_DAYS 91
#define DAY_S 86400
/* Timelines are read of so many cases at most. */
#define MAX_TIMELINES 20000
#define HEAD_BYTES 400

typedef struct {
	const Rule *rule;
	guint hits, corrected;
	gint64 last_s;
} RuleCount;

/* A case in which something may have been corrected. */
typedef struct {
	guint64 id;
	GPtrArray *counts; /* of RuleCount, whose rules hit */
} Touched;

typedef struct {
	CaseLook look;
	gint64 from_s;
	GHashTable *counts; /* name -> RuleCount */
	GPtrArray *touched; /* of Touched */
} Rules;

static void touched_free(gpointer data)
{
	Touched *touched = data;

	g_ptr_array_unref(touched->counts);
	g_free(touched);
}

static GHashTable *counts_of(const Conf *conf)
{
	GHashTable *counts =
	    g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	for (guint i = 0; i < conf->rules->len; i++) {
		const Rule *rule = conf->rules->pdata[i];
		RuleCount *count = g_new0(RuleCount, 1);

		count->rule = rule;
		g_hash_table_insert(
		    counts, (gpointer)(guintptr)rule->name, count);
	}
	return counts;
}

static bool count_case(const Case *kase, gpointer data)
{
	Rules *rules = data;
	g_autoptr(GPtrArray) counts = g_ptr_array_new();
	Touched *touched;

	if (kase->received_s < rules->from_s ||
	    !case_seen(kase, &rules->look)) {
		return true;
	}
	for (guint i = 0; kase->hits != NULL && i < kase->hits->len; i++) {
		const CaseHit *hit = kase->hits->pdata[i];
		RuleCount *count =
		    g_hash_table_lookup(rules->counts, hit->rule);

		if (count != NULL && !g_ptr_array_find(counts, count, NULL)) {
			count->hits++;
			count->last_s = MAX(count->last_s, kase->received_s);
			g_ptr_array_add(counts, count);
		}
	}
	if (counts->len > 0 && kase->events != 1 &&
	    rules->touched->len < MAX_TIMELINES) {
		touched = g_new0(Touched, 1);
		touched->id = kase->id;
		touched->counts = g_steal_pointer(&counts);
		g_ptr_array_add(rules->touched, touched);
	}
	return true;
}

/* Of "billing -> service": was it the topic of RULE that a person took away? */
static bool corrects(const Event *event, const Rule *rule)
{
	gsize length = strlen(rule->topic);

	return strcmp(event->what, "topic") == 0 &&
	       strncmp(event->detail, rule->topic, length) == 0 &&
	       g_str_has_prefix(event->detail + length, " -> ");
}

static void count_corrections(const Touched *touched, const GPtrArray *events)
{
	for (guint i = 0; i < touched->counts->len; i++) {
		RuleCount *count = touched->counts->pdata[i];
		bool corrected = false;

		for (guint k = 0; k < events->len; k++) {
			corrected |= corrects(events->pdata[k], count->rule);
		}
		count->corrected += corrected;
	}
}

static bool count_all(Call *call, Rules *rules, GError **error)
{
	if (!store_each_by_id(call->store, count_case, rules, error)) {
		return false;
	}
	for (guint i = 0; i < rules->touched->len; i++) {
		const Touched *touched = rules->touched->pdata[i];
		g_autoptr(GPtrArray) events =
		    store_events(call->store, touched->id, error);

		if (events == NULL) {
			return false;
		}
		count_corrections(touched, events);
	}
	return true;
}

static bool rule_row(Call *call, const RuleCount *count)
{
	const Rule *rule = count->rule;
	Json *json = row_new();

	json_string(json, "rule", rule->name);
	json_string(json, "topic", rule->topic);
	json_int(json, "points", rule->points);
	json_int(json, "urgency", rule->urgency);
	json_string(json, "why", rule->why);
	json_int(json, "hits", count->hits);
	json_int(json, "corrected", count->corrected);
	if (count->hits > 0) {
		json_int(json, "precision_pct",
		    (count->hits - count->corrected) * 100 / count->hits);
	} else {
		json_null(json, "precision_pct");
	}
	json_time(json, "last_at", count->last_s);
	return call_row(call, json);
}

bool run_rules(Call *call, GError **error)
{
	const Conf *conf = call->setup->conf;
	g_autoptr(GHashTable) counts = counts_of(conf);
	g_autoptr(GPtrArray) touched =
	    g_ptr_array_new_with_free_func(touched_free);
	Rules rules = {.look = call_look(call),
	    .from_s = call->now_s - (gint64)USUAL_DAYS * DAY_S,
	    .counts = counts,
	    .touched = touched};

	if (!args_time(call, "from", &rules.from_s, error) ||
	    !count_all(call, &rules, error)) {
		return false;
	}
	for (guint i = 0; i < conf->rules->len; i++) {
		const Rule *rule = conf->rules->pdata[i];

		if (!rule_row(call, g_hash_table_lookup(counts, rule->name))) {
			break;
		}
	}
	return true;
}

/* ---- trying a text ---- */

/* A letter of plain text; the head's fields in one line each. Transfer
 * full. */
static char *letter_of(const Call *call)
{
	const char *from = args_text(call, "from");
	const char *subject = args_text(call, "subject");
	const char *text = args_text(call, "text");
	g_autofree char *sender =
	    from != NULL ? text_one_line(from, strlen(from), HEAD_BYTES) : NULL;
	g_autofree char *title =
	    subject != NULL
		? text_one_line(subject, strlen(subject), HEAD_BYTES)
		: NULL;

	return g_strdup_printf("From: %s\r\nSubject: %s\r\n"
			       "MIME-Version: 1.0\r\n"
			       "Content-Type: text/plain; charset=utf-8\r\n"
			       "Content-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
	    sender != NULL ? sender : "someone@customer.example",
	    title != NULL ? title : "", text != NULL ? text : "");
}

bool run_try(Call *call, GError **error)
{
	g_autofree char *letter = letter_of(call);
	Delivery delivery = {.bytes = letter,
	    .n_bytes = strlen(letter),
	    .now_s = call->now_s,
	    .via = "try"};
	g_autoptr(Screening) screening =
	    screening_new(call->setup, call->store, &delivery);
	Explain explain = {.file = "try"};
	g_autofree char *text = explain_json(screening, &explain);

	(void)error;
	call->row(text, strlen(text), call->data);
	return true;
}
