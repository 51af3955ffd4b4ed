/*
 * The courier's round: ask the daemon what is due, hand each letter to the mail
 * server, or post it to its webhook, say how it went. It keeps nothing on disk.
 * Who was killed between handing over and saying so leaves a lease behind, and
 * the next one, who says that he is new, gets the notice again; what can't be
 * said because the daemon is away is said as soon as it is back.
 */
#include "anteroom/notify.h"

#include <string.h>

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/log.h"
#include "anteroom/times.h"

#define TAKE_MOST "8" /* two minutes each at worst, but one fails for all */
#define WAIT "20s"
#define FIRST_PAUSE_MS 500
#define LONGEST_PAUSE_MS (60 * 1000)

struct Courier {
	const Conf *conf;
	LetterPicture picture;
	Relay *relay;
	GPtrArray *hooks;      /* of Hook, in the order of conf->webhooks */
	ControlClient *daemon; /* NULL: not connected */
	GPtrArray *taken;      /* of JsonValue: leased, not yet handed over */
	guint pause_ms;        /* after the next trouble; 0 = there was none */
	bool sure;             /* every lease was heard of and ended */

	/* Shared with who stops it. */
	GMutex lock;
	GCond calm;
	bool busy; /* a letter is in hand */
	bool stop;
};

static bool open_hooks(Courier *courier, GError **error)
{
	const GPtrArray *webhooks = courier->conf->webhooks;

	for (guint i = 0; i < webhooks->len; i++) {
		Hook *hook = hook_new(webhooks->pdata[i], error);

		if (hook == NULL) {
			return false;
		}
		g_ptr_array_add(courier->hooks, hook);
	}
	return true;
}

Courier *courier_new(const Conf *conf, LetterPicture picture, GError **error)
{
	g_autoptr(Courier) courier = g_new0(Courier, 1);

	g_mutex_init(&courier->lock);
	g_cond_init(&courier->calm);
	courier->conf = conf;
	courier->picture = picture;
	courier->taken =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);
	courier->hooks =
	    g_ptr_array_new_with_free_func((GDestroyNotify)hook_free);
	if (!open_hooks(courier, error)) {
		return NULL;
	}
	if (courier->hooks->len == 0 && !letter_from_valid(conf->notify_from)) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "notify.from: names no address that notices can come "
		    "from");
		return NULL;
	}
	courier->relay = relay_new(conf->notify_relay, error);
	return courier->relay != NULL ? g_steal_pointer(&courier) : NULL;
}

void courier_free(Courier *courier)
{
	if (courier != NULL) {
		control_client_free(courier->daemon);
		relay_free(courier->relay);
		g_ptr_array_unref(courier->hooks);
		g_ptr_array_unref(courier->taken);
		g_mutex_clear(&courier->lock);
		g_cond_clear(&courier->calm);
		g_free(courier);
	}
}

/* ---- trouble ---- */

