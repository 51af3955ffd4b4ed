/* Messages into the store, without the mail server: `replay` and `take`. */
#include <string.h>
#include <unistd.h>

#include "anteroom/message.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "cli/cli.h"

#define MAX_SAID_BYTES 4000
#define PROGRESS_US (G_USEC_PER_SEC / 10)

static const struct {
	const char *outcome;
	const char *said; /* of the summary */
	bool always;      /* also when there are none */
} outcomes[] = {
    {"new", "new cases", true},
    {"linked", "new linked cases", false},
    {"joined", "joined a case", false},
    {"screened", "screened", true},
    {"known", "known", true},
    {"reply", "replies", false},
    {"unwatched", "not for a desk", true},
    {"failed", "failed", true},
};
#define OUTCOMES G_N_ELEMENTS(outcomes)

typedef struct {
	const Options *options;
	Client *client; /* NULL: dry run */
	Setup *setup;   /* of a dry run */
	ClientSink sink;
	GQueue files; /* names of what is posted, in order */
	guint counts[OUTCOMES];
	guint messages;
	guint unreadable;
	GError *error; /* of the first message that failed */
	bool terminal;
	gint64 shown_us;
} Replay;

static void count(Replay *replay, const char *outcome)
{
	for (gsize i = 0; i < OUTCOMES; i++) {
		if (strcmp(outcomes[i].outcome, outcome) == 0) {
			replay->counts[i]++;
		}
	}
}

static void show_progress(Replay *replay)
{
	gint64 now_us = g_get_monotonic_time();

	if (replay->terminal && now_us - replay->shown_us > PROGRESS_US) {
		fprintf(stderr, "\r%u messages ", replay->messages);
		replay->shown_us = now_us;
	}
}

static bool took_row(const char *text, gsize length, gpointer data)
{
	Replay *replay = data;
	g_autoptr(JsonValue) row = json_parse(text, length, NULL);
	const char *outcome = json_get_string(row, "outcome");

	count(replay, outcome != NULL ? outcome : "failed");
	if (replay->options->json) {
		fwrite(text, 1, length, stdout);
		fputc('\n', stdout);
	}
	return true;
}

static void took_end(const GError *error, gpointer data)
{
	Replay *replay = data;
	g_autofree char *file = g_queue_pop_head(&replay->files);
	g_autofree char *said = NULL;
	g_autofree char *safe = NULL;

	show_progress(replay);
	if (error == NULL) {
		return;
	}
	count(replay, "failed");
	said = g_strconcat(file, ": ", error->message, NULL);
	safe = text_one_line(said, strlen(said), MAX_SAID_BYTES);
	fprintf(stderr, "anteroom: %s\n", safe);
	if (replay->error == NULL) {
		replay->error = g_error_copy(error);
	}
}

/* The arguments of one message's request. Transfer full. */
static JsonValue *message_args(const Options *options, const char *file)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_begin_array(json, "mailbox");
	json_string(json, NULL, file);
	json_end_array(json);
	json_string(json, "desk", options_text(options, "desk"));
	json_bool(json, "notify", options_flag(options, "notify"));
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

static bool post_one(
    const MailboxMessage *message, gpointer data, GError **error)
{
	Replay *replay = data;
	g_autoptr(JsonValue) args =
	    message_args(replay->options, message->file);
	ControlRequest request = {.command = "replay",
	    .args = args,
	    .bytes = message->bytes,
	    .n_bytes = message->n_bytes,
	    .truncated = message->truncated};

	replay->messages++;
	g_queue_push_tail(&replay->files, g_strdup(message->file));
	return client_post(replay->client, &request, &replay->sink, error);
}

/* ---- dry run: decided here, recorded nowhere ---- */

static bool is_watched(const Conf *conf, const Message *message)
{
	for (guint i = 0; i < message->to->len; i++) {
		const Person *person = message->to->pdata[i];

		if (conf_desk_of(conf, person->address) != NULL) {
			return true;
		}
	}
	return false;
}

static const char *dry_outcome(const Replay *replay, const Screening *screening)
{
	if (options_text(replay->options, "desk") == NULL &&
	    !is_watched(replay->setup->conf, screening->message)) {
		return "unwatched";
	}
	return screening->plan->team != NULL ? "new" : "screened";
}

static bool try_one(
    const MailboxMessage *message, gpointer data, GError **error)
{
	Replay *replay = data;
	Delivery delivery = {.bytes = message->bytes,
	    .n_bytes = message->n_bytes,
	    .truncated = message->truncated,
	    .now_s = times_now_s(),
	    .via = "replay",
	    .desk = options_text(replay->options, "desk")};
	g_autoptr(Screening) screening =
	    screening_new(replay->setup, NULL, &delivery);
	g_autoptr(Json) json = NULL;
	g_autofree char *text = NULL;
	const char *outcome = dry_outcome(replay, screening);

	(void)error;
	replay->messages++;
	count(replay, outcome);
	show_progress(replay);
	if (replay->options->json) {
		json = json_new();
		json_begin_object(json, NULL);
		json_int(json, "v", 1);
		json_string(json, "file", message->file);
		json_string(json, "outcome", outcome);
		json_null(json, "case");
		json_null(json, "detail");
		json_end_object(json);
		text = json_text(json);
		puts(text);
	}
	return true;
}

