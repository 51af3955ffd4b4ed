/*
 * Who held a case and since when, and what becomes of one that is passed on and
 * on: twice is a correction, the third time somebody has to decide, and that is
 * the assistant.
 */
#include "cases/internal.h"

#include <string.h>

#include "anteroom/limits.h"

#define HOPS_MOST 2 /* by hand, before the assistant gets it */

static void add_holder(Case *kase, const char *team, gint64 from_s)
{
	Holder *holder;

	if (kase->holders->len >= LIMIT_CASE_HOLDERS) {
		return;
	}
	holder = g_new0(Holder, 1);
	holder->team = g_strdup(team);
	holder->from_s = from_s;
	g_ptr_array_add(kase->holders, holder);
}

void case_give_to(Case *kase, const char *team, gint64 at_s)
{
	char *copy = g_strdup(team);

	/* The first one needs no room while it is the only one. */
	if (kase->holders->len == 0) {
		add_holder(kase, kase->team, kase->received_s);
	}
	add_holder(kase, team, MAX(at_s, kase->received_s));
	g_free(kase->team);
	kase->team = copy;
}

/* That of the assistant, or else of what no other route takes; NULL when there
 * is none. */
static const Team *team_of_assistant(const Conf *conf, const Case *kase)
{
	const Desk *desk = conf_desk(conf, kase->desk);
	const Team *team = desk && *desk->assistant
			       ? conf_team_of_member(conf, desk->assistant)
			       : NULL;

	return team ? team : route_team(conf, TOPIC_OTHER, NULL);
}

const Team *case_next_holder(Case *kase, const Conf *conf, const Team *asked)
{
	const Team *last = team_of_assistant(conf, kase);

	if (!last || last == asked || strcmp(kase->team, last->name) == 0) {
		kase->hops = 0;
		return asked;
	}
	if (++kase->hops <= HOPS_MOST) {
		return asked;
	}
	kase->hops = 0;
	return last;
}