/* Longer each time, and never all couriers at the same moment. */
static void rest(Courier *courier)
{
	guint pause_ms = courier->pause_ms;

	courier->pause_ms =
	    CLAMP(2 * pause_ms, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
	pause_ms = MAX(pause_ms, FIRST_PAUSE_MS);
	g_usleep((gulong)g_random_int_range(
		     (gint32)pause_ms / 2, (gint32)pause_ms + 1) *
		 1000);
}

static void trouble(Courier *courier, const char *with, const char *why)
{
	log_line(courier->pause_ms == 0 ? LOG_ERROR : LOG_DEBUG, "courier",
	    "trouble", with, "why", why, NULL);
	rest(courier);
}

/* ---- asking the daemon ---- */

static bool keep_row(const char *text, gsize length, gpointer data)
{
	GPtrArray *rows = data;
	JsonValue *row = json_parse(text, length, NULL);

	if (row != NULL) {
		g_ptr_array_add(rows, row);
	}
	return true;
}

static JsonValue *parse(Json *json)
{
	g_autofree char *text = NULL;

	json_end_object(json);
	text = json_text(json);
	return json_parse(text, strlen(text), NULL);
}

/* False with ERROR_TEMPORARY when nobody answers, then there is no connection;
 * else with what the daemon says. */
static bool ask(Courier *courier, const char *command, const JsonValue *args,
    GPtrArray *rows, GError **error)
{
	ControlRequest request = {.command = command, .args = args};
	bool broken = true;
	bool good;

	if (courier->daemon == NULL) {
		courier->daemon =
		    control_connect(courier->conf->control_socket, error);
	}
	if (courier->daemon == NULL) {
		return false;
	}
	good = control_send(courier->daemon, &request, error) &&
	       control_receive(courier->daemon, keep_row, rows, &broken, error);
	if (!good && broken) {
		g_clear_pointer(&courier->daemon, control_client_free);
	}
	return good;
}

static bool take(Courier *courier, GError **error)
{
	g_autoptr(Json) json = json_new();
	g_autoptr(JsonValue) args = NULL;

	json_begin_object(json, NULL);
	json_string(json, "limit", TAKE_MOST);
	json_string(json, "wait", WAIT);
	if (!courier->sure) {
		json_bool(json, "fresh", true);
	}
	args = parse(json);
	courier->sure =
	    ask(courier, "notices-take", args, courier->taken, error);
	if (!courier->sure) {
		/* Some of the leases may have got lost on the way. */
		g_ptr_array_set_size(courier->taken, 0);
	}
	return courier->sure;
}

/* How a letter ended. WHY NULL: it was handed over. */
static bool tell(Courier *courier, const JsonValue *notice, const char *why,
    bool final, GError **error)
{
	g_autoptr(Json) json = json_new();
	g_autoptr(JsonValue) args = NULL;
	g_autoptr(GPtrArray) rows =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);

	json_begin_object(json, NULL);
	json_string(json, "notice", json_get_string(notice, "notice"));
	if (why != NULL) {
		json_string(json, "why", why);
		if (final) {
			json_bool(json, "final", true);
		}
	}
	args = parse(json);
	return ask(courier, why == NULL ? "notice-sent" : "notice-failed", args,
	    rows, error);
}

/* Says so until it is heard: a daemon that restarts is back in a moment, and
 * one that isn't for longer than a lease gives the notice out again. */
static void tell_surely(
    Courier *courier, const JsonValue *notice, const char *why, bool final)
{
	for (int i = 0; i < 10; i++) {
		g_autoptr(GError) error = NULL;

		if (tell(courier, notice, why, final, &error)) {
			return;
		}
		if (courier->daemon != NULL) {
			log_line(LOG_WARNING, "courier", "notice",
			    json_get_string(notice, "notice"), "error",
			    error->message, NULL);
			return;
		}
		trouble(courier, "daemon", error->message);
	}
}

/* ---- a letter ---- */

static Letter *compose(Courier *courier, const JsonValue *notice,
    const JsonValue *digest, GError **error)
{
	LetterStyle style = {.from = courier->conf->notify_from,
	    .base_url = courier->conf->notify_base_url,
	    .company = courier->conf->company,
	    .now_s = times_now_s(),
	    .picture = courier->picture};

	return letter_new(notice, digest, &style, error);
}

/* A digest's figures are asked for when it is written. */
static bool fetch_digest(
    Courier *courier, const JsonValue *notice, GPtrArray *rows, GError **error)
{
	g_autoptr(Json) json = NULL;
	g_autoptr(JsonValue) args = NULL;

	if (g_strcmp0(json_get_string(notice, "kind"), "digest") != 0) {
		return true;
	}
	json = json_new();
	json_begin_object(json, NULL);
	json_string(json, "to", json_get_string(notice, "to"));
	json_string(json, "now", json_get_string(notice, "at"));
	args = parse(json);
	return ask(courier, "digest", args, rows, error);
}

static void log_letter(
    const JsonValue *notice, const char *outcome, const char *said)
{
	log_line(LOG_INFO, "notice", "notice",
	    json_get_string(notice, "notice"), "kind",
	    json_get_string(notice, "kind"), "case",
	    json_get_string(notice, "case"), "to",
	    json_get_string(notice, "to"), "outcome", outcome, "said", said,
	    NULL);
}

/* Sends what can be sent. *FINAL: no other try will do. Transfer full: why it
 * didn't go, NULL when it did. AWAY: nor will any other letter go. */
static char *hand_over(
    Courier *courier, const Letter *letter, bool *final, bool *away)
{
	g_autofree char *said = NULL;
	RelayResult result = relay_send(courier->relay, letter, &said);

	*final = result == RELAY_REFUSED;
	*away = result == RELAY_AWAY;
	return result == RELAY_TAKEN ? NULL : g_steal_pointer(&said);
}

