/*
 * /metrics in the text format of Prometheus: the daemon's counters, the counts
 * of each team, and our own. Counting the cases costs, so it is done at most
 * twice a minute.
 */
#include <string.h>
#include <unistd.h>

#include "anteroom/times.h"
#include "web/internal.h"
#include "web/pages.h"

#define COUNTS_S 30

static bool may_read(const WebRequest *request)
{
	static const guint roles = MAY(USER_READER) | MAY(USER_ASSISTANT) |
				   MAY(USER_EXECUTIVE) |
				   MAY(USER_ADMINISTRATOR);

	return (request->user != NULL &&
		   (roles & MAY(request->user->role)) != 0) ||
	       conf_networks_have(
		   request->conf->web_metrics_from, request->agent_address);
}

/* ---- writing ---- */

static void head(
    GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(out,
	    "# HELP anteroom_%s %s\n# TYPE anteroom_%s %s\n", name, help, name,
	    type);
}

/* As the format wants values of labels. */
static void label(GString *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"') {
			g_string_append_c(out, '\\');
			g_string_append_c(out, *value);
		} else if (*value == '\n') {
			g_string_append(out, "\\n");
		} else {
			g_string_append_c(out, *value);
		}
	}
}

/* Exactly, and without an exponent. */
static void seconds(GString *out, gint64 us)
{
	g_string_append_printf(out, "%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT,
	    us / G_USEC_PER_SEC, us % G_USEC_PER_SEC);
	while (out->str[out->len - 1] == '0' && out->str[out->len - 2] != '.') {
		g_string_truncate(out, out->len - 1);
	}
}

static void gauge(GString *out, const char *name, const char *type,
    const char *help, gint64 value)
{
	head(out, name, type, help);
	g_string_append_printf(
	    out, "anteroom_%s %" G_GINT64_FORMAT "\n", name, value);
}

static gint64 time_of(const JsonValue *row, const char *name)
{
	const char *text = json_get_string(row, name);
	gint64 at_s = 0;

	if (text != NULL) {
		times_parse_rfc3339(text, &at_s, NULL);
	}
	return at_s;
}

/* ---- the daemon ---- */

static void write_messages(GString *out, const JsonValue *row)
{
	const JsonValue *messages = json_get(row, "messages");
	g_auto(GStrv) names = json_names(messages);

	head(out, "messages_total", "counter",
	    "Messages decided, by what became of them.");
	for (guint i = 0; names[i] != NULL; i++) {
		g_string_append_printf(out,
		    "anteroom_messages_total{outcome=\"%s\"} "
		    "%" G_GINT64_FORMAT "\n",
		    names[i], json_get_int(messages, names[i], 0));
	}
}

static gint64 int_at(const JsonValue *array, guint i)
{
	return json_as_int(json_at(array, i), 0);
}

static void write_stage(
    GString *out, const JsonValue *stage, const JsonValue *bounds)
{
	const char *name = json_get_string(stage, "stage");
	const JsonValue *classes = json_get(stage, "classes");
	gint64 sum = 0;

	for (guint i = 0; i < json_length(classes); i++) {
		sum += int_at(classes, i);
		g_string_append_printf(out,
		    "anteroom_stage_seconds_bucket{stage=\"%s\",le=\"", name);
		if (i < json_length(bounds)) {
			seconds(out, int_at(bounds, i));
		} else {
			g_string_append(out, "+Inf");
		}
		g_string_append_printf(out, "\"} %" G_GINT64_FORMAT "\n", sum);
	}
	g_string_append_printf(
	    out, "anteroom_stage_seconds_sum{stage=\"%s\"} ", name);
	seconds(out, json_get_int(stage, "sum_us", 0));
	g_string_append_printf(out,
	    "\nanteroom_stage_seconds_count{stage=\"%s\"} "
	    "%" G_GINT64_FORMAT "\n",
	    name, sum);
}

static void write_stages(GString *out, const JsonValue *row)
{
	const JsonValue *stages = json_get(row, "stages");

	head(out, "stage_seconds", "histogram",
	    "Time that each stage of a message took.");
	for (guint i = 0; i < json_length(stages); i++) {
		write_stage(
		    out, json_at(stages, i), json_get(row, "bounds_us"));
	}
}

static void write_daemon(GString *out, const JsonValue *row, gint64 now_s)
{
	const JsonValue *outbox = json_get(row, "outbox");
	const JsonValue *store = json_get(row, "store");
	gint64 next_s = time_of(json_get(row, "clock"), "next");

	write_messages(out, row);
	write_stages(out, row);
	gauge(out, "outbox_waiting", "gauge", "Notices not sent yet.",
	    json_get_int(outbox, "waiting", 0));
	gauge(out, "outbox_due", "gauge",
	    "Notices that should have been sent by now.",
	    json_get_int(outbox, "due", 0));
	gauge(out, "outbox_dead", "gauge", "Notices that were given up.",
	    json_get_int(outbox, "dead", 0));
	gauge(out, "clock_late_seconds", "gauge",
	    "How late the clock is with what is due.",
	    next_s != 0 ? MAX(now_s - next_s, 0) : 0);
	gauge(out, "store_map_bytes", "gauge", "Room of the store.",
	    json_get_int(store, "map_bytes", 0));
	gauge(out, "store_used_bytes", "gauge", "Room used of the store.",
	    json_get_int(store, "used_bytes", 0));
	gauge(out, "store_commits_total", "counter", "Commits to the disk.",
	    json_get_int(store, "commits", 0));
	gauge(out, "reload_age_seconds", "gauge",
	    "Time since configuration and rules were loaded.",
	    now_s - time_of(row, "loaded"));
	gauge(out, "rules", "gauge", "Rules in force.",
	    json_get_int(row, "rules", 0));
	gauge(out, "start_time_seconds", "gauge",
	    "When the daemon started, since the epoch.",
	    time_of(row, "started"));
}

