/* Desks and teams: is anything watched, do somebody's replies count, and are
 * there teams whose replies never come by here? */
#include "doctor/internal.h"

static void check_desks(Doctor *doctor)
{
	const GPtrArray *desks = doctor->conf->desks;
	guint live = 0;

	for (guint i = 0; i < desks->len; i++) {
		const Desk *desk = desks->pdata[i];

		live += desk->mode == MODE_LIVE;
		if (*desk->assistant == '\0') {
			doctor_tell(doctor, "desk", DOCTOR_WARN,
			    "anteroom.conf: desk { assistant = \"...\" }",
			    "%s has no assistant: nobody is told of what no "
			    "team answers",
			    desk->name);
		}
	}
	if (desks->len == 0) {
		doctor_tell(doctor, "desk", DOCTOR_WRONG,
		    "anteroom.conf: desk \"ceo\" { addresses = {\"...\"} }",
		    "there is none: no mail is watched");
	} else if (live == 0) {
		doctor_tell(doctor, "desk", DOCTOR_WARN,
		    "anteroom.conf: desk { mode = \"live\" } when you trust "
		    "what anteroom cases shows",
		    "none is live: nothing is handed to a team");
	} else {
		doctor_tell(doctor, "desk", DOCTOR_OK, NULL, "%u of %u live",
		    live, desks->len);
	}
}

static void check_teams(Doctor *doctor)
{
	const GPtrArray *teams = doctor->conf->teams;
	guint silent = 0;

	for (guint i = 0; i < teams->len; i++) {
		const Team *team = teams->pdata[i];

		if (*team->lead == '\0') {
			silent++;
			doctor_tell(doctor, "team", DOCTOR_WARN,
			    "anteroom.conf: team { lead = \"...\" }",
			    "%s has no lead: nobody hears that it is late",
			    team->name);
		}
	}
	if (silent == 0) {
		doctor_tell(doctor, "team", DOCTOR_OK, NULL,
		    "%u, each with a lead", teams->len);
	}
}

static void check_blind(Doctor *doctor)
{
	const JsonValue *teams = json_get(doctor->status, "teams");
	guint blind = 0;

	if (doctor->status == NULL) {
		return;
	}
	for (guint i = 0; i < json_length(teams); i++) {
		const JsonValue *team = json_at(teams, i);

		if (!json_get_bool(team, "blind", false)) {
			continue;
		}
		blind++;
		doctor_tell(doctor, "blind-spots", DOCTOR_WARN,
		    "let it write through this mail server, or give copies of "
		    "what it sends to anteroom take --sent",
		    "no reply of %s was ever seen here, yet it answers: its "
		    "clocks run on",
		    json_get_string(team, "team"));
	}
	if (blind == 0) {
		doctor_tell(doctor, "blind-spots", DOCTOR_OK, NULL,
		    "no team answers past this mail server");
	}
}

void check_people(Doctor *doctor)
{
	check_desks(doctor);
	check_teams(doctor);
	check_blind(doctor);
}
