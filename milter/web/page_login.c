/* The form by which people log in. */
#include "web/page.h"
#include "web/pages.h"

static void field(Page *page, const char *name, const char *label,
    const char *type, const char *complete)
{
	Html *html = page->html;

	html_open(html, "label");
	html_element(html, "span", NULL, label);
	html_open(html, "input");
	html_attr(html, "name", name);
	html_attr(html, "type", type);
	html_attr(html, "autocomplete", complete);
	html_attr(html, "maxlength", "500");
	html_flag(html, "required", true);
	html_close(html);
	html_close(html);
}

static void form(Page *page, const char *next)
{
	Html *html = page->html;

	html_open(html, "form");
	html_attr(html, "method", "post");
	html_url(html, "action", "/login");
	html_attr(html, "class", "login");
	form_hidden(page, "next", next);
	field(page, "name", t(page, "Name"), "text", "username");
	field(page, "password", t(page, "Password"), "password",
	    "current-password");
	form_button(page, t(page, "Log in"), NULL);
	html_close(html);
}

void login_form(const WebRequest *request, WebReply *reply, const char *next,
    const char *problem)
{
	guint status = reply->status;
	Page page;

	page_begin_bare(&page, request, reply, N_("Log in"));
	html_element(page.html, "h1", NULL, "Anteroom");
	html_element(page.html, "p", "quiet",
	    t(&page, "Every letter to the top is seen, sorted and answered in "
		     "time."));
	if (problem != NULL) {
		html_open(page.html, "p");
		html_attr(page.html, "class", "problem");
		html_attr(page.html, "role", "alert");
		html_text(page.html, t(&page, problem));
		html_close(page.html);
	}
	form(&page, next);
	page_end(&page);
	reply->status = status != 0 ? status : reply->status;
}
