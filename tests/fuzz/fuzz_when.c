/* Moments in text: whatever bytes, at whatever time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "anteroom/when.h"
#include "fuzz.h"

FUZZ("when")
{
	static const char *const zones[] = {NULL, "America/New_York",
	    "Europe/Berlin", "Australia/Lord_Howe", "Nowhere"};
	const char *text = (const char *)data;
	guint first = size > 0 ? data[0] : 0;
	gint64 written_s = (gint64)first * 100000000 - 5000000000;
	const char *zone = zones[first % G_N_ELEMENTS(zones)];
	g_autoptr(GArray) found = when_find(text, size, written_s, zone, 16);
	gsize end = 0;
	FUZZ_CHECK(found->len <= 16);
	for (guint i = 0; i < found->len; i++) {
		const When *when = &g_array_index(found, When, i);
		g_autofree char *said = when_text(when->at_s, zone);
		FUZZ_CHECK(when->from >= end && when->to > when->from);
		FUZZ_CHECK(when->to <= size);
		FUZZ_CHECK(when->begin_s <= when->at_s + 1);
		FUZZ_CHECK(when->past == (when->at_s < written_s));
		FUZZ_UTF8(said, strlen(said));
		end = when->to;
	}
	return 0;
}
