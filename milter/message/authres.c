/*
 * Authentication-Results (RFC 8601): what our own mail server found out about
 * the sender. Anybody can write such a field, so only those count that stand
 * above the first Received, which others wrote, and name our server exactly;
 * and what passed must be the domain that people see in From.
 */
#include "message/internal.h"

#include <string.h>

#define TOKENS_MAX 256 /* of one field */

/* Skips white space and comments, which nest. */
static const char *skip_cfws(const char *p)
{
	guint depth = 0;
	for (; *p != '\0'; p++) {
		if (depth > 0 && *p == '\\' && p[1] != '\0') {
			p++;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && depth > 0) {
			depth--;
		} else if (depth == 0 && *p != ' ' && *p != '\t' &&
			   *p != '\r' && *p != '\n') {
			break;
		}
	}
	return p;
}

/* Reads a word, quoted or not, folded; *P moves behind it. Transfer full. */
static char *read_word(const char **p)
{
	GString *word = g_string_new(NULL);
	const char *at = skip_cfws(*p);
	if (*at == '"') {
		for (at++; *at != '\0' && *at != '"'; at++) {
			at += *at == '\\' && at[1] != '\0';
			g_string_append_c(word, ascii_lower(*at));
		}
		at += *at == '"';
	} else {
		for (; *at != '\0' && strchr(" \t\r\n();=\"", *at) == NULL;
		     at++) {
			g_string_append_c(word, ascii_lower(*at));
		}
	}
	*p = skip_cfws(at);
	return g_string_free(word, FALSE);
}

/* Is DOMAIN, of what passed, that of From, or one it is below? */
static bool is_aligned(const char *value, const char *from_domain)
{
	const char *at = strrchr(value, '@');
	const char *domain = at != NULL ? at + 1 : value;
	gsize n = strlen(domain), m = strlen(from_domain);
	if (strchr(domain, '.') == NULL || n > m) {
		return false;
	}
	return strcmp(from_domain + m - n, domain) == 0 &&
	       (n == m || from_domain[m - n - 1] == '.');
}

/* The properties that name who passed, by method. */
static bool names_sender(const char *method, const char *property)
{
	static const char *const pairs[][2] = {{"dkim", "header.d"},
	    {"dkim", "header.i"}, {"spf", "smtp.mailfrom"},
	    {"dmarc", "header.from"}};
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
		if (strcmp(pairs[i][0], method) == 0 &&
		    strcmp(pairs[i][1], property) == 0) {
			return true;
		}
	}
	return false;
}

/* One result up to ";" or the end: does it prove FROM_DOMAIN? */
static bool read_result(const char **p, const char *from_domain)
{
	g_autofree char *method = NULL;
	bool first = true, passed = false, named = false;
	for (guint i = 0; **p != '\0' && **p != ';' && i < TOKENS_MAX; i++) {
		const char *before = *p;
		g_autofree char *name = read_word(p);
		g_autofree char *value = NULL;
		if (**p == '=') {
			(*p)++;
			value = read_word(p);
		}
		if (*p == before) {
			(*p)++; /* what nobody expects here */
			continue;
		}
		if (first && value != NULL) {
			passed = strcmp(value, "pass") == 0;
			name[strcspn(name, "/")] = '\0'; /* its version */
			method = g_steal_pointer(&name);
			first = false;
		} else if (value != NULL && method != NULL) {
			named |= names_sender(method, name) &&
				 is_aligned(value, from_domain);
		}
	}
	return passed && named;
}

static bool is_by(const char *raw, const char *authserv_id)
{
	const char *p = raw;
	g_autofree char *id = read_word(&p);
	return g_ascii_strcasecmp(id, authserv_id) == 0;
}

static bool field_proves(
    const char *raw, const char *authserv_id, const char *from_domain)
{
	const char *p = raw;
	g_autofree char *id = read_word(&p);
	if (g_ascii_strcasecmp(id, authserv_id) != 0) {
		return false;
	}
	if (*p != ';' && *p != '\0') {
		g_autofree char *version = read_word(&p);
		if (strcmp(version, "1") != 0) {
			return false;
		}
	}
	for (guint i = 0; *p == ';' && i < TOKENS_MAX; i++) {
		p = skip_cfws(p + 1);
		if (read_result(&p, from_domain)) {
			return true;
		}
	}
	return false;
}

bool message_authenticated(const Message *message, const char *authserv_id)
{
	const char *at = strrchr(message_from(message), '@');
	if (*authserv_id == '\0' || at == NULL || message->malformed ||
	    message->from->len != 1) {
		return false;
	}
	for (guint i = 0; i < message->headers->len; i++) {
		const HeaderField *field = message->headers->pdata[i];
		if (g_ascii_strcasecmp(field->name, "Received") == 0) {
			return false;
		}
		if (g_ascii_strcasecmp(field->name, "Authentication-Results") !=
		    0) {
			continue;
		}
		if (!is_by(field->raw, authserv_id)) {
			/* Ours stands on top of what came with the message. */
			return false;
		}
		if (field_proves(field->raw, authserv_id, at + 1)) {
			return true;
		}
	}
	return false;
}
