/*
 * HTML to text: a tokenizer in one pass with fixed memory, so that no nesting,
 * no flood of attributes and no unclosed anything costs more than its length.
 * It is not a parser: no tree, no repair, no style sheets. Where a browser
 * would show nothing because the markup is broken, the text is kept: what
 * could be read by somebody must be read here.
 *
 * Quotes come out as "> " lines, the way plain text has them, so that one place
 * (split.c) decides what is new.
 */
#include "message/internal.h"

#include <string.h>

#define REGIONS 32
#define TAG_NAME 16
#define STYLE_BYTES 2048 /* looked at of one style */

typedef enum {
	TAG_INLINE = 0,
	TAG_BLOCK = 1 << 0,  /* on a line of its own */
	TAG_SPACED = 1 << 1, /* an empty line around */
	TAG_CELL = 1 << 2,   /* apart from its neighbour */
	TAG_EMPTY = 1 << 3,  /* never closed */
	TAG_RAW = 1 << 4,    /* its content is not text */
	TAG_PRE = 1 << 5,    /* lines as they are */
	TAG_LINE = 1 << 6,   /* two make an empty line */
	TAG_QUOTE = 1 << 7,
} TagFlags;

static const struct {
	const char *name;
	guint flags;
} tags[] = {
    {"address", TAG_BLOCK},
    {"article", TAG_BLOCK},
    {"aside", TAG_BLOCK},
    {"base", TAG_EMPTY},
    {"blockquote", TAG_BLOCK | TAG_QUOTE},
    {"body", TAG_BLOCK},
    {"br", TAG_LINE | TAG_EMPTY},
    {"caption", TAG_BLOCK},
    {"center", TAG_BLOCK},
    {"col", TAG_EMPTY},
    {"dd", TAG_BLOCK},
    {"dir", TAG_BLOCK},
    {"div", TAG_BLOCK},
    {"dl", TAG_BLOCK},
    {"dt", TAG_BLOCK},
    {"embed", TAG_EMPTY},
    {"fieldset", TAG_BLOCK},
    {"figcaption", TAG_BLOCK},
    {"figure", TAG_BLOCK},
    {"footer", TAG_BLOCK},
    {"form", TAG_BLOCK},
    {"frame", TAG_EMPTY},
    {"h1", TAG_SPACED},
    {"h2", TAG_SPACED},
    {"h3", TAG_SPACED},
    {"h4", TAG_SPACED},
    {"h5", TAG_SPACED},
    {"h6", TAG_SPACED},
    {"head", TAG_BLOCK},
    {"header", TAG_BLOCK},
    {"hr", TAG_BLOCK | TAG_EMPTY},
    {"html", TAG_BLOCK},
    {"img", TAG_EMPTY},
    {"input", TAG_EMPTY},
    {"legend", TAG_BLOCK},
    {"li", TAG_BLOCK},
    {"link", TAG_EMPTY},
    {"main", TAG_BLOCK},
    {"menu", TAG_BLOCK},
    {"meta", TAG_EMPTY},
    {"nav", TAG_BLOCK},
    {"ol", TAG_BLOCK},
    {"option", TAG_BLOCK},
    {"p", TAG_SPACED},
    {"param", TAG_EMPTY},
    {"plaintext", TAG_BLOCK | TAG_PRE},
    {"pre", TAG_BLOCK | TAG_PRE},
    {"script", TAG_RAW},
    {"section", TAG_BLOCK},
    {"source", TAG_EMPTY},
    {"style", TAG_RAW},
    {"table", TAG_BLOCK},
    {"tbody", TAG_BLOCK},
    {"td", TAG_CELL},
    {"tfoot", TAG_BLOCK},
    {"th", TAG_CELL},
    {"thead", TAG_BLOCK},
    {"title", TAG_RAW},
    {"tr", TAG_BLOCK},
    {"track", TAG_EMPTY},
    {"ul", TAG_BLOCK},
    {"wbr", TAG_EMPTY},
    {"xml", TAG_RAW},
    {"xmp", TAG_BLOCK | TAG_PRE},
};

