/*
 * The morning's digest: one line that says it all, the figures, what is late
 * and why, and two small charts with the same figures beside them in words. A
 * quiet day is one line.
 */
#include "letter/internal.h"

#include <string.h>

#include "anteroom/chart.h"

#define CHART_BYTES (64 * 1024)
#define CHART_WIDTH 360 /* a phone shows it as it is, and its letters */
#define PIXELS 2        /* of the picture for one of the page: sharp, too */
#define TEAMS_MOST 12
#define DAYS_MOST 31

static guint count_of(const JsonValue *digest, const char *name)
{
	return (guint)CLAMP(json_get_int(digest, name, 0), 0, G_MAXINT);
}

static char *plural(guint n, const char *one, const char *many)
{
	return g_strdup_printf("%u %s", n, n == 1 ? one : many);
}

/* "94 percent"; NULL when nothing was promised. */
static char *share_of(const JsonValue *group)
{
	guint met = count_of(group, "met");
	guint all = met + count_of(group, "missed");

	return all == 0 ? NULL : g_strdup_printf("%u percent", 100 * met / all);
}

/* ---- figures ---- */

static char *oldest_line(const JsonValue *oldest, gint64 now_s)
{
	gint64 since_s = row_time(oldest, "since");
	const char *name = json_get_string(oldest, "case");
	const char *topic = json_get_string(oldest, "topic");
	const char *team = json_get_string(oldest, "team");
	g_autofree char *span = NULL;

	if (since_s == 0) {
		return NULL;
	}
	span = words_span(now_s - since_s, false);
	if (name == NULL) {
		return g_strdup_printf("a sensitive case, waits for %s", span);
	}
	return g_strdup_printf("%s %s, %s, waits for %s", name,
	    topic != NULL ? topic : "", team != NULL ? team : "", span);
}

static char *arrived_line(const JsonValue *digest)
{
	guint arrived = count_of(digest, "arrived");
	guint sensitive = count_of(digest, "sensitive");

	return sensitive == 0 ? g_strdup_printf("%u", arrived)
			      : g_strdup_printf("%u, %u of them sensitive",
				    arrived, sensitive);
}

/* Of cases, not only of those that wait for an answer. */
static char *overdue_line(const JsonValue *digest)
{
	guint overdue = count_of(digest, "overdue");

	return overdue == 0 ? g_strdup("0")
			    : g_strdup_printf("%u, answered ones that aren't "
					      "resolved included",
				  overdue);
}

static void write_figures(Page *page, const JsonValue *digest, gint64 now_s)
{
	g_autofree char *arrived = arrived_line(digest);
	g_autofree char *answered =
	    g_strdup_printf("%u", count_of(digest, "answered"));
	g_autofree char *open = g_strdup_printf("%u", count_of(digest, "open"));
	g_autofree char *overdue = overdue_line(digest);
	g_autofree char *share = share_of(json_get(digest, "first_reply"));
	g_autofree char *in_time =
	    share != NULL
		? g_strconcat(share, " of first replies in four weeks", NULL)
		: NULL;
	g_autofree char *oldest =
	    oldest_line(json_get(digest, "oldest"), now_s);

	page_facts(page);
	page_fact(page, "Arrived", arrived);
	page_fact(page, "Answered", answered);
	page_fact(page, "In time", in_time);
	page_fact(page, "Unanswered", open);
	page_fact(page, "Overdue", overdue);
	page_fact(page, "Oldest", oldest);
	page_facts_end(page);
}

/* ---- what is late, and why ---- */

static const char *why_words(const char *why)
{
	static const char *const words[][2] = {
	    {"waiting", "nobody has replied yet"},
	    {"late", "the reply came late"},
	    {"handed-over", "handed over when half the time was gone"},
	    {"bounced", "a reply came back"},
	    {"untouched", "nobody has touched it"},
	};

	for (gsize i = 0; why != NULL && i < G_N_ELEMENTS(words); i++) {
		if (strcmp(why, words[i][0]) == 0) {
			return words[i][1];
		}
	}
	return "";
}

