/*
 * Holidays from an iCalendar file (RFC 5545): the days that its whole-day
 * events cover. Timed events, to-dos and cancelled events close nothing.
 *
 * The frame (lines, components) is read here: libical's own reader keeps no
 * line numbers and recurses by nesting. libical expands the recurrences. Its
 * last error is kept a thread, its settings (none is changed here) a process,
 * and ICU joins in for RSCALE: so one thread at a time, which loading a
 * configuration is anyway.
 *
 * A file may come from a stranger's web site: its size, the days it marks and
 * the work of its recurrences are bounded, the latter two by one purse of
 * steps.
 */
#include <errno.h>
#include <fcntl.h>
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"
#include "sla/internal.h"

/* Days outside of these years are of no use to a mail system. */
#define WINDOW_FIRST 7305 /* 1990-01-01 */
#define WINDOW_END 32872  /* 2060-01-01 */
#define WINDOW_LAST_YEAR 2059
#define EPOCH_JULIAN 719163 /* 1970-01-01 in GDate's count */
#define RULE_BYTES 1000
#define NESTING 8

/* What is kept of an event. */
typedef enum {
	KEEP_DTEND,
	KEEP_DTSTART,
	KEEP_DURATION,
	KEEP_EXDATE,
	KEEP_RDATE,
	KEEP_RECURRENCE_ID,
	KEEP_RRULE,
	KEEP_STATUS,
	KEEP_UID,
	KEEP_KINDS,
} Keep;

static const struct {
	const char *name;
	bool repeats; /* values are joined by commas */
} keeps[KEEP_KINDS] = {
    [KEEP_DTEND] = {"DTEND", false},
    [KEEP_DTSTART] = {"DTSTART", false},
    [KEEP_DURATION] = {"DURATION", false},
    [KEEP_EXDATE] = {"EXDATE", true},
    [KEEP_RDATE] = {"RDATE", true},
    [KEEP_RECURRENCE_ID] = {"RECURRENCE-ID", false},
    [KEEP_RRULE] = {"RRULE", false},
    [KEEP_STATUS] = {"STATUS", false},
    [KEEP_UID] = {"UID", false},
};

typedef struct {
	GString *value; /* NULL: absent */
	guint line;
	bool is_date; /* VALUE=DATE */
} Property;

typedef struct {
	Property of[KEEP_KINDS];
} Event;

/* One file on its way through. */
typedef struct {
	const char *path;
	const char *at; /* next byte of the file */
	const char *end;
	guint line;      /* of the logical line at hand */
	guint next_line; /* of AT */
	GString *text;   /* the logical line, unfolded */

	GPtrArray *events;
	GHashTable *replaced; /* "DAY UID" that have an event of their own */
	gint64 steps_left;
	guint8 closed[WINDOW_END - WINDOW_FIRST];
} Ics;

static bool fail(const Ics *ics, guint line, GError **error, const char *why)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG, "%s:%u: %s", ics->path,
	    line, why);
	return false;
}

/* ---- the file ---- */

static bool fail_file(const char *path, GError **error, const char *why)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG, "%s: %s", path, why);
	return false;
}

/* Reads all of open FD, at most LIMIT_CONF_BYTES. */
static bool read_all(int fd, const char *path, GString *bytes, GError **error)
{
	char buffer[16384];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return fail_file(path, error, g_strerror(errno));
		}
		if (bytes->len + (gsize)n > LIMIT_CONF_BYTES) {
			return fail_file(path, error, "file is too big");
		}
		g_string_append_len(bytes, buffer, n);
	}
	return true;
}

