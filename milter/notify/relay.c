/*
 * One letter, one recipient, by SMTP (libcurl, as hook.c). What the
 * server said decides: a "5yz" to the recipient or the content is final, the
 * same to our greeting or our sender is about us, and so may pass.
 */
#include "anteroom/notify.h"

#include <curl/curl.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/text.h"

#define CONNECT_S 20
#define WHOLE_S 120 /* less than a lease */
#define SAID_BYTES 300

struct Relay {
	CURL *curl;
	char *url;
	char why[CURL_ERROR_SIZE];
	GString *line;  /* what the server said last */
	bool recipient; /* our sender was taken: it is about the letter */
	bool over;      /* nothing more is said about it */
	const char *at; /* of the letter: what is left to be given */
	gsize left;
};

void relay_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static gsize give(char *buffer, gsize size, gsize n, gpointer data)
{
	Relay *relay = data;
	gsize part = MIN(size * n, relay->left);

	memcpy(buffer, relay->at, part);
	relay->at += part;
	relay->left -= part;
	return part;
}

/* A line of the server's. */
static gsize hear(char *bytes, gsize size, gsize n, gpointer data)
{
	Relay *relay = data;

	if (!relay->over) {
		g_string_truncate(relay->line, 0);
		g_string_append_len(
		    relay->line, bytes, (gssize)MIN(size * n, SAID_BYTES));
	}
	return size * n;
}

/* Which command is out: what is said next is about that. */
static int watch(
    CURL *curl, curl_infotype kind, char *bytes, gsize n, gpointer data)
{
	Relay *relay = data;

	(void)curl;
	if (kind == CURLINFO_HEADER_OUT && n >= 4 && !relay->over) {
		relay->over = g_ascii_strncasecmp(bytes, "QUIT", 4) == 0;
		relay->recipient |= g_ascii_strncasecmp(bytes, "RCPT", 4) == 0;
	}
	return 0;
}

static void set_options(Relay *relay)
{
	CURL *curl = relay->curl;

	curl_easy_setopt(curl, CURLOPT_URL, relay->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, relay->why);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, relay);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, relay);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, relay);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	if (g_ascii_strncasecmp(relay->url, "smtp:", 5) == 0) {
		/* Where it is offered, as mail servers do among each other;
		 * without somebody to trust there is nothing to check. */
		curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

Relay *relay_new(const char *url, GError **error)
{
	g_autoptr(Relay) relay = NULL;

	if (g_ascii_strncasecmp(url, "smtp://", 7) != 0 &&
	    g_ascii_strncasecmp(url, "smtps://", 8) != 0) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_CONFIG,
		    "notify.relay: must begin with smtp:// or smtps://");
		return NULL;
	}
	relay = g_new0(Relay, 1);
	relay->url = g_strdup(url);
	relay->line = g_string_new(NULL);
	relay->curl = curl_easy_init();
	if (relay->curl == NULL) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_TEMPORARY,
		    "notify.relay: out of memory");
		return NULL;
	}
	set_options(relay);
	return g_steal_pointer(&relay);
}

void relay_free(Relay *relay)
{
	if (relay != NULL) {
		curl_easy_cleanup(relay->curl);
		g_string_free(relay->line, TRUE);
		g_free(relay->url);
		g_free(relay);
	}
}

static RelayResult judge(const Relay *relay, CURLcode code)
{
	long answer = 0;

	if (code == CURLE_OK) {
		return RELAY_TAKEN;
	}
	curl_easy_getinfo(relay->curl, CURLINFO_RESPONSE_CODE, &answer);
	if (!relay->recipient || relay->line->len == 0) {
		return RELAY_AWAY;
	}
	return answer >= 500 && answer < 600 ? RELAY_REFUSED : RELAY_LATER;
}

static char *said_of(const Relay *relay, CURLcode code)
{
	const char *why =
	    *relay->why != '\0' ? relay->why : curl_easy_strerror(code);
	const char *text = relay->line->len > 0 ? relay->line->str : why;
	g_autofree char *line = NULL;

	/* A server that hung up said something before, about something else. */
	if (code != CURLE_OK && relay->line->len > 0 &&
	    strchr("23", relay->line->str[0]) != NULL) {
		text = why;
	}
	line = text_one_line(text, strlen(text), SAID_BYTES);
	return g_strdup(g_strstrip(line));
}

RelayResult relay_send(Relay *relay, const Letter *letter, char **said)
{
	g_autofree char *from = g_strdup_printf("<%s>", letter->sender);
	g_autofree char *to = g_strdup_printf("<%s>", letter->recipient);
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	CURLcode code;

	relay->at = letter->bytes->str;
	relay->left = letter->bytes->len;
	relay->recipient = relay->over = false;
	*relay->why = '\0';
	g_string_truncate(relay->line, 0);
	curl_easy_setopt(relay->curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(relay->curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(relay->curl, CURLOPT_INFILESIZE_LARGE,
	    (curl_off_t)letter->bytes->len);
	code = curl_easy_perform(relay->curl);
	curl_slist_free_all(recipients);
	*said = said_of(relay, code);
	return judge(relay, code);
}
