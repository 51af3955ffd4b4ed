/*
 * A store in a folder of its own, a configuration and mail from short structs,
 * for tests. Every step is followed by a walk over the whole store: whatever a
 * test does, the invariants hold after it.
 */
#ifndef TESTS_CASES_FIXTURE_H
#define TESTS_CASES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "anteroom/cases.h"
#include "anteroom/error.h"

#define T0 G_GINT64_CONSTANT(1795255200) /* 2026-11-21T10:00:00Z, Saturday */
#define HOUR G_GINT64_CONSTANT(3600)
#define DAY (24 * HOUR)
#define MAP_BYTES (256 * 1024 * 1024)

typedef struct {
	char *folder; /* scratch; the store is in "store" within */
	char *path;
	Store *store;
	Conf *conf;
	Sla *sla;
	bool unchecked; /* no walk after each step */
} World;

/* What isn't given is made up: from the customer, to the desk. */
typedef struct {
	const char *from, *to, *cc, *id, *refs, *subject, *body, *more;
	const char *topic; /* "billing" */
	Urgency level;     /* URGENCY_NORMAL unless urgent */
	bool critical;
	gint64 at_s;            /* T0 */
	gint64 now_s;           /* at_s */
	const char *recipients; /* separated by space; NULL: of TO */
} Mail;

#define CUSTOMER "anna@customer.example"
#define DESK "ceo@example.com"

static const char fixture_conf[] =
    "company = \"Example\"\n"
    "store { path = \"store\" keep-text = \"excerpt\" }\n"
    "rules { packs = {\"pack.rules\"} }\n"
    "desk \"ceo\" { addresses = {\"ceo@example.com\", \"jane@example.com\"} "
    "assistant = \"ea@example.com\" keep = yes mode = \"live\" }\n"
    "team \"care\" { address = \"care@example.com\" members = "
    "{\"bob@example.com\"} lead = \"lead@example.com\" calendar = \"always\" "
    "}\n"
    "team \"media\" { address = \"media@example.com\" members = "
    "{\"dave@example.com\"} calendar = \"always\" }\n"
    "team \"trust\" { address = \"trust@example.com\" members = "
    "{\"ann@example.com\"} calendar = \"always\" sensitive = yes }\n"
    "route \"safety\" { team = \"trust\" }\n"
    "route \"billing\" { team = \"care\" }\n"
    "route \"press\" { team = \"media\" }\n"
    "route \"default\" { team = \"care\" }\n"
    "policy \"safety\" { topics = {\"safety\"} first-reply = \"1h\" "
    "next-reply = \"4h\" resolve = \"3d\" warn = {50} }\n"
    "policy \"media\" { teams = {\"media\"} first-reply = \"2h\" "
    "next-reply = \"2h\" }\n"
    "policy \"standard\" { first-reply = \"16h\" next-reply = \"8h\" "
    "resolve = \"10d\" warn = {90} }\n";

static const char fixture_pack[] =
    "topic \"safety\" { title = \"Safety\" urgency-floor = \"critical\" "
    "precedence = 100 threshold = 40 sensitive = yes }\n"
    "topic \"billing\" { title = \"Billing\" precedence = 10 }\n"
    "topic \"press\" { title = \"Press\" precedence = 50 }\n"
    "rule \"safety-threat\" { topic = \"safety\" points = 60 urgency = 60 "
    "in = {\"text\"} match = 'threat' why = \"a threat\" "
    "hits = {\"threat\"} misses = {\"treat\"} }\n"
    "rule \"bill\" { topic = \"billing\" points = 40 in = {\"text\"} "
    "match = 'invoice' why = \"a bill\" hits = {\"invoice\"} "
    "misses = {\"voice\"} }\n";

static inline void fixture_write(
    const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void world_print_problems(const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *text = conf_problem_text(problems->pdata[i]);
		print_message("%s\n", text);
	}
}

static inline void world_load_conf(World *world)
{
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);
	g_autofree char *path =
	    g_build_filename(world->folder, "anteroom.conf", NULL);

	fixture_write(world->folder, "anteroom.conf", fixture_conf);
	fixture_write(world->folder, "pack.rules", fixture_pack);
	world->conf = conf_load(path, problems);
	if (!world->conf) {
		world_print_problems(problems);
	}
	assert_non_null(world->conf);
	world->sla = sla_new(world->conf, problems);
	assert_non_null(world->sla);
}

static inline void world_open(World *world, guint64 bytes)
{
	GError *error = NULL;

	world->store = store_open(world->path, bytes, &error);
	if (!world->store) {
		print_message("%s\n", error->message);
	}
	assert_non_null(world->store);
}

