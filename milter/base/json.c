/*
 * JSON: read by json-glib, and this is the only file that knows it; written
 * straight into a text, which a tree of objects first would make ten times as
 * dear, and most of what is written is rows of lists.
 */
#include "anteroom/json.h"

#include <json-glib/json-glib.h>
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

/* A JsonValue is a JsonNode; the root's owner frees it as one. */
static JsonNode *node_of(const JsonValue *value)
{
	return (JsonNode *)(guintptr)value;
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
	g_autofree char *text = NULL;

	if (value == NULL) {
		json_null(json, name);
		return;
	}
	text = json_to_string(node_of(value), FALSE);
	begin_value(json, name);
	g_string_append(json->out, text);
}

char *json_text(Json *json)
{
	return g_string_free(g_steal_pointer(&json->out), FALSE);
}

static bool is_json(char c)
{
	return g_ascii_isalnum(c) || g_ascii_isspace(c) ||
	       strchr("{}[]:,+-.", c) != NULL;
}

/* The library's parser recurses, on the stack of whoever asks: depth is bounded
 * before it starts. It also reads more than JSON, comments and other quotes, in
 * which brackets could hide. NULL: fine. */
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

JsonValue *json_parse(const char *text, gsize length, GError **error)
{
	g_autoptr(JsonParser) parser = NULL;
	g_autoptr(GError) inner = NULL;
	const char *why;

	if (memchr(text, '\0', length) != NULL ||
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
	parser = json_parser_new_immutable();
	if (!json_parser_load_from_data(parser, text, (gssize)length, &inner) ||
	    json_parser_get_root(parser) == NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: %s",
		    inner != NULL ? inner->message : "empty");
		return NULL;
	}
	return (JsonValue *)json_parser_steal_root(parser);
}

void json_value_free(JsonValue *value)
{
	if (value != NULL) {
		json_node_unref(node_of(value));
	}
}

const JsonValue *json_get(const JsonValue *object, const char *name)
{
	JsonNode *member;

	if (object == NULL || !JSON_NODE_HOLDS_OBJECT(node_of(object))) {
		return NULL;
	}
	member =
	    json_object_get_member(json_node_get_object(node_of(object)), name);
	if (member == NULL || JSON_NODE_HOLDS_NULL(member)) {
		return NULL;
	}
	return (const JsonValue *)member;
}

static JsonNode *get_of_type(
    const JsonValue *object, const char *name, GType type)
{
	JsonNode *member = node_of(json_get(object, name));

	if (member == NULL || !JSON_NODE_HOLDS_VALUE(member) ||
	    json_node_get_value_type(member) != type) {
		return NULL;
	}
	return member;
}

const char *json_get_string(const JsonValue *object, const char *name)
{
	JsonNode *member = get_of_type(object, name, G_TYPE_STRING);

	return member != NULL ? json_node_get_string(member) : NULL;
}

gint64 json_get_int(const JsonValue *object, const char *name, gint64 fallback)
{
	JsonNode *member = get_of_type(object, name, G_TYPE_INT64);

	return member != NULL ? json_node_get_int(member) : fallback;
}

double json_get_double(
    const JsonValue *object, const char *name, double fallback)
{
	JsonNode *member = get_of_type(object, name, G_TYPE_DOUBLE);

	if (member == NULL) {
		member = get_of_type(object, name, G_TYPE_INT64);
	}
	return member != NULL ? json_node_get_double(member) : fallback;
}

bool json_get_bool(const JsonValue *object, const char *name, bool fallback)
{
	JsonNode *member = get_of_type(object, name, G_TYPE_BOOLEAN);

	return member != NULL ? json_node_get_boolean(member) : fallback;
}

char **json_names(const JsonValue *object)
{
	GPtrArray *names = g_ptr_array_new();
	g_autoptr(GList) list = NULL;

	if (object != NULL && JSON_NODE_HOLDS_OBJECT(node_of(object))) {
		list = json_object_get_members(
		    json_node_get_object(node_of(object)));
	}
	for (GList *item = list; item != NULL; item = item->next) {
		g_ptr_array_add(names, g_strdup(item->data));
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

guint json_length(const JsonValue *array)
{
	if (array == NULL || !JSON_NODE_HOLDS_ARRAY(node_of(array))) {
		return 0;
	}
	return json_array_get_length(json_node_get_array(node_of(array)));
}

const JsonValue *json_at(const JsonValue *array, guint index)
{
	if (index >= json_length(array)) {
		return NULL;
	}
	return (const JsonValue *)json_array_get_element(
	    json_node_get_array(node_of(array)), index);
}

const char *json_as_string(const JsonValue *value)
{
	if (value == NULL || !JSON_NODE_HOLDS_VALUE(node_of(value)) ||
	    json_node_get_value_type(node_of(value)) != G_TYPE_STRING) {
		return NULL;
	}
	return json_node_get_string(node_of(value));
}

gint64 json_as_int(const JsonValue *value, gint64 fallback)
{
	if (value == NULL || !JSON_NODE_HOLDS_VALUE(node_of(value)) ||
	    json_node_get_value_type(node_of(value)) != G_TYPE_INT64) {
		return fallback;
	}
	return json_node_get_int(node_of(value));
}
