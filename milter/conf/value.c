/*
 * What a setting's words mean: one decoder a type. Each puts the value into
 * its struct, or says what is wrong and leaves the default.
 */
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "anteroom/address.h"
#include "anteroom/times.h"
#include "conf/internal.h"

#define DECODER(name)                                                     \
	void name(Loader *load, const Setting *setting, const char *file, \
	    const Words *words, void *target)
#define FIELD(type) G_STRUCT_MEMBER(type, target, setting->offset)
#define FIRST (words->words[0].text)
#define PLACE word_place(file, words, 0)

/* One line: what may stand in a header, a log, a socket's name. */
static bool one_line(
    Loader *load, const Setting *setting, ConfPlace place, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (g_ascii_iscntrl(*p)) {
			load_error(load, place,
			    "%s: a control character or a line end in it",
			    setting->name);
			return false;
		}
	}
	return true;
}

DECODER(as_text)
{
	if (one_line(load, setting, PLACE, FIRST)) {
		FIELD(const char *) = FIRST;
	}
}

DECODER(as_required)
{
	const Range *bytes = setting->arg;
	gsize length = strlen(FIRST);

	if (length < (gsize)bytes->min) {
		load_error(load, PLACE, "%s: empty", setting->name);
	} else if (length > (gsize)bytes->max) {
		load_error(load, PLACE, "%s: longer than %d bytes",
		    setting->name, bytes->max);
	} else {
		FIELD(const char *) = FIRST;
	}
}

DECODER(as_bool)
{
	static const char *const names[] = {
	    "yes", "no", "true", "false", "on", "off"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcasecmp(FIRST, names[i]) == 0) {
			FIELD(bool) = i % 2 == 0;
			return;
		}
	}
	load_error(load, PLACE, "%s: \"%s\" is neither yes nor no",
	    setting->name, FIRST);
}

/* "a, b or c". Transfer full. */
static char *list_choices(const Choices *choices)
{
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < choices->n; i++) {
		g_string_append_printf(list, "%s%s",
		    i == 0               ? ""
		    : i + 1 < choices->n ? ", "
					 : " or ",
		    choices->words[i]);
	}
	return g_string_free(list, FALSE);
}

DECODER(as_choice)
{
	const Choices *choices = setting->arg;
	g_autofree char *list = NULL;
	g_autofree char *near = NULL;

	for (guint i = 0; i < choices->n; i++) {
		if (strcmp(FIRST, choices->words[i]) == 0) {
			FIELD(int) = (int)i;
			return;
		}
	}
	list = list_choices(choices);
	near = load_nearest(FIRST, choices->words, choices->n);
	load_error(load, PLACE, "%s: \"%s\" is not %s%s", setting->name, FIRST,
	    list, near);
}

DECODER(as_int)
{
	const Range *range = setting->arg;
	gint64 value;

	if (g_ascii_string_to_signed(
		FIRST, 10, range->min, range->max, &value, NULL)) {
		FIELD(int) = (int)value;
		return;
	}
	load_error(load, PLACE, "%s: \"%s\" is not a number from %d to %d",
	    setting->name, FIRST, range->min, range->max);
}

DECODER(as_duration)
{
	g_autoptr(GError) error = NULL;

	if (!times_parse_duration(FIRST, &FIELD(gint64), &error)) {
		load_error(
		    load, PLACE, "%s: %s", setting->name, error->message);
	}
}

#define SIZE_MIN (G_GUINT64_CONSTANT(1) << 20)
#define SIZE_MAX_BYTES (G_GUINT64_CONSTANT(1) << 46)

