/*
 * What the files of conf/ share: the loader that carries a load from its first
 * byte to its last check, the tables that say which settings there are, and
 * the words that a file gave for them. Foreign types stay in parse.c.
 *
 * The way of a file: scan.c (names, shapes and lines; all mistakes) cuts it
 * into blocks, parse.c (libconfuse) reads the values of one block, and the
 * table's decoders (value.c, calendar.c) put them into the structs of
 * anteroom/conf.h. check.c looks at the whole.
 */
#ifndef CONF_INTERNAL_H
#define CONF_INTERNAL_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

#include "anteroom/conf.h"
#include "anteroom/limits.h"

#define MAX_SETTINGS 16 /* of one kind of block */
#define MAX_KINDS 16    /* of one kind of file */

/* The memory of one Conf, and its names. Freed as one. */
typedef struct ConfIndex {
	GStringChunk *strings;
	GPtrArray *memory; /* of g_malloc */
	Conf *base;        /* whose settings these are; NULL: its own */
	GHashTable *desks, *calendars, *teams, *policies; /* by name */
	GHashTable *routes, *topics, *rules;              /* by name */
	GHashTable *webhooks;                             /* by name */
	GHashTable *desk_of;   /* folded address -> Desk */
	GHashTable *member_of; /* folded address or "*@domain" -> the
				* team's number in the file, from 1 */
	GPtrArray *networks;   /* of GInetAddressMask */
} ConfIndex;

/* Zeroed memory, a copy of a string, that live as long as CONF. */
void *conf_alloc(Conf *conf, gsize bytes);
const char *conf_keep(Conf *conf, const char *text);
/* A NULL-terminated list of N pointers, not copied. */
const char *const *conf_keep_list(
    Conf *conf, const char *const *words, gsize n);
/* An empty Conf with its index and every default; packs' only, and settings
 * shared, when BASE is given (its reference is taken here). */
Conf *conf_new(const char *path, Conf *base);

typedef struct {
	const char *text;
	guint line;
} Word;

/* What a file says for one setting: one word, or a list. */
typedef struct {
	guint line; /* of the setting; 0: it isn't there */
	guint n;
	const Word *words;
} Words;

/* ---- one load ---- */
typedef enum {
	REF_TEAM,         /* of a policy */
	REF_ROUTE_TEAM,   /* or "none" */
	REF_CALENDAR,     /* or "always" */
	REF_ROUTE_TOPIC,  /* may be missing: packs come and go */
	REF_POLICY_TOPIC, /* of a pack, or routed */
	REF_RULE_TOPIC,   /* of a pack */
} RefKind;

/* A name that has to exist once everything is read. */
typedef struct {
	RefKind kind;
	const char *name;
	ConfPlace place;
} Ref;

/* Words that patterns share, under a name. */
typedef struct {
	const char *name;
	const char *const *match;
	ConfPlace place;
} WordsList;

/* A pattern that has lists in it. */
typedef struct {
	const char **text;
	ConfPlace place;
} WordsUse;

typedef struct {
	Conf *conf;
	GPtrArray *problems; /* of the caller */
	const char *dir;     /* of the configuration file; "" = here */
	guint said;          /* mistakes so far */
	bool fatal;          /* one of them is an error */
	bool broken;         /* a file wasn't read to its end: what others
			      * refer to may be in the rest */
	GArray *refs;        /* of Ref */
	const char *const *patterns; /* of packs; NULL: not said */
	const Words *pattern_words;  /* where the file has them; NULL */
	GHashTable *files_read;      /* canonical paths */
	GPtrArray *words_lists;      /* of WordsList */
	GHashTable *words_names;     /* name -> WordsList */
	GArray *words_uses;          /* of WordsUse */
	gsize expanded;              /* bytes of all patterns with words */
} Loader;

