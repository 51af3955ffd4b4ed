/* What the files of cli/ share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/view.h"

#define CLI_CONF "/etc/anteroom/anteroom.conf"

/* ---- options.c ---- */

/* A command line, read by the table of commands. */
typedef struct {
	const char *conf_path;
	const Command *command; /* NULL: none given */
	GPtrArray *files;       /* the paths of an argument of many, as bytes;
				 * NULL: none given */
	JsonValue *args;
	bool json;
	bool help;
	bool version;
} Options;

/* False with ERROR_USAGE. ARGV outlives OPTIONS. */
bool options_parse(int argc, char **argv, Options *options, GError **error);
void options_clear(Options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

const char *options_text(const Options *options, const char *name);
bool options_flag(const Options *options, const char *name);

/* ---- exit.c: the only place that knows exit codes ---- */

/* Says ERROR on standard error and returns its code; 0 for NULL. */
int exit_say(const GError *error);
/* The same for a message handed to us: what is not the caller's own words
 * means "try again", for the mail server gives up on other codes. */
int exit_say_mail(const GError *error);
/* All of PROBLEMS on standard error. */
void exit_say_problems(GPtrArray *problems);
/* Was all of standard output written? */
bool exit_flush(GError **error);

/* ---- client.c: the daemon, or the store in this process ---- */

typedef struct Client Client;

/* ERROR_CONFIG when the configuration is broken: then it was said in full. */
Client *client_open(const char *conf_path, GError **error);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

/* One request, its rows, its error. */
bool client_ask(Client *client, const ControlRequest *request, ControlRow row,
    gpointer data, GError **error);

/* Where the answers to posted requests go, in their order. */
typedef struct {
	ControlRow row;
	void (*end)(const GError *error, gpointer data); /* NULL: done */
	gpointer data;
} ClientSink;

/* Posts a request without waiting for its answer; earlier answers may come
 * meanwhile. False when there is no use in going on. */
bool client_post(Client *client, const ControlRequest *request,
    const ClientSink *sink, GError **error);
/* Receives all answers that are still out. */
bool client_finish(Client *client, const ClientSink *sink, GError **error);

/* ---- mailbox.c ---- */

typedef struct {
	const char *file; /* what names it: path, path#3 of an mbox, "-" */
	const void *bytes;
	gsize n_bytes;
	bool truncated;
} MailboxMessage;

/* False ends the walk, with its error. */
typedef bool (*MailboxVisit)(
    const MailboxMessage *message, gpointer data, GError **error);

/* All messages of each of PATHS: an mbox, a Maildir, a folder of messages, a
 * message, or "-". What can't be read within a folder is said and counted in
 * *UNREADABLE. ERROR_USAGE when a path itself can't. */
bool mailbox_all(const GPtrArray *paths, MailboxVisit visit, gpointer data,
    guint *unreadable, GError **error);
/* Was there anything, and all of it readable? If not, ERROR_NO for COMMAND. */
bool mailbox_whole(
    const char *command, guint messages, guint unreadable, GError **error);

/* Standard input as one message. Transfer full. */
GByteArray *mailbox_stdin(bool *truncated, GError **error);

/* ---- load.c ---- */

/* The configuration in PATH with its compiled rules. NULL with ERROR_CONFIG:
 * not usable, and PROBLEMS are said. Transfer full. */
Setup *load_setup(const char *path, GError **error);
/* Says PROBLEMS, that PATH can't be used for. */
void load_refuse(const char *path, GPtrArray *problems, GError **error);

/* ---- the commands: exit codes ---- */

int ask_run(const Options *options);
int check_run(const Options *options);
int explain_run(const Options *options);
int backtest_run(const Options *options);
int learn_run(const Options *options);
int replay_run(const Options *options);
int take_run(const Options *options);
int digest_run(const Options *options);
int doctor_run(const Options *options);
int user_run(const Options *options);
int help_run(const Options *options);
void help_usage(FILE *out);
void help_command(const Command *command, FILE *out);

/* How standard output wants it; NOW: of --now, or NULL. */
ViewStyle output_style(const char *now);
/* The row of JSON TEXT as VIEW shows it; NULL: as it is. */
bool output_put(View *view, const char *text, gsize length, GError **error);

#endif
