/* What the files of users/ share. */
#ifndef USERS_INTERNAL_H
#define USERS_INTERNAL_H

#include "anteroom/users.h"

/* Invariant: names are unique; `by_name` and `by_token` point into `list`. */
struct Users {
	gint refs;
	GPtrArray *list; /* of User, in the order of the file */
	GHashTable *by_name;
};

Users *users_new(void);
User *user_new(const char *name, UserRole role);

/* Takes USER over. */
void users_take(Users *users, User *user);

/* What may stand in the file. */
bool user_name_ok(const char *name);
bool user_team_ok(const char *team);

/* Reads the text of a file. ERROR_CONFIG with the line. Transfer full. */
Users *users_parse(const char *text, const char *path, GError **error);
/* The text of the file. Transfer full. */
char *users_text(const Users *users);

/* A hash of crypt(5) by yescrypt; NULL when that fails. Transfer full. */
char *password_hash(const char *password);
/* Against HASH; NULL: against nothing, in the same time. */
bool password_check(const char *password, const char *hash);

#endif
