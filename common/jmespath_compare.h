/*
 * jmespath_compare: equality and order as python-jmespath has them, numbers by their exact worth.
 */
#ifndef SSM_JMESPATH_COMPARE_H
#define SSM_JMESPATH_COMPARE_H

#include "jmespath_eval.h"

enum jmespath_order { JMESPATH_LESS, JMESPATH_SAME, JMESPATH_MORE, JMESPATH_UNORDERED };

/* Two numbers; UNORDERED when one is nan. */
enum jmespath_order jmespath_compare_numbers(const struct value *a, const struct value *b);

/* A finite number without what is behind its point. */
double jmespath_whole_part(double number);

/*
 * Two strings or two numbers, into *order; false when they do not go together, which is Python's
 * TypeError about the operator (recorded).
 */
bool jmespath_compare(struct jmespath_evaluation *e, const struct value *a, const struct value *b,
    const char *operator, enum jmespath_order *order);

/* The == of JMESPath: a number is never equal to a boolean. */
bool jmespath_equal(struct jmespath_evaluation *e, const struct value *a, const struct value *b);

/* Python's `is` or ==, with which it looks through a list: 1 and true are equal, nan is itself. */
bool jmespath_is_same(struct jmespath_evaluation *e, const struct value *a, const struct value *b);

#endif
