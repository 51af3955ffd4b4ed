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

static bool team_has(const Team *team, const char *address)
{
	if (address_matches(team->address, address)) {
		return true;
	}
	for (gsize i = 0; team->members[i]; i++) {
		if (address_matches(team->members[i], address)) {
			return true;
		}
	}
	return false;
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

const Team *route_answer(const RouteQuestion *question)
{
	const Conf *conf = question->conf;
	bool known = false;
	if (question->automatic && !question->grave && !question->look) {
		return NULL;
	}
	const Team *team = route_team(conf, question->topics[0], &known);
	if (team) {
		return team;
	}
	if (question->level >= URGENCY_HIGH || question->look) {
		team = any_topic(question);
	}
	bool must = question->level == URGENCY_CRITICAL || question->look;
	if (!team && must) {
		team = route_team(conf, ROUTE_DEFAULT, NULL);
	}
	if (!team && (question->look || question->grave || !known)) {
		team = somebody(conf, question->desk);
	}
	return team;
}
