/*
 * The table of pages: what there is, and who may. Whatever it doesn't allow is
 * denied. What a user may ask of the daemon is in control/rights.c.
 */
#include "web/internal.h"
#include "web/pages.h"

static const WebPage pages[] = {
    {false, "/healthz", MAY_NOBODY, health_page},
    {false, "/assets/*", MAY_NOBODY, asset_page},
    {false, "/login", MAY_NOBODY, login_page},
    {true, "/login", MAY_NOBODY, login_done},
    {true, "/logout", MAY_ALL, logout_done},

    {false, "/", MAY_ALL, board_page},
    {false, "/cases/*", MAY_ALL, case_page},
    {true, "/cases/*/*", MAY_WORK, case_done},
    {false, "/reports", MAY_ALL, reports_page},
    {false, "/reports.csv", MAY_ALL, reports_csv},
    {false, "/rules", MAY_ALL, rules_page},
    {true, "/rules", MAY_ALL, rules_page},
    {false, "/people", MAY_ADMIN, people_page},
    {false, "/health", MAY_ALL, state_page},

    {false, "/events", MAY_ALL, events_page},
    {false, "/metrics", MAY_NOBODY, metrics_page},

    {false, "/api/v1/openapi.json", MAY_ALL, api_description},
    {false, "/api/v1/cases", MAY_ALL, api_cases},
    {false, "/api/v1/cases/*", MAY_ALL, api_case},
    {false, "/api/v1/status", MAY_ALL, api_status},
    {true, "/api/v1/cases/*/*", MAY_WORK, api_act},
};

const WebPage *web_table(gsize *n)
{
	*n = G_N_ELEMENTS(pages);
	return pages;
}
