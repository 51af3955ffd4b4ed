/*
 * Which team gets a message, or none. The primary topic's route decides; the
 * rest is about what may not be screened away, whatever the routes say.
 */
#include "route/internal.h"

#include <string.h>

#include "anteroom/address.h"

#define ROUTE_DEFAULT "default"
#define TEAM_NONE "none"

static const Route *route_of(const Conf *conf, const char *topic)
{
	for (guint i = 0; conf->routes && i < conf->routes->len; i++) {
		const Route *route = g_ptr_array_index(conf->routes, i);
		if (strcmp(route->topic, topic) == 0) {
			return route;
		}
	}
	return NULL;
}

const Team *route_team(const Conf *conf, const char *topic, bool *known)
{
	const Route *route = route_of(conf, topic);
	if (!route) {
		route = route_of(conf, ROUTE_DEFAULT);
	}
	if (known) {
		*known = route != NULL;
	}
	if (!route || strcmp(route->team, TEAM_NONE) == 0) {
		return NULL;
	}
	return conf_team(conf, route->team);
}

/* Whoever there is when a person must look and no route names one: the
 * assistant's team, else the first. */
static const Team *somebody(const Conf *conf, const Desk *desk)
{
	if (!conf->teams || !conf->teams->len) {
		return NULL;
	}
	for (guint i = 0; desk && *desk->assistant && i < conf->teams->len;
	     i++) {
		const Team *team = g_ptr_array_index(conf->teams, i);
		if (team_has(team, desk->assistant)) {
			return team;
		}
	}
	return g_ptr_array_index(conf->teams, 0);
}

/* The team of the first topic that has one. */
static const Team *any_topic(const RouteQuestion *question)
{
	for (gsize i = 0; question->topics[i]; i++) {
		const Team *team =
		    route_team(question->conf, question->topics[i], NULL);
		if (team) {
			return team;
		}
	}
	return NULL;
}

/* What the routes alone say of the primary topic. */
static RouteAnswer by_route(const RouteQuestion *question, bool *known)
{
	const char *topic = question->topics[0];
	bool own = route_of(question->conf, topic) != NULL;
	const Team *team = route_team(question->conf, topic, known);
	if (!*known) {
		return (RouteAnswer){NULL, "its topic has no route, and there "
					   "is no default"};
	}
	if (!team) {
		return (RouteAnswer){NULL,
		    own ? "the route of its topic says none"
			: "its topic has no route, and the default says none"};
	}
	return (RouteAnswer){team, own ? "the route of its topic"
				       : "its topic has no route: the default"};
}

/* Who gets what the routes would screen away, but must not be. */
static RouteAnswer by_need(const RouteQuestion *question, bool known)
{
	const Team *team = NULL;
	if (question->level >= URGENCY_HIGH || question->look) {
		team = any_topic(question);
	}
	if (team) {
		return (RouteAnswer){team, "its topic is screened, but it is "
					   "pressing: the route of another"};
	}
	if (question->level == URGENCY_CRITICAL || question->look) {
		team = route_team(question->conf, ROUTE_DEFAULT, NULL);
	}
	if (team) {
		return (RouteAnswer){team, "its topic is screened, but a "
					   "person must look: the default"};
	}
	if (question->look || question->grave || !known) {
		team = somebody(question->conf, question->desk);
	}
	return (RouteAnswer){
	    team, "no route names one, but a person must look"};
}

RouteAnswer route_answer(const RouteQuestion *question)
{
	bool known = false;
	if (question->automatic && !question->grave && !question->look) {
		return (RouteAnswer){
		    NULL, "nobody waits for an answer to automatic mail"};
	}
	RouteAnswer routed = by_route(question, &known);
	if (routed.team) {
		return routed;
	}
	RouteAnswer needed = by_need(question, known);
	return needed.team ? needed : routed;
}
