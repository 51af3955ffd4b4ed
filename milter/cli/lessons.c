/*
 * Lessons from the store: the topic that a person set, the one topic of the
 * team to which a person handed a case, and, so that a model isn't judged by
 * mistakes alone, the topic that a person let stand when he dealt with a case.
 * Sensitive cases have no text, so nothing is learnt from them.
 */
#include "cli/lessons.h"

#include <string.h>

#include "anteroom/route.h"

/* ---- cases ---- */

/* The topic that only TEAM gets; NULL: none, or several. */
static const char *only_topic(const Conf *conf, const char *team)
{
	const char *found = NULL;

	for (guint i = 0; i < conf->routes->len; i++) {
		const Route *route = conf->routes->pdata[i];

		if (strcmp(route->team, team) != 0) {
			continue;
		}
		if (found != NULL || conf_topic(conf, route->topic) == NULL) {
			return NULL;
		}
		found = route->topic;
	}
	return found;
}

typedef struct {
	bool topic, route, seen;
} Touched;

static Touched touched_by_people(const JsonValue *timeline)
{
	static const char *const dealt[] = {
	    "urgency", "answered", "close", "reply", NULL};
	Touched touched = {0};

	for (guint i = 0; i < json_length(timeline); i++) {
		const JsonValue *event = json_at(timeline, i);
		const char *who = json_get_string(event, "who");
		const char *what = json_get_string(event, "what");

		if (what == NULL || g_strcmp0(who, "anteroom") == 0) {
			continue;
		}
		touched.topic |= strcmp(what, "topic") == 0;
		touched.route |= strcmp(what, "route") == 0;
		touched.seen |= g_strv_contains(dealt, what);
	}
	return touched;
}

/* What a person says CASE is about; NULL: nobody said. */
static const char *told_topic(
    const Conf *conf, const JsonValue *row, bool *corrected)
{
	Touched touched = touched_by_people(json_get(row, "timeline"));
	const char *topic = json_get_string(row, "topic");
	const char *team = json_get_string(row, "team");
	const char *handed = NULL;

	*corrected = touched.topic;
	if (!touched.topic && touched.route && topic != NULL && team != NULL) {
		const Team *usual = route_team(conf, topic, NULL);

		if (usual == NULL || strcmp(usual->name, team) != 0) {
			handed = only_topic(conf, team);
			*corrected = handed != NULL;
			return handed;
		}
	}
	return touched.topic || touched.route || touched.seen ? topic : NULL;
}

static void add_rules(Lesson *lesson, const Conf *conf, const JsonValue *hits)
{
	for (guint i = 0; i < json_length(hits); i++) {
		const JsonValue *hit = json_at(hits, i);
		const char *topic = json_get_string(hit, "topic");
		const Topic *known =
		    topic != NULL ? conf_topic(conf, topic) : NULL;

		if (known != NULL &&
		    g_strcmp0(json_get_string(hit, "name"), "model") != 0) {
			lesson_rule(
			    lesson, known, (int)json_get_int(hit, "points", 0));
		}
	}
	lesson_ruled(lesson);
}

static bool add_case(const char *text, gsize length, gpointer data)
{
	Lessons *lessons = data;
	const Conf *conf = lessons->setup->conf;
	g_autoptr(JsonValue) row = json_parse(text, length, NULL);
	const char *excerpt = json_get_string(row, "excerpt");
	bool corrected = false;
	const char *topics[] = {told_topic(conf, row, &corrected), NULL};
	Lesson *lesson;

	if (excerpt == NULL || topics[0] == NULL) {
		return true;
	}
	lesson = lesson_new(conf,
	    features_new(json_get_string(row, "subject"), excerpt), topics);
	if (lesson != NULL) {
		lesson->corrected = corrected;
		add_rules(lesson, conf, json_get(row, "hits"));
		g_ptr_array_add(lessons->all, lesson);
	}
	return lessons->all->len < LIMIT_LESSONS;
}

static bool add_store(Lessons *lessons, const Options *options, GError **error)
{
	g_autoptr(Client) client = client_open(options->conf_path, error);
	ControlRequest request = {.command = "export"};
	g_autoptr(GError) stopped = NULL;

	if (client == NULL) {
		return false;
	}
	if (client_ask(client, &request, add_case, lessons, &stopped) ||
	    lessons->all->len == LIMIT_LESSONS) {
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&stopped));
	return false;
}

/* ---- messages with labels ---- */

typedef struct {
	Lessons *lessons;
	GHashTable *labels; /* file's name -> its topics (GStrv) */
	gint64 now_s;
} Labelled;