static void write_breach(Page *page, const JsonValue *breach)
{
	const char *name = json_get_string(breach, "case");
	const char *topic = json_get_string(breach, "topic");
	const char *team = json_get_string(breach, "team");
	g_autofree char *line =
	    g_strdup_printf("%s, %s", topic ? topic : "", team ? team : "");
	g_autofree char *span =
	    words_span(json_get_int(breach, "late_s", 0), false);
	g_autofree char *under = g_strdup_printf("%s late by %s: %s",
	    words_metric(json_get_string(breach, "metric")), span,
	    why_words(json_get_string(breach, "why")));

	under[0] = g_ascii_toupper(under[0]);
	page_case(page, name != NULL ? name : "?", line, under, TONE_LATE);
}

static void write_breaches(Page *page, const JsonValue *digest)
{
	const JsonValue *breaches = json_get(digest, "breaches");
	guint all = count_of(digest, "breaches_all");
	guint hidden = count_of(digest, "breaches_sensitive");
	guint named = json_length(breaches);

	if (all == 0) {
		return;
	}
	page_section(page, "Late since the last digest");
	for (guint i = 0; i < named; i++) {
		write_breach(page, json_at(breaches, i));
	}
	if (hidden > 0) {
		g_autofree char *line = plural(hidden, "sensitive case is late",
		    "sensitive cases are late");

		page_paragraph(page, line);
	}
	if (all > named + hidden) {
		g_autofree char *line =
		    g_strdup_printf("And %u more.", all - named - hidden);

		page_paragraph(page, line);
	}
	g_string_append_c(page->text, '\n');
}

static void write_alarms(Page *page, const JsonValue *digest)
{
	const JsonValue *topics = json_get(digest, "topics");
	guint broken = count_of(digest, "broken_promises");

	if (broken > 0) {
		g_autofree char *line =
		    plural(broken, "promise to a customer was broken.",
			"promises to customers were broken.");

		page_paragraph(page, line);
	}
	for (guint i = 0; i < json_length(topics); i++) {
		const JsonValue *topic = json_at(topics, i);
		const char *name = json_get_string(topic, "topic");
		double usual = json_get_double(topic, "usual", 0);
		g_autofree char *line = NULL;

		if (name == NULL || !json_get_bool(topic, "spike", false)) {
			continue;
		}
		line = g_strdup_printf(
		    usual < 1
			? "Unusually many about %s: %u, where there are "
			  "hardly any."
			: "Unusually many about %s: %u, where %.0f are usual.",
		    name, count_of(topic, "arrived"), usual);
		page_paragraph(page, line);
	}
}

/* ---- charts ---- */

typedef void (*Draw)(Html *html, const JsonValue *digest, const char *desc);

/* The picture, where one can be made; its words stand there anyway. */
static void put_chart(
    Page *page, const char *id, const char *svg, const char *alt, GArray *all)
{
	MimePicture picture = {.id = id};

	if (page->style->picture != NULL) {
		picture.png = page->style->picture(svg, CHART_WIDTH * PIXELS);
	}
	if (picture.png != NULL) {
		g_array_append_val(all, picture);
		page_picture(page, id, alt, CHART_WIDTH);
	}
}

static char *draw(const JsonValue *digest, const char *desc, Draw with)
{
	g_autoptr(Html) html = html_new(CHART_BYTES);

	with(html, digest, desc);
	return html_end(html, NULL);
}

static void draw_days(Html *html, const JsonValue *digest, const char *desc)
{
	static const char *const series[] = {"arrived"};
	const JsonValue *days = json_get(digest, "days");
	guint n = MIN(json_length(days), DAYS_MOST);
	double values[DAYS_MOST] = {0};
	const char *labels[DAYS_MOST];
	char texts[DAYS_MOST][8];
	ChartData data = {.head = {.id = "days",
			      .title = "Arrived, day by day",
			      .desc = desc,
			      .width = CHART_WIDTH},
	    .series = series,
	    .n_series = 1,
	    .places = labels,
	    .n_places = n,
	    .values = values};

	for (guint i = 0; i < n; i++) {
		const JsonValue *day = json_at(days, i);
		const char *at = json_get_string(day, "day");

		/* "2026-11-21T..." is 21. */
		g_snprintf(texts[i], sizeof(texts[i]), "%.2s",
		    at != NULL && strlen(at) > 10 ? at + 8 : "");
		labels[i] = texts[i];
		values[i] = count_of(day, "arrived");
	}
	chart_bars(html, &data);
}

