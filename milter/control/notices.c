/*
 * Notices: the list for people, and the courier's four words. Who may not read
 * sensitive cases sees nothing of them here either: the store keeps no text of
 * theirs in a notice.
 */
#include "anteroom/notice.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/times.h"
#include "control/internal.h"

#define TAKE_LIMIT 16
#define WAIT_MOST_S 60
#define WAIT_STEP_MS 500  /* how soon an end or a set clock is noticed */
#define SUMMARY_CASES 100 /* described; `cases` has all their names */

/* ---- one as JSON ---- */

/* What a summary says of a case; sensitive ones without their words. */
static void write_named_case(Json *json, Store *store, guint64 id)
{
	g_autoptr(Case) kase = store_case(store, id, NULL);
	g_autofree char *name = case_name(id);

	json_begin_object(json, NULL);
	json_string(json, "case", name);
	if (kase != NULL) {
		json_string(json, "team", kase->team);
		json_string(json, "topic", kase->topic);
		json_string(json, "urgency", urgency_name(kase->level));
		json_string(json, "subject",
		    kase->sensitive ? "(restricted)" : kase->subject);
		json_string(json, "from", kase->sensitive ? NULL : kase->from);
		json_string(json, "state", case_state_name(kase->state));
		json_time(json, "due", case_next_due_s(kase));
	}
	json_end_object(json);
}

static void write_cases(Json *json, const Notice *notice, Store *store)
{
	json_begin_array(json, "cases");
	for (guint i = 0; i < MIN(notice->cases->len, SUMMARY_CASES); i++) {
		write_named_case(
		    json, store, g_array_index(notice->cases, guint64, i));
	}
	json_end_array(json);
}

static const char *text_or_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static void write_clock(Json *json, const Notice *notice)
{
	bool warning = notice->kind == NOTICE_WARNING;

	json_string(json, "metric",
	    notice->of_clock ? metric_name(notice->metric) : NULL);
	if (!notice->of_clock) {
		json_null(json, "instance");
		json_null(json, "level");
		json_null(json, "after_s");
		return;
	}
	json_int(json, "instance", notice->instance);
	if (warning) {
		json_int(json, "level", notice->step);
		json_null(json, "after_s");
	} else {
		json_null(json, "level");
		json_int(json, "after_s", notice->step);
	}
}

static void write_about(Json *json, const Notice *notice)
{
	g_autofree char *kase =
	    notice->case_id != 0 ? case_name(notice->case_id) : NULL;

	json_string(json, "case", kase);
	json_string(json, "team", text_or_null(notice->team));
	json_string(json, "topic", text_or_null(notice->topic));
	json_string(json, "urgency", urgency_name(notice->level));
	json_string(json, "subject",
	    notice->sensitive ? "(restricted)" : text_or_null(notice->subject));
	json_string(json, "from", text_or_null(notice->from));
	write_clock(json, notice);
	json_time(json, "due", notice->due_s);
	json_string(json, "policy", text_or_null(notice->policy));
	json_string(json, "zone", text_or_null(notice->zone));
	json_string(json, "detail", text_or_null(notice->detail));
}

static bool notice_row(Call *call, const Notice *notice)
{
	g_autofree char *name = notice_name(notice->number);
	g_autofree char *id = notice->message_id != NULL
				  ? g_strdup_printf("<%s>", notice->message_id)
				  : NULL;
	Json *json = row_new();

	json_string(json, "notice", name);
	json_string(json, "kind", notice_kind_name(notice->kind));
	json_time(json, "at", notice->at_s);
	json_time(json, "not_before", notice->after_s);
	json_string(json, "to", notice->to);
	json_string(json, "rung",
	    notice->kind == NOTICE_WEBHOOK ? NULL : rung_name(notice->rung));
	json_string(json, "message_id", id);
	write_about(json, notice);
	json_int(json, "attempts", notice->attempts);
	json_string(json, "state", notice_state_name(notice->state));
	json_time(
	    json, "next", notice->state == NOTICE_WAITING ? notice->next_s : 0);
	json_time(json, "ended", notice->ended_s);
	json_string(json, "error", notice->error);
	write_cases(json, notice, call->store);
	return call_row(call, json);
}

static void give_rows(Call *call, const GPtrArray *notices)
{
	for (guint i = 0; i < notices->len; i++) {
		if (!notice_row(call, notices->pdata[i])) {
			break;
		}
	}
}

