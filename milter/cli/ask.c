/* The commands that somebody else answers: ask, and show what comes. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "anteroom/times.h"
#include "cli/cli.h"

#define DEFAULT_COLUMNS 100
#define MIN_COLUMNS 60

static guint terminal_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		return MAX(size.ws_col, MIN_COLUMNS);
	}
	return DEFAULT_COLUMNS;
}

ViewStyle output_style(const char *now)
{
	const char *no_color = g_getenv("NO_COLOR");
	ViewStyle style = {.columns = terminal_columns(),
	    .colour = isatty(STDOUT_FILENO) &&
		      (no_color == NULL || *no_color == '\0'),
	    .now_s = times_now_s()};

	if (now != NULL) {
		times_parse_rfc3339(now, &style.now_s, NULL);
	}
	return style;
}

typedef struct {
	View *view; /* NULL: the rows as they are */
} Output;

static void put(const GString *text)
{
	fwrite(text->str, 1, text->len, stdout);
}

bool output_put(View *view, const char *text, gsize length, GError **error)
{
	g_autoptr(JsonValue) row = NULL;
	g_autoptr(GString) out = NULL;

	if (view == NULL) {
		fwrite(text, 1, length, stdout);
		fputc('\n', stdout);
		return !ferror(stdout) || exit_flush(error);
	}
	row = json_parse(text, length, error);
	if (row == NULL) {
		return false;
	}
	out = g_string_new(NULL);
	view_row(view, row, out);
	put(out);
	return !ferror(stdout) || exit_flush(error);
}

/* What can't be written is told at the end. */
static bool output_row(const char *text, gsize length, gpointer data)
{
	Output *output = data;

	return output_put(output->view, text, length, NULL);
}

static void output_end(Output *output)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (output->view != NULL) {
		view_end(output->view, out);
		put(out);
	}
}

/* The kind of rows to show; NULL: JSON. */
static const char *output_kind(const Options *options)
{
	const char *name = options->command->name;

	if (strcmp(name, "export") == 0) {
		return g_strcmp0(options_text(options, "format"), "csv") == 0
			   ? "csv"
			   : NULL;
	}
	return options->json ? NULL : name;
}

/* Relative paths are the shell's, not the daemon's. Transfer full. */
static JsonValue *absolute_args(const Options *options)
{
	const char *folder = options_text(options, "folder");
	g_autofree char *path = NULL;
	g_autofree char *text = NULL;
	g_autoptr(Json) json = NULL;

	if (folder == NULL) {
		return NULL;
	}
	path = g_canonicalize_filename(folder, NULL);
	json = json_new();
	json_begin_object(json, NULL);
	json_string(json, "folder", path);
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

static bool ask(const Options *options, Output *output, GError **error)
{
	g_autoptr(JsonValue) absolute = absolute_args(options);
	g_autoptr(Client) client = client_open(options->conf_path, error);
	ControlRequest request = {.command = options->command->name,
	    .args = absolute != NULL ? absolute : options->args};

	return client != NULL &&
	       client_ask(client, &request, output_row, output, error);
}

/* "AR-7 isn't paused" says why, but not what it is that failed. */
static void say_what(const Command *command, GError **error)
{
	if (*error != NULL && strstr((*error)->message, ": ") == NULL) {
		g_prefix_error(error, "%s: ", command->name);
	}
}

int ask_run(const Options *options)
{
	const char *kind = output_kind(options);
	ViewStyle style = output_style(options_text(options, "now"));
	g_autoptr(View) view = kind != NULL ? view_new(kind, &style) : NULL;
	g_autoptr(GError) error = NULL;
	Output output = {.view = view};

	if (ask(options, &output, &error)) {
		output_end(&output);
		exit_flush(&error);
	} else if (error->code == ERROR_NO) {
		output_end(&output);
	}
	say_what(options->command, &error);
	return exit_say(error);
}
