/* May a user connect to a socket, by owners and modes? */
#ifndef DOCTOR_ACCESS_H
#define DOCTOR_ACCESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	const char *name;
	uid_t uid;
	gid_t groups[64];
	int n_groups;
} Account;

/* The user NAME (borrowed) with all groups. False: there is none. */
bool account_named(Account *account, const char *name);
/* Someone who is nobody's owner and in no group. */
Account account_stranger(void);

/* What keeps somebody from a socket. */
typedef struct {
	char *found; /* "user postfix may not enter /run/x (0700 root:root)" */
	char *mend;
	bool unseen; /* we ourselves couldn't look */
} Lack;
void lack_clear(Lack *lack);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lack, lack_clear)

/*
 * Can PERSON go down to the socket PATH and connect? Folders count from below
 * BASE, an absolute folder above PATH, in which he is already; "/" counts all.
 * False fills LACK. Access lists (acl(5)) are not looked at.
 */
bool access_reaches(
    const Account *account, const char *base, const char *path, Lack *lack);

#endif
