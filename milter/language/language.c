/*
 * The commonest words first: most mail is in a language that they tell, and
 * the library takes four times as long as all rules together. Only what they
 * don't tell is given to it, and where it has doubts nothing is said: a wrong
 * "unknown language" costs an assistant's time.
 */
#include "anteroom/language.h"

#include <libexttextcat/textcat.h>
#include <string.h>

/* Where Debian has the samples of languages, and what they are called. */
#define SAMPLES "/usr/share/libexttextcat/"
#define SAMPLES_LIST SAMPLES "fpdb.conf"

#define LOOK_BYTES 400
#define LETTERS_MIN 50 /* below, nobody can say */
#define KINDS_MIN 7    /* different words */
#define WORD_BYTES 16
#define KNOWN_PCT 12 /* of the words, that tell a language for sure */
#define MAYBE_PCT 6  /* so many make a foreign language doubtful */

enum { EN, DE, FR, ES, OWN };
static const char *const own[OWN] = {"en", "de", "fr", "es"};

/* Common words that the other three, and their neighbours, don't have. */
static const char *const common[OWN] = {
    [EN] = "the and to of for that this it you with are was have not your "
	   "they from will be has my our which there please thanks would "
	   "could can been who what when any because i if am but do don",
    [DE] = "der die und ist nicht das ich sie den ein eine mit auf f\xc3\xbcr "
	   "dem im sich auch zu von wir ihre ihr mir habe bei oder aber wie "
	   "wenn seit nach sehr bitte kein keine haben wird sind noch",
    [FR] = "les et est des vous je dans pas qui sur votre nous avec au mon "
	   "mes elle mais plus cette sont ont ai depuis merci tr\xc3\xa8s du "
	   "vos aux suis pour j n c d l qu ce",
    [ES] = "el los las y del pero muy usted mis su sus es con hace cuando "
	   "estoy tengo gracias ustedes nadie lo ha una que hola desde por",
};

struct Languages {
	GHashTable *words; /* -> bits 1 << language */
	GMutex lock;       /* of the library, which may write while it reads */
	void *library;
	bool opened; /* it was tried: without samples it stays NULL */
};

Languages *languages_new(void)
{
	Languages *languages = g_new0(Languages, 1);
	g_mutex_init(&languages->lock);
	languages->words =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < OWN; i++) {
		g_auto(GStrv) words = g_strsplit(common[i], " ", -1);
		for (char **word = words; *word; word++) {
			guint bits = GPOINTER_TO_UINT(
			    g_hash_table_lookup(languages->words, *word));
			g_hash_table_insert(languages->words, g_strdup(*word),
			    GUINT_TO_POINTER(bits | 1u << i));
		}
	}
	return languages;
}

void languages_free(Languages *languages)
{
	if (!languages) {
		return;
	}
	if (languages->library) {
		textcat_Done(languages->library);
	}
	g_hash_table_unref(languages->words);
	g_mutex_clear(&languages->lock);
	g_free(languages);
}

/* ---- common words ---- */

typedef struct {
	guint words, letters;
	guint wide;    /* letters beyond ASCII */
	guint64 kinds; /* a bit a word, by its hash */
	guint of[OWN];
} Count;

static void count_word(
    const Languages *languages, const char *word, gsize length, Count *count)
{
	char folded[WORD_BYTES];
	count->words++;
	guint32 hash = 2166136261u;
	for (gsize i = 0; i < length; i++) {
		hash = (hash ^ (guchar)word[i]) * 16777619u;
	}
	count->kinds |= G_GUINT64_CONSTANT(1) << (hash >> 26);
	if (length >= sizeof folded) {
		return;
	}
	for (gsize i = 0; i < length; i++) {
		folded[i] = g_ascii_tolower(word[i]);
	}
	folded[length] = '\0';
	guint bits =
	    GPOINTER_TO_UINT(g_hash_table_lookup(languages->words, folded));
	for (guint i = 0; i < OWN; i++) {
		count->of[i] += bits >> i & 1;
	}
}

static Count count_words(
    const Languages *languages, const char *text, gsize length)
{
	Count count = {0};
	for (gsize at = 0; at < length;) {
		gsize begin = at;
		while (at < length && (g_ascii_isalpha(text[at]) ||
					  (guchar)text[at] >= 0x80)) {
			/* A character counts once. */
			bool first = ((guchar)text[at] & 0xc0) != 0x80;
			count.letters += first;
			count.wide += first && (guchar)text[at] >= 0x80;
			at++;
		}
		if (at > begin) {
			count_word(languages, text + begin, at - begin, &count);
		} else {
			at++;
		}
	}
	return count;
}

static guint count_best(const Count *count)
{
	guint best = 0;
	for (guint i = 1; i < OWN; i++) {
		best = count->of[i] > count->of[best] ? i : best;
	}
	return best;
}

/* ---- the library ---- */

/* What it says of the text, "[pl--utf8]" and the like; NULL: it has no
 * samples. Transfer full. */
static char *library_says(Languages *languages, const char *text, gsize length)
{
	char *says = NULL;
	g_mutex_lock(&languages->lock);
	if (!languages->opened) {
		languages->opened = true;
		if (g_file_test(SAMPLES_LIST, G_FILE_TEST_EXISTS)) {
			languages->library =
			    special_textcat_Init(SAMPLES_LIST, SAMPLES);
		}
	}
	if (languages->library) {
		says = g_strdup(
		    textcat_Classify(languages->library, text, length));
	}
	g_mutex_unlock(&languages->lock);
	return says;
}

/* The first language of a list of one or two, when none of it is ours. */
static const char *foreign_of(const char *says)
{
	static const char *const near[] = {
	    "[en", "[sco", "[de", "[nds", "[fr", "[es", "[lb"};
	gsize n = strcspn(says, "[");
	if (says[n] != '[') {
		return NULL;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(near); i++) {
		if (strstr(says, near[i])) {
			return NULL;
		}
	}
	const char *name = says + n + 1;
	g_autofree char *code = g_strndup(name, strcspn(name, "-_]"));
	return *code && strlen(code) <= 3 ? g_intern_string(code) : NULL;
}

static guint bits_of(guint64 word)
{
	guint n = 0;
	for (; word; word &= word - 1) {
		n++;
	}
	return n;
}

const char *language_of(Languages *languages, const char *text, gsize length)
{
	if (length > LOOK_BYTES) {
		length = LOOK_BYTES;
		while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80) {
			length--;
		}
	}
	Count count = count_words(languages, text, length);
	guint best = count_best(&count);
	if (count.words && count.of[best] * 100 >= KNOWN_PCT * count.words) {
		return own[best];
	}
	/* The same word again and again is none; where words have no blanks
	 * between them, they are of many signs. */
	guint kinds = bits_of(count.kinds);
	if ((kinds < KINDS_MIN && count.wide < LETTERS_MIN / 2) ||
	    count.letters < LETTERS_MIN ||
	    count.of[best] * 100 > MAYBE_PCT * count.words) {
		return NULL;
	}
	g_autofree char *says = library_says(languages, text, length);
	return says ? foreign_of(says) : NULL;
}

bool language_has_rules(const char *language)
{
	return !language || g_strv_contains((const char *const[]){"en", "de",
						"fr", "es", NULL},
				language);
}
