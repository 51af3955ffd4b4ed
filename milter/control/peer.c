/* Who a peer of the control socket is, and what he may do. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "control/internal.h"

#define NAME_BUFFER_BYTES 16384
#define GROUP_BUFFER_MOST (16 * 1024 * 1024) /* all members are in it */
#define MAX_GROUPS 256

static char *user_name(uid_t uid)
{
	g_autofree char *buffer = g_malloc(NAME_BUFFER_BYTES);
	struct passwd entry;
	struct passwd *found = NULL;

	if (getpwuid_r(uid, &entry, buffer, NAME_BUFFER_BYTES, &found) != 0 ||
	    found == NULL) {
		return g_strdup_printf("%u", (unsigned)uid);
	}
	return g_utf8_make_valid(found->pw_name, -1);
}

static bool group_id(const char *name, gid_t *gid)
{
	g_autofree char *buffer = NULL;
	struct group entry;
	struct group *found = NULL;
	gsize n = NAME_BUFFER_BYTES;
	int why;

	/* How much a group needs is known only when it has it. */
	do {
		buffer = g_realloc(buffer, n);
		why = getgrnam_r(name, &entry, buffer, n, &found);
		n *= 2;
	} while (why == ERANGE && n <= GROUP_BUFFER_MOST);
	if (why != 0 || found == NULL) {
		return false;
	}
	*gid = found->gr_gid;
	return true;
}

static bool in_group(const char *user, gid_t primary, const char *name)
{
	gid_t groups[MAX_GROUPS];
	int n = MAX_GROUPS;
	gid_t wanted;

	if (!group_id(name, &wanted)) {
		return false;
	}
	if (primary == wanted) {
		return true;
	}
	if (getgrouplist(user, primary, groups, &n) < 0) {
		n = MAX_GROUPS;
	}
	for (int i = 0; i < n && i < MAX_GROUPS; i++) {
		if (groups[i] == wanted) {
			return true;
		}
	}
	return false;
}

static bool listed(const char *const *list, const char *user, gid_t gid)
{
	for (; *list != NULL; list++) {
		if (**list == '@' ? in_group(user, gid, *list + 1)
				  : strcmp(*list, user) == 0) {
			return true;
		}
	}
	return false;
}

Role control_role(const Conf *conf, guint uid, guint gid, char **user)
{
	char *name = user_name(uid);

	*user = name;
	if (uid == 0 || uid == geteuid()) {
		return ROLE_ADMINISTRATOR;
	}
	if (listed(conf->assistants, name, gid)) {
		return ROLE_ASSISTANT;
	}
	return listed(conf->readers, name, gid) ? ROLE_READER : ROLE_NONE;
}
