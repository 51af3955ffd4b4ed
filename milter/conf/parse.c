/*
 * libconfuse: the values of one block. The only file that knows it.
 *
 * A file is not given to libconfuse whole, because it stops at the first
 * mistake, keeps no lines, replaces a block by a later one of the same title,
 * and searches all titles for each block (20,000 rules: seconds). scan.c has
 * seen to names, shapes and braces before; one block at a time comes here, with
 * its lines in their places.
 */
#include <confuse.h>
#include <string.h>

#include "conf/internal.h"

/* The scanner of libconfuse is a set of process-wide variables (flex without
 * %option reentrant), so that two parses at once would mix their files. */
static GMutex confuse_lock;

typedef struct {
	guint line;
	char text[];
} RawWord;

/* The only moment at which libconfuse knows a value's line. */
static int keep_word(
    cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
	gsize bytes = strlen(value) + 1;
	RawWord *raw = g_malloc(sizeof(*raw) + bytes);

	(void)option;
	raw->line = (guint)cfg->line;
	memcpy(raw->text, value, bytes);
	*(void **)result = raw;
	return 0;
}

/* Its default prints to standard error. */
static void say_nothing(cfg_t *cfg, const char *format, va_list args)
{
	(void)cfg;
	(void)format;
	(void)args;
}

static void make_options(const Kind *kind, cfg_opt_t *options)
{
	const cfg_opt_t end = CFG_END();

	for (guint i = 0; i < kind->n_settings; i++) {
		const Setting *setting = &kind->settings[i];
		const cfg_opt_t one = CFG_PTR_CB(
		    setting->name, NULL, CFGF_NODEFAULT, keep_word, g_free);
		const cfg_opt_t list = CFG_PTR_LIST_CB(
		    setting->name, NULL, CFGF_NODEFAULT, keep_word, g_free);

		options[i] = setting->list ? list : one;
	}
	options[kind->n_settings] = end;
}

static void take_words(
    Conf *conf, cfg_opt_t *option, guint before, Words *words)
{
	guint n = cfg_opt_size(option);
	Word *list = n > 0 ? conf_alloc(conf, n * sizeof(*list)) : NULL;

	for (guint i = 0; i < n; i++) {
		const RawWord *raw = cfg_opt_getnptr(option, i);

		list[i].text = conf_keep(conf, raw->text);
		list[i].line = before + raw->line;
	}
	words->n = n;
	words->words = list;
}

static bool take_block(Conf *conf, cfg_t *root, Block *block)
{
	cfg_t *section = cfg_getsec(root, block->kind->name);

	if (section == NULL) {
		return false;
	}
	block->title =
	    conf_keep(conf, block->kind->titled ? cfg_title(section) : "");
	for (guint i = 0; i < block->kind->n_settings; i++) {
		if (block->values[i].line > 0) {
			take_words(conf, cfg_getnopt(section, i),
			    block->place.line - 1, &block->values[i]);
		}
	}
	return true;
}

bool parse_block(Conf *conf, const char *text, Block *block)
{
	cfg_flag_t flags =
	    block->kind->titled ? CFGF_TITLE | CFGF_MULTI : CFGF_NONE;
	cfg_opt_t options[MAX_SETTINGS + 1];
	cfg_opt_t root_options[] = {
	    CFG_SEC(block->kind->name, options, flags), CFG_END()};
	cfg_t *root;
	bool done;

	make_options(block->kind, options);
	g_mutex_lock(&confuse_lock);
	root = cfg_init(root_options, CFGF_NONE);
	cfg_set_error_function(root, say_nothing);
	done = cfg_parse_buf(root, text) == CFG_SUCCESS &&
	       take_block(conf, root, block);
	cfg_free(root);
	g_mutex_unlock(&confuse_lock);
	return done;
}
