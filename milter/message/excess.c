/*
 * Counts what a MIME parser would make objects of, before it does: parts and
 * header fields cost several hundred bytes each, however short they are in the
 * mail. Counts high rather than low.
 */
#include "message/internal.h"

#include <string.h>

#define DASH_LINES (4 * LIMIT_PARTS) /* too few to care which they are */
#define BOUNDARIES LIMIT_NESTING     /* told apart when there are more */
#define BOUNDARY_BYTES 256
#define PART_FIELDS (LIMIT_HEADER_LINES + 8 * LIMIT_PARTS)
#define PART_HEADER_BYTES (256 * 1024) /* of one part */

static const char *line_stop(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (gsize)(end - p));
	return lf ? lf : end;
}

static bool is_field(const char *p, const char *stop)
{
	const char *q = p;
	while (q<stop && * q> ' ' && *q != ':') {
		q++;
	}
	while (q < stop && (*q == ' ' || *q == '\t')) {
		q++;
	}
	return q > p && q < stop && *q == ':';
}

static const char *find_caseless(
    const char *p, const char *stop, const char *word)
{
	gsize n = strlen(word);
	for (; (gsize)(stop - p) >= n; p++) {
		if (ascii_lower(*p) == word[0] &&
		    g_ascii_strncasecmp(p, word, n) == 0) {
			return p;
		}
	}
	return NULL;
}

typedef struct {
	guint dashes; /* lines that may be boundaries */
	guint fields; /* lines that may be header fields of parts */
	gsize header; /* bytes of the header block we are in */
	gsize longest;
	bool open;    /* in what may be a header block */
	bool any;     /* it has lines */
	bool message; /* another block follows it */
	bool empty;   /* the one before was empty */
} Count;

static void count_line(Count *count, const char *p, const char *stop)
{
	if (stop - p >= 2 && p[0] == '-' && p[1] == '-') {
		count->dashes++;
		count->open = true;
		count->any = count->message = count->empty = false;
		count->header = 0;
		return;
	}
	if (!count->open) {
		return;
	}
	if (p == stop || (*p == '\r' && p + 1 == stop)) {
		/* An attached message's header follows its part's, which in a
		 * digest is empty. */
		count->open = count->message || (!count->any && !count->empty);
		count->empty = !count->any;
		count->any = count->message = false;
		count->header = 0;
		return;
	}
	bool continued = count->any && (*p == ' ' || *p == '\t');
	bool field = !continued && is_field(p, stop);
	count->any = true;
	count->fields += field;
	if (field || continued) {
		count->header += (gsize)(stop - p);
		count->longest = MAX(count->longest, count->header);
	}
	if (!count->message && stop - p < 4096) {
		count->message = find_caseless(p, stop, "message/") != NULL;
	}
}

/* ---- when there are many lines with dashes: which are boundaries? ---- */

typedef struct {
	char text[BOUNDARIES][BOUNDARY_BYTES];
	gsize bytes[BOUNDARIES];
	guint n;
} Boundaries;

/* False when there are too many. Only what a parser compares first is kept. */
static bool boundaries_add(Boundaries *all, const char *p, gsize n)
{
	n = MIN(n, BOUNDARY_BYTES);
	for (guint i = 0; i < all->n; i++) {
		if (all->bytes[i] == n && memcmp(all->text[i], p, n) == 0) {
			return true;
		}
	}
	if (n == 0 || all->n == BOUNDARIES) {
		return n == 0;
	}
	memcpy(all->text[all->n], p, n);
	all->bytes[all->n++] = n;
	return true;
}

/* Those that are declared anywhere in the body. */
static bool boundaries_collect(
    Boundaries *all, const char *body, const char *end)
{
	const char *p = body;
	while ((p = memchr(p, '=', (gsize)(end - p))) != NULL) {
		const char *name = p++;
		while (name > body && (name[-1] == ' ' || name[-1] == '*' ||
					  name[-1] == '0')) {
			name--;
		}
		if (name - body < 8 ||
		    g_ascii_strncasecmp(name - 8, "boundary", 8) != 0) {
			continue;
		}
		while (p < end && strchr(" \t\r\n\"", *p) && *p != '\0') {
			p++;
		}
		const char *stop = p;
		/* A line may declare one at each of its words. */
		while (stop < end && stop - p < BOUNDARY_BYTES &&
		       strchr("\"; \t\r\n", *stop) == NULL) {
			stop++;
		}
		if (!boundaries_add(all, p, (gsize)(stop - p))) {
			return false;
		}
		p = stop;
	}
	return true;
}

static guint boundaries_count(
    const Boundaries *all, const char *body, const char *end)
{
	guint count = 0;
	for (const char *p = body; p < end;) {
		const char *stop = line_stop(p, end);
		gsize n = (gsize)(stop - p);
		for (guint i = 0;
		     n > 2 && p[0] == '-' && p[1] == '-' && i < all->n; i++) {
			if (n - 2 >= all->bytes[i] &&
			    memcmp(p + 2, all->text[i], all->bytes[i]) == 0) {
				count++;
				break;
			}
		}
		p = stop < end ? stop + 1 : end;
	}
	return count;
}

static bool many_parts(const char *boundary, const char *body, const char *end)
{
	g_autofree Boundaries *all = g_new0(Boundaries, 1);
	return !boundaries_add(all, boundary, strlen(boundary)) ||
	       !boundaries_collect(all, body, end) ||
	       boundaries_count(all, body, end) > DASH_LINES;
}

const char *excess_of(const char *boundary, const char *body, gsize length)
{
	Count count = {0};
	const char *end = body + length;
	for (const char *p = body; p < end;) {
		const char *stop = line_stop(p, end);
		count_line(&count, p, stop);
		p = stop < end ? stop + 1 : end;
	}
	if (count.fields > PART_FIELDS) {
		return "too many header fields in its parts";
	}
	if (count.longest > PART_HEADER_BYTES) {
		return "a part with too long a header";
	}
	if (count.dashes > DASH_LINES && many_parts(boundary, body, end)) {
		return "too many parts";
	}
	return NULL;
}
