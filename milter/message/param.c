/*
 * Media types and their parameters (RFC 2045 section 5.1), with the pieces and
 * charsets of RFC 2231 and the encoded words that it forbids and everybody
 * sends. One pass a question over a bounded value; no table of parameters is
 * made, so that a flood of them costs nothing.
 */
#include "message/internal.h"

#include <string.h>

#define PARAM_BYTES (64 * 1024) /* looked at of one field */
#define PARAM_PIECES 64

/* One name=value as it stands, quotes taken off. */
typedef struct {
	const char *name;
	gsize name_n;
	GString *value;
} Param;

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Skips white space and comments. */
static const char *skip_space(const char *p, const char *end)
{
	guint depth = 0;
	for (; p < end; p++) {
		if (depth > 0 && *p == '\\' && p + 1 < end) {
			p++;
		} else if (*p == '(') {
			depth++;
		} else if (depth > 0 && *p == ')') {
			depth--;
		} else if (depth == 0 && !is_space(*p)) {
			break;
		}
	}
	return p;
}

static const char *read_quoted(const char *p, const char *end, GString *value)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end) {
			p++;
		}
		g_string_append_c(value, *p);
	}
	return p < end ? p + 1 : p;
}

/* The next parameter behind a ";" at or after P; NULL at the end. */
static const char *param_next(const char *p, const char *end, Param *param)
{
	while (p < end && *p != ';') {
		p++;
	}
	while (p < end && (*p == ';' || is_space(*p))) {
		p++;
	}
	p = skip_space(p, end);
	if (p == end) {
		return NULL;
	}
	param->name = p;
	while (p < end && *p != '=' && *p != ';' && !is_space(*p)) {
		p++;
	}
	param->name_n = (gsize)(p - param->name);
	g_string_truncate(param->value, 0);
	p = skip_space(p, end);
	if (p == end || *p != '=') {
		return p;
	}
	p = skip_space(p + 1, end);
	if (p < end && *p == '"') {
		return read_quoted(p, end, param->value);
	}
	/* Names with spaces come without quotes from some. */
	const char *start = p;
	while (p < end && *p != ';') {
		p++;
	}
	const char *stop = p;
	while (stop > start && is_space(stop[-1])) {
		stop--;
	}
	g_string_append_len(param->value, start, stop - start);
	return p;
}

/* What is found of one parameter while walking. */
typedef struct {
	const char *name;
	GString *plain;                /* name=; NULL */
	GString *pieces[PARAM_PIECES]; /* name*0=, or name*= at 0 */
	bool percent[PARAM_PIECES];    /* written name*N*= */
} Search;

