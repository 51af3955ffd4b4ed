/*
 * Names and values out of queries, forms, JSON objects and cookies. Small and
 * bounded by whoever read the bytes; the number of fields is bounded here.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "web/web.h"

typedef struct {
	char *name, *value;
} Field;

struct Fields {
	GArray *list; /* of Field */
};

static void clear_field(gpointer data)
{
	Field *field = data;

	g_free(field->name);
	g_free(field->value);
}

Fields *fields_new(void)
{
	Fields *fields = g_new0(Fields, 1);

	fields->list = g_array_new(FALSE, FALSE, sizeof(Field));
	g_array_set_clear_func(fields->list, clear_field);
	return fields;
}

void fields_free(Fields *fields)
{
	if (fields != NULL) {
		g_array_unref(fields->list);
		g_free(fields);
	}
}

guint fields_count(const Fields *fields)
{
	return fields->list->len;
}

const char *fields_name_at(const Fields *fields, guint i)
{
	return g_array_index(fields->list, Field, i).name;
}

const char *fields_value_at(const Fields *fields, guint i)
{
	return g_array_index(fields->list, Field, i).value;
}

const char *fields_get(const Fields *fields, const char *name)
{
	for (guint i = 0; i < fields->list->len; i++) {
		const Field *field = &g_array_index(fields->list, Field, i);

		if (strcmp(field->name, name) == 0) {
			return field->value;
		}
	}
	return NULL;
}

/* Takes NAME and VALUE over, NULL ones too. */
static bool take(Fields *fields, char *name, char *value)
{
	Field field = {name, value};

	if (name == NULL || value == NULL ||
	    fields->list->len >= LIMIT_WEB_FIELDS ||
	    !g_utf8_validate(name, -1, NULL) ||
	    !g_utf8_validate(value, -1, NULL)) {
		clear_field(&field);
		return false;
	}
	g_array_append_val(fields->list, field);
	return true;
}

void fields_add(Fields *fields, const char *name, const char *value)
{
	take(fields, g_strdup(name), g_strdup(value));
}

/* The byte that two digits stand for; -1. */
static int hex_byte(const char *digits)
{
	int high = g_ascii_xdigit_value(digits[0]);
	int low = g_ascii_xdigit_value(digits[1]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* "a+b%20c" as text; NULL when it isn't well-formed, or has a NUL. */
static char *unescape(const char *text, gsize length)
{
	g_autoptr(GString) out = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++) {
		int byte = (guchar)text[i];

		if (byte == '+') {
			byte = ' ';
		} else if (byte == '%') {
			byte = i + 2 < length ? hex_byte(text + i + 1) : -1;
			i += 2;
		}
		if (byte <= 0) {
			return NULL;
		}
		g_string_append_c(out, (char)byte);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

bool fields_parse_form(Fields *fields, const char *text, gsize length)
{
	const char *end = text + length;

	while (text < end) {
		const char *stop = memchr(text, '&', (gsize)(end - text));
		gsize n = (gsize)((stop != NULL ? stop : end) - text);
		const char *equals = memchr(text, '=', n);
		gsize n_name = equals != NULL ? (gsize)(equals - text) : n;
		gsize n_value = equals != NULL ? n - n_name - 1 : 0;

		if (n > 0 &&
		    !take(fields, unescape(text, n_name),
			unescape(equals != NULL ? equals + 1 : "", n_value))) {
			return false;
		}
		text += n + 1;
	}
	return true;
}

bool fields_parse_json(Fields *fields, const char *text, gsize length)
{
	g_autoptr(JsonValue) object = json_parse(text, length, NULL);
	g_auto(GStrv) names = json_names(object);

	for (guint i = 0; names[i] != NULL; i++) {
		const char *value = json_get_string(object, names[i]);

		if (value == NULL && json_get_bool(object, names[i], false)) {
			value = "true";
		}
		if (value != NULL &&
		    !take(fields, g_strdup(names[i]), g_strdup(value))) {
			return false;
		}
	}
	return object != NULL;
}

bool fields_parse_cookies(Fields *fields, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ";", LIMIT_WEB_FIELDS + 1);

	for (guint i = 0; parts[i] != NULL; i++) {
		char *part = g_strstrip(parts[i]);
		char *equals = strchr(part, '=');

		if (equals != NULL &&
		    !take(fields, g_strndup(part, (gsize)(equals - part)),
			g_strdup(equals + 1))) {
			return false;
		}
	}
	return true;
}

char *fields_escape(const char *text)
{
	return g_uri_escape_string(text, NULL, FALSE);
}
