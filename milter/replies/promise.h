/*
 * What a promise looks like in each language. Patterns see a sentence folded:
 * small letters without accents, one space between words, apostrophes and
 * hyphens as spaces, a comma as a word of its own, and each moment named in it
 * as "when0", "when1" ...
 */
#ifndef REPLIES_PROMISE_H
#define REPLIES_PROMISE_H

typedef struct {
	const char *promises; /* who will do what */
	const char *spoils;   /* what makes another thing of the sentence */
} PromiseWords;

extern const PromiseWords promise_english;
extern const PromiseWords promise_german;
extern const PromiseWords promise_french;
extern const PromiseWords promise_spanish;

#endif
