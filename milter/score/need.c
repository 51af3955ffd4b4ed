/*
 * Reads the part of the pattern language that rules are written in. It errs on
 * one side only: whatever isn't understood needs nothing, up to the whole
 * pattern (`given_up`).
 */
#include "score/need.h"

#include <string.h>

#define NEED_DEPTH 24
#define NEED_RUN_BYTES 32 /* of a word; the rest isn't asked for */
/* Of HEAD_CODES; with more, trying everywhere is as good. */
#define NEED_HEADS_MAX (HEAD_CODES / 2)
#define NONE G_MAXUINT

typedef enum { NEED_WORD, NEED_AND, NEED_OR } NeedKind;

/* In order of the pattern, a node before its children. */
typedef struct {
	NeedKind kind;
	guint end;             /* the node after this one and all below it */
	guint codes, n;        /* a word's, in codes */
	guint letters, length; /* and in letters */
} NeedNode;

struct Need {
	GArray *nodes;    /* of NeedNode; empty: nothing is needed */
	GArray *codes;    /* of guint32 */
	GString *letters; /* of all words, to be shown */
	Heads heads;
	bool headed; /* heads is to be used */
};

/*
 * Characters that follow each other in every match: lower case, digits,
 * underscores, and blanks for what isn't part of a word.
 */
typedef struct {
	char letters[NEED_RUN_BYTES];
	guint n;
	bool border; /* empty, and a border of a word is where it begins */
	bool closed; /* ends with a word's end */
	/* It begins where the match does, and there does a word. */
	bool first, headed;
	guint lead; /* 1: a blank that isn't part of the match comes first */
} Run;

/* How a match may begin. */
typedef struct {
	char letters[HEAD_LETTERS];
	guint n;
} Head;

typedef struct {
	Need *need;
	const char *at;
	guint depth;
	bool given_up;
	Run run;
	GArray *heads; /* of Head */
	bool headless; /* one isn't known */
	GArray *open;  /* of guint: heads that ended with their sequence */
	guint recent;  /* those from here on ended just now; or NONE */
} Reader;

static bool read_choice(Reader *reader, const Run *begin);

static void give_up(Reader *reader)
{
	reader->given_up = true;
}

static guint node_begin(Need *need, NeedKind kind)
{
	NeedNode node = {.kind = kind};
	g_array_append_val(need->nodes, node);
	return need->nodes->len - 1;
}

static void node_end(Need *need, guint at)
{
	g_array_index(need->nodes, NeedNode, at).end = need->nodes->len;
}

