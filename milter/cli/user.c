/* `anteroom user`: the people of the web pages. It changes their file and asks
 * nobody; daemon and web process see that it was replaced. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/users.h"
#include "cli/cli.h"

/* What one action needs. */
typedef struct {
	const Options *options;
	const Conf *conf;
	UsersEdit *edit;
	const char *name;
} Asking;

typedef struct {
	const char *name;
	bool nameless, changes;
	bool (*run)(Asking *asking, GError **error);
} Action;

static bool usage(GError **error, const char *why)
{
	g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE, why);
	return false;
}

/* ---- words ---- */

/* As third word or by --role. */
static bool role_of(const Asking *asking, UserRole *role, GError **error)
{
	const char *word = options_text(asking->options, "what");
	const char *names[USER_ROLES];
	const char *near;

	if (word == NULL) {
		word = options_text(asking->options, "role");
	}
	if (word == NULL || user_role_parse(word, role)) {
		return true;
	}
	for (guint i = 0; i < USER_ROLES; i++) {
		names[i] = user_role_name((UserRole)i);
	}
	near = text_nearest(word, names, USER_ROLES);
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "unknown role \"%.60s\": %s\"%s\"%s", word,
	    near != NULL ? "did you mean "
			 : "known are reader, member, lead, "
			   "assistant, executive, ",
	    near != NULL ? near : "administrator", near != NULL ? "?" : "");
	return false;
}

static bool team_known(const Conf *conf, const char *name, GError **error)
{
	g_autofree const char **names = g_new0(const char *, conf->teams->len);
	const char *near;

	if (conf_team(conf, name) != NULL) {
		return true;
	}
	for (guint i = 0; i < conf->teams->len; i++) {
		names[i] = ((Team *)conf->teams->pdata[i])->name;
	}
	near = text_nearest(name, names, conf->teams->len);
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "unknown team \"%.60s\"%s%s%s", name,
	    near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?" : "");
	return false;
}

/* Those of --team; untouched without any. */
static bool set_teams(Asking *asking, GError **error)
{
	const JsonValue *given = json_get(asking->options->args, "team");
	g_autoptr(GPtrArray) teams = g_ptr_array_new();

	if (given == NULL) {
		return true;
	}
	for (guint i = 0; i < json_length(given); i++) {
		const char *team = json_as_string(json_at(given, i));

		if (!team_known(asking->conf, team, error)) {
			return false;
		}
		g_ptr_array_add(teams, (gpointer)(guintptr)team);
	}
	g_ptr_array_add(teams, NULL);
	return users_edit_teams(asking->edit, asking->name,
	    (const char *const *)teams->pdata, error);
}

