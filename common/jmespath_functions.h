/*
 * jmespath_functions: calls: which functions there are, how many arguments of what types they take.
 */
#ifndef SSM_JMESPATH_FUNCTIONS_H
#define SSM_JMESPATH_FUNCTIONS_H

#include "jmespath_eval.h"

/* A JMESPATH_NODE_FUNCTION: its arguments, made from the value, are checked, and the function is run. */
const struct value *jmespath_call(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value);

/*
 * JMESPathTypeError: `types` is how python-jmespath lists the types that would do, `received` the name it
 * gives what came.
 */
const struct value *jmespath_type_error(struct jmespath_evaluation *e, const char *function,
    const struct value *shown, const char *types, const char *received);

/* "string", "number", "null", "expref" ... */
const char *jmespath_type_name(const struct value *value);

#endif
