/* Readers of the digest and their mornings; see the header. A morning is that
 * of a day on which the calendar opens at all, be it later: who begins at nine
 * reads at eight. */
#include "anteroom/readers.h"

#include <string.h>

#include "anteroom/address.h"

#define DAYS_MOST 40 /* the longest closed season that is looked across */

void digest_reader_free(DigestReader *reader)
{
	if (reader != NULL) {
		g_free(reader->teams);
		g_free(reader);
	}
}

static bool is_same(const char *a, const char *b)
{
	g_autofree char *x = address_fold(a);
	g_autofree char *y = address_fold(b);

	return strcmp(x, y) == 0;
}

static DigestReader *find(const GPtrArray *readers, const char *address)
{
	for (guint i = 0; i < readers->len; i++) {
		DigestReader *reader = readers->pdata[i];

		if (is_same(reader->address, address)) {
			return reader;
		}
	}
	return NULL;
}

/* The calendar of whoever catches the rest, for people without a team. */
static const char *usual_calendar(const Conf *conf)
{
	const Team *team = NULL;

	for (guint i = 0; i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->topic, "default") == 0) {
			team = conf_team(conf, route->team);
		}
	}
	return team != NULL ? team->calendar : "always";
}

static DigestReader *add(GPtrArray *readers, const char *address)
{
	DigestReader *reader = find(readers, address);

	if (reader == NULL) {
		reader = g_new0(DigestReader, 1);
		reader->address = address;
		reader->teams = g_new0(const char *, 1);
		g_ptr_array_add(readers, reader);
	}
	return reader;
}

static void add_lead(GPtrArray *readers, const Team *team, const Sla *sla)
{
	DigestReader *reader;
	guint n;

	if (!address_valid(team->lead)) {
		return;
	}
	reader = add(readers, team->lead);
	n = g_strv_length((char **)reader->teams);
	reader->teams = g_renew(const char *, reader->teams, n + 2);
	reader->teams[n] = team->name;
	reader->teams[n + 1] = NULL;
	if (reader->calendar == NULL) {
		reader->calendar = sla_calendar(sla, team->calendar);
	}
}

static void add_person(GPtrArray *readers, const Conf *conf, const Sla *sla,
    const char *address, bool executive)
{
	g_autofree char *folded = address_fold(address);
	const Team *team = conf_team_of_member(conf, folded);
	DigestReader *reader;

	if (!address_valid(address)) {
		return;
	}
	reader = add(readers, address);
	reader->desk = true;
	reader->executive |= executive;
	if (reader->calendar == NULL) {
		reader->calendar = sla_calendar(
		    sla, team != NULL ? team->calendar : usual_calendar(conf));
	}
}

GPtrArray *digest_readers(const Conf *conf, const Sla *sla)
{
	GPtrArray *readers =
	    g_ptr_array_new_with_free_func((GDestroyNotify)digest_reader_free);

	for (guint i = 0; i < conf->teams->len; i++) {
		add_lead(readers, conf->teams->pdata[i], sla);
	}
	for (guint i = 0; i < conf->desks->len; i++) {
		const Desk *desk = conf->desks->pdata[i];

		add_person(readers, conf, sla, desk->assistant, false);
		add_person(readers, conf, sla, desk->executive, true);
	}
	return readers;
}

DigestReader *digest_reader_at(
    const Conf *conf, const Sla *sla, const char *address)
{
	g_autoptr(GPtrArray) readers = digest_readers(conf, sla);

	for (guint i = 0; i < readers->len; i++) {
		const DigestReader *reader = readers->pdata[i];

		if (is_same(reader->address, address)) {
			return g_ptr_array_steal_index(readers, i);
		}
	}
	return NULL;
}

/* ---- mornings ---- */

static bool opens(const Calendar *calendar, gint32 day)
{
	return calendar_open_s(calendar, calendar_at_local(calendar, day, 0),
		   calendar_at_local(calendar, day + 1, 0)) > 0;
}

static gint64 search(
    const Calendar *calendar, int minute, gint64 now_s, bool ahead)
{
	gint32 today;
	int unused;

	calendar_local(calendar, now_s, &today, &unused);
	for (gint32 i = 0; i < DAYS_MOST; i++) {
		gint32 day = ahead ? today + i : today - i;
		gint64 at_s = calendar_at_local(calendar, day, minute);

		if ((ahead ? at_s > now_s : at_s <= now_s) &&
		    opens(calendar, day)) {
			return at_s;
		}
	}
	return 0;
}

gint64 digest_morning(const Calendar *calendar, int minute, gint64 now_s)
{
	return search(calendar, minute, now_s, false);
}

gint64 digest_next_morning(const Calendar *calendar, int minute, gint64 now_s)
{
	return search(calendar, minute, now_s, true);
}
