/*
 * Times of day and durations: "15:30", "5 p.m. ET", "halb sechs", "17 h 30",
 * "within 48 hours", "in the next two to three business days".
 */
#include <string.h>

#include "base/when.h"

#define ORDINARY_NUMBER 999
#define DAY_MINUTES 1440

/* ---- zones ---- */

typedef struct {
	const char *letters; /* folded */
	bool capitals;       /* must be written so: else it is a word */
} ZoneName;

/* In the order of zone_names[] of when_resolve.c. */
static const ZoneName zones[] = {{"", false}, {"utc", false}, {"gmt", false},
    {"ut", true}, {"et", true}, {"ct", true}, {"mt", true}, {"pt", true},
    {"est", true}, {"edt", true}, {"cst", true}, {"cdt", true}, {"mst", true},
    {"mdt", true}, {"pst", true}, {"pdt", true}, {"bst", true}, {"wet", true},
    {"west", true}, {"cet", false}, {"cest", false}, {"mez", false},
    {"mesz", false}, {"eet", true}, {"eest", false}, {"jst", true},
    {"aest", false}, {"aedt", false}, {"eastern", false}, {"central", true},
    {"mountain", true}, {"pacific", true}};

const char *when_zone_letters(guint number)
{
	return number < G_N_ELEMENTS(zones) ? zones[number].letters : NULL;
}

int when_zone(const WhenToken *token)
{
	/* Most words begin no zone; none does that the index doesn't know. */
	if (!token->known) {
		return 0;
	}
	for (guint i = 1; i < G_N_ELEMENTS(zones); i++) {
		if (strcmp(token->word, zones[i].letters) == 0 &&
		    (token->capital || !zones[i].capitals)) {
			return (int)i;
		}
	}
	return 0;
}

/* A zone at I, also in parentheses, with "time" after it. */
static guint take_zone(const WhenWindow *window, guint i, WhenParts *parts)
{
	guint open = when_token(window, i)->mark == '(' ? 1 : 0;
	int zone = when_zone(when_token(window, i + open));
	guint n = open + 1;

	if (zone == 0) {
		return 0;
	}
	if (strcmp(when_token(window, i + n)->word, "time") == 0) {
		n++;
	}
	if (open == 1 && when_token(window, i + n)->mark == ')') {
		n++;
	}
	parts->zone = zone;
	return n;
}

/* ---- numbers ---- */

guint when_number(WhenWindow *window, guint i, int *value)
{
	const WhenToken *token = when_token(window, i);

	if (token->digits > 0) {
		if (token->number > ORDINARY_NUMBER) {
			return 0;
		}
		*value = (int)token->number;
		return 1;
	}
	return when_take(window, i, CLASS_NUMBER, value);
}

/* Nothing that makes the number before it an amount? */
static bool is_amount_mark(const WhenToken *token)
{
	return token->mark == '%' || token->mark == '$' ||
	       token->mark == '\x7f' ||
	       (token->glued && strchr("/:*+=&_@#", token->mark) != NULL &&
		   token->mark != '\0');
}

/* May the number that ends before J be an hour all by itself? */
static bool stands_alone(WhenWindow *window, guint j)
{
	const WhenToken *next = when_token(window, j);
	int value;

	if (next->far || (next->mark != '\0' && !is_amount_mark(next))) {
		/* "5.30", "5,000": a number goes on */
		return !(next->glued && strchr(".,-", next->mark) != NULL &&
			 when_token(window, j + 1)->glued &&
			 when_token(window, j + 1)->digits > 0);
	}
	if (next->senses == NULL || next->glued) {
		return when_zone(next) != 0 && !next->glued;
	}
	return when_take(window, j, CLASS_UNIT, NULL) == 0 &&
	       when_take(window, j, CLASS_BUSINESS, NULL) == 0 &&
	       when_take(window, j, CLASS_ORDINAL, NULL) == 0 &&
	       when_take(window, j, CLASS_NUMBER, &value) == 0;
}

/* ---- time of day ---- */

/* Two digits of minutes, glued to what is before them; 0: none. */
static guint take_minutes(const WhenWindow *window, guint i, WhenParts *parts)
{
	const WhenToken *token = when_token(window, i);

	if (token->digits != 2 || token->number > 59) {
		return 0;
	}
	parts->minute = (int)token->number;
	parts->exact = true;
	return 1;
}

/* am, pm, "o'clock" after the hour. Sets what they say; how many tokens. */
static guint take_half(WhenWindow *window, guint i, WhenParts *parts)
{
	guint n = when_take(window, i, CLASS_PM, NULL);

	if (n > 0) {
		parts->half = HALF_PM;
		return n;
	}
	n = when_take(window, i, CLASS_AM, NULL);
	/* "um 5 am Freitag" */
	if (n > 0 && (when_token(window, i)->glued ||
			 when_take(window, i + 1, CLASS_WEEKDAY, NULL) == 0)) {
		parts->half = HALF_AM;
		return n;
	}
	return 0;
}

