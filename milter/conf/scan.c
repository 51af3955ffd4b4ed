/*
 * A file as a whole: read with its limits, every name in it checked against the
 * tables, cut into blocks, and each block handed on with its lines.
 *
 * All mistakes are said and skipped but those of syntax: after one of these
 * nothing that follows means what it seems to, and the file ends there.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/text.h"
#include "conf/internal.h"
#include "conf/lexer.h"

/* The text of one block for libconfuse: without comments and mistakes. */
typedef struct {
	const Kind *kind;
	GString *text;
	guint first_line; /* that stands in line 1 of the text */
	guint line;       /* that the text has come to */
	guint set_line[MAX_SETTINGS];
} Chunk;

typedef struct {
	Loader *load;
	const char *file; /* interned */
	const Grammar *grammar;
	Lexer lexer;
	Token token;
	guint long_line, long_end; /* of the last string of several lines */
	bool failed;
	bool pattern; /* the setting before us is one */
	guint kind_line[MAX_KINDS];
} Scan;

static ConfPlace place_at(const Scan *scan, guint line)
{
	return (ConfPlace){scan->file, line};
}

static char *shown(const Token *token)
{
	gsize bytes = MIN(token->bytes, LIMIT_NAME_BYTES);

	if (token->type == TOKEN_END) {
		return g_strdup("the end of the file");
	}
	if (token->type == TOKEN_STRING) {
		return text_one_line(token->text, bytes, bytes);
	}
	return g_strdup_printf("'%.*s'", (int)bytes, token->text);
}

/* A mistake of syntax: WANTED was expected. The rest of the file is not read.
 */
static void fail(Scan *scan, const char *wanted)
{
	g_autofree char *got = shown(&scan->token);
	g_autofree char *hint = NULL;
	guint line = scan->token.line;

	if (scan->failed) {
		return;
	}
	scan->failed = true;
	scan->load->broken = true;
	if (scan->token.type == TOKEN_BAD) {
		load_error(scan->load, place_at(scan, line), "%s%s%s",
		    scan->token.bytes > 0 ? got : "",
		    scan->token.bytes > 0 ? ": " : "", scan->lexer.error);
		return;
	}
	if (scan->long_line > 0) {
		hint = g_strdup_printf("; a string that begins in line %u goes "
				       "on over its end: is a quote missing?",
		    scan->long_line);
	}
	load_error(scan->load, place_at(scan, line), "%s expected, not %s%s",
	    wanted, got, hint != NULL ? hint : "");
}

static void next(Scan *scan)
{
	scan->token = lexer_next(&scan->lexer);
	if (scan->token.type == TOKEN_BAD) {
		fail(scan, "");
	}
	/* After a missing quote strings and what is between them have changed
	 * places, each beginning where the last ended: the first is meant. */
	if (scan->token.lines > 0) {
		if (scan->token.line != scan->long_end) {
			scan->long_line = scan->token.line;
		}
		scan->long_end = scan->token.line + scan->token.lines;
	}
}

static bool is_value(const Scan *scan)
{
	return scan->token.type == TOKEN_WORD ||
	       scan->token.type == TOKEN_STRING;
}

/* ---- the block's text ---- */

static void chunk_begin(Chunk *chunk, const Kind *kind, guint line)
{
	memset(chunk, 0, sizeof(*chunk));
	chunk->kind = kind;
	chunk->text = g_string_sized_new(256);
	chunk->first_line = line;
	chunk->line = line;
}

/* Strings as they are, but ${VARIABLE} safe from being expanded. */
static void add_string(GString *text, const Token *token)
{
	const char *p = token->text, *end = token->text + token->bytes;

	if (*p == '\'') {
		g_string_append_len(text, p, (gssize)token->bytes);
		return;
	}
	for (; p < end; p++) {
		if (p[0] == '$' && p[1] == '{') {
			g_string_append_c(text, '\\');
		}
		g_string_append_c(text, *p);
		if (*p == '\\') {
			g_string_append_c(text, *++p);
		}
	}
}

