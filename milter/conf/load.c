/*
 * One load from its first byte to its last check, and what its steps share:
 * the mistakes, the names still to be found, the blocks' tables.
 */
#include <string.h>

#include "anteroom/text.h"
#include "conf/internal.h"

#define PROBLEM_BYTES 600 /* of one text */

bool load_is_full(const Loader *load)
{
	return load->said >= LIMIT_PROBLEMS;
}

static void say(Loader *load, ConfPlace place, bool warning, const char *text)
{
	g_autofree char *line =
	    text_one_line(text, strlen(text), PROBLEM_BYTES);

	load->fatal = load->fatal || !warning;
	if (load->said > LIMIT_PROBLEMS) {
		return;
	}
	if (load->said++ == LIMIT_PROBLEMS) {
		load->fatal = true;
		load->broken = true;
		g_ptr_array_add(load->problems,
		    conf_problem_new(place, false,
			"too many mistakes; the rest is not shown"));
		return;
	}
	g_ptr_array_add(
	    load->problems, conf_problem_new(place, warning, "%s", line));
}

void load_error(Loader *load, ConfPlace place, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	say(load, place, false, text);
}

void load_warning(Loader *load, ConfPlace place, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	say(load, place, true, text);
}

void load_ref(Loader *load, RefKind kind, const char *name, ConfPlace place)
{
	Ref ref = {kind, name, place};

	g_array_append_val(load->refs, ref);
}

char *load_nearest(const char *word, const char *const *words, gsize n)
{
	const char *near = text_nearest(word, words, n);

	if (near == NULL) {
		return g_strdup("");
	}
	return g_strdup_printf("; did you mean \"%s\"?", near);
}

char *load_path(const Loader *load, const char *path)
{
	if (g_path_is_absolute(path) || *load->dir == '\0') {
		return g_strdup(path);
	}
	return g_build_filename(load->dir, path, NULL);
}

const char *load_absolute(Loader *load, const char *path)
{
	g_autofree char *joined = load_path(load, path);
	g_autofree char *absolute = g_canonicalize_filename(joined, NULL);

	return conf_keep(load->conf, absolute);
}

/* ---- blocks ---- */

ConfPlace word_place(const char *file, const Words *words, guint i)
{
	return (ConfPlace){
	    file, i < words->n ? words->words[i].line : words->line};
}

void block_decode(Loader *load, const Block *block, void *target)
{
	for (guint i = 0; i < block->kind->n_settings; i++) {
		const Setting *setting = &block->kind->settings[i];
		const Words *words = &block->values[i];

		if (words->line > 0 && (setting->list || words->n > 0)) {
			setting->decode(
			    load, setting, block->place.file, words, target);
		}
	}
}

ConfPlace block_place(const Block *block, const char *name)
{
	for (guint i = 0; i < block->kind->n_settings; i++) {
		if (strcmp(block->kind->settings[i].name, name) == 0 &&
		    block->values[i].line > 0) {
			return word_place(
			    block->place.file, &block->values[i], 0);
		}
	}
	return block->place;
}

static bool is_plain(const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) &&
		    (p == name || strchr("._-", *p) == NULL)) {
			return false;
		}
	}
	return true;
}

/* Shown as it is: no control characters, no bidi marks. */
static bool is_line(const char *name)
{
	gsize bytes = strlen(name);
	g_autofree char *line = text_one_line(name, bytes, bytes);

	return strcmp(line, name) == 0;
}

bool block_title_ok(Loader *load, const Block *block, bool plain)
{
	const char *title = block->title;

	if (*title == '\0') {
		load_error(load, block->place,
		    "a %s needs a name: %s \"NAME\" { ... }", block->kind->name,
		    block->kind->name);
		return false;
	}
	if (strlen(title) > LIMIT_NAME_BYTES) {
		load_error(load, block->place,
		    "the name of this %s is longer than %d bytes",
		    block->kind->name, LIMIT_NAME_BYTES);
		return false;
	}
	if (!is_line(title) || (plain && !is_plain(title))) {
		load_error(load, block->place,
		    "%s \"%s\": a name is made of letters, digits, '.', '_' "
		    "and '-'",
		    block->kind->name, title);
		return false;
	}
	return true;
}