/* A stretch of the input. */
typedef struct {
	const char *p;
	gsize n;
} Slice;

typedef struct {
	char name[TAG_NAME]; /* lower case; longer ones are nobody's */
	guint32 key;         /* of the name, for comparing */
	guint flags;
	bool closing;
	bool hidden; /* the attribute */
	Slice style, class, id, alt, type, cite;
} Tag;

typedef enum { REGION_HIDDEN = 1, REGION_QUOTE = 2 } RegionFlags;

/* An element that makes its content differ, until it is closed. COUNT of its
 * name are open, so that nesting needs no stack. */
typedef struct {
	guint32 key;
	guint flags;
	guint count;
} Region;

typedef struct {
	const char *p, *end;
	GString *visible, *hidden;
	Region regions[REGIONS];
	guint n_regions;
	guint flags;  /* of all regions */
	guint pre;    /* open ones */
	guint breaks; /* line ends due before the next word */
	bool space;   /* a space due before the next word */
	bool line;    /* something is on the line */
	bool outlook; /* in a comment that only Outlook shows */
	bool no_comment_end, no_tag_end; /* searched once, not again */
	guint no_raw_end;                /* the same, a bit for each tag */
} Html;

/* ---- writing ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static bool html_is_hidden(const Html *html)
{
	return html->outlook || (html->flags & REGION_HIDDEN) != 0;
}

static void html_break(Html *html, guint lines)
{
	if (html_is_hidden(html)) {
		html->space = true;
		return;
	}
	html->breaks = MAX(html->breaks, lines);
	html->space = false;
}

static void put_hidden(Html *html, const char *p, gsize n)
{
	if (html->space && html->hidden->len > 0) {
		g_string_append_c(html->hidden, ' ');
	}
	html->space = false;
	g_string_append_len(html->hidden, p, (gssize)n);
}

/* N bytes without white space. */
static void put_word(Html *html, const char *p, gsize n)
{
	if (n == 0) {
		return;
	}
	if (html_is_hidden(html)) {
		put_hidden(html, p, n);
		return;
	}
	GString *out = html->visible;
	for (; html->breaks > 0; html->breaks--) {
		if (out->len > 0) {
			g_string_append_c(out, '\n');
		}
		html->line = false;
	}
	if (!html->line && (html->flags & REGION_QUOTE) != 0) {
		g_string_append(out, "> ");
	} else if (html->space && html->line) {
		g_string_append_c(out, ' ');
	}
	html->space = false;
	html->line = true;
	g_string_append_len(out, p, (gssize)n);
}

/* White space where lines count. */
static void put_pre_space(Html *html, char c)
{
	if (html_is_hidden(html)) {
		html->space = true;
	} else if (c == '\n') {
		/* One by one, or empty lines would be lost. */
		html->breaks++;
	} else if (c != '\r') {
		put_word(html, " ", 1);
	}
}

static void put_space(Html *html, char c)
{
	if (html->pre > 0) {
		put_pre_space(html, c);
	} else if (html->breaks == 0) {
		html->space = true;
	}
}

static void put_character(Html *html, gunichar c)
{
	if (c < 0x80 && is_space((char)c)) {
		put_space(html, (char)c);
		return;
	}
	char utf8[6];
	put_word(html, utf8, (gsize)g_unichar_to_utf8(c, utf8));
}

/* ---- characters by name and number ---- */

/* Numbers 0x80 to 0x9f mean Windows-1252, as browsers have it. */
static gunichar reference_character(guint32 number)
{
	if (number >= 0x80 && number < 0xa0) {
		char byte = (char)number;
		g_autoptr(GString) text = g_string_new(NULL);
		charset_guess(&byte, 1, text);
		return g_utf8_get_char(text->str);
	}
	if (number == 0 || number > 0x10ffff ||
	    (number >= 0xd800 && number < 0xe000)) {
		return 0xfffd;
	}
	return number;
}

