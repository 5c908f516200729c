/*
 * json/value_text: values as Python prints them: str(), repr(), json.dumps().
 *
 * Errors: those of struct bytes (sticky).
 */
#ifndef SSM_JSON_VALUE_TEXT_H
#define SSM_JSON_VALUE_TEXT_H

#include "json/value.h"

/* json.dumps() of a value, ASCII only, without blanks between its tokens: 1e3 is 1000.0, 1e400 Infinity. */
void valuetext_json(struct bytes *out, const struct value *value);

/* repr() of a value. */
void valuetext_repr(struct bytes *out, const struct value *value);

/* str() of a value: repr(), but a string is shown as it is. */
void valuetext_str(struct bytes *out, const struct value *value);

/* The same of what a text that jsonscan has passed stands for. */
void valuetext_str_json(struct bytes *out, struct view text);

/* The name of the class that Python has for the kind: NoneType, bool, int, float, str, list, dict. */
const char *valuetext_kind_class(enum value_kind kind);

static inline const char *
valuetext_class(const struct value *value)
{
	return valuetext_kind_class((enum value_kind)value->kind);
}

#endif
