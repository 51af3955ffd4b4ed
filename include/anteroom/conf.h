/*
 * The configuration: loaded whole, checked whole, then immutable and counted.
 * A message, a command, a session holds a reference from its start to its end;
 * a reload makes a new Conf and never touches an old one.
 *
 * Syntax by libconfuse; what the settings mean is in anteroom.conf(5) and
 * anteroom.rules(5). Every pointer in these structs lives as long as the Conf.
 * Lists of strings are NULL-terminated and never NULL. Arrays of things are
 * GPtrArrays in the order of the file.
 */
#ifndef ANTEROOM_CONF_H
#define ANTEROOM_CONF_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/urgency.h"

typedef struct {
	const char *file; /* interned, as given or found by a pattern */
	guint line;       /* 1-based; 0 when the file as a whole is meant */
} ConfPlace;

/* One mistake. Warnings don't keep a configuration from loading. */
typedef struct {
	ConfPlace place;
	bool warning;
	char *text; /* "unknown team "caer"; did you mean "care"?" */
} ConfProblem;

ConfProblem *conf_problem_new(
    ConfPlace place, bool warning, const char *format, ...) G_GNUC_PRINTF(3, 4);
void conf_problem_free(ConfProblem *problem);
/* An empty list of ConfProblem, which it owns. Transfer full. */
GPtrArray *conf_problems_new(void);
/* "FILE:LINE: why" ("FILE: why" without a line; "warning: " before why).
 * Transfer full. */
char *conf_problem_text(const ConfProblem *problem);
/* Orders a list of ConfProblem by file and line. */
void conf_problems_sort(GPtrArray *problems);
/* Is one of them an error? */
bool conf_problems_fatal(const GPtrArray *problems);

typedef enum { ON_ERROR_TEMPFAIL, ON_ERROR_ACCEPT } OnError;
typedef enum { KEEP_TEXT_NONE, KEEP_TEXT_EXCERPT, KEEP_TEXT_FULL } KeepText;
typedef enum { MODE_LIVE, MODE_TAG, MODE_SHADOW } DeskMode;

typedef struct {
	const char *name;
	const char *const *addresses; /* folded */
	const char *executive;        /* folded; "" when not set */
	const char *assistant;        /* folded; "" when not set */
	bool keep;
	DeskMode mode;
	guint sample; /* messages a week */
	ConfPlace place;
} Desk;

/* Open time within one day, local minutes, 0 <= from < to <= 1440. */
typedef struct {
	guint8 weekday; /* 0 Monday .. 6 Sunday; unused in holidays */
	guint16 from_min;
	guint16 to_min;
} OpenSpan;

/* A date with hours of its own: none (a holiday) or some (a half day).
 * Written "2026-12-25" or "2026-12-24 09:00-12:30". */
typedef struct {
	gint32 day;            /* days since 1970-01-01, local calendar */
	const OpenSpan *spans; /* sorted, apart */
	guint n_spans;
} Holiday;

typedef struct {
	const char *name;
	const char *zone;      /* IANA name, known to the zone database */
	const OpenSpan *spans; /* sorted by weekday and from, apart */
	guint n_spans;
	const Holiday *holidays; /* sorted by day, one a day */
	guint n_holidays;
	const char *const *ics; /* paths of .ics files with more holidays */
	ConfPlace place;
} CalendarConf;

typedef struct {
	const char *name;
	const char *address;        /* one valid address, as written */
	const char *const *members; /* folded addresses and "*@domain" */
	const char *lead;           /* as written; "" when not set */
	const char *calendar;       /* a known calendar or "always" */
	bool sensitive;
	ConfPlace place;
} Team;

typedef struct {
	const char *topic; /* a known topic, or "default" */
	const char *team;  /* a known team, or "none": screened, no case */
	ConfPlace place;
} Route;

typedef enum {
	ESCALATE_TEAM,
	ESCALATE_LEAD,
	ESCALATE_ASSISTANT,
	ESCALATE_EXECUTIVE,
} EscalateTo;

