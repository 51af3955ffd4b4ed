/* People: who may log in and as what. They are changed with `anteroom user`
 * alone: whoever breaks into the pages can't make himself an administrator. */
#include "web/pages.h"
#include "web/report.h"

static void person(Page *page, const User *user)
{
	g_autofree char *teams = g_strjoinv(", ", user->teams);
	Html *html = page->html;

	html_open(html, "tr");
	html_open(html, "th");
	html_attr(html, "scope", "row");
	html_text(html, user->name);
	html_close(html);
	page_td(page, page_word(page, user_role_name(user->role)));
	page_td(page, *teams != '\0' ? teams : "–");
	page_td(page, *user->password != '\0' ? t(page, "yes") : t(page, "no"));
	page_td_num(page, g_strv_length(user->tokens));
	html_close(html);
}

static void roles(Page *page)
{
	static const struct {
		UserRole role;
		const char *may;
	} table[] = {
	    {USER_READER, N_("sees all but the text of sensitive cases")},
	    {USER_MEMBER, N_("works on the cases of the own teams")},
	    {USER_LEAD, N_("the same, and hands over and closes")},
	    {USER_ASSISTANT, N_("sees and does everything with cases")},
	    {USER_EXECUTIVE,
		N_("sees all but sensitive cases, which only count")},
	    {USER_ADMINISTRATOR, N_("people, rules, health")},
	};
	Html *html = page->html;

	panel_begin(page, "roles", t(page, "Roles"), false);
	html_open(html, "dl");
	html_attr(html, "class", "roles");
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		html_element(html, "dt", NULL,
		    page_word(page, user_role_name(table[i].role)));
		html_element(html, "dd", NULL, t(page, table[i].may));
	}
	html_close(html);
	html_open(html, "p");
	html_attr(html, "class", "quiet");
	html_text(html, t(page, "Changed from a shell:"));
	html_text(html, " ");
	html_element(
	    html, "code", NULL, "anteroom user add|role|password|token|remove");
	html_close(html);
	html_close(html);
}

static void people(Page *page)
{
	static const char *const heads[] = {
	    N_("Name"), N_("Role"), N_("Teams"), N_("Password"), N_("tokens")};
	const Users *users = page->request->users;

	panel_begin(page, "users", t(page, "Users"), false);
	page_table(page, t(page, "Users"));
	html_open(page->html, "thead");
	html_open(page->html, "tr");
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		page_th(page, t(page, heads[i]), i == 4);
	}
	html_close(page->html);
	html_close(page->html);
	html_open(page->html, "tbody");
	for (guint i = 0; i < users_count(users); i++) {
		person(page, users_at(users, i));
	}
	html_close(page->html);
	page_table_end(page);
	html_close(page->html);
}

void people_page(const WebRequest *request, WebReply *reply)
{
	Page page;

	page_begin(&page, request, reply, N_("People"));
	html_element(page.html, "h1", NULL, t(&page, "People"));
	people(&page);
	roles(&page);
	page_end(&page);
}
