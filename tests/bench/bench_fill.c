/*
 * Fills a store with many cases of two years, most of them done, as they are
 * after the mail of a large company: for measuring what looks at all of them.
 * They go through drafts, so that each has its events and index entries, but
 * in few large transactions.
 *
 * They come in order, as mail does. One of LATELY came within the last days and
 * is in work; of the others one in a thousand was forgotten.
 *
 * usage: bench_fill FOLDER CASES MIB [LATELY]
 */
#include "cases/internal.h"

#include <stdio.h>

#include "anteroom/limits.h"

#define DAYS 730
#define DAY_S 86400
#define HOUR_S 3600
#define BATCH 2000
#define LATELY_DAYS 4
#define USUAL_LATELY 100
#define FORGOTTEN 1000

/* Of the flow tests' configuration. */
static const char *const teams[] = {
    "care", "office", "trust", "counsel", "media"};
static const char *const topics[] = {
    "billing", "outage", "service", "cancel", "press", "legal", "other"};

typedef struct {
	GRand *rand;
	gint64 now_s;
	guint all, left;
	guint lately; /* one of so many */
} Fill;

static gint64 upto(Fill *fill, gint64 most)
{
	return g_rand_int_range(fill->rand, 0, (gint32)MAX(most, 1));
}

static void set(char **place, const char *text)
{
	g_free(*place);
	*place = g_strdup(text);
}

static void add_clock(Case *kase, Metric metric, gint64 target_s, gint64 end_s)
{
	Clock clock = {.metric = metric,
	    .instance = 1,
	    .target_s = target_s,
	    .started_s = kase->received_s,
	    .due_s = kase->received_s + target_s,
	    .ended_s = end_s};

	if (end_s != 0) {
		clock.state = end_s > clock.due_s ? CLOCK_MISSED : CLOCK_MET;
	}
	g_array_append_val(kase->clocks, clock);
}

static void add_hit(Case *kase, guint number)
{
	CaseHit *hit = g_new0(CaseHit, 1);

	hit->rule = g_strdup_printf("rule-%u", number);
	hit->topic = g_strdup(kase->topic);
	hit->points = 40;
	hit->in = g_strdup("text");
	hit->text = g_strdup("the words that it found there");
	hit->why = g_strdup("somebody waits for an answer");
	g_ptr_array_add(kase->hits, hit);
}

static void add_text(Fill *fill, Case *kase)
{
	guint n = (guint)upto(fill, 1000000);
	g_autofree char *subject =
	    g_strdup_printf("Nobody answers about order %u since Monday", n);
	g_autofree char *from = g_strdup_printf("writer%u@customer.example", n);

	set(&kase->subject, subject);
	set(&kase->from, from);
	set(&kase->excerpt,
	    "Good morning, for a week now I have been trying to reach somebody "
	    "who can tell me what became of my order. I would be glad to hear "
	    "from you before the end of the week.");
	words_add(&kase->correspondents, from, LIMIT_CASE_PEOPLE);
	add_hit(kase, n % 40);
	add_hit(kase, n % 37);
}

/* The last one has a hundredth of what each of the others has. */
static const char *team_of(Fill *fill)
{
	guint n = G_N_ELEMENTS(teams);
	guint i = (guint)upto(fill, (gint64)(n - 1) * 100 + 1);

	return teams[MIN(i / 100, n - 1)];
}

/* How long ago the next one came: with as much time between all of the last
 * days, and between all before. */
static gint64 ago_s_of(const Fill *fill)
{
	guint lately = MAX(fill->all / fill->lately, 1);

	if (fill->left <= lately) {
		return (gint64)fill->left * LATELY_DAYS * DAY_S / lately;
	}
	return LATELY_DAYS * DAY_S + (gint64)(fill->left - lately) *
					 (DAYS - LATELY_DAYS) * DAY_S /
					 MAX(fill->all - lately, 1);
}

