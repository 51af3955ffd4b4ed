/*
 * Moments and durations as text. Civil dates are computed here (days since the
 * epoch, proleptic Gregorian), because GDateTime needs a zone object and an
 * allocation for each, and strptime reads the locale.
 */
#include "anteroom/times.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "anteroom/error.h"

#define DAY_S 86400
#define MIN_S (-62135596800LL) /* 0001-01-01 */
#define MAX_S 253402300799LL   /* 9999-12-31 */
#define LONGEST_S (10LL * 366 * DAY_S)

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const days[] = {
    "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

typedef struct {
	int year, month, day, hour, minute, second;
} Civil;

gint64 times_now_s(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

gint64 times_thread_us(void)
{
	struct timespec used = {0};

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (gint64)used.tv_sec * G_TIME_SPAN_SECOND + used.tv_nsec / 1000;
}

/* Days since 1970-01-01; Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". */
static gint64 days_of(int year, int month, int day)
{
	gint64 y = year - (month <= 2);
	gint64 era = (y >= 0 ? y : y - 399) / 400;
	gint64 yoe = y - era * 400;
	gint64 doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_of(gint64 at_s, Civil *out)
{
	gint64 day = at_s >= 0 ? at_s / DAY_S : -((-at_s + DAY_S - 1) / DAY_S);
	gint64 rest = at_s - day * DAY_S;
	gint64 z = day + 719468;
	gint64 era = (z >= 0 ? z : z - 146096) / 146097;
	gint64 doe = z - era * 146097;
	gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	gint64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	gint64 mp = (5 * doy + 2) / 153;

	out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (int)(yoe + era * 400 + (out->month <= 2));
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

static bool civil_valid(const Civil *c)
{
	static const int lengths[] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap =
	    (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;

	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1 || c->day > lengths[c->month - 1]) {
		return false;
	}
	if (c->month == 2 && c->day == 29 && !leap) {
		return false;
	}
	return c->hour >= 0 && c->hour <= 23 && c->minute >= 0 &&
	       c->minute <= 59 && c->second >= 0 && c->second <= 60;
}

static gint64 seconds_of(const Civil *c)
{
	return days_of(c->year, c->month, c->day) * DAY_S + c->hour * 3600 +
	       c->minute * 60 + c->second;
}

/* VALUE in as many digits as are before END, from the right. */
static void put_digits(char *begin, char *end, int value)
{
	while (end > begin) {
		*--end = (char)('0' + value % 10);
		value /= 10;
	}
}

/* Without printf: every row of a list has a dozen of them. */
char *times_rfc3339(gint64 at_s)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	char *text;
	Civil c;

	if (at_s == 0 || at_s < MIN_S || at_s > MAX_S) {
		return NULL;
	}
	civil_of(at_s, &c);
	text = g_memdup2(form, sizeof(form));
	put_digits(text, text + 4, c.year);
	put_digits(text + 5, text + 7, c.month);
	put_digits(text + 8, text + 10, c.day);
	put_digits(text + 11, text + 13, c.hour);
	put_digits(text + 14, text + 16, c.minute);
	put_digits(text + 17, text + 19, c.second);
	return text;
}

char *times_rfc5322(gint64 at_s)
{
	gint64 day = at_s >= 0 ? at_s / DAY_S : -((-at_s + DAY_S - 1) / DAY_S);
	char month[4] = "";
	Civil c;

	if (at_s < MIN_S || at_s > MAX_S) {
		return NULL;
	}
	civil_of(at_s, &c);
	g_strlcpy(month, months[c.month - 1], sizeof month);
	month[0] = g_ascii_toupper(month[0]);
	return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
	    days[((day % 7) + 7) % 7], c.day, month, c.year, c.hour, c.minute,
	    c.second);
}

/* Reads exactly N digits. */
static bool digits(const char **p, int n, int *value)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!g_ascii_isdigit((*p)[i])) {
			return false;
		}
		v = v * 10 + ((*p)[i] - '0');
	}
	*p += n;
	*value = v;
	return true;
}

static bool literal(const char **p, const char *set)
{
	if (**p == '\0' || strchr(set, **p) == NULL) {
		return false;
	}
	(*p)++;
	return true;
}

/* "Z", "+01:00", "+0100". */
static bool offset_3339(const char **p, int *offset_s)
{
	int sign, hours, minutes;

	if (literal(p, "zZ")) {
		*offset_s = 0;
		return true;
	}
	sign = **p == '-' ? -1 : 1;
	if (!literal(p, "+-") || !digits(p, 2, &hours)) {
		return false;
	}
	(void)literal(p, ":");
	if (!digits(p, 2, &minutes) || hours > 23 || minutes > 59) {
		return false;
	}
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool read_3339(const char *p, gint64 *at_s)
{
	Civil c = {0};
	int offset_s;

	if (!digits(&p, 4, &c.year) || !literal(&p, "-") ||
	    !digits(&p, 2, &c.month) || !literal(&p, "-") ||
	    !digits(&p, 2, &c.day) || !literal(&p, "Tt ") ||
	    !digits(&p, 2, &c.hour) || !literal(&p, ":") ||
	    !digits(&p, 2, &c.minute)) {
		return false;
	}
	if (*p == ':') {
		p++;
		if (!digits(&p, 2, &c.second)) {
			return false;
		}
		if (*p == '.') {
			do {
				p++;
			} while (g_ascii_isdigit(*p));
		}
	}
	if (!offset_3339(&p, &offset_s) || *p != '\0' || !civil_valid(&c)) {
		return false;
	}
	*at_s = seconds_of(&c) - offset_s;
	return true;
}

bool times_parse_rfc3339(const char *text, gint64 *at_s, GError **error)
{
	if (text != NULL && read_3339(text, at_s)) {
		return true;
	}
	g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
	    "\"%s\" is not a time like 2026-11-21T10:00:00Z",
	    text != NULL ? text : "");
	return false;
}

