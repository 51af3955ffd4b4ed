/* Names and borders of the four levels of urgency. */
#include "anteroom/urgency.h"

#include <string.h>

const char *const urgency_names[URGENCY_LEVELS] = {
    "low", "normal", "high", "critical"};

static const int floors[URGENCY_LEVELS] = {0, 20, 50, 75};

Urgency urgency_of(int score)
{
	int level = URGENCY_CRITICAL;

	while (level > URGENCY_LOW && score < floors[level]) {
		level--;
	}
	return (Urgency)level;
}

int urgency_floor(Urgency level)
{
	return floors[level];
}

const char *urgency_name(Urgency level)
{
	return urgency_names[level];
}

bool urgency_parse(const char *name, Urgency *level)
{
	for (int i = 0; name != NULL && i < URGENCY_LEVELS; i++) {
		if (strcmp(name, urgency_names[i]) == 0) {
			*level = (Urgency)i;
			return true;
		}
	}
	return false;
}
