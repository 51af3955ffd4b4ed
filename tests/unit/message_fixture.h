/* What the tests of message/ share: reading from a string, looking into
 * parts. Include cmocka's headers first. */
#ifndef TESTS_MESSAGE_FIXTURE_H
#define TESTS_MESSAGE_FIXTURE_H

#include <string.h>

#include "anteroom/message.h"

static inline Message *read_string(const char *text)
{
	return message_read(text, strlen(text), false);
}

/* All of PARTS, one after the other, those HIDDEN or the others. */
static inline char *parts_joined(const GPtrArray *parts, bool hidden)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < parts->len; i++) {
		const TextPart *part = parts->pdata[i];
		assert_int_equal(strlen(part->text), part->bytes);
		assert_true(g_utf8_validate(part->text, -1, NULL));
		if (part->hidden == hidden) {
			g_string_append(out, out->len > 0 ? "|" : "");
			g_string_append(out, part->text);
		}
	}
	return g_string_free(out, FALSE);
}

static inline void assert_parts(
    const GPtrArray *parts, bool hidden, const char *expected)
{
	g_autofree char *text = parts_joined(parts, hidden);
	assert_string_equal(text, expected);
}

static inline bool parts_have(const GPtrArray *parts, const char *words)
{
	g_autofree char *visible = parts_joined(parts, false);
	g_autofree char *hidden = parts_joined(parts, true);
	return strstr(visible, words) != NULL || strstr(hidden, words) != NULL;
}

#endif