static void chunk_add(Chunk *chunk, const Token *token)
{
	if (chunk == NULL) {
		return;
	}
	for (; chunk->line < token->line; chunk->line++) {
		g_string_append_c(chunk->text, '\n');
	}
	g_string_append_c(chunk->text, ' ');
	if (token->type == TOKEN_STRING) {
		add_string(chunk->text, token);
	} else {
		g_string_append_len(
		    chunk->text, token->text, (gssize)token->bytes);
	}
	chunk->line += token->lines;
}

static void chunk_end(Scan *scan, Chunk *chunk)
{
	Block block = {
	    .kind = chunk->kind, .place = place_at(scan, chunk->first_line)};

	for (guint i = 0; i < MAX_SETTINGS; i++) {
		block.values[i].line = chunk->set_line[i];
	}
	g_string_append(chunk->text, "}\n");
	if (parse_block(scan->load->conf, chunk->text->str, &block)) {
		chunk->kind->take(scan->load, &block);
	} else {
		load_error(scan->load, block.place, "syntax error in \"%s\"",
		    chunk->kind->name);
	}
}

/* ---- names ---- */

static gint find_setting(const Kind *kind, const char *name)
{
	for (guint i = 0; i < kind->n_settings; i++) {
		if (strcmp(kind->settings[i].name, name) == 0) {
			return (gint)i;
		}
	}
	return -1;
}

static gint find_kind(const Grammar *grammar, const char *name)
{
	for (guint i = 0; i < grammar->n_kinds; i++) {
		if (strcmp(grammar->kinds[i]->name, name) == 0) {
			return (gint)i;
		}
	}
	return -1;
}

/* The block that has a setting NAME; NULL: none. */
static const char *home_of(const Grammar *grammar, const char *name)
{
	for (guint i = 0; i < grammar->n_kinds; i++) {
		if (find_setting(grammar->kinds[i], name) >= 0) {
			return grammar->kinds[i]->name;
		}
	}
	return NULL;
}

static void unknown_setting(
    Scan *scan, const Kind *kind, const char *name, guint line)
{
	bool at_root = kind == scan->grammar->root;
	const char *home = home_of(scan->grammar, name);
	const char *names[MAX_SETTINGS] = {NULL};
	g_autofree char *near = NULL;
	g_autofree char *where = NULL;

	for (guint i = 0; i < kind->n_settings; i++) {
		names[i] = kind->settings[i].name;
	}
	near = load_nearest(name, names, kind->n_settings);
	if (*near == '\0' && home != NULL) {
		g_free(near);
		near = g_strdup_printf("; it belongs into \"%s\"", home);
	}
	where =
	    at_root ? g_strdup("") : g_strdup_printf(" in \"%s\"", kind->name);
	load_error(scan->load, place_at(scan, line),
	    "unknown setting \"%s\"%s%s", name, where, near);
}

static void unknown_kind(Scan *scan, const char *name, guint line)
{
	const char *names[MAX_KINDS] = {NULL};
	g_autofree char *near = NULL;

	for (guint i = 0; i < scan->grammar->n_kinds; i++) {
		names[i] = scan->grammar->kinds[i]->name;
	}
	near = load_nearest(name, names, scan->grammar->n_kinds);
	load_error(scan->load, place_at(scan, line), "unknown section \"%s\"%s",
	    name, near);
}

/* ---- grammar ---- */

static void add_value(Scan *scan, Chunk *chunk)
{
	if (chunk != NULL && scan->pattern && scan->token.escapes) {
		load_warning(scan->load, place_at(scan, scan->token.line),
		    "double quotes eat this pattern's backslashes; write it "
		    "in single quotes");
	}
	chunk_add(chunk, &scan->token);
}

