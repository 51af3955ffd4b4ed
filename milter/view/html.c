/*
 * The HTML printer. Everything that is printed goes through append_escaped, in
 * one of two contexts; that is all there is to trust. What the program itself
 * gets wrong (a name that isn't one, an attribute that runs) is a bug of ours
 * and prints nothing.
 */
#include "anteroom/html.h"

#include <stdarg.h>
#include <string.h>

/* A base letter with more marks than any script has is a heap, not a text. */
#define MAX_MARKS 6
/* What must still be printable once the bound is reached: end tags. */
#define MAX_DEPTH 64
/* Room in the beginning: most pages are so long. */
#define FIRST_BYTES ((gsize)16 * 1024)

typedef enum { CONTEXT_TEXT, CONTEXT_ATTRIBUTE } Context;

struct Html {
	GString *out;
	gsize max_bytes;
	const char *open[MAX_DEPTH]; /* names of elements, literals */
	guint depth;
	guint skipped; /* elements begun when nothing fitted any more */
	bool in_tag;   /* attributes may still follow */
	bool full;
};

Html *html_new(gsize max_bytes)
{
	Html *html = g_new0(Html, 1);

	html->out = g_string_sized_new(MIN(max_bytes, FIRST_BYTES));
	html->max_bytes = max_bytes;
	return html;
}

void html_free(Html *html)
{
	if (html != NULL) {
		if (html->out != NULL) {
			g_string_free(html->out, TRUE);
		}
		g_free(html);
	}
}

/* Mostly there is room, and the library needn't be asked. */
static void put(Html *html, const char *text, gsize n)
{
	GString *out = html->out;

	if (n >= out->allocated_len - out->len) {
		g_string_append_len(out, text, (gssize)n);
		return;
	}
	memcpy(out->str + out->len, text, n);
	out->len += n;
	out->str[out->len] = '\0';
}

static void put_text(Html *html, const char *text)
{
	put(html, text, strlen(text));
}

static bool is_one_of(const char *name, const char *const *names, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		if (*names[i] == *name && strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* Without content and end tag, in HTML. */
static bool is_void(const char *tag)
{
	static const char *const names[] = {
	    "br", "col", "hr", "img", "input", "link", "meta"};

	return is_one_of(tag, names, G_N_ELEMENTS(names));
}

static bool is_url(const char *name)
{
	static const char *const names[] = {"href", "src", "action",
	    "formaction", "poster", "data", "srcset", "xlink:href", "ping"};

	return is_one_of(name, names, G_N_ELEMENTS(names));
}

static bool is_name(const char *name)
{
	if (!g_ascii_isalpha(*name)) {
		return false;
	}
	for (; *name != '\0'; name++) {
		if (!g_ascii_isalnum(*name) && *name != '-' && *name != ':') {
			return false;
		}
	}
	return true;
}

/* onclick, style, srcdoc: what a browser would run or obey. */
static bool runs(const char *name)
{
	static const char *const names[] = {"style", "srcdoc"};

	return ((name[0] | 0x20) == 'o' && (name[1] | 0x20) == 'n') ||
	       is_one_of(name, names, G_N_ELEMENTS(names));
}

/* Draws nothing, or draws elsewhere than it stands. Joiners are letters' glue
 * in many scripts, and tags are what flags are made of. */
static bool is_odd(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
		return c != '\n' && c != '\t';
	case G_UNICODE_FORMAT:
		return c != 0xad && c != 0x200c && c != 0x200d &&
		       !(c >= 0xe0020 && c <= 0xe007f);
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_UNASSIGNED: /* or newer than this library */
		return true;
	default:
		return false;
	}
}

static bool is_mark(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_NON_SPACING_MARK ||
	       type == G_UNICODE_ENCLOSING_MARK;
}

static const char *entity(gunichar c, Context context)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
		return context == CONTEXT_ATTRIBUTE ? "&#10;" : NULL;
	case '\t':
		return context == CONTEXT_ATTRIBUTE ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static bool fits(Html *html)
{
	if (html->out->len >= html->max_bytes) {
		html->full = true;
	}
	return !html->full;
}

static void append_char(Html *html, gunichar c, Context context)
{
	const char *as = entity(c, context);

	if (as != NULL) {
		g_string_append(html->out, as);
	} else if (is_odd(c)) {
		g_string_append_printf(html->out, "[U+%04X]", c);
	} else {
		g_string_append_unichar(html->out, c);
	}
}

/* Appends VALID, at most MAX_CHARS of it. */
static void append_valid(
    Html *html, const char *valid, guint max_chars, Context context)
{
	guint marks = 0, n = 0;

	for (; *valid != '\0' && fits(html); valid = g_utf8_next_char(valid)) {
		gunichar c = g_utf8_get_char(valid);

		if (n++ == max_chars) {
			g_string_append(html->out, "…");
			return;
		}
		marks = is_mark(c) ? marks + 1 : 0;
		if (marks <= MAX_MARKS) {
			append_char(html, c, context);
		} else if (marks == MAX_MARKS + 1) {
			g_string_append(html->out, "[…]");
		}
	}
}

/* Letters that need nothing done, and most texts are nothing but them. */
static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '&' && c != '<' && c != '>' &&
	       c != '"' && c != '\'';
}

