/*
 * Backup: a consistent copy while everything runs. It gets its name only after
 * it was opened, walked and synced, so that a folder of that name is a good
 * copy or isn't there.
 */
#include "cases/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"

static bool fail(
    GError **error, ErrorCode code, const char *folder, const char *why)
{
	g_set_error(
	    error, ANTEROOM_ERROR, code, "backup to %s: %s", folder, why);
	return false;
}

static bool is_free(const char *folder, GError **error)
{
	g_autoptr(GDir) dir = NULL;

	if (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
		return true;
	}
	dir = g_dir_open(folder, 0, NULL);
	if (!dir) {
		return fail(error, ERROR_USAGE, folder, "it isn't a folder");
	}
	if (g_dir_read_name(dir)) {
		return fail(error, ERROR_USAGE, folder, "it isn't empty");
	}
	return true;
}

static bool sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	int saved = errno;

	if (fd >= 0) {
		close(fd);
	}
	errno = saved;
	return good;
}

static void remove_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	(void)g_unlink(path);
}

static void discard(const char *folder)
{
	remove_file(folder, "data.mdb");
	remove_file(folder, "lock.mdb");
	remove_file(folder, "lock");
	(void)g_rmdir(folder);
}

static void keep_first(const char *line, gpointer data)
{
	char **first = data;

	if (!*first) {
		*first = g_strdup(line);
	}
}

/* Opens the copy as the store it is to be one day. */
static bool verify(const Store *store, const char *copy, GError **error)
{
	Store *opened = store_open(copy, store->map_bytes, error);
	g_autofree char *first = NULL;
	StoreCheck check = {0};
	bool good;

	if (!opened) {
		return false;
	}
	good = store_fsck(opened, keep_first, &first, &check, error);
	store_close(opened);
	if (good && check.wrong) {
		return fail(error, ERROR_TEMPORARY, copy, first);
	}
	return good;
}

static bool copy_to(Store *store, const char *copy, GError **error)
{
	int code = mdb_env_copy2(store->env, copy, MDB_CP_COMPACT);
	g_autofree char *data = g_build_filename(copy, "data.mdb", NULL);

	if (code) {
		return fail(error,
		    code == ENOSPC ? ERROR_TEMPORARY : ERROR_USAGE, copy,
		    mdb_strerror(code));
	}
	if (g_chmod(data, 0600) != 0 || !verify(store, copy, error)) {
		return false;
	}
	remove_file(copy, "lock.mdb");
	remove_file(copy, "lock");
	if (!sync_path(data) || !sync_path(copy)) {
		return fail(error, ERROR_TEMPORARY, copy, g_strerror(errno));
	}
	return true;
}

static bool give_name(const char *copy, const char *folder, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(folder);

	/* Over an empty folder this is allowed, and atomic. */
	if (g_rename(copy, folder) != 0 || !sync_path(parent)) {
		return fail(error, ERROR_USAGE, folder, g_strerror(errno));
	}
	return true;
}

bool store_backup(Store *store, const char *folder, GError **error)
{
	g_autofree char *name = g_strdup(folder);
	g_autofree char *copy = NULL;

	/* "backup/" means the folder itself. */
	while (strlen(name) > 1 && g_str_has_suffix(name, "/")) {
		name[strlen(name) - 1] = '\0';
	}
	copy = g_strconcat(name, ".tmp-XXXXXX", NULL);
	if (!is_free(name, error)) {
		return false;
	}
	if (!g_mkdtemp_full(copy, 0700)) {
		return fail(error, ERROR_USAGE, name, g_strerror(errno));
	}
	if (!copy_to(store, copy, error) || !give_name(copy, name, error)) {
		discard(copy);
		return false;
	}
	return true;
}