static void search_clear(Search *search)
{
	if (search->plain) {
		g_string_free(search->plain, TRUE);
	}
	for (guint i = 0; i < PARAM_PIECES; i++) {
		if (search->pieces[i]) {
			g_string_free(search->pieces[i], TRUE);
		}
	}
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

/* Is it "name", "name*", "name*7", "name*7*"? Keeps it then. */
static void search_offer(Search *search, const Param *param)
{
	gsize n = strlen(search->name);
	if (param->name_n < n ||
	    g_ascii_strncasecmp(param->name, search->name, n) != 0) {
		return;
	}
	const char *p = param->name + n, *end = param->name + param->name_n;
	if (p == end) {
		if (search->plain == NULL) {
			search->plain = g_string_new_len(
			    param->value->str, (gssize)param->value->len);
		}
		return;
	}
	if (*p++ != '*') {
		return;
	}
	guint number = 0;
	bool digits = false;
	for (; p < end && g_ascii_isdigit(*p) && number < PARAM_PIECES; p++) {
		number = number * 10 + (guint)(*p - '0');
		digits = true;
	}
	bool percent = !digits || (p < end && *p == '*');
	if (number >= PARAM_PIECES || search->pieces[number] != NULL) {
		return;
	}
	search->percent[number] = percent;
	search->pieces[number] =
	    g_string_new_len(param->value->str, (gssize)param->value->len);
}

static void append_percent(const char *p, gsize length, GString *out)
{
	const char *end = p + length;
	for (; p < end; p++) {
		if (*p == '%' && end - p > 2 &&
		    g_ascii_xdigit_value(p[1]) >= 0 &&
		    g_ascii_xdigit_value(p[2]) >= 0) {
			g_string_append_c(
			    out, (char)(g_ascii_xdigit_value(p[1]) << 4 |
					g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(out, *p);
		}
	}
}

/* Joins the pieces from 0 on: "charset'language'text" in the first. */
static void search_join(const Search *search, GString *bytes, char **charset)
{
	for (guint i = 0; i < PARAM_PIECES && search->pieces[i]; i++) {
		const char *p = search->pieces[i]->str;
		gsize n = search->pieces[i]->len;
		if (!search->percent[i]) {
			g_string_append_len(bytes, p, (gssize)n);
			continue;
		}
		const char *tick = i == 0 ? memchr(p, '\'', n) : NULL;
		const char *tock =
		    tick ? memchr(tick + 1, '\'', n - (gsize)(tick + 1 - p))
			 : NULL;
		if (tock != NULL) {
			*charset = g_strndup(p, (gsize)(tick - p));
			n -= (gsize)(tock + 1 - p);
			p = tock + 1;
		}
		append_percent(p, n, bytes);
	}
}

/* The bytes of NAME, NULL when absent; *PIECES: by RFC 2231, with *CHARSET. */
static GString *param_find(
    const char *raw, const char *name, bool *pieces, char **charset)
{
	*pieces = false;
	if (raw == NULL) {
		return NULL;
	}
	const char *end = raw + strnlen(raw, PARAM_BYTES);
	g_autoptr(GString) value = g_string_new(NULL);
	g_auto(Search) search = {.name = name};
	Param param = {NULL, 0, value};
	for (const char *p = raw; p;) {
		p = param_next(p, end, &param);
		if (p != NULL) {
			search_offer(&search, &param);
		}
	}
	if (search.pieces[0] == NULL) {
		return g_steal_pointer(&search.plain);
	}
	*pieces = true;
	GString *bytes = g_string_new(NULL);
	search_join(&search, bytes, charset);
	return bytes;
}

char *param_get(const char *raw, const char *name)
{
	bool pieces;
	g_autofree char *charset = NULL;
	g_autoptr(GString) bytes = param_find(raw, name, &pieces, &charset);
	if (bytes == NULL) {
		return NULL;
	}
	if (!pieces) {
		return word_decode(bytes->str, bytes->len);
	}
	GString *out = g_string_new(NULL);
	charset_decode(charset, bytes->str, bytes->len, out, NULL);
	clean_line(out);
	return g_string_free(out, FALSE);
}

char *param_get_bytes(const char *raw, const char *name)
{
	bool pieces;
	g_autofree char *charset = NULL;
	GString *bytes = param_find(raw, name, &pieces, &charset);
	return bytes ? g_string_free(bytes, FALSE) : NULL;
}

char *param_media(const char *raw)
{
	if (raw == NULL) {
		return NULL;
	}
	const char *end = raw + strnlen(raw, PARAM_BYTES);
	const char *p = skip_space(raw, end);
	GString *media = g_string_new(NULL);
	guint slashes = 0;
	for (; p < end && *p != ';' && *p != '(' && media->len < 128; p++) {
		if (is_space(*p) || *p == '"') {
			continue;
		}
		if ((guchar)*p >= 0x7f || *p == ',') {
			break;
		}
		slashes += *p == '/';
		g_string_append_c(media, ascii_lower(*p));
	}
	if (slashes != 1 || media->str[0] == '/' ||
	    media->str[media->len - 1] == '/') {
		g_string_free(media, TRUE);
		return NULL;
	}
	return g_string_free(media, FALSE);
}
