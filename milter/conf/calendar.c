/*
 * Calendars as they are written: hours of the week, holidays, half days, the
 * zone. Only what is said; what it comes to is sla/'s arithmetic.
 */
#include <string.h>
#include <unistd.h>

#include "conf/internal.h"

#define DAY_MINUTES (24 * 60)
#define EPOCH_JULIAN 719163 /* g_date_get_julian() of 1970-01-01 */

/* A span and where it stands, while the order isn't settled. */
typedef struct {
	OpenSpan span;
	guint line;
} SpanAt;

static const char *const day_names[] = {"monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday"};
static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri",
    "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday"};

/* ---- spans ---- */

/* "09:00-12:30, 13:00-17:00" of DAY into SPANS; says what is wrong. */
static bool take_spans(Loader *load, const char *name, ConfPlace place,
    const char *text, guint8 day, GArray *spans)
{
	const char *at = text;

	for (;;) {
		SpanAt one = {.span.weekday = day, .line = place.line};
		int from, to;

		at += strspn(at, " \t");
		if (!clock_parse(&at, &from) || *at++ != '-' ||
		    !clock_parse(&at, &to)) {
			load_error(load, place,
			    "%s: \"%s\" is not like 09:00-12:30", name, text);
			return false;
		}
		if (to <= from) {
			load_error(load, place,
			    "%s: \"%s\" ends before it begins; hours over "
			    "midnight are written as two, to 24:00 and from "
			    "00:00",
			    name, text);
			return false;
		}
		one.span.from_min = (guint16)from;
		one.span.to_min = (guint16)to;
		g_array_append_val(spans, one);
		at += strspn(at, " \t");
		if (*at == '\0') {
			return true;
		}
		if (*at++ != ',') {
			load_error(load, place,
			    "%s: \"%s\" is not like 09:00-12:30", name, text);
			return false;
		}
	}
}

static gint by_time(gconstpointer a, gconstpointer b)
{
	const SpanAt *p = a, *q = b;

	if (p->span.weekday != q->span.weekday) {
		return p->span.weekday - q->span.weekday;
	}
	return p->span.from_min - q->span.from_min;
}

static char *span_text(const OpenSpan *span)
{
	return g_strdup_printf("%02d:%02d-%02d:%02d", span->from_min / 60,
	    span->from_min % 60, span->to_min / 60, span->to_min % 60);
}

static void say_overlap(Loader *load, const char *name, const char *file,
    const SpanAt *a, const SpanAt *b)
{
	g_autofree char *first = span_text(&a->span);
	g_autofree char *second = span_text(&b->span);
	ConfPlace place = {file, MAX(a->line, b->line)};

	load_error(load, place, "%s: %s and %s overlap", name, first, second);
}

/* Sorted and apart: spans that touch become one. */
static const OpenSpan *keep_spans(
    Loader *load, const char *name, const char *file, GArray *spans, guint *n)
{
	OpenSpan *kept;

	*n = 0;
	if (spans->len == 0) {
		return NULL;
	}
	kept = conf_alloc(load->conf, spans->len * sizeof(*kept));
	g_array_sort(spans, by_time);
	for (guint i = 0; i < spans->len; i++) {
		const SpanAt *one = &g_array_index(spans, SpanAt, i);
		OpenSpan *last = *n > 0 ? &kept[*n - 1] : NULL;

		if (last == NULL || last->weekday != one->span.weekday ||
		    last->to_min < one->span.from_min) {
			kept[(*n)++] = one->span;
			continue;
		}
		if (last->to_min > one->span.from_min) {
			say_overlap(load, name, file, one - 1, one);
		}
		last->to_min = MAX(last->to_min, one->span.to_min);
	}
	return kept;
}

/* ---- hours: "Mon-Thu 09:00-12:30", "Sat,Sun 10-14" ---- */

static int find_day(const char *word)
{
	for (int i = 0; i < 7; i++) {
		if (g_ascii_strcasecmp(word, day_names[i]) == 0 ||
		    (strlen(word) == 3 &&
			g_ascii_strncasecmp(word, day_names[i], 3) == 0)) {
			return i;
		}
	}
	return -1;
}

static int take_day(Loader *load, ConfPlace place, char *word)
{
	int day = find_day(g_strstrip(word));
	g_autofree char *near = NULL;

	if (day < 0) {
		near = load_nearest(word, day_words, G_N_ELEMENTS(day_words));
		load_error(load, place, "hours: \"%s\" is no day of the week%s",
		    word, near);
	}
	return day;
}

