/* Small things that are said on many pages: urgency, moments, durations. */
#include <string.h>

#include "anteroom/times.h"
#include "web/page.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

/* What commands call things, and what people do. */
static const struct {
	const char *name;
	const char *word;
} words[] = {
    {"low", N_("low")},
    {"normal", N_("normal")},
    {"high", N_("high")},
    {"critical", N_("critical")},
    {"open", N_("open")},
    {"answered", N_("answered")},
    {"paused", N_("paused")},
    {"closed", N_("closed")},
    {"first_reply", N_("first reply")},
    {"next_reply", N_("next reply")},
    {"resolve", N_("resolution")},
    {"promise", N_("promise")},
    {"running", N_("running")},
    {"met", N_("kept")},
    {"missed", N_("missed")},
    {"revoked", N_("revoked")},
    {"reader", N_("reader")},
    {"member", N_("member")},
    {"lead", N_("lead")},
    {"assistant", N_("assistant")},
    {"executive", N_("executive")},
    {"administrator", N_("administrator")},
    {"received", N_("arrived")},
    {"joined", N_("wrote again")},
    {"copy", N_("came again")},
    {"linked", N_("related case")},
    {"reply", N_("replied")},
    {"bounced", N_("came back")},
    {"route", N_("handed over")},
    {"topic", N_("topic changed")},
    {"urgency", N_("urgency changed")},
    {"note", N_("note")},
    {"looked", N_("looked at it")},
    {"undo", N_("taken back")},
    {"unmerge", N_("taken apart")},
    {"split", N_("split off")},
    {"promise", N_("promised")},
    {"warning", N_("warning")},
    {"breach", N_("deadline missed")},
    {"escalation", N_("escalated")},
    {"notice", N_("notice")},
    {"acknowledged", N_("receipt sent")},
    {"pause", N_("paused")},
    {"resume", N_("resumed")},
    {"close", N_("closed")},
    {"reopen", N_("opened again")},
    {"merge", N_("merged")},
    {"clock", N_("clock")},
    {"waiting", N_("nobody replied yet")},
    {"late", N_("the reply came late")},
    {"handed-over", N_("handed over late")},
    {"untouched", N_("nobody touched it")},
    {"other", N_("other")},
    {"unread", N_("unread")},
    {"none", N_("none")},
    {"same-correspondent", N_("same correspondent")},
    {"similar-subject", N_("similar subject")},
};

const char *page_word(const Page *page, const char *name)
{
	for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i].name, name) == 0) {
			return t(page, words[i].word);
		}
	}
	return name != NULL ? name : "";
}

/* Not by printf: a translation must not be a format. */
static char *fill(const char *text, const char *argument)
{
	const char *place = strstr(text, "%s");

	return place == NULL ? g_strdup(text)
			     : g_strdup_printf("%.*s%s%s", (int)(place - text),
				   text, argument, place + 2);
}

char *page_say(const Page *page, const char *text, const char *argument)
{
	return fill(t(page, text), argument);
}

void page_sentence(Page *page, const char *text)
{
	char first[2] = {g_ascii_toupper(*text), '\0'};

	if (*text != '\0') {
		html_text(page->html, first);
		html_text(page->html, text + 1);
		html_text(page->html, g_str_has_suffix(text, ".") ? "" : ".");
	}
}

char *page_count(const Page *page, const char *one, const char *many, gint64 n)
{
	g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, n);

	return fill(words_count(page->words, one, many, n), number);
}

char *page_duration(const Page *page, gint64 seconds)
{
	gint64 s = ABS(seconds);

	if (s < HOUR_S) {
		return g_strdup_printf("%d min", (int)(s / MINUTE_S));
	}
	if (s < DAY_S) {
		return s % HOUR_S < MINUTE_S
			   ? g_strdup_printf("%d h", (int)(s / HOUR_S))
			   : g_strdup_printf("%d h %d min", (int)(s / HOUR_S),
				 (int)(s % HOUR_S / MINUTE_S));
	}
	return s % DAY_S < HOUR_S
		   ? g_strdup_printf(
			 "%" G_GINT64_FORMAT " %s", s / DAY_S, t(page, "d"))
		   : g_strdup_printf("%" G_GINT64_FORMAT " %s %d h", s / DAY_S,
			 t(page, "d"), (int)(s % DAY_S / HOUR_S));
}

static GDateTime *local_moment(const Page *page, gint64 at_s)
{
	const char *name = conf_zone(page->request->conf);
	g_autoptr(GTimeZone) zone =
	    g_time_zone_new_identifier(name != NULL ? name : "UTC");
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);

	if (utc == NULL) {
		return NULL;
	}
	return zone != NULL ? g_date_time_to_timezone(utc, zone)
			    : g_date_time_ref(utc);
}

static const char *const months[] = {N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"),
    N_("May"), N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"),
    N_("Dec")};