static void append_escaped(
    Html *html, const char *text, guint max_chars, Context context)
{
	/* No work on what won't fit. */
	gsize length = strnlen(text, html->max_bytes + 1);
	g_autofree char *valid = NULL;
	gsize plain = 0;

	while (plain < length && is_plain(text[plain])) {
		plain++;
	}
	if (plain == length && plain <= max_chars &&
	    html->out->len + plain < html->max_bytes) {
		put(html, text, plain);
		return;
	}
	valid = g_utf8_make_valid(text, (gssize)length);
	append_valid(html, valid, max_chars, context);
}

static void end_tag(Html *html)
{
	if (html->in_tag) {
		put(html, ">", 1);
		html->in_tag = false;
	}
}

void html_doctype(Html *html)
{
	g_string_append(html->out, "<!doctype html>\n");
}

void html_open(Html *html, const char *tag)
{
	g_return_if_fail(is_name(tag));
	end_tag(html);
	if (html->skipped > 0 || !fits(html) || html->depth == MAX_DEPTH) {
		html->full = true;
		html->skipped++;
		return;
	}
	html->open[html->depth++] = tag;
	put(html, "<", 1);
	put_text(html, tag);
	html->in_tag = true;
}

void html_close(Html *html)
{
	const char *tag;

	if (html->skipped > 0) {
		html->skipped--;
		return;
	}
	g_return_if_fail(html->depth > 0);
	end_tag(html);
	tag = html->open[--html->depth];
	if (!is_void(tag)) {
		put(html, "</", 2);
		put_text(html, tag);
		put(html, ">", 1);
	}
}

/* Whether an attribute can follow here at all. */
static bool takes_attribute(const Html *html)
{
	return html->skipped == 0 && html->in_tag;
}

/* Attributes are printed even when the bound was just passed: an element is
 * whole or isn't there. Their values are cut. */
static void append_attribute(Html *html, const char *name, const char *value)
{
	if (!takes_attribute(html)) {
		return;
	}
	put(html, " ", 1);
	put_text(html, name);
	put(html, "=\"", 2);
	append_escaped(html, value, G_MAXUINT, CONTEXT_ATTRIBUTE);
	put(html, "\"", 1);
}

void html_attr(Html *html, const char *name, const char *value)
{
	g_return_if_fail(is_name(name) && !runs(name) && !is_url(name));
	if (value != NULL) {
		append_attribute(html, name, value);
	}
}

void html_attrf(Html *html, const char *name, const char *format, ...)
{
	g_autofree char *value = NULL;
	va_list args;

	va_start(args, format);
	value = g_strdup_vprintf(format, args);
	va_end(args);
	html_attr(html, name, value);
}

void html_flag(Html *html, const char *name, bool on)
{
	g_return_if_fail(is_name(name) && !runs(name) && !is_url(name));
	if (on && takes_attribute(html)) {
		g_string_append_printf(html->out, " %s", name);
	}
}

/* Browsers drop control characters and take a backslash for a slash, so that
 * neither may stand in an address. */
static bool is_safe_url(const char *url)
{
	for (const char *p = url; *p != '\0'; p++) {
		if ((guchar)*p <= ' ' || *p == '\\' || *p == 0x7f) {
			return false;
		}
	}
	if (*url == '/') {
		return url[1] != '/';
	}
	return *url == '?' || *url == '#' ||
	       g_str_has_prefix(url, "https://") ||
	       g_str_has_prefix(url, "http://") ||
	       g_str_has_prefix(url, "cid:") ||
	       g_str_has_prefix(url, "mailto:");
}

void html_url(Html *html, const char *name, const char *url)
{
	g_return_if_fail(is_url(name));
	append_attribute(html, name, is_safe_url(url) ? url : "#");
}

void html_style(Html *html, const char *text)
{
	append_attribute(html, "style", text);
}

/* Inside these a browser reads no entities. */
static bool is_raw(const Html *html)
{
	const char *tag = html->depth > 0 ? html->open[html->depth - 1] : "";

	return strcmp(tag, "script") == 0 || strcmp(tag, "style") == 0;
}

void html_text_cut(Html *html, const char *text, guint max_chars)
{
	if (text == NULL || html->skipped > 0) {
		return;
	}
	g_return_if_fail(!is_raw(html));
	end_tag(html);
	append_escaped(html, text, max_chars, CONTEXT_TEXT);
}

void html_text(Html *html, const char *text)
{
	html_text_cut(html, text, G_MAXUINT);
}

void html_textf(Html *html, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	html_text(html, text);
}

void html_element(
    Html *html, const char *tag, const char *class_name, const char *text)
{
	html_open(html, tag);
	html_attr(html, "class", class_name);
	html_text(html, text);
	html_close(html);
}

bool html_full(const Html *html)
{
	return html->full;
}

char *html_end(Html *html, gsize *length)
{
	html->skipped = 0;
	while (html->depth > 0) {
		html_close(html);
	}
	if (length != NULL) {
		*length = html->out->len;
	}
	return g_string_free(g_steal_pointer(&html->out), FALSE);
}

static void append_pair(GString *url, const char *name, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);

	g_string_append_c(url, strchr(url->str, '?') == NULL ? '?' : '&');
	g_string_append_uri_escaped(url, name, NULL, FALSE);
	g_string_append_c(url, '=');
	g_string_append_uri_escaped(url, valid, NULL, FALSE);
}

char *html_href(const char *path, ...)
{
	GString *url = g_string_new(path);
	const char *name;
	va_list args;

	va_start(args, path);
	while ((name = va_arg(args, const char *)) != NULL) {
		const char *value = va_arg(args, const char *);

		if (value != NULL) {
			append_pair(url, name, value);
		}
	}
	va_end(args);
	return g_string_free(url, FALSE);
}
