/*
 * anteroom.conf: the tables of its sections, and those of them that are
 * settings of the whole: company, milter, control, store, rules, notify, web.
 */
#include "conf/internal.h"

#define IN_CONF(field) .offset = G_STRUCT_OFFSET(Conf, field)

static const char *const on_error_words[] = {"tempfail", "accept"};
static const char *const keep_text_words[] = {"none", "excerpt", "full"};
static const char *const relay_schemes[] = {"smtp", "smtps"};
static const char *const web_schemes[] = {"https", "http"};

#define CHOICES(words) (&(const Choices){words, G_N_ELEMENTS(words)})

static void into_conf(Loader *load, const Block *block)
{
	block_decode(load, block, load->conf);
}

static const Setting root_settings[] = {
    {.name = "company", .decode = as_text, IN_CONF(company)},
};

static const Kind root_kind = {.name = "root",
    .settings = root_settings,
    .n_settings = G_N_ELEMENTS(root_settings),
    .take = into_conf};

static const Setting milter_settings[] = {
    {.name = "socket", .decode = as_socket, IN_CONF(milter_socket)},
    {.name = "socket-mode", .decode = as_mode, IN_CONF(milter_socket_mode)},
    {.name = "on-error",
	.decode = as_choice,
	IN_CONF(on_error),
	.arg = CHOICES(on_error_words)},
    {.name = "authserv-id", .decode = as_text, IN_CONF(authserv_id)},
    {.name = "submission-daemons",
	.list = true,
	.decode = as_strings,
	IN_CONF(submission_daemons)},
    {.name = "trusted-networks",
	.list = true,
	.decode = as_networks,
	IN_CONF(trusted_networks)},
};

static const Kind milter_kind = {.name = "milter",
    .settings = milter_settings,
    .n_settings = G_N_ELEMENTS(milter_settings),
    .take = into_conf};

static const Setting control_settings[] = {
    {.name = "socket", .decode = as_unix_socket, IN_CONF(control_socket)},
    {.name = "assistants",
	.list = true,
	.decode = as_strings,
	IN_CONF(assistants)},
    {.name = "readers", .list = true, .decode = as_strings, IN_CONF(readers)},
};

static const Kind control_kind = {.name = "control",
    .settings = control_settings,
    .n_settings = G_N_ELEMENTS(control_settings),
    .take = into_conf};

static const Setting store_settings[] = {
    {.name = "path", .decode = as_path, IN_CONF(store_path)},
    {.name = "size", .decode = as_size, IN_CONF(store_bytes)},
    {.name = "keep-text",
	.decode = as_choice,
	IN_CONF(keep_text),
	.arg = CHOICES(keep_text_words)},
    {.name = "retention", .decode = as_duration, IN_CONF(retention_s)},
};

static const Kind store_kind = {.name = "store",
    .settings = store_settings,
    .n_settings = G_N_ELEMENTS(store_settings),
    .take = into_conf};

/* Read later by packs.c, so that a mistake here comes first. */
static void as_packs(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	Words *kept = conf_alloc(load->conf, sizeof(*kept));

	(void)setting;
	(void)file;
	(void)target;
	for (guint i = 0; i < words->n; i++) {
		list[i] = words->words[i].text;
	}
	*kept = *words;
	load->patterns = conf_keep_list(load->conf, list, words->n);
	load->pattern_words = kept;
}

static const Setting rules_settings[] = {
    {.name = "packs", .list = true, .decode = as_packs},
    {.name = "model", .decode = as_path, IN_CONF(model_path)},
};

static const Kind rules_kind = {.name = "rules",
    .settings = rules_settings,
    .n_settings = G_N_ELEMENTS(rules_settings),
    .take = into_conf};

static const Setting notify_settings[] = {
    {.name = "from", .decode = as_mailbox, IN_CONF(notify_from)},
    {.name = "relay",
	.decode = as_url,
	IN_CONF(notify_relay),
	.arg = CHOICES(relay_schemes)},
    {.name = "base-url",
	.decode = as_url,
	IN_CONF(notify_base_url),
	.arg = CHOICES(web_schemes)},
    {.name = "digest", .decode = as_clock, IN_CONF(digest_min)},
};

static const Kind notify_kind = {.name = "notify",
    .settings = notify_settings,
    .n_settings = G_N_ELEMENTS(notify_settings),
    .take = into_conf};

static const Setting web_settings[] = {
    {.name = "listen", .decode = as_listen, IN_CONF(web_listen)},
    {.name = "users", .decode = as_path, IN_CONF(web_users)},
    {.name = "system-user", .decode = as_text, IN_CONF(web_system_user)},
    {.name = "proxies",
	.list = true,
	.decode = as_networks,
	IN_CONF(web_proxies),
	.arg = "apart"},
    {.name = "user-header", .decode = as_text, IN_CONF(web_user_header)},
    {.name = "metrics-from",
	.list = true,
	.decode = as_networks,
	IN_CONF(web_metrics_from),
	.arg = "apart"},
    {.name = "idle", .decode = as_duration, IN_CONF(web_idle_s)},
    {.name = "session", .decode = as_duration, IN_CONF(web_session_s)},
};

static const Kind web_kind = {.name = "web",
    .settings = web_settings,
    .n_settings = G_N_ELEMENTS(web_settings),
    .take = into_conf};

static const Kind *const kinds[] = {&milter_kind, &control_kind, &store_kind,
    &rules_kind, &desk_kind, &calendar_kind, &team_kind, &route_kind,
    &policy_kind, &notify_kind, &webhook_kind, &web_kind};

const Grammar server_grammar = {&root_kind, kinds, G_N_ELEMENTS(kinds)};
