/*
 * Finds words that are respelt, and spells them.
 *
 * Of a word with a digit or a sign in it one can't know that it is disguised;
 * here it is enough that it may be. Nobody is shown the result, and the rules
 * that read it ask for words that nobody forms by chance.
 */
#include "score/disguise.h"

#include <string.h>

#include "score/letters.h"

/* So much of the text is read around such a word. */
#define AROUND_BYTES 240
/* Longer ones are no words. */
#define TOKEN_BYTES 48
#define LETTERS_MIN 3 /* by themselves, that make a word together */

/* A stretch of the text that is respelt. */
typedef struct {
	gsize from, to;
	guint readings; /* bit 1 << number: those in which it is its own */
} Edit;

struct Disguises {
	const char *text;
	gsize length;
	GArray *edits; /* of Edit */
};

/* ---- letters ---- */

/* What a digit or sign stands for, in each of the readings; NULL: nothing. */
static const char *leet(char c)
{
	static const struct {
		char c;
		char letters[DISGUISE_READINGS + 1];
	} table[] = {
	    {'0', "ooooo"},
	    {'1', "ilili"},
	    {'!', "ilili"},
	    {'|', "ilili"},
	    {'3', "eeeee"},
	    {'4', "aaaaa"},
	    {'5', "sssss"},
	    {'7', "ttttt"},
	    {'8', "bbbbb"},
	    {'9', "ggggg"},
	    {'@', "aaaaa"},
	    {'$', "sssss"},
	    {'+', "ttttt"},
	    {'*', "iaoue"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		if (table[i].c == c) {
			return table[i].letters;
		}
	}
	return NULL;
}

static bool is_letter(char c)
{
	return g_ascii_isalpha(c) || (guchar)c >= 0x80;
}

static bool is_part(char c)
{
	return is_letter(c) || leet(c) != NULL;
}

/* ---- one token: what stands between blanks ---- */

/* What is in it. */
typedef struct {
	guint letters, digits, signs; /* signs: that stand for letters */
	guint stars;
	guint between;     /* other signs, with a letter on both sides */
	bool loud;         /* one of them is none of ordinary words */
	bool joins;        /* one of them joins words: "and/or", "don't" */
	guint pieces;      /* between those */
	gsize least, most; /* bytes of the pieces */
	bool accents;
	bool thrice;      /* a letter three times in a row, and others */
	bool digit_first; /* digits, then letters alone */
	guint tail;       /* digits behind the last letter */
	bool ells;        /* it ends in "11" */
} Token;

/* Signs that stand within ordinary words. */
static bool is_quiet(char c)
{
	return strchr("'/-.,:;&()\"?", c) != NULL;
}

static void piece_end(Token *token, gsize *piece)
{
	if (*piece) {
		token->pieces++;
		token->least = MIN(token->least, *piece);
		token->most = MAX(token->most, *piece);
		*piece = 0;
	}
}

static void token_char(Token *token, const char *p, const char *begin)
{
	char c = *p;
	if (is_letter(c)) {
		token->letters++;
		token->accents |= (guchar)c >= 0x80;
		token->tail = 0;
		token->thrice |= p - begin >= 2 && p[-1] == c && p[-2] == c;
	} else if (g_ascii_isdigit(c)) {
		token->digits++;
		token->tail++;
		token->digit_first |= token->letters == 0;
	} else if (c == '*') {
		token->stars++;
	} else {
		token->signs++;
	}
}

static Token token_look(const char *at, gsize length)
{
	Token token = {.least = G_MAXSIZE};
	gsize piece = 0;
	for (gsize i = 0; i < length; i++) {
		char c = at[i];
		if (is_part(c)) {
			token_char(&token, at + i, at);
			piece++;
			continue;
		}
		token.between++;
		token.loud |= !is_quiet(c);
		token.joins |= c != '-' && c != '.';
		piece_end(&token, &piece);
	}
	piece_end(&token, &piece);
	/* "XXXX" is what somebody made unreadable. */
	token.ells = length > 2 && memcmp(at + length - 2, "11", 2) == 0;
	token.thrice &= strspn(at, (char[]){*at, 0}) < length;
	return token;
}

/* "r.a.p.e", "ki-ll", "kil_l"; not "e-mail", "and/or", "don't". */
static bool is_broken(const Token *token)
{
	if (!token->between || token->letters < LETTERS_MIN) {
		return false;
	}
	if (token->loud) {
		return true;
	}
	return (token->most == 1 && token->pieces >= LETTERS_MIN) ||
	       (token->least <= 2 && token->most <= 3 && token->letters >= 4 &&
		   !token->joins);
}

/* "k1ll", "5uicide", "kil1"; not "2nd", "10am", "mp3", "covid19", "1337". */
static bool has_leet(const Token *token)
{
	if (token->letters == 0 ||
	    token->digits + token->signs + token->stars == 0) {
		return false;
	}
	if (token->signs || token->stars) {
		return true;
	}
	if (token->ells && token->digits == 2 && token->between == 0) {
		return token->letters > 1;
	}
	if (token->tail == token->digits || token->digit_first) {
		return token->digits == 1 && token->letters >= LETTERS_MIN &&
		       token->between == 0;
	}
	return token->digits <= token->letters;
}

static bool is_address(const char *at, gsize length)
{
	const char *sign = memchr(at, '@', length);
	return g_strstr_len(at, (gssize)length, "://") ||
	       g_str_has_prefix(at, "www.") ||
	       (sign && memchr(sign, '.', length - (gsize)(sign - at)));
}

/* Without the signs around a word that aren't part of it. */
static void token_trim(const char *text, gsize *from, gsize *to)
{
	while (*from < *to && !is_letter(text[*from]) &&
	       !g_ascii_isdigit(text[*from]) &&
	       !(leet(text[*from]) && is_letter(text[*from + 1]))) {
		(*from)++;
	}
	while (*to > *from && !is_letter(text[*to - 1]) &&
	       !g_ascii_isdigit(text[*to - 1])) {
		(*to)--;
	}
}

static guint readings_of(const char *at, gsize length)
{
	guint readings = 1;
	for (gsize i = 0; i < length; i++) {
		const char *letters = leet(at[i]);
		for (guint n = 1; letters && n < DISGUISE_READINGS; n++) {
			bool other = memchr(letters, letters[n], n) == NULL;
			readings |= (guint)other << n;
		}
	}
	return readings;
}

static void add_edit(Disguises *disguises, gsize from, gsize to)
{
	Edit edit = {from, to, readings_of(disguises->text + from, to - from)};
	g_array_append_val(disguises->edits, edit);
}

static void look_at_token(Disguises *disguises, gsize from, gsize to)
{
	const char *text = disguises->text;
	token_trim(text, &from, &to);
	if (to - from < LETTERS_MIN || to - from > TOKEN_BYTES) {
		return;
	}
	Token token = token_look(text + from, to - from);
	bool odd = is_broken(&token) || has_leet(&token) || token.thrice ||
		   token.accents;
	if (odd && !is_address(text + from, to - from)) {
		add_edit(disguises, from, to);
	}
}

/* ---- letters by themselves ---- */

/* Bytes of the part of a word that stands alone at AT: "r", or "r." */
static gsize single_at(const Disguises *disguises, gsize at)
{
	const char *p = disguises->text + at;
	gsize left = disguises->length - at;
	if (!left || !is_part(*p) || (guchar)*p >= 0x80) {
		return 0;
	}
	if (left == 1 || p[1] == ' ' || p[1] == '\n') {
		return 1;
	}
	bool sign = !is_part(p[1]) && (guchar)p[1] < 0x80;
	return sign && (left == 2 || p[2] == ' ' || p[2] == '\n') ? 2 : 0;
}

/* The end of the letters by themselves from AT on; AT when there are none. Do
 * they make a WORD? If not, no part of them does, and nobody looks again. */
static gsize singles_end(const Disguises *disguises, gsize at, bool *word)
{
	gsize end = at;
	guint letters = 0, n = 0;
	for (gsize bytes; (bytes = single_at(disguises, at)) != 0; n++) {
		letters += is_letter(disguises->text[at]);
		end = at + bytes;
		at = MIN(end + 1, disguises->length);
	}
	*word = n >= LETTERS_MIN && letters >= 2;
	return end;
}

static gsize token_end(const Disguises *disguises, gsize at)
{
	const char *text = disguises->text;
	while (at < disguises->length && text[at] != ' ' && text[at] != '\n') {
		at++;
	}
	return at;
}

/* The end of a word of nothing but small letters, perhaps with a sign behind
 * it, as most are; AT when it is none. */
static gsize plain_end(const Disguises *disguises, gsize at)
{
	const char *p = disguises->text + at;
	const char *end = disguises->text + disguises->length;
	const char *begin = p;
	char before = 0, last = 0;
	for (; p < end && g_ascii_isalpha(*p); p++) {
		if (*p == last && last == before) {
			return at;
		}
		before = last;
		last = *p;
	}
	if (p - begin < 2) {
		return at;
	}
	if (p < end && *p != ' ' && *p != '\n') {
		p += strchr(".,;:!?", *p) != NULL;
	}
	bool whole = p == end || *p == ' ' || *p == '\n';
	return whole ? (gsize)(p - disguises->text) : at;
}

Disguises *disguises_find(const char *text, gsize length)
{
	g_autoptr(Disguises) disguises = g_new0(Disguises, 1);
	disguises->text = text;
	disguises->length = length;
	disguises->edits = g_array_new(FALSE, FALSE, sizeof(Edit));
	for (gsize at = 0; at < length;) {
		gsize end = plain_end(disguises, at);
		bool word;
		if (end == at) {
			end = singles_end(disguises, at, &word);
			if (end == at) {
				end = token_end(disguises, at);
				look_at_token(disguises, at, end);
			} else if (word) {
				add_edit(disguises, at, end);
			}
		}
		at = end + 1;
	}
	return disguises->edits->len ? g_steal_pointer(&disguises) : NULL;
}

void disguises_free(Disguises *disguises)
{
	if (disguises) {
		g_array_unref(disguises->edits);
		g_free(disguises);
	}
}

/* ---- spelling ---- */

static bool is_vowel(char c)
{
	return strchr("aeiouAEIOU", c) != NULL;
}

/* A word while it is spelt. */
typedef struct {
	GString *out;
	char last;
	guint run; /* of last */
} Speller;

/* Three and more of a vowel are one, and two of another letter. */
static void put_letter(Speller *speller, char c)
{
	GString *out = speller->out;
	speller->run = speller->last == c ? speller->run + 1 : 1;
	speller->last = c;
	if (speller->run < 3) {
		g_string_append_c(out, c);
	} else if (speller->run == 3 && is_vowel(c)) {
		g_string_truncate(out, out->len - 1);
	}
}

static void respell(
    const Disguises *disguises, const Edit *edit, guint number, GString *out)
{
	const char *at = disguises->text + edit->from;
	const char *end = disguises->text + edit->to;
	Speller speller = {.out = out};
	while (at < end) {
		const char *letters = leet(*at);
		gunichar c = (guchar)*at < 0x80
				 ? 0
				 : g_utf8_get_char_validated(at, end - at);
		char bare = c ? letter_bare(c) : 0;
		if (letters) {
			put_letter(&speller, letters[number]);
			at++;
		} else if (g_ascii_isalnum(*at) || bare) {
			put_letter(&speller, bare ? bare : *at);
			at += g_utf8_skip[(guchar)*at];
		} else {
			/* Signs between go. */
			gsize n = c ? (gsize)g_utf8_skip[(guchar)*at] : 0;
			n = MIN(n, (gsize)(end - at));
			g_string_append_len(out, at, (gssize)n);
			at += MAX(n, 1);
		}
	}
}

/* ---- what is around them ---- */

static void add_seam(GArray *seams, const GString *out, gsize from)
{
	Seam seam = {out->len, from};
	g_array_append_val(seams, seam);
}

/* Where a reading is while it is written. */
typedef struct {
	const Disguises *disguises;
	guint number;
	guint edit; /* the next one */
	gsize done; /* of the text */
	GString *out;
	GArray *seams;
} Reading;

static const Edit *edit_at(const Disguises *disguises, guint i)
{
	return i < disguises->edits->len
		   ? &g_array_index(disguises->edits, Edit, i)
		   : NULL;
}

static void copy(Reading *reading, gsize to)
{
	if (to > reading->done) {
		add_seam(reading->seams, reading->out, reading->done);
		g_string_append_len(reading->out,
		    reading->disguises->text + reading->done,
		    (gssize)(to - reading->done));
		reading->done = to;
	}
}

/* A sign for what isn't there, so that no pattern takes it for the text's
 * beginning or end. */
static void add_gap(Reading *reading)
{
	add_seam(reading->seams, reading->out, reading->done);
	g_string_append(reading->out, " \xe2\x80\xa6 ");
}

/* The text from FROM to TO, each edit in it respelt. */
static void read_stretch(Reading *reading, gsize from, gsize to)
{
	const Disguises *disguises = reading->disguises;
	const Edit *edit;
	if (from > reading->done) {
		add_gap(reading);
		reading->done = from;
	}
	while ((edit = edit_at(disguises, reading->edit)) && edit->to <= to) {
		reading->edit++;
		if (edit->from < from) {
			continue;
		}
		copy(reading, edit->from);
		add_seam(reading->seams, reading->out, edit->from);
		respell(disguises, edit, reading->number, reading->out);
		reading->done = edit->to;
	}
	copy(reading, to);
}

/* The beginning of a word AROUND_BYTES before AT. */
static gsize around_begin(const Disguises *disguises, gsize at)
{
	gsize begin = at > AROUND_BYTES ? at - AROUND_BYTES : 0;
	while (begin > 0 && begin < at && disguises->text[begin - 1] != ' ') {
		begin++;
	}
	return begin;
}

static gsize around_end(const Disguises *disguises, gsize at)
{
	gsize end = MIN(at + AROUND_BYTES, disguises->length);
	while (end > at && end < disguises->length &&
	       disguises->text[end] != ' ') {
		end--;
	}
	return end;
}

void disguises_append(
    const Disguises *disguises, guint number, GString *out, GArray *seams)
{
	Reading reading = {.disguises = disguises,
	    .number = number,
	    .out = out,
	    .seams = seams};
	gsize from = 0, to = 0;
	const Edit *edit;
	for (guint i = 0; (edit = edit_at(disguises, i)); i++) {
		if (!(edit->readings & (1u << number))) {
			continue;
		}
		gsize begin = around_begin(disguises, edit->from);
		if (to && begin > to) {
			read_stretch(&reading, from, to);
			from = begin;
		}
		from = to ? from : begin;
		to = around_end(disguises, edit->to);
	}
	if (to) {
		read_stretch(&reading, from, to);
		if (to < disguises->length) {
			add_gap(&reading);
		}
	}
}
