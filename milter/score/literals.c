/*
 * Reads the part of the pattern language that rules are written in. It errs on
 * one side only: whatever isn't understood tells nothing, up to the whole
 * pattern (`given_up`).
 *
 * A sequence is read from left to right. Its runs are all the strings that may
 * stand between a known place (`at`) and where the reader is; when that can't
 * be listed any longer, the runs become literals, and the rarest that were seen
 * in the sequence are kept. A group is read with the runs before it as the
 * beginning of each of its choices.
 */
#include "score/literals.h"

#include <math.h>
#include <string.h>

#define READ_DEPTH 24
/* Runs at a time; and at most so many are carried into a group. */
#define RUNS_MAX 48
#define RUNS_INTO_GROUP 12
#define LITERALS_MAX 2048 /* of one pattern */
/* Hits expected in a byte of text above which all places are as good. */
#define COST_MAX 0.25
#define MANY REACH_FAR
/* In a run: a word begins or ends here, or the text does; the text begins. */
#define BORDER '\b'
#define EDGE '^'

typedef struct {
	char letters[LITERAL_BYTES];
	guint n;
} Run;

typedef struct {
	guint32 min; /* bytes */
	Reach max;
} Width;

/* What is known of the strings between a pattern's beginning and a place. */
typedef struct {
	GArray *runs; /* of Run: each match has one of them next after `at` */
	Width at;     /* from the match's beginning to the runs */
	Width width;  /* and to here */
	bool whole;   /* the runs go back to where reading it began */
	bool gap;     /* the byte before here is a blank of the plain text */
	GArray *best; /* of Literal; empty: none yet */
	double cost;
} Sequence;

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

/* ---- sequences ---- */

static void runs_reset(Sequence *sequence)
{
	Run none = {.letters = {BORDER}, .n = sequence->gap};
	g_array_set_size(sequence->runs, 0);
	g_array_append_val(sequence->runs, none);
	sequence->at = sequence->width;
	sequence->whole = false;
}

static void sequence_init(Sequence *sequence)
{
	*sequence = (Sequence){.cost = INFINITY};
	sequence->runs = g_array_new(FALSE, FALSE, sizeof(Run));
	sequence->best = g_array_new(FALSE, FALSE, sizeof(Literal));
}

static void sequence_clear(Sequence *sequence)
{
	g_array_unref(sequence->runs);
	g_array_unref(sequence->best);
}

/* TO goes on where FROM is, with its runs if KEEP. */
static void sequence_continue(Sequence *to, const Sequence *from, bool keep)
{
	sequence_init(to);
	to->width = from->width;
	to->gap = from->gap;
	runs_reset(to);
	to->whole = true;
	if (keep) {
		g_array_set_size(to->runs, 0);
		g_array_append_vals(
		    to->runs, from->runs->data, from->runs->len);
		to->at = from->at;
	}
}

/* Sums and products that stay at MANY. */
static guint32 many_add(guint32 a, guint32 b)
{
	return a >= MANY - MIN(b, MANY) ? MANY : a + b;
}

static guint32 many_times(guint32 a, guint32 b)
{
	guint64 product = (guint64)a * b;
	return a == 0 || b == 0 ? 0 : (guint32)MIN(product, MANY);
}

/* Adds MORE, so many TIMES. */
static void reach_add(Reach *sum, const Reach *more, guint32 times)
{
	for (gsize i = 0; i < REACH_UNITS; i++) {
		sum->of[i] =
		    many_add(sum->of[i], many_times(more->of[i], times));
	}
}

/* Roughly, in bytes. */
static guint32 reach_bytes(const Reach *reach)
{
	guint32 words = many_times(reach->of[REACH_WORDS], 12);
	guint32 chars = many_add(reach->of[REACH_CHARS], words);
	return many_add(reach->of[REACH_BYTES], chars);
}

/* ---- literals ---- */

static bool word_letter(char c)
{
	return c != ' ' && c != BORDER && c != EDGE;
}

/* The words that are everywhere; sorted. */
static const char *const common[] = {"a", "about", "after", "all", "am", "an",
    "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could",
    "das", "de", "der", "die", "do", "don", "for", "from", "had", "has", "have",
    "he", "her", "his", "how", "i", "ich", "if", "in", "is", "it", "je", "la",
    "le", "ll", "m", "me", "more", "my", "no", "not", "of", "on", "one", "or",
    "our", "out", "please", "que", "re", "s", "she", "sie", "so", "t", "that",
    "the", "their", "them", "there", "they", "this", "to", "up", "us", "ve",
    "was", "we", "were", "what", "when", "which", "who", "will", "with",
    "would", "you", "your"};

