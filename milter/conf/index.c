/*
 * Who is who in a Conf: by name, by address, by network. Hashed while loading;
 * only a Conf made by hand is searched. Reads only: any thread.
 */
#include <string.h>

#include "anteroom/address.h"
#include "conf/internal.h"

/* The index that has the settings' names: that of the base, when there is. */
static const ConfIndex *own(const Conf *conf)
{
	while (conf->index != NULL && conf->index->base != NULL) {
		conf = conf->index->base;
	}
	return conf->index;
}

/* Every thing with a name has it first. */
static const void *by_name(
    GHashTable *names, const GPtrArray *things, const char *name)
{
	if (name == NULL) {
		return NULL;
	}
	if (names != NULL) {
		return g_hash_table_lookup(names, name);
	}
	for (guint i = 0; things != NULL && i < things->len; i++) {
		const char *const *thing = things->pdata[i];

		if (strcmp(*thing, name) == 0) {
			return thing;
		}
	}
	return NULL;
}

const Team *conf_team(const Conf *conf, const char *name)
{
	const ConfIndex *index = own(conf);

	return by_name(index != NULL ? index->teams : NULL, conf->teams, name);
}

const Topic *conf_topic(const Conf *conf, const char *name)
{
	const ConfIndex *index = conf->index;

	return by_name(
	    index != NULL ? index->topics : NULL, conf->topics, name);
}

const Desk *conf_desk(const Conf *conf, const char *name)
{
	const ConfIndex *index = own(conf);

	return by_name(index != NULL ? index->desks : NULL, conf->desks, name);
}

const CalendarConf *conf_calendar(const Conf *conf, const char *name)
{
	const ConfIndex *index = own(conf);

	return by_name(
	    index != NULL ? index->calendars : NULL, conf->calendars, name);
}

const Policy *conf_policy(const Conf *conf, const char *name)
{
	const ConfIndex *index = own(conf);

	return by_name(
	    index != NULL ? index->policies : NULL, conf->policies, name);
}

static const Desk *desk_at(const Conf *conf, const char *folded)
{
	const ConfIndex *index = own(conf);

	if (index != NULL) {
		return g_hash_table_lookup(index->desk_of, folded);
	}
	for (guint i = 0; conf->desks != NULL && i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];

		if (g_strv_contains(desk->addresses, folded)) {
			return desk;
		}
	}
	return NULL;
}

const Desk *conf_desk_of(const Conf *conf, const char *address)
{
	g_autofree char *folded = address_fold(address);
	g_autofree char *base = NULL;
	const Desk *desk = desk_at(conf, folded);

	if (desk != NULL || strchr(folded, '+') == NULL) {
		return desk;
	}
	base = address_fold_base(folded);
	return desk_at(conf, base);
}

static bool is_member(const Team *team, const char *folded)
{
	for (guint i = 0; team->members[i] != NULL; i++) {
		if (address_matches(team->members[i], folded)) {
			return true;
		}
	}
	return false;
}

bool team_has(const Team *team, const char *address)
{
	return address_matches(team->address, address) ||
	       is_member(team, address);
}

/* The number of the first team, from 1, that has KEY; 0: none. */
static guint team_number(const ConfIndex *index, const char *key)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(index->member_of, key));
}

static const Team *team_hashed(const Conf *conf, const ConfIndex *index,
    const char *folded, const char *domain)
{
	g_autofree char *pattern = g_strconcat("*", domain, NULL);
	guint exact = team_number(index, folded);
	guint wide = team_number(index, pattern);
	guint first = exact > 0 && (wide == 0 || exact < wide) ? exact : wide;

	return first > 0 ? conf->teams->pdata[first - 1] : NULL;
}

const Team *conf_team_of_member(const Conf *conf, const char *address)
{
	const ConfIndex *index = own(conf);
	g_autofree char *folded = address_fold(address);
	const char *at = strrchr(folded, '@');

	if (at == NULL || at == folded) {
		return NULL;
	}
	if (index != NULL) {
		return team_hashed(conf, index, folded, at);
	}
	for (guint i = 0; conf->teams != NULL && i < conf->teams->len; i++) {
		if (is_member(conf->teams->pdata[i], folded)) {
			return conf->teams->pdata[i];
		}
	}
	return NULL;
}

/* An address of IPv4 in the clothes of IPv6 ("::ffff:192.0.2.1") as it is. */
static GInetAddress *plain_address(const char *ip)
{
	if (g_ascii_strncasecmp(ip, "IPv6:", 5) == 0) {
		ip += 5;
	}
	if (g_ascii_strncasecmp(ip, "::ffff:", 7) == 0 &&
	    strchr(ip, '.') != NULL) {
		ip += 7;
	}
	return g_inet_address_new_from_string(ip);
}

static bool in_network(GInetAddressMask *network, GInetAddress *address)
{
	return g_inet_address_mask_get_family(network) ==
		   g_inet_address_get_family(address) &&
	       g_inet_address_mask_matches(network, address);
}

static bool in_written(const char *const *networks, GInetAddress *address)
{
	for (; *networks != NULL; networks++) {
		g_autoptr(GInetAddressMask) network =
		    g_inet_address_mask_new_from_string(*networks, NULL);

		if (network != NULL && in_network(network, address)) {
			return true;
		}
	}
	return false;
}

static const Team *default_team(const Conf *conf)
{
	for (guint i = 0; conf->routes != NULL && i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->topic, "default") == 0) {
			return conf_team(conf, route->team);
		}
	}
	return NULL;
}

const char *conf_zone(const Conf *conf)
{
	const Team *team = default_team(conf);
	const CalendarConf *calendar =
	    team != NULL ? conf_calendar(conf, team->calendar) : NULL;

	if (calendar == NULL && conf->calendars != NULL &&
	    conf->calendars->len > 0) {
		calendar = conf->calendars->pdata[0];
	}
	return calendar != NULL ? calendar->zone : NULL;
}

bool conf_trusts_ip(const Conf *conf, const char *ip)
{
	const ConfIndex *index = own(conf);
	g_autoptr(GInetAddress) address = NULL;

	if (ip == NULL || conf->trusted_networks[0] == NULL) {
		return false;
	}
	address = plain_address(ip);
	if (address == NULL) {
		return false;
	}
	if (index == NULL) {
		return in_written(conf->trusted_networks, address);
	}
	for (guint i = 0; i < index->networks->len; i++) {
		if (in_network(index->networks->pdata[i], address)) {
			return true;
		}
	}
	return false;
}

bool conf_networks_have(const char *const *networks, const char *ip)
{
	g_autoptr(GInetAddress) address = plain_address(ip);

	return address != NULL && in_written(networks, address);
}

const char *section_name(Section section)
{
	static const char *const names[SECTION_KINDS] = {"subject", "text",
	    "quoted", "signature", "from", "to", "attachment", "sender",
	    "deadline", "header"};

	return (guint)section < SECTION_KINDS ? names[section] : "?";
}
