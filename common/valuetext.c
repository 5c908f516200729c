#include "valuetext.h"

#include <math.h>

#include "jsontext.h"
#include "pythonfloat.h"
#include "pythonstring.h"

static void
add_number(struct bytes *out, const struct value *number, bool json)
{
	char text[PYTHONFLOAT_MAX];
	double value;

	if (number->kind == VALUE_INT) {
		bytes_add(out, value_text(number));
		return;
	}
	value = value_double(number);
	pythonfloat_format(text, value);
	bytes_add_text(out, !json || isfinite(value) ? text : isnan(value) ? "NaN" :
	    value < 0 ? "-Infinity" : "Infinity");
}

void
valuetext_number(struct bytes *out, const struct value *number)
{
	add_number(out, number, false);
}

void
valuetext_json_number(struct bytes *out, const struct value *number)
{
	add_number(out, number, true);
}

/* What has no JSON of its own is shown by its name. */
#define EXPRESSION_NAME "<expression>"

static void
json_array(struct bytes *out, const struct value *array)
{
	bytes_add_char(out, '[');
	for (uint32_t i = 0; i < array->count && !bytes_failed(out); i++) {
		if (i > 0)
			bytes_add_char(out, ',');
		valuetext_json(out, array->of.items[i]);
	}
	bytes_add_char(out, ']');
}

static void
json_object(struct bytes *out, const struct value *object)
{
	bytes_add_char(out, '{');
	for (uint32_t i = 0; i < object->count && !bytes_failed(out); i++) {
		if (i > 0)
			bytes_add_char(out, ',');
		jsontext_string_ascii(out, object->of.members[i].name);
		bytes_add_char(out, ':');
		valuetext_json(out, object->of.members[i].value);
	}
	bytes_add_char(out, '}');
}

void
valuetext_json(struct bytes *out, const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL:	bytes_add(out, VIEW("null")); break;
	case VALUE_FALSE:	bytes_add(out, VIEW("false")); break;
	case VALUE_TRUE:	bytes_add(out, VIEW("true")); break;
	case VALUE_INT:
	case VALUE_FLOAT:	valuetext_json_number(out, value); break;
	case VALUE_STRING:	jsontext_string_ascii(out, value_text(value)); break;
	case VALUE_ARRAY:	json_array(out, value); break;
	case VALUE_OBJECT:	json_object(out, value); break;
	case VALUE_EXPRESSION:	bytes_add(out, VIEW("\"" EXPRESSION_NAME "\"")); break;
	}
}

static void
repr_array(struct bytes *out, const struct value *array)
{
	bytes_add_char(out, '[');
	for (uint32_t i = 0; i < array->count && !bytes_failed(out); i++) {
		if (i > 0)
			bytes_add(out, VIEW(", "));
		valuetext_repr(out, array->of.items[i]);
	}
	bytes_add_char(out, ']');
}

static void
repr_object(struct bytes *out, const struct value *object)
{
	bytes_add_char(out, '{');
	for (uint32_t i = 0; i < object->count && !bytes_failed(out); i++) {
		if (i > 0)
			bytes_add(out, VIEW(", "));
		pythonstring_repr(out, object->of.members[i].name);
		bytes_add(out, VIEW(": "));
		valuetext_repr(out, object->of.members[i].value);
	}
	bytes_add_char(out, '}');
}

void
valuetext_repr(struct bytes *out, const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL:	bytes_add(out, VIEW("None")); break;
	case VALUE_FALSE:	bytes_add(out, VIEW("False")); break;
	case VALUE_TRUE:	bytes_add(out, VIEW("True")); break;
	case VALUE_INT:
	case VALUE_FLOAT:	valuetext_number(out, value); break;
	case VALUE_STRING:	pythonstring_repr(out, value_text(value)); break;
	case VALUE_ARRAY:	repr_array(out, value); break;
	case VALUE_OBJECT:	repr_object(out, value); break;
	case VALUE_EXPRESSION:	bytes_add(out, VIEW(EXPRESSION_NAME)); break;
	}
}

void
valuetext_str(struct bytes *out, const struct value *value)
{
	if (value->kind == VALUE_STRING)
		bytes_add(out, value_text(value));
	else
		valuetext_repr(out, value);
}

const char *
valuetext_class(const struct value *value)
{
	static const char *const names[] = { "NoneType", "bool", "bool", "int", "float", "str", "list",
	    "dict", "_Expression" };

	return names[value->kind];
}
