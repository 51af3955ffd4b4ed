/* A case as a row: on the board, and among related ones. */
#ifndef WEB_ROW_H
#define WEB_ROW_H

#include "web/page.h"

/* <li>: urgency, subject, who wrote, who has it, time left, a bar of the time
 * used. ROW as `cases` gives it. */
void case_row(Page *page, const JsonValue *row);

/* The subject, or that it is restricted. */
void case_subject(Page *page, const JsonValue *row);

/* How much of the time from START_S to DUE_S is gone, in percent: for what runs
 * by the wall clock. */
int case_gone(const Page *page, gint64 start_s, gint64 due_s);

/* "2 h 10 min left" for a deadline at DUE_S, counted on by the script, and a
 * bar of how much of the time is used, in percent. */
void case_due(Page *page, int used_pct, gint64 due_s);

#endif
