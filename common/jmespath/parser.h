/*
 * jmespath/parser: tokens to a tree, by operator precedence.
 *
 * Errors: SSM_E_INPUT with python-jmespath's text.
 */
#ifndef SSM_JMESPATH_PARSER_H
#define SSM_JMESPATH_PARSER_H

#include "jmespath/ast.h"

/* The tree of an expression (UTF-8, living as long as the arena). */
enum ssm_err jmespath_parse(const struct jmespath_node **out, struct arena *arena,
    struct view expression, struct ssm_error *err);

#endif
