/* Help, written from the table of commands. */
#include <string.h>

#include "cli/cli.h"

void help_usage(FILE *out)
{
	gsize n;
	const Command *commands = command_table(&n);

	fputs("usage: anteroom [-c FILE] COMMAND [ARGUMENTS]\n\n", out);
	for (gsize i = 0; i < n; i++) {
		fprintf(
		    out, "  %-10s %s\n", commands[i].name, commands[i].help);
	}
	fputs("\n\"anteroom help COMMAND\" tells more. "
	      "FILE is " CLI_CONF " unless given.\n",
	    out);
}

static void usage_line(const Command *command, FILE *out)
{
	fprintf(out, "usage: anteroom %s", command->name);
	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		const char *open = w->required ? "" : "[";
		const char *shut = w->required ? "" : "]";

		if (w->word == NULL) {
			fprintf(out, " %s--%s%s", open, w->name, shut);
		} else {
			fprintf(out, " %s--%s %s%s%s", open, w->name, w->word,
			    shut, w->many ? "..." : "");
		}
	}
	for (const CommandWord *w = command->arguments; w->name != NULL; w++) {
		fprintf(out, " %s%s%s%s", w->required ? "" : "[", w->word,
		    w->required ? "" : "]", w->many ? "..." : "");
	}
	fputc('\n', out);
}

static void word_line(const CommandWord *word, bool option, FILE *out)
{
	g_autofree char *left =
	    !option ? g_strdup(word->word)
	    : word->word == NULL
		? g_strconcat("--", word->name, NULL)
		: g_strconcat("--", word->name, " ", word->word, NULL);

	fprintf(out, "  %-18s %s\n", left, word->help);
}

void help_command(const Command *command, FILE *out)
{
	usage_line(command, out);
	fprintf(out, "\n%c%s.\n", g_ascii_toupper(command->help[0]),
	    command->help + 1);
	if (command->more != NULL) {
		fprintf(out, "%s\n", command->more);
	}
	if (command->arguments[0].name != NULL ||
	    command->options[0].name != NULL) {
		fputc('\n', out);
	}
	for (const CommandWord *w = command->arguments; w->name != NULL; w++) {
		word_line(w, false, out);
	}
	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		word_line(w, true, out);
	}
}

static const char *kind_name(WordKind kind)
{
	static const char *const names[] = {
	    [WORD_FLAG] = "flag",
	    [WORD_TEXT] = "text",
	    [WORD_CASE] = "case",
	    [WORD_TEAM] = "team",
	    [WORD_TOPIC] = "topic",
	    [WORD_DESK] = "desk",
	    [WORD_LEVEL] = "level",
	    [WORD_STATE] = "state",
	    [WORD_TIME] = "time",
	    [WORD_PERIOD] = "period",
	    [WORD_NUMBER] = "number",
	    [WORD_FORMAT] = "format",
	    [WORD_PATH] = "path",
	    [WORD_COMMAND] = "command",
	    [WORD_ROLE] = "role",
	    [WORD_USER] = "user",
	};

	return names[kind];
}

/* "cases --team=team --overdue=flag", "route case team": for completion. */
static void words_line(const Command *command)
{
	fputs(command->name, stdout);
	for (const CommandWord *w = command->options; w->name != NULL; w++) {
		printf(" --%s=%s", w->name, kind_name(w->kind));
	}
	for (const CommandWord *w = command->arguments; w->name != NULL; w++) {
		printf(" %s%s", kind_name(w->kind), w->many ? "*" : "");
	}
	putchar('\n');
}

int help_run(const Options *options)
{
	const char *name = options_text(options, "command");
	g_autoptr(GError) error = NULL;
	const Command *command;
	gsize n;

	if (options_flag(options, "words")) {
		const Command *commands = command_table(&n);

		for (gsize i = 0; i < n; i++) {
			words_line(&commands[i]);
		}
		return 0;
	}
	if (name == NULL) {
		help_usage(stdout);
		return 0;
	}
	command = command_find(name, &error);
	if (command != NULL) {
		help_command(command, stdout);
	}
	return exit_say(error);
}
