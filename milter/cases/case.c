/*
 * A case as a value: its names, lists, clocks and invariants. What a case may
 * become is in state.c and clocks.c, how it is stored in draft.c.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

static const char *const state_names[CASE_STATES] = {
    "open", "answered", "paused", "closed"};
static const char *const clock_names[] = {
    "running", "paused", "met", "missed", "revoked"};

const char *case_state_name(CaseState state)
{
	return state_names[state];
}

bool case_state_parse(const char *name, CaseState *state)
{
	for (guint i = 0; i < CASE_STATES; i++) {
		if (g_ascii_strcasecmp(name, state_names[i]) == 0) {
			*state = (CaseState)i;
			return true;
		}
	}
	return false;
}

const char *clock_state_name(ClockState state)
{
	return clock_names[state];
}

/* Through the codec: what survives the disk survives this. */
Case *case_copy(const Case *kase)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	Case *copy = g_new0(Case, 1);
	const char *why;

	layout_encode(&case_layout, kase, bytes);
	if (!layout_decode(&case_layout, bytes->data, bytes->len, copy, &why)) {
		g_error("case_copy: own encoding of %s can't be read", why);
	}
	return copy;
}

Case *case_empty(void)
{
	Case *kase = g_new0(Case, 1);
	const char *why;

	/* No fields at all: every list empty, every text "". */
	(void)layout_decode(&case_layout, (const guint8 *)"", 0, kase, &why);
	return kase;
}

void case_free(Case *kase)
{
	if (kase) {
		layout_clear(&case_layout, kase);
		g_free(kase);
	}
}

void event_free(Event *event)
{
	if (event) {
		g_free(event->what);
		g_free(event->who);
		g_free(event->detail);
		g_free(event->message_id);
		g_free(event);
	}
}

char *case_name(guint64 id)
{
	return g_strdup_printf("AR-%" G_GUINT64_FORMAT, id);
}

bool case_parse_name(const char *name, guint64 *id, GError **error)
{
	const char *digits = name ? name : "";
	guint64 value;

	if (g_ascii_strncasecmp(digits, "AR-", 3) == 0) {
		digits += 3;
	}
	/* The parser of GLib takes signs and space; a case has none. */
	if (!g_ascii_isdigit(*digits) || !g_ascii_string_to_unsigned(digits, 10,
					     1, G_MAXINT64, &value, NULL)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "\"%.64s\" is no case; cases look like AR-42",
		    name ? name : "");
		return false;
	}
	*id = value;
	return true;
}

/* ---- clocks ---- */

static bool clock_is_live(const Clock *clock)
{
	return clock->state == CLOCK_RUNNING || clock->state == CLOCK_PAUSED;
}

const Clock *case_clock(const Case *kase, Metric metric)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);
		if (clock->metric == metric && clock_is_live(clock)) {
			return clock;
		}
	}
	return NULL;
}

Clock *case_live_clock(Case *kase, Metric metric)
{
	const Clock *clock = case_clock(kase, metric);

	return clock ? &g_array_index(kase->clocks, Clock,
			   (guint)(clock - (Clock *)kase->clocks->data))
		     : NULL;
}

gint64 case_due_s(const Case *kase, Metric metric)
{
	const Clock *clock = case_clock(kase, metric);

	return clock && clock->state == CLOCK_RUNNING ? clock->due_s : 0;
}

gint64 case_next_due_s(const Case *kase)
{
	gint64 next = 0;

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);
		if (clock->state == CLOCK_RUNNING &&
		    (!next || clock->due_s < next)) {
			next = clock->due_s;
		}
	}
	return next;
}

bool case_overdue(const Case *kase, Metric metric, gint64 now_s)
{
	gint64 due = case_due_s(kase, metric);

	return due && now_s > due;
}

guint case_promises(const Case *kase, gint64 now_s)
{
	guint n = 0;

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		n += clock->metric == METRIC_PROMISE &&
		     clock->state == CLOCK_RUNNING && clock->due_s < now_s;
	}
	return n;
}

bool case_seen_answered(const Case *kase)
{
	return *kase->replied_team &&
	       strcmp(kase->replied_team, kase->team) == 0;
}

bool case_ended_unseen(const Case *kase)
{
	bool ended = kase->state == CASE_CLOSED || kase->state == CASE_ANSWERED;

	return ended && !*kase->replied_team && !kase->merged_into;
}

/* ---- invariants ---- */

static const char *clock_wrong(const Clock *clock)
{
	bool live = clock_is_live(clock);

	if (live == (clock->ended_s != 0)) {
		return live ? "a live clock has an end"
			    : "an ended clock has no end";
	}
	if ((clock->due_s == 0) != (clock->state == CLOCK_PAUSED)) {
		return clock->due_s ? "a paused clock has a deadline"
				    : "a clock has no deadline";
	}
	if (clock->target_s <= 0 || clock->started_s <= 0) {
		return "a clock has no target or no start";
	}
	if (clock->state == CLOCK_MET && clock->ended_s > clock->due_s) {
		return "a clock was met after its deadline";
	}
	if (clock->state == CLOCK_MISSED && clock->ended_s <= clock->due_s) {
		return "a clock was missed before its deadline";
	}
	return NULL;
}