/* "15:30", "15:30:00", and with a point where it can't be else. */
static guint colon_time(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	const WhenToken *mark = when_token(window, i);
	guint n = 2, half, clock;

	if (!mark->glued || (mark->mark != ':' && mark->mark != '.') ||
	    !when_token(window, i + 1)->glued ||
	    take_minutes(window, i + 1, parts) == 0) {
		return 0;
	}
	if (mark->mark == ':' && when_token(window, i + 2)->mark == ':' &&
	    when_token(window, i + 3)->digits == 2) {
		n = 4;
	}
	half = take_half(window, i + n, parts);
	clock = half == 0 ? when_take(window, i + n, CLASS_CLOCK, NULL) : 0;
	if (mark->mark == '.' && half == 0 && clock == 0 &&
	    ((links & (LINK_AT | LINK_AT_ALONE)) == 0 ||
		!stands_alone(window, i + n))) {
		return 0;
	}
	return n + half + clock;
}

/* "17 Uhr", "17h30", "17 heures 30", "cinq heures et demie". */
static guint named_hour(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	int value = 0, plus;
	guint n = when_take(window, i, CLASS_CLOCK, &value);
	guint more;

	/* "en 48 horas", "sous 48 h" are durations. */
	if (n == 0 || (value == 1 && (links & (LINK_WITHIN | LINK_IN)) != 0) ||
	    (value == 1 && parts->day == DAY_NONE && parts->hour < 0 &&
		(links & (LINK_AT | LINK_AT_ALONE | LINK_BY | LINK_BEFORE)) ==
		    0)) {
		return 0;
	}
	more = take_minutes(window, i + n, parts);
	if (more == 0) {
		more = when_take(window, i + n, CLASS_PLUS_AFTER, &plus);
		if (more > 0) {
			parts->minute = plus;
			parts->exact = true;
		}
	}
	return n + more;
}

/* May an hour without anything stand after LINKS? */
static bool alone_allowed(guint links, const WhenParts *parts)
{
	if ((links & (LINK_IN | LINK_WITHIN | LINK_ON | LINK_FOR)) != 0) {
		return false;
	}
	return (links & (LINK_BEFORE | LINK_AT_ALONE)) != 0 ||
	       ((links & LINK_BY) != 0 && parts->day != DAY_NONE);
}

/* Does a day stand at I: "by five tomorrow", "by 5 on Friday"? */
static bool day_follows(WhenWindow *window, guint i)
{
	i += when_take(window, i, CLASS_ON, NULL);
	return when_take(window, i, CLASS_DAY, NULL) > 0 ||
	       when_take(window, i, CLASS_TONIGHT, NULL) > 0 ||
	       when_take(window, i, CLASS_WEEKDAY, NULL) > 0;
}

static guint hour_end(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	guint n = colon_time(window, i, links, parts);
	int plus;

	if (n > 0) {
		return n;
	}
	n = take_half(window, i, parts);
	if (n == 0) {
		n = named_hour(window, i, links, parts);
	}
	if (n == 0 && alone_allowed(links, parts)) {
		guint after = when_take(window, i, CLASS_PLUS_AFTER, &plus);

		if (after > 0) {
			parts->minute = plus;
			parts->exact = true;
			return after;
		}
	}
	return n;
}

/* "half past", "viertel vor" and the hour. */
static guint plus_time(WhenWindow *window, guint i, WhenParts *parts)
{
	int plus, hour;
	guint n = when_take(window, i, CLASS_PLUS, &plus);
	guint more;

	if (n == 0) {
		return 0;
	}
	more = when_number(window, i + n, &hour);
	if (more == 0 || hour < 1 || hour > 24) {
		return 0;
	}
	parts->hour = hour;
	parts->minute = plus;
	parts->exact = true;
	n += more;
	more = take_half(window, i + n, parts);
	if (more == 0) {
		more = when_take(window, i + n, CLASS_CLOCK, NULL);
	}
	return n + more;
}

guint when_clock(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	const WhenToken *token = when_token(window, i);
	WhenParts tried = *parts;
	guint n, more;
	int hour;

	if (parts->hour >= 0 || (links & (LINK_IN | LINK_AGO)) != 0) {
		return 0;
	}
	n = plus_time(window, i, &tried);
	if (n == 0) {
		n = when_number(window, i, &hour);
		if (n == 0 || hour > 24 || token->digits > 2) {
			return 0;
		}
		tried.minute = 0;
		more = hour_end(window, i + n, links, &tried);
		tried.hour = hour;
		if (token->digits == 2 && token->number < 10) {
			tried.half = HALF_WRITTEN; /* "05:30" */
		}
		if (more == 0 &&
		    !((links & LINK_BY) != 0 && day_follows(window, i + n)) &&
		    (!alone_allowed(links, parts) ||
			!stands_alone(window, i + n))) {
			return 0;
		}
		n += more;
	}
	if (tried.half != HALF_UNKNOWN && tried.half != HALF_WRITTEN &&
	    tried.hour > 12 && tried.hour != 24) {
		tried.half = HALF_WRITTEN; /* "17:30 pm" */
	}
	n += take_zone(window, i + n, &tried);
	*parts = tried;
	return n;
}

