/* The timeline of a case: who did what, when. */
#include <string.h>

#include "anteroom/times.h"
#include "web/case.h"

/* Marks differ by shape as well: from outside, from us, by the clock. */
static const char *kind_of(const char *what)
{
	static const char *const outside[] = {
	    "received", "joined", "copy", "bounced", NULL};
	static const char *const ours[] = {"reply", "answered", NULL};
	static const char *const clock[] = {
	    "clock", "warning", "breach", "escalation", NULL};

	return g_strv_contains(outside, what) ? "in"
	       : g_strv_contains(ours, what)  ? "out"
	       : g_strv_contains(clock, what) ? "clock"
					      : "deed";
}

/* ---- what clocks did, in words ---- */

static bool is_metric(const char *word)
{
	static const char *const metrics[] = {
	    "first_reply", "next_reply", "resolve", "promise", NULL};

	return g_strv_contains(metrics, word);
}

static bool is_number(const char *word)
{
	return word != NULL && *word != '\0' &&
	       word[strspn(word, "0123456789")] == '\0';
}

/* "2026-11-23T10:00:00Z," as a moment of this page's zone; false: it is none.
 */
static bool put_moment(const Page *page, const char *word, GString *out)
{
	gsize n = strlen(word);
	gsize bare = n > 0 && strchr(",;:", word[n - 1]) != NULL ? n - 1 : n;
	g_autofree char *text = g_strndup(word, bare);
	g_autofree char *shown = NULL;
	gint64 at_s;

	if (bare < 20 || !times_parse_rfc3339(text, &at_s, NULL)) {
		return false;
	}
	shown = page_moment(page, at_s);
	g_string_append_printf(out, "%s%s", shown, word + bare);
	return true;
}

/* What became of a clock, "met;", in the reader's language; false: it isn't
 * said. */
static bool put_outcome(const Page *page, const char *word, GString *out)
{
	static const char *const outcomes[] = {
	    N_("due"), "met", "missed", "revoked", NULL};
	gsize bare = word != NULL ? strcspn(word, ",;:") : 0;
	g_autofree char *name = g_strndup(word != NULL ? word : "", bare);

	if (!g_strv_contains(outcomes, name)) {
		return false;
	}
	g_string_append_printf(out, " %s%s",
	    strcmp(name, "due") == 0 ? t(page, name) : page_word(page, name),
	    word + bare);
	return true;
}

/* DETAIL as the store has it, "resolve 1 due 2026-11-23T10:00:00Z", for people.
 * Transfer full. */
static char *detail_words(const Page *page, const char *detail)
{
	g_auto(GStrv) words = g_strsplit(detail, " ", -1);
	GString *out = g_string_new(NULL);

	for (guint i = 0; words[i] != NULL; i++) {
		g_string_append(out, i > 0 ? " " : "");
		if (is_metric(words[i]) && is_number(words[i + 1])) {
			g_string_append(out, page_word(page, words[i]));
			i++;
			/* Which one of them: said from the second on. */
			if (strcmp(words[i], "1") != 0) {
				g_string_append_printf(out, " %s", words[i]);
			}
			i += put_outcome(page, words[i + 1], out) ? 1 : 0;
		} else if (strcmp(words[i], "due") == 0 &&
			   words[i + 1] != NULL &&
			   g_ascii_isdigit(words[i + 1][0])) {
			g_string_append(out, t(page, "due"));
		} else if (!put_moment(page, words[i], out)) {
			g_string_append(out, words[i]);
		}
	}
	return g_string_free(out, FALSE);
}

static void put_detail(Page *page, const char *what, const char *detail)
{
	bool verbatim = g_strcmp0(what, "note") == 0;
	g_autofree char *words =
	    verbatim ? g_strdup(detail) : detail_words(page, detail);

	html_open(page->html, "p");
	html_attr(page->html, "class", "detail");
	html_attr(page->html, "dir", "auto");
	html_text_cut(page->html, words, 2000);
	html_close(page->html);
}

/* ---- the list ---- */

static void entry(CasePage *view, const JsonValue *event)
{
	Page *page = &view->page;
	Html *html = page->html;
	const char *what = json_get_string(event, "what");
	const char *detail = json_get_string(event, "detail");

	html_open(html, "li");
	html_attr(html, "class", kind_of(what != NULL ? what : ""));
	html_open(html, "p");
	html_element(html, "b", NULL, page_word(page, what));
	html_text(html, " ");
	html_open(html, "span");
	html_attr(html, "class", "quiet");
	html_open(html, "bdi");
	html_text_cut(html, json_get_string(event, "who"), 80);
	html_close(html);
	html_text(html, " · ");
	page_time(page, page_moment_of(event, "at"));
	html_close(html);
	html_close(html);
	if (detail != NULL && *detail != '\0') {
		put_detail(page, what, detail);
	}
	html_close(html);
}

/* The newest first: that is what one comes for. */
void case_timeline(CasePage *view)
{
	const JsonValue *timeline = json_get(view->row, "timeline");
	Html *html = view->page.html;

	part_begin(view, "timeline", t(&view->page, "Timeline"));
	html_open(html, "ol");
	html_attr(html, "class", "events");
	for (guint i = json_length(timeline); i-- > 0;) {
		entry(view, json_at(timeline, i));
	}
	html_close(html);
	html_close(html);
}
