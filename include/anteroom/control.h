/*
 * The table of commands and the ways to it: in this process, or through the
 * control socket of the daemon. A command is written once, here; the shell and
 * the web pages show the JSON that it gives.
 *
 * The protocol, lines of JSON over a unix stream socket, several requests a
 * connection, answered in their order:
 *
 *   {"v":1,"command":"cases","args":{"team":"care"}}
 *   {"v":1,"command":"take","args":{...},"bytes":1234}     + 1234 bytes
 *
 *   {"row":{...}}                               none or more
 *   {"end":{"code":"done"}}                     or
 *   {"end":{"code":"no","error":"AR-9: ..."}}   no usage config denied
 *                                               temporary fatal absent
 *
 * Who asks is known by the peer credentials of the socket. An administrator
 * may add "as": the user in whose name he asks. The web process, and an
 * administrator, may add "login": a user of the web pages, by whose rights
 * alone it is then asked. "truncated":true says that the
 * bytes end before the message did.
 */
#ifndef ANTEROOM_CONTROL_H
#define ANTEROOM_CONTROL_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/cases.h"
#include "anteroom/conf.h"
#include "anteroom/json.h"
#include "anteroom/meter.h"
#include "anteroom/pipeline.h"
#include "anteroom/setup.h"
#include "anteroom/users.h"

/* ---- the table ---- */

/* Who may: each may what those before may. */
typedef enum {
	ROLE_NONE,
	ROLE_READER,
	ROLE_ASSISTANT,
	ROLE_ADMINISTRATOR,
} Role;

typedef enum {
	WORD_FLAG, /* an option without a value */
	WORD_TEXT, /* free text; as last argument: all words that follow */
	WORD_CASE, /* "AR-7" */
	WORD_TEAM, /* what completion can offer */
	WORD_TOPIC,
	WORD_DESK,
	WORD_LEVEL,
	WORD_STATE,
	WORD_TIME,   /* RFC 3339 */
	WORD_PERIOD, /* "2h" */
	WORD_NUMBER, /* 1.. */
	WORD_FORMAT, /* json or csv */
	WORD_PATH,
	WORD_COMMAND,
	WORD_ROLE, /* of a user of the web pages */
	WORD_USER, /* such a user; a word of "user" */
} WordKind;

/* An argument by place, or an option by name. */
typedef struct {
	const char *name; /* "team"; NULL ends a list */
	const char *word; /* "TEAM"; NULL for flags */
	WordKind kind;
	bool required;
	bool many; /* may be given again: an array of strings */
	const char *help;
} CommandWord;

#define COMMAND_ARGUMENTS 4
#define COMMAND_OPTIONS 14

typedef struct Command {
	const char *name;
	Role role;        /* the least one */
	const char *help; /* one line */
	const char *more; /* paragraphs; NULL */
	/* Done by the program `anteroom` alone; nothing for the socket. */
	bool local;
	CommandWord arguments[COMMAND_ARGUMENTS];
	CommandWord options[COMMAND_OPTIONS];
} Command;

/* The N commands, in the order in which help shows them. Static. */
const Command *command_table(gsize *n);

/* NULL with ERROR_USAGE, and the nearest command in the message. Static. */
const Command *command_find(const char *name, GError **error);

/* The argument or option NAME; NULL. */
const CommandWord *command_word(const Command *command, const char *name);

/* ---- asking in this process ---- */

typedef struct Control Control;

/* Both are borrowed and outlive it. STORE may be NULL: only commands that need
 * none work. Transfer full. */
Control *control_new(SetupSlot *slot, Store *store);
/* NULL is fine. Stops first. */
void control_free(Control *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Control, control_free)

/* Counts what is taken in with METER, borrowed, and tells of it. Before
 * control_listen. */
void control_meter(Control *control, Meter *meter);

/* Reads and scores what is taken in under GUARD (copied): whoever hands over a
 * message that ends the process hands it over again. Before control_listen. */
void control_guard(Control *control, const PoisonGuard *guard);

