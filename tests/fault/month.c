/*
 * Lives through a script on a true store with time as an argument, from moment
 * to moment, and plays the courier on the way. To be killed at any moment and
 * started again: it goes on where it was.
 *
 *   month FOLDER     with anteroom.conf and script within; makes store,
 *                    position, delivered (a line a notice handed over) and, at
 *                    the end, told (what every timeline has of the clock)
 *
 * Lines of the script: MOMENT WORD NUMBER [MORE], of which WORD is
 *   admit N TOPIC LEVEL | answered CASE | pause CASE SECONDS | close CASE | end
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anteroom/cases.h"
#include "anteroom/error.h"
#include "anteroom/message.h"
#include "anteroom/notice.h"
#include "anteroom/tick.h"

#define MAP_BYTES (G_GUINT64_CONSTANT(4) << 30)

typedef struct {
	const char *folder;
	Conf *conf;
	Sla *sla;
	Store *store;
	FILE *delivered;
	char **lines;
	guint at; /* the line to go on with */
} Month;

G_GNUC_NORETURN static void give_up(const char *what, const GError *error)
{
	fprintf(stderr, "month: %s: %s\n", what, error ? error->message : "?");
	exit(1);
}

static char *path_of(const Month *month, const char *name)
{
	return g_build_filename(month->folder, name, NULL);
}

/* ---- the courier ---- */

static void deliver(Month *month, const Notice *notice, gint64 now_s)
{
	fprintf(month->delivered,
	    "%" G_GINT64_FORMAT " %s %s %s %" G_GUINT64_FORMAT
	    " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT,
	    now_s, notice->message_id, notice_kind_name(notice->kind),
	    notice->to, notice->case_id, notice->at_s, notice->after_s,
	    notice->of_clock ? metric_name(notice->metric) : "-", notice->step);
	for (guint i = 0; i < notice->cases->len; i++) {
		fprintf(month->delivered, "%c%" G_GUINT64_FORMAT, i ? ',' : ' ',
		    g_array_index(notice->cases, guint64, i));
	}
	fputc('\n', month->delivered);
	fflush(month->delivered);
}

static void run_courier(Month *month, gint64 now_s)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) taken = NULL;

	do {
		g_clear_pointer(&taken, g_ptr_array_unref);
		taken = store_notices_take(
		    month->store, "example.com", now_s, 64, &error);
		if (!taken) {
			give_up("take", error);
		}
		for (guint i = 0; i < taken->len; i++) {
			const Notice *notice = taken->pdata[i];

			deliver(month, notice, now_s);
			if (!store_notice_sent(
				month->store, notice->number, now_s, &error)) {
				give_up("sent", error);
			}
		}
	} while (taken->len > 0);
}

/* What a courier had leased when it was killed is due again; its lease would
 * have to pass otherwise. */
static void return_leases(Month *month, gint64 now_s)
{
	g_autoptr(GPtrArray) waiting =
	    store_notices(month->store, NOTICE_WAITING, 0, NULL);

	for (guint i = 0; waiting && i < waiting->len; i++) {
		const Notice *notice = waiting->pdata[i];

		if (notice->message_id) {
			store_notice_retry(
			    month->store, notice->number, now_s, NULL);
		}
	}
}

/* ---- time ---- */

static gint64 next_moment(Month *month, gint64 now_s)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) waiting = NULL;
	gint64 next_s = 0, mail_s = 0;

	if (!store_next_s(month->store, now_s, &next_s, &error)) {
		give_up("next", error);
	}
	waiting = store_notices(month->store, NOTICE_WAITING, 1, &error);
	if (!waiting) {
		give_up("waiting", error);
	}
	if (waiting->len > 0) {
		mail_s = ((Notice *)waiting->pdata[0])->next_s;
	}
	if (!next_s || (mail_s && mail_s < next_s)) {
		next_s = mail_s;
	}
	return next_s ? MAX(next_s, now_s + 1) : G_MAXINT64;
}

