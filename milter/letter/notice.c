/*
 * What a notice says, by its kind: what happened, whose it is, how late it is
 * or how much time is left, and the one thing to do. Of a sensitive case only
 * number, topic and team: what the customer wrote stays with its team.
 */
#include "letter/internal.h"

#include <string.h>

#include "anteroom/times.h"

#define CASES_MOST 50 /* of a summary; the pages have them all */

/* What is said of a notice; %-words are filled in by `fill`. */
typedef struct {
	const char *kind;
	const char *subject; /* %d due, %c case, %o topic, %t team, %s short */
	const char *head;
	const char *how; /* to those who answer */
	const char *see; /* to those who see that somebody does; NULL: HOW */
	Tone tone;
	bool timed;  /* the deadline is what it is about */
	bool detail; /* the detail is about us, never about the customer */
} Saying;

#define ANSWER                                                           \
	"Answer the customer from your own mailbox: the clock stops by " \
	"itself."
#define SEE                                                                \
	"See that somebody of %t answers: a reply from their own mailbox " \
	"stops the clock."

static const Saying sayings[] = {
    {"warning", "Due in %s: %c %o, %t", "%c is due soon", ANSWER, SEE,
	TONE_SOON, true, false},
    {"breach", "Overdue by %s: %c %o, %t", "%c is overdue", ANSWER, SEE,
	TONE_LATE, true, false},
    {"escalation", "Overdue by %s: %c %o, %t", "%c still waits for %t", ANSWER,
	SEE, TONE_LATE, true, false},
    {"third-hop", "Handed on three times: %c %o, %t",
	"%c has been handed on three times",
	"Decide whose it is, and tell that team so.", NULL, TONE_SOON, true,
	false},
    {"answered-twice", "Answered twice: %c %o, %t", "%c was answered twice",
	"Agree who speaks to the customer, and let the others stop.", NULL,
	TONE_SOON, false, false},
    {"broken-promise", "Promise broken: %c %o, %t",
	"A promise to the customer of %c is broken",
	"Call or write now, and say when the rest will come.",
	"See that somebody of %t calls or writes now.", TONE_LATE, true, false},
    {"bounced", "Came back: %c %o, %t", "Mail about %c came back",
	"Mend the address, or tell the recipient in another way.", NULL,
	TONE_LATE, false, true},
    {"undeliverable-team", "%t can't be reached: %c %o",
	"Mail to team %t came back",
	"Mend the team's address; until then see that somebody answers this "
	"case. Its clock runs on.",
	NULL, TONE_LATE, true, true},
    {"blind-spot", "Replies of %t are not seen",
	"Anteroom sees no replies of %t",
	"Its figures can't be right: let its replies leave through the mail "
	"server, or give Anteroom copies of them (anteroom take --sent; see "
	"the notes for your mail server).",
	NULL, TONE_SOON, false, true},
};

static const Saying other = {"", "About %c: %o, %t", "About %c",
    "Look at the case.", NULL, TONE_PLAIN, true, true};

gint64 row_time(const JsonValue *row, const char *name)
{
	const char *text = json_get_string(row, name);
	gint64 at_s = 0;

	if (text != NULL) {
		times_parse_rfc3339(text, &at_s, NULL);
	}
	return at_s;
}

static const char *row_text(
    const JsonValue *row, const char *name, const char *otherwise)
{
	const char *text = json_get_string(row, name);

	return text != NULL && *text != '\0' ? text : otherwise;
}

static const Saying *saying_of(const JsonValue *notice)
{
	const char *kind = row_text(notice, "kind", "");

	for (gsize i = 0; i < G_N_ELEMENTS(sayings); i++) {
		if (strcmp(sayings[i].kind, kind) == 0) {
			return &sayings[i];
		}
	}
	return &other;
}

static bool is_restricted(const JsonValue *row)
{
	return json_get_bool(row, "sensitive", false) ||
	       strcmp(row_text(row, "subject", ""), "(restricted)") == 0;
}