static bool word_letter(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* What comes after the heads that ended just now: no word's letter, if GAP,
 * else anything. */
static void heads_close(Reader *reader, bool gap)
{
	if (reader->recent == NONE) {
		return;
	}
	for (guint i = reader->recent; gap && i < reader->open->len; i++) {
		Head *head = &g_array_index(
		    reader->heads, Head, g_array_index(reader->open, guint, i));
		/* Behind a blank, which may stand for a border or a character,
		 * nothing is known. */
		if (head->n < HEAD_LETTERS &&
		    word_letter(head->letters[head->n - 1])) {
			head->letters[head->n++] = ' ';
		}
	}
	g_array_set_size(reader->open, reader->recent);
	reader->recent = NONE;
}

/* RUN is how a match may begin. */
static void head_add(Reader *reader, const Run *run)
{
	if (!run->headed || run->n <= run->lead) {
		reader->headless = true;
		return;
	}
	Head head = {.n = MIN(run->n - run->lead, HEAD_LETTERS)};
	memcpy(head.letters, run->letters + run->lead, head.n);
	g_array_append_val(reader->heads, head);
}

/* The run is over: a word of it, if it is long enough to tell anything. */
static void run_end(Reader *reader)
{
	Need *need = reader->need;
	Run *run = &reader->run;
	if (run->closed && run->n < NEED_RUN_BYTES) {
		run->letters[run->n++] = ' ';
	}
	if (run->first) {
		head_add(reader, run);
	}
	heads_close(reader, false);
	if (run->n >= 2) {
		guint at = node_begin(need, NEED_WORD);
		NeedNode *node = &g_array_index(need->nodes, NeedNode, at);
		node->codes = need->codes->len;
		node->letters = (guint)need->letters->len;
		node->length = run->n;
		grams_encode(run->letters, run->n, need->codes);
		node->n = need->codes->len - node->codes;
		g_string_append_len(need->letters, run->letters, run->n);
		node_end(need, at);
	}
	*run = (Run){.n = 0};
}

static void run_put(Reader *reader, char letter)
{
	Run *run = &reader->run;
	bool word = word_letter(letter);
	if (run->n + 2 > NEED_RUN_BYTES) {
		run_end(reader);
	}
	if (run->n == 0) {
		heads_close(reader, !word);
		run->headed = run->headed && word;
	}
	if (run->border && word) {
		run->letters[run->n++] = ' ';
		run->lead = 1;
	}
	run->letters[run->n++] = word ? g_ascii_tolower(letter) : ' ';
	run->border = run->closed = false;
}

/* Here a word begins or ends, or the text does. */
static void run_border(Reader *reader)
{
	Run *run = &reader->run;
	if (run->n == 0) {
		heads_close(reader, true);
		run->border = true;
		run->headed = run->first;
	} else {
		run->closed = word_letter(run->letters[run->n - 1]);
	}
}

/* Skips what follows an atom; how often it must be there at least, 0 or 1;
 * *ONCE: exactly once. */
static int read_times(Reader *reader, bool *once)
{
	int least = 1;
	*once = false;
	if (*reader->at == '?' || *reader->at == '*') {
		least = 0;
		reader->at++;
	} else if (*reader->at == '+') {
		reader->at++;
	} else if (*reader->at == '{') {
		const char *at = reader->at + 1;
		if (!g_ascii_isdigit(*at)) {
			give_up(reader);
			return 0;
		}
		least = 0;
		for (; g_ascii_isdigit(*at); at++) {
			least |= *at != '0';
		}
		at += strspn(at, ",0123456789");
		if (*at != '}') {
			give_up(reader);
			return 0;
		}
		reader->at = at + 1;
	} else {
		*once = true;
		return 1;
	}
	/* lazy, possessive */
	if (*reader->at == '?' || *reader->at == '+') {
		reader->at++;
	}
	return least;
}

/* One character that stands for itself. */
static void read_letter(Reader *reader, char letter)
{
	bool once;
	if (read_times(reader, &once)) {
		run_put(reader, letter);
	}
	if (!once) {
		run_end(reader);
	}
}

/* White space, of which a folded text never has two in a row. */
static void read_white(Reader *reader)
{
	bool once;
	if (read_times(reader, &once)) {
		run_put(reader, ' ');
	} else {
		run_end(reader);
	}
}

/* Something that may be many characters: it needs nothing. */
static void read_any(Reader *reader)
{
	bool once;
	run_end(reader);
	read_times(reader, &once);
}

/* Something between characters. */
static void read_between(Reader *reader, bool border)
{
	bool once;
	read_times(reader, &once);
	if (border && once) {
		run_border(reader);
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

static void read_escape(Reader *reader)
{
	char c = *reader->at;
	if (c == '\0') {
		give_up(reader);
		return;
	}
	reader->at++;
	if (strchr("bBAzZG", c)) {
		read_between(reader, c == 'b');
	} else if (c == 's') {
		read_white(reader);
	} else if (strchr("dDwWShHvVRXtnrfea", c)) {
		read_any(reader);
	} else if (c == 'x' || c == 'p' || c == 'P') {
		skip_braces(reader, c == 'x' ? 2 : 1);
		read_any(reader);
	} else if (g_ascii_ispunct(c) || c == ' ') {
		read_letter(reader, c);
	} else {
		give_up(reader);
	}
}

/* Behind "[". */
static void read_class(Reader *reader)
{
	const char *at = reader->at;
	at += *at == '^';
	at += *at == ']';
	while (*at && *at != ']') {
		if (at[0] == '[' && strchr(":.=", at[1]) && at[1]) {
			give_up(reader);
			return;
		}
		if (at[0] == '\\') {
			if (!at[1] || at[1] == 'Q' || at[1] == 'E') {
				give_up(reader);
				return;
			}
			at++;
		}
		at++;
	}
	if (!*at) {
		give_up(reader);
		return;
	}
	reader->at = at + 1;
	read_any(reader);
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

/* A group may not be there: then the match begins as it did before, BEGIN. */
static void group_skipped(Reader *reader, const Run *begin)
{
	if (!begin->first) {
		return;
	}
	if (begin->n) {
		head_add(reader, begin);
		return;
	}
	/* The border was before the group; what stood in it may be there now.
	 */
	reader->run.first = true;
	reader->run.headed = begin->headed;
}

static void read_group(Reader *reader)
{
	GroupKind kind = group_kind(reader);
	if (kind == GROUP_FLAGS) {
		return;
	}
	if (kind == GROUP_UNKNOWN || reader->depth >= NEED_DEPTH) {
		give_up(reader);
		return;
	}
	/* What stands before the group stands before each of its choices. */
	Run begin = reader->run;
	bool first = begin.first;
	reader->run.first = false;
	run_end(reader);
	guint before = reader->need->nodes->len;
	guint open = reader->open->len;
	begin.first = first && kind != GROUP_LOOK;
	reader->depth++;
	read_choice(reader, &begin);
	reader->depth--;
	if (reader->given_up || *reader->at != ')') {
		give_up(reader);
		return;
	}
	reader->at++;
	bool once;
	bool needed = read_times(reader, &once) && kind != GROUP_LOOK;
	reader->recent = open;
	if (!once || kind == GROUP_LOOK) {
		heads_close(reader, false);
	}
	begin.first = first;
	if (!needed) {
		g_array_set_size(reader->need->nodes, before);
		group_skipped(reader, &begin);
	}
}

static void read_atom(Reader *reader)
{
	char c = *reader->at++;
	switch (c) {
	case '\\':
		read_escape(reader);
		break;
	case '[':
		read_class(reader);
		break;
	case '(':
		read_group(reader);
		break;
	case '.':
		read_any(reader);
		break;
	case '^':
	case '$':
		read_between(reader, true);
		break;
	case '{':
	case '?':
	case '*':
	case '+':
		give_up(reader);
		break;
	default:
		if ((guchar)c < 0x80) {
			read_letter(reader, c);
			break;
		}
		while (((guchar)*reader->at & 0xc0) == 0x80) {
			reader->at++;
		}
		read_any(reader);
	}
}

/* What ended with the sequence stays open for what may come after it. */
static void sequence_end(Reader *reader)
{
	guint heads = reader->heads->len;
	bool empty = reader->run.n == 0 && !reader->run.first;
	if (empty && reader->recent != NONE) {
		reader->recent = NONE;
	}
	run_end(reader);
	for (guint i = heads; i < reader->heads->len; i++) {
		g_array_append_val(reader->open, i);
	}
}

/* Atoms in a row. False: nothing is needed. */
static bool read_sequence(Reader *reader, const Run *begin)
{
	guint at = node_begin(reader->need, NEED_AND);
	reader->run = *begin;
	reader->recent = NONE;
	while (!reader->given_up && *reader->at && *reader->at != '|' &&
	       *reader->at != ')') {
		read_atom(reader);
	}
	sequence_end(reader);
	if (reader->need->nodes->len == at + 1) {
		g_array_set_size(reader->need->nodes, at);
		return false;
	}
	node_end(reader->need, at);
	return true;
}

/* Sequences with "|" between. False: nothing is needed. */
static bool read_choice(Reader *reader, const Run *begin)
{
	guint at = node_begin(reader->need, NEED_OR);
	bool all = read_sequence(reader, begin);
	while (!reader->given_up && *reader->at == '|') {
		reader->at++;
		all = read_sequence(reader, begin) && all;
	}
	if (!all) {
		g_array_set_size(reader->need->nodes, at);
		return false;
	}
	node_end(reader->need, at);
	return true;
}

static void need_take_heads(Need *need, const GArray *heads)
{
	for (guint i = 0; i < heads->len; i++) {
		const Head *head = &g_array_index(heads, Head, i);
		heads_put(&need->heads, head->letters, head->n);
	}
	need->headed = heads_count(&need->heads) <= NEED_HEADS_MAX;
}

Need *need_new(const char *pattern)
{
	Need *need = g_new0(Need, 1);
	need->nodes = g_array_new(FALSE, TRUE, sizeof(NeedNode));
	need->codes = g_array_new(FALSE, FALSE, sizeof(guint32));
	need->letters = g_string_new(NULL);
	Reader reader = {
	    .need = need,
	    .at = pattern,
	    .heads = g_array_new(FALSE, FALSE, sizeof(Head)),
	    .open = g_array_new(FALSE, FALSE, sizeof(guint)),
	    .recent = NONE,
	};
	Run begin = {.first = true};
	read_choice(&reader, &begin);
	if (reader.given_up || *reader.at) {
		g_array_set_size(need->nodes, 0);
	} else if (!reader.headless) {
		need_take_heads(need, reader.heads);
	}
	g_array_unref(reader.heads);
	g_array_unref(reader.open);
	return need;
}

void need_free(Need *need)
{
	if (!need) {
		return;
	}
	g_array_unref(need->nodes);
	g_array_unref(need->codes);
	g_string_free(need->letters, TRUE);
	g_free(need);
}

static bool node_holds(const Need *need, guint at, const Grams *grams)
{
	const NeedNode *node = &g_array_index(need->nodes, NeedNode, at);
	if (node->kind == NEED_WORD) {
		return grams_have(grams,
		    &g_array_index(need->codes, guint32, node->codes), node->n);
	}
	bool or = node->kind == NEED_OR;
	for (guint i = at + 1; i < node->end;) {
		if (node_holds(need, i, grams) == or) {
			return or ;
		}
		i = g_array_index(need->nodes, NeedNode, i).end;
	}
	return ! or ;
}

const Heads *need_heads(const Need *need)
{
	return need->headed ? &need->heads : NULL;
}

bool need_holds(const Need *need, const Grams *grams)
{
	return !need->nodes->len || node_holds(need, 0, grams);
}

static void node_text(const Need *need, guint at, GString *out)
{
	const NeedNode *node = &g_array_index(need->nodes, NeedNode, at);
	if (node->kind == NEED_WORD) {
		g_string_append_c(out, '[');
		g_string_append_len(
		    out, need->letters->str + node->letters, node->length);
		g_string_append_c(out, ']');
		return;
	}
	guint next = g_array_index(need->nodes, NeedNode, at + 1).end;
	bool one = next == node->end;
	g_string_append(out, one ? "" : "(");
	for (guint i = at + 1; i < node->end;) {
		if (i > at + 1) {
			g_string_append(
			    out, node->kind == NEED_OR ? " | " : " & ");
		}
		node_text(need, i, out);
		i = g_array_index(need->nodes, NeedNode, i).end;
	}
	g_string_append(out, one ? "" : ")");
}

char *need_text(const Need *need)
{
	GString *out = g_string_new(NULL);
	if (need->nodes->len) {
		node_text(need, 0, out);
	}
	return g_string_free(out, FALSE);
}
