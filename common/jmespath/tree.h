/*
 * jmespath/tree: the nodes that a parser makes, and the faults that it finds.
 *
 * Ownership: nodes live in the parse's arena.
 * Errors:    sticky. What fails returns NULL or false, and rc and *err tell why; NULL taken as a child
 *            is NULL again.
 */
#ifndef SSM_JMESPATH_TREE_H
#define SSM_JMESPATH_TREE_H

#include "jmespath/ast.h"

struct jmespath_parse {
	struct arena *arena;
	struct view expression;
	const struct jmespath_token *token;	/* the next one; never behind JMESPATH_EOF */
	unsigned depth;
	enum ssm_err rc;
	struct ssm_error *err;
};

/* A node with no, one or two children. */
struct jmespath_node *jmespath_node(struct jmespath_parse *parse, enum jmespath_node_type type);
struct jmespath_node *jmespath_unary(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *child);
struct jmespath_node *jmespath_binary(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *left, struct jmespath_node *right);

/* Adds a child behind the others; returns the parent, or NULL. */
struct jmespath_node *jmespath_append_child(struct jmespath_parse *parse,
    struct jmespath_node *parent, struct jmespath_node *child);

/* "REASON: Parse error at column N, token ...": of the next token, or of a token but at another place. */
struct jmespath_node *jmespath_fault(struct jmespath_parse *parse, const char *reason);
struct jmespath_node *jmespath_fault_at(struct jmespath_parse *parse, size_t start,
    const struct jmespath_token *token, struct view reason);

/* The same with the token's value, quoted or not, behind the reason. */
struct jmespath_node *jmespath_fault_naming(struct jmespath_parse *parse,
    const struct jmespath_token *token, const char *reason, const char *quote);

/* An error where something else was expected; jmespath_unexpected() tells when the expression ended. */
struct jmespath_node *jmespath_fault_expecting(struct jmespath_parse *parse, const char *expected);
struct jmespath_node *jmespath_unexpected(struct jmespath_parse *parse, const char *expected);

/* More than JMESPATH_NESTING_MAX deep. */
struct jmespath_node *jmespath_too_deep(struct jmespath_parse *parse);

/* Takes a token of that type; false, with an error, when the next one is another. */
bool jmespath_match(struct jmespath_parse *parse, enum jmespath_token_type type);

#endif
