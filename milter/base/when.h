/*
 * Inside when: the words of four languages, tokens, and what a phrase says
 * before it is put on the calendar.
 *
 *   when.c           the search: where a moment may be named, and what is found
 *   when_words.c     tokens and the words that mean something
 *   when_en.c ...    those words, a language a file
 *   when_parse.c     which words make a moment
 *   when_clock.c     those that make a time of day or a duration
 *   when_resolve.c   a moment on the calendar of a zone
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <glib.h>
#include <stdbool.h>

#include "anteroom/when.h"

typedef enum { LANG_EN, LANG_DE, LANG_FR, LANG_ES, LANGS } WhenLang;

/* What a word can be. "first": words that a moment can't do without, at which
 * the search stops. */
typedef enum {
	CLASS_BY,      /* "by", "bis": what follows is still in time; 1: only
			* a day; 2: also a duration */
	CLASS_BEFORE,  /* "before": what follows is too late; 1: "vor", with a
			* duration "ago" */
	CLASS_WITHIN,  /* a duration, as a deadline; 1: if "to" follows */
	CLASS_IN,      /* a duration, or a month */
	CLASS_ON,      /* a day */
	CLASS_AT,      /* a time; 1: also a number alone */
	CLASS_OF,      /* joins: "of", "de" */
	CLASS_ARTICLE, /* the */
	CLASS_AFTER,   /* what follows is no deadline; 1: and was */
	CLASS_BETWEEN, /* two times: the second counts */
	CLASS_AGO,     /* stands after a duration; 1: before it */
	CLASS_LATEST,  /* stands after: "at the latest" */
	CLASS_HENCE,   /* "from now", stands after */
	CLASS_EVERY,   /* every Monday names none */
	CLASS_THIS,
	CLASS_NEXT,
	CLASS_LAST,
	CLASS_OR,       /* between two numbers: the later counts */
	CLASS_NUMBER,   /* a word for a number; "first" */
	CLASS_ORDINAL,  /* stands right after digits: "rd" */
	CLASS_FILLER,   /* may follow an hour without making it a count */
	CLASS_BUSINESS, /* of days: without weekends */
	CLASS_CLOCK,    /* "o'clock"; 1: "h", also a unit */
	CLASS_AM,
	CLASS_PM,
	CLASS_PLUS,              /* minutes, before the hour's number */
	CLASS_PLUS_AFTER,        /* after it */
	CLASS_ZONE,              /* 1: a word of its own; see zones[] */
	CLASS_FIRST,             /* ---- from here on: "first" ---- */
	CLASS_DAY = CLASS_FIRST, /* days from today */
	CLASS_TONIGHT,           /* today's Part */
	CLASS_WEEKDAY,           /* 0 Monday; a Part shifted by 3 */
	CLASS_WEEKDAY_SHORT,
	CLASS_MONTH,
	CLASS_MONTH_NAME, /* also something else: a verb, a name */
	CLASS_UNIT,
	CLASS_DURATION, /* minutes */
	CLASS_SPAN,     /* this Unit, as a deadline */
	CLASS_PART,
	CLASS_END,   /* "end of" */
	CLASS_CLOSE, /* of business */
	CLASS_WEEKEND,
} WhenClass;

typedef enum {
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR,
} WhenUnit;

typedef enum {
	PART_NONE,
	PART_MORNING,
	PART_NOON,
	PART_AFTERNOON,
	PART_EVENING,
	PART_MIDNIGHT,
	PART_CLOSE,
} WhenPart;

typedef struct {
	const char *words; /* folded: small letters without accents; several
			    * words with a space between */
	guint8 class;
	gint16 value;
} WhenWord;

/* Each ends with an entry without words. */
extern const WhenWord when_english[];
extern const WhenWord when_german[];
extern const WhenWord when_french[];
extern const WhenWord when_spanish[];

typedef struct WhenSenses WhenSenses; /* what one word can begin */

#define TOKEN_WORD_BYTES 24 /* the longest word known is shorter */

typedef struct {
	gsize from, to;
	const WhenSenses *senses;    /* NULL: none */
	char word[TOKEN_WORD_BYTES]; /* "": a number or a mark, or too long */
	guint number;
	guint8 digits; /* > 0: a number */
	char mark;     /* a character that is neither; 0: none */
	bool capital;
	bool glued; /* no space before it */
	bool known; /* phrases have that word */
	bool far;   /* an empty line before it */
} WhenToken;

#define WHEN_TOKENS 40
#define WHEN_TOKENS_AFTER 20 /* the stop */
#define WHEN_SENSES 32       /* that phrases give their first word */

