/* What the files of control/ share. */
#ifndef CONTROL_INTERNAL_H
#define CONTROL_INTERNAL_H

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/users.h"
#include "control/recent.h"

typedef struct Listener Listener;

/* What `status` counted last, for whoever asks before anything has changed. */
typedef struct {
	GMutex lock;
	Setup *setup;    /* that it was counted by; NULL: nothing was yet */
	guint64 version; /* of the facts */
	gint64 now_s;
	GPtrArray *counts;
} StatusKept;

struct Control {
	SetupSlot *slot;
	Store *store;       /* NULL: only what needs none */
	Listener *listener; /* NULL until control_listen */
	bool serving;       /* a daemon: commands are logged */
	PoisonGuard guard;  /* enter NULL: none */
	Meter *meter;       /* NULL: nothing is counted */
	gint64 started_s;
	GMutex looks; /* held while one is written down */
	StatusKept status;
	gint stopping;    /* atomic: whoever waits for something stops */
	UsersFile *users; /* of the web pages */
	Recent *reports;
};

/* One command in work. Invariant: `setup` holds a reference throughout. */
typedef struct {
	const Command *command;
	const ControlRequest *request;
	Setup *setup;
	Store *store;
	const PoisonGuard *guard; /* NULL: none */
	const gint *stopping;     /* atomic */
	GMutex *looks;            /* of Control */
	StatusKept *status;       /* of Control */
	Meter *meter;             /* NULL: nothing is counted */
	Recent *reports;          /* of Control */
	gint64 started_s;         /* of this process's Control */
	gint64 now_s;             /* the wall clock, or --now */
	ControlRow row;
	gpointer data;
	/* For the log: what came of a message, and the case it is about. */
	const char *outcome;
	guint64 case_id;
} Call;

/* Does a command; its outcome is rows and the return. */
typedef bool (*CallRun)(Call *call, GError **error);

bool run_replay(Call *call, GError **error);
bool run_take(Call *call, GError **error);
bool run_cases(Call *call, GError **error);
bool run_show(Call *call, GError **error);
bool run_status(Call *call, GError **error);
void status_kept_clear(StatusKept *kept);
bool run_report(Call *call, GError **error);
bool run_digest(Call *call, GError **error);
bool run_rules(Call *call, GError **error);
bool run_try(Call *call, GError **error);
bool run_health(Call *call, GError **error);
bool run_policy(Call *call, GError **error);
bool run_export(Call *call, GError **error);
bool run_forecast(Call *call, GError **error);
bool run_notices(Call *call, GError **error);
bool run_notices_take(Call *call, GError **error);
bool run_notice_end(Call *call, GError **error); /* sent, failed, retry */
bool run_backup(Call *call, GError **error);
bool run_fsck(Call *call, GError **error);
bool run_watch(Call *call, GError **error);
bool run_metrics(Call *call, GError **error);
bool run_act(Call *call, GError **error); /* route ... merge */

/* Gives the object of JSON as a row and frees JSON. False: the asker wants no
 * more. */
bool call_row(Call *call, Json *json);
/* The same of a row's text, which is the caller's. */
bool call_text(Call *call, const char *text);

/* Is there no sense in waiting any longer: the asker has gone, or the daemon
 * ends? */
bool call_over(const Call *call);

/* ---- args.c: what was asked ---- */

/* Are all of the command's words there that must, and of the right shape. */
bool args_check(const Call *call, GError **error);

/* The word; NULL when not given. Lives as long as the request. */
const char *args_text(const Call *call, const char *name);
bool args_flag(const Call *call, const char *name);
/* Transfer container: the strings are the request's. */
const char **args_list(const Call *call, const char *name);
/* When not given, outputs stay as they are. */
bool args_time(
    const Call *call, const char *name, gint64 *at_s, GError **error);
/* The states that "--NAME" asks for, as in CaseFilter. */
bool args_state(
    const Call *call, const char *name, guint *states, GError **error);
bool args_number(
    const Call *call, const char *name, guint *number, GError **error);
bool args_case(const Call *call, const char *name, guint64 *id, GError **error);
bool args_level(
    const Call *call, const char *name, Urgency *level, GError **error);

/* Is WORD a name that the configuration has for KIND (team, topic, desk)? If
 * not, ERROR_USAGE with the nearest. */
bool args_known(
    const Call *call, WordKind kind, const char *word, GError **error);

/* ---- rights.c: who may know what ---- */

/* How a case is shown to the asker. */
typedef struct {
	gint64 now_s;
	Role role;
	const Sla *sla;
	const User *person; /* who asks through the web pages; NULL */
} CaseLook;

CaseLook call_look(const Call *call);

/* May the asker know that KASE is there? */
bool case_seen(const Case *kase, const CaseLook *look);
/* Is the text of KASE kept from this asker? */
bool case_hidden(const Case *kase, const CaseLook *look);
/* Are all that the asker sees cases of his own teams? */
bool look_is_of_teams(const CaseLook *look);
/* Is nothing kept from the asker? */
bool look_tells_all(const CaseLook *look);

/* May he who asks through the web pages ask this, and of these cases?
 * ERROR_DENIED, ERROR_ABSENT. */
bool rights_check(const Call *call, GError **error);
/* ---- case_json.c ---- */

/* The members of a case in a list, into the object that is open. */
void case_write(Json *json, const Case *kase, const CaseLook *look);

/* What `show` says besides; EVENTS of Event. */
void case_write_more(Json *json, const Case *kase, const GPtrArray *events,
    const CaseLook *look);

/* ---- related.c: the member "related" of `show` ---- */
void related_write(
    Json *json, Store *store, const Case *kase, const CaseLook *look);

/* ---- policy.c ---- */

/* A policy, and how it was found. Borrowed. */
typedef struct {
	const Conf *conf;
	const char *const *topics;
	Urgency level;
	const char *team;         /* NULL: it wasn't looked for just now */
	const Policy *policy;     /* NULL: nothing promised */
	const Calendar *calendar; /* NULL without a policy */
	gint64 from_s;
} Promised;

/* The members of `policy` into the object that is open. */
void promised_write(Json *json, const Promised *promise);

/* ---- health.c ---- */

/* The member "store": how full it is; PATH NULL: not where. */
void store_write(Json *json, const char *path, Store *store);

/* ---- reckoning.c ---- */

/* The member "reckoning": how the urgency adds up. */
void reckoning_write(Json *json, const Screening *screening);

/* Begins an object with its version. */
Json *row_new(void);

/* ---- listener.c ---- */
Listener *listener_new(Control *control, const char *path, GError **error);
void listener_free(Listener *listener);

/* The word for an error on the wire, and back. Static. */
const char *error_word(const GError *error);
ErrorCode error_code_of_word(const char *word);

#endif