DECODER(as_size)
{
	static const char units[] = "KMGT";
	char *end;
	guint64 size = 0;
	guint shift = 0;

	if (g_ascii_isdigit(*FIRST)) {
		size = g_ascii_strtoull(FIRST, &end, 10);
		if (*end != '\0' && strchr(units, *end) != NULL) {
			shift = 10 * (guint)(strchr(units, *end) - units + 1);
			end++;
		}
		if (*end != '\0' || size > SIZE_MAX_BYTES >> shift) {
			size = 0;
		}
	}
	size <<= shift;
	if (size < SIZE_MIN) {
		load_error(load, PLACE,
		    "%s: \"%s\" is not a size like 512M or 64G (1M to 64T)",
		    setting->name, FIRST);
		return;
	}
	FIELD(guint64) = size;
}

DECODER(as_mode)
{
	guint mode = 0;
	gsize n = strspn(FIRST, "01234567");

	if (n == strlen(FIRST) && (n == 3 || (n == 4 && *FIRST == '0'))) {
		mode = (guint)g_ascii_strtoull(FIRST, NULL, 8);
	}
	if ((mode & 0600) != 0600) {
		load_error(load, PLACE,
		    "%s: \"%s\" is not a mode like \"0660\" that lets its "
		    "owner read and write",
		    setting->name, FIRST);
		return;
	}
	if ((mode & 07) != 0) {
		load_warning(load, PLACE,
		    "%s: \"%s\" lets every local user pretend to be the mail "
		    "server",
		    setting->name, FIRST);
	}
	FIELD(guint) = mode;
}

DECODER(as_path)
{
	if (*FIRST == '\0') {
		load_error(load, PLACE, "%s: empty", setting->name);
	} else if (one_line(load, setting, PLACE, FIRST)) {
		FIELD(const char *) = load_absolute(load, FIRST);
	}
}

static bool take_number(const char **at, guint max_digits, int *number)
{
	guint n = 0;
	int value = 0;

	while (n < max_digits && g_ascii_isdigit((*at)[n])) {
		value = value * 10 + (*at)[n++] - '0';
	}
	if (n == 0 || g_ascii_isdigit((*at)[n])) {
		return false;
	}
	*at += n;
	*number = value;
	return true;
}

bool clock_parse(const char **at, int *minute)
{
	int hours, minutes = 0;

	if (!take_number(at, 2, &hours)) {
		return false;
	}
	if (**at == ':') {
		(*at)++;
		if (!g_ascii_isdigit((*at)[0]) || !g_ascii_isdigit((*at)[1]) ||
		    !take_number(at, 2, &minutes)) {
			return false;
		}
	}
	if (minutes > 59 || hours * 60 + minutes > 24 * 60) {
		return false;
	}
	*minute = hours * 60 + minutes;
	return true;
}

DECODER(as_clock)
{
	const char *at = FIRST;
	int minute;

	if (strcmp(FIRST, "none") == 0) {
		FIELD(int) = -1;
	} else if (strchr(FIRST, ':') != NULL && clock_parse(&at, &minute) &&
		   *at == '\0' && minute < 24 * 60) {
		FIELD(int) = minute;
	} else {
		load_error(load, PLACE,
		    "%s: \"%s\" is not a time of day like \"08:00\", nor "
		    "\"none\"",
		    setting->name, FIRST);
	}
}

/* ---- addresses ---- */

/* Is TEXT, as far as its brackets, an address? Says so if not. */
static bool address_ok(Loader *load, const char *name, ConfPlace place,
    const char *text, const char *folded)
{
	if (address_valid(folded)) {
		return true;
	}
	load_error(load, place, "%s: \"%s\" is not a mail address", name, text);
	return false;
}

DECODER(as_address)
{
	g_autofree char *folded = address_fold(FIRST);

	if (*FIRST == '\0') {
		FIELD(const char *) = "";
	} else if (address_ok(load, setting->name, PLACE, FIRST, folded)) {
		/* As written, but without what address_fold() overlooks. */
		g_autofree char *bare = g_strdup(FIRST);

		g_strstrip(bare);
		if (*bare == '<') {
			bare[strlen(bare) - 1] = '\0';
			memmove(bare, bare + 1, strlen(bare));
		}
		FIELD(const char *) = conf_keep(load->conf, bare);
	}
}

