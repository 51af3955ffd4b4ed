/*
 * The life of the filter: socket, libmilter's thread, drain and stop. libmilter
 * itself waits for nobody when it stops, so that who is inside is counted here;
 * and it never joins its workers, so that what they may look at stays until
 * the process ends.
 */
#include "intake/internal.h"

#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "anteroom/log.h"

/* Longest packet of the mail server; libmilter's own bound is 64 KiB, which a
 * header field may exceed. */
#define PACKET_BYTES (1024 * 1024)

#define BACKLOG 1024
#define FEW_FILES 1024

/* A callback has returned and libmilter writes what it said: it doesn't tell
 * when that is done. */
#define WRITING_US (200 * 1000)

#define INSIDE_S 30 /* a commit may hang in the disk */

/* libmilter knows one filter a process and hands no pointer of ours to a new
 * session: the one global that can't be avoided. Set while no thread of
 * libmilter's runs. */
static Intake *the_intake;

Intake *intake_get(void)
{
	return the_intake;
}

Intake *intake_new(SetupSlot *slot, Store *store)
{
	Intake *intake = g_new0(Intake, 1);

	intake->slot = slot;
	intake->store = store;
	g_mutex_init(&intake->lock);
	g_cond_init(&intake->changed);
	return intake;
}

void intake_guard(Intake *intake, const PoisonGuard *guard)
{
	intake->guard = *guard;
}

void intake_meter(Intake *intake, Meter *meter)
{
	intake->meter = meter;
}

void intake_on_failure(
    Intake *intake, void (*failed)(gpointer data), gpointer data)
{
	intake->failed = failed;
	intake->failed_data = data;
}

void intake_fail(Intake *intake)
{
	bool tell;

	g_mutex_lock(&intake->lock);
	tell = !intake->failure_told && intake->failed != NULL;
	intake->failure_told = true;
	g_mutex_unlock(&intake->lock);
	if (tell) {
		intake->failed(intake->failed_data);
	}
}

/* ---- who is where ---- */

bool intake_begin(Intake *intake)
{
	bool open;

	g_mutex_lock(&intake->lock);
	open = !intake->draining && !intake->closed;
	intake->in_flight += open;
	g_mutex_unlock(&intake->lock);
	return open;
}

void intake_end(Intake *intake)
{
	g_mutex_lock(&intake->lock);
	if (--intake->in_flight == 0) {
		g_cond_broadcast(&intake->changed);
	}
	g_mutex_unlock(&intake->lock);
}

bool intake_enter(Intake *intake)
{
	bool open;

	g_mutex_lock(&intake->lock);
	open = !intake->closed;
	intake->inside += open;
	g_mutex_unlock(&intake->lock);
	return open;
}

void intake_leave(Intake *intake)
{
	g_mutex_lock(&intake->lock);
	if (--intake->inside == 0) {
		g_cond_broadcast(&intake->changed);
	}
	g_mutex_unlock(&intake->lock);
}

/* Waits, LOCK held, until *COUNT is zero or SECONDS are over. */
static bool wait_for_zero(Intake *intake, const guint *count, guint seconds)
{
	gint64 until_us =
	    g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;

	while (*count > 0) {
		if (!g_cond_wait_until(
			&intake->changed, &intake->lock, until_us)) {
			return *count == 0;
		}
	}
	return true;
}

/* ---- start ---- */

static gpointer serve(gpointer data)
{
	Intake *intake = data;
	bool asked;

	smfi_main();
	g_mutex_lock(&intake->lock);
	asked = intake->closed;
	g_mutex_unlock(&intake->lock);
	if (!asked) {
		log_line(LOG_ERROR, "milter-ended", "why",
		    "libmilter gave up; its own log says more", NULL);
		intake_fail(intake);
	}
	return NULL;
}

static bool open_socket(const char *conn, guint mode, const char *path)
{
	mode_t before = umask((mode_t)(~mode & 0777));
	char *writable = g_strdup(conn); /* libmilter keeps a copy */
	bool open = smfi_setconn(writable) == MI_SUCCESS &&
		    smfi_opensocket(false) == MI_SUCCESS;

	g_free(writable);
	umask(before);
	return open && (path == NULL || chmod(path, (mode_t)mode) == 0);
}

static bool listen_at(Intake *intake, const Conf *conf, GError **error)
{
	struct smfiDesc description;
	g_autofree char *conn =
	    socket_prepare(conf->milter_socket, &intake->unlink_path, error);

	if (conn == NULL) {
		return false;
	}
	session_describe(&description);
	smfi_setmaxdatasize(PACKET_BYTES);
	smfi_setbacklog(BACKLOG);
	if (smfi_register(description) != MI_SUCCESS ||
	    !open_socket(conn, conf->milter_socket_mode, intake->unlink_path)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "milter socket %s: can't listen there", conn);
		return false;
	}
	log_line(LOG_INFO, "listening", "socket", conn, NULL);
	return true;
}

bool intake_start(Intake *intake, GError **error)
{
	g_autoptr(Setup) setup = setup_slot_get(intake->slot);
	guint64 files = socket_raise_limit();

	if (files < FEW_FILES) {
		log_line(LOG_WARNING, "few-files", "limit",
		    LOG_NUMBER((gint64)files), "why",
		    "each session of the mail server needs one", NULL);
	}
	the_intake = intake;
	if (!listen_at(intake, setup->conf, error)) {
		return false;
	}
	intake->started = true;
	/* Nobody joins it: see intake_stop. */
	g_thread_unref(g_thread_new("milter", serve, intake));
	return true;
}

/* ---- end ---- */

bool intake_drain(Intake *intake, guint seconds)
{
	bool done;

	g_mutex_lock(&intake->lock);
	intake->draining = true;
	done = wait_for_zero(intake, &intake->in_flight, seconds);
	g_mutex_unlock(&intake->lock);
	g_usleep(WRITING_US);
	return done;
}

/*
 * smfi_stop is not called: libmilter's listener tears down its locks while
 * smfi_stop still uses them, needs up to five seconds for it and waits for no
 * session. With the door closed its threads do no harm until the process ends.
 */
bool intake_stop(Intake *intake)
{
	bool empty;

	g_mutex_lock(&intake->lock);
	intake->draining = intake->closed = true;
	empty = wait_for_zero(intake, &intake->inside, INSIDE_S);
	g_mutex_unlock(&intake->lock);
	if (intake->unlink_path != NULL) {
		unlink(intake->unlink_path);
	}
	return empty;
}

void intake_free(Intake *intake)
{
	if (intake == NULL || intake->started) {
		return; /* libmilter's threads may look at it until the end */
	}
	if (the_intake == intake) {
		the_intake = NULL;
	}
	g_mutex_clear(&intake->lock);
	g_cond_clear(&intake->changed);
	g_free(intake->unlink_path);
	g_free(intake);
}

void intake_stats(Intake *intake, IntakeStats *stats)
{
	g_mutex_lock(&intake->lock);
	stats->in_flight = intake->in_flight;
	g_mutex_unlock(&intake->lock);
	stats->sessions = atomic_load(&intake->sessions);
	stats->unwatched = atomic_load(&intake->unwatched);
	stats->messages = atomic_load(&intake->messages);
	stats->replies = atomic_load(&intake->replies);
	stats->others = atomic_load(&intake->others);
	stats->failures = atomic_load(&intake->failures);
	stats->undecided = atomic_load(&intake->undecided);
}