static const char *clocks_wrong(const Case *kase)
{
	guint instances[METRICS_ALL] = {0}, live[METRICS_ALL] = {0};

	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);
		const char *wrong = clock_wrong(clock);

		if (wrong) {
			return wrong;
		}
		if (clock->instance != ++instances[clock->metric]) {
			return "instances of a clock don't count up";
		}
		if (clock_is_live(clock) && ++live[clock->metric] > 1 &&
		    clock->metric != METRIC_PROMISE) {
			return "two clocks of a metric run";
		}
		if (clock->state == CLOCK_PAUSED &&
		    kase->state != CASE_PAUSED) {
			return "a clock is paused in a case that isn't";
		}
	}
	if (live[METRIC_FIRST_REPLY] + live[METRIC_NEXT_REPLY] > 1) {
		return "two reply clocks run";
	}
	if (live[METRIC_FIRST_REPLY] + live[METRIC_NEXT_REPLY] &&
	    !kase->waiting_s) {
		return "a reply clock runs but nobody waits";
	}
	if (kase->state == CASE_CLOSED &&
	    live[METRIC_RESOLVE] + live[METRIC_PROMISE]) {
		return "a clock runs in a closed case";
	}
	return NULL;
}

const char *case_wrong(const Case *kase)
{
	bool closed = kase->state == CASE_CLOSED;
	bool paused = kase->state == CASE_PAUSED;

	if (kase->received_s <= 0) {
		return "it never arrived";
	}
	if ((kase->state == CASE_OPEN) != (kase->waiting_s != 0)) {
		return "open and waiting disagree";
	}
	if (closed != (kase->closed_s != 0) ||
	    closed != (kase->closed_because != NULL)) {
		return "closed and its time or reason disagree";
	}
	if (paused != (kase->pause_until_s != 0) ||
	    paused != (kase->pause_because != NULL)) {
		return "paused and its end or reason disagree";
	}
	if (kase->merged_into && !closed) {
		return "merged but not closed";
	}
	if (!kase->topics[0] || strcmp(kase->topics[0], kase->topic) != 0) {
		return "the first topic isn't the primary one";
	}
	if (kase->sensitive && *kase->excerpt) {
		return "a sensitive case keeps text";
	}
	return clocks_wrong(kase);
}

/* ---- lists ---- */

bool words_have(char *const *words, const char *word)
{
	for (gsize i = 0; words && words[i]; i++) {
		if (strcmp(words[i], word) == 0) {
			return true;
		}
	}
	return false;
}

bool words_add(char ***words, const char *word, guint most)
{
	guint n = *words ? g_strv_length(*words) : 0;

	if (!*word || strlen(word) > LIMIT_ADDRESS_BYTES || n >= most ||
	    words_have(*words, word)) {
		return false;
	}
	*words = g_renew(char *, *words, n + 2);
	(*words)[n] = g_strdup(word);
	(*words)[n + 1] = NULL;
	return true;
}

bool links_add(Case *kase, guint64 id)
{
	for (guint i = 0; i < kase->links->len; i++) {
		if (g_array_index(kase->links, guint64, i) == id) {
			return false;
		}
	}
	if (kase->links->len >= LIMIT_CASE_LINKS || id == kase->id) {
		return false;
	}
	g_array_append_val(kase->links, id);
	return true;
}

void case_set_topic(Case *kase, const char *topic)
{
	char **old = kase->topics;

	g_free(kase->topic);
	kase->topic = g_strdup(topic);
	kase->topics = NULL;
	words_add(&kase->topics, topic, LIMIT_CASE_TOPICS);
	for (gsize i = 0; old[i]; i++) {
		words_add(&kase->topics, old[i], LIMIT_CASE_TOPICS);
	}
	g_strfreev(old);
}

gsize case_bytes(const Case *kase)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	layout_encode(&case_layout, kase, bytes);
	return bytes->len + RECORD_HEAD;
}

void case_hush(Case *kase)
{
	g_free(kase->excerpt);
	kase->excerpt = g_strdup("");
	for (guint i = 0; i < kase->hits->len; i++) {
		CaseHit *hit = kase->hits->pdata[i];
		g_free(hit->text);
		hit->text = g_strdup("");
	}
}

/* ---- who is ours ---- */

static bool same_domain(const char *address, const char *domain)
{
	const char *at = strrchr(address, '@');

	return at && g_ascii_strcasecmp(at + 1, domain) == 0;
}

static bool any_domain(const char *const *addresses, const char *domain)
{
	for (gsize i = 0; addresses && addresses[i]; i++) {
		if (same_domain(addresses[i], domain)) {
			return true;
		}
	}
	return false;
}

/* Colleagues share a domain with a desk or a team; lists of every address of
 * the company don't exist. */
bool conf_is_ours(const Conf *conf, const char *address)
{
	const char *at = strrchr(address, '@');

	if (!at) {
		return true;
	}
	for (guint i = 0; i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];
		if (any_domain(desk->addresses, at + 1)) {
			return true;
		}
	}
	for (guint i = 0; i < conf->teams->len; i++) {
		const Team *team = conf->teams->pdata[i];
		if (same_domain(team->address, at + 1) ||
		    any_domain(team->members, at + 1)) {
			return true;
		}
	}
	return false;
}