static void log_end(const JsonValue *notice, const char *why, bool final)
{
	log_letter(notice,
	    why == NULL ? "sent"
	    : final     ? "dead"
			: "later",
	    why);
}

/* ---- a webhook ---- */

static bool is_for_webhook(const JsonValue *notice)
{
	return g_strcmp0(json_get_string(notice, "kind"), "webhook") == 0;
}

/* NULL: it isn't configured any more, or not yet. */
static Hook *hook_of(
    Courier *courier, const char *name, const Webhook **webhook)
{
	const GPtrArray *webhooks = courier->conf->webhooks;

	for (guint i = 0; i < webhooks->len; i++) {
		*webhook = webhooks->pdata[i];
		if (g_strcmp0((*webhook)->name, name) == 0) {
			return courier->hooks->pdata[i];
		}
	}
	return NULL;
}

static void post(Courier *courier, const JsonValue *notice)
{
	const Webhook *webhook = NULL;
	Hook *hook = hook_of(courier, json_get_string(notice, "to"), &webhook);
	g_autofree char *why = NULL;
	bool final = false;

	if (hook == NULL) {
		why = g_strdup("this courier knows no webhook of that name");
	} else {
		g_autofree char *body = hook_payload(
		    notice, webhook->format, courier->conf->notify_base_url);
		g_autofree char *said = NULL;
		RelayResult result = hook_post(hook, notice, body, &said);

		final = result == RELAY_REFUSED;
		why = result == RELAY_TAKEN ? NULL : g_steal_pointer(&said);
	}
	log_end(notice, why, final);
	tell_surely(courier, notice, why, final);
}

/* ---- a letter, from beginning to end ---- */

/* False: the mail server takes nothing now. */
static bool deliver(Courier *courier, const JsonValue *notice)
{
	g_autoptr(GPtrArray) rows =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_value_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(Letter) letter = NULL;
	g_autofree char *why = NULL;
	bool final = false, away = false;

	if (!fetch_digest(courier, notice, rows, &error)) {
		why = g_strdup(error->message);
		final = error->code == ERROR_NO || error->code == ERROR_USAGE;
	} else {
		letter = compose(courier, notice,
		    rows->len > 0 ? rows->pdata[0] : NULL, &error);
		final = letter == NULL;
		why = letter == NULL
			  ? g_strdup(error->message)
			  : hand_over(courier, letter, &final, &away);
	}
	log_end(notice, why, final);
	tell_surely(courier, notice, why, final);
	if (away) {
		trouble(courier, "relay", why);
	}
	return !away;
}

/* ---- the round ---- */

/* False: stop. */
static bool begin(Courier *courier)
{
	bool go_on;

	g_mutex_lock(&courier->lock);
	go_on = !courier->stop;
	courier->busy = go_on;
	g_mutex_unlock(&courier->lock);
	return go_on;
}

static void end(Courier *courier)
{
	g_mutex_lock(&courier->lock);
	courier->busy = false;
	g_cond_broadcast(&courier->calm);
	g_mutex_unlock(&courier->lock);
}

/* Hands over all that was taken. When the mail server is away the rest is told
 * of as failed at once: the daemon knows when to try again. */
static bool deliver_taken(Courier *courier)
{
	bool good = true;

	for (guint i = 0; i < courier->taken->len && begin(courier); i++) {
		const JsonValue *notice = courier->taken->pdata[i];

		if (is_for_webhook(notice)) {
			post(courier, notice);
		} else if (good) {
			good = deliver(courier, notice);
		} else {
			tell_surely(courier, notice,
			    "the mail server was not reached", false);
		}
		end(courier);
	}
	g_ptr_array_set_size(courier->taken, 0);
	return good;
}

gpointer courier_run(gpointer data)
{
	Courier *courier = data;

	while (begin(courier)) {
		g_autoptr(GError) error = NULL;

		end(courier); /* whoever waits for notices is not busy */
		if (!take(courier, &error)) {
			trouble(courier, "daemon", error->message);
		} else if (deliver_taken(courier)) {
			courier->pause_ms = 0;
		}
	}
	return NULL;
}

bool courier_stop(Courier *courier, guint seconds)
{
	gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
	bool calm;

	g_mutex_lock(&courier->lock);
	courier->stop = true;
	while (courier->busy &&
	       g_cond_wait_until(&courier->calm, &courier->lock, until)) {
	}
	calm = !courier->busy;
	g_mutex_unlock(&courier->lock);
	return calm;
}
