/*
 * Reads JSON (RFC 8259) by recursive descent: strictly, in one pass over a copy
 * of the text in which strings are decoded in place. A library's tree of
 * objects costs ten times as much, and pages read hundreds of rows each.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "anteroom/error.h"
#include "anteroom/json.h"

#define MAX_DEPTH 32

typedef enum {
	KIND_NULL,
	KIND_BOOL,
	KIND_INT,
	KIND_DOUBLE,
	KIND_STRING,
	KIND_ARRAY,
	KIND_OBJECT
} Kind;

/* Strings are in the text of the root. */
struct JsonValue {
	Kind kind;
	guint n;          /* elements or members */
	const char *name; /* of a member */
	union {
		gint64 number; /* a bool too */
		double real;
		const char *text;
		JsonValue *children;
	} as;
};

typedef struct {
	JsonValue value; /* the first, so that both have one address */
	char *text;
} Root;

/* `at` is before the text's NUL, or on it: no token goes past one. */
typedef struct {
	char *at;
	guint depth;
	GArray *stack; /* of JsonValue: children whose parent isn't closed */
	const char *why;
} Reader;

static bool fail(Reader *reader, const char *why)
{
	reader->why = why;
	return false;
}

static void skip_space(Reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\n' ||
	       *reader->at == '\t' || *reader->at == '\r') {
		reader->at++;
	}
}

/* ---- strings ---- */

/* Four hexadecimal digits; -1: they aren't. */
static gint32 hex4(const char *at)
{
	gint32 sum = 0;

	for (int i = 0; i < 4; i++) {
		int digit = g_ascii_xdigit_value(at[i]);

		if (digit < 0) {
			return -1;
		}
		sum = sum * 16 + digit;
	}
	return sum;
}

/* "\uXXXX", or two of them for one letter. Half of such a pair is none. For
 * whoever reads it a string ends at its first "\u0000". */
static bool read_unicode(Reader *reader, char **to)
{
	gint32 c = hex4(reader->at + 2);

	if (c < 0) {
		return fail(reader, "a wrong \\u in a string");
	}
	reader->at += 6;
	if (c >= 0xd800 && c < 0xe000) {
		gint32 low = c < 0xdc00 && strncmp(reader->at, "\\u", 2) == 0
				 ? hex4(reader->at + 2)
				 : -1;

		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			reader->at += 6;
		} else {
			c = 0xfffd;
		}
	}
	*to += g_unichar_to_utf8((gunichar)c, *to);
	return true;
}

static bool read_escape(Reader *reader, char **to)
{
	static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";

	if (reader->at[1] == 'u') {
		return read_unicode(reader, to);
	}
	for (gsize i = 0; i + 1 < sizeof(named); i += 2) {
		if (named[i] == reader->at[1]) {
			*(*to)++ = named[i + 1];
			reader->at += 2;
			return true;
		}
	}
	return fail(reader, "a wrong \\ in a string");
}

/* Never longer decoded than it was written. */
static bool read_string(Reader *reader, const char **text)
{
	char *to;

	if (*reader->at != '"') {
		return fail(reader, "a string expected");
	}
	*text = to = ++reader->at;
	while (*reader->at != '"') {
		if ((guchar)*reader->at < ' ') {
			return fail(reader, "a string that doesn't end");
		}
		if (*reader->at != '\\') {
			*to++ = *reader->at++;
		} else if (!read_escape(reader, &to)) {
			return false;
		}
	}
	reader->at++;
	*to = '\0';
	return true;
}

/* ---- the other values ---- */

static void skip_digits(Reader *reader)
{
	while (g_ascii_isdigit(*reader->at)) {
		reader->at++;
	}
}

/* The part of a number after SIGNS, if it is there. */
static bool read_part(Reader *reader, const char *signs, bool *there)
{
	if (*reader->at == '\0' || strchr(signs, *reader->at) == NULL) {
		return true;
	}
	*there = true;
	reader->at++;
	if (*signs == 'e' && (*reader->at == '+' || *reader->at == '-')) {
		reader->at++;
	}
	if (!g_ascii_isdigit(*reader->at)) {
		return fail(reader, "a wrong number");
	}
	skip_digits(reader);
	return true;
}

