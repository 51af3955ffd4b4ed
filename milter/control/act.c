/*
 * What people do with a case. Each command is a row of the table: what it
 * asks the store for, and the words in which it is confirmed.
 */
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/text.h"
#include "anteroom/times.h"
#include "control/internal.h"

/* Says what was done, from the case before and after. Transfer full. */
typedef char *(*SayDone)(const Case *before, const Case *after);

typedef struct {
	const char *command;
	ActKind kind;
	const char *word; /* the argument that is Act.word; NULL */
	SayDone say;
} ActRow;

static char *say_route(const Case *before, const Case *after)
{
	return g_strdup_printf("routed to %s (was %s)%s", after->team,
	    before->team,
	    after->hops == 0 && before->hops > 1 ? ": the third hop" : "");
}

static char *say_urgency(const Case *before, const Case *after)
{
	return g_strdup_printf("urgency %s (was %s)",
	    urgency_name(after->level), urgency_name(before->level));
}

static char *say_topic(const Case *before, const Case *after)
{
	return g_strdup_printf(
	    "topic %s (was %s)", after->topic, before->topic);
}

static char *say_note(const Case *before, const Case *after)
{
	(void)before;
	(void)after;
	return g_strdup("noted");
}

static char *say_state(const Case *before, const Case *after)
{
	return g_strdup_printf("%s (was %s)", case_state_name(after->state),
	    case_state_name(before->state));
}

static char *say_pause(const Case *before, const Case *after)
{
	g_autofree char *until = times_rfc3339(after->pause_until_s);

	(void)before;
	return g_strdup_printf("paused until %s", until);
}

static char *say_merge(const Case *before, const Case *after)
{
	g_autofree char *other = case_name(
	    after->merged_into != 0 ? after->merged_into : before->id);

	return after->merged_into != 0
		   ? g_strconcat("merged into ", other, NULL)
		   : g_strconcat(other, " merged into it", NULL);
}

static char *say_split(const Case *before, const Case *after)
{
	g_autofree char *name = NULL;

	(void)before;
	name = case_name(
	    g_array_index(after->links, guint64, after->links->len - 1));
	return g_strdup_printf("the message is %s", name);
}

static const ActRow acts[] = {
    {"route", ACT_ROUTE, "team", say_route},
    {"urgency", ACT_URGENCY, "level", say_urgency},
    {"topic", ACT_TOPIC, "topic", say_topic},
    {"note", ACT_NOTE, "text", say_note},
    {"answered", ACT_ANSWERED, "how", say_state},
    {"close", ACT_CLOSE, "reason", say_state},
    {"reopen", ACT_REOPEN, NULL, say_state},
    {"pause", ACT_PAUSE, "reason", say_pause},
    {"resume", ACT_RESUME, NULL, say_state},
    {"merge", ACT_MERGE, NULL, say_merge},
    {"unmerge", ACT_UNMERGE, NULL, say_state},
    {"split", ACT_SPLIT, "message", say_split},
    {"undo", ACT_UNDO, NULL, say_state},
};

static const ActRow *act_row(const char *command)
{
	for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (strcmp(acts[i].command, command) == 0) {
			return &acts[i];
		}
	}
	return NULL;
}

/* Names must be known here, with the nearest one said; the store refuses the
 * rest. */
static bool check_word(
    Call *call, const ActRow *row, const char *word, GError **error)
{
	Urgency level;

	switch (row->kind) {
	case ACT_ROUTE:
		return args_known(call, WORD_TEAM, word, error);
	case ACT_TOPIC:
		return args_known(call, WORD_TOPIC, word, error);
	case ACT_URGENCY:
		return args_level(call, "level", &level, error);
	case ACT_NOTE:
	case ACT_CLOSE:
	case ACT_PAUSE:
		if (*word != '\0') {
			return true;
		}
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "%s: %s",
		    row->command, "the text is empty");
		return false;
	default:
		return true;
	}
}

static bool read_act(Call *call, const ActRow *row, Act *act, GError **error)
{
	const char *period = args_text(call, "for");

	*act = (Act){.kind = row->kind,
	    .who = call->request->user,
	    .by_reply = args_flag(call, "by-reply"),
	    .kept = args_flag(call, "promise"),
	    .now_s = call->now_s,
	    .conf = call->setup->conf,
	    .sla = call->setup->sla};
	if (!args_case(call, "case", &act->id, error) ||
	    !args_case(call, "into", &act->other, error)) {
		return false;
	}
	if (period != NULL &&
	    !times_parse_duration(period, &act->for_s, error)) {
		g_prefix_error(error, "--for: ");
		return false;
	}
	return true;
}

static void act_done(
    Call *call, const ActRow *row, const Case *before, const Case *after)
{
	CaseLook look = call_look(call);
	g_autofree char *said = row->say(before, after);
	Json *json = row_new();

	case_write(json, after, &look);
	json_string(json, "done", said);
	call_row(call, json);
}

bool run_act(Call *call, GError **error)
{
	const ActRow *row = act_row(call->command->name);
	const char *given =
	    row->word != NULL ? args_text(call, row->word) : NULL;
	g_autofree char *word = NULL;
	g_autoptr(Case) before = NULL;
	g_autoptr(Case) after = NULL;
	Act act;

	if (given == NULL) {
		given = "";
	}
	word = text_one_line(given, strlen(given), LIMIT_NOTE_BYTES);
	g_strstrip(word);
	if (!read_act(call, row, &act, error) ||
	    !check_word(call, row, word, error)) {
		return false;
	}
	act.word = word;
	call->case_id = act.id;
	/* For the words of the confirmation alone. */
	before = store_case(call->store, act.id, error);
	if (before == NULL || !store_act(call->store, &act, &after, error)) {
		return false;
	}
	act_done(call, row, before, after);
	return true;
}
