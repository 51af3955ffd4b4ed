/*
 * Reads a command line by the table of commands. Options may stand anywhere
 * after the command; "--" ends them; a last argument of free text takes all
 * words that follow.
 */
#include <string.h>

#include "anteroom/text.h"
#include "cli/cli.h"

/* While reading. */
typedef struct {
	Options *options;
	char **argv;         /* what is left */
	GHashTable *values;  /* name -> GPtrArray of char *, argv's */
	guint argument;      /* which comes next */
	bool only_arguments; /* after "--" */
} Reading;

static bool usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool usage(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list list;

	va_start(list, format);
	text = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE, text);
	return false;
}

static void add_value(Reading *reading, const char *name, char *value)
{
	GPtrArray *list = g_hash_table_lookup(reading->values, name);

	if (list == NULL) {
		list = g_ptr_array_new();
		g_hash_table_insert(
		    reading->values, (gpointer)(guintptr)name, list);
	}
	g_ptr_array_add(list, value);
}

static bool unknown_option(
    const Command *command, const char *name, GError **error)
{
	const char *names[COMMAND_OPTIONS + 1];
	const char *nearest;
	gsize n = 0;

	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		names[n++] = w->name;
	}
	names[n++] = "help";
	nearest = text_nearest(name, names, n);
	if (nearest == NULL) {
		return usage(error,
		    "%s: unknown option --%s: see anteroom help %s",
		    command->name, name, command->name);
	}
	return usage(error, "%s: unknown option --%s: did you mean --%s?",
	    command->name, name, nearest);
}

static const CommandWord *find_option(const Command *command, const char *name)
{
	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		if (strcmp(w->name, name) == 0) {
			return w;
		}
	}
	return NULL;
}

/* The value of an option: after "=", or the next word. */
static bool option_value(Reading *reading, const char *name, char *equals,
    char **value, GError **error)
{
	if (equals != NULL) {
		*value = equals + 1;
		return true;
	}
	if (*reading->argv == NULL) {
		return usage(error, "%s: needs a value", name);
	}
	*value = *reading->argv++;
	return true;
}

static bool read_long(Reading *reading, char *word, GError **error)
{
	const Command *command = reading->options->command;
	char *equals = strchr(word, '=');
	g_autofree char *name =
	    equals != NULL ? g_strndup(word + 2, (gsize)(equals - word - 2))
			   : g_strdup(word + 2);
	const CommandWord *option = find_option(command, name);
	char *value = NULL;

	if (strcmp(name, "help") == 0) {
		reading->options->help = true;
		return true;
	}
	if (option == NULL) {
		return unknown_option(command, name, error);
	}
	if (option->kind == WORD_FLAG) {
		add_value(reading, option->name, NULL);
		return equals == NULL ||
		       usage(error, "--%s: takes no value", name);
	}
	if (!option_value(reading, word, equals, &value, error)) {
		return false;
	}
	if (!option->many &&
	    g_hash_table_contains(reading->values, option->name)) {
		return usage(error, "--%s: given twice", name);
	}
	add_value(reading, option->name, value);
	return true;
}

static bool read_argument(Reading *reading, char *word, GError **error)
{
	const Command *command = reading->options->command;
	const CommandWord *argument = &command->arguments[reading->argument];

	if (argument->name == NULL) {
		return usage(error, "%s: \"%s\" is one argument too many",
		    command->name, word);
	}
	add_value(reading, argument->name, word);
	/* The last of free text, or of many, takes the rest. */
	if (!argument->many && argument->kind != WORD_TEXT) {
		reading->argument++;
	}
	return true;
}

static bool read_word(Reading *reading, GError **error)
{
	char *word = *reading->argv++;
	char *path = NULL;

	if (reading->only_arguments || *word != '-' || word[1] == '\0') {
		return read_argument(reading, word, error);
	}
	if (strcmp(word, "--") == 0) {
		reading->only_arguments = true;
		return true;
	}
	if (strcmp(word, "-h") == 0) {
		reading->options->help = true;
		return true;
	}
	if (strcmp(word, "-c") == 0) {
		if (!option_value(reading, word, NULL, &path, error)) {
			return false;
		}
		reading->options->conf_path = path;
		return true;
	}
	if (g_str_has_prefix(word, "--")) {
		return read_long(reading, word, error);
	}
	return usage(error, "%s: unknown option %s",
	    reading->options->command->name, word);
}