DECODER(as_folded)
{
	g_autofree char *folded = address_fold(FIRST);

	if (*folded == '\0' ||
	    address_ok(load, setting->name, PLACE, FIRST, folded)) {
		FIELD(const char *) = conf_keep(load->conf, folded);
	}
}

/* Folded addresses; with PATTERNS also "*@domain". */
static void take_addresses(Loader *load, const Setting *setting,
    const char *file, const Words *words, const char *const **field)
{
	bool patterns = setting->decode == as_members;
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		const char *text = words->words[i].text;
		g_autofree char *folded = address_fold(text);
		bool wide = patterns && g_str_has_prefix(folded, "*@");
		g_autofree char *probe = g_strdup(folded);

		if (wide) {
			probe[0] = 'x';
		} else if (strchr(folded, '*') != NULL) {
			load_error(load, word_place(file, words, i),
			    "%s: \"%s\": a '*' is taken only %s", setting->name,
			    text,
			    patterns ? "before the '@', alone"
				     : "in \"members\" of a team");
			continue;
		}
		if (address_ok(load, setting->name, word_place(file, words, i),
			text, probe)) {
			list[n++] = conf_keep(load->conf, folded);
		}
	}
	*field = conf_keep_list(load->conf, list, n);
}

DECODER(as_folded_list)
{
	take_addresses(load, setting, file, words, &FIELD(const char *const *));
}

DECODER(as_members)
{
	take_addresses(load, setting, file, words, &FIELD(const char *const *));
}

/* "Anteroom <anteroom@example.com>" or the address alone. */
DECODER(as_mailbox)
{
	const char *open = strrchr(FIRST, '<');
	g_autofree char *folded = address_fold(open != NULL ? open : FIRST);

	if (one_line(load, setting, PLACE, FIRST) &&
	    (*FIRST == '\0' ||
		address_ok(load, setting->name, PLACE, FIRST, folded))) {
		FIELD(const char *) = FIRST;
	}
}

/* ---- lists ---- */

DECODER(as_strings)
{
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		const char *text = words->words[i].text;
		ConfPlace place = word_place(file, words, i);

		if (*text == '\0') {
			load_error(load, place, "%s: empty", setting->name);
		} else if (one_line(load, setting, place, text)) {
			list[n++] = text;
		}
	}
	FIELD(const char *const *) = conf_keep_list(load->conf, list, n);
}

DECODER(as_networks)
{
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		const char *text = words->words[i].text;
		ConfPlace place = word_place(file, words, i);
		g_autoptr(GError) error = NULL;
		GInetAddressMask *network =
		    g_inet_address_mask_new_from_string(text, &error);

		if (network == NULL) {
			load_error(load, place,
			    "%s: \"%s\" is not a network "
			    "like 192.0.2.0/24 or 2001:db8::/32: %s",
			    setting->name, text, error->message);
			continue;
		}
		if (g_inet_address_mask_get_length(network) == 0) {
			load_warning(load, place,
			    "%s: \"%s\" trusts the whole world", setting->name,
			    text);
		}
		if (setting->arg == NULL) {
			g_ptr_array_add(load->conf->index->networks, network);
		} else {
			g_object_unref(network);
		}
		list[n++] = text;
	}
	FIELD(const char *const *) = conf_keep_list(load->conf, list, n);
}

/* ---- where to listen and to call ---- */

static bool port_ok(const char *text)
{
	guint64 port;

	return g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL);
}

/* "inet:PORT@HOST", "inet6:PORT@HOST" or without the host. */
static bool inet_ok(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(strchr(text, ':') + 1, "@", 2);

	return parts[0] != NULL && port_ok(parts[0]) &&
	       (parts[1] == NULL ||
		   (*parts[1] != '\0' && strpbrk(parts[1], " @/") == NULL));
}

static bool socket_path_ok(
    Loader *load, const Setting *setting, ConfPlace place, const char *path)
{
	gsize max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (strlen(path) <= max) {
		return true;
	}
	load_error(load, place, "%s: the path is longer than %zu bytes",
	    setting->name, max);
	return false;
}

