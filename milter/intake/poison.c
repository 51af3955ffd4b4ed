/*
 * The guard against a message that ends the process while it is read. Its
 * digest stands in a shared map meanwhile: a store to memory, which outlives
 * the process (not the machine, and needn't), at no system call a message.
 *
 * Who crashes says so on the way down; what was being read then is not read
 * again. A power failure or a kill says nothing: what was being read in that
 * very moment is innocent once. A second time it gets a case like all, topic
 * "unread", and a person looks.
 */
#include "intake/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/log.h"

#define MAGIC "anteroom poison1"
#define READERS 256  /* at once; more go unguarded */
#define SUSPECTS 256 /* the oldest makes room */
#define SUSPECT_S (7 * 24 * 3600)
#define SURE 2 /* ends of the process; a crash counts as so many */

enum { SLOT_FREE, SLOT_TAKEN, SLOT_READING };

typedef struct {
	atomic_uint state;
	guint8 digest[16];
} Slot;

typedef struct {
	guint8 digest[16];
	gint64 last_s; /* 0 = none */
	guint32 ends;
	guint32 spare;
} Suspect;

/* The file, in the machine's own byte order: it never leaves it. */
typedef struct {
	char magic[16];
	guint8 key[16];
	Suspect suspects[SUSPECTS];
	Slot slots[READERS];
	atomic_uint crashed; /* it ended by a crash */
} PoisonMap;

/* Suspects change at open alone; then only slots do, by their state. */
struct Poison {
	PoisonMap *map;
	guint n_suspects;
	atomic_uint next; /* where to look for a free slot */
};

/* ---- the digest ---- */

/* Where the body begins: after the first empty line. */
static gsize body_at(const char *bytes, gsize n)
{
	const char *p = bytes, *end = bytes + n;

	while (p < end) {
		const char *feed = memchr(p, '\n', (gsize)(end - p));
		gsize length;

		if (feed == NULL) {
			break;
		}
		length = (gsize)(feed - p);
		p = feed + 1;
		if (length == 0 || (length == 1 && feed[-1] == '\r')) {
			return (gsize)(p - bytes);
		}
	}
	return n;
}

/* The first Message-ID line of the header block; NULL when there is none. */
static const char *id_line(const char *bytes, gsize n, gsize *length)
{
	static const char field[] = "message-id:";
	const char *p = bytes, *end = bytes + n;

	while (p < end) {
		const char *feed = memchr(p, '\n', (gsize)(end - p));
		const char *stop = feed == NULL ? end : feed;

		if ((gsize)(stop - p) > sizeof field - 1 &&
		    g_ascii_strncasecmp(p, field, sizeof field - 1) == 0) {
			*length = (gsize)(stop - p);
			return p;
		}
		p = stop + 1;
	}
	return NULL;
}

/* Over what stays the same when the mail server tries again: not the header
 * block, in which Received and others change. */
static void digest_of(
    const Poison *poison, const void *bytes, gsize n, guint8 digest[16])
{
	gsize body = body_at(bytes, n), id_bytes = 0;
	const char *id = id_line(bytes, body, &id_bytes);
	SipHash hash;

	siphash_begin(&hash, poison->map->key);
	if (id != NULL) {
		siphash_feed(&hash, id, id_bytes);
	}
	siphash_feed(&hash, (const char *)bytes + body, n - body);
	siphash_end(&hash, digest);
}

/* ---- the guard ---- */

static Suspect *find_suspect(PoisonMap *map, const guint8 digest[16])
{
	for (guint i = 0; i < SUSPECTS; i++) {
		if (map->suspects[i].last_s != 0 &&
		    memcmp(map->suspects[i].digest, digest, 16) == 0) {
			return &map->suspects[i];
		}
	}
	return NULL;
}

static bool is_sure(PoisonMap *map, const guint8 digest[16])
{
	const Suspect *known = find_suspect(map, digest);

	return known != NULL && known->ends >= SURE;
}

static Slot *take_slot(Poison *poison)
{
	guint from = atomic_fetch_add(&poison->next, 1);

	for (guint i = 0; i < READERS; i++) {
		Slot *slot = &poison->map->slots[(from + i) % READERS];
		guint expected = SLOT_FREE;

		if (atomic_compare_exchange_strong(
			&slot->state, &expected, SLOT_TAKEN)) {
			return slot;
		}
	}
	return NULL;
}

