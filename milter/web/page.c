/*
 * The frame around every page, in one place: head, navigation, footer. No
 * inline style or script: the policy of the server forbids both.
 */
#include "web/page.h"

#include <string.h>

#define MAX_BYTES (8 * 1024 * 1024)

/* What navigation offers, to whom. */
static const struct {
	const char *path;
	const char *label;
	guint may;
} tabs[] = {
    {"/", N_("Board"), MAY_ALL},
    {"/reports", N_("Reports"), MAY_ALL},
    {"/rules", N_("Rules"), MAY_ALL},
    {"/people", N_("People"), MAY_ADMIN},
    {"/health", N_("Health"), MAY_ALL},
};

const char *t(const Page *page, const char *text)
{
	return words_get(page->words, text);
}

static void meta(Html *html, const char *name, const char *content)
{
	html_open(html, "meta");
	html_attr(html, "name", name);
	html_attr(html, "content", content);
	html_close(html);
}

static void link_to(
    Html *html, const char *rel, const char *asset, const char *type)
{
	const char *url = asset_url(asset);

	if (url != NULL) {
		html_open(html, "link");
		html_attr(html, "rel", rel);
		html_attr(html, "type", type);
		html_url(html, "href", url);
		html_close(html);
	}
}

static void head(Page *page, const char *title)
{
	Html *html = page->html;

	html_open(html, "head");
	html_open(html, "meta");
	html_attr(html, "charset", "utf-8");
	html_close(html);
	meta(html, "viewport", "width=device-width, initial-scale=1");
	meta(html, "color-scheme", "light dark");
	meta(html, "robots", "noindex");
	html_open(html, "title");
	html_textf(html, "%s – Anteroom", title);
	html_close(html);
	link_to(html, "stylesheet", "style.css", "text/css");
	link_to(html, "icon", "icon.svg", "image/svg+xml");
	html_open(html, "script");
	html_url(html, "src", asset_url("script.js"));
	html_flag(html, "defer", true);
	html_close(html);
	html_close(html);
}

/* What the script says by itself, in the reader's language. */
static void body_words(Page *page)
{
	static const struct {
		const char *name;
		const char *text;
	} words[] = {
	    {"data-left", N_("%s left")},
	    {"data-late", N_("%s late")},
	    {"data-day", N_("d")},
	    {"data-lost", N_("Connection lost. The page may be out of date.")},
	    {"data-ended", N_("Your login has ended. What you wrote is kept: "
			      "load the page anew and log in.")},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		html_attr(page->html, words[i].name, t(page, words[i].text));
	}
}

static void begin(
    Page *page, const WebRequest *request, WebReply *reply, const char *title)
{
	Html *html = html_new(MAX_BYTES);

	*page = (Page){.request = request,
	    .reply = reply,
	    .html = html,
	    .words = words_of(request->language)};
	html_doctype(html);
	html_open(html, "html");
	html_attr(html, "lang", request->language);
	head(page, title);
	html_open(html, "body");
	body_words(page);
}

static void mark(Html *html)
{
	html_open(html, "svg");
	html_attr(html, "class", "logo");
	html_attr(html, "viewBox", "0 0 16 16");
	html_attr(html, "aria-hidden", "true");
	html_open(html, "path");
	html_attr(html, "d", "M2 15V5.5L8 1l6 4.5V15h-4V8.500H6V15z");
	html_close(html);
	html_close(html);
}

static void skip_link(Page *page)
{
	html_open(page->html, "a");
	html_attr(page->html, "class", "skip");
	html_url(page->html, "href", "#main");
	html_text(page->html, t(page, "Skip to the content"));
	html_close(page->html);
}

static bool is_here(const char *path, const char *tab)
{
	return strcmp(tab, "/") == 0
		   ? strcmp(path, "/") == 0 || g_str_has_prefix(path, "/cases/")
		   : g_str_has_prefix(path, tab);
}

static void navigation(Page *page)
{
	const WebRequest *request = page->request;
	Html *html = page->html;

	html_open(html, "nav");
	html_attr(html, "aria-label", t(page, "Pages"));
	html_open(html, "ul");
	for (gsize i = 0; i < G_N_ELEMENTS(tabs); i++) {
		if ((tabs[i].may & MAY(request->user->role)) == 0) {
			continue;
		}
		html_open(html, "li");
		html_open(html, "a");
		html_url(html, "href", tabs[i].path);
		html_attr(html, "aria-current",
		    is_here(request->path, tabs[i].path) ? "page" : NULL);
		html_text(html, t(page, tabs[i].label));
		html_close(html);
		html_close(html);
	}
	html_close(html);
	html_close(html);
}

static void who(Page *page)
{
	const User *user = page->request->user;
	Html *html = page->html;

	form_begin(page, "/logout", "who");
	html_open(html, "span");
	html_element(html, "b", NULL, user->name);
	html_text(html, " ");
	html_element(
	    html, "span", "quiet", page_word(page, user_role_name(user->role)));
	html_close(html);
	form_button(page, t(page, "Log out"), "plain");
	html_close(html);
}

static void banner(Page *page)
{
	Html *html = page->html;

	html_open(html, "header");
	html_attr(html, "class", "top");
	html_open(html, "a");
	html_attr(html, "class", "home");
	html_url(html, "href", "/");
	mark(html);
	html_element(html, "span", NULL, "Anteroom");
	html_close(html);
	navigation(page);
	who(page);
	html_close(html);
}

static void main_begin(Page *page, const char *class_name)
{
	html_open(page->html, "main");
	html_attr(page->html, "id", "main");
	html_attr(page->html, "tabindex", "-1");
	html_attr(page->html, "class", class_name);
}

void page_begin(
    Page *page, const WebRequest *request, WebReply *reply, const char *title)
{
	begin(page, request, reply,
	    words_get(words_of(request->language), title));
	skip_link(page);
	banner(page);
	main_begin(page, NULL);
}

void page_begin_bare(
    Page *page, const WebRequest *request, WebReply *reply, const char *title)
{
	begin(page, request, reply,
	    words_get(words_of(request->language), title));
	main_begin(page, "bare");
}

void page_end(Page *page)
{
	gsize length;
	g_autofree char *text = html_end(page->html, &length);

	g_string_append_len(reply_html(page->reply), text, (gssize)length);
	g_clear_pointer(&page->html, html_free);
}
