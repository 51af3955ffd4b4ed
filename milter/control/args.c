/*
 * The words of a request, checked against the table of commands. The same
 * whether they come from the shell or, from anybody, over the socket.
 */
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "control/internal.h"

static const JsonValue *args_get(const Call *call, const char *name)
{
	return json_get(call->request->args, name);
}

static bool refuse(const CommandWord *word, const char *why, GError **error)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "%s: %s",
	    word->word != NULL ? word->word : word->name, why);
	return false;
}

static bool check_one(
    const CommandWord *word, const JsonValue *value, GError **error)
{
	const char *text = json_as_string(value);

	if (text == NULL) {
		return refuse(word, "must be a string", error);
	}
	if (strlen(text) > LIMIT_NOTE_BYTES) {
		return refuse(word, "too long", error);
	}
	return true;
}

static bool check_word(
    const Call *call, const CommandWord *word, GError **error)
{
	const JsonValue *value = args_get(call, word->name);

	if (value == NULL) {
		return !word->required || refuse(word, "missing", error);
	}
	if (word->kind == WORD_FLAG) {
		bool set =
		    json_get_bool(call->request->args, word->name, false);
		bool unset =
		    !json_get_bool(call->request->args, word->name, true);

		return set || unset ||
		       refuse(word, "must be true or false", error);
	}
	if (!word->many) {
		return check_one(word, value, error);
	}
	if (word->required && json_length(value) == 0) {
		return refuse(word, "missing", error);
	}
	for (guint i = 0; i < json_length(value); i++) {
		if (!check_one(word, json_at(value, i), error)) {
			return false;
		}
	}
	return true;
}

static bool check_words(
    const Call *call, const CommandWord *words, GError **error)
{
	for (; words->name != NULL; words++) {
		if (!check_word(call, words, error)) {
			return false;
		}
	}
	return true;
}

bool args_check(const Call *call, GError **error)
{
	return check_words(call, call->command->arguments, error) &&
	       check_words(call, call->command->options, error);
}

const char *args_text(const Call *call, const char *name)
{
	return json_as_string(args_get(call, name));
}

bool args_flag(const Call *call, const char *name)
{
	return json_get_bool(call->request->args, name, false);
}

const char **args_list(const Call *call, const char *name)
{
	const JsonValue *value = args_get(call, name);
	GPtrArray *list = g_ptr_array_new();

	for (guint i = 0; i < json_length(value); i++) {
		const char *text = json_as_string(json_at(value, i));

		if (text != NULL) {
			g_ptr_array_add(list, (gpointer)(guintptr)text);
		}
	}
	g_ptr_array_add(list, NULL);
	return (const char **)(guintptr)g_ptr_array_free(list, FALSE);
}

bool args_time(const Call *call, const char *name, gint64 *at_s, GError **error)
{
	const char *text = args_text(call, name);

	if (text == NULL) {
		return true;
	}
	if (!times_parse_rfc3339(text, at_s, error)) {
		g_prefix_error(error, "--%s: ", name);
		return false;
	}
	return true;
}

bool args_number(
    const Call *call, const char *name, guint *number, GError **error)
{
	const char *text = args_text(call, name);
	guint64 value;

	if (text == NULL) {
		return true;
	}
	if (!g_ascii_string_to_unsigned(
		text, 10, 1, G_MAXINT32, &value, NULL)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "--%s: must be a number from 1 on", name);
		return false;
	}
	*number = (guint)value;
	return true;
}

bool args_case(const Call *call, const char *name, guint64 *id, GError **error)
{
	const char *text = args_text(call, name);

	return text == NULL || case_parse_name(text, id, error);
}

static void add_name(GPtrArray *names, const char *name)
{
	g_ptr_array_add(names, (gpointer)(guintptr)name);
}

/* "unknown team "caer": did you mean "care"?"; all names when none is near. */
static bool unknown(
    const char *what, const char *word, GPtrArray *names, GError **error)
{
	const char *const *list = (const char *const *)names->pdata;
	const char *nearest = text_nearest(word, list, names->len);
	g_autofree char *shown = text_one_line(word, strlen(word), 60);
	g_autofree char *all = NULL;

	if (nearest != NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "unknown %s \"%s\": did you mean \"%s\"?", what, shown,
		    nearest);
		return false;
	}
	g_ptr_array_add(names, NULL);
	all = g_strjoinv(", ", (char **)names->pdata);
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "unknown %s \"%s\": known are %s", what, shown, all);
	return false;
}

bool args_level(
    const Call *call, const char *name, Urgency *level, GError **error)
{
	g_autoptr(GPtrArray) names = NULL;
	const char *text = args_text(call, name);

	if (text == NULL || urgency_parse(text, level)) {
		return true;
	}
	names = g_ptr_array_new();
	for (gsize i = 0; i < URGENCY_LEVELS; i++) {
		add_name(names, urgency_names[i]);
	}
	return unknown("urgency", text, names, error);
}

bool args_state(
    const Call *call, const char *name, guint *states, GError **error)
{
	g_autoptr(GPtrArray) names = NULL;
	const char *text = args_text(call, name);
	CaseState state;

	if (text == NULL) {
		return true;
	}
	if (case_state_parse(text, &state)) {
		*states = 1u << state;
		return true;
	}
	names = g_ptr_array_new();
	for (guint i = 0; i < CASE_STATES; i++) {
		add_name(names, case_state_name((CaseState)i));
	}
	return unknown("state", text, names, error);
}

/* Of the packs; and those that routes and policies name, of which cases may be
 * left when their pack is gone. */
static void add_topics(GPtrArray *names, const Conf *conf)
{
	for (guint i = 0; i < conf->topics->len; i++) {
		add_name(names, ((Topic *)conf->topics->pdata[i])->name);
	}
	for (guint i = 0; i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->topic, "default") != 0 &&
		    conf_topic(conf, route->topic) == NULL) {
			add_name(names, route->topic);
		}
	}
	add_name(names, TOPIC_OTHER);
	add_name(names, TOPIC_UNREAD);
}

static GPtrArray *known_names(const Conf *conf, WordKind kind)
{
	GPtrArray *names = g_ptr_array_new();

	if (kind == WORD_TEAM) {
		for (guint i = 0; i < conf->teams->len; i++) {
			add_name(names, ((Team *)conf->teams->pdata[i])->name);
		}
	} else if (kind == WORD_DESK) {
		for (guint i = 0; i < conf->desks->len; i++) {
			add_name(names, ((Desk *)conf->desks->pdata[i])->name);
		}
	} else {
		add_topics(names, conf);
	}
	return names;
}

bool args_known(
    const Call *call, WordKind kind, const char *word, GError **error)
{
	g_autoptr(GPtrArray) names = known_names(call->setup->conf, kind);
	const char *what = kind == WORD_TEAM   ? "team"
			   : kind == WORD_DESK ? "desk"
					       : "topic";

	for (guint i = 0; i < names->len; i++) {
		if (strcmp(names->pdata[i], word) == 0) {
			return true;
		}
	}
	return unknown(what, word, names, error);
}
