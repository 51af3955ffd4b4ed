/*
 * Address lists (RFC 5322 section 3.4 with its obsolete forms) from whoever
 * wrote them: groups, comments, routes, names with commas in encoded words,
 * brackets that are missing. One pass, no recursion, bounded output.
 */
#include "anteroom/address.h"
#include "message/internal.h"

#include <string.h>

#define ADDRESS_BYTES 1000

void person_free(Person *person)
{
	if (person != NULL) {
		g_free(person->name);
		g_free(person->address);
		g_free(person);
	}
}

/* One mailbox while it is read. */
typedef struct {
	GString *phrase;  /* words outside brackets, quotes taken off */
	GString *bare;    /* the same with quotes */
	GString *comment; /* the last one */
	GString *angle;   /* between < and > */
	bool in_brackets; /* there were some */
} Mailbox;

static void mailbox_reset(Mailbox *mailbox)
{
	g_string_truncate(mailbox->phrase, 0);
	g_string_truncate(mailbox->bare, 0);
	g_string_truncate(mailbox->comment, 0);
	g_string_truncate(mailbox->angle, 0);
	mailbox->in_brackets = false;
}

/* Moves the word with "@" from BARE to ANGLE; true when there is one. A bare
 * word that is all there is counts as well ("root"). */
static bool take_bare(Mailbox *mailbox)
{
	const char *p = mailbox->bare->str, *best = NULL;
	gsize best_n = 0;
	guint words = 0;
	while (*p != '\0') {
		p += strspn(p, " \t");
		const char *start = p;
		bool quoted = false, at = false;
		for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
			quoted ^= *p == '"';
			at |= *p == '@' && !quoted;
		}
		words += p > start;
		if (at || (words == 1 && best == NULL && *start != '"')) {
			best = start;
			best_n = (gsize)(p - start);
			words += at ? 1000 : 0;
		}
	}
	if (best == NULL || best_n == 0 || (words != 1 && words < 1000)) {
		return false;
	}
	g_string_append_len(mailbox->angle, best, (gssize)best_n);
	return true;
}

/* "@relay,@relay:user@host" is where mail went in 1982. */
static const char *skip_route(const char *address)
{
	const char *colon = address[0] == '@' ? strchr(address, ':') : NULL;
	return colon ? colon + 1 : address;
}

static char *mailbox_address(const Mailbox *mailbox)
{
	const char *raw = skip_route(mailbox->angle->str);
	gsize length = strlen(raw);
	if (length == 0 || length > ADDRESS_BYTES) {
		return NULL;
	}
	g_autoptr(GString) text = g_string_new(NULL);
	charset_guess(raw, length, text);
	clean_line(text);
	g_autofree char *folded = address_fold(text->str);
	return folded[0] != '\0' ? g_steal_pointer(&folded) : NULL;
}

/* Ends the mailbox; false when PEOPLE is full. */
static bool mailbox_end(Mailbox *mailbox, GPtrArray *people)
{
	bool bare = !mailbox->in_brackets && take_bare(mailbox);
	g_autofree char *address = mailbox_address(mailbox);
	if (address == NULL) {
		mailbox_reset(mailbox);
		return true;
	}
	if (people->len >= LIMIT_PEOPLE) {
		return false;
	}
	const GString *name = mailbox->phrase;
	if (bare || name->str[strspn(name->str, " \t")] == '\0') {
		name = mailbox->comment;
	}
	Person *person = g_new0(Person, 1);
	person->address = g_steal_pointer(&address);
	person->name = word_decode(name->str, name->len);
	g_ptr_array_add(people, person);
	mailbox_reset(mailbox);
	return true;
}

static const char *read_comment(const char *p, Mailbox *mailbox)
{
	g_string_truncate(mailbox->comment, 0);
	guint depth = 1;
	for (p++; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && --depth == 0) {
			return p + 1;
		}
		g_string_append_c(mailbox->comment, *p);
	}
	return p;
}

static const char *read_quoted(const char *p, Mailbox *mailbox)
{
	g_string_append_c(mailbox->bare, '"');
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			g_string_append_c(mailbox->bare, *p++);
		}
		g_string_append_c(mailbox->bare, *p);
		g_string_append_c(mailbox->phrase, *p);
	}
	g_string_append_c(mailbox->bare, '"');
	return *p ? p + 1 : p;
}

/* Up to ">". A bracket that nobody closes ends where the next mailbox
 * begins. */
static const char *read_angle(const char *p, Mailbox *mailbox)
{
	g_string_truncate(mailbox->angle, 0);
	mailbox->in_brackets = true;
	bool quoted = false, at = false;
	for (p++; *p != '\0'; p++) {
		quoted ^= *p == '"';
		if (!quoted && *p == '>') {
			return p + 1;
		}
		if (!quoted && (*p == '<' || (at && strchr(",;", *p)))) {
			break;
		}
		at |= *p == '@' && mailbox->angle->len > 0;
		if (quoted || (*p != ' ' && *p != '\t')) {
			g_string_append_c(mailbox->angle, *p);
		}
	}
	return p;
}

/* The end of the encoded word at P, so that a comma in it is no separator; P
 * when it isn't one. */
static const char *skip_word(const char *p)
{
	guint marks = 0;
	for (const char *q = p + 2; *q > ' ' && q - p < 200; q++) {
		marks += *q == '?';
		if (marks >= 3 && q[0] == '?' && q[1] == '=') {
			return q + 2;
		}
	}
	return p;
}

static const char *read_word(const char *p, Mailbox *mailbox)
{
	const char *stop = p;
	if (p[0] == '=' && p[1] == '?') {
		stop = skip_word(p);
	}
	if (stop == p) {
		stop++;
	}
	g_string_append_len(mailbox->phrase, p, stop - p);
	g_string_append_len(mailbox->bare, p, stop - p);
	return stop;
}

static bool parse(const char *p, Mailbox *mailbox, GPtrArray *people)
{
	while (*p != '\0') {
		switch (*p) {
		case ',':
		case ';':
			if (!mailbox_end(mailbox, people)) {
				return false;
			}
			p++;
			break;
		case ':': /* a group's name, or "mailto" */
			if (!mailbox->in_brackets) {
				mailbox_reset(mailbox);
			}
			p++;
			break;
		case '(':
			p = read_comment(p, mailbox);
			break;
		case '"':
			p = read_quoted(p, mailbox);
			break;
		case '<':
			/* Two without a comma between. */
			if (mailbox->in_brackets && mailbox->angle->len > 0 &&
			    !mailbox_end(mailbox, people)) {
				return false;
			}
			p = read_angle(p, mailbox);
			break;
		default:
			p = read_word(p, mailbox);
			break;
		}
	}
	return mailbox_end(mailbox, people);
}

bool people_parse(const char *raw, GPtrArray *people)
{
	if (raw == NULL) {
		return false;
	}
	Mailbox mailbox = {g_string_new(NULL), g_string_new(NULL),
	    g_string_new(NULL), g_string_new(NULL), false};
	bool whole = parse(raw, &mailbox, people);
	g_string_free(mailbox.phrase, TRUE);
	g_string_free(mailbox.bare, TRUE);
	g_string_free(mailbox.comment, TRUE);
	g_string_free(mailbox.angle, TRUE);
	return !whole;
}