static const char *after_unix(const char *text)
{
	if (g_str_has_prefix(text, "unix:")) {
		return text + 5;
	}
	return g_str_has_prefix(text, "local:") ? text + 6 : NULL;
}

DECODER(as_socket)
{
	const char *path = after_unix(FIRST);

	if (!one_line(load, setting, PLACE, FIRST)) {
		return;
	}
	if (path != NULL && *path != '\0') {
		const char *absolute = load_absolute(load, path);
		g_autofree char *whole = g_strconcat("unix:", absolute, NULL);

		if (socket_path_ok(load, setting, PLACE, absolute)) {
			FIELD(const char *) = conf_keep(load->conf, whole);
		}
	} else if ((g_str_has_prefix(FIRST, "inet:") ||
		       g_str_has_prefix(FIRST, "inet6:")) &&
		   inet_ok(FIRST)) {
		FIELD(const char *) = FIRST;
	} else {
		load_error(load, PLACE,
		    "%s: \"%s\" is neither \"unix:/PATH\" nor "
		    "\"inet:PORT@HOST\"",
		    setting->name, FIRST);
	}
}

DECODER(as_unix_socket)
{
	const char *path = after_unix(FIRST);
	const char *before = FIELD(const char *);

	as_path(load, setting, file, words, target);
	if (path != NULL && *path != '\0') {
		FIELD(const char *) = load_absolute(load, path);
	}
	if (!socket_path_ok(load, setting, PLACE, FIELD(const char *))) {
		FIELD(const char *) = before;
	}
}

DECODER(as_listen)
{
	const char *colon = strrchr(FIRST, ':');

	if (g_str_has_prefix(FIRST, "unix:/")) {
		if (one_line(load, setting, PLACE, FIRST)) {
			FIELD(const char *) = FIRST;
		}
		return;
	}
	if (colon == NULL || colon == FIRST || !port_ok(colon + 1) ||
	    strpbrk(FIRST, " /@") != NULL) {
		load_error(load, PLACE,
		    "%s: \"%s\" is not HOST:PORT like \"127.0.0.1:8025\", "
		    "or unix:/PATH",
		    setting->name, FIRST);
	} else if (one_line(load, setting, PLACE, FIRST)) {
		FIELD(const char *) = FIRST;
	}
}

DECODER(as_url)
{
	const Choices *schemes = setting->arg;
	g_autoptr(GUri) uri = g_uri_parse(FIRST, G_URI_FLAGS_NONE, NULL);
	g_autofree char *bare = g_strdup(FIRST);
	bool good = *FIRST == '\0';

	for (guint i = 0; uri != NULL && i < schemes->n; i++) {
		const char *host = g_uri_get_host(uri);

		good = good ||
		       (strcmp(g_uri_get_scheme(uri), schemes->words[i]) == 0 &&
			   host != NULL && *host != '\0');
	}
	if (!good) {
		load_error(load, PLACE, "%s: \"%s\" is not like %s://HOST",
		    setting->name, FIRST, schemes->words[0]);
		return;
	}
	for (gsize n = strlen(bare); n > 0 && bare[n - 1] == '/'; n--) {
		bare[n - 1] = '\0';
	}
	FIELD(const char *) = conf_keep(load->conf, bare);
}

/* ---- names of other things ---- */

DECODER(as_ref)
{
	const RefKind *kind = setting->arg;

	load_ref(load, *kind, FIRST, PLACE);
	FIELD(const char *) = FIRST;
}

DECODER(as_refs)
{
	const RefKind *kind = setting->arg;
	g_autofree const char **list = g_new0(const char *, words->n + 1);

	for (guint i = 0; i < words->n; i++) {
		list[i] = words->words[i].text;
		load_ref(load, *kind, list[i], word_place(file, words, i));
	}
	FIELD(const char *const *) = conf_keep_list(load->conf, list, words->n);
}
