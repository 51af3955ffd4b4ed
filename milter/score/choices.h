/*
 * A pattern that is a list of choices, "a|b|c", taken apart. Each is then
 * sought only where its own words stand, not wherever those of any do.
 */
#ifndef SCORE_CHOICES_H
#define SCORE_CHOICES_H

#include <glib.h>

/*
 * The choices that PATTERN, which compiles, is made of, in its order: any match
 * of it is one of one of them, and of those that begin at the same place the
 * first counts. PATTERN alone where a part may depend on another (references to
 * groups, options) or there is something that this reader doesn't know. Of
 * char *, transfer full.
 */
GPtrArray *choices_of(const char *pattern);

#endif
