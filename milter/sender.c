/*
 * Facts about a sender. Whoever From names is only believed with a proof:
 * anybody can write an important name there.
 */
#include "sender.h"

#include <string.h>

/* Where anybody gets an address. A name before a dot stands for all below it
 * ("yahoo." for yahoo.de). */
static const char *const free_domains[] = {"aol.com", "free.fr", "freenet.de",
    "gmail.com", "gmx.", "googlemail.com", "hotmail.", "icloud.com",
    "laposte.net", "live.", "mac.com", "mail.com", "mail.ru", "me.com",
    "msn.com", "orange.fr", "outlook.", "proton.me", "protonmail.com", "qq.com",
    "sfr.fr", "t-online.de", "terra.es", "wanadoo.fr", "web.de", "yahoo.",
    "yandex.", "ymail.com", "zoho.com", "163.com"};

/* Behind which there is an office, or nobody. */
static const char *const roles[] = {"abuse", "accounts", "admin",
    "administrator", "billing", "contact", "do-not-reply", "donotreply",
    "hello", "help", "hostmaster", "hr", "info", "jobs", "kontakt", "mail",
    "mailer-daemon", "marketing", "media", "news", "newsletter", "no-reply",
    "noreply", "office", "postmaster", "press", "presse", "root", "sales",
    "service", "support", "team", "verkauf", "webmaster"};

static bool is_freemail(const char *domain)
{
	for (gsize i = 0; i < G_N_ELEMENTS(free_domains); i++) {
		gsize n = strlen(free_domains[i]);

		if (free_domains[i][n - 1] == '.'
			? g_str_has_prefix(domain, free_domains[i])
			: strcmp(domain, free_domains[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* LOCAL ends at an "@". */
static bool is_role(const char *local)
{
	gsize length = strcspn(local, "@+");

	for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
		if (strlen(roles[i]) == length &&
		    strncmp(roles[i], local, length) == 0) {
			return true;
		}
	}
	return false;
}

/* What stands in one text can be asked for together. */
static void add_writer(
    GPtrArray *facts, const WriterFacts *writer, bool freemail)
{
	g_ptr_array_add(
	    facts, g_strdup(writer->known ? "known" : "first contact"));
	if (freemail && !writer->known) {
		g_ptr_array_add(facts, g_strdup("first contact, freemail"));
	}
	if (writer->open) {
		g_ptr_array_add(facts, g_strdup("open case"));
	}
	if (writer->messages > 0) {
		g_ptr_array_add(facts,
		    g_strdup_printf("messages in 30 days: %u%s",
			writer->messages, writer->open ? ", open case" : ""));
	}
}

char **sender_facts(const Conf *conf, const Origin *origin,
    const Message *message, const WriterFacts *writer)
{
	g_autoptr(GPtrArray) facts = g_ptr_array_new();
	const char *from = message_from(message);
	const char *at = strrchr(from, '@');
	bool is_free = at != NULL && is_freemail(at + 1);
	bool believed = message_authenticated(message, conf->authserv_id) ||
			(!message->malformed && message->from->len == 1 &&
			    origin_proof(conf, origin) != NULL);

	g_ptr_array_add(facts,
	    g_strconcat(believed ? "authenticated: " : "unauthenticated: ",
		from, NULL));
	if (*from != '\0' && reply_counts_of(conf, from)) {
		g_ptr_array_add(facts,
		    g_strdup(believed ? "our own" : "claims to be our own"));
	}
	if (is_free) {
		g_ptr_array_add(facts, g_strdup("freemail"));
	}
	if (at != NULL && is_role(from)) {
		g_ptr_array_add(facts, g_strdup("role account"));
	}
	if (writer != NULL) {
		add_writer(facts, writer, is_free);
	}
	g_ptr_array_add(facts, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&facts), FALSE);
}