static bool read_number(Reader *reader, JsonValue *value)
{
	const char *from = reader->at;
	const char *digits = from + (*from == '-');
	bool broken = false;

	reader->at += digits - from;
	skip_digits(reader);
	if (reader->at == digits ||
	    (*digits == '0' && reader->at > digits + 1)) {
		return fail(reader, "a wrong value");
	}
	if (!read_part(reader, ".", &broken) ||
	    !read_part(reader, "eE", &broken)) {
		return false;
	}
	errno = 0;
	value->kind = KIND_INT;
	value->as.number = g_ascii_strtoll(from, NULL, 10);
	if (!broken && errno != ERANGE) {
		return true;
	}
	value->kind = KIND_DOUBLE;
	value->as.real = g_ascii_strtod(from, NULL);
	return isfinite(value->as.real) || fail(reader, "too large a number");
}

static bool read_literal(Reader *reader, JsonValue *value)
{
	static const struct {
		const char *text;
		Kind kind;
		bool truth;
	} all[] = {{"null", KIND_NULL, false}, {"true", KIND_BOOL, true},
	    {"false", KIND_BOOL, false}};

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		if (g_str_has_prefix(reader->at, all[i].text)) {
			reader->at += strlen(all[i].text);
			value->kind = all[i].kind;
			value->as.number = all[i].truth;
			return true;
		}
	}
	return read_number(reader, value);
}

/* ---- arrays and objects ---- */

static bool read_value(Reader *reader, JsonValue *value);

static bool read_name(Reader *reader, JsonValue *member)
{
	if (!read_string(reader, &member->name)) {
		return false;
	}
	skip_space(reader);
	if (*reader->at != ':') {
		return fail(reader, "a colon expected");
	}
	reader->at++;
	return true;
}

/* Up to CLOSE, onto the stack. */
static bool read_children(Reader *reader, bool named, char close)
{
	reader->at++;
	skip_space(reader);
	if (*reader->at == close) {
		reader->at++;
		return true;
	}
	for (;;) {
		JsonValue child = {0};

		skip_space(reader);
		if ((named && !read_name(reader, &child)) ||
		    !read_value(reader, &child)) {
			return false;
		}
		g_array_append_val(reader->stack, child);
		skip_space(reader);
		if (*reader->at == close) {
			reader->at++;
			return true;
		}
		if (*reader->at != ',') {
			return fail(reader, "a comma expected");
		}
		reader->at++;
	}
}

static bool read_group(Reader *reader, JsonValue *value, bool named)
{
	guint begin = reader->stack->len;

	if (++reader->depth > MAX_DEPTH) {
		return fail(reader, "nested too deep");
	}
	if (!read_children(reader, named, named ? '}' : ']')) {
		return false;
	}
	reader->depth--;
	value->kind = named ? KIND_OBJECT : KIND_ARRAY;
	value->n = reader->stack->len - begin;
	value->as.children =
	    g_memdup2(&g_array_index(reader->stack, JsonValue, begin),
		value->n * sizeof(JsonValue));
	g_array_set_size(reader->stack, begin);
	return true;
}

static bool read_value(Reader *reader, JsonValue *value)
{
	skip_space(reader);
	switch (*reader->at) {
	case '{':
		return read_group(reader, value, true);
	case '[':
		return read_group(reader, value, false);
	case '"':
		value->kind = KIND_STRING;
		return read_string(reader, &value->as.text);
	default:
		return read_literal(reader, value);
	}
}

/* ---- the whole ---- */

static void clear(JsonValue *value)
{
	if (value->kind == KIND_ARRAY || value->kind == KIND_OBJECT) {
		for (guint i = 0; i < value->n; i++) {
			clear(&value->as.children[i]);
		}
		g_free(value->as.children);
	}
}