static void live(Month *month, gint64 now_s, gint64 until_s)
{
	g_autoptr(GError) error = NULL;

	for (; now_s < until_s;
	     now_s = MIN(next_moment(month, now_s), until_s)) {
		if (!store_tick(month->store, month->conf, month->sla, now_s,
			NULL, &error)) {
			give_up("tick", error);
		}
		run_courier(month, now_s);
	}
	if (!store_tick(
		month->store, month->conf, month->sla, until_s, NULL, &error)) {
		give_up("tick", error);
	}
	run_courier(month, until_s);
}

/* ---- what happens ---- */

static Message *message_of(const char *number)
{
	g_autofree char *text = g_strdup_printf(
	    "From: <c%s@customer.example>\r\nTo: <ceo@example.com>\r\n"
	    "Subject: Letter %s\r\nMessage-ID: <%s@customer.example>\r\n\r\n"
	    "This is letter number %s and nobody else wrote it.\r\n",
	    number, number, number, number);

	return message_read(text, strlen(text), false);
}

static Plan *plan_of(const Month *month, const char *topic, Urgency level)
{
	Plan *plan = g_new0(Plan, 1);

	plan->desk = month->conf->desks->pdata[0];
	plan->team = route_team(month->conf, topic, NULL);
	plan->topic = g_strdup(topic);
	plan->topics = g_strsplit(topic, " ", -1);
	plan->level = level;
	plan->urgency = urgency_floor(level);
	plan->policy = sla_policy(month->sla, (const char *const *)plan->topics,
	    level, plan->team->name);
	if (plan->policy) {
		plan->calendar = sla_policy_calendar(
		    month->sla, plan->policy, plan->team->name);
	}
	return plan;
}

static void admit(Month *month, gint64 now_s, char **words)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_of(words[2]);
	g_autofree char *sender =
	    g_strdup_printf("c%s@customer.example", words[2]);
	const char *recipients[] = {"ceo@example.com", NULL};
	Urgency level = URGENCY_NORMAL;
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	Score score = {.hits = none, .topics = none};
	g_autoptr(Plan) plan = NULL;
	g_autoptr(Case) kase = NULL;
	AdmitOutcome outcome;
	Admission admission;

	urgency_parse(words[4], &level);
	plan = plan_of(month, words[3], level);
	admission = (Admission){.message = message,
	    .score = &score,
	    .plan = plan,
	    .sla = month->sla,
	    .conf = month->conf,
	    .sender = sender,
	    .recipients = recipients,
	    .arrival_s = now_s,
	    .now_s = now_s,
	    .via = "milter"};
	if (!store_admit(month->store, &admission, &outcome, &kase, &error)) {
		give_up("admit", error);
	}
}

/* One that was done before the kill is refused now. */
static void act(Month *month, gint64 now_s, ActKind kind, char **words)
{
	g_autoptr(GError) error = NULL;
	Act act = {.kind = kind,
	    .id = g_ascii_strtoull(words[2], NULL, 10),
	    .who = "eva",
	    .word = "as the script says",
	    .for_s = words[3] ? g_ascii_strtoll(words[3], NULL, 10) : 0,
	    .now_s = now_s,
	    .conf = month->conf,
	    .sla = month->sla};

	if (!store_act(month->store, &act, NULL, &error) &&
	    error->code != ERROR_NO) {
		give_up(words[1], error);
	}
}

static void happen(Month *month, gint64 now_s, char **words)
{
	static const struct {
		const char *word;
		ActKind kind;
	} acts[] = {{"answered", ACT_ANSWERED}, {"pause", ACT_PAUSE},
	    {"close", ACT_CLOSE}};

	if (strcmp(words[1], "admit") == 0) {
		admit(month, now_s, words);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (strcmp(words[1], acts[i].word) == 0) {
			act(month, now_s, acts[i].kind, words);
		}
	}
}