static bool is_common(const char *word, guint length)
{
	gsize low = 0, high = G_N_ELEMENTS(common);
	while (low < high) {
		gsize middle = (low + high) / 2;
		int order = strncmp(common[middle], word, length);
		if (order == 0) {
			order = common[middle][length] != '\0';
		}
		if (order == 0) {
			return true;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return false;
}

/* How rare a word of N LETTERS is, WHOLE or a part of one, in bits: about as in
 * English mail. */
static double word_bits(const char *letters, guint n, bool whole)
{
	if (letters[0] == '^') {
		return 9;
	}
	if (letters[0] == '0') {
		return 5 + 2 * n;
	}
	if (!whole) {
		return 2.2 * n;
	}
	return is_common(letters, n) ? 7 : 10 + 0.7 * n;
}

/* How rare LITERAL is in text: minus the logarithm of how often it begins at a
 * byte. */
static double literal_bits(const Literal *literal)
{
	double bits = 0;
	for (guint i = 0; i < literal->length;) {
		guint from = i;
		while (i < literal->length && literal->letters[i] != ' ') {
			i++;
		}
		bool whole = from > 0 && i < literal->length;
		if (i > from) {
			bits +=
			    word_bits(literal->letters + from, i - from, whole);
		}
		bits += from > 0 && !whole ? 2.5 : 0;
		i++;
	}
	return bits;
}

/* What the marks of RUN from *AT on, next to each other, stand for in LITERAL;
 * *AT moves behind them. How many of its letters are before the match. */
static guint marks_letters(const Run *run, guint *at, Literal *literal)
{
	bool edge = false;
	guint from = *at;
	for (; *at < run->n; (*at)++) {
		if (run->letters[*at] == EDGE) {
			edge = true;
		} else if (run->letters[*at] != BORDER) {
			break;
		}
	}
	bool word_next = *at < run->n && word_letter(run->letters[*at]);
	guint n = literal->length;
	if (from == 0 && edge) {
		memcpy(literal->letters, "^ ", 2);
		literal->length = 2;
		return 2;
	}
	if (from == 0 && word_next) {
		literal->letters[literal->length++] = ' ';
		return 1;
	}
	if (*at == run->n && n && word_letter(literal->letters[n - 1])) {
		literal->letters[literal->length++] = ' ';
	}
	return 0;
}

/* RUN, which stands behind AT, as a literal. False: it tells too little. */
static bool run_literal(const Run *run, const Width *at, Literal *literal)
{
	guint lead = 0;
	bool tells = false;
	*literal = (Literal){.length = 0};
	for (guint i = 0; i < run->n;) {
		char c = run->letters[i];
		if (c == BORDER || c == EDGE) {
			tells = tells || c == EDGE;
			lead += marks_letters(run, &i, literal);
			continue;
		}
		tells = tells || word_letter(c);
		literal->letters[literal->length++] = c;
		i++;
	}
	guint32 bytes = literal->length - lead;
	guint32 *most = &literal->most.of[REACH_BYTES];
	literal->least = many_add(at->min, bytes);
	literal->most = at->max;
	*most = many_add(*most, bytes);
	return tells && literal->length > 0;
}

static double literal_cost(const Literal *literal)
{
	guint32 places = reach_bytes(&literal->most) - literal->least;
	return exp2(-literal_bits(literal)) * (1 + MIN(places, 200) * 0.1) +
	       1e-6;
}

/* The literals that SEQUENCE's runs are, if they beat the best so far. */
static void consider_runs(Sequence *sequence)
{
	g_autoptr(GArray) found =
	    g_array_sized_new(FALSE, FALSE, sizeof(Literal), 8);
	double cost = 0;
	for (guint i = 0; i < sequence->runs->len; i++) {
		const Run *run = &g_array_index(sequence->runs, Run, i);
		Literal literal;
		if (!run_literal(run, &sequence->at, &literal)) {
			return;
		}
		cost += literal_cost(&literal);
		g_array_append_val(found, literal);
	}
	if (cost < sequence->cost) {
		g_array_unref(sequence->best);
		sequence->best = g_steal_pointer(&found);
		sequence->cost = cost;
	}
}

/* What comes next can't be listed. */
static void runs_end(Sequence *sequence)
{
	consider_runs(sequence);
	runs_reset(sequence);
}

/* ---- runs ---- */

/* Has RUN room for N more? And for two borders that become blanks. */
static bool run_room(const Run *run, guint n)
{
	return run->n + n + 2 <= LITERAL_BYTES;
}

/* SEQUENCE's runs, each with one of MORE behind it. False: too many or too
 * long, nothing changed. */
static bool runs_multiply(Sequence *sequence, const GArray *more)
{
	guint n = sequence->runs->len * more->len;
	if (n > RUNS_MAX) {
		return false;
	}
	g_autoptr(GArray) product =
	    g_array_sized_new(FALSE, FALSE, sizeof(Run), n);
	for (guint i = 0; i < sequence->runs->len; i++) {
		for (guint k = 0; k < more->len; k++) {
			Run run = g_array_index(sequence->runs, Run, i);
			const Run *tail = &g_array_index(more, Run, k);
			if (!run_room(&run, tail->n)) {
				return false;
			}
			memcpy(run.letters + run.n, tail->letters, tail->n);
			run.n += tail->n;
			g_array_append_val(product, run);
		}
	}
	g_array_unref(sequence->runs);
	sequence->runs = g_steal_pointer(&product);
	return true;
}

typedef struct {
	Width width;
	bool gap;  /* its last byte is a blank of the plain text */
	bool word; /* it is one letter of a word */
} Atom;

/* How often an atom is there; most may be MANY. */
typedef struct {
	guint32 least, most;
} Times;

static void widen(Sequence *sequence, const Atom *atom, Times times)
{
	Width *sum = &sequence->width;
	sum->min = many_add(sum->min, many_times(atom->width.min, times.least));
	if (atom->word && times.most == MANY) {
		guint32 *words = &sum->max.of[REACH_WORDS];
		*words = many_add(*words, 1);
	} else {
		reach_add(&sum->max, &atom->width.max, times.most);
	}
	sequence->gap = atom->gap && (times.least || sequence->gap);
}

/* ATOM, that is one of CHOICES (of Run). */
static void put_runs(
    Sequence *sequence, GArray *choices, const Atom *atom, Times times)
{
	if (times.least == 0 && times.most == 1) {
		Run none = {.n = 0};
		g_array_append_val(choices, none);
	}
	bool listed = times.most == 1 || times.least > 0;
	bool put = listed && runs_multiply(sequence, choices);
	if (!put) {
		runs_end(sequence);
		put = listed && runs_multiply(sequence, choices);
	}
	widen(sequence, atom, times);
	if (!put || times.most > 1) {
		runs_end(sequence);
	}
}

/* LETTER or mark behind each run. False: they are too long, nothing changed. */
static bool runs_append(Sequence *sequence, char letter)
{
	for (guint i = 0; i < sequence->runs->len; i++) {
		if (!run_room(&g_array_index(sequence->runs, Run, i), 1)) {
			return false;
		}
	}
	for (guint i = 0; i < sequence->runs->len; i++) {
		Run *run = &g_array_index(sequence->runs, Run, i);
		run->letters[run->n++] = letter;
	}
	return true;
}

static void put_letter(Sequence *sequence, char letter, Times times)
{
	letter = literal_letter((guchar)letter);
	bool gap = letter == ' ';
	Atom atom = {{1, {{1}}}, gap, !gap};
	if (times.least == 1 && times.most == 1 &&
	    runs_append(sequence, letter)) {
		widen(sequence, &atom, times);
		return;
	}
	g_autoptr(GArray) choices = g_array_new(FALSE, FALSE, sizeof(Run));
	Run run = {.letters = {letter}, .n = 1};
	g_array_append_val(choices, run);
	put_runs(sequence, choices, &atom, times);
}

/* MARK, that is nothing by itself. */
static void put_mark(Sequence *sequence, char mark)
{
	if (!runs_append(sequence, mark)) {
		runs_end(sequence);
		runs_append(sequence, mark);
	}
}

typedef enum {
	ANY_CHAR,
	ANY_GAP,  /* none of a plain text's words from first byte to last */
	ANY_WORD, /* a letter of a word, of any script */
} AnyKind;

/* A character that isn't known, but for its KIND. */
static void put_any(Sequence *sequence, AnyKind kind, Times times)
{
	bool gap = kind == ANY_GAP;
	Atom atom = {{1, {{0, 1}}}, gap, kind == ANY_WORD};
	if (gap && times.least) {
		put_mark(sequence, BORDER);
	}
	runs_end(sequence);
	widen(sequence, &atom, times);
	runs_reset(sequence);
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
		times.most = g_ascii_isdigit(*at) ? read_number(&at) : MANY;
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
		times = (Times){0, MANY};
		reader->at++;
		break;
	case '+':
		times.most = MANY;
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
	put_letter(sequence, ' ', times);
}

/* Something between characters; MARK: what is known of it, or 0. */
static void read_between(Reader *reader, Sequence *sequence, char mark)
{
	Times times = read_times(reader);
	if (mark && times.least == 1 && times.most == 1) {
		put_mark(sequence, mark);
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
		read_between(reader, sequence, c == 'b' ? BORDER : 0);
	} else if (c == 's') {
		read_white(reader, sequence);
	} else if (c == 'R' || c == 'X') {
		read_times(reader);
		put_any(sequence, ANY_CHAR, (Times){0, MANY});
	} else if (c == 'd') {
		put_letter(sequence, '0', read_times(reader));
	} else if (strchr("DwWShHvVtnrfea", c)) {
		AnyKind kind = c == 'W'   ? ANY_GAP
			       : c == 'w' ? ANY_WORD
					  : ANY_CHAR;
		put_any(sequence, kind, read_times(reader));
	} else if (c == 'x' || c == 'p' || c == 'P') {
		skip_braces(reader, c == 'x' ? 2 : 1);
		put_any(sequence, ANY_CHAR, read_times(reader));
	} else if (g_ascii_ispunct(c) || c == ' ') {
		put_letter(sequence, c, read_times(reader));
	} else {
		give_up(reader);
	}
}

/* The "]" of the class behind whose "[" AT is; NULL when it has what this
 * reader doesn't know. */
static const char *class_end(const char *at)
{
	at += *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++) {
		if (at[0] == '[' && at[1] && strchr(":.=", at[1])) {
			return NULL;
		}
		if (at[0] == '\\') {
			if (!at[1] || at[1] == 'Q' || at[1] == 'E') {
				return NULL;
			}
			at++;
		}
	}
	return *at ? at : NULL;
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
	const char *end = class_end(begin);
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
		put_runs(sequence, letters, &atom, times);
	} else {
		put_any(sequence, class_kind(begin, end), times);
	}
}

