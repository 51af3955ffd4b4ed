/*
 * What all letters look like: one column that a phone shows without zooming,
 * the system's own font, colours of enough contrast by day and by night, and
 * never a colour without words. Mail programs know little: no script, no
 * outside file, and some drop the style sheet, so nothing depends on it.
 */
#include "letter/internal.h"

#include <string.h>

#include "anteroom/text.h"

#define PAGE_BYTES (256 * 1024)
#define VALUE_BYTES 600
#define NAME_WIDTH 12 /* of facts in the text part */

static const char head_html[] =
    "<!doctype html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>Anteroom</title><style>\n"
    ":root{color-scheme:light dark}\n"
    "body{margin:0;padding:12px;background:#eef0f3;color:#1c2430;"
    "font:16px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,"
    "Helvetica,Arial,sans-serif;-webkit-text-size-adjust:100%}\n"
    ".sheet{max-width:560px;margin:0 auto;background:#fff;border-radius:10px;"
    "border:1px solid #d5dae1;overflow:hidden}\n"
    ".head{padding:18px 20px 14px;border-top:6px solid #4a5568}\n"
    ".soon{border-top-color:#b07400}.late{border-top-color:#b3261e}\n"
    "h1{margin:0;font-size:21px;line-height:1.3;overflow-wrap:anywhere}\n"
    ".head p{margin:4px 0 0;color:#4a5568}\n"
    ".late p.t{color:#b3261e}.soon p.t{color:#7d5200}\n"
    ".part{padding:0 20px 4px}p{margin:0 0 12px}\n"
    "h2{font-size:16px;margin:14px 0 6px;padding-top:14px;"
    "border-top:1px solid #e3e7ec}\n"
    "table{border-collapse:collapse;width:100%;margin:0 0 12px}\n"
    "th,td{padding:3px 0;vertical-align:top;text-align:left}\n"
    "th{font-weight:400;color:#4a5568;width:30%;padding-right:12px}\n"
    "td{overflow-wrap:anywhere}\n"
    ".case{margin:0 0 10px;overflow-wrap:anywhere}"
    ".case span{display:block;color:#4a5568}\n"
    ".case span.late{color:#b3261e}.case span.soon{color:#7d5200}\n"
    "a{color:#0b57d0}\n"
    "a.go{display:inline-block;background:#0b57d0;color:#fff;"
    "text-decoration:none;font-weight:600;padding:11px 20px;"
    "border-radius:8px}\n"
    "img{max-width:100%;height:auto;border:0;background:#fff;"
    "border-radius:6px}\n"
    ".foot{max-width:560px;margin:10px auto 0;padding:0 8px;font-size:14px;"
    "color:#4a5568}\n"
    "@media (prefers-color-scheme:dark){\n"
    "body{background:#11151a;color:#e6e9ee}\n"
    ".sheet{background:#1b2129;border-color:#333c48}\n"
    ".head p,th,.case span,.foot{color:#aab4c0}h2{border-color:#333c48}\n"
    ".late p.t,.case span.late{color:#ffb4ab}"
    ".soon p.t,.case span.soon{color:#ffcf70}\n"
    "a{color:#9cc2ff}a.go{background:#9cc2ff;color:#06254d}}\n"
    "</style></head>\n";

static const char *const tone_class[] = {
    [TONE_PLAIN] = NULL, [TONE_SOON] = "soon", [TONE_LATE] = "late"};
static const char *const tone_head[] = {[TONE_PLAIN] = "head",
    [TONE_SOON] = "head soon",
    [TONE_LATE] = "head late"};

static char *one_line(const char *text)
{
	return text_one_line(text, strlen(text), VALUE_BYTES);
}

void page_begin(Page *page, const LetterStyle *style)
{
	page->style = style;
	page->text = g_string_new(NULL);
	page->html = html_new(PAGE_BYTES);
	html_open(page->html, "body");
	/* For programs that drop the style sheet. */
	html_style(page->html, "font-family:Helvetica,Arial,sans-serif");
	html_open(page->html, "div");
	html_attr(page->html, "class", "sheet");
}

void page_head(Page *page, Tone tone, const char *head, const char *under)
{
	g_autofree char *clean = one_line(head);

	g_string_append_printf(page->text, "%s\n", clean);
	html_open(page->html, "div");
	html_attr(page->html, "class", tone_head[tone]);
	html_element(page->html, "h1", NULL, clean);
	if (under != NULL && *under != '\0') {
		g_autofree char *line = one_line(under);

		g_string_append_printf(page->text, "%s\n", line);
		html_element(page->html, "p", "t", line);
	}
	html_close(page->html);
	g_string_append_c(page->text, '\n');
	html_open(page->html, "div");
	html_attr(page->html, "class", "part");
}

