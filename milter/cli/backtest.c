/* `backtest`: mailboxes scored by the present packs and by others, without
 * daemon or store. */
#include <string.h>
#include <unistd.h>

#include "anteroom/message.h"
#include "anteroom/times.h"
#include "cli/cli.h"

#define PROGRESS_US (G_USEC_PER_SEC / 10)

typedef struct {
	Setup *before, *after;
	View *view; /* NULL: JSON */
	gint64 now_s;
	BacktestSum sum;
	bool terminal;
	gint64 shown_us;
} Backtest;

static void show_progress(Backtest *backtest)
{
	gint64 now_us = g_get_monotonic_time();

	if (backtest->terminal && now_us - backtest->shown_us > PROGRESS_US) {
		fprintf(stderr, "\r%u messages, %u differ ",
		    backtest->sum.messages, backtest->sum.changed);
		backtest->shown_us = now_us;
	}
}

/* Takes the line of progress away. */
static void end_progress(Backtest *backtest)
{
	if (backtest->terminal && backtest->shown_us > 0) {
		fputs("\r\033[K", stderr);
		backtest->shown_us = 0;
	}
}

static bool put_row(Backtest *backtest, const char *text, GError **error)
{
	end_progress(backtest);
	return output_put(backtest->view, text, strlen(text), error);
}

static bool compare_one(
    const MailboxMessage *message, gpointer data, GError **error)
{
	Backtest *backtest = data;
	Delivery delivery = {.bytes = message->bytes,
	    .n_bytes = message->n_bytes,
	    .truncated = message->truncated,
	    .now_s = backtest->now_s,
	    .via = "backtest"};
	g_autoptr(Screening) before =
	    screening_new(backtest->before, NULL, &delivery);
	g_autoptr(Screening) after =
	    screening_new(backtest->after, NULL, &delivery);
	g_autofree char *text =
	    backtest_json(before, after, message->file, &backtest->sum);

	show_progress(backtest);
	return text == NULL || put_row(backtest, text, error);
}

static bool compare_all(
    const Options *options, Backtest *backtest, GError **error)
{
	g_autofree char *sum = NULL;
	guint unreadable = 0;

	if (!mailbox_all(
		options->files, compare_one, backtest, &unreadable, error)) {
		return false;
	}
	sum = backtest_sum_json(&backtest->sum);
	if (!put_row(backtest, sum, error) || !exit_flush(error)) {
		return false;
	}
	return mailbox_whole(
	    "backtest", backtest->sum.messages, unreadable, error);
}

/* What --rules names, from where the caller stands; of a folder its packs.
 * Transfer full. */
static char *pattern_of(const char *word)
{
	g_autofree char *path = g_canonicalize_filename(word, NULL);

	return g_file_test(path, G_FILE_TEST_IS_DIR)
		   ? g_build_filename(path, "*.rules", NULL)
		   : g_steal_pointer(&path);
}

static Setup *load_after(Setup *before, const char *word, GPtrArray *problems)
{
	g_autofree char *pattern = pattern_of(word);
	const char *const patterns[] = {pattern, NULL};

	return setup_with_packs(before, patterns, problems);
}

/* Both setups, or what keeps them from being. */
static bool load_both(
    const Options *options, Backtest *backtest, GError **error)
{
	const char *word = options_text(options, "rules");
	g_autoptr(GPtrArray) problems = conf_problems_new();

	if (word == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "backtest: --rules says which packs to compare with");
		return false;
	}
	message_init();
	backtest->before = setup_load(options->conf_path, problems);
	if (backtest->before != NULL) {
		g_ptr_array_set_size(problems, 0);
		backtest->after = load_after(backtest->before, word, problems);
	}
	if (backtest->after != NULL) {
		exit_say_problems(problems);
		return true;
	}
	exit_say_problems(problems);
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
	    "%s: can't be used as it is",
	    backtest->before != NULL ? word : options->conf_path);
	return false;
}

int backtest_run(const Options *options)
{
	ViewStyle style = output_style(NULL);
	g_autoptr(View) view =
	    options->json ? NULL : view_new("backtest", &style);
	g_autoptr(GError) error = NULL;
	Backtest backtest = {.view = view,
	    .now_s = style.now_s,
	    .terminal = isatty(STDERR_FILENO)};

	if (load_both(options, &backtest, &error)) {
		compare_all(options, &backtest, &error);
		end_progress(&backtest);
	}
	setup_unref(backtest.after);
	setup_unref(backtest.before);
	return exit_say(error);
}
