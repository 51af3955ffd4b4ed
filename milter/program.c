/*
 * The start of a program in the foreground: its options, and what is wrong with
 * its configuration, said the same way by all of them.
 */
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "anteroom/log.h"

/* One word, and the next as its value where it takes one. False: not an option.
 */
static bool read_one(
    const Program *program, char **words, int *used, ProgramOptions *options)
{
	if (strcmp(words[0], "-v") == 0) {
		log_set_level(LOG_DEBUG);
		return true;
	}
	if (program->flag != NULL && strcmp(words[0], program->flag) == 0) {
		options->flag = true;
		return true;
	}
	if (strcmp(words[0], "-c") == 0 && words[1] != NULL) {
		options->path = words[1];
		*used = 2;
		return true;
	}
	return false;
}

int program_options(
    const Program *program, int argc, char **argv, ProgramOptions *options)
{
	int used;

	*options = (ProgramOptions){.path = DEFAULT_CONF};
	for (int i = 1; i < argc; i += used) {
		used = 1;
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0) {
			fputs(program->help, stdout);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("%s " ANTEROOM_VERSION "\n", program->name);
			return EXIT_FINE;
		}
		if (!read_one(program, argv + i, &used, options)) {
			fprintf(stderr, "%s: %s: not an option; see --help\n",
			    program->name, argv[i]);
			return EXIT_CONFIG;
		}
	}
	return -1;
}

void program_tell(const char *event, GPtrArray *problems, bool warnings)
{
	conf_problems_sort(problems);
	for (guint i = 0; i < problems->len; i++) {
		const ConfProblem *problem = problems->pdata[i];
		g_autofree char *text = conf_problem_text(problem);

		if (warnings || !problem->warning) {
			log_line(problem->warning ? LOG_WARNING : LOG_ERROR,
			    event, "problem", text, NULL);
		}
	}
}

Conf *program_conf(const char *path)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	Conf *conf = conf_load(path, problems);

	program_tell("configuration", problems, false);
	return conf;
}

void program_refuse(const Program *program, const char *path)
{
	fprintf(stderr,
	    "%s: configuration: not started; "
	    "`anteroom -c %s check` lists what to mend\n",
	    program->name, path);
}
