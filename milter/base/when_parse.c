/*
 * Which words make a moment: days, dates and spans here, times of day and
 * durations in when_clock.c. A phrase is parts in any order with small words
 * between them: "by noon on Friday, 27 November".
 */
#include <string.h>

#include "base/when.h"

#define PARTS_MAX 6
#define LINKS_MAX 5

/* The language that most of the text is in, asked for once. */
static WhenLang text_language(const WhenWindow *window)
{
	if (*window->language < 0) {
		*window->language =
		    (int)when_language(window->text, window->bytes);
	}
	return (WhenLang)*window->language;
}

/* Is the text anything but English, as far as the words before tell? */
static bool is_foreign(const WhenWindow *window)
{
	return (window->langs & ~(1u << LANG_EN)) != 0 ||
	       text_language(window) != LANG_EN;
}

/* The language of this phrase: by its own words, else by the whole text. */
static WhenLang language_of(const WhenWindow *window)
{
	static const WhenLang one[] = {LANG_DE, LANG_FR, LANG_ES, LANG_EN};

	for (guint i = 0; i < G_N_ELEMENTS(one); i++) {
		if (window->langs == 1u << one[i]) {
			return one[i];
		}
	}
	return text_language(window);
}

/* ---- months and dates ---- */

/* A month's name that can't be meant otherwise. */
static guint take_month(WhenWindow *window, guint i, int *month)
{
	const WhenToken *token = when_token(window, i);
	guint langs = window->langs;
	guint n = when_take(window, i, CLASS_MONTH, month);

	if (n == 0) {
		n = when_take(window, i, CLASS_MONTH_NAME, month);
		if (n > 0) {
			WhenWindow before = *window;

			before.langs = langs;
			/* "may", "march" are verbs, "mars" a planet. */
			if ((!token->capital ||
				strcmp(token->word, "mars") == 0) &&
			    !is_foreign(&before)) {
				window->langs = langs;
				return 0;
			}
		}
	}
	if (n > 0 && when_token(window, i + n)->mark == '.' &&
	    when_token(window, i + n)->glued && token->to - token->from <= 5) {
		n++; /* "Nov." */
	}
	return n;
}

/* A year of four digits, maybe after a comma or "de"; 0: none. */
static guint take_year(WhenWindow *window, guint i, int *year)
{
	const WhenToken *token;
	guint n = when_take(window, i, CLASS_OF, NULL);

	if (n == 0 && when_token(window, i)->mark == ',') {
		n = 1;
	}
	token = when_token(window, i + n);
	if (token->digits != 4 || token->number < 1900 ||
	    token->number > 2999 ||
	    (when_token(window, i + n + 1)->mark == ':' &&
		when_token(window, i + n + 1)->glued)) {
		return 0;
	}
	*year = (int)token->number;
	return n + 1;
}

static bool set_date(WhenParts *parts, int year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > 31) {
		return false;
	}
	parts->day = DAY_DATE;
	parts->year = year;
	parts->month = month;
	parts->value = day;
	return true;
}

/* A day's number with what may hang on it: "3", "3rd", "3.". */
static guint take_day(WhenWindow *window, guint i, int *day)
{
	guint n = when_number(window, i, day);
	const WhenToken *after = when_token(window, i + n);

	if (n == 0 || *day < 1 || *day > 31 ||
	    when_token(window, i)->digits > 2) {
		return 0;
	}
	if (when_take(window, i + n, CLASS_ORDINAL, NULL) > 0 ||
	    (after->mark == '.' && after->glued)) {
		n++;
	}
	return n;
}

/* "3 March 2027", "3rd of March", "3. Dezember", "3 de marzo de 2027". */
static guint day_month(WhenWindow *window, guint i, WhenParts *parts)
{
	int day, month, year = 0;
	guint n = take_day(window, i, &day);
	guint more;

	if (n == 0) {
		return 0;
	}
	n += when_take(window, i + n, CLASS_OF, NULL);
	more = take_month(window, i + n, &month);
	if (more == 0) {
		return 0;
	}
	n += more;
	n += take_year(window, i + n, &year);
	return set_date(parts, year, month, day) ? n : 0;
}

