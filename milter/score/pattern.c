/*
 * PCRE2: compile, machine code, limits, pieces.
 *
 * The library's match limit counts anew for every position in the text, so by
 * itself it bounds nothing: a pattern that is quadratic takes seconds for 50
 * KB. Hence the pieces, with a look at the clock between them. And without
 * machine code (a system may forbid it) everything works, slower.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "score/pattern.h"

#include <pcre2.h>

#include "anteroom/error.h"
#include "anteroom/limits.h"

#define PATTERN_OPTIONS                                                     \
	(PCRE2_CASELESS | PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | \
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT)

#define STACK_MIN_BYTES (32 * 1024)
#define STACK_MAX_BYTES (1024 * 1024)

/* Matches that begin in the same so many bytes of a longer text see the same
 * piece of it, to its end twice the overlap away at least. */
#define CELL_BYTES (PATTERN_PIECE_BYTES - 2 * PATTERN_OVERLAP_BYTES)

/* Without machine code a step takes ten times as long. */
#define PLAIN_STEPS (LIMIT_MATCH_STEPS / 10)

/* Machine code is made when a search first asks for it: most patterns of a
 * large pack never get to see a text, and those of a reload mustn't keep it
 * waiting. */
typedef enum { LATE_NOT_YET, LATE_JIT, LATE_PLAIN } LateState;
typedef struct {
	GMutex lock; /* while it is made */
	gint state;  /* LateState; atomic */
} Late;

struct Pattern {
	char *text;
	pcre2_code *code;
	Late *late;
};

struct PatternSpace {
	pcre2_general_context *memory;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: the machine stack's 32 KiB */
};

/* GLib's allocation, so that none of the library's objects can be NULL. */
static void *space_malloc(size_t bytes, void *data)
{
	(void)data;
	return g_malloc(bytes);
}

static void space_release(void *block, void *data)
{
	(void)data;
	g_free(block);
}

static pcre2_general_context *space_memory(void)
{
	return pcre2_general_context_create(space_malloc, space_release, NULL);
}

static void pattern_error(int code, gsize offset, GError **error)
{
	char why[256] = "";
	pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG,
	    "%s (at offset %" G_GSIZE_FORMAT ")", why, offset);
}

/* A pattern may also forbid it: (*NO_JIT). */
static bool compile_jit(pcre2_code *code)
{
	size_t bytes = 0;
	return pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0 &&
	       pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &bytes) == 0 &&
	       bytes > 0;
}

Pattern *pattern_new(const char *text, GError **error)
{
	pcre2_general_context *memory = space_memory();
	pcre2_compile_context *context = pcre2_compile_context_create(memory);
	pcre2_set_max_pattern_length(context, LIMIT_PATTERN_BYTES);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	int code = 0;
	PCRE2_SIZE offset = 0;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text,
	    PCRE2_ZERO_TERMINATED, PATTERN_OPTIONS, &code, &offset, context);
	pcre2_compile_context_free(context);
	pcre2_general_context_free(memory);
	if (!compiled) {
		pattern_error(code, offset, error);
		return NULL;
	}
	Pattern *pattern = g_new0(Pattern, 1);
	pattern->text = g_strdup(text);
	pattern->code = compiled;
	pattern->late = g_new0(Late, 1);
	g_mutex_init(&pattern->late->lock);
	return pattern;
}

void pattern_free(Pattern *pattern)
{
	if (!pattern) {
		return;
	}
	pcre2_code_free(pattern->code);
	g_mutex_clear(&pattern->late->lock);
	g_free(pattern->late);
	g_free(pattern->text);
	g_free(pattern);
}

const char *pattern_text(const Pattern *pattern)
{
	return pattern->text;
}

bool pattern_jit(const Pattern *pattern)
{
	Late *late = pattern->late;
	if (g_atomic_int_get(&late->state) == LATE_NOT_YET) {
		g_mutex_lock(&late->lock);
		if (g_atomic_int_get(&late->state) == LATE_NOT_YET) {
			bool jit = compile_jit(pattern->code);
			g_atomic_int_set(
			    &late->state, jit ? LATE_JIT : LATE_PLAIN);
		}
		g_mutex_unlock(&late->lock);
	}
	return g_atomic_int_get(&late->state) == LATE_JIT;
}

