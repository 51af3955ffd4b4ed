/* Desks, teams, routes and policies: who is watched, who answers, until when.
 */
#include <string.h>

#include "anteroom/address.h"
#include "anteroom/times.h"
#include "conf/internal.h"

#define CHOICES(words) (&(const Choices){words, G_N_ELEMENTS(words)})

static const RefKind ref_team = REF_TEAM;
static const RefKind ref_route_team = REF_ROUTE_TEAM;
static const RefKind ref_calendar = REF_CALENDAR;
static const RefKind ref_policy_topic = REF_POLICY_TOPIC;

/* ---- desk ---- */

#define IN_DESK(field) .offset = G_STRUCT_OFFSET(Desk, field)

static const char *const mode_words[] = {"live", "tag", "shadow"};

static const Setting desk_settings[] = {
    {.name = "addresses",
	.list = true,
	.decode = as_folded_list,
	IN_DESK(addresses)},
    {.name = "executive", .decode = as_folded, IN_DESK(executive)},
    {.name = "assistant", .decode = as_folded, IN_DESK(assistant)},
    {.name = "keep", .decode = as_bool, IN_DESK(keep)},
    {.name = "mode",
	.decode = as_choice,
	IN_DESK(mode),
	.arg = CHOICES(mode_words)},
    {.name = "sample",
	.decode = as_int,
	IN_DESK(sample),
	.arg = &(const Range){0, 1000}},
};

/* Where the block's list, which stands first in its table, has ADDRESS. */
static ConfPlace address_place(const Block *block, const char *address)
{
	const Words *words = &block->values[0];

	for (guint i = words->n; i > 0; i--) {
		g_autofree char *folded =
		    address_fold(words->words[i - 1].text);

		if (strcmp(folded, address) == 0) {
			return word_place(block->place.file, words, i - 1);
		}
	}
	return block->place;
}

static void watch(Loader *load, const Block *block, Desk *desk)
{
	GHashTable *desk_of = load->conf->index->desk_of;

	for (guint i = 0; desk->addresses[i] != NULL && !load_is_full(load);
	     i++) {
		const char *address = desk->addresses[i];
		const Desk *other = g_hash_table_lookup(desk_of, address);

		if (other != NULL) {
			load_error(load, address_place(block, address),
			    "addresses: %s belongs to desk \"%s\" already",
			    address, other->name);
			continue;
		}
		g_hash_table_insert(desk_of, (gpointer)(guintptr)address, desk);
	}
}

static void desk_take(Loader *load, const Block *block)
{
	Desk *desk = conf_alloc(load->conf, sizeof(*desk));
	guint before = load->said;

	desk->name = block->title;
	desk->place = block->place;
	desk->addresses = conf_keep_list(load->conf, NULL, 0);
	desk->executive = "";
	desk->assistant = "";
	desk->keep = true;
	desk->sample = 10;
	block_decode(load, block, desk);
	block_title_ok(load, block, false);
	if (desk->addresses[0] == NULL && load->said == before) {
		load_error(load, block_place(block, "addresses"),
		    "desk \"%s\" has no addresses", desk->name);
	}
	if (block_enter(load, block, load->conf->index->desks,
		load->conf->desks, desk)) {
		watch(load, block, desk);
	}
}

const Kind desk_kind = {.name = "desk",
    .titled = true,
    .settings = desk_settings,
    .n_settings = G_N_ELEMENTS(desk_settings),
    .place_at = G_STRUCT_OFFSET(Desk, place),
    .take = desk_take};

/* ---- team ---- */

#define IN_TEAM(field) .offset = G_STRUCT_OFFSET(Team, field)

static const Setting team_settings[] = {
    {.name = "address", .decode = as_address, IN_TEAM(address)},
    {.name = "members", .list = true, .decode = as_members, IN_TEAM(members)},
    {.name = "lead", .decode = as_address, IN_TEAM(lead)},
    {.name = "calendar",
	.decode = as_ref,
	IN_TEAM(calendar),
	.arg = &ref_calendar},
    {.name = "sensitive", .decode = as_bool, IN_TEAM(sensitive)},
};

/* The first team of an address has it: later ones leave it. */
static void enter_members(Loader *load, const Team *team)
{
	GHashTable *member_of = load->conf->index->member_of;
	guint number = load->conf->teams->len;

	for (guint i = 0; team->members[i] != NULL; i++) {
		gpointer key = (gpointer)(guintptr)team->members[i];

		if (!g_hash_table_contains(member_of, key)) {
			g_hash_table_insert(
			    member_of, key, GUINT_TO_POINTER(number));
		}
	}
}

