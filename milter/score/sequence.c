/*
 * Runs are kept while they are few and short. When they can't be listed any
 * longer they become literals, which each way to go on takes; and new ones
 * begin.
 */
#include "score/sequence.h"

#include <math.h>
#include <string.h>

#include "score/rarity.h"

#define RUNS_MAX 48
/* Of a byte that is between a literal and the beginning of the match. */
#define PLACE_COST 0.02

/* ---- sequences ---- */

static void runs_reset(Sequence *sequence)
{
	Run none = {.letters = {RUN_BORDER}, .n = sequence->gap};
	g_array_set_size(sequence->runs, 0);
	g_array_append_val(sequence->runs, none);
	sequence->at = sequence->width;
	sequence->whole = false;
}

void sequence_init(Sequence *sequence)
{
	*sequence = (Sequence){.at = {0}};
	sequence->runs = g_array_new(FALSE, FALSE, sizeof(Run));
	sequence->ways = ways_one();
}

void sequence_init_choice(Sequence *choice, const Sequence *begin)
{
	sequence_init(choice);
	choice->at = begin->at;
	choice->width.min = REACH_FAR;
	choice->whole = choice->gap = true;
	g_array_set_size(choice->ways, 0);
}

void sequence_clear(Sequence *sequence)
{
	g_array_unref(sequence->runs);
	g_array_unref(sequence->ways);
}

void sequence_continue(Sequence *to, const Sequence *from, bool keep)
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

/* Sums and products that stay at REACH_FAR. */
static guint32 many_add(guint32 a, guint32 b)
{
	return a >= REACH_FAR - MIN(b, REACH_FAR) ? REACH_FAR : a + b;
}

static guint32 many_times(guint32 a, guint32 b)
{
	guint64 product = (guint64)a * b;
	return a == 0 || b == 0 ? 0 : (guint32)MIN(product, REACH_FAR);
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
	return c != ' ' && c != RUN_BORDER && c != RUN_EDGE;
}

/* What the marks of RUN from *AT on, next to each other, stand for in LITERAL;
 * *AT moves behind them. How many of its letters are before the match. */
static guint marks_letters(const Run *run, guint *at, Literal *literal)
{
	bool edge = false;
	guint from = *at;
	for (; *at < run->n; (*at)++) {
		if (run->letters[*at] == RUN_EDGE) {
			edge = true;
		} else if (run->letters[*at] != RUN_BORDER) {
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
		if (c == RUN_BORDER || c == RUN_EDGE) {
			tells = tells || c == RUN_EDGE;
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

static void set_add(LiteralSet *set, const Literal *literal)
{
	guint32 places = reach_bytes(&literal->most) - literal->least;
	double hits = exp2(-rarity_bits(literal->letters, literal->length));
	set->hits += hits;
	set->cost += hits * (1 + MIN(places, 200) * PLACE_COST) + 1e-6;
	g_array_append_val(set->literals, *literal);
}

/* Takes the literals that SEQUENCE's runs are, if they tell enough. */
static void consider_runs(Sequence *sequence)
{
	g_autoptr(GArray) found = NULL;
	LiteralSet set = {.literals = NULL};
	for (guint i = 0; i < sequence->runs->len; i++) {
		const Run *run = &g_array_index(sequence->runs, Run, i);
		Literal literal;
		/* Most often the first one tells nothing. */
		if (!run_literal(run, &sequence->at, &literal)) {
			return;
		}
		if (!found) {
			found = g_array_sized_new(
			    FALSE, FALSE, sizeof(Literal), sequence->runs->len);
			set.literals = found;
		}
		set_add(&set, &literal);
	}
	ways_take(sequence->ways, &set);
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

static void widen(Sequence *sequence, const Atom *atom, Times times)
{
	Width *sum = &sequence->width;
	sum->min = many_add(sum->min, many_times(atom->width.min, times.least));
	if (atom->word && times.most == REACH_FAR) {
		guint32 *words = &sum->max.of[REACH_WORDS];
		*words = many_add(*words, 1);
	} else {
		reach_add(&sum->max, &atom->width.max, times.most);
	}
	sequence->gap = atom->gap && (times.least || sequence->gap);
}

void sequence_runs(
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

void sequence_letter(Sequence *sequence, char letter, Times times)
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
	sequence_runs(sequence, choices, &atom, times);
}

void sequence_mark(Sequence *sequence, char mark)
{
	if (!runs_append(sequence, mark)) {
		runs_end(sequence);
		runs_append(sequence, mark);
	}
}

void sequence_any(Sequence *sequence, AnyKind kind, Times times)
{
	bool gap = kind == ANY_GAP;
	Atom atom = {{1, {{0, 1}}}, gap, kind == ANY_WORD};
	if (gap && times.least) {
		sequence_mark(sequence, RUN_BORDER);
	}
	runs_end(sequence);
	widen(sequence, &atom, times);
	runs_reset(sequence);
}

void sequence_group(
    Sequence *sequence, Sequence *choice, bool into, Times times)
{
	Atom group = {.gap = choice->gap};
	group.width.min = choice->width.min - sequence->width.min;
	for (gsize i = 0; i < REACH_UNITS; i++) {
		guint32 far = choice->width.max.of[i];
		guint32 before = sequence->width.max.of[i];
		group.width.max.of[i] =
		    far == REACH_FAR ? REACH_FAR : far - before;
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
		sequence_runs(sequence, choice->runs, &group, times);
		return;
	}
	/* What was carried into the group is part of what its ways take. */
	bool taken = into && times.least > 0 && !isinf(ways_cost(choice->ways));
	if (taken) {
		runs_reset(sequence);
	} else {
		runs_end(sequence);
	}
	if (times.least > 0) {
		GArray *ways = ways_and(sequence->ways, choice->ways);
		g_array_unref(sequence->ways);
		sequence->ways = ways;
	}
	widen(sequence, &group, times);
	runs_reset(sequence);
}

void sequence_add_choice(Sequence *choice, Sequence *sequence)
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
	ways_or(choice->ways, sequence->ways);
}