/* "March 3, 2027", "Dec. 3rd". */
static guint month_day(WhenWindow *window, guint i, WhenParts *parts)
{
	int day, month, year = 0;
	guint n = take_month(window, i, &month);
	guint more;

	if (n == 0) {
		return 0;
	}
	n += when_take(window, i + n, CLASS_ARTICLE, NULL);
	if (when_token(window, i + n)->digits == 0 ||
	    when_token(window, i + n)->far) {
		return 0;
	}
	more = take_day(window, i + n, &day);
	if (more == 0 || when_token(window, i + n + more)->mark == ':' ||
	    when_take(window, i + n + more, CLASS_PM, NULL) > 0) {
		return 0;
	}
	if (when_token(window, i + n + more - 1)->mark == '.') {
		more--; /* ends the sentence */
	}
	n += more;
	n += take_year(window, i + n, &year);
	return set_date(parts, year, month, day) ? n : 0;
}

static guint named_date(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	guint n;

	if ((links & LINK_IN) != 0) {
		return 0; /* "in May 20 people ..." */
	}
	n = day_month(window, i, parts);
	return n > 0 ? n : month_day(window, i, parts);
}

/* ---- dates in numbers ---- */

typedef struct {
	const WhenToken *a, *b, *c; /* c: NULL without a third number */
	char mark;
	guint n;
} Numbers;

/* "a MARK b [MARK c]", nothing between them. */
static bool read_numbers(const WhenWindow *window, guint i, Numbers *out)
{
	const WhenToken *first = when_token(window, i + 1);

	out->a = when_token(window, i);
	out->b = when_token(window, i + 2);
	out->c = NULL;
	out->mark = first->mark;
	out->n = 3;
	if (out->a->digits == 0 || !first->glued || first->mark == '\0' ||
	    strchr("-./", first->mark) == NULL || out->b->digits == 0 ||
	    out->b->digits > 2 || !out->b->glued) {
		return false;
	}
	if (when_token(window, i + 3)->glued &&
	    when_token(window, i + 3)->mark == out->mark &&
	    when_token(window, i + 4)->glued &&
	    when_token(window, i + 4)->digits > 0) {
		out->c = when_token(window, i + 4);
		out->n = 5;
	}
	/* "10.0.0.1", "1/2/3/4", "3/4cm" */
	first = when_token(window, i + out->n);
	if (!first->glued) {
		return true;
	}
	return (first->word[0] == '\0' || strcmp(first->word, "t") == 0) &&
	       !(first->mark != '\0' && strchr("-/%$", first->mark) != NULL) &&
	       !(first->mark == out->mark &&
		   when_token(window, i + out->n + 1)->glued &&
		   when_token(window, i + out->n + 1)->digits > 0);
}

/* A year of two or four digits; 0: it is none. */
static int year_of(const WhenToken *token)
{
	if (token->digits == 4) {
		return (int)token->number;
	}
	if (token->digits != 2) {
		return 0;
	}
	return (int)token->number + (token->number < 80 ? 2000 : 1900);
}

/* Day and month in the order that the language has, or that alone is
 * possible. */
static bool order_date(
    const WhenWindow *window, const Numbers *numbers, WhenParts *parts)
{
	int a = (int)numbers->a->number, b = (int)numbers->b->number;
	int year = numbers->c != NULL ? year_of(numbers->c) : 0;
	bool month_first =
	    numbers->mark == '/' && language_of(window) == LANG_EN;

	if (numbers->mark != '.' && b > 12) {
		month_first = true;
	} else if (a > 12) {
		month_first = false;
	}
	parts->ambiguous = numbers->mark == '/' && a <= 12 && b <= 12 && a != b;
	parts->month_first = month_first;
	return month_first ? set_date(parts, year, a, b)
			   : set_date(parts, year, b, a);
}

/* "3.12.": a date, or a number of something? */
static guint pointed_date(
    WhenWindow *window, guint i, guint links, Numbers *numbers)
{
	const WhenToken *after = when_token(window, i + numbers->n);

	if (numbers->c != NULL) {
		return year_of(numbers->c) != 0 ? numbers->n : 0;
	}
	if ((links & (LINK_AT | LINK_AT_ALONE)) != 0 ||
	    language_of(window) != LANG_DE ||
	    when_take(window, i + numbers->n, CLASS_CLOCK, NULL) > 0) {
		return 0;
	}
	if (after->mark == '.' && after->glued) {
		return numbers->n + 1;
	}
	return (links & (LINK_ON | LINK_BY | LINK_BEFORE)) != 0 &&
		       when_take(window, i + numbers->n, CLASS_UNIT, NULL) == 0
		   ? numbers->n
		   : 0;
}

