/*
 * Tokens of text, and what the words of four languages can mean. The index over
 * the tables is made once and never changes. Letters are folded: small, without
 * accents, also those written as a letter and an accent after it.
 */
#include <string.h>

#include "base/when.h"

#define KEY_LETTERS 3
#define COMMON_BYTES 6  /* no common word is longer */
#define TOKENS_AHEAD 2u /* that are looked at behind the end of a phrase */
#define KEYS (32 * 32 * 32)

typedef struct {
	const WhenWord *word;
	guint8 lang;
	guint8 n_words;
} Sense;

struct WhenSenses {
	guint n; /* 0: it stands but within phrases, or after them */
	Sense senses[WHEN_SENSES]; /* most words first */
	guint64 classes;           /* bit 1 << WhenClass, of its senses */
	bool first;                /* a search stops here */
	bool leads;                /* ... goes before a number */
	bool number;               /* ... is a number */
};

typedef struct {
	GHashTable *senses;    /* first word -> WhenSenses */
	guint8 keys[KEYS / 8]; /* words that a search looks up */
	GHashTable *common;    /* word -> languages that it is common in */
} Index;

static const WhenWord *const tables[LANGS] = {
    when_english, when_german, when_french, when_spanish};

/* ---- letters ---- */

/* The letter of the two bytes 0xC3 B: 0 when it is none. */
static char latin_letter(guchar b)
{
	/* 0xC3 0x80 .. 0xBF; capitals first, then the same small */
	static const char letters[33] = "aaaaaaaceeeeiiiidnooooo ouuuuyts";
	char c = letters[b & 0x1f];

	return c == ' ' || b == 0xb7 ? '\0' : c;
}

/* The folded letter at P (before END), and its bytes; 0: no letter. An accent
 * on its own has no letter but belongs to the word: -1. */
static int letter_at(const char *p, const char *end, guint *bytes)
{
	guchar c = (guchar)*p;

	*bytes = 1;
	if (g_ascii_isalpha((char)c)) {
		return g_ascii_tolower((char)c);
	}
	if (c < 0x80 || end - p < 2) {
		return 0;
	}
	*bytes = 2;
	if (c == 0xc3) {
		return latin_letter((guchar)p[1]);
	}
	if (c == 0xcc || (c == 0xcd && (guchar)p[1] < 0xb0)) {
		return -1;
	}
	return 0;
}

/* The bytes of the character at P that is no letter. */
static guint mark_bytes(const char *p, const char *end)
{
	guint n = 1;

	while (n < 4 && p + n < end && ((guchar)p[n] & 0xc0) == 0x80) {
		n++;
	}
	return n;
}

/* White space of any kind in N bytes at P? */
static bool is_space(const char *p, guint n)
{
	if (n == 1) {
		return g_ascii_isspace(*p) || (guchar)*p < ' ';
	}
	return (n == 2 && memcmp(p, "\xc2\xa0", 2) == 0) ||
	       (n == 3 && memcmp(p, "\xe2\x80", 2) == 0 &&
		   ((guchar)p[2] <= 0x8b || (guchar)p[2] == 0xaf));
}

/* What parts two words without being a mark: apostrophes and hyphens. */
static guint joint_bytes(const char *p, const char *end)
{
	if (*p == '\'' || *p == '-' || *p == '`') {
		return 1;
	}
	if (end - p >= 3 && memcmp(p, "\xe2\x80", 2) == 0 &&
	    ((guchar)p[2] == 0x99 || (guchar)p[2] == 0x98 ||
		(guchar)p[2] == 0x90 || (guchar)p[2] == 0x91)) {
		return 3;
	}
	if (end - p >= 2 && memcmp(p, "\xc2\xb4", 2) == 0) {
		return 2;
	}
	return 0;
}

/* ---- the index ---- */

static guint key_of(const char *folded)
{
	guint key = 0;

	for (guint i = 0; i < KEY_LETTERS; i++) {
		guint code = *folded != '\0' ? (guint)(*folded - 'a' + 1) : 0;

		key = key << 5 | (code & 31);
		if (*folded != '\0') {
			folded++;
		}
	}
	return key;
}

static guint words_of(const char *words)
{
	guint n = 1;

	for (; *words != '\0'; words++) {
		n += *words == ' ';
	}
	return n;
}

static bool class_leads(guint class)
{
	return class <= CLASS_AT || class == CLASS_PLUS;
}

static bool class_stops(guint class)
{
	return class >= CLASS_FIRST || class == CLASS_AM || class == CLASS_PM ||
	       class == CLASS_CLOCK;
}

