/* From a kind of rows to the functions that show them, and their small words.
 */
#include <string.h>

#include "anteroom/text.h"
#include "anteroom/times.h"
#include "view/internal.h"

#define MAX_CELL_BYTES 2000
#define LINE_INDENT 14

static const ViewKind kinds[] = {
    {"cases", cases_row, cases_end},
    {"show", show_row, NULL},
    {"status", status_row, NULL},
    {"report", report_row, NULL},
    {"policy", policy_row, NULL},
    {"forecast", forecast_row, notices_end},
    {"notices", notices_row, notices_end},
    {"notices-take", notices_row, notices_end},
    {"notice-retry", act_row, NULL},
    {"notice-sent", act_row, NULL},
    {"notice-failed", act_row, NULL},
    {"explain", explain_row, NULL},
    {"backtest", backtest_row, NULL},
    {"try", explain_row, NULL},
    {"rules", rules_row, rules_end},
    {"csv", csv_row, csv_end},
    {"take", take_row, NULL},
    {"replay", take_row, NULL},
    {"backup", backup_row, NULL},
    {"fsck", fsck_row, NULL},
    {"route", act_row, NULL},
    {"urgency", act_row, NULL},
    {"topic", act_row, NULL},
    {"note", act_row, NULL},
    {"answered", act_row, NULL},
    {"close", act_row, NULL},
    {"reopen", act_row, NULL},
    {"pause", act_row, NULL},
    {"resume", act_row, NULL},
    {"merge", act_row, NULL},
};

static void json_row(View *view, const JsonValue *row, GString *out)
{
	g_autoptr(Json) json = json_new();
	g_autofree char *text = NULL;

	(void)view;
	/* A value is written into something, which is then left out. */
	json_begin_array(json, NULL);
	json_value(json, NULL, row);
	json_end_array(json);
	text = json_text(json);
	g_string_append_len(out, text + 1, (gssize)strlen(text) - 2);
	g_string_append_c(out, '\n');
}

static const ViewKind any_kind = {"", json_row, NULL};

View *view_new(const char *kind, const ViewStyle *style)
{
	View *view = g_new0(View, 1);

	view->style = *style;
	view->kind = &any_kind;
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].name, kind) == 0) {
			view->kind = &kinds[i];
		}
	}
	return view;
}

void view_free(View *view)
{
	if (view != NULL) {
		table_free(view->table);
		g_free(view);
	}
}

void view_row(View *view, const JsonValue *row, GString *out)
{
	view->kind->row(view, row, out);
	view->rows++;
}

void view_end(View *view, GString *out)
{
	if (view->kind->end != NULL) {
		view->kind->end(view, out);
	}
}

static char *cell_of(const JsonValue *value)
{
	const char *text = json_as_string(value);

	return text == NULL ? g_strdup("")
			    : text_one_line(text, strlen(text), MAX_CELL_BYTES);
}

char *cell(const JsonValue *object, const char *name)
{
	return cell_of(json_get(object, name));
}

char *cell_int(const JsonValue *object, const char *name)
{
	return json_get(object, name) == NULL
		   ? g_strdup("-")
		   : g_strdup_printf(
			 "%" G_GINT64_FORMAT, json_get_int(object, name, 0));
}

char *cell_list(const JsonValue *array, const char *separator)
{
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < json_length(array); i++) {
		g_autofree char *text = cell_of(json_at(array, i));

		if (i > 0) {
			g_string_append(list, separator);
		}
		g_string_append(list, text);
	}
	return g_string_free(list, FALSE);
}

gint64 moment(const JsonValue *object, const char *name)
{
	const char *text = json_get_string(object, name);
	gint64 at_s = 0;

	if (text != NULL) {
		times_parse_rfc3339(text, &at_s, NULL);
	}
	return at_s;
}

char *cell_time(const JsonValue *object, const char *name)
{
	char *text = cell(object, name);
	char *t = strchr(text, 'T');

	if (*text == '\0') {
		g_free(text);
		return g_strdup("-");
	}
	if (t != NULL) {
		*t = ' ';
	}
	return text;
}

char *cell_local(const JsonValue *object, const char *name, const char *zone)
{
	static const char *const days[] = {
	    "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	g_autoptr(GTimeZone) tz =
	    zone != NULL ? g_time_zone_new_identifier(zone) : NULL;
	g_autoptr(GDateTime) utc =
	    g_date_time_new_from_unix_utc(moment(object, name));
	g_autoptr(GDateTime) at = NULL;
	g_autofree char *text = NULL;

	if (json_get(object, name) == NULL || utc == NULL) {
		return g_strdup("-");
	}
	at = tz != NULL ? g_date_time_to_timezone(utc, tz)
			: g_date_time_ref(utc);
	text = g_date_time_format(at, g_date_time_get_second(at) != 0
					  ? "%Y-%m-%d %H:%M:%S"
					  : "%Y-%m-%d %H:%M");
	return g_strconcat(
	    days[g_date_time_get_day_of_week(at)], " ", text, NULL);
}

char *until(gint64 at_s, gint64 now_s)
{
	g_autofree char *apart = times_duration(ABS(at_s - now_s));

	return at_s < now_s ? g_strconcat(apart, " late", NULL)
			    : g_strconcat("in ", apart, NULL);
}

void line(GString *out, const char *name, const char *text)
{
	if (*text != '\0') {
		g_string_append_printf(
		    out, "%-*s%s\n", LINE_INDENT, name, text);
	}
}

char *cell_urgency(const JsonValue *row)
{
	const JsonValue *urgency = json_get(row, "urgency");
	g_autofree char *level = cell(urgency, "level");

	return g_strdup_printf("%s (%" G_GINT64_FORMAT ")", level,
	    json_get_int(urgency, "score", 0));
}

Paint urgency_paint(const JsonValue *row)
{
	const char *level = json_get_string(json_get(row, "urgency"), "level");

	if (g_strcmp0(level, "critical") == 0) {
		return PAINT_ALARM;
	}
	return g_strcmp0(level, "high") == 0 ? PAINT_WARN : PAINT_NONE;
}