/* "&#65;", "&#x41": the byte after, or NULL when it isn't one. */
static const char *read_number(Html *html, const char *p)
{
	const char *end = html->end;
	bool hex = p < end && (*p == 'x' || *p == 'X');
	p += hex;
	const char *start = p;
	guint32 number = 0;
	for (; p < end && (hex ? g_ascii_isxdigit(*p) : g_ascii_isdigit(*p));
	     p++) {
		if (number <= 0x10ffff) {
			number = number * (hex ? 16 : 10) +
				 (guint32)g_ascii_xdigit_value(*p);
		}
	}
	if (p == start) {
		return NULL;
	}
	put_character(html, reference_character(number));
	return p < end && *p == ';' ? p + 1 : p;
}

/* At "&": the byte after what it means. */
static const char *read_reference(Html *html, const char *p)
{
	const char *end = html->end, *next = NULL;
	if (p + 1 < end && p[1] == '#') {
		next = read_number(html, p + 2);
	} else {
		const char *q = p + 1;
		while (q < end && q - p < 32 && g_ascii_isalnum(*q)) {
			q++;
		}
		gsize n = (gsize)(q - p - 1), used = 0;
		bool closed = q < end && *q == ';';
		gunichar c = n > 0 ? entity_lookup(p + 1, n, closed, &used) : 0;
		if (c != 0) {
			put_character(html, c);
			next = p + 1 + used;
			next += closed && used == n;
		}
	}
	if (next == NULL) {
		put_word(html, "&", 1);
		next = p + 1;
	}
	return next;
}

/* Text up to the next "<", or to STOP. */
static void read_text(Html *html, const char *stop)
{
	const char *end = html->end;
	html->end = stop;
	while (html->p < stop && *html->p != '<') {
		const char *p = html->p;
		while (p < stop && *p != '<' && *p != '&' && !is_space(*p)) {
			p++;
		}
		put_word(html, html->p, (gsize)(p - html->p));
		if (p < stop && *p == '&') {
			p = read_reference(html, p);
		} else if (p < stop && is_space(*p)) {
			put_space(html, *p++);
		}
		html->p = p;
	}
	html->end = end;
}

/* Text of an attribute. */
static void put_slice(Html *html, Slice slice)
{
	const char *p = html->p;
	html->p = slice.p;
	while (html->p < slice.p + slice.n) {
		read_text(html, slice.p + slice.n);
		if (html->p < slice.p + slice.n) {
			put_word(html, html->p, 1);
			html->p++;
		}
	}
	html->p = p;
}

/* ---- attributes ---- */

static bool slice_is(Slice slice, const char *word)
{
	return slice.n == strlen(word) &&
	       g_ascii_strncasecmp(slice.p, word, slice.n) == 0;
}

static bool slice_has(Slice slice, const char *word)
{
	gsize n = slice.n > 0 ? strlen(word) : 1;
	for (gsize i = 0; i + n <= MIN(slice.n, STYLE_BYTES); i++) {
		if (g_ascii_strncasecmp(slice.p + i, word, n) == 0) {
			return true;
		}
	}
	return false;
}

/* Lower case, without white space and comments. */
static void style_fold(Slice style, char folded[STYLE_BYTES + 1])
{
	gsize n = 0;
	for (gsize i = 0; i < MIN(style.n, STYLE_BYTES); i++) {
		if (style.p[i] == '/' && i + 1 < style.n &&
		    style.p[i + 1] == '*') {
			i += 2;
			while (i + 1 < MIN(style.n, STYLE_BYTES) &&
			       !(style.p[i] == '*' && style.p[i + 1] == '/')) {
				i++;
			}
			i++;
		} else if (!is_space(style.p[i]) && style.p[i] != '\0') {
			folded[n++] = ascii_lower(style.p[i]);
		}
	}
	folded[n] = '\0';
}

/* The value of PROPERTY, up to the end of the style; NULL when absent. */
static const char *style_value(const char *style, const char *property)
{
	gsize n = strlen(property);
	for (const char *p = style; (p = strstr(p, property)) != NULL; p++) {
		if ((p == style || p[-1] == ';') && p[n] == ':') {
			return p + n + 1;
		}
	}
	return NULL;
}