char *page_day(const Page *page, const char *day)
{
	guint64 month =
	    strlen(day) == 10 ? g_ascii_strtoull(day + 5, NULL, 10) : 0;

	return month >= 1 && month <= G_N_ELEMENTS(months)
		   ? g_strdup_printf("%d %s",
			 (int)g_ascii_strtoull(day + 8, NULL, 10),
			 t(page, months[month - 1]))
		   : g_strdup(day);
}

char *page_moment(const Page *page, gint64 at_s)
{
	static const char *const days[] = {N_("Mon"), N_("Tue"), N_("Wed"),
	    N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};
	g_autoptr(GDateTime) local = local_moment(page, at_s);

	if (local == NULL) {
		return g_strdup("–");
	}
	return g_strdup_printf("%s %d %s, %02d:%02d",
	    t(page, days[g_date_time_get_day_of_week(local) - 1]),
	    g_date_time_get_day_of_month(local),
	    t(page, months[g_date_time_get_month(local) - 1]),
	    g_date_time_get_hour(local), g_date_time_get_minute(local));
}

void page_time(Page *page, gint64 at_s)
{
	g_autofree char *exact = times_rfc3339(at_s);
	g_autofree char *shown = NULL;

	if (exact == NULL) {
		html_text(page->html, "–");
		return;
	}
	shown = page_moment(page, at_s);
	html_open(page->html, "time");
	html_attr(page->html, "datetime", exact);
	html_attr(page->html, "title", exact);
	html_text(page->html, shown);
	html_close(page->html);
}

/* Bars like those of a signal: as many full ones as it is urgent. */
static void bars(Html *html, guint full)
{
	static const struct {
		const char *x, *y, *height;
	} all[] = {{"0", "9", "3"}, {"4", "6", "6"}, {"8", "3", "9"},
	    {"12", "0", "12"}};

	html_open(html, "svg");
	html_attr(html, "class", "bars");
	html_attr(html, "viewBox", "0 0 14 12");
	html_attr(html, "aria-hidden", "true");
	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		html_open(html, "rect");
		html_attr(html, "class", i <= full ? "on" : "off");
		html_attr(html, "x", all[i].x);
		html_attr(html, "y", all[i].y);
		html_attr(html, "width", "2");
		html_attr(html, "height", all[i].height);
		html_close(html);
	}
	html_close(html);
}

void page_urgency(Page *page, const char *level)
{
	Urgency urgency = URGENCY_NORMAL;

	urgency_parse(level != NULL ? level : "", &urgency);
	html_open(page->html, "span");
	html_attrf(page->html, "class", "urgency u%u", (guint)urgency);
	bars(page->html, (guint)urgency);
	html_element(
	    page->html, "span", NULL, page_word(page, urgency_name(urgency)));
	html_close(page->html);
}

void page_chip(Page *page, const char *class_name, const char *text)
{
	html_open(page->html, "span");
	html_attrf(page->html, "class", "chip%s%s",
	    class_name != NULL ? " " : "",
	    class_name != NULL ? class_name : "");
	html_text_cut(page->html, text, 60);
	html_close(page->html);
}

void page_share(Page *page, gint64 met, gint64 missed)
{
	if (met + missed == 0) {
		html_text(page->html, "–");
	} else {
		html_textf(page->html, "%" G_GINT64_FORMAT " %%",
		    met * 100 / (met + missed));
	}
}

gint64 page_moment_of(const JsonValue *object, const char *name)
{
	const char *text = json_get_string(object, name);
	gint64 at_s = 0;

	if (text != NULL) {
		times_parse_rfc3339(text, &at_s, NULL);
	}
	return at_s;
}

/* ---- tables ---- */

void page_th(Page *page, const char *text, bool right)
{
	html_open(page->html, "th");
	html_attr(page->html, "scope", "col");
	html_attr(page->html, "class", right ? "num" : NULL);
	html_text(page->html, text);
	html_close(page->html);
}

void page_td(Page *page, const char *text)
{
	html_element(page->html, "td", NULL, text);
}

void page_td_num(Page *page, gint64 number)
{
	html_open(page->html, "td");
	html_attr(page->html, "class", "num");
	html_textf(page->html, "%" G_GINT64_FORMAT, number);
	html_close(page->html);
}

void page_td_duration(Page *page, const JsonValue *object, const char *name)
{
	g_autofree char *text =
	    json_get(object, name) != NULL
		? page_duration(page, json_get_int(object, name, 0))
		: g_strdup("–");

	html_element(page->html, "td", "num", text);
}

void page_table(Page *page, const char *caption)
{
	html_open(page->html, "div");
	html_attr(page->html, "class", "scroll");
	html_attr(page->html, "tabindex", "0");
	html_attr(page->html, "role", "region");
	html_attr(page->html, "aria-label", caption);
	html_open(page->html, "table");
	html_element(page->html, "caption", "away", caption);
}

void page_table_end(Page *page)
{
	html_close(page->html);
	html_close(page->html);
}