static void senses_add(WhenSenses *senses, Sense sense)
{
	guint i = senses->n;

	if (i == WHEN_SENSES) {
		return; /* the test of the tables counts them */
	}
	for (; i > 0 && senses->senses[i - 1].n_words < sense.n_words; i--) {
		senses->senses[i] = senses->senses[i - 1];
	}
	senses->senses[i] = sense;
	senses->n++;
	senses->classes |= G_GUINT64_CONSTANT(1) << sense.word->class;
	senses->leads |= class_leads(sense.word->class);
	senses->number |= sense.word->class == CLASS_NUMBER;
}

/* Those of the word of LENGTH bytes at WORD, made if there are none. */
static WhenSenses *senses_of(Index *index, const char *word, gsize length)
{
	g_autofree char *key = g_strndup(word, length);
	WhenSenses *senses = g_hash_table_lookup(index->senses, key);

	if (senses == NULL) {
		senses = g_new0(WhenSenses, 1);
		g_hash_table_insert(
		    index->senses, g_steal_pointer(&key), senses);
	}
	return senses;
}

static void index_key(Index *index, const char *word, gsize length)
{
	g_autofree char *letters = g_strndup(word, length);
	guint key = key_of(letters);

	index->keys[key / 8] |= (guint8)(1u << key % 8);
}

/* The search stops at the longest word of several: "the" stands everywhere. */
static void index_stop(Index *index, const char *words)
{
	const char *best = words;
	gsize best_length = 0;

	for (;;) {
		const char *space = strchr(words, ' ');
		gsize length =
		    space != NULL ? (gsize)(space - words) : strlen(words);

		if (length >= best_length &&
		    !(length == 4 && memcmp(words, "this", 4) == 0)) {
			best = words;
			best_length = length;
		}
		if (space == NULL) {
			break;
		}
		words = space + 1;
	}
	senses_of(index, best, best_length)->first = true;
	index_key(index, best, best_length);
}

static void index_word(Index *index, const WhenWord *word, WhenLang lang)
{
	gsize length = strcspn(word->words, " ");
	WhenSenses *senses = senses_of(index, word->words, length);

	senses_add(senses, (Sense){word, lang, (guint8)words_of(word->words)});
	if (senses->number) {
		index_key(index, word->words, length);
	}
	if (class_stops(word->class) &&
	    (word->class != CLASS_WEEKDAY_SHORT || word->value < 7)) {
		index_stop(index, word->words);
	}
}

/* All of WORDS but the first: they are known. */
static void index_inner(Index *index, const char *words)
{
	const char *space = strchr(words, ' ');

	while (space != NULL) {
		const char *word = space + 1;

		space = strchr(word, ' ');
		senses_of(index, word,
		    space != NULL ? (gsize)(space - word) : strlen(word));
	}
}

/* What isn't in the tables but in phrases: names of zones, and the letter
 * between a date and its time. */
static void index_others(Index *index)
{
	static const char *const others[] = {"time", "t"};
	const char *zone;

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		senses_of(index, others[i], strlen(others[i]));
	}
	for (guint i = 1; (zone = when_zone_letters(i)) != NULL; i++) {
		senses_of(index, zone, strlen(zone));
	}
}

/* The commonest words of each language. */
static GHashTable *common_words(void)
{
	static const char *const common[LANGS] = {
	    "the and you your is are of to please with this we have for on",
	    "der die und das ist nicht sie ich wir mit den zu bitte ein fur",
	    "le la les et est vous je nous des une que pour votre dans ne",
	    "el la los y es que de por usted para su no una con le nos"};
	GHashTable *all =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint lang = 0; lang < LANGS; lang++) {
		g_auto(GStrv) words = g_strsplit(common[lang], " ", -1);

		for (guint i = 0; words[i] != NULL; i++) {
			guint langs = 1u << lang |
				      GPOINTER_TO_UINT(
					  g_hash_table_lookup(all, words[i]));

			g_hash_table_insert(
			    all, g_strdup(words[i]), GUINT_TO_POINTER(langs));
		}
	}
	return all;
}

static const Index *index_get(void)
{
	static gpointer made;

	if (g_once_init_enter(&made)) {
		Index *index = g_new0(Index, 1);

		index->senses = g_hash_table_new(g_str_hash, g_str_equal);
		index->common = common_words();
		for (guint lang = 0; lang < LANGS; lang++) {
			const WhenWord *word = tables[lang];

			for (; word->words != NULL; word++) {
				index_word(index, word, (WhenLang)lang);
				index_inner(index, word->words);
			}
		}
		index_others(index);
		g_once_init_leave(&made, index);
	}
	return made;
}

