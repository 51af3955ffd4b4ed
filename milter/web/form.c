/* Forms: fields with labels, and the token that shows they are ours. */
#include "web/page.h"

#include <string.h>

void form_begin(Page *page, const char *path, const char *class_name)
{
	html_open(page->html, "form");
	html_attr(page->html, "method", "post");
	html_url(page->html, "action", path);
	html_attr(page->html, "class", class_name);
	form_hidden(page, "csrf", page->request->csrf);
}

void form_begin_get(Page *page, const char *path, const char *class_name)
{
	html_open(page->html, "form");
	html_attr(page->html, "method", "get");
	html_url(page->html, "action", path);
	html_attr(page->html, "class", class_name);
}

void form_hidden(Page *page, const char *name, const char *value)
{
	if (value != NULL) {
		html_open(page->html, "input");
		html_attr(page->html, "type", "hidden");
		html_attr(page->html, "name", name);
		html_attr(page->html, "value", value);
		html_close(page->html);
	}
}

static void label_begin(Page *page, const char *label)
{
	html_open(page->html, "label");
	html_element(page->html, "span", NULL, label);
}

void form_text(Page *page, const char *name, const char *label,
    const char *value, const char *placeholder)
{
	label_begin(page, label);
	html_open(page->html, "input");
	html_attr(page->html, "name", name);
	html_attr(page->html, "value", value);
	html_attr(page->html, "placeholder", placeholder);
	html_attr(page->html, "maxlength", "2000");
	html_close(page->html);
	html_close(page->html);
}

void form_select(Page *page, const char *name, const char *label)
{
	label_begin(page, label);
	html_open(page->html, "select");
	html_attr(page->html, "name", name);
}

void form_option(
    Page *page, const char *value, const char *label, const char *chosen)
{
	html_open(page->html, "option");
	html_attr(page->html, "value", value);
	html_flag(page->html, "selected", g_strcmp0(value, chosen) == 0);
	html_text(page->html, label);
	html_close(page->html);
}

void form_button(Page *page, const char *label, const char *class_name)
{
	html_open(page->html, "button");
	html_attr(page->html, "class", class_name);
	html_text(page->html, label);
	html_close(page->html);
}
