/*
 * What all pages share: the frame around them, and the small things that are
 * said on many: urgency, time left, topics, forms. Pages print with HTML alone
 * (anteroom/html.h), which escapes.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "anteroom/html.h"
#include "web/web.h"
#include "web/words.h"

typedef struct {
	const WebRequest *request;
	WebReply *reply;
	Html *html;
	const Words *words;
} Page;

/* A page with navigation for who is logged in; TITLE is translated. The
 * content goes into page->html until page_end. */
void page_begin(
    Page *page, const WebRequest *request, WebReply *reply, const char *title);
/* The same without navigation: to log in, to be told of a problem. */
void page_begin_bare(
    Page *page, const WebRequest *request, WebReply *reply, const char *title);
void page_end(Page *page);

/* TEXT in the reader's language. */
const char *t(const Page *page, const char *text);

/* What the keys do: a dialog that the script opens. */
void page_keys(Page *page);

/* TEXT in the reader's language with its "%s" replaced by ARGUMENT. Transfer
 * full. */
char *page_say(const Page *page, const char *text, const char *argument);
/* The same of ONE or MANY with the number N. Transfer full. */
char *page_count(const Page *page, const char *one, const char *many, gint64 n);
/* What a command says, half a sentence that begins small, as a whole one. */
void page_sentence(Page *page, const char *text);

/* ---- forms ---- */

/* <form method=post> to PATH with the token against forgery. Ends with
 * html_close. */
void form_begin(Page *page, const char *path, const char *class_name);
/* <form method=get>, for filters. */
void form_begin_get(Page *page, const char *path, const char *class_name);
void form_hidden(Page *page, const char *name, const char *value);
/* A field with its label. */
void form_text(Page *page, const char *name, const char *label,
    const char *value, const char *placeholder);
/* <label>LABEL <select name=NAME>; options follow, then two html_close. */
void form_select(Page *page, const char *name, const char *label);
void form_option(
    Page *page, const char *value, const char *label, const char *chosen);
void form_button(Page *page, const char *label, const char *class_name);

/* ---- small things ---- */

/* The word for what a command calls NAME: a state, level, metric, event. Falls
 * back to NAME with spaces. */
const char *page_word(const Page *page, const char *name);
/* "2 d 4 h", "35 min": the two largest units. Transfer full. */
char *page_duration(const Page *page, gint64 seconds);
/* "Sat 21 Nov, 11:00" in ZONE. Transfer full. */
char *page_moment(const Page *page, gint64 at_s);
/* "21 Nov" of "2026-11-21". Transfer full. */
char *page_day(const Page *page, const char *day);
/* <time>: the moment in words, the exact one on demand; "–" for 0. */
void page_time(Page *page, gint64 at_s);
/* Urgency: a mark and its word. */
void page_urgency(Page *page, const char *level);
/* A small label. */
void page_chip(Page *page, const char *class_name, const char *text);
/* A number of percent of METS of ALL, or "–". */
void page_share(Page *page, gint64 met, gint64 missed);
/* The member NAME of OBJECT as a moment; 0 when there is none. */
gint64 page_moment_of(const JsonValue *object, const char *name);

/* <th scope=col>; with the class "num" when RIGHT. */
void page_th(Page *page, const char *text, bool right);
void page_td(Page *page, const char *text);
void page_td_num(Page *page, gint64 number);
void page_td_duration(Page *page, const JsonValue *object, const char *name);
/* <table> with a caption in its scroll box; ended by page_table_end. */
void page_table(Page *page, const char *caption);
void page_table_end(Page *page);

#endif
