/*
 * JSON: read by json-c, and this is the only file that knows it; written
 * straight into a text, which a tree of objects first would make ten times as
 * dear, and most of what is written is rows of lists.
 */
#include "anteroom/json.h"

/* The library's name for its truth values is one of ours. */
#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool
#include <math.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/times.h"

#define MAX_DEPTH 32

/* Written as it comes. Invariant: `more` when a value stands before the place
 * where the next one goes, so that it needs a comma. */
struct Json {
	GString *out;
	bool more;
};

/* A JsonValue is one of the library's objects. */
static json_object *object_of(const JsonValue *value)
{
	return (json_object *)(guintptr)value;
}

static bool is_a(const JsonValue *value, enum json_type type)
{
	return value != NULL && json_object_is_type(object_of(value), type);
}

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

void json_value(Json *json, const char *name, const JsonValue *value)
{
	if (value == NULL) {
		json_null(json, name);
		return;
	}
	begin_value(json, name);
	g_string_append(json->out,
	    json_object_to_json_string_ext(object_of(value),
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

char *json_text(Json *json)
{
	return g_string_free(g_steal_pointer(&json->out), FALSE);
}

/* Outside of strings: no letters but those of true, false, null, and e. */
static bool is_json(char c)
{
	return g_ascii_isdigit(c) || g_ascii_isspace(c) ||
	       (c != '\0' && strchr("{}[]:,+-.truefalsnE", c) != NULL);
}

/* The library reads more than JSON, and its values are freed by recursion: what
 * it gets is bounded before. NULL: fine. */
static const char *refuses(const char *text, gsize length)
{
	int depth = 0;
	bool in_string = false;

	for (gsize i = 0; i < length; i++) {
		if (in_string) {
			if (text[i] == '\\') {
				i++;
			} else if (text[i] == '"') {
				in_string = false;
			} else if ((guchar)text[i] < ' ') {
				return "a control character in a string";
			}
		} else if (text[i] == '"') {
			in_string = true;
		} else if (!is_json(text[i])) {
			return "a character outside of strings";
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > MAX_DEPTH) {
				return "nested too deep";
			}
		} else if ((text[i] == '}' || text[i] == ']') && --depth < 0) {
			return "a bracket too many";
		}
	}
	return NULL;
}

/* NULL and *WHY: it isn't JSON. */
static json_object *read_all(
    json_tokener *reader, const char *text, gsize length, const char **why)
{
	json_object *root = json_tokener_parse_ex(reader, text, (int)length);
	enum json_tokener_error code = json_tokener_get_error(reader);

	/* A number may go on, until the text's end is told. */
	if (code == json_tokener_continue) {
		root = json_tokener_parse_ex(reader, "", -1);
		code = json_tokener_get_error(reader);
	}
	if (code != json_tokener_success) {
		*why = json_tokener_error_desc(code);
	} else if (root == NULL) {
		*why = "null alone";
	}
	return root;
}

JsonValue *json_parse(const char *text, gsize length, GError **error)
{
	json_tokener *reader;
	json_object *root;
	const char *why;

	if (length > G_MAXINT || memchr(text, '\0', length) != NULL ||
	    !g_utf8_validate(text, (gssize)length, NULL)) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: not UTF-8");
		return NULL;
	}
	why = refuses(text, length);
	if (why != NULL) {
		g_set_error(
		    error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: %s", why);
		return NULL;
	}
	reader = json_tokener_new_ex(MAX_DEPTH + 2);
	if (reader == NULL) {
		g_error("no memory for JSON");
	}
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT);
	root = read_all(reader, text, length, &why);
	json_tokener_free(reader);
	if (root == NULL) {
		g_set_error(
		    error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: %s", why);
	}
	return (JsonValue *)root;
}

void json_value_free(JsonValue *value)
{
	json_object_put(object_of(value));
}

const JsonValue *json_get(const JsonValue *object, const char *name)
{
	json_object *member = NULL;

	if (is_a(object, json_type_object)) {
		json_object_object_get_ex(object_of(object), name, &member);
	}
	return (const JsonValue *)member;
}

const char *json_as_string(const JsonValue *value)
{
	return is_a(value, json_type_string)
		   ? json_object_get_string(object_of(value))
		   : NULL;
}

gint64 json_as_int(const JsonValue *value, gint64 fallback)
{
	return is_a(value, json_type_int)
		   ? json_object_get_int64(object_of(value))
		   : fallback;
}

const char *json_get_string(const JsonValue *object, const char *name)
{
	return json_as_string(json_get(object, name));
}

gint64 json_get_int(const JsonValue *object, const char *name, gint64 fallback)
{
	return json_as_int(json_get(object, name), fallback);
}

double json_get_double(
    const JsonValue *object, const char *name, double fallback)
{
	const JsonValue *member = json_get(object, name);
	double value = fallback;

	if (is_a(member, json_type_double) || is_a(member, json_type_int)) {
		value = json_object_get_double(object_of(member));
	}
	return isfinite(value) ? value : fallback; /* 1e999 */
}

bool json_get_bool(const JsonValue *object, const char *name, bool fallback)
{
	const JsonValue *member = json_get(object, name);

	return is_a(member, json_type_boolean)
		   ? json_object_get_boolean(object_of(member))
		   : fallback;
}

char **json_names(const JsonValue *object)
{
	GPtrArray *names = g_ptr_array_new();

	if (is_a(object, json_type_object)) {
		json_object_object_foreach(object_of(object), name, member)
		{
			(void)member;
			g_ptr_array_add(names, g_strdup(name));
		}
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

guint json_length(const JsonValue *array)
{
	return is_a(array, json_type_array)
		   ? (guint)json_object_array_length(object_of(array))
		   : 0;
}

const JsonValue *json_at(const JsonValue *array, guint index)
{
	return index < json_length(array)
		   ? (const JsonValue *)json_object_array_get_idx(
			 object_of(array), index)
		   : NULL;
}
