/* Rule packs: which files they are, their topics, words and rules. */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "conf/internal.h"

/*
 * Enters ITEM under the block's title. A pack read later replaces what an
 * earlier one says under the same name, in its place: so an administrator
 * changes a shipped rule without editing the shipped file. Twice in one file
 * is a mistake.
 */
static void pack_enter(Loader *load, const Block *block, GHashTable *names,
    GPtrArray *items, void *item)
{
	void *other = g_hash_table_lookup(names, block->title);
	const ConfPlace *first;
	guint at;

	if (other == NULL) {
		block_enter(load, block, names, items, item);
		return;
	}
	first = G_STRUCT_MEMBER_P(other, block->kind->place_at);
	if (first->file == block->place.file ||
	    !g_ptr_array_find(items, other, &at)) {
		block_enter(load, block, names, items, item);
		return;
	}
	load_warning(load, block->place, "%s \"%s\" replaces the one in %s:%u",
	    block->kind->name, block->title, first->file, first->line);
	items->pdata[at] = item;
	g_hash_table_insert(names, (gpointer)(guintptr)block->title, item);
}

/* Patterns and examples: any text, but not without bounds. */
static void as_texts(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	g_autofree const char **list = g_new0(const char *, words->n + 1);
	guint n = 0;

	for (guint i = 0; i < words->n; i++) {
		const char *text = words->words[i].text;

		if (*text == '\0') {
			load_error(load, word_place(file, words, i),
			    "%s: empty", setting->name);
		} else if (strlen(text) > LIMIT_PATTERN_BYTES) {
			load_error(load, word_place(file, words, i),
			    "%s: longer than %d bytes", setting->name,
			    LIMIT_PATTERN_BYTES);
		} else {
			list[n++] = text;
		}
	}
	G_STRUCT_MEMBER(const char *const *, target, setting->offset) =
	    conf_keep_list(load->conf, list, n);
}

/* A list of patterns, which may name words. */
static void as_patterns(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	const char **list;

	as_texts(load, setting, file, words, target);
	list = *(const char ***)((char *)target + setting->offset);
	for (guint i = 0; i < words->n && list[i] != NULL; i++) {
		words_note(load, &list[i], word_place(file, words, i));
	}
}

/* ---- topic ---- */

#define IN_TOPIC(field) .offset = G_STRUCT_OFFSET(Topic, field)

static void as_floor(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Topic *topic = target;
	int level = -1;
	const Setting choice = {.name = setting->name,
	    .arg = &(const Choices){urgency_names, URGENCY_LEVELS}};

	as_choice(load, &choice, file, words, &level);
	if (level >= 0) {
		topic->floor = (Urgency)level;
		topic->has_floor = true;
	}
}

static const Setting topic_settings[] = {
    {.name = "title",
	.decode = as_required,
	IN_TOPIC(title),
	.arg = &(const Range){1, LIMIT_WHY_BYTES}},
    {.name = "urgency-floor", .decode = as_floor},
    {.name = "urgency-most",
	.decode = as_int,
	IN_TOPIC(urgency_most),
	.arg = &(const Range){1, 100}},
    {.name = "precedence",
	.decode = as_int,
	IN_TOPIC(precedence),
	.arg = &(const Range){-1000000, 1000000}},
    {.name = "threshold",
	.decode = as_int,
	IN_TOPIC(threshold),
	.arg = &(const Range){1, 1000000}},
    {.name = "sensitive", .decode = as_bool, IN_TOPIC(sensitive)},
    {.name = "disguises", .decode = as_bool, IN_TOPIC(disguises)},
    {.name = "unless",
	.list = true,
	.decode = as_patterns,
	IN_TOPIC(unless),
	.pattern = true},
    {.name = "hits", .list = true, .decode = as_texts, IN_TOPIC(hits)},
    {.name = "misses", .list = true, .decode = as_texts, IN_TOPIC(misses)},
};

