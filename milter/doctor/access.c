/*
 * As the kernel does: one class of the mode counts, the owner's, else the
 * group's, else that of others. Root may everything.
 */
#include "doctor/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#define STRANGER ((uid_t)-2) /* of the overflow user: owns nothing */

bool account_named(Account *account, const char *name)
{
	const struct passwd *entry = getpwnam(name);
	int n = G_N_ELEMENTS(account->groups);

	if (entry == NULL) {
		return false;
	}
	account->name = name;
	account->uid = entry->pw_uid;
	if (getgrouplist(name, entry->pw_gid, account->groups, &n) < 0) {
		n = G_N_ELEMENTS(account->groups);
	}
	account->n_groups = n;
	return true;
}

Account account_stranger(void)
{
	return (Account){.name = "anybody", .uid = STRANGER};
}

void lack_clear(Lack *lack)
{
	g_clear_pointer(&lack->found, g_free);
	g_clear_pointer(&lack->mend, g_free);
	lack->unseen = false;
}

static bool in_group(const Account *account, gid_t group)
{
	for (int i = 0; i < account->n_groups; i++) {
		if (account->groups[i] == group) {
			return true;
		}
	}
	return false;
}

/* BIT as of others: 1 to enter, 2 to write. */
static bool may(const Account *account, const struct stat *status, mode_t bit)
{
	if (account->uid == 0) {
		return true;
	}
	if (status->st_uid == account->uid) {
		return (status->st_mode & (bit << 6)) != 0;
	}
	if (in_group(account, status->st_gid)) {
		return (status->st_mode & (bit << 3)) != 0;
	}
	return (status->st_mode & bit) != 0;
}

static char *name_of_group(gid_t gid)
{
	const struct group *entry = getgrgid(gid);

	return entry != NULL ? g_strdup(entry->gr_name)
			     : g_strdup_printf("%u", (unsigned)gid);
}

static char *name_of_user(uid_t uid)
{
	const struct passwd *entry = getpwuid(uid);

	return entry != NULL ? g_strdup(entry->pw_name)
			     : g_strdup_printf("%u", (unsigned)uid);
}

/* Joining the group helps when the group may, and isn't root's. */
static char *remedy(const Account *account, const char *path,
    const struct stat *status, mode_t bit)
{
	g_autofree char *group = name_of_group(status->st_gid);

	if ((status->st_mode & (bit << 3)) != 0 && status->st_gid != 0) {
		return g_strdup_printf("adduser %s %s, and restart the mail "
				       "server; or chgrp %s to a group of %s",
		    account->name, group, path, account->name);
	}
	if (bit == 2) {
		return g_strdup_printf(
		    "anteroom.conf: milter { socket-mode = \"0660\" }, and a "
		    "folder whose group is one of %s's and setgid (mode 2750)",
		    account->name);
	}
	return g_strdup_printf(
	    "chgrp GROUP-OF-%s %s && chmod g+x %s", account->name, path, path);
}

static bool refuse(const Account *account, const char *path,
    const struct stat *status, mode_t bit, Lack *lack)
{
	g_autofree char *user = name_of_user(status->st_uid);
	g_autofree char *group = name_of_group(status->st_gid);

	lack->found =
	    g_strdup_printf("user %s may not %s %s (mode %04o, %s:%s)",
		account->name, bit == 1 ? "enter" : "connect to", path,
		(unsigned)status->st_mode & 07777, user, group);
	lack->mend = remedy(account, path, status, bit);
	return false;
}

static bool look(
    const Account *account, const char *path, mode_t bit, Lack *lack)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		lack->unseen = errno == EACCES;
		lack->found =
		    g_strdup_printf("%s: %s", path, g_strerror(errno));
		lack->mend =
		    g_strdup(lack->unseen ? "run anteroom doctor as root"
					  : "systemctl start anteroomd");
		return false;
	}
	return may(account, &status, bit) ||
	       refuse(account, path, &status, bit, lack);
}

bool access_reaches(
    const Account *account, const char *base, const char *path, Lack *lack)
{
	g_autofree char *whole = g_canonicalize_filename(path, "/");
	g_autofree char *from = g_canonicalize_filename(base, "/");
	gsize begin = g_str_has_prefix(whole, from) && strcmp(from, "/") != 0
			  ? strlen(from)
			  : 0;

	for (char *slash = whole + begin + 1;
	     (slash = strchr(slash, '/')) != NULL; slash++) {
		g_autofree char *folder =
		    g_strndup(whole, (gsize)(slash - whole));

		if (!look(account, folder, 1, lack)) {
			return false;
		}
	}
	return look(account, whole, 2, lack);
}
