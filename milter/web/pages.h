/* The handlers that the table of pages names. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/web.h"

/* assets.c, health.c, login.c, api.c */
void asset_page(const WebRequest *request, WebReply *reply);
void health_page(const WebRequest *request, WebReply *reply);
void events_page(const WebRequest *request, WebReply *reply);
void metrics_page(const WebRequest *request, WebReply *reply);
void login_page(const WebRequest *request, WebReply *reply);
void login_done(const WebRequest *request, WebReply *reply);
void logout_done(const WebRequest *request, WebReply *reply);
void api_description(const WebRequest *request, WebReply *reply);
void api_cases(const WebRequest *request, WebReply *reply);
void api_case(const WebRequest *request, WebReply *reply);
void api_status(const WebRequest *request, WebReply *reply);
void api_act(const WebRequest *request, WebReply *reply);

/* Writes the login page; NEXT is where to go, PROBLEM is NULL or a line. */
void login_form(const WebRequest *request, WebReply *reply, const char *next,
    const char *problem);

/* page_*.c: what people look at */
void board_page(const WebRequest *request, WebReply *reply);
void case_page(const WebRequest *request, WebReply *reply);
void case_done(const WebRequest *request, WebReply *reply);
void reports_page(const WebRequest *request, WebReply *reply);
void rules_page(const WebRequest *request, WebReply *reply);
void people_page(const WebRequest *request, WebReply *reply);
void state_page(const WebRequest *request, WebReply *reply);
void reports_csv(const WebRequest *request, WebReply *reply);

/* The row of `report` for what the address asks. */
bool report_ask(const WebRequest *request, GPtrArray **rows, GError **error);

#endif
