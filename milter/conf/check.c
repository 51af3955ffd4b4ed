/*
 * The whole, once everything is read: names that must exist, things that must
 * be there, policies that can't be reached. After a mistake of syntax most of
 * it would be about what wasn't read, and is left out.
 */
#include <string.h>

#include "anteroom/address.h"
#include "conf/internal.h"

#define MAX_POLICIES 1000
#define MAX_POLICY_WORDS 5000 /* topics and teams of all together */

static const char *const plain_topics[] = {"other", "unread"};

/* Every thing that has a name has it first. */
static void add_names(GPtrArray *names, const GPtrArray *things)
{
	for (guint i = 0; i < things->len; i++) {
		const char *const *thing = things->pdata[i];

		g_ptr_array_add(names, (gpointer)(guintptr)*thing);
	}
}

static void add_name(GPtrArray *names, const char *name)
{
	g_ptr_array_add(names, (gpointer)(guintptr)name);
}

/* ---- references ---- */

static bool is_plain_topic(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(plain_topics); i++) {
		if (strcmp(name, plain_topics[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool topic_known(const Conf *conf, const char *name)
{
	return conf_topic(conf, name) != NULL || is_plain_topic(name);
}

static bool routed(const Conf *conf, const char *name)
{
	return conf->index->routes != NULL &&
	       g_hash_table_contains(conf->index->routes, name);
}

static bool ref_team_ok(const Conf *conf, const char *name)
{
	return conf_team(conf, name) != NULL;
}

static bool ref_route_team_ok(const Conf *conf, const char *name)
{
	return strcmp(name, "none") == 0 || conf_team(conf, name) != NULL;
}

static bool ref_calendar_ok(const Conf *conf, const char *name)
{
	return strcmp(name, "always") == 0 || conf_calendar(conf, name) != NULL;
}

/* Without any pack that is the one thing to say. */
static bool ref_route_topic_ok(const Conf *conf, const char *name)
{
	return conf->topics->len == 0 || strcmp(name, "default") == 0 ||
	       topic_known(conf, name);
}

static bool ref_policy_topic_ok(const Conf *conf, const char *name)
{
	return topic_known(conf, name) || routed(conf, name);
}

static bool ref_rule_topic_ok(const Conf *conf, const char *name)
{
	return conf_topic(conf, name) != NULL;
}

static void team_names(const Conf *conf, GPtrArray *names)
{
	add_names(names, conf->teams);
}

static void route_team_names(const Conf *conf, GPtrArray *names)
{
	add_names(names, conf->teams);
	add_name(names, "none");
}

static void calendar_names(const Conf *conf, GPtrArray *names)
{
	add_names(names, conf->calendars);
	add_name(names, "always");
}

static void topic_names(const Conf *conf, GPtrArray *names)
{
	add_names(names, conf->topics);
}

static void policy_topic_names(const Conf *conf, GPtrArray *names)
{
	add_names(names, conf->topics);
	add_names(names, conf->routes);
}

static const struct {
	const char *what;
	bool warning;
	bool (*ok)(const Conf *conf, const char *name);
	void (*names)(const Conf *conf, GPtrArray *names);
} ref_kinds[] = {
    [REF_TEAM] = {"unknown team", false, ref_team_ok, team_names},
    [REF_ROUTE_TEAM] = {"unknown team", false, ref_route_team_ok,
	route_team_names},
    [REF_CALENDAR] = {"unknown calendar", false, ref_calendar_ok,
	calendar_names},
    [REF_ROUTE_TOPIC] = {"no rule pack has a topic", true, ref_route_topic_ok,
	topic_names},
    [REF_POLICY_TOPIC] = {"unknown topic", false, ref_policy_topic_ok,
	policy_topic_names},
    [REF_RULE_TOPIC] = {"unknown topic", false, ref_rule_topic_ok, topic_names},
};

static void check_ref(Loader *load, const Ref *ref)
{
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *near = NULL;

	if (ref_kinds[ref->kind].ok(load->conf, ref->name)) {
		return;
	}
	names = g_ptr_array_new();
	ref_kinds[ref->kind].names(load->conf, names);
	near = load_nearest(
	    ref->name, (const char *const *)names->pdata, names->len);
	/* A topic whose pack isn't there yet, or a slip of the pen? */
	if (ref_kinds[ref->kind].warning && *near == '\0') {
		load_warning(load, ref->place, "%s \"%s\"%s",
		    ref_kinds[ref->kind].what, ref->name, near);
	} else {
		load_error(load, ref->place, "%s \"%s\"%s",
		    ref_kinds[ref->kind].what, ref->name, near);
	}
}

/* ---- policies ---- */

/* Does a condition of WIDE hold whenever that of NARROW does? Empty: always. */
static bool list_covers(const char *const *wide, const char *const *narrow)
{
	if (wide[0] == NULL) {
		return true;
	}
	for (guint i = 0; narrow[i] != NULL; i++) {
		if (!g_strv_contains(wide, narrow[i])) {
			return false;
		}
	}
	return narrow[0] != NULL;
}

static guint urgencies_of(const Policy *policy)
{
	return policy->urgencies != 0 ? policy->urgencies
				      : (1u << URGENCY_LEVELS) - 1;
}

/* Several policies can cover one together, an urgency each. */
static void check_policy(Loader *load, guint number)
{
	const GPtrArray *policies = load->conf->policies;
	const Policy *policy = policies->pdata[number];
	guint left = urgencies_of(policy);

	for (guint i = 0; i < number && left != 0; i++) {
		const Policy *earlier = policies->pdata[i];

		if (!list_covers(earlier->topics, policy->topics) ||
		    !list_covers(earlier->teams, policy->teams)) {
			continue;
		}
		if ((urgencies_of(policy) & ~urgencies_of(earlier)) == 0) {
			load_warning(load, policy->place,
			    "policy \"%s\" can never be reached: \"%s\" in "
			    "line %u fits first whenever it would",
			    policy->name, earlier->name, earlier->place.line);
			return;
		}
		left &= ~urgencies_of(earlier);
	}
	if (left == 0) {
		load_warning(load, policy->place,
		    "policy \"%s\" can never be reached: earlier ones fit "
		    "first at every urgency",
		    policy->name);
	}
}

/* Each is compared with each: nothing for a file made to hold us up. */
static void check_policies(Loader *load)
{
	const GPtrArray *policies = load->conf->policies;
	guint words = 0;

	for (guint i = 0; i < policies->len; i++) {
		const Policy *policy = policies->pdata[i];

		words += g_strv_length((char **)(guintptr)policy->topics);
		words += g_strv_length((char **)(guintptr)policy->teams);
	}
	if (policies->len > MAX_POLICIES || words > MAX_POLICY_WORDS) {
		load_warning(load,
		    (ConfPlace){g_intern_string(load->conf->path), 0},
		    "too many policies to see which can't be reached");
		return;
	}
	for (guint i = 0; i < policies->len; i++) {
		check_policy(load, i);
	}
}

static bool escalates_to(const Conf *conf, EscalateTo to)
{
	for (guint i = 0; i < conf->policies->len; i++) {
		const Policy *policy = conf->policies->pdata[i];

		for (guint j = 0; j < policy->n_escalate; j++) {
			if (policy->escalate[j].to == to) {
				return true;
			}
		}
	}
	return false;
}

/* ---- people ---- */

static void check_escalations(Loader *load)
{
	const Conf *conf = load->conf;
	bool lead = escalates_to(conf, ESCALATE_LEAD);
	bool assistant = escalates_to(conf, ESCALATE_ASSISTANT);
	bool executive = escalates_to(conf, ESCALATE_EXECUTIVE);

	for (guint i = 0; lead && i < conf->teams->len; i++) {
		const Team *team = conf->teams->pdata[i];

		if (*team->lead == '\0') {
			load_warning(load, team->place,
			    "team \"%s\" has no lead for escalations to go to",
			    team->name);
		}
	}
	for (guint i = 0; i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];

		if (assistant && *desk->assistant == '\0') {
			load_warning(load, desk->place,
			    "desk \"%s\" has no assistant for escalations to "
			    "go to",
			    desk->name);
		}
		if (executive && *desk->executive == '\0') {
			load_warning(load, desk->place,
			    "desk \"%s\" has no executive for escalations to "
			    "go to",
			    desk->name);
		}
	}
}

/* A team at a watched address would get its mail back for ever. */
static void check_loops(Loader *load)
{
	const Conf *conf = load->conf;

	for (guint i = 0; i < conf->teams->len; i++) {
		const Team *team = conf->teams->pdata[i];
		const Desk *desk = conf_desk_of(conf, team->address);

		if (desk != NULL) {
			load_warning(load, team->place,
			    "team \"%s\" has the address of desk \"%s\"",
			    team->name, desk->name);
		}
	}
}

static void check_needed(Loader *load)
{
	Conf *conf = load->conf;
	ConfPlace whole = {g_intern_string(conf->path), 0};

	if (conf->desks->len == 0) {
		load_error(load, whole,
		    "no desk: nothing is watched; desk \"NAME\" { addresses = "
		    "{ ... } }");
	}
	if (!routed(conf, "default")) {
		load_error(load, whole,
		    "no route \"default\", for what no topic fits; route "
		    "\"default\" { team = \"NAME\" }");
	}
}

void check_whole(Loader *load)
{
	bool own = load->conf->index->base == NULL;

	if (load->broken) {
		return;
	}
	if (own) {
		check_needed(load);
		check_escalations(load);
		check_loops(load);
		check_policies(load);
	}
	for (guint i = 0; i < load->refs->len && !load_is_full(load); i++) {
		check_ref(load, &g_array_index(load->refs, Ref, i));
	}
}