static void topic_take(Loader *load, const Block *block)
{
	static const char *const built_in[] = {
	    "default", "none", "unread", NULL};
	Topic *topic = conf_alloc(load->conf, sizeof(*topic));

	topic->name = block->title;
	topic->title = block->title;
	topic->threshold = 40;
	topic->hits = conf_keep_list(load->conf, NULL, 0);
	topic->misses = topic->hits;
	topic->unless = topic->hits;
	topic->place = block->place;
	block_decode(load, block, topic);
	if (block_title_ok(load, block, true) &&
	    g_strv_contains(built_in, block->title)) {
		load_error(load, block->place,
		    "topic \"%s\" is built in; take another name",
		    block->title);
		return;
	}
	pack_enter(
	    load, block, load->conf->index->topics, load->conf->topics, topic);
}

static const Kind topic_kind = {.name = "topic",
    .titled = true,
    .settings = topic_settings,
    .n_settings = G_N_ELEMENTS(topic_settings),
    .place_at = G_STRUCT_OFFSET(Topic, place),
    .take = topic_take};

/* ---- rule ---- */

#define IN_RULE(field) .offset = G_STRUCT_OFFSET(Rule, field)

static const RefKind ref_topic = REF_RULE_TOPIC;

/* A header field's name: RFC 5322 section 3.6.8. */
static bool field_name_ok(const char *name)
{
	gsize n = strlen(name);

	for (gsize i = 0; i < n; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == ':') {
			return false;
		}
	}
	return n > 0 && n <= LIMIT_NAME_BYTES;
}

static bool find_section(const char *word, guint *section)
{
	for (guint i = 0; i < SECTION_HEADER; i++) {
		if (strcmp(word, section_name((Section)i)) == 0) {
			*section = i;
			return true;
		}
	}
	return false;
}

static void say_no_section(Loader *load, ConfPlace place, const char *word)
{
	const char *names[SECTION_KINDS];
	g_autofree char *near = NULL;

	for (guint i = 0; i < SECTION_HEADER; i++) {
		names[i] = section_name((Section)i);
	}
	names[SECTION_HEADER] = "header:NAME";
	near = load_nearest(word, names, SECTION_KINDS);
	load_error(load, place,
	    "in: \"%s\" is not subject, text, quoted, signature, from, to, "
	    "attachment, sender, deadline or header:NAME%s",
	    word, near);
}

static void as_sections(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Rule *rule = target;
	g_autofree const char **headers = g_new0(const char *, words->n + 1);
	guint n = 0, section;

	(void)setting;
	rule->sections = 0;
	for (guint i = 0; i < words->n; i++) {
		const char *word = words->words[i].text;
		ConfPlace place = word_place(file, words, i);

		if (find_section(word, &section)) {
			rule->sections |= 1u << section;
		} else if (g_str_has_prefix(word, "header:") &&
			   field_name_ok(word + strlen("header:"))) {
			rule->sections |= 1u << SECTION_HEADER;
			headers[n++] = word + strlen("header:");
		} else {
			say_no_section(load, place, word);
		}
	}
	if (words->n == 0) {
		load_error(load, word_place(file, words, 0), "in: empty");
	}
	rule->headers = conf_keep_list(load->conf, headers, n);
}

/* Several patterns are one: any of them. */
static void as_match(Loader *load, const Setting *setting, const char *file,
    const Words *words, void *target)
{
	Rule *rule = target;
	WordsList any = {.name = NULL};
	const Setting each = {
	    .name = setting->name, .offset = G_STRUCT_OFFSET(WordsList, match)};
	g_autofree char *joined = NULL;

	as_texts(load, &each, file, words, &any);
	joined = g_strjoinv("|", (char **)(guintptr)any.match);
	rule->match = conf_keep(load->conf, joined);
	if (words->n == 0) {
		load_error(load, word_place(file, words, 0), "match: empty");
	}
	if (strlen(joined) > LIMIT_EXPANDED_BYTES) {
		load_error(load, word_place(file, words, 0),
		    "match: longer than %d bytes", LIMIT_EXPANDED_BYTES);
		return;
	}
	words_note(load, &rule->match, word_place(file, words, 0));
}

