/*
 * Writes JSON straight into a text, which a tree of objects first would make
 * ten times as dear, and most of what is written is rows of lists.
 */
#include "anteroom/json.h"

#include <math.h>
#include <string.h>

#include "anteroom/times.h"

/* Written as it comes. Invariant: `more` when a value stands before the place
 * where the next one goes, so that it needs a comma. */
struct Json {
	GString *out;
	bool more;
};

Json *json_new(void)
{
	Json *json = g_new0(Json, 1);

	json->out = g_string_new(NULL);
	return json;
}

void json_free(Json *json)
{
	if (json != NULL) {
		if (json->out != NULL) {
			g_string_free(json->out, TRUE);
		}
		g_free(json);
	}
}

static void append_odd(GString *out, guchar c)
{
	static const char named[] = "\bb\ff\nn\rr\tt";

	for (gsize i = 0; i + 1 < sizeof(named); i += 2) {
		if ((guchar)named[i] == c) {
			g_string_append_c(out, '\\');
			g_string_append_c(out, named[i + 1]);
			return;
		}
	}
	g_string_append_printf(out, "\\u%04x", c);
}

/* VALID is UTF-8. */
static void append_string(GString *out, const char *valid)
{
	const char *from = valid;

	g_string_append_c(out, '"');
	for (const char *at = valid; *at != '\0'; at++) {
		guchar c = (guchar)*at;

		if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) {
			continue;
		}
		g_string_append_len(out, from, at - from);
		from = at + 1;
		if (c == '"' || c == '\\') {
			g_string_append_c(out, '\\');
			g_string_append_c(out, (char)c);
		} else {
			append_odd(out, c);
		}
	}
	g_string_append(out, from);
	g_string_append_c(out, '"');
}

/* What stands before every value. */
static void begin_value(Json *json, const char *name)
{
	if (json->more) {
		g_string_append_c(json->out, ',');
	}
	if (name != NULL) {
		append_string(json->out, name);
		g_string_append_c(json->out, ':');
	}
	json->more = true;
}

static void begin_group(Json *json, const char *name, char bracket)
{
	begin_value(json, name);
	g_string_append_c(json->out, bracket);
	json->more = false;
}

static void end_group(Json *json, char bracket)
{
	g_string_append_c(json->out, bracket);
	json->more = true;
}

void json_begin_object(Json *json, const char *name)
{
	begin_group(json, name, '{');
}

void json_end_object(Json *json)
{
	end_group(json, '}');
}

void json_begin_array(Json *json, const char *name)
{
	begin_group(json, name, '[');
}

void json_end_array(Json *json)
{
	end_group(json, ']');
}

void json_string(Json *json, const char *name, const char *value)
{
	g_autofree char *valid = NULL;

	if (value == NULL) {
		json_null(json, name);
		return;
	}
	if (!g_utf8_validate(value, -1, NULL)) {
		valid = g_utf8_make_valid(value, -1);
	}
	begin_value(json, name);
	append_string(json->out, valid != NULL ? valid : value);
}

void json_int(Json *json, const char *name, gint64 value)
{
	char text[24];

	begin_value(json, name);
	g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT, value);
	g_string_append(json->out, text);
}

void json_double(Json *json, const char *name, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value)) {
		json_null(json, name);
		return;
	}
	begin_value(json, name);
	g_ascii_dtostr(text, sizeof(text), value);
	g_string_append(json->out, text);
	if (strpbrk(text, ".e") == NULL) {
		g_string_append(json->out, ".0");
	}
}

void json_bool(Json *json, const char *name, bool value)
{
	begin_value(json, name);
	g_string_append(json->out, value ? "true" : "false");
}

void json_null(Json *json, const char *name)
{
	begin_value(json, name);
	g_string_append(json->out, "null");
}

void json_time(Json *json, const char *name, gint64 at_s)
{
	g_autofree char *text = times_rfc3339(at_s);

	json_string(json, name, text);
}

void json_strings(Json *json, const char *name, const char *const *values)
{
	json_begin_array(json, name);
	for (; values != NULL && *values != NULL; values++) {
		json_string(json, NULL, *values);
	}
	json_end_array(json);
}

char *json_text(Json *json)
{
	return g_string_free(g_steal_pointer(&json->out), FALSE);
}
