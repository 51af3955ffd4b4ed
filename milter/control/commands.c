/*
 * The table of commands: names, roles, arguments, options and their help. The
 * shell's parser, its help and its completion, and the checks of what comes
 * over the socket, are all read off it. What a command does is elsewhere.
 */
#include <string.h>

#include "anteroom/control.h"
#include "anteroom/error.h"
#include "anteroom/text.h"

#define JSON_FLAG                                      \
	{                                              \
		"json", NULL, WORD_FLAG, false, false, \
		    "JSON, one object a line"          \
	}
#define NOW_OPTION                                                 \
	{                                                          \
		"now", "T", WORD_TIME, false, false,               \
		    "look with the eyes of that moment (RFC 3339)" \
	}
#define THE_CASE                                                     \
	{                                                            \
		"case", "CASE", WORD_CASE, true, false, "AR-7, or 7" \
	}

/* clang-format off */
static const Command commands[] = {
{ "check", ROLE_NONE, "check configuration and rule packs", 
  "Loads the configuration and all rule packs and runs every rule's own\n"
  "examples. All mistakes come in one go, as FILE:LINE: why.\n"
  "Exit code 1 when there is one.",
  true, { { 0 } }, { { 0 } } },
{ "explain", ROLE_NONE, "say what would be decided about messages, and why",
  "Reads, scores and routes without recording anything. FILE is a message, an\n"
  "mbox, a Maildir, a folder of messages, or - for standard input.",
  true,
  { { "file", "FILE", WORD_PATH, true, true, "messages; - is standard input" } },
  { JSON_FLAG,
    { "why-not", "TOPIC", WORD_TOPIC, false, false,
      "say which rules of TOPIC didn't hit, and what was missing" },
    { "verify", NULL, WORD_FLAG, false, false,
      "score by PCRE2 alone as well; exit code 1 when something differs" } } },
{ "backtest", ROLE_NONE, "say what other packs would decide about mailboxes",
  "Reads and scores every message twice, by the packs of the configuration and\n"
  "by those of GLOB, and shows each decision that differs with the rules that\n"
  "make the difference, then the sum. Records nothing. Quote GLOB for the shell;\n"
  "a folder stands for its *.rules. MAILBOX is what explain reads.",
  true,
  { { "mailbox", "MAILBOX", WORD_PATH, true, true, "where the messages are" } },
  { { "rules", "GLOB", WORD_PATH, true, false,
      "the packs to compare with, instead of those of the configuration" },
    JSON_FLAG } },
{ "learn", ROLE_NONE, "learn a second opinion from what people corrected",
  "Reads every case that has text and that a person dealt with, and makes a\n"
  "model of its words, which speaks where the rules are silent or tie. First it\n"
  "is tried on messages that it hasn't seen: exit code 1, and the old model\n"
  "stays, when it is no better than the rules alone. MAILBOX is what explain\n"
  "reads; --labels says what its messages are about, a JSON object a line:\n"
  "{\"file\":\"a.eml\",\"topic\":\"billing\"}.",
  true,
  { { "mailbox", "MAILBOX", WORD_PATH, false, true, "messages with labels" } },
  { { "labels", "FILE", WORD_PATH, false, false,
      "learn from the messages of MAILBOX as well, which FILE names" },
    { "test", NULL, WORD_FLAG, false, false, "only try; write nothing" },
    JSON_FLAG } },
{ "replay", ROLE_ASSISTANT, "take in a mailbox as if it arrived now",
  "MAILBOX is an mbox, a Maildir, a folder of messages or one message. A\n"
  "message's arrival is the time of its topmost Received field, else its Date,\n"
  "else now. What was taken in before is recognised. Messages that are to no\n"
  "desk are counted and left alone, unless --desk says whose they are.",
  false,
  { { "mailbox", "MAILBOX", WORD_PATH, true, true, "where the messages are" } },
  { { "dry-run", NULL, WORD_FLAG, false, false, "record nothing" },
    { "desk", "DESK", WORD_DESK, false, false,
      "for this desk, whoever a message is to" },
    { "notify", NULL, WORD_FLAG, false, false,
      "let notices about deadlines in the past go out" },
    JSON_FLAG } },
{ "take", ROLE_ASSISTANT, "take in one message from standard input",
  "For pipe(8), journaling and copies of sent mail. Taking in the same message\n"
  "again changes nothing. Exit code 75 when it could not be recorded: try again.",
  false, { { 0 } },
  { { "from", "ADDR", WORD_TEXT, false, false, "envelope sender" },
    { "to", "ADDR", WORD_TEXT, false, true,
      "envelope recipient; without any: To and Cc" },
    { "sent", NULL, WORD_FLAG, false, false,
      "it is a copy of our own sent mail, on your word" },
    { "notify", NULL, WORD_FLAG, false, false,
      "let notices about deadlines in the past go out" },
    JSON_FLAG } },
{ "cases", ROLE_READER, "list cases, the next deadline first",
  "Exit code 1 when there are none.",
  false, { { 0 } },
  { { "team", "TEAM", WORD_TEAM, false, false, "of this team" },
    { "topic", "TOPIC", WORD_TOPIC, false, false, "about this" },
    { "desk", "DESK", WORD_DESK, false, false, "of this desk" },
    { "state", "STATE", WORD_STATE, false, false,
      "open, answered, paused or closed" },
    { "overdue", NULL, WORD_FLAG, false, false, "past a deadline" },
    { "urgency", "LEVEL", WORD_LEVEL, false, false,
      "low, normal, high or critical" },
    { "part", "PART", WORD_TEXT, false, false,
      "promised or next: a part of what waits and isn't overdue" },
    { "search", "WORDS", WORD_TEXT, false, false,
      "with all these words in subject, sender, number or kept text" },
    { "limit", "N", WORD_NUMBER, false, false, "at most so many" },
    { "skip", "N", WORD_NUMBER, false, false, "without so many first ones" },
    NOW_OPTION, JSON_FLAG } },
{ "show", ROLE_READER, "show one case with its timeline", NULL,
  false, { THE_CASE }, { NOW_OPTION, JSON_FLAG } },
{ "status", ROLE_READER, "count the cases of each team",
  "\"Due soon\" is a case with at most a quarter of the promised time, or at\n"
  "most two hours, left. Cases of desks in shadow mode are not counted.",
  false, { { 0 } },
  { { "team", "TEAM", WORD_TEAM, false, false, "this team only" },
    NOW_OPTION, JSON_FLAG } },
{ "report", ROLE_READER, "sum up a period",
  "How many arrived and were answered, the share in time, median and 90th\n"
  "percentile of the first reply, for each team, topic and week; when they\n"
  "came; what was late and why; how long each team held its cases. The\n"
  "period is the arrivals from --from on and before --to, at most 400 days.",
  false, { { 0 } },
  { { "team", "TEAM", WORD_TEAM, false, false, "this team only" },
    { "topic", "TOPIC", WORD_TOPIC, false, false, "this topic only" },
    { "from", "T", WORD_TIME, false, false, "28 days before --to" },
    { "to", "T", WORD_TIME, false, false, "now" },
    NOW_OPTION, JSON_FLAG } },
{ "digest", ROLE_READER, "say what a reader's morning mail says",
  "What came, was answered, is late and why, since his last morning, for the\n"
  "lead of a team, an assistant or an executive. --preview writes the mail\n"
  "itself to standard output, as anteroom-courier would send it.",
  false, { { 0 } },
  { { "to", "ADDRESS", WORD_TEXT, true, false, "whose" },
    { "preview", NULL, WORD_FLAG, false, false, "the mail itself" },
    NOW_OPTION, JSON_FLAG } },
{ "rules", ROLE_READER, "say what the rules did",
  "For each rule in how many cases it hit, in how many of them a person took\n"
  "the topic away that it spoke for, and the share that stayed.",
  false, { { 0 } },
  { { "from", "T", WORD_TIME, false, false,
      "cases that arrived then or later; 91 days ago" },
    NOW_OPTION, JSON_FLAG } },
{ "try", ROLE_ASSISTANT, "try a text on the daemon's rules",
  "As explain, but for a few words and with the rules that run. Nothing is\n"
  "recorded.",
  false,
  { { "text", "TEXT", WORD_TEXT, true, false, "what the letter says" } },
  { { "from", "ADDR", WORD_TEXT, false, false, "who writes" },
    { "subject", "WORDS", WORD_TEXT, false, false, "its subject" },
    JSON_FLAG } },
{ "health", ROLE_READER, "say how the daemon is",
  "Its sockets, how full the store is, how old the rules are.",
  false, { { 0 } }, { JSON_FLAG } },
{ "policy", ROLE_READER, "compute deadlines step by step",
  "For a case, or for what the options describe. Without --team it is the team\n"
  "that the topic's route names; without --from it is now.",
  false,
  { { "case", "CASE", WORD_CASE, false, false, "AR-7, or 7" } },
  { { "topic", "TOPIC", WORD_TOPIC, false, false, "what it is about" },
    { "urgency", "LEVEL", WORD_LEVEL, false, false,
      "low, normal, high or critical" },
    { "team", "TEAM", WORD_TEAM, false, false, "whose it is" },
    { "from", "T", WORD_TIME, false, false, "when it arrived (RFC 3339)" },
    JSON_FLAG } },
{ "route", ROLE_ASSISTANT, "hand a case to a team",
  "The clocks keep their start.",
  false, { THE_CASE,
    { "team", "TEAM", WORD_TEAM, true, false, "who is to answer" } },
  { JSON_FLAG } },
{ "urgency", ROLE_ASSISTANT, "set a case's urgency", NULL,
  false, { THE_CASE,
    { "level", "LEVEL", WORD_LEVEL, true, false,
      "low, normal, high or critical" } },
  { JSON_FLAG } },
{ "topic", ROLE_ASSISTANT, "set a case's topic", NULL,
  false, { THE_CASE,
    { "topic", "TOPIC", WORD_TOPIC, true, false, "what it is about" } },
  { JSON_FLAG } },
{ "note", ROLE_ASSISTANT, "write a line into a case's timeline", NULL,
  false, { THE_CASE,
    { "text", "TEXT", WORD_TEXT, true, false, "the line" } },
  { JSON_FLAG } },
{ "answered", ROLE_ASSISTANT, "say that a case was answered by other means",
  "By telephone, say: stops the reply clocks. With --by-reply: a reply that was\n"
  "taken for a mere acknowledgement is the answer. It counts from the moment it\n"
  "was sent, and the same words of that team count from now on.",
  false, { THE_CASE,
    { "how", "HOW", WORD_TEXT, false, false, "how it was answered" } },
  { { "by-reply", NULL, WORD_FLAG, false, false,
      "the last acknowledgement was the answer" },
    { "promise", NULL, WORD_FLAG, false, false,
      "only what a reply promised was done" },
    JSON_FLAG } },
{ "close", ROLE_ASSISTANT, "close a case", NULL,
  false, { THE_CASE,
    { "reason", "REASON", WORD_TEXT, true, false, "why" } },
  { JSON_FLAG } },
{ "reopen", ROLE_ASSISTANT, "open a closed case again", NULL,
  false, { THE_CASE }, { JSON_FLAG } },
{ "pause", ROLE_ASSISTANT, "let a case's clocks stand still for a time",
  "Ends by itself, or when the correspondent writes.",
  false, { THE_CASE,
    { "reason", "REASON", WORD_TEXT, true, false, "what is waited for" } },
  { { "for", "D", WORD_PERIOD, true, false, "how long: 30m, 4h, 2d" },
    JSON_FLAG } },
{ "resume", ROLE_ASSISTANT, "end a pause", NULL,
  false, { THE_CASE }, { JSON_FLAG } },
{ "merge", ROLE_ASSISTANT, "put a case into another one", NULL,
  false, { THE_CASE,
    { "into", "INTO", WORD_CASE, true, false, "the case that stays" } },
  { JSON_FLAG } },
{ "unmerge", ROLE_ASSISTANT, "take a merged case out of the other one again",
  "It goes on with its old start and deadlines; what the other case answered\n"
  "since, counts for both.",
  false, { THE_CASE }, { JSON_FLAG } },
{ "split", ROLE_ASSISTANT, "make a case of a further message of a case",
  "MESSAGE is the number of its line in the timeline of show --json, or its\n"
  "Message-ID. To take it back, merge the new case into the old one.",
  false, { THE_CASE,
    { "message", "MESSAGE", WORD_TEXT, true, false, "number or Message-ID" } },
  { JSON_FLAG } },
{ "undo", ROLE_ASSISTANT, "take back what a person did last with a case",
  "Team, urgency, topic, answered, close, reopen, pause, resume or merge, if no\n"
  "message or reply came since.",
  false, { THE_CASE }, { JSON_FLAG } },
{ "export", ROLE_ASSISTANT, "write out all cases and events",
  "By number, those that arrived from --from on and before --to. JSON lines\n"
  "have the timeline; csv has a line a case and is safe to open in a\n"
  "spreadsheet.",
  false, { { 0 } },
  { { "format", "FORMAT", WORD_FORMAT, false, false, "json or csv" },
    { "from", "T", WORD_TIME, false, false, "arrived then or later" },
    { "to", "T", WORD_TIME, false, false, "arrived before" } } },
{ "forecast", ROLE_READER, "say what will come if nobody acts",
  "Warnings, breaches, escalations, ends of pauses, and the notices that tell of\n"
  "them, until T (24 hours unless given). Of many to one reader within an hour\n"
  "each says that it will be in a summary, and when that comes. Exit code 1 when\n"
  "nothing will come.",
  false, { { 0 } },
  { { "until", "T", WORD_TIME, false, false, "how far to look (RFC 3339)" },
    { "limit", "N", WORD_NUMBER, false, false, "at most so many" },
    JSON_FLAG } },
{ "notices", ROLE_READER, "list the mails that Anteroom sends itself",
  "Warnings, breaches, escalations and others: those that wait for the courier,\n"
  "in the order in which they are due, unless --state asks for sent, dead,\n"
  "withdrawn or all. Exit code 1 when there are none.",
  false, { { 0 } },
  { { "state", "STATE", WORD_TEXT, false, false,
      "waiting, sent, dead, withdrawn or all" },
    { "limit", "N", WORD_NUMBER, false, false, "at most so many" },
    JSON_FLAG } },
{ "notice-retry", ROLE_ASSISTANT, "send a notice that was given up",
  NULL,
  false,
  { { "notice", "NOTICE", WORD_TEXT, true, false, "N-12, or 12" } },
  { JSON_FLAG } },
{ "notices-take", ROLE_READER, "for the courier: lease the notices that are due",
  "A lease that isn't ended by notice-sent or notice-failed within five minutes\n"
  "is given out again, with the same Message-ID. With --fresh at once: whoever\n"
  "had the leases is gone.",
  false, { { 0 } },
  { { "limit", "N", WORD_NUMBER, false, false, "at most so many" },
    { "wait", "D", WORD_PERIOD, false, false,
      "wait so long, at most a minute, until one is due" },
    { "fresh", NULL, WORD_FLAG, false, false,
      "nobody else has leases: a courier that begins" },
    JSON_FLAG } },
{ "notice-sent", ROLE_READER, "for the courier: it was handed over",
  NULL,
  false,
  { { "notice", "NOTICE", WORD_TEXT, true, false, "N-12, or 12" } },
  { JSON_FLAG } },
{ "notice-failed", ROLE_READER, "for the courier: it couldn't be handed over",
  "Tried again later, at longer and longer distances, for three days.",
  false,
  { { "notice", "NOTICE", WORD_TEXT, true, false, "N-12, or 12" } },
  { { "why", "WHY", WORD_TEXT, true, false, "what the mail server said" },
    { "final", NULL, WORD_FLAG, false, false, "it won't ever do" },
    JSON_FLAG } },
{ "watch", ROLE_READER, "for the web process: wait for a change", NULL,
  false, { { 0 } },
  { { "since", "CHANGE", WORD_TEXT, false, false,
      "wait until there is another one than this" } } },
{ "metrics", ROLE_READER, "counters of the running daemon",
  "Since its start: messages by outcome, times by stage; store and outbox.",
  false, { { 0 } }, { JSON_FLAG } },
{ "backup", ROLE_ADMINISTRATOR, "copy the store, consistent, while all runs",
  "FOLDER must not exist or be empty. The daemon writes it, with its rights.",
  false,
  { { "folder", "FOLDER", WORD_PATH, true, false, "where the copy goes" } },
  { { 0 } } },
{ "fsck", ROLE_ADMINISTRATOR, "check the store, every index both ways",
  "Exit code 1 when something is wrong, with a line for each thing.",
  false, { { 0 } }, { JSON_FLAG } },
{ "doctor", ROLE_NONE, "check the installation and say how to mend it",
  "Configuration, daemon, milter socket, the mail server's settings, store,\n"
  "calendars, clock, teams, courier and dashboard: a line each, and below it how\n"
  "to mend what isn't right. Changes nothing. Run it as root, or it can't look\n"
  "everywhere. Exit code 1 when something is wrong, 2 when the configuration\n"
  "doesn't load.",
  true, { { 0 } },
  { { "postfix-config", "FOLDER", WORD_PATH, false, false,
      "Postfix's configuration, as for postconf -c" },
    { "sendmail-cf", "FILE", WORD_PATH, false, false,
      "Sendmail's, instead of /etc/mail/sendmail.cf" },
    JSON_FLAG } },
{ "user", ROLE_NONE, "manage who may log in to the web pages",
  "ACTION is add, role, password, token, remove or list. ROLE is reader,\n"
  "member, lead, assistant, executive or administrator. A password is read from\n"
  "standard input. A token is printed once and never again; who isn't there yet\n"
  "is added as a reader for it.",
  true,
  { { "action", "ACTION", WORD_USER, true, false, "what to do" },
    { "name", "NAME", WORD_USER, false, false, "with whom" },
    { "what", "ROLE", WORD_ROLE, false, false, "for add and role" } },
  { { "role", "ROLE", WORD_ROLE, false, false, "the same as the third word" },
    { "team", "TEAM", WORD_TEAM, false, true, "of these teams, and no others" },
    { "revoke", NULL, WORD_FLAG, false, false, "token: end all of NAME's" },
    JSON_FLAG } },
{ "help", ROLE_NONE, "explain a command", NULL,
  true,
  { { "command", "COMMAND", WORD_COMMAND, false, false, "which" } },
  { { "words", NULL, WORD_FLAG, false, false,
      "all commands and options, for completion" } } },
{ "version", ROLE_NONE, "print the version", NULL,
  true, { { 0 } }, { { 0 } } },
};
/* clang-format on */

const Command *command_table(gsize *n)
{
	*n = G_N_ELEMENTS(commands);
	return commands;
}

static void set_unknown(const char *name, GError **error)
{
	const char *names[G_N_ELEMENTS(commands)];
	const char *nearest;
	g_autofree char *shown = text_one_line(name, strlen(name), 60);

	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		names[i] = commands[i].name;
	}
	nearest = text_nearest(name, names, G_N_ELEMENTS(names));
	if (nearest != NULL) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "unknown command \"%s\": did you mean \"%s\"?", shown,
		    nearest);
	} else {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "unknown command \"%s\": \"anteroom help\" lists them",
		    shown);
	}
}

const Command *command_find(const char *name, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	set_unknown(name, error);
	return NULL;
}

static const CommandWord *find_word(const CommandWord *words, const char *name)
{
	for (; words->name != NULL; words++) {
		if (strcmp(words->name, name) == 0) {
			return words;
		}
	}
	return NULL;
}

const CommandWord *command_word(const Command *command, const char *name)
{
	const CommandWord *word = find_word(command->arguments, name);

	return word != NULL ? word : find_word(command->options, name);
}