typedef struct {
	gint64 after_s; /* after the breach, wall time, >= 0 */
	EscalateTo to;
} Escalation;

/* Targets are seconds of open time; 0 = none promised. Empty lists and masks
 * fit everything. */
typedef struct {
	const char *name;
	const char *const *topics;
	const char *const *teams;
	guint urgencies;      /* bit 1 << Urgency; 0 = any */
	const char *calendar; /* "" = that of the team */
	gint64 first_reply_s;
	gint64 next_reply_s;
	gint64 resolve_s;
	const guint8 *warn_pct; /* ascending, 1..99 */
	guint n_warn;
	const Escalation *escalate; /* ascending */
	guint n_escalate;
	ConfPlace place;
} Policy;

typedef enum {
	WEBHOOK_JSON,
	WEBHOOK_SLACK, /* an incoming webhook of Slack */
	WEBHOOK_TEAMS, /* a workflow of Microsoft Teams */
} WebhookFormat;

typedef struct {
	const char *name;
	const char *url;           /* https; http on this machine alone */
	const char *secret_file;   /* absolute; "": not signed */
	const char *const *events; /* of the timeline; not empty */
	const char *const *teams;  /* empty: all that aren't sensitive */
	WebhookFormat format;
	const char *ca_file; /* absolute; "": those of the system */
	ConfPlace place;
} Webhook;

/* One topic over all packs; a second section of the same name is a mistake. */
typedef struct {
	const char *name;
	const char *title;
	bool has_floor;
	Urgency floor;
	int urgency_most; /* what its rules add to urgency together at most;
			   * 0: no bound */
	int precedence;   /* higher wins once it qualifies */
	int threshold;    /* points from which it applies, >= 1; default 40 */
	bool sensitive;
	bool disguises; /* its words are also sought where they are disguised */
	/* PCRE2: what is meant otherwise, whichever of its rules that add
	 * points hits there. NULL: none. */
	const char *const *unless;
	/* Texts that all packs together must find to be of it, and must not.
	 * NULL: none. */
	const char *const *hits;
	const char *const *misses;
	ConfPlace place;
} Topic;

typedef enum {
	SECTION_SUBJECT,
	SECTION_TEXT, /* what the sender wrote now */
	SECTION_QUOTED,
	SECTION_SIGNATURE, /* and disclaimers */
	SECTION_FROM,
	SECTION_TO,
	SECTION_ATTACHMENT, /* names */
	SECTION_SENDER,     /* what is known of the sender, a fact a text */
	SECTION_DEADLINE,   /* what the text asks for until when */
	SECTION_HEADER,     /* header:NAME; the last */
} Section;
#define SECTION_KINDS 10

/* "subject", "text", ... "header". Static. */
const char *section_name(Section section);

/* What a rule is to the sentence that it hits in: nothing, since it counts for
 * the message; a sign, that makes the sentence looked at; or sought only in
 * such sentences of its topic. */
typedef enum { SENTENCE_NO, SENTENCE_SIGN, SENTENCE_BESIDE } SentencePart;

typedef struct {
	const char *name; /* unique over all packs */
	const char *topic;
	int points;
	int urgency;
	guint at_least; /* hits it takes, apart from each other; 0 as 1 */
	SentencePart sentence;
	guint sections;             /* bit 1 << Section */
	const char *const *headers; /* names for SECTION_HEADER, as written */
	const char *match;          /* PCRE2; caseless, UTF */
	const char *const *unless;
	const char *why;
	const char *const *hits;
	const char *const *misses;
	ConfPlace place;
} Rule;