/* "0", "0px", "0.0em": nothing but zero. */
static bool style_is_zero(const char *value)
{
	if (value == NULL || (*value != '0' && *value != '.')) {
		return false;
	}
	value += strspn(value, "0.");
	return !g_ascii_isdigit(*value);
}

static bool style_is(const char *value, const char *word)
{
	return value != NULL && g_str_has_prefix(value, word);
}

static bool style_hides(Slice slice)
{
	if (slice.n == 0) {
		return false;
	}
	char style[STYLE_BYTES + 1];
	style_fold(slice, style);
	if (style_is(style_value(style, "display"), "none") ||
	    style_is(style_value(style, "visibility"), "hidden") ||
	    style_is_zero(style_value(style, "font-size")) ||
	    style_is_zero(style_value(style, "opacity")) ||
	    style_is(style_value(style, "color"), "transparent")) {
		return true;
	}
	return style_is(style_value(style, "overflow"), "hidden") &&
	       (style_is_zero(style_value(style, "max-height")) ||
		   style_is_zero(style_value(style, "height")) ||
		   style_is_zero(style_value(style, "max-width")));
}

/* The button "more indent" makes a blockquote, too. */
static bool blockquote_is_indent(const Tag *tag)
{
	return tag->type.n == 0 && tag->cite.n == 0 && tag->class.n == 0 &&
	       (slice_has(tag->style, "border:none") ||
		   slice_has(tag->style, "border: none") ||
		   slice_has(tag->style, "margin-right: 0px"));
}

static guint tag_region(const Tag *tag)
{
	guint flags = 0;
	if (tag->hidden || style_hides(tag->style)) {
		flags |= REGION_HIDDEN;
	}
	if (((tag->flags & TAG_QUOTE) != 0 && !blockquote_is_indent(tag)) ||
	    slice_has(tag->class, "moz-cite-prefix") ||
	    slice_has(tag->class, "yahoo_quoted")) {
		flags |= REGION_QUOTE;
	}
	return flags;
}

/* What mail programs put before the message that they answer or forward. */
static bool tag_is_divider(const Tag *tag)
{
	if (tag->id.n == 0 && tag->class.n == 0) {
		return false;
	}
	return slice_is(tag->id, "divRplyFwdMsg") ||
	       slice_is(tag->id, "zwchr") ||
	       slice_is(tag->id, "stopSpelling") ||
	       slice_has(tag->class, "OutlookMessageHeader") ||
	       slice_has(tag->class, "moz-forward-container");
}

/* ---- regions ---- */

static void regions_cut(Html *html, guint n)
{
	guint before = html->flags;
	html->n_regions = n;
	html->flags = 0;
	for (guint i = 0; i < n; i++) {
		html->flags |= html->regions[i].flags;
	}
	if ((before & REGION_HIDDEN) && !(html->flags & REGION_HIDDEN)) {
		html->space = false; /* it belonged to the hidden text */
		g_string_append_c(html->hidden, '\n');
	}
	if ((before ^ html->flags) & REGION_QUOTE) {
		html_break(html, 1);
	}
}

/* The innermost region of that name, counted from 1; 0 when there is none. */
static guint region_find(const Html *html, guint32 key)
{
	guint i = html->n_regions;
	while (i > 0 && html->regions[i - 1].key != key) {
		i--;
	}
	return i;
}

static void region_open(Html *html, const Tag *tag)
{
	/* A paragraph ends where the next block begins. */
	if ((tag->flags & (TAG_BLOCK | TAG_SPACED)) != 0) {
		guint n = html->n_regions;
		if (n > 0 && html->regions[n - 1].key == 'p') {
			regions_cut(html, n - 1);
		}
	}
	guint flags = tag_region(tag);
	guint same = region_find(html, tag->key);
	if (flags == 0 || html->n_regions == REGIONS) {
		if (same > 0) {
			html->regions[same - 1].count++;
		}
		return;
	}
	Region *region = &html->regions[html->n_regions++];
	region->key = tag->key;
	region->flags = flags;
	region->count = 1;
	if (flags & REGION_QUOTE) {
		html_break(html, 1);
	}
	html->flags |= flags;
}

