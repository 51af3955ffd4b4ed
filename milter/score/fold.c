/*
 * Folds text for matching, character by character: the compatibility
 * composition of Unicode, but for the order of what combines with a letter,
 * which keeps this linear whatever it is given; and letters as a reader sees
 * them.
 *
 * ASCII is copied, and the letters of most mail are a comparison away from it.
 */
#include "score/fold.h"

#include "score/letters.h"

/* So far around a word of look-alikes its neighbours are looked for. */
#define NEIGHBOUR_BYTES 64

typedef enum {
	FOLD_DROP,
	FOLD_SPACE,
	FOLD_LINE,
	FOLD_PARAGRAPH,
	FOLD_CHAR, /* to `to` */
} FoldKind;

typedef struct {
	gunichar first, last;
	FoldKind kind;
	char to;
} FoldRange;

/* Sorted, apart. What is below U+0080 is looked at in place. */
static const FoldRange fold_ranges[] = {
    {0x0085, 0x0085, FOLD_LINE, 0}, {0x00a0, 0x00a0, FOLD_SPACE, 0},
    {0x00ab, 0x00ab, FOLD_CHAR, '"'}, /* guillemets */
    {0x00ad, 0x00ad, FOLD_DROP, 0},   /* soft hyphen */
    {0x00bb, 0x00bb, FOLD_CHAR, '"'},
    {0x017f, 0x017f, FOLD_CHAR, 's'}, /* long s: caseless, it is one */
    {0x02bc, 0x02bc, FOLD_CHAR, '\''},
    {0x034f, 0x034f, FOLD_DROP, 0}, /* grapheme joiner */
    {0x061c, 0x061c, FOLD_DROP, 0},
    {0x115f, 0x1160, FOLD_DROP, 0}, /* Hangul fillers */
    {0x1680, 0x1680, FOLD_SPACE, 0}, {0x17b4, 0x17b5, FOLD_DROP, 0},
    {0x180b, 0x180f, FOLD_DROP, 0}, {0x2000, 0x200a, FOLD_SPACE, 0},
    {0x200b, 0x200f, FOLD_DROP, 0}, /* zero width, direction marks */
    {0x2010, 0x2011, FOLD_CHAR, '-'}, {0x2018, 0x201b, FOLD_CHAR, '\''},
    {0x201c, 0x201f, FOLD_CHAR, '"'}, {0x2028, 0x2028, FOLD_LINE, 0},
    {0x2029, 0x2029, FOLD_PARAGRAPH, 0}, {0x202a, 0x202e, FOLD_DROP, 0},
    {0x202f, 0x202f, FOLD_SPACE, 0}, {0x205f, 0x205f, FOLD_SPACE, 0},
    {0x2060, 0x206f, FOLD_DROP, 0},
    {0x212a, 0x212a, FOLD_CHAR, 'k'}, /* Kelvin: caseless, it is one */
    {0x3000, 0x3000, FOLD_SPACE, 0}, {0x3164, 0x3164, FOLD_DROP, 0},
    {0xfe00, 0xfe0f, FOLD_DROP, 0}, /* variation selectors */
    {0xfeff, 0xfeff, FOLD_DROP, 0}, {0xffa0, 0xffa0, FOLD_DROP, 0},
    {0xe0000, 0xe0fff, FOLD_DROP, 0}, /* tags */
};

/* What a word of letters that look Latin is read as. */
typedef enum { WORD_AS_IS, WORD_LATIN } WordReading;

typedef struct {
	GString *out;
	gsize begin; /* of this text in out */
	/* White space seen and not yet written. */
	bool space;
	guint lines;
	bool changed; /* more than white space and signs */
	const char *text, *end;
	/* The word for which `reading` is decided ends here. */
	const char *word_end;
	WordReading reading;
} FoldState;

static const FoldRange *fold_range(gunichar c)
{
	for (gsize i = 0; i < G_N_ELEMENTS(fold_ranges); i++) {
		if (c < fold_ranges[i].first) {
			return NULL;
		}
		if (c <= fold_ranges[i].last) {
			return &fold_ranges[i];
		}
	}
	return NULL;
}

static void fold_flush(FoldState *state)
{
	if (!state->space) {
		return;
	}
	if (state->out->len > state->begin) {
		g_string_append_c(state->out, state->lines > 1 ? '\n' : ' ');
	}
	state->space = false;
	state->lines = 0;
}

