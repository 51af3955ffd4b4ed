/* What the files of the reports' page share. */
#ifndef WEB_REPORT_H
#define WEB_REPORT_H

#include "web/page.h"

/* The row of `report`. */
typedef struct {
	Page page;
	const JsonValue *row;
} ReportPage;

/* A panel with a heading; ended by html_close. */
void panel_begin(Page *page, const char *id, const char *title, bool wide);

/* The charts, each with its table. */
void report_arrivals(ReportPage *view);
void report_hours(ReportPage *view);
void report_times_chart(ReportPage *view);
void report_used(ReportPage *view);
void report_weeks_chart(ReportPage *view);
void report_ages_chart(ReportPage *view);

#endif
