/* The AWS CLI's JSON: four blanks a level, characters as they are. */
#include "format.h"
#include "jsontext.h"
#include "valuetext.h"

#define INDENT 4

void
format_json_scalar(struct bytes *out, const struct value *scalar)
{
	switch ((enum value_kind)scalar->kind) {
	case VALUE_NULL: bytes_add(out, VIEW("null")); break;
	case VALUE_FALSE: bytes_add(out, VIEW("false")); break;
	case VALUE_TRUE: bytes_add(out, VIEW("true")); break;
	case VALUE_STRING: jsontext_string(out, value_text(scalar)); break;
	default: valuetext_json_number(out, scalar); break;
	}
}

struct json {
	struct bytes *out;
	bool compact;
};

static void
add_line(const struct json *json, size_t level)
{
	if (json->compact)
		return;
	bytes_add_char(json->out, '\n');
	for (size_t i = 0; i < level * INDENT; i++)
		bytes_add_char(json->out, ' ');
}

static void
add_value(const struct json *json, const struct value *value, size_t level)
{
	bool object = value->kind == VALUE_OBJECT;

	if (format_is_scalar(value)) {
		format_json_scalar(json->out, value);
		return;
	}
	bytes_add_char(json->out, object ? '{' : '[');
	for (size_t i = 0; i < value->count && !bytes_failed(json->out); i++) {
		if (i > 0)
			bytes_add_char(json->out, ',');
		add_line(json, level + 1);
		if (object) {
			jsontext_string(json->out, value->of.members[i].name);
			bytes_add(json->out, json->compact ? VIEW(":") : VIEW(": "));
		}
		add_value(json, object ? value->of.members[i].value : value->of.items[i], level + 1);
	}
	if (value->count > 0)
		add_line(json, level);
	bytes_add_char(json->out, object ? '}' : ']');
}

enum ssm_err
format_json(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	struct json json = { out, how->compact };

	(void)arena, (void)err;
	if (value->kind == VALUE_OBJECT && value->count == 0)
		return SSM_OK;
	add_value(&json, value, 0);
	bytes_add_char(out, '\n');
	return SSM_OK;
}