/* "Mon", "Mon-Thu", "Sat-Mon": bits 1 << day; 0 with a mistake said. */
static guint take_day_range(Loader *load, ConfPlace place, const char *text)
{
	g_auto(GStrv) ends = g_strsplit(text, "-", 2);
	guint days = 0;
	int from, to;

	if (ends[0] == NULL) {
		load_error(load, place, "hours: a day is missing");
		return 0;
	}
	from = take_day(load, place, ends[0]);
	to = ends[1] != NULL && from >= 0 ? take_day(load, place, ends[1])
					  : from;
	if (from < 0 || to < 0) {
		return 0;
	}
	for (int day = from;; day = (day + 1) % 7) {
		days |= 1u << day;
		if (day == to) {
			return days;
		}
	}
}

static void take_hours(
    Loader *load, ConfPlace place, const char *text, GArray *spans)
{
	gsize head = strcspn(text, "0123456789");
	g_autofree char *days_text = g_strndup(text, head);
	g_auto(GStrv) parts = g_strsplit(days_text, ",", 0);
	guint days = 0;

	if (*g_strstrip(days_text) == '\0' || text[head] == '\0') {
		load_error(load, place,
		    "hours: \"%s\" is not like \"Mon-Thu 09:00-12:30\"", text);
		return;
	}
	for (guint i = 0; parts[i] != NULL; i++) {
		guint some = take_day_range(load, place, parts[i]);

		if (some == 0) {
			return;
		}
		days |= some;
	}
	for (guint8 day = 0; day < 7; day++) {
		if ((days & (1u << day)) != 0 &&
		    !take_spans(
			load, "hours", place, text + head, day, spans)) {
			return;
		}
	}
}

static void as_hours(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(SpanAt));
	CalendarConf *calendar = target;

	(void)setting;
	for (guint i = 0; i < words->n; i++) {
		take_hours(load, word_place(file, words, i),
		    words->words[i].text, spans);
	}
	calendar->spans =
	    keep_spans(load, "hours", file, spans, &calendar->n_spans);
}

/* ---- holidays ---- */

static bool take_date(const char *text, gint32 *day)
{
	static const char shape[] = "dddd-dd-dd";
	GDate date;
	guint64 year, month, mday;

	for (gsize i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == 'd' ? !g_ascii_isdigit(text[i])
				    : text[i] != shape[i]) {
			return false;
		}
	}
	year = g_ascii_strtoull(text, NULL, 10);
	month = g_ascii_strtoull(text + 5, NULL, 10);
	mday = g_ascii_strtoull(text + 8, NULL, 10);
	if (year < 1970 || month < 1 || month > 12 ||
	    !g_date_valid_dmy(
		(GDateDay)mday, (GDateMonth)month, (GDateYear)year)) {
		return false;
	}
	g_date_clear(&date, 1);
	g_date_set_dmy(
	    &date, (GDateDay)mday, (GDateMonth)month, (GDateYear)year);
	*day = (gint32)g_date_get_julian(&date) - EPOCH_JULIAN;
	return true;
}

/* Adds an .ics file. Others read it; that it can be read is seen here. */
static void take_ics(
    Loader *load, ConfPlace place, const char *text, GPtrArray *ics)
{
	g_autofree char *path = load_path(load, text);

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		load_error(load, place, "holidays: %s: no such file", path);
	} else if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		load_error(
		    load, place, "holidays: %s: not a regular file", path);
	} else if (access(path, R_OK) != 0) {
		load_error(load, place, "holidays: %s: may not be read", path);
	} else {
		g_ptr_array_add(
		    ics, (gpointer)(guintptr)load_absolute(load, text));
	}
}

typedef struct {
	Holiday holiday;
	guint line;
} HolidayAt;

static void take_holiday(
    Loader *load, ConfPlace place, const char *text, GArray *holidays)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(SpanAt));
	HolidayAt one = {.line = place.line};
	const char *rest;

	if (!take_date(text, &one.holiday.day)) {
		load_error(load, place,
		    "holidays: \"%s\" is not a date like 2026-12-25, nor an "
		    ".ics file",
		    text);
		return;
	}
	rest = text + strlen("2026-12-25");
	if (*rest != '\0' && !g_ascii_isspace(*rest)) {
		load_error(load, place,
		    "holidays: \"%s\" is not a date like "
		    "2026-12-25",
		    text);
		return;
	}
	rest += strspn(rest, " \t");
	if (*rest != '\0' &&
	    !take_spans(load, "holidays", place, rest, 0, spans)) {
		return;
	}
	one.holiday.spans = keep_spans(
	    load, "holidays", place.file, spans, &one.holiday.n_spans);
	g_array_append_val(holidays, one);
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	const HolidayAt *p = a, *q = b;

	if (p->holiday.day != q->holiday.day) {
		return p->holiday.day < q->holiday.day ? -1 : 1;
	}
	return p->line < q->line ? -1 : p->line > q->line;
}