static bool read_root(Reader *reader, Root *root)
{
	bool good = read_value(reader, &root->value);

	skip_space(reader);
	if (good && *reader->at != '\0') {
		good = fail(reader, "something after the end");
	}
	for (guint i = 0; i < reader->stack->len; i++) {
		clear(&g_array_index(reader->stack, JsonValue, i));
	}
	return good;
}

JsonValue *json_parse(const char *text, gsize length, GError **error)
{
	g_autoptr(GArray) stack = NULL;
	Reader reader = {0};
	Root *root;

	if (memchr(text, '\0', length) != NULL ||
	    !g_utf8_validate(text, (gssize)length, NULL)) {
		g_set_error_literal(
		    error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: not UTF-8");
		return NULL;
	}
	stack = g_array_sized_new(FALSE, FALSE, sizeof(JsonValue), 64);
	root = g_new0(Root, 1);
	root->text = g_strndup(text, length);
	reader.at = root->text;
	reader.stack = stack;
	if (!read_root(&reader, root)) {
		g_set_error(
		    error, ANTEROOM_ERROR, ERROR_USAGE, "JSON: %s", reader.why);
		json_value_free(&root->value);
		return NULL;
	}
	return &root->value;
}

void json_value_free(JsonValue *value)
{
	Root *root = (Root *)value;

	if (root != NULL) {
		clear(&root->value);
		g_free(root->text);
		g_free(root);
	}
}

/* ---- looking ---- */

static bool is(const JsonValue *value, Kind kind)
{
	return value != NULL && value->kind == kind;
}

const JsonValue *json_get(const JsonValue *object, const char *name)
{
	/* Of two with one name the last counts. */
	for (guint i = is(object, KIND_OBJECT) ? object->n : 0; i > 0; i--) {
		const JsonValue *member = &object->as.children[i - 1];

		if (strcmp(member->name, name) == 0) {
			return member->kind != KIND_NULL ? member : NULL;
		}
	}
	return NULL;
}

const char *json_as_string(const JsonValue *value)
{
	return is(value, KIND_STRING) ? value->as.text : NULL;
}

gint64 json_as_int(const JsonValue *value, gint64 fallback)
{
	return is(value, KIND_INT) ? value->as.number : fallback;
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

	if (is(member, KIND_INT)) {
		return (double)member->as.number;
	}
	return is(member, KIND_DOUBLE) ? member->as.real : fallback;
}

bool json_get_bool(const JsonValue *object, const char *name, bool fallback)
{
	const JsonValue *member = json_get(object, name);

	return is(member, KIND_BOOL) ? member->as.number != 0 : fallback;
}

char **json_names(const JsonValue *object)
{
	guint n = is(object, KIND_OBJECT) ? object->n : 0;
	char **names = g_new0(char *, n + 1);

	for (guint i = 0; i < n; i++) {
		names[i] = g_strdup(object->as.children[i].name);
	}
	return names;
}

guint json_length(const JsonValue *array)
{
	return is(array, KIND_ARRAY) ? array->n : 0;
}

const JsonValue *json_at(const JsonValue *array, guint index)
{
	return index < json_length(array) ? &array->as.children[index] : NULL;
}

/* ---- a copy ---- */

void json_value(Json *json, const char *name, const JsonValue *value)
{
	switch (value != NULL ? value->kind : KIND_NULL) {
	case KIND_BOOL:
		json_bool(json, name, value->as.number != 0);
		return;
	case KIND_INT:
		json_int(json, name, value->as.number);
		return;
	case KIND_DOUBLE:
		json_double(json, name, value->as.real);
		return;
	case KIND_STRING:
		json_string(json, name, value->as.text);
		return;
	case KIND_ARRAY:
	case KIND_OBJECT:
		break;
	default:
		json_null(json, name);
		return;
	}
	(value->kind == KIND_ARRAY ? json_begin_array : json_begin_object)(
	    json, name);
	for (guint i = 0; i < value->n; i++) {
		json_value(
		    json, value->as.children[i].name, &value->as.children[i]);
	}
	(value->kind == KIND_ARRAY ? json_end_array : json_end_object)(json);
}
