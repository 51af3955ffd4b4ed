/*
 * What the users of the web pages may ask. Everything is denied that the table
 * doesn't allow; and of which cases somebody may know, and see the text of, is
 * said here and nowhere else. The web process checks its own table of pages
 * before, but nothing hangs on that.
 */
#include <string.h>

#include "control/internal.h"

#define MERGES_MOST 64 /* one into the other */
#define MAY(role) (1u << (role))
#define ALL ((1u << USER_ROLES) - 1)
#define WORK (MAY(USER_MEMBER) | MAY(USER_LEAD) | MAY(USER_ASSISTANT))
#define LEAD (MAY(USER_LEAD) | MAY(USER_ASSISTANT))
#define CARE (MAY(USER_ASSISTANT) | MAY(USER_ADMINISTRATOR))

static const struct {
	const char *command;
	guint may;
} rights[] = {
    {"cases", ALL},
    {"show", ALL},
    {"status", ALL},
    {"report", ALL},
    {"policy", ALL},
    {"rules", ALL},
    {"try", ALL},
    {"health", ALL},
    {"note", WORK},
    {"answered", WORK},
    {"pause", WORK},
    {"resume", WORK},
    {"route", WORK},
    {"urgency", LEAD},
    {"topic", LEAD},
    {"close", LEAD},
    {"reopen", LEAD},
    {"merge", LEAD},
    {"undo", LEAD},
    {"export", MAY(USER_ASSISTANT)},
    {"notices", CARE},
    {"notice-retry", CARE},
};

static bool may(const User *person, const char *command)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rights); i++) {
		if (strcmp(rights[i].command, command) == 0) {
			return (rights[i].may & MAY(person->role)) != 0;
		}
	}
	return false;
}

CaseLook call_look(const Call *call)
{
	return (CaseLook){.now_s = call->now_s,
	    .role = call->request->role,
	    .sla = call->setup->sla,
	    .person = call->request->person};
}

bool look_is_of_teams(const CaseLook *look)
{
	return look->person != NULL && (look->person->role == USER_MEMBER ||
					   look->person->role == USER_LEAD);
}

bool case_seen(const Case *kase, const CaseLook *look)
{
	if (look_is_of_teams(look)) {
		return user_in_team(look->person, kase->team);
	}
	return look->person == NULL || look->person->role != USER_EXECUTIVE ||
	       !kase->sensitive;
}

bool case_hidden(const Case *kase, const CaseLook *look)
{
	if (!kase->sensitive) {
		return false;
	}
	if (look->person == NULL) {
		return look->role < ROLE_ASSISTANT;
	}
	return look->person->role != USER_ASSISTANT &&
	       !(look_is_of_teams(look) &&
		   user_in_team(look->person, kase->team));
}

bool look_tells_all(const CaseLook *look)
{
	return look->person == NULL ? look->role >= ROLE_ASSISTANT
				    : look->person->role == USER_ASSISTANT;
}

/* Who changes a case that went into another changes that one, too. */
static bool other_seen(const Call *call, const Case *kase, const CaseLook *look)
{
	guint64 id =
	    call->command->role < ROLE_ASSISTANT ? 0 : kase->merged_into;

	for (guint i = 0; id != 0 && i < MERGES_MOST; i++) {
		g_autoptr(Case) other = store_case(call->store, id, NULL);

		if (other == NULL || !case_seen(other, look)) {
			return false;
		}
		id = other->merged_into;
	}
	return id == 0;
}

/* A case that isn't the asker's is not there at all. */
static bool check_case(const Call *call, const char *name, GError **error)
{
	CaseLook look = call_look(call);
	g_autoptr(GError) inner = NULL;
	g_autoptr(Case) kase = NULL;
	guint64 id = 0;

	if (!args_case(call, name, &id, error)) {
		return false;
	}
	kase = store_case(call->store, id, &inner);
	if (kase != NULL && case_seen(kase, &look) &&
	    other_seen(call, kase, &look)) {
		return true;
	}
	if (kase == NULL && !g_error_matches(inner, ANTEROOM_ERROR, ERROR_NO)) {
		g_propagate_error(error, g_steal_pointer(&inner));
		return false;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_ABSENT,
	    "there is no case AR-%" G_GUINT64_FORMAT, id);
	return false;
}

static bool check_cases(
    const Call *call, const CommandWord *words, GError **error)
{
	for (; words->name != NULL; words++) {
		if (words->kind == WORD_CASE &&
		    args_text(call, words->name) != NULL &&
		    !check_case(call, words->name, error)) {
			return false;
		}
	}
	return true;
}

bool rights_check(const Call *call, GError **error)
{
	const User *person = call->request->person;

	if (person == NULL) {
		return true;
	}
	if (!may(person, call->command->name)) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_DENIED,
		    "%s: your role (%s) does not allow it", call->command->name,
		    user_role_name(person->role));
		return false;
	}
	return check_cases(call, call->command->arguments, error) &&
	       check_cases(call, call->command->options, error);
}