/* ---- teams ---- */

static void write_cell(GString *out, const JsonValue *team, const char *state)
{
	g_string_append(out, "anteroom_cases{team=\"");
	label(out, json_get_string(team, "team"));
	g_string_append_printf(out, "\",state=\"%s\"} %" G_GINT64_FORMAT "\n",
	    state, json_get_int(team, state, 0));
}

static void write_by_team(GString *out, const JsonValue *teams,
    const char *name, const char *help, const char *member)
{
	head(out, name, "gauge", help);
	for (guint i = 0; i < json_length(teams); i++) {
		const JsonValue *team = json_at(teams, i);

		g_string_append_printf(out, "anteroom_%s{team=\"", name);
		label(out, json_get_string(team, "team"));
		g_string_append_printf(out, "\"} %" G_GINT64_FORMAT "\n",
		    json_get_int(team, member, 0));
	}
}

static void write_replies(GString *out, const JsonValue *teams)
{
	static const char *const results[] = {"met", "missed"};

	head(out, "first_replies", "gauge",
	    "Cases in the store whose first reply was in time, or not.");
	for (guint i = 0; i < json_length(teams); i++) {
		const JsonValue *team = json_at(teams, i);

		for (guint k = 0; k < G_N_ELEMENTS(results); k++) {
			g_string_append(out, "anteroom_first_replies{team=\"");
			label(out, json_get_string(team, "team"));
			g_string_append_printf(out,
			    "\",result=\"%s\"} %" G_GINT64_FORMAT "\n",
			    results[k],
			    json_get_int(
				json_get(team, "first_reply"), results[k], 0));
		}
	}
}

static void write_teams(GString *out, const JsonValue *row)
{
	static const char *const states[] = {
	    "open", "paused", "answered", "closed"};
	const JsonValue *teams = json_get(row, "teams");

	head(out, "cases", "gauge", "Cases by team and state.");
	for (guint i = 0; i < json_length(teams); i++) {
		for (guint k = 0; k < G_N_ELEMENTS(states); k++) {
			write_cell(out, json_at(teams, i), states[k]);
		}
	}
	write_by_team(out, teams, "cases_overdue",
	    "Cases past a deadline, by team.", "overdue");
	write_by_team(out, teams, "cases_due_soon",
	    "Cases whose deadline is near, by team.", "due_soon");
	write_replies(out, teams);
}

/* ---- asking ---- */

static bool keep_row(const char *text, gsize length, gpointer data)
{
	char **row = data;

	g_free(*row);
	*row = g_strndup(text, length);
	return true;
}

/* As ourselves: nothing here is of one case. Transfer full; NULL. */
static char *ask(const WebRequest *request, const char *command)
{
	ControlRequest control = {.command = command};
	char *row = NULL;

	backend_ask(request->web->backend, request->conf->control_socket,
	    &control, keep_row, &row, NULL);
	return row;
}

/* Whoever comes while somebody counts waits for what that one finds. */
static char *ask_counts(const WebRequest *request)
{
	Web *web = request->web;
	char *counts;

	g_mutex_lock(&web->counts_lock);
	if (web->counts == NULL || request->now_s < web->counts_s ||
	    request->now_s >= web->counts_s + COUNTS_S) {
		g_free(web->counts);
		web->counts = ask(request, "status");
		web->counts_s = request->now_s;
	}
	counts = g_strdup(web->counts);
	g_mutex_unlock(&web->counts_lock);
	return counts;
}

static gint64 resident_bytes(void)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;

	if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL)) {
		return 0;
	}
	words = g_strsplit(text, " ", 3);
	return words[0] != NULL && words[1] != NULL
		   ? g_ascii_strtoll(words[1], NULL, 10) * sysconf(_SC_PAGESIZE)
		   : 0;
}

static void write_own(GString *out, const WebRequest *request, bool up)
{
	head(out, "build_info", "gauge", "Version of the web process.");
	g_string_append(
	    out, "anteroom_build_info{version=\"" ANTEROOM_VERSION "\"} 1\n");
	gauge(out, "up", "gauge", "Whether the mail filter answers.", up);
	gauge(out, "web_sessions", "gauge", "People who are logged in.",
	    sessions_count(request->web->sessions));
	gauge(out, "web_resident_bytes", "gauge", "Memory of the web process.",
	    resident_bytes());
}

void metrics_page(const WebRequest *request, WebReply *reply)
{
	g_autofree char *text = NULL;
	g_autofree char *counts = NULL;
	g_autoptr(JsonValue) row = NULL;
	g_autoptr(JsonValue) teams = NULL;
	GString *out;

	if (!may_read(request)) {
		reply_problem(request, reply, request->user == NULL ? 401 : 403,
		    "A token is needed, or an address in metrics-from.");
		return;
	}
	text = ask(request, "metrics");
	counts = ask_counts(request);
	row = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	teams =
	    counts != NULL ? json_parse(counts, strlen(counts), NULL) : NULL;
	out = reply_json(reply);
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
	write_own(out, request, row != NULL);
	if (row != NULL) {
		write_daemon(out, row, request->now_s);
	}
	if (teams != NULL) {
		write_teams(out, teams);
	}
}