/* { value, value } with the opening brace before us. */
static void take_list(Scan *scan, Chunk *chunk)
{
	chunk_add(chunk, &scan->token);
	next(scan);
	while (!scan->failed && scan->token.type != TOKEN_CLOSE) {
		if (!is_value(scan)) {
			fail(scan, "a value or the list's '}'");
			return;
		}
		add_value(scan, chunk);
		next(scan);
		if (scan->token.type == TOKEN_COMMA) {
			chunk_add(chunk, &scan->token);
			next(scan);
		} else if (scan->token.type != TOKEN_CLOSE) {
			fail(scan, "',' or the list's '}'");
		}
	}
	chunk_add(chunk, &scan->token);
}

/* A value or a list; CHUNK NULL: read and forgotten. Behind it afterwards. */
static void take_value(Scan *scan, Chunk *chunk)
{
	if (scan->token.type == TOKEN_OPEN) {
		take_list(scan, chunk);
	} else if (is_value(scan)) {
		add_value(scan, chunk);
	} else {
		fail(scan, "a value");
	}
	if (!scan->failed) {
		next(scan);
	}
}

/* May the setting be taken as it stands? */
static bool setting_ok(Scan *scan, const Chunk *chunk, guint index,
    const Token *name, const Token *sign)
{
	const Setting *setting = &chunk->kind->settings[index];
	guint first = chunk->set_line[index];

	if (scan->token.type == TOKEN_OPEN && !setting->list) {
		load_error(scan->load, place_at(scan, name->line),
		    "\"%s\" takes one value, not a list", setting->name);
		return false;
	}
	if (sign->type == TOKEN_APPEND) {
		if (!setting->list) {
			load_error(scan->load, place_at(scan, name->line),
			    "\"%s\" is no list: write = instead of +=",
			    setting->name);
		}
		return setting->list;
	}
	if (first > 0) {
		load_error(scan->load, place_at(scan, name->line),
		    "\"%s\" is set already in line %u", setting->name, first);
	}
	return first == 0;
}

/* NAME = value, with the sign before us. */
static void take_setting(Scan *scan, Chunk *chunk, const Token *name)
{
	g_autofree char *word = g_strndup(name->text, name->bytes);
	gint index = find_setting(chunk->kind, word);
	gint kind = find_kind(scan->grammar, word);
	Token sign = scan->token;

	next(scan);
	if (index >= 0 && setting_ok(scan, chunk, (guint)index, name, &sign)) {
		chunk_add(chunk, name);
		chunk_add(chunk, &sign);
		if (chunk->set_line[index] == 0) {
			chunk->set_line[index] = name->line;
		}
		scan->pattern = chunk->kind->settings[index].pattern;
		take_value(scan, chunk);
		return;
	}
	if (index < 0 && kind >= 0) {
		load_error(scan->load, place_at(scan, name->line),
		    "\"%s\" is a section: %s %s{ ... }", word, word,
		    scan->grammar->kinds[kind]->titled ? "\"NAME\" " : "");
	} else if (index < 0) {
		unknown_setting(scan, chunk->kind, word, name->line);
	}
	take_value(scan, NULL);
}

/* Everything to the brace that closes the one before us: counted, so that depth
 * costs nothing. Behind it afterwards. */
static void skip_braces(Scan *scan, const Token *name)
{
	guint depth = 0;

	do {
		depth += scan->token.type == TOKEN_OPEN;
		depth -= scan->token.type == TOKEN_CLOSE;
		if (scan->token.type == TOKEN_END) {
			g_autofree char *wanted =
			    g_strdup_printf("the '}' of \"%.*s\" in line %u",
				(int)MIN(name->bytes, LIMIT_NAME_BYTES),
				name->text, name->line);

			fail(scan, wanted);
		}
		next(scan);
	} while (!scan->failed && depth > 0);
}