static void team_take(Loader *load, const Block *block)
{
	Team *team = conf_alloc(load->conf, sizeof(*team));
	guint before = load->said;

	team->name = block->title;
	team->place = block->place;
	team->address = "";
	team->lead = "";
	team->calendar = "always";
	team->members = conf_keep_list(load->conf, NULL, 0);
	block_decode(load, block, team);
	if (block_title_ok(load, block, true) &&
	    strcmp(block->title, "none") == 0) {
		load_error(load, block->place,
		    "team \"none\" is built in; take another name");
		return;
	}
	if (*team->address == '\0' && load->said == before) {
		load_error(load, block_place(block, "address"),
		    "team \"%s\" has no address", team->name);
	}
	if (team->members[0] == NULL && load->said == before) {
		load_warning(load, block_place(block, "members"),
		    "team \"%s\" has no members: no reply of it counts",
		    team->name);
	}
	if (block_enter(load, block, load->conf->index->teams,
		load->conf->teams, team)) {
		enter_members(load, team);
	}
}

const Kind team_kind = {.name = "team",
    .titled = true,
    .settings = team_settings,
    .n_settings = G_N_ELEMENTS(team_settings),
    .place_at = G_STRUCT_OFFSET(Team, place),
    .take = team_take};

/* ---- route ---- */

static const Setting route_settings[] = {
    {.name = "team",
	.decode = as_ref,
	.offset = G_STRUCT_OFFSET(Route, team),
	.arg = &ref_route_team},
};

static void route_take(Loader *load, const Block *block)
{
	Route *route = conf_alloc(load->conf, sizeof(*route));

	route->topic = block->title;
	route->place = block->place;
	route->team = "";
	block_decode(load, block, route);
	if (block_title_ok(load, block, true)) {
		load_ref(load, REF_ROUTE_TOPIC, route->topic, route->place);
	}
	if (block->values[0].line == 0) {
		load_error(load, block->place,
		    "route \"%s\" names no team (\"none\": no case)",
		    route->topic);
	}
	block_enter(
	    load, block, load->conf->index->routes, load->conf->routes, route);
}

const Kind route_kind = {.name = "route",
    .titled = true,
    .settings = route_settings,
    .n_settings = G_N_ELEMENTS(route_settings),
    .place_at = G_STRUCT_OFFSET(Route, place),
    .take = route_take};

/* ---- policy ---- */

static void as_urgencies(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Policy *policy = target;

	for (guint i = 0; i < words->n; i++) {
		const char *word = words->words[i].text;
		g_autofree char *near = NULL;
		Urgency level;

		if (urgency_parse(word, &level)) {
			policy->urgencies |= 1u << level;
			continue;
		}
		near = load_nearest(word, urgency_names, URGENCY_LEVELS);
		load_error(load, word_place(file, words, i),
		    "%s: \"%s\" is not low, normal, high or critical%s",
		    setting->name, word, near);
	}
}

static gint by_size(gconstpointer a, gconstpointer b)
{
	const guint8 *p = a, *q = b;

	return *p - *q;
}

static void as_percents(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Policy *policy = target;
	guint8 *list = conf_alloc(load->conf, MAX(words->n, 1));
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		g_autofree char *word = g_strdup(words->words[i].text);
		guint64 percent = 0;

		if (g_str_has_suffix(word, "%")) {
			word[strlen(word) - 1] = '\0';
		}
		if (!g_ascii_string_to_unsigned(
			word, 10, 1, 99, &percent, NULL)) {
			load_error(load, word_place(file, words, i),
			    "%s: \"%s\" is not a percentage from 1 to 99",
			    setting->name, words->words[i].text);
		} else if (memchr(list, (int)percent, n) != NULL) {
			load_error(load, word_place(file, words, i),
			    "%s: %d is there twice", setting->name,
			    (int)percent);
		} else {
			list[n++] = (guint8)percent;
		}
	}
	if (n > 1) {
		qsort(list, n, 1, by_size);
	}
	policy->warn_pct = list;
	policy->n_warn = n;
}

static const char *const escalate_words[] = {
    [ESCALATE_TEAM] = "team",
    [ESCALATE_LEAD] = "lead",
    [ESCALATE_ASSISTANT] = "assistant",
    [ESCALATE_EXECUTIVE] = "executive",
};

/* "0h", "2d": a duration that may be none at all. */
static bool take_delay(const char *text, gint64 *delay_s)
{
	gsize zeros = strspn(text, "0");

	if (zeros > 0 &&
	    (text[zeros] == '\0' || (strchr("smhd", text[zeros]) != NULL &&
					text[zeros + 1] == '\0'))) {
		*delay_s = 0;
		return true;
	}
	return times_parse_duration(text, delay_s, NULL);
}

