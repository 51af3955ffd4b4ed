/*
 * The pattern language, as far as those need it who read patterns without
 * running them (literals.c, choices.c).
 */
#ifndef SCORE_SYNTAX_H
#define SCORE_SYNTAX_H

/* The "]" of the class behind whose "[" AT is; NULL when it has what this
 * reader doesn't know. */
const char *syntax_class_end(const char *at);

typedef enum {
	GROUP_PLAIN,
	GROUP_LOOK,
	GROUP_FLAGS,   /* none: options for what follows, with their ")" */
	GROUP_UNKNOWN, /* also one that others may refer to by name */
} GroupKind;

/* What kind of group it is behind whose "(" *AT is, which moves to its
 * contents. */
GroupKind syntax_group(const char **at);

#endif