static void fold_white(FoldState *state, guint lines)
{
	state->space = true;
	state->lines += lines;
}

static void fold_range_append(FoldState *state, const FoldRange *range)
{
	switch (range->kind) {
	case FOLD_DROP:
		state->changed = true;
		break;
	case FOLD_SPACE:
		fold_white(state, 0);
		break;
	case FOLD_LINE:
		fold_white(state, 1);
		break;
	case FOLD_PARAGRAPH:
		fold_white(state, 2);
		break;
	case FOLD_CHAR:
		fold_flush(state);
		g_string_append_c(state->out, range->to);
		break;
	}
}

static char fold_digit(gunichar c)
{
	return (char)('0' + g_unichar_digit_value(c));
}

/* ---- words of letters that look Latin ---- */

typedef enum { LOOK_NONE, LOOK_LATIN, LOOK_ALIKE, LOOK_FOREIGN } Look;

/* What C is among the letters of a word; LOOK_NONE: none. */
static Look look_of(gunichar c)
{
	bool sure = false;
	if (c < 0x80) {
		return g_ascii_isalpha((char)c) ? LOOK_LATIN : LOOK_NONE;
	}
	if (c < 0x370 || (c >= 0x1d00 && c < 0x2000) || c >= 0x2100) {
		return g_unichar_isalpha(c) ? LOOK_LATIN : LOOK_NONE;
	}
	if (letter_alike(c, &sure)) {
		return sure ? LOOK_ALIKE : LOOK_FOREIGN;
	}
	return g_unichar_isalpha(c) ? LOOK_FOREIGN : LOOK_NONE;
}

static bool is_unseen(gunichar c)
{
	const FoldRange *range = fold_range(c);
	return (range && range->kind == FOLD_DROP) || letter_is_decoration(c);
}

/* Which of the letters before AT in the output, and from AT on in the text, are
 * of the same word; a bit 1 << Look each. */
static guint word_looks(FoldState *state, const char *at)
{
	guint seen = 0;
	const char *p = state->out->str + state->out->len;
	const char *begin = state->out->str + state->begin;
	/* Signs drawn as letters part words of the text, not of the output. */
	if (p - begin > NEIGHBOUR_BYTES) {
		begin = p - NEIGHBOUR_BYTES;
	}
	while (!state->space && p > begin) {
		p = g_utf8_find_prev_char(begin, p);
		Look look = p ? look_of(g_utf8_get_char(p)) : LOOK_NONE;
		if (look == LOOK_NONE) {
			break;
		}
		seen |= 1u << look;
	}
	while (at < state->end) {
		gunichar c = g_utf8_get_char_validated(at, state->end - at);
		if (c >= 0x110000) {
			break;
		}
		Look look = look_of(c);
		if (look == LOOK_NONE && !is_unseen(c)) {
			break;
		}
		seen |= 1u << look;
		at += g_utf8_skip[(guchar)*at];
	}
	state->word_end = at;
	return seen & ~(1u << LOOK_NONE);
}

/* Is the word from AT on among words of its own script? */
static bool among_foreign(const FoldState *state, const char *at)
{
	const char *begin = state->out->str + state->begin;
	const char *end = state->out->str + state->out->len;
	if (end - begin > NEIGHBOUR_BYTES) {
		begin = end - NEIGHBOUR_BYTES;
	}
	for (const char *p = end; p > begin;) {
		p = g_utf8_find_prev_char(begin, p);
		Look look = p ? look_of(g_utf8_get_char(p)) : LOOK_NONE;
		if (look != LOOK_NONE) {
			return look != LOOK_LATIN;
		}
		if (!p) {
			break;
		}
	}
	/* Nothing before it: what comes? */
	end = state->end - at > NEIGHBOUR_BYTES ? at + NEIGHBOUR_BYTES
						: state->end;
	while (at < end) {
		gunichar c = g_utf8_get_char_validated(at, state->end - at);
		Look look = c < 0x110000 ? look_of(c) : LOOK_NONE;
		if (look == LOOK_LATIN || look == LOOK_FOREIGN) {
			return look == LOOK_FOREIGN;
		}
		at += g_utf8_skip[(guchar)*at];
	}
	return false;
}

