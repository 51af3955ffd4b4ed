/*
 * Words, strings and marks of a configuration file.
 *
 * libconfuse has a lexer of its own, which reads what this one lets through. It
 * can't be asked for lines (a comment counts as three), stays in string mode
 * for good after a string that doesn't end, and expands ${VARIABLE}.
 */
#include "conf/lexer.h"

#include <string.h>

#include "anteroom/limits.h"

static const struct {
	char mark;
	TokenType type;
} marks[] = {
    {'{', TOKEN_OPEN},
    {'}', TOKEN_CLOSE},
    {'=', TOKEN_EQUALS},
    {',', TOKEN_COMMA},
};

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n#\"'={}()+,*", c) != NULL;
}

static void skip_line(Lexer *lexer)
{
	lexer->at += strcspn(lexer->at, "\n");
}

static bool skip_comment(Lexer *lexer)
{
	const char *end = strstr(lexer->at + 2, "*/");

	if (end == NULL) {
		lexer->error = "a comment begins here and never ends";
		return false;
	}
	for (; lexer->at < end + 2; lexer->at++) {
		lexer->line += *lexer->at == '\n';
	}
	return true;
}

/* False: a comment without end. */
static bool skip_blank(Lexer *lexer)
{
	for (;;) {
		const char *at = lexer->at;

		if (*at == '\n') {
			lexer->line++;
			lexer->at++;
		} else if (*at == ' ' || *at == '\t' || *at == '\r') {
			lexer->at++;
		} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			skip_line(lexer);
		} else if (at[0] == '/' && at[1] == '*') {
			if (!skip_comment(lexer)) {
				return false;
			}
		} else {
			return true;
		}
	}
}

static Token make(Lexer *lexer, TokenType type, gsize bytes)
{
	Token token = {.type = type,
	    .text = lexer->at,
	    .bytes = bytes,
	    .line = lexer->line};

	lexer->at += bytes;
	return token;
}

static Token bad(Lexer *lexer, const char *error)
{
	if (error != NULL) {
		lexer->error = error;
	}
	return make(lexer, TOKEN_BAD, 0);
}

/* Octal and hexadecimal ones would let bytes in that aren't in the file. */
static bool escape_ok(char c)
{
	return !g_ascii_isdigit(c) && c != 'x';
}

static Token take_string(Lexer *lexer)
{
	char quote = *lexer->at;
	Token token = {
	    .type = TOKEN_STRING, .text = lexer->at, .line = lexer->line};
	const char *p = lexer->at + 1;

	for (; *p != quote; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			if (quote == '"' && !escape_ok(*p)) {
				lexer->line += token.lines;
				return bad(lexer,
				    "numbers after a backslash have no meaning "
				    "in double quotes; patterns belong in "
				    "single quotes");
			}
			if (quote == '"' && strchr("\\\"\n", *p) == NULL) {
				token.escapes = true;
			}
		}
		if (*p == '\0') {
			return bad(lexer, "a string begins here and never "
					  "ends");
		}
		token.lines += *p == '\n';
	}
	token.bytes = (gsize)(p + 1 - token.text);
	lexer->at = p + 1;
	lexer->line += token.lines;
	return token;
}

static Token take_word(Lexer *lexer)
{
	gsize n = 0;

	while (!ends_word(lexer->at[n])) {
		n++;
	}
	if (n == 0) {
		Token token = bad(lexer, "a value with this needs quotes");

		token.bytes = 1;
		return token;
	}
	if (lexer->at[n - 1] == '$' && lexer->at[n] == '{') {
		return bad(lexer, "environment variables aren't expanded; "
				  "write the value itself");
	}
	return make(lexer, TOKEN_WORD, n);
}

/* libconfuse takes quadratic time for a long one: 13 s for 4 MB. */
static Token bounded(Lexer *lexer, Token token)
{
	if (token.bytes <= LIMIT_VALUE_BYTES) {
		return token;
	}
	lexer->error = "a value of more than 64 KB begins here";
	token.type = TOKEN_BAD;
	token.bytes = 0;
	return token;
}

Token lexer_next(Lexer *lexer)
{
	if (!skip_blank(lexer)) {
		return bad(lexer, NULL);
	}
	if (*lexer->at == '\0') {
		return make(lexer, TOKEN_END, 0);
	}
	if (lexer->at[0] == '+' && lexer->at[1] == '=') {
		return make(lexer, TOKEN_APPEND, 2);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (*lexer->at == marks[i].mark) {
			return make(lexer, marks[i].type, 1);
		}
	}
	if (*lexer->at == '"' || *lexer->at == '\'') {
		return bounded(lexer, take_string(lexer));
	}
	return bounded(lexer, take_word(lexer));
}
