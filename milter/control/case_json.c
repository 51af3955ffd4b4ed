/*
 * A case as JSON: the members that others rely on, and what `show` adds. The
 * text of a sensitive case is left out for those who may only read.
 */
#include "control/internal.h"

Json *row_new(void)
{
	Json *json = json_new();

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	return json;
}

static void write_due(Json *json, const Case *kase)
{
	json_begin_object(json, "due");
	for (int m = 0; m < METRICS; m++) {
		json_time(
		    json, metric_name((Metric)m), case_due_s(kase, (Metric)m));
	}
	json_end_object(json);
}

/* How much of the time that was promised is used up, of the hours in which it
 * counts: 0 to 100. */
static gint64 used_pct(
    const Case *kase, const Clock *clock, const CaseLook *look)
{
	const Calendar *calendar = sla_calendar(
	    look->sla, *kase->calendar != '\0' ? kase->calendar : "always");
	gint64 left_s = calendar_open_s(calendar, look->now_s, clock->due_s);

	return clock->target_s > 0
		   ? 100 - CLAMP(left_s * 100 / clock->target_s, 0, 100)
		   : 100;
}

static void write_used(Json *json, const Case *kase, const CaseLook *look)
{
	json_begin_object(json, "used_pct");
	for (int m = 0; m < METRICS; m++) {
		const Clock *clock = case_clock(kase, (Metric)m);

		if (clock != NULL && clock->state == CLOCK_RUNNING) {
			json_int(json, metric_name((Metric)m),
			    used_pct(kase, clock, look));
		} else {
			json_null(json, metric_name((Metric)m));
		}
	}
	json_end_object(json);
}

static void write_overdue(Json *json, const Case *kase, gint64 now_s)
{
	json_begin_array(json, "overdue");
	for (int m = 0; m < METRICS; m++) {
		if (case_overdue(kase, (Metric)m, now_s)) {
			json_string(json, NULL, metric_name((Metric)m));
		}
	}
	if (case_promises(kase, now_s) > 0) {
		json_string(json, NULL, metric_name(METRIC_PROMISE));
	}
	json_end_array(json);
}

static bool is_promise(const Clock *clock)
{
	return clock->metric == METRIC_PROMISE && clock->state != CLOCK_REVOKED;
}

/* What replies said would be done, and whether it was. */
static void write_promises(Json *json, const Case *kase)
{
	json_begin_array(json, "promises");
	for (guint i = 0; kase->clocks != NULL && i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		if (!is_promise(clock)) {
			continue;
		}
		json_begin_object(json, NULL);
		json_int(json, "instance", clock->instance);
		json_string(json, "state", clock_state_name(clock->state));
		json_time(json, "made", clock->started_s);
		json_time(json, "due", clock->due_s);
		json_time(json, "ended", clock->ended_s);
		json_end_object(json);
	}
	json_end_array(json);
}

void case_write(Json *json, const Case *kase, const CaseLook *look)
{
	g_autofree char *name = case_name(kase->id);

	json_string(json, "id", name);
	json_string(json, "desk", kase->desk);
	json_string(json, "team", kase->team);
	json_string(json, "topic", kase->topic);
	json_strings(json, "topics", (const char *const *)kase->topics);
	json_begin_object(json, "urgency");
	json_string(json, "level", urgency_name(kase->level));
	json_int(json, "score", kase->urgency);
	json_end_object(json);
	json_string(json, "state", case_state_name(kase->state));
	json_bool(json, "sensitive", kase->sensitive);
	json_string(
	    json, "subject", case_hidden(kase, look) ? NULL : kase->subject);
	json_string(json, "from", kase->from);
	json_time(json, "received", kase->received_s);
	write_due(json, kase);
	write_used(json, kase, look);
	json_time(json, "first_reply_at", kase->first_reply_s);
	json_time(json, "closed_at", kase->closed_s);
	write_overdue(json, kase, look->now_s);
	write_promises(json, kase);
	json_int(json, "messages", kase->messages);
	json_begin_array(json, "rules");
	for (guint i = 0; kase->hits != NULL && i < kase->hits->len; i++) {
		json_string(
		    json, NULL, ((CaseHit *)kase->hits->pdata[i])->rule);
	}
	json_end_array(json);
}

static void write_clocks(Json *json, const Case *kase)
{
	json_begin_array(json, "clocks");
	for (guint i = 0; kase->clocks != NULL && i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);

		json_begin_object(json, NULL);
		json_string(json, "metric", metric_name(clock->metric));
		json_int(json, "instance", clock->instance);
		json_string(json, "state", clock_state_name(clock->state));
		json_time(json, "started", clock->started_s);
		json_time(json, "due", clock->due_s);
		json_time(json, "ended", clock->ended_s);
		json_int(json, "target_s", clock->target_s);
		json_end_object(json);
	}
	json_end_array(json);
}

