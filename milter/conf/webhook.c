/* Webhooks: where events of cases are posted to, and which. */
#include <string.h>

#include "conf/internal.h"

#define CHOICES(words) (&(const Choices){words, G_N_ELEMENTS(words)})
#define IN_HOOK(field) .offset = G_STRUCT_OFFSET(Webhook, field)
#define MAX_WEBHOOKS 16 /* each event of a case asks all of them */

static const RefKind ref_team = REF_TEAM;

/* Names of events on a case's timeline, as the store writes them. */
static const char *const event_words[] = {"received", "joined", "reply",
    "acknowledged", "answered", "promised", "route", "topic", "urgency",
    "warning", "breach", "escalation", "undelivered", "pause", "resume",
    "close", "reopen", "merge"};

static const char *const format_words[] = {
    [WEBHOOK_JSON] = "json",
    [WEBHOOK_SLACK] = "slack",
    [WEBHOOK_TEAMS] = "teams",
};

static void as_events(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Webhook *hook = target;
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		const char *word = words->words[i].text;
		g_autofree char *near = NULL;
		guint k = 0;

		while (k < G_N_ELEMENTS(event_words) &&
		       strcmp(word, event_words[k]) != 0) {
			k++;
		}
		if (k < G_N_ELEMENTS(event_words)) {
			list[n++] = event_words[k];
			continue;
		}
		near =
		    load_nearest(word, event_words, G_N_ELEMENTS(event_words));
		load_error(load, word_place(file, words, i),
		    "%s: \"%s\" is no event that can be posted%s",
		    setting->name, word, near);
	}
	hook->events = conf_keep_list(load->conf, list, n);
}

static bool is_this_machine(const char *host)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	return g_ascii_strcasecmp(host, "localhost") == 0 ||
	       (address != NULL && g_inet_address_get_is_loopback(address));
}

/* What is posted and the key to whom it is posted stay between the two: TLS,
 * but for this machine. */
static void as_hook_url(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	const char *text = words->words[0].text;
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
	const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";

	if (host == NULL || *host == '\0' || g_uri_get_userinfo(uri) != NULL ||
	    (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)) {
		load_error(load, word_place(file, words, 0),
		    "%s: not like https://HOST/PATH, without name and password",
		    setting->name);
	} else if (strcmp(scheme, "http") == 0 && !is_this_machine(host)) {
		load_error(load, word_place(file, words, 0),
		    "%s: must begin with https://; http:// is for this machine "
		    "alone",
		    setting->name);
	} else {
		((Webhook *)target)->url = text;
	}
}

static const Setting webhook_settings[] = {
    {.name = "url", .decode = as_hook_url},
    {.name = "secret-file", .decode = as_path, IN_HOOK(secret_file)},
    {.name = "events", .list = true, .decode = as_events},
    {.name = "teams",
	.list = true,
	.decode = as_refs,
	IN_HOOK(teams),
	.arg = &ref_team},
    {.name = "format",
	.decode = as_choice,
	IN_HOOK(format),
	.arg = CHOICES(format_words)},
    {.name = "ca-file", .decode = as_path, IN_HOOK(ca_file)},
};

static void check_complete(
    Loader *load, const Block *block, const Webhook *hook)
{
	if (*hook->url == '\0') {
		load_error(load, block->place, "webhook \"%s\" has no url",
		    hook->name);
	}
	if (hook->events[0] == NULL) {
		load_error(load, block_place(block, "events"),
		    "webhook \"%s\" has no events", hook->name);
	}
	if (hook->format == WEBHOOK_JSON && *hook->secret_file == '\0') {
		load_error(load, block_place(block, "format"),
		    "webhook \"%s\" has no secret-file: its receiver couldn't "
		    "tell who posts",
		    hook->name);
	}
}

static void webhook_take(Loader *load, const Block *block)
{
	Webhook *hook = conf_alloc(load->conf, sizeof(*hook));
	guint before = load->said;

	hook->name = block->title;
	hook->place = block->place;
	hook->url = hook->secret_file = hook->ca_file = "";
	hook->events = hook->teams = conf_keep_list(load->conf, NULL, 0);
	block_decode(load, block, hook);
	if (block_title_ok(load, block, true) && load->said == before) {
		check_complete(load, block, hook);
	}
	if (load->conf->webhooks->len == MAX_WEBHOOKS) {
		load_error(
		    load, block->place, "more than %d webhooks", MAX_WEBHOOKS);
		return;
	}
	block_enter(load, block, load->conf->index->webhooks,
	    load->conf->webhooks, hook);
}

const Kind webhook_kind = {.name = "webhook",
    .titled = true,
    .settings = webhook_settings,
    .n_settings = G_N_ELEMENTS(webhook_settings),
    .place_at = G_STRUCT_OFFSET(Webhook, place),
    .take = webhook_take};