/* "3/4", "3-4-2027": with a year, or after a word that dates follow. */
static guint slashed_date(
    WhenWindow *window, guint i, guint links, Numbers *numbers)
{
	const guint lead = LINK_ON | LINK_BY | LINK_BEFORE | LINK_AFTER |
			   LINK_FOR | LINK_COMMA;

	if (numbers->c != NULL) {
		return year_of(numbers->c) != 0 ? numbers->n : 0;
	}
	if (numbers->mark != '/' || (links & lead) == 0 ||
	    (numbers->a->number == 24 && numbers->b->number == 7) ||
	    when_take(window, i + numbers->n, CLASS_UNIT, NULL) > 0 ||
	    when_take(window, i + numbers->n, CLASS_CLOCK, NULL) > 0 ||
	    when_take(window, i + numbers->n, CLASS_OF, NULL) > 0) {
		return 0;
	}
	return numbers->n;
}

static guint number_date(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	Numbers numbers;
	guint n;

	if (!read_numbers(window, i, &numbers)) {
		return 0;
	}
	if (numbers.a->digits == 4) {
		if (numbers.c == NULL || numbers.c->digits > 2 ||
		    !set_date(parts, (int)numbers.a->number,
			(int)numbers.b->number, (int)numbers.c->number)) {
			return 0;
		}
		/* "2027-03-04T15:30" */
		n = strcmp(when_token(window, i + 5)->word, "t") == 0 ? 6 : 5;
		return numbers.a->number >= 1900 ? n : 0;
	}
	if (numbers.a->digits > 2) {
		return 0;
	}
	n = numbers.mark == '.' ? pointed_date(window, i, links, &numbers)
				: slashed_date(window, i, links, &numbers);
	return n > 0 && order_date(window, &numbers, parts) ? n : 0;
}

/* ---- weekdays, today, spans ---- */

/* "this", "next", "last" at I, with an article: WHICH is 0, 1, -1. */
static guint take_which(WhenWindow *window, guint i, int *which)
{
	static const struct {
		WhenClass class;
		int which;
	} words[] = {{CLASS_NEXT, 1}, {CLASS_LAST, -1}, {CLASS_THIS, 0}};

	for (guint k = 0; k < G_N_ELEMENTS(words); k++) {
		guint n = when_take(window, i, words[k].class, NULL);

		if (n > 0) {
			*which = words[k].which;
			return n;
		}
	}
	return 0;
}

/* A short name, where it can be nothing else. */
static guint short_weekday(
    WhenWindow *window, guint i, guint links, bool which, int *value)
{
	const WhenToken *token = when_token(window, i);
	guint n = when_take(window, i, CLASS_WEEKDAY_SHORT, value);
	guint after;
	bool number;

	if (n == 0 || !token->capital) {
		return 0;
	}
	after = when_token(window, i + n)->mark == '.' ? n + 1 : n;
	number = when_token(window, i + after)->digits > 0 ||
		 (when_token(window, i + after)->mark == ',' &&
		     when_token(window, i + after + 1)->digits > 0);
	if (*value >= 7) {
		*value -= 7;
		return number ? after : 0;
	}
	if (!which && !number &&
	    (links & (LINK_BY | LINK_BEFORE | LINK_ON)) == 0) {
		return 0;
	}
	return number ? after : n;
}

/* "of next week", "nächster Woche" after a weekday. */
static guint of_week(WhenWindow *window, guint i, WhenParts *parts)
{
	guint n = when_take(window, i, CLASS_OF, NULL);
	int which, unit;
	guint more, bare;

	n += when_take(window, i + n, CLASS_ARTICLE, NULL);
	more = take_which(window, i + n, &which);
	if (more == 0) {
		return 0;
	}
	n += more;
	bare = more;
	more = when_take(window, i + n, CLASS_UNIT, &unit);
	if (more == 0 || unit != UNIT_WEEK) {
		/* "vendredi prochain", but not "Friday this afternoon" */
		if (more == 0 && which != 0 && n == bare &&
		    language_of(window) != LANG_EN) {
			parts->which = which;
			return n;
		}
		return 0;
	}
	parts->which = which == 1 ? 2 : which == 0 ? 3 : -2;
	return n + more;
}