static void write_hits(Json *json, const Case *kase, bool hidden)
{
	json_begin_array(json, "hits");
	for (guint i = 0; kase->hits != NULL && i < kase->hits->len; i++) {
		const CaseHit *hit = kase->hits->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "name", hit->rule);
		json_string(json, "topic", hit->topic);
		json_int(json, "points", hit->points);
		json_int(json, "urgency", hit->urgency);
		json_string(json, "in", hit->in);
		json_string(json, "text", hidden ? NULL : hit->text);
		json_string(json, "why", hit->why);
		json_end_object(json);
	}
	json_end_array(json);
}

static void write_timeline(Json *json, const GPtrArray *events, bool hidden)
{
	json_begin_array(json, "timeline");
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		json_begin_object(json, NULL);
		json_int(json, "number", event->number);
		json_time(json, "at", event->at_s);
		json_string(json, "what", event->what);
		json_string(json, "who", event->who);
		json_string(json, "detail", hidden ? NULL : event->detail);
		json_string(json, "message_id", event->message_id);
		json_end_object(json);
	}
	json_end_array(json);
}

/* Whose it was from FROM_S to TO_S, and how much of that was open. */
static void write_holder(
    Json *json, const Case *kase, const Holder *holder, const CaseLook *look)
{
	const Holder *const *all = (const Holder *const *)kase->holders->pdata;
	gint64 to_s = kase->closed_s;
	gint64 end_s;

	for (guint i = 0; i + 1 < kase->holders->len; i++) {
		if (all[i] == holder) {
			to_s = all[i + 1]->from_s;
		}
	}
	end_s = to_s != 0 ? to_s : look->now_s;
	json_begin_object(json, NULL);
	json_string(json, "team", holder->team);
	json_time(json, "from", holder->from_s);
	json_time(json, "to", to_s);
	json_int(json, "open_s",
	    calendar_open_s(
		sla_calendar(look->sla,
		    *kase->calendar != '\0' ? kase->calendar : "always"),
		holder->from_s, end_s));
	json_end_object(json);
}

static void write_holders(Json *json, const Case *kase, const CaseLook *look)
{
	Holder first = {.team = kase->team, .from_s = kase->received_s};
	guint n = kase->holders != NULL ? kase->holders->len : 0;

	json_begin_array(json, "holders");
	for (guint i = 0; i < n; i++) {
		write_holder(json, kase, kase->holders->pdata[i], look);
	}
	if (n == 0 && kase->holders != NULL) {
		write_holder(json, kase, &first, look);
	}
	json_end_array(json);
}

static void write_id(Json *json, const char *name, guint64 id)
{
	g_autofree char *text = id != 0 ? case_name(id) : NULL;

	json_string(json, name, text);
}

static const char *text_or_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

void case_write_more(
    Json *json, const Case *kase, const GPtrArray *events, const CaseLook *look)
{
	static const char *const modes[] = {"live", "tag", "shadow"};
	bool hidden = case_hidden(kase, look);

	json_string(json, "mode", modes[kase->mode % G_N_ELEMENTS(modes)]);
	json_string(json, "unscreened", kase->unscreened);
	json_string(json, "policy", text_or_null(kase->policy));
	json_string(json, "calendar", text_or_null(kase->calendar));
	json_strings(
	    json, "correspondents", (const char *const *)kase->correspondents);
	json_strings(json, "witnesses", (const char *const *)kase->witnesses);
	json_int(json, "copies", kase->copies);
	json_time(json, "waiting_since", kase->waiting_s);
	json_time(json, "acknowledged_at", kase->acknowledged_s);
	json_time(json, "last_message_at", kase->last_message_s);
	json_string(
	    json, "closed_because", hidden ? NULL : kase->closed_because);
	json_time(json, "paused_until", kase->pause_until_s);
	json_string(
	    json, "paused_because", hidden ? NULL : kase->pause_because);
	write_id(json, "merged_into", kase->merged_into);
	json_begin_array(json, "links");
	for (guint i = 0; kase->links != NULL && i < kase->links->len; i++) {
		write_id(json, NULL, g_array_index(kase->links, guint64, i));
	}
	json_end_array(json);
	json_string(
	    json, "excerpt", hidden ? NULL : text_or_null(kase->excerpt));
	write_holders(json, kase, look);
	write_clocks(json, kase);
	write_hits(json, kase, hidden);
	write_timeline(json, events, hidden);
}
