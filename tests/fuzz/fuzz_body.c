/* Bodies: transfer encodings, charsets, cleaning, splitting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz.h"
#include "message/internal.h"

static void check_split(const GString *text)
{
	g_autoptr(GString) now = g_string_new(NULL);
	g_autoptr(GString) quoted = g_string_new(NULL);
	g_autoptr(GString) signature = g_string_new(NULL);
	Split split = {now, quoted, signature};
	split_text(text->str, text->len, &split);
	FUZZ_UTF8(now->str, now->len);
	/* Nothing is said twice; marks and space at the edges go. */
	FUZZ_CHECK(now->len + quoted->len + signature->len <= text->len + 1);
}

FUZZ("message")
{
	static const char *const charsets[] = {NULL, "iso-8859-1", "utf-16",
	    "utf-7", "shift_jis", "iso-2022-jp", "gb18030", "euc-kr", "big5"};
	const char *bytes = (const char *)data;
	guint first = size > 0 ? data[0] : 0;
	g_autoptr(GString) decoded = g_string_new(NULL);
	transfer_decode((Transfer)(first % 4), bytes, size, decoded);
	FUZZ_CHECK(decoded->len <= size + 3);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) second = g_string_new(NULL);
	charset_decode(charsets[first / 4 % G_N_ELEMENTS(charsets)],
	    decoded->str, decoded->len, text, second);
	FUZZ_CHECK(g_utf8_validate_len(text->str, text->len, NULL) ||
		   memchr(text->str, '\0', text->len) != NULL);
	clean_text(text);
	FUZZ_UTF8(text->str, text->len);
	check_split(text);
	FUZZ_CHECK(excess_of("b", bytes, size) == NULL || size > 2000);
	char hex[65];
	digest_body(bytes, size, hex);
	FUZZ_CHECK(strlen(hex) == 64);
	return 0;
}