static guint weekday(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	int which = 0, value;
	guint n = take_which(window, i, &which);
	guint more = when_take(window, i + n, CLASS_WEEKDAY, &value);

	if (more == 0) {
		more = short_weekday(window, i + n, links, n > 0, &value);
	}
	if (more == 0) {
		return 0;
	}
	n += more;
	parts->day = DAY_WEEKDAY;
	parts->value = value & 7;
	parts->which = which;
	if (value >> 3 != 0) {
		parts->part = (WhenPart)(value >> 3);
	}
	return n + of_week(window, i + n, parts);
}

/* "am Morgen", "la mañana": the part of the day. */
static bool is_morning(WhenWindow *window, guint i)
{
	const char *word = when_token(window, i)->word;
	guint langs = window->langs;
	bool led;

	if (i == 0 ||
	    (strcmp(word, "morgen") != 0 && strcmp(word, "manana") != 0)) {
		return false;
	}
	led = when_take(window, i - 1, CLASS_ON, NULL) > 0 ||
	      when_take(window, i - 1, CLASS_ARTICLE, NULL) > 0;
	window->langs = langs;
	return led;
}

/* "Morgen," and "Morgen!" greet. */
static bool is_greeting(const WhenWindow *window, guint i)
{
	const WhenToken *token = when_token(window, i);
	const WhenToken *after = when_token(window, i + 1);

	if (strcmp(token->word, "morgen") != 0 || !token->capital) {
		return false;
	}
	return (after->mark == '!' || after->mark == ',') &&
	       when_token(window, i + 2)->digits == 0;
}

static guint relative(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	int value;
	guint n = when_take(window, i, CLASS_TONIGHT, &value);

	(void)links;
	if (n > 0) {
		parts->day = DAY_RELATIVE;
		parts->value = 0;
		parts->part = (WhenPart)value;
		return n;
	}
	n = when_take(window, i, CLASS_DAY, &value);
	if (n > 0) {
		if (is_morning(window, i) || is_greeting(window, i)) {
			return 0;
		}
		parts->day = DAY_RELATIVE;
		parts->value = value;
		return n;
	}
	n = when_take(window, i, CLASS_THIS, NULL);
	if (n > 0) {
		guint more = when_take(window, i + n, CLASS_PART, &value);

		if (more > 0) {
			parts->day = DAY_RELATIVE;
			parts->value = 0;
			parts->part = (WhenPart)value;
			return n + more;
		}
	}
	return 0;
}

/* "next business day": one from now. */
static guint next_day(WhenWindow *window, guint i, WhenParts *parts)
{
	guint n = when_take(window, i, CLASS_NEXT, NULL);
	guint before = when_take(window, i + n, CLASS_BUSINESS, NULL);
	int unit;
	guint more = when_take(window, i + n + before, CLASS_UNIT, &unit);

	if (n == 0 || more == 0 || ABS(unit) != UNIT_DAY) {
		return 0;
	}
	n += before + more;
	more = when_take(window, i + n, CLASS_BUSINESS, NULL);
	parts->day = DAY_DURATION;
	parts->unit = UNIT_DAY;
	parts->count = 1;
	parts->business = unit < 0 || before + more > 0;
	return n + more;
}

/* "this week", "next month", "la semaine prochaine", "end of week". */
static guint span(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	int which = 0, unit;
	guint n = when_take(window, i, CLASS_SPAN, &unit);
	guint more, after;

	(void)links;
	if (n > 0) {
		parts->day = DAY_SPAN;
		parts->unit = (WhenUnit)ABS(unit);
		parts->which = 0;
		parts->end = unit < 0;
		parts->before |= unit > 0;
		return n;
	}
	n = next_day(window, i, parts);
	if (n > 0) {
		return n;
	}
	n = take_which(window, i, &which);
	more = when_take(window, i + n, CLASS_UNIT, &unit);
	if (more == 0 || unit < UNIT_WEEK) {
		return 0;
	}
	after = n == 0 ? take_which(window, i + more, &which) : 0;
	if (n == 0 && (after == 0 || which == 0)) {
		return 0;
	}
	parts->day = DAY_SPAN;
	parts->unit = (WhenUnit)unit;
	parts->which = which;
	return n + more + after;
}

