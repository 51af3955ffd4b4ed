/* The program `anteroom`: from a command line to an exit code. */
#include "anteroom/cli.h"

#include <string.h>

#include "cli/cli.h"

static int version_run(const Options *options)
{
	(void)options;
	puts("anteroom " ANTEROOM_VERSION);
	return 0;
}

/* Commands that this process does itself, or takes part in. */
static const struct {
	const char *name;
	int (*run)(const Options *options);
} runs[] = {
    {"check", check_run},
    {"explain", explain_run},
    {"backtest", backtest_run},
    {"learn", learn_run},
    {"replay", replay_run},
    {"take", take_run},
    {"user", user_run},
    {"digest", digest_run},
    {"doctor", doctor_run},
    {"help", help_run},
    {"version", version_run},
};

static int run(const Options *options)
{
	for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
		if (strcmp(runs[i].name, options->command->name) == 0) {
			return runs[i].run(options);
		}
	}
	return ask_run(options);
}

int cli_main(int argc, char **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(GError) error = NULL;

	if (!options_parse(argc, argv, &options, &error)) {
		return exit_say(error);
	}
	if (options.version) {
		return version_run(&options);
	}
	if (options.command == NULL) {
		help_usage(options.help ? stdout : stderr);
		return options.help ? 0 : 2;
	}
	if (options.help) {
		help_command(options.command, stdout);
		return 0;
	}
	return run(&options);
}