/* ---- where it was ---- */

static void save_position(const Month *month)
{
	g_autofree char *path = path_of(month, "position");
	g_autofree char *new = g_strconcat(path, ".new", NULL);
	FILE *file = fopen(new, "w");

	if (!file || fprintf(file, "%u\n", month->at) < 0 ||
	    fclose(file) != 0 || rename(new, path) != 0) {
		give_up("position", NULL);
	}
}

static gint64 moment_of(const char *line)
{
	return g_ascii_strtoll(line, NULL, 10);
}

static void run_script(Month *month)
{
	gint64 now_s = moment_of(month->lines[month->at ? month->at - 1 : 0]);

	return_leases(month, now_s);
	for (; month->lines[month->at] && *month->lines[month->at];
	     month->at++) {
		g_auto(GStrv) words =
		    g_strsplit(month->lines[month->at], " ", -1);
		gint64 then_s = moment_of(words[0]);

		save_position(month);
		live(month, now_s, then_s);
		happen(month, then_s, words);
		now_s = then_s;
	}
}

/* ---- the end ---- */

static bool tell_case(const Case *kase, gpointer data)
{
	static const char *const kinds[] = {"warning", "breach", "escalation"};
	Month *month = ((gpointer *)data)[0];
	FILE *told = ((gpointer *)data)[1];
	g_autoptr(GPtrArray) events =
	    store_events(month->store, kase->id, NULL);

	for (guint i = 0; events && i < events->len; i++) {
		const Event *event = events->pdata[i];

		for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
			if (strcmp(event->what, kinds[k]) == 0) {
				fprintf(told,
				    "%" G_GUINT64_FORMAT " %s"
				    " %" G_GINT64_FORMAT " %s\n",
				    kase->id, event->what, event->at_s,
				    event->detail);
			}
		}
	}
	return true;
}

static void tell_all(Month *month)
{
	g_autofree char *path = path_of(month, "told");
	FILE *told = fopen(path, "w");
	gpointer data[] = {month, told};
	g_autoptr(GError) error = NULL;
	StoreCheck check = {0};

	if (!told || !store_each_by_id(month->store, tell_case, data, &error) ||
	    fclose(told) != 0) {
		give_up("told", error);
	}
	if (!store_fsck(month->store, NULL, NULL, &check, &error) ||
	    check.wrong) {
		give_up("fsck finds the store wrong", error);
	}
}

static void load(Month *month)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *conf = path_of(month, "anteroom.conf");
	g_autofree char *script = path_of(month, "script");
	g_autofree char *position = path_of(month, "position");
	g_autofree char *text = NULL;
	g_autofree char *at = NULL;

	month->conf = conf_load(conf, problems);
	for (guint i = 0; !month->conf && i < problems->len; i++) {
		fprintf(stderr, "%s\n", conf_problem_text(problems->pdata[i]));
	}
	month->sla = month->conf ? sla_new(month->conf, problems) : NULL;
	if (!month->sla || !g_file_get_contents(script, &text, NULL, NULL)) {
		give_up("configuration or script", NULL);
	}
	month->lines = g_strsplit(text, "\n", -1);
	if (g_file_get_contents(position, &at, NULL, NULL)) {
		month->at = (guint)g_ascii_strtoull(at, NULL, 10);
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *store = NULL;
	g_autofree char *delivered = NULL;
	Month month = {.folder = argc == 2 ? argv[1] : "."};

	message_init();
	load(&month);
	store = path_of(&month, "store");
	delivered = path_of(&month, "delivered");
	month.delivered = fopen(delivered, "a");
	month.store = store_open(store, MAP_BYTES, &error);
	if (!month.store || !month.delivered) {
		give_up("store", error);
	}
	run_script(&month);
	tell_all(&month);
	fclose(month.delivered);
	store_close(month.store);
	sla_unref(month.sla);
	conf_unref(month.conf);
	g_strfreev(month.lines);
	return 0;
}