static guint weekend(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	int which = 0;
	guint n = take_which(window, i, &which);
	guint more = when_take(window, i + n, CLASS_WEEKEND, NULL);

	if (more == 0 ||
	    (n == 0 && (links & (LINK_BY | LINK_BEFORE | LINK_ON)) == 0)) {
		return 0;
	}
	parts->day = DAY_WEEKEND;
	parts->which = which;
	return n + more;
}

/* "in March", "until March 2027". */
static guint month_alone(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	const guint lead = LINK_IN | LINK_BY | LINK_BEFORE;
	const WhenToken *token = when_token(window, i);
	int month, year = 0;
	guint n = take_month(window, i, &month);
	guint more;

	if (n == 0) {
		return 0;
	}
	more = take_year(window, i + n, &year);
	/* "sent by April": names */
	if (more == 0 && !parts->end &&
	    ((links & lead) == 0 ||
		(!is_foreign(window) &&
		    ((links & LINK_BY) != 0 || !token->capital) &&
		    (!token->capital ||
			when_take(window, i, CLASS_MONTH_NAME, NULL) > 0)))) {
		return 0;
	}
	parts->day = DAY_MONTH;
	parts->month = month;
	parts->year = year;
	return n + more;
}

/* "the 3rd", "am 3.", "avant le 3". */
static guint day_of_month(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	const guint lead = LINK_ON | LINK_BY | LINK_BEFORE;
	const WhenToken *token = when_token(window, i);
	const WhenToken *after = when_token(window, i + 1);

	if (token->digits == 0 || token->digits > 2 || token->number < 1 ||
	    token->number > 31 || (links & lead) == 0) {
		return 0;
	}
	parts->day = DAY_OF_MONTH;
	parts->value = (int)token->number;
	if (after->glued && when_take(window, i + 1, CLASS_ORDINAL, NULL) > 0) {
		return (links & LINK_ARTICLE) != 0 ? 2 : 0;
	}
	if (language_of(window) == LANG_EN ||
	    ((links & LINK_ON) == 0 && language_of(window) != LANG_DE &&
		strcmp(when_token(window, i - 1)->word, "del") != 0)) {
		return 0;
	}
	if (after->mark == '.' && after->glued) {
		after = when_token(window, i + 2);
		return after->glued && after->digits > 0 ? 0 : 2;
	}
	if (language_of(window) == LANG_DE ||
	    (after->senses == NULL && after->mark == '\0') ||
	    (after->mark != '\0' && strchr(",;!?)\n", after->mark) == NULL) ||
	    when_take(window, i + 1, CLASS_UNIT, NULL) > 0 ||
	    when_take(window, i + 1, CLASS_CLOCK, NULL) > 0) {
		return 0;
	}
	return 1;
}

/* ---- parts of a day, ends ---- */

/* "by the end of next week", "Ende März", "end of today". */
static guint end_of(WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	static guint (*const whats[])(WhenWindow *, guint, guint,
	    WhenParts *) = {span, month_alone, weekday, relative};
	guint n = when_take(window, i, CLASS_END, NULL);
	int unit;
	guint more;

	/* "fin de semana" */
	if (n == 0 || when_take(window, i, CLASS_WEEKEND, NULL) > n) {
		return 0;
	}
	n += when_take(window, i + n, CLASS_ARTICLE, NULL);
	parts->end = true;
	for (guint k = 0; k < G_N_ELEMENTS(whats); k++) {
		more = whats[k](window, i + n, links, parts);
		if (more > 0) {
			return n + more;
		}
	}
	more = when_take(window, i + n, CLASS_UNIT, &unit);
	if (more > 0 && unit >= UNIT_WEEK) {
		guint of = when_take(window, i + n + more, CLASS_OF, NULL);

		parts->day = DAY_SPAN;
		parts->unit = (WhenUnit)unit;
		parts->which = 0;
		/* "du mois de mars" */
		if (unit == UNIT_MONTH && of > 0) {
			guint joined = of;

			of += n + more;
			n = month_alone(window, i + of, links, parts);
			return n > 0 ? n + of : of - joined;
		}
		return n + more;
	}
	parts->end = false;
	return 0;
}

