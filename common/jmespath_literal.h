/*
 * jmespath_literal: JSON inside an expression, as Python's json.loads() reads it.
 */
#ifndef SSM_JMESPATH_LITERAL_H
#define SSM_JMESPATH_LITERAL_H

#include "value.h"

/*
 * The value of a text that lives as long as the arena; NULL when it is no JSON, or when memory ended
 * (the arena is then failed). Beyond JSON, NaN, Infinity and \u0000 are taken.
 */
const struct value *jmespath_json(struct arena *arena, struct view text);

/* What stands between backticks: JSON, or else a string without its quotes. NULL as above. */
const struct value *jmespath_literal(struct arena *arena, struct view text);

/* What Python says of a text in double quotes that is no JSON string. */
const char *jmespath_string_fault(struct view quoted);

#endif
