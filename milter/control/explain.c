/* What would be decided about a message, and why, as JSON. Records nothing. */
#include <string.h>

#include "control/internal.h"

static const TopicScore *topic_score(const Score *score, const char *name)
{
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *topic = score->topics->pdata[i];

		if (strcmp(topic->topic->name, name) == 0) {
			return topic;
		}
	}
	return NULL;
}

static void write_topics(Json *json, const Screening *screening)
{
	char **names = screening->plan->topics;

	json_begin_array(json, "topics");
	for (; names != NULL && *names != NULL; names++) {
		const TopicScore *topic = topic_score(screening->score, *names);

		json_begin_object(json, NULL);
		json_string(json, "name", *names);
		json_int(json, "points", topic != NULL ? topic->points : 0);
		json_end_object(json);
	}
	json_end_array(json);
}

/* "text", "header:List-Id". Transfer full. */
static char *hit_place(const ScoreHit *hit)
{
	return hit->section == SECTION_HEADER && hit->header != NULL
		   ? g_strconcat("header:", hit->header, NULL)
		   : g_strdup(section_name(hit->section));
}

static void write_hit(Json *json, const ScoreHit *hit)
{
	g_autofree char *in = hit_place(hit);

	json_begin_object(json, NULL);
	json_string(json, "name", hit->rule->name);
	json_string(json, "topic", hit->rule->topic);
	json_int(json, "points", hit->rule->points);
	json_int(json, "urgency", hit->rule->urgency);
	json_string(json, "in", in);
	json_string(json, "text", hit->text);
	json_string(json, "why", hit->rule->why);
	json_end_object(json);
}

static bool has_hit(const Score *score, const Rule *rule)
{
	for (guint i = 0; i < score->hits->len; i++) {
		if (((ScoreHit *)score->hits->pdata[i])->rule == rule) {
			return true;
		}
	}
	return false;
}

static void write_missed(
    Json *json, const Screening *screening, const char *topic)
{
	const GPtrArray *rules = screening->setup->conf->rules;

	json_begin_array(json, "missed");
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = rules->pdata[i];

		if (strcmp(rule->topic, topic) != 0 ||
		    has_hit(screening->score, rule)) {
			continue;
		}
		json_begin_object(json, NULL);
		json_string(json, "name", rule->name);
		json_int(json, "points", rule->points);
		json_string(json, "match", rule->match);
		json_string(json, "why", rule->why);
		json_end_object(json);
	}
	json_end_array(json);
}

/* Why a topic didn't win: its points against what they had to be. */
static void write_why_not(
    Json *json, const Screening *screening, const char *name)
{
	const Topic *topic = conf_topic(screening->setup->conf, name);
	const TopicScore *score = topic_score(screening->score, name);

	json_begin_object(json, "why_not");
	json_string(json, "topic", name);
	json_int(json, "points", score != NULL ? score->points : 0);
	json_int(json, "threshold", topic != NULL ? topic->threshold : 0);
	json_bool(json, "qualified", score != NULL && score->qualified);
	json_int(json, "precedence", topic != NULL ? topic->precedence : 0);
	write_missed(json, screening, name);
	json_end_object(json);
}

/* Of every topic that a rule gave points to: the sum against what it takes. */
static void write_weighed(Json *json, const Score *score)
{
	json_begin_array(json, "weighed");
	for (guint i = 0; i < score->topics->len; i++) {
		const TopicScore *one = score->topics->pdata[i];

		json_begin_object(json, NULL);
		json_string(json, "name", one->topic->name);
		json_int(json, "points", one->points);
		json_int(json, "threshold", one->topic->threshold);
		json_bool(json, "qualified", one->qualified);
		json_int(json, "precedence", one->topic->precedence);
		json_end_object(json);
	}
	json_end_array(json);
}

/* ---- the text, with what was found in it ---- */

#define COUNTED_BYTES 8000 /* shown of a text that counts */
#define ASIDE_BYTES 400    /* and of one that doesn't */
#define MARK_BYTES 80      /* a longer hit marks everything, so nothing */

static int place_compare(gconstpointer left, gconstpointer right)
{
	const ScorePlace *a = left, *b = right;

	return a->from < b->from ? -1 : a->from > b->from;
}

/* Did HIT move the decision? What spoke for a topic that doesn't apply would
 * only blur what spoke for one that does. */
static bool hit_counts(const Score *score, const ScoreHit *hit)
{
	const TopicScore *own = topic_score(score, hit->rule->topic);

	return score_topic(score) == NULL || hit->rule->urgency != 0 ||
	       (own != NULL && own->qualified);
}

/* Where rules hit in TEXT of SECTION, from left to right; of ScorePlace.
 * Transfer full. */
static GArray *places_in(
    const Screening *screening, Section section, const char *text)
{
	const GPtrArray *hits = screening->score->hits;
	GArray *places = g_array_new(FALSE, FALSE, sizeof(ScorePlace));

	for (guint i = 0; i < hits->len; i++) {
		const ScoreHit *hit = hits->pdata[i];
		ScorePlace place;

		if (hit->section == section && hit->length > 0 &&
		    hit_counts(screening->score, hit) &&
		    score_hit_place(screening->message, hit, &place) &&
		    place.text == text && place.to > place.from &&
		    place.to - place.from <= MARK_BYTES) {
			g_array_append_val(places, place);
		}
	}
	g_array_sort(places, place_compare);
	return places;
}

static void write_piece(Json *json, const char *text, gsize from, gsize to)
{
	g_autofree char *piece = g_strndup(text + from, to - from);

	json_string(json, NULL, piece);
}

