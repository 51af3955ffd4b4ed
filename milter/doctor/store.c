/*
 * The store's folder, seen from outside: who may read it, how full it and its
 * disk are. It is never opened here: that would write to it.
 */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "doctor/internal.h"

#define DATA_FILE "data.mdb"
#define FULL_PCT 90
#define FILLING_PCT 70
#define FREE_LEAST ((guint64)256 * 1024 * 1024)
#define FREE_WRONG ((guint64)32 * 1024 * 1024)

/* Of statfs(2): locks and memory maps of these can't be relied on. */
static const struct {
	guint32 type;
	const char *name;
} remote[] = {{0x6969, "NFS"}, {0xff534d42, "CIFS"}, {0xfe534d42, "SMB"},
    {0x517b, "SMB"}, {0x65735546, "FUSE"}};

static char *size_text(guint64 bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double shown = (double)bytes / 1024;
	gsize unit = 0;

	while (shown >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
		shown /= 1024;
		unit++;
	}
	return g_strdup_printf("%.1f %s", shown, units[unit]);
}

static void check_rights(Doctor *doctor, const struct stat *status)
{
	const char *path = doctor->conf->store_path;
	const struct passwd *owner = getpwuid(status->st_uid);
	g_autofree char *data = g_build_filename(path, DATA_FILE, NULL);
	g_autofree char *mend = g_strdup_printf("chmod 700 %s", path);
	struct stat file;

	if ((status->st_mode & 077) != 0) {
		doctor_tell(doctor, "store-rights",
		    (status->st_mode & 07) != 0 ? DOCTOR_WRONG : DOCTOR_WARN,
		    mend,
		    "%s (mode %04o): others may read what customers wrote",
		    path, (unsigned)status->st_mode & 07777);
	} else {
		doctor_tell(doctor, "store-rights", DOCTOR_OK, NULL,
		    "%s is open to %s alone", path,
		    owner != NULL ? owner->pw_name : "its owner");
	}
	if (stat(data, &file) == 0 && file.st_uid != status->st_uid) {
		g_autofree char *chown =
		    g_strdup_printf("chown --reference=%s %s/*", path, path);

		doctor_tell(doctor, "store-rights", DOCTOR_WRONG, chown,
		    "%s belongs to another user than its folder: the daemon "
		    "can't open it",
		    data);
	}
}

static void tell_size(Doctor *doctor, guint64 used, guint64 map)
{
	guint64 pct = map > 0 ? used * 100 / map : 0;
	g_autofree char *shown = size_text(used);
	g_autofree char *most = size_text(map);

	doctor_tell(doctor, "store-size",
	    pct >= FULL_PCT      ? DOCTOR_WRONG
	    : pct >= FILLING_PCT ? DOCTOR_WARN
				 : DOCTOR_OK,
	    pct >= FILLING_PCT ? "anteroom.conf: a larger store { size }, or a "
				 "shorter retention; restart anteroomd"
			       : NULL,
	    "%s of %s used", shown, most);
}

/* By the daemon, else by the file. */
static void check_size(Doctor *doctor)
{
	const JsonValue *store = json_get(doctor->health, "store");
	g_autofree char *data =
	    g_build_filename(doctor->conf->store_path, DATA_FILE, NULL);
	struct stat file;

	if (store != NULL) {
		tell_size(doctor,
		    (guint64)MAX(json_get_int(store, "used_bytes", 0), 0),
		    (guint64)MAX(json_get_int(store, "map_bytes", 0), 0));
	} else if (stat(data, &file) == 0) {
		tell_size(
		    doctor, (guint64)file.st_size, doctor->conf->store_bytes);
	}
}

static void check_disk(Doctor *doctor)
{
	const char *path = doctor->conf->store_path;
	struct statvfs disk;
	struct statfs kind;

	if (statvfs(path, &disk) == 0) {
		guint64 left = (guint64)disk.f_bavail * disk.f_frsize;
		g_autofree char *shown = size_text(left);

		doctor_tell(doctor, "store-disk",
		    left < FREE_WRONG   ? DOCTOR_WRONG
		    : left < FREE_LEAST ? DOCTOR_WARN
					: DOCTOR_OK,
		    left < FREE_LEAST ? "make room: mail is put off while a "
					"case can't be recorded"
				      : NULL,
		    "%s free below %s", shown, path);
	}
	if (statfs(path, &kind) != 0) {
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(remote); i++) {
		if ((guint32)kind.f_type == remote[i].type) {
			doctor_tell(doctor, "store-disk", DOCTOR_WRONG,
			    "anteroom.conf: store { path } on a local disk",
			    "%s is on %s: what was written may be lost", path,
			    remote[i].name);
		}
	}
}

void check_store(Doctor *doctor)
{
	const char *path = doctor->conf->store_path;
	struct stat status;

	if (stat(path, &status) != 0) {
		bool unseen = errno == EACCES;

		doctor_tell(doctor, "store-rights",
		    unseen ? DOCTOR_SKIPPED : DOCTOR_WRONG,
		    unseen ? "run anteroom doctor as root"
			   : "systemd-tmpfiles --create",
		    "%s: %s", path, g_strerror(errno));
		return;
	}
	if (!S_ISDIR(status.st_mode)) {
		doctor_tell(doctor, "store-rights", DOCTOR_WRONG,
		    "anteroom.conf: store { path } is a folder",
		    "%s isn't a folder", path);
		return;
	}
	check_rights(doctor, &status);
	check_size(doctor);
	check_disk(doctor);
}