static inline World *world_new_in(const char *parent, guint64 bytes)
{
	World *world = g_new0(World, 1);

	world->folder = g_build_filename(parent, "anteroom-cases-XXXXXX", NULL);
	assert_non_null(g_mkdtemp(world->folder));
	world->path = g_build_filename(world->folder, "store", NULL);
	world_load_conf(world);
	world_open(world, bytes);
	return world;
}

static inline World *world_new(void)
{
	return world_new_in(g_get_tmp_dir(), MAP_BYTES);
}

static inline void fixture_remove(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			fixture_remove(path);
		} else {
			g_unlink(path);
		}
	}
	g_clear_pointer(&dir, g_dir_close);
	g_rmdir(folder);
}

static inline void world_free(World *world)
{
	store_close(world->store);
	sla_unref(world->sla);
	conf_unref(world->conf);
	fixture_remove(world->folder);
	g_free(world->folder);
	g_free(world->path);
	g_free(world);
}

static inline void fixture_report(const char *line, gpointer data)
{
	(void)data;
	print_message("fsck: %s\n", line);
}

static inline StoreCheck world_check(World *world)
{
	StoreCheck check = {0};
	GError *error = NULL;

	assert_true(
	    store_fsck(world->store, fixture_report, NULL, &check, &error));
	assert_null(error);
	assert_int_equal(check.wrong, 0);
	return check;
}

static inline void world_reopen(World *world)
{
	store_close(world->store);
	world_open(world, MAP_BYTES);
}

/* ---- mail ---- */

static inline Message *mail_message(const Mail *mail)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "From: <%s>\r\nTo: <%s>\r\n",
	    mail->from ? mail->from : CUSTOMER, mail->to ? mail->to : DESK);
	if (mail->cc) {
		g_string_append_printf(text, "Cc: %s\r\n", mail->cc);
	}
	g_string_append_printf(
	    text, "Subject: %s\r\n", mail->subject ? mail->subject : "My bill");
	if (mail->id) {
		g_string_append_printf(text, "Message-ID: <%s>\r\n", mail->id);
	}
	if (mail->refs) {
		g_string_append_printf(text, "References: %s\r\n", mail->refs);
	}
	g_string_append_printf(text,
	    "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n%s\r\n%s\r\n",
	    mail->more ? mail->more : "",
	    mail->body ? mail->body : "The invoice of May is wrong by ten.");
	return message_read(text->str, text->len, false);
}

static inline Plan *mail_plan(const World *world, const Mail *mail)
{
	Plan *plan = g_new0(Plan, 1);
	const char *name = mail->topic ? mail->topic : "billing";
	const Topic *topic = conf_topic(world->conf, name);

	plan->desk = world->conf->desks->pdata[0];
	plan->team = route_team(world->conf, name, NULL);
	plan->topic = g_strdup(name);
	plan->topics = g_new0(char *, 2);
	plan->topics[0] = g_strdup(name);
	plan->level = mail->critical ? URGENCY_CRITICAL
		      : mail->level  ? mail->level
				     : URGENCY_NORMAL;
	plan->urgency = urgency_floor(plan->level);
	plan->sensitive = (topic && topic->sensitive) || plan->team->sensitive;
	plan->policy = sla_policy(world->sla, (const char *const *)plan->topics,
	    plan->level, plan->team->name);
	if (plan->policy) {
		plan->calendar = sla_policy_calendar(
		    world->sla, plan->policy, plan->team->name);
	}
	return plan;
}

/* One hit of the first rule of the topic. */
static inline Score *mail_score(const World *world, const Mail *mail)
{
	Score *score = g_new0(Score, 1);
	const char *name = mail->topic ? mail->topic : "billing";

	score->hits = g_ptr_array_new_with_free_func(g_free);
	score->topics = g_ptr_array_new();
	for (guint i = 0; i < world->conf->rules->len; i++) {
		const Rule *rule = world->conf->rules->pdata[i];
		if (strcmp(rule->topic, name) == 0) {
			ScoreHit *hit = g_new0(ScoreHit, 1);
			hit->rule = rule;
			hit->section = SECTION_TEXT;
			hit->text = (char *)(guintptr) "the words";
			g_ptr_array_add(score->hits, hit);
			break;
		}
	}
	return score;
}

static inline void mail_score_free(Score *score)
{
	g_ptr_array_unref(score->hits);
	g_ptr_array_unref(score->topics);
	g_free(score);
}

