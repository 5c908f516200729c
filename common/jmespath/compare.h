/*
 * jmespath/compare: equality and order as python-jmespath has them, numbers by their exact worth.
 */
#ifndef SSM_JMESPATH_COMPARE_H
#define SSM_JMESPATH_COMPARE_H

#include "jmespath/run.h"

/* Orders are -1, 0 and 1; this one when nan is in it. */
#define JMESPATH_UNORDERED 2

/* A finite number without what is behind its point. */
double jmespath_whole_part(double number);

/* Two strings or two numbers, into *order; false when they do not go together. */
bool jmespath_order(const struct value *a, const struct value *b, int *order);

/* The same; what does not go together is Python's TypeError about the operator (recorded). */
bool jmespath_compare(struct jmespath_run *run, const struct value *a, const struct value *b,
    const char *operator, int *order);

/* The == of JMESPath: a number is never equal to a boolean. */
bool jmespath_equal(struct jmespath_run *run, const struct value *a, const struct value *b);

/* Python's `is` or ==, with which it looks through a list: 1 and true are equal, nan is itself. */
bool jmespath_is_same(struct jmespath_run *run, const struct value *a, const struct value *b);

#endif
