/*
 * Did a message come from one of us? Only what the mail server itself says is
 * proof: a login, the service it came in by, the network it came from. What
 * the message says of itself (From, Received, DKIM) is not.
 */
#include "anteroom/replies.h"

#include <string.h>

static bool is_said(const char *value)
{
	return value != NULL && value[0] != '\0';
}

const char *origin_proof(const Conf *conf, const Origin *origin)
{
	if (origin->vouched) {
		return "vouched";
	}
	if (is_said(origin->login)) {
		return "login";
	}
	if (is_said(origin->daemon_name) &&
	    g_strv_contains(conf->submission_daemons, origin->daemon_name)) {
		return "submission";
	}
	if (is_said(origin->client_ip) &&
	    conf_trusts_ip(conf, origin->client_ip)) {
		return "network";
	}
	return NULL;
}