static void region_close(Html *html, const Tag *tag)
{
	guint i = region_find(html, tag->key);
	if (i > 0 && --html->regions[i - 1].count == 0) {
		regions_cut(html, i - 1);
	}
}

/* ---- tags ---- */

static guint tag_index(const char *name)
{
	guint low = 0, high = G_N_ELEMENTS(tags);
	while (low < high) {
		guint middle = (low + high) / 2;
		int order = strcmp(name, tags[middle].name);
		if (order == 0) {
			return middle;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return G_N_ELEMENTS(tags);
}

static void tag_attribute(Tag *tag, Slice name, Slice value)
{
	const struct {
		const char *name;
		Slice *slice;
	} wanted[] = {{"style", &tag->style}, {"class", &tag->class},
	    {"id", &tag->id}, {"alt", &tag->alt}, {"type", &tag->type},
	    {"cite", &tag->cite}};
	if (slice_is(name, "hidden")) {
		tag->hidden = true;
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		if (wanted[i].slice->p == NULL &&
		    slice_is(name, wanted[i].name)) {
			*wanted[i].slice = value;
			return;
		}
	}
}

/* The value at P; the byte after it. */
static const char *read_value(const char *p, const char *end, Slice *value)
{
	while (p < end && is_space(*p)) {
		p++;
	}
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *close = memchr(p + 1, *p, (gsize)(end - p - 1));
		value->p = p + 1;
		value->n = (gsize)((close ? close : end) - p - 1);
		return close ? close + 1 : end;
	}
	value->p = p;
	while (p < end && !is_space(*p) && *p != '>') {
		p++;
	}
	value->n = (gsize)(p - value->p);
	return p;
}

/* The tag at P, which is at "<" or "</" before a letter. Returns the byte after
 * ">", or NULL when the input ends before. */
static const char *read_tag(const char *p, const char *end, Tag *tag)
{
	memset(tag, 0, sizeof(*tag));
	p++;
	tag->closing = *p == '/';
	p += tag->closing;
	gsize n = 0;
	for (; p < end && !is_space(*p) && *p != '>' && *p != '/'; p++) {
		char c = ascii_lower(*p);
		/* A name of one letter is its own key. */
		tag->key = tag->key * 31 + (guchar)c;
		if (n < TAG_NAME) {
			tag->name[n++] = c;
		}
	}
	if (n == TAG_NAME) {
		tag->name[TAG_NAME - 1] = '\0';
	}
	while (p < end) {
		while (p < end && (is_space(*p) || *p == '/')) {
			p++;
		}
		if (p == end) {
			break;
		}
		if (*p == '>') {
			guint i = tag_index(tag->name);
			tag->flags = i < G_N_ELEMENTS(tags) ? tags[i].flags : 0;
			return p + 1;
		}
		Slice name = {p, 0}, value = {NULL, 0};
		p++;
		while (p < end && !is_space(*p) && *p != '=' && *p != '>' &&
		       *p != '/') {
			p++;
		}
		name.n = (gsize)(p - name.p);
		while (p < end && is_space(*p)) {
			p++;
		}
		if (p < end && *p == '=') {
			p = read_value(p + 1, end, &value);
		}
		tag_attribute(tag, name, value);
	}
	return NULL;
}

/* Skips the content of <style>, <script> ...; when it is never closed, it is
 * text. */
static void skip_raw(Html *html, const Tag *tag)
{
	guint bit = 1u << (tag_index(tag->name) % 32);
	if (html->no_raw_end & bit) {
		return;
	}
	gsize n = strlen(tag->name);
	const char *p = html->p;
	while ((p = memchr(p, '<', (gsize)(html->end - p))) != NULL) {
		if ((gsize)(html->end - p) > n + 2 && p[1] == '/' &&
		    g_ascii_strncasecmp(p + 2, tag->name, n) == 0) {
			html->p = p;
			return;
		}
		p++;
	}
	html->no_raw_end |= bit;
}

static void tag_break(Html *html, const Tag *tag)
{
	if (tag->flags & TAG_LINE) {
		if (html->breaks > 0 || !html->line) {
			html->breaks = MIN(html->breaks + 1, 3);
		} else {
			html_break(html, 1);
		}
	} else if (tag->flags & TAG_SPACED) {
		html_break(html, 2);
	} else if (tag->flags & TAG_BLOCK) {
		html_break(html, 1);
	} else if (tag->flags & TAG_CELL) {
		put_space(html, ' ');
	}
}

static void tag_opened(Html *html, const Tag *tag)
{
	tag_break(html, tag);
	if (tag_is_divider(tag) && !html_is_hidden(html)) {
		put_word(html, "-----Original Message-----", 26);
		html_break(html, 1);
	}
	if ((tag->flags & TAG_EMPTY) == 0) {
		region_open(html, tag);
	}
	if (tag->flags & TAG_RAW) {
		skip_raw(html, tag);
	}
	html->pre += (tag->flags & TAG_PRE) != 0;
	if (tag->alt.n > 0 && strcmp(tag->name, "img") == 0) {
		put_space(html, ' ');
		put_slice(html, tag->alt);
		put_space(html, ' ');
	}
}

static void tag_closed(Html *html, const Tag *tag)
{
	if ((tag->flags & TAG_EMPTY) == 0) {
		region_close(html, tag);
	}
	if ((tag->flags & TAG_PRE) && html->pre > 0) {
		html->pre--;
	}
	tag_break(html, tag);
}

/* "<!-- -->", "<!doctype>", "<?xml?>", and Outlook's conditions. */
static void skip_declaration(Html *html)
{
	const char *p = html->p, *end = html->end;
	gsize left = (gsize)(end - p);
	if (left >= 7 && memcmp(p, "<!--[if", 7) == 0) {
		/* Shown by one mail program: hidden to the others. */
		html->outlook = true;
	} else if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
		const char *close = html->no_comment_end
					? NULL
					: memmem(p + 2, left - 2, "-->", 3);
		html->no_comment_end |= close == NULL;
		html->p = close ? close + 3 : p + 4;
		return;
	} else if (left >= 8 && memcmp(p, "<![endif", 8) == 0) {
		html->outlook = false;
	}
	const char *close = html->no_tag_end ? NULL : memchr(p, '>', left);
	html->no_tag_end |= close == NULL;
	html->p = close ? close + 1 : p + 2;
}

