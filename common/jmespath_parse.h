/*
 * jmespath_parse: the parser's own parts: where it stands, what it makes and how it fails.
 *
 * Errors: sticky. What fails returns NULL or false, and rc and *err tell why; NULL taken as a child is
 *         NULL again.
 */
#ifndef SSM_JMESPATH_PARSE_H
#define SSM_JMESPATH_PARSE_H

#include "jmespath_ast.h"
#include "jmespath_lexer.h"

struct jmespath_parse {
	struct arena *arena;
	struct view expression;
	const struct jmespath_token *token;	/* the next one; never behind JMESPATH_EOF */
	unsigned depth;
	enum ssm_err rc;
	struct ssm_error *err;
};

/* How strongly a token binds to what stands before it. */
unsigned jmespath_binding(enum jmespath_token_type type);

/* An expression up to the first token that binds no more than `binding`. */
struct jmespath_node *jmespath_parse_expression(struct jmespath_parse *parse, unsigned binding);

/* What a projection does with each element: up to the first token that ends projections. */
struct jmespath_node *jmespath_parse_projected(struct jmespath_parse *parse, unsigned binding);

/* Behind a dot. */
struct jmespath_node *jmespath_parse_dotted(struct jmespath_parse *parse, unsigned binding);

/* Behind '[' or '{': a list or hash; behind '[' and before a number or colon: an index or a slice. */
struct jmespath_node *jmespath_parse_list(struct jmespath_parse *parse);
struct jmespath_node *jmespath_parse_hash(struct jmespath_parse *parse);
struct jmespath_node *jmespath_parse_index(struct jmespath_parse *parse);

/* Takes a token of that type. */
bool jmespath_match(struct jmespath_parse *parse, enum jmespath_token_type type);

/* A node with no, one or two children. */
struct jmespath_node *jmespath_node(struct jmespath_parse *parse, enum jmespath_node_type type);
struct jmespath_node *jmespath_node_on(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *child);
struct jmespath_node *jmespath_node_of(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *left, struct jmespath_node *right);

/* Adds a child; returns the parent, or NULL. */
struct jmespath_node *jmespath_adopt(struct jmespath_parse *parse, struct jmespath_node *parent,
    struct jmespath_node *child);

/* "REASON: Parse error at column N, token ...": at the next token, or about a token but at another place. */
struct jmespath_node *jmespath_fault(struct jmespath_parse *parse, const char *reason);
struct jmespath_node *jmespath_fault_at(struct jmespath_parse *parse, size_t start,
    const struct jmespath_token *token, struct view reason);

/* The same with the token's value, quoted or not, behind the reason. */
struct jmespath_node *jmespath_fault_naming(struct jmespath_parse *parse,
    const struct jmespath_token *token, const char *reason, const char *quote);

/* An error where something else was expected, or where the expression ends too soon. */
struct jmespath_node *jmespath_unexpected(struct jmespath_parse *parse, const char *expected);

#endif
