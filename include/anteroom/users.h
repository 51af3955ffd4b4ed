/*
 * The people who may log in to the web pages, with their roles and teams, in
 * one small file that `anteroom user` writes and that the daemon and the web
 * process read. A line a user:
 *
 *   NAME:ROLE:TEAM,TEAM:PASSWORD:TOKEN,TOKEN
 *
 * PASSWORD is a hash of crypt(5), TOKEN the SHA-256 of a random token: who
 * reads the file can't log in with what it says.
 */
#ifndef ANTEROOM_USERS_H
#define ANTEROOM_USERS_H

#include <glib.h>
#include <stdbool.h>

/* They are no ladder: an executive sees all and may change nothing. */
typedef enum {
	USER_READER,        /* sees all but the text of sensitive cases */
	USER_MEMBER,        /* sees and works on the cases of the own teams */
	USER_LEAD,          /* the same, and may hand over and close */
	USER_ASSISTANT,     /* sees and does everything with cases */
	USER_EXECUTIVE,     /* sees all but sensitive cases, which only count */
	USER_ADMINISTRATOR, /* people, rules, health; cases like a reader */
} UserRole;
#define USER_ROLES 6

/* "reader" ... "administrator". Static. */
const char *user_role_name(UserRole role);
bool user_role_parse(const char *name, UserRole *role);

typedef struct {
	char *name;
	UserRole role;
	char **teams;   /* never NULL */
	char *password; /* hash; "" = can't log in with one */
	char **tokens;  /* hashes; never NULL */
} User;

/* Is TEAM one of USER's? */
bool user_in_team(const User *user, const char *team);

/* All users of one file at one moment. Counted; whoever reads holds a
 * reference and changes nothing. */
typedef struct Users Users;

Users *users_ref(Users *users);
void users_unref(Users *users);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Users, users_unref)

guint users_count(const Users *users);
const User *users_at(const Users *users, guint index);
/* NULL when there is none. */
const User *users_find(const Users *users, const char *name);

/* What every token begins with. */
#define USERS_TOKEN_PREFIX "ar_"

/* Whose TOKEN it is; NULL: nobody's. */
const User *users_by_token(const Users *users, const char *token);

/* Is PASSWORD that of the user NAME? Takes as long for a name that isn't there
 * as for a wrong password: tenths of a second and 16 MB, one at a time. Any
 * thread. */
bool users_check_password(
    const Users *users, const char *name, const char *password);

/* ---- a file that others change ---- */

typedef struct UsersFile UsersFile;

/* Transfer full. */
UsersFile *users_file_new(void);
void users_file_free(UsersFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UsersFile, users_file_free)

/* What the file PATH says now; read again only when it was replaced, or is
 * another than before. A file that can't be read stands as it was read last, is
 * logged, and tried again; one that is damaged, when it was mended. Never NULL.
 * Transfer full. Any thread. */
Users *users_file_get(UsersFile *file, const char *path);

/* ---- changing it ---- */

typedef struct UsersEdit UsersEdit;

/* Locks the file against others who change it, and reads it. ERROR_TEMPORARY
 * when somebody else is at it. Transfer full. */
UsersEdit *users_edit_begin(const char *path, GError **error);
/* Lets go; what wasn't saved never was. NULL is fine. */
void users_edit_free(UsersEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UsersEdit, users_edit_free)

const Users *users_edit_users(const UsersEdit *edit);

/* ERROR_USAGE for names that can't be, ERROR_NO for a known or unknown user. */
bool users_edit_add(
    UsersEdit *edit, const char *name, UserRole role, GError **error);
bool users_edit_role(
    UsersEdit *edit, const char *name, UserRole role, GError **error);
bool users_edit_teams(UsersEdit *edit, const char *name,
    const char *const *teams, GError **error);
/* Hashes PASSWORD with yescrypt. ERROR_USAGE when it is too short or long. */
bool users_edit_password(
    UsersEdit *edit, const char *name, const char *password, GError **error);
/* A new token beside those that are there; *TOKEN is it, shown this once.
 * Transfer full. */
bool users_edit_token(
    UsersEdit *edit, const char *name, char **token, GError **error);
/* All tokens of the user end. */
bool users_edit_revoke(UsersEdit *edit, const char *name, GError **error);
bool users_edit_remove(UsersEdit *edit, const char *name, GError **error);

/* Replaces the file as a whole, durably; mode 0640, owner and group as they
 * were. */
bool users_edit_save(UsersEdit *edit, GError **error);

/* ---- secrets ---- */

/* 256 random bits as text safe in headers and addresses. Transfer full. */
char *secret_new(void);
/* Hex SHA-256 of SECRET. Transfer full. */
char *secret_hash(const char *secret);
/* Compares without telling by its time where they differ. */
bool secret_equal(const char *a, const char *b);

#endif