/* Skips white space and (nested) comments, RFC 5322 section 3.2.2. */
static void skip_cfws(const char **p)
{
	int depth = 0;

	for (; **p != '\0'; (*p)++) {
		if (**p == '(') {
			depth++;
		} else if (**p == ')' && depth > 0) {
			depth--;
		} else if (depth == 0 && !g_ascii_isspace(**p)) {
			return;
		}
	}
}

/* One or more digits, at most MAX of them. */
static bool number(const char **p, int max, int *value)
{
	int n = 0;

	skip_cfws(p);
	while (n < max && g_ascii_isdigit((*p)[n])) {
		n++;
	}
	return n > 0 && digits(p, n, value);
}

static bool month_name(const char **p, int *month)
{
	skip_cfws(p);
	(void)literal(p, "-"); /* 21-Nov-2026, seen in old mail */
	for (int i = 0; i < 12; i++) {
		if (g_ascii_strncasecmp(*p, months[i], 3) == 0) {
			*month = i + 1;
			*p += 3;
			while (g_ascii_isalpha(**p) || **p == '-') {
				(*p)++;
			}
			return true;
		}
	}
	return false;
}

/* RFC 5322 section 4.3: two digits are 19xx from 50 on, three are 1900+. */
static int full_year(const char *from, const char *to, int year)
{
	if (to - from == 2) {
		return year + (year < 50 ? 2000 : 1900);
	}
	return to - from == 3 ? year + 1900 : year;
}

static int zone_5322(const char **p)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
	    {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
	int sign, hours, minutes;

	skip_cfws(p);
	if (**p == '+' || **p == '-') {
		sign = **p == '-' ? -1 : 1;
		(*p)++;
		if (digits(p, 2, &hours) && digits(p, 2, &minutes) &&
		    hours < 24 && minutes < 60) {
			return sign * (hours * 3600 + minutes * 60);
		}
		return 0;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(zones); i++) {
		if (g_ascii_strncasecmp(*p, zones[i].name, 3) == 0) {
			return zones[i].hours * 3600;
		}
	}
	return 0; /* GMT, UT, and "-0000" for names nobody knows */
}

bool times_parse_rfc5322(const char *text, gint64 *at_s)
{
	const char *p = text, *year_from;
	Civil c = {0};

	if (text == NULL) {
		return false;
	}
	skip_cfws(&p);
	if (g_ascii_isalpha(*p)) { /* day of the week: says nothing new */
		while (g_ascii_isalpha(*p)) {
			p++;
		}
		skip_cfws(&p);
		(void)literal(&p, ",");
	}
	if (!number(&p, 2, &c.day) || !month_name(&p, &c.month)) {
		return false;
	}
	skip_cfws(&p);
	year_from = p;
	if (!number(&p, 4, &c.year)) {
		return false;
	}
	c.year = full_year(year_from, p, c.year);
	if (!number(&p, 2, &c.hour)) {
		return false;
	}
	skip_cfws(&p);
	if (!literal(&p, ":.") || !number(&p, 2, &c.minute)) {
		return false;
	}
	skip_cfws(&p);
	if ((*p == ':' || *p == '.') && (p++, !number(&p, 2, &c.second))) {
		return false;
	}
	if (!civil_valid(&c)) {
		return false;
	}
	*at_s = seconds_of(&c) - zone_5322(&p);
	return true;
}

static gint64 unit_s(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return DAY_S;
	default:
		return 0;
	}
}

bool times_parse_duration(const char *text, gint64 *duration_s, GError **error)
{
	const char *p = text != NULL ? text : "";
	gint64 total = 0;
	bool fine = *p != '\0';

	while (fine && *p != '\0') {
		gint64 n = 0;
		gint64 unit;

		fine = g_ascii_isdigit(*p);
		while (g_ascii_isdigit(*p) && n <= LONGEST_S) {
			n = n * 10 + (*p++ - '0');
		}
		unit = *p != '\0' ? unit_s(*p++) : 0;
		/* n <= 10 * LONGEST_S + 9, a day has 86400 s: no overflow */
		total += n * unit;
		fine = fine && unit > 0 && total <= LONGEST_S;
	}
	if (!fine || total <= 0) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "\"%s\" is not a duration like 30m, 4h or 2d",
		    text != NULL ? text : "");
		return false;
	}
	*duration_s = total;
	return true;
}

char *times_duration(gint64 duration_s)
{
	static const struct {
		gint64 s;
		char name;
	} units[] = {{DAY_S, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	g_autoptr(GString) out = g_string_new(duration_s < 0 ? "-" : "");
	guint64 left =
	    duration_s < 0 ? -(guint64)duration_s : (guint64)duration_s;
	int shown = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(units) && shown < 2; i++) {
		guint64 n = left / (guint64)units[i].s;

		left %= (guint64)units[i].s;
		if (n > 0 || (i == 3 && shown == 0)) {
			g_string_append_printf(out, "%s%" G_GUINT64_FORMAT "%c",
			    shown > 0 ? " " : "", n, units[i].name);
			shown++;
		} else if (shown > 0) {
			break;
		}
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
