#include "aws/shape.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/utf8.h"
#include "json/items.h"
#include "json/text.h"
#include "json/unescape.h"
#include "json/value_text.h"

#define FAULTS_ENOUGH (2 * SSM_MESSAGE_MAX)	/* a message is cut before: no more are looked for */

struct check {
	struct bytes faults;
	struct bytes path;		/* ".Filters[0].key" */
	struct bytes text;		/* of a string with escapes */
	struct ssm_error *err;
	enum ssm_err rc;		/* of what is no fault of a value: a name given twice, memory */
};

static void check_value(struct check *check, const struct shape *shape, struct view value);

const struct shape_member *
shape_member(const struct shape *structure, struct view name)
{
	for (const struct shape_member *row = structure->members; row->name != NULL; row++)
		if (view_is(name, row->name))
			return row;
	return NULL;
}

bool
shape_has(const struct shape *shape, enum shape_type type)
{
	if (shape->type == type)
		return true;
	if (shape->type == SHAPE_LIST || shape->type == SHAPE_MAP)
		return shape_has(shape->item, type);
	for (const struct shape_member *row = shape->members; row != NULL && row->name != NULL; row++)
		if (shape_has(row->shape, type))
			return true;
	return false;
}

/* Goes into a part of the value; check->path.len = the result comes back out. */
static size_t
enter(struct check *check, const char *before, struct view name, const char *behind)
{
	size_t len = check->path.len;

	bytes_add_text(&check->path, before);
	bytes_add(&check->path, name);
	bytes_add_text(&check->path, behind);
	return len;
}

/* "; WHAT PATH" */
static void
begin_fault(struct check *check, const char *what)
{
	struct view path = bytes_view(&check->path);

	if (path.len > 0 && path.ptr[0] == '.')
		path = view_slice(path, 1, path.len);
	bytes_add(&check->faults, check->faults.len > 0 ? VIEW("; ") : VIEW_NONE);
	bytes_add_text(&check->faults, what);
	bytes_add_char(&check->faults, ' ');
	bytes_add(&check->faults, path.len > 0 ? path : VIEW("input"));
}

static void
add_type_fault(struct check *check, struct view text, const char *wanted)
{
	struct bytes *out = &check->faults;

	begin_fault(check, "Invalid type for parameter");
	bytes_add(out, VIEW(", value: "));
	valuetext_str_json(out, text);
	bytes_print(out, ", type: <class '%s'>, valid types: %s", valuetext_kind_class(value_kind_of(text)),
	    wanted);
}

static void
check_length(struct check *check, const struct shape *shape, size_t length)
{
	if (shape->min <= 0 || length >= (size_t)shape->min)
		return;
	begin_fault(check, "Invalid length for parameter");
	bytes_print(&check->faults, ", value: %zu, valid min length: %ld", length, shape->min);
}

static void
check_string(struct check *check, const struct shape *shape, struct view text)
{
	if (text.ptr[0] != '"') {
		add_type_fault(check, text, "<class 'str'>");
		return;
	}
	text = jsonunescape_into(&check->text, view_slice(text, 1, text.len - 1));
	if (text.ptr == NULL)
		check->rc = ssm_fail_memory(check->err);
	else
		check_length(check, shape, utf8_count(text));
}

/* In Python, True and False are integers too. */
static bool
is_integer(struct view text)
{
	enum value_kind kind = value_kind_of(text);

	return kind == VALUE_INT || kind == VALUE_TRUE || kind == VALUE_FALSE;
}

static void
check_integer(struct check *check, const struct shape *shape, struct view text)
{
	char digits[32];
	long number;

	if (!is_integer(text)) {
		add_type_fault(check, text, "<class 'int'>");
		return;
	}
	snprintf(digits, sizeof digits, "%.*s", VIEW_ARG_CUT(text, 31));
	number = text.ptr[0] == 't' ? 1 : strtol(digits, NULL, 10);	/* "false" reads as 0 */
	if (number >= shape->min)
		return;
	begin_fault(check, "Invalid value for parameter");
	bytes_add(&check->faults, VIEW(", value: "));
	valuetext_str_json(&check->faults, text);
	bytes_print(&check->faults, ", valid min value: %ld", shape->min);
}

static void
check_list(struct check *check, const struct shape *shape, struct view value)
{
	struct view item;
	size_t count = 0, at = 0, out;
	char index[24];

	if (value.ptr[0] != '[') {
		add_type_fault(check, value, "<class 'list'>, <class 'tuple'>");
		return;
	}
	while (jsonitems_next(value, &at, &item))
		count++;
	check_length(check, shape, count);
	for (at = count = 0; check->faults.len < FAULTS_ENOUGH && jsonitems_next(value, &at, &item);) {
		snprintf(index, sizeof index, "%zu", count++);
		out = enter(check, "[", view_of(index), "]");
		check_value(check, shape->item, item);
		check->path.len = out;
	}
}

static void
add_unknown(struct check *check, const struct shape *shape, struct view name)
{
	begin_fault(check, "Unknown parameter in");
	bytes_add(&check->faults, VIEW(": \""));
	bytes_add(&check->faults, name);
	bytes_add(&check->faults, VIEW("\", must be one of: "));
	for (const struct shape_member *row = shape->members; row->name != NULL; row++)
		bytes_print(&check->faults, "%s%s", row == shape->members ? "" : ", ", row->name);
}