/* FORMAT with its words; SHORT is how late, or how much is left. */
static char *fill(const char *format, const JsonValue *row, const char *brief)
{
	GString *out = g_string_new(NULL);

	for (const char *p = format; *p != '\0'; p++) {
		if (*p != '%') {
			g_string_append_c(out, *p);
			continue;
		}
		switch (*++p) {
		case 'c':
			g_string_append(out, row_text(row, "case", "a case"));
			break;
		case 'o':
			g_string_append(
			    out, row_text(row, "topic", "no topic"));
			break;
		case 't':
			g_string_append(out, row_text(row, "team", "no team"));
			break;
		default:
			g_string_append(out, brief);
		}
	}
	return g_string_free(out, FALSE);
}

/* How late, or how much is left, in few letters. */
static char *brief_of(const JsonValue *row, gint64 now_s)
{
	gint64 due_s = row_time(row, "due");
	gint64 left_s = due_s - now_s;

	return due_s == 0 ? g_strdup("?")
			  : words_span(left_s >= 0 ? left_s : -left_s, true);
}

/* "First reply overdue by 2 hours, since 13:30 (New York)" */
static char *due_line(const JsonValue *row, const char *zone, gint64 now_s)
{
	gint64 due_s = row_time(row, "due");
	const char *metric = words_metric(json_get_string(row, "metric"));
	g_autofree char *due = NULL;
	char *line;

	if (due_s == 0) {
		return NULL;
	}
	due = words_due(due_s, now_s, zone);
	line = g_strdup_printf("%s %s", metric, due);
	line[0] = g_ascii_toupper(line[0]);
	return line;
}

/* A deadline that passed while the notice waited is no warning any more. */
static Tone tone_of(const JsonValue *row, Tone tone, gint64 now_s)
{
	gint64 due_s = row_time(row, "due");

	return tone == TONE_SOON && due_s != 0 && due_s < now_s ? TONE_LATE
								: tone;
}

/* Those who answer are told to answer, the others to see to it. */
static char *how_of(const Saying *saying, const JsonValue *notice)
{
	bool answers = strcmp(row_text(notice, "rung", ""), "team") == 0;

	return fill(saying->see != NULL && !answers ? saying->see : saying->how,
	    notice, "");
}

char *notice_foot(const JsonValue *notice)
{
	static const char *const rungs[][2] = {
	    {"team", "a member of team %t"},
	    {"lead", "the lead of team %t"},
	    {"assistant", "the assistant of the desk"},
	    {"executive", "the executive of the desk"},
	    {"admin", "an administrator of Anteroom"},
	};
	const char *rung = row_text(notice, "rung", "");
	g_autofree char *who = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(rungs); i++) {
		if (strcmp(rungs[i][0], rung) == 0) {
			who = fill(rungs[i][1], notice, "");
		}
	}
	return g_strdup_printf("You get this as %s. Answers to this mail are "
			       "read by nobody.",
	    who != NULL ? who : "somebody who may help");
}

/* "high, by policy standard": a line less on a phone. */
static char *urgency_line(const JsonValue *notice)
{
	const char *urgency = row_text(notice, "urgency", NULL);
	const char *policy = row_text(notice, "policy", NULL);

	if (urgency == NULL || json_get_string(notice, "case") == NULL) {
		return NULL;
	}
	return policy != NULL
		   ? g_strdup_printf("%s, by policy %s", urgency, policy)
		   : g_strdup(urgency);
}

/* What the customer wrote about; nothing of a sensitive case. Its number is
 * said by head and button. */
static void write_facts(Page *page, const JsonValue *notice)
{
	bool restricted = is_restricted(notice);
	bool detail = saying_of(notice)->detail;
	g_autofree char *urgency = urgency_line(notice);

	page_facts(page);
	if (!restricted) {
		page_fact(page, "From", json_get_string(notice, "from"));
		page_fact(page, "Subject", json_get_string(notice, "subject"));
	}
	page_fact(page, "Topic", json_get_string(notice, "topic"));
	page_fact(page, "Team", json_get_string(notice, "team"));
	if (!restricted) {
		page_fact(page, "Urgency", urgency);
	}
	/* A clock's detail is for the timeline; the head said it in words. */
	if (detail ||
	    (!restricted && json_get_string(notice, "metric") == NULL)) {
		page_fact(page, "Detail", json_get_string(notice, "detail"));
	}
	page_facts_end(page);
	if (restricted) {
		page_paragraph(page,
		    "This case is sensitive: only its team and the assistant "
		    "see more.");
	}
}