typedef enum { GROUP_PLAIN, GROUP_LOOK, GROUP_FLAGS, GROUP_UNKNOWN } GroupKind;

/* Behind "(": what kind of group; moves to its contents. */
static GroupKind group_kind(Reader *reader)
{
	static const struct {
		const char *begin;
		GroupKind kind;
	} kinds[] = {
	    {"?:", GROUP_PLAIN},
	    {"?>", GROUP_PLAIN},
	    {"?|", GROUP_PLAIN},
	    {"?=", GROUP_LOOK},
	    {"?!", GROUP_LOOK},
	    {"?<=", GROUP_LOOK},
	    {"?<!", GROUP_LOOK},
	};
	if (*reader->at == '*') {
		return GROUP_UNKNOWN;
	}
	if (*reader->at != '?') {
		return GROUP_PLAIN;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(reader->at, kinds[i].begin)) {
			reader->at += strlen(kinds[i].begin);
			return kinds[i].kind;
		}
	}
	/* (?s), (?im: but not (?x), where blanks mean nothing */
	gsize flags = strspn(reader->at + 1, "ims-");
	char after = reader->at[1 + flags];
	if (flags && (after == ')' || after == ':')) {
		reader->at += 2 + flags;
		return after == ':' ? GROUP_PLAIN : GROUP_FLAGS;
	}
	return GROUP_UNKNOWN;
}