static void
check_missing(struct check *check, const struct shape *shape, const struct json_doc *doc)
{
	for (const struct shape_member *row = shape->members; row->name != NULL; row++) {
		if (!row->required || json_member(doc, row->name) != NULL)
			continue;
		begin_fault(check, "Missing required parameter in");
		bytes_print(&check->faults, ": \"%s\"", row->name);
	}
}

static void
check_structure(struct check *check, const struct shape *shape, const struct json_doc *doc,
    const char *own)
{
	const struct shape_member *row;

	check_missing(check, shape, doc);
	for (size_t i = 0; i < doc->count; i++) {
		struct view name = doc->members[i].name;

		if (shape_member(shape, name) == NULL && (own == NULL || !view_is(name, own)))
			add_unknown(check, shape, name);
	}
	for (size_t i = 0; i < doc->count; i++)
		if ((row = shape_member(shape, doc->members[i].name)) != NULL) {
			size_t out = enter(check, ".", doc->members[i].name, "");

			check_value(check, row->shape, doc->members[i].raw);
			check->path.len = out;
		}
}

static void
check_map(struct check *check, const struct shape *shape, const struct json_doc *doc)
{
	struct bytes quoted = BYTES_INIT(8 * JSON_DOCUMENT_MAX);

	for (size_t i = 0; i < doc->count && check->faults.len < FAULTS_ENOUGH; i++) {
		size_t out = enter(check, " (key: ", doc->members[i].name, ")");

		bytes_reset(&quoted);
		jsontext_string(&quoted, doc->members[i].name);
		if (bytes_failed(&quoted)) {
			check->rc = ssm_fail_memory(check->err);
			break;
		}
		check_value(check, shape->key, bytes_view(&quoted));
		check->path.len = out;
		enter(check, ".", doc->members[i].name, "");
		check_value(check, shape->item, doc->members[i].raw);
		check->path.len = out;
	}
	bytes_clear(&quoted);
}

static void
check_object(struct check *check, const struct shape *shape, struct view value)
{
	struct json_doc doc = JSON_DOC_INIT;

	if (value.ptr[0] != '{')
		add_type_fault(check, value, "<class 'dict'>");
	else if ((check->rc = json_parse(&doc, value, "a parameter", check->err)) != SSM_OK)
		ssm_error_prefix(check->err, "'%.*s': ", VIEW_ARG_CUT(bytes_view(&check->path), 200));
	else if (shape->type == SHAPE_MAP)
		check_map(check, shape, &doc);
	else
		check_structure(check, shape, &doc, NULL);
	json_clear(&doc);
}

static void
check_value(struct check *check, const struct shape *shape, struct view value)
{
	if (check->rc != SSM_OK || check->faults.len > FAULTS_ENOUGH)
		return;
	switch (shape->type) {
	case SHAPE_STRING: case SHAPE_BLOB: case SHAPE_TIMESTAMP: check_string(check, shape, value); break;
	case SHAPE_INTEGER: check_integer(check, shape, value); break;
	case SHAPE_LIST: check_list(check, shape, value); break;
	case SHAPE_MAP: case SHAPE_STRUCTURE: check_object(check, shape, value); break;
	}
}

enum ssm_err
shape_check(const struct shape *structure, const struct json_doc *doc, const char *own,
    struct ssm_error *err)
{
	struct check check = { .faults = BYTES_INIT(16 * JSON_DOCUMENT_MAX),
	    .path = BYTES_INIT(2 * JSON_DOCUMENT_MAX), .text = BYTES_INIT(8 * JSON_DOCUMENT_MAX),
	    .err = err, .rc = SSM_OK };
	const char *text;

	check_structure(&check, structure, doc, own);
	if (check.rc == SSM_OK && ((text = bytes_cstr(&check.faults)) == NULL || bytes_failed(&check.path)))
		check.rc = ssm_fail_memory(err);
	else if (check.rc == SSM_OK && check.faults.len > 0)
		check.rc = ssm_fail(err, SSM_E_INPUT, "ParamValidationError",
		    "Parameter validation failed: %s", text);
	bytes_clear(&check.faults);
	bytes_clear(&check.path);
	bytes_clear(&check.text);
	return check.rc;
}

/* Without "-0", and in ASCII. */
static void
add_token(struct bytes *out, struct view token, struct bytes *room)
{
	switch (token.ptr[0]) {
	case ',': bytes_add(out, VIEW(", ")); break;
	case ':': bytes_add(out, VIEW(": ")); break;
	case '"':
		jsontext_string_ascii(out, jsonunescape_into(room, view_slice(token, 1, token.len - 1)));
		break;
	default: bytes_add(out, view_is(token, "-0") ? VIEW("0") : token); break;
	}
}

void
shape_add(struct bytes *out, struct view value)
{
	struct bytes room = BYTES_INIT(value.len);

	for (size_t at = 0; (at = jsontext_skip_blanks(value, at)) < value.len;) {
		struct view token = jsontext_token(value, at);

		add_token(out, token, &room);
		at += token.len;
	}
	out->failed |= bytes_failed(&room);
	bytes_clear(&room);
}