/* NAME { or NAME TITLE {, within a block, where none belongs. */
static void refuse_inner(Scan *scan, const Chunk *outer, const Token *name)
{
	g_autofree char *word = g_strndup(name->text, name->bytes);

	if (find_kind(scan->grammar, word) >= 0) {
		g_autofree char *wanted =
		    g_strdup_printf("the '}' of \"%s\" in line %u",
			outer->kind->name, outer->first_line);

		scan->token = *name;
		fail(scan, wanted);
		return;
	}
	if (find_setting(outer->kind, word) >= 0) {
		fail(scan, "'='");
		return;
	}
	unknown_setting(scan, outer->kind, word, name->line);
	if (is_value(scan)) {
		next(scan);
	}
	if (scan->token.type != TOKEN_OPEN) {
		fail(scan, "'{'");
		return;
	}
	skip_braces(scan, name);
}

static void take_body(Scan *scan, Chunk *chunk)
{
	while (!scan->failed && !load_is_full(scan->load) &&
	       scan->token.type != TOKEN_CLOSE) {
		Token name = scan->token;
		g_autofree char *wanted = NULL;

		if (name.type != TOKEN_WORD) {
			wanted = g_strdup_printf("a setting or the '}' of "
						 "\"%s\" in line %u",
			    chunk->kind->name, chunk->first_line);
			fail(scan, wanted);
			return;
		}
		next(scan);
		if (scan->token.type == TOKEN_EQUALS ||
		    scan->token.type == TOKEN_APPEND) {
			take_setting(scan, chunk, &name);
		} else if (is_value(scan) || scan->token.type == TOKEN_OPEN) {
			refuse_inner(scan, chunk, &name);
		} else {
			fail(scan, "'='");
		}
	}
}

/* The title, if the block has one, and the opening brace. libconfuse gets an
 * empty title where it is missing; the block's kind then says so. */
static void take_head(Scan *scan, Chunk *chunk, const Token *name)
{
	const Token none = {.type = TOKEN_STRING,
	    .text = "\"\"",
	    .bytes = 2,
	    .line = name->line};

	chunk_add(chunk, name);
	if (!is_value(scan)) {
		if (chunk->kind->titled) {
			chunk_add(chunk, &none);
		}
	} else {
		if (chunk->kind->titled) {
			chunk_add(chunk, &scan->token);
		} else {
			load_error(scan->load, place_at(scan, name->line),
			    "section \"%s\" takes no name", chunk->kind->name);
		}
		next(scan);
	}
	if (scan->token.type != TOKEN_OPEN) {
		fail(scan, "'{'");
		return;
	}
	chunk_add(chunk, &scan->token);
	next(scan);
}

/* A block without a title may stand once. */
static void once(Scan *scan, guint index, guint line)
{
	guint *first = &scan->kind_line[index];

	if (scan->grammar->kinds[index]->titled) {
		return;
	}
	if (*first > 0) {
		load_error(scan->load, place_at(scan, line),
		    "section \"%s\" is there already in line %u",
		    scan->grammar->kinds[index]->name, *first);
	} else {
		*first = line;
	}
}

static void take_block(Scan *scan, guint index, const Token *name)
{
	Chunk chunk;

	once(scan, index, name->line);
	chunk_begin(&chunk, scan->grammar->kinds[index], name->line);
	take_head(scan, &chunk, name);
	take_body(scan, &chunk);
	if (!scan->failed) {
		chunk_end(scan, &chunk);
		next(scan);
	}
	g_string_free(chunk.text, TRUE);
}

static void refuse_block(Scan *scan, const Token *name)
{
	g_autofree char *word = g_strndup(name->text, name->bytes);

	if (find_setting(scan->grammar->root, word) >= 0) {
		fail(scan, "'='");
		return;
	}
	unknown_kind(scan, word, name->line);
	if (is_value(scan)) {
		next(scan);
	}
	if (scan->token.type != TOKEN_OPEN) {
		fail(scan, "'=' or '{'");
		return;
	}
	skip_braces(scan, name);
}