void page_paragraph(Page *page, const char *text)
{
	g_autofree char *clean = one_line(text);

	g_string_append_printf(page->text, "%s\n\n", clean);
	html_element(page->html, "p", NULL, clean);
}

void page_facts(Page *page)
{
	html_open(page->html, "table");
	html_attr(page->html, "role", "presentation");
}

void page_fact(Page *page, const char *name, const char *value)
{
	g_autofree char *clean = NULL;

	if (value == NULL || *value == '\0') {
		return;
	}
	clean = one_line(value);
	g_string_append_printf(
	    page->text, "%-*s %s\n", NAME_WIDTH, name, clean);
	html_open(page->html, "tr");
	html_element(page->html, "th", NULL, name);
	html_element(page->html, "td", NULL, clean);
	html_close(page->html);
}

void page_facts_end(Page *page)
{
	html_close(page->html);
	g_string_append_c(page->text, '\n');
}

void page_section(Page *page, const char *title)
{
	g_string_append_printf(page->text, "%s\n", title);
	for (const char *p = title; *p != '\0'; p = g_utf8_next_char(p)) {
		g_string_append_c(page->text, '-');
	}
	g_string_append_c(page->text, '\n');
	html_element(page->html, "h2", NULL, title);
}

/* Where NAME is to be seen; NULL without pages. Transfer full. */
static char *url_of(const Page *page, const char *name)
{
	const char *base = page->style->base_url;

	if (base == NULL || *base == '\0') {
		return NULL;
	}
	if (name != NULL) {
		g_autofree char *path = g_uri_escape_string(name, NULL, FALSE);

		return g_strdup_printf("%s/cases/%s", base, path);
	}
	return g_strdup_printf("%s/", base);
}

void page_case(Page *page, const char *name, const char *line,
    const char *under, Tone tone)
{
	g_autofree char *url = url_of(page, name);
	g_autofree char *clean = one_line(name);
	g_autofree char *first = one_line(line);
	g_autofree char *second = one_line(under);

	g_string_append_printf(
	    page->text, "%s  %s\n    %s\n", clean, first, second);
	html_open(page->html, "p");
	html_attr(page->html, "class", "case");
	html_open(page->html, url != NULL ? "a" : "b");
	if (url != NULL) {
		html_url(page->html, "href", url);
	}
	html_text(page->html, clean);
	html_close(page->html);
	html_textf(page->html, " %s", first);
	html_element(page->html, "span", tone_class[tone], second);
	html_close(page->html);
}

void page_act(Page *page, const char *name, const char *label, const char *how)
{
	g_autofree char *url = url_of(page, name);
	g_autofree char *clean = one_line(label);

	page_paragraph(page, how);
	if (url == NULL) {
		return;
	}
	g_string_append_printf(page->text, "%s: %s\n\n", clean, url);
	html_open(page->html, "p");
	html_open(page->html, "a");
	html_attr(page->html, "class", "go");
	html_url(page->html, "href", url);
	html_text(page->html, clean);
	html_close(page->html);
	html_close(page->html);
}

void page_picture(Page *page, const char *id, const char *alt, guint width)
{
	g_autofree char *url = g_strdup_printf("cid:%s", id);

	html_open(page->html, "p");
	html_open(page->html, "img");
	html_url(page->html, "src", url);
	html_attr(page->html, "alt", alt);
	html_attrf(page->html, "width", "%u", width);
	html_close(page->html);
	html_close(page->html);
}

void page_end(Page *page, const char *foot, char **text, char **html)
{
	g_autofree char *body = NULL;
	const char *company = page->style->company;

	html_close(page->html);
	html_close(page->html);
	html_open(page->html, "div");
	html_attr(page->html, "class", "foot");
	html_element(page->html, "p", NULL, foot);
	html_close(page->html);
	g_string_append_printf(page->text, "-- \n%s\n", foot);
	if (company != NULL && *company != '\0') {
		g_autofree char *name = one_line(company);

		g_string_append_printf(page->text, "Anteroom, %s\n", name);
	}
	body = html_end(page->html, NULL);
	g_clear_pointer(&page->html, html_free);
	*html = g_strconcat(head_html, body, "</html>\n", NULL);
	*text = g_string_free(g_steal_pointer(&page->text), FALSE);
}