typedef struct {
	const char *command;
	const JsonValue *args; /* an object; NULL = none */
	const void *bytes;     /* a message, for take and replay */
	gsize n_bytes;
	bool truncated;
	Role role;
	const char *user; /* in whose name; never NULL */
	/* A user of the web pages (users.h) in whose name, and with no more
	 * than whose rights, it is asked; NULL. */
	const char *login;  /* asking at the socket */
	const User *person; /* in this process */
	/* Has the asker gone? Asked while a command waits; NULL: he stays. */
	bool (*gone)(gpointer asker);
	gpointer asker;
} ControlRequest;

/* Takes one row: TEXT, LENGTH bytes of one JSON object, the callee's only
 * during the call. False: no more, please. */
typedef bool (*ControlRow)(const char *text, gsize length, gpointer data);

/*
 * Does one command. False with the error that the asker is to see; rows given
 * before it still count (a list of what is wrong, then ERROR_NO). Any thread,
 * any number at once.
 */
bool control_dispatch(Control *control, const ControlRequest *request,
    ControlRow row, gpointer data, GError **error);

/* ---- the daemon's socket ---- */

/*
 * Listens at PATH and serves in threads of its own, one a client, at most
 * LIMIT_CONTROL_CLIENTS. A stale socket is replaced. ERROR_TEMPORARY when
 * somebody listens there, ERROR_CONFIG when it can't be made.
 */
bool control_listen(Control *control, const char *path, GError **error);

/* No new clients and requests; waits for commands in work, and for clients
 * that don't read their answer a few seconds at most. Removes the socket. */
void control_stop(Control *control);

/* What the user with UID and primary group GID may, by the lists of CONF.
 * *USER is the name, or the number of a nameless one. Transfer full. */
Role control_role(const Conf *conf, guint uid, guint gid, char **user);

/* ---- the asking side of the socket ---- */

typedef struct ControlClient ControlClient;

/* ERROR_NO when nobody listens at PATH, ERROR_DENIED when this user may not
 * connect, ERROR_TEMPORARY when it is too busy. Transfer full. */
ControlClient *control_connect(const char *path, GError **error);
void control_client_free(ControlClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ControlClient, control_client_free)

/* Can it be used for a further request? No, when the daemon went away, or said
 * something that nobody waits for. */
bool control_is_quiet(const ControlClient *client);

/* Sends a request; `role` is not used, `user` is sent as "as" when not NULL,
 * `login` as "login".
 * ERROR_USAGE when it is too long; that the daemon went away shows when
 * the answer is received. Several may be sent before the
 * first answer is received, as long as answers are small. */
bool control_send(
    ControlClient *client, const ControlRequest *request, GError **error);

/*
 * Receives the answer to the oldest request. False with its error; *BROKEN is
 * then whether the connection is of no more use. False from ROW breaks it,
 * too.
 */
bool control_receive(ControlClient *client, ControlRow row, gpointer data,
    bool *broken, GError **error);

/* ---- JSON that is made without a store ---- */

/* What `explain` is asked about a message. */
typedef struct {
	const char *file;    /* names the message */
	const char *why_not; /* a topic whose rules are to be accounted for */
	bool verified;       /* scored in both ways, ... */
	const char *differs; /* ... with this difference; NULL: none */
	bool texts;          /* also the text, with what counted */
} Explain;

/* What `explain` says of SCREENING. Transfer full. */
char *explain_json(const Screening *screening, const Explain *explain);

/* What other packs would decide about many messages. */
typedef struct {
	guint messages, changed;    /* of them, decided otherwise: */
	guint topic, urgency, team; /* the first topic, the level, the team */
	guint to_screened, to_case; /* of `team` */
} BacktestSum;

/* How the decision about one message, named FILE, differs between BEFORE and
 * AFTER, with the rules that make the difference; NULL: it doesn't. Counts it
 * in SUM. Transfer full. */
char *backtest_json(const Screening *before, const Screening *after,
    const char *file, BacktestSum *sum);
/* {"v":1,"summary":{...}}. Transfer full. */
char *backtest_sum_json(const BacktestSum *sum);

#endif
