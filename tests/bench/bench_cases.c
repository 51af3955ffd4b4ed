/*
 * How many messages a second the store takes in durably, by threads, and what
 * lists cost with ten thousand cases. Messages are read and planned before the
 * time counts: this is the store alone.
 *
 * usage: bench_cases [MESSAGES]
 */
#include "../unit/cases_fixture.h"

#include <sys/resource.h>

#define THREADS_MOST 64

typedef struct {
	World *world;
	GPtrArray *messages; /* of Message */
	Plan *plan;
	Score *score;
	gint next;
} Bench;

static void make_messages(Bench *bench, guint n, guint round)
{
	bench->messages =
	    g_ptr_array_new_with_free_func((GDestroyNotify)message_free);
	for (guint i = 0; i < n; i++) {
		char id[64], from[64], body[128];
		Mail mail = {.id = id, .from = from, .body = body};

		g_snprintf(
		    id, sizeof(id), "%u.%u.abcdefgh@mail.example", i, round);
		g_snprintf(
		    from, sizeof(from), "c%u.%u@customer.example", i, round);
		g_snprintf(body, sizeof(body),
		    "The invoice number %u of round %u is wrong by ten.", i,
		    round);
		g_ptr_array_add(bench->messages, mail_message(&mail));
	}
}

static gpointer admit_next(gpointer data)
{
	static const char *const recipients[] = {DESK, NULL};
	Bench *bench = data;

	for (;;) {
		guint i = (guint)g_atomic_int_add(&bench->next, 1);
		AdmitOutcome outcome;
		Case *kase = NULL;

		if (i >= bench->messages->len) {
			return NULL;
		}
		Admission admission = {.message = bench->messages->pdata[i],
		    .score = bench->score,
		    .plan = bench->plan,
		    .sla = bench->world->sla,
		    .conf = bench->world->conf,
		    .sender = CUSTOMER,
		    .recipients = recipients,
		    .arrival_s = T0 + i,
		    .now_s = T0 + i,
		    .via = "milter"};
		if (!store_admit(bench->world->store, &admission, &outcome,
			&kase, NULL)) {
			g_error("not admitted");
		}
		case_free(kase);
	}
}

static double cpu_s(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void run_round(World *world, guint messages, guint n_threads)
{
	Mail mail = {.id = "x"};
	Bench bench = {.world = world};
	GThread *threads[THREADS_MOST];
	StoreStats before, after;
	gint64 from_us;
	double seconds, cpu;

	make_messages(&bench, messages, n_threads);
	bench.plan = mail_plan(world, &mail);
	bench.score = mail_score(world, &mail);
	store_stats(world->store, &before);
	cpu = cpu_s();
	from_us = g_get_monotonic_time();
	for (guint i = 0; i < n_threads; i++) {
		threads[i] = g_thread_new("bench", admit_next, &bench);
	}
	for (guint i = 0; i < n_threads; i++) {
		g_thread_join(threads[i]);
	}
	seconds = (double)(g_get_monotonic_time() - from_us) / 1e6;
	cpu = cpu_s() - cpu;
	store_stats(world->store, &after);
	printf("%2u threads: %7.0f cases/s, %3.0f us of CPU each, %5.1f a "
	       "commit\n",
	    n_threads, messages / seconds, cpu * 1e6 / messages,
	    (double)(after.changes - before.changes) /
		(double)(after.commits - before.commits));
	g_ptr_array_unref(bench.messages);
	plan_free(bench.plan);
	mail_score_free(bench.score);
}

static bool count(const Case *kase, gpointer data)
{
	(void)kase;
	++*(guint *)data;
	return true;
}

static void time_list(World *world, const char *name, CaseFilter filter)
{
	gint64 from_us = g_get_monotonic_time();
	guint n = 0;

	if (!store_each(world->store, &filter, count, &n, NULL)) {
		g_error("no list");
	}
	printf("list %-12s %6u rows %8.2f ms\n", name, n,
	    (double)(g_get_monotonic_time() - from_us) / 1e3);
}

int main(int argc, char **argv)
{
	static const guint rounds[] = {1, 4, 16, 64};
	guint messages =
	    argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 8000;
	World *world;
	StoreStats stats;

	message_init();
	world = world_new();
	for (guint i = 0; i < G_N_ELEMENTS(rounds); i++) {
		run_round(world, messages, rounds[i]);
	}
	store_stats(world->store, &stats);
	printf("%" G_GUINT64_FORMAT " cases, %.0f bytes each\n", stats.cases,
	    (double)stats.used_bytes / (double)MAX(stats.cases, 1));
	time_list(world, "--limit 50", (CaseFilter){.limit = 50});
	time_list(world, "--overdue",
	    (CaseFilter){.overdue = true, .now_s = T0, .limit = 50});
	time_list(world, "of no team", (CaseFilter){.team = "x"});
	time_list(
	    world, "searched", (CaseFilter){.search = "nowhere", .limit = 50});
	time_list(world, "all", (CaseFilter){0});
	world_free(world);
	return 0;
}