PatternSpace *pattern_space_new(void)
{
	PatternSpace *space = g_new0(PatternSpace, 1);
	space->memory = space_memory();
	space->data = pcre2_match_data_create(1, space->memory);
	space->context = pcre2_match_context_create(space->memory);
	pcre2_set_depth_limit(space->context, LIMIT_MATCH_STEPS);
	pcre2_set_heap_limit(space->context, LIMIT_MATCH_HEAP_KIB);
	space->stack = pcre2_jit_stack_create(
	    STACK_MIN_BYTES, STACK_MAX_BYTES, space->memory);
	pcre2_jit_stack_assign(space->context, NULL, space->stack);
	return space;
}

void pattern_space_free(PatternSpace *space)
{
	if (!space) {
		return;
	}
	pcre2_jit_stack_free(space->stack);
	pcre2_match_context_free(space->context);
	pcre2_match_data_free(space->data);
	pcre2_general_context_free(space->memory);
	g_free(space);
}

static bool continues(char byte)
{
	return ((guchar)byte & 0xc0) == 0x80;
}

gsize subject_next(const Subject *subject, gsize at)
{
	at++;
	while (at < subject->length && continues(subject->bytes[at])) {
		at++;
	}
	return at;
}

/* AT, or a little before it, where a character begins; never before FLOOR. */
static gsize subject_align(const Subject *subject, gsize at, gsize floor)
{
	for (int i = 0; i < 3 && at > floor; i++, at--) {
		if (at >= subject->length || !continues(subject->bytes[at])) {
			break;
		}
	}
	return at;
}

/* One call of the library: PIECE, for a match that begins in RANGE. What stands
 * before it is there to be looked behind at. */
static Find piece_find(const Pattern *pattern, const Search *search,
    const Subject *piece, Span range, Span *hit)
{
	PatternSpace *space = search->space;
	bool jit = pattern_jit(pattern);
	pcre2_set_offset_limit(space->context, range.to);
	pcre2_set_match_limit(
	    space->context, jit ? LIMIT_MATCH_STEPS : PLAIN_STEPS);
	/* What pcre2_match checks before it calls the same holds here. */
	int code = (jit ? pcre2_jit_match : pcre2_match)(pattern->code,
	    (PCRE2_SPTR)piece->bytes, piece->length, range.from, 0, space->data,
	    space->context);
	if (code == PCRE2_ERROR_NOMATCH) {
		return FIND_NONE;
	}
	if (code < 0) {
		return FIND_LIMIT;
	}
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(space->data);
	hit->from = ends[0];
	hit->to = ends[1];
	return FIND_HIT;
}

/* SUBJECT up to END, or a little less. */
static Subject piece_up_to(const Subject *subject, gsize end)
{
	Subject piece = *subject;
	if (end < subject->length) {
		piece.length = subject_align(subject, end, 0);
	}
	return piece;
}

/* What a match that begins at AT sees, and in *LAST the last beginning that
 * sees the same. */
static Subject piece_of(const Subject *subject, gsize at, gsize *last)
{
	*last = subject->length;
	if (subject->length <= PATTERN_PIECE_BYTES) {
		return *subject;
	}
	gsize end = (at / CELL_BYTES + 1) * CELL_BYTES;
	*last = MIN(*last, end - 1);
	return piece_up_to(subject, end + PATTERN_PIECE_BYTES - CELL_BYTES);
}

/* Could a match that ends at TO be the work of the cut at PIECE's end? */
static bool cut_matters(const Subject *piece, const Subject *subject, gsize to)
{
	return piece->length < subject->length &&
	       to + PATTERN_OVERLAP_BYTES > piece->length;
}

Find pattern_find(const Pattern *pattern, const Search *search,
    const Subject *subject, Span range, Span *hit)
{
	range.to = MIN(range.to, subject->length);
	while (range.from <= range.to) {
		Span part = range, span;
		gsize last;
		Subject piece = piece_of(subject, range.from, &last);
		part.to = MIN(range.to, last);
		Find find = piece_find(pattern, search, &piece, part, &span);
		range.from = subject_next(subject, last);
		if (find == FIND_HIT && cut_matters(&piece, subject, span.to)) {
			/* A long one: it may see more. */
			part.from = part.to = span.from;
			piece = piece_up_to(
			    subject, span.from + PATTERN_PIECE_BYTES);
			range.from = subject_next(subject, span.from);
			find = piece_find(pattern, search, &piece, part, &span);
		}
		if (find != FIND_NONE) {
			*hit = find == FIND_HIT ? span : *hit;
			return find;
		}
		if (range.from <= range.to && patience_over(search->patience)) {
			return FIND_LATE;
		}
	}
	return FIND_NONE;
}