bool block_enter(Loader *load, const Block *block, GHashTable *names,
    GPtrArray *items, void *item)
{
	void *other = g_hash_table_lookup(names, block->title);
	const ConfPlace *first;

	if (other == NULL) {
		g_hash_table_insert(
		    names, (gpointer)(guintptr)block->title, item);
		g_ptr_array_add(items, item);
		return true;
	}
	first = G_STRUCT_MEMBER_P(other, block->kind->place_at);
	load_error(load, block->place, "%s \"%s\" is there already, in %s:%u",
	    block->kind->name, block->title, first->file, first->line);
	return false;
}

/* ---- the load ---- */

static void load_begin(Loader *load, Conf *conf, GPtrArray *problems)
{
	memset(load, 0, sizeof(*load));
	load->conf = conf;
	load->problems = problems;
	load->dir = "";
	load->refs = g_array_new(FALSE, FALSE, sizeof(Ref));
	load->files_read =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	load->words_lists = g_ptr_array_new();
	load->words_names = g_hash_table_new(g_str_hash, g_str_equal);
	load->words_uses = g_array_new(FALSE, FALSE, sizeof(WordsUse));
}

static void load_finish(Loader *load)
{
	g_array_unref(load->refs);
	g_hash_table_unref(load->files_read);
	g_ptr_array_unref(load->words_lists);
	g_hash_table_unref(load->words_names);
	g_array_unref(load->words_uses);
	conf_problems_sort(load->problems);
}

/* The Conf, if it may be used. */
static Conf *load_end(Loader *load)
{
	load_finish(load);
	if (load->fatal) {
		conf_unref(load->conf);
		return NULL;
	}
	return load->conf;
}

static void load_all(Loader *load, const char *path, GPtrArray *problems)
{
	ConfPlace asked = {g_intern_string(path), 0};
	g_autofree char *dir = g_path_get_dirname(path);

	load_begin(load, conf_new(path, NULL), problems);
	load->dir = strcmp(dir, ".") == 0 ? "" : dir;
	scan_file(load, path, asked, &server_grammar);
	packs_read(load);
	check_whole(load);
	load->dir = "";
}

Conf *conf_load(const char *path, GPtrArray *problems)
{
	Loader load;

	load_all(&load, path, problems);
	return load_end(&load);
}

static bool is_whole(const Conf *conf, const Rule *rule)
{
	return rule->match[0] != '\0' && rule->sections != 0 &&
	       conf_topic(conf, rule->topic) != NULL;
}

static bool has_problem(const Rule *rule, const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++) {
		const ConfProblem *problem = problems->pdata[i];

		if (!problem->warning &&
		    problem->place.line == rule->place.line &&
		    g_strcmp0(problem->place.file, rule->place.file) == 0) {
			return true;
		}
	}
	return false;
}

void conf_drop_rules(Conf *conf, const GPtrArray *problems)
{
	for (guint i = conf->rules->len; i-- > 0;) {
		const Rule *rule = conf->rules->pdata[i];

		if (!is_whole(conf, rule) || has_problem(rule, problems)) {
			g_ptr_array_remove_index(conf->rules, i);
		}
	}
}

Conf *conf_load_flawed(const char *path, GPtrArray *problems)
{
	Loader load;

	load_all(&load, path, problems);
	load_finish(&load);
	conf_drop_rules(load.conf, problems);
	return load.conf;
}

Conf *conf_with_packs(
    Conf *base, const char *const *patterns, GPtrArray *problems)
{
	Loader load;

	load_begin(&load, conf_new(NULL, base), problems);
	load.patterns = patterns;
	packs_read(&load);
	check_whole(&load);
	return load_end(&load);
}
