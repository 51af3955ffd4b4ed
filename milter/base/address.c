/* One rule for comparing mail addresses; see the header. */
#include "anteroom/address.h"

#include <string.h>

#define ADDRESS_BYTES 320 /* 64 local, @, 255 domain: RFC 5321 4.5.3.1 */

static char *valid_copy(const char *text, gsize length)
{
	if (g_utf8_validate(text, (gssize)length, NULL)) {
		return g_strndup(text, length);
	}
	return g_utf8_make_valid(text, (gssize)length);
}

char *address_fold(const char *address)
{
	const char *from = address, *to;
	char *folded;

	if (address == NULL) {
		return g_strdup("");
	}
	to = address + strlen(address);
	while (g_ascii_isspace(*from)) {
		from++;
	}
	while (to > from && g_ascii_isspace(to[-1])) {
		to--;
	}
	if (to - from >= 2 && *from == '<' && to[-1] == '>') {
		from++;
		to--;
	}
	folded = valid_copy(from, (gsize)(to - from));
	for (char *p = folded; *p != '\0'; p++) {
		*p = g_ascii_tolower(*p);
	}
	return folded;
}

char *address_fold_base(const char *address)
{
	char *folded = address_fold(address);
	char *at = strrchr(folded, '@');
	char *plus = strchr(folded, '+');

	if (at != NULL && plus != NULL && plus > folded && plus < at) {
		memmove(plus, at, strlen(at) + 1);
	}
	return folded;
}

static bool is_address_char(guchar c)
{
	return c > ' ' && c != 0x7f && strchr("<>()[]\\,;:\"", c) == NULL;
}

static bool domain_valid(const char *domain)
{
	gsize length = strlen(domain);

	if (length == 0 || length > 255 || domain[0] == '.' ||
	    domain[0] == '-' || domain[length - 1] == '.' ||
	    domain[length - 1] == '-') {
		return false;
	}
	return strstr(domain, "..") == NULL;
}

bool address_valid(const char *address)
{
	const char *at;

	if (address == NULL || strlen(address) > ADDRESS_BYTES ||
	    !g_utf8_validate(address, -1, NULL)) {
		return false;
	}
	for (const char *p = address; *p != '\0'; p++) {
		if (!is_address_char((guchar)*p)) {
			return false;
		}
	}
	at = strchr(address, '@');
	if (at == NULL || at == address || address[0] == '-' ||
	    strchr(at + 1, '@') != NULL) {
		return false;
	}
	return domain_valid(at + 1);
}

bool address_matches(const char *pattern, const char *address)
{
	g_autofree char *folded = address_fold(pattern);
	const char *at;

	if (!g_str_has_prefix(folded, "*@")) {
		return strcmp(folded, address) == 0;
	}
	at = strrchr(address, '@');
	return at != NULL && at > address && strcmp(folded + 1, at) == 0;
}
