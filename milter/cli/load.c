/* The configuration for a command that needs it whole. */
#include "anteroom/message.h"
#include "cli/cli.h"

void load_refuse(const char *path, GPtrArray *problems, GError **error)
{
	exit_say_problems(problems);
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
	    "configuration: %s: can't be used as it is", path);
}

Setup *load_setup(const char *path, GError **error)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	Setup *setup;

	message_init();
	setup = setup_load(path, problems);
	if (setup == NULL) {
		load_refuse(path, problems, error);
	}
	return setup;
}