static bool read_file(const char *path, GString *bytes, GError **error)
{
	struct stat st;
	/* Not to hang on a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0) {
		fail_file(path, error, g_strerror(errno));
		if (fd >= 0) {
			close(fd);
		}
		return false;
	}
	bool ok = S_ISREG(st.st_mode)
		      ? read_all(fd, path, bytes, error)
		      : fail_file(path, error, "not a regular file");
	close(fd);
	return ok;
}

/* ---- lines ---- */

/* The next logical line into TEXT: a line that begins with white space goes on
 * the one before. False at the end. */
static bool next_line(Ics *ics)
{
	g_string_truncate(ics->text, 0);
	ics->line = ics->next_line;
	if (ics->at >= ics->end) {
		return false;
	}
	do {
		gsize left = (gsize)(ics->end - ics->at);
		const char *stop = memchr(ics->at, '\n', left);
		gsize length = stop ? (gsize)(stop - ics->at) : left;

		g_string_append_len(ics->text, ics->at, (gssize)length);
		if (length > 0 && ics->at[length - 1] == '\r') {
			g_string_truncate(ics->text, ics->text->len - 1);
		}
		ics->at += length + (stop != NULL);
		ics->next_line++;
		if (ics->at >= ics->end ||
		    (*ics->at != ' ' && *ics->at != '\t')) {
			return true;
		}
		ics->at++;
	} while (true);
}

/* Splits LINE, NAME *(";" PARAMETER) ":" VALUE, in place. NULL when there is no
 * colon; PARAMETERS begin with ";" or are empty. */
static char *split_line(char *line, char **parameters)
{
	bool quoted = false;
	char *p = line + strcspn(line, ";:");

	*parameters = p + strlen(p);
	if (*p == ';') {
		*parameters = p + 1;
		*p++ = '\0';
		for (; *p && (quoted || *p != ':'); p++) {
			quoted ^= *p == '"';
		}
	}
	if (*p != ':') {
		return NULL;
	}
	*p = '\0';
	return p + 1;
}

static bool says_date(const char *parameters)
{
	g_auto(GStrv) list = g_strsplit(parameters, ";", -1);

	for (char **parameter = list; *parameter; parameter++) {
		if (!g_ascii_strcasecmp(*parameter, "VALUE=DATE")) {
			return true;
		}
	}
	return false;
}

/* ---- components ---- */

static void event_free(gpointer data)
{
	Event *event = data;

	for (int i = 0; i < KEEP_KINDS; i++) {
		if (event->of[i].value) {
			g_string_free(event->of[i].value, TRUE);
		}
	}
	g_free(event);
}

/* Keeps the line at hand if EVENT needs it. */
static bool keep_line(const Ics *ics, Event *event, const char *name,
    const char *parameters, const char *value, GError **error)
{
	int i = 0;

	while (i < KEEP_KINDS && g_ascii_strcasecmp(keeps[i].name, name)) {
		i++;
	}
	if (i == KEEP_KINDS) {
		return true;
	}
	Property *property = &event->of[i];
	if (!property->value) {
		property->value = g_string_new(value);
		property->line = ics->line;
		property->is_date = says_date(parameters);
		return true;
	}
	if (!keeps[i].repeats) {
		g_autofree char *why =
		    g_strdup_printf("a second %s in one event", keeps[i].name);
		return fail(ics, ics->line, error, why);
	}
	g_string_append_c(property->value, ',');
	g_string_append(property->value, value);
	return true;
}

/* Where the reader is among the components. */
typedef struct {
	guint depth;
	guint event_depth; /* 0: in no event */
	bool calendar;     /* one was seen */
} Frame;

static bool begin_component(
    Ics *ics, Frame *frame, const char *what, GError **error)
{
	if (++frame->depth > NESTING) {
		return fail(ics, ics->line, error, "too deeply nested");
	}
	if (frame->depth == 1) {
		if (g_ascii_strcasecmp(what, "VCALENDAR")) {
			return fail(
			    ics, ics->line, error, "BEGIN:VCALENDAR expected");
		}
		frame->calendar = true;
	}
	if (frame->depth == 2 && !g_ascii_strcasecmp(what, "VEVENT")) {
		frame->event_depth = frame->depth;
		g_ptr_array_add(ics->events, g_new0(Event, 1));
	}
	return true;
}

static bool end_component(Ics *ics, Frame *frame, GError **error)
{
	if (frame->depth == 0) {
		return fail(ics, ics->line, error, "END without BEGIN");
	}
	if (frame->depth == frame->event_depth) {
		frame->event_depth = 0;
	}
	frame->depth--;
	return true;
}

/* The line in TEXT. */
static bool take_line(Ics *ics, Frame *frame, GError **error)
{
	char *parameters;
	char *value = split_line(ics->text->str, &parameters);
	const char *name = ics->text->str;

	if (!value) {
		return fail(ics, ics->line, error,
		    "not a line of an iCalendar file: no colon");
	}
	if (!g_ascii_strcasecmp(name, "BEGIN")) {
		return begin_component(ics, frame, g_strchomp(value), error);
	}
	if (!g_ascii_strcasecmp(name, "END")) {
		return end_component(ics, frame, error);
	}
	if (frame->depth == 0 || frame->depth != frame->event_depth) {
		return true; /* alarms, time zones, the calendar's own */
	}
	Event *event = g_ptr_array_index(ics->events, ics->events->len - 1);
	return keep_line(
	    ics, event, name, parameters, g_strchomp(value), error);
}

static bool read_events(Ics *ics, GError **error)
{
	Frame frame = {0};

	while (next_line(ics)) {
		if (ics->text->len > 0 && !take_line(ics, &frame, error)) {
			return false;
		}
	}
	if (!frame.calendar) {
		return fail(ics, 1, error, "not an iCalendar file");
	}
	if (frame.depth > 0) {
		return fail(ics, ics->line, error, "ends too early: no END");
	}
	return true;
}

/* ---- days ---- */

/* Reads YYYYMMDD; what follows a "T" is passed over. */
static bool parse_day(const char *text, gint32 *day)
{
	int digit[8];
	GDate date;

	for (int i = 0; i < 8; i++) {
		if (!g_ascii_isdigit(text[i])) {
			return false;
		}
		digit[i] = text[i] - '0';
	}
	if (text[8] && text[8] != 'T') {
		return false;
	}
	int year = digit[0] * 1000 + digit[1] * 100 + digit[2] * 10 + digit[3];
	int month = digit[4] * 10 + digit[5];
	int dom = digit[6] * 10 + digit[7];
	if (!g_date_valid_dmy(
		(GDateDay)dom, (GDateMonth)month, (GDateYear)year)) {
		return false;
	}
	g_date_clear(&date, 1);
	g_date_set_dmy(
	    &date, (GDateDay)dom, (GDateMonth)month, (GDateYear)year);
	*day = (gint32)g_date_get_julian(&date) - EPOCH_JULIAN;
	return true;
}

static struct icaltimetype icaltime_of(gint32 day)
{
	/* Not from icaltime_null_date(): its hour is -1, the day before. */
	struct icaltimetype time = {.is_date = 1};
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_julian(&date, (guint32)(day + EPOCH_JULIAN));
	time.year = g_date_get_year(&date);
	time.month = (int)g_date_get_month(&date);
	time.day = g_date_get_day(&date);
	return time;
}

/* An event being expanded. */
typedef struct {
	const Event *event;
	gint32 start;
	gint32 length;      /* days */
	GHashTable *except; /* days of EXDATE */
} Expansion;

static bool spend(Ics *ics, gint64 steps, guint line, GError **error)
{
	if (steps > ics->steps_left) {
		return fail(ics, line, error,
		    "too much work: events too long or repeated too often");
	}
	ics->steps_left -= steps;
	return true;
}

static char *replaced_key(gint32 day, const GString *uid)
{
	return g_strdup_printf("%d %s", day, uid->str);
}

static bool is_replaced(const Ics *ics, const Event *event, gint32 day)
{
	const GString *uid = event->of[KEEP_UID].value;

	if (!uid || event->of[KEEP_RECURRENCE_ID].value ||
	    g_hash_table_size(ics->replaced) == 0) {
		return false;
	}
	g_autofree char *key = replaced_key(day, uid);
	return g_hash_table_contains(ics->replaced, key);
}

/* Closes the days of the instance that begins at DAY, unless it is taken
 * out. */
static bool close_instance(
    Ics *ics, const Expansion *x, gint32 day, guint line, GError **error)
{
	gint32 from = MAX(day, WINDOW_FIRST);
	gint32 end = MIN(day + x->length, WINDOW_END);

	if (!spend(ics, 1 + MAX(0, end - from), line, error)) {
		return false;
	}
	if (from >= end || is_replaced(ics, x->event, day) ||
	    g_hash_table_contains(x->except, GINT_TO_POINTER(day))) {
		return true;
	}
	memset(ics->closed + (from - WINDOW_FIRST), 1, (gsize)(end - from));
	return true;
}

/* The days of a list of EXDATE or RDATE into DAYS. */
static bool parse_days(
    const Ics *ics, const Property *property, GHashTable *days, GError **error)
{
	if (!property->value) {
		return true;
	}
	g_auto(GStrv) list = g_strsplit(property->value->str, ",", -1);

	for (char **word = list; *word; word++) {
		gint32 day;

		if (!parse_day(g_strstrip(*word), &day)) {
			return fail(ics, property->line, error,
			    "not a list of dates (YYYYMMDD)");
		}
		g_hash_table_add(days, GINT_TO_POINTER(day));
	}
	return true;
}

/* ---- recurrences ---- */

/* What looking for the days of RULE may cost, in steps: libical visits every
 * period, and more than one day of the longer ones. */
static gint64 rule_steps(const struct icalrecurrencetype *rule, gint32 start)
{
	static const struct {
		icalrecurrencetype_frequency freq;
		int days;
		int steps;
	} periods[] = {
	    {ICAL_DAILY_RECURRENCE, 1, 1},
	    {ICAL_WEEKLY_RECURRENCE, 7, 4},
	    {ICAL_MONTHLY_RECURRENCE, 30, 4},
	    {ICAL_YEARLY_RECURRENCE, 365, 8},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(periods); i++) {
		if (rule->freq == periods[i].freq) {
			gint64 days =
			    (gint64)periods[i].days * MAX(1, rule->interval);

			return 10 +
			       (WINDOW_END - start) / days * periods[i].steps;
		}
	}
	return -1; /* by the hour or less, not for whole days */
}

static bool parse_rule(Ics *ics, const Property *property, gint32 start,
    struct icalrecurrencetype *rule, GError **error)
{
	if (property->value->len > RULE_BYTES) {
		return fail(ics, property->line, error, "RRULE is too long");
	}
	*rule = icalrecurrencetype_from_string(property->value->str);
	icalerror_clear_errno();
	gint64 steps = rule_steps(rule, start);
	if (steps < 0) {
		return fail(ics, property->line, error,
		    "RRULE is not a recurrence of whole days");
	}
	/* Also what keeps a rule without end from running to the year
	 * 20000. */
	if (icaltime_is_null_time(rule->until) ||
	    rule->until.year > WINDOW_LAST_YEAR) {
		rule->until = icaltime_of(WINDOW_END - 1);
	}
	return spend(ics, steps, property->line, error);
}

static bool close_recurrences(Ics *ics, const Expansion *x, GError **error)
{
	const Property *property = &x->event->of[KEEP_RRULE];
	struct icalrecurrencetype rule = {0};
	struct icaltimetype time;
	bool ok = true;
	guint n = 0;

	if (x->start >= WINDOW_END) {
		return true;
	}
	if (!parse_rule(ics, property, x->start, &rule, error)) {
		free(rule.rscale);
		return false;
	}
	icalrecur_iterator *iterator =
	    icalrecur_iterator_new(rule, icaltime_of(x->start));
	while (ok && iterator &&
	       (time = icalrecur_iterator_next(iterator),
		   !icaltime_is_null_time(time))) {
		GDate date;

		g_date_clear(&date, 1);
		g_date_set_dmy(&date, (GDateDay)time.day,
		    (GDateMonth)time.month, (GDateYear)time.year);
		ok = close_instance(ics, x,
		    (gint32)g_date_get_julian(&date) - EPOCH_JULIAN,
		    property->line, error);
		n++;
	}
	if (iterator) {
		icalrecur_iterator_free(iterator);
	}
	free(rule.rscale); /* libical leaves it to us */
	icalerror_clear_errno();
	/* An error, since an impossible rule is a mistake and the only kind
	 * that is searched far beyond its end. */
	if (ok && n == 0) {
		return fail(ics, property->line, error, "RRULE never happens");
	}
	return ok;
}

/* ---- events ---- */

static bool is_whole_day(const Property *start)
{
	return start->value && (start->is_date || start->value->len == 8);
}

/* How many days EVENT lasts; DTEND is the day after the last. */
static bool event_length(const Ics *ics, Expansion *x, GError **error)
{
	const Property *last = &x->event->of[KEEP_DTEND];
	const Property *duration = &x->event->of[KEEP_DURATION];
	gint32 end;

	x->length = 1;
	if (last->value) {
		if (!parse_day(last->value->str, &end) || end < x->start) {
			return fail(ics, last->line, error,
			    "DTEND is not a date (YYYYMMDD) after DTSTART");
		}
		x->length = MAX(1, end - x->start);
	} else if (duration->value) {
		struct icaldurationtype d =
		    icaldurationtype_from_string(duration->value->str);

		icalerror_clear_errno();
		if (icaldurationtype_is_bad_duration(d) || d.is_neg ||
		    d.weeks > 520 || d.days > 3660) {
			return fail(ics, duration->line, error,
			    "DURATION is not one of days or weeks");
		}
		x->length = (gint32)MAX(1, d.weeks * 7 + d.days);
	}
	return true;
}

/* Closes the days of EVENT's instances, with EXDATE known. */
static bool close_instances(Ics *ics, const Expansion *x, GError **error)
{
	const Event *event = x->event;
	g_autoptr(GHashTable) more = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	gpointer day;

	if (event->of[KEEP_RRULE].value) {
		if (!close_recurrences(ics, x, error)) {
			return false;
		}
	} else if (!close_instance(
		       ics, x, x->start, event->of[KEEP_DTSTART].line, error)) {
		return false;
	}
	if (!parse_days(ics, &event->of[KEEP_RDATE], more, error)) {
		return false;
	}
	g_hash_table_iter_init(&iter, more);
	while (g_hash_table_iter_next(&iter, &day, NULL)) {
		if (!close_instance(ics, x, GPOINTER_TO_INT(day),
			event->of[KEEP_RDATE].line, error)) {
			return false;
		}
	}
	return true;
}

static bool close_event(Ics *ics, const Event *event, GError **error)
{
	const Property *start = &event->of[KEEP_DTSTART];
	const GString *status = event->of[KEEP_STATUS].value;
	Expansion x = {.event = event};

	if (!is_whole_day(start) ||
	    (status && !g_ascii_strcasecmp(status->str, "CANCELLED"))) {
		return true;
	}
	if (!parse_day(start->value->str, &x.start)) {
		return fail(ics, start->line, error,
		    "DTSTART is not a date (YYYYMMDD)");
	}
	if (!event_length(ics, &x, error)) {
		return false;
	}
	g_autoptr(GHashTable) except = g_hash_table_new(NULL, NULL);
	x.except = except;
	return parse_days(ics, &event->of[KEEP_EXDATE], except, error) &&
	       close_instances(ics, &x, error);
}

/* An instance that was moved or cancelled is an event of its own that names the
 * day it had. */
static bool note_replaced(Ics *ics, const Event *event, GError **error)
{
	const Property *of = &event->of[KEEP_RECURRENCE_ID];
	const GString *uid = event->of[KEEP_UID].value;
	gint32 day;

	if (!of->value || !uid) {
		return true;
	}
	if (!parse_day(of->value->str, &day)) {
		return fail(
		    ics, of->line, error, "RECURRENCE-ID is not a date");
	}
	g_hash_table_add(ics->replaced, replaced_key(day, uid));
	return true;
}

static bool close_events(Ics *ics, GError **error)
{
	for (guint i = 0; i < ics->events->len; i++) {
		if (!note_replaced(
			ics, g_ptr_array_index(ics->events, i), error)) {
			return false;
		}
	}
	for (guint i = 0; i < ics->events->len; i++) {
		if (!close_event(
			ics, g_ptr_array_index(ics->events, i), error)) {
			return false;
		}
	}
	return true;
}

static GArray *closed_days(const Ics *ics)
{
	GArray *days = g_array_new(FALSE, FALSE, sizeof(gint32));

	for (gint32 i = 0; i < WINDOW_END - WINDOW_FIRST; i++) {
		gint32 day = WINDOW_FIRST + i;

		if (ics->closed[i]) {
			g_array_append_val(days, day);
		}
	}
	return days;
}

GArray *ics_days(const char *path, GError **error)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_autofree Ics *ics = g_new0(Ics, 1);

	if (!read_file(path, bytes, error)) {
		return NULL;
	}
	if (memchr(bytes->str, '\0', bytes->len)) {
		fail_file(path, error, "not text: has a NUL byte");
		return NULL;
	}
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) events =
	    g_ptr_array_new_with_free_func(event_free);
	g_autoptr(GHashTable) replaced =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool mark = g_str_has_prefix(bytes->str, "\xef\xbb\xbf");

	ics->path = path;
	ics->at = bytes->str + (mark ? 3 : 0);
	ics->end = bytes->str + bytes->len;
	ics->next_line = 1;
	ics->text = text;
	ics->events = events;
	ics->replaced = replaced;
	ics->steps_left = LIMIT_ICS_STEPS;
	bool ok = read_events(ics, error) && close_events(ics, error);
	/* What libical lent this thread. */
	icalmemory_free_ring();
	return ok ? closed_days(ics) : NULL;
}
