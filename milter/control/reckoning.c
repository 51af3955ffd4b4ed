/*
 * How the urgency of a message came about, step by step, as JSON: what score/
 * and route/ added up, told in their order. Each step has the sum after it; the
 * last one is the urgency.
 */
#include "control/internal.h"

typedef struct {
	Json *json;
	int sum;
} Reckoning;

static void step(Reckoning *reckoning, int change, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void step(Reckoning *reckoning, int change, const char *format, ...)
{
	g_autofree char *why = NULL;
	va_list args;

	if (change == 0) {
		return;
	}
	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	reckoning->sum += change;
	json_begin_object(reckoning->json, NULL);
	json_string(reckoning->json, "why", why);
	json_int(reckoning->json, "change", change);
	json_int(reckoning->json, "sum", reckoning->sum);
	json_end_object(reckoning->json);
}

/* What lifts the sum to LEVEL, if it is below. */
static int lift(const Reckoning *reckoning, Urgency level)
{
	return MAX(0, urgency_floor(level) - reckoning->sum);
}

static void step_topic(Reckoning *reckoning, const TopicScore *one)
{
	const Topic *topic = one->topic;
	int most = topic->urgency_most;

	if (most != 0 && one->urgency > most) {
		step(reckoning, most, "rules of %s: %+d, which count up to %d",
		    topic->name, one->urgency, most);
	} else {
		step(reckoning, one->urgency, "rules of %s", topic->name);
	}
}

static void step_floors(Reckoning *reckoning, const Screening *screening)
{
	const Score *score = screening->score;

	if (score->foreign) {
		step(reckoning, lift(reckoning, URGENCY_NORMAL),
		    "no rules for its language: at least normal");
	}
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *one = score->topics->pdata[i];
		Urgency floor = one->topic->floor;

		if (one->qualified && one->topic->has_floor) {
			step(reckoning, lift(reckoning, floor),
			    "topic %s: at least %s", one->topic->name,
			    urgency_name(floor));
		}
	}
	if (screening->message->unread != NULL || score->undecided) {
		step(reckoning, lift(reckoning, URGENCY_HIGH),
		    "not wholly judged: at least high");
	}
}

void reckoning_write(Json *json, const Screening *screening)
{
	const Score *score = screening->score;
	Reckoning reckoning = {.json = json};

	json_begin_array(json, "reckoning");
	step(&reckoning, score->base,
	    screening->message->kind == KIND_HUMAN ? "a person wrote"
						   : "automatic mail");
	for (guint i = 0; i < score->topics->len; i++) {
		step_topic(&reckoning, score->topics->pdata[i]);
	}
	step(&reckoning, MIN(0, 100 - reckoning.sum), "never above 100");
	step(&reckoning, MAX(0, -reckoning.sum), "never below 0");
	step_floors(&reckoning, screening);
	json_end_array(json);
}
