/*
 * jmespath/ast: what an expression is made of, and how much of it there may be.
 *
 * Ownership: nodes live in the query's arena, names and literals with them.
 */
#ifndef SSM_JMESPATH_AST_H
#define SSM_JMESPATH_AST_H

#include "jmespath/lexer.h"

enum jmespath_node_type {
	JMESPATH_NODE_IDENTITY,			/* the value itself; also @ */
	JMESPATH_NODE_FIELD,			/* name */
	JMESPATH_NODE_INDEX,			/* slice.start */
	JMESPATH_NODE_SLICE,			/* slice */
	JMESPATH_NODE_LITERAL,			/* literal */
	JMESPATH_NODE_CHAIN,			/* each child on what the one before found; also a pipe */
	JMESPATH_NODE_INDEX_CHAIN,		/* the same, of indexes: it can take one more */
	JMESPATH_NODE_PROJECTION,		/* left, right */
	JMESPATH_NODE_VALUE_PROJECTION,		/* left, right */
	JMESPATH_NODE_FILTER_PROJECTION,	/* left, right, condition */
	JMESPATH_NODE_FLATTEN,			/* child */
	JMESPATH_NODE_COMPARATOR,		/* left, right; operator */
	JMESPATH_NODE_OR, JMESPATH_NODE_AND,	/* left, right */
	JMESPATH_NODE_NOT,			/* child */
	JMESPATH_NODE_EXPREF,			/* child */
	JMESPATH_NODE_FUNCTION,			/* name; a child for each argument */
	JMESPATH_NODE_LIST,			/* children */
	JMESPATH_NODE_HASH,			/* a JMESPATH_NODE_PAIR for each member */
	JMESPATH_NODE_PAIR,			/* name; child */
};

#define JMESPATH_EXPRESSION_MAX (64 * 1024)
#define JMESPATH_NESTING_MAX 400

struct jmespath_slice {
	bool has_start, has_stop, has_step;
	long long start, stop, step;
};

struct jmespath_node {
	enum jmespath_node_type type;
	enum jmespath_token_type operator;
	unsigned depth;				/* 1 without children */
	unsigned count;				/* of children */
	struct view name;
	const struct value *literal;
	struct jmespath_slice slice;
	struct jmespath_node *first, *last;	/* children */
	struct jmespath_node *next;		/* of the same parent */
};

#endif
