/* Users in memory and as the text of their file. */
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "users/internal.h"

#define FIELDS 5

static const char *const role_names[USER_ROLES] = {
    [USER_READER] = "reader",
    [USER_MEMBER] = "member",
    [USER_LEAD] = "lead",
    [USER_ASSISTANT] = "assistant",
    [USER_EXECUTIVE] = "executive",
    [USER_ADMINISTRATOR] = "administrator",
};

static const char file_head[] =
    "# Users of the web pages; changed by `anteroom user` alone.\n";

const char *user_role_name(UserRole role)
{
	return role_names[role];
}

bool user_role_parse(const char *name, UserRole *role)
{
	for (gsize i = 0; i < USER_ROLES; i++) {
		if (strcmp(role_names[i], name) == 0) {
			*role = (UserRole)i;
			return true;
		}
	}
	return false;
}

bool user_in_team(const User *user, const char *team)
{
	return g_strv_contains((const char *const *)user->teams, team);
}

User *user_new(const char *name, UserRole role)
{
	User *user = g_new0(User, 1);

	user->name = g_strdup(name);
	user->role = role;
	user->teams = g_new0(char *, 1);
	user->password = g_strdup("");
	user->tokens = g_new0(char *, 1);
	return user;
}

static void user_free(gpointer data)
{
	User *user = data;

	if (user != NULL) {
		g_free(user->name);
		g_strfreev(user->teams);
		g_free(user->password);
		g_strfreev(user->tokens);
		g_free(user);
	}
}

Users *users_new(void)
{
	Users *users = g_new0(Users, 1);

	users->refs = 1;
	users->list = g_ptr_array_new_with_free_func(user_free);
	users->by_name = g_hash_table_new(g_str_hash, g_str_equal);
	return users;
}

Users *users_ref(Users *users)
{
	g_atomic_int_inc(&users->refs);
	return users;
}

void users_unref(Users *users)
{
	if (users != NULL && g_atomic_int_dec_and_test(&users->refs)) {
		g_hash_table_unref(users->by_name);
		g_ptr_array_unref(users->list);
		g_free(users);
	}
}

void users_take(Users *users, User *user)
{
	g_ptr_array_add(users->list, user);
	g_hash_table_insert(users->by_name, user->name, user);
}

guint users_count(const Users *users)
{
	return users->list->len;
}

const User *users_at(const Users *users, guint index)
{
	return users->list->pdata[index];
}

const User *users_find(const Users *users, const char *name)
{
	return g_hash_table_lookup(users->by_name, name);
}

/* A hash says nothing of the token's beginning, so that an ordinary comparison
 * gives nothing away. */
const User *users_by_token(const Users *users, const char *token)
{
	g_autofree char *hash = secret_hash(token);

	for (guint i = 0; i < users->list->len; i++) {
		const User *user = users->list->pdata[i];

		if (g_strv_contains((const char *const *)user->tokens, hash)) {
			return user;
		}
	}
	return NULL;
}

bool users_check_password(
    const Users *users, const char *name, const char *password)
{
	const User *user = users_find(users, name);

	return password_check(password,
	    user != NULL && *user->password != '\0' ? user->password : NULL);
}

/* ---- the file's text ---- */

static bool only_of(const char *text, const char *more)
{
	for (; *text != '\0'; text++) {
		if (!g_ascii_isalnum(*text) && strchr(more, *text) == NULL) {
			return false;
		}
	}
	return true;
}

bool user_name_ok(const char *name)
{
	return *name != '\0' && strlen(name) <= LIMIT_NAME_BYTES &&
	       g_ascii_isalnum(*name) && only_of(name, "._@+-");
}

/* Teams are named in anteroom.conf, in which more may stand. */
bool user_team_ok(const char *team)
{
	return *team != '\0' && strlen(team) <= LIMIT_NAME_BYTES &&
	       strpbrk(team, ":,\n\r") == NULL &&
	       g_utf8_validate(team, -1, NULL);
}

static char **split_list(const char *text)
{
	return *text != '\0' ? g_strsplit(text, ",", -1) : g_new0(char *, 1);
}

static const char *line_wrong(const Users *users, char **fields, UserRole *role)
{
	if (g_strv_length(fields) != FIELDS) {
		return "has not five fields";
	}
	if (!user_name_ok(fields[0])) {
		return "has no good name";
	}
	if (users_find(users, fields[0]) != NULL) {
		return "names a user again";
	}
	if (!user_role_parse(fields[1], role)) {
		return "has an unknown role";
	}
	return only_of(fields[3], "./$") && only_of(fields[4], ",")
		   ? NULL
		   : "has no hashes where they should be";
}

static const char *parse_line(Users *users, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, ":", -1);
	UserRole role = USER_READER;
	const char *wrong = line_wrong(users, fields, &role);
	User *user;

	if (wrong != NULL) {
		return wrong;
	}
	user = g_new0(User, 1);
	user->name = g_strdup(fields[0]);
	user->role = role;
	user->teams = split_list(fields[2]);
	user->password = g_strdup(fields[3]);
	user->tokens = split_list(fields[4]);
	users_take(users, user);
	return NULL;
}

Users *users_parse(const char *text, const char *path, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(Users) users = users_new();

	for (guint i = 0; lines[i] != NULL; i++) {
		const char *wrong;

		if (*lines[i] == '\0' || *lines[i] == '#') {
			continue;
		}
		wrong = parse_line(users, lines[i]);
		if (wrong != NULL) {
			g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
			    "%s:%u: the line %s", path, i + 1, wrong);
			return NULL;
		}
	}
	return g_steal_pointer(&users);
}

char *users_text(const Users *users)
{
	GString *text = g_string_new(file_head);

	for (guint i = 0; i < users->list->len; i++) {
		const User *user = users->list->pdata[i];
		g_autofree char *teams = g_strjoinv(",", user->teams);
		g_autofree char *tokens = g_strjoinv(",", user->tokens);

		g_string_append_printf(text, "%s:%s:%s:%s:%s\n", user->name,
		    user_role_name(user->role), teams, user->password, tokens);
	}
	return g_string_free(text, FALSE);
}
