/* The words for how soon a message matters: a score 0 to 100 and its level. */
#ifndef ANTEROOM_URGENCY_H
#define ANTEROOM_URGENCY_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	URGENCY_LOW,
	URGENCY_NORMAL,
	URGENCY_HIGH,
	URGENCY_CRITICAL,
} Urgency;
#define URGENCY_LEVELS 4

/* The level of a score: low below 20, normal below 50, high below 75. */
Urgency urgency_of(int score);

/* The smallest score of a level. */
int urgency_floor(Urgency level);

/* "low", "normal", "high", "critical". Static. */
const char *urgency_name(Urgency level);

/* False, *level untouched, when NAME is none of the four. */
bool urgency_parse(const char *name, Urgency *level);

/* The four names, lowest first, for messages and completion. */
extern const char *const urgency_names[URGENCY_LEVELS];

#endif