/* "at", "at the" before I? */
static bool after_at(const WhenWindow *window, guint i)
{
	const char *before = i > 0 ? when_token(window, i - 1)->word : "";

	if (i > 1 && strcmp(before, "the") == 0) {
		before = when_token(window, i - 2)->word;
	}
	return strcmp(before, "at") == 0;
}

static guint close_of(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	guint n = when_take(window, i, CLASS_CLOSE, NULL);

	(void)links;
	if (n == 0 || parts->hour >= 0 || parts->part != PART_NONE) {
		return 0;
	}
	/* "at the end of the day, it is ..." is a way to talk */
	if (n > 3 && parts->day == DAY_NONE && after_at(window, i)) {
		return 0;
	}
	parts->part = PART_CLOSE;
	return n;
}

static guint part_of_day(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	const guint joins = LINK_IN | LINK_ON | LINK_OF | LINK_AT |
			    LINK_AT_ALONE | LINK_BY | LINK_BEFORE;
	int value;
	guint n = when_take(window, i, CLASS_PART, &value);
	bool moment = value == PART_NOON || value == PART_MIDNIGHT;

	if (n == 0 || parts->part != PART_NONE) {
		return 0;
	}
	if (parts->day == DAY_NONE && parts->hour < 0) {
		if (!moment) {
			return 0;
		}
		parts->weak = (links & joins) == 0;
	}
	parts->part = (WhenPart)value;
	return n;
}

/* ---- a phrase ---- */

static guint take_link(WhenWindow *window, guint i, guint *links)
{
	static const struct {
		WhenClass class;
		guint link[3]; /* by the word's value */
	} words[] = {
	    {CLASS_BY, {LINK_BY, LINK_FOR, LINK_BY | LINK_WITHIN}},
	    {CLASS_BEFORE, {LINK_BEFORE, LINK_BEFORE | LINK_VOR, 0}},
	    {CLASS_WITHIN, {LINK_WITHIN, LINK_HAVE, 0}},
	    {CLASS_IN, {LINK_IN, 0, 0}},
	    {CLASS_ON, {LINK_ON, 0, 0}},
	    {CLASS_AT, {LINK_AT, LINK_AT_ALONE, 0}},
	    {CLASS_OF, {LINK_OF, 0, 0}},
	    {CLASS_ARTICLE, {LINK_ARTICLE, 0, 0}},
	    {CLASS_AFTER, {LINK_AFTER, LINK_AFTER | LINK_SINCE, 0}},
	    {CLASS_AGO, {0, LINK_AGO, 0}},
	};
	guint best = 0, langs = window->langs, best_langs = langs;
	guint found = 0;

	if (when_token(window, i)->senses == NULL) {
		return 0;
	}
	for (guint k = 0; k < G_N_ELEMENTS(words); k++) {
		int value;
		guint n = when_take(window, i, words[k].class, &value);

		if (n > 0 && words[k].link[value] != 0) {
			if (n > best) {
				found = 0;
				best = n;
				best_langs = langs;
			}
			if (n == best) {
				found |= words[k].link[value];
				best_langs |= window->langs;
			}
		}
		window->langs = langs;
	}
	window->langs = best_langs;
	*links |= found;
	return best;
}

typedef guint (*Take)(WhenWindow *, guint, guint, WhenParts *);

static bool is_day(const WhenParts *parts)
{
	return parts->day != DAY_NONE;
}

/* A second day only explains the first: "tomorrow, Friday", "Friday, 27
 * November"; the date counts. */
static guint second_day(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	WhenParts other = {.hour = -1, .minute = -1};
	guint n = number_date(window, i, links | LINK_COMMA, &other);

	if ((links & ~(guint)(LINK_COMMA | LINK_ON | LINK_ARTICLE)) != 0 ||
	    parts->day == DAY_DURATION || parts->end) {
		return 0;
	}
	if (n == 0) {
		n = named_date(window, i, links, &other);
	}
	if (n == 0) {
		n = weekday(window, i, links, &other);
		if (n > 0 && parts->day == DAY_WEEKDAY) {
			return 0;
		}
		if (n > 0 && parts->day == DAY_SPAN &&
		    parts->unit == UNIT_WEEK && other.which == 0) {
			parts->day = DAY_WEEKDAY;
			parts->value = other.value;
			parts->which = parts->which == 1 ? 2 : 3;
		}
		return n;
	}
	/* "Today (3 March 2001)" was written then. */
	if (parts->day == DAY_WEEKDAY ||
	    (parts->day == DAY_RELATIVE && other.year != 0)) {
		parts->day = other.day;
		parts->value = other.value;
		parts->year = other.year;
		parts->month = other.month;
		parts->ambiguous = other.ambiguous;
		return n;
	}
	return parts->day == DAY_RELATIVE ? n : 0;
}