static const char *const sentence_parts[] = {"no", "sign", "beside"};

static const Setting rule_settings[] = {
    {.name = "topic", .decode = as_ref, IN_RULE(topic), .arg = &ref_topic},
    {.name = "points",
	.decode = as_int,
	IN_RULE(points),
	.arg = &(const Range){-1000, 1000}},
    {.name = "urgency",
	.decode = as_int,
	IN_RULE(urgency),
	.arg = &(const Range){-100, 100}},
    {.name = "at-least",
	.decode = as_int,
	IN_RULE(at_least),
	.arg = &(const Range){1, LIMIT_HITS_PER_RULE}},
    {.name = "sentence",
	.decode = as_choice,
	IN_RULE(sentence),
	.arg = &(const Choices){sentence_parts, G_N_ELEMENTS(sentence_parts)}},
    {.name = "in", .list = true, .decode = as_sections},
    {.name = "match", .list = true, .decode = as_match, .pattern = true},
    {.name = "unless",
	.list = true,
	.decode = as_patterns,
	IN_RULE(unless),
	.pattern = true},
    {.name = "why",
	.decode = as_required,
	IN_RULE(why),
	.arg = &(const Range){1, LIMIT_WHY_BYTES}},
    {.name = "hits", .list = true, .decode = as_texts, IN_RULE(hits)},
    {.name = "misses", .list = true, .decode = as_texts, IN_RULE(misses)},
};

static bool is_set(const Block *block, const char *name)
{
	for (guint i = 0; i < block->kind->n_settings; i++) {
		if (strcmp(block->kind->settings[i].name, name) == 0) {
			return block->values[i].line > 0;
		}
	}
	return false;
}

static void rule_complete(Loader *load, const Block *block, const Rule *rule)
{
	static const char *const needed[] = {"topic", "match", "why"};

	for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
		if (!is_set(block, needed[i])) {
			load_error(load, block->place, "rule \"%s\" has no %s",
			    block->title, needed[i]);
		}
	}
	if (rule->sentence != SENTENCE_NO && rule->at_least > 1) {
		load_error(load, block->place,
		    "rule \"%s\": at-least doesn't go with sentence",
		    block->title);
	}
	if (!is_set(block, "points") && !is_set(block, "urgency")) {
		load_warning(load, block->place,
		    "rule \"%s\" changes nothing: it has neither points nor "
		    "urgency",
		    block->title);
	}
}

static void rule_take(Loader *load, const Block *block)
{
	Rule *rule = conf_alloc(load->conf, sizeof(*rule));
	Conf *conf = load->conf;
	const char *const *none = conf_keep_list(conf, NULL, 0);

	rule->name = block->title;
	rule->place = block->place;
	rule->topic = "";
	rule->at_least = 1;
	rule->sections = 1u << SECTION_SUBJECT | 1u << SECTION_TEXT;
	rule->headers = none;
	rule->match = "";
	rule->why = "";
	rule->unless = none;
	rule->hits = none;
	rule->misses = none;
	block_decode(load, block, rule);
	block_title_ok(load, block, true);
	rule_complete(load, block, rule);
	if (conf->rules->len == LIMIT_RULES) {
		load_error(
		    load, block->place, "more than %d rules", LIMIT_RULES);
		load->said = MAX(load->said, LIMIT_PROBLEMS);
		return;
	}
	pack_enter(load, block, conf->index->rules, conf->rules, rule);
}

static const Kind rule_kind = {.name = "rule",
    .titled = true,
    .settings = rule_settings,
    .n_settings = G_N_ELEMENTS(rule_settings),
    .place_at = G_STRUCT_OFFSET(Rule, place),
    .take = rule_take};

/* ---- words ---- */

