/*
 * Reads the part of the pattern language that rules are written in. It errs on
 * one side only: whatever isn't understood tells nothing, up to the whole
 * pattern (`given_up`).
 *
 * A sequence (sequence.h) is read from left to right, a group with the runs
 * before it as the beginning of each of its choices.
 */
#include "score/literals.h"

#include <string.h>

#include "score/sequence.h"
#include "score/syntax.h"

#define READ_DEPTH 24
/* Where more is expected in a byte of text than both, all places are as good.
 */
#define HITS_MAX 0.1
#define COST_MAX 0.22
/* And above which a further set costs more than it saves. */
#define HITS_MORE 0.03

typedef struct {
	const char *at;
	guint depth;
	bool given_up;
	bool lines; /* "^" may be where a line begins */
} Reader;

static void read_choice(
    Reader *reader, const Sequence *begin, bool border, Sequence *choice);

static void give_up(Reader *reader)
{
	reader->given_up = true;
}

/* ---- the pattern language ---- */

/* A number of {}; capped, so that widths can't overflow. */
static guint32 read_number(const char **at)
{
	guint32 number = 0;
	for (; g_ascii_isdigit(**at); (*at)++) {
		number = MIN(number * 10 + (guint32)(**at - '0'), 100000);
	}
	return number;
}

/* Behind an atom, at "{". */
static Times read_braces(Reader *reader)
{
	const char *at = reader->at + 1;
	Times times = {1, 1};
	if (!g_ascii_isdigit(*at)) {
		give_up(reader);
		return times;
	}
	times.least = times.most = read_number(&at);
	if (*at == ',') {
		at++;
		times.most =
		    g_ascii_isdigit(*at) ? read_number(&at) : REACH_FAR;
	}
	if (*at != '}') {
		give_up(reader);
	}
	reader->at = at + (*at == '}');
	return times;
}

/* Skips what follows an atom. */
static Times read_times(Reader *reader)
{
	Times times = {1, 1};
	switch (*reader->at) {
	case '?':
		times.least = 0;
		reader->at++;
		break;
	case '*':
		times = (Times){0, REACH_FAR};
		reader->at++;
		break;
	case '+':
		times.most = REACH_FAR;
		reader->at++;
		break;
	case '{':
		times = read_braces(reader);
		break;
	default:
		return times;
	}
	/* lazy, possessive */
	if (*reader->at == '?' || *reader->at == '+') {
		reader->at++;
	}
	return times;
}

/* White space, of which a folded text never has two in a row. */
static void read_white(Reader *reader, Sequence *sequence)
{
	Times times = read_times(reader);
	if (times.least <= 1 && times.most >= 1) {
		times.most = 1;
	}
	sequence_letter(sequence, ' ', times);
}

/* Something between characters; MARK: what is known of it, or 0. */
static void read_between(Reader *reader, Sequence *sequence, char mark)
{
	Times times = read_times(reader);
	if (mark && times.least == 1 && times.most == 1) {
		sequence_mark(sequence, mark);
	}
}

/* Behind "\p" and the like: {...}, or up to MAX letters. */
static void skip_braces(Reader *reader, gsize max)
{
	if (*reader->at == '{') {
		const char *end = strchr(reader->at, '}');
		if (!end) {
			give_up(reader);
			return;
		}
		reader->at = end + 1;
		return;
	}
	for (gsize i = 0; i < max && g_ascii_isalnum(*reader->at); i++) {
		reader->at++;
	}
}

static void read_escape(Reader *reader, Sequence *sequence)
{
	char c = *reader->at;
	if (c == '\0') {
		give_up(reader);
		return;
	}
	reader->at++;
	if (strchr("bBAzZG", c)) {
		read_between(reader, sequence, c == 'b' ? RUN_BORDER : 0);
	} else if (c == 's') {
		read_white(reader, sequence);
	} else if (c == 'R' || c == 'X') {
		read_times(reader);
		sequence_any(sequence, ANY_CHAR, (Times){0, REACH_FAR});
	} else if (c == 'd') {
		sequence_letter(sequence, '0', read_times(reader));
	} else if (strchr("DwWShHvVtnrfea", c)) {
		AnyKind kind = c == 'W'   ? ANY_GAP
			       : c == 'w' ? ANY_WORD
					  : ANY_CHAR;
		sequence_any(sequence, kind, read_times(reader));
	} else if (c == 'x' || c == 'p' || c == 'P') {
		skip_braces(reader, c == 'x' ? 2 : 1);
		sequence_any(sequence, ANY_CHAR, read_times(reader));
	} else if (g_ascii_ispunct(c) || c == ' ') {
		sequence_letter(sequence, c, read_times(reader));
	} else {
		give_up(reader);
	}
}

/* A character of a class, a range of them, or what ESCAPE stands for. Of those
 * of other scripts each byte is one. */
typedef struct {
	char escape; /* a letter; or 0 */
	guchar from, to;
} ClassItem;