void load_error(Loader *load, ConfPlace place, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void load_warning(Loader *load, ConfPlace place, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Enough mistakes for one run: stop reading. */
bool load_is_full(const Loader *load);
void load_ref(Loader *load, RefKind kind, const char *name, ConfPlace place);
/* "; did you mean "X"?" or "". Transfer full. */
char *load_nearest(const char *word, const char *const *words, gsize n);
/* PATH from the folder of the configuration file. Transfer full. */
char *load_path(const Loader *load, const char *path);
/* The same without regard to a later chdir(2): for what is opened later. */
const char *load_absolute(Loader *load, const char *path);

/* ---- what a file may say ---- */
typedef struct Setting Setting;
typedef struct Kind Kind;

typedef struct {
	const Kind *kind;
	ConfPlace place;
	const char *title; /* "" when it has none */
	Words values[MAX_SETTINGS];
} Block;

/* Puts WORDS into TARGET (at the setting's offset), or says what is wrong. */
typedef void (*Decode)(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target);

struct Setting {
	const char *name;
	bool list;
	Decode decode;
	gsize offset;
	const void *arg; /* what DECODE needs besides */
	bool pattern;    /* wants its backslashes */
};

struct Kind {
	const char *name;
	bool titled; /* desk "ceo" { ... }: any number; else once */
	const Setting *settings;
	guint n_settings;
	gsize place_at; /* of the ConfPlace in its struct, if titled */
	void (*take)(Loader *load, const Block *block);
};

typedef struct {
	const Kind *root; /* settings outside of any block */
	const Kind *const *kinds;
	guint n_kinds;
} Grammar;

extern const Grammar server_grammar; /* anteroom.conf */
extern const Grammar packs_grammar;  /* *.rules */

/* Runs the decoders of BLOCK's settings over TARGET. */
void block_decode(Loader *load, const Block *block, void *target);
/* Where NAME stands in BLOCK, the block itself when it isn't there. */
ConfPlace block_place(const Block *block, const char *name);
/* Is the title a name that may stand in a header ("plain"), or at least one
 * line? Says so if not. */
bool block_title_ok(Loader *load, const Block *block, bool plain);
/* Enters ITEM under the block's title; a second one is a mistake (false). */
bool block_enter(Loader *load, const Block *block, GHashTable *names,
    GPtrArray *items, void *item);

/* Reads the file PATH by GRAMMAR, each block to its kind. ASKED is where it is
 * named, for when it can't be read. */
void scan_file(
    Loader *load, const char *path, ConfPlace asked, const Grammar *grammar);
/* Fills BLOCK's values from TEXT, one block as libconfuse reads it, whose first
 * line is line 1. False: not readable. */
bool parse_block(Conf *conf, const char *text, Block *block);

void packs_read(Loader *load);
/* Notes the pattern *TEXT, should it have lists of words in it. */
void words_note(Loader *load, const char **text, ConfPlace place);
/* Puts the lists into all patterns noted; "" where one is missing. */
void words_expand(Loader *load);
void check_whole(Loader *load);

/* The kinds of anteroom.conf that are structs of their own. */
extern const Kind desk_kind, calendar_kind, team_kind, route_kind, policy_kind,
    webhook_kind;

/* ---- decoders ---- */
typedef struct {
	const char *const *words;
	guint n;
} Choices;

typedef struct {
	int min, max;
} Range;

#define DECODER(name)                                                     \
	void name(Loader *load, const Setting *setting, const char *file, \
	    const Words *words, void *target)
DECODER(as_text);     /* any one line */
DECODER(as_required); /* not empty; Range: bytes */
DECODER(as_bool);
DECODER(as_choice); /* int, the place in Choices */
DECODER(as_int);    /* int in Range */
DECODER(as_duration);
DECODER(as_size);
DECODER(as_mode);
DECODER(as_path);
DECODER(as_clock);       /* int, minute of the day; "none": -1 */
DECODER(as_address);     /* as written */
DECODER(as_folded);      /* folded; may be "" */
DECODER(as_folded_list); /* folded */
DECODER(as_members);     /* folded, or "*@domain" */
DECODER(as_mailbox);     /* Name <address> */
DECODER(as_strings);     /* a list of lines */
DECODER(as_networks);    /* arg: none of the trusted ones */
DECODER(as_socket);      /* of a milter */
DECODER(as_unix_socket); /* absolute path; "unix:" may stand before */
DECODER(as_listen);      /* host:port, unix:/path */
DECODER(as_url);         /* Choices: schemes */
DECODER(as_ref);         /* arg: RefKind */
DECODER(as_refs);
#undef DECODER

/* The place of the word I of WORDS. */
ConfPlace word_place(const char *file, const Words *words, guint i);
/* Minutes of "9:30", "09:30", "24:00", "9"; *at moves behind it. */
bool clock_parse(const char **at, int *minute);

#endif
