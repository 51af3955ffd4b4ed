/* Health: is everything there that mail, clocks and notices need; and what
 * can't be seen. Each line says so in a word, with a mark beside. */
#include "web/pages.h"
#include "web/report.h"

#define CLOCK_OFF_S 5
#define FULL_PCT 80
#define MANY_DUE 20 /* more than go out at once */

typedef enum { FINE, LOOK, WRONG } Light;

static void line(Page *page, Light light, const char *label, const char *text)
{
	static const char *const marks[] = {"✓", "!", "✗"};
	static const char *const classes[] = {"ok", "quiet", "bad"};
	static const char *const words[] = {
	    N_("fine"), N_("look"), N_("wrong")};
	Html *html = page->html;

	html_open(html, "tr");
	html_open(html, "td");
	html_attr(html, "class", classes[light]);
	html_textf(html, "%s %s", marks[light], t(page, words[light]));
	html_close(html);
	html_open(html, "th");
	html_attr(html, "scope", "row");
	html_text(html, label);
	html_close(html);
	page_td(page, text);
	html_close(html);
}

static void store_line(Page *page, const JsonValue *store)
{
	gint64 map = json_get_int(store, "map_bytes", 0);
	gint64 used = json_get_int(store, "used_bytes", 0);
	gint64 pct = map > 0 ? used * 100 / map : 0;
	g_autofree char *of = g_format_size((guint64)map);
	g_autofree char *is = g_format_size((guint64)used);
	g_autofree char *cases = page_count(
	    page, "%s case", "%s cases", json_get_int(store, "cases", 0));
	g_autofree char *text =
	    g_strdup_printf("%s / %s (%d %%), %s", is, of, (int)pct, cases);

	line(page, pct < FULL_PCT ? FINE : WRONG, t(page, "Store"), text);
}

static void clock_line(Page *page, const JsonValue *row)
{
	gint64 off_s = page_moment_of(row, "clock") - page->request->now_s;
	g_autofree char *text = g_strdup_printf(
	    "%s %+d s", t(page, "daemon against pages:"), (int)off_s);

	line(page, ABS(off_s) <= CLOCK_OFF_S ? FINE : WRONG, t(page, "Clock"),
	    text);
}

static void rules_line(Page *page, const JsonValue *rules)
{
	gint64 age_s =
	    page->request->now_s - page_moment_of(rules, "loaded_at");
	g_autofree char *age = page_duration(page, age_s);
	g_autofree char *number = page_count(
	    page, "%s rule", "%s rules", json_get_int(rules, "rules", 0));
	g_autofree char *loaded = page_say(page, N_("loaded %s ago"), age);
	g_autofree char *text = g_strdup_printf("%s, %s", number, loaded);

	line(page, json_get_int(rules, "rules", 0) > 0 ? FINE : WRONG,
	    t(page, "Rules"), text);
}

static void outbox_line(Page *page, const JsonValue *status)
{
	const JsonValue *outbox = json_get(status, "outbox");
	gint64 dead = json_get_int(outbox, "dead", 0);
	g_autofree char *waiting = page_count(page, "%s notice waits",
	    "%s notices wait", json_get_int(outbox, "waiting", 0));
	g_autofree char *lost = page_count(
	    page, "%s couldn't be sent", "%s couldn't be sent", dead);
	bool stuck = json_get_int(outbox, "due", 0) > MANY_DUE;
	g_autofree char *text =
	    g_strdup_printf("%s, %s%s%s", waiting, lost, stuck ? " · " : "",
		stuck ? t(page, "Does anteroom-courier run?") : "");

	if (outbox != NULL) {
		line(page,
		    dead > 0 ? WRONG
		    : stuck  ? LOOK
			     : FINE,
		    t(page, "Outbox"), text);
	}
}

/* A team whose replies never pass is one that can't be seen. */
static void blind_lines(Page *page, const JsonValue *status)
{
	const JsonValue *teams = json_get(status, "teams");
	guint blind = 0;

	for (guint i = 0; i < json_length(teams); i++) {
		const JsonValue *team = json_at(teams, i);

		if (json_get_bool(team, "blind", false)) {
			blind++;
			line(page, WRONG, json_get_string(team, "team"),
			    t(page, "Its replies don't come past this mail "
				    "server: answers are marked by hand "
				    "only."));
		}
	}
	if (blind == 0) {
		line(page, FINE, t(page, "Blind spots"),
		    t(page, "none known: replies of all teams are seen"));
	}
}

static void print_state(
    Page *page, const JsonValue *health, const JsonValue *status)
{
	panel_begin(page, "state", t(page, "State"), false);
	page_table(page, t(page, "State"));
	html_open(page->html, "tbody");
	line(page, FINE, t(page, "Mail filter"),
	    json_get_string(health, "milter"));
	line(page, FINE, t(page, "Control socket"),
	    json_get_string(health, "control"));
	store_line(page, json_get(health, "store"));
	clock_line(page, health);
	rules_line(page, json_get(health, "rules"));
	outbox_line(page, status);
	blind_lines(page, status);
	html_close(page->html);
	page_table_end(page);
	html_open(page->html, "p");
	html_attr(page->html, "class", "quiet");
	html_textf(page->html, "Anteroom %s · %s",
	    json_get_string(health, "version"),
	    json_get_string(health, "conf"));
	html_close(page->html);
	html_close(page->html);
}

void state_page(const WebRequest *request, WebReply *reply)
{
	g_autoptr(GPtrArray) health = NULL;
	g_autoptr(GPtrArray) status = NULL;
	g_autoptr(GError) error = NULL;
	Page page;

	if (!web_ask(request, &health, &error, "health", NULL) ||
	    !web_ask(request, &status, &error, "status", NULL) ||
	    health->len == 0 || status->len == 0) {
		reply_error(request, reply, error);
		return;
	}
	page_begin(&page, request, reply, N_("Health"));
	html_element(page.html, "h1", NULL, t(&page, "Health"));
	print_state(&page, health->pdata[0], status->pdata[0]);
	page_end(&page);
}