typedef struct Conf {
	const char *path;
	const char *company;

	const char *milter_socket; /* "unix:/path" or "inet:port@host" */
	guint milter_socket_mode;
	OnError on_error;
	const char *authserv_id; /* "" = none is believed */
	const char *const *submission_daemons;
	const char *const *trusted_networks; /* valid CIDR, v4 and v6 */

	const char *control_socket;
	const char *const *assistants; /* user names and "@group" */
	const char *const *readers;

	const char *store_path;
	guint64 store_bytes;
	KeepText keep_text;
	gint64 retention_s;

	const char *model_path; /* "" when not set: in the store's folder */

	GPtrArray *desks, *calendars, *teams, *routes, *policies;
	GPtrArray *topics, *rules; /* of all packs */
	GPtrArray *webhooks;

	const char *notify_from; /* "" when not set */
	const char *notify_relay;
	const char *notify_base_url; /* without a slash at its end */
	int digest_min;              /* minute of the day; -1 = none */

	const char *web_listen; /* "host:port" or "unix:/path" */
	const char *web_users;
	const char *web_system_user;         /* of the web process */
	const char *const *web_proxies;      /* valid CIDR */
	const char *web_user_header;         /* "" = no single sign-on */
	const char *const *web_metrics_from; /* valid CIDR */
	gint64 web_idle_s, web_session_s;    /* of a login */

	gint refs;               /* private */
	struct ConfIndex *index; /* private: its memory, names hashed; NULL in
				  * a Conf made by hand: looked up one by one */
} Conf;

/* Where a configuration doesn't say. */
#define CONF_CONTROL_SOCKET "/run/anteroom/control.sock"

/*
 * Reads PATH and every pack its rules.packs names, and checks the whole.
 * PROBLEMS (of ConfProblem) takes every mistake found, errors and warnings, all
 * at once. NULL when one of them is an error. Patterns of rules are not
 * compiled here (score.h does). Relative paths in the file are taken from the
 * folder of the file. Transfer full. Any thread; silent.
 */
Conf *conf_load(const char *path, GPtrArray *problems);

/*
 * For `check` alone: the same, but whatever could be read is there, mistakes or
 * not, with those rules that are whole, so that they can be tried. Never NULL;
 * not to be run on. Transfer full.
 */
Conf *conf_load_flawed(const char *path, GPtrArray *problems);

/* Takes out the rules of which PROBLEMS has an error. While nobody else has
 * CONF. */
void conf_drop_rules(Conf *conf, const GPtrArray *problems);

Conf *conf_ref(Conf *conf);
void conf_unref(Conf *conf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Conf, conf_unref)

/* Loads packs alone, for `backtest` and tests: the files that PATTERNS (globs)
 * name, into a Conf that has topics and rules and else BASE's settings, of
 * which it holds a reference. NULL and PROBLEMS as above. */
Conf *conf_with_packs(
    Conf *base, const char *const *patterns, GPtrArray *problems);

/* By exact name; NULL when there is none. */
const Team *conf_team(const Conf *conf, const char *name);
const Topic *conf_topic(const Conf *conf, const char *name);
const Desk *conf_desk(const Conf *conf, const char *name);
const CalendarConf *conf_calendar(const Conf *conf, const char *name);
const Policy *conf_policy(const Conf *conf, const char *name);

/* The desk that ADDRESS (any spelling) belongs to, also with a "+extension";
 * NULL when it isn't watched. Hashed: called for every recipient of the mail
 * server. */
const Desk *conf_desk_of(const Conf *conf, const char *address);

/* The first team that ADDRESS is a member of; NULL when none. */
const Team *conf_team_of_member(const Conf *conf, const char *address);

/* Is ADDRESS, folded, the team's own or a member's? */
bool team_has(const Team *team, const char *address);

/* The zone in which a reader takes "tomorrow at five": that of the calendar of
 * the team that gets what no other route takes, else of the first calendar.
 * IANA name; NULL: UTC. */
const char *conf_zone(const Conf *conf);

/* Is IP (text, v4 or v6, also "IPv6:...") in trusted-networks? */
bool conf_trusts_ip(const Conf *conf, const char *ip);

/* Is IP (as above) in one of NETWORKS, a list of valid CIDR? */
bool conf_networks_have(const char *const *networks, const char *ip);

#endif