typedef struct {
	Take take;
	guint64 classes; /* it begins with; most words are of few */
	bool digits;     /* ... or with digits */
} Part;

#define CLASS(name) WHEN_CLASS(CLASS_##name)
#define CLASS_WHICH (CLASS(NEXT) | CLASS(LAST) | CLASS(THIS))
#define CLASS_MONTHS (CLASS(MONTH) | CLASS(MONTH_NAME))

/* The first of N PARTS that is at I, after LINKS; how many tokens. */
static guint first_part(WhenWindow *window, guint i, guint links,
    WhenParts *parts, const Part *all, guint n)
{
	const WhenToken *token = when_token(window, i);

	for (guint k = 0; k < n; k++) {
		WhenParts tried = *parts;
		guint taken;

		if (!when_begins(token, all[k].classes) &&
		    !(all[k].digits && token->digits > 0)) {
			continue;
		}
		taken = all[k].take(window, i, links, &tried);
		if (taken > 0) {
			*parts = tried;
			return taken;
		}
	}
	return 0;
}

/* One part of a moment at I, after LINKS. */
static guint take_part(
    WhenWindow *window, guint i, guint links, WhenParts *parts)
{
	static const Part days[] = {
	    {number_date, 0, true},
	    {named_date, CLASS(NUMBER) | CLASS_MONTHS, true},
	    {weekday, CLASS_WHICH | CLASS(WEEKDAY) | CLASS(WEEKDAY_SHORT),
		false},
	    {relative, CLASS(TONIGHT) | CLASS(DAY) | CLASS(THIS), false},
	    {end_of, CLASS(END), false},
	    {weekend, CLASS_WHICH | CLASS(WEEKEND), false},
	    {span, CLASS(SPAN) | CLASS_WHICH | CLASS(UNIT), false},
	    {month_alone, CLASS_MONTHS, false},
	    {day_of_month, 0, true},
	};
	static const Part times[] = {
	    {close_of, CLASS(CLOSE), false},
	    {when_duration,
		CLASS(NEXT) | CLASS(DURATION) | CLASS(NUMBER) |
		    CLASS(BUSINESS) | CLASS(UNIT) | CLASS(CLOCK),
		true},
	    {when_clock, CLASS(PLUS) | CLASS(NUMBER), true},
	    {part_of_day, CLASS(PART), false},
	};
	const WhenToken *token = when_token(window, i);
	bool had_day = is_day(parts);
	guint n = 0;

	/* Each begins with a number or a word of the lists; most don't. */
	if (token->senses == NULL && token->digits == 0) {
		return 0;
	}
	if (!had_day) {
		n = first_part(
		    window, i, links, parts, days, G_N_ELEMENTS(days));
	}
	if (n == 0) {
		n = first_part(
		    window, i, links, parts, times, G_N_ELEMENTS(times));
	}
	if (n == 0 && had_day) {
		n = second_day(window, i, links, parts);
	}
	return n;
}

/* Do LINKS go before what was just found? */
static bool links_fit(
    guint links, const WhenParts *before, const WhenParts *now)
{
	bool day = is_day(now) && !is_day(before);

	if ((links & LINK_WITHIN) != 0 && (links & LINK_BY) == 0 &&
	    now->day != DAY_DURATION && now->day != DAY_SPAN) {
		return false;
	}
	if ((links & (LINK_AGO | LINK_HAVE)) != 0 && now->day != DAY_DURATION) {
		return false;
	}
	if ((links & LINK_FOR) != 0 && !day) {
		return false;
	}
	if ((links & LINK_IN) != 0 && day && now->day != DAY_DURATION &&
	    now->day != DAY_MONTH && now->day != DAY_SPAN) {
		return false;
	}
	return true;
}