static Case *case_of(Fill *fill)
{
	Case *kase = case_empty();

	kase->received_s = fill->now_s - ago_s_of(fill) - 1;
	set(&kase->desk, "ceo");
	set(&kase->team, team_of(fill));
	case_set_topic(
	    kase, topics[upto(fill, (gint64)G_N_ELEMENTS(topics) * 2) / 2]);
	kase->level = (Urgency)upto(fill, URGENCY_LEVELS);
	kase->urgency = urgency_floor(kase->level);
	set(&kase->policy, "standard");
	set(&kase->calendar, "office");
	kase->last_message_s = kase->received_s;
	kase->messages = 1;
	add_text(fill, kase);
	return kase;
}

static void set_aside(Fill *fill, Case *kase)
{
	kase->state = CASE_PAUSED;
	kase->pause_until_s = fill->now_s + DAY_S + upto(fill, 9 * DAY_S);
	kase->pause_because = g_strdup("waits for the carrier");
}

static void answer(Fill *fill, Case *kase, bool closed)
{
	gint64 took_s = 60 + upto(fill, upto(fill, 2) ? HOUR_S : 12 * HOUR_S);

	kase->first_reply_s = kase->replied_s = kase->received_s + took_s;
	set(&kase->replied_team, kase->team);
	add_clock(kase, METRIC_FIRST_REPLY, 8 * HOUR_S, kase->first_reply_s);
	kase->state = closed ? CASE_CLOSED : CASE_ANSWERED;
	if (closed) {
		kase->closed_s = kase->first_reply_s + upto(fill, DAY_S);
		kase->closed_because = g_strdup("done");
		add_clock(kase, METRIC_RESOLVE, 3 * DAY_S, kase->closed_s);
	}
}

static void live(Fill *fill, Draft *draft)
{
	Case *kase = draft->kase;
	gint64 age_s = fill->now_s - kase->received_s;

	draft_event(draft, kase->received_s, "received", kase->from, "by mail");
	if (upto(fill, 10) == 0) {
		case_give_to(kase, team_of(fill), kase->received_s + 30);
		draft_event(
		    draft, kase->received_s + 30, "route", "eva", "care");
	}
	if (age_s > LATELY_DAYS * DAY_S ? upto(fill, FORGOTTEN) > 0
					: upto(fill, 3) == 0) {
		answer(fill, kase, upto(fill, 3) > 0);
		draft_event(draft, kase->first_reply_s, "reply",
		    "bob@example.com", kase->from);
	} else if (upto(fill, 8) == 0) {
		set_aside(fill, kase);
	} else {
		kase->waiting_s = kase->received_s;
		add_clock(kase, METRIC_FIRST_REPLY, 8 * HOUR_S, 0);
		add_clock(kase, METRIC_RESOLVE, 10 * DAY_S, 0);
	}
}

static void fill_some(Txn *txn, gpointer data)
{
	Fill *fill = data;

	for (guint i = 0; i < BATCH && fill->left > 0 && !txn->error; i++) {
		g_autoptr(Draft) draft = draft_of(case_of(fill));

		live(fill, draft);
		draft_number(txn, draft);
		draft_save(txn, draft, draft->kase->received_s);
		fill->left--;
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	guint64 mib = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 0;
	Fill fill = {.now_s = g_get_real_time() / G_USEC_PER_SEC};
	Store *store;
	bool good = true;

	if (mib == 0) {
		fputs("usage: bench_fill FOLDER CASES MIB [LATELY]\n", stderr);
		return 2;
	}
	fill.all = fill.left = (guint)g_ascii_strtoull(argv[2], NULL, 10);
	fill.lately = argc > 4 ? (guint)g_ascii_strtoull(argv[4], NULL, 10) : 0;
	fill.lately = fill.lately > 0 ? fill.lately : USUAL_LATELY;
	fill.rand = g_rand_new_with_seed(1);
	store = store_open(argv[1], mib << 20, &error);
	while (store && good && fill.left > 0) {
		good = commit_run(store, fill_some, &fill, &error);
	}
	store_close(store);
	g_rand_free(fill.rand);
	if (error) {
		fprintf(stderr, "bench_fill: %s\n", error->message);
		return 1;
	}
	return 0;
}