/* ---- the whole ---- */

static void summary_json(const Replay *replay)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_bool(json, "dry_run", replay->client == NULL);
	json_int(json, "messages", replay->messages);
	for (gsize i = 0; i < OUTCOMES; i++) {
		json_int(json, outcomes[i].outcome, replay->counts[i]);
	}
	json_end_object(json);
	text = json_text(json);
	puts(text);
}

static void summary(const Replay *replay)
{
	const char *comma = "";

	if (replay->terminal) {
		fputs("\r\033[K", stderr);
	}
	if (replay->options->json) {
		summary_json(replay);
		return;
	}
	printf("%u messages: ", replay->messages);
	for (gsize i = 0; i < OUTCOMES; i++) {
		if (replay->counts[i] > 0 || outcomes[i].always) {
			printf("%s%u %s", comma, replay->counts[i],
			    outcomes[i].said);
			comma = ", ";
		}
	}
	puts(replay->client == NULL ? " (nothing recorded)" : "");
}

static bool walk(Replay *replay, GError **error)
{
	const GPtrArray *files = replay->options->files;
	MailboxVisit visit = replay->client != NULL ? post_one : try_one;

	if (!mailbox_all(files, visit, replay, &replay->unreadable, error)) {
		return false;
	}
	return replay->client == NULL ||
	       client_finish(replay->client, &replay->sink, error);
}

static bool known_desk(const Replay *replay, GError **error)
{
	const char *desk = options_text(replay->options, "desk");

	if (desk == NULL || replay->setup == NULL ||
	    conf_desk(replay->setup->conf, desk) != NULL) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "--desk: unknown desk \"%s\"", desk);
	return false;
}

static bool begin(Replay *replay, GError **error)
{
	if (options_flag(replay->options, "dry-run")) {
		replay->setup = load_setup(replay->options->conf_path, error);
		return replay->setup != NULL && known_desk(replay, error);
	}
	replay->client = client_open(replay->options->conf_path, error);
	return replay->client != NULL;
}

static void replay_clear(Replay *replay)
{
	client_free(replay->client);
	setup_unref(replay->setup);
	g_queue_clear_full(&replay->files, g_free);
	g_clear_error(&replay->error);
}

/* What the whole came to, once all was done. */
static void replay_end(Replay *replay, GError **error)
{
	summary(replay);
	if (replay->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&replay->error));
		g_prefix_error(error, "replay: not all was taken in: ");
	} else if (replay->unreadable > 0 || replay->messages == 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    replay->messages == 0
			? "replay: no message found"
			: "replay: %u files could not be read",
		    replay->unreadable);
	} else {
		exit_flush(error);
	}
}

int replay_run(const Options *options)
{
	g_autoptr(GError) error = NULL;
	int code;
	Replay replay = {.options = options,
	    .terminal = isatty(STDERR_FILENO),
	    .files = G_QUEUE_INIT};

	replay.sink =
	    (ClientSink){.row = took_row, .end = took_end, .data = &replay};
	if (begin(&replay, &error) && walk(&replay, &error)) {
		replay_end(&replay, &error);
	}
	code = exit_say(error);
	replay_clear(&replay);
	return code;
}

/* ---- take ---- */

static bool print_row(const char *text, gsize length, gpointer data)
{
	const Options *options = data;
	ViewStyle style = output_style(NULL);
	g_autoptr(View) view = view_new("take", &style);
	g_autoptr(JsonValue) row = NULL;
	g_autoptr(GString) out = NULL;

	if (options->json) {
		fwrite(text, 1, length, stdout);
		fputc('\n', stdout);
		return true;
	}
	row = json_parse(text, length, NULL);
	out = g_string_new(NULL);
	view_row(view, row, out);
	fputs(out->str, stdout);
	return true;
}

static bool take(const Options *options, GError **error)
{
	bool truncated = false;
	g_autoptr(GByteArray) bytes = mailbox_stdin(&truncated, error);
	g_autoptr(Client) client = NULL;
	ControlRequest request = {
	    .command = "take", .args = options->args, .truncated = truncated};

	if (bytes == NULL) {
		return false;
	}
	if (bytes->len == 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "take: standard input is empty");
		return false;
	}
	request.bytes = bytes->data;
	request.n_bytes = bytes->len;
	client = client_open(options->conf_path, error);
	return client != NULL && client_ask(client, &request, print_row,
				     (gpointer)(guintptr)options, error);
}

int take_run(const Options *options)
{
	g_autoptr(GError) error = NULL;

	take(options, &error);
	return exit_say_mail(error);
}
