/* What the files of the case's page share. */
#ifndef WEB_CASE_H
#define WEB_CASE_H

#include "web/page.h"

/* The case as `show` gives it, and its policy step by step; that is NULL when
 * there is none. */
typedef struct {
	Page page;
	const JsonValue *row;
	const JsonValue *policy;
	const char *id;
	/* May this user work on it; and decide about it? */
	bool works, leads;
} CasePage;

/* A part with a heading; ended by html_close. */
void part_begin(CasePage *view, const char *id, const char *title);

void case_timeline(CasePage *view); /* case_timeline.c */
void case_clocks(CasePage *view);   /* case_why.c */
void case_why(CasePage *view);
void case_policy(CasePage *view);
void case_related(CasePage *view);
void case_forms(CasePage *view); /* case_forms.c */
/* "You handed it over just now. [Undo]", if so. */
void case_undo(CasePage *view);

/* Writes the page; PROBLEM, if not NULL, is shown at its top. */
void case_print(const WebRequest *request, WebReply *reply, const char *id,
    const char *problem);

#endif