/* ---- tokens ---- */

static gsize read_word(
    const char *text, gsize bytes, gsize at, WhenToken *token)
{
	const char *end = text + bytes;
	guint n = 0, width;
	gsize p = at;

	for (; p < bytes; p += width) {
		int letter = letter_at(text + p, end, &width);

		if (letter == 0) {
			break;
		}
		if (letter > 0 && n < TOKEN_WORD_BYTES) {
			token->word[n++] = (char)letter;
		}
	}
	if (n == TOKEN_WORD_BYTES) {
		n = 0;
	}
	token->word[n] = '\0';
	token->capital = g_ascii_isupper(text[at]) ||
			 ((guchar)text[at] == 0xc3 && p > at + 1 &&
			     (guchar)text[at + 1] < 0xa0);
	return p;
}

static gsize read_number(
    const char *text, gsize bytes, gsize at, WhenToken *token)
{
	gsize p = at;

	for (; p < bytes && g_ascii_isdigit(text[p]); p++) {
		if (token->digits < 9) {
			token->number =
			    token->number * 10 + (guint)(text[p] - '0');
			token->digits++;
		} else {
			token->number = G_MAXUINT / 2;
		}
	}
	return p;
}

/* "p.m.", "c.o.b.", "U.T.C.": letters with a point after each are a word. */
static gsize read_pointed(
    const char *text, gsize bytes, gsize at, WhenToken *token)
{
	guint n = 0;
	gsize p = at;

	while (p + 1 < bytes && n < 4 && g_ascii_isalpha(text[p]) &&
	       text[p + 1] == '.') {
		token->word[n++] = g_ascii_tolower(text[p]);
		p += 2;
		/* Spanish has "p. m." */
		if (n == 1 && p + 1 < bytes && text[p] == ' ' &&
		    g_ascii_tolower(text[p + 1]) == 'm' && p + 2 < bytes &&
		    text[p + 2] == '.') {
			p++;
		}
	}
	if (n >= 1 && p < bytes && g_ascii_isalpha(text[p]) &&
	    (p + 1 == bytes || !g_ascii_isalnum(text[p + 1])) && n < 4) {
		token->word[n++] = g_ascii_tolower(text[p++]); /* "p.m" */
	}
	if (n < 2) {
		token->word[0] = '\0';
		return at;
	}
	token->word[n] = '\0';
	token->capital = g_ascii_isupper(text[at]);
	return p;
}

/* Skips what parts tokens; an empty line or a joint leaves a trace. */
static gsize skip_space(
    const char *text, gsize bytes, gsize at, WhenToken *token)
{
	guint lines = 0;

	token->glued = true;
	while (at < bytes) {
		guint n = mark_bytes(text + at, text + bytes);

		if (!is_space(text + at, n)) {
			break;
		}
		lines += text[at] == '\n';
		token->glued = false;
		at += n;
	}
	token->far = lines > 1;
	return at;
}

static gsize read_token(
    const char *text, gsize bytes, gsize at, WhenToken *token)
{
	guint width;
	gsize p;

	token->from = at;
	if (g_ascii_isdigit(text[at])) {
		return read_number(text, bytes, at, token);
	}
	if (letter_at(text + at, text + bytes, &width) != 0) {
		p = read_pointed(text, bytes, at, token);
		return p > at ? p : read_word(text, bytes, at, token);
	}
	width = mark_bytes(text + at, text + bytes);
	token->mark = width == 1 ? text[at] : '\x7f';
	return at + width;
}

/* Is an apostrophe or a hyphen at AT between two letters? */
static guint joint_at(const char *text, gsize bytes, gsize at)
{
	guint n = joint_bytes(text + at, text + bytes);
	guint width;

	if (n == 0 || at + n >= bytes ||
	    letter_at(text + at + n, text + bytes, &width) == 0) {
		return 0;
	}
	return n;
}

bool when_breaks(const WhenToken *token)
{
	return !token->known && token->digits == 0 && token->mark == '\0';
}

static void look_up(const Index *index, WhenToken *token)
{
	const WhenSenses *senses =
	    g_hash_table_lookup(index->senses, token->word);

	token->known = senses != NULL;
	if (senses != NULL && (senses->n > 0 || senses->first)) {
		token->senses = senses;
	}
}

