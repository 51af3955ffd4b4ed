/*
 * The file of users: read when it was replaced, changed under a lock and
 * replaced as a whole, so that readers see the old one or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/log.h"
#include "users/internal.h"

#define FILE_MODE 0640
#define GROUP "anteroom-web" /* daemon and web process are in it */
#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_TOKENS 10
#define PASSWORD_LEAST 10 /* characters */

static Users *fail_errno(const char *path, ErrorCode code, GError **error)
{
	g_set_error(error, ANTEROOM_ERROR, (int)code, "%s: %s", path,
	    g_strerror(errno));
	return NULL;
}

/* Reads the file PATH; one that isn't there has no users. ERROR_CONFIG with
 * the line when it is damaged, ERROR_DENIED when it can't be read. Transfer
 * full. */
static Users *users_load(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) inner = NULL;
	struct stat status;

	if (stat(path, &status) != 0) {
		return errno == ENOENT ? users_new()
				       : fail_errno(path, ERROR_DENIED, error);
	}
	if (status.st_size > MAX_BYTES) {
		errno = EFBIG;
		return fail_errno(path, ERROR_CONFIG, error);
	}
	if (!g_file_get_contents(path, &text, NULL, &inner)) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_DENIED, inner->message);
		return NULL;
	}
	return users_parse(text, path, error);
}

/* ---- reading again ---- */

struct UsersFile {
	GMutex lock;
	Users *users;
	struct stat seen; /* when it was read; zeroed: it wasn't there */
	bool failed;      /* said so */
};

UsersFile *users_file_new(void)
{
	UsersFile *file = g_new0(UsersFile, 1);

	g_mutex_init(&file->lock);
	file->users = users_new();
	return file;
}

void users_file_free(UsersFile *file)
{
	if (file != NULL) {
		users_unref(file->users);
		g_mutex_clear(&file->lock);
		g_free(file);
	}
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* What is damaged stays so until it is replaced; whatever else went wrong may
 * be over the next time. */
static void read_again(UsersFile *file, const char *path, struct stat now)
{
	g_autoptr(GError) error = NULL;
	Users *users = users_load(path, &error);
	bool damaged = g_error_matches(error, ANTEROOM_ERROR, ERROR_CONFIG);

	if (users != NULL || damaged) {
		file->seen = now;
	}
	if (users == NULL && (damaged || !file->failed)) {
		log_line(LOG_ERROR, "users", "error", error->message, NULL);
	}
	file->failed = users == NULL;
	if (users == NULL) {
		return;
	}
	users_unref(file->users);
	file->users = users;
}

Users *users_file_get(UsersFile *file, const char *path)
{
	struct stat now = {0};
	Users *users;

	g_mutex_lock(&file->lock);
	if (stat(path, &now) != 0) {
		now = (struct stat){0};
	}
	if (!same_file(&now, &file->seen)) {
		read_again(file, path, now);
	}
	users = users_ref(file->users);
	g_mutex_unlock(&file->lock);
	return users;
}

/* ---- changing ---- */

struct UsersEdit {
	char *path;
	char *folder;
	int lock; /* the folder, locked: the file itself is replaced */
	Users *users;
};

void users_edit_free(UsersEdit *edit)
{
	if (edit != NULL) {
		users_unref(edit->users);
		if (edit->lock >= 0) {
			close(edit->lock);
		}
		g_free(edit->folder);
		g_free(edit->path);
		g_free(edit);
	}
}

UsersEdit *users_edit_begin(const char *path, GError **error)
{
	g_autoptr(UsersEdit) edit = g_new0(UsersEdit, 1);

	edit->path = g_strdup(path);
	edit->folder = g_path_get_dirname(path);
	edit->lock = open(edit->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (edit->lock < 0) {
		fail_errno(edit->folder, ERROR_CONFIG, error);
		return NULL;
	}
	if (flock(edit->lock, LOCK_EX | LOCK_NB) != 0) {
		fail_errno(path, ERROR_TEMPORARY, error);
		return NULL;
	}
	edit->users = users_load(path, error);
	return edit->users != NULL ? g_steal_pointer(&edit) : NULL;
}

const Users *users_edit_users(const UsersEdit *edit)
{
	return edit->users;
}

static User *find(UsersEdit *edit, const char *name, GError **error)
{
	User *user = g_hash_table_lookup(edit->users->by_name, name);

	if (user == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "there is no user \"%.100s\"", name);
	}
	return user;
}

bool users_edit_add(
    UsersEdit *edit, const char *name, UserRole role, GError **error)
{
	if (!user_name_ok(name)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "\"%.100s\" can't be a user's name: letters, digits and "
		    "._@+- (at most %d)",
		    name, LIMIT_NAME_BYTES);
		return false;
	}
	if (users_find(edit->users, name) != NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "there is a user \"%s\" already", name);
		return false;
	}
	users_take(edit->users, user_new(name, role));
	return true;
}

