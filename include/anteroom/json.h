/*
 * JSON (RFC 8259) in and out; the only place that knows a library for it.
 *
 * A Json is one value being written: calls nest like the text they make.
 * Strings from outside are repaired to valid UTF-8 here. Absent values are
 * written as null.
 * Invariant: between begin_object and its end, a name precedes every value.
 */
#ifndef ANTEROOM_JSON_H
#define ANTEROOM_JSON_H

#include <glib.h>
#include <stdbool.h>

typedef struct Json Json;
typedef struct JsonValue JsonValue;

Json *json_new(void);
void json_free(Json *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Json, json_free)

/* The structure. NAME may be NULL inside arrays and at the top. */
void json_begin_object(Json *json, const char *name);
void json_end_object(Json *json);
void json_begin_array(Json *json, const char *name);
void json_end_array(Json *json);

/* Members (NAME not NULL) or elements (NAME NULL). */
void json_string(Json *json, const char *name, const char *value);
void json_int(Json *json, const char *name, gint64 value);
void json_double(Json *json, const char *name, double value);
void json_bool(Json *json, const char *name, bool value);
void json_null(Json *json, const char *name);
/* RFC 3339 in UTC; 0 is null. */
void json_time(Json *json, const char *name, gint64 at_s);
/* A NULL-terminated list of strings; NULL is an empty list. */
void json_strings(Json *json, const char *name, const char *const *values);
/* A copy of a parsed value; NULL is null. */
void json_value(Json *json, const char *name, const JsonValue *value);

/* The text, one line without line feed. Transfer full; JSON can't be used
 * further but for json_free. */
char *json_text(Json *json);

/* Parses one value of LENGTH bytes. NULL with ERROR_USAGE when it isn't JSON or
 * nests deeper than 32. Transfer full. */
JsonValue *json_parse(const char *text, gsize length, GError **error);
void json_value_free(JsonValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonValue, json_value_free)

/* Members of objects. A missing member, null, or a value of another type gives
 * the fallback. What is returned lives as long as the root value. */
const char *json_get_string(const JsonValue *object, const char *name);
gint64 json_get_int(const JsonValue *object, const char *name, gint64 fallback);
double json_get_double(
    const JsonValue *object, const char *name, double fallback);
bool json_get_bool(const JsonValue *object, const char *name, bool fallback);
/* NULL when missing or null. */
const JsonValue *json_get(const JsonValue *object, const char *name);
/* Arrays: 0 and NULL for anything else. */
guint json_length(const JsonValue *array);
const JsonValue *json_at(const JsonValue *array, guint index);
/* The names of an object's members in their order; empty for anything else.
 * Transfer full. */
char **json_names(const JsonValue *object);
/* The value as a string; NULL when it isn't one. */
const char *json_as_string(const JsonValue *value);
/* The value as a number; the fallback when it isn't one. */
gint64 json_as_int(const JsonValue *value, gint64 fallback);

#endif
