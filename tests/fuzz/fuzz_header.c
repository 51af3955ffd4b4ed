/* Values of header fields: words, parameters, people, ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz.h"
#include "message/internal.h"

FUZZ("message")
{
	g_autofree char *raw = g_strndup((const char *)data, size);
	gsize length = strlen(raw);
	g_autofree char *text = word_decode(raw, length);
	FUZZ_UTF8(text, strlen(text));
	FUZZ_CHECK(!word_is_plain(raw, length) || strcmp(raw, text) == 0);
	g_autofree char *name = param_get(raw, "name");
	if (name != NULL) {
		FUZZ_UTF8(name, strlen(name));
	}
	g_autofree char *boundary = param_get_bytes(raw, "boundary");
	g_autofree char *media = param_media(raw);
	FUZZ_CHECK(media == NULL || strchr(media, '/') != NULL);
	g_autoptr(GPtrArray) people =
	    g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	people_parse(raw, people);
	FUZZ_CHECK(people->len <= LIMIT_PEOPLE);
	g_auto(GStrv) ids = thread_references(raw, raw);
	FUZZ_CHECK(g_strv_length(ids) <= LIMIT_THREAD_IDS);
	g_autofree char *conversation = thread_conversation(raw);
	FUZZ_CHECK(conversation == NULL || strlen(conversation) == 44);
	return 0;
}