/* Mixed with Latin letters they are meant as such; a word of them alone is,
 * unless it stands among words of its script. */
static WordReading word_reading(FoldState *state, const char *at)
{
	if (at >= state->word_end) {
		guint looks = word_looks(state, at);
		bool latin = (looks & (1u << LOOK_LATIN)) != 0;
		bool foreign = (looks & (1u << LOOK_FOREIGN)) != 0;
		bool meant = latin || (!foreign && !among_foreign(
						       state, state->word_end));
		state->reading = meant ? WORD_LATIN : WORD_AS_IS;
	}
	return state->reading;
}

/* ---- characters ---- */

static void fold_put(FoldState *state, gunichar c)
{
	fold_flush(state);
	if (c < 0x80) {
		g_string_append_c(state->out, (char)c);
	} else {
		g_string_append_unichar(state->out, c);
	}
}

/* MARK makes another letter of the last one, where there is such; else it goes,
 * unless KEPT. */
static void fold_mark(FoldState *state, gunichar mark, bool kept)
{
	GString *out = state->out;
	const char *begin = out->str + state->begin;
	gunichar whole;
	const char *last =
	    state->space ? NULL
			 : g_utf8_find_prev_char(begin, out->str + out->len);
	if (last && g_unichar_compose(g_utf8_get_char(last), mark, &whole)) {
		g_string_truncate(out, (gsize)(last - out->str));
		g_string_append_unichar(out, whole);
		state->changed = true;
	} else if (kept) {
		fold_put(state, mark);
	} else {
		state->changed = true;
	}
}

/* Tables know C? */
static bool fold_known(FoldState *state, gunichar c)
{
	const FoldRange *range = fold_range(c);
	char drawn = range ? 0 : letter_drawn(c);
	if (range) {
		fold_range_append(state, range);
	} else if (g_unichar_isdigit(c)) {
		fold_flush(state);
		g_string_append_c(state->out, fold_digit(c));
		state->changed = true;
	} else if (drawn) {
		fold_put(state, (guchar)drawn);
		state->changed = true;
	} else if (letter_is_decoration(c) || letter_joins(c)) {
		fold_mark(state, c, !letter_is_decoration(c));
	} else {
		return false;
	}
	return true;
}

/* What C, of which the tables know nothing, is made of. */
static bool fold_forms(FoldState *state, gunichar c)
{
	gunichar forms[LETTER_FORMS];
	guint n = letter_forms(c, forms);
	for (guint i = 0; i < n; i++) {
		if (forms[i] == ' ') {
			fold_white(state, 0);
		} else if (forms[i] < 0x80 || !fold_known(state, forms[i])) {
			fold_put(state, forms[i]);
		}
	}
	state->changed |= n > 0;
	return n > 0;
}

/* One character beyond ASCII; the bytes it took. */
static gsize fold_wide(FoldState *state, const char *at)
{
	gunichar c = g_utf8_get_char_validated(at, state->end - at);
	gsize length = c < 0x110000 ? (gsize)g_utf8_skip[(guchar)*at] : 1;
	bool sure;
	char latin;
	if (c >= 0x110000 || letter_is_ordinary(c)) {
		fold_flush(state);
		g_string_append_len(state->out, at, (gssize)length);
	} else if ((latin = letter_alike(c, &sure)) != 0) {
		bool meant = word_reading(state, at) == WORD_LATIN;
		fold_put(state, meant ? (guchar)latin : c);
		state->changed |= meant;
	} else if (!fold_known(state, c) && !fold_forms(state, c)) {
		fold_put(state, c);
	}
	return length;
}

/* The run of bytes from AT that are copied as they are. */
static gsize fold_plain(const char *at, gsize left)
{
	gsize n = 0;
	while (n < left && at[n] > ' ' && (guchar)at[n] < 0x80) {
		n++;
	}
	return n;
}

/* One step; the bytes it took. COPIED: of them, those at the end that stand in
 * the output as they are. */
