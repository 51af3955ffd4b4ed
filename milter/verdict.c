/* What the mail server is to add: tags and recipients, from what was decided.
 * Pure; the words of the tags are part of the outside contract. */
#include "verdict.h"

#include <string.h>

#include "anteroom/address.h"
#include "anteroom/text.h"
#include "anteroom/times.h"

#define TAG_BYTES 800 /* RFC 5322: a line has at most 998 */

Verdict *verdict_new(Outcome outcome)
{
	Verdict *verdict = g_new0(Verdict, 1);

	verdict->outcome = outcome;
	verdict->tag_names = g_ptr_array_new_with_free_func(g_free);
	verdict->tag_values = g_ptr_array_new_with_free_func(g_free);
	verdict->add_recipients = g_ptr_array_new_with_free_func(g_free);
	verdict->remove_recipients = g_ptr_array_new_with_free_func(g_free);
	return verdict;
}

void verdict_free(Verdict *verdict)
{
	if (verdict == NULL) {
		return;
	}
	case_free(verdict->kase);
	g_ptr_array_unref(verdict->tag_names);
	g_ptr_array_unref(verdict->tag_values);
	g_ptr_array_unref(verdict->add_recipients);
	g_ptr_array_unref(verdict->remove_recipients);
	g_free(verdict);
}

static void add_tag(Verdict *verdict, const char *name, const char *value)
{
	g_ptr_array_add(verdict->tag_names, g_strdup(name));
	g_ptr_array_add(verdict->tag_values,
	    text_one_line(value, strlen(value), TAG_BYTES));
}

static void tag_status(Verdict *verdict, const char *unscreened)
{
	g_autofree char *status =
	    unscreened != NULL ? g_strdup_printf("unscreened (%s)", unscreened)
			       : g_strdup("screened");

	add_tag(verdict, "X-Anteroom-Status", status);
}

static void tag_urgency(Verdict *verdict, Urgency level, int score)
{
	g_autofree char *urgency =
	    g_strdup_printf("%s; score=%d", urgency_name(level), score);

	add_tag(verdict, "X-Anteroom-Urgency", urgency);
}

static void tag_topics(Verdict *verdict, char **topics)
{
	g_autofree char *joined = g_strjoinv("; ", topics);

	add_tag(verdict, "X-Anteroom-Topic", joined);
}

/* As many names as fit: half a name would be another rule. */
static void tag_rules(Verdict *verdict, const Score *score)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = score->hits->pdata[i];

		if (names->len + strlen(hit->rule->name) + 2 > TAG_BYTES) {
			break;
		}
		if (names->len > 0) {
			g_string_append(names, ", ");
		}
		g_string_append(names, hit->rule->name);
	}
	if (names->len > 0) {
		add_tag(verdict, "X-Anteroom-Rules", names->str);
	}
}

void verdict_tag_case(
    Verdict *verdict, const Case *kase, const Screening *screening)
{
	g_autofree char *name = case_name(kase->id);
	gint64 due_s = case_due_s(kase, METRIC_FIRST_REPLY);
	g_autofree char *due = NULL;

	if (due_s == 0) {
		due_s = case_due_s(kase, METRIC_NEXT_REPLY);
	}
	add_tag(verdict, "X-Anteroom-Case", name);
	tag_status(verdict, screening->plan->unscreened);
	tag_urgency(verdict, kase->level, kase->urgency);
	tag_topics(verdict, kase->topics);
	add_tag(verdict, "X-Anteroom-Team", kase->team);
	if (due_s != 0 && due_s != G_MAXINT64) {
		due = times_rfc5322(due_s);
	}
	if (due != NULL) {
		add_tag(verdict, "X-Anteroom-Due", due);
	}
	tag_rules(verdict, screening->score);
}

void verdict_tag_screened(Verdict *verdict, const Screening *screening)
{
	const Plan *plan = screening->plan;

	tag_status(verdict, plan->unscreened);
	tag_urgency(verdict, plan->level, plan->urgency);
	tag_topics(verdict, plan->topics);
	tag_rules(verdict, screening->score);
}

Verdict *pipeline_unrecorded(const char *because)
{
	Verdict *verdict = verdict_new(OUTCOME_SCREENED);

	tag_status(verdict, because);
	return verdict;
}

static bool is_recipient(const char *const *recipients, const char *address)
{
	g_autofree char *wanted = address_fold(address);

	for (; recipients != NULL && *recipients != NULL; recipients++) {
		g_autofree char *folded = address_fold(*recipients);

		if (strcmp(folded, wanted) == 0) {
			return true;
		}
	}
	return false;
}

/* The desk's own copy goes only where somebody else surely gets the mail. */
static void remove_unkept(Verdict *verdict, const Conf *conf,
    const char *const *recipients, const char *team_address)
{
	for (; recipients != NULL && *recipients != NULL; recipients++) {
		const Desk *desk = conf_desk_of(conf, *recipients);
		g_autofree char *folded = address_fold(*recipients);
		g_autofree char *kept = address_fold(team_address);

		if (desk != NULL && !desk->keep && desk->mode == MODE_LIVE &&
		    strcmp(folded, kept) != 0) {
			g_ptr_array_add(
			    verdict->remove_recipients, g_strdup(*recipients));
		}
	}
}

void verdict_forward(Verdict *verdict, const Conf *conf, const char *team_name,
    const char *const *recipients)
{
	const Team *team = conf_team(conf, team_name);

	if (team == NULL || !address_valid(team->address)) {
		return;
	}
	if (!is_recipient(recipients, team->address)) {
		g_ptr_array_add(
		    verdict->add_recipients, g_strdup(team->address));
	}
	remove_unkept(verdict, conf, recipients, team->address);
}
