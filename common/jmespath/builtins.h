/*
 * jmespath/builtins: the functions, and the call of one by its name.
 */
#ifndef SSM_JMESPATH_BUILTINS_H
#define SSM_JMESPATH_BUILTINS_H

#include "jmespath/run.h"

struct jmespath_arguments {
	const struct value *const *at;
	size_t count;
	const char *function;		/* its name: one may do the work of several */
};

typedef const struct value *jmespath_builtin(struct jmespath_run *run,
    struct jmespath_arguments args);

/* functions.c: the arguments are counted, their types are checked, and the function is run on them. */
const struct value *jmespath_call(struct jmespath_run *run, struct view name,
    struct jmespath_arguments args);

/* numbers.c */
jmespath_builtin jmespath_abs, jmespath_avg, jmespath_round, jmespath_sum, jmespath_to_number;

/* strings.c */
jmespath_builtin jmespath_ends_with, jmespath_join, jmespath_length, jmespath_reverse,
    jmespath_starts_with, jmespath_to_string;

/* arrays.c */
jmespath_builtin jmespath_contains, jmespath_keys, jmespath_map, jmespath_merge, jmespath_not_null,
    jmespath_to_array, jmespath_type, jmespath_values;

/* sort.c */
jmespath_builtin jmespath_extreme, jmespath_sort;

#endif