static const Setting words_settings[] = {
    {.name = "match",
	.list = true,
	.decode = as_texts,
	.offset = G_STRUCT_OFFSET(WordsList, match),
	.pattern = true},
};

static void words_take(Loader *load, const Block *block)
{
	WordsList *list = conf_alloc(load->conf, sizeof(*list));

	list->name = block->title;
	list->place = block->place;
	list->match = conf_keep_list(load->conf, NULL, 0);
	block_decode(load, block, list);
	block_title_ok(load, block, true);
	if (list->match[0] == NULL) {
		load_error(load, block->place, "words \"%s\" have no match",
		    block->title);
	}
	pack_enter(load, block, load->words_names, load->words_lists, list);
}

static const Kind words_kind = {.name = "words",
    .titled = true,
    .settings = words_settings,
    .n_settings = G_N_ELEMENTS(words_settings),
    .place_at = G_STRUCT_OFFSET(WordsList, place),
    .take = words_take};

static void nothing_to_take(Loader *load, const Block *block)
{
	(void)load;
	(void)block;
}

static const Kind root_kind = {.name = "root", .take = nothing_to_take};
static const Kind *const kinds[] = {&topic_kind, &words_kind, &rule_kind};
const Grammar packs_grammar = {&root_kind, kinds, G_N_ELEMENTS(kinds)};

/* ---- files ---- */

/* Reads PATH unless an earlier pattern named the same file. */
static void read_pack(Loader *load, const char *path, ConfPlace asked)
{
	char *real = realpath(path, NULL);
	bool again =
	    real != NULL && g_hash_table_contains(load->files_read, real);

	if (real != NULL && !again) {
		g_hash_table_add(load->files_read, g_strdup(real));
	}
	free(real);
	if (!again && !load_is_full(load)) {
		scan_file(load, path, asked, &packs_grammar);
	}
}

static gint by_bytes(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The administrator's folder may well be empty; one that isn't there is a slip
 * of the pen. */
static void say_no_match(Loader *load, const char *pattern, ConfPlace asked)
{
	g_autofree char *folder = g_path_get_dirname(pattern);

	if (strpbrk(folder, "*?[") != NULL ||
	    !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		load_warning(load, asked, "packs: no file matches %s", pattern);
	}
}

static void read_matches(Loader *load, const char *pattern, ConfPlace asked)
{
	glob_t found = {0};
	int result = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &found);

	if (result == GLOB_NOMATCH ||
	    (result == GLOB_ABORTED && errno == ENOENT)) {
		say_no_match(load, pattern, asked);
	} else if (result != 0) {
		load_error(
		    load, asked, "packs: %s: %s", pattern, g_strerror(errno));
	} else {
		qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), by_bytes);
		for (gsize i = 0; i < found.gl_pathc; i++) {
			read_pack(load, found.gl_pathv[i], asked);
		}
	}
	globfree(&found);
}

static void read_pattern(Loader *load, const char *written, ConfPlace asked)
{
	g_autofree char *pattern = load_path(load, written);

	if (*written == '\0') {
		load_error(load, asked, "packs: empty");
	} else if (strpbrk(written, "*?[") == NULL) {
		read_pack(load, pattern, asked);
	} else {
		read_matches(load, pattern, asked);
	}
}

void packs_read(Loader *load)
{
	static const char *const usual[] = {"/usr/share/anteroom/rules/*.rules",
	    "/etc/anteroom/rules.d/*.rules", NULL};
	ConfPlace asked = {NULL, 0};

	if (load->patterns == NULL && load->broken) {
		return; /* they may be named where we didn't come to */
	}
	if (load->patterns == NULL) {
		load->patterns = usual;
	}
	if (load->conf->path != NULL) {
		asked.file = g_intern_string(load->conf->path);
	}
	for (guint i = 0; load->patterns[i] != NULL; i++) {
		if (load->pattern_words != NULL) {
			asked = word_place(asked.file, load->pattern_words, i);
		}
		read_pattern(load, load->patterns[i], asked);
	}
	words_expand(load);
}