/* The ")" of the group in which AT is; NULL: there is none. */
static const char *group_end(const char *at)
{
	for (guint depth = 0; *at; at++) {
		if (*at == '\\' && at[1]) {
			at++;
		} else if (*at == '[') {
			at = class_end(at + 1);
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

/* The group CHOICE was read, with SEQUENCE's runs in it if INTO. */
static void put_group(
    Sequence *sequence, Sequence *choice, bool into, Times times)
{
	Atom group = {.gap = choice->gap};
	group.width.min = choice->width.min - sequence->width.min;
	for (gsize i = 0; i < REACH_UNITS; i++) {
		guint32 far = choice->width.max.of[i];
		guint32 before = sequence->width.max.of[i];
		group.width.max.of[i] = far == MANY ? MANY : far - before;
	}
	bool once = times.least == 1 && times.most == 1;
	if (once && into && choice->whole) {
		g_array_set_size(sequence->runs, 0);
		g_array_append_vals(
		    sequence->runs, choice->runs->data, choice->runs->len);
		widen(sequence, &group, times);
		return;
	}
	bool listed = once || (times.least == 0 && times.most == 1);
	if (!into && listed && choice->whole) {
		put_runs(sequence, choice->runs, &group, times);
		return;
	}
	runs_end(sequence);
	if (times.least > 0 && choice->cost < sequence->cost) {
		g_array_unref(sequence->best);
		sequence->best = g_array_ref(choice->best);
		sequence->cost = choice->cost;
	}
	widen(sequence, &group, times);
	runs_reset(sequence);
}

/* The contents of a plain group, up to its END, that is there as often as
 * TIMES; BORDER: it is followed by one. */
static void read_plain(
    Reader *reader, Sequence *sequence, bool border, Times times)
{
	bool into = times.least > 0 && sequence->runs->len <= RUNS_INTO_GROUP;
	Sequence begin, choice;
	sequence_continue(&begin, sequence, into);
	read_choice(reader, &begin, border, &choice);
	if (!reader->given_up) {
		put_group(sequence, &choice, into, times);
	}
	sequence_clear(&begin);
	sequence_clear(&choice);
}

/* Behind "(". BORDER: a word begins or ends where the sequence ends. */
static void read_group(Reader *reader, Sequence *sequence, bool border)
{
	GroupKind kind = group_kind(reader);
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
		put_any(sequence, ANY_CHAR, read_times(reader));
		break;
	case '^':
		read_between(reader, sequence, reader->lines ? BORDER : EDGE);
		break;
	case '$':
		read_between(reader, sequence, BORDER);
		break;
	case '{':
	case '?':
	case '*':
	case '+':
		give_up(reader);
		break;
	default:
		if ((guchar)c < 0x80) {
			put_letter(sequence, c, read_times(reader));
			break;
		}
		while (((guchar)*reader->at & 0xc0) == 0x80) {
			reader->at++;
		}
		put_any(sequence, ANY_GAP, read_times(reader));
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
		put_mark(sequence, BORDER);
	}
}

/* SEQUENCE is one more of what CHOICE may be. */
static void choice_add(Sequence *choice, Sequence *sequence)
{
	guint n = choice->runs->len + sequence->runs->len;
	choice->whole = choice->whole && sequence->whole && n <= RUNS_MAX;
	if (choice->whole) {
		g_array_append_vals(
		    choice->runs, sequence->runs->data, sequence->runs->len);
	}
	choice->gap = choice->gap && sequence->gap;
	choice->width.min = MIN(choice->width.min, sequence->width.min);
	for (gsize i = 0; i < REACH_UNITS; i++) {
		guint32 *max = &choice->width.max.of[i];
		*max = MAX(*max, sequence->width.max.of[i]);
	}
	consider_runs(sequence);
	choice->cost += sequence->cost;
	if (choice->best->len + sequence->best->len > LITERALS_MAX) {
		choice->cost = INFINITY;
	}
	if (!isinf(choice->cost)) {
		g_array_append_vals(
		    choice->best, sequence->best->data, sequence->best->len);
	}
}

/* Sequences with "|" between, each behind BEGIN, into CHOICE. BORDER: a word
 * begins or ends where they end. */
static void read_choice(
    Reader *reader, const Sequence *begin, bool border, Sequence *choice)
{
	sequence_init(choice);
	choice->at = begin->at;
	choice->width.min = MANY;
	choice->whole = choice->gap = true;
	choice->cost = 0;
	for (;;) {
		Sequence sequence;
		sequence_continue(&sequence, begin, true);
		read_sequence(reader, &sequence, border);
		choice_add(choice, &sequence);
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

GArray *literals_read(const char *pattern)
{
	Reader reader = {.at = pattern, .lines = has_lines(pattern)};
	Sequence nothing, begin, all;
	sequence_init(&nothing);
	sequence_continue(&begin, &nothing, false);
	read_choice(&reader, &begin, false, &all);
	bool known = !reader.given_up && !*reader.at && all.cost <= COST_MAX;
	GArray *literals = known ? g_array_ref(all.best) : NULL;
	sequence_clear(&nothing);
	sequence_clear(&begin);
	sequence_clear(&all);
	return literals;
}
