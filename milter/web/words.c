/*
 * Reads catalogues of GNU gettext (.mo), which the build makes of po/ and puts
 * into the program. They are ours, but are read as if they weren't: lengths
 * are checked, a damaged one just translates nothing.
 */
#include "web/words.h"

#include <string.h>

#define MAGIC 0x950412deu
#define HEAD_BYTES 20

__asm__(".section .rodata\n"
	".balign 16\n"
	"words_de_begin:\n"
	".incbin \"milter/web/po/de.mo\"\n"
	"words_de_end:\n"
	".byte 0\n"
	".previous\n");
extern const char words_de_begin[];
extern const char words_de_end[];

struct Words {
	GHashTable *texts; /* NULL: English */
};

static guint32 number_at(const char *at)
{
	guint32 number;

	memcpy(&number, at, sizeof(number));
	return number;
}

/* The string that entry I of the table at TABLE describes; NULL when it isn't
 * within. Plural forms follow one another, each with its NUL. */
static const char *string_at(
    const char *begin, gsize size, guint32 table, guint32 i)
{
	gsize entry = (gsize)table + (gsize)i * 8;
	gsize length, at;

	if (entry + 8 > size) {
		return NULL;
	}
	length = number_at(begin + entry);
	at = number_at(begin + entry + 4);
	if (at + length >= size || begin[at + length] != '\0') {
		return NULL;
	}
	return begin + at;
}

static GHashTable *read_catalogue(const char *begin, gsize size)
{
	GHashTable *texts = g_hash_table_new(g_str_hash, g_str_equal);

	if (size < HEAD_BYTES || number_at(begin) != MAGIC) {
		return texts;
	}
	for (guint32 i = 0; i < number_at(begin + 8); i++) {
		const char *text =
		    string_at(begin, size, number_at(begin + 12), i);
		const char *as =
		    string_at(begin, size, number_at(begin + 16), i);

		if (text == NULL || as == NULL) {
			break;
		}
		if (*text != '\0') {
			g_hash_table_insert(texts, (gpointer)(guintptr)text,
			    (gpointer)(guintptr)as);
		}
	}
	return texts;
}

const Words *words_of(const char *language)
{
	static const Words english = {NULL};
	static Words *german;

	if (g_strcmp0(language, "de") != 0) {
		return &english;
	}
	if (g_once_init_enter(&german)) {
		Words *words = g_new0(Words, 1);

		words->texts = read_catalogue(
		    words_de_begin, GPOINTER_TO_SIZE(words_de_end) -
					GPOINTER_TO_SIZE(words_de_begin) + 1);
		g_once_init_leave(&german, words);
	}
	return german;
}

const char *words_get(const Words *words, const char *text)
{
	const char *as = words->texts != NULL
			     ? g_hash_table_lookup(words->texts, text)
			     : NULL;

	return as != NULL ? as : text;
}

/* Both languages have one form for one and another for all else. */
const char *words_count(
    const Words *words, const char *one, const char *many, gint64 n)
{
	const char *as = words->texts != NULL
			     ? g_hash_table_lookup(words->texts, one)
			     : NULL;

	if (as == NULL) {
		return n == 1 ? one : many;
	}
	return n == 1 ? as : as + strlen(as) + 1;
}
