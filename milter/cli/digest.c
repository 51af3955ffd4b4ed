/*
 * `digest`: the row like any other; with --preview the mail itself. Writing
 * mail is the courier's trade: it is given the row and writes to our standard
 * output, so that what is shown is what would be sent.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define COURIER "anteroom-courier"

/* Beside this program, or where system programs are. Transfer full. */
static char *courier_path(void)
{
	static const char *const beside[] = {"", "../sbin"};
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(self != NULL ? self : "");

	for (gsize i = 0; i < G_N_ELEMENTS(beside); i++) {
		g_autofree char *path =
		    g_build_filename(folder, beside[i], COURIER, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
			return g_steal_pointer(&path);
		}
	}
	return g_strdup(COURIER);
}

static bool keep_row(const char *text, gsize length, gpointer data)
{
	g_string_append_len(data, text, (gssize)length);
	g_string_append_c(data, '\n');
	return true;
}

static bool fetch(const Options *options, GString *row, GError **error)
{
	g_autoptr(Client) client = client_open(options->conf_path, error);
	ControlRequest request = {
	    .command = options->command->name, .args = options->args};

	return client != NULL &&
	       client_ask(client, &request, keep_row, row, error);
}

/* The courier takes our place, with ROW as its standard input. */
static bool hand_to_courier(
    const Options *options, const GString *row, GError **error)
{
	g_autofree char *path = courier_path();
	FILE *file = tmpfile();

	if (file == NULL || fwrite(row->str, 1, row->len, file) != row->len ||
	    fseek(file, 0, SEEK_SET) != 0 ||
	    dup2(fileno(file), STDIN_FILENO) < 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "digest: %s", g_strerror(errno));
		return false;
	}
	execlp(path, COURIER, "-c", options->conf_path, "--preview", NULL);
	g_set_error(error, ANTEROOM_ERROR, ERROR_NO, "digest: %s: %s", path,
	    g_strerror(errno));
	return false;
}

int digest_run(const Options *options)
{
	g_autoptr(GString) row = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (!options_flag(options, "preview")) {
		return ask_run(options);
	}
	if (fetch(options, row, &error)) {
		hand_to_courier(options, row, &error);
	}
	return exit_say(error);
}