/* At "<". */
static void read_markup(Html *html)
{
	const char *p = html->p, *end = html->end;
	char next = p + 1 < end ? p[1] : '\0';
	if (next == '!' || next == '?') {
		skip_declaration(html);
		return;
	}
	bool closing = next == '/' && p + 2 < end;
	Tag tag;
	const char *after = NULL;
	if (!html->no_tag_end &&
	    (g_ascii_isalpha(next) || (closing && g_ascii_isalpha(p[2])))) {
		after = read_tag(p, end, &tag);
		if (after == NULL) {
			/* An unclosed quote: up to ">" all the same. */
			after = memchr(p, '>', (gsize)(end - p));
			html->no_tag_end = after == NULL;
			after = after ? after + 1 : NULL;
		}
	}
	if (after == NULL) {
		put_word(html, "<", 1);
		html->p = p + 1;
		return;
	}
	html->p = after;
	if (tag.closing) {
		tag_closed(html, &tag);
	} else {
		tag_opened(html, &tag);
	}
}

void html_to_text(
    const char *bytes, gsize length, GString *visible, GString *hidden)
{
	Html html = {.p = bytes,
	    .end = bytes + length,
	    .visible = visible,
	    .hidden = hidden};
	while (html.p < html.end) {
		read_text(&html, html.end);
		if (html.p < html.end) {
			read_markup(&html);
		}
	}
}
