/* HTML to text; and that no text is made of nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz.h"
#include "message/internal.h"

FUZZ("message")
{
	g_autoptr(GString) utf8 = g_string_new(NULL);
	g_autoptr(GString) visible = g_string_new(NULL);
	g_autoptr(GString) hidden = g_string_new(NULL);
	charset_guess((const char *)data, size, utf8);
	html_to_text(utf8->str, utf8->len, visible, hidden);
	/* A quote's mark on each line, a divider for a tag. */
	FUZZ_CHECK(visible->len + hidden->len <= 4 * utf8->len + 64);
	clean_text(visible);
	clean_text(hidden);
	FUZZ_UTF8(visible->str, visible->len);
	FUZZ_UTF8(hidden->str, hidden->len);
	return 0;
}
