/*
 * valuetext: values as Python prints them.
 *
 * Errors: those of struct bytes (sticky).
 */
#ifndef SSM_VALUETEXT_H
#define SSM_VALUETEXT_H

#include "value.h"

/* str() of a number: 1e3 is 1000.0, 1e400 is inf. */
void valuetext_number(struct bytes *out, const struct value *number);

/* json.dumps() of a number: the same, but Infinity, -Infinity and NaN. */
void valuetext_json_number(struct bytes *out, const struct value *number);

/* json.dumps() of a value, ASCII only, without blanks between its tokens. */
void valuetext_json(struct bytes *out, const struct value *value);

/* repr() of a value. */
void valuetext_repr(struct bytes *out, const struct value *value);

/* str() of a value: repr(), but a string is shown as it is. */
void valuetext_str(struct bytes *out, const struct value *value);

/* The name of the class that Python has for it: NoneType, bool, int, float, str, list, dict. */
const char *valuetext_class(const struct value *value);

#endif