/* ---- durations ---- */

/* "hours", "business days", "jours ouvrés", and the h of "48h". */
static guint take_unit(WhenWindow *window, guint i, WhenParts *parts)
{
	guint before = when_take(window, i, CLASS_BUSINESS, NULL);
	int value;
	guint n = when_take(window, i + before, CLASS_UNIT, &value);

	if (n == 0) {
		n = when_take(window, i + before, CLASS_CLOCK, &value);
		if (n == 0 || value != 1) {
			return 0;
		}
		value = UNIT_HOUR;
	}
	n += before;
	if (value < 0) {
		value = -value;
		before = 1;
	}
	if (before == 0) {
		before = when_take(window, i + n, CLASS_BUSINESS, NULL);
		n += before;
	}
	parts->unit = (WhenUnit)value;
	parts->business = before > 0 && value == UNIT_DAY;
	return n;
}

/* "two to three", "24/48", "a day or two": the later. */
static guint take_range(WhenWindow *window, guint i, int *count)
{
	const WhenToken *mark = when_token(window, i);
	guint n = when_take(window, i, CLASS_OR, NULL);
	int second;
	guint more;

	if (n == 0 &&
	    (mark->mark == '/' || mark->mark == '-' || mark->mark == '\x7f')) {
		n = 1;
	}
	more = n > 0 ? when_number(window, i + n, &second) : 0;
	if (more == 0 || second < *count) {
		return 0;
	}
	*count = second;
	return n + more;
}

static guint counted_unit(WhenWindow *window, guint i, WhenParts *parts)
{
	guint n = when_take(window, i, CLASS_DURATION, &parts->count);
	guint more;

	if (n > 0) {
		parts->unit = UNIT_MINUTE;
		if (parts->count % DAY_MINUTES == 0) {
			parts->unit = UNIT_DAY;
			parts->count /= DAY_MINUTES;
		} else if (parts->count % 60 == 0) {
			parts->unit = UNIT_HOUR;
			parts->count /= 60;
		}
		return n;
	}
	n = when_number(window, i, &parts->count);
	if (n == 0) {
		return 0;
	}
	n += take_range(window, i + n, &parts->count);
	/* "los dos próximos días" */
	n += when_take(window, i + n, CLASS_NEXT, NULL);
	more = take_unit(window, i + n, parts);
	if (more == 0) {
		return 0;
	}
	n += more;
	if (when_take(window, i + n, CLASS_OR, NULL) > 0) {
		n += take_range(window, i + n, &parts->count); /* "or two" */
	}
	return n;
}

/* "within the hour", "in the week". */
static guint one_unit(WhenWindow *window, guint i, WhenParts *parts)
{
	parts->count = 1;
	return take_unit(window, i, parts);
}

/* "48 hours to", "24 Stunden Zeit": what goes on is asked for. */
static bool is_time_for(const WhenToken *after)
{
	static const char *const words[] = {"to", "left", "until", "before",
	    "um", "zeit", "bis", "pour", "para", "remaining"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(after->word, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* What follows a duration and says which way it runs. */
static guint direction(
    WhenWindow *window, guint i, guint links, WhenParts *parts, bool *known)
{
	guint n = when_take(window, i, CLASS_AGO, NULL);
	int where = 0;

	if (n > 0) {
		if (when_take(window, i, CLASS_AGO, &where) > 0 && where == 0) {
			parts->ago = true;
			*known = true;
			return n;
		}
	}
	n = when_take(window, i, CLASS_HENCE, NULL);
	if (n > 0) {
		*known = true;
		return n;
	}
	if ((links & LINK_AGO) != 0 || (links & LINK_VOR) != 0) {
		parts->ago = true;
		*known = true;
	} else if ((links & (LINK_WITHIN | LINK_IN)) != 0) {
		*known = true;
	} else if ((links & LINK_HAVE) != 0) {
		*known = is_time_for(when_token(window, i));
	}
	return 0;
}

guint when_duration(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	WhenParts tried = *parts;
	guint next, n;
	bool known = false;

	if (parts->day != DAY_NONE || parts->hour >= 0 ||
	    parts->part != PART_NONE) {
		return 0;
	}
	next = when_take(window, i, CLASS_NEXT, NULL);
	n = counted_unit(window, i + next, &tried);
	if (n == 0 && (links & LINK_WITHIN) != 0 &&
	    (links & LINK_ARTICLE) != 0) {
		n = one_unit(window, i + next, &tried);
	}
	if (n == 0 || tried.count == 0) {
		return 0;
	}
	n += next;
	n += direction(window, i + n, links, &tried, &known);
	if (!known) {
		return 0;
	}
	tried.day = DAY_DURATION;
	if (!tried.ago &&
	    (next > 0 || (links & (LINK_WITHIN | LINK_HAVE | LINK_BY)) != 0)) {
		tried.before = true;
	}
	*parts = tried;
	return n;
}