/* One line, unseen when it is typed. */
static bool read_secret(const char *prompt, char *line, int size)
{
	struct termios shown, hidden;
	bool typed =
	    isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
	char *got;

	if (typed) {
		fprintf(stderr, "%s: ", prompt);
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	got = fgets(line, size, stdin);
	if (typed) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	if (got == NULL) {
		return false;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

/* ---- actions ---- */

static bool do_add(Asking *asking, GError **error)
{
	UserRole role = USER_READER;

	if (!role_of(asking, &role, error) ||
	    !users_edit_add(asking->edit, asking->name, role, error) ||
	    !set_teams(asking, error)) {
		return false;
	}
	printf("%s: added as %s; set a password (anteroom user password %s) "
	       "or make a token (anteroom user token %s)\n",
	    asking->name, user_role_name(role), asking->name, asking->name);
	return true;
}

static bool do_role(Asking *asking, GError **error)
{
	const User *user =
	    users_find(users_edit_users(asking->edit), asking->name);
	UserRole role = user != NULL ? user->role : USER_READER;

	if (!role_of(asking, &role, error) ||
	    !users_edit_role(asking->edit, asking->name, role, error) ||
	    !set_teams(asking, error)) {
		return false;
	}
	printf("%s: %s\n", asking->name, user_role_name(role));
	return true;
}

static bool do_password(Asking *asking, GError **error)
{
	char first[LIMIT_PASSWORD_BYTES + 3];
	char second[sizeof(first)];
	bool done = false;

	if (!read_secret("New password", first, sizeof(first))) {
		return usage(error, "no password on standard input");
	}
	if (isatty(STDIN_FILENO) &&
	    (!read_secret("Again", second, sizeof(second)) ||
		strcmp(first, second) != 0)) {
		usage(error, "the two differ");
	} else {
		done = users_edit_password(
		    asking->edit, asking->name, first, error);
	}
	explicit_bzero(first, sizeof(first));
	explicit_bzero(second, sizeof(second));
	return done;
}

/* A program that looks is a user, too: it needs no second command. */
static bool do_token(Asking *asking, GError **error)
{
	const Users *users = users_edit_users(asking->edit);
	g_autofree char *token = NULL;

	if (options_flag(asking->options, "revoke")) {
		return users_edit_revoke(asking->edit, asking->name, error);
	}
	if (users_find(users, asking->name) == NULL) {
		if (!users_edit_add(
			asking->edit, asking->name, USER_READER, error)) {
			return false;
		}
		fprintf(stderr, "anteroom: user: %s: added as reader\n",
		    asking->name);
	}
	if (!users_edit_token(asking->edit, asking->name, &token, error) ||
	    !users_edit_save(asking->edit, error)) {
		return false;
	}
	puts(token);
	return true;
}

static bool do_remove(Asking *asking, GError **error)
{
	return users_edit_remove(asking->edit, asking->name, error);
}

static void list_json(const User *user)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	json_begin_object(json, NULL);
	json_int(json, "v", 1);
	json_string(json, "name", user->name);
	json_string(json, "role", user_role_name(user->role));
	json_strings(json, "teams", (const char *const *)user->teams);
	json_bool(json, "password", *user->password != '\0');
	json_int(json, "tokens", g_strv_length(user->tokens));
	json_end_object(json);
	text = json_text(json);
	puts(text);
}

static bool do_list(Asking *asking, GError **error)
{
	const Users *users = users_edit_users(asking->edit);

	for (guint i = 0; i < users_count(users); i++) {
		const User *user = users_at(users, i);
		g_autofree char *teams = g_strjoinv(", ", user->teams);

		if (asking->options->json) {
			list_json(user);
			continue;
		}
		printf("%-24s %-14s %-9s %u token%s  %s\n", user->name,
		    user_role_name(user->role),
		    *user->password != '\0' ? "password" : "-",
		    g_strv_length(user->tokens),
		    g_strv_length(user->tokens) == 1 ? " " : "s", teams);
	}
	if (users_count(users) == 0) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_NO, "there are no users");
		return false;
	}
	return true;
}

static const Action actions[] = {
    {"add", false, true, do_add},
    {"role", false, true, do_role},
    {"password", false, true, do_password},
    {"token", false, true, do_token},
    {"remove", false, true, do_remove},
    {"list", true, false, do_list},
};

static const Action *find_action(const char *name, GError **error)
{
	const char *names[G_N_ELEMENTS(actions)];
	const char *near;

	for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (strcmp(actions[i].name, name) == 0) {
			return &actions[i];
		}
		names[i] = actions[i].name;
	}
	near = text_nearest(name, names, G_N_ELEMENTS(actions));
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "\"%.60s\": %s", name,
	    near != NULL ? near : "add, role, password, token, remove or list");
	return NULL;
}

static Conf *load_conf(const char *path, GError **error)
{
	g_autoptr(GPtrArray) problems = conf_problems_new();
	Conf *conf = conf_load(path, problems);

	if (conf == NULL) {
		load_refuse(path, problems, error);
	}
	return conf;
}

static bool run(const Options *options, GError **error)
{
	const Action *action =
	    find_action(options_text(options, "action"), error);
	g_autoptr(Conf) conf = NULL;
	g_autoptr(UsersEdit) edit = NULL;
	Asking asking = {
	    .options = options, .name = options_text(options, "name")};

	if (action == NULL) {
		return false;
	}
	if (asking.name == NULL && !action->nameless) {
		return usage(error, "NAME is missing");
	}
	conf = load_conf(options->conf_path, error);
	if (conf == NULL) {
		return false;
	}
	edit = users_edit_begin(conf->web_users, error);
	if (edit == NULL) {
		return false;
	}
	asking.conf = conf;
	asking.edit = edit;
	return action->run(&asking, error) &&
	       (!action->changes || users_edit_save(edit, error));
}

int user_run(const Options *options)
{
	g_autoptr(GError) error = NULL;

	if (run(options, &error)) {
		exit_flush(&error);
	}
	g_prefix_error(&error, "user: ");
	return exit_say(error);
}
