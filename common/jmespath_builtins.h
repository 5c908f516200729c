/*
 * jmespath_builtins: the functions themselves. Arguments have been counted and their types checked.
 */
#ifndef SSM_JMESPATH_BUILTINS_H
#define SSM_JMESPATH_BUILTINS_H

#include "jmespath_eval.h"

struct jmespath_arguments {
	const struct value *const *at;
	size_t count;
};

typedef const struct value *jmespath_builtin(struct jmespath_evaluation *e,
    struct jmespath_arguments args);

/* jmespath_numbers.c */
jmespath_builtin jmespath_abs, jmespath_avg, jmespath_ceil, jmespath_floor, jmespath_sum,
    jmespath_to_number;

/* jmespath_strings.c */
jmespath_builtin jmespath_ends_with, jmespath_join, jmespath_length, jmespath_reverse,
    jmespath_starts_with, jmespath_to_string;

/* jmespath_arrays.c */
jmespath_builtin jmespath_contains, jmespath_keys, jmespath_map, jmespath_merge, jmespath_not_null,
    jmespath_to_array, jmespath_type, jmespath_values;

/* jmespath_sort.c */
jmespath_builtin jmespath_max, jmespath_max_by, jmespath_min, jmespath_min_by, jmespath_sort,
    jmespath_sort_by;

#endif