/* "2h assistant" */
static bool take_escalation(
    Loader *load, ConfPlace place, const char *text, Escalation *escalation)
{
	gsize head = strcspn(text, " \t");
	g_autofree char *delay = g_strndup(text, head);
	const char *word = text + head + strspn(text + head, " \t");
	g_autofree char *near = NULL;

	if (!take_delay(delay, &escalation->after_s) || *word == '\0') {
		load_error(load, place,
		    "escalate: \"%s\" is not like \"2h assistant\"", text);
		return false;
	}
	for (guint i = 0; i < G_N_ELEMENTS(escalate_words); i++) {
		if (strcmp(word, escalate_words[i]) == 0) {
			escalation->to = (EscalateTo)i;
			return true;
		}
	}
	near = load_nearest(word, escalate_words, G_N_ELEMENTS(escalate_words));
	load_error(load, place,
	    "escalate: \"%s\" is not team, lead, assistant or executive%s",
	    word, near);
	return false;
}

static gint by_delay(gconstpointer a, gconstpointer b)
{
	const Escalation *p = a, *q = b;

	if (p->after_s != q->after_s) {
		return p->after_s < q->after_s ? -1 : 1;
	}
	return (int)p->to - (int)q->to;
}

static bool is_twice(const Escalation *list, guint n)
{
	for (guint i = 0; i < n; i++) {
		if (by_delay(&list[i], &list[n]) == 0) {
			return true;
		}
	}
	return false;
}

static void as_escalations(Loader *load, const Setting *setting,
    const char *file, const Words *words, void *target)
{
	Policy *policy = target;
	Escalation *list =
	    conf_alloc(load->conf, MAX(words->n, 1) * sizeof(*list));
	guint n = 0;

	for (guint i = 0; i < words->n && n < LIMIT_PROBLEMS; i++) {
		const char *text = words->words[i].text;
		ConfPlace place = word_place(file, words, i);

		if (!take_escalation(load, place, text, &list[n])) {
			continue;
		}
		if (is_twice(list, n)) {
			load_error(load, place, "%s: \"%s\" is there twice",
			    setting->name, text);
			continue;
		}
		n++;
	}
	if (n > 1) {
		qsort(list, n, sizeof(*list), by_delay);
	}
	policy->escalate = list;
	policy->n_escalate = n;
}

#define IN_POLICY(field) .offset = G_STRUCT_OFFSET(Policy, field)

static const Setting policy_settings[] = {
    {.name = "topics",
	.list = true,
	.decode = as_refs,
	IN_POLICY(topics),
	.arg = &ref_policy_topic},
    {.name = "teams",
	.list = true,
	.decode = as_refs,
	IN_POLICY(teams),
	.arg = &ref_team},
    {.name = "urgency", .list = true, .decode = as_urgencies},
    {.name = "calendar",
	.decode = as_ref,
	IN_POLICY(calendar),
	.arg = &ref_calendar},
    {.name = "first-reply", .decode = as_duration, IN_POLICY(first_reply_s)},
    {.name = "next-reply", .decode = as_duration, IN_POLICY(next_reply_s)},
    {.name = "resolve", .decode = as_duration, IN_POLICY(resolve_s)},
    {.name = "warn", .list = true, .decode = as_percents},
    {.name = "escalate", .list = true, .decode = as_escalations},
};

static void policy_take(Loader *load, const Block *block)
{
	Policy *policy = conf_alloc(load->conf, sizeof(*policy));
	guint before = load->said;

	policy->name = block->title;
	policy->place = block->place;
	policy->calendar = "";
	policy->topics = conf_keep_list(load->conf, NULL, 0);
	policy->teams = conf_keep_list(load->conf, NULL, 0);
	block_decode(load, block, policy);
	block_title_ok(load, block, false);
	if (policy->first_reply_s == 0 && policy->next_reply_s == 0 &&
	    policy->resolve_s == 0 && load->said == before) {
		load_warning(load, block->place,
		    "policy \"%s\" promises nothing: no first-reply, "
		    "next-reply or resolve",
		    policy->name);
	}
	block_enter(load, block, load->conf->index->policies,
	    load->conf->policies, policy);
}

const Kind policy_kind = {.name = "policy",
    .titled = true,
    .settings = policy_settings,
    .n_settings = G_N_ELEMENTS(policy_settings),
    .place_at = G_STRUCT_OFFSET(Policy, place),
    .take = policy_take};
