/*
 * A webhook: one event posted over HTTPS (libcurl, as relay.c). Redirects are
 * not followed, so that nothing is posted where the configuration doesn't say;
 * what is answered is read up to its status. An address may be a secret in
 * itself, and so is never in what is said.
 */
#include "anteroom/notify.h"

#include <curl/curl.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/text.h"
#include "anteroom/times.h"

#define CONNECT_S 5
#define WHOLE_S 10 /* eight of them are well within a lease */
#define REST_US (30 * G_USEC_PER_SEC)
#define SECRET_LEAST 16
#define SECRET_MOST 4096
#define ANSWER_MOST (64 * 1024)

struct Hook {
	const Webhook *webhook;
	CURL *curl;
	char *secret;         /* NULL: not signed */
	gint64 rest_until_us; /* it wasn't reached; 0 */
	char why[CURL_ERROR_SIZE];
	gsize heard;
};

/* ---- its secret ---- */

static bool read_secret(Hook *hook, GError **error)
{
	const Webhook *webhook = hook->webhook;
	g_autoptr(GError) inner = NULL;
	gsize length = 0;

	if (*webhook->secret_file == '\0') {
		return true;
	}
	if (!g_file_get_contents(
		webhook->secret_file, &hook->secret, &length, &inner)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "webhook %s: %s", webhook->name, inner->message);
		return false;
	}
	if (length > SECRET_MOST || memchr(hook->secret, '\0', length) ||
	    strlen(g_strstrip(hook->secret)) < SECRET_LEAST) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "webhook %s: %s: not a line of %d bytes or more",
		    webhook->name, webhook->secret_file, SECRET_LEAST);
		return false;
	}
	return true;
}

/* ---- libcurl ---- */

/* Nobody needs the answer's body; one without end is cut off. */
static gsize skip(char *bytes, gsize size, gsize n, gpointer data)
{
	Hook *hook = data;

	(void)bytes;
	hook->heard += size * n;
	return hook->heard <= ANSWER_MOST ? size * n : 0;
}

static void set_options(Hook *hook)
{
	CURL *curl = hook->curl;
	const Webhook *webhook = hook->webhook;

	curl_easy_setopt(curl, CURLOPT_URL, webhook->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, hook->why);
	curl_easy_setopt(
	    curl, CURLOPT_USERAGENT, "anteroom-courier/" ANTEROOM_VERSION);
	curl_easy_setopt(
	    curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, hook);
	if (*webhook->ca_file != '\0') {
		curl_easy_setopt(curl, CURLOPT_CAINFO, webhook->ca_file);
	}
}

Hook *hook_new(const Webhook *webhook, GError **error)
{
	g_autoptr(Hook) hook = g_new0(Hook, 1);

	hook->webhook = webhook;
	if (!read_secret(hook, error)) {
		return NULL;
	}
	hook->curl = curl_easy_init();
	if (hook->curl == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "webhook %s: out of memory", webhook->name);
		return NULL;
	}
	set_options(hook);
	return g_steal_pointer(&hook);
}

void hook_free(Hook *hook)
{
	if (hook != NULL) {
		curl_easy_cleanup(hook->curl);
		if (hook->secret != NULL) {
			memset(hook->secret, 0, strlen(hook->secret));
		}
		g_free(hook->secret);
		g_free(hook);
	}
}

/* ---- posting ---- */

static struct curl_slist *add(
    struct curl_slist *fields, const char *name, const char *value)
{
	g_autofree char *field =
	    g_strdup_printf("%s: %s", name, value != NULL ? value : "");

	return curl_slist_append(fields, field);
}

static struct curl_slist *fields_of(
    const Hook *hook, const JsonValue *notice, const char *body)
{
	gint64 at_s = times_now_s();
	g_autofree char *stamp = g_strdup_printf("%" G_GINT64_FORMAT, at_s);
	struct curl_slist *fields = NULL;

	fields = add(fields, "Content-Type", "application/json");
	fields =
	    add(fields, "Anteroom-Notice", json_get_string(notice, "notice"));
	fields = add(fields, "Anteroom-Timestamp", stamp);
	if (hook->secret != NULL) {
		g_autofree char *signature =
		    hook_signature(hook->secret, at_s, body);

		fields = add(fields, "Anteroom-Signature", signature);
	}
	return fields;
}

/* What is said of this one event, and won't change by asking again. */
static bool is_final(long status)
{
	static const long finals[] = {400, 410, 413, 415, 422};

	for (guint i = 0; i < G_N_ELEMENTS(finals); i++) {
		if (status == finals[i]) {
			return true;
		}
	}
	return false;
}

static char *say(const Hook *hook, CURLcode code, long status)
{
	const char *why =
	    *hook->why != '\0' ? hook->why : curl_easy_strerror(code);

	if (status >= 300 && status < 400) {
		return g_strdup_printf(
		    "status %ld, a redirect, which is not followed", status);
	}
	return status != 0 ? g_strdup_printf("status %ld", status)
			   : text_one_line(why, strlen(why), CURL_ERROR_SIZE);
}

/* The status counts, even when the body behind it was cut off. */
static RelayResult judge(Hook *hook, CURLcode code, char **said)
{
	long status = 0;

	curl_easy_getinfo(hook->curl, CURLINFO_RESPONSE_CODE, &status);
	*said = say(hook, code, status);
	if (status == 0) {
		hook->rest_until_us = g_get_monotonic_time() + REST_US;
		return RELAY_AWAY;
	}
	if (status >= 200 && status < 300) {
		return RELAY_TAKEN;
	}
	return is_final(status) ? RELAY_REFUSED : RELAY_LATER;
}

RelayResult hook_post(
    Hook *hook, const JsonValue *notice, const char *body, char **said)
{
	struct curl_slist *fields;
	CURLcode code;

	if (g_get_monotonic_time() < hook->rest_until_us) {
		*said = g_strdup("it was not reached a moment ago");
		return RELAY_AWAY;
	}
	fields = fields_of(hook, notice, body);
	hook->heard = 0;
	*hook->why = '\0';
	curl_easy_setopt(hook->curl, CURLOPT_HTTPHEADER, fields);
	curl_easy_setopt(hook->curl, CURLOPT_POSTFIELDS, body);
	code = curl_easy_perform(hook->curl);
	curl_easy_setopt(hook->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(fields);
	return judge(hook, code, said);
}