static gsize fold_step(FoldState *state, const char *at, gsize *copied)
{
	gsize plain = fold_plain(at, (gsize)(state->end - at));
	*copied = plain;
	if (plain) {
		fold_flush(state);
		g_string_append_len(state->out, at, (gssize)plain);
		return plain;
	}
	if ((guchar)*at >= 0x80) {
		return fold_wide(state, at);
	}
	if (g_ascii_isspace(*at) || *at == '\v') {
		fold_white(state, *at == '\n' ? 1 : 0);
	} else {
		fold_flush(state);
		g_string_append_c(state->out, *at);
	}
	return 1;
}

static FoldState fold_begin(GString *out, const char *text, gsize length)
{
	return (FoldState){
	    .out = out, .begin = out->len, .text = text, .end = text + length};
}

bool fold_append(GString *out, const char *text, gsize length)
{
	FoldState state = fold_begin(out, text, length);
	for (const char *at = text; at < state.end;) {
		gsize copied;
		at += fold_step(&state, at, &copied);
	}
	return state.changed;
}

void fold_origin(
    const char *text, gsize length, FoldSpan folded, FoldSpan *origin)
{
	g_autoptr(GString) out = g_string_new(NULL);
	FoldState state = fold_begin(out, text, length);
	bool begun = false;
	*origin = (FoldSpan){length, length};
	for (const char *at = text; at < state.end;) {
		gsize copied, before = out->len;
		gsize took = fold_step(&state, at, &copied);
		if (before >= folded.to && begun && out->len > before) {
			break;
		}
		gsize here = (gsize)(at - text);
		at += took;
		if (!begun && out->len > folded.from) {
			gsize behind = out->len - folded.from;
			origin->from =
			    behind <= copied ? here + took - behind : here;
			begun = true;
		}
		if (begun && before < folded.to) {
			gsize beyond =
			    out->len > folded.to ? out->len - folded.to : 0;
			origin->to =
			    here + took - (beyond < copied ? beyond : 0);
		} else if (begun && !state.space) {
			/* Marks of the last letter. */
			origin->to = here + took;
		}
	}
}

/* What C of a pattern is written as; 0: as it is. */
static gunichar pattern_char(gunichar c)
{
	gunichar forms[LETTER_FORMS];
	const FoldRange *range = fold_range(c);
	if (range) {
		return range->kind == FOLD_CHAR ? (guchar)range->to : 0;
	}
	if (g_unichar_isdigit(c)) {
		return (guchar)fold_digit(c);
	}
	if (letter_drawn(c)) {
		return (guchar)letter_drawn(c);
	}
	/* Signs mean something in a pattern. */
	return letter_forms(c, forms) == 1 &&
		       (forms[0] >= 0x80 || g_ascii_isalpha((char)forms[0]))
		   ? forms[0]
		   : 0;
}

static bool is_ascii(char c)
{
	return (guchar)c < 0x80;
}

/* Appends the N bytes at TEXT, composed. */
static void append_stretch(GString *out, const char *text, gsize n)
{
	/* An accent of its own becomes one with its letter, as in texts. */
	g_autofree char *composed =
	    g_utf8_normalize(text, (gssize)n, G_NORMALIZE_NFC);
	g_autofree char *plain = composed ? NULL : g_strndup(text, n);
	const char *at = composed ? composed : plain;
	while (*at) {
		gunichar c = g_utf8_get_char_validated(at, -1);
		if (c >= 0x110000) {
			g_string_append_c(out, *at++);
			continue;
		}
		const char *next = at + g_utf8_skip[(guchar)*at];
		gunichar to = c < 0x80 ? 0 : pattern_char(c);
		if (to) {
			g_string_append_unichar(out, to);
		} else {
			g_string_append_len(out, at, next - at);
		}
		at = next;
	}
}

/* Nothing of ASCII is changed by what stands before it: so only characters of
 * others, each stretch with the one before it, have to be looked at. */
char *fold_pattern(const char *pattern)
{
	GString *out = g_string_sized_new(strlen(pattern) + 1);
	while (*pattern) {
		gsize plain = 0, end;
		while (pattern[plain] && is_ascii(pattern[plain])) {
			plain++;
		}
		end = plain;
		while (pattern[end] && !is_ascii(pattern[end])) {
			end++;
		}
		plain -= end > plain && plain > 0;
		g_string_append_len(out, pattern, (gssize)plain);
		if (end > plain) {
			append_stretch(out, pattern + plain, end - plain);
		}
		pattern += end;
	}
	return g_string_free(out, FALSE);
}