static void keep_holidays(
    Loader *load, const char *file, GArray *holidays, CalendarConf *calendar)
{
	Holiday *kept =
	    conf_alloc(load->conf, MAX(holidays->len, 1) * sizeof(*kept));
	guint n = 0;

	g_array_sort(holidays, by_day);
	for (guint i = 0; i < holidays->len; i++) {
		const HolidayAt *one = &g_array_index(holidays, HolidayAt, i);

		if (n > 0 && kept[n - 1].day == one->holiday.day) {
			load_error(load, (ConfPlace){file, one->line},
			    "holidays: a date is there twice");
			continue;
		}
		kept[n++] = one->holiday;
	}
	calendar->holidays = kept;
	calendar->n_holidays = n;
}

static void as_holidays(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(HolidayAt));
	g_autoptr(GPtrArray) ics = g_ptr_array_new();
	CalendarConf *calendar = target;

	(void)setting;
	for (guint i = 0; i < words->n; i++) {
		const char *text = words->words[i].text;
		ConfPlace place = word_place(file, words, i);

		if (g_str_has_suffix(text, ".ics")) {
			take_ics(load, place, text, ics);
		} else {
			take_holiday(load, place, text, days);
		}
	}
	keep_holidays(load, file, days, calendar);
	calendar->ics = conf_keep_list(
	    load->conf, (const char *const *)ics->pdata, ics->len);
}

/* ---- zone ---- */

/* A name of the zone database: no path out of it, no offset, no POSIX rule. */
static bool zone_known(const char *name)
{
	g_autoptr(GTimeZone) zone = NULL;

	if (!g_ascii_isalpha(*name) || strstr(name, "..") != NULL ||
	    strlen(name) > LIMIT_NAME_BYTES) {
		return false;
	}
	for (const char *p = name; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) && strchr("_+-/", *p) == NULL) {
			return false;
		}
	}
	zone = g_time_zone_new_identifier(name);
	return zone != NULL;
}

/* The names for a suggestion, where the system has a list of them. */
static char *zone_nearest(const char *name)
{
	g_autofree char *table = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	if (!g_file_get_contents(
		"/usr/share/zoneinfo/zone.tab", &table, NULL, NULL)) {
		return g_strdup("");
	}
	lines = g_strsplit(table, "\n", 0);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) columns = g_strsplit(lines[i], "\t", 4);

		if (*lines[i] != '#' && g_strv_length(columns) >= 3) {
			g_ptr_array_add(names, g_strdup(columns[2]));
		}
	}
	g_ptr_array_add(names, g_strdup("UTC"));
	return load_nearest(
	    name, (const char *const *)names->pdata, names->len);
}

static void as_zone(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	const char *name = words->words[0].text;
	CalendarConf *calendar = target;
	g_autofree char *near = NULL;

	(void)setting;
	calendar->zone = name;
	if (!zone_known(name)) {
		near = zone_nearest(name);
		load_error(load, word_place(file, words, 0),
		    "unknown zone \"%s\"%s", name, near);
	}
}

/* ---- the calendar ---- */

static const Setting calendar_settings[] = {
    {.name = "zone", .decode = as_zone},
    {.name = "hours", .list = true, .decode = as_hours},
    {.name = "holidays", .list = true, .decode = as_holidays},
};

static void calendar_take(Loader *load, const Block *block)
{
	CalendarConf *calendar = conf_alloc(load->conf, sizeof(*calendar));
	guint before = load->said;

	calendar->name = block->title;
	calendar->place = block->place;
	calendar->zone = "";
	calendar->ics = conf_keep_list(load->conf, NULL, 0);
	block_decode(load, block, calendar);
	if (block_title_ok(load, block, false) &&
	    strcmp(block->title, "always") == 0) {
		load_error(load, block->place,
		    "calendar \"always\" is built in; take another name");
		return;
	}
	if (block->values[0].line == 0) {
		load_error(load, block->place,
		    "calendar \"%s\" needs a zone, like zone = "
		    "\"Europe/Berlin\"",
		    calendar->name);
	}
	if (calendar->n_spans == 0 && load->said == before) {
		load_error(load, block_place(block, "hours"),
		    "calendar \"%s\" never opens: it has no hours",
		    calendar->name);
	}
	block_enter(load, block, load->conf->index->calendars,
	    load->conf->calendars, calendar);
}

const Kind calendar_kind = {.name = "calendar",
    .titled = true,
    .settings = calendar_settings,
    .n_settings = G_N_ELEMENTS(calendar_settings),
    .place_at = G_STRUCT_OFFSET(CalendarConf, place),
    .take = calendar_take};
