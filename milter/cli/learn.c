/* `learn`: from what people corrected to a model, if it is worth having. */
#include <string.h>

#include "anteroom/times.h"
#include "cli/lessons.h"

static double share(guint part, guint whole)
{
	return whole > 0 ? (double)part / whole : 0;
}

static void print_json(const Trial *trial, const char *written)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_int(json, "lessons", trial->lessons);
	json_int(json, "corrected", trial->corrected);
	json_int(json, "rules_right", trial->rules_right);
	json_int(json, "model_right", trial->model_right);
	json_double(json, "rules", share(trial->rules_right, trial->lessons));
	json_double(json, "model", share(trial->model_right, trial->lessons));
	json_int(json, "points", trial->points);
	json_bool(json, "better", trial_passed(trial));
	json_string(json, "written", written);
	json_end_object(json);
	text = json_text(json);
	puts(text);
}

static void print_text(const Trial *trial, const char *written)
{
	printf("%u messages, %u corrected by hand; each judged by a model that "
	       "hasn't seen it:\n"
	       "  rules alone           %5.1f %% right (%u)\n"
	       "  rules and the model   %5.1f %% right (%u)\n",
	    trial->lessons, trial->corrected,
	    100 * share(trial->rules_right, trial->lessons), trial->rules_right,
	    100 * share(trial->model_right, trial->lessons),
	    trial->model_right);
	if (written != NULL) {
		printf("%s: written; a running daemon takes it at its next "
		       "reload\n",
		    written);
	}
}

static bool refuse(GError **error)
{
	g_set_error_literal(error, ANTEROOM_ERROR, ERROR_NO,
	    "learn: no better than the rules alone; nothing was written");
	return false;
}

static bool write_model(
    const Lessons *lessons, const Trial *trial, char **path, GError **error)
{
	g_autofree char *where = model_path(lessons->setup->conf);
	g_autoptr(Learnt) learnt =
	    learn(lessons->all, NULL, trial->points, times_now_s(), error);

	if (learnt == NULL || !model_save(learnt_data(learnt), where, error)) {
		return false;
	}
	*path = g_steal_pointer(&where);
	return true;
}

static bool run(const Options *options, Lessons *lessons, GError **error)
{
	g_autofree char *written = NULL;
	bool good = true;
	Trial trial;

	if (!lessons_gather(lessons, options, error) ||
	    !learn_try(lessons->setup->conf, lessons->all, &trial, error)) {
		return false;
	}
	if (!trial_passed(&trial)) {
		good = refuse(error);
	} else if (!options_flag(options, "test")) {
		good = write_model(lessons, &trial, &written, error);
	}
	if (options->json) {
		print_json(&trial, written);
	} else {
		print_text(&trial, written);
	}
	return exit_flush(good ? error : NULL) && good;
}

int learn_run(const Options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Setup) setup = load_setup(options->conf_path, &error);

	if (setup != NULL) {
		Lessons lessons = {.setup = setup};

		lessons.all =
		    g_ptr_array_new_with_free_func((GDestroyNotify)lesson_free);
		run(options, &lessons, &error);
		g_ptr_array_unref(lessons.all);
	}
	return exit_say(error);
}