/* Reads tokens of TEXT from AT on, past STOP as far as a phrase may go, into
 * TOKENS of WHEN_TOKENS; how many. */
guint when_tokens(
    const char *text, gsize bytes, gsize at, gsize stop, WhenToken *tokens);

/* No phrase goes across TOKEN? */
bool when_breaks(const WhenToken *token);

/* The next place at or after *AT where a word of a moment stands: *AT is its
 * first byte, *END where to go on. False: none up to BYTES. */
bool when_next(const char *text, gsize bytes, gsize *at, gsize *end);

/* Which language is TEXT? By its commonest words; English when it can't be
 * told. */
WhenLang when_language(const char *text, gsize bytes);

/* A window of tokens while it is parsed. */
typedef struct {
	const WhenToken *tokens;
	guint n;
	guint langs; /* bit 1 << WhenLang: of the words taken */
	const char *text;
	gsize bytes;
	int *language; /* of the whole text; -1: not asked for yet */
} WhenWindow;

/* The Ith; beyond the window a mark that nothing fits. */
const WhenToken *when_token(const WhenWindow *window, guint i);

/* Is there a CLASS at I? How many tokens it takes, the most it can; 0: no.
 * VALUE may be NULL. */
guint when_take(WhenWindow *window, guint i, WhenClass class, int *value);

/* Small words before a part of a moment. */
typedef enum {
	LINK_BY = 1 << 0,
	LINK_BEFORE = 1 << 1,
	LINK_VOR = 1 << 2,
	LINK_WITHIN = 1 << 3,
	LINK_IN = 1 << 4,
	LINK_ON = 1 << 5,
	LINK_AT = 1 << 6,
	LINK_AT_ALONE = 1 << 7,
	LINK_OF = 1 << 8,
	LINK_ARTICLE = 1 << 9,
	LINK_AFTER = 1 << 10,
	LINK_AGO = 1 << 11,
	LINK_COMMA = 1 << 12,
	LINK_HAVE = 1 << 14, /* "you have 48 hours to" */
	LINK_SINCE = 1 << 15,
	LINK_FOR = 1 << 13, /* "pour": a deadline, if a day follows */
} WhenLink;

typedef enum {
	DAY_NONE,
	DAY_RELATIVE, /* value: days from today */
	DAY_WEEKDAY,  /* value: 0 Monday; which: -1 last, 0, 1 next, 2 of next
		       * week */
	DAY_DATE,     /* year (0: not said), month, value */
	DAY_OF_MONTH, /* value */
	DAY_SPAN,     /* unit; which: -1, 0, 1 */
	DAY_MONTH,    /* year, month */
	DAY_WEEKEND,  /* which */
	DAY_DURATION, /* count of unit from now */
} WhenDay;

typedef enum { HALF_UNKNOWN, HALF_AM, HALF_PM, HALF_WRITTEN } WhenHalf;

/* What a phrase says. */
typedef struct {
	WhenDay day;
	int value, which, year, month;
	WhenUnit unit;
	int count;
	bool business; /* days without weekends */
	bool ago;
	bool end;         /* the end of it: a moment, not a span */
	bool weak;        /* "noon" without a small word: needs a day */
	int hour, minute; /* -1: none */
	bool exact;       /* minutes were said */
	WhenHalf half;
	WhenPart part;
	int zone; /* 0: none said */
	bool before, after, exclusive, ambiguous, month_first;
} WhenParts;

/* Does a moment begin at token S? How many tokens it takes; 0: no. */
guint when_parse(WhenWindow *window, guint s, WhenParts *parts);

/* A time of day at I, after LINKS; a duration. How many tokens; 0: none. */
guint when_clock(WhenWindow *window, guint i, guint links, WhenParts *parts);
guint when_duration(WhenWindow *window, guint i, guint links, WhenParts *parts);
/* Does TOKEN begin one of CLASSES, bits 1 << WhenClass? */
bool when_begins(const WhenToken *token, guint64 classes);
#define WHEN_CLASS(class) (G_GUINT64_CONSTANT(1) << (class))

/* A number in digits or in words. */
guint when_number(WhenWindow *window, guint i, int *value);

/* Puts PARTS on the calendar: begin_s, at_s, past, precision of WHEN. False:
 * there is no such day. */
bool when_resolve(
    const WhenParts *parts, gint64 reference_s, GTimeZone *zone, When *when);

/* The letters of zone NUMBER, from 1 on; NULL: there is none. */
const char *when_zone_letters(guint number);

/* The number of the zone whose letters are WORD, written as TOKEN; 0: none. */
int when_zone(const WhenToken *token);

#endif