guint when_tokens(
    const char *text, gsize bytes, gsize at, gsize stop, WhenToken *tokens)
{
	const Index *index = index_get();
	guint n = 0, left = WHEN_TOKENS_AFTER;

	while (n < WHEN_TOKENS && left > 0) {
		WhenToken *token = &tokens[n];

		left -= at > stop;

		memset(token, 0, sizeof *token);
		if (n > 0 && token[-1].word[0] != '\0') {
			at += at < bytes ? joint_at(text, bytes, at) : 0;
		}
		at = skip_space(text, bytes, at, token);
		if (at >= bytes) {
			break;
		}
		at = read_token(text, bytes, at, token);
		token->to = at;
		if (token->word[0] != '\0') {
			look_up(index, token);
		}
		n++;
		if (token->from > stop && when_breaks(token)) {
			left = MIN(left, TOKENS_AHEAD);
		}
	}
	return n;
}

const WhenToken *when_token(const WhenWindow *window, guint i)
{
	static const WhenToken none = {.mark = '\n', .far = true};

	return i < window->n ? &window->tokens[i] : &none;
}

/* ---- senses ---- */

bool when_begins(const WhenToken *token, guint64 classes)
{
	return token->senses != NULL && (token->senses->classes & classes) != 0;
}

/* How many tokens from I on are the words of SENSE; 0: they aren't. */
static guint sense_here(const WhenWindow *window, guint i, const Sense *sense)
{
	const char *words = strchr(sense->word->words, ' ');
	guint n = 1;

	for (; words != NULL; n++) {
		const WhenToken *token = when_token(window, i + n);
		const char *space = strchr(++words, ' ');
		gsize length =
		    space != NULL ? (gsize)(space - words) : strlen(words);

		if (token->far || strlen(token->word) != length ||
		    memcmp(token->word, words, length) != 0) {
			return 0;
		}
		words = space;
	}
	return n;
}

guint when_take(WhenWindow *window, guint i, WhenClass class, int *value)
{
	const WhenSenses *senses = when_token(window, i)->senses;

	if (senses == NULL || (senses->classes >> class & 1) == 0) {
		return 0;
	}
	for (guint s = 0; s < senses->n; s++) {
		const Sense *sense = &senses->senses[s];
		guint n =
		    sense->word->class == class ? sense_here(window, i, sense)
						: 0;

		if (n > 0) {
			window->langs |= 1u << sense->lang;
			if (value != NULL) {
				*value = sense->word->value;
			}
			return n;
		}
	}
	return 0;
}

/* ---- the search ---- */

/* Reads the word at P folded, as far as BUFFER goes; its end. */
static gsize fold_word(const char *text, gsize bytes, gsize p, char *buffer)
{
	guint n = 0, width;

	for (; p < bytes; p += width) {
		int letter = letter_at(text + p, text + bytes, &width);

		if (letter == 0) {
			break;
		}
		if (letter > 0 && n < TOKEN_WORD_BYTES) {
			buffer[n++] = (char)letter;
		}
	}
	buffer[n < TOKEN_WORD_BYTES ? n : 0] = '\0';
	return p;
}

/* The word before AT, ended by a space, goes before a time ("at", "vor")? */
static bool led(const Index *index, const char *text, gsize bytes, gsize at)
{
	char word[TOKEN_WORD_BYTES + 1];
	const WhenSenses *senses;
	gsize p = at;

	while (p > 0 && at - p < 4 && !g_ascii_isalpha(text[p - 1])) {
		if (!g_ascii_isspace(text[p - 1]) &&
		    (guchar)text[p - 1] < 0x80) {
			return false;
		}
		p--;
	}
	for (at = p; p > 0 && at - p < 12; p--) {
		if (!g_ascii_isalpha(text[p - 1]) &&
		    (guchar)text[p - 1] < 0x80) {
			break;
		}
	}
	if (p == at) {
		return false;
	}
	while (p < at && ((guchar)text[p] & 0xc0) == 0x80) {
		p++;
	}
	fold_word(text, MIN(bytes, at), p, word);
	senses = g_hash_table_lookup(index->senses, word);
	return senses != NULL && senses->leads;
}

/* Digits from AT to END: of a time, a date, "5pm", or after "before"? */
static bool number_counts(
    const Index *index, const char *text, gsize bytes, gsize at, gsize end)
{
	if (end - at > 4) {
		return false;
	}
	if (end < bytes && g_ascii_isalpha(text[end])) {
		return true;
	}
	if (end + 1 < bytes && text[end] != '\0' &&
	    strchr(":./-", text[end]) != NULL &&
	    g_ascii_isdigit(text[end + 1])) {
		return true;
	}
	return led(index, text, bytes, at);
}

