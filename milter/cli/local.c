/* What needs neither daemon nor store: `check` and `explain`. */
#include <string.h>

#include "anteroom/message.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "cli/cli.h"

static guint pack_count(const Conf *conf)
{
	g_autoptr(GHashTable) files = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < conf->rules->len; i++) {
		const Rule *rule = conf->rules->pdata[i];

		g_hash_table_add(files, (gpointer)(guintptr)rule->place.file);
	}
	return g_hash_table_size(files);
}

int check_run(const Options *options)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	g_autoptr(Setup) setup = NULL;
	guint rules, packs;

	message_init();
	setup = setup_load(options->conf_path, problems);
	if (setup != NULL) {
		ruleset_check(setup->rules, problems);
	} else {
		g_ptr_array_set_size(problems, 0);
		setup_check(options->conf_path, problems);
	}
	exit_say_problems(problems);
	if (setup == NULL || conf_problems_fatal(problems)) {
		return 1;
	}
	rules = ruleset_size(setup->rules);
	packs = pack_count(setup->conf);
	printf("configuration and %u rule%s in %u pack%s: fine\n", rules,
	    rules == 1 ? "" : "s", packs, packs == 1 ? "" : "s");
	return 0;
}

typedef struct {
	Setup *setup;
	const char *why_not;
	bool verify;
	View *view; /* NULL: JSON */
	gint64 now_s;
	guint n;
	guint differ;
} Explaining;

static bool explain_one(
    const MailboxMessage *message, gpointer data, GError **error)
{
	Explaining *explaining = data;
	Delivery delivery = {.bytes = message->bytes,
	    .n_bytes = message->n_bytes,
	    .truncated = message->truncated,
	    .now_s = explaining->now_s,
	    .via = "explain"};
	g_autoptr(Screening) screening =
	    screening_new(explaining->setup, NULL, &delivery);
	g_autofree char *differs =
	    explaining->verify ? screening_verify(screening, &delivery) : NULL;
	Explain explain = {.file = message->file,
	    .why_not = explaining->why_not,
	    .verified = explaining->verify,
	    .differs = differs,
	    .texts = explaining->view != NULL};
	g_autofree char *text = explain_json(screening, &explain);

	explaining->n++;
	explaining->differ += differs != NULL;
	return output_put(explaining->view, text, strlen(text), error);
}

static bool known_topic(const Conf *conf, const char *name, GError **error)
{
	g_autofree const char **names = g_new0(const char *, conf->topics->len);
	const char *nearest;

	if (name == NULL || conf_topic(conf, name) != NULL) {
		return true;
	}
	for (guint i = 0; i < conf->topics->len; i++) {
		names[i] = ((Topic *)conf->topics->pdata[i])->name;
	}
	nearest = text_nearest(name, names, conf->topics->len);
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "--why-not: unknown topic \"%s\"%s%s%s", name,
	    nearest != NULL ? ": did you mean \"" : "",
	    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	return false;
}

static bool explain_all(
    const Options *options, Explaining *explaining, GError **error)
{
	guint unreadable = 0;

	if (!known_topic(explaining->setup->conf, explaining->why_not, error)) {
		return false;
	}
	if (!mailbox_all(
		options->files, explain_one, explaining, &unreadable, error) ||
	    !exit_flush(error) ||
	    !mailbox_whole("explain", explaining->n, unreadable, error)) {
		return false;
	}
	if (explaining->differ > 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "explain: %u of %u messages differ", explaining->differ,
		    explaining->n);
		return false;
	}
	return true;
}

int explain_run(const Options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Setup) setup = load_setup(options->conf_path, &error);
	ViewStyle style = output_style(NULL);
	g_autoptr(View) view =
	    options->json ? NULL : view_new("explain", &style);
	Explaining explaining = {.setup = setup,
	    .why_not = options_text(options, "why-not"),
	    .verify = options_flag(options, "verify"),
	    .view = view,
	    .now_s = style.now_s};

	if (setup != NULL) {
		explain_all(options, &explaining, &error);
	}
	return exit_say(error);
}