/* ---- the list ---- */

static bool read_state(const char *word, int *state, GError **error)
{
	NoticeState named;

	if (word == NULL) {
		*state = NOTICE_WAITING;
		return true;
	}
	if (strcmp(word, "all") == 0) {
		*state = -1;
		return true;
	}
	if (!notice_state_parse(word, &named)) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "--state: must be waiting, sent, dead, withdrawn or all");
		return false;
	}
	*state = (int)named;
	return true;
}

bool run_notices(Call *call, GError **error)
{
	g_autoptr(GPtrArray) notices = NULL;
	guint limit = 0;
	int state;

	if (!read_state(args_text(call, "state"), &state, error) ||
	    !args_number(call, "limit", &limit, error)) {
		return false;
	}
	notices = store_notices(call->store, state, limit, error);
	if (notices == NULL) {
		return false;
	}
	give_rows(call, notices);
	if (notices->len == 0) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_NO, "notices: none");
		return false;
	}
	return true;
}

/* ---- the courier ---- */

/* The right side of Message-IDs: the sender's domain. Transfer full. */
static char *host_of(const Conf *conf)
{
	g_autofree char *folded = address_fold(conf->notify_from);
	const char *at = strrchr(folded, '@');
	gsize n = at != NULL ? strcspn(at + 1, "> ") : 0;

	return n > 0 ? g_strndup(at + 1, n) : g_strdup("anteroom.invalid");
}

static bool read_wait(Call *call, gint64 *wait_s, GError **error)
{
	const char *wait = args_text(call, "wait");

	if (wait != NULL && !times_parse_duration(wait, wait_s, error)) {
		g_prefix_error(error, "--wait: ");
		return false;
	}
	*wait_s = CLAMP(*wait_s, 0, WAIT_MOST_S);
	return true;
}

static GPtrArray *nothing(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)notice_free);
}

/* The wall clock is asked again each time: it may be set meanwhile. A courier
 * that was killed leases nothing: its successor would wait for the end. */
static GPtrArray *take_or_wait(
    Call *call, guint limit, gint64 wait_s, GError **error)
{
	g_autofree char *host = host_of(call->setup->conf);
	gint64 until_us = g_get_monotonic_time() + wait_s * G_USEC_PER_SEC;

	while (!call_over(call)) {
		g_autoptr(GPtrArray) taken = store_notices_take(
		    call->store, host, times_now_s(), limit, error);

		if (taken == NULL || taken->len > 0 ||
		    g_get_monotonic_time() >= until_us) {
			return g_steal_pointer(&taken);
		}
		store_notices_wait(call->store, WAIT_STEP_MS);
	}
	return nothing();
}

bool run_notices_take(Call *call, GError **error)
{
	g_autoptr(GPtrArray) taken = NULL;
	guint limit = TAKE_LIMIT, lost = 0;
	gint64 wait_s = 0;

	if (!args_number(call, "limit", &limit, error) ||
	    !read_wait(call, &wait_s, error) ||
	    (args_flag(call, "fresh") &&
		!store_notices_lost(call->store, call->now_s, &lost, error))) {
		return false;
	}
	taken = take_or_wait(call, limit, wait_s, error);
	if (taken == NULL) {
		return false;
	}
	give_rows(call, taken);
	return true;
}

static bool end_one(Call *call, guint64 number, GError **error)
{
	const char *name = call->command->name;

	if (strcmp(name, "notice-sent") == 0) {
		return store_notice_sent(
		    call->store, number, call->now_s, error);
	}
	if (strcmp(name, "notice-failed") == 0) {
		return store_notice_failed(call->store, number,
		    args_text(call, "why"), args_flag(call, "final"),
		    call->now_s, error);
	}
	return store_notice_retry(call->store, number, call->now_s, error);
}

bool run_notice_end(Call *call, GError **error)
{
	g_autofree char *name = NULL;
	guint64 number = 0;
	Json *json;

	if (!notice_parse_name(args_text(call, "notice"), &number, error) ||
	    !end_one(call, number, error)) {
		return false;
	}
	name = notice_name(number);
	json = row_new();
	json_string(json, "id", name);
	json_string(json, "done",
	    strcmp(call->command->name, "notice-retry") == 0 ? "due now"
							     : "noted");
	call_row(call, json);
	return true;
}
