/*
 * The policies of one configuration with their calendars compiled. Immutable
 * and counted like the Conf it holds; a reload makes a new one.
 */
#include <string.h>

#include "anteroom/sla.h"
#include "sla/internal.h"

struct Sla {
	gint refs;
	Conf *conf;
	Calendar *always;
	GHashTable *calendars; /* name -> Calendar */
};

static void compile(Sla *sla, const CalendarConf *conf, GPtrArray *problems)
{
	g_autoptr(GError) error = NULL;
	Calendar *calendar = calendar_new(conf, &error);

	if (!calendar) {
		g_ptr_array_add(problems,
		    conf_problem_new(conf->place, false, "calendar \"%s\": %s",
			conf->name, error->message));
		return;
	}
	g_hash_table_insert(sla->calendars, g_strdup(conf->name), calendar);
}

Sla *sla_new(Conf *conf, GPtrArray *problems)
{
	g_autoptr(Sla) sla = g_new0(Sla, 1);
	guint before = problems->len;

	sla->refs = 1;
	sla->conf = conf_ref(conf);
	sla->always = calendar_always();
	sla->calendars = g_hash_table_new_full(
	    g_str_hash, g_str_equal, g_free, (GDestroyNotify)calendar_unref);
	for (guint i = 0; i < conf->calendars->len; i++) {
		compile(sla, g_ptr_array_index(conf->calendars, i), problems);
	}
	return problems->len > before ? NULL : g_steal_pointer(&sla);
}

Sla *sla_ref(Sla *sla)
{
	g_atomic_int_inc(&sla->refs);
	return sla;
}

void sla_unref(Sla *sla)
{
	if (!sla || !g_atomic_int_dec_and_test(&sla->refs)) {
		return;
	}
	g_hash_table_unref(sla->calendars);
	calendar_unref(sla->always);
	conf_unref(sla->conf);
	g_free(sla);
}

const Calendar *sla_calendar(const Sla *sla, const char *name)
{
	const Calendar *calendar =
	    name ? g_hash_table_lookup(sla->calendars, name) : NULL;

	return calendar ? calendar : sla->always;
}

bool sla_has_calendar(const Sla *sla, const char *name)
{
	return strcmp(name, calendar_name(sla->always)) == 0 ||
	       g_hash_table_contains(sla->calendars, name);
}

char *sla_fingerprint(const Sla *sla)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	const Conf *conf = sla->conf;

	for (guint i = 0; i < conf->calendars->len; i++) {
		const CalendarConf *calendar = conf->calendars->pdata[i];

		calendar_sum(sla_calendar(sla, calendar->name), sum);
	}
	for (guint i = 0; i < conf->policies->len; i++) {
		policy_sum(conf->policies->pdata[i], sum);
	}
	return g_strdup(g_checksum_get_string(sum));
}

const Policy *sla_policy(
    const Sla *sla, const char *const *topics, Urgency level, const char *team)
{
	const GPtrArray *policies = sla->conf->policies;

	for (guint i = 0; i < policies->len; i++) {
		const Policy *policy = g_ptr_array_index(policies, i);

		if (policy_lack(policy, topics, level, team) == LACK_NONE) {
			return policy;
		}
	}
	return NULL;
}

const Policy *sla_policy_named(const Sla *sla, const char *name)
{
	return name ? conf_policy(sla->conf, name) : NULL;
}

const Calendar *sla_policy_calendar(
    const Sla *sla, const Policy *policy, const char *team)
{
	if (policy && policy->calendar && policy->calendar[0]) {
		return sla_calendar(sla, policy->calendar);
	}
	const Team *owner = team ? conf_team(sla->conf, team) : NULL;

	return sla_calendar(sla, owner ? owner->calendar : NULL);
}
