/* One mistake of a configuration: made, ordered and put into words. */
#include "anteroom/conf.h"

#include <string.h>

ConfProblem *conf_problem_new(
    ConfPlace place, bool warning, const char *format, ...)
{
	ConfProblem *problem = g_new0(ConfProblem, 1);
	va_list args;

	problem->place = place;
	problem->warning = warning;
	va_start(args, format);
	problem->text = g_strdup_vprintf(format, args);
	va_end(args);
	return problem;
}

void conf_problem_free(ConfProblem *problem)
{
	if (problem == NULL) {
		return;
	}
	g_free(problem->text);
	g_free(problem);
}

GPtrArray *conf_problems_new(void)
{
	return g_ptr_array_new_with_free_func(
	    (GDestroyNotify)conf_problem_free);
}

char *conf_problem_text(const ConfProblem *problem)
{
	const char *file = problem->place.file;
	const char *mark = problem->warning ? "warning: " : "";

	if (file == NULL) {
		return g_strdup_printf("%s%s", mark, problem->text);
	}
	if (problem->place.line == 0) {
		return g_strdup_printf("%s: %s%s", file, mark, problem->text);
	}
	return g_strdup_printf(
	    "%s:%u: %s%s", file, problem->place.line, mark, problem->text);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const ConfProblem *p = *(ConfProblem *const *)a;
	const ConfProblem *q = *(ConfProblem *const *)b;
	int files = g_strcmp0(p->place.file, q->place.file);

	if (files != 0) {
		return files;
	}
	return p->place.line < q->place.line ? -1
					     : p->place.line > q->place.line;
}

void conf_problems_sort(GPtrArray *problems)
{
	g_ptr_array_sort(problems, by_place);
}

bool conf_problems_fatal(const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++) {
		const ConfProblem *problem = problems->pdata[i];

		if (!problem->warning) {
			return true;
		}
	}
	return false;
}