bool users_edit_role(
    UsersEdit *edit, const char *name, UserRole role, GError **error)
{
	User *user = find(edit, name, error);

	if (user != NULL) {
		user->role = role;
	}
	return user != NULL;
}

bool users_edit_teams(
    UsersEdit *edit, const char *name, const char *const *teams, GError **error)
{
	User *user = find(edit, name, error);

	if (user == NULL) {
		return false;
	}
	for (guint i = 0; teams[i] != NULL; i++) {
		if (!user_team_ok(teams[i])) {
			g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
			    "\"%.100s\" can't be a team's name", teams[i]);
			return false;
		}
	}
	g_strfreev(user->teams);
	user->teams = g_strdupv((char **)(guintptr)teams);
	return true;
}

static bool password_ok(const char *password, GError **error)
{
	if (!g_utf8_validate(password, -1, NULL) ||
	    g_utf8_strlen(password, -1) < PASSWORD_LEAST ||
	    strlen(password) > LIMIT_PASSWORD_BYTES) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "a password has %d characters at least and %d bytes at "
		    "most",
		    PASSWORD_LEAST, LIMIT_PASSWORD_BYTES);
		return false;
	}
	return true;
}

bool users_edit_password(
    UsersEdit *edit, const char *name, const char *password, GError **error)
{
	User *user = find(edit, name, error);
	char *hash;

	if (user == NULL || !password_ok(password, error)) {
		return false;
	}
	hash = password_hash(password);
	if (hash == NULL) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_FATAL,
		    "the password can't be hashed");
		return false;
	}
	g_free(user->password);
	user->password = hash;
	return true;
}

bool users_edit_token(
    UsersEdit *edit, const char *name, char **token, GError **error)
{
	User *user = find(edit, name, error);
	g_autofree char *secret = NULL;
	guint n;

	if (user == NULL) {
		return false;
	}
	n = g_strv_length(user->tokens);
	if (n >= MAX_TOKENS) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_NO,
		    "%s has %u tokens; --revoke ends them", name, n);
		return false;
	}
	secret = secret_new();
	*token = g_strconcat(USERS_TOKEN_PREFIX, secret, NULL);
	user->tokens = g_renew(char *, user->tokens, n + 2);
	user->tokens[n] = secret_hash(*token);
	user->tokens[n + 1] = NULL;
	return true;
}

bool users_edit_revoke(UsersEdit *edit, const char *name, GError **error)
{
	User *user = find(edit, name, error);

	if (user == NULL) {
		return false;
	}
	g_strfreev(user->tokens);
	user->tokens = g_new0(char *, 1);
	return true;
}

bool users_edit_remove(UsersEdit *edit, const char *name, GError **error)
{
	User *user = find(edit, name, error);

	if (user == NULL) {
		return false;
	}
	g_hash_table_remove(edit->users->by_name, user->name);
	g_ptr_array_remove(edit->users->list, user);
	return true;
}

/* Whose the file is to be: as it was; a new one is for the group. */
static void own_it(const UsersEdit *edit, int fd)
{
	struct stat old;
	const struct group *group = getgrnam(GROUP);
	bool was_there = stat(edit->path, &old) == 0;

	if (geteuid() != 0 || (!was_there && group == NULL)) {
		return;
	}
	if (fchown(fd, was_there ? old.st_uid : 0,
		was_there ? old.st_gid : group->gr_gid) != 0) {
		log_line(
		    LOG_WARNING, "users", "error", g_strerror(errno), NULL);
	}
}

static bool write_all(int fd, const char *text)
{
	gsize left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR) {
			return false;
		}
		if (n > 0) {
			text += n;
			left -= (gsize)n;
		}
	}
	return fsync(fd) == 0;
}

bool users_edit_save(UsersEdit *edit, GError **error)
{
	g_autofree char *text = users_text(edit->users);
	g_autofree char *fresh = g_strconcat(edit->path, ".new", NULL);
	bool done;
	int fd;

	/* Left by one who died; the lock says that nobody is at it. */
	unlink(fresh);
	fd = open(
	    fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		return fail_errno(fresh, ERROR_DENIED, error) != NULL;
	}
	own_it(edit, fd);
	done = fchmod(fd, FILE_MODE) == 0 && write_all(fd, text) &&
	       rename(fresh, edit->path) == 0 && fsync(edit->lock) == 0;
	if (!done) {
		fail_errno(edit->path, ERROR_TEMPORARY, error);
		unlink(fresh);
	}
	close(fd);
	return done;
}