/* "I am" and "am Montag" are everywhere; "5 am" ends a time. */
static bool after_digit(const char *text, gsize at)
{
	if (at > 0 && text[at - 1] == ' ') {
		at--;
	}
	return at > 0 && g_ascii_isdigit(text[at - 1]);
}

static bool word_counts(const Index *index, const char *text, gsize bytes,
    gsize at, const char *word)
{
	const WhenSenses *senses = g_hash_table_lookup(index->senses, word);

	if (senses == NULL) {
		return false;
	}
	if (strcmp(word, "am") == 0 || strcmp(word, "h") == 0) {
		return after_digit(text, at);
	}
	return senses->first || (senses->number && led(index, text, bytes, at));
}

/* What a byte of text is to the search: 0 parts words, 1 to 26 a letter of
 * either case, then a digit, and a byte of a character beyond ASCII. */
#define BYTE_DIGIT 27
#define BYTE_HIGH 28

#define AZ                                                                     \
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
	    21, 22, 23, 24, 25, 26
#define SIXTEEN(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
#define HIGH SIXTEEN(BYTE_HIGH)

static const guint8 byte_kinds[256] = {SIXTEEN(0), SIXTEEN(0),
    SIXTEEN(0), ['0'] = 27, 27, 27, 27, 27, 27, 27, 27, 27,
    27, ['A'] = AZ, ['a'] = AZ, [128] = HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
    HIGH, HIGH};

/* The key of a word whose first letters have accents. */
static guint key_folded(const char *p, const char *end)
{
	char letters[KEY_LETTERS + 1] = "";
	guint n = 0, width;

	while (p < end && n < KEY_LETTERS) {
		int letter = letter_at(p, end, &width);

		if (letter == 0) {
			break;
		}
		if (letter > 0) {
			letters[n++] = (char)letter;
		}
		p += width;
	}
	return key_of(letters);
}

/* May the word at P be one to look up? By its first letters. */
static bool key_known(const Index *index, const char *p, const char *end)
{
	const char *word = p;
	guint key = 0;

	for (guint n = 0; n < KEY_LETTERS; n++) {
		guint kind = p < end ? byte_kinds[(guchar)*p] : 0;

		if (kind == BYTE_HIGH) {
			key = key_folded(word, end);
			break;
		}
		kind = kind == BYTE_DIGIT ? 0 : kind;
		key = key << 5 | kind;
		p += kind != 0;
	}
	return index->keys[key / 8] & 1u << key % 8;
}

/* Where what begins at P ends; digits in a word don't part it. */
static gsize word_end(const char *text, gsize bytes, gsize p)
{
	while (p < bytes && byte_kinds[(guchar)text[p]] != 0) {
		p++;
	}
	return p;
}

bool when_next(const char *text, gsize bytes, gsize *at, gsize *end)
{
	const Index *index = index_get();
	char word[TOKEN_WORD_BYTES + 1];
	gsize p = *at;

	while (p < bytes) {
		guint kind = byte_kinds[(guchar)text[p]];
		gsize from = p;
		bool stop;

		if (kind == 0) {
			p++;
			continue;
		}
		if (kind == BYTE_DIGIT) {
			while (p < bytes && g_ascii_isdigit(text[p])) {
				p++;
			}
			stop = number_counts(index, text, bytes, from, p);
		} else if (key_known(index, text + p, text + bytes)) {
			p = MAX(fold_word(text, bytes, p, word), from + 1);
			stop = word_counts(index, text, bytes, from, word);
		} else {
			p = word_end(text, bytes, p);
			continue;
		}
		if (stop) {
			*at = from;
			*end = p;
			return true;
		}
	}
	return false;
}

/* ---- language ---- */

WhenLang when_language(const char *text, gsize bytes)
{
	const Index *index = index_get();
	guint votes[LANGS] = {0};
	char word[TOKEN_WORD_BYTES + 1];
	guint best = LANG_EN;

	for (gsize p = 0; p < MIN(bytes, 2000);) {
		gsize to = fold_word(text, bytes, p, word);
		guint langs = 0;

		if (to > p && word[0] != '\0' && to - p <= COMMON_BYTES) {
			langs = GPOINTER_TO_UINT(
			    g_hash_table_lookup(index->common, word));
		}
		for (guint lang = 0; langs != 0; lang++, langs >>= 1) {
			votes[lang] += langs & 1;
		}
		p = MAX(to, p + 1);
	}
	for (guint lang = 1; lang < LANGS; lang++) {
		if (votes[lang] > votes[best]) {
			best = lang;
		}
	}
	return (WhenLang)best;
}
