/*
 * Who wrote a message, and may it stop a clock as far as the writer goes? The
 * rest (does it thread to a case, does it go to its correspondent) needs the
 * store: cases/answer.c.
 */
#include "anteroom/replies.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/limits.h"

/* The executive, the assistant and the desk's own addresses answer too. */
static bool is_of_a_desk(const Conf *conf, const char *address)
{
	for (guint i = 0; i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];

		if (strcmp(desk->executive, address) == 0 ||
		    strcmp(desk->assistant, address) == 0) {
			return true;
		}
	}
	return conf_desk_of(conf, address) != NULL;
}

bool reply_counts_of(const Conf *conf, const char *address)
{
	return conf_team_of_member(conf, address) != NULL ||
	       is_of_a_desk(conf, address);
}

static bool is_of_a_team(const Conf *conf, const char *address)
{
	for (guint i = 0; i < conf->teams->len; i++) {
		const Team *team = conf->teams->pdata[i];

		if (address_matches(team->address, address)) {
			return true;
		}
	}
	return false;
}

/* What Bounce Address Tag Validation puts before a return path. */
static const char *skip_tag(const char *address)
{
	const char *end = g_str_has_prefix(address, "prvs=")
			      ? strchr(address + strlen("prvs="), '=')
			      : NULL;

	return end != NULL ? end + 1 : address;
}

bool is_notify_address(const Conf *conf, const char *address)
{
	g_autofree char *from = address_fold(conf->notify_from);
	const char *open = strrchr(from, '<');

	from[strcspn(from, ">")] = '\0';
	return *address != '\0' &&
	       strcmp(open != NULL ? open + 1 : from, address) == 0;
}

bool reply_returns_to(const Conf *conf, const char *address)
{
	g_autofree char *folded = address_fold(address);
	const char *exact = skip_tag(folded);
	g_autofree char *base = address_fold_base(exact);

	return is_notify_address(conf, exact) ||
	       is_notify_address(conf, base) || reply_counts_of(conf, exact) ||
	       is_of_a_team(conf, exact) || reply_counts_of(conf, base) ||
	       is_of_a_team(conf, base);
}

bool sender_is_nobody(const char *sender)
{
	static const char daemon[] = "mailer-daemon";
	g_autofree char *folded = address_fold(sender);

	return folded[0] == '\0' ||
	       (g_str_has_prefix(folded, daemon) &&
		   strchr("@", folded[sizeof daemon - 1]) != NULL);
}

static bool find_writer(const Conf *conf, const char *from, ReplyWriter *writer)
{
	const Team *team = conf_team_of_member(conf, from);

	if (team == NULL && !is_of_a_desk(conf, from)) {
		return false;
	}
	writer->member = from;
	writer->team = team != NULL ? team->name : "";
	return true;
}

static const char *zone_of(
    const Sla *sla, const Conf *conf, const ReplyWriter *writer)
{
	const Team *team = conf_team(conf, writer->team);
	bool own = team != NULL && team->calendar != NULL &&
		   strcmp(team->calendar, "always") != 0;

	/* Who works around the clock still lives somewhere. */
	return own ? calendar_zone(sla_calendar(sla, team->calendar))
		   : conf_zone(conf);
}

GPtrArray *reply_promises(const Sla *sla, const Conf *conf,
    const Message *message, const ReplyWriter *writer, gint64 at_s)
{
	g_autofree char *text =
	    message_new_text(message, LIMIT_PROMISING_BYTES);

	return promises_find(
	    text, strlen(text), at_s, zone_of(sla, conf, writer));
}

const char *reply_refused(const Conf *conf, const Origin *origin,
    const Message *message, ReplyWriter *writer)
{
	const char *from = message_from(message);

	if (origin_proof(conf, origin) == NULL) {
		return "no-proof";
	}
	if (message->kind != KIND_HUMAN) {
		return "automatic";
	}
	/* Of two From fields each reader believes another one. */
	if (message->malformed) {
		return "malformed";
	}
	if (from[0] == '\0' || !find_writer(conf, from, writer)) {
		return "not-a-member";
	}
	return NULL;
}