static void take_statement(Scan *scan, Chunk *root)
{
	Token name = scan->token;
	g_autofree char *word = NULL;
	gint kind;

	if (name.type != TOKEN_WORD) {
		fail(scan, "a setting or a section");
		return;
	}
	word = g_strndup(name.text, name.bytes);
	kind = find_kind(scan->grammar, word);
	next(scan);
	if (scan->token.type == TOKEN_EQUALS ||
	    scan->token.type == TOKEN_APPEND) {
		take_setting(scan, root, &name);
	} else if (!is_value(scan) && scan->token.type != TOKEN_OPEN) {
		fail(scan, "'=' or '{'");
	} else if (kind >= 0) {
		take_block(scan, (guint)kind, &name);
	} else {
		refuse_block(scan, &name);
	}
}

static void scan_text(Scan *scan)
{
	const Kind *kind = scan->grammar->root;
	Chunk root;

	chunk_begin(&root, kind, 1);
	g_string_append_printf(root.text, "%s {", kind->name);
	next(scan);
	while (!scan->failed && !load_is_full(scan->load) &&
	       scan->token.type != TOKEN_END) {
		take_statement(scan, &root);
	}
	if (!scan->failed) {
		chunk_end(scan, &root);
	}
	g_string_free(root.text, TRUE);
}

/* ---- the file ---- */

/* Opened so that neither a pipe nor a device can hold us. */
static int open_regular(const char *path, const char **why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		*why = g_strerror(errno);
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		*why = S_ISDIR(st.st_mode) ? "is a folder"
					   : "is not a regular file";
		close(fd);
		return -1;
	}
	return fd;
}

/* The text of PATH; NULL with *why. */
static GString *read_text(const char *path, const char **why)
{
	int fd = open_regular(path, why);
	g_autoptr(GString) text = g_string_sized_new(64 * 1024);
	char buffer[64 * 1024];
	ssize_t got = 0;

	if (fd < 0) {
		return NULL;
	}
	while (text->len <= LIMIT_CONF_BYTES &&
	       ((got = read(fd, buffer, sizeof(buffer))) > 0 ||
		   (got < 0 && errno == EINTR))) {
		g_string_append_len(text, buffer, MAX(got, 0));
	}
	if (got < 0) {
		*why = g_strerror(errno);
	}
	close(fd);
	if (got < 0) {
		return NULL;
	}
	if (text->len > LIMIT_CONF_BYTES) {
		*why = "is larger than 4 MB";
		return NULL;
	}
	return g_steal_pointer(&text);
}

/* Plain text: UTF-8 without NUL. */
static bool text_ok(Scan *scan, const GString *text)
{
	const char *end;
	guint line = 1;

	if (g_utf8_validate(text->str, (gssize)text->len, &end)) {
		return true;
	}
	for (const char *p = text->str; p < end; p++) {
		line += *p == '\n';
	}
	load_error(scan->load, place_at(scan, line), "%s",
	    *end == '\0' ? "a NUL byte: this is no text"
			 : "not UTF-8: is the file in another encoding?");
	scan->load->broken = true;
	return false;
}

void scan_file(
    Loader *load, const char *path, ConfPlace asked, const Grammar *grammar)
{
	const char *why = NULL;
	g_autoptr(GString) text = read_text(path, &why);
	Scan scan = {
	    .load = load, .file = g_intern_string(path), .grammar = grammar};

	if (text == NULL) {
		load->broken = true;
		if (g_strcmp0(asked.file, path) == 0 && asked.line == 0) {
			load_error(load, asked, "%s", why);
		} else {
			load_error(load, asked, "%s: %s", path, why);
		}
		return;
	}
	if (!text_ok(&scan, text)) {
		return;
	}
	scan.lexer.at = text->str;
	scan.lexer.line = 1;
	if (g_str_has_prefix(text->str, "\xef\xbb\xbf")) {
		scan.lexer.at += 3;
	}
	scan_text(&scan);
}