static ClassItem class_item(const char **at, const char *end)
{
	char c = *(*at)++;
	if (c == '\\') {
		c = *(*at)++;
		if (g_ascii_isalnum(c)) {
			return (ClassItem){.escape = c};
		}
	}
	ClassItem item = {0, (guchar)c, (guchar)c};
	if (**at == '-' && *at + 1 < end) {
		item.to = (guchar)(*at)[1];
		*at += 2;
	}
	return item;
}

/* The plain letter of all that ITEM may be, each a byte; 0: there is none. */
static char item_letter(const ClassItem *item)
{
	if (item->escape) {
		return item->escape == 's'   ? ' '
		       : item->escape == 'd' ? '0'
					     : 0;
	}
	bool digits = g_ascii_isdigit(item->from) && g_ascii_isdigit(item->to);
	bool single = item->from == item->to && item->from < 0x80;
	return digits || single ? literal_letter(item->from) : 0;
}

static AnyKind item_kind(const ClassItem *item)
{
	if (item->escape) {
		return strchr("wd", item->escape)   ? ANY_WORD
		       : strchr("Ws", item->escape) ? ANY_GAP
						    : ANY_CHAR;
	}
	if (item->from >= 0x80) {
		/* A range may have signs that are letters of ASCII, too. */
		return item->to == item->from ? ANY_GAP : ANY_CHAR;
	}
	guchar from = item->from, to = item->to;
	bool word = (g_ascii_isdigit(from) && g_ascii_isdigit(to)) ||
		    (g_ascii_islower(from) && g_ascii_islower(to)) ||
		    (g_ascii_isupper(from) && g_ascii_isupper(to));
	if (word) {
		return ANY_WORD;
	}
	return from != to ? ANY_CHAR : from == '_' ? ANY_WORD : ANY_GAP;
}

/* The letters of a class of nothing but letters, from AT to END, each once; of
 * Run. NULL: it has other things. */
static GArray *class_letters(const char *at, const char *end)
{
	g_autoptr(GArray) letters = g_array_new(FALSE, TRUE, sizeof(Run));
	char seen[G_N_ELEMENTS(LITERAL_ALPHABET)] = "";
	if (*at == '^') {
		return NULL;
	}
	while (at < end) {
		ClassItem item = class_item(&at, end);
		Run run = {.letters = {item_letter(&item)}, .n = 1};
		if (!run.letters[0]) {
			return NULL;
		}
		if (!strchr(seen, run.letters[0])) {
			g_array_append_val(letters, run);
			seen[strlen(seen)] = run.letters[0];
		}
	}
	return g_steal_pointer(&letters);
}

/* What all characters of the class from AT to END are. */
static AnyKind class_kind(const char *at, const char *end)
{
	if (*at == '^') {
		return ANY_CHAR;
	}
	ClassItem item = class_item(&at, end);
	AnyKind kind = item_kind(&item);
	while (at < end) {
		item = class_item(&at, end);
		kind = item_kind(&item) == kind ? kind : ANY_CHAR;
	}
	return kind;
}

/* Behind "[". */
static void read_class(Reader *reader, Sequence *sequence)
{
	const char *begin = reader->at;
	const char *end = syntax_class_end(begin);
	if (!end) {
		give_up(reader);
		return;
	}
	reader->at = end + 1;
	Times times = read_times(reader);
	g_autoptr(GArray) letters = class_letters(begin, end);
	if (letters && letters->len <= RUNS_INTO_GROUP) {
		const Run *first = &g_array_index(letters, Run, 0);
		AnyKind kind = class_kind(begin, end);
		bool gap = letters->len == 1 && first->letters[0] == ' ';
		Atom atom = {{1, {{1}}}, gap, kind == ANY_WORD};
		sequence_runs(sequence, letters, &atom, times);
	} else {
		sequence_any(sequence, class_kind(begin, end), times);
	}
}

/* The ")" of the group in which AT is; NULL: there is none. */
static const char *group_end(const char *at)
{
	for (guint depth = 0; *at; at++) {
		if (*at == '\\' && at[1]) {
			at++;
		} else if (*at == '[') {
			at = syntax_class_end(at + 1);
			if (!at) {
				return NULL;
			}
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')' && depth-- == 0) {
			return at;
		}
	}
	return NULL;
}

/* Does a word begin or end at AT, whatever is there? OUTER: does one where the
 * group ends that AT is in? */
static bool border_at(const char *at, bool outer)
{
	if (at[0] == '\\' && at[1] == 'b') {
		return !at[2] || !strchr("?*+{", at[2]);
	}
	return *at == ')' && outer;
}

/* The contents of a plain group, up to its END, that is there as often as
 * TIMES; RUN_BORDER: it is followed by one. */
static void read_plain(
    Reader *reader, Sequence *sequence, bool border, Times times)
{
	bool into = times.least > 0 && sequence->runs->len <= RUNS_INTO_GROUP;
	Sequence begin, choice;
	sequence_continue(&begin, sequence, into);
	read_choice(reader, &begin, border, &choice);
	if (!reader->given_up) {
		sequence_group(sequence, &choice, into, times);
	}
	sequence_clear(&begin);
	sequence_clear(&choice);
}

