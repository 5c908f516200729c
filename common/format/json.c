/* The AWS CLI's JSON: four blanks a level, characters as they are. */
#include "core/printable.h"
#include "format/format.h"
#include "json/text.h"
#include "json/value_text.h"

#define INDENT 4

/* On one line, as json.dumps() has it with ensure_ascii off. */
static void
add_scalar(struct bytes *out, const struct value *scalar)
{
	if (scalar->kind == VALUE_STRING)
		jsontext_string(out, value_text(scalar));
	else
		valuetext_json(out, scalar);
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
		add_scalar(json->out, value);
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

/* For a terminal: DEL and C1 stand raw in JSON. */
static void
escape(struct bytes *out, size_t begin)
{
	struct view shown = view_slice(bytes_view(out), begin, out->len);
	struct bytes clean = BYTES_INIT(out->max);

	if (printable_is_text(shown))
		return;
	printable_json(&clean, shown);
	out->len = begin;
	bytes_add(out, bytes_view(&clean));
	out->failed |= bytes_failed(&clean);
	bytes_clear(&clean);
}

enum ssm_err
format_json(struct bytes *out, const struct value *value, struct arena *arena,
    const struct format_how *how, struct ssm_error *err)
{
	struct json json = { out, how->compact };
	size_t begin = out->len;

	(void)arena, (void)err;
	if (value->kind == VALUE_OBJECT && value->count == 0)
		return SSM_OK;
	add_value(&json, value, 0);
	bytes_add_char(out, '\n');
	if (how->terminal)
		escape(out, begin);
	return SSM_OK;
}