/* {"file": "x.eml", "topic": "billing"}, or "topics": all that are right. */
static bool add_label(GHashTable *labels, const char *line)
{
	g_autoptr(JsonValue) row = json_parse(line, strlen(line), NULL);
	const char *file = json_get_string(row, "file");
	const char *topic = json_get_string(row, "topic");
	const JsonValue *several = json_get(row, "topics");
	g_autoptr(GPtrArray) topics = g_ptr_array_new_with_free_func(g_free);

	if (topic != NULL) {
		g_ptr_array_add(topics, g_strdup(topic));
	}
	for (guint i = 0; i < json_length(several); i++) {
		const char *one = json_as_string(json_at(several, i));

		if (one != NULL) {
			g_ptr_array_add(topics, g_strdup(one));
		}
	}
	if (file == NULL || topics->len == 0) {
		return false;
	}
	g_ptr_array_add(topics, NULL);
	g_ptr_array_set_free_func(topics, NULL);
	g_hash_table_insert(labels, g_path_get_basename(file),
	    g_ptr_array_free(g_steal_pointer(&topics), FALSE));
	return true;
}

static bool read_labels(GHashTable *labels, const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) lines = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &text, &length, &why) ||
	    length > LIMIT_LABELS_BYTES) {
		g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE, "--labels: %s",
		    why != NULL ? why->message : "the file is too large");
		return false;
	}
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (*g_strstrip(lines[i]) != '\0' &&
		    !add_label(labels, lines[i])) {
			g_set_error(error, ANTEROOM_ERROR, ERROR_USAGE,
			    "%s:%u: not a label: "
			    "{\"file\":\"...\",\"topic\":\"...\"}",
			    path, i + 1);
			return false;
		}
	}
	return true;
}

static void add_scored(Lessons *lessons, const Message *message,
    const Score *score, const char *const *topics)
{
	g_autofree char *text =
	    message_new_text(message, LIMIT_MODEL_TEXT_BYTES);
	Lesson *lesson = lesson_new(
	    lessons->setup->conf, features_new(message->subject, text), topics);

	if (lesson == NULL) {
		return;
	}
	for (guint i = 0; i < score->hits->len; i++) {
		const ScoreHit *hit = score->hits->pdata[i];
		const Topic *topic =
		    conf_topic(lessons->setup->conf, hit->rule->topic);

		if (topic != NULL && strcmp(hit->rule->name, "model") != 0) {
			lesson_rule(lesson, topic, hit->rule->points);
		}
	}
	lesson_ruled(lesson);
	lesson->corrected = true;
	g_ptr_array_add(lessons->all, lesson);
}

static bool add_message(
    const MailboxMessage *message, gpointer data, GError **error)
{
	Labelled *labelled = data;
	Delivery delivery = {.bytes = message->bytes,
	    .n_bytes = message->n_bytes,
	    .truncated = message->truncated,
	    .now_s = labelled->now_s,
	    .via = "learn"};
	g_autofree char *name = g_path_get_basename(message->file);
	const char *const *topics = g_hash_table_lookup(labelled->labels, name);
	Screening *screening;

	(void)error;
	if (topics == NULL || labelled->lessons->all->len >= LIMIT_LESSONS) {
		return true;
	}
	screening = screening_new(labelled->lessons->setup, NULL, &delivery);
	add_scored(
	    labelled->lessons, screening->message, screening->score, topics);
	screening_free(screening);
	return true;
}

static bool add_labelled(
    Lessons *lessons, const Options *options, GError **error)
{
	g_autoptr(GHashTable) labels = g_hash_table_new_full(
	    g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
	Labelled labelled = {.lessons = lessons,
	    .labels = labels,
	    .now_s = output_style(NULL).now_s};
	guint unreadable = 0;

	if (!read_labels(labels, options_text(options, "labels"), error)) {
		return false;
	}
	return mailbox_all(
	    options->files, add_message, &labelled, &unreadable, error);
}

/* ---- both ---- */

bool lessons_gather(Lessons *lessons, const Options *options, GError **error)
{
	const Conf *conf = lessons->setup->conf;
	bool labels = options_text(options, "labels") != NULL;

	if (labels != (options->files != NULL)) {
		g_set_error_literal(error, ANTEROOM_ERROR, ERROR_USAGE,
		    "learn: --labels and MAILBOX go together");
		return false;
	}
	if (g_file_test(conf->store_path, G_FILE_TEST_IS_DIR) &&
	    !add_store(lessons, options, error)) {
		return false;
	}
	return !labels || add_labelled(lessons, options, error);
}
