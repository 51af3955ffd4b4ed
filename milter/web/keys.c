/* The help for the keys, for those who have a script. */
#include "web/page.h"

void page_keys(Page *page)
{
	static const struct {
		const char *key;
		const char *does;
	} table[] = {
	    {"j", N_("next case")},
	    {"k", N_("previous case")},
	    {"o", N_("open it")},
	    {"r", N_("hand it over")},
	    {"c", N_("close it")},
	    {"?", N_("this help")},
	};
	Html *html = page->html;

	html_open(html, "dialog");
	html_attr(html, "id", "keys");
	html_attr(html, "aria-labelledby", "keys-title");
	html_open(html, "h2");
	html_attr(html, "id", "keys-title");
	html_text(html, t(page, "Keys"));
	html_close(html);
	html_open(html, "dl");
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		html_open(html, "dt");
		html_element(html, "kbd", NULL, table[i].key);
		html_close(html);
		html_element(html, "dd", NULL, t(page, table[i].does));
	}
	html_close(html);
	html_open(html, "form");
	html_attr(html, "method", "dialog");
	form_button(page, t(page, "Close"), NULL);
	html_close(html);
	html_close(html);
}