static bool guard_enter(
    gpointer data, const void *bytes, gsize n, gpointer *mark)
{
	Poison *poison = data;
	guint8 digest[16];
	Slot *slot;

	*mark = NULL;
	digest_of(poison, bytes, n, digest);
	if (poison->n_suspects > 0 && is_sure(poison->map, digest)) {
		log_line(LOG_WARNING, "suspect", "why",
		    "this message ended the process before and is not read",
		    NULL);
		return false;
	}
	slot = take_slot(poison);
	if (slot != NULL) {
		memcpy(slot->digest, digest, 16);
		atomic_store(&slot->state, SLOT_READING);
		*mark = slot;
	}
	return true;
}

static void guard_leave(gpointer data, gpointer mark)
{
	Slot *slot = mark;

	(void)data;
	if (slot != NULL) {
		atomic_store(&slot->state, SLOT_FREE);
	}
}

void poison_guard(Poison *poison, PoisonGuard *guard)
{
	*guard = (PoisonGuard){
	    .enter = guard_enter,
	    .leave = guard_leave,
	    .data = poison,
	};
}

void poison_crashed(Poison *poison)
{
	atomic_store(&poison->map->crashed, 1);
}

guint poison_suspects(const Poison *poison)
{
	return poison->n_suspects;
}

/* ---- open ---- */

static Suspect *room_for_suspect(PoisonMap *map)
{
	Suspect *oldest = &map->suspects[0];

	for (guint i = 1; i < SUSPECTS; i++) {
		if (map->suspects[i].last_s < oldest->last_s) {
			oldest = &map->suspects[i];
		}
	}
	return oldest;
}

static void suspect(
    PoisonMap *map, const guint8 digest[16], guint ends, gint64 now_s)
{
	Suspect *known = find_suspect(map, digest);

	if (known == NULL) {
		known = room_for_suspect(map);
		*known = (Suspect){0};
		memcpy(known->digest, digest, 16);
	}
	known->ends += ends;
	known->last_s = now_s;
}

/* What stood in the slots when the process ended becomes suspect; what was
 * suspect for long enough is forgotten. */
static guint take_stock(PoisonMap *map, gint64 now_s)
{
	guint ends = atomic_exchange(&map->crashed, 0) != 0 ? SURE : 1;
	guint n = 0;

	for (guint i = 0; i < READERS; i++) {
		if (atomic_load(&map->slots[i].state) == SLOT_READING) {
			suspect(map, map->slots[i].digest, ends, now_s);
		}
		atomic_store(&map->slots[i].state, SLOT_FREE);
	}
	for (guint i = 0; i < SUSPECTS; i++) {
		Suspect *one = &map->suspects[i];

		if (one->last_s < now_s - SUSPECT_S || one->last_s > now_s) {
			*one = (Suspect){0};
		}
		n += one->last_s != 0 && one->ends >= SURE;
	}
	return n;
}

static PoisonMap *map_file(int fd, const char **why)
{
	struct stat there;
	PoisonMap *map;
	bool whole =
	    fstat(fd, &there) == 0 && there.st_size == (off_t)sizeof *map;
	int failed;

	/* Reserved, not only sized: a hole on a full disk would be a SIGBUS. */
	failed = ftruncate(fd, sizeof *map) < 0
		     ? errno
		     : posix_fallocate(fd, 0, sizeof *map);
	if (failed != 0) {
		*why = g_strerror(failed);
		return NULL;
	}
	map =
	    mmap(NULL, sizeof *map, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		*why = g_strerror(errno);
		return NULL;
	}
	if (whole && memcmp(map->magic, MAGIC, sizeof map->magic) == 0) {
		return map;
	}
	memset(map, 0, sizeof *map);
	if (getrandom(map->key, sizeof map->key, 0) != sizeof map->key) {
		*why = "no random numbers";
		munmap(map, sizeof *map);
		return NULL;
	}
	memcpy(map->magic, MAGIC, sizeof map->magic);
	return map;
}

Poison *poison_open(const char *folder, gint64 now_s, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "poison", NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	const char *why = fd < 0 ? g_strerror(errno) : NULL;
	bool denied = fd < 0 && errno != ENOSPC && errno != EDQUOT;
	PoisonMap *map = fd < 0 ? NULL : map_file(fd, &why);
	Poison *poison;

	if (fd >= 0) {
		close(fd);
	}
	if (map == NULL) {
		g_set_error(error, ANTEROOM_ERROR,
		    denied ? ERROR_CONFIG : ERROR_TEMPORARY, "%s: %s", path,
		    why);
		return NULL;
	}
	poison = g_new0(Poison, 1);
	poison->map = map;
	poison->n_suspects = take_stock(map, now_s);
	return poison;
}

void poison_close(Poison *poison)
{
	if (poison != NULL) {
		munmap(poison->map, sizeof *poison->map);
		g_free(poison);
	}
}