/* What stands before the command, and the command. */
static bool read_command(Reading *reading, GError **error)
{
	Options *options = reading->options;
	char *word;
	char *path = NULL;

	while ((word = *reading->argv) != NULL) {
		reading->argv++;
		if (strcmp(word, "-c") == 0) {
			if (!option_value(reading, word, NULL, &path, error)) {
				return false;
			}
			options->conf_path = path;
		} else if (strcmp(word, "-h") == 0 ||
			   strcmp(word, "--help") == 0) {
			options->help = true;
		} else if (strcmp(word, "--version") == 0) {
			options->version = true;
		} else if (*word == '-') {
			return usage(error, "unknown option %s", word);
		} else {
			options->command = command_find(word, error);
			return options->command != NULL;
		}
	}
	return true;
}

static char *joined(const GPtrArray *list)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < list->len; i++) {
		g_string_append(text, i > 0 ? " " : "");
		g_string_append(text, list->pdata[i]);
	}
	return g_string_free(text, FALSE);
}

static void write_word(Json *json, const CommandWord *word, GPtrArray *list)
{
	g_autofree char *text = NULL;

	if (list == NULL) {
		return;
	}
	if (word->kind == WORD_FLAG) {
		json_bool(json, word->name, true);
		return;
	}
	if (!word->many) {
		text = joined(list);
		json_string(json, word->name, text);
		return;
	}
	json_begin_array(json, word->name);
	for (guint i = 0; i < list->len; i++) {
		json_string(json, NULL, list->pdata[i]);
	}
	json_end_array(json);
}

static bool check_given(const Reading *reading, const CommandWord *words,
    bool options, GError **error)
{
	const Command *command = reading->options->command;

	for (; words->name != NULL; words++) {
		if (words->required &&
		    !g_hash_table_contains(reading->values, words->name)) {
			return usage(error,
			    "%s: %s%s is missing: see anteroom help %s",
			    command->name, options ? "--" : "",
			    options ? words->name : words->word, command->name);
		}
	}
	return true;
}

static JsonValue *args_value(const Reading *reading)
{
	const Command *command = reading->options->command;
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	for (const CommandWord *w = command->arguments; w->name != NULL; w++) {
		write_word(
		    json, w, g_hash_table_lookup(reading->values, w->name));
	}
	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		write_word(
		    json, w, g_hash_table_lookup(reading->values, w->name));
	}
	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

static bool finish(Reading *reading, GError **error)
{
	Options *options = reading->options;
	const CommandWord *first = options->command->arguments;

	if (options->help) {
		return true;
	}
	if (!check_given(reading, first, false, error) ||
	    !check_given(reading, options->command->options, true, error)) {
		return false;
	}
	GPtrArray *files =
	    first->name != NULL && first->many
		? g_hash_table_lookup(reading->values, first->name)
		: NULL;
	options->files = files != NULL ? g_ptr_array_ref(files) : NULL;
	options->args = args_value(reading);
	options->json = options_flag(options, "json");
	return true;
}

bool options_parse(int argc, char **argv, Options *options, GError **error)
{
	g_autoptr(GHashTable) values = g_hash_table_new_full(
	    g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	Reading reading = {
	    .options = options, .argv = argv + (argc > 0), .values = values};

	*options = (Options){.conf_path = CLI_CONF};
	if (!read_command(&reading, error)) {
		return false;
	}
	if (options->command == NULL) {
		return true;
	}
	while (*reading.argv != NULL) {
		if (!read_word(&reading, error)) {
			return false;
		}
	}
	return finish(&reading, error);
}

void options_clear(Options *options)
{
	g_clear_pointer(&options->files, g_ptr_array_unref);
	g_clear_pointer(&options->args, json_value_free);
}

const char *options_text(const Options *options, const char *name)
{
	return json_get_string(options->args, name);
}

bool options_flag(const Options *options, const char *name)
{
	return json_get_bool(options->args, name, false);
}
