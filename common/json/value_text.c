#include "json/value_text.h"

#include <math.h>

#include "json/python.h"
#include "json/text.h"

#define TREE_MAX ((size_t)256 * 1024 * 1024)

/* Python's two ways to show a value. */
struct notation {
	const char *words[VALUE_TRUE + 1], *infinity[2], *nan, *expression;
	const char *comma, *colon;
	void (*add_string)(struct bytes *out, struct view text);
};

static const struct notation json = {
	.words = { "null", "false", "true" }, .infinity = { "Infinity", "-Infinity" }, .nan = "NaN",
	.expression = "\"<expression>\"", .comma = ",", .colon = ":", .add_string = jsontext_string_ascii,
}, repr = {
	.words = { "None", "False", "True" }, .infinity = { "inf", "-inf" }, .nan = "nan",
	.expression = "<expression>", .comma = ", ", .colon = ": ", .add_string = python_string,
};

/* An int as it is spelled; 1e3 is 1000.0, 1e400 is infinite. */
static void
add_number(struct bytes *out, const struct value *number, const struct notation *how)
{
	double value = number->kind == VALUE_INT ? 0 : value_double(number);
	char text[PYTHON_FLOAT_MAX];

	if (number->kind == VALUE_INT) {
		bytes_add(out, value_text(number));
	} else if (isfinite(value)) {
		python_float(text, value);
		bytes_add_text(out, text);
	} else {
		bytes_add_text(out, isnan(value) ? how->nan : how->infinity[value < 0]);
	}
}

static void add_value(struct bytes *out, const struct value *value, const struct notation *how);

static void
add_parts(struct bytes *out, const struct value *value, const struct notation *how)
{
	bool object = value->kind == VALUE_OBJECT;

	bytes_add_char(out, object ? '{' : '[');
	for (uint32_t i = 0; i < value->count && !bytes_failed(out); i++) {
		if (i > 0)
			bytes_add_text(out, how->comma);
		if (object) {
			how->add_string(out, value->of.members[i].name);
			bytes_add_text(out, how->colon);
		}
		add_value(out, object ? value->of.members[i].value : value->of.items[i], how);
	}
	bytes_add_char(out, object ? '}' : ']');
}

static void
add_value(struct bytes *out, const struct value *value, const struct notation *how)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL: case VALUE_FALSE: case VALUE_TRUE:
		bytes_add_text(out, how->words[value->kind]);
		break;
	case VALUE_INT: case VALUE_FLOAT: add_number(out, value, how); break;
	case VALUE_STRING: how->add_string(out, value_text(value)); break;
	case VALUE_ARRAY: case VALUE_OBJECT: add_parts(out, value, how); break;
	case VALUE_EXPRESSION: bytes_add_text(out, how->expression); break;
	}
}

void
valuetext_json(struct bytes *out, const struct value *value)
{
	add_value(out, value, &json);
}

void
valuetext_repr(struct bytes *out, const struct value *value)
{
	add_value(out, value, &repr);
}

void
valuetext_str(struct bytes *out, const struct value *value)
{
	if (value->kind == VALUE_STRING)
		bytes_add(out, value_text(value));
	else
		valuetext_repr(out, value);
}

void
valuetext_str_json(struct bytes *out, struct view text)
{
	struct arena arena = ARENA_INIT(TREE_MAX);
	const struct value *value = value_of_json(&arena, text);

	if (value != NULL)
		valuetext_str(out, value);
	out->failed |= value == NULL;
	arena_clear(&arena);
}

const char *
valuetext_kind_class(enum value_kind kind)
{
	static const char *const names[] = { "NoneType", "bool", "bool", "int", "float", "str", "list",
	    "dict", "_Expression" };

	return names[kind];
}
