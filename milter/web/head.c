/*
 * Request smuggling lives on fields that come twice, that contradict each
 * other, or that one reader takes for a field and another doesn't. None of
 * them gets past here.
 */
#include "web/head.h"

#include <string.h>

#include "anteroom/limits.h"

#define FIELDS_MOST 100

typedef struct {
	const char *name, *value;
} HeadField;

struct Head {
	GArray *fields; /* of HeadField */
};

Head *head_new(void)
{
	Head *head = g_new0(Head, 1);

	head->fields = g_array_new(FALSE, FALSE, sizeof(HeadField));
	return head;
}

void head_free(Head *head)
{
	if (head != NULL) {
		g_array_unref(head->fields);
		g_free(head);
	}
}

void head_field(Head *head, const char *name, const char *value)
{
	HeadField field = {name, value != NULL ? value : ""};

	if (name != NULL && head->fields->len <= FIELDS_MOST) {
		g_array_append_val(head->fields, field);
	}
}

const char *head_get(const Head *head, const char *name)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const HeadField *field =
		    &g_array_index(head->fields, HeadField, i);

		if (g_ascii_strcasecmp(field->name, name) == 0) {
			return field->value;
		}
	}
	return NULL;
}

const char *head_last(const Head *head, const char *name)
{
	for (guint i = head->fields->len; i > 0; i--) {
		const HeadField *field =
		    &g_array_index(head->fields, HeadField, i - 1);

		if (g_ascii_strcasecmp(field->name, name) == 0) {
			return field->value;
		}
	}
	return NULL;
}

/* RFC 9110: a token; and a value without control characters. */
static bool field_ok(const HeadField *field)
{
	if (*field->name == '\0') {
		return false;
	}
	for (const char *at = field->name; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) &&
		    strchr("!#$%&'*+-.^_`|~", *at) == NULL) {
			return false;
		}
	}
	for (const char *at = field->value; *at != '\0'; at++) {
		if (g_ascii_iscntrl(*at) && *at != '\t') {
			return false;
		}
	}
	return true;
}

/* May come several times, and then is a list. */
static bool is_list(const char *name)
{
	static const char *const lists[] = {"accept", "accept-encoding",
	    "accept-language", "cache-control", "connection", "via",
	    "x-forwarded-for", "forwarded", "pragma", "sec-ch-ua", "te"};

	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (g_ascii_strcasecmp(lists[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static guint count(const Head *head, const char *name)
{
	guint n = 0;

	for (guint i = 0; i < head->fields->len; i++) {
		n += g_ascii_strcasecmp(
			 g_array_index(head->fields, HeadField, i).name,
			 name) == 0;
	}
	return n;
}

static bool fields_ok(const Head *head)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const HeadField *field =
		    &g_array_index(head->fields, HeadField, i);

		if (!field_ok(field) ||
		    (!is_list(field->name) && count(head, field->name) > 1)) {
			return false;
		}
	}
	return head->fields->len <= FIELDS_MOST;
}

static bool host_ok(const char *host, bool modern)
{
	if (host == NULL) {
		return !modern;
	}
	for (const char *at = host; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && strchr(".:-[]_", *at) == NULL) {
			return false;
		}
	}
	return *host != '\0' || !modern;
}

guint head_wrong(const Head *head, bool modern, bool post)
{
	const char *length = head_get(head, "Content-Length");
	guint64 n = 0;

	if (!fields_ok(head) || !host_ok(head_get(head, "Host"), modern) ||
	    head_get(head, "Transfer-Encoding") != NULL) {
		return 400;
	}
	if (length == NULL) {
		return post ? 411 : 0;
	}
	for (const char *at = length; *at != '\0'; at++) {
		if (!g_ascii_isdigit(*at)) {
			return 400;
		}
	}
	if (*length == '\0' || strlen(length) > 18 ||
	    !g_ascii_string_to_unsigned(length, 10, 0, G_MAXINT64, &n, NULL)) {
		return 400;
	}
	if (n > 0 && !post) {
		return 400;
	}
	return n > LIMIT_WEB_BODY_BYTES ? 413 : 0;
}
