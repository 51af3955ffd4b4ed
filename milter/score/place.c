/*
 * The way back from what rules see to what somebody wrote. Only for hits that
 * somebody is shown, so it folds the text again rather than have every message
 * keep a map.
 */
#include "score/internal.h"

#include <string.h>

#include "score/fold.h"

/* While the stretches of a section are gone through as texts.c did. */
typedef struct {
	GString *folded;
	gsize at; /* of folded, in the section's text */
	FoldSpan wanted;
} Walk;

static const GPtrArray *section_parts(const Message *message, Section section)
{
	switch (section) {
	case SECTION_TEXT:
		return message->text;
	case SECTION_QUOTED:
		return message->quoted;
	case SECTION_SIGNATURE:
		return message->signature;
	default:
		return NULL;
	}
}

/* Is what is wanted in PART? Then where. */
static bool in_part(Walk *search, const TextPart *part, ScorePlace *place)
{
	g_string_truncate(search->folded, 0);
	fold_append(search->folded, part->text, part->bytes);
	gsize length = search->folded->len;
	if (!length) {
		return false;
	}
	gsize begin = search->at;
	search->at += length + 1; /* a line feed between */
	if (search->wanted.from >= begin + length) {
		return false;
	}
	FoldSpan inside = {
	    search->wanted.from - MIN(begin, search->wanted.from),
	    MIN(search->wanted.to - begin, length)};
	FoldSpan origin;
	fold_origin(part->text, part->bytes, inside, &origin);
	place->from = origin.from;
	place->to = origin.to;
	return true;
}

static bool in_parts(const GPtrArray *parts, FoldSpan wanted, ScorePlace *place)
{
	g_autoptr(GString) folded = g_string_new(NULL);
	Walk search = {folded, 0, wanted};
	for (int hidden = 0; parts && hidden <= 1; hidden++) {
		for (guint i = 0; i < parts->len; i++) {
			const TextPart *part = g_ptr_array_index(parts, i);
			place->part = i;
			place->text = part->text;
			if (part->hidden == hidden &&
			    in_part(&search, part, place)) {
				return true;
			}
		}
	}
	return false;
}

bool score_hit_place(
    const Message *message, const ScoreHit *hit, ScorePlace *place)
{
	FoldSpan wanted = {hit->offset, hit->offset + hit->length};
	ScorePlace found = {0};
	if (hit->section == SECTION_SUBJECT && message->subject) {
		FoldSpan origin;
		fold_origin(message->subject, strlen(message->subject), wanted,
		    &origin);
		found =
		    (ScorePlace){message->subject, 0, origin.from, origin.to};
	} else if (!in_parts(
		       section_parts(message, hit->section), wanted, &found)) {
		return false;
	}
	*place = found;
	return true;
}