static void draw_teams(Html *html, const JsonValue *digest, const char *desc)
{
	static const char *const series[] = {"open"};
	const JsonValue *teams = json_get(digest, "teams");
	guint n = MIN(json_length(teams), TEAMS_MOST);
	double values[TEAMS_MOST] = {0};
	const char *labels[TEAMS_MOST];
	const char *texts[TEAMS_MOST];
	char said[TEAMS_MOST][48];
	ChartData data = {.head = {.id = "teams",
			      .title = "Open, team by team",
			      .desc = desc,
			      .width = CHART_WIDTH},
	    .series = series,
	    .n_series = 1,
	    .places = labels,
	    .n_places = n,
	    .values = values};

	for (guint i = 0; i < n; i++) {
		const JsonValue *team = json_at(teams, i);
		const char *name = json_get_string(team, "team");

		labels[i] = name != NULL ? name : "";
		values[i] = count_of(team, "open");
		g_snprintf(said[i], sizeof(said[i]), "%u, %u late",
		    count_of(team, "open"), count_of(team, "overdue"));
		texts[i] = said[i];
	}
	chart_rows(html, &data, texts);
}

/* "Arrived day by day, to this morning: 3 5 0 ..." */
static char *days_words(const JsonValue *digest)
{
	const JsonValue *days = json_get(digest, "days");
	GString *out = g_string_new("Day by day, up to today:");

	for (guint i = 0; i < MIN(json_length(days), DAYS_MOST); i++) {
		g_string_append_printf(
		    out, " %u", count_of(json_at(days, i), "arrived"));
	}
	return g_string_free(out, FALSE);
}

static void write_days(Page *page, const JsonValue *digest, GArray *pictures)
{
	g_autofree char *words = days_words(digest);
	g_autofree char *svg = draw(digest, words, draw_days);

	page_section(page, "What arrived");
	put_chart(page, "arrived", svg, words, pictures);
	page_paragraph(page, words);
}

static void write_teams(Page *page, const JsonValue *digest, GArray *pictures)
{
	const JsonValue *teams = json_get(digest, "teams");
	g_autofree char *svg = NULL;

	if (json_length(teams) == 0) {
		return;
	}
	svg = draw(digest, "Open cases of each team", draw_teams);
	page_section(page, "Teams");
	put_chart(
	    page, "teams", svg, "Open cases of each team; see below", pictures);
	page_facts(page);
	for (guint i = 0; i < MIN(json_length(teams), TEAMS_MOST); i++) {
		const JsonValue *team = json_at(teams, i);
		g_autofree char *share = share_of(team);
		g_autofree char *line =
		    g_strdup_printf("%u new, %u open, %u overdue%s%s",
			count_of(team, "arrived"), count_of(team, "open"),
			count_of(team, "overdue"),
			share != NULL ? "; in time: " : "",
			share != NULL ? share : "");
		const char *name = json_get_string(team, "team");

		page_fact(page, name != NULL ? name : "?", line);
	}
	page_facts_end(page);
}

/* ---- the whole ---- */

static bool is_quiet(const JsonValue *digest)
{
	return count_of(digest, "arrived") == 0 &&
	       count_of(digest, "answered") == 0 &&
	       count_of(digest, "open") == 0 &&
	       count_of(digest, "breaches_all") == 0;
}

static char *headline(const JsonValue *digest)
{
	return g_strdup_printf("%u arrived, %u answered, %u overdue",
	    count_of(digest, "arrived"), count_of(digest, "answered"),
	    count_of(digest, "overdue"));
}

char *digest_write(Page *page, const JsonValue *notice, const JsonValue *digest,
    GArray *pictures)
{
	gint64 at_s = row_time(digest, "at");
	const char *zone = json_get_string(digest, "zone");
	g_autofree char *day = words_day(at_s, zone);
	g_autofree char *head = headline(digest);

	(void)notice;
	if (is_quiet(digest)) {
		page_head(page, TONE_PLAIN, "A quiet day",
		    "Nothing arrived, nothing is open, nothing is late.");
		return g_strdup_printf("Quiet: %s", day);
	}
	page_head(page,
	    count_of(digest, "overdue") > 0 ? TONE_LATE : TONE_PLAIN, head,
	    day);
	write_alarms(page, digest);
	write_figures(page, digest, at_s);
	write_breaches(page, digest);
	write_days(page, digest, pictures);
	write_teams(page, digest, pictures);
	page_act(page, NULL, "Open Anteroom",
	    count_of(digest, "overdue") > 0 ? "Look at what is overdue first."
					    : "Nothing is overdue.");
	return g_strdup_printf("%s: %s", day, head);
}