/* What LINKS make of the part that follows them. */
static void links_apply(guint links, const WhenParts *before, WhenParts *now)
{
	bool day = is_day(now) && !is_day(before);
	bool time = now->hour >= 0 && before->hour < 0;

	if ((links & LINK_BY) != 0 || ((links & LINK_FOR) != 0 && day)) {
		now->before = true;
	}
	if ((links & LINK_BEFORE) != 0 && now->day != DAY_DURATION) {
		now->before = true;
		now->exclusive = true;
	}
	if (time) {
		now->exclusive = false; /* a moment: nothing to leave out */
	}
	if ((links & LINK_AFTER) != 0) {
		now->before = false;
		now->after = true;
	}
	if ((links & LINK_SINCE) != 0 && day && now->which == 0) {
		now->which = -1;
	}
}

/* "between 3 and" before a time, "zwischen 8 Uhr und"; 0: no such thing. */
static guint between(WhenWindow *window, guint i)
{
	WhenParts ignored = {.hour = -1, .minute = -1};
	guint n = when_take(window, i, CLASS_BETWEEN, NULL);
	guint more;
	int hour;

	if (n == 0) {
		return 0;
	}
	more = when_clock(window, i + n, LINK_AT, &ignored);
	if (more == 0) {
		more = when_number(window, i + n, &hour);
	}
	n += more;
	if (more == 0 || when_take(window, i + n, CLASS_FILLER, NULL) != 1) {
		return 0;
	}
	return n + 1;
}

/* The next part from I on, small words before it included. */
static guint next_part(
    WhenWindow *window, guint i, bool first, WhenParts *parts)
{
	WhenParts before = *parts;
	guint links = 0, j = i;

	for (guint k = 0; k < LINKS_MAX; k++) {
		guint n = take_part(window, j, links, parts);
		guint langs = window->langs;

		if (n > 0) {
			if (!links_fit(links, &before, parts)) {
				*parts = before;
				return 0;
			}
			links_apply(links, &before, parts);
			return j + n - i;
		}
		window->langs = langs;
		n = between(window, j);
		if (n > 0) {
			links |= LINK_AT;
			j += n;
			continue;
		}
		n = take_link(window, j, &links);
		if (n == 0 && !first && k == 0 &&
		    (when_token(window, j)->mark == ',' ||
			when_token(window, j)->mark == '(')) {
			links |= LINK_COMMA;
			n = 1;
		}
		if (n == 0 || when_token(window, j + n)->far) {
			return 0;
		}
		j += n;
	}
	return 0;
}

/* Words that make "every Monday" and "Guten Morgen" of it. */
static bool spoiled(WhenWindow *window, guint s)
{
	guint langs = window->langs;
	bool every;

	if (s == 0) {
		return false;
	}
	every = when_take(window, s - 1, CLASS_EVERY, NULL) > 0 ||
		(s > 1 && when_take(window, s - 2, CLASS_EVERY, NULL) == 2);
	window->langs = langs;
	return every;
}

/* A number that belongs to what stands before it? */
static bool is_tail(const WhenWindow *window, guint s)
{
	const WhenToken *token = when_token(window, s);
	const WhenToken *before = s > 0 ? when_token(window, s - 1) : NULL;

	if (token->digits == 0 || before == NULL) {
		return false;
	}
	if (before->mark == '$' || before->mark == '#') {
		return true;
	}
	return token->glued && before->mark != '(' && before->mark != '"';
}

guint when_parse(WhenWindow *window, guint s, WhenParts *parts)
{
	guint i = s;

	*parts = (WhenParts){.hour = -1, .minute = -1};
	window->langs = 0;
	if (is_tail(window, s) || spoiled(window, s)) {
		return 0;
	}
	for (guint k = 0; k < PARTS_MAX; k++) {
		guint n = when_token(window, i)->far && i > s
			      ? 0
			      : next_part(window, i, i == s, parts);

		if (n == 0) {
			break;
		}
		i += n;
	}
	if (i > s) {
		guint n = when_take(window, i, CLASS_LATEST, NULL);

		parts->before |= n > 0;
		i += n;
	}
	/* A part of no day. */
	if (parts->day == DAY_NONE && parts->hour < 0 &&
	    (parts->weak ||
		(parts->part != PART_NOON && parts->part != PART_MIDNIGHT &&
		    parts->part != PART_CLOSE))) {
		return 0;
	}
	/* "9 bis 17 Uhr": a range */
	if (s > 0 && when_token(window, s - 1)->digits > 0) {
		parts->before = false;
	}
	return i - s;
}