static inline bool world_try_admit(World *world, const Mail *mail,
    AdmitOutcome *outcome, Case **kase, GError **error)
{
	g_autoptr(Message) message = mail_message(mail);
	g_autoptr(Plan) plan = mail_plan(world, mail);
	Score *score = mail_score(world, mail);
	g_auto(GStrv) recipients =
	    g_strsplit(mail->recipients ? mail->recipients
		       : mail->to       ? mail->to
					: DESK,
		" ", -1);
	gint64 at_s = mail->at_s ? mail->at_s : T0;
	Admission admission = {.message = message,
	    .score = score,
	    .plan = plan,
	    .sla = world->sla,
	    .conf = world->conf,
	    .sender = mail->from ? mail->from : CUSTOMER,
	    .recipients = (const char *const *)recipients,
	    .arrival_s = at_s,
	    .now_s = mail->now_s ? mail->now_s : at_s,
	    .via = "milter"};
	bool good = store_admit(world->store, &admission, outcome, kase, error);

	mail_score_free(score);
	return good;
}

static inline void world_sound(World *world, const Case *kase)
{
	if (kase) {
		const char *wrong = case_wrong(kase);
		if (wrong) {
			print_message("AR-%u: %s\n", (guint)kase->id, wrong);
		}
		assert_null(wrong);
	}
	if (!world->unchecked) {
		world_check(world);
	}
}

/* Admits, expects OUTCOME, gives the case. */
static inline Case *world_admit(
    World *world, AdmitOutcome expected, const Mail *mail)
{
	AdmitOutcome outcome;
	GError *error = NULL;
	Case *kase = NULL;

	if (!world_try_admit(world, mail, &outcome, &kase, &error)) {
		print_message("%s\n", error->message);
		fail();
	}
	assert_int_equal(outcome, expected);
	world_sound(world, kase);
	return kase;
}

static inline Case *world_answer(
    World *world, AnswerOutcome expected, const char *team, const Mail *mail)
{
	g_autoptr(Message) message = mail_message(mail);
	g_auto(GStrv) recipients =
	    mail->recipients ? g_strsplit(mail->recipients, " ", -1) : NULL;
	Answer answer = {.message = message,
	    .member = mail->from ? mail->from : "bob@example.com",
	    .team = team,
	    .recipients = (const char *const *)recipients,
	    .at_s = mail->at_s ? mail->at_s : T0 + HOUR,
	    .sla = world->sla,
	    .conf = world->conf};
	AnswerOutcome outcome;
	Case *kase = NULL;
	GError *error = NULL;

	assert_true(
	    store_answer(world->store, &answer, &outcome, &kase, &error));
	assert_int_equal(outcome, expected);
	assert_true((kase == NULL) == (outcome == ANSWER_UNKNOWN));
	world_sound(world, kase);
	return kase;
}

/* NULL: refused, with the code in *code. */
static inline Case *world_act(World *world, ActKind kind, guint64 id,
    const char *word, gint64 now_s, gint64 number, int *code)
{
	Act act = {.kind = kind,
	    .id = id,
	    .who = "eva",
	    .word = word,
	    .for_s = kind == ACT_PAUSE ? number : 0,
	    .other = kind == ACT_MERGE ? (guint64)number : 0,
	    .now_s = now_s,
	    .conf = world->conf,
	    .sla = world->sla};
	Case *kase = NULL;
	GError *error = NULL;

	if (!store_act(world->store, &act, &kase, &error)) {
		assert_non_null(code);
		*code = error->code;
		g_clear_error(&error);
		world_sound(world, NULL);
		return NULL;
	}
	if (code) {
		*code = -1;
	}
	world_sound(world, kase);
	return kase;
}

/* How many events WHAT the case has. */
static inline guint world_events(World *world, guint64 id, const char *what)
{
	g_autoptr(GPtrArray) events = store_events(world->store, id, NULL);
	guint n = 0;

	assert_non_null(events);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];
		assert_int_equal(event->number, i + 1);
		n += strcmp(event->what, what) == 0;
	}
	return n;
}

static inline void assert_clock(const Case *kase, Metric metric, guint instance,
    ClockState state, gint64 due_s)
{
	for (guint i = 0; i < kase->clocks->len; i++) {
		const Clock *clock = &g_array_index(kase->clocks, Clock, i);
		if (clock->metric == metric && clock->instance == instance) {
			assert_string_equal(clock_state_name(clock->state),
			    clock_state_name(state));
			assert_int_equal(clock->due_s, due_s);
			return;
		}
	}
	print_message("no %s %u\n", metric_name(metric), instance);
	fail();
}

#endif
