/*
 * The words of a libconfuse file with their lines, by the same lexical rules
 * but for what would surprise: environment variables, octal and hexadecimal
 * escapes, functions.
 */
#ifndef CONF_LEXER_H
#define CONF_LEXER_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
	TOKEN_END,
	TOKEN_WORD,   /* without quotes */
	TOKEN_STRING, /* with them */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_EQUALS,
	TOKEN_APPEND, /* += */
	TOKEN_COMMA,
	TOKEN_BAD, /* the lexer's `error` says why, of the token's text */
} TokenType;

typedef struct {
	TokenType type;
	const char *text; /* into the file, quotes and all */
	gsize bytes;
	guint line;   /* of its first byte */
	guint lines;  /* line feeds in it */
	bool escapes; /* double quotes that eat a backslash */
} Token;

typedef struct {
	const char *at; /* NUL-terminated text, valid UTF-8 */
	guint line;
	const char *error; /* static */
} Lexer;

/* The next token. After TOKEN_END and TOKEN_BAD there is none. */
Token lexer_next(Lexer *lexer);

#endif
