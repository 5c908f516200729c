/*
 * jmespath/lexer: an expression's tokens.
 *
 * Units:     token->start is an offset in bytes; messages tell characters.
 * Ownership: tokens, names and literals live in the arena; they also borrow the expression.
 */
#ifndef SSM_JMESPATH_LEXER_H
#define SSM_JMESPATH_LEXER_H

#include "json/value.h"

enum jmespath_token_type {
	JMESPATH_EOF, JMESPATH_UNQUOTED_IDENTIFIER, JMESPATH_QUOTED_IDENTIFIER, JMESPATH_LITERAL,
	JMESPATH_RBRACKET, JMESPATH_RPAREN, JMESPATH_COMMA, JMESPATH_RBRACE, JMESPATH_NUMBER,
	JMESPATH_CURRENT, JMESPATH_EXPREF, JMESPATH_COLON, JMESPATH_PIPE, JMESPATH_OR, JMESPATH_AND,
	JMESPATH_EQ, JMESPATH_GT, JMESPATH_LT, JMESPATH_GTE, JMESPATH_LTE, JMESPATH_NE,
	JMESPATH_FLATTEN, JMESPATH_STAR, JMESPATH_FILTER, JMESPATH_DOT, JMESPATH_NOT, JMESPATH_LBRACE,
	JMESPATH_LBRACKET, JMESPATH_LPAREN,
};

/* Numbers beyond this are as good as it: no array is so long. */
#define JMESPATH_NUMBER_MAX (1LL << 60)

struct jmespath_token {
	enum jmespath_token_type type;
	size_t start;
	struct view text;		/* an identifier's name, a number's shortest spelling */
	const struct value *literal;	/* of JMESPATH_LITERAL */
	long long number;		/* of JMESPATH_NUMBER */
};

/* All tokens of an expression (UTF-8), JMESPATH_EOF the last. */
enum ssm_err jmespath_lex(const struct jmespath_token **out, struct arena *arena,
    struct view expression, struct ssm_error *err);

/* "unquoted_identifier", "lbracket" ... */
const char *jmespath_token_name(enum jmespath_token_type type);

#endif
