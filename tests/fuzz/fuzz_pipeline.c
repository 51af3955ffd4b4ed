/* Messages all the way: read, scored, planned, recorded, and what the mail
 * server is told. One store takes them all, so that they meet each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "anteroom/pipeline.h"
#include "fuzz.h"

#define STORE_BYTES (1024 * 1024 * 1024)
#define FRESH_AFTER 20000 /* messages in one store */

static const char conf_text[] =
    "company = \"X\"\n"
    "milter { socket = \"unix:m\" trusted-networks = { \"192.0.2.0/24\" } }\n"
    "control { socket = \"c\" }\n"
    "store { path = \"s\" size = \"1G\" keep-text = \"full\" }\n"
    "rules { packs = { \"%s/rules/*.rules\" } }\n"
    "desk \"ceo\" { addresses = { \"ceo@example.com\" } executive = "
    "\"j@example.com\" assistant = \"ea@example.com\" keep = no mode = live }\n"
    "calendar \"office\" { zone = \"Europe/Berlin\" hours = { \"Mon-Fri "
    "09:00-17:00\" } }\n"
    "team \"trust\" { address = \"trust@example.com\" members = { "
    "\"ann@example.com\", \"*@trust.example.com\" } lead = "
    "\"l@example.com\" calendar = always sensitive = yes }\n"
    "team \"care\" { address = \"care@example.com\" members = { "
    "\"bob@example.com\" } lead = \"l@example.com\" calendar = office }\n"
    "route \"safety\" { team = trust }\n"
    "route \"bulk\" { team = none }\n"
    "route \"default\" { team = care }\n"
    "policy \"all\" { first-reply = \"16h\" next-reply = \"16h\" resolve = "
    "\"10d\" warn = { 75 } }\n";

typedef struct {
	char *folder;
	Setup *setup;
	Store *store;
	guint64 n;
	gint64 now_s;
} World;

static World world;

static Setup *load(const char *folder)
{
	g_autofree char *here = g_get_current_dir();
	g_autofree char *text = g_strdup_printf(conf_text, here);
	g_autofree char *path = g_build_filename(folder, "conf", NULL);
	g_autoptr(GPtrArray) problems =
	    g_ptr_array_new_with_free_func((GDestroyNotify)conf_problem_free);

	FUZZ_CHECK(g_file_set_contents(path, text, -1, NULL));
	Setup *setup = setup_load(path, problems);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *line = conf_problem_text(problems->pdata[i]);
		g_message("%s", line);
	}
	FUZZ_CHECK(setup != NULL);
	return setup;
}

static void remove_store(const char *path)
{
	static const char *const names[] = {"data.mdb", "lock.mdb", "lock"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_build_filename(path, names[i], NULL);
		(void)g_unlink(file);
	}
	(void)g_rmdir(path);
}

static void close_store(void)
{
	g_autofree char *path = g_build_filename(world.folder, "s", NULL);

	store_close(world.store);
	world.store = NULL;
	remove_store(path);
}

static void end(void)
{
	g_autofree char *conf = g_build_filename(world.folder, "conf", NULL);

	close_store();
	setup_unref(world.setup);
	(void)g_unlink(conf);
	(void)g_rmdir(world.folder);
	g_free(world.folder);
}

static void make_world(void)
{
	/* Memory, where there is: each message is a commit. */
	world.folder =
	    g_strdup(g_access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-XXXXXX"
						     : "/tmp/fuzz-XXXXXX");
	FUZZ_CHECK(g_mkdtemp(world.folder) != NULL);
	message_init();
	world.setup = load(world.folder);
	world.now_s = 1795000000;
	atexit(end);
}

static void begin(void)
{
	g_autofree char *path = NULL;

	if (world.folder == NULL) {
		make_world();
	}
	if (world.store != NULL && world.n % FRESH_AFTER == 0) {
		close_store();
	}
	path = g_build_filename(world.folder, "s", NULL);
	if (world.store == NULL) {
		world.store = store_open(path, STORE_BYTES, NULL);
		FUZZ_CHECK(world.store != NULL);
	}
	world.n++;
}

static void check_tags(const Verdict *verdict)
{
	for (guint i = 0; i < verdict->tag_names->len; i++) {
		const char *value = verdict->tag_values->pdata[i];

		FUZZ_UTF8(value, strlen(value));
		FUZZ_CHECK(strlen(value) <= 900);
		for (const char *p = value; *p != '\0'; p++) {
			FUZZ_CHECK(!g_ascii_iscntrl(*p));
		}
	}
	FUZZ_CHECK(verdict->remove_recipients->len == 0 ||
		   verdict->add_recipients->len > 0);
}

FUZZ("message")
{
	static const char *const watched[] = {"<ceo@example.com>", NULL};
	static const char *const outside[] = {
	    "<lee@mail.example>", "<cy@mail.example>", NULL};
	guint8 how = size > 0 ? data[size - 1] : 0;

	begin();
	Delivery delivery = {.bytes = data,
	    .n_bytes = size,
	    .truncated = (how & 1) != 0,
	    .sender = "<x@mail.example>",
	    .recipients = (how & 2) != 0 ? outside : watched,
	    .now_s = world.now_s + (gint64)world.n * 7 - (how & 64) * 1000,
	    .origin = {.vouched = (how & 2) != 0},
	    .via = "milter",
	    .unread = (how & 4) != 0 ? "asked for" : NULL};
	delivery.arrival_s = (how & 8) != 0 ? 0 : delivery.now_s;
	if ((how & 16) != 0) {
		delivery.recipients = NULL;
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(Verdict) verdict =
	    pipeline_run(world.setup, world.store, &delivery, &error);
	if (verdict == NULL) {
		g_error("not recorded: %s", error->message);
	}
	check_tags(verdict);
	if (verdict->kase != NULL) {
		const char *wrong = case_wrong(verdict->kase);
		if (wrong != NULL) {
			g_error("AR-%" G_GUINT64_FORMAT ": %s",
			    verdict->kase->id, wrong);
		}
	}
	return 0;
}