/* TEXT in pieces: every second one is what a rule found. */
static void write_pieces(Json *json, const Screening *screening,
    Section section, const char *text, gsize most)
{
	g_autoptr(GArray) places = places_in(screening, section, text);
	gsize length = strlen(text), done = 0;

	json_begin_array(json, "pieces");
	for (guint i = 0; i < places->len; i++) {
		const ScorePlace *place = &g_array_index(places, ScorePlace, i);

		if (place->to > done) {
			gsize from = MAX(place->from, done);

			write_piece(json, text, done, from);
			write_piece(json, text, from, place->to);
			done = place->to;
		}
	}
	if (done < length && done < most) {
		gsize end = MIN(length, most);

		while (end > done && ((guchar)text[end] & 0xc0) == 0x80) {
			end--;
		}
		write_piece(json, text, done, end);
		done = end;
	}
	json_end_array(json);
	json_int(json, "left_out", (gint64)(length - done));
}

static void write_text(Json *json, const Screening *screening, Section section,
    const TextPart *part)
{
	bool counts = section == SECTION_TEXT && !part->hidden;

	json_begin_object(json, NULL);
	json_string(json, "in", section_name(section));
	json_bool(json, "hidden", part->hidden);
	write_pieces(json, screening, section, part->text,
	    counts ? COUNTED_BYTES : ASIDE_BYTES);
	json_end_object(json);
}

static void write_texts(Json *json, const Screening *screening)
{
	const Message *message = screening->message;
	const struct {
		Section section;
		const GPtrArray *parts;
	} sections[] = {{SECTION_TEXT, message->text},
	    {SECTION_QUOTED, message->quoted},
	    {SECTION_SIGNATURE, message->signature}};

	json_begin_array(json, "texts");
	json_begin_object(json, NULL);
	json_string(json, "in", section_name(SECTION_SUBJECT));
	write_pieces(
	    json, screening, SECTION_SUBJECT, message->subject, COUNTED_BYTES);
	json_end_object(json);
	for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
		for (guint k = 0; k < sections[i].parts->len; k++) {
			write_text(json, screening, sections[i].section,
			    sections[i].parts->pdata[k]);
		}
	}
	json_end_array(json);
}

static void write_read(Json *json, const char *file, const Message *message)
{
	const char *from = message_from(message);

	json_string(json, "file", file);
	json_string(json, "message_id", message->message_id);
	json_string(json, "from", *from != '\0' ? from : NULL);
	json_string(json, "subject", message->subject);
	json_string(json, "kind", message_kind_name(message->kind));
	json_string(json, "kind_because", message->kind_because);
}

static void write_plan(Json *json, const Plan *plan)
{
	json_begin_object(json, "urgency");
	json_string(json, "level", urgency_name(plan->level));
	json_int(json, "score", plan->urgency);
	json_end_object(json);
	json_string(json, "topic", plan->topic);
	json_string(json, "team", plan->team != NULL ? plan->team->name : NULL);
	json_string(json, "team_because", plan->because);
	json_bool(json, "sensitive", plan->sensitive);
	json_string(
	    json, "policy", plan->policy != NULL ? plan->policy->name : NULL);
	json_string(json, "calendar",
	    plan->calendar != NULL ? calendar_name(plan->calendar) : NULL);
	json_begin_object(json, "due");
	json_time(json, metric_name(METRIC_FIRST_REPLY),
	    plan->due_s[METRIC_FIRST_REPLY]);
	json_end_object(json);
	json_string(json, "unscreened", plan->unscreened);
}

/* How the policy was found, and its deadlines; null where no clock runs. */
static void write_promise(Json *json, const Screening *screening)
{
	const Plan *plan = screening->plan;
	Promised promise = {.conf = screening->setup->conf,
	    .topics = (const char *const *)plan->topics,
	    .level = plan->level,
	    .policy = plan->policy,
	    .calendar = plan->calendar,
	    .from_s = plan->from_s};

	if (plan->team == NULL) {
		json_null(json, "promised");
		return;
	}
	promise.team = plan->team->name;
	json_begin_object(json, "promised");
	promised_write(json, &promise);
	json_end_object(json);
}

/* What the learned model said, and why; null when nobody asked it. */
static void write_model(Json *json, const Advice *advice)
{
	if (advice == NULL) {
		json_null(json, "model");
		return;
	}
	json_begin_object(json, "model");
	json_string(json, "topic", advice->topic->name);
	json_int(json, "share", advice->share);
	json_strings(json, "words", (const char *const *)advice->words);
	json_end_object(json);
}

static void write_verified(Json *json, const Explain *explain)
{
	json_begin_object(json, "verify");
	json_bool(json, "equal", explain->differs == NULL);
	json_string(json, "differs", explain->differs);
	json_end_object(json);
}

char *explain_json(const Screening *screening, const Explain *explain)
{
	g_autoptr(Json) json = row_new();

	write_read(json, explain->file, screening->message);
	json_string(json, "language", screening->score->language);
	write_plan(json, screening->plan);
	write_topics(json, screening);
	write_weighed(json, screening->score);
	write_model(json, screening->score->advice);
	if (explain->texts) {
		write_texts(json, screening);
		json_strings(json, "attachments",
		    (const char *const *)screening->message->attachments);
	}
	json_begin_array(json, "rules");
	for (guint i = 0; i < screening->score->hits->len; i++) {
		write_hit(json, screening->score->hits->pdata[i]);
	}
	json_end_array(json);
	reckoning_write(json, screening);
	write_promise(json, screening);
	if (explain->why_not != NULL) {
		write_why_not(json, screening, explain->why_not);
	}
	if (explain->verified) {
		write_verified(json, explain);
	}
	json_end_object(json);
	return json_text(json);
}