static char *write_single(Page *page, const JsonValue *notice)
{
	const Saying *saying = saying_of(notice);
	gint64 now_s = page->style->now_s;
	const char *zone = json_get_string(notice, "zone");
	const char *name = json_get_string(notice, "case");
	g_autofree char *brief = brief_of(notice, now_s);
	g_autofree char *head = fill(saying->head, notice, brief);
	g_autofree char *due =
	    saying->timed ? due_line(notice, zone, now_s) : NULL;
	g_autofree char *how = how_of(saying, notice);
	g_autofree char *label =
	    g_strdup_printf("Open %s", name != NULL ? name : "Anteroom");
	Tone tone = tone_of(notice, saying->tone, now_s);

	page_head(page, tone, head, due);
	write_facts(page, notice);
	page_act(page, name, label, how);
	if (tone == TONE_LATE && strcmp(saying->kind, "warning") == 0) {
		saying++; /* it waited: a breach by now */
	}
	return fill(saying->subject, notice, brief);
}

/* ---- summaries ---- */

static bool is_late(const JsonValue *row, gint64 now_s)
{
	gint64 due_s = row_time(row, "due");

	return due_s != 0 && due_s < now_s;
}

static void write_case(Page *page, const JsonValue *row, const char *zone)
{
	gint64 now_s = page->style->now_s;
	g_autofree char *due = due_line(row, zone, now_s);
	g_autofree char *what = fill("%o, %t", row, "");
	const char *subject =
	    is_restricted(row) ? NULL : json_get_string(row, "subject");
	g_autofree char *line = subject != NULL
				    ? g_strdup_printf("%s: %s", what, subject)
				    : g_strdup(what);

	page_case(page, row_text(row, "case", "?"), line,
	    due != NULL ? due : row_text(row, "detail", ""),
	    due == NULL           ? TONE_PLAIN
	    : is_late(row, now_s) ? TONE_LATE
				  : TONE_SOON);
}

static char *write_summary(Page *page, const JsonValue *notice)
{
	const JsonValue *cases = json_get(notice, "cases");
	const char *zone = json_get_string(notice, "zone");
	const char *team = json_get_string(notice, "team");
	guint n = json_length(cases), late = 0;
	g_autofree char *head = NULL;
	g_autofree char *under = NULL;

	for (guint i = 0; i < n; i++) {
		late += is_late(json_at(cases, i), page->style->now_s);
	}
	head = g_strdup_printf("%u cases%s%s need somebody", n,
	    team != NULL ? " of " : "", team != NULL ? team : "");
	under = g_strdup_printf("%u overdue, %u due soon", late, n - late);
	page_head(page, late > 0 ? TONE_LATE : TONE_SOON, head, under);
	for (guint i = 0; i < MIN(n, CASES_MOST); i++) {
		write_case(page, json_at(cases, i), zone);
	}
	if (n > CASES_MOST) {
		g_autofree char *more =
		    g_strdup_printf("And %u more.", n - CASES_MOST);

		page_paragraph(page, more);
	}
	g_string_append_c(page->text, '\n');
	page_act(page, NULL, "Open the list",
	    "They come in one mail because so many are late at once: look "
	    "for one cause.");
	return g_strdup_printf("%u cases need somebody: %u overdue%s%s", n,
	    late, team != NULL ? ", " : "", team != NULL ? team : "");
}

char *notice_write(Page *page, const JsonValue *notice)
{
	return json_length(json_get(notice, "cases")) > 0
		   ? write_summary(page, notice)
		   : write_single(page, notice);
}
