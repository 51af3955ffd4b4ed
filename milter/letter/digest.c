/* The morning's digest. */
#include "letter/internal.h"

char *digest_write(Page *page, const JsonValue *notice, const JsonValue *digest,
    GArray *pictures)
{
	(void)notice;
	(void)digest;
	(void)pictures;
	page_head(page, TONE_PLAIN, "Digest", NULL);
	return g_strdup("Digest");
}