/* Behind "(". RUN_BORDER: a word begins or ends where the sequence ends. */
static void read_group(Reader *reader, Sequence *sequence, bool border)
{
	GroupKind kind = syntax_group(&reader->at);
	if (kind == GROUP_FLAGS) {
		return;
	}
	const char *begin = reader->at;
	const char *end = group_end(begin);
	if (kind == GROUP_UNKNOWN || !end || reader->depth >= READ_DEPTH) {
		give_up(reader);
		return;
	}
	reader->at = end + 1;
	Times times = read_times(reader);
	const char *after = reader->at;
	bool once = times.least == 1 && times.most == 1;
	reader->at = begin;
	reader->depth++;
	if (kind == GROUP_LOOK) {
		Sequence aside;
		sequence_continue(&aside, sequence, false);
		Sequence choice;
		read_choice(reader, &aside, false, &choice);
		sequence_clear(&aside);
		sequence_clear(&choice);
	} else {
		read_plain(
		    reader, sequence, once && border_at(after, border), times);
	}
	reader->depth--;
	if (reader->at != end) {
		give_up(reader);
	}
	reader->at = after;
}

static void read_atom(Reader *reader, Sequence *sequence, bool border)
{
	char c = *reader->at++;
	switch (c) {
	case '\\':
		read_escape(reader, sequence);
		break;
	case '[':
		read_class(reader, sequence);
		break;
	case '(':
		read_group(reader, sequence, border);
		break;
	case '.':
		sequence_any(sequence, ANY_CHAR, read_times(reader));
		break;
	case '^':
		read_between(
		    reader, sequence, reader->lines ? RUN_BORDER : RUN_EDGE);
		break;
	case '$':
		read_between(reader, sequence, RUN_BORDER);
		break;
	case '{':
	case '?':
	case '*':
	case '+':
		give_up(reader);
		break;
	default:
		if ((guchar)c < 0x80) {
			sequence_letter(sequence, c, read_times(reader));
			break;
		}
		while (((guchar)*reader->at & 0xc0) == 0x80) {
			reader->at++;
		}
		sequence_any(sequence, ANY_GAP, read_times(reader));
	}
}

/* Atoms in a row. */
static void read_sequence(Reader *reader, Sequence *sequence, bool border)
{
	while (!reader->given_up && *reader->at && *reader->at != '|' &&
	       *reader->at != ')') {
		read_atom(reader, sequence, border);
	}
	if (border) {
		sequence_mark(sequence, RUN_BORDER);
	}
}

/* Sequences with "|" between, each behind BEGIN, into CHOICE. RUN_BORDER: a
 * word begins or ends where they end. */
static void read_choice(
    Reader *reader, const Sequence *begin, bool border, Sequence *choice)
{
	sequence_init_choice(choice, begin);
	for (;;) {
		Sequence sequence;
		sequence_continue(&sequence, begin, true);
		read_sequence(reader, &sequence, border);
		sequence_add_choice(choice, &sequence);
		sequence_clear(&sequence);
		if (reader->given_up || *reader->at != '|') {
			return;
		}
		reader->at++;
	}
}

/* Does PATTERN have (?m) or the like? */
static bool has_lines(const char *pattern)
{
	const char *at = pattern;
	while ((at = strstr(at, "(?"))) {
		at += 2;
		if (memchr(at, 'm', strspn(at, "imsxnUJ^-"))) {
			return true;
		}
	}
	return false;
}

static GPtrArray *way_sets(const Way *way)
{
	GPtrArray *sets =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	for (guint i = 0; i < LITERAL_SETS; i++) {
		const LiteralSet *set = &way->sets[i];
		if (i == 0 || set->hits <= HITS_MORE) {
			g_ptr_array_add(sets, g_array_ref(set->literals));
		}
	}
	return sets;
}

static GPtrArray *ways_sets(const GArray *ways)
{
	GPtrArray *all =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	for (guint i = 0; i < ways->len; i++) {
		g_ptr_array_add(all, way_sets(&g_array_index(ways, Way, i)));
	}
	return all;
}

GPtrArray *literals_read(const char *pattern)
{
	Reader reader = {.at = pattern, .lines = has_lines(pattern)};
	Sequence nothing, begin, all;
	sequence_init(&nothing);
	sequence_continue(&begin, &nothing, false);
	read_choice(&reader, &begin, false, &all);
	bool known = !reader.given_up && !*reader.at &&
		     (ways_hits(all.ways) <= HITS_MAX ||
			 ways_cost(all.ways) <= COST_MAX);
	GPtrArray *ways = known ? ways_sets(all.ways) : NULL;
	sequence_clear(&nothing);
	sequence_clear(&begin);
	sequence_clear(&all);
	return ways;
}
